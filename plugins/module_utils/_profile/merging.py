# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How profiles are merged: a profile over the one that it extends, a type over what holds for all, overrides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._text.json_forms import Json


def merge(base: Any, over: Any) -> Any:
    """Merge ``over`` into ``base`` by RFC 7396 (JSON Merge Patch): mappings key by key, a null removes the key, every
    other value replaces. The values of VALUES are replaced whole."""
    return _merged(base, over, keep=False)


def overlaid(base: Json, over: Json) -> dict[str, Any]:
    """As merge(), for whole profiles. A null in a type stays, since it also removes the value for all types."""
    merged: dict[str, Any] = merge(base, over)
    types, new = base.get("types"), over.get("types")
    if isinstance(new, Mapping):
        old = types if isinstance(types, Mapping) else {}
        wanted = {name: value for name, value in new.items() if value is not None}
        merged["types"] = {**merged["types"], **{name: _merged(old.get(name), wanted[name], True) for name in wanted}}
    return merged


def combined(first: Json, second: Json) -> dict[str, Any]:
    """Overrides that say what these say one after the other."""
    both: dict[str, Any] = _merged(first, second, keep=True)
    return both


VALUES = ("json", "form", "query", "authorize")
"""Keys whose value goes to the server as it is: null inside is null."""
NAMED = (
    "types",
    "attributes",
    "steps",
    "parts",
    "transitions",
    "inputs",
    "grants",
    "completes",
    "logout",
    "properties",
)
"""Keys below which stand names of the profile's author, so that VALUES mean nothing there."""


def _merged(base: Any, over: Any, keep: bool, inside: str = "") -> Any:
    """keep: a null stays, for a later merge. inside: the key of these mappings."""
    if not isinstance(over, Mapping):
        return over
    merged = dict(base) if isinstance(base, Mapping) else {}
    for name, value in over.items():
        if value is None and not keep:
            merged.pop(name, None)
        elif name in VALUES and inside not in NAMED:
            merged[name] = value
        else:
            merged[name] = _merged(merged.get(name), value, keep, name)
    return merged
