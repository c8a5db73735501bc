# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Describes how an answer contradicts the profile: what was expected, and what came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Optional

from .._text.redaction import printable
from ..errors import ProfileMismatchError

NAMES_SHOWN = 8


def some_of(names: Sequence[str]) -> str:
    """Names in a message, the first ones where there are many."""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return printable(f"{', '.join(names[:NAMES_SHOWN])}{more}")


def shape(value: Any) -> str:
    """The kind of a JSON value, without showing any value in it: only the names of an object's fields."""
    if isinstance(value, Mapping):
        return f"an object with {some_of([str(name) for name in value])}" if value else "an empty object"
    if isinstance(value, (list, tuple)):
        first = f" of {len(value)}, the first {shape(value[0])}" if value else ""
        return f"a list{first}" if value else "an empty list"
    if value is None:
        return "nothing"
    return {bool: "a boolean", str: "a text"}.get(type(value), "a number")


WORDS = {"header": "in the header {}", "cookie": "in the cookie {}", "link": "in the Link header"}


def place(where: str) -> str:
    """A place of an answer in words."""
    root, _dot, rest = where.partition(".")
    if root.startswith("body"):
        path = where[len("body") :].lstrip(".")
        return f"in {path!r} of the answer" if path else "as the whole answer"
    return WORDS.get(root, "in the Location header").format(rest)


def profile_mismatch(
    purpose: str,
    why: str,
    profile_key: str,
    expected: str,
    came: str,
    hint: str = "",
    status: Optional[int] = None,
) -> ProfileMismatchError:
    """The error for an answer that contradicts the profile. purpose: what could not be done; expected, came: a few
    words each, printable and without secrets."""
    return ProfileMismatchError(
        purpose,
        f"{why.rstrip('.')}: expected {expected}, came {came}",
        hint or f"Change {profile_key} in the profile.",
        status=status,
        profile_key=profile_key,
        expected=expected,
        came=came,
    )
