# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The encodings in which a server may repeat a secret."""

from __future__ import annotations

import base64
import codecs
import html
import json
import quopri
import urllib.parse

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.entities.echoes import LEFT_OUT, repeats, words
from ansible_collections.rimops.insight.plugins.module_utils.entities.mask import texts_of
from ansible_collections.rimops.insight.plugins.module_utils.entities.said import said

SECRET = 'Can\'ary "s3cr\u00e9t"&+/=<1>'
DATA = SECRET.encode()
ENCODINGS = {
    "raw": SECRET,
    "upper case": SECRET.upper(),
    "lower case": SECRET.lower(),
    "title case": SECRET.title(),
    "percent": urllib.parse.quote(SECRET, safe=""),
    "percent, lower": urllib.parse.quote(SECRET, safe="").lower(),
    "form": urllib.parse.quote_plus(SECRET),
    "percent twice": urllib.parse.quote(urllib.parse.quote(SECRET, safe=""), safe=""),
    "each byte percent": "".join(f"%{byte:02x}" for byte in DATA),
    "percent u": "".join(f"%u{ord(char):04x}" for char in SECRET),
    "html": html.escape(SECRET),
    "html, decimal": "".join(f"&#{ord(char)};" for char in SECRET),
    "html, hex": "".join(f"&#x{ord(char):x};" for char in SECRET),
    "html, old": SECRET.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("'", "&apos;"),
    "json": json.dumps(SECRET)[1:-1],
    "json twice": json.dumps(json.dumps(SECRET))[1:-1],
    "json, each": "".join(f"\\u{ord(char):04x}" for char in SECRET),
    "repr": repr(SECRET),
    "bytes": repr(DATA)[2:-1],
    "each byte": "".join(f"\\x{byte:02x}" for byte in DATA),
    "octal": "".join(f"\\{byte:03o}" for byte in b"Canary 123"),
    "base64": base64.b64encode(DATA).decode(),
    "base64url": base64.urlsafe_b64encode(DATA).decode().rstrip("="),
    "basic": base64.b64encode(b"user:" + DATA).decode(),
    "base64 twice": base64.b64encode(base64.b64encode(DATA)).decode(),
    "base64 of utf-16": base64.b64encode(SECRET.encode("utf-16-le")).decode(),
    "base32": base64.b32encode(DATA).decode(),
    "hex": DATA.hex(),
    "hex, upper": DATA.hex().upper(),
    "hex, spaced": DATA.hex(" "),
    "hex, colons": DATA.hex(":"),
    "quoted printable": quopri.encodestring(DATA, quotetabs=True).decode().replace("=\n", ""),
    "codes": ", ".join(str(ord(char)) for char in SECRET),
    "reversed": SECRET[::-1],
    "wide": "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in SECRET),
    "spaced out": SECRET.replace(" ", "   "),
}


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize("encoding", sorted(ENCODINGS))
def test_no_encoding_of_a_secret_is_shown(encoding):
    secret = "Canary 123" if encoding == "octal" else SECRET
    echoed = ENCODINGS[encoding]
    for sentence in (f"the value {echoed} is wrong", echoed, f"{'x' * 280} {echoed}", f"value=({echoed})"):
        shown = words(sentence, [secret])
        assert not repeats(shown, texts_of([secret])), shown
        assert all(part not in shown for part in (echoed, echoed[: len(echoed) // 2 + 1], echoed[len(echoed) // 2 :]))
        answer = said(json.dumps({"message": sentence}).encode(), [secret])
        assert echoed[: len(echoed) // 2 + 1] not in answer


def test_a_sentence_that_repeats_nothing_stays():
    sentence = "The name of the product is too long (max. 255 characters), see https://example.com/errors/4711?a=b%20c."
    assert words(sentence, [SECRET, "another secret"]) == sentence
    assert words("CANARY of gold", ["Canary of Gold"]) == LEFT_OUT
    assert codecs.encode("x", "rot13") == "k"


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize("shown", ["first line", "second", "a secret", "first line\\nsecond"])
def test_trimmed_forms_and_single_lines_count(shown):
    secrets = [" a secret\n", "first line\r\nsecond"]
    assert shown not in words(f"got {shown}.", secrets)
