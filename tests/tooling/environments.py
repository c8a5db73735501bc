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
import processes
from layout import BUILD, LOCKED, LOCKS, TARGET_PYTHON, version_key


def lock_file(requirements: str, python: str) -> Path:
    """Return the lock that this Python takes of a set of requirements."""
    usable = [locked for locked in LOCKS[requirements] if version_key(locked) <= version_key(python)]
    return LOCKED / f"{requirements}-{max(usable, key=version_key)}.txt"


def python_of(name: str) -> str:
    """Return the Python version of an environment by its name."""
    if name.startswith("target-"):
        return TARGET_PYTHON
    core = name.removeprefix("core-") if name.startswith("core-") else interpreters.newest_core()
    python = interpreters.newest_python_for(core) if name == "bench" else interpreters.python_for(core)
    if python is None:
        raise SystemExit(f"No Python for {name} was found.")
    return python


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold a lock across processes, so that two runs never build one environment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def install(folder: Path, python: Path, lock: Path, log: IO[str] | None = None) -> None:
    """Make an environment that holds exactly what a lock names.

    A lock is complete. Without --no-deps an old pip resolves extras anew, and refuses a release that came later.
    """
    make: list[str | Path] = [python, "-m", "venv", "--clear", folder]
    fill: list[str | Path] = [folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-input"]
    fill += ["--disable-pip-version-check", "--no-deps", "--require-hashes", "--requirement", lock]
    for command in (make, fill):
        subprocess.run(command, stdout=log, stderr=log, check=True)


def ready(name: str, requirements: str, version: str, log: IO[str] | None = None) -> Path:
    """Return the folder of an environment, made anew only when its lock or its Python has changed."""
    python, lock = interpreters.find()[version], lock_file(requirements, version)
    folder = BUILD / "venv" / name
    stamp = folder / "made-from"
    content = f"{python}\n{hashlib.sha256(lock.read_bytes()).hexdigest()}\n"
    with held(folder.parent / f".{name}.lock"):
        if not stamp.is_file() or stamp.read_text() != content:
            install(folder, python, lock, log)
            stamp.write_text(content)
    return folder


def ensure(name: str, log: IO[str] | None = None) -> Path:
    """Return the folder of the environment that holds the set of this name."""
    return ready(name, name, python_of(name), log)


if __name__ == "__main__":
    processes.end_on_signals()
    for wanted in sys.argv[1:]:
        print(ensure(wanted))
