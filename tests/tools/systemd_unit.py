#!/usr/bin/env python3
"""The service's unit file as systemd itself sees it: no mistake (verify), and no more exposed than LIMIT (security).

    systemd_unit.py UNIT        exit status 0 fine, 1 not, 77 there is no systemd-analyze here
    systemd_unit.py --self-test UNIT   the same unit with an unknown section key, and without its hardening, must be refused
"""

import argparse
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LIMIT = 15  # tenths of systemd's exposure level: 0 safe to 100 open
SKIPPED = 77


def complaints(text):
    """The objections of systemd-analyze to the unit. Its program need not be installed: another takes its place."""
    with tempfile.TemporaryDirectory() as folder:
        unit = pathlib.Path(folder) / "rakkand.service"
        unit.write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE), encoding="utf-8")
        verify = subprocess.run(["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, check=False)
        # Other units of the machine are not ours to judge.
        found = [line for line in (verify.stdout + verify.stderr).splitlines() if "rakkand" in line and "Unit rakkan" not in line]
        security = subprocess.run(["systemd-analyze", "security", "--offline=true", f"--threshold={LIMIT}", "--no-pager", str(unit)],
                                  capture_output=True, text=True, check=False)
        if security.returncode != 0:
            found += [line for line in security.stdout.splitlines() if "exposure" in line.lower()] or [security.stderr.strip()]
        return found


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--self-test", action="store_true")
    parser.add_argument("unit", type=pathlib.Path)
    options = parser.parse_args()
    if not shutil.which("systemd-analyze"):
        print("skipped: no systemd-analyze")
        return SKIPPED
    text = options.unit.read_text(encoding="utf-8")
    if options.self_test:
        misspelt = text.replace("NoNewPrivileges=", "NoNewPriviliges=")
        bare = "\n".join(line for line in text.splitlines() if not line.startswith(("Protect", "Private", "SystemCall", "Capability")))
        return 0 if complaints(misspelt) and complaints(bare) else 1
    found = complaints(text)
    print("\n".join(found))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
