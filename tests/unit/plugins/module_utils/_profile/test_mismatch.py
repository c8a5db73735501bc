# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What came instead of what was expected, in words that show no value."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.mismatch import place, profile_mismatch, shape


@pytest.mark.proves("PROFILE-2", "SECRET-1")
@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"id": "s3cret", "name": "s3cret"}, "an object with id, name"),
        ({f"n{number}": 1 for number in range(9)}, "an object with n0, n1, n2, n3, n4, n5, n6, n7 and 1 more"),
        ({"a\x1b[2J\n": 1}, r"an object with a\x1b[2J\n"),
        ({}, "an empty object"),
        ([], "an empty list"),
        ([{"id": 1}, 2], "a list of 2, the first an object with id"),
        ([[]], "a list of 1, the first an empty list"),
        (None, "nothing"),
        (True, "a boolean"),
        ("s3cret", "a text"),
        (7, "a number"),
        (7.5, "a number"),
    ],
)
def test_shape(value, words):
    assert shape(value) == words


def test_place():
    assert (place("body"), place("body.data.items")) == ("as the whole answer", "in 'data.items' of the answer")
    assert (place("header.X-Id"), place("location.id")) == ("in the header X-Id", "in the Location header")


@pytest.mark.proves("PROFILE-2")
def test_refuted():
    error = profile_mismatch(
        "read it", "it is not there.", "operations.read.entity", "an entity", "nothing", status=200
    )
    assert error.message == (
        "Cannot read it: it is not there: expected an entity, came nothing. "
        "Change operations.read.entity in the profile."
    )
    told = {"profile_key": "operations.read.entity", "expected": "an entity", "came": "nothing", "status": 200}
    assert error.as_result()["error"] == {"kind": "ProfileMismatchError", **told}
    assert profile_mismatch("x", "y", "z", "a", "b", hint="Do this.").message.endswith("came b. Do this.")
