#!/usr/bin/env python3
"""Signs every PDF of the corpus, each in a process of its own, and lets qpdf judge what came out.

    sign_corpus.py --worker build/dev/tests/conformance/pades/sign_file [--jobs 2] [--only SUBSTRING] [--list]

The corpus is $RAKKAN_CORPORA/pdf; without it the test is skipped (77), or fails when RAKKAN_REQUIRE_CORPORA=1.
Fails when
- a worker crashes, takes more than 10 s or 2 GiB, or breaks the round trip (tests/support/sign_round_trip.hpp);
- a document that `qpdf --check` accepts (exit 0) and that is not encrypted is refused, except with a reason of the
  closed list below, each shown by a fact of qpdf's, not of ours; or more than 2 % of them are refused;
- the base is no prefix of the output, or qpdf warns of something in the output that it did not warn of before;
- anything but the form, the catalog and one page's annotations changed (preservation.py);
- the control, a page key spoiled in the output, is not seen.

With --archive the worker is augment_file: the signed document gets validation data and a document timestamp, twice. Then
also fails when
- pdfsig says something else of an earlier signature than before;
- the streams that qpdf finds in /DSS are not those that the worker put in, each once (one document of eight).
"""

import argparse
import collections
import concurrent.futures
import dataclasses
import hashlib
import json
import os
import pathlib
import re
import resource
import signal
import subprocess
import sys
import tempfile

import preservation

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True

from foreign import corpora  # noqa: E402

# Of a processor, so that a busy machine changes no verdict.
WORKER_SECONDS = 10
WORKER_BYTES = 2 << 30
QPDF_SECONDS = 20
MAX_REFUSED = 0.02


@dataclasses.dataclass
class Verdict:
    path: str
    qpdf: str = ""      # exit code of qpdf --check on the input, or how it ended; "encrypted" for 0 and encrypted
    outcome: str = ""   # signed, refused, violated, crashed, timeout
    reason: str = ""    # the slug of a refusal
    detail: str = ""
    problems: list = dataclasses.field(default_factory=list)
    nanoseconds: tuple = ()
    control: str = ""   # seen, missed or not made
    compared: bool = False
    stored: list = dataclasses.field(default_factory=list)  # SHA-256 of what must be in /DSS
    witnesses: collections.Counter = dataclasses.field(default_factory=collections.Counter)


# --- Programs ---------------------------------------------------------------------------------------------------------


def ran_out_of_time(done):
    return done.returncode in (-signal.SIGXCPU, -signal.SIGKILL)


def qpdf_check(path):
    """(exit code or how it ended, everything it said)"""
    done = subprocess.run(["prlimit", f"--cpu={QPDF_SECONDS}", "qpdf", "--check", path], stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=60 * QPDF_SECONDS)
    if ran_out_of_time(done):
        return "timeout", ""
    return str(done.returncode) if done.returncode >= 0 else "crash", done.stdout.decode("utf-8", "replace")


def warnings_of(text, path):
    """qpdf's warnings without the name of the file, and without where an update may move a thing."""
    lines = (line.replace(path, "") for line in text.splitlines() if line.startswith(("WARNING", "ERROR")))
    return {re.sub(r"offset \d+|object stream \d+|linearization hint stream: ", "", line) for line in lines}


@dataclasses.dataclass(frozen=True)
class Worker:
    program: str
    memory: int  # bytes of address space; 0: without a limit
    archive: bool = False  # it is augment_file

    def limit(self):
        if self.memory:
            resource.setrlimit(resource.RLIMIT_AS, (self.memory, self.memory))
        resource.setrlimit(resource.RLIMIT_CPU, (WORKER_SECONDS, WORKER_SECONDS + 1))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def run_worker(worker, source, target):
    """(outcome, the rest of its line)"""
    done = subprocess.run([worker.program, source, target], capture_output=True, timeout=60 * WORKER_SECONDS,
                          preexec_fn=worker.limit)
    if ran_out_of_time(done):
        return "timeout", ""
    outcome, _, rest = done.stdout.decode("utf-8", "replace").strip().partition(" ")
    if done.returncode != 0 or outcome not in ("signed", "refused", "violated"):
        return "crashed", f"exit {done.returncode}: {done.stderr.decode('utf-8', 'replace')[:300]}"
    return outcome, rest


# --- The closed list of refusals, by facts that qpdf shows ------------------------------------------------------------


def dictionaries(value):
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from dictionaries(item)
    elif isinstance(value, list):
        for item in value:
            yield from dictionaries(item)


def all_dictionaries(snapshot):
    for value in snapshot.objects.values():
        yield from dictionaries(value)


def is_certified(snapshot):
    """Some DocMDP transform has /P 1."""
    references = [d for d in all_dictionaries(snapshot) if d.get("/TransformMethod") == "/DocMDP"]
    parameters = (snapshot.resolve(r.get("/TransformParams")) for r in references)
    return any(isinstance(p, dict) and p.get("/P") == 1 for p in parameters)


def is_locked(snapshot):
    return any(d.get("/TransformMethod") == "/FieldMDP" or "/Lock" in d for d in all_dictionaries(snapshot))


def form_of(snapshot):
    catalog = snapshot.resolve(snapshot.objects["trailer"]["/Root"])
    return snapshot.resolve(catalog.get("/AcroForm")) or {}


def has_xfa(snapshot):
    return "/XFA" in form_of(snapshot)


def has_looping_form(snapshot):
    """A node of the field tree is reached twice: it has no name that readers agree on."""
    pending, seen = list(snapshot.resolve(form_of(snapshot).get("/Fields")) or []), set()
    while pending:
        node = pending.pop()
        if node in seen:
            return True
        seen.add(node)
        kids = (snapshot.resolve(node) or {}).get("/Kids")
        pending += [kid for kid in snapshot.resolve(kids) or [] if preservation.is_reference(kid)]
    return False


def has_wrong_stream_index(snapshot, path):
    """A cross-reference entry names another place in its object stream than the object's: poppler cannot open such a
    catalog, qpdf looks it up by its number (ISO 32000-2 7.5.8.3 wants the place)."""
    entry = re.compile(r"compressed; stream = (\d+), index = (\d+)")
    rows = [(name.split()[0], *match.groups()) for name, match in
            ((name, entry.fullmatch(place)) for name, place in snapshot.places.items()) if match]
    for stream in {stream for _, stream, _ in rows}:
        data = preservation.run_qpdf(f"--show-object={stream}", "--filtered-stream-data", path)
        numbers = data.split(maxsplit=2 * len(rows) + 64)[::2]
        for number, _, index in (row for row in rows if row[1] == stream):
            if int(index) >= len(numbers) or numbers[int(index)] != number.encode():
                return True
    return False


def has_header_offset(path):
    with open(path, "rb") as file:
        return file.read(5) != b"%PDF-"


def refusal_is_founded(verdict, path):
    """Does qpdf show what the refusal says?"""
    if verdict.reason == "pdf-header-offset":
        return has_header_offset(path)
    try:
        snapshot = preservation.Snapshot(path)
    except preservation.NotReadable:
        return verdict.reason == "pdf-malformed"  # qpdf --check was content, its JSON fails: an object no reader opens
    if verdict.reason == "pdf-malformed":
        return has_looping_form(snapshot) or has_wrong_stream_index(snapshot, path)
    fact = {"pdf-certified-no-changes": is_certified, "pdf-locked": is_locked, "pdf-xfa": has_xfa}.get(verdict.reason)
    return fact is not None and fact(snapshot)


# --- One document -----------------------------------------------------------------------------------------------------


def judge(worker, corpus, relative, folder):
    source = str(corpus / relative)
    target = str(folder / relative.replace("/", "_"))
    verdict = Verdict(relative)
    verdict.qpdf, said_before = qpdf_check(source)
    if verdict.qpdf == "0" and "File is not encrypted" not in said_before:
        verdict.qpdf = "encrypted"
    verdict.outcome, rest = run_worker(worker, source, target)
    if verdict.outcome == "signed":
        numbers = rest.split()
        verdict.nanoseconds, verdict.stored = tuple(map(int, numbers[:2])), numbers[2:]
        check_output(worker, verdict, source, target, said_before)
        os.unlink(target)
    elif verdict.outcome == "refused":
        verdict.reason, _, verdict.detail = rest.partition(" ")
        if verdict.qpdf == "0" and not refusal_is_founded(verdict, source):
            verdict.problems.append(f"refused without a reason of the closed list: {verdict.detail}")
    else:
        verdict.problems.append(f"{verdict.outcome}: {rest}")
    return verdict


def check_output(worker, verdict, source, target, said_before):
    before, after = pathlib.Path(source).read_bytes(), pathlib.Path(target).read_bytes()
    if not after.startswith(before) or len(after) == len(before):
        verdict.problems.append("the base is no strict prefix of the output")
    code, said_after = qpdf_check(target)
    if verdict.qpdf in ("0", "3"):
        added = warnings_of(said_after, target) - warnings_of(said_before, source)
        if added or code > verdict.qpdf:
            verdict.problems.append(f"qpdf exits {code} and warns anew: {sorted(added)[:3]}")
    if worker.archive:
        check_pdfsig(verdict, source, target, before)
    if "Attempting to reconstruct" in said_before:
        return  # qpdf's view of the base is a guess: nothing to compare with
    try:
        snapshot = preservation.Snapshot(source)
    except preservation.NotReadable as error:
        verdict.detail = str(error)
        return
    try:
        allowed = {"fields": 3, "store": True} if worker.archive else {}
        archived = preservation.Snapshot(target)
        verdict.problems += preservation.compare(snapshot, archived, **allowed)
        verdict.compared = True
        if worker.archive and one_of_eight(len(before)):
            check_store(verdict, archived, target)
        check_control(verdict, snapshot, after, len(before), target, allowed)
    except preservation.NotReadable as error:
        verdict.problems.append(f"the output: {error}")


def one_of_eight(size):
    return size % 8 == 0


def pdfsig_verdicts(path):
    """{field: what pdfsig says of its signature}"""
    done = subprocess.run(["prlimit", f"--cpu={QPDF_SECONDS}", "pdfsig", "-nocert", path], capture_output=True,
                          timeout=60 * QPDF_SECONDS)
    said = done.stdout.decode("utf-8", "replace")
    verdicts = {}
    for part in re.split(r"^Signature #\d+:$", said, flags=re.MULTILINE)[1:]:  # fields that nobody signed have no verdict
        field, verdict = (re.search(rf"^  - Signature {what}: (.*)$", part, re.MULTILINE) for what in ("Field Name", "Validation"))
        if field and verdict:
            verdicts.setdefault(field[1], verdict[1])
    return verdicts


# Of a ByteRange that ends behind the file, too: it ends inside it when the file grows.
NO_VERDICT = "Signature has not yet been verified."


def check_pdfsig(verdict, source, target, before):
    if b"/ByteRange" not in before:
        return
    earlier, now = pdfsig_verdicts(source), pdfsig_verdicts(target)
    for field, said in earlier.items():
        verdict.witnesses[f"pdfsig before and after: {said}"] += 1
        if said != NO_VERDICT and now.get(field) != said:
            verdict.problems.append(f"pdfsig says of {field}: {said} before, {now.get(field)} after")


def check_store(verdict, archived, target):
    """The streams in /DSS that were not there before, as qpdf decodes them."""
    catalog = archived.resolve(archived.objects["trailer"]["/Root"])
    store = archived.resolve(catalog.get("/DSS"))
    names = {name for key in ("/Certs", "/OCSPs", "/CRLs") for name in archived.resolve(store.get(key)) or []}
    found = collections.Counter()
    for name in names:
        data = preservation.run_qpdf(f"--show-object={name.split()[0]}", "--filtered-stream-data", target)
        found[hashlib.sha256(data).hexdigest()] += 1
    wrong = [digest for digest in verdict.stored if found[digest] != 1]
    verdict.witnesses["stores read by qpdf"] += 1
    if wrong:
        verdict.problems.append(f"{len(wrong)} of {len(verdict.stored)} streams are not in /DSS once")


def check_control(verdict, before, signed, base_size, target, allowed):
    spoiled = preservation.mutate_page(signed, base_size)
    if spoiled is None or verdict.qpdf != "0" or verdict.problems or not one_of_eight(base_size):
        return
    pathlib.Path(target).write_bytes(spoiled)
    verdict.control = "seen" if preservation.compare(before, preservation.Snapshot(target), **allowed) else "missed"
    if verdict.control == "missed":
        verdict.problems.append("the control, a spoiled page key, is not seen")


# --- All of them ------------------------------------------------------------------------------------------------------


def quantile(values, q):
    return sorted(values)[min(len(values) - 1, int(len(values) * q))] if values else 0


def print_counts(verdicts, archive):
    table = collections.Counter((v.qpdf, v.outcome, v.reason) for v in verdicts)
    print(f"{'qpdf --check':<14}{'outcome':<12}{'reason':<28}{'files':>6}")
    for (qpdf, outcome, reason), count in sorted(table.items()):
        print(f"{qpdf:<14}{outcome:<12}{reason:<28}{count:>6}")
    signed = [v for v in verdicts if v.outcome == "signed"]
    controls = collections.Counter(v.control for v in signed)
    print(f"compared object by object: {sum(v.compared for v in signed)} of {len(signed)} signed; "
          f"controls seen {controls['seen']}, missed {controls['missed']}")
    for what, count in sorted(sum((v.witnesses for v in verdicts), collections.Counter()).items()):
        print(f"{what}: {count}")
    for place, what in enumerate(("validation data", "timestamp") if archive else ("open", "prepare")):
        values = [v.nanoseconds[place] / 1000 for v in signed]
        print(f"{what}: median {quantile(values, .5):.1f} us, p95 {quantile(values, .95):.1f} us, "
              f"max {quantile(values, 1):.1f} us")


def verdict_of_all(verdicts, complete):
    """0 or 1; says why. The share and the controls are asked of the complete corpus only."""
    failures = [f"{v.path} (qpdf {v.qpdf}): {problem}" for v in verdicts for problem in v.problems]
    clean = [v for v in verdicts if v.qpdf == "0"]
    refused = [v for v in clean if v.outcome == "refused"]
    share = len(refused) / max(len(clean), 1)
    print(f"refused of the {len(clean)} that qpdf accepts unencrypted: {len(refused)} "
          f"({share:.2%}, at most {MAX_REFUSED:.0%})")
    if complete and share > MAX_REFUSED:
        failures.append("too many refusals")
    if complete and not any(v.control == "seen" for v in verdicts):
        failures.append("no control was made")
    for failure in failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if failures else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worker", required=True)
    parser.add_argument("--memory", type=int, default=WORKER_BYTES,
                        help="bytes that the worker may map; 0: any (a sanitizer maps terabytes)")
    parser.add_argument("--archive", action="store_true", help="the worker is augment_file")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="documents whose path holds this")
    parser.add_argument("--list", action="store_true", help="a line of JSON a document")
    arguments = parser.parse_args()
    corpus = corpora.folder("pdf")
    names = sorted(str(path.relative_to(corpus)) for path in corpus.rglob("*.pdf"))
    names = [name for name in names if arguments.only in name]
    worker = Worker(arguments.worker, arguments.memory, arguments.archive)
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        verdicts = list(pool.map(lambda name: judge(worker, corpus, name, pathlib.Path(folder)), names))
    if arguments.list:
        for verdict in verdicts:
            print(json.dumps(dataclasses.asdict(verdict)))
    print_counts(verdicts, arguments.archive)
    return verdict_of_all(verdicts, complete=not arguments.only)


if __name__ == "__main__":
    sys.exit(main())
