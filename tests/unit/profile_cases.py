# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of a profile with their forms, and the overrides that name one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_schema
from ansible_collections.rimops.insight.tests.unit.effects import KEY, SERVER, Case, present, says

BASIS = ("source", "assumed", "verified", "note")
"""The keys that say how a part is known. They stand in many places and are walked once."""


KINDS = {"string": "text", "integer": "number", "object": "mapping", "array": "list"}
"""What a form of a key is called, by the type of JSON."""


def whole(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a schema refers to, or itself."""
    return profile_schema()["$defs"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def forms(schema: Mapping[str, Any]) -> list[str]:
    """The forms of a key that has several: `` as text``."""
    every = [whole(one) for one in whole(schema).get("anyOf", ())]
    kinds = [KINDS[one["type"]] if "type" in one else "false" if one.get("const") is False else "text" for one in every]
    return [f" as {kind}" for kind in kinds]


def keys(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every key below a schema with its path and its forms. What a reference leads to is not walked: that is a table of
    its own."""
    for name, inner in schema.get("properties", {}).items():
        if name not in BASIS:
            below = list(keys(inner, f"{path}{name}."))
            named = [f"{path}{name}{form}" for form in forms(inner) or [""]]
            yield from [] if below and inner.get("type") == "object" else named
            yield from below
    for more in schema.get("anyOf", ()):
        yield from keys(more, path)
    if isinstance(schema.get("additionalProperties"), Mapping):
        yield from (f"{path}<name>{form}" for form in forms(schema["additionalProperties"]))
        yield from keys(schema["additionalProperties"], f"{path}<name>.")
    if isinstance(schema.get("items"), Mapping):
        yield from keys(schema["items"], path)


def every_key() -> set[str]:
    """The keys of the whole, and of each table of the schema by the name of the table."""
    schema = profile_schema()
    found = set(keys(schema))
    for table, definition in schema["$defs"].items():
        found.update(keys(definition, f"{table}."))
        found.update([table] if table in BASIS else [])
    return found


def overlaid(base: Any, over: Any) -> Any:
    """As overrides are merged, with the nulls that still have to take something away."""
    if not (isinstance(base, Mapping) and isinstance(over, Mapping)):
        return over
    return {**base, **{name: overlaid(base.get(name), value) for name, value in over.items()}}


HELD = {**KEY, **SERVER}
REFERS = (present(refs={"applicationId": {"type": "application", "key": {"appCode": "1"}}}),)
APPLICATION = {"find application": (says(200, {"id": 3, "appCode": "1", "appName": "A"}),)}


def session(**changes: Any) -> dict[str, Any]:
    return {"session": changes}


def login(**changes: Any) -> dict[str, Any]:
    return session(steps={"login": changes})


def event(**changes: Any) -> dict[str, Any]:
    return {"types": {"event": changes}}


def of(operation: str, **changes: Any) -> dict[str, Any]:
    return event(**{operation: changes})


def refers(**said: Any) -> dict[str, Any]:
    """What is said of a reference."""
    return event(attributes={"applicationId": {"ref": {"type": "application", **said}}}, create={"texts_at": "by"})


def request_cases(
    table: str, within: Any, word: str, names: Any = None, knows_key: bool = True, **more: Any
) -> Iterator[Case]:
    """A case for each key that a request has in this table. within: puts keys of the request into the profile; word:
    the first word of the purpose; names: what bodies must hold besides; knows_key: its templates may name the key,
    which is a mapping; more: fields of each case."""
    names = names or {}
    more = {"given": within(), **more}
    lines = (
        ("method", {"method": "PUT"}, f"> (safe )?PUT .* {word} "),
        ("path", {"path": "elsewhere"}, f"/elsewhere {word} "),
        ("query as mapping", {"query": {"q": ["1", "2"]}}, rf"\?q=1&q=2 {word} "),
        ("headers", {"headers": {"X-Own": "x"}}, f' {word} .*\n.*"X-Own": "x"'),
        ("busy", {"busy": [{"header": {"content-type": "json"}}]}, "the server is busy"),
        ("json", {"json": {"a": {"b": 1}, **names}}, f'> .* {word} .*{{"a": {{"b": 1}}'),
        ("form as mapping", {"json": None, "form": {"f": "1", **names}}, rf'> .* {word} .*{{"f": \["1"\]'),
    )
    by_name = (
        ("query as text", {"query": "{key}"}, rf"\?eventName=F {word} "),
        ("form as text", {"json": None, "form": "{key}"}, rf'> .* {word} .*{{"eventName": \["F"\]'),
    )
    every = (*lines, *(by_name if knows_key else ()))
    yield from (Case(f"{table}.{key}", within(**said), pattern, **more) for key, said, pattern in every)
