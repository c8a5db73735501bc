# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How numbers and booleans are spelled as text, and what YAML makes of text without quotes."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, Union

from ..errors import ConfigurationError
from .json_forms import canonical, is_number, number_text
from .nested_paths import places
from .redaction import printable

NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,300})(?:\.[0-9]{1,300})?")


def with_article(noun: str) -> str:
    """The noun with ``a`` or ``an``: an update, a create."""
    return f"{'an' if noun[:1].lower() in 'aeio' or noun.startswith('up') else 'a'} {noun}"


def is_plain(value: Any) -> bool:
    """Whether the value is a number or a boolean: what YAML makes of text without quotes."""
    return isinstance(value, bool) or is_number(value)


def spelled(text: str, like: Any) -> Any:
    """The boolean or number that the text spells, where ``like`` is one; else the text.

    A number that would not print as it is written stays text: "010", "1.10". So does "10.0" where the server holds a
    whole number.
    """
    if isinstance(like, bool):
        return {"true": True, "false": False}.get(text.lower(), text)
    if not NUMBER.fullmatch(text):
        return text
    number: Union[int, float] = float(text) if "." in text else int(text)
    loses = isinstance(number, float) and number.is_integer() and isinstance(like, int)
    return text if loses or str(number) != text else number


def read(value: Any) -> Any:
    """A value with every boolean or number that a text in it spells."""
    if isinstance(value, Mapping):
        return {name: read(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [read(inner) for inner in value]
    return spelled(value, value.lower() in ("true", "false") or 0.0) if isinstance(value, str) else value


def spelling(value: Any) -> str:
    """The text that spells a value, the same for 10 and "10", for true and "true"; JSON for what has parts."""
    if isinstance(value, Mapping):
        return canonical({name: spelling(inner) for name, inner in value.items()})
    if isinstance(value, (list, tuple)):
        return canonical([spelling(inner) for inner in value])
    if isinstance(value, str):
        return value
    return number_text(value) if is_number(value) else json.dumps(value)


def json_text(value: Any) -> str:
    """A value as people read it; a text as a YAML scalar in double quotes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def kind(value: Any) -> str:
    """A value that YAML read without quotes, named: ``the number 5``, ``the boolean false``, ``null``."""
    if isinstance(value, datetime):
        value = value.isoformat()
    if is_date(value):
        return f"the date {value}"
    if is_plain(value):
        return f"the {'boolean' if isinstance(value, bool) else 'number'} {json.dumps(value)}"
    return spelling(value)


def check_names(value: Any, what: str) -> None:
    """Raise ConfigurationError for a name that is not text, at any depth. what: after "Cannot" in the error."""
    for path, name in places(value):
        check_name(path, name, what)


def check_name(path: str, name: Any, what: str) -> None:
    """As check_names(), of one name."""
    if not isinstance(name, str):
        hint = "Quote it. Unquoted, YAML turns 01 into 1 and NO into false."
        raise ConfigurationError(what, f"the name of attribute {printable(path)} is {kind(name)}, not text", hint)


def check_options(values: Mapping[str, Any]) -> None:
    """As check_names(), for the values of options, by their names."""
    for option, value in values.items():
        if isinstance(value, list):
            for number, element in enumerate(value, 1):
                check_names(element, f"use {option}, entry {number}")
        elif isinstance(value, Mapping):
            check_names(value, f"use {option}")


def _sexagesimal(match: re.Match[str]) -> int:
    text, whole = match[0], 0
    for part in text.lstrip("+-").split(":"):
        whole = whole * 60 + int(part)
    return -whole if text.startswith("-") else whole


_TIMESTAMP = (
    r"(\d{4})-(\d\d?)-(\d\d?)(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?"
    r"(?:[ \t]*(?:(Z)|([-+])(\d\d?)(?::?(\d\d))?))?"
)


def _timestamp(match: re.Match[str]) -> str:
    """A date as YAML reads it, as text: in ISO form, with a T, and without parts that were not written."""
    *parts, fraction, utc, sign, hours, minutes = match.groups()
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "-" else 1)
    try:
        zone = timezone(offset) if utc or sign else None
        year, month, day, hour, minute, second = map(int, parts)
        microsecond = int((fraction or "0")[:6].ljust(6, "0"))
        return datetime(year, month, day, hour, minute, second, microsecond, zone).isoformat()
    except ValueError:
        return match[0]


def is_date(value: Any) -> bool:
    """Whether the value is a text that a date with a time may have become."""
    return isinstance(value, str) and re.fullmatch(_TIMESTAMP, value) is not None


_YAML_1_1: Sequence[tuple[str, Callable[[re.Match[str]], Any]]] = (
    (r"(?i:yes|no|on|off|true|false)", lambda match: match[0].lower() in ("yes", "on", "true")),
    (r"[-+]?0[0-7]+", lambda match: int(match[0], 8)),
    (r"[-+]?0b[01]+", lambda match: int(match[0], 2)),
    (r"[-+]?0x[0-9a-fA-F]+", lambda match: int(match[0], 16)),
    (r"[-+]?(?:0|[1-9][0-9]{0,300})", lambda match: int(match[0])),
    (r"[-+]?[1-9][0-9]{0,300}(?::[0-5]?[0-9]){1,300}", _sexagesimal),
    (r"[-+]?[0-9]{0,300}\.[0-9]{1,300}(?:[eE][-+][0-9]{1,3})?", lambda match: float(match[0])),
    (_TIMESTAMP, _timestamp),
)


def unquoted(text: str) -> Any:
    """The value that YAML reads for a text without quotes: 5349 for 012345, false for NO."""
    digits = text.replace("_", "")
    for pattern, convert in _YAML_1_1:
        match = re.fullmatch(pattern, digits)
        if match:
            return convert(match)
    return text


def quoting(name: str, declared: Any, stored: Sequence[str]) -> str:
    """How to write a number or boolean that has to be text: as the stored text of which YAML makes the same, where
    there is one, else as it prints, with a warning that it may have been written otherwise."""
    meant = [text for text in stored if canonical(unquoted(text)) == canonical(declared)]
    if meant:
        return f"Write it quoted: `{name}: {json_text(meant[0])}`"
    shown = json_text(spelling(declared))
    return f"Write it quoted, as the playbook has it: `{name}: {shown}` (YAML reads 012345 as 5349 and NO as false)"


_MEANT = re.compile(r"[-+]?(?:[0-9][0-9_]{0,300}(?:\.[0-9_]{0,300})?|\.[0-9_]{1,300})(?:[eE][-+]?[0-9]{1,3})?")
_WORDS = {"yes": True, "on": True, "no": False, "off": False}


def unquoting(name: str, text: str, stored: Sequence[Any]) -> str:
    """How to write a text that means a number or a boolean but does not spell it as one, where every stored value is
    one; empty where it is as it must be, or means neither."""
    held = [value for value in stored if value is not None]
    meant: Any = None
    if held and all(isinstance(value, bool) for value in held):
        meant = _WORDS.get(text.lower())
    elif held and all(map(is_number, held)) and _MEANT.fullmatch(text) and not is_plain(spelled(text, 0.0)):
        meant = _number(text.replace("_", ""))
    if meant is None:
        return ""
    what = "boolean" if isinstance(meant, bool) else "number"
    return f"Write the {what} as it prints, not quoted: `{name}: {spelling(meant)}`"


def _number(text: str) -> Any:
    number = float(text) if re.search("[.eE]", text) else int(text)
    return None if number in (float("inf"), float("-inf")) else number
