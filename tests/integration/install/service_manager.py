"""Plays systemd for one service in a root folder: hands it what its unit says, starts it as the unit's user, hears what it notifies.
The unit's prohibitions (ProtectSystem=, SystemCallFilter=) are not played: tests/tools/systemd_unit.py judges those."""
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent.parent / "demo"))

from data_folder import PATIENCE, end_with_parent  # noqa: E402
from root_folder import PATH, RootFolder  # noqa: E402


class Unit:
    def __init__(self, text: str):
        self.settings: list[tuple[str, str]] = []
        for line in text.splitlines():
            if "=" in line and not line.startswith("#"):
                name, value = line.split("=", 1)
                self.settings.append((name, value))

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.settings if key == name]

    def one(self, name: str) -> str:
        (value,) = self.all(name)
        return value


class Service:
    """Started by its unit's ExecStart, as its User, with its Environment and its credentials."""

    def __init__(self, root: RootFolder, name: str, unit: Unit, more: dict[str, str]):
        self.root, self.unit = root, unit
        self.uid, self.gid = root.ids_of(unit.one("User"))
        self.credentials = f"/run/credentials/{name}"
        self.make_directories()
        self.hand_over_credentials()
        notify = root.path / "run/notify"
        notify.unlink(missing_ok=True)
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notified.bind(str(notify))
        notify.chmod(0o777)
        self.notified.settimeout(1)
        self.said = ""
        environment = {"PATH": PATH, "LANG": "C.UTF-8", "USER": unit.one("User"), "NOTIFY_SOCKET": "/run/notify",
                       "CREDENTIALS_DIRECTORY": self.credentials}
        for text in unit.all("Environment"):
            variable, value = text.strip('"').split("=", 1)
            environment[variable] = value.replace("%d", self.credentials)
        self.log = root.path / "tmp/service.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(unit.one("ExecStart").split(), env=environment | more, stdin=subprocess.DEVNULL, stdout=out,
                                            stderr=subprocess.STDOUT, preexec_fn=self.become)

    def become(self) -> None:
        """In the child."""
        end_with_parent()
        self.root.enter()
        os.setgroups([self.gid])
        os.setgid(self.gid)
        os.setuid(self.uid)
        os.umask(int(self.unit.one("UMask"), 8))

    def make_directories(self) -> None:
        for kind, base, own in (("State", "var/lib", True), ("Configuration", "etc", False)):
            folder = self.root.path / base / self.unit.one(f"{kind}Directory")
            if not folder.exists():
                folder.mkdir(mode=int(self.unit.one(f"{kind}DirectoryMode"), 8))
            elif not own:
                continue  # systemd leaves a configuration folder that is there as it is
            if own:
                os.chown(folder, self.uid, self.gid)
                folder.chmod(int(self.unit.one(f"{kind}DirectoryMode"), 8))

    def hand_over_credentials(self) -> None:
        """systemd.exec(5), LoadCredential=: each file of a folder by the name ID_FILE, for the service's user alone."""
        folder = self.root.path / self.credentials.lstrip("/")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for text in self.unit.all("LoadCredential"):
            identity, source = text.split(":", 1)
            for file in sorted((self.root.path / source.lstrip("/")).iterdir()):
                copy = folder / f"{identity}_{file.name}"
                copy.write_bytes(file.read_bytes())
                copy.chmod(0o400)
                os.chown(copy, self.uid, self.gid)
        folder.chmod(0o500)
        os.chown(folder, self.uid, self.gid)

    def hears(self, words: str) -> bool:
        """Whether the service notifies so, within our patience; what it said before counts."""
        until = time.monotonic() + PATIENCE
        while words not in self.said and time.monotonic() < until and self.process.poll() is None:
            try:
                self.said += self.notified.recv(4096).decode() + "\n"
            except TimeoutError:
                continue
        heard = words in self.said
        self.said = self.said.partition(words)[2] if heard else self.said
        return heard

    def can_read(self, path: str) -> bool:
        """The service's user, the file or folder at that path of the root folder."""
        child = subprocess.run(["/bin/cat", path] if (self.root.path / path.lstrip("/")).is_file() else ["/bin/sh", "-c", f"echo {path}/*; cd {path}"],
                               preexec_fn=self.become, env={"PATH": PATH}, capture_output=True, check=False, stdin=subprocess.DEVNULL)
        return child.returncode == 0

    def signal(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.signal(signal.SIGTERM)
        try:
            return self.process.wait(timeout=2 * PATIENCE)
        finally:
            self.notified.close()
