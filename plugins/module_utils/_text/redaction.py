# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be shown: secrets masked, control characters escaped."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass
from functools import lru_cache
from typing import Any, Optional, TypeVar

from .encoded import forms_of
from .json_forms import canonical, is_number, number_text
from .nested_paths import MAPPINGS, replace
from .records import evolve, record

Value = TypeVar("Value")

MASK = "********"
SHORTEST = 4
"""Characters. A shorter secret is masked only where it is known to stand: elsewhere too many harmless texts hold the
same characters."""

_COMMAND = re.compile(r"##(?=[A-Za-z-]*\[)|\A(\s*):(?=:)")


def printable(text: str) -> str:
    """The text in one line, with everything escaped that a terminal or a pipeline's log would act upon or hide:
    control characters, line ends, bidirectional and invisible characters, unusual spaces, and what opens a workflow
    command (``::error`` at the start, ``##[`` and ``##vso[`` anywhere). Applying it twice changes nothing."""
    shown = text
    if not text.isprintable():
        shown = "".join(char if char.isprintable() else char.encode("unicode_escape").decode("ascii") for char in text)
    return _COMMAND.sub(lambda match: r"#\x23" if match[0] == "##" else match[1] + r"\x3a", shown)


def printable_values(value: Any) -> Any:
    """A copy of a structure in which every text and every name is printable."""
    return _texts_changed(value, printable)


def harmless(value: Any) -> Any:
    """A copy of a structure in which every text may be printed into a pipeline's log: what printable() escapes is, but
    for line ends and tabs, which JSON escapes itself."""
    return _texts_changed(value, lambda text: "\n".join(map(_harmless_line, text.split("\n"))))


def _harmless_line(line: str) -> str:
    return "\t".join(map(printable, line.split("\t")))


def fingerprint(key: bytes, path: str, value: Any) -> str:
    """The fingerprint that is stored for a secret: HMAC-SHA-256, in hex, under the user's key over path and value. 1
    and 1.0 are one value; 1, true and "1" are three."""
    return hmac.new(key, canonical([path, value]).encode("ascii"), hashlib.sha256).hexdigest()


def redact(value: Value, secrets: Collection[Any] = (), paths: Collection[str] = ()) -> Value:
    """A copy of a JSON value or a message with the secrets replaced by MASK.

    paths: attribute paths of the value at which everything is secret. secrets: values (texts, numbers, or structures
    of them) that are masked wherever they occur, in names too: raw, percent-encoded, in base64, also inside a longer
    encoded text, and escaped as in JSON. A frozenset of ``texts_of`` among them is looked through once only.
    """
    masked: Value = _with_masks(replace(value, paths, MASK) if paths else value, _finders(_sets(secrets)))
    return masked


def _with_masks(value: Any, finders: Collection[_Finder]) -> Any:
    return _texts_changed(value, lambda text: _masked(text, finders)) if finders else value


KEPT: Any = object()
"""In a shape: what stands here is shown as it is."""


WRITTEN = frozenset({"create", "update", "delete", "purge", "unknown"})
"""What an error may say that was written."""
PLACE = re.compile(r"[^=]+")
"""A path of attribute names; one with a ``=`` holds the key of an element, which is the server's or the user's."""
OF_CHANGE = {"path": PLACE}
"""The shape of a change: its path is ours, its values may be secret."""
OF_ERROR = {
    **dict.fromkeys(("kind", "status", "profile_key", "reasons", "entity_id", "assumed"), KEPT),
    "held_back": dict.fromkeys(("operation", "profile_key"), KEPT),
    "written": WRITTEN,
    "unconverged": [OF_CHANGE],
    "collateral": [OF_CHANGE],
}
"""The parts of the ``error`` of a result that are written by this collection, and so never masked."""


def _is_ours(value: Any, shape: Any) -> bool:
    """Whether a value is one that its shape, a set or a pattern, keeps as it is."""
    if not isinstance(value, str):
        return False
    if isinstance(shape, re.Pattern):
        return bool(shape.fullmatch(value))
    return isinstance(shape, frozenset) and value in shape


def redact_within(value: Any, shape: Any, secrets: Collection[Any]) -> Any:
    """A value of a known shape, with secrets masked except in the parts that the shape keeps. shape: a mapping of
    fields (whose names are shown), a list with the shape of its elements, KEPT, or a set of words or a pattern that are
    kept; parts that the shape does not mention are masked, names included. A dataclass counts as a mapping of its
    fields."""
    return _redact_within(value, shape, _finders([frozenset().union(*_sets(secrets))]))


def _redact_within(value: Any, shape: Any, finders: Collection[_Finder]) -> Any:
    """The same. finders: of the secrets; one of all of them, since each text is looked through with each."""
    if shape is KEPT or _is_ours(value, shape):
        return value
    if isinstance(value, str):  # as most values are
        return _masked(value, finders) if finders else value
    if is_dataclass(value) and not isinstance(value, type):
        shapes = shape if isinstance(shape, dict) else {}
        held = {name: getattr(value, name) for name in value.__dataclass_fields__}
        shown = {name: _redact_within(one, shapes.get(name), finders) for name, one in held.items() if one}
        return evolve(value, **shown)
    if isinstance(shape, dict) and isinstance(value, MAPPINGS):
        return {name: _redact_within(inner, shape.get(name), finders) for name, inner in value.items()}
    if isinstance(shape, list) and isinstance(value, (list, tuple)):
        return [_redact_within(inner, shape[0], finders) for inner in value]
    return _with_masks(value, finders)


def texts_of(secrets: Iterable[Any]) -> frozenset[str]:
    """The texts in secrets, without those that are too short to be looked for. A server may trim a text, or show one
    of its lines: these count too."""
    texts = (part for secret in secrets for text in _leaves(secret) for part in (text, text.strip(), *_lines(text)))
    return frozenset(text for text in texts if len(text) >= SHORTEST)


def _sets(secrets: Collection[Any]) -> list[frozenset[str]]:
    """The texts in secrets, in sets that are looked through once for all that is masked with them."""
    sets = [one for one in secrets if isinstance(one, frozenset)]
    rest = texts_of(one for one in secrets if not isinstance(one, frozenset))
    return [*sets, rest] if rest else sets


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()] if not text.isprintable() else []


_KNOWN: set[str] = set()


LIKE_A_TOKEN = 8
"""Characters. A shorter token or cookie is no secret that a sentence is left out for."""


def know(secrets: Iterable[Any], shortest: int = SHORTEST) -> None:
    """Mask these secrets, from now on and in this process, in every text that comes from a server or a library."""
    _KNOWN.update(text for text in texts_of(secrets) if len(text) >= shortest)


def known() -> frozenset[str]:
    """The texts of all secrets that this process has met."""
    return frozenset(_KNOWN)


@record
class _Finder:
    """Finds any number of forms in one walk through a text. start: matches where one may begin. lengths: of the forms
    by their first characters, the longest first."""

    start: re.Pattern[str]
    forms: Collection[str]
    lengths: Mapping[str, Sequence[int]]

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Where a form begins, and the negative of its length."""
        for match in self.start.finditer(text):
            at = match.start()
            for length in self.lengths.get(text[at : at + SHORTEST], ()):
                if text[at : at + length] in self.forms:
                    yield at, -length
                    break


@lru_cache(maxsize=64)
def _finder(texts: frozenset[str]) -> Optional[_Finder]:
    """One for the items of a loop and the lines of a journal, which have their secrets in common."""
    forms = {form for text in texts for form in (*forms_of(text), printable(text)) if form.strip("*")}
    if not forms:
        return None
    lengths: dict[str, list[int]] = {}
    for start, length in sorted({(form[:SHORTEST], len(form)) for form in forms}, reverse=True):
        lengths.setdefault(start, []).append(length)
    columns = ("".join(map(re.escape, sorted(set(column)))) for column in zip(*lengths))
    return _Finder(re.compile("(?=" + "".join(f"[{column}]" for column in columns) + ")"), forms, lengths)


def _finders(sets: Collection[frozenset[str]]) -> list[_Finder]:
    return [finder for finder in map(_finder, sets) if finder]


def _masked(text: str, finders: Collection[_Finder]) -> str:
    """The text with a mask in place of each secret."""
    # Again, since what remains can join to another secret. It ends: each turn takes a character that is no asterisk.
    while places := sorted(place for finder in finders for place in finder.places(text)):
        shown, reached = [], 0
        for at, shorter in places:
            if at >= reached:
                shown += [text[reached:at], MASK]
                reached = at - shorter
        text = "".join([*shown, text[reached:]])
    return text


def _texts_changed(value: Any, change: Any) -> Any:
    """A value with a change made to each text in it, to names and, where it changes their text, to numbers."""
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {
            change(name) if isinstance(name, str) else name: _texts_changed(inner, change)
            for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_texts_changed(inner, change) for inner in value]
    if is_number(value):
        shown = change(str(value))
        return value if shown == str(value) else shown
    return value


def _leaves(secret: Any) -> Iterator[str]:
    """The texts and numbers within a secret, as texts."""
    if isinstance(secret, Mapping):
        secret = list(secret.values())
    if isinstance(secret, (list, tuple)):
        for inner in secret:
            yield from _leaves(inner)
    elif isinstance(secret, str):
        yield secret
    elif is_number(secret):
        yield from (str(secret), number_text(secret))
