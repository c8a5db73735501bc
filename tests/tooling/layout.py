# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where things are, and which ansible-core runs on which Python."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build"
COLLECTIONS = BUILD / "collections"
REQUIREMENTS = ROOT / "requirements"
LOCKED = REQUIREMENTS / "locked"


@dataclass(frozen=True)
class Core:
    """An ansible-core minor version: the Pythons that it runs on (the one to prefer first), and how it is tested."""

    pythons: tuple[str, ...]
    in_every_test: bool = False
    released: bool = True


CORES = {
    "2.18": Core(("3.11", "3.12", "3.13"), in_every_test=True),
    "2.19": Core(("3.11", "3.12", "3.13")),
    "2.20": Core(("3.12", "3.13", "3.14")),
    "2.21": Core(("3.12", "3.13", "3.14"), in_every_test=True),
    "2.22": Core(("3.13", "3.14", "3.15"), in_every_test=True, released=False),
}
CONTROLLER_FLOOR = "3.11"
TARGET_PYTHON = "3.9"

# Each set of requirements (requirements/<set>.in) and the Pythons that it is locked on. A Python takes the newest
# lock that is not newer than itself: what it needs beyond an older Python is nothing, what it needs less is harmless.
LOCKS = {
    **{f"core-{version}": (core.pythons[0],) for version, core in CORES.items()},
    "demo": ("3.11", "3.12"),
    "lint": ("3.11", "3.12"),
    "collection": ("3.11", "3.12"),
    "molecule": ("3.11", "3.12"),
    "bench": ("3.11", "3.12"),
    "browser": ("3.11", "3.12"),
    "servers": ("3.11", "3.12"),
    "openapi": ("3.11", "3.12"),
    "target-3.9": ("3.9",),
    "locking": ("3.9",),
}


def version_key(version: str) -> tuple[int, ...]:
    """Return '3.11' as (3, 11), so that versions sort."""
    return tuple(int(number) for number in version.split("."))
