#!/usr/bin/env python3
"""Runs every example of docs/api/README.md as a reader does: ./dev serve, an empty folder, and nothing but what it prints.

    run_examples.py BUILD-FOLDER

Twice in a row in one folder. Then with a key that the server does not know, line after line though each is refused: nothing that
was refused may stand in a file that is said to hold a signature.
"""
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "demo"))
sys.dont_write_bytecode = True

from data_folder import PATIENCE, clean_environment, end_with_parent, free_port  # noqa: E402


def blocks(page: Path) -> list[tuple[int, str]]:
    """The shell blocks with the line each begins at."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, match.start()) + 2, match.group(1)) for match in re.finditer(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]


class Failure(Exception):
    """An example of the page does not work."""


class Serve:
    """./dev serve without its build, ended by its process id."""

    def __init__(self, build: Path, folder: Path):
        self.log = folder / "serve.log"
        command = [sys.executable, str(ROOT / "tests" / "demo" / "serve"), "--no-build", "--build", str(build), "--out", str(folder / "serve"),
                   "--port", str(free_port()), "--metrics-port", str(free_port()), "--authority-port", str(free_port())]
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
                                            env=clean_environment(), preexec_fn=end_with_parent)

    def exports(self) -> dict[str, str]:
        """The variables that it tells its reader to set."""
        until = time.monotonic() + 5 * PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            text = self.log.read_text(encoding="utf-8", errors="replace")
            if "Ctrl-C ends it." in text:
                lines = re.findall(r"^ *export (\w+)=(.*)$", text, re.MULTILINE)
                return {name: shlex.split(value)[0] for name, value in lines}
            time.sleep(0.05)
        raise Failure(f"./dev serve does not say how to go on:\n{self.tail()}")

    def tail(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=2 * PATIENCE)


def run(examples: list[tuple[int, str]], folder: Path, exports: dict[str, str], stops: bool) -> subprocess.CompletedProcess:
    """One shell for all blocks: what one defines, the next uses. Each says where it is, so that a failure is found."""
    environment = {name: value for name, value in clean_environment().items() if name in ("PATH", "HOME", "LANG", "TMPDIR")}
    script = ("set -euo pipefail\n" if stops else "set +e\n") + "".join(f"echo 'line {line}'\n{text}" for line, text in examples)
    return subprocess.run(["bash", "-c", script], cwd=folder, env=environment | exports, capture_output=True, text=True, timeout=900,
                          check=False)


def works(examples: list[tuple[int, str]], folder: Path, exports: dict[str, str], which: str) -> None:
    done = run(examples, folder, exports, True)
    print(done.stdout + done.stderr, end="")
    if done.returncode != 0:
        raise Failure(f"docs/api/README.md, {which} run: the block at the last line named above failed ({done.returncode})")


def refused_is_not_kept(examples: list[tuple[int, str]], folder: Path, exports: dict[str, str]) -> None:
    (folder / "no-key").write_text("rkn_0123456789abcdef_" + "A" * 43 + "\n", encoding="utf-8")
    said = run(examples, folder, exports | {"API_KEY_FILE": str(folder / "no-key")}, False).stderr
    if "api-key-unknown" not in said:
        raise Failure(f"a refusal is not shown:\n{said}")
    for file in folder.iterdir():
        if file.name != "problem.json" and b"/problems/" in file.read_bytes():
            raise Failure(f"a problem document stands in {file.name}")


def main() -> int:
    build = Path(sys.argv[1]).resolve()
    page = ROOT / "docs" / "api" / "README.md"
    examples = blocks(page)
    if len(examples) < 5:
        print(f"only {len(examples)} examples found in {page}")
        return 1
    with tempfile.TemporaryDirectory() as name:
        top = Path(name)
        reader, stranger = top / "reader", top / "stranger"
        reader.mkdir()
        stranger.mkdir()
        serve = Serve(build, top)
        try:
            exports = serve.exports()
            works(examples, reader, exports, "first")
            works(examples, reader, exports, "second")
            refused_is_not_kept(examples, stranger, exports)
        except Failure as failure:
            print(f"{failure}\n{serve.tail()}")
            return 1
        finally:
            ended = serve.stop()
        if ended != 0:
            print(f"the server's exit status is {ended}\n{serve.tail()}")
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
