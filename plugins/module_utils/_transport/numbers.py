# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON as a server sends it: numbers to the letter, so that they go back with every digit and zero; and nothing that
means nothing, or two things."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from .._text.records import record


class Exact(float):
    """A number that Python would print otherwise than it was written. letters: as it was written."""

    letters: str

    def __new__(cls, letters: Any) -> Exact:
        """Make one of the letters."""
        made = super().__new__(cls, letters)
        made.letters = str(letters)
        return made


def _number(letters: str) -> float:
    value = float(letters)
    return value if repr(value) == letters else Exact(letters)


class Meaningless(ValueError):
    """Something in a JSON text that means nothing, or two things: what it is, and where."""


@record
class _Mark:
    """Stands where something meaningless does."""

    what: str


DIGITS = 4000
"""More of them are no whole number that Python reads everywhere."""


def parsed(text: bytes) -> Any:
    """The JSON value of a text, its numbers to the letter. Raises Meaningless, which names the place, for NaN and its
    like, for names that stand twice in an object and for endless numbers; ValueError and RecursionError."""
    try:
        return json.loads(text, parse_float=_number, parse_constant=_refused, object_pairs_hook=_mapping)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise
    except ValueError as error:
        marked = json.loads(
            text, parse_int=_whole, parse_float=_number, parse_constant=_Mark, object_pairs_hook=_marked_mapping
        )
        found = next(_marks(marked), None)
        raise (Meaningless(found) if found else error) from error


def _refused(name: str) -> Any:
    raise ValueError(name)


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("names")
    return made


def _whole(letters: str) -> Any:
    return int(letters) if len(letters) <= DIGITS else _Mark(f"a number of {len(letters)} digits")


def _marked_mapping(pairs: list[tuple[str, Any]]) -> Any:
    names = [name for name, _value in pairs]
    twice = {name: _Mark("another value under the same name") for name in names if names.count(name) > 1}
    return {**dict(pairs), **twice}


def _marks(value: Any, path: str = "") -> Iterator[str]:
    """What is marked in a value, each with its place."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inner:
        yield from _marks(one, f"{path}[{name}]" if isinstance(value, list) else f"{path}.{name}".lstrip("."))
    if isinstance(value, _Mark):
        yield f"{value.what} in {path}" if path else value.what


class Letters:
    """Stands for an exact number in a value that another library serialises."""

    def __init__(self) -> None:
        """None was met yet."""
        self.mark = uuid.uuid4().hex
        self.met = False

    def hold(self, value: Any) -> Any:
        """The value with marked texts in the place of exact numbers."""
        if isinstance(value, Exact):
            self.met = True
            return f"{self.mark}{value.letters}"
        if isinstance(value, Mapping):
            return {name: self.hold(inner) for name, inner in value.items()}
        return [self.hold(inner) for inner in value] if isinstance(value, (list, tuple)) else value

    def put(self, dumped: bytes) -> bytes:
        """The dumped value with the numbers as they were written."""
        return re.sub(f'"{self.mark}([^"]*)"'.encode("ascii"), rb"\1", dumped)
