"""Peers with pins of their own: each gets an environment, made once from its locked file, and runs as its tutorial says."""

import subprocess
import sys
from pathlib import Path

from benchmarks.wire import ROOT

HERE = Path(__file__).parent
PLACE = ROOT / ".tools" / "peers"


class NotInstalled(Exception):
    """The peer's packages could not be had."""


def python_of(name: str) -> Path:
    """Return the interpreter of an environment, made anew when its locked file has changed."""
    locked, place = HERE / f"{name}.txt", PLACE / name
    python, stamp = place / "bin" / "python", place / "locked.txt"
    if stamp.exists() and stamp.read_bytes() == locked.read_bytes():
        return python
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(place)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes",
         "-r", str(locked)],
    ):  # fmt: skip
        done = subprocess.run(command, check=False, capture_output=True, text=True)
        if done.returncode:
            raise NotInstalled(f"{name}: {done.stderr.strip().splitlines()[-1:]}")
    stamp.write_bytes(locked.read_bytes())
    return python
