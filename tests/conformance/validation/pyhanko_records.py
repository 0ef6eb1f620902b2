#!/usr/bin/env python3
"""The verdicts of `rakkan verify` beside those that pyHanko's own tests recorded: pyhanko_records.py RAKKAN [--only N] [--show CLASS]

Each record has a file, a time, roots and the revocation data that the validator had. They are compared class by class:

    crypto      digest and signature match (intact and valid)
    coverage    the part of the file that the signature covers
    level       the level of later changes; rows of FORM_FILLING are printed as open, since there are no rules for them yet
    docmdp      whether the changes keep to what is permitted
    indication  EN 319 102-1, of the records that have one
    trust       whether the whole is accepted

It fails when cryptographic validity agrees in fewer than 97 of 100 rows, when something is TOTAL-PASSED that pyHanko does not accept,
when a row that tests/conformance/exclusions.tsv excludes would agree, or when more than 15 of 100 rows of a class are excluded.
"""
import argparse
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True

from foreign import corpora  # noqa: E402

LEAST_CRYPTO = 0.97
MOST_EXCLUDED = 0.15
CLASSES = ("crypto", "coverage", "level", "docmdp", "indication", "trust")
EXCLUSIONS = pathlib.Path(__file__).resolve().parent.parent / "exclusions.tsv"
CORPUS = "pyhanko-generated"


def records():
    folder = corpora.folder("pades", CORPUS)
    lines = (folder / "records.jsonl").read_text(encoding="utf-8").splitlines()
    return folder, [dict(json.loads(line), row=number) for number, line in enumerate(lines, 1)]


def exclusions():
    """(row, class) to the reason; class "*" stands for the whole row."""
    found = {}
    for line in EXCLUSIONS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            corpus, row, kind, why = line.split("\t")
            if corpus == CORPUS:
                found[(int(row), kind)] = why
    return found


def verify(program, folder, record):
    command = [program, "verify", "--offline", "--format", "json", "--policy", "compare-pyhanko", "--at", record["now"]]
    for root in record["roots"]:
        command += ["--trust", str(folder / "aux" / f"{root}.cer")]
    for name in record["fetched"]:
        command += ["--evidence", str(folder / "aux" / name)]
    command.append(str(folder / record["file"]))
    with tempfile.NamedTemporaryFile("w", suffix=".password") as password:
        # The record does not have the password, but the names of some tests do.
        named = re.search(r"\[((?:user|owner)secret)\b", record["test"])
        if record["password_or_pubkey"] and named:
            password.write(named[1])
            password.flush()
            command += ["--password-file", password.name]
        run = subprocess.run(command, capture_output=True, text=True, timeout=600, cwd=tempfile.gettempdir())
    try:
        said = json.loads(run.stdout)
    except ValueError:
        sys.exit(f"row {record['row']}: no JSON, exit status {run.returncode}: {run.stdout[:200]} {run.stderr[:400]}")
    expected = {"TOTAL-PASSED": 0, "PASSED": 0, "TOTAL-FAILED": 1, "FAILED": 1, "INDETERMINATE": 2, None: 2}
    status = 3 if "error" in said else expected[said["indication"]]
    if run.returncode != status:
        sys.exit(f"row {record['row']}: exit status {run.returncode}, and {status} is right")
    return said


def signature_of(said, record):
    """The signature, or document timestamp, that the record is about; None when the file could not be judged."""
    field = record["field"]
    for one in said.get("signatures", []) + said.get("timestamps", []):
        if field is None or one.get("field") == field:
            return one
    return None


def accepted(status):
    """Whether pyHanko accepts the signature as a whole; None when it does not say. Seed values, the wishes of the document's author
    for signatures to come, are findings here and no part of the verdict."""
    if status.get("seed_value_ok") is False:
        return status["intact"] and status["valid"] and status["trusted"] and status.get("docmdp_ok") is not False
    return status.get("bottom_line")


def compare(record, said):
    """class to (ours, theirs), for the classes that the record says something about."""
    status = record["status"] or {}
    ours = signature_of(said, record) or {}
    rows = {}
    if status.get("intact") is not None:
        rows["crypto"] = (bool(ours.get("cryptographicallyValid")), status["intact"] and status["valid"])
    if status.get("coverage"):
        rows["coverage"] = (ours.get("coverage"), status["coverage"])
    if status.get("modification_level") and status.get("coverage", "").startswith("ENTIRE"):
        rows["level"] = (ours.get("modificationLevel"), status["modification_level"])
    if status.get("docmdp_ok") is not None and status.get("modification_level") in ("NONE", "LTA_UPDATES"):
        rows["docmdp"] = (ours.get("docMdpOk"), status["docmdp_ok"])
    is_open = status.get("modification_level") == "FORM_FILLING"  # there are no rules for it yet
    if record["ades"] and not is_open:
        theirs = record["ades"].split("/")
        indication = (ours.get("indication") or "").replace("TOTAL-", "")
        rows["indication"] = (indication, theirs[0])
    if accepted(status) is not None and not record["ades"] and not is_open:
        rows["trust"] = ((ours.get("indication") or "").endswith("PASSED"), accepted(status))
    return rows


def refused(record):
    """True when pyHanko does not accept the signature."""
    status = record["status"] or {}
    if record["ades"]:
        return not record["ades"].startswith("PASSED")
    return accepted(status) is False or (status.get("intact") is not None and not status["intact"])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--only", type=int, help="one row, with everything that was said")
    parser.add_argument("--show", choices=CLASSES, help="each row of the class that does not agree")
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    folder, all_records = records()
    if arguments.only:
        record = all_records[arguments.only - 1]
        said = verify(program, folder, record)
        print(json.dumps(record, indent=1), json.dumps(said, indent=1, ensure_ascii=False), compare(record, said), sep="\n")
        return
    excluded = exclusions()
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count()) as pool:
        answers = list(pool.map(lambda record: verify(program, folder, record), all_records))

    agreed, total, left_out = (collections.Counter() for _ in range(3))
    differing = collections.defaultdict(list)
    faults, open_rows = [], []
    for record, said in zip(all_records, answers):
        number, name = record["row"], record["test"].split("::")[-1]
        ours = signature_of(said, record) or {}
        whole = excluded.get((number, "*"))
        if (ours.get("indication") or "").endswith("TOTAL-PASSED") and refused(record) and not whole \
                and (number, "passed") not in excluded:
            faults.append(f"row {number} {name}: TOTAL-PASSED, and pyHanko does not accept it")
        rows = compare(record, said)
        if whole and rows and all(one == other for one, other in rows.values()):
            faults.append(f"row {number} {name}: excluded ({whole}), and it agrees")
        for kind, (one, other) in rows.items():
            if kind == "level" and other == "FORM_FILLING":
                open_rows.append((number, name, one))
                continue
            total[kind] += 1
            why = whole or excluded.get((number, kind))
            if why:
                left_out[kind] += 1
                if not whole and one == other:
                    faults.append(f"row {number} {name}, {kind}: excluded ({why}), and it agrees")
            elif one == other:
                agreed[kind] += 1
            else:
                differing[kind].append((number, name, one, other, ours.get("indication"), ours.get("subIndication")))

    for kind in CLASSES:
        compared = total[kind] - left_out[kind]
        share = agreed[kind] / compared if compared else 1.0
        print(f"{kind:10} {agreed[kind]:4} of {compared:4} agree ({100 * share:5.1f} %), {left_out[kind]} excluded")
        if total[kind] and left_out[kind] / total[kind] > MOST_EXCLUDED:
            faults.append(f"{kind}: {left_out[kind]} of {total[kind]} rows are excluded")
        if kind == "crypto" and share < LEAST_CRYPTO:
            faults.append(f"crypto: {100 * share:.1f} % agree, and {100 * LEAST_CRYPTO:.0f} % are needed")
        if arguments.show == kind:
            for row in differing[kind]:
                print("   ", *row)
    print(f"open       {len(open_rows):4} rows of FORM_FILLING: {dict(collections.Counter(str(row[2]) for row in open_rows))}")
    print(*faults, sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
