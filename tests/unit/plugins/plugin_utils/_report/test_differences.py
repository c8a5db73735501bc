# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two values side by side."""

from __future__ import annotations

import pytest
from hypothesis import given

from ansible_collections.rimops.insight.plugins.module_utils._text.json_forms import canonical
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.plugin_utils._report.differences import SPACES, readable, sides_of
from ansible_collections.rimops.insight.tests.unit.made_checks import texts, trying, values

LONG = "All of this is the same in both of them. " * 30


def marked(before, after):
    """Both sides as texts, with what is marked in brackets and what is folded away in braces."""
    signs = {"same": "{}", "changed": "[{}]", "more": "{{…}}"}
    return [
        side.word or "".join(signs[piece.kind].format(piece.text) for piece in side.pieces)
        for side in sides_of(before, after)
    ]


@pytest.mark.proves("REPORT-9")
@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (
            "Initial application",
            "Initial marketing application",
            ["Initial application", "Initial [marketing ]application"],
        ),
        ("2027-03-01", "2027-04-01", ["2027-[03]-01", "2027-[04]-01"]),
        ("open", "closed", ["[open]", "[closed]"]),
        ("a b c d", "w x y z", ["[a b c d]", "[w x y z]"]),
        (
            "x" * 40 + "A" + "y" * 40,
            "x" * 40 + "B" + "y" * 40,
            ["x" * 40 + "[A]" + "y" * 40, "x" * 40 + "[B]" + "y" * 40],
        ),
        (["DE", "FR"], ["DE", "ES", "FR"], ['- "DE"\n- "FR"', '- "DE"\n[- "ES"\n]- "FR"']),
        ({"b": 1, "a": 2}, {"a": 2, "b": 3}, ["a: 2\nb: [1]", "a: 2\nb: [3]"]),
        ({"a": {"b": []}}, {"a": {"b": {}}}, ["a:\n  b: [[]]", "a:\n  b: [{}]"]),
        (11, "11", ["11", '["]11["]']),
        ("a", "a ", ['"a"', '"a[·]"']),
        ("a\nb", "a\n\nb", ["a\nb", "a\n[↵\n]b"]),
        (ABSENT, "there", ["not there", "[there]"]),
        (None, "", ["null", "empty text"]),
        ("null", None, ["[null]", "null"]),
        (True, False, ["[true]", "[false]"]),
    ],
)
def test_the_part_that_differs_is_marked(before, after, shown):
    assert marked(before, after) == shown


@pytest.mark.proves("REPORT-9")
def test_a_long_text_is_cut_to_what_differs():
    before, after = marked(f"{LONG}Within 30 days. {LONG}", f"{LONG}Within 60 days. {LONG}")
    assert before.startswith("{…}") and before.endswith("{…}") and "Within [30] days." in before
    assert after == before.replace("[30]", "[60]")
    assert len(before) < 200


@pytest.mark.proves("REPORT-9")
def test_a_long_text_of_which_all_differs_is_folded_and_whole():
    one, other = "".join(map(str, range(1000))), " ".join("abcdefgh" * 200)
    for text, side in zip((one, other), sides_of(one, other), strict=True):
        assert "".join(piece.text for piece in side.pieces) == text
        assert [piece.kind for piece in side.pieces] == ["changed", "more"]
        assert len(side.pieces[0].text) < 700


@trying
@given(texts, texts)
@pytest.mark.proves("REPORT-9")
def test_nothing_of_a_text_is_lost_and_what_is_unmarked_is_the_same(before, after):
    sides = sides_of(before, after)
    for text, side in zip((before, after), sides, strict=True):
        told = "".join(piece.text for piece in side.pieces)
        plain = text if text == text.strip() and before == before.strip() and after == after.strip() else f'"{text}"'
        assert side.word == ("" if text else "empty text")
        if text:
            assert told.translate(SPACES).replace("↵↵", "↵") == plain.translate(SPACES).replace("↵↵", "↵")
    if before and after:
        same = ["".join(piece.text for piece in side.pieces if piece.kind == "same") for side in sides]
        assert same[0] == same[1]


@trying
@given(values, values)
@pytest.mark.proves("REPORT-9")
def test_values_that_differ_are_told_apart(before, after):
    if canonical(before) != canonical(after):
        one, other = sides_of(before, after)
        assert (one.word, [p.text for p in one.pieces]) != (other.word, [p.text for p in other.pieces])


def test_a_text_is_shown_as_it_is():
    assert readable("a: b\n") == "a: b\n"
