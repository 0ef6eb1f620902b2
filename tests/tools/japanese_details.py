#!/usr/bin/env python3
"""The table of details in Japanese (src/console/japanese.cpp) against the source: no row has lost its detail, and every detail that
stands whole in the source of what a command line tells has a row.

    japanese_details.py [--root .]
    japanese_details.py --self-test
"""
import argparse
import re
import sys
import tempfile
from pathlib import Path

TABLE = "src/console/japanese.cpp"
# Modules whose details must have Japanese: mistakes in command line and configuration, files, the data folder.
WHOLE = ("apps", "cli", "config", "preflight", "base")
# Words of CLI11's.
FOREIGN = {"A subcommand is required", " is required", " requires ", " excludes ", " not in {", "Could not convert: "}
LITERAL = r'"((?:[^"\\\n]|\\.)*)"'


def unescaped(text: str) -> str:
    return text.replace('\\"', '"').replace("\\\\", "\\")


def rows(table: str) -> list[str]:
    return [unescaped(match.group(1)) for match in re.finditer(r"Translation\{" + LITERAL + ",", table)]


def fragments(row: str) -> list[str]:
    return [part for part in re.split(r"\{[1-4]\}", row) if len(re.findall(r"[A-Za-z]", part)) >= 3]


def source_of(root: Path) -> str:
    """All texts of the source, those that the compiler joins joined."""
    texts = []
    for path in sorted([*root.glob("src/**/*.[ch]pp"), *root.glob("include/**/*.hpp")]):
        if path.as_posix().endswith(TABLE):
            continue
        for match in re.finditer(rf"{LITERAL}(?:\s*{LITERAL})*", path.read_text(encoding="utf-8")):
            texts.append("".join(unescaped(one) for one in re.findall(LITERAL, match.group(0))))
    return "\0".join(texts)


def is_said(part: str, source: str) -> bool:
    """As one text of the source, or as two that it puts together."""
    return part in source or any(part[:at] in source and part[at:] in source for at in range(3, len(part) - 1) if part[at - 1] in " :" or part[at] in " :")


def details(root: Path) -> dict[str, str]:
    """{a detail that is one text: where it stands}."""
    found = {}
    for module in WHOLE:
        for path in sorted(root.glob(f"src/{module}/*.cpp")):
            text = path.read_text(encoding="utf-8")
            for match in re.finditer(rf"\bfail\(\s*(?:Error\{{)?\s*ErrorCode::\w+,\s*((?:{LITERAL}\s*)+)[,)]", text):
                detail = "".join(unescaped(one) for one in re.findall(LITERAL, match.group(1)))
                found[detail] = f"{path.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}"
    return found


def wrong(root: Path) -> list[str]:
    table = rows((root / TABLE).read_text(encoding="utf-8"))
    source = source_of(root)
    found = [f"{TABLE}: nothing says {part!r} any more" for row in table for part in fragments(row) if part not in FOREIGN and not is_said(part, source)]
    known = [re.compile("(.+)".join(re.escape(part) for part in re.split(r"\{[1-4]\}", row)), re.DOTALL) for row in table]
    found += [f"{place}: no Japanese for {detail!r}" for detail, place in details(root).items() if not any(row.fullmatch(detail) for row in known)]
    return found


def self_test() -> int:
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        for path, text in ((TABLE, 'Translation{"is \\"red\\"", "r"},\nTranslation{"more than {1} bytes", "b"},\n'),
                           ("src/cli/x.cpp", 'fail(ErrorCode::a, "is \\"red\\"");\nfail(ErrorCode::b, "more than " + n + " bytes");\n')):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text)
        assert wrong(root) == [], wrong(root)
        (root / "src/cli/y.cpp").write_text('return fail(ErrorCode::c,\n  "a new "\n  "detail", where);\n')
        assert wrong(root) == ["src/cli/y.cpp:1: no Japanese for 'a new detail'"], wrong(root)
        (root / "src/cli/y.cpp").write_text("")
        (root / "src/cli/x.cpp").write_text('fail(ErrorCode::b, "more than " + n + " bytes");\n')
        assert len(wrong(root)) == 1 and "nothing says" in wrong(root)[0], wrong(root)
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--root", type=Path, default=Path("."))
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        return self_test()
    found = wrong(options.root)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
