# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The texts of JSON values: numbers as they are written, and the one text by which values are compared."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

Json = Mapping[str, Any]
"""A JSON object."""
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
_WITH_LETTERS = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,10}))?")


def is_number(value: Any) -> bool:
    """Whether the value is a JSON number; a boolean is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def number_text(value: Any) -> str:
    """A number as it is usually written: 1.0 as ``1``."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def in_full(value: Any) -> Any:
    """A number of a server that has more digits than Python keeps, as the text of all of them; else the value."""
    letters = getattr(value, "letters", "")
    if not letters or _digits(letters) == _digits(repr(float(value))):
        return value
    return letters.rstrip("0") if "." in letters and "e" not in letters.lower() else letters


def _digits(letters: str) -> Any:
    """Sign, digits and exponent of a number, the same for all its spellings."""
    match = DECIMAL.fullmatch(letters)
    if match is None:
        return letters
    sign, whole, fraction, exponent = match.groups(default="")
    digits = (whole + fraction).lstrip("0")
    kept = digits.rstrip("0")
    return (sign, kept, int(exponent or 0) - len(fraction) + len(digits) - len(kept)) if kept else 0


def _plain(value: Any) -> Any:
    if isinstance(value, (str, int)):
        return value
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted names, 1.0 as 1, ASCII. Equal values and no others have equal texts, so
    that true is not 1."""
    return _CANONICAL.encode(_plain(value))


def canonical_text(value: Any) -> str:
    """As canonical(), with the letters of texts as they are: many filter languages read a text in double quotes, and
    know no escapes for letters."""
    return _WITH_LETTERS.encode(_plain(value))
