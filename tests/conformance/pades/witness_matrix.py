#!/usr/bin/env python3
"""witness_matrix.py --maker PROGRAM: which foreign witness says what of which signature and timestamp that we make.

Every cell is asserted: "valid", or "no foreign witness" where the tool cannot tell (its own words stand behind the table), or "wrong"
where the tool refuses a signature that others accept, so that a newer tool that mends it is noticed. An empty cell would be read as
passed, so there is none. Exit status: 0 all as expected, 1 not.
"""
import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))
sys.dont_write_bytecode = True

from foreign import asn1, cut, dss, verdicts  # noqa: E402
from foreign.asn1 import Certificate  # noqa: E402
from foreign.verdicts import Verdict, run  # noqa: E402

COLUMNS = ("pdfsig", "openssl cms -verify", "openssl ts -verify", "openssl ocsp -respin", "qpdf --check")
VALID, NONE, WRONG, DOES_NOT_APPLY = "valid", "no foreign witness", "wrong", "does not apply"

# The words of pdfsig about a document timestamp: it does not know the SubFilter ETSI.RFC3161.
UNKNOWN_TYPE = "Signature has not yet been verified."
# OpenSSL's `ts` verifies PKCS#1 v1.5 and ECDSA alone; `cms` reads the same token rightly.
PSS = "rsa-pss-sha256"

NOT_MADE = (
    ("signatures by SHA-3, RSA and ECDSA", "an extension of PDF 2.0 (ISO 32001)"),
    ("signatures by Ed25519", "refused for documents: neither OpenSSL 3.0 nor pdfsig verifies them"),
    ("signatures by ML-DSA", "no PDF specification"),
)


@dataclass(frozen=True)
class Cell:
    wanted: str
    verdict: Verdict | None = None

    @property
    def met(self) -> bool:
        if self.verdict is None:
            return self.wanted == DOES_NOT_APPLY
        return self.verdict.accepted == (self.wanted == VALID)


@dataclass(frozen=True)
class Row:
    label: str
    cells: dict[str, Cell]


class Matrix:
    def __init__(self, folder: Path):
        self.folder, self.roots = folder, folder / "roots.pem"
        self.nss = verdicts.nss_database(folder / "nss", self.roots)

    def rows(self, made: dict) -> list[Row]:
        """A row for the signature, and one for the document timestamp of a B-LTA."""
        pdf = self.folder / made["file"]
        found = cut.signatures(pdf.read_bytes())
        told = verdicts.pdfsig(pdf, self.nss, len(found))
        structure = Cell(VALID, verdicts.qpdf_check(pdf))
        with dss.Bench(dss.read(pdf), self.roots) as bench:
            rows = [self._signature(made, found[0], told[0], structure, bench)]
            if made["level"] == "B-LTA":
                rows.append(self._document_timestamp(made, found[1], told[1], structure, bench))
        return rows

    def _signature(self, made: dict, signature: cut.Signature, told: Verdict, structure: Cell, bench: dss.Bench) -> Row:
        token = cut.signature_timestamp(signature.cms)
        now = cut.generation_time(signature.cms) if cut.is_token(signature.cms) else self._now(signature.cms, token)
        return Row(f"{made['signature']} {made['level']}", {
            "pdfsig": Cell(VALID, told),
            "openssl cms -verify": Cell(VALID, bench.cms(signature.cms, signature.content, now, None)),
            "openssl ts -verify": self._token(token, cut.signature_value(signature.cms).value(signature.cms), made["unit"], bench),
            "openssl ocsp -respin": self._statuses(signature.cms, token, bench),
            "qpdf --check": structure})

    def _document_timestamp(self, made: dict, signature: cut.Signature, told: Verdict, structure: Cell, bench: dss.Bench) -> Row:
        return Row(f"document timestamp by {made['unit']}", {
            "pdfsig": Cell(NONE, told),
            "openssl cms -verify": Cell(VALID, self._as_cms(signature.cms, bench)),
            "openssl ts -verify": self._token(signature.cms, signature.content, made["unit"], bench),
            "openssl ocsp -respin": self._statuses(None, signature.cms, bench),
            "qpdf --check": structure})

    @staticmethod
    def _now(cms: bytes, token: bytes | None) -> int:
        """A time at which the signer's certificate is valid."""
        if token is not None:
            return cut.generation_time(token)
        signer = cut.signer_certificate(cms, cut.certificates(cms))
        return Certificate(signer).validity[0] + 1

    def _token(self, token: bytes | None, stamped: bytes, unit: str, bench: dss.Bench) -> Cell:
        if token is None:
            return Cell(DOES_NOT_APPLY)
        return Cell(WRONG if unit.endswith(PSS) else VALID, bench.timestamp(token, stamped, cut.generation_time(token), None))

    def _as_cms(self, token: bytes, bench: dss.Bench) -> Verdict:
        """The token's own signature and path, as of any CMS. Its imprint is not looked at."""
        file, chain = self.folder / "token.der", self.folder / "chain.pem"
        file.write_bytes(token)
        chain.write_bytes(b"".join(asn1.pem("CERTIFICATE", der) for der in list(bench.store.certificates) + cut.certificates(token)))
        done = run("openssl", "cms", "-verify", "-inform", "DER", "-in", file, "-purpose", "any", "-CAfile", self.roots, "-no-CApath",
                   "-no-CAstore", "-certfile", chain, "-attime", str(cut.generation_time(token)), "-out", self.folder / "tst-info.der")
        accepted = done.returncode == 0 and "Verification successful" in done.stderr
        imprint = hashlib.sha256((self.folder / "tst-info.der").read_bytes()).hexdigest() if accepted else ""
        said = verdicts.line_with(done.stderr, "Verification successful" if accepted else "error:", "Verification", "rror")
        return Verdict("openssl cms -verify", accepted, said, {"content": imprint})

    def _statuses(self, cms: bytes | None, token: bytes | None, bench: dss.Bench) -> Cell:
        """The OCSP responses of the store about the signer, and about the unit."""
        if not bench.store.ocsp_responses:
            return Cell(DOES_NOT_APPLY)
        worst = None
        for signed in (each for each in (cms, token) if each is not None):
            among = cut.certificates(signed)
            signer = Certificate(cut.signer_certificate(signed, among))
            about, issuer = bench.responses_about(signer), bench.issuer_of(signer, [Certificate(der) for der in among])
            if not about or issuer is None:
                return Cell(VALID, Verdict("openssl ocsp -respin", False, f"no response about {signer.common_name}"))
            for response, status in about:
                verdict = bench.ocsp(response, signer.der, issuer.der, status.this_update)
                worst = verdict if worst is None or worst.accepted else worst
        return Cell(VALID, worst)


def show(rows: list[Row]) -> None:
    width = max(len(row.label) for row in rows)
    print(" | ".join(["".ljust(width)] + [column.ljust(20) for column in COLUMNS]))
    notes = {}
    for row in rows:
        cells = []
        for column in COLUMNS:
            cell = row.cells[column]
            cells.append((cell.wanted if cell.met else "NOT AS EXPECTED").ljust(20))
            if cell.verdict and (cell.wanted != VALID or not cell.met):
                notes.setdefault((column, cell.verdict.said), []).append(row.label)
        print(" | ".join([row.label.ljust(width)] + cells))
    print("\nin the tools' words:")
    for (column, said), labels in notes.items():
        print(f"  {column}: \"{said}\" about {', '.join(labels)}")
    print("\nnot made:")
    for what, why in NOT_MADE:
        print(f"  {what}: {why}")


def problems(rows: list[Row]) -> list[str]:
    found = [f"{row.label}: {column}: wanted {cell.wanted}: {cell.verdict.said if cell.verdict else 'nothing said'}"
             for row in rows for column, cell in row.cells.items() if not cell.met]
    for row in rows:
        told = row.cells["pdfsig"].verdict
        if row.cells["pdfsig"].wanted == NONE and UNKNOWN_TYPE not in told.said:
            found.append(f"{row.label}: pdfsig has learned something: {told.said}")
        if not any(cell.wanted == VALID and column != "qpdf --check" for column, cell in row.cells.items()):
            found.append(f"{row.label}: no foreign witness at all")
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--maker", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        rows = []
        # Its authority answers as long as it runs: pdfsig asks the responder that a certificate names.
        with subprocess.Popen([options.maker, folder], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as maker:
            documents = maker.stdout.readline()
            if not documents:
                print("witness_matrix: nothing was made", file=sys.stderr)
                return 1
            matrix = Matrix(Path(folder))
            for made in json.loads(documents):
                rows += [row for row in matrix.rows(made) if row.label not in {known.label for known in rows}]
    tools = (("pdfsig", "-v"), ("openssl", "version"), ("qpdf", "--version"))
    print(", ".join((told.stdout + told.stderr).splitlines()[0] for told in (run(*tool) for tool in tools)) + "\n")
    show(rows)
    wrong = problems(rows)
    for problem in wrong:
        print(f"witness_matrix: {problem}", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
