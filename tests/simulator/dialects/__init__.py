# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dialects: one YAML file for each server, on top of the one that its ``base`` names.

A later file says only what differs: mappings are merged, everything else replaces.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent


def names() -> list[str]:
    """The dialects that are there."""
    return sorted(path.stem for path in FOLDER.glob("*.yml"))


def load(name: str) -> dict[str, Any]:
    """The whole dialect of that name (or of that file). Raises ValueError for one that is not there."""
    path = Path(name) if name.endswith((".yml", ".yaml")) else FOLDER / f"{name}.yml"
    try:
        data: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError:
        raise ValueError(f"no dialect {name}; there are: {', '.join(names())}") from None
    base = data.pop("base", None)
    return merge(load(base), data) if base else data


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``changes`` laid over ``base``; neither is modified."""
    merged = dict(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = merge(merged[name], value) if both else value
    return merged
