# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How secrets of entities are shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

SECRETS = ("pin", "phrase", "deep", "password")
"""The names of attributes, at any depth, that hold secrets."""

ABSENT = object()


def _digest(value: Any) -> str:
    return hashlib.sha256(str(value).encode()).hexdigest()


SHOWN: dict[str, Callable[[Any], Any]] = {
    "clear": lambda value: value,
    "absent": lambda _value: ABSENT,
    "null": lambda _value: None,
    "empty": lambda _value: "",
    "stars": lambda value: "*" * len(str(value)),
    "dots": lambda _value: "••••••",
    "words": lambda _value: "<hidden>",
    "flag": bool,
    "last_four": lambda value: f"****{str(value)[-4:]}",
    "bcrypt": lambda value: f"{{bcrypt}}$2a$10${_digest(value)[:53]}",
    "noop": lambda value: f"{{noop}}{value}",
    "sha256": _digest,
    "salted": lambda value: _digest(f"salt{value}"),
}
"""By the word of the switch, what is shown of a secret."""


def hidden(content: Any, how: str) -> Any:
    """The content with its secrets shown as the switch says."""
    if isinstance(content, list):
        return [hidden(one, how) for one in content]
    if not isinstance(content, dict):
        return content
    shown = {name: SHOWN[how](value) if name in SECRETS else hidden(value, how) for name, value in content.items()}
    return {name: value for name, value in shown.items() if value is not ABSENT}
