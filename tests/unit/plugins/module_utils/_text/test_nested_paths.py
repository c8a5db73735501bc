# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import copy
import pickle

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import (
    ABSENT,
    PATH,
    dotted_path,
    names_of,
    places,
    replace,
    top,
    value_at,
    with_value,
    without,
)


@pytest.mark.parametrize("path", ["a", "a.b", "a[].b", "a[][]", r"a\.b", r"a\[\]", "ö x.y", "a\nb"])
def test_a_path(path):
    assert PATH.fullmatch(path)


@pytest.mark.parametrize("path", ["", ".", "a.", ".a", "a..b", "[]", "a[", "a[0]", "a]", "a[]b", "a\\"])
def test_no_path(path):
    assert not PATH.fullmatch(path)


@pytest.mark.parametrize(
    ("path", "names"), [("a", ("a",)), ("a.b", ("a", "b")), (r"a\.b.c", ("a.b", "c")), (r"a\\.b", ("a\\", "b"))]
)
def test_names(path, names):
    assert names_of(path) == names
    assert dotted_path(names) == path


def test_what_is_no_json_value_stays_as_it_is():
    assert replace({"a": ABSENT.__class__, "b": 1}, ["b"], 2) == {"a": ABSENT.__class__, "b": 2}
    assert list(places(ABSENT)) == []


def test_what_is_empty_for_lack_of_a_value_goes_with_it():
    entity = {"a": 1, "meta": {"id": 5, "of": {"uuid": "u"}}, "empty": {}, "l": [{"id": 1}], "x.y": 7}
    assert without(entity, ["meta.id", "meta.of.uuid", r"x\.y", "l[].id"]) == {"a": 1, "empty": {}, "l": [{}]}
    assert without(entity, ["meta.id"])["meta"] == {"of": {"uuid": "u"}}
    assert without(entity, ["id", "uuid", "x.y"]) == entity


@pytest.mark.parametrize(("path", "name"), [("a.b", "a"), ("a[].b", "a"), (r"a\.b[].c", "a.b"), (r"a\[\].c", "a[]")])
def test_top(path, name):
    assert top(path) == name


ENTITY = {"a": 1, "b": {"c": 2, "d": 3}, "l": [{"c": 4, "d": 5}, 6], "x.y": 7}


@pytest.mark.parametrize(
    ("paths", "left"),
    [
        ([], ENTITY),
        (["a", "b.c"], {"b": {"d": 3}, "l": [{"c": 4, "d": 5}, 6], "x.y": 7}),
        (["l[].c", r"x\.y"], {"a": 1, "b": {"c": 2, "d": 3}, "l": [{"d": 5}, 6]}),
        (["l[]", "b"], {"a": 1, "l": [], "x.y": 7}),
        (["x.y", "c", "l.c"], ENTITY),
    ],
)
def test_left_out(paths, left):
    before = copy.deepcopy(ENTITY)
    assert replace(ENTITY, paths, ABSENT) == left
    assert before == ENTITY


def test_replaced():
    assert replace(ENTITY, ["a", "l[]"], "*") == {**ENTITY, "a": "*", "l": ["*", "*"]}
    assert replace({"c": 4}, ["l[].c"], "*", "l[]") == {"c": "*"}
    assert replace(5, ["a"], "*") == 5


def test_places():
    assert list(places({"a": [{"b": 1}], 5: {}})) == [("a", "a"), ("a[].b", "b"), ("5", 5)]


def test_absent_is_one_and_not_null():
    assert copy.deepcopy(ABSENT) is ABSENT
    assert pickle.loads(pickle.dumps(ABSENT)) is ABSENT
    assert repr(ABSENT) == "(absent)"
    assert ABSENT is not None


def test_a_value_at_a_path():
    taken = {"types": {"event": {"operations": {"list": None, "read": {"paging": None}}}}}
    learned = with_value(taken, ("types", "event", "operations", "read", "path"), "x")
    assert learned == {"types": {"event": {"operations": {"list": None, "read": {"paging": None, "path": "x"}}}}}
    data = {"operations": {"read": {"method": "POST"}}}
    assert with_value(data, ("operations", "read", "method"), "GET") == {"operations": {"read": {"method": "GET"}}}
    assert with_value(data, ("operations", "read", "method"), ABSENT) == {"operations": {"read": {}}}
    assert with_value(data, ("types", "event"), {}) == {**data, "types": {"event": {}}}
    assert data == {"operations": {"read": {"method": "POST"}}}
    assert value_at(data, ("operations", "read", "method")) == "POST"
    assert value_at(data, ("operations", "read", "method", "x")) is None
    assert value_at(data, ("operations", "find", "method"), ABSENT) is ABSENT
    assert value_at({"a": None}, ("a",), ABSENT) is None and value_at(data, ()) is data
    assert with_value({"a": 1}, ("a", "b"), None) == {"a": {"b": None}}
