#!/usr/bin/env python3
"""Completion in a real bash: by its function, for every command and option that --help tells, and on a terminal with the key Tab.

    bash_completion.py BUILD-FOLDER
"""
import os
import pty
import select
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from manual_pages import tree  # noqa: E402

PATIENCE = 60

# The words that bash would pass: it splits at "=" (COMP_WORDBREAKS).
FUNCTION = r"""
source "$1"; shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
"_$1" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
((${#COMPREPLY[@]} == 0)) || printf '%s\n' "${COMPREPLY[@]}"
"""


class Completion:
    def __init__(self, build: Path, folder: Path):
        self.build, self.folder = build, folder
        self.wrong: list[str] = []

    def of(self, *words: str) -> list[str]:
        script = self.build / "manual" / f"{words[0]}.bash"
        done = subprocess.run(["bash", "--norc", "--noprofile", "-c", FUNCTION, "bash", str(script), *words], cwd=self.folder, capture_output=True,
                              text=True, check=False)
        if done.returncode != 0 or done.stderr:
            self.wrong.append(f"{words}: {done.returncode} {done.stderr}")
        return sorted(done.stdout.split("\n")[:-1])

    def must(self, words: tuple[str, ...], wanted: set[str], exactly: bool = True) -> None:
        found = set(self.of(*words))
        if found != wanted if exactly else not wanted <= found:
            self.wrong.append(f"{words}: {sorted(found)}, wanted {sorted(wanted)}")

    def check_all(self, program: str) -> None:
        """Every command leads to its commands and options."""
        commands = tree(self.build / program)
        for words, options in commands.items():
            below = {other[-1] for other in commands if other and other[:-1] == words}
            if below:
                self.must((program, *words, ""), below)
            self.must((program, *words, "-"), set(options), exactly=False)
            for option in options:
                self.must((program, *words, option[:-1]), {option}, exactly=False)


def on_a_terminal(build: Path, folder: Path, keys: str, wanted: str) -> str:
    """The text that an interactive bash shows for the keys; empty when it shows what is wanted."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(folder)
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"],
                   {"PATH": os.environ["PATH"], "TERM": "dumb", "PS1": "ready> ", "HOME": str(folder), "INPUTRC": "/dev/null", "LC_ALL": "C.UTF-8"})
    shown = ""

    def reads(text: str) -> bool:
        nonlocal shown
        until = time.monotonic() + PATIENCE
        while text not in shown and time.monotonic() < until:
            if select.select([terminal], [], [], 0.1)[0]:
                try:
                    shown += os.read(terminal, 4096).decode("utf-8", "replace")
                except OSError:
                    break
        return text in shown

    try:
        fine = reads("ready> ")
        for program in ("rakkan", "rakkand"):
            os.write(terminal, f"source {build}/manual/{program}.bash && echo loaded-{program[-1]}$((1))\n".encode())
            fine = fine and reads(f"loaded-{program[-1]}1")
        shown = ""
        os.write(terminal, keys.encode())
        fine = fine and reads(wanted)
    finally:
        os.close(terminal)  # the shell ends with its terminal
        os.waitpid(pid, 0)
    return "" if fine else f"on a terminal {keys!r} shows {shown!r}, wanted {wanted!r}"


def main() -> int:
    build = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "contract one.pdf").touch()
        (folder / "contracts").mkdir()
        completion = Completion(build, folder)
        completion.check_all("rakkan")
        completion.check_all("rakkand")
        must = completion.must
        must(("rakkan", "aud"), {"audit"})
        must(("rakkan", "--json", "audit", "ver"), {"verify"})
        must(("rakkan", "--config", "x.toml", "audit", "ver"), {"verify"})
        must(("rakkan", "--config", "=", "x.toml", "audit", "ver"), {"verify"})
        must(("rakkan", "--set", "log.level", "=", "sign", "audit", "ver"), {"verify"})
        must(("rakkan", "sign", "cont"), {"contract one.pdf", "contracts"})
        must(("rakkan", "sign", "x.pdf", "-o", "contract "), {"contract one.pdf"})
        must(("rakkan", "sign", "x.pdf", "--output", "=", "contract "), {"contract one.pdf"})
        must(("rakkan", "sign", "--type", ""), {"witness", "party"})
        must(("rakkan", "sign", "--type", "w"), {"witness"})
        must(("rakkan", "sign", "--type", "="), {"witness", "party"})
        must(("rakkan", "keys", "create", "--scope", "a"), {"audit", "admin", "augment"})
        must(("rakkan", "audit", "export", "-o", "c"), {"contracts"})
        must(("rakkan", "init", "c"), {"contracts"})
        must(("rakkan", "keys", "create", "--label", ""), set())
        must(("rakkan", "--set", "http.timeouts.dr"), {"http.timeouts.drain="})
        must(("rakkan", "keys", "list", "--set", "hsm.mod"), {"hsm.module="})
        must(("rakkand", "--config", "contract"), {"contract one.pdf", "contracts"})
        must(("rakkan", "frob"), set())
        wrong = completion.wrong
        # With a blank behind a word that is done, none behind a folder and behind "=", and quoted.
        for keys, wanted in (("rakkan aud\t", "rakkan audit "), ("rakkan audit ver\t", "rakkan audit verify "), ("rakkan sign contracts\t", "contracts/"),
                             ("rakkan sign contract\\ \t", "contract\\ one.pdf "), ("rakkan --set store.\t", "rakkan --set store."),
                             ("rakkand --con\t", "rakkand --config ")):
            wrong.append(on_a_terminal(build, folder, keys, wanted))
    wrong = [line for line in wrong if line]
    print("\n".join(wrong[:30]) or "completes")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
