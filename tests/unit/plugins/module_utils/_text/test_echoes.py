# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The encodings in which a server may repeat a secret."""

from __future__ import annotations

import codecs
import json

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.server_messages import said
from ansible_collections.rimops.insight.plugins.module_utils._text.echoes import LEFT_OUT, repeats, words
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK, redact, texts_of
from ansible_collections.rimops.insight.tests.unit.echoed import encodings

SECRET = 'Can\'ary "s3cr\u00e9t"&+/=<1>'
ENCODINGS = {**encodings(SECRET), "octal": encodings("Canary 123")["octal"]}


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


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize("encoding", sorted({*ENCODINGS} - {"spaced out"}))
def test_no_encoding_of_a_secret_is_left_in_data(encoding):
    secret = "Canary 123" if encoding == "octal" else SECRET
    echoed = ENCODINGS[encoding]
    for text in (echoed, f"the value {echoed} is wrong", f"value=({echoed})"):
        [shown] = redact({text: [text]}, [secret]).items()
        assert all(part not in str(shown) for part in (echoed[: len(echoed) // 2], echoed[len(echoed) // 2 :])), shown


@pytest.mark.proves("SECRET-1")
def test_a_short_secret_is_looked_for_in_its_common_forms_only():
    data = {"test": "Latest tset", "1234": ["MTIzNA", "note"]}
    assert redact(data, ["Test", "1234"]) == {"test": "Latest tset", MASK: [MASK, "note"]}


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
