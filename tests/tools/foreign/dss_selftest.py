#!/usr/bin/env python3
"""Shows that the witnesses of dss.py can say yes and can say no, on files made without Rakkan: a PDF signed by `openssl cms`,
stamped by `openssl ts`, with CRLs of `openssl ca` or OCSP responses of `openssl ocsp`, and a document timestamp above them.
"""
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from foreign import asn1, cut, dss, tamper  # noqa: E402
from foreign.selftest import make_pki, openssl, pdf_with_any, plain_pdf, signed_pdf  # noqa: E402

DAY = 86400
CA_CONFIG = """
[ca]
default_ca = list
[list]
database = index.txt
crlnumber = crlnumber
default_md = sha256
default_crl_days = 7
crl_extensions = crl
[crl]
authorityKeyIdentifier = keyid
"""
FIRST_STREAM = 100  # object numbers: those of the store


def serial_number(folder: Path, name: str) -> str:
    """As an index has it."""
    [der] = asn1.pem_blocks((folder / f"{name}.pem").read_bytes())
    return asn1.Certificate(der).serial_number.hex().upper().removeprefix("00")


def make_status(folder: Path) -> None:
    """The authority's index of certificates, a CRL, and a response about each certificate."""
    rows = [f"V\t301231000000Z\t\t{serial_number(folder, name)}\tunknown\t/CN={name}\n" for name in ("alice", "bob", "tsu")]
    (folder / "index.txt").write_text("".join(rows))
    (folder / "crlnumber").write_text("01\n")
    (folder / "ca.cnf").write_text(CA_CONFIG)
    openssl(folder, "ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "root.key", "-cert", "root.pem", "-out", "root.crl.pem")
    openssl(folder, "crl", "-in", "root.crl.pem", "-outform", "DER", "-out", "root.crl")
    for name in ("alice", "bob", "tsu"):
        openssl(folder, "ocsp", "-issuer", "root.pem", "-cert", f"{name}.pem", "-no_nonce", "-reqout", "request")
        openssl(folder, "ocsp", "-index", "index.txt", "-CA", "root.pem", "-rsigner", "root.pem", "-rkey", "root.key", "-reqin",
                "request", "-respout", f"{name}.ocsp", "-ndays", "1")


def with_store(pdf: bytes, store: dss.Store) -> bytes:
    """The PDF of one signature with one more update: a document security store."""
    objects, arrays, number = {}, b"", FIRST_STREAM
    for key, held in ((b"Certs", store.certificates), (b"OCSPs", store.ocsp_responses), (b"CRLs", store.crls)):
        numbers = range(number, number + len(held))
        objects |= {n: tamper.stream(der) for n, der in zip(numbers, held)}
        arrays += b" /%s [%s]" % (key, b" ".join(b"%d 0 R" % n for n in numbers))
        number += len(held)
    catalog = b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [5 0 R] /SigFlags 3 >> /DSS <<%s >> >>" % arrays
    return tamper.with_objects(pdf, {1: catalog} | objects)


def with_document_timestamp(folder: Path, pdf: bytes) -> bytes:
    """The PDF of one signature with one more update: a document timestamp in a field of its own."""
    reserve = 6000
    catalog = pdf[pdf.rindex(b"\n1 0 obj\n") + len(b"\n1 0 obj\n"):]
    catalog = catalog[:catalog.index(b"\nendobj")].replace(b"[5 0 R]", b"[5 0 R 7 0 R]")
    longer = tamper.with_objects(pdf, {
        1: catalog,
        7: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (t) /F 132 /Rect [0 0 0 0] /P 3 0 R /V 8 0 R >>",
        8: b"<< /Type /DocTimeStamp /Filter /Adobe.PPKLite /SubFilter /ETSI.RFC3161 /ByteRange [0 %s]\n/Contents <" % (b"0" * 40)
           + b"0" * (2 * reserve) + b"> >>"})
    begin = longer.index(b"/Contents <", len(pdf)) + len(b"/Contents ")
    end = begin + 2 * reserve + 2
    ranges = b"%d %d %d" % (begin, end, len(longer) - end)
    filled = (b"/ByteRange [0 " + ranges).ljust(54) + b"]"
    longer = longer[:len(pdf)] + longer[len(pdf):].replace(b"/ByteRange [0 " + b"0" * 40 + b"]", filled)
    (folder / "content").write_bytes(longer[:begin] + longer[end:])
    openssl(folder, "ts", "-query", "-data", "content", "-sha256", "-cert", "-out", "query")
    openssl(folder, "ts", "-reply", "-config", "pki.cnf", "-section", "unit", "-queryfile", "query", "-signer", "tsu.pem", "-inkey",
            "tsu.key", "-out", "reply")
    token = cut.token_of_response((folder / "reply").read_bytes())
    return cut.with_cms(longer, cut.signatures(pdf_with_any(longer, begin, end))[-1], token)


class StoreWitnesses(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        folder = cls.folder = Path(cls.temporary.name)
        make_pki(folder)
        make_status(folder)
        cls.roots = folder / "root.pem"
        cls.signed = signed_pdf(folder, plain_pdf(), "alice", 0)
        cls.crl = (folder / "root.crl").read_bytes()
        cls.about = {name: (folder / f"{name}.ocsp").read_bytes() for name in ("alice", "bob", "tsu")}
        certificates = {name: asn1.pem_blocks((folder / f"{name}.pem").read_bytes())[0] for name in ("alice", "bob", "tsu", "root")}
        cls.certificates = certificates
        both = (certificates["alice"], certificates["tsu"])
        cls.by_crl = cls.archived("by-crl.pdf", dss.Store(both, (), (cls.crl,)))
        cls.by_ocsp = cls.archived("by-ocsp.pdf", dss.Store(both, (cls.about["alice"], cls.about["tsu"]), ()))

    @classmethod
    def archived(cls, name: str, store: dss.Store) -> Path:
        file = cls.folder / name
        file.write_bytes(with_document_timestamp(cls.folder, with_store(cls.signed, store)))
        return file

    def refused(self, results) -> list[str]:
        return [f"{r.subject}: {r.verdict.tool}: {r.verdict.said}" for r in results if not r.verdict.accepted]

    def test_the_store_is_what_was_put_into_it(self):
        store = dss.read(self.by_crl)
        self.assertEqual(store, dss.Store((self.certificates["alice"], self.certificates["tsu"]), (), (self.crl,)))
        self.assertEqual(dss.read(self.by_ocsp).ocsp_responses, (self.about["alice"], self.about["tsu"]))
        plain = self.folder / "plain.pdf"
        plain.write_bytes(plain_pdf())
        self.assertEqual(dss.read(plain), dss.Store())

    def test_honest_files_are_accepted_by_every_witness(self):
        by_crl, by_ocsp = dss.judge(self.by_crl, self.roots), dss.judge(self.by_ocsp, self.roots)
        self.assertEqual(self.refused(by_crl + by_ocsp), [])
        subjects = {"signature 1", "timestamp of signature 1", "document timestamp 2"}
        self.assertEqual({r.subject for r in by_crl}, subjects)
        self.assertEqual({r.subject for r in by_ocsp}, subjects)
        checked = {"openssl cms -verify -crl_check_all", "openssl ts -verify -crl_check_all"}
        self.assertLessEqual(checked, {r.verdict.tool for r in by_crl})
        self.assertEqual({r.verdict.tool for r in by_ocsp}, {"openssl cms -verify", "openssl ts -verify", "openssl ocsp -respin"})

    def test_every_lie_is_refused(self):
        lies = dss.controls(self.by_crl, self.roots) + dss.controls(self.by_ocsp, self.roots)
        self.assertEqual([r.subject for r in lies if not r.met], [])
        said = {r.subject: r.verdict.said for r in lies}
        self.assertIn("unable to get certificate CRL", said["without CRL 1"])
        self.assertIn("CRL signature failure", said["one bit of CRL 1"])
        self.assertIn("unable to get certificate CRL", said["without OCSP response 1"])
        self.assertIn("signature failure", said["one bit of OCSP response 1"])
        self.assertIn("No Status found", said["OCSP response 1 about tsu"])
        self.assertEqual(len(lies), 9)

    def test_a_response_about_another_serial_number_is_no_status(self):
        with dss.Bench(dss.read(self.by_ocsp), self.roots) as bench:
            now = int(time.time())
            good = bench.ocsp(self.about["alice"], self.certificates["alice"], self.certificates["root"], now)
            other = bench.ocsp(self.about["bob"], self.certificates["alice"], self.certificates["root"], now)
        self.assertTrue(good.accepted, good.said)
        self.assertFalse(other.accepted)
        self.assertIn("No Status found", other.said)

    def test_a_revoked_certificate_is_named(self):
        revoked = self.folder / "revoked"
        revoked.mkdir()
        for file in self.folder.glob("*.*"):
            if file.suffix in (".pem", ".key", ".cnf", ".txt"):
                (revoked / file.name).write_bytes(file.read_bytes())
        row = f"R\t301231000000Z\t200101000000Z\t{serial_number(revoked, 'alice')}\tunknown\t/CN=alice\n"
        (revoked / "index.txt").write_text(row)
        (revoked / "crlnumber").write_text("02\n")
        openssl(revoked, "ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "root.key", "-cert", "root.pem", "-out", "root.crl.pem")
        [crl] = asn1.pem_blocks((revoked / "root.crl.pem").read_bytes(), "X509 CRL")
        results = dss.judge(self.archived("revoked.pdf", dss.Store((), (), (crl,))), self.roots)
        self.assertEqual(len(self.refused(results)), 1)
        self.assertIn("signature 1: openssl cms -verify -crl_check_all: ", self.refused(results)[0])
        self.assertIn("certificate revoked", self.refused(results)[0])
        openssl(revoked, "ocsp", "-issuer", "root.pem", "-cert", "alice.pem", "-no_nonce", "-reqout", "request")
        openssl(revoked, "ocsp", "-index", "index.txt", "-CA", "root.pem", "-rsigner", "root.pem", "-rkey", "root.key", "-reqin",
                "request", "-respout", "alice.ocsp", "-ndays", "1")
        response = (revoked / "alice.ocsp").read_bytes()
        results = dss.judge(self.archived("revoked.pdf", dss.Store((), (response, self.about["tsu"]), ())), self.roots)
        self.assertEqual(self.refused(results), ["signature 1: openssl ocsp -respin: Response verify OK, revoked"])

    def test_the_newest_timestamp_counts_now(self):
        late = int(time.time()) + 40 * DAY  # certificates are made for 30
        for file in (self.by_crl, self.by_ocsp):
            [refused] = self.refused(dss.judge(file, self.roots, late))
            self.assertIn("document timestamp 2: openssl ts -verify: ", refused)
            self.assertIn("certificate has expired", refused)

    def test_revocation_data_must_be_of_that_time(self):
        with dss.Bench(dss.read(self.by_crl), self.roots) as bench:
            [signature, token] = cut.signatures(self.by_crl.read_bytes())
            now = int(time.time())
            self.assertTrue(bench.cms(signature.cms, signature.content, now).accepted)
            self.assertIn("CRL has expired", bench.cms(signature.cms, signature.content, now + 8 * DAY).said)
            self.assertTrue(bench.timestamp(token.cms, token.content, now).accepted)
            self.assertIn("CRL has expired", bench.timestamp(token.cms, token.content, now + 8 * DAY).said)
            self.assertIn("CRL is not yet valid", bench.timestamp(token.cms, token.content, now - DAY).said + bench.path(
                self.certificates["tsu"], now - DAY).said)
        with dss.Bench(dss.read(self.by_ocsp), self.roots) as bench:
            told = bench.ocsp(self.about["alice"], self.certificates["alice"], self.certificates["root"], now + 2 * DAY)
            self.assertFalse(told.accepted)
            self.assertIn("out of date", told.said)

    def test_one_byte_of_the_document_is_noticed(self):
        data = bytearray(self.by_crl.read_bytes())
        data[data.index(b"parties")] ^= 1
        lie = self.folder / "lie.pdf"
        lie.write_bytes(data)
        refused = self.refused(dss.judge(lie, self.roots))
        self.assertTrue(any(line.startswith("signature 1: ") for line in refused), refused)
        self.assertTrue(any("document timestamp 2: " in line and "message imprint mismatch" in line for line in refused), refused)


if __name__ == "__main__":
    unittest.main(verbosity=2)
