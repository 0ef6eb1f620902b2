"""A root folder of its own for chroot(2): what a bare Debian has of tools and libraries, copied from this machine, and nothing of
its users, its configuration or its state."""
import ctypes
import os
import re
import shutil
import subprocess
from pathlib import Path

# The programs that the documented steps call, and the shell that runs them.
TOOLS = ("sh", "cat", "chown", "id", "install", "kill", "mv", "runuser", "systemctl", "systemd-sysusers", "systemd-tmpfiles")
# Loaded at run time, so that no program names them.
LOADED = ("/usr/lib/softhsm/libsofthsm2.so", "/usr/lib/*/softhsm/libsofthsm2.so", "/usr/lib/*/libnss_files.so.2",
          "/usr/lib/*/security/*.so", "/usr/lib/*/ossl-modules/*.so")
FILES = ("/etc/pam.d", "/etc/security", "/etc/login.defs", "/etc/ssl/openssl.cnf", "/usr/lib/ssl", "/usr/lib/sysusers.d", "/usr/lib/systemd/system")
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


# mount(2), unshare(2)
CLONE_NEWNS = 0x20000
MS_PRIVATE_OF_ALL = (1 << 18) | (1 << 14)


def have_own_mounts() -> bool:
    """Makes this process's later mounts its and its children's alone, and gone with them. True when the kernel lets us."""
    libc = ctypes.CDLL(None, use_errno=True)
    return libc.unshare(CLONE_NEWNS) == 0 and libc.mount(None, b"/", None, MS_PRIVATE_OF_ALL, None) == 0


class RootFolder:
    """This process has mounts of its own."""

    def __init__(self, path: Path):
        self.path = path
        for name in ("usr/bin", "usr/sbin", "usr/lib", "usr/lib64", "etc", "run", "tmp", "dev", "proc", "root", "var/lib"):
            (path / name).mkdir(parents=True)
        for name in ("bin", "sbin", "lib", "lib64"):
            (path / name).symlink_to(f"usr/{name}")
        (path / "tmp").chmod(0o1777)
        path.chmod(0o755)
        self.write("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
        self.write("etc/group", "root:x:0:\n")
        self.write("etc/shadow", "root:*:19000:0:99999:7:::\n", 0o600)
        self.write("etc/gshadow", "root:*::\n", 0o600)
        self.write("etc/nsswitch.conf", "passwd: files\ngroup: files\nshadow: files\n")
        self.write("etc/machine-id", "0123456789abcdef0123456789abcdef\n")
        os.mknod(path / "dev/null", 0o666 | 0o020000, os.makedev(1, 3))
        (path / "dev/null").chmod(0o666)
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.mount(b"proc", os.fsencode(path / "proc"), b"proc", 0, None) != 0:
            raise OSError(ctypes.get_errno(), "mount of /proc")
        for name in FILES:
            if Path(name).exists():
                self.copy_whole(Path(name))
        for tool in TOOLS:
            found = shutil.which(tool)
            if found is None:
                raise FileNotFoundError(f"there is no {tool} here")
            self.copy_program(Path(found))
        for pattern in LOADED:
            for file in Path("/").glob(pattern.lstrip("/")):
                self.copy_program(file)

    def write(self, name: str, text: str, mode: int = 0o644) -> None:
        file = self.path / name
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    def copy_whole(self, source: Path) -> None:
        target = self.path / source.relative_to("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)

    def copy_program(self, file: Path) -> None:
        """With the libraries that it names."""
        self.copy_file(file)
        self.copy_libraries(file)

    def copy_file(self, file: Path) -> None:
        target = self.path / os.path.realpath(file.parent).lstrip("/") / file.name
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)

    def copy_libraries(self, program: Path) -> None:
        said = subprocess.run(["ldd", str(program)], capture_output=True, text=True, check=False).stdout
        for library in re.findall(r"(/\S+)(?= \(0x)", said):
            self.copy_file(Path(library))

    def run(self, command: str, **variables: str) -> subprocess.CompletedProcess:
        """The line in the folder's shell, as root; systemctl changes files and starts nothing."""
        environment = {"PATH": PATH, "HOME": "/root", "LC_ALL": "C.UTF-8", "SYSTEMD_OFFLINE": "1"} | variables
        return subprocess.run(["/bin/sh", "-c", command], env=environment, capture_output=True, text=True, check=False, timeout=600,
                              stdin=subprocess.DEVNULL, preexec_fn=self.enter)

    def enter(self) -> None:
        os.chroot(self.path)
        os.chdir("/")

    def leave(self) -> None:
        ctypes.CDLL(None).umount2(os.fsencode(self.path / "proc"), 2)  # MNT_DETACH

    def ids_of(self, user: str) -> tuple[int, int]:
        for line in (self.path / "etc/passwd").read_text().splitlines():
            fields = line.split(":")
            if fields[0] == user:
                return int(fields[2]), int(fields[3])
        raise KeyError(f"no user {user}")
