# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Make the virtual environments below build/venv from the locked requirements."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import interpreters
from layout import BUILD, LOCKED, LOCKS, TARGET_PYTHON, version_key


def lock_file(requirements: str, python: str) -> Path:
    """Return the lock that this Python takes of a set of requirements."""
    usable = [locked for locked in LOCKS[requirements] if version_key(locked) <= version_key(python)]
    return LOCKED / f"{requirements}-{max(usable, key=version_key)}.txt"


def plan(name: str) -> tuple[str, str]:
    """Return the set of requirements and the Python version of an environment by its name."""
    if name.startswith("target-"):
        return name, TARGET_PYTHON
    newest = interpreters.newest_core()
    requirements = f"core-{newest}" if name == "demo" else name
    core = name.removeprefix("core-") if name.startswith("core-") else newest
    python = interpreters.newest_python_for(core) if name == "bench" else interpreters.python_for(core)
    if python is None:
        raise SystemExit(f"No Python for {name} was found.")
    return requirements, python


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock across processes, so that two runs never build one environment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure(name: str, log: IO[str] | None = None) -> Path:
    """Return the folder of an environment, made anew only when its lock or its Python has changed."""
    requirements, version = plan(name)
    python, lock = interpreters.find()[version], lock_file(requirements, version)
    folder = BUILD / "venv" / name
    stamp = folder / "made-from"
    content = f"{python}\n{hashlib.sha256(lock.read_bytes()).hexdigest()}\n"
    with held(folder.parent / f".{name}.lock"):
        if stamp.is_file() and stamp.read_text() == content:
            return folder
        make: list[str | Path] = [python, "-m", "venv", "--clear", folder]
        fill: list[str | Path] = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
        # A lock is complete. Without --no-deps an old pip resolves extras anew, and refuses a release that came later.
        fill += ["--disable-pip-version-check", "--no-deps", "--require-hashes", "--requirement", lock]
        for command in (make, fill):
            subprocess.run(command, stdout=log, stderr=log, check=True)
        stamp.write_text(content)
    return folder


if __name__ == "__main__":
    for wanted in sys.argv[1:]:
        print(ensure(wanted))
