# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON Schema violations as sentences: the path and the rule, never the value."""

from __future__ import annotations

import sys

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.json_schema import RULES, check, violations
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, SchemaError

SECRET = "s3cret-canary"


ONE = {"type": "object", "properties": {"x": {"enum": ["GET"]}}}


def inside(rule):
    return {"properties": {"a": {"properties": {"b": rule}}}}


@pytest.mark.proves("DECLARE-9")
@pytest.mark.parametrize(
    ("rule", "value", "sentence"),
    [
        ({"type": "string"}, 5, "a.b must be of type string"),
        ({"enum": ["x", "y"]}, SECRET, "a.b must be one of ['x', 'y']"),
        ({"const": "x"}, SECRET, "a.b must be x"),
        ({"pattern": "^[{}]+$"}, SECRET, "a.b must match ^[{}]+$"),
        ({"minLength": 99}, SECRET, "a.b must have at least 99 characters"),
        ({"maxLength": 3}, SECRET, "a.b must have at most 3 characters"),
        ({"minimum": 9}, 5, "a.b must be at least 9"),
        ({"maximum": 3}, 5, "a.b must be at most 3"),
        ({"minItems": 2}, [SECRET], "a.b must have at least 2 elements"),
        ({"maxItems": 0}, [SECRET], "a.b must have at most 0 elements"),
        ({"uniqueItems": True}, [SECRET, SECRET], "a.b must not hold an element twice"),
        ({"minProperties": 1}, {}, "a.b must not be empty"),
        ({"anyOf": [{"type": "null"}]}, SECRET, "a.b fits none of the forms that are allowed"),
        ({"anyOf": [{"type": "object"}, {"type": "null"}]}, SECRET, "a.b fits none of the forms that are allowed"),
        ({"anyOf": [ONE, {"type": "array", "items": ONE}]}, {"x": SECRET}, "a.b.x must be one of ['GET']"),
        ({"anyOf": [ONE, {"type": "array", "items": ONE}]}, [{}, {"x": SECRET}], "a.b.1.x must be one of ['GET']"),
        ({"anyOf": [ONE, ONE]}, {"x": SECRET}, "a.b fits none of the forms that are allowed"),
        ({"propertyNames": {"maxLength": 2}}, {"abc": SECRET}, "a.b must have at most 2 characters"),
        ({"required": ["x", "y"]}, {"x": SECRET}, "a.b lacks something that is required: y"),
        ({"required": ["x", "y"]}, {}, "a.b lacks something that is required: x, y"),
        (
            {"properties": {"x": {}}, "patternProperties": {"^p": {}}, "additionalProperties": False},
            {"x": 1, "pq": 1, "z": SECRET},
            "a.b has a name that is not allowed there: z",
        ),
        ({"items": {"type": "string"}}, ["x", 5], "a.b.1 must be of type string"),
        ({"not": {}}, SECRET, "a.b breaks the rule not of the schema"),
    ],
)
def test_sentences(rule, value, sentence):
    assert violations(inside(rule), {"a": {"b": value}}) == [sentence]


def test_every_rule_has_a_place_for_what_it_demands_or_needs_none():
    assert all(text.format("x") for text in RULES.values())


def test_no_violation():
    assert violations({"type": "object"}, {}) == []
    check({"type": "object"}, {}, "use it")


def test_the_whole():
    assert violations({"type": "object"}, []) == ["the whole must be of type object"]


def test_many():
    schema = {"additionalProperties": {"type": "string"}}
    with pytest.raises(SchemaError) as caught:
        check(schema, {f"n{number}": number for number in range(7)}, "use it", "Mend it.")
    assert caught.value.message == (
        "Cannot use it: "
        + "; ".join(f"n{number} must be of type string" for number in range(5))
        + "; and 2 more. Mend it."
    )


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "nonsense"}, "it is not a valid one"),
        ({"properties": {"a": {"pattern": "("}}}, "it is not a valid one"),
        ({"properties": {"a": {"$ref": "#/$defs/none"}}}, r"\$ref .*leads nowhere"),
        (
            {"properties": {"a": {"$ref": "https://127.0.0.1:1/schema"}}},
            r"\$ref https://127.0.0.1:1/schema leads nowhere",
        ),
    ],
)
def test_a_schema_that_is_none(schema, message):
    with pytest.raises(ConfigurationError, match=message) as caught:
        violations(schema, {"a": SECRET})
    assert SECRET not in caught.value.message


@pytest.mark.proves("ANSIBLE-4")
def test_without_jsonschema(monkeypatch):
    monkeypatch.setitem(sys.modules, "jsonschema", None)
    with pytest.raises(ConfigurationError) as caught:
        violations({}, {})
    assert sys.executable in caught.value.why and "pip install 'jsonschema" in caught.value.hint
