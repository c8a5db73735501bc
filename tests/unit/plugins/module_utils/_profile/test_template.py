# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.template import (
    at_path,
    fill,
    names_in,
    path_steps,
    text_parts,
)
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError

NAMES = {
    "id": 7,
    "key": {"code": "A 1", "a.b": "dot", "name_of_ann": "Ann's é", "quoted": '"Q"'},
    "declared": {"name": "x", "note": None, "tags": []},
    "entity": {"site": {"id": 5}, "rows": [{"id": 1}, {"id": 2}, {}], "map": {"p": {"q": 1}, "r": {"q": 2}}},
    "yes": True,
    "lazy": lambda: {"id": 9},
}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{id}", 7),
        ("{yes}", True),
        ("{declared}", {"name": "x", "note": None, "tags": []}),
        ("{declared.note}", None),
        ("no {id}!", "no 7!"),
        ("{yes}{id}", "true7"),
        ("{{id}", "{id}"),
        ("{{{id}", "{7"),
        ("}", "}"),
        ('{key["a.b"]}', "dot"),
        ("{entity.site.id}", 5),
        ("{entity.rows[0].id}", 1),
        ("{entity.rows[].id}", [1, 2]),
        ("{entity.map.*.q}", [1, 2]),
        ("{lazy.id}", 9),
        ("{lazy}", {"id": 9}),
        ("{key.code|base64}", "QSAx"),
        ("{key.code|lower}", "a 1"),
        ("{key.quoted|unquoted}", "Q"),
        ("{entity.site|json}", '{"id":5}'),
        ("name eq {key.name_of_ann|single_quoted}", "name eq 'Ann''s é'"),
        ("name={key.name_of_ann|json}", 'name="Ann\'s é"'),
        ("{entity.site|json_patch}", [{"op": "replace", "path": "/id", "value": 5}]),
        ("{declared.note|lower}", None),
        ("{declared.note|unless_null}", ABSENT),
        ("{declared.tags|unless_null}", []),
        ({"a": "{declared.note|unless_null}", "b": "{id|unless_null}"}, {"b": 7}),
        ("{nothing}", ABSENT),
        ("text {nothing}", ABSENT),
        ("text {declared.note}", ABSENT),
        ("{entity.rows[9].id}", ABSENT),
        ("{id.more}", ABSENT),
        ({"a": "{id}", "b": "{nothing}"}, {"a": 7}),
        ({"a": {"b": "{nothing}"}}, ABSENT),
        ({"{key.code}": 1}, {"A 1": 1}),
        ({"{nothing}": 1, "a": 2}, {"a": 2}),
        (["{id}", "{nothing}"], [7]),
        (["{nothing}"], ABSENT),
        ({}, {}),
        ([], []),
        ({"a": {}, "b": []}, {"a": {}, "b": []}),
        ({"a": None}, {"a": None}),
        ("{declared.tags}", []),
        (5, 5),
        (None, None),
        ("", ""),
    ],
)
def test_a_template_is_filled(template, value):
    assert fill(template, NAMES) == value
    assert type(fill(template, NAMES)) is type(value)


def test_a_function_takes_its_kind_of_value():
    with pytest.raises(ConfigurationError, match="not a text"):
        fill("{id|base64}", NAMES)


def test_a_list_within_a_text_is_refused():
    with pytest.raises(ConfigurationError, match=r"Write \{entity.rows\|json\}"):
        fill("rows {entity.rows}", NAMES)


def test_names_are_found_at_every_depth():
    found = list(names_in({"{a}": ["{b.c|json}", {"x": "{{no} {d}"}], "y": 1}))
    assert found == [("a", None), ("b.c", "json"), ("d", None)]


def test_a_text_without_names_is_one_part():
    assert text_parts("plain") == ("plain",)
    assert text_parts("") == ()


@pytest.mark.parametrize("path", ["a..b", ".a", "a[", 'a["b"', "a]"])
def test_what_is_no_path_is_an_error(path):
    with pytest.raises(ValueError, match="no path"):
        path_steps(path)


def test_the_empty_path_is_the_value_itself():
    assert at_path({"a": 1}, "") == {"a": 1}
    assert at_path([{"a": 1}], "[0].a") == 1
    assert at_path("text", "a") is ABSENT
