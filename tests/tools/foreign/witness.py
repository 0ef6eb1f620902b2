#!/usr/bin/env python3
"""witness.py FILE.pdf --ca ROOT.pem --signatures N --level B-T [--other-ca ROOT2.pem] [--json]

Lets pdfsig, qpdf and OpenSSL judge a signed PDF, and with --other-ca also the lies made from it, which each of them must refuse.
Exit status: 0 all as expected, 1 not, 3 usage or a missing program.
"""
import argparse
import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    __package__ = "foreign"

from . import cut, tamper, verdicts
from .verdicts import Verdict

LEVELS = ("B-B", "B-T")


@dataclass(frozen=True)
class Expectation:
    subject: str        # what was judged
    wanted: bool        # accepted or refused
    verdict: Verdict

    @property
    def met(self) -> bool:
        return self.verdict.accepted == self.wanted

    def to_json(self) -> dict:
        return {"subject": self.subject, "wanted": "accepted" if self.wanted else "refused", "met": self.met, **self.verdict.to_json()}


class Witness:
    """Judges PDFs against one root; keeps its NSS databases in `folder`."""

    def __init__(self, root: Path, folder: Path, other_root: Path | None = None):
        self.root, self.folder, self.other_root = root, folder, other_root
        self.nss = verdicts.nss_database(folder / "nss", root)
        self.other_nss = verdicts.nss_database(folder / "nss-other", other_root) if other_root else None

    def judge(self, pdf: Path, expected: int, level: str) -> list[Expectation]:
        """Every witness must accept every signature."""
        data = pdf.read_bytes()
        found = cut.signatures(data)
        results = [Expectation(f"signature {n}", True, v) for n, v in enumerate(verdicts.pdfsig(pdf, self.nss, expected), 1)]
        results.append(Expectation("structure", True, verdicts.qpdf_check(pdf)))
        results.append(Expectation("byte ranges", True, coverage(found, expected)))
        for number, signature in enumerate(found, 1):
            results.append(Expectation(f"signature {number}", True, verdicts.openssl_cms(signature.cms, signature.content, self.root)))
            if level == "B-T":
                results.append(Expectation(f"timestamp of signature {number}", True, verdicts.openssl_ts(signature.cms, self.root)))
        return results

    def controls(self, pdf: Path, level: str) -> list[Expectation]:
        """Lies about the last signature, but for those that need two; every one must be refused."""
        data = pdf.read_bytes()
        found = cut.signatures(data)
        last, number = found[-1], len(found)
        results = []

        def refused(subject: str, verdict: Verdict) -> None:
            results.append(Expectation(subject, False, verdict))

        def pdfsig_of(lie: bytes, nss: Path, at: int = number - 1) -> Verdict:
            file = self.folder / "lie.pdf"
            file.write_bytes(lie)
            return verdicts.pdfsig(file, nss, number)[at]

        def room(signature: cut.Signature) -> int:
            return (signature.second_offset - signature.first_length - 2) // 2

        def cms_of(lie: bytes) -> Verdict:
            altered = cut.signatures(lie)[number - 1]
            return verdicts.openssl_cms(altered.cms, altered.content, self.root)

        for subject, lie in (("one bit of a page", tamper.first_span(data, last)),
                             ("one byte behind the signature", tamper.second_span(data, last)),
                             ("one bit of the signature value", cut.with_cms(data, last, tamper.signature_value(last.cms)))):
            refused(subject, pdfsig_of(lie, self.nss))
            refused(subject, cms_of(lie))
        broken = self.folder / "lie.pdf"
        broken.write_bytes(tamper.cross_reference(data))
        refused("one digit of startxref", verdicts.qpdf_check(broken))

        refused("wrong content: one byte less", verdicts.openssl_cms(last.cms, last.content[:-1], self.root))
        if number > 1:
            first = found[0]
            refused("wrong content: another revision's", verdicts.openssl_cms(last.cms, first.content, self.root))
            # One of the two has room for the other's CMS.
            place, guest, at = (last, first, number - 1) if room(last) >= len(first.cms) else (first, last, 0)
            refused("wrong content: another revision's CMS", pdfsig_of(cut.with_cms(data, place, guest.cms), self.nss, at))
        if self.other_root is not None:
            refused("wrong CA", verdicts.pdfsig(pdf, self.other_nss, number)[number - 1])
            refused("wrong CA", verdicts.openssl_cms(last.cms, last.content, self.other_root))
        if level == "B-T":
            token = cut.signature_timestamp(last.cms)
            if token is None:
                raise cut.CutError("no timestamp to make lies from")
            altered = cut.with_unsigned_attributes(last.cms, cut.timestamp_attribute(tamper.token(token)))
            refused("one bit of the timestamp", verdicts.openssl_ts(altered, self.root))
            refused("stripped timestamp", verdicts.openssl_ts(tamper.stripped_timestamp(last.cms), self.root))
            if number > 1:
                foreign = cut.with_unsigned_attributes(last.cms, cut.timestamp_attribute(cut.signature_timestamp(found[0].cms)))
                refused("another signature's timestamp", verdicts.openssl_ts(foreign, self.root))
            if self.other_root is not None:
                refused("wrong CA", verdicts.openssl_ts(last.cms, self.other_root))
        broken.unlink()
        return results


def coverage(found: list[cut.Signature], expected: int) -> Verdict:
    """Each signature ends a revision, the last one the file."""
    tool = "ByteRange text"
    if len(found) != expected:
        return Verdict(tool, False, f"{len(found)} of {expected} signatures")
    if not found[-1].ends_file:
        return Verdict(tool, False, "bytes follow the last signature's range")
    for number, signature in enumerate(found, 1):
        if not signature.ends_revision:
            return Verdict(tool, False, f"the range of signature {number} does not end a revision")
    return Verdict(tool, True, ", ".join(f"[0 {s.first_length} {s.second_offset} {s.second_length}]" for s in found))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pdf", type=Path)
    parser.add_argument("--ca", type=Path, required=True)
    parser.add_argument("--other-ca", type=Path)
    parser.add_argument("--signatures", type=int, required=True)
    parser.add_argument("--level", choices=LEVELS, required=True)
    parser.add_argument("--json", action="store_true")
    try:
        options = parser.parse_args()
    except SystemExit as end:
        return 3 if end.code else 0
    try:
        with tempfile.TemporaryDirectory() as folder:
            witness = Witness(options.ca, Path(folder), options.other_ca)
            results = witness.judge(options.pdf, options.signatures, options.level)
            if options.other_ca:
                results += witness.controls(options.pdf, options.level)
    except cut.CutError as error:
        print(f"witness: {options.pdf}: {error}", file=sys.stderr)
        return 1
    except (OSError, RuntimeError) as error:
        print(f"witness: {error}", file=sys.stderr)
        return 3
    if options.json:
        json.dump([r.to_json() for r in results], sys.stdout, ensure_ascii=False, indent=1)
        print()
    else:
        for result in results:
            print(f"{'ok ' if result.met else 'BAD'} {'accepted' if result.wanted else 'refused ':8} {result.verdict.tool:26} "
                  f"{result.subject}: {result.verdict.said}")
    return 0 if all(r.met for r in results) else 1


if __name__ == "__main__":
    sys.exit(main())
