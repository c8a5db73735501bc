# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of another type than what the server holds, and how to write them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from .._text.records import record
from .._text.redaction import printable
from .._text.spelling import is_date, is_plain, json_text, kind, quoting, unquoted, unquoting
from ..errors import ConfigurationError
from .normalise import normalise
from .place import Place


@record
class Mistyped:
    """A number or boolean where the server holds text, or a text where it holds a number or boolean. advice: how to
    write it."""

    path: str
    declared: Any
    stored: Any
    advice: str
    rule: str = ""


def wrong_types(found: Collection[Mistyped], entity: str) -> ConfigurationError:
    """The error that says how to write each of them."""
    wrong = dict.fromkeys(
        f"{m.path} is {_declared(m.declared)} here and {_held(m.stored)} on the server" for m in found
    )
    advice = dict.fromkeys(f"{m.advice}." for m in found)
    return ConfigurationError(f"compare {entity}", printable("; ".join(wrong)), printable(" ".join(advice)))


def _held(value: Any) -> str:
    """What a value is, for a message."""
    return f"the text {json_text(value)}" if isinstance(value, str) else kind(value)


def _declared(value: Any) -> str:
    return kind(value) if is_date(value) else _held(value)


def mistyped(declared: Any, stored: Sequence[Any], place: Place) -> Iterator[Mistyped]:
    """Numbers and booleans that are declared where every stored value of the place is text, texts that mean a number
    or a boolean where every stored value is one, and dates that YAML spelt anew. Elements of a list are held against
    all elements of the stored list, since a wrong type changes which of them match."""
    known = isinstance(declared, str) and declared in stored
    if known or place.rule in place.rules.uncompared or place.rule in place.rules.write_only:
        return
    if isinstance(declared, Mapping):
        others = [other for other in stored if isinstance(other, Mapping)]
        for name, value in declared.items():
            yield from mistyped(value, [other[name] for other in others if name in other], place.child(name))
    elif isinstance(declared, (list, tuple)):
        elements = [element for other in stored if isinstance(other, (list, tuple)) for element in other]
        for value in declared:
            yield from mistyped(value, elements, place.element())
    elif is_plain(normalise(declared, place.names)):
        texts = [text for text in stored if text is not None]
        if texts and all(isinstance(text, str) for text in texts):
            yield Mistyped(place.path, declared, texts[0], quoting(place.path, declared, texts), place.rule)
    elif isinstance(declared, str):
        yield from _mistyped_text(declared, stored, place)


def _mistyped_text(declared: str, stored: Sequence[Any], place: Place) -> Iterator[Mistyped]:
    """What is wrong with a text that means a number, a boolean or a date, where the server holds such a value."""
    text = normalise(declared, place.names)
    advice = unquoting(place.path, text, stored) if isinstance(text, str) else ""
    if advice:
        held = next((value for value in stored if value is not None), None)
        yield Mistyped(place.path, declared, held, advice, place.rule)
    elif is_date(declared) and "date_as_instant" not in place.names:
        texts = [text for text in stored if isinstance(text, str) and unquoted(text) == declared]
        if texts:
            yield Mistyped(place.path, declared, texts[0], quoting(place.path, declared, texts), place.rule)
