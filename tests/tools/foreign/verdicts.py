"""One function a witness. A verdict is read from what the tool says, line by line: pdfsig exits 0 on a tampered file.

Every witness runs with LC_ALL=C and English output, without network, and with a time limit. A missing program is an error, never
a verdict.
"""
import hashlib
import os
import re
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from . import cut

HASHES = {
    bytes.fromhex("0609608648016503040201"): "sha256",
    bytes.fromhex("0609608648016503040202"): "sha384",
    bytes.fromhex("0609608648016503040203"): "sha512",
}


@dataclass(frozen=True)
class Verdict:
    tool: str
    accepted: bool
    said: str                                  # the deciding line of the tool, or why there is none
    details: dict = field(default_factory=dict)

    def to_json(self) -> dict:
        return asdict(self)


def run(*command: str | Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "LC_ALL": "C", "LANGUAGE": ""}
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, errors="replace", timeout=600,
                          env=environment, check=False)


def nss_database(folder: Path, root: Path) -> Path:
    """A database for pdfsig that trusts `root` and nothing else."""
    folder.mkdir(parents=True, exist_ok=True)
    for command in (["certutil", "-N", "-d", f"sql:{folder}", "--empty-password"],
                    ["certutil", "-A", "-d", f"sql:{folder}", "-n", "root", "-t", "C,C,C", "-a", "-i", str(root)]):
        done = run(*command)
        if done.returncode != 0:
            raise RuntimeError(f"{' '.join(command)}: {done.stderr.strip()}")
    return folder


def pdfsig(pdf: Path, nss: Path, expected: int) -> list[Verdict]:
    """A verdict for each of the `expected` signatures; every one is refused when pdfsig lists another number of them."""
    # Not -no-ocsp: with it pdfsig 22.12 says "Unknown issue with Certificate" of every certificate, good or bad.
    done = run("pdfsig", "-nssdir", nss, pdf)
    text = done.stdout + done.stderr
    blocks = re.split(r"^Signature #\d+:$", done.stdout, flags=re.MULTILINE)[1:]
    if len(blocks) != expected:
        first = next((line for line in text.splitlines() if line.strip()), "nothing")
        return [Verdict("pdfsig", False, f"lists {len(blocks)} of {expected} signatures: {first.strip()}")] * expected
    return [_pdfsig_block(block) for block in blocks]


def _pdfsig_block(block: str) -> Verdict:
    def line(name: str) -> str:
        found = re.search(rf"^\s*- {re.escape(name)}: (.*)$", block, re.MULTILINE)
        return found.group(1).strip() if found else "(not said)"

    signature, certificate = line("Signature Validation"), line("Certificate Validation")
    total = re.search(r"^\s*- (Total|Not total) document signed$", block, re.MULTILINE)
    details = {
        "signer": line("Signer Certificate Common Name"),
        "type": line("Signature Type"),
        "hash": line("Signing Hash Algorithm"),
        "whole_document": bool(total and total.group(1) == "Total"),
    }
    accepted = signature == "Signature is Valid." and certificate == "Certificate is Trusted."
    said = signature if certificate == "(not said)" else f"{signature} {certificate}"  # pdfsig stops at a bad digest
    return Verdict("pdfsig", accepted, said, details)


def qpdf_check(pdf: Path) -> Verdict:
    """Structure only: qpdf knows nothing of signatures. A warning is a refusal."""
    done = run("qpdf", "--check", pdf)
    text = done.stdout + done.stderr
    clean = "No syntax or stream encoding errors found" in text and "WARNING" not in text and done.returncode == 0
    said = line_with(text, "No syntax or stream encoding errors found" if clean else "WARNING", "error", "file")
    return Verdict("qpdf --check", clean, said.replace(str(pdf), pdf.name))


def openssl_cms(cms: bytes, content: bytes, root: Path) -> Verdict:
    """Digest, signed attributes with signingCertificateV2 (-cades), signature and path to `root`."""
    with tempfile.TemporaryDirectory() as folder:
        cms_file, content_file = Path(folder, "cms.der"), Path(folder, "content.bin")
        cms_file.write_bytes(cms)
        content_file.write_bytes(content)
        done = run("openssl", "cms", "-verify", "-cades", "-purpose", "any", "-inform", "DER", "-in", cms_file, "-binary",
                   "-content", content_file, "-CAfile", root, "-no-CApath", "-no-CAstore", "-out", os.devnull)
    accepted = done.returncode == 0 and "CAdES Verification successful" in done.stderr
    said = line_with(done.stderr, "CAdES Verification successful" if accepted else "error:", "Verification failure", "rror")
    return Verdict("openssl cms -verify -cades", accepted, said)


def openssl_ts(cms: bytes, root: Path) -> Verdict:
    """The signature-time-stamp of a CMS: its imprint is that of the signature value, its path leads to `root`."""
    token = cut.signature_timestamp(cms)
    if token is None:
        return Verdict("openssl ts -verify", False, "the CMS has no signature-time-stamp")
    return openssl_ts_token(token, cut.signature_value(cms).value(cms), root)


def openssl_ts_token(token: bytes, stamped: bytes, root: Path, response: bool = False) -> Verdict:
    """A token (or a whole response) over `stamped`."""
    tool = "openssl ts -verify"
    with tempfile.TemporaryDirectory() as folder:
        token_file = Path(folder, "token.der")
        token_file.write_bytes(token)
        if response:
            data = Path(folder, "data.bin")
            data.write_bytes(stamped)
            what = ["-in", token_file, "-data", data]
        else:
            algorithm = HASHES.get(cut.message_imprint(token)[0])
            if algorithm is None:
                return Verdict(tool, False, "the imprint's hash algorithm is not SHA-2")
            what = ["-token_in", "-in", token_file, "-digest", hashlib.new(algorithm, stamped).hexdigest()]
        untrusted = Path(folder, "untrusted.pem")
        certificates = run("openssl", "pkcs7", "-inform", "DER", "-in", _token_file(folder, token, response), "-print_certs",
                           "-out", untrusted)
        if certificates.returncode != 0:
            return Verdict(tool, False, line_with(certificates.stderr, "error", "rror"))
        done = run("openssl", "ts", "-verify", *what, "-CAfile", root, "-untrusted", untrusted)
    text = done.stdout + done.stderr
    accepted = done.returncode == 0 and "Verification: OK" in text
    return Verdict(tool, accepted, line_with(text, "Verification: OK" if accepted else "error:", "Verification:"))


def _token_file(folder: str, token: bytes, response: bool) -> Path:
    file = Path(folder, "pkcs7.der")
    file.write_bytes(cut.token_of_response(token) if response else token)
    return file


def line_with(text: str, *needles: str) -> str:
    """The first line with the first of the needles that occurs at all."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    for needle in needles:
        for line in lines:
            if needle in line:
                return _readable(line)
    return lines[-1] if lines else "nothing"


def _readable(line: str) -> str:
    """OpenSSL's "thread:error:code:library:function:reason:file:line:data" without what changes from run to run."""
    parts = re.fullmatch(r"[0-9A-F]+:error:[0-9A-F]+:([^:]*):([^:]*):([^:]*):[^:]*:\d+:(.*)", line)
    if not parts:
        return line.split("; the file may still")[0]
    library, _, reason, data = parts.groups()
    return f"{library}: {reason}" + (f" ({data.removeprefix('Verify error:').strip()})" if data else "")
