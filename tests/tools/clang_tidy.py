#!/usr/bin/env python3
"""Runs clang-tidy over translation units, several at a time, and remembers what it found clean.

A unit is looked at again when its preprocessed text (comments too, since NOLINT is one), .clang-tidy or the version of
clang-tidy has changed: the first run over everything takes an hour of one processor, the next one a minute.

    clang_tidy.py --build build/clang --jobs 2 FILE...

Exit status: 0 everything is clean; 1 something was found; 3 a file is in no compilation database.
"""

import argparse
import concurrent.futures
import hashlib
import json
import pathlib
import shlex
import subprocess
import sys

TIDY = "clang-tidy-19"


def commands_of(build):
    """The command of each source file, by its path."""
    entries = json.loads((build / "compile_commands.json").read_text(encoding="utf-8"))
    return {pathlib.Path(entry["directory"], entry["file"]).resolve(): entry for entry in entries}


def preprocessed(entry):
    words = shlex.split(entry["command"])
    at = words.index("-o")
    del words[at:at + 2]
    words.remove("-c")
    return subprocess.run([*words, "-E", "-C"], cwd=entry["directory"], check=True, capture_output=True).stdout


def state_of(entry, rules):
    return hashlib.sha256(rules + preprocessed(entry)).hexdigest()


def look_at(entry, build, rules, stamp):
    """The findings, empty if there are none; None when the unit was clean before."""
    state = state_of(entry, rules)
    if stamp.exists() and stamp.read_text(encoding="utf-8") == state:
        return None
    run = subprocess.run([TIDY, "--quiet", "-p", str(build), entry["file"]], capture_output=True, text=True)
    if run.returncode != 0:
        return run.stdout + run.stderr
    stamp.parent.mkdir(parents=True, exist_ok=True)
    stamp.write_text(state, encoding="utf-8")
    return ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=pathlib.Path, required=True)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("files", nargs="+", type=pathlib.Path)
    arguments = parser.parse_args()

    commands = commands_of(arguments.build)
    unknown = [file for file in arguments.files if file.resolve() not in commands]
    if unknown:
        print("in no compilation database:", *unknown, sep="\n  ", file=sys.stderr)
        return 3
    version = subprocess.run([TIDY, "--version"], check=True, capture_output=True).stdout
    rules = version + pathlib.Path(".clang-tidy").read_bytes()

    found = again = 0
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        runs = {
            pool.submit(look_at, commands[file.resolve()], arguments.build, rules,
                        arguments.build / "tidy" / f"{file}.clean"): file
            for file in arguments.files
        }
        for run in concurrent.futures.as_completed(runs):
            findings = run.result()
            again += findings is None
            if findings:
                found += 1
                print(findings, end="", flush=True)
    print(f"clang-tidy: {len(runs)} units, {again} of them clean as before, {found} with findings")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
