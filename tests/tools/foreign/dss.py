#!/usr/bin/env python3
"""dss.py FILE.pdf --ca ROOTS.pem [--at SECONDS] [--out FOLDER] [--lies FOLDER [--lie PATTERN]] [--json]

Pulls certificates, CRLs and OCSP responses out of the document security store of a signed PDF, by qpdf, and lets OpenSSL judge
the signatures with nothing else in hand but the roots: the network is not asked. --out writes them into a folder. --lies tells
controls() instead, those whose names match the PATTERN, and leaves the altered files in a folder. Exit status: 0 all is as it must
be, 1 not, 3 usage or a missing program. As a module:

    results = dss.judge(pdf, roots)                 # list of witness.Expectation: all that is below, for every signature
    results += dss.controls(pdf, roots)             # the same with lies, each of which must be refused

    store = dss.read(pdf)                           # Store: lists of certificates, OCSP responses and CRLs in DER
    with dss.Bench(store, roots) as bench:          # the files that OpenSSL is given
        bench.ocsp(response, certificate, issuer, at)          # `openssl ocsp -respin`
        bench.cms(signature.cms, signature.content, at)        # `openssl cms -verify -attime -crl_check_all`
        bench.timestamp(token, stamped, at)                    # `openssl ts -verify -attime`, over the ByteRange's digest
        bench.path(certificate, at)                            # `openssl verify -attime -crl_check`

Times are seconds since 1970. judge() goes back in time as a validator does: the newest timestamp counts now (`at`, else the
machine's clock), every older one at the time of the next, a signature at the time of the first timestamp over it. Then its path
must be valid, and the revocation data about each certificate of it current.
"""
import argparse
import base64
import hashlib
import json
import os
import re
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    __package__ = "foreign"

from . import asn1, cut, tamper, verdicts
from .asn1 import Certificate, OcspStatus
from .verdicts import Verdict, run
from .witness import Expectation

REFERENCE = re.compile(r"(\d+) (\d+) R")
KINDS = {"Certs": "certificates", "OCSPs": "ocsp_responses", "CRLs": "crls"}
# More than a century: `openssl ocsp` compares thisUpdate and nextUpdate with the machine's clock, whatever -attime says.
ANY_TIME = "4000000000"
REASONS = ("Verify error:", "error:", "Verification", "rror")  # the first of these names it best


class DssError(Exception):
    """qpdf cannot read the file, or its store is none; the text says where."""


@dataclass(frozen=True)
class Store:
    certificates: tuple[bytes, ...] = ()
    ocsp_responses: tuple[bytes, ...] = ()
    crls: tuple[bytes, ...] = ()

    def without(self, kind: str, index: int) -> "Store":
        """The store without one object of "certificates", "ocsp_responses" or "crls"."""
        held = getattr(self, kind)
        return replace(self, **{kind: held[:index] + held[index + 1:]})

    def with_object(self, kind: str, index: int, der: bytes) -> "Store":
        held = getattr(self, kind)
        return replace(self, **{kind: held[:index] + (der,) + held[index + 1:]})


def read(pdf: Path) -> Store:
    """The contents of the catalog's /DSS, in the order of its arrays; none without one. Streams that became null are left out."""
    objects = _Objects(pdf)
    return Store(**{member: tuple(objects.streams(f"/{name}").values()) for name, member in KINDS.items()})


def object_numbers(pdf: Path, kind: str) -> list[int]:
    """The numbers of the store's streams of that kind, in the order of Store."""
    name = next(name for name, member in KINDS.items() if member == kind)
    return list(_Objects(pdf).streams(f"/{name}"))


class _Objects:
    """The objects of a PDF as qpdf's JSON (version 2) tells them."""

    def __init__(self, pdf: Path):
        self.pdf = pdf
        self.known = self._ask()
        catalog = self._resolve(self.known["trailer"]["value"]["/Root"])
        self.store = self._resolve(catalog.get("/DSS")) or {}
        if not isinstance(self.store, dict):
            raise DssError(f"{pdf}: /DSS is no dictionary")

    def streams(self, name: str) -> dict[int, bytes]:
        references = [REFERENCE.fullmatch(each) for each in self._resolve(self.store.get(name)) or []]
        numbers = [int(each.group(1)) for each in references if each and "stream" in self._object(each.group(0))]
        if not numbers:
            return {}
        told = self._ask(*(f"--json-object={number}" for number in numbers), "--json-stream-data=inline",
                         "--decode-level=generalized")
        data = {key.split(":")[1].split()[0]: value["stream"]["data"] for key, value in told.items() if "stream" in value}
        return {number: base64.b64decode(data[str(number)]) for number in numbers}

    def _ask(self, *options: str) -> dict:
        done = run("qpdf", "--json=2", "--json-key=qpdf", *options, self.pdf)
        if done.returncode not in (0, 3):  # 3: warnings
            raise DssError(f"qpdf: {done.stderr.strip()}")
        return json.loads(done.stdout)["qpdf"][1]

    def _object(self, reference: str) -> dict:
        return self.known.get(f"obj:{reference}", {"value": None})

    def _resolve(self, value):
        if isinstance(value, str) and REFERENCE.fullmatch(value):
            return self._object(value).get("value")
        return value


class Bench:
    """OpenSSL with the contents of one store and the roots, as files of a temporary folder. Only the roots are trusted."""

    def __init__(self, store: Store, roots: Path):
        self.store = store
        self._temporary = tempfile.TemporaryDirectory()
        self.folder = Path(self._temporary.name)
        self.roots = [Certificate(der) for der in asn1.pem_blocks(roots.read_bytes())]
        # `cms` and `ts` read CRLs out of the file of trusted certificates and nowhere else.
        lists = b"".join(asn1.pem("X509 CRL", crl) for crl in store.crls)
        self.trusted = self._write("trusted.pem", roots.read_bytes() + lists)
        self.untrusted = self._write("untrusted.pem", b"".join(asn1.pem("CERTIFICATE", der) for der in store.certificates))

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_) -> None:
        self._temporary.cleanup()

    def ocsp(self, response: bytes, certificate: bytes, issuer: bytes, at: int) -> Verdict:
        """The response says "good" of the certificate, by a responder that the issuer appointed, and was not too old at `at`."""
        tool = "openssl ocsp -respin"
        subject = self._certificate("subject", certificate)
        done = run("openssl", "ocsp", "-respin", self._write("response.der", response), "-issuer",
                   self._certificate("issuer", issuer), "-cert", subject, "-no_nonce", "-validity_period", ANY_TIME, "-attime",
                   str(at), "-CAfile", self.trusted, "-no-CApath", "-no-CAstore", *_unless_empty("-verify_other", self.untrusted))
        text = done.stdout + done.stderr
        status = next((line.split(": ", 1)[1] for line in text.splitlines() if line.startswith(f"{subject}: ")), None)
        if "Response verify OK" not in text or status not in ("good", "revoked", "unknown") or "WARNING" in text:
            said = verdicts.line_with(text, "ERROR: No Status found", "OCSP routines", "error:", "WARNING", "rror")
            return Verdict(tool, False, said.replace(f"{subject}: ", ""))
        told = next(each for each in asn1.ocsp_statuses(response) if each.is_about(Certificate(certificate)))
        if told.next_update is not None and told.next_update < at:
            return Verdict(tool, False, f"{status}, and out of date at {_date(at)}: until {_date(told.next_update)}")
        return Verdict(tool, status == "good", f"Response verify OK, {status}")

    def cms(self, cms: bytes, content: bytes, at: int, crl_check: str | None = "-crl_check_all") -> Verdict:
        """Digest, signed attributes, signature and path at that time; each certificate of the path with a CRL that is current then,
        unless crl_check is None."""
        options = [crl_check] if crl_check else []
        done = run("openssl", "cms", "-verify", "-cades", "-purpose", "any", "-inform", "DER", "-in", self._write("cms.der", cms),
                   "-binary", "-content", self._write("content.bin", content), "-CAfile", self.trusted, "-no-CApath", "-no-CAstore",
                   *_unless_empty("-certfile", self._given("cms", cms)), "-attime", str(at), *options, "-out", os.devnull)
        accepted = done.returncode == 0 and "CAdES Verification successful" in done.stderr
        told = ("CAdES Verification successful",) if accepted else REASONS
        return Verdict(_tool("openssl cms -verify", crl_check), accepted, verdicts.line_with(done.stderr, *told))

    def timestamp(self, token: bytes, stamped: bytes, at: int, crl_check: str | None = "-crl_check_all") -> Verdict:
        """A token over `stamped`: of a document timestamp the bytes of its ByteRange, of a signature timestamp the value."""
        tool = _tool("openssl ts -verify", crl_check)
        algorithm = verdicts.HASHES.get(cut.message_imprint(token)[0])
        if algorithm is None:
            return Verdict(tool, False, "the imprint's hash algorithm is not SHA-2")
        options = [crl_check] if crl_check else []
        done = run("openssl", "ts", "-verify", "-token_in", "-in", self._write("token.der", token), "-digest",
                   hashlib.new(algorithm, stamped).hexdigest(), "-CAfile", self.trusted, "-attime", str(at), *options,
                   *_unless_empty("-untrusted", self._given("token", token)))
        text = done.stdout + done.stderr
        accepted = done.returncode == 0 and "Verification: OK" in text
        return Verdict(tool, accepted, verdicts.line_with(text, *(("Verification: OK",) if accepted else REASONS)))

    def path(self, certificate: bytes, at: int, crl_check: str | None = "-crl_check") -> Verdict:
        """The certificate's path alone, with its own CRL (-crl_check) or those of the whole path (-crl_check_all)."""
        options = [crl_check] if crl_check else []
        subject = self._certificate("subject", certificate)
        done = run("openssl", "verify", "-CAfile", self.trusted, "-no-CApath", "-no-CAstore", "-attime", str(at), *options,
                   *_unless_empty("-untrusted", self.untrusted), subject)
        text = done.stdout + done.stderr
        accepted = done.returncode == 0 and f"{subject}: OK" in text
        said = verdicts.line_with(text, "OK" if accepted else "error ").replace(f"{subject}: ", "")
        return Verdict(_tool("openssl verify", crl_check), accepted, said)

    def chain(self, certificate: Certificate, others: list[Certificate]) -> list[Certificate]:
        """The certificate and those above it, up to the root and without it, by names."""
        chain, root_names = [certificate], {root.subject for root in self.roots}
        known = [Certificate(der) for der in self.store.certificates] + others
        while chain[-1].issuer not in root_names:
            above = next((each for each in known if each.subject == chain[-1].issuer and each not in chain), None)
            if above is None:
                break
            chain.append(above)
        return chain

    def issuer_of(self, certificate: Certificate, others: list[Certificate]) -> Certificate | None:
        known = self.roots + [Certificate(der) for der in self.store.certificates] + others
        return next((each for each in known if each.subject == certificate.issuer), None)

    def responses_about(self, certificate: Certificate) -> list[tuple[bytes, OcspStatus]]:
        return [(response, status) for response in self.store.ocsp_responses for status in asn1.ocsp_statuses(response)
                if status.is_about(certificate)]

    def _given(self, name: str, cms: bytes) -> Path:
        """The certificates of the store and those of a CMS."""
        own = b"".join(asn1.pem("CERTIFICATE", der) for der in cut.certificates(cms))
        return self._write(f"{name}-certificates.pem", self.untrusted.read_bytes() + own)

    def _certificate(self, name: str, der: bytes) -> Path:
        return self._write(f"{name}.pem", asn1.pem("CERTIFICATE", der))

    def _write(self, name: str, content: bytes) -> Path:
        file = self.folder / name
        file.write_bytes(content)
        return file


@dataclass(frozen=True)
class Proof:
    """A signature, or a token over something."""
    subject: str
    cms: bytes
    stamped: bytes          # what the token is over; of a signature its content
    time: int               # when it is proven to have existed
    at: int                 # when its path has to be valid
    until: int              # the time of the next timestamp over it, or now: data about it may be as new as this

    @property
    def is_token(self) -> bool:
        return cut.is_token(self.cms)


def judge(pdf: Path, roots: Path, at: int | None = None) -> list[Expectation]:
    """Every signature and timestamp must be accepted, each with the status of every certificate below the roots."""
    found = cut.signatures(pdf.read_bytes())
    results = []
    with Bench(read(pdf), roots) as bench:
        for proof in proofs(found, int(time.time()) if at is None else at):
            results += [Expectation(proof.subject, True, verdict) for verdict in judge_proof(bench, proof)]
    return results


def proofs(found: list[cut.Signature], now: int) -> list[Proof]:
    """Signatures and timestamps of a document in the order of its revisions."""
    result, timestamps = [], [i for i, each in enumerate(found) if cut.is_token(each.cms)]
    for i, each in enumerate(found):
        until = next((cut.generation_time(found[later].cms) for later in timestamps if later > i), now)
        if i in timestamps:
            made = cut.generation_time(each.cms)
            result.append(Proof(f"document timestamp {i + 1}", each.cms, each.content, made, until, until))
            continue
        token = cut.signature_timestamp(each.cms)
        existed = until if token is None else cut.generation_time(token)
        result.append(Proof(f"signature {i + 1}", each.cms, each.content, existed, existed, until))
        if token is not None:
            value = cut.signature_value(each.cms).value(each.cms)
            result.append(Proof(f"timestamp of signature {i + 1}", token, value, existed, until, until))
    return result


def judge_proof(bench: Bench, proof: Proof) -> list[Verdict]:
    """By `-crl_check_all` when the store has no OCSP response about its path, else with a verdict about each certificate."""
    others = [Certificate(der) for der in cut.certificates(proof.cms)]
    signer = cut.signer_certificate(proof.cms, [each.der for each in others] + list(bench.store.certificates))
    verify = bench.timestamp if proof.is_token else bench.cms
    if signer is None:
        return [verify(proof.cms, proof.stamped, proof.at, None)]
    chain = bench.chain(Certificate(signer), others)
    if any(bench.responses_about(each) for each in chain):
        return [verify(proof.cms, proof.stamped, proof.at, None)] + [_status(bench, each, others, proof) for each in chain]
    then = status_time(bench, chain, proof)
    judged = [verify(proof.cms, proof.stamped, then, "-crl_check_all")]
    if then != proof.at:
        judged.append(verify(proof.cms, proof.stamped, proof.at, None))
    return judged


def status_time(bench: Bench, chain: list[Certificate], proof: Proof) -> int:
    """The first time from the proof on at which a CRL of each issuer is current; that of the proof when there is none."""
    issuers = {each.issuer for each in chain}
    windows = [asn1.crl_window(crl) for crl in bench.store.crls]
    newer = sorted(each.this_update for each in windows if proof.time < each.this_update <= proof.until)
    for at in [proof.time] + newer:
        if all(any(window.issuer == issuer and window.covers(at) for window in windows) for issuer in issuers):
            return at
    return proof.time


def _status(bench: Bench, certificate: Certificate, others: list[Certificate], proof: Proof) -> Verdict:
    """One certificate of a path that has OCSP responses: by the best of them, or by the CRL."""
    responses, issuer = bench.responses_about(certificate), bench.issuer_of(certificate, others)
    if not responses or issuer is None:
        return bench.path(certificate.der, status_time(bench, [certificate], proof))
    refused = None
    for response, status in responses:
        verdict = bench.ocsp(response, certificate.der, issuer.der, max(proof.time, status.this_update))
        if verdict.accepted:
            return verdict
        refused = refused or verdict
    return refused


def controls(pdf: Path, roots: Path, at: int | None = None, pattern: str = "", folder: Path | None = None) -> list[Expectation]:
    """The lies() about the document's store, each judged as judge() does, and its OCSP responses asked about other certificates.
    Every one must be refused; the verdict is the first refusal, with the signature that it is about. Only those whose names match
    the pattern. The altered files stay in `folder`."""
    results = []
    with tempfile.TemporaryDirectory() as temporary:
        for name, lie in lies(pdf):
            if re.search(pattern, name):
                file = Path(folder or temporary, f"{name.replace(' ', '-')}.pdf")
                file.write_bytes(lie)
                judged = judge(file, roots, at)
                told = next((each for each in judged if not each.verdict.accepted), judged[0])
                details = {"file": str(file)} if folder else {}
                verdict = replace(told.verdict, said=f"{told.subject}: {told.verdict.said}", details=details)
                results.append(Expectation(name, False, verdict))
    return results + [each for each in _foreign_serials(pdf, roots) if re.search(pattern, each.subject)]


def lies(pdf: Path) -> list[tuple[str, bytes]]:
    """The same PDF with one more update that changes one object of its store, each with what it is about."""
    data, store, made = pdf.read_bytes(), read(pdf), []
    for kind, noun in (("crls", "CRL"), ("ocsp_responses", "OCSP response")):
        for index, (number, der) in enumerate(zip(object_numbers(pdf, kind), getattr(store, kind)), 1):
            altered = tamper.stream(tamper.altered_byte(der, asn1.end_of_signature(der)))
            made.append((f"without {noun} {index}", tamper.with_objects(data, {number: b"null"})))
            made.append((f"one bit of {noun} {index}", tamper.with_objects(data, {number: altered})))
    if len(store.ocsp_responses) > 1:
        number, other = object_numbers(pdf, "ocsp_responses")[0], tamper.stream(store.ocsp_responses[1])
        made.append(("OCSP response 1 replaced by that of another serial number", tamper.with_objects(data, {number: other})))
    return made


def _foreign_serials(pdf: Path, roots: Path) -> list[Expectation]:
    """Each response asked about a certificate of the store that it is not about."""
    results = []
    with Bench(read(pdf), roots) as bench:
        known = [Certificate(der) for der in bench.store.certificates]
        for number, response in enumerate(bench.store.ocsp_responses, 1):
            statuses = asn1.ocsp_statuses(response)
            others = [(each, bench.issuer_of(each, [])) for each in known if not any(s.is_about(each) for s in statuses)]
            for other, issuer in [pair for pair in others if pair[1] is not None][:1]:
                verdict = bench.ocsp(response, other.der, issuer.der, statuses[0].this_update)
                results.append(Expectation(f"OCSP response {number} about {other.common_name}", False, verdict))
    return results


def _unless_empty(option: str, file: Path) -> tuple:
    """OpenSSL refuses a file of certificates without any."""
    return (option, file) if file.stat().st_size else ()


def _tool(name: str, crl_check: str | None) -> str:
    return f"{name} {crl_check}" if crl_check else name


def _date(at: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(at))


def write_out(store: Store, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name in (("certificates", "certificate"), ("ocsp_responses", "ocsp-response"), ("crls", "crl")):
        for number, der in enumerate(getattr(store, kind), 1):
            (folder / f"{name}-{number}.der").write_bytes(der)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf", type=Path)
    parser.add_argument("--ca", type=Path, required=True)
    parser.add_argument("--at", type=int)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--lies", type=Path)
    parser.add_argument("--lie", default="")
    parser.add_argument("--json", action="store_true")
    try:
        options = parser.parse_args()
    except SystemExit as end:
        return 3 if end.code else 0
    try:
        store = read(options.pdf)
        if options.out:
            write_out(store, options.out)
        if options.lies:
            results = controls(options.pdf, options.ca, options.at, options.lie, options.lies)
        else:
            results = judge(options.pdf, options.ca, options.at)
    except (cut.CutError, DssError) as error:
        print(f"dss: {options.pdf}: {error}", file=sys.stderr)
        return 1
    except (OSError, RuntimeError) as error:
        print(f"dss: {error}", file=sys.stderr)
        return 3
    if options.json:
        json.dump([result.to_json() for result in results], sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        print(f"{len(store.certificates)} certificates, {len(store.ocsp_responses)} OCSP responses, {len(store.crls)} CRLs")
        for result in results:
            mark, wanted = "ok " if result.met else "BAD", "accepted" if result.wanted else "refused "
            print(f"{mark} {wanted} {result.verdict.tool:34} {result.subject}: {result.verdict.said}")
    return 0 if results and all(result.met for result in results) else 1


if __name__ == "__main__":
    sys.exit(main())
