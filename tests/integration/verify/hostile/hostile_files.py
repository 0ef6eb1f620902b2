#!/usr/bin/env python3
"""Files that are made to cost their reader much: hostile_files.py RAKKAN --maker MAKE_HOSTILE_FILES [--slowness N] [--only NAME]

Each is judged by `rakkan verify` in a process of its own, which may take CPU_SECONDS of processor time and MEMORY bytes of memory
(resident at most), and must end by itself with JSON and one of the exit statuses that the row allows. RAKKAN may be any build of the
program. A debug build takes --slowness times as long, and DEBUG_MEMORY more for its code; --unlimited (of a build with sanitizers)
leaves out both.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile

CPU_SECONDS = 2.0
MEMORY = 200 << 20
DEBUG_MEMORY = 50 << 20
KILLED_AFTER = 30  # times CPU_SECONDS: what takes longer is ended
FEWEST_FILES = 40


def judge(program, row):
    """(exit status, output, seconds of CPU, bytes of memory). This process is small, so that its own memory counts for nothing."""
    with tempfile.TemporaryFile() as output:
        hard = int(CPU_SECONDS * KILLED_AFTER)

        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (hard, hard + 5))

        child = subprocess.Popen([program, "verify", "--format", "json", *row["options"]], stdout=output,
                                 stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, preexec_fn=limit)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        return child.returncode, output.read().decode("utf-8", "replace"), used.ru_utime + used.ru_stime, used.ru_maxrss * 1024


def faults_of(row, status, output, seconds, memory, limits):
    if status not in row["exits"]:
        yield f"exit status {status}, and it may be {row['exits']}: {output[:300]}"
    try:
        json.loads(output.splitlines()[0] if output else "")
    except ValueError:
        yield f"no JSON: {output[:300]}"
    most_seconds, most_memory = limits
    if seconds > most_seconds:
        yield f"{seconds:.2f} s of CPU, and {most_seconds:.0f} s are allowed"
    if memory > most_memory:
        yield f"{memory >> 20} MB, and {int(most_memory) >> 20} MB are allowed"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--maker", required=True)
    parser.add_argument("--slowness", type=float, default=1, help="of a build without optimisation")
    parser.add_argument("--unlimited", action="store_true", help="of a build with sanitizers")
    parser.add_argument("--only", help="a part of the names of the files")
    arguments = parser.parse_args()
    is_debug = arguments.slowness > 1
    limits = (CPU_SECONDS * arguments.slowness, MEMORY + (DEBUG_MEMORY if is_debug else 0))
    if arguments.unlimited:
        limits = (float("inf"), float("inf"))
    program, maker = (str(pathlib.Path(each).resolve()) for each in (arguments.program, arguments.maker))
    faults = []
    with tempfile.TemporaryDirectory() as folder:
        made = subprocess.run([maker, folder, *([arguments.only] if arguments.only else [])], capture_output=True, text=True,
                              timeout=1200, check=False)
        if made.returncode != 0:
            sys.exit(f"the maker failed: {made.stderr}")
        rows = json.loads(made.stdout)
        for row in rows:
            status, output, seconds, memory = judge(program, row)
            print(f"{seconds:6.2f} s {memory >> 20:5} MB, exit {status}: {row['name']} ({row['size'] / 1e6:.1f} MB)", flush=True)
            faults += [f"{row['name']}: {fault}" for fault in faults_of(row, status, output, seconds, memory, limits)]
    if not arguments.only and len(rows) < FEWEST_FILES:
        faults.append(f"{len(rows)} files, and there were {FEWEST_FILES}")
    print(*faults, sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
