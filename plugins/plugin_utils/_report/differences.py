# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two values side by side, for people: as texts, with the parts marked that differ, and cut to them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from ...module_utils._text.nested_paths import ABSENT

_LINES = re.compile(r"[^\n]+\n?|\n")
_TOKENS = re.compile(r"\w+|\s|[^\w\s]+")
_PLAIN_NAME = re.compile(r"\w[\w .-]*")
COSTLY = 250_000
"""Pairs of words above which two texts are not aligned: what lies between a common beginning and end is all marked."""
UNLIKE = 0.4
"""Likeness below which marking single words helps nobody."""
ALIKE = 6
"""Characters in common from which on a word is marked in part only."""
KEPT = 60
"""Characters that are shown beside a part that differs."""
LONGEST = 600
"""Characters of a part that differs, of which the rest is folded away."""
SPACES = str.maketrans({" ": "\N{MIDDLE DOT}", "\t": "\N{RIGHTWARDS ARROW TO BAR}", "\n": "\u21b5\n"})


@dataclass(frozen=True)
class Piece:
    """A part of a text. kind: ``same``, ``changed``, or ``more`` for what is folded away."""

    kind: str
    text: str


@dataclass(frozen=True)
class Side:
    """One of two values. word: stands for a value that has no text (``not there``, ``null``, ``empty text``)."""

    pieces: Sequence[Piece] = ()
    word: str = ""


def sides_of(before: Any, after: Any) -> tuple[Side, Side]:
    """Two JSON values, or ABSENT, as texts in which the parts are marked that differ."""
    both = (before, after)
    words = [_word(one) for one in both]
    quoted = any(isinstance(one, str) and one != one.strip() for one in both) or (
        any(isinstance(one, str) for one in both) and not all(isinstance(one, str) or _word(one) for one in both)
    )
    texts = [
        "" if word else f'"{one}"' if quoted and isinstance(one, str) else readable(one)
        for one, word in zip(both, words, strict=True)
    ]
    if all(texts):
        left, right = _folded(_runs(*texts))
    else:
        left, right = ([_piece("changed", text)] if text else [] for text in texts)
    return Side(tuple(_cut(left)), words[0]), Side(tuple(_cut(right)), words[1])


def _word(value: Any) -> str:
    if value is ABSENT:
        return "not there"
    return {None: "null", "": "empty text"}.get(value, "") if value is None or isinstance(value, str) else ""


def readable(value: Any) -> str:
    """A JSON value for people: a text as it is; of a list or a mapping each element in a line, names sorted."""
    if isinstance(value, str):
        return value
    if isinstance(value, (Mapping, list, tuple)) and value:
        return "\n".join(_lines(value, ""))
    return json.dumps(value, ensure_ascii=False)


def _lines(value: Mapping[str, Any] | Sequence[Any], indent: str) -> Iterator[str]:
    """The lines of a mapping or a list, as YAML writes them; empty ones and values as JSON."""
    is_mapping = isinstance(value, Mapping)
    for name, inner in sorted(value.items()) if isinstance(value, Mapping) else enumerate(value):
        head = f"{indent}{_name(str(name))}:" if is_mapping else f"{indent}-"
        if isinstance(inner, (Mapping, list, tuple)) and inner:
            yield head
            yield from _lines(inner, f"{indent}  ")
        else:
            yield f"{head} {json.dumps(inner, ensure_ascii=False)}"


def _name(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _runs(before: str, after: str) -> list[tuple[bool, str, str]]:
    """The texts as runs: whether both are the same there, and what each of them holds. Lines are aligned first, and
    then the words of those that differ."""
    runs: list[tuple[bool, str, str]] = []
    for same, left, right in _aligned_runs(_LINES.findall(before), _LINES.findall(after)):
        words = [(same, left, right)]
        if not same and left and right:
            words = list(_merged(_aligned_runs(_TOKENS.findall(left), _TOKENS.findall(right))))
        runs += [part for run in words for part in _within(*run)]
    return [run for run in runs if run[1] or run[2]]


def _aligned_runs(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[bool, str, str]]:
    """Both sides in runs: whether they are equal there, and the text of each."""
    start = common_start(ours, theirs)
    end = common_start(ours[start:][::-1], theirs[start:][::-1])
    left, right = ours[start : len(ours) - end], theirs[start : len(theirs) - end]
    middle = [(False, "".join(left), "".join(right))]
    if len(left) * len(right) <= COSTLY:
        matcher = SequenceMatcher(None, left, right, autojunk=False)
        if start or end or matcher.ratio() >= UNLIKE:
            middle = [
                (tag == "equal", "".join(left[a:b]), "".join(right[c:d])) for tag, a, b, c, d in matcher.get_opcodes()
            ]
    head, tail = "".join(ours[:start]), "".join(ours[len(ours) - end :])
    return [(True, head, head), *middle, (True, tail, tail)]


def _within(same: bool, before: str, after: str) -> Iterator[tuple[bool, str, str]]:
    """A part that differs, without what its words have in common at the beginning and the end, if that is most."""
    if same or not before.isascii() or not after.isascii():
        yield same, before, after
        return
    start = common_start(before, after)
    end = common_start(before[start:][::-1], after[start:][::-1])
    if start + end < ALIKE or 2 * (start + end) < min(len(before), len(after)):
        start = end = 0
    yield True, before[:start], before[:start]
    yield False, before[start : len(before) - end], after[start : len(after) - end]
    yield True, before[len(before) - end :], before[len(before) - end :]


def common_start(ours: Sequence[str], theirs: Sequence[str]) -> int:
    """How many elements are the same from the start on."""
    pairs = zip(ours, theirs, strict=False)
    return next((number for number, (one, other) in enumerate(pairs) if one != other), min(len(ours), len(theirs)))


def _merged(runs: Sequence[tuple[bool, str, str]]) -> Iterator[tuple[bool, str, str]]:
    """Spaces and signs between two parts that differ belong to them."""
    left = right = ""
    for number, (same, before, after) in enumerate(runs):
        if same and (not 0 < number < len(runs) - 1 or re.search(r"\w", before)):
            yield False, left, right
            yield True, before, after
            left = right = ""
        else:
            left, right = left + before, right + after
    yield False, left, right


def _folded(runs: Sequence[tuple[bool, str, str]]) -> tuple[list[Piece], list[Piece]]:
    """Both texts. What is the same is cut but for some characters beside what differs."""
    left: list[Piece] = []
    right: list[Piece] = []
    for number, (same, before, after) in enumerate(runs):
        if same:
            pieces = list(_around(before, number > 0, number < len(runs) - 1))
            left += pieces
            right += pieces
        else:
            left += [_piece("changed", before)] if before else []
            right += [_piece("changed", after)] if after else []
    return left, right


def _around(text: str, follows: bool, leads: bool) -> Iterator[Piece]:
    """A text that both sides have, cut between words. follows, leads: whether a part that differs stands before and
    behind it."""
    start, end = KEPT if follows else 0, len(text) - (KEPT if leads else 0)
    if end - start <= 2 * KEPT:
        yield Piece("same", text)
        return
    start = text.rfind(" ", start // 2, start) + 1 or start
    end = text.find(" ", end, (end + len(text)) // 2) + 1 or end
    for kind, part in (("same", text[:start]), ("more", text[start:end]), ("same", text[end:])):
        if part:
            yield Piece(kind, part)


def _piece(kind: str, text: str) -> Piece:
    """A part that differs; one of spaces alone with signs for them."""
    return Piece(kind, text.translate(SPACES) if text.isspace() else text)


def _cut(pieces: Sequence[Piece]) -> Iterator[Piece]:
    for piece in pieces:
        if piece.kind == "changed" and len(piece.text) > LONGEST + KEPT:
            yield Piece("changed", piece.text[:LONGEST])
            yield Piece("more", piece.text[LONGEST:])
        else:
            yield piece
