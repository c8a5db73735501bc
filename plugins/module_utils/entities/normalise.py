# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Normalisations: what two values may differ in and still count as equal, and the text that a value is compared by.

Each is off unless the profile or the user turns it on. Each takes any JSON value and gives back the values that it
does not speak of as they are. What is compared is normalised; what is sent or shown never is.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any, Callable, NamedTuple, Optional

EPOCH = datetime(1970, 1, 1)
DECIMAL = re.compile(r"(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([-+]?[0-9]{1,10}))?")
FIRST_MILLISECONDS = 10**11
"""From here on, early in 1973, an integer counts as a date; smaller ones are numbers, or 5 and 7 would be one day."""
DATE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"T(?P<clock>[0-9]{2}:[0-9]{2})(?::(?P<seconds>[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?)?"
    r"(?P<offset>Z|[+-][0-9]{2}:?[0-5][0-9])?"
)


class _Moment(NamedTuple):
    """A time as written: wall time in whole seconds, digits of the fraction, distance from UTC where it is said."""

    wall: datetime
    fraction: str
    offset: Optional[timedelta]


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


def _moment(value: Any) -> Optional[_Moment]:
    """Read a date with a time; None for everything else: a mere date, which is its own day, or the 30th of February."""
    try:
        if isinstance(value, int) and abs(value) >= FIRST_MILLISECONDS:
            seconds, milliseconds = divmod(value, 1000)
            wall = EPOCH + timedelta(seconds=seconds)
            return _Moment(wall, f"{milliseconds:03}".rstrip("0"), timedelta(0))
        match = DATE.fullmatch(value) if isinstance(value, str) else None
        if not match:
            return None
        day, clock, seconds_text, fraction, offset = match.groups()
        wall = datetime.fromisoformat(f"{day}T{clock}:{seconds_text or '00'}")
        return _Moment(wall, (fraction or "").rstrip("0"), _offset(offset))
    except (ValueError, OverflowError):
        return None


def _offset(text: Optional[str]) -> Optional[timedelta]:
    if text in (None, "Z"):
        return None if text is None else timedelta(0)
    distance = timedelta(hours=int(text[1:3]), minutes=int(text[-2:]))
    return -distance if text[0] == "-" else distance


def _date_as_day(value: Any) -> Any:
    """The day on which it is written, in its own offset; milliseconds since 1970 are UTC."""
    moment = _moment(value)
    return moment.wall.date().isoformat() if moment else value


def _date_as_instant(value: Any) -> Any:
    """The instant in UTC. A time without an offset keeps its own clock, and so never equals one that has an offset."""
    moment = _moment(value)
    if not moment:
        return value
    try:
        wall = moment.wall - (moment.offset or timedelta(0))
    except OverflowError:
        return value
    return (
        wall.isoformat() + (f".{moment.fraction}" if moment.fraction else "") + ("" if moment.offset is None else "Z")
    )


def _text(function: Callable[[str], str]) -> Callable[[Any], Any]:
    return lambda value: function(value) if isinstance(value, str) else value


def _null_as_absent(value: Any) -> Any:
    return {name: inner for name, inner in value.items() if inner is not None} if isinstance(value, Mapping) else value


def is_blank(value: Any) -> bool:
    """Whether it is an empty text, list or mapping."""
    return isinstance(value, (str, list, tuple, Mapping)) and not value


NORMALISATIONS: Mapping[str, Callable[[Any], Any]] = {
    "outer_space": _text(str.strip),
    "line_ends": _text(lambda text: text.replace("\r\n", "\n").replace("\r", "\n")),
    "date_as_instant": _date_as_instant,
    "date_as_day": _date_as_day,
    "number_as_text": lambda value: number_text(value) if is_number(value) else value,
    "unicode_nfc": _text(lambda text: unicodedata.normalize("NFC", text)),
    "case": _text(str.casefold),
    "null_as_absent": _null_as_absent,
    "blank_as_null": lambda value: None if is_blank(value) else value,
}
"""The closed list."""

ORDER = (*NORMALISATIONS, "unicode_nfc")
"""In which they are applied: dates before what would spoil their spelling, NFC again after folding has undone it."""


def normalise(value: Any, names: Collection[str]) -> Any:
    """Apply the named normalisations to one value, whatever the order of the names. What is inside a mapping or a
    list has been normalised by the caller, who knows the path of it."""
    for name in ORDER:
        if name in names:
            value = NORMALISATIONS[name](value)
    return value


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def canonical(value: Any) -> str:
    """The one JSON text of a value: sorted names, 1.0 as 1, ASCII. Equal values and no others have equal texts, so
    that true is not 1."""
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"))
