# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks a value against a JSON Schema of this collection without jsonschema, whose import and check of the schema take
fifteen times as long. Where the value does not satisfy the schema, jsonschema gives the reasons."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from ...module_utils._text.json_forms import Json, canonical, is_number

TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "number": is_number,
    "integer": lambda value: is_number(value) and value == int(value),
    "null": lambda value: value is None,
}
SAID = {"$schema", "$id", "$defs", "title", "description", "examples", "default", "then", "else", "$comment"}
"""Keywords that check nothing by themselves."""


def fits(schema: Any, value: Any, root: Json | None = None) -> bool:
    """Whether the value certainly satisfies the schema: false too where the schema holds a keyword that is not known
    here. root: the whole schema, in which references lead."""
    if isinstance(schema, bool):
        return schema
    root = schema if root is None else root
    for name in schema:
        if name not in SAID and (name not in CHECKS or not CHECKS[name](schema, value, root)):
            return False
    return True


def _types(schema: Json, value: Any, _root: Json) -> bool:
    names = schema["type"]
    return any(TYPES[name](value) for name in ([names] if isinstance(names, str) else names))


def _referred(schema: Json, value: Any, root: Json) -> bool:
    inner: Any = root
    for name in schema["$ref"].split("/")[1:]:
        inner = inner[name]
    return fits(inner, value, root)


def _inner(schema: Json, value: Any, root: Json) -> bool:
    """properties, patternProperties and additionalProperties together: asked for the first of them that is there."""
    if not isinstance(value, Mapping):
        return True
    own, patterns, rest = (schema.get(name, {}) for name in ("properties", "patternProperties", "additionalProperties"))
    for name, inner in value.items():
        rules = [own[name]] if name in own else []
        rules += [rule for pattern, rule in patterns.items() if re.search(pattern, name)]
        if not all(fits(rule, inner, root) for rule in rules or [rest]):
            return False
    return True


def _is_one_of(value: Any, allowed: list[Any]) -> bool:
    return value in allowed if isinstance(value, str) else canonical(value) in map(canonical, allowed)


def _when(schema: Json, value: Any, root: Json) -> bool:
    return fits(schema.get("then" if fits(schema["if"], value, root) else "else", True), value, root)


def _of(kind: type | tuple[type, ...], check: Callable[[Any, Any, Json], bool], name: str) -> Any:
    """The check of a keyword that says something of one kind of value only."""
    return lambda schema, value, root: (
        not isinstance(value, kind) or isinstance(value, bool) or check(schema[name], value, root)
    )


NUMBER = (int, float)
"""The types of a number of JSON."""
CHECKS: Mapping[str, Callable[[Json, Any, Json], bool]] = {
    "type": _types,
    "$ref": _referred,
    "properties": _inner,
    "patternProperties": lambda schema, value, root: "properties" in schema or _inner(schema, value, root),
    "additionalProperties": lambda schema, value, root: (
        "properties" in schema or "patternProperties" in schema or _inner(schema, value, root)
    ),
    "if": _when,
    "const": lambda schema, value, _root: _is_one_of(value, [schema["const"]]),
    "enum": lambda schema, value, _root: _is_one_of(value, schema["enum"]),
    "allOf": lambda schema, value, root: all(fits(one, value, root) for one in schema["allOf"]),
    "anyOf": lambda schema, value, root: any(fits(one, value, root) for one in schema["anyOf"]),
    "required": _of(dict, lambda rule, value, _root: all(name in value for name in rule), "required"),
    "minProperties": _of(dict, lambda rule, value, _root: len(value) >= rule, "minProperties"),
    "propertyNames": _of(dict, lambda rule, value, root: all(fits(rule, one, root) for one in value), "propertyNames"),
    "items": _of(list, lambda rule, value, root: all(fits(rule, one, root) for one in value), "items"),
    "minItems": _of(list, lambda rule, value, _root: len(value) >= rule, "minItems"),
    "maxItems": _of(list, lambda rule, value, _root: len(value) <= rule, "maxItems"),
    "uniqueItems": _of(
        list, lambda rule, value, _root: not rule or len(set(map(canonical, value))) == len(value), "uniqueItems"
    ),
    "pattern": _of(str, lambda rule, value, _root: re.search(rule, value) is not None, "pattern"),
    "minLength": _of(str, lambda rule, value, _root: len(value) >= rule, "minLength"),
    "minimum": _of(NUMBER, lambda rule, value, _root: value >= rule, "minimum"),
    "maximum": _of(NUMBER, lambda rule, value, _root: value <= rule, "maximum"),
}
"""What is asked for a keyword: the schema in which it stands, the value, the whole schema."""
