# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Normalisations: what two values may differ in and still count as equal, and the text that a value is compared by.

Each is off unless the profile or the user turns it on. Each takes any JSON value and gives back the values that it
does not speak of as they are. What is compared is normalised; what is sent or shown never is.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Callable, NamedTuple, Optional

from .._text.json_forms import is_number, number_text

EPOCH = datetime(1970, 1, 1)
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


def _moment(value: Any) -> Optional[_Moment]:
    """Read a date with a time; None for every other value, such as a date without a time, or the 30th of February."""
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
    """The date as written, in its UTC offset; milliseconds since 1970 are UTC."""
    moment = _moment(value)
    return moment.wall.date().isoformat() if moment else value


def _date_as_instant(value: Any) -> Any:
    """The instant in UTC. A time without an offset stays without one, and so never equals a time that has one."""
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


DECIMAL = re.compile(r"[+-]?[0-9]{1,100}(\.[0-9]{1,100})?")


def _decimal(value: Any) -> Any:
    """The shortest text of a decimal number, be it a number or a text: 1.50, "1.5" and "+01.5" are one."""
    text = number_text(value) if is_number(value) else value
    if not isinstance(text, str) or not DECIMAL.fullmatch(text):
        return value
    digits = format(Decimal(text), "f")
    shortest = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if shortest == "-0" else shortest


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
    "decimal": _decimal,
    "unicode_nfc": _text(lambda text: unicodedata.normalize("NFC", text)),
    "case": _text(str.casefold),
    "null_as_absent": _null_as_absent,
    "blank_as_null": lambda value: None if is_blank(value) else value,
}
"""The closed list, besides PREFIX."""

PREFIX = "prefix:"
"""Before a text that may stand before a value, or not: ``prefix:Users/``."""

ORDER = (*NORMALISATIONS, "unicode_nfc")
"""In which they are applied: dates before what would spoil their spelling, NFC again after folding has undone it."""


def normalise(value: Any, names: Collection[str]) -> Any:
    """Apply the named normalisations to one value, whatever the order of the names. What is inside a mapping or a
    list has been normalised by the caller, who knows the path of it."""
    if not names:
        return value
    for name in ORDER:
        if name in names:
            value = NORMALISATIONS[name](value)
    for name in names if isinstance(value, str) else ():
        if name.startswith(PREFIX) and value.startswith(name[len(PREFIX) :]):
            return value[len(name) - len(PREFIX) :]
    return value
