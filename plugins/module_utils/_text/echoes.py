# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sentences of others that repeat a secret, in whatever form."""

from __future__ import annotations

import base64
import html
import re
import unicodedata
from collections.abc import Collection, Iterator
from functools import lru_cache
from typing import Any, Callable
from urllib.parse import unquote_plus

from .redaction import SHORTEST, known, redact, texts_of

LEFT_OUT = "(its words are left out, since they repeat a secret)"
LONGEST = 20_000
"""Characters of a foreign text that are looked at."""
ENCODINGS = 2
"""How many encodings, one inside the other, are undone at most."""


def words(text: str, secrets: Collection[Any] = ()) -> str:
    """A text of a server or a library, as it may be shown: with secrets masked, and left out as a whole where it holds
    a secret in an encoding or a case that cannot be masked. secrets: to be masked beside those that this process has
    met."""
    texts = texts_of(secrets) | known()
    shown = redact(text[:LONGEST], [texts])
    return LEFT_OUT if repeats(shown, texts) else shown


def repeats(text: str, secrets: Collection[str]) -> bool:
    """Whether the text holds one of the secrets in a common encoding or in another case."""
    looked_for = [folded for folded in map(_folded, secrets) if len(folded) >= SHORTEST]
    return bool(looked_for) and any(secret in form for form in _forms(text) for secret in looked_for)


@lru_cache(maxsize=16)  # a server says the same of many entities, and of many requests that the probe tries
def _forms(text: str) -> frozenset[str]:
    """What the text may be an encoding of, and the text itself, folded."""
    forms = texts = {text}
    for _encoding in range(ENCODINGS):
        texts = {other for one in texts for other in _decoded(one) if other and other != one}
        forms = forms | texts
    return frozenset(map(_folded, forms))


def _folded(text: str) -> str:
    """The text without case, compatible forms and differences in space."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _decoded(text: str) -> Iterator[str]:
    """The texts that this one may be an encoding of, as a whole or in a part."""
    yield html.unescape(text)
    yield unquote_plus(text)
    yield re.sub(r"\\(.)", r"\1", text)
    yield text[::-1]
    yield _CODES.sub(lambda match: _char(int(match[1] or match[2], 16)), text)
    yield re.sub(r"\\([0-3][0-7]{2})", lambda match: _char(int(match[1], 8)), text)
    for pattern, decode in _RUNS:
        for match in pattern.finditer(text):
            yield from decode(match[0])
    yield from _bytes(text)


def _char(number: int) -> str:
    """The character of a code point; empty where there is none."""
    return chr(number) if number < 0x110000 else ""


def _bytes(text: str) -> Iterator[str]:
    """Single bytes that were escaped (``\\xc3\\xa9``, ``=C3=A9``, ``%C3%A9``), read as UTF-8."""
    parts = re.split(r"((?:(?:[=%]|\\x|0x)[0-9A-Fa-f]{2}[, ]*)+)", text)
    if len(parts) > 1:
        codes = ("".join(re.findall("[0-9A-Fa-f]{2}", part.replace("0x", ""))) for part in parts[1::2])
        parts[1::2] = [bytes.fromhex(one).decode("utf-8", "replace") for one in codes]
        yield "".join(parts)


def _texts(data: bytes) -> Iterator[str]:
    yield data.decode("utf-8", "ignore")
    yield data.decode("utf-16-le", "ignore")
    yield data.decode("utf-16-be", "ignore")


def _of_base64(run: str) -> Iterator[str]:
    plain = run.translate(str.maketrans("-_", "+/")).rstrip("=")
    for start in range(4):
        part = plain[start:]
        part = part[: len(part) - (len(part) % 4 == 1)]
        yield from _texts(base64.b64decode(part + "=" * (-len(part) % 4)))


def _of_base32(run: str) -> Iterator[str]:
    plain = run.upper().rstrip("=")
    plain = plain[: len(plain) - {1: 1, 3: 1, 6: 1}.get(len(plain) % 8, 0)]
    yield from _texts(base64.b32decode(plain + "=" * (-len(plain) % 8)))


def _of_hex(run: str) -> Iterator[str]:
    yield from _texts(bytes.fromhex("".join(re.findall("[0-9A-Fa-f]{2}", run))))


def _of_codes(run: str) -> Iterator[str]:
    yield "".join(_char(int(number)) for number in re.findall("[0-9]+", run))


_CODES = re.compile(r"(?:%u|\\u|U\+|\\U0000)([0-9A-Fa-f]{4})|\\u\{([0-9A-Fa-f]{1,6})\}")
_RUNS: tuple[tuple[re.Pattern[str], Callable[[str], Iterator[str]]], ...] = (
    (re.compile(r"[A-Za-z0-9+/_-]{6,}={0,2}"), _of_base64),
    (re.compile(r"[A-Za-z2-7]{7,}={0,6}"), _of_base32),
    (re.compile(r"(?:[0-9A-Fa-f]{2}[ :,-]?){4,}"), _of_hex),
    (re.compile(r"[0-9]{2,6}(?:[ ,;]+[0-9]{2,6}){3,}"), _of_codes),
)
