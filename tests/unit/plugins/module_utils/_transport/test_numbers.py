# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers go back to the letter."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
import requests

from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Response
from ansible_collections.rimops.insight.plugins.module_utils._transport.numbers import Exact, Letters, parsed
from ansible_collections.rimops.insight.plugins.module_utils.errors import ServerError

AS_WRITTEN = [
    "0.12345678901234567891",
    "12345678901234567.25",
    "10.50",
    "1E5",
    "1e400",
    "-0.0",
    "0.10",
    "100000000000000000000000.000",
    "123456789012345678901234567890",
]


def sent(value):
    """The body as the network library makes it, with the numbers put in."""
    letters = Letters()
    prepared = requests.PreparedRequest()
    prepared.prepare("POST", "https://example.com", json=letters.hold(value), headers={})
    return letters.put(prepared.body)


@pytest.mark.proves("WRITE-9")
@pytest.mark.parametrize("letters", AS_WRITTEN)
def test_a_number_goes_back_as_it_came(letters):
    text = f'{{"a": {letters}, "b": [{{"c": {letters}}}], "{letters}": "{letters}"}}'
    value = parsed(text.encode())
    for same in (value, copy.deepcopy(value), pickle.loads(pickle.dumps(value))):
        assert sent(same).decode() == text


def test_it_is_an_ordinary_number_beside():
    value = parsed(b'{"a": 10.50, "b": 10.5, "c": 3}')
    assert (value["a"], type(value["b"]), type(value["c"])) == (10.5, float, int)
    assert isinstance(value["a"], Exact)
    assert json.dumps(value) == '{"a": 10.5, "b": 10.5, "c": 3}'


@pytest.mark.proves("MESSAGE-23")
@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"price": NaN}', "NaN in price"),
        ('{"items": [{"a": 1}, {"price": {"net": -Infinity}}]}', "-Infinity in items[1].price.net"),
        ("[[1, Infinity]]", "Infinity in [0][1]"),
        ("NaN", "NaN"),
        ('{"a": {"b": 1, "c": 2, "b": 1}}', "another value under the same name in a.b"),
        ('[{"a": 1}, {"a": NaN, "a": 2}]', "another value under the same name in [1].a"),
        (f'{{"a": {"1" * 5000}}}', "a number of 5000 digits in a"),
    ],
)
def test_what_means_nothing_or_two_things_is_named_with_its_place(text, said):
    response = Response("read event (id 5)", 200, {"content-type": "application/json"}, body=text.encode())
    with pytest.raises(ServerError) as caught:
        response.json()
    assert caught.value.message.startswith("Cannot read event (id 5): the server's answer is no JSON with one meaning")
    assert caught.value.why.endswith(f"it holds {said}")
    assert "The fault is the server's" in caught.value.message


@pytest.mark.proves("MESSAGE-23")
def test_a_place_is_shown_on_one_printable_line():
    name = "\u202e\n" + "x" * 500
    with pytest.raises(ServerError) as caught:
        Response("read", 200, {}, body=json.dumps({name: float("nan")}).encode()).json()
    assert caught.value.why.isprintable() and len(caught.value.why) < 400 and "\u202e" not in caught.value.why


@pytest.mark.parametrize("text", ["", "{", '{"a": 1', "\xff", '{"a": NaN', '{"a": 1, "a": '])
def test_what_is_cut_off_is_no_json(text):
    with pytest.raises(ServerError, match=r"empty body|not JSON, or is cut off"):
        Response("read", 200, {}, body=text.encode("latin-1")).json()


@pytest.mark.parametrize("text", ['"\\ud800"', '{"\\ud800": "\\ud83d"}'])
def test_half_a_character_goes_back_as_it_came(text):
    assert sent(parsed(f'{{"a": {text}}}'.encode())).decode() == f'{{"a": {text}}}'
