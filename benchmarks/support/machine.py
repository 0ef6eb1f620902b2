#!/usr/bin/env python3
"""machine.py: what a figure must be read with, as JSON on stdout."""
import json
import os
import platform
import subprocess
import time
from pathlib import Path


def said(*command: str) -> str:
    try:
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout.strip()
    except OSError:
        return ""


def cpu() -> str:
    names = [line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    return f"{os.cpu_count()} x {names[0] if names else platform.machine()}"


def release() -> str:
    lines = dict(line.split("=", 1) for line in Path("/etc/os-release").read_text().splitlines() if "=" in line)
    return lines.get("PRETTY_NAME", "").strip('"')


os.chdir(Path(__file__).resolve().parent)
commit = said("git", "rev-parse", "--short=12", "HEAD") + ("" if not said("git", "status", "--porcelain") else " with changes")
print(json.dumps({"commit": commit, "date": time.strftime("%Y-%m-%d", time.gmtime()), "machine": cpu(), "system": release(),
                  "kernel": platform.release(), "load at start": "%.2f" % os.getloadavg()[0], "OpenSSL": said("openssl", "version"),
                  "compiler": said("c++", "--version").split("\n")[0]}, indent=1))
