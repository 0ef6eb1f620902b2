#!/usr/bin/env python3
"""Says which files of a target may share a translation unit: those whose anonymous namespaces have no name in common, and that
give no other meaning to a namespace's name.

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


# A second name for a namespace, a type or a function. In a unit it is there for all files below, where the same word may mean something
# else; the same name for the same thing may be given twice.
ALIAS = re.compile(r"^(?:namespace|using) (?:(\w+) = )?([\w:<>, ]+?(\w+)|[\w:<>, *&()]+);$", re.MULTILINE)
# Tests of one name would be one class.
TEST = re.compile(r"^(?:TEST|TEST_F|TEST_P)\((\w+),\s*(\w+)\)", re.MULTILINE)
QUALIFIER = re.compile(r"\b(\w+)::")
# A call of a function by its name alone, or a constant: one of that name in a file above would hide the one that is meant.
CALL = re.compile(r"(?<![\w.:>~])(?:(\w+)\(|(k[A-Z]\w*))")
ENUMERATION = re.compile(r"^enum (?!class)[^{;]*\{(.*?)\}", re.MULTILINE | re.DOTALL)
ENUMERATOR = re.compile(r"^\s*(\w+)", re.MULTILINE)


class Names:
    """The names of one file, or of all files of a unit, that decide what shares a unit with it."""

    def __init__(self):
        self.declared = set()  # in anonymous namespaces
        self.aliases = {}  # the meaning of each
        self.qualifiers = set()  # what stands before ::
        self.called = set()

    def clash_with(self, other):
        hidden = self.declared & other.called | other.declared & self.called
        return bool(self.declared & other.declared) or bool(hidden) or self.misread(other) or other.misread(self)

    def misread(self, other):
        """Whether an alias of ours changes what a name in the other means."""
        used = other.qualifiers | other.called | other.declared
        return any(other.aliases.get(name, None if name in used else meaning) != meaning for name, meaning in self.aliases.items())

    def add(self, other):
        self.declared |= other.declared
        self.aliases |= other.aliases
        self.qualifiers |= other.qualifiers
        self.called |= other.called


def names_of(file):
    """None for a file that shares its unit with no other."""
    text = file.read_text(encoding="utf-8")
    if MACROS.search(text):
        return None
    names = Names()
    names.aliases = {given or last: meaning for given, meaning, last in ALIAS.findall(text)}
    names.qualifiers = set(QUALIFIER.findall(text))
    names.called = {function or constant for function, constant in CALL.findall(text)}
    for enumeration in ENUMERATION.findall(text):
        names.declared |= set(ENUMERATOR.findall(enumeration))
    names.declared |= {name for block in ANONYMOUS.findall(text) for name in DECLARED.findall(ALIAS.sub("", block)) if not name.isupper()}
    names.declared |= {suite + "." + test for suite, test in TEST.findall(text)}
    return names


class Unit:
    """Files that are looked at together."""

    def __init__(self, flags=()):
        self.flags = flags
        self.files = []
        self.names = Names()

    def takes(self, flags, names):
        return self.names is not None and flags == self.flags and len(self.files) < FILES_IN_A_UNIT and not names.clash_with(self.names)

    def add(self, file, names):
        """names None: the file shares its unit with no other."""
        self.files.append(file)
        if names is None:
            self.names = None
        else:
            self.names.add(names)


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
