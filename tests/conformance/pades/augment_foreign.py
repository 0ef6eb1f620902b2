#!/usr/bin/env python3
"""Raises every signed PDF of the corpus, each in a process of its own, and lets qpdf and pdfsig judge what came out.

    augment_foreign.py --worker build/dev/tests/conformance/pades/augment_foreign [--jobs 2] [--only SUBSTRING] [--list] [--update]

The corpus is $RAKKAN_CORPORA/pades; without it the test is skipped (77), or fails when RAKKAN_REQUIRE_CORPORA=1. Its questions:

    B-T              every file: are its signatures intact, and does it take a document timestamp?
    B-LTA records    every file of pyHanko's test suite at the times at which that validated it, with its trust roots, and with all
                     revocation data that its responders gave in any test as a folder of evidence
    B-LTA services   the same, with the issuers of the signers and the units of the timestamps as further anchors
    B-LTA itself     every file a second after its newest timestamp, with the roots in it as anchors and only its own evidence
    B-LTA itself, services: the same, with issuers and units as anchors

Fails when
- a worker crashes, takes more than 10 s or 2 GiB, or breaks a promise (augment_foreign.cpp: signatures stay as they were, levels,
  the store alone completes the evidence table);
- the base is no prefix of the output, qpdf warns of something that it did not warn of before, pdfsig says something else of an
  earlier signature, or anything but form, store, catalog and one page's annotations changed (preservation.py);
- a file is raised in which a signature is broken, as pdfsig or pyHanko's own verdict shows;
- a file is raised of which one byte that is signed was changed (one file of four);
- a refusal has a reason that is not in the list, or that others could see and do not; or calls a signature broken that pdfsig and
  pyHanko find intact, and that is not listed as disputed;
- fewer files are raised, or less evidence is found in CMS, than augment_foreign.json says, for any question and any part of the
  corpus. --update writes it again.
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import preservation
import sign_corpus

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True

from foreign import corpora  # noqa: E402

EXPECTED = pathlib.Path(__file__).with_suffix(".json")
OF_ALL = "2027-01-01T00:00:00Z"
GENERATED = "pyhanko-generated"


# --- The corpus -------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Witness:
    """The verdicts of others on a file."""
    pdfsig: dict = dataclasses.field(default_factory=dict)  # {field: what it says}
    pyhanko: list = dataclasses.field(default_factory=list)  # statuses of its own tests


@dataclasses.dataclass
class Case:
    question: str
    path: str
    time: str
    options: list
    records: list = dataclasses.field(default_factory=list)

    def part(self):
        return self.path.split("/")[0]


def records_of(corpus):
    with open(corpus / GENERATED / "records.jsonl", encoding="utf-8") as lines:
        return [record for record in map(json.loads, lines) if record["file"].endswith(".pdf")]


def cases_of(corpus, names, records):
    folder = corpus / GENERATED / "aux"
    evidence = [option for path in sorted(folder.iterdir()) for option in ("--evidence", str(path))]
    known, by_time = set(names), collections.defaultdict(list)
    for record in records:
        by_time[f"{GENERATED}/{record['file']}", record["now"][:19] + "Z"].append(record)
    for name in names:
        yield Case("B-T", name, OF_ALL, [])
    for (name, time), group in sorted(by_time.items()):
        roots = sorted({root for record in group for root in record["roots"]})
        if name in known and roots:
            anchors = [option for root in roots for option in ("--anchor", str(folder / f"{root}.cer"))]
            yield Case("B-LTA records", name, time, anchors + evidence, group)
            yield Case("B-LTA services", name, time, ["--trust", "services"] + anchors + evidence, group)
    for name in names:
        yield Case("B-LTA itself", name, "newest", ["--trust", "roots"])
        yield Case("B-LTA itself, services", name, "newest", ["--trust", "services"])


# --- The reasons of refusals ------------------------------------------------------------------------------------------

# {name: (slug, expression that is in the detail)}. The first that fits.
REASONS = {
    "no PDF": ("not-a-pdf", "%PDF-"),
    "encrypted": ("pdf-encrypted", ""),
    "not signed": ("invalid-argument", "^the document has no signature$"),
    "no structure": ("pdf-malformed", ""),
    "XFA form": ("pdf-xfa", ""),
    "certified, P 1": ("docmdp-acrobat", r"allows no changes \(P 1\)"),
    "broken: digest": ("signature-invalid", "^the document is not what was signed$"),
    "broken: ByteRange": ("signature-invalid", "^/ByteRange "),
    "broken: several signers": ("signature-invalid", "^a PDF signature has exactly one SignerInfo$"),
    "broken: content inside": ("signature-invalid", "^a detached signature has content of its own$"),
    "broken: another's timestamp": ("signature-invalid", "^the timestamp is of another signature$"),
    "broken: no unit for timestamps": ("signature-invalid", "^extendedKeyUsage is not timeStamping alone$"),
    "unread: BER": ("unsupported-algorithm", "^indefinite length$"),
    "unread: empty": ("unsupported-algorithm", "^tag 0x30 expected, found tag 0x00$"),
    "unread: no DER": ("unsupported-algorithm", "not minimal|expected, found|order of DER|^bytes after|not a TSTInfo"),
    "unread: SHA-1": ("unsupported-algorithm", r"^digest algorithm 1\.3\.14\.3\.2\.26$"),
    "unread: MD5": ("unsupported-algorithm", r"^digest algorithm 1\.2\.840\.113549\.2\.5$"),
    "unread: another algorithm": ("unsupported-algorithm", r"^(digest|hash|signature) algorithm [\d.]+$|^RSASSA-PSS with two"),
    "unread: RSA parameters": ("unsupported-algorithm", "^RSA (exponent|key)"),
    "unread: SubFilter": ("unsupported-algorithm", "^signatures of this SubFilter"),
    "revoked": ("certificate-revoked", ""),
    "evidence: no issuer": ("evidence-incomplete", ": issuer-missing, "),
    "evidence: no anchor": ("evidence-incomplete", ": no-anchor, "),
    "evidence: path": ("evidence-incomplete", ": path-refused, "),
    "evidence: algorithm": ("evidence-incomplete", ": algorithm, |is not acceptable at"),
    "evidence: none": ("evidence-incomplete", ": revocation-missing, "),
    "evidence: stale": ("evidence-incomplete", ": revocation-stale, "),
    "evidence: partitioned CRL": ("evidence-incomplete", "it is about a part of the certificates or reasons only"),
    "evidence: of the future": ("evidence-incomplete", ": revocation-not-used, it is of the future"),
    "evidence: older than the certificate": ("evidence-incomplete", ": revocation-not-used, it is older than the certificate"),
    "evidence: its signer": ("evidence-incomplete", ": revocation-not-used, its certificate|: signer-not-proven, "),
}

# Signatures that others call intact, refused for good reasons: {beginning of the file's name: (reason, why)}
DISPUTED = {
    "ad212304e620ad24": ("broken: several signers", "RFC 5652 allows several, ISO 32000-2 12.8.3.3.1 one"),
    "b32b8e6938af4cfa": ("broken: content inside", "an empty eContent"),
    "c09660348f67a273": ("broken: content inside", "pyHanko refuses it, pdfsig does not look"),
    "a4bf2bd7ffda06e3": ("broken: another's timestamp", "the signature is intact, its timestamp was copied"),
    # RFC 3161 2.3 wants timeStamping alone, critical. pyHanko's tests call the token intact and, but for two, not trusted.
    "0a2c692085fe5f13": ("broken: no unit for timestamps", "not trusted"),
    "85ba835a9622c581": ("broken: no unit for timestamps", "not trusted"),
    "9226dd898dc4688f": ("broken: no unit for timestamps", "not trusted"),
    "b036fb670d9096e1": ("broken: no unit for timestamps", "trusted by a setting of the test"),
    "ac99f4674d02ab06": ("broken: no unit for timestamps", "trusted by a setting of the test"),
}

# Wrong words of pdfsig about a signature: {beginning of the file's name: its words}
MISJUDGED = {
    "9bed03577cd85429": "Signature is Invalid.",  # Ed25519, which NSS cannot verify (poppler 25.03); pyHanko verifies it
}


def reason_of(refusal):
    for name, (code, detail) in REASONS.items():
        if refusal["code"] == code and re.search(detail, refusal["detail"]):
            return name
    return None


def frames_something_else(content):
    """Some ByteRange leaves out anything but one hexadecimal string, or some /Contents is not what a ByteRange leaves out."""
    gaps = set()
    for match in re.finditer(rb"/ByteRange\s*\[([^\]]*)\]", content):
        numbers = [int(number) for number in match[1].split() if number.isdigit()]
        if len(numbers) != 4 or numbers[0] != 0 or numbers[2] + numbers[3] > len(content):
            return True
        if re.fullmatch(rb"<[0-9A-Fa-f\s]*>", content[numbers[1]:numbers[2]]) is None:
            return True
        gaps.add(numbers[1])
    return bool({match.end() - 1 for match in re.finditer(rb"/Contents\s*<(?!<)", content)} - gaps)


def allows_no_changes(snapshot):
    locks = [snapshot.resolve(each["/Lock"]) for each in sign_corpus.all_dictionaries(snapshot) if "/Lock" in each]
    return sign_corpus.is_certified(snapshot) or any(isinstance(lock, dict) and lock.get("/P") == 1 for lock in locks)


def has_odd_store(snapshot):
    catalog = snapshot.resolve(snapshot.objects["trailer"]["/Root"])
    return not isinstance(snapshot.resolve(catalog.get("/DSS")), dict)


def is_founded(reason, path, witness):
    """Do others show what the refusal says? None for what they do not tell."""
    if reason == "broken: ByteRange":
        return frames_something_else(pathlib.Path(path).read_bytes())
    if reason == "not signed":
        return not witness.pdfsig
    if reason not in ("encrypted", "no structure", "XFA form", "certified, P 1"):
        return None
    code, said = sign_corpus.qpdf_check(path)
    if reason == "encrypted":
        return "File is not encrypted" not in said
    if reason == "no structure" and code != "0":
        return True
    snapshot = preservation.Snapshot(path)
    return {"no structure": lambda: has_odd_store(snapshot) or sign_corpus.has_looping_form(snapshot),
            "XFA form": lambda: sign_corpus.has_xfa(snapshot),
            "certified, P 1": lambda: allows_no_changes(snapshot)}[reason]()


# --- One case ---------------------------------------------------------------------------------------------------------


@dataclasses.dataclass
class Verdict:
    case: Case
    outcome: str = ""  # raised, had-level, refused, skipped, violated, crashed, timeout
    answer: dict = dataclasses.field(default_factory=dict)
    reason: str = ""
    problems: list = dataclasses.field(default_factory=list)
    compared: bool = False
    control: str = ""  # how a changed byte was met
    seconds: float = 0




def level_of(case):
    return case.question.split()[0]


def run_worker(worker, case, source, target):
    arguments = [worker.program, source, target, level_of(case), case.time, *case.options]
    done = subprocess.run(arguments, capture_output=True, timeout=60 * sign_corpus.WORKER_SECONDS, preexec_fn=worker.limit)
    if sign_corpus.ran_out_of_time(done):
        return {"outcome": "timeout"}
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {}
    if done.returncode != 0 or "outcome" not in answer:
        return {"outcome": "crashed", "what": f"exit {done.returncode}: {done.stderr.decode('utf-8', 'replace')[:300]}"}
    return answer


def judge(worker, corpus, case, witness, folder):
    source = str(corpus / case.path)
    target = str(folder / re.sub(r"\W", "_", f"{case.question} {case.path} {case.time}"))
    verdict = Verdict(case)
    verdict.answer = run_worker(worker, case, source, target)
    verdict.outcome = verdict.answer["outcome"]
    if verdict.outcome == "raised" and not os.path.exists(target):
        verdict.outcome = "had-level"
    if verdict.outcome in ("raised", "had-level"):
        verdict.problems += [f"raised, but {said}" for said in broken_by(witness)]
    if verdict.outcome == "raised":
        check_output(verdict, source, target)
        check_changed_byte(worker, verdict, source, target)
        os.unlink(target)
    elif verdict.outcome == "refused":
        check_refusal(verdict, source, witness)
    elif verdict.outcome not in ("had-level", "skipped"):
        verdict.problems.append(f"{verdict.outcome}: {verdict.answer.get('what', '')}")
    return verdict


TAMPERED = {"Digest Mismatch.", "Signature is Invalid."}


def broken_by(witness):
    """The words of a witness that calls a signature of the file broken."""
    found = [f"pdfsig says of {field}: {said}" for field, said in witness.pdfsig.items() if said in TAMPERED]
    found += [f"pyHanko says that {status['field']} is not intact" for status in witness.pyhanko
              if not (status["intact"] and status["valid"])]
    return found


def check_refusal(verdict, source, witness):
    answer = verdict.answer
    verdict.reason = reason_of(answer) or ""
    said = f"{answer['code']}: {answer['where']}: {answer['detail']}"
    if not verdict.reason:
        verdict.problems.append(f"refused for a reason that is not in the list: {said}")
        return
    founded = is_founded(verdict.reason, source, witness)
    if founded is False:
        verdict.problems.append(f"refused for a reason that nobody else sees: {said}")
    disputed = DISPUTED.get(pathlib.Path(source).name[:16], ("", ""))[0]
    if answer["code"] == "signature-invalid" and not founded and disputed != verdict.reason and is_called_intact(witness):
        verdict.problems.append(f"called broken, and found intact by others: {said}")


def is_called_intact(witness):
    valid = all(said == "Signature is Valid." for said in witness.pdfsig.values())
    return not broken_by(witness) and (valid or bool(witness.pyhanko))


def check_output(verdict, source, target):
    before, after = pathlib.Path(source).read_bytes(), pathlib.Path(target).read_bytes()
    if not after.startswith(before) or len(after) == len(before):
        verdict.problems.append("the base is no strict prefix of the output")
    code_before, said_before = sign_corpus.qpdf_check(source)
    code, said_after = sign_corpus.qpdf_check(target)
    if code_before in ("0", "3"):
        added = sign_corpus.warnings_of(said_after, target) - sign_corpus.warnings_of(said_before, source)
        if added or code > code_before:
            verdict.problems.append(f"qpdf exits {code} and warns anew: {sorted(added)[:3]}")
    earlier, now = sign_corpus.pdfsig_verdicts(source), sign_corpus.pdfsig_verdicts(target)
    for field, said in earlier.items():
        if said != sign_corpus.NO_VERDICT and now.get(field) != said:
            verdict.problems.append(f"pdfsig says of {field}: {said} before, {now.get(field)} after")
    if "Attempting to reconstruct" in said_before:
        return  # qpdf's view of the base is a guess: nothing to compare with
    try:
        snapshot = preservation.Snapshot(source)
    except preservation.NotReadable:
        return
    try:
        with_store = level_of(verdict.case) != "B-T"
        verdict.problems += preservation.compare(snapshot, preservation.Snapshot(target), fields=2, store=with_store)
        verdict.compared = True
    except preservation.NotReadable as error:
        verdict.problems.append(f"the output: {error}")


def check_changed_byte(worker, verdict, source, target):
    """Of one file of four: with another byte in its first line of comment, or wherever that is, it must not be raised."""
    content = bytearray(pathlib.Path(source).read_bytes())
    if len(content) % 4 != 0:
        return
    content[11] ^= 0x01
    changed = target + ".changed"
    pathlib.Path(changed).write_bytes(content)
    answer = run_worker(worker, verdict.case, changed, target + ".never")
    os.unlink(changed)
    verdict.control = answer.get("code", answer["outcome"])
    if answer["outcome"] not in ("refused", "skipped"):
        verdict.problems.append(f"one signed byte was changed, and it is {answer['outcome']}: {answer.get('what', '')}")


# --- All of them ------------------------------------------------------------------------------------------------------


def witnesses_of(corpus, names, records, pool):
    found = {name: Witness() for name in names}
    for name, said in zip(names, pool.map(lambda name: sign_corpus.pdfsig_verdicts(str(corpus / name)), names)):
        wrong = MISJUDGED.get(pathlib.Path(name).name[:16])
        found[name].pdfsig = {field: words for field, words in said.items() if words != wrong}
    for record in records:
        name = f"{GENERATED}/{record['file']}"
        if name in found and record["status"]:
            found[name].pyhanko.append(record["status"] | {"field": record["field"]})
    return found


def counts_of(verdicts):
    """{question: {part of the corpus: {outcome: files}}}"""
    counts = {}
    for verdict in verdicts:
        of_part = counts.setdefault(verdict.case.question, {}).setdefault(verdict.case.part(), collections.Counter())
        of_part[verdict.outcome] += 1
    return counts


def embedded_in(verdicts):
    """{part of the corpus: objects of evidence in the CMS of signatures and tokens}"""
    found = {}
    for verdict in verdicts:
        if verdict.case.question == "B-T":
            found.setdefault(verdict.case.part(), collections.Counter()).update(verdict.answer.get("embedded", {}))
    return found


def print_counts(verdicts):
    for question, parts in counts_of(verdicts).items():
        for part, outcomes in sorted(parts.items()):
            print(f"{question:<24} {part:<26} " + ", ".join(f"{outcome} {count}" for outcome, count in sorted(outcomes.items())))
    reasons = collections.defaultdict(list)
    for verdict in verdicts:
        if verdict.outcome in ("refused", "skipped"):
            reasons[verdict.case.question, verdict.reason or verdict.outcome].append(verdict)
    for (question, reason), group in sorted(reasons.items(), key=lambda item: (item[0][0], -len(item[1]))):
        print(f"{question:<24} {reason:<32} {len(group):>4}  {group[0].case.path}")
    for part, found in sorted(embedded_in(verdicts).items()):
        print(f"evidence in CMS {part:<26} " + ", ".join(f"{what} {count}" for what, count in sorted(found.items())))
    raised = [verdict for verdict in verdicts if verdict.outcome == "raised"]
    print(f"compared object by object: {sum(verdict.compared for verdict in raised)} of {len(raised)} raised")
    controls = collections.Counter(verdict.control for verdict in raised if verdict.control)
    print("files with a changed byte: " + ", ".join(f"{how} {count}" for how, count in sorted(controls.items())))


def lost(counts, expected):
    """The parts of the corpus of which fewer files are raised, or less evidence is found, than before."""
    for question, parts in expected.items():
        for part, outcomes in parts.items():
            for outcome, before in outcomes.items():
                now = counts.get(question, {}).get(part, {}).get(outcome, 0)
                if now < before:
                    yield f"{question}, {part}: {outcome} {now}, and it was {before}"


def verdict_of_all(verdicts, complete):
    failures = [f"{v.case.question} {v.case.path} {v.case.time}: {problem}" for v in verdicts for problem in v.problems]
    if complete:
        failures += lost(counts_to_keep(verdicts), json.loads(EXPECTED.read_text(encoding="utf-8")))
        if not any(verdict.control == "signature-invalid" for verdict in verdicts):
            failures.append("no changed byte was met by the signature")
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if failures else 0


def counts_to_keep(verdicts):
    kept = {question: {part: {outcome: outcomes[outcome] for outcome in ("raised", "had-level") if outcomes[outcome]}
                       for part, outcomes in sorted(parts.items())}
            for question, parts in counts_of(verdicts).items()}
    evidence = {part: {what: count for what, count in sorted(found.items()) if what != "unreadable" and count}
                for part, found in sorted(embedded_in(verdicts).items())}
    return kept | {"evidence in CMS": evidence}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", required=True)
    parser.add_argument("--memory", type=int, default=sign_corpus.WORKER_BYTES,
                        help="bytes that the worker may map; 0: any (a sanitizer maps terabytes)")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="documents whose path holds this")
    parser.add_argument("--question", default="", help="that question alone")
    parser.add_argument("--list", action="store_true", help="a line of JSON a case")
    parser.add_argument("--update", action="store_true", help="write augment_foreign.json again")
    arguments = parser.parse_args()
    corpus = corpora.folder("pades")
    names = sorted(str(path.relative_to(corpus)) for path in corpus.rglob("*.pdf"))
    names = [name for name in names if arguments.only in name]
    records = records_of(corpus)
    cases = [case for case in cases_of(corpus, names, records) if arguments.question in case.question]
    worker = sign_corpus.Worker(arguments.worker, arguments.memory)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        witnesses = witnesses_of(corpus, names, records, pool)
        verdicts = list(pool.map(lambda case: judge(worker, corpus, case, witnesses[case.path], pathlib.Path(folder)), cases))
    if arguments.list:
        for verdict in verdicts:
            print(json.dumps(dataclasses.asdict(verdict) | {"case": [verdict.case.question, verdict.case.path, verdict.case.time]}))
    print_counts(verdicts)
    complete = not arguments.only and not arguments.question
    if arguments.update and complete:
        EXPECTED.write_text(json.dumps(counts_to_keep(verdicts), indent=2) + "\n", encoding="utf-8")
    return verdict_of_all(verdicts, complete)


if __name__ == "__main__":
    sys.exit(main())
