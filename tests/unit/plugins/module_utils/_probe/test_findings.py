# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Findings, and the overrides that follow from them."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as some

from ansible_collections.rimops.insight.plugins.module_utils._probe.findings import (
    Finding,
    brief,
    compared,
    difference,
    nested,
)
from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge, overlaid
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import value_at, with_value
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in

leaves = some.integers() | some.booleans() | some.text(max_size=3) | some.lists(some.integers(), max_size=2)
names = some.sampled_from(["a", "b", "json"])
profiles = some.dictionaries(
    names, some.recursive(leaves, lambda inner: some.dictionaries(names, inner, min_size=1, max_size=3), max_leaves=8)
)


@settings(deadline=None)
@given(before=profiles, after=profiles)
def test_a_difference_makes_one_profile_of_the_other(before, after):
    assert merge(before, difference(before, after)) == after
    assert difference(after, after) == {}


@settings(deadline=None)
@given(before=profiles, after=profiles)
def test_laying_an_override_is_what_the_engine_makes_of_it(before, after):
    assert overlaid(before, difference(before, after)) == after


of_types = some.dictionaries(
    names, some.recursive(leaves | some.none(), lambda inner: some.dictionaries(names, inner, max_size=3), max_leaves=8)
)


@pytest.mark.proves("PROFILE-1")
@example(general={}, scratch={"a": None}, path=["b"], value=0)
@given(general=profiles, scratch=of_types, path=some.lists(names, min_size=1, max_size=3), value=leaves)
def test_what_is_learned_leaves_the_nulls_of_a_type(general, scratch, path, value):
    before = {**general, "types": {"event": scratch}}
    for where in (("types", "event", *path), tuple(path)):
        assume(not isinstance(value_at(before, where), dict))
        after = with_value(before, where, value)
        assert overlaid(before, difference(before, after)) == after
        assert nulls(after) >= {one for one in nulls(before) if one[: len(where)] != where[: len(one)]}


def nulls(value, path=()):
    """The paths at which a null stands."""
    if isinstance(value, dict):
        return {one for name, inner in value.items() for one in nulls(inner, (*path, name))}
    return {path} if value is None else set()


def test_what_goes_to_the_server_is_an_override_as_a_whole():
    before = {"json": {"a": 1, "b": 2}, "with": {"a": 1}, "types": {"json": {"path": "x"}}}
    after = {"json": {"a": 1}, "with": {"b": 1}, "types": {"json": {"path": "y"}}}
    assert difference(before, after) == {
        "json": {"a": 1},
        "with": {"a": None, "b": 1},
        "types": {"json": {"path": "y"}},
    }


def test_an_operation_that_becomes_another_is_one_finding():
    path, before = ("operations", "find"), {"method": "GET"}
    expected = Finding("operations.find", "differs", '{"method": "GET"}', "HTTP 404", {"operations": {"find": "list"}})
    assert compared(path, before, "list", "HTTP 404") == [expected]
    assert compared(path, "list", "list", "HTTP 200") == [Finding("operations.find", "as_profile", came="HTTP 200")]


def test_an_override_at_a_path():
    assert nested(("a", "b"), None) == {"a": {"b": None}}


def test_each_key_that_differs_is_a_finding():
    path, before = ("operations", "find"), built_in("insight")["operations"]["find"]
    after = {**before, "method": "GET", "missing": [{"empty": True}], "note": "Seen", "assumed": False}
    del after["texts_at"]
    assert compared(path, before, after, "HTTP 404 with a web page") == [
        Finding(
            "operations.find.method",
            "differs",
            "POST",
            "HTTP 404 with a web page",
            {"operations": {"find": {"method": "GET"}}},
        ),
        Finding(
            "operations.find.texts_at",
            "differs",
            "queryFor",
            "HTTP 404 with a web page",
            {"operations": {"find": {"texts_at": None}}},
        ),
        Finding(
            "operations.find.missing",
            "differs",
            "nothing",
            '[{"empty": true}]',
            {"operations": {"find": {"missing": [{"empty": True}]}}},
        ),
    ]
    assert compared(path, before, before, "HTTP 200") == [Finding("operations.find", "as_profile", came="HTTP 200")]


def test_the_overrides_of_the_findings_are_those_of_the_whole():
    path, before = ("operations", "find"), built_in("insight")["operations"]["find"]
    after = {**before, "method": "GET", "json": {"criteria": "{key}"}, "missing": [{"empty": True}]}
    data = merge(built_in("insight"), {})
    for finding in compared(path, before, after, ""):
        data = merge(data, finding.override)
    assert data["operations"]["find"] == after


def test_a_result_says_only_what_there_is():
    assert Finding("session", "as_profile").as_result() == {"profile_key": "session", "verdict": "as_profile"}


def test_texts_are_short_and_in_one_line():
    assert brief("a\nb") == "a\\nb"
    assert brief(None) == "nothing"
    assert len(brief("x" * 1000)) == 203
    assert brief([200]) == "[200]"
