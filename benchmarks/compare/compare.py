#!/usr/bin/env python3
"""compare.py --build DIR --documents DIR --json OUT [--rounds N] [--documents-named 20k,200k,...]

The same documents, key and certificate through Rakkan and its peers, one after another in interleaved rounds; CPU ms (user and system)
a document, median and best of the rounds.

ours          one warm process, what is appended (rakkan-warm-signer)
ours, whole   the same and the whole new file in memory
floor         one warm process: copy, SHA-256, OpenSSL's CMS; no PDF, no self-check: a lower bound of a server on OpenSSL that copies
openssl cms   a process a document: CMS only
podofosign    a process a document
pdfsig        a process a document, NSS database without password

A peer that cannot do a case is listed with the reason, never left out in silence.
"""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests" / "tools"))
from foreign.witness import Witness  # noqa: E402

CASES = [("20k", "rsa"), ("20k", "p256"), ("200k", "rsa"), ("200k", "p256"), ("200k-streams", "rsa"), ("2m", "rsa"), ("50m", "rsa")]
CONFIG = """
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
[signer]
basicConstraints = CA:false
keyUsage = critical, digitalSignature, nonRepudiation
authorityKeyIdentifier = keyid
subjectKeyIdentifier = hash
"""


def call(*command, cwd: Path) -> None:
    done = subprocess.run([str(c) for c in command], cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: {(done.stderr or done.stdout).strip()}")


def make_identities(folder: Path) -> None:
    """root > issuing > rsa, p256; and an NSS database that holds them."""
    (folder / "pki.cnf").write_text(CONFIG)
    p256 = ("-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
    rsa = ("-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048")
    for name, kind, section, issuer in (("root", p256, "ca", None), ("issuing", p256, "ca", "root"), ("rsa", rsa, "signer", "issuing"),
                                        ("p256", p256, "signer", "issuing")):
        call("openssl", "genpkey", *kind, "-out", f"{name}.key", cwd=folder)
        call("openssl", "req", "-new", "-key", f"{name}.key", "-subj", f"/C=JP/O=Rakkan Benchmarks/CN=Benchmark {name}", "-out",
             f"{name}.csr", "-config", "/dev/null", cwd=folder)
        signing = ("-signkey", "root.key") if issuer is None else ("-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-CAcreateserial")
        call("openssl", "x509", "-req", "-in", f"{name}.csr", "-days", "30", "-extfile", "pki.cnf", "-extensions", section, "-out",
             f"{name}.pem", *signing, cwd=folder)
    nss = f"sql:{folder / 'nss'}"
    (folder / "nss").mkdir()
    call("certutil", "-N", "-d", nss, "--empty-password", cwd=folder)
    for name, trust in (("root", "C,C,C"), ("issuing", ",,")):
        call("certutil", "-A", "-d", nss, "-n", name, "-t", trust, "-a", "-i", f"{name}.pem", cwd=folder)
    for name in ("rsa", "p256"):
        call("openssl", "pkcs12", "-export", "-inkey", f"{name}.key", "-in", f"{name}.pem", "-name", name, "-out", f"{name}.p12",
             "-passout", "pass:", cwd=folder)
        call("pk12util", "-i", f"{name}.p12", "-d", nss, "-W", "", cwd=folder)


class Warm:
    """A peer in one warm process."""

    def __init__(self, program: Path, who: str, folder: Path, key: str, document: Path):
        self.process = subprocess.Popen([program, who, folder / f"{key}.key", folder / f"{key}.pem", folder / "issuing.pem", document],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        one = self._ns(3) / 3
        self.count = max(1, int(2e8 / one))  # 0.2 s of CPU a round

    def _ns(self, count: int) -> float:
        self.process.stdin.write(f"{count}\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("a warm process ended")
        return float(answer)

    def milliseconds(self) -> float:
        return self._ns(self.count) / self.count / 1e6

    def close(self) -> None:
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()


class PerDocument:
    """A peer that is started for each document; its output is checked to be there."""

    def __init__(self, command: list, output: Path, least: int, count: int):
        self.command, self.output, self.least, self.count = [str(c) for c in command], output, least, count
        self.milliseconds()

    def milliseconds(self) -> float:
        spent = 0.0
        for _ in range(self.count):
            self.output.unlink(missing_ok=True)
            process = subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            spent += usage.ru_utime + usage.ru_stime
            if process.returncode != 0 or not self.output.exists() or self.output.stat().st_size < self.least:
                raise RuntimeError(f"exit {process.returncode}")
        return spent / self.count * 1e3

    def close(self) -> None:
        self.output.unlink(missing_ok=True)


def peers(build: Path, folder: Path, document: Path, key: str) -> tuple[dict, dict]:
    """name: peer; and name: why a peer cannot take part."""
    warm = build / "benchmarks/compare/rakkan-warm-signer"
    size = document.stat().st_size
    count = 2 if size > 10_000_000 else 8
    makers = {
        "ours": lambda: Warm(warm, "ours", folder, key, document),
        "ours, whole": lambda: Warm(warm, "ours-whole", folder, key, document),
        "floor": lambda: Warm(warm, "floor", folder, key, document),
        "openssl cms": lambda: PerDocument(
            ["openssl", "cms", "-sign", "-cades", "-binary", "-md", "sha256", "-nosmimecap", "-outform", "DER", "-in", document, "-signer",
             folder / f"{key}.pem", "-inkey", folder / f"{key}.key", "-certfile", folder / "issuing.pem", "-out", folder / "out.p7s"],
            folder / "out.p7s", 500, count),
        "podofosign": lambda: PerDocument(
            ["podofosign", "-in", document, "-cert", folder / f"{key}.pem", "-pkey", folder / f"{key}.key", "-out", folder / "out.pdf",
             *(("-sigsize", "4096") if key != "rsa" else ())],
            folder / "out.pdf", size + 1000, count),
        "pdfsig": lambda: PerDocument(
            ["pdfsig", "-nssdir", folder / "nss", "-nick", key, "-add-signature", document, folder / "out.pdf"],
            folder / "out.pdf", size + 1000, count),
    }
    able, unable = {}, {}
    for name, make in makers.items():
        if name == "pdfsig" and key != "rsa":
            unable[name] = "reserves the length of a trial ECDSA signature, so that most runs fail"
        elif name == "podofosign" and shutil.which("podofosign") is None:
            unable[name] = "not installed"
        else:
            try:
                able[name] = make()
            except RuntimeError as error:
                if name.startswith("ours") or name == "floor":
                    raise
                unable[name] = str(error)
    return able, unable


def judge(build: Path, folder: Path, document: Path, key: str) -> None:
    """The documents that ours makes while it is measured are signed to pdfsig, qpdf and OpenSSL; else the comparison is void."""
    output = folder / "judged.pdf"
    call(build / "benchmarks/compare/rakkan-warm-signer", "ours-whole", folder / f"{key}.key", folder / f"{key}.pem",
         folder / "issuing.pem", document, output, cwd=folder)
    witness = Witness(folder / "root.pem", Path(tempfile.mkdtemp(dir=folder)))
    bad = [result.to_json() for result in witness.judge(output, 1, "B-B") if not result.met]
    output.unlink()
    if bad:
        raise RuntimeError(f"ours is refused: {bad}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=Path, required=True)
    parser.add_argument("--documents", type=Path, required=True)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    options.build, options.documents = options.build.resolve(), options.documents.resolve()
    rows = []
    memory = Path("/dev/shm") if os.access("/dev/shm", os.W_OK) else None  # outputs stay off the disk
    with tempfile.TemporaryDirectory(dir=memory) as name:
        folder = Path(name)
        make_identities(folder)
        for document, key in CASES:
            judge(options.build, folder, options.documents / f"{document}.pdf", key)
            able, unable = peers(options.build, folder, options.documents / f"{document}.pdf", key)
            samples = {peer: [] for peer in able}
            for _ in range(options.rounds):
                for peer, one in able.items():
                    samples[peer].append(one.milliseconds())
            for one in able.values():
                one.close()
            ours = statistics.median(samples["ours"])
            print(f"\n{document}.pdf, {'RSA-2048' if key == 'rsa' else 'P-256'}: CPU ms a document (median, best), times ours")
            for peer, values in samples.items():
                median = statistics.median(values)
                print(f"  {peer:14} {median:9.3f} {min(values):9.3f}   x {median / ours:.2f}", flush=True)
                rows.append({"document": document, "key": key, "peer": peer, "median_ms": median, "best_ms": min(values)})
            for peer, reason in unable.items():
                print(f"  {peer:14} cannot: {reason}", flush=True)
                rows.append({"document": document, "key": key, "peer": peer, "cannot": reason})
    options.json.write_text(json.dumps(rows, indent=1) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
