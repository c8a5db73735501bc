# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The forms in which an output may hold a text: as it is, escaped, encoded, in another case."""

from __future__ import annotations

import base64
import html
import json
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from urllib.parse import quote, quote_plus

LONG = 8
"""Characters. A shorter text in another case, or backwards, is no sign of this text; nor is a shorter rare form."""

LONGEST = 300
"""Characters. For longer secrets, such as tokens, rare encodings are looked for in sentences only, since that costs
time."""

_URI = "!#$%&'()*+,/:;=?@[]~"  # what an HTTP library leaves alone when it repairs an address
_ENTITIES: tuple[Mapping[str, str], ...] = (
    {},
    {"&#x27;": "&#39;", "&quot;": "&#34;"},
    {"&#x27;": "&#039;"},
    {"&#x27;": "&apos;"},
    {"&#x27;": "'"},
    {"&#x27;": "&apos;", "&quot;": '"'},
)
"""The escapes for a quote that libraries other than Python's use in HTML."""


@lru_cache(maxsize=4096)
def forms_of(text: str) -> frozenset[str]:
    """All forms in which the text is looked for."""
    data = text.encode("utf-8", "surrogatepass")
    forms = {text, repr(text)[1:-1], *_percent(data), *_json(text), *_html(text), *_base64(data)}
    rare: set[str] = set()
    if len(text) <= LONGEST:
        rare.update(_by_character(text), _by_byte(data), _of_other_encodings(text, data))
    if LONG <= len(text) <= LONGEST:
        rare |= {text.upper(), text.lower(), text.title(), text.casefold(), text[::-1], quote(data, safe="").lower()}
    return frozenset(forms | {form for form in rare if len(form) >= LONG})


def _percent(data: bytes) -> Iterator[str]:
    """The bytes percent-encoded, as libraries and browsers do it: once, in small letters, and twice."""
    plain = quote(data, safe="")
    for once in (plain, quote(data), quote_plus(data), quote_plus(data, safe="/"), quote(data, safe=_URI)):
        yield from (once, re.sub("%[0-9A-F]{2}", lambda match: match[0].lower(), once))
    yield from (quote(plain, safe=""), quote(quote_plus(data), safe=""))


def _json(text: str) -> Iterator[str]:
    for escaped in (json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
        # Once more, since a callback prints as JSON what may be JSON already.
        yield from (escaped, escaped.replace("/", "\\/"))
        yield from (json.dumps(escaped)[1:-1], json.dumps(escaped, ensure_ascii=False)[1:-1])
        yield json.dumps(json.dumps(text))[1:-1]


def _html(text: str) -> Iterator[str]:
    for escaped in (html.escape(text), html.escape(text, quote=False)):
        for names in _ENTITIES:
            named = escaped
            for name, other in names.items():
                named = named.replace(name, other)
            yield from (named, named.encode("ascii", "xmlcharrefreplace").decode("ascii"), html.escape(named))


def _base64(data: bytes) -> Iterator[str]:
    """The text alone, and what it looks like inside something longer, such as ``user:password``: the characters that
    hold its bits only, at each of the three alignments, where there are enough of them to be no accident."""
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        alone = encode(data).decode("ascii")
        yield from (alone, alone.rstrip("="))
        for before in range(3):
            bits = 8 * (before + len(data))
            inside = encode(b"\0" * before + data).decode("ascii")[-(-8 * before // 6) : bits // 6]
            if len(inside) >= LONG:
                yield inside


_CHARACTERS = ("&#{};", "&#x{:x};", "&#x{:X};", "\\u{:04x}", "\\u{:04X}", "%u{:04x}", "%u{:04X}", "\\u{{{:x}}}")
_BYTES = ("{:02x}", "{:02X}", "%{:02x}", "%{:02X}", "\\x{:02x}", "\\x{:02X}", "\\{:03o}", "={:02X}")


@lru_cache(maxsize=1024)
def _of_one(code: int, forms: tuple[str, ...]) -> list[str]:
    return [form.format(code) for form in forms]


def _each(codes: Iterable[int], forms: tuple[str, ...]) -> Iterator[str]:
    """The text of which each character, or byte, is written in one of the forms."""
    return map("".join, zip(*(_of_one(code, forms) for code in codes)))


def _by_character(text: str) -> Iterator[str]:
    codes = list(map(ord, text))
    yield from _each(codes, _CHARACTERS)
    yield from _listed(codes)
    yield "".join(chr(code + 0xFEE0) if 0x21 <= code <= 0x7E else chr(code) for code in codes)  # full width


def _by_byte(data: bytes) -> Iterator[str]:
    yield repr(data)[2:-1]
    yield from _each(data, _BYTES)
    yield from _listed(data)
    for separator in " :-":
        yield from (data.hex(separator), data.hex(separator).upper())


def _listed(numbers: Iterable[int]) -> Iterator[str]:
    every = list(map(str, numbers))
    yield from (" ".join(every), ",".join(every), ", ".join(every))


def _of_other_encodings(text: str, data: bytes) -> Iterator[str]:
    """The text in encodings that are seen less often. data: the text in UTF-8."""
    for tabs, header in ((False, False), (True, False), (True, True)):
        yield quopri.encodestring(data, tabs, header).decode("ascii").replace("=\n", "")
    yield from (base64.b32encode(data).decode("ascii"), base64.b32encode(data).decode("ascii").rstrip("="))
    wide = text.encode("utf-16-le", "surrogatepass"), text.encode("utf-16-be", "surrogatepass")
    for one in (*wide, base64.b64encode(data)):
        yield base64.b64encode(one).decode("ascii").rstrip("=")
    yield from (one.hex() for one in wide)
    yield " ".join(text.split())
    if not text.isascii():
        yield data.decode("latin-1")
        yield from (unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD"))
