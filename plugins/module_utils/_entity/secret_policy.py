# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The secrets of an entity by path, and what becomes of each when the entity is updated."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Optional

from .._text.nested_paths import child
from .desired_state import Memory


def secret_leaves(secrets: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    """Each secret of a nested mapping, with its path."""
    for name, value in secrets.items():
        at = child(path, str(name))
        if isinstance(value, Mapping):
            yield from secret_leaves(value, at)
        else:
            yield at, value


def secrets_at(secrets: Mapping[str, Any], paths: Collection[str]) -> dict[str, Any]:
    """Those of the secrets that stand at these paths, by path."""
    return {path: value for path, value in secret_leaves(secrets) if path in paths}


def remembered_secrets(secrets: Mapping[str, Any], memory: Optional[Memory], entity_id: Any) -> dict[str, bool]:
    """Whether the secrets equal those that were sent last time, as far as that is known."""
    known = memory.known(entity_id) if memory else {}
    return {path: memory.of(path, value) == known[path] for path, value in secrets.items() if memory and path in known}


def secret_fate(shown: Optional[bool], policy: str, remembered: Optional[bool]) -> str:
    """The state of a secret of an entity that exists: it is ``sent``, ``unknown`` or the ``same``. shown, remembered:
    whether it equals the value that the server shows, and the value that was sent last time; None where that is
    unknown."""
    if policy == "always":
        return "sent"
    if policy == "on_create":
        return "same" if shown else "unknown"
    known = remembered if shown is None else shown
    return "unknown" if known is None else "same" if known else "sent"
