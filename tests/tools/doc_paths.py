#!/usr/bin/env python3
"""Documents name files that exist: links, and paths in backticks that begin with a folder of this tree.

    doc_paths.py [--root .]
"""

import argparse
import pathlib
import re
import sys
import tempfile

LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
PATH = re.compile(r"`((?:benchmarks|certs|docs|hsm|include|src|tests)/[A-Za-z0-9_./-]+)`")


def documents(root):
    for pattern in ("*.md", "docs/**/*.md", "src/**/*.md", "tests/**/*.md", "benchmarks/**/*.md", "certs/*.md", "hsm/*.md"):
        yield from sorted(root.glob(pattern))


def missing(root):
    """Links are taken from the document's folder; paths from there too, or from the root."""
    for document in documents(root):
        text = document.read_text(encoding="utf-8")
        for expression, folders in ((LINK, [document.parent]), (PATH, [root, document.parent])):
            for match in expression.finditer(text):
                if not any((folder / match.group(1)).exists() for folder in folders):
                    yield f"{document.relative_to(root)}:{text.count(chr(10), 0, match.start()) + 1}: {match.group(1)} does not exist"


def self_test():
    with tempfile.TemporaryDirectory() as name:
        root = pathlib.Path(name)
        (root / "docs").mkdir()
        (root / "src").mkdir()
        (root / "src" / "here.cpp").touch()
        (root / "docs" / "a.md").write_text("[x](b.md) `src/gone.cpp` `src/here.cpp` [y](a.md#part) [z](https://example.org/)\n", encoding="utf-8")
        found = list(missing(root))
        assert found == ["docs/a.md:1: b.md does not exist", "docs/a.md:1: src/gone.cpp does not exist"], found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path("."))
    parser.add_argument("--self-test", action="store_true")
    options = parser.parse_args()
    if options.self_test:
        self_test()
        return 0
    found = list(missing(options.root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
