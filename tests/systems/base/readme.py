# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The table of switches in a README.md, from what the code says of itself: ``python -m systems.base.readme NAME``."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from simulator.readme import filled, switches_table

SYSTEMS = Path(__file__).resolve().parents[1]


def written(name: str) -> tuple[Path, str]:
    """The README of a system, and what it should say. Raises ValueError for a mark that is missing."""
    path = SYSTEMS / name / "README.md"
    switches = importlib.import_module(f"systems.{name}.switches").SWITCHES
    return path, filled(path.read_text(encoding="utf-8"), {"switches": switches_table(switches)})


if __name__ == "__main__":
    readme, text = written(sys.argv[1])
    readme.write_text(text, encoding="utf-8")
