#!/usr/bin/env python3
"""Runs every example of docs/api/README.md against a real server: what the page shows works.

    run_examples.py BUILD-FOLDER
"""
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "demo"))
sys.dont_write_bytecode = True

from data_folder import DataFolder, Server  # noqa: E402


def blocks(page: Path) -> list[tuple[int, str]]:
    """The shell blocks with the line each begins at."""
    text = page.read_text(encoding="utf-8")
    return [(text.count("\n", 0, match.start()) + 2, match.group(1)) for match in re.finditer(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]


def small_pdf() -> bytes:
    """One empty page, with a cross-reference table."""
    objects = (b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >>")
    text, offsets = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(text))
        text += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return text + b"xref\n0 4\n0000000000 65535 f \n%strailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (table, len(text))


def main() -> int:
    build = Path(sys.argv[1]).resolve()
    page = ROOT / "docs" / "api" / "README.md"
    examples = blocks(page)
    if len(examples) < 5:
        print(f"only {len(examples)} examples found in {page}")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = DataFolder(build, folder / "data")
        data.make()
        (folder / "contract.pdf").write_bytes(small_pdf())
        shutil.copy(data.root, folder / "root-ca.pem")
        data.set_pin("party-takasaki", folder / "pin")
        data.make_key(folder / "api-key", "--tenant", "demo", "--label", "examples", "--scope", "sign", "--scope", "timestamp", "--scope", "audit")
        server = Server(data, folder / "rakkand.log")
        try:
            # One shell for all blocks: what one defines, the next uses. Each says where it is, so that a failure is found.
            script = "set -euo pipefail\n" + "".join(f"echo 'line {line}'\n{text}" for line, text in examples)
            done = subprocess.run(["bash", "-c", script], cwd=folder, env=data.environment | {"SERVER": server.url}, capture_output=True,
                                  text=True, timeout=900, check=False)
        finally:
            ended = server.stop()
        print(done.stdout + done.stderr, end="")
        if done.returncode != 0 or ended != 0:
            print(f"docs/api/README.md: the block at the last line named above failed ({done.returncode}); server's exit {ended}")
            print((folder / "rakkand.log").read_text(errors="replace")[-2000:])
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
