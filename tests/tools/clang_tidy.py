#!/usr/bin/env python3
"""Runs clang-tidy over source files, several files as one translation unit, and remembers what it found clean.

clang-tidy 19 walks through all that a unit includes, which takes ten times as long as the file itself: so files of one
module share a unit, as far as the names in their anonymous namespaces are different. A unit that does not compile is
looked at file by file. A unit is looked at again when its preprocessed text (comments too, since NOLINT is one),
.clang-tidy or the version of clang-tidy has changed.

    clang_tidy.py --build build/clang --jobs 2 FILE...

Exit status: 0 everything is clean; 1 something was found; 3 a file is in no compilation database.
"""

import argparse
import concurrent.futures
import hashlib
import itertools
import json
import pathlib
import shlex
import subprocess
import sys

import shared_units

TIDY = "clang-tidy-19"
RULES = pathlib.Path(__file__).resolve().parents[2] / ".clang-tidy"


class Unit(shared_units.Unit):
    def text(self):
        return "".join(f'#include "{file.resolve()}"  // NOLINT(bugprone-suspicious-include)\n' for file in self.files)


def flags_of(entry):
    """The command's words besides the names of its files, and its folder."""
    words = shlex.split(entry["command"])
    at = words.index("-o")
    del words[at:at + 2]
    at = words.index("-c")
    del words[at:at + 2]
    return (entry["directory"], *words)


def units_of(files, build):
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    commands = {pathlib.Path(entry["directory"], entry["file"]).resolve(): entry for entry in entries}
    units = []
    for _, module in itertools.groupby(files, lambda file: file.parent):
        open_units = []
        for file in module:
            shared_units.place(open_units, file, flags_of(commands[file.resolve()]), Unit)
        units += open_units
    return units


def look_at(unit, folder, rules):
    """The findings, empty if there are none; None when the unit was clean before."""
    directory, *words = unit.flags
    text = unit.text()
    name = hashlib.sha256(text.encode()).hexdigest()[:16]
    source, stamp = folder / f"{name}.cpp", folder / f"{name}.clean"
    source.write_text(text, encoding="utf-8")
    preprocessed = subprocess.run([*words, "-E", "-C", str(source)], cwd=directory, check=True, capture_output=True).stdout
    state = hashlib.sha256(rules + preprocessed).hexdigest()
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return None
    run = subprocess.run([TIDY, "--quiet", f"--config-file={RULES}", str(source), "--", *words[1:]], cwd=directory,
                         capture_output=True, text=True)
    if "clang-diagnostic-error" in run.stdout and len(unit.files) > 1:
        return "".join(filter(None, (look_at(alone(unit, file), folder, rules) for file in unit.files)))
    if run.returncode != 0:
        return run.stdout + run.stderr
    stamp.write_text(state, encoding="utf-8")
    return ""


def alone(unit, file):
    one = Unit(unit.flags)
    one.add(file, None)
    return one


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    folder = arguments.build.resolve() / "tidy"
    folder.mkdir(parents=True, exist_ok=True)
    rules = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout + RULES.read_bytes()
    try:
        units = units_of(arguments.files, arguments.build)
    except KeyError as missing:
        print(f"{missing.args[0]} is in no compilation database", file=sys.stderr)
        return 3

    found = again = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for run in concurrent.futures.as_completed([pool.submit(look_at, unit, folder, rules) for unit in units]):
            findings = run.result()
            again += findings is None
            if findings:
                found += 1
                print(findings, end="", flush=True)
    print(f"clang-tidy: {len(arguments.files)} files in {len(units)} units, {again} of them clean as before, "
          f"{found} with findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
