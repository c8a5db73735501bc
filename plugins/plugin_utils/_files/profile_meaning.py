# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no JSON Schema says of a profile: which names a text may hold, and which keys have no effect there."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ...module_utils._profile.merging import merge
from ...module_utils._text.json_forms import Json

NAME = re.compile(r"\{([\w .-]+)\}")
"""What is written as a name that is replaced, be there one of that name or not."""
CREDENTIALS = ("access_token", "refresh_token", "token_type", "username", "password")

PLACES: tuple[tuple[str, Sequence[str]], ...] = (
    (r"base_path|other_base_paths\.\d+|headers\..+|oauth\.authority|types\.\w+\.path", ()),
    (r"session\.(start|login|look|logout)\.path", ()),
    (r"session\.(login|logout)\.body(\..+)?", CREDENTIALS),
    (r"oauth\.(token|authorize|device)_path", ("tenant_id",)),
    (r"oauth\.grants\.\w+\.scope", ("client_id",)),
    (r"(types\.\w+\.)?operations\.(find|create|list)\.path", ("type",)),
    (r"(types\.\w+\.)?operations\.read\.path", ("type", "id")),
    (r"(types\.\w+\.)?operations\.(update|delete)\.path", ("type", "id", "uuid")),
)
"""The names that are replaced in a text, by the place of it in the profile."""

ONLY_OF = {
    "id_field": ("read", "update", "delete"),
    "addressed_by": ("update",),
    "references": ("find", "create"),
    "missing": ("read", "find", "delete"),
    "entity": ("read", "find", "create", "update"),
    "id_at": ("create",),
    "entities": ("list",),
    "paging": ("list",),
}
"""The operations in which a key has an effect, where it has none in the others."""
BODIES = {"key": "find", "page": "list"}
"""The operation that has something to send in such a body, where others have not."""
READING = ("read", "find", "list")


def mistakes(given: Json) -> Iterator[str]:
    """What is wrong with a profile that satisfies its schema, with the path of each. given: with the nulls by which a
    type takes away what holds for all types."""
    data = merge({}, given)
    for path, text in _texts(data):
        yield from _unknown_names(path, text)
    for path, operations in _operations(data):
        yield from _without_effect(path, operations)
    halves = list(_halves(data["operations"], given["types"]))
    yield from halves
    for name, of_type in given["types"].items() if not halves else ():
        yield from _of_type(name, of_type or {}, data)


def _texts(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Each text with its path."""
    inner = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else ()
    if isinstance(value, str):
        yield path, value
    for name, one in inner:
        yield from _texts(one, f"{path}.{name}" if path else str(name))


def _unknown_names(path: str, text: str) -> Iterator[str]:
    known = next((names for place, names in PLACES if "{" in text and re.fullmatch(place, path)), None)
    wrong = [] if known is None else [f"{{{name}}}" for name in NAME.findall(text) if name not in known]
    if wrong:
        allowed = " and ".join(f"{{{name}}}" for name in known or ()) or "no name"
        yield f"{path} names {', '.join(wrong)}, and {allowed} is replaced there"


def _operations(data: Json) -> Iterator[tuple[str, Json]]:
    yield "operations", data.get("operations", {})
    for name, of_type in data["types"].items():
        yield f"types.{name}.operations", of_type.get("operations", {})


def _without_effect(path: str, operations: Json) -> Iterator[str]:
    for operation, definition in operations.items():
        for key in definition:
            if operation not in ONLY_OF.get(key, (operation,)):
                yield f"{path}.{operation}.{key} has no effect there, only in {' and '.join(ONLY_OF[key])}"
        body = definition.get("body")
        if operation != BODIES.get(body, operation):
            yield f"{path}.{operation}.body cannot be {body}, only that of {BODIES[body]} can"


def _halves(general: Json, types: Json) -> Iterator[str]:
    """Operations of types that are incomplete, since the profile has no general operation that they could complete, or
    since they remove a part of it."""
    for name, operation, definition in _own_operations(types):
        if definition is not None:
            whole = merge(general.get(operation, {}), definition)
            needed = ("method", "path", "body") if operation == "update" else ("method", "path")
            lacking = [key for key in needed if key not in whole]
            if lacking:
                path = f"types.{name}.operations.{operation}"
                why = f"operations.{operation} does not say it, or a null takes it away"
                yield f"{path} lacks {', '.join(lacking)}: {why}"


def _own_operations(types: Json) -> Iterator[tuple[str, str, Any]]:
    """Type, name and definition (which may be null) of the operations that types define."""
    for name, of_type in types.items():
        for operation, definition in ((of_type or {}).get("operations") or {}).items():
            yield name, operation, definition


def _of_type(name: str, of_type: Json, data: Json) -> Iterator[str]:
    """Mistakes that only show once a type's operations are merged into the general ones."""
    own = merge({}, of_type.get("operations") or {})
    operations = merge(data["operations"], of_type.get("operations") or {})
    uuid_attribute = merge({"uuid_attribute": data.get("uuid_attribute")}, of_type).get("uuid_attribute")
    if not any(one in operations for one in READING):
        yield f"types.{name} has no operation that reads: neither read nor find nor list"
    for operation, said in operations.items():
        key = f"types.{name}.operations.{operation}" if operation in own else f"operations.{operation}"
        if "{uuid}" in said["path"] and not uuid_attribute:
            yield f"{key}.path names {{uuid}}, and types.{name} has no uuid_attribute"
        if said.get("request_at") and said.get("body") == "query":
            yield f"{key}.request_at has no effect where body is query"
        if said.get("id_at") and said.get("entity") is not False:
            yield f"{key}.id_at has no effect unless entity is false"
        if said.get("references") == "query_for" and not data.get("query_for_at"):
            yield f"{key}.references is query_for, and query_for_at does not say where they stand"
