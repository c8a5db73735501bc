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
# Everything that a dialect can say; insight.yml says what it means.
KNOWN = {
    "": "title base_path authentication login_page session answers entity operations types switches",
    "session": "cookie start csrf login logout",
    "answers": "missing conflict invalid malformed csrf credentials session",
    "entity": "id id_form uuid created changed changed_by dates attribute_dates query_for",
    "operations": "read find create upsert update delete list",
}
OF_OPERATION = (
    "method path status id_in id_name attributes_at entity_at list_at answer location body keys_in one several none "
    "created_status match paging items total"
)
OF_TYPE = "path unique required text display references"


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
    whole = merge(load(base), data) if base else data
    _check(whole)
    return whole


def merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """``base`` with ``changes`` merged over it; neither is modified."""
    merged = dict(base)
    for name, value in changes.items():
        both = isinstance(value, dict) and isinstance(merged.get(name), dict)
        merged[name] = merge(merged[name], value) if both else value
    return merged


def _check(data: dict[str, Any]) -> None:
    """Raises ValueError for a name that no dialect knows: a misspelt one would be ignored."""
    for place, known in KNOWN.items():
        _check_names(place or "the dialect", (data.get(place) or {}) if place else data, known)
    for kind, known in (("operations", OF_OPERATION), ("types", OF_TYPE)):
        for name, content in data[kind].items():
            _check_names(f"{kind}.{name}", content or {}, known)


def _check_names(place: str, content: dict[str, Any], known: str) -> None:
    unknown = sorted(set(content) - set(known.split()))
    if unknown:
        raise ValueError(f"{place}: {', '.join(unknown)} is not known; there are: {known}")
