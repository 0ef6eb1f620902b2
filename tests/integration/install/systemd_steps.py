#!/usr/bin/env python3
"""The steps of docs/operations.md from an installed build to a running service, as they are written, in a root folder of their own: what
`cmake --install` puts there, systemd-sysusers, init, the unit; then the unit's ExecStart as the unit's user with what the unit hands
it.

    systemd_steps.py BUILD-FOLDER        exit status 0 fine, 1 not, 77 not root, or no mounts of its own: chroot(2) and users need that
"""
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent.parent
sys.path.insert(0, str(ROOT / "tests" / "demo"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
sys.dont_write_bytecode = True

from data_folder import PATIENCE, clean_environment, free_port  # noqa: E402
from root_folder import PATH, RootFolder, have_own_mounts  # noqa: E402
from service_manager import Service, Unit  # noqa: E402

SKIPPED = 77
UNIT = "lib/systemd/system/rakkand.service"


class Wrong(Exception):
    pass


def must(condition: object, text: str) -> None:
    if not condition:
        raise Wrong(text)


def commands(page: str, before: str) -> list[str]:
    """The indented lines of the first block behind the text, without their comments."""
    must(before in page, f"docs/operations.md: no {before!r}")
    block = re.search(r"^\n?((?: {4}.*\n)+)", page[page.index(before) + len(before):], re.MULTILINE)
    lines = [re.sub(r"\s+#.*", "", line).strip() for line in block.group(1).splitlines()]
    return [line for line in lines if line]


def install(build: Path, command: str, into: Path) -> None:
    """The documented `cmake --install` with the build under test and a DESTDIR."""
    words = command.split()
    must(words[:2] == ["cmake", "--install"], f"not an installation: {command}")
    words[2] = str(build)
    done = subprocess.run(words, env=clean_environment() | {"DESTDIR": str(into)}, capture_output=True, text=True, check=False)
    must(done.returncode == 0, f"{command}: {done.stdout}{done.stderr}")


def check_files(folder: Path, prefix: str) -> None:
    """The prefix, which may be said only when it is installed, is what the unit names."""
    unit = Unit((folder / prefix.lstrip("/") / UNIT).read_text())
    must(unit.one("ExecStart").startswith(f"{prefix}/bin/rakkand "), f"the unit starts {unit.one('ExecStart')}")
    must(unit.one("Documentation").startswith(f"file:{prefix}/share/doc/"), f"the unit's documents are {unit.one('Documentation')}")
    for name in ("bin/rakkan", "bin/rakkand", "share/man/man1/rakkan.1", "share/man/man5/rakkan.toml.5", "share/man/man8/rakkand.8",
                 "share/bash-completion/completions/rakkan", "share/bash-completion/completions/rakkand", "lib/sysusers.d/rakkan.conf",
                 "share/doc/rakkan/docs/operations.md", "share/doc/rakkan/docs/alerts.yaml"):
        must((folder / prefix.lstrip("/") / name).is_file(), f"{prefix}/{name} is not installed")
    must(not (folder / prefix.lstrip("/") / "bin/rakkan-manual").exists(), "a tool of the build is installed")


def check_unit(root: RootFolder, file: str) -> None:
    """systemd's own judgement, with the program where it says."""
    said = subprocess.run(["systemd-analyze", "verify", "--man=no", f"--root={root.path}", file], capture_output=True, text=True, check=False)
    wrong = [line for line in (said.stdout + said.stderr).splitlines() if "rakkand" in line and "Unit rakkan" not in line]
    must(not wrong, f"systemd-analyze: {wrong}")


def check_secrets(root: RootFolder, service: Service) -> None:
    """The security officers' PINs are root's; the service has the users' PINs as credentials, and no other copy."""
    officers = sorted((root.path / "etc/rakkan/so-pins").iterdir())
    must(officers, "no security officer's PIN was made")
    for file in officers:
        pin = file.read_bytes().strip()
        must(len(pin) >= 8, f"{file} holds no PIN")
        must(not service.can_read("/" + str(file.relative_to(root.path))), f"the service reads {file}")
        handed = [other for folder in ("run", "var", "tmp", "etc") for other in (root.path / folder).rglob("*")
                  if other.is_file() and other != file and pin in other.read_bytes()]
        must(not handed, f"{file} stands in {handed}, too")
    must(not service.can_read("/etc/rakkan/pins"), "the service reads /etc/rakkan/pins")
    must(service.can_read("/etc/rakkan/rakkan.toml"), "the service does not read its configuration")
    must(service.can_read(f"{service.credentials}/pins_audit-log.pin"), "the service does not read its credential")
    for name in ("etc/rakkan", "etc/rakkan/rakkan.toml"):
        must((root.path / name).stat().st_uid == 0, f"{name} is not root's")
        must((root.path / name).stat().st_mode & 0o022 == 0, f"others write {name}")


def line_of(service: Service, message: str) -> str:
    """The line of the log with that message, which a thread of its own writes."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        for line in service.log.read_text(errors="replace").splitlines(keepends=True):
            if line.endswith("\n") and f'"msg":"{message}"' in line:
                return line
        time.sleep(0.05)
    raise Wrong(f"the log does not say {message!r}")


def check_service(root: RootFolder, unit: Unit) -> None:
    port = free_port()
    service = Service(root, "rakkand.service", unit, {"RAKKAN_HTTP_PORT": str(port), "RAKKAN_METRICS_PORT": str(free_port())})
    try:
        must(service.hears("READY=1"), f"it is not ready: {service.log.read_text(errors='replace')[-2000:]}")
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=PATIENCE) as answer:
            must(answer.status == 200, f"/readyz: {answer.status}")
        begun = line_of(service, "rakkand serves")
        must('"profile":"production"' in begun and '"data_folder":"/var/lib/rakkan"' in begun, f"it says: {begun}")
        check_secrets(root, service)
        must(unit.one("ExecReload") == "/bin/kill -HUP $MAINPID", "another way to reload")
        service.signal(signal.SIGHUP)
        must(service.hears("RELOADING=1") and service.hears("READY=1"), "it does not reload")
    finally:
        ended = service.stop()
    must(ended == 0, f"it ended with {ended}: {service.log.read_text(errors='replace')[-2000:]}")


def check(build: Path, folder: Path) -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    first, installation, *_ = commands(page, "## Install")
    must(first == "./dev build", f"the first step is {first}")
    steps = commands(page, "With systemd:")
    must(steps[0] == "systemd-sysusers" and steps[-1] == "systemctl enable --now rakkand", f"the steps are {steps}")
    before = "With another prefix than"
    other = re.search(r"`(cmake --install [^`]*)`", page[page.index(before):]).group(1)
    others_first, others_last = commands(page, before)
    for number, (installing, wanted) in enumerate(((installation, steps), (other, [others_first, *steps[1:-1], others_last]))):
        root = RootFolder(folder / f"root-{number}")
        try:
            check_steps(build, installing, wanted, root)
        finally:
            root.leave()


def check_steps(build: Path, installation: str, steps: list[str], root: RootFolder) -> None:
    install(build, installation, root.path)
    prefix = re.search(r"--prefix (\S+)", installation).group(1)
    check_files(root.path, prefix)
    for program in ("rakkan", "rakkand"):
        root.copy_libraries(root.path / prefix.lstrip("/") / "bin" / program)
    check_unit(root, f"{prefix}/{UNIT}")
    for line in steps:
        # No systemd runs there that could start it now: check_service does.
        done = root.run(line.replace(" --now", ""), PATH=f"{PATH}:{prefix}/bin")
        must(done.returncode == 0, f"{line}: exit {done.returncode}: {done.stdout}{done.stderr}")
        print(f"ran: {line}")
    wanted = root.path / "etc/systemd/system/multi-user.target.wants/rakkand.service"
    must(wanted.is_symlink() and os.readlink(wanted) == f"{prefix}/{UNIT}", "the service does not start with the machine")
    check_service(root, Unit((root.path / prefix.lstrip("/") / UNIT).read_text()))


def main() -> int:
    if os.geteuid() != 0 or not have_own_mounts():
        print("skipped: a root folder with users of its own needs root and CAP_SYS_ADMIN")
        return SKIPPED
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        try:
            check(Path(sys.argv[1]).resolve(), Path(name))
        except Wrong as wrong:
            print(wrong)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
