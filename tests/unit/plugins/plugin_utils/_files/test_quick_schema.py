# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The quick answer about our own schemas is that of jsonschema, and the schemas are valid."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from ansible_collections.rimops.insight.plugins.module_utils._profile.json_schema import violations
from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge
from ansible_collections.rimops.insight.plugins.plugin_utils._files.own_schemas import own_schema
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import (
    BUILT_IN,
    FOLDER,
    built_in,
    profile_schema,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.quick_schema import fits


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.json")), ids=lambda path: path.name)
def test_no_schema_says_a_key_twice(path):
    """JSON takes the last one without a word; two people who add the same key make two of it."""

    def once(pairs):
        names = [name for name, _value in pairs]
        assert sorted(names) == sorted(set(names))
        return dict(pairs)

    json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=once)


def whole(name):
    """A built-in profile without what it takes away from all types; one that has none gets one."""
    return {"types": {"thing": {"path": "things"}}, **merge({}, built_in(name))}


@pytest.mark.parametrize("schema", [profile_schema(), own_schema("manifests/manifest")])
def test_our_schemas_are_schemas(schema):
    jsonschema.Draft202012Validator.check_schema(dict(schema))


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize("name", BUILT_IN)
def test_the_profiles_that_we_bring_fit(name):
    assert fits(profile_schema(), whole(name))


def places(value, path=()):
    """Every place in a JSON value."""
    yield path
    for name, inner in (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    ):
        yield from places(inner, (*path, name))


PLACES = [(name, path) for name in BUILT_IN for path in places(whole(name)) if path]
odd = some.sampled_from(
    [None, True, False, 0, 1, -1, 1.0, 1.5, "", "x", "GET", "/x", [], ["x", "x"], [1, 1.0], {}, {"x": 1}]
)


@pytest.mark.proves("PROFILE-1")
@settings(deadline=None)
@given(some.sampled_from(PLACES), odd, some.sampled_from(["replace", "remove", "add"]))
def test_the_quick_answer_is_the_right_one(place, value, how):
    name, (*outer, last) = place
    data = copy.deepcopy(whole(name))
    holder = data
    for step in outer:
        holder = holder[step]
    if how == "add" and isinstance(holder[last], dict):
        holder[last]["odd"] = value
    elif how == "remove":
        del holder[last]
    else:
        holder[last] = value
    assert fits(profile_schema(), data) == (violations(profile_schema(), data, ours=True) == [])


RULES = [
    ({"type": ["integer", "null"]}, [None, 1, 1.0], [1.5, True, "1"]),
    ({"enum": [1, "a"]}, [1, 1.0, "a"], [True, "b"]),
    ({"const": {"a": 1}}, [{"a": 1.0}], [{"a": True}, {}]),
    (
        {"patternProperties": {"^x": {"type": "string"}}, "additionalProperties": False},
        [{"xa": "b"}],
        [{"xa": 1}, {"a": 1}],
    ),
    ({"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"minimum": 2}}, ["ab", 2, None], ["a", 1]),
    ({"anyOf": [{"type": "string"}, {"minItems": 1}]}, ["", [1], 5], [[]]),
    ({"allOf": [{"maximum": 5}, {"type": "number"}]}, [5], [6, "a"]),
    ({"propertyNames": {"pattern": "^a"}, "minProperties": 1}, [{"ab": 1}, 5], [{}, {"b": 1}]),
    ({"uniqueItems": True}, [[1, True, "1"]], [[1, 1.0]]),
    ({"uniqueItems": False}, [[1, 1]], []),
    ({"required": ["a"], "items": {"type": "string"}}, [{"a": 1}, ["a"], 5], [{}, [1]]),
]


@pytest.mark.parametrize(("schema", "right", "wrong"), RULES)
def test_each_keyword(schema, right, wrong):
    for value in right:
        assert fits(schema, value) and not violations(schema, value), value
    for value in wrong:
        assert not fits(schema, value) and violations(schema, value), value


def test_a_keyword_that_is_not_known_is_no_yes():
    assert not fits({"dependentRequired": {}}, {})
