#!/usr/bin/env python3
"""The commands for backup and restore in docs/operations.md, as they are written, on a data folder with a server on it: /var/lib/rakkan,
/var/backups and /srv are folders of the test's own, and systemctl is the test itself.

    backup_steps.py BUILD-FOLDER        exit status 0 fine, 1 not
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "demo"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from data_folder import DataFolder, ProgramError, Server  # noqa: E402
from systemd_steps import Wrong, commands, must  # noqa: E402

PLACES = ("/var/lib/rakkan", "/var/backups", "/srv")


class Machine:
    """The folders under one of the test's own, and the server."""

    def __init__(self, build: Path, top: Path):
        self.build, self.top = build, top
        self.data = DataFolder(build, top / "var/lib/rakkan")
        for place in ("var/lib", "var/backups/rakkan", "srv"):
            (top / place).mkdir(parents=True)
        self.server = None

    def run(self, line: str) -> None:
        if line == "systemctl stop rakkand":
            must(self.server.stop() == 0, "the server's end")
        elif line == "systemctl start rakkand":
            self.start()
        else:
            self.shell(line)

    def start(self) -> None:
        self.server = Server(self.data, self.top / "rakkand.log")

    def shell(self, line: str) -> str:
        line = re.sub("|".join(PLACES), lambda match: f"{self.top}{match.group(0)}", line)
        environment = self.data.environment | {"PATH": f"{self.build}:{self.data.environment['PATH']}", "RAKKAN_CONFIG": str(self.data.config)}
        done = subprocess.run(["sh", "-c", line], cwd=self.top, env=environment, capture_output=True, text=True, check=False)
        must(done.returncode == 0, f"{line}: exit status {done.returncode}: {done.stdout}{done.stderr}")
        return done.stdout


def check(build: Path, top: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    backup, restore = commands(page, "### Backup"), commands(page, "### Restore")
    must(len(backup) == 2 and len(restore) == 8, f"the steps are {backup} {restore}")
    machine = Machine(build, top)
    machine.data.make()
    machine.data.make_key(top / "key", "--tenant", "acme", "--label", "before", "--scope", "sign")
    original = machine.data.must("data", "show")["id"]
    machine.start()
    try:
        for line in [*backup, *restore]:
            machine.run(line)
        must("before" in machine.shell("rakkan keys list"), "a key is not there any more")
        machine.shell("rakkan audit verify --against /srv/log/trail/checkpoint")
        machine.run("systemctl stop rakkand")
        shown = machine.data.must("data", "show")
        must(not shown["findings"], f"it does not belong where it is: {shown}")
        must(shown["id"] != original, "the restored folder has the original's id")
    finally:
        machine.server.stop()


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        try:
            check(Path(sys.argv[1]).resolve(), Path(name))
        except (Wrong, ProgramError) as wrong:
            print(wrong)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
