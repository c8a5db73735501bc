# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Numbers go back to the letter."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
import requests

from ansible_collections.rimops.insight.plugins.module_utils.transport.numbers import Exact, Letters, parsed

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
