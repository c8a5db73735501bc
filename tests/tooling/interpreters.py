# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Find the Python interpreters of this machine: real executables, never shims."""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import chromium
from layout import CORES, TARGET_PYTHON, version_key

# A virtual environment and a pyenv shim both answer with the interpreter behind them.
PROBE = (
    "import ensurepip, os, sys, venv;"
    "print('%d.%d' % sys.version_info[:2], os.path.realpath(getattr(sys, '_base_executable', sys.executable)))"
)

# What parts need beside Python; the browser, which has several names, is found by chromium.py.
PROGRAMS = {"spring": ("java", "mvn"), "servers-oidc_provider": ("node", "npm")}


def pyenv_roots() -> Iterator[Path]:
    """Yield where pyenv may be: named, in the home, or beside the shims on PATH (HOME may be another than pyenv's)."""
    if root := os.environ.get("PYENV_ROOT"):
        yield Path(root)
    yield Path.home() / ".pyenv"
    yield from (Path(folder).parent for folder in os.get_exec_path() if Path(folder).name == "shims")


def candidates() -> Iterator[Path]:
    """Yield what may be a Python: the running one, pyenv's newest first, then what PATH holds."""
    yield Path(sys.executable)
    installed = [folder for root in pyenv_roots() for folder in (root / "versions").glob("*/bin")]
    numbered = [folder for folder in installed if re.fullmatch(r"[\d.]+", folder.parent.name)]
    yield from (
        folder / "python3" for folder in sorted(numbered, key=lambda f: version_key(f.parent.name), reverse=True)
    )
    for folder in map(Path, os.get_exec_path()):
        if not (folder.parent / "versions").is_dir():  # else a pyenv's shims, slow ways to what is there already
            yield from sorted(path for path in folder.glob("python3*") if re.fullmatch(r"python3(\.\d+)?", path.name))


@functools.cache
def find() -> Mapping[str, Path]:
    """Return the interpreter of each minor version that can make virtual environments, by '3.12'."""
    found: dict[str, Path] = {}
    for candidate in dict.fromkeys(candidates()):
        if not os.access(candidate, os.X_OK):
            continue
        answer = subprocess.run([candidate, "-c", PROBE], capture_output=True, text=True, check=False)
        if answer.returncode == 0:
            version, path = answer.stdout.strip().split(" ", 1)
            if version_key(version) >= version_key(TARGET_PYTHON):
                found.setdefault(version, Path(path))
    return found


def search_path() -> list[str]:
    """Return the folders for PATH: real interpreters first, shims (which confuse interpreter discovery) left out."""
    others = [folder for folder in os.get_exec_path() if Path(folder).name != "shims"]
    return list(dict.fromkeys([*(str(path.parent) for path in find().values()), *others]))


def python_for(core: str) -> str | None:
    """Return the Python version that an ansible-core is tested on here, or None where there is none. The cores prefer
    different ones, so that the tests cover them."""
    return next((version for version in CORES[core].pythons if version in find()), None)


def newest_python_for(core: str) -> str | None:
    """Return the newest Python version of this machine that an ansible-core runs on, or None where there is none."""
    return max((version for version in CORES[core].pythons if version in find()), key=version_key, default=None)


def newest_core() -> str:
    """Return the newest released ansible-core that a Python of this machine can run."""
    usable = [version for version, core in CORES.items() if core.released and python_for(version)]
    if not usable:
        raise SystemExit("No Python from 3.11 to 3.14 with the venv and ensurepip modules was found on PATH.")
    return max(usable, key=version_key)


def missing_programs(part: str) -> list[str]:
    """Return what a part needs beside Python and is not here."""
    if part == "browser":
        return [] if chromium.find() or chromium.may_be_installed() else ["chromium"]
    return [name for name in PROGRAMS.get(part, ()) if not shutil.which(name)]


def missing(cores: list[str]) -> list[str]:
    """Return a line for each of these cores, and for the target, that has no Python here, and for what parts lack."""
    lines = [
        f"ansible-core {core}: no Python {' or '.join(CORES[core].pythons)}" for core in cores if not python_for(core)
    ]
    lines += [f"{part}: no {name}" for part in (*PROGRAMS, "browser") for name in missing_programs(part)]
    return lines if TARGET_PYTHON in find() else [*lines, f"target host: no Python {TARGET_PYTHON}"]
