"""A data folder for the demo and for ./dev serve: the development PKI's tokens, credentials with their certificates, parties' PINs,
the authority that answers for these certificates, and a server on it."""
import ctypes
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

# How long anybody waits for what has to come, in seconds; a busy machine is not a broken one.
PATIENCE = 60

CREDENTIALS = (("operator", ("operator",)), ("party-takasaki", ("party", "--party", "takasaki")),
               ("party-yamada", ("party", "--party", "yamada")), ("tsu", ("tsu",)))


class ProgramError(Exception):
    """A program of ours, or a tool, did not do what it must."""


def clean_environment() -> dict:
    """Nothing of the caller's configuration reaches what is started."""
    return {name: value for name, value in os.environ.items() if not name.startswith("RAKKAN_") and name != "SOFTHSM2_CONF"}


def end_with_parent() -> None:
    """In a child before it becomes another program: it is killed when its parent ends, however that happens."""
    pr_set_pdeathsig = 1  # prctl(2)
    if ctypes.CDLL(None, use_errno=True).prctl(pr_set_pdeathsig, signal.SIGKILL) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def secret_file(file: Path, text: str) -> Path:
    file.touch(mode=0o600)
    file.write_text(text + "\n", encoding="utf-8")
    return file


def free_port() -> int:
    """None of those that the system gives to whoever connects or binds without naming one: such a port may be another's by the
    time the server wants it."""
    try:
        systems = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    except OSError:
        systems = 32768
    for _ in range(100):
        port = 10000 + secrets.randbelow(max(systems, 20000) - 10000)
        with socket.socket() as listener:
            try:
                listener.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    raise ProgramError("no port is free")


def wait_for(condition: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + 3 * PATIENCE
    while not condition():
        if time.monotonic() > until:
            raise ProgramError(otherwise)
        time.sleep(0.05)


class DataFolder:
    def __init__(self, build: Path, folder: Path):
        self.build, self.folder, self.environment = build, folder, clean_environment()
        self.config = folder / "rakkan.toml"
        self.root = folder / "trust" / "root-ca.pem"

    def rakkan(self, *arguments: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess:
        config = ("--config", str(self.config)) if self.config.exists() else ()
        return subprocess.run([str(self.build / "rakkan"), *config, *map(str, arguments)], capture_output=True, text=True, timeout=10 * PATIENCE,
                              env=self.environment, cwd=cwd, check=False)

    def must(self, *arguments: str | Path, cwd: Path | None = None) -> dict:
        """Runs rakkan with --json and returns what it answered."""
        done = self.rakkan(*arguments, "--json", cwd=cwd)
        if done.returncode != 0:
            said = (done.stderr or done.stdout).strip()
            raise ProgramError(f"rakkan {' '.join(map(str, arguments))}: exit {done.returncode}: {said}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def make(self, authority_port: int = 0) -> list[dict]:
        """Makes it with the credentials of CREDENTIALS, and returns what is said of each. Their certificates name CRLs and a responder
        on that loopback port (0: a free one), which the configuration allows by their exact origin."""
        authority_port = authority_port or free_port()
        pki = subprocess.run([str(self.build / "rakkan-dev-pki"), str(self.folder), "--authority", f"http://127.0.0.1:{authority_port}"],
                             capture_output=True, text=True, timeout=10 * PATIENCE, env=self.environment, check=False)
        if pki.returncode != 0:
            raise ProgramError(f"rakkan-dev-pki: {(pki.stderr or pki.stdout).strip()}")
        self.must("init", self.folder)
        with self.config.open("a", encoding="utf-8") as config:
            config.write("\n" + (self.folder / "authority.toml").read_text(encoding="utf-8"))
        made = []
        for credential, kind in CREDENTIALS:
            self.must("credentials", "adopt", credential, "--kind", *kind)
            made.append(self.must("credentials", "import", credential, self.folder / "certificates" / f"{credential}.chain.pem"))
        return made

    def set_pin(self, credential: str, file: Path) -> Path:
        secret_file(file, secrets.token_hex(8))
        self.must("credentials", "pin", credential, "--pin-file", file)
        return file

    def make_key(self, file: Path, *options: str) -> dict:
        """Makes an API key; its text goes to the file, and nowhere else."""
        return self.must("keys", "create", *options, "-o", file)

    def authority(self) -> str:
        """The origin of the development authority, as the folder's certificates name it; empty in a folder of an earlier version."""
        return json.loads((self.folder / "listing.json").read_text(encoding="utf-8")).get("authority", "")

    def server(self, port: int, metrics_port: int) -> tuple[list[str], dict]:
        """The server's command and environment."""
        command = [str(self.build / "rakkand"), "--config", str(self.config)]
        return command, self.environment | {"RAKKAN_HTTP_PORT": str(port), "RAKKAN_METRICS_PORT": str(metrics_port)}


class Authority:
    """The development PKI's CRLs and OCSP responder, ended by its process id and with the process that started it."""

    def __init__(self, data: DataFolder, log: Path):
        self.url = data.authority()
        with log.open("wb") as out:
            self.process = subprocess.Popen([str(data.build / "rakkan-dev-authority"), str(data.folder)], stdin=subprocess.DEVNULL,
                                            stdout=out, stderr=subprocess.STDOUT, env=data.environment, preexec_fn=end_with_parent)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.process.poll() is None:
            try:
                with urllib.request.urlopen(self.url + "/certificates/root-ca.cer", timeout=PATIENCE):
                    return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise ProgramError(f"rakkan-dev-authority does not answer: {log.read_text(errors='replace')[-500:]}")

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=2 * PATIENCE)


class Relay:
    """A timestamp authority outside of the server (relay.py), ended by its process id."""

    def __init__(self, port: int, to: str, key: Path, marker: Path | None = None):
        self.marker = marker
        hang = ("--hang", str(marker)) if marker else ()
        program = Path(__file__).resolve().parent / "relay.py"
        self.process = subprocess.Popen([sys.executable, "-B", str(program), "--port", str(port), "--to", to, "--key", str(key), *hang],
                                        stdin=subprocess.DEVNULL, env=clean_environment(), preexec_fn=end_with_parent)
        wait_for(lambda: self.listens(port), "the outside authority does not listen")

    @staticmethod
    def listens(port: int) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    def kill_in_mid_request(self) -> None:
        wait_for(self.marker.exists, "the outside authority gets no request")
        self.kill()

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(timeout=PATIENCE)


class Server:
    """rakkand on a loopback port, ended by its process id."""

    def __init__(self, data: DataFolder, log: Path):
        self.port, self.metrics_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        with log.open("wb") as out:
            command, environment = data.server(self.port, self.metrics_port)
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, env=environment,
                                            preexec_fn=end_with_parent)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise ProgramError(f"rakkand ended with {self.process.returncode}: {log.read_text(errors='replace')[-500:]}")
            if self.get("/readyz") == 200:
                return
            time.sleep(0.05)
        self.stop()
        raise ProgramError(f"rakkand does not become ready: {log.read_text(errors='replace')[-500:]}")

    def get(self, path: str) -> int:
        """The status, 0 when nobody answers."""
        try:
            with urllib.request.urlopen(self.url + path, timeout=PATIENCE) as answer:
                return answer.status
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def metric(self, sample: str) -> float:
        """The value of one sample of /metrics, with its labels as they are written there."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/metrics", timeout=PATIENCE) as answer:
            lines = answer.read().decode("utf-8").splitlines()
        return next(float(line.rpartition(" ")[2]) for line in lines if line.startswith(sample + " "))

    def stop(self) -> int:
        """Asks it to finish what it accepted; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=2 * PATIENCE)
