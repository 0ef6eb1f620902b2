#!/usr/bin/env python3
"""Says which files of a target may share a translation unit: those whose anonymous namespaces have no name in common.

A file costs the compiler little beside the headers that it includes, so that a build with sanitizers takes a quarter of the
time when files share their units.

    shared_units.py FILE...      prints the number of each file's unit, in the order of the files, one a line
"""

import pathlib
import re
import sys

FILES_IN_A_UNIT = 12

ANONYMOUS = re.compile(r"^namespace \{$(.*?)^\}  // namespace$", re.MULTILINE | re.DOTALL)
# A name that stands before a bracket, an initial value or the end of a declaration that begins in the first column.
DECLARED = re.compile(r"^(?=[A-Za-z\[])[^\n(={;]*?\b(\w+)\s*(?:\[\w*\]\s*)?(?:[({;]|=(?!=)|:(?!:)|final\b)", re.MULTILINE)


# A file that defines macros may change what headers say, or leave them behind.
MACROS = re.compile(r"^#\s*define\b", re.MULTILINE)


def names_of(file):
    """The names in its anonymous namespaces; None for a file that shares its unit with no other."""
    text = file.read_text(encoding="utf-8")
    if MACROS.search(text):
        return None
    return {name for block in ANONYMOUS.findall(text) for name in DECLARED.findall(block)}


class Unit:
    """Files that are looked at together."""

    def __init__(self, flags=()):
        self.flags = flags
        self.files = []
        self.names = set()

    def takes(self, flags, names):
        return self.names is not None and flags == self.flags and len(self.files) < FILES_IN_A_UNIT and not names & self.names

    def add(self, file, names):
        """names None: the file shares its unit with no other."""
        self.files.append(file)
        self.names = None if names is None else self.names | names


def place(units, file, flags=(), unit_class=Unit):
    """Adds the file to the first unit that takes it, or to a new one, and returns that unit."""
    names = names_of(file)
    unit = None if names is None else next((unit for unit in units if unit.takes(flags, names)), None)
    if unit is None:
        unit = unit_class(flags)
        units.append(unit)
    unit.add(file, names)
    return unit


def main():
    units = []
    for file in map(pathlib.Path, sys.argv[1:]):
        print(units.index(place(units, file)))


if __name__ == "__main__":
    main()
