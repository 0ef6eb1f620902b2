#!/usr/bin/env python3
"""The manual pages hold every command and option that the programs' own --help tells, every key of the configuration, and are
pages that man(1) can show: by their structure, and by groff and mandoc where those are installed.

    manual_pages.py BUILD-FOLDER
    manual_pages.py --self-test
"""
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
REQUESTS = {"TH", "SH", "SS", "PP", "TP", "RS", "RE", "nf", "fi", "br", "nh", "ad"}
ESCAPE = re.compile(r"\\(?:-|&|f[BR]|\((?:rs|aq|ti|ha|ga)|\[u[0-9A-F]{4,6}\])")


def help_of(program: Path, words: tuple[str, ...]) -> str:
    return subprocess.run([str(program), *words, "--help"], capture_output=True, text=True, check=True).stdout


def names_in(text: str) -> tuple[list[str], list[str]]:
    """The options and the commands that a --help tells."""
    options = [name for match in re.finditer(r"^ +((?:-\w, *)?--[a-z][\w-]*)", text, re.MULTILINE) for name in re.split(r", *", match.group(1))]
    options += re.findall(r"^ +(-\w)(?= )", text, re.MULTILINE)
    commands = re.search(r"^subcommands:\n((?:  .*\n)+)", text, re.MULTILINE | re.IGNORECASE)
    return options, re.findall(r"^  ([a-z][\w-]*)", commands.group(1), re.MULTILINE) if commands else []


def tree(program: Path, words: tuple[str, ...] = ()) -> dict[tuple[str, ...], list[str]]:
    """{the words of a command: its options}; of a group too."""
    options, commands = names_in(help_of(program, words))
    found = {words: options}
    for command in commands:
        found |= tree(program, (*words, command))
    return found


def roff(text: str) -> str:
    return text.replace("-", "\\-")


def part_of(page: str, heading: str) -> str:
    """The text below the heading, up to the next."""
    begin = page.find(heading)
    if begin < 0:
        return ""
    end = re.search(r"^\.S[HS] ", page[begin + len(heading):], re.MULTILINE)
    return page[begin:begin + len(heading) + end.start()] if end else page[begin:]


def lacking(page: str, program: str, commands: dict[tuple[str, ...], list[str]]) -> list[str]:
    found = []
    page = re.sub(r"\\f[BR]", "", page)
    common = part_of(page, '.SH "OPTIONS"')
    groups = {words[:-1] for words in commands if words}
    for words, options in commands.items():
        if words and words in groups:
            continue
        part = part_of(page, f'.SS "{roff(" ".join((program, *words)))}"\n') if words else common
        if not part:
            found.append(f"{program} {' '.join(words)} is not described")
            continue
        for option in options:
            named = re.compile(r"(?<![\w-])" + re.escape(roff(option)) + r"(?![\w\\])")
            if not named.search(part) and not named.search(common):
                found.append(f"{program} {' '.join(words)}: {option} is not described")
    return found


def malformed(name: str, page: str) -> list[str]:
    found = []
    lines = [line for line in page.splitlines() if not line.startswith('.\\"')]
    stem, section = name.rsplit(".", 1)
    if not lines or not re.match(rf'\.TH "{re.escape(roff(stem.upper()))}" {section} ', lines[0]):
        found.append(f"{name}: does not begin with .TH")
    if '.SH "NAME"\n.PP\n' + roff(stem) + " \\- " not in page:
        found.append(f"{name}: NAME is not what whatis(1) reads")
    depth = 0
    for number, line in enumerate(page.splitlines(), 1):
        if line.startswith('.\\"'):
            continue
        if line.startswith((".", "'")):
            request = line[1:].split(" ")[0]
            depth += {"RS": 1, "RE": -1}.get(request, 0)
            if request not in REQUESTS:
                found.append(f"{name}:{number}: .{request}")
        if "\\" in ESCAPE.sub("", line):
            found.append(f"{name}:{number}: an escape that is none: {line}")
        if not line.isascii() or not line:
            found.append(f"{name}:{number}: is empty or not ASCII")
    if depth != 0 or page.count("\n.nf\n") != page.count("\n.fi\n"):
        found.append(f"{name}: a block without an end")
    return found


def judged(file: Path) -> list[str]:
    """The complaints of formatters about the page."""
    found = []
    for words in (["groff", "-man", "-Tutf8", "-ww", "-z"], ["mandoc", "-Tlint", "-Werror"]):
        if shutil.which(words[0]):
            done = subprocess.run([*words, str(file)], capture_output=True, text=True, check=False)
            if done.returncode != 0 or done.stderr:
                found.append(f"{words[0]}: {file.name}: {done.stdout}{done.stderr}")
    return found


def self_test() -> int:
    page = ('.\\" made\n.TH "X" 1 "" "v"\n.SH "NAME"\n.PP\nx \\- does\n.SH "OPTIONS"\n.TP\n\\fB\\-\\-json\\fR\n.SS "x a b"\n.TP\n\\fB\\-o, \\-\\-out FILE\\fR\n'
            "\\[u7ACB]\n")
    commands = {(): ["--json"], ("a",): ["--json"], ("a", "b"): ["-o", "--out", "--json"]}
    assert lacking(page, "x", commands) == [], lacking(page, "x", commands)
    assert lacking(page, "x", commands | {("a", "c"): []}) == ["x a c is not described"]
    assert lacking(page, "x", commands | {("a", "b"): ["--ou"]}) == ["x a b: --ou is not described"]
    assert malformed("x.1", page) == [], malformed("x.1", page)
    for bad in (page + ".so /etc/passwd\n", page + "back\\slash\n", page + ".RS 4\n", page + "立\n", page.replace(".TH", ".SH"), page.replace("x \\- does", "does")):
        assert malformed("x.1", bad), bad
    text = "Options:\n  -h,--help    Help\n  -o,--output FILE REQUIRED\n  -h,     --help\n  --set\nSubcommands:\n  init  Make\n  keys  API keys\n"
    assert names_in(text) == (["-h", "--help", "-o", "--output", "-h", "--help", "--set"], ["init", "keys"]), names_in(text)
    return 0


def main() -> int:
    if sys.argv[1] == "--self-test":
        return self_test()
    build = Path(sys.argv[1]).resolve()
    pages = {name: (build / "manual" / name).read_text(encoding="utf-8") for name in ("rakkan.1", "rakkand.8", "rakkan.toml.5")}
    commands = tree(build / "rakkan")
    found = lacking(pages["rakkan.1"], "rakkan", commands)
    found += lacking(pages["rakkand.8"], "rakkand", tree(build / "rakkand"))
    keys = re.findall(r"^\| `([^`]+)` \|", (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8"), re.MULTILINE)
    found += [f"rakkan.toml(5): {key} is not described" for key in keys if f"\\fB{roff(key)}\\fR\n" not in pages["rakkan.toml.5"]]
    for name, page in pages.items():
        found += malformed(name, page) + judged(build / "manual" / name)
    print("\n".join(found) or f"{len(commands)} commands and {len(keys)} keys are described")
    return 1 if found or len(commands) < 20 or len(keys) < 50 else 0


if __name__ == "__main__":
    sys.exit(main())
