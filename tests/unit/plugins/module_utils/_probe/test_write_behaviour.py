# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What follows from how a server stored what it was sent, and from what it answers about nothing."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.rules import Rules
from ansible_collections.rimops.insight.plugins.module_utils._probe.reads import missing_ways, succeeding, with_entity
from ansible_collections.rimops.insight.plugins.module_utils._probe.write_behaviour import (
    is_changed,
    is_now,
    sending,
    settings_of,
    speaks_against,
    spelled_everywhere,
)
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, answer

NOW = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@pytest.mark.parametrize(
    ("value", "now"),
    [
        ("2026-01-01T00:00:00Z", True),
        ("2025-12-31T23:59:59.123-05:00", True),
        ("01.01.2026 00:00:00", True),
        ("Jan 1 2026", False),
        (1767225600000, True),
        (1767225600, True),
        (1767225600000 - 90_000_000, False),
        ("2025-11-01T00:00:00Z", False),
        ("20260101", False),
        (True, False),
        (None, False),
        ({"at": 1767225600}, False),
        ("", False),
    ],
)
def test_what_says_the_time(value, now):
    assert is_now(value, NOW) is now


SENT = {"name": "Zelvora", "note": " Kept Text ", "code": "AB", "number": 3, "list": ["Zelvora 10 mg"]}


@pytest.mark.parametrize(
    ("stored", "everywhere"),
    [
        ({}, []),
        ({"name": "ZELVORA", "list": ["ZELVORA 10 MG"], "note": " KEPT TEXT "}, ["case"]),
        ({"name": "ZELVORA", "note": "KEPT TEXT", "list": ["ZELVORA 10 MG"]}, ["case"]),
        ({"name": "ZELVORA", "list": ["ZELVORA 10 MG"]}, []),
        ({"name": "ZELVORA"}, []),
        ({"note": "Kept Text"}, []),
        ({"number": "3"}, []),
    ],
    ids=["as sent", "large", "large and trimmed", "one text was kept", "one only", "one trimmed", "one number"],
)
def test_a_spelling_holds_for_all_attributes_if_several_show_it_and_none_speaks_against(stored, everywhere):
    assert spelled_everywhere(SENT, {**SENT, **stored}, Rules()) == everywhere


@pytest.mark.parametrize(
    ("rule", "kept", "against"),
    [
        ("case", "Text", True),
        ("case", "TEXT", False),
        ("case", "text", False),
        ("case", ["TEXT", "Text"], True),
        ("outer_space", " x", True),
        ("outer_space", "x", False),
        ("number_as_text", 3, True),
        ("number_as_text", "3", False),
        ("date_as_instant", "2026-03-04T06:06:07+01:00", True),
    ],
)
def test_what_speaks_against_a_rule(rule, kept, against):
    assert speaks_against(rule, kept) is against


@pytest.mark.parametrize(
    ("after", "changed"),
    [
        ({"a": "Second", "b": "Kept"}, True),
        ({"a": "SECOND", "b": "Kept"}, True),
        ({"a": "First", "b": "Kept"}, False),
        ({"a": None}, True),
        ({}, True),
    ],
)
def test_what_counts_as_changed(after, changed):
    assert is_changed({"a": "First", "b": "Kept"}, after, {"a": "Second"}) is changed


def test_a_change_of_two_attributes_is_no_half_one():
    assert not is_changed({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 2})
    assert is_changed({"a": 1, "b": 1}, {"a": 2, "b": 1}, {"a": 2, "b": 1})
    assert not is_changed({"a": 2}, {"a": 2}, {"a": 2})


DATA = {"entity": "body.data", "missing": [{"status": [404, 410]}]}
NONE = {"error": {"code": "NO_SUCH_TEAM", "message": "There is no team with the id 17"}}


@pytest.mark.parametrize(
    ("response", "ways"),
    [
        (answer(404, {"message": "none"}), [DATA["missing"]]),
        (answer(204, b""), [[{"status": [204]}]]),
        (answer(200, b""), [[{"status": [200]}]]),
        (answer(200, {"data": None}), [[{"empty": True}]]),
        (answer(200, {"data": []}), [[{"empty": True}]]),
        (answer(200, {"data": {}}), [[{"empty": True}]]),
        (answer(200, []), [[{"empty": True}]]),
        (answer(200, {"data": {"id": 1}}), []),
        (answer(200, {"data": [{"id": 1}]}), []),
        (
            answer(400, NONE),
            [
                [{"status": [400], "body": {"error.code": "NO_SUCH_TEAM"}}],
                [{"status": [400], "words": "There is no team with the id"}],
            ],
        ),
        (answer(400, {"message": "none"}), []),
        (answer(422, {"errors": [{"code": "E1"}]}), [[{"status": [422], "body": {"errors[0].code": "E1"}}]]),
        (answer(200, {"code": "NONE"}), [[{"status": [200], "body": {"code": "NONE"}}]]),
        (answer(401, {}), []),
        (answer(403, {}), []),
        (answer(405, {}), []),
        (answer(429, NONE), []),
        (answer(500, NONE), []),
        (answer(302, b""), []),
        (HTML, []),
        (None, []),
    ],
)
def test_what_may_mean_missing(response, ways):
    assert list(missing_ways(DATA, response)) == ways


def test_a_status_that_http_itself_calls_missing_is_enough():
    assert list(missing_ways({"missing": [{"empty": True}]}, answer(404, NONE))) == [[{"status": [404]}]]


def test_a_definition_takes_over_what_was_seen():
    stated = {"success": [{"status": [200, 202]}]}
    assert succeeding({"success": [{"status": 200}]}, answer(202)) == {"success": [{"status": [202]}]}
    assert succeeding(stated, answer(202)) == stated
    assert succeeding({}, answer(200)) == {}
    assert succeeding({}, answer(202)) == {"success": [{"status": [202]}]}
    assert with_entity({"entity": "body.data"}, "result") == {"entity": "body.result"}
    assert with_entity({"entity": ["body.data", "body.rows"]}, "rows") == {"entity": ["body.data", "body.rows"]}
    assert with_entity({"entity": "body.data"}, "") == {}
    assert with_entity({}, "") == {}


def test_rules_are_said_of_each_attribute():
    normalise = {"c": ["case"], "*": ["outer_space"]}
    layer = {"volatile": ["a.b"], "sets": ["c"], "normalise": normalise, "keyed": {"d": ["e"]}}
    assert settings_of(layer) == {
        "a.b": {"volatile": True},
        "c": {"set": True, "normalise": ["case"]},
        "*": {"normalise": ["outer_space"]},
        "d": {"keyed": ["e"]},
    }


@pytest.mark.parametrize(
    ("stated", "body", "now"),
    [
        ("{whole}", "changed", "{changed}"),
        ({"entity": "{declared}", "kind": "team"}, "whole", {"entity": "{whole}", "kind": "team"}),
        ({"name": "{declared.name}"}, "changed", {"name": "{declared.name}"}),
    ],
)
def test_the_body_of_an_update_is_another_in_the_same_place(stated, body, now):
    assert sending({"json": stated}, body) == {"json": now}
