# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Write requirements/locked/ from requirements/*.in: lock.py [set …]; all of them without arguments."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environments
import processes
from layout import LOCKED, LOCKS, REQUIREMENTS

OPTIONS = ["--quiet", "--upgrade", "--generate-hashes", "--strip-extras", "--allow-unsafe", "--no-header"]
# Where packages come from is this machine's business, not the repository's.
OPTIONS += ["--no-emit-index-url", "--no-emit-trusted-host", "--no-emit-find-links"]


def pip_compile(python: str) -> Path:
    """Return pip-compile in an environment of that Python: a lock is resolved by the Python that it is for."""
    return environments.ready(f"locking-{python}", "locking", python) / "bin" / "pip-compile"


def lock(requirements: str, python: str) -> None:
    """Resolve one set on one Python."""
    output = LOCKED / f"{requirements}-{python}.txt"
    print(f"locking {output.name}", flush=True)
    command: list[str | Path] = [pip_compile(python), *OPTIONS, "--output-file", output, f"{requirements}.in"]
    subprocess.run(command, cwd=REQUIREMENTS, check=True)


def main(names: list[str]) -> None:
    """Lock the named sets, several at once: most of the time is spent waiting for the registry."""
    LOCKED.mkdir(exist_ok=True)
    jobs = [(name, python) for name in names or LOCKS for python in LOCKS[name]]
    for python in sorted({job[1] for job in jobs}):
        pip_compile(python)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lock, *zip(*jobs, strict=True)))


if __name__ == "__main__":
    processes.end_on_signals()
    main(sys.argv[1:])
