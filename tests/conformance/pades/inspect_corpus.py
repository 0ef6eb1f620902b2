#!/usr/bin/env python3
"""The verdicts of `rakkan inspect` on the signatures of the corpora, against pdfsig (poppler, NSS): inspect_corpus.py RAKKAN

Nothing that pdfsig calls a digest mismatch or an invalid signature may be intact. A signature that pdfsig calls valid must be intact,
or unchecked (a form or an algorithm that is not read here), or broken for a reason that pdfsig does not look at: the
ByteRange's gap, the timestamp, content in a detached signature, a second SignerInfo.
"""
import collections
import concurrent.futures
import json
import os
import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True

from foreign import corpora  # noqa: E402

FEWEST_AGREED = 200
# pdfsig compares the digest over the spans and the signature value, nothing else.
NOT_LOOKED_AT = re.compile(r"byte_range|timestamp|a detached signature has content of its own|exactly one SignerInfo")

# NSS has no such keys: what pdfsig says of them depends on its version.
NOT_VERIFIED = ("ed25519",)


def holds_a_signature(file):
    data = file.read_bytes()
    return any(name in data for name in (b"ETSI.CAdES.detached", b"adbe.pkcs7", b"ETSI.RFC3161"))


def ask_us(program, file):
    """The signatures by the name of their field; nothing for a document that is not read."""
    environment = {**os.environ, "RAKKAN_CONFIG": "/dev/null"}
    run = subprocess.run([program, "inspect", file, "--json"], capture_output=True, text=True, env=environment, timeout=600)
    said = json.loads(run.stdout.splitlines()[0])
    if "error" in said:
        return None
    states = {signature["integrity"] for signature in said["signatures"]}
    expected = 1 if "broken" in states else 2 if "unchecked" in states else 0
    if run.returncode != expected:
        sys.exit(f"{file}: exit status {run.returncode} for {states}")
    if any(signature["verified"] for signature in said["signatures"]):
        sys.exit(f"{file}: something is said to be verified")
    return {signature["field"]: signature for signature in said["signatures"]}


def ask_pdfsig(file):
    run = subprocess.run(["prlimit", "--cpu=60", "pdfsig", "-nocert", file], capture_output=True, text=True, errors="replace",
                         timeout=600)
    fields = re.findall(r"Signature Field Name: (.*)", run.stdout)
    verdicts = re.findall(r"Signature Validation: (.*)", run.stdout)
    return list(zip(fields, verdicts))


def reasons(signature):
    found = [f"{name}: {check.get('why')}" for name, check in signature["checks"].items() if check["outcome"] != "passed"]
    for timestamp in signature["timestamps"]:
        found += [f"timestamp: {timestamp[part].get('why')}" for part in ("imprint", "signature")
                  if timestamp[part]["outcome"] != "passed"]
    return "; ".join(found)


def contradiction(ours, verdict):
    state = ours["integrity"]
    if state == "intact" and verdict == "Signature is Invalid." and ours.get("suite") in NOT_VERIFIED:
        return False
    if state == "intact" and verdict in ("Digest Mismatch.", "Signature is Invalid."):
        return True
    return state == "broken" and verdict == "Signature is Valid." and not NOT_LOOKED_AT.search(reasons(ours))


def main():
    program = sys.argv[1]
    root = corpora.folder("pades").parent
    files = [file for folder in ("pades", "pdf") for file in sorted((root / folder).rglob("*.pdf")) if holds_a_signature(file)]
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        answers = list(pool.map(lambda file: (file, ask_us(program, file), ask_pdfsig(file)), files))
    counts, wrong = collections.Counter(), []
    for file, ours, theirs in answers:
        for field, verdict in theirs if ours is not None else []:
            if field not in ours:
                continue
            counts[ours[field]["integrity"], verdict] += 1
            if contradiction(ours[field], verdict):
                wrong.append(f"{file}: {field}: {ours[field]['integrity']} ({reasons(ours[field])}), pdfsig: {verdict}")
    for (state, verdict), count in counts.most_common():
        print(f"{count:5} {state}, pdfsig: {verdict}")
    for line in wrong:
        print(line)
    agreed = counts["intact", "Signature is Valid."]
    sys.exit(0 if not wrong and agreed >= FEWEST_AGREED else 1)


if __name__ == "__main__":
    main()
