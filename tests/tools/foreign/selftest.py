#!/usr/bin/env python3
"""Shows that each witness can say yes and can say no, on files made without Rakkan: a PDF signed twice (RSA and P-256) by
`openssl cms` and stamped by `openssl ts`. A witness that stays green on a lie would prove nothing about Rakkan's files.
"""
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from foreign import cut, tamper, verdicts  # noqa: E402
from foreign.witness import Witness  # noqa: E402

CONFIG = """
[root]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[signer]
basicConstraints = CA:false
keyUsage = critical, digitalSignature, nonRepudiation
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
[tsu]
basicConstraints = CA:false
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
[tsa]
default_tsa = unit
[unit]
serial = serial
crypto_device = builtin
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""


def openssl(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["openssl", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"openssl {' '.join(arguments)}: {done.stderr}")


def make_pki(folder: Path) -> None:
    (folder / "pki.cnf").write_text(CONFIG)
    (folder / "serial").write_text("01\n")

    def key(name: str, *kind: str) -> None:
        openssl(folder, "genpkey", *kind, "-out", f"{name}.key")
        openssl(folder, "req", "-new", "-key", f"{name}.key", "-subj", f"/CN={name}", "-out", f"{name}.csr", "-config", "/dev/null")

    def certificate(name: str, section: str, *issuer: str) -> None:
        openssl(folder, "x509", "-req", "-in", f"{name}.csr", "-days", "30", "-extfile", "pki.cnf", "-extensions", section,
                "-out", f"{name}.pem", *issuer)

    p256 = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    rsa = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    for name, kind in (("root", p256), ("other", p256), ("alice", rsa), ("bob", p256), ("tsu", p256)):
        key(name, *kind)
    for name in ("root", "other"):
        certificate(name, "root", "-signkey", f"{name}.key")
    for name, section in (("alice", "signer"), ("bob", "signer"), ("tsu", "tsu")):
        certificate(name, section, "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial")


def plain_pdf() -> bytes:
    """One page that says something."""
    text = b"BT /F1 12 Tf 72 720 Td (The parties agree as follows.) Tj ET\n" * 20
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
               b" /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>",
               b"<< /Length %d >>\nstream\n%sendstream" % (len(text), text)]
    pdf = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(pdf))
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return pdf + (b"xref\n0 5\n0000000000 65535 f \n%strailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(pdf)))


def signed_pdf(folder: Path, base: bytes, signer: str, index: int) -> bytes:
    """`base` with one more revision that holds one more signature with a timestamp."""
    reserve = 12000
    previous = int(base[base.rindex(b"startxref"):].split()[1])
    first = 5 + 2 * index
    fields = b" ".join(b"%d 0 R" % (5 + 2 * i) for i in range(index + 1))
    objects = {
        1: b"<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [%s] /SigFlags 3 >> >>" % fields,
        first: b"<< /Type /Annot /Subtype /Widget /FT /Sig /T (s%d) /F 132 /Rect [0 0 0 0] /P 3 0 R /V %d 0 R >>" % (index, first + 1),
        first + 1: b"<< /Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached /ByteRange [0 %s]\n/Contents <"
                   % (b"0" * 40) + b"0" * (2 * reserve) + b">\n/M (D:%s) >>" % time.strftime("%Y%m%d%H%M%SZ", time.gmtime()).encode(),
    }
    pdf, offsets = base, {}
    for number, content in objects.items():
        offsets[number] = len(pdf)
        pdf += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(pdf)
    pdf += b"xref\n"
    for number, offset in offsets.items():
        pdf += b"%d 1\n%010d 00000 n \n" % (number, offset)
    pdf += b"trailer\n<< /Size %d /Root 1 0 R /Prev %d >>\nstartxref\n%d\n%%%%EOF\n" % (first + 2, previous, start)
    begin = pdf.index(b"/Contents <", len(base)) + len(b"/Contents ")
    end = begin + 2 * reserve + 2
    ranges = b"%d %d %d" % (begin, end, len(pdf) - end)
    pdf = pdf.replace(b"/ByteRange [0 " + b"0" * 40 + b"]", (b"/ByteRange [0 " + ranges).ljust(54) + b"]")
    (folder / "content").write_bytes(pdf[:begin] + pdf[end:])
    openssl(folder, "cms", "-sign", "-cades", "-binary", "-md", "sha256", "-nosmimecap", "-outform", "DER", "-in", "content",
            "-signer", f"{signer}.pem", "-inkey", f"{signer}.key", "-out", "cms")
    cms = (folder / "cms").read_bytes()
    (folder / "value").write_bytes(cut.signature_value(cms).value(cms))
    openssl(folder, "ts", "-query", "-data", "value", "-sha256", "-cert", "-out", "query")
    openssl(folder, "ts", "-reply", "-config", "pki.cnf", "-section", "unit", "-queryfile", "query", "-signer", "tsu.pem", "-inkey",
            "tsu.key", "-chain", "root.pem", "-out", "reply")
    token = cut.token_of_response((folder / "reply").read_bytes())
    stamped = cut.with_unsigned_attributes(cms, cut.timestamp_attribute(token))
    return cut.with_cms(pdf, cut.signatures(pdf_with_any(pdf, begin, end))[-1], stamped)


def pdf_with_any(pdf: bytes, begin: int, end: int) -> bytes:
    """The PDF with an empty SEQUENCE as its CMS: enough to be cut."""
    return pdf[:begin] + b"<3000".ljust(end - begin - 1, b"0") + b">" + pdf[end:]


class ForeignWitnesses(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.temporary.cleanup)
        cls.folder = Path(cls.temporary.name)
        make_pki(cls.folder)
        once = signed_pdf(cls.folder, plain_pdf(), "alice", 0)
        cls.pdf = cls.folder / "twice.pdf"
        cls.pdf.write_bytes(signed_pdf(cls.folder, once, "bob", 1))
        cls.witness = Witness(cls.folder / "root.pem", cls.folder, cls.folder / "other.pem")

    def test_an_honest_file_is_accepted_by_every_witness(self):
        results = self.witness.judge(self.pdf, 2, "B-T")
        self.assertEqual({r.verdict.tool for r in results}, {"pdfsig", "qpdf --check", "ByteRange text", "openssl cms -verify -cades",
                                                             "openssl ts -verify"})
        self.assertEqual([r.to_json() for r in results if not r.met], [])

    def test_every_witness_refuses_each_lie(self):
        results = self.witness.controls(self.pdf, "B-T")
        self.assertEqual([r.to_json() for r in results if not r.met], [])
        by_tool = {}
        for result in results:
            by_tool.setdefault(result.verdict.tool, set()).add(result.subject)
        self.assertEqual({tool: len(subjects) for tool, subjects in by_tool.items()},
                         {"pdfsig": 5, "openssl cms -verify -cades": 6, "openssl ts -verify": 4, "qpdf --check": 1})

    def test_a_lie_is_refused_for_its_own_reason(self):
        said = {(r.verdict.tool, r.subject): r.verdict.said for r in self.witness.controls(self.pdf, "B-T")}
        self.assertIn("Digest Mismatch", said["pdfsig", "one bit of a page"])
        self.assertIn("Digest Mismatch", said["pdfsig", "one byte behind the signature"])
        self.assertIn("Signature is Invalid", said["pdfsig", "one bit of the signature value"])
        self.assertIn("Signature is Valid. Certificate issuer", said["pdfsig", "wrong CA"])
        self.assertIn("verification failure", said["openssl cms -verify -cades", "one bit of a page"])
        self.assertIn("message imprint mismatch", said["openssl ts -verify", "another signature's timestamp"])

    def test_a_number_of_signatures_that_is_not_expected_is_refused(self):
        self.assertEqual([v.accepted for v in verdicts.pdfsig(self.pdf, self.witness.nss, 3)], [False] * 3)
        self.assertEqual([r.met for r in self.witness.judge(self.pdf, 1, "B-T") if r.verdict.tool == "pdfsig"], [False])

    def test_bytes_after_the_last_signature_are_noticed(self):
        longer = self.folder / "longer.pdf"
        longer.write_bytes(self.pdf.read_bytes() + b"\n")
        results = self.witness.judge(longer, 2, "B-T")
        self.assertEqual([r.subject for r in results if not r.met], ["byte ranges"])

    def test_a_stripped_timestamp_leaves_a_valid_b_b(self):
        last = cut.signatures(self.pdf.read_bytes())[-1]
        stripped = tamper.stripped_timestamp(last.cms)
        self.assertTrue(verdicts.openssl_cms(stripped, last.content, self.witness.root).accepted)
        self.assertFalse(verdicts.openssl_ts(stripped, self.witness.root).accepted)


if __name__ == "__main__":
    unittest.main(verbosity=2)
