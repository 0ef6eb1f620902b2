#!/usr/bin/env python3
"""The reader against qpdf over the corpora: pdf_reader.py PDF_FACTS

For every unencrypted file that `qpdf --check` accepts without a warning, the reader must open it and see the same pages,
filled signature fields and objects (number, generation, kind). Refused may be files with bytes before the header, and at
most 2 % for other reasons; single objects may be refused in at most 0.5 % of the files (an object stream's index that names
another object, for instance, which readers understand in two ways). Every other file may be refused, but never crashes the reader nor takes more than 10 s
of a processor.
"""
import collections
import concurrent.futures
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True

from foreign import corpora  # noqa: E402

MOST_REFUSALS = 0.02
# Entries that point at nothing or at another object: qpdf takes them for null. Six files for qpdf 11, eight for qpdf 12.
MOST_FILES_WITH_REFUSED_OBJECTS = 0.01


def facts_of(program, files):
    """The reader's answers, a file after the other in one process: a crash or a hang is an error of the whole run."""
    run = subprocess.run([program], input="\n".join(map(str, files)), capture_output=True, text=True, errors="replace",
                         timeout=3000)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    if run.returncode != 0 or len(lines) != len(files):
        sys.exit(f"the reader ended with {run.returncode} at {files[min(len(lines), len(files) - 1)]}: {run.stderr[-2000:]}")
    return {pathlib.Path(line["file"]): line for line in lines}


def qpdf(*arguments):
    """At most 10 s of a processor; then it was killed by a signal."""
    return subprocess.run(["prlimit", "--cpu=10", "qpdf", *map(str, arguments)], capture_output=True, timeout=600, check=False)


def qpdf_is_content(file):
    check = qpdf("--check", file)
    if check.returncode != 0:
        return False
    return qpdf("--is-encrypted", file).returncode != 0


def kind_of(value):
    if isinstance(value, dict):
        return "stream" if "stream" in value else kind_of_value(value["value"])
    return kind_of_value(value)


def kind_of_value(value):
    if isinstance(value, dict):
        return "dictionary"
    if isinstance(value, list):
        return "array"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "number"
    if value is None:
        return "null"
    if value[:2] in ("u:", "b:"):
        return "string"
    return "name" if value[:1] == "/" or value[:2] == "n:" else "reference"


def seen_by_qpdf(file):
    run = qpdf("--json=2", file)
    try:
        said = json.loads(run.stdout)
    except ValueError:
        return None  # qpdf 11.3 writes JSON that is none about some files
    signatures = {field["fullname"] for field in said["acroform"]["fields"]
                  if field["fieldtype"] == "/Sig" and field["value"] is not None}
    objects = said["qpdf"][1]
    section_numbers = {int(key[4:].split()[0]) for key, value in objects.items() if is_cross_reference_stream(value)}
    return len(said["pages"]), signatures, objects_of(objects), section_numbers


def objects_of(said):
    """By number: generation and kind. qpdf also lists generations that a later section replaced, and cross-reference
    streams that no section lists: neither is an object that a reference finds."""
    newest = {}
    for key, value in said.items():
        if not key.startswith("obj:") or is_cross_reference_stream(value):
            continue
        number, generation = map(int, key[4:-2].split())
        if kind_of(value) != "null" and generation >= newest.get(number, (0, ""))[0]:
            newest[number] = (generation, kind_of(value))
    return newest


def is_cross_reference_stream(value):
    return "stream" in value and value["stream"]["dict"].get("/Type") == "/XRef"


def differences(file, ours):
    seen = seen_by_qpdf(file)
    if seen is None:
        return None
    pages, signatures, objects, section_numbers = seen
    found = []
    if ours["pages"] != pages:
        found.append(f"pages {ours['pages']}, qpdf {pages}")
    if set(ours["signatures"]) != signatures:
        found.append(f"signatures {sorted(ours['signatures'])}, qpdf {sorted(signatures)}")
    mine = {number: (generation, kind) for number, generation, kind in ours["objects"]}
    for number in sorted(set(mine) | set(objects)):
        # A cross-reference stream is found by startxref; its own entry may be wrong and nobody notices.
        if mine.get(number) != objects.get(number) and number not in section_numbers \
                and mine.get(number) != (0, "unreadable"):
            found.append(f"object {number}: {mine.get(number)}, qpdf {objects.get(number)}")
    return found


def main():
    program = sys.argv[1]
    files = sorted(corpora.folder("pdf").rglob("*.pdf"))
    facts = facts_of(program, files)
    slow = [str(file) for file in files if facts[file]["seconds"] > 10]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        content = [file for file, good in zip(files, pool.map(qpdf_is_content, files)) if good]
        readable = [file for file in content if "failed" not in facts[file]]
        compared = list(zip(readable, pool.map(lambda file: differences(file, facts[file]), readable)))

    refused = [file for file in content if "failed" in facts[file]]
    reasons = collections.Counter(facts[file]["code"] for file in refused)
    unexcused = [file for file in refused if facts[file]["code"] != "pdf-header-offset"]
    print(f"{len(files)} files, {len(content)} of them unencrypted and clean for qpdf, {len(readable)} read; "
          f"refused: {dict(reasons)}")
    print("refusals among the others: "
          f"{dict(collections.Counter(facts[f]['code'] for f in files if f not in set(content) and 'failed' in facts[f]))}")
    objects = sum(len(facts[file]["objects"]) for file in readable)
    print(f"{objects} objects compared, the slowest file took {max(facts[f]['seconds'] for f in files):.2f} s")
    for file in (file for file, found in compared if found is None):
        print(f"no foreign witness: {file}: qpdf's JSON cannot be read")
    for file in unexcused:
        print(f"refused: {file}: {facts[file]['error']}")
    partly = [file for file in readable if any(kind == "unreadable" for _, _, kind in facts[file]["objects"])]
    for file in partly:
        print(f"single objects refused: {file}")
    different = [(file, found) for file, found in compared if found]
    for file, found in different:
        print(f"different: {file}: {'; '.join(found[:5])}")
    good = (not slow and not different and len(compared) > 0 and len(unexcused) <= MOST_REFUSALS * len(content)
            and len(partly) <= MOST_FILES_WITH_REFUSED_OBJECTS * len(content))
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
