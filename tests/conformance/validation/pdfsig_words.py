#!/usr/bin/env python3
"""The words of pdfsig (poppler, NSS) beside those of `rakkan verify`: pdfsig_words.py RAKKAN --maker MAKE_MATRIX [--update VERSION]

Judged are the signed PDFs of the corpora ($RAKKAN_CORPORA/pades), documents of each kind that we make, and two lies about each of
these: one bit of a page, one bit of the signature value. Of every signature of which Rakkan says whether it is right
(cryptographicallyValid), pdfsig must say the same: valid, digest mismatch or invalid.

Where it does not, pdfsig_words.tsv has a row for that version of poppler with both words and the reason. It fails when a
disagreement has no row, when a row's words are no longer said (so that a newer tool that mends it is noticed), and when fewer
signatures are compared than FEWEST. Versions that no row names are not judged: the test is skipped.

--update writes the rows of this version anew; each new one has the reason "?", which the test does not take.
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

from foreign import corpora, cut, tamper  # noqa: E402

ROWS = pathlib.Path(__file__).with_suffix(".tsv")
FEWEST = {"corpora": 480, "made": 40}  # signatures compared
AT = "2026-01-01T00:00:00Z"  # what is compared does not depend on the time

VALID, MISMATCH, INVALID, MALFORMED = "valid", "mismatch", "invalid", "malformed"
# The words of pdfsig for each; a signature whose ByteRange is not well formed may be right or wrong to it, and is listed.
AGREES = {VALID: "Signature is Valid.", MISMATCH: "Digest Mismatch.", INVALID: "Signature is Invalid."}
NOT_LISTED, NOT_SIGNED = "not listed", "not signed"
# Whether a version knows document timestamps; one that does not says so of each of them.
NOT_VERIFIED = "Signature has not yet been verified."


def poppler_version():
    said = subprocess.run(["pdfsig", "-v"], capture_output=True, text=True, check=False)
    found = re.search(r"pdfsig version (\d+\.\d+)", said.stdout + said.stderr)
    if not found:
        sys.exit("pdfsig does not tell its version")
    return found[1]


# --- What each of them says -------------------------------------------------------------------------------------------


def our_words(program, file):
    """{(field, whether it is a document timestamp): word}; nothing of signatures of which we cannot say whether they are right."""
    with tempfile.TemporaryDirectory() as folder:
        facts_file = pathlib.Path(folder, "facts.json")
        run = subprocess.run([program, "verify", "--format", "json", "--at", AT, "--facts-out", facts_file, file],
                             capture_output=True, text=True, timeout=600, cwd=folder, check=False)
        said = json.loads(run.stdout.splitlines()[0])
        if "error" in said:
            return {}
        facts = json.loads(facts_file.read_text(encoding="utf-8"))
    about = {one["id"]: one for one in facts.get("signatures", []) + facts.get("timestamps", [])}
    words = {}
    for verdict in said["signatures"] + [one for one in said["timestamps"] if one["kind"] == "document"]:
        fact = about[verdict["id"]]
        if verdict["cryptographicallyValid"] is None:
            continue
        digests = [each["match"] for each in fact["signer"].get("digests", [])]
        digests += [fact["imprint"]["match"]] if "imprint" in fact else []
        if verdict["cryptographicallyValid"]:
            word = VALID
        elif "mismatch" in digests:
            word = MISMATCH
        else:
            word = INVALID if fact["signer"]["signature"] == "bad" else MALFORMED
        words[(verdict["field"], "imprint" in fact)] = word
    return words


def pdfsig_words(file):
    """{field: what pdfsig says}."""
    environment = {**os.environ, "LC_ALL": "C", "LANGUAGE": ""}
    run = subprocess.run(["prlimit", "--cpu=60", "pdfsig", "-nocert", file], capture_output=True, text=True, errors="replace",
                         timeout=600, env=environment, check=False)
    words = {}
    for block in re.split(r"^Signature #\d+:$", run.stdout, flags=re.MULTILINE)[1:]:
        field = re.search(r"Signature Field Name: (.*)", block)
        verdict = re.search(r"Signature Validation: (.*)", block)
        name = field[1].strip() if field else ""
        if verdict or name not in words:
            words[name] = verdict[1].strip() if verdict else NOT_SIGNED
    return words


def knows_timestamps(theirs):
    """False for a version that says of every document timestamp that it has not verified it."""
    return any(word not in (NOT_VERIFIED, NOT_LISTED) for word in theirs)


# --- The files ----------------------------------------------------------------------------------------------------------


def made_documents(maker, folder):
    """Documents of ours, and lies about the signatures in them: (name, path)."""
    done = subprocess.run([maker, folder], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        sys.exit(f"the maker failed: {done.stderr}")
    files = []
    for made in json.loads(done.stdout):
        path = pathlib.Path(folder, made["file"])
        data = path.read_bytes()
        signature = cut.signatures(data)[0]
        files.append((f"made/{made['file']}", path))
        for lie, changed in (("page", tamper.first_span(data, signature)),
                             ("value", cut.with_cms(data, signature, tamper.signature_value(signature.cms)))):
            other = path.with_suffix(f".{lie}.pdf")
            other.write_bytes(changed)
            files.append((f"made/{other.name}", other))
    return files


# --- The rows -----------------------------------------------------------------------------------------------------------


def read_rows():
    """{version: {(file, field): (ours, theirs, why)}}"""
    rows = collections.defaultdict(dict)
    for line in ROWS.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            version, file, field, ours, theirs, why = line.split("\t")
            if (file, field) in rows[version]:
                sys.exit(f"{file}, {field}: two rows for {version}")
            rows[version][file, field] = (ours, theirs, why)
    return rows


def write_rows(rows):
    head = [line for line in ROWS.read_text(encoding="utf-8").splitlines() if line.startswith("#")]
    body = ["\t".join((version, *key, *words)) for version in sorted(rows) for key, words in sorted(rows[version].items())]
    ROWS.write_text("\n".join(head + body) + "\n", encoding="utf-8")


def disagreements(answers):
    """{(file, field): (ours, theirs)}, and how many signatures of each kind were compared."""
    of_timestamps = [theirs.get(field, NOT_LISTED) for _, ours, theirs in answers for field, stamp in ours if stamp]
    with_timestamps = knows_timestamps(of_timestamps)
    found, counts = {}, collections.Counter()
    for name, ours, theirs in answers:
        for (field, stamp), word in ours.items():
            if stamp and not with_timestamps:
                continue
            counts["made" if name.startswith("made/") else "corpora"] += 1
            counts[word] += 1
            said = theirs.get(field, NOT_LISTED)
            if AGREES.get(word) != said:
                found[name, field] = (word, said)
    print("document timestamps:", "compared" if with_timestamps else f"{len(of_timestamps)}, none of which this version verifies")
    return found, counts


def faults_of(found, counts, rows):
    faults = [f"{kind}: {counts[kind]} signatures were compared, and {fewest} are to be found" for kind, fewest in FEWEST.items()
              if counts[kind] < fewest]
    faults += [f"no signature is {word}: nothing can disagree about it" for word in AGREES if counts[word] == 0]
    for key, (ours, theirs) in sorted(found.items()):
        if key not in rows:
            faults.append(f"{key[0]}, {key[1]}: we say {ours}, pdfsig: {theirs}")
    for key, (ours, theirs, why) in sorted(rows.items()):
        if why in ("", "?"):
            faults.append(f"{key[0]}, {key[1]}: a row without a reason")
        if key not in found:
            faults.append(f"{key[0]}, {key[1]}: a row ({why}), and there is no such disagreement any more")
        elif found[key] != (ours, theirs):
            faults.append(f"{key[0]}, {key[1]}: the row has {ours} and {theirs}, and now it is {found[key][0]} and {found[key][1]}")
    return faults


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--maker", required=True)
    parser.add_argument("--update", action="store_true", help="write the rows of this version anew")
    arguments = parser.parse_args()
    program, maker = (str(pathlib.Path(each).resolve()) for each in (arguments.program, arguments.maker))
    root, version, rows = corpora.folder("pades"), poppler_version(), read_rows()
    if version not in rows and not arguments.update:
        print(f"skipped: poppler {version} is none of {', '.join(sorted(rows))}")
        sys.exit(corpora.SKIPPED)
    with tempfile.TemporaryDirectory() as folder:
        files = [(file.relative_to(root).as_posix(), file) for file in sorted(root.rglob("*.pdf"))]
        files += made_documents(maker, folder)
        with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
            answers = list(pool.map(lambda each: (each[0], our_words(program, each[1]), pdfsig_words(each[1])), files))
    found, counts = disagreements(answers)
    print(f"poppler {version}: {counts['corpora']} signatures of the corpora and {counts['made']} of ours compared, "
          f"{', '.join(f'{counts[word]} {word}' for word in (*AGREES, MALFORMED))}; {len(found)} disagreements")
    if arguments.update:
        old = rows[version]
        rows[version] = {key: (*words, old[key][2] if key in old else "?") for key, words in found.items()}
        write_rows(rows)
        return
    faults = faults_of(found, counts, rows[version])
    print(*faults, sep="\n")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
