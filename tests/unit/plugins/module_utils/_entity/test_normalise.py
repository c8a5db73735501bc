# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.normalise import NORMALISATIONS, normalise
from ansible_collections.rimops.insight.plugins.module_utils._text.json_forms import canonical, number_text

DAY = 1767312000000  # 2026-01-02T00:00:00Z

EQUAL = [
    ("outer_space", " a b\t\n", "a b"),
    ("outer_space", "\u00a0a", "a"),
    ("line_ends", "a\r\nb\rc", "a\nb\nc"),
    ("unicode_nfc", "e\u0301", "é"),
    ("case", "STRASSE", "straße"),
    ("case", "É", "é"),
    ("number_as_text", 10, "10"),
    ("number_as_text", 10.0, "10"),
    ("number_as_text", 1.5, "1.5"),
    ("decimal", "1.50", 1.5),
    ("decimal", "+01.0", 1),
    ("decimal", "-0.0", "0"),
    ("decimal", "100", 100),
    ("prefix:Users/", "Users/5", "5"),
    ("null_as_absent", {"a": None, "b": 1}, {"b": 1}),
    ("blank_as_null", "", None),
    ("blank_as_null", [], None),
    ("blank_as_null", {}, None),
    ("date_as_day", "2026-01-02T23:59:59+0200", "2026-01-02"),
    ("date_as_day", "2026-01-02T00:00", "2026-01-02"),
    ("date_as_day", DAY + 1, "2026-01-02"),
    ("date_as_day", 10**11, "1973-03-03"),
    ("date_as_day", -(10**11), "1966-10-31"),
    ("date_as_instant", "2026-01-02T01:00:00+01:00", "2026-01-02T00:00:00Z"),
    ("date_as_instant", "2026-01-02T01:00:00+0100", "2026-01-02T00:00:00.000Z"),
    ("date_as_instant", "2026-01-01T19:30:00-0430", "2026-01-02T00:00Z"),
    ("date_as_instant", "2026-01-02T00:00:00.500Z", "2026-01-02T00:00:00.5+00:00"),
    ("date_as_instant", DAY, "2026-01-02T00:00:00Z"),
    ("date_as_instant", DAY + 20, "2026-01-02T00:00:00.02Z"),
    ("date_as_instant", "2026-01-02T03:04", "2026-01-02T03:04:00.000"),
]


@pytest.mark.proves("DECLARE-5")
@pytest.mark.parametrize(("name", "one", "other"), EQUAL)
def test_equal_where_it_is_asked_for_and_nowhere_else(name, one, other):
    assert normalise(one, [name]) == normalise(other, [name])
    assert canonical(normalise(one, ())) != canonical(normalise(other, ()))


DIFFERENT = [
    ("outer_space", "a b", "ab"),
    ("line_ends", "a\nb", "a b"),
    ("number_as_text", "10.0", 10),
    ("number_as_text", True, 1),
    ("number_as_text", True, "True"),
    ("decimal", "1.5", "1.51"),
    ("decimal", "1.5a", "1.5b"),
    ("decimal", "10", "1"),
    ("decimal", True, 1),
    ("prefix:Users/", "users/5", "5"),
    ("prefix:Users/", "Users/Users/5", "5"),
    ("null_as_absent", {"a": ""}, {}),
    ("blank_as_null", 0, None),
    ("blank_as_null", False, None),
    ("blank_as_null", " ", None),
    ("blank_as_null", "", 0),
    ("date_as_instant", "2026-01-02T00:00:00", "2026-01-02T00:00:00Z"),
    ("date_as_instant", "2026-01-02", "2026-01-02T00:00:00Z"),
    ("date_as_instant", DAY, DAY + 1),
    ("date_as_day", 5, 7),
    ("date_as_day", 10**11 - 2, 10**11 - 1),
    ("date_as_instant", "2026-01-02T00:00:01Z", "2026-01-02T00:00:02Z"),
    ("date_as_instant", "2026-01-02T00:00:00.1Z", "2026-01-02T00:00:00.2Z"),
    ("date_as_instant", "2026-01-02T00:00:00+01:00", "2026-01-02T00:00:00-01:00"),
    ("date_as_day", "2026-01-02", "2026-01-03T00:00:00Z"),
]


@pytest.mark.proves("DECLARE-5")
@pytest.mark.parametrize(("name", "one", "other"), DIFFERENT)
def test_still_different(name, one, other):
    assert canonical(normalise(one, [name])) != canonical(normalise(other, [name]))


NO_DATES = [
    "2026-02-30",
    "2026-01-02T25:00:00Z",
    "2026-01-02 00:00:00",
    "2026-01-02T00:00:00+0199",
    "٢٠٢٦-01-02",
    "2026-01-02",
    "2026-1-2",
    "Initial filing",
    10**30,
    5,
    True,
    2026.5,
    None,
    ["2026-01-02T00:00Z"],
]


@pytest.mark.parametrize("value", NO_DATES)
@pytest.mark.parametrize("name", ["date_as_day", "date_as_instant"])
def test_what_is_no_date_is_left_as_it_is(name, value):
    assert normalise(value, [name]) is value


def test_an_instant_outside_of_the_calendar_is_left_as_it_is():
    assert normalise("0001-01-01T00:00:00+01:00", ["date_as_instant"]) == "0001-01-01T00:00:00+01:00"


@pytest.mark.parametrize("name", sorted(NORMALISATIONS))
@pytest.mark.parametrize("value", [None, True, 5, "x", ["x"], {"x": 1}])
def test_each_leaves_alone_what_it_does_not_speak_of(name, value):
    assert normalise(value, [name]) == ("5" if value == 5 and name in ("number_as_text", "decimal") else value)


def test_together_in_any_order():
    value = "  2026-01-02T01:00:00+01:00\r\n"
    names = ["case", "date_as_instant", "line_ends", "outer_space"]
    assert normalise(value, names) == normalise(value, names[::-1]) == "2026-01-02t00:00:00z"
    assert normalise("ß\u0301", ["case", "unicode_nfc"]) == "s\u015b"


@pytest.mark.parametrize(
    ("number", "text"),
    [(1, "1"), (1.0, "1"), (-0.0, "0"), (1.25, "1.25"), (float("inf"), "inf"), (10**400, "1" + "0" * 400)],
)
def test_number_text(number, text):
    assert number_text(number) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1.0, "a": [True, None, "é"]}, '{"a":[true,null,"\\u00e9"],"b":1}'),
        ((1, 2), "[1,2]"),
        ({1: "x"}, '{"1":"x"}'),
        (float("nan"), "NaN"),
    ],
)
def test_canonical(value, text):
    assert canonical(value) == text
