# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""JSON Schema, said so that a playbook author can act on it: the path and the rule, never the value."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ..errors import ConfigurationError, SchemaError

RULES = {
    "additionalProperties": "has a name that is not allowed there",
    "required": "lacks something that is required",
    "type": "must be of type {}",
    "enum": "must be one of {}",
    "const": "must be {}",
    "pattern": "must match {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
    "minItems": "must have at least {} elements",
    "maxItems": "must have at most {} elements",
    "uniqueItems": "must not hold an element twice",
    "minProperties": "must not be empty",
    "anyOf": "fits none of the forms that are allowed",
    "propertyNames": "has a name of a form that is not allowed",
    "format": "must have the form {}",
}


def _sentence(error: Any) -> str:
    """One violation. Names of properties may be shown, values never."""
    path = ".".join(str(step) for step in error.absolute_path) or "the whole"
    rule = RULES.get(error.validator, "breaks the rule {} of the schema").format(
        error.validator_value if error.validator in RULES else error.validator
    )
    if error.validator == "not" and isinstance(error.schema.get("description"), str):
        return f"{path} is not allowed: {error.schema['description']}"
    names: list[str] = []
    if error.validator == "required":
        names = [name for name in error.validator_value if name not in error.instance]
    if error.validator == "additionalProperties":
        allowed, patterns = error.schema.get("properties", {}), error.schema.get("patternProperties", {})
        names = [
            str(name)
            for name in error.instance
            if name not in allowed and not any(re.search(pattern, str(name)) for pattern in patterns)
        ]
    return f"{path} {rule}" + (f": {', '.join(names)}" if names else "")


KIND = ("type", "enum", "const", "anyOf")
"""Rules that say what kind of value stands at a place."""


def _causes(error: Any) -> Iterator[Any]:
    """The violations of the only form of an anyOf that is of the kind of the value; else the violation itself."""
    forms: dict[Any, list[Any]] = {}
    for one in error.context if error.validator == "anyOf" else ():
        forms.setdefault(one.schema_path[0], []).append(one)
    of_the_kind = [
        found
        for found in forms.values()
        if not any(one.validator in KIND and one.absolute_path == error.absolute_path for one in found)
    ]
    if len(of_the_kind) != 1:
        yield error
        return
    for one in of_the_kind[0]:
        yield from _causes(one)


def violations(schema: Mapping[str, Any], value: Any, ours: bool = False) -> list[str]:
    """Every violation as a sentence, in the order of their paths. ours: the schema comes with the collection, and was
    checked before. Raises ConfigurationError where jsonschema is missing or the schema itself is wrong."""
    try:
        import jsonschema
        from jsonschema.validators import validator_for
        from referencing import Registry
        from referencing.exceptions import Unresolvable
    except ImportError as error:
        import sys

        raise ConfigurationError(
            "check against a JSON Schema",
            f"the Python library jsonschema is missing for {sys.executable}, or older than 4.18",
            f"Install it with: {sys.executable} -m pip install 'jsonschema>=4.18'",
        ) from error
    kind = validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        if not ours:
            kind.check_schema(dict(schema))
    except jsonschema.SchemaError as error:
        raise ConfigurationError("use the JSON Schema", f"it is not a valid one ({_sentence(error)})") from error
    try:
        every = kind(schema, registry=Registry()).iter_errors(value)  # an own registry fetches nothing
        found = [cause for error in every for cause in _causes(error)]
    except Unresolvable as error:
        raise ConfigurationError("use the JSON Schema", f"its $ref {error.ref} leads nowhere") from error
    found.sort(key=lambda error: [str(step) for step in error.absolute_path])
    return list(dict.fromkeys(_sentence(error) for error in found))


def check(schema: Mapping[str, Any], value: Any, what: str, hint: str = "", ours: bool = False) -> None:
    """Raise SchemaError unless the value satisfies the schema. ours: as for violations()."""
    found = violations(schema, value, ours)
    if found:
        raise SchemaError(what, "; ".join(found[:5]) + (f"; and {len(found) - 5} more" if len(found) > 5 else ""), hint)
