#!/usr/bin/env python3
"""Fails when a test skipped itself without being allowed to.

    skipped_tests.py --allowed tests/allowed_skips.txt build/dev/tests.xml

Reads ctest's JUnit report. Silent when all is well.
"""

import argparse
import fnmatch
import pathlib
import sys
import xml.etree.ElementTree as ElementTree


def allowed_patterns(text):
    lines = (line.split("#")[0].strip() for line in text.splitlines())
    return [line for line in lines if line]


def skipped(report):
    for case in ElementTree.fromstring(report).iter("testcase"):
        if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            yield case.get("name")


def unexpected(report, patterns):
    return [name for name in skipped(report) if not any(fnmatch.fnmatchcase(name, p) for p in patterns)]


def self_test():
    report = """<testsuite><testcase name="a" status="run"/><testcase name="b" status="notrun"><skipped/></testcase>
        <testcase name="c.1" status="notrun"><skipped/></testcase><testcase name="d" status="disabled"/></testsuite>"""
    assert unexpected(report, allowed_patterns("# why\nc.*  # reason\n")) == ["b", "d"]
    assert unexpected(report, ["b", "c.*", "d"]) == []


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--allowed", type=pathlib.Path)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("report", type=pathlib.Path, nargs="?")
    arguments = parser.parse_args()
    if arguments.self_test:
        return self_test()
    names = unexpected(arguments.report.read_text(), allowed_patterns(arguments.allowed.read_text()))
    for name in names:
        print(f"skipped, and not in {arguments.allowed}: {name}", file=sys.stderr)
    return 1 if names else 0


if __name__ == "__main__":
    sys.exit(main())
