# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of format 2, the system with which their effects are tried, and the overrides that name one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_schema
from ansible_collections.rimops.insight.tests.unit.effects import KEY, SERVER, Case, World, present, says

BASIS = ("source", "assumed", "verified", "note")
"""The keys that say how a part is known. They stand in many places and are walked once."""


def keys(schema: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Every key below a schema with its path. What a reference leads to is not walked: that is a table of its own."""
    for name, inner in schema.get("properties", {}).items():
        if name not in BASIS:
            below = list(keys(inner, f"{path}{name}."))
            yield from [] if below and inner.get("type") == "object" else [f"{path}{name}"]
            yield from below
    for more in schema.get("anyOf", ()):
        yield from keys(more, path)
    for more, names in (("additionalProperties", "<name>."), ("items", "")):
        if isinstance(schema.get(more), Mapping):
            yield from keys(schema[more], f"{path}{names}")


def every_key() -> set[str]:
    """The keys of the whole, and of each table of the schema by the name of the table."""
    schema = profile_schema(2)
    found = set(keys(schema))
    for table, definition in schema["$defs"].items():
        found.update(keys(definition, f"{table}."))
        found.update([table] if table in BASIS else [])
    return found


PROFILE = {
    "format": 2,
    "name": "ours",
    "extends": "rest",
    "base_path": "/api",
    "oauth": {
        "authority": "https://login.example.com",
        "token_path": "/{tenant_id}/oauth2/token",
        "authorize_path": "/{tenant_id}/oauth2/authorize",
        "device_path": "/{tenant_id}/oauth2/devicecode",
        "after_use": "keeps",
        "grants": {
            one: {"scope": "theirs"}
            for one in ("password", "client_credentials", "authorization_code", "device_code", "refresh_token")
        },
    },
    "session": {
        "steps": {
            "login": {
                "method": "POST",
                "path": "login",
                "json": {"user": "{username}", "password": "{password}"},
                "take": {"token": "body.xAuthToken"},
            }
        },
        "carry": {"headers": {"X-Token": "{token}"}},
    },
    "types": {
        "event": {
            "path": "events",
            "key": {"attributes": ["eventName"]},
            "list": {"method": "GET", "path": "{type.path}/all", "entity": "body.items"},
        },
        "application": {"path": "applications", "key": {"attributes": ["appCode"]}},
    },
}


class System(World):
    """A system with one event and a login of its own, as format 2 describes it. The event has members, which have
    requests of their own."""

    profile = PROFILE
    login: Mapping[str, Any] = {"grant_type": "login"}

    def __init__(self, case: Case) -> None:
        super().__init__(case)
        self.members: list[Any] = []

    def _usual(self, word: str, request: Request) -> Response:
        if "members" in request.purpose:
            return says(200, {"members": self._changed_members(word, request)})(request.purpose)
        if word == "find" and not self.event:
            return says(200, [])(request.purpose)
        return super()._usual(word, request)

    def _changed_members(self, word: str, request: Request) -> list[Any]:
        told, name = request.json_body, request.url.rpartition("/")[2]
        if word == "write":
            self.members = list(told)
        elif word in ("add", "change"):
            self.members = [one for one in self.members if one["name"] != told["name"]] + [told]
        elif word in ("remove", "replace") and request.method == "DELETE":
            self.members = [one for one in self.members if one["name"] != name]
        return self.members


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


def request_cases(table: str, within: Any, word: str, names: Any = None, **more: Any) -> Iterator[Case]:
    """A case for each key that a request has in this table. within: puts keys of the request into the profile; word:
    the first word of the purpose; names: what bodies must hold besides; more: fields of each case."""
    names = names or {}
    more = {"given": within(), **more}
    lines = (
        ("method", {"method": "PUT"}, f"> (safe )?PUT .* {word} "),
        ("path", {"path": "elsewhere"}, f"/elsewhere {word} "),
        ("query", {"query": {"q": ["1", "2"]}}, rf"\?q=1&q=2 {word} "),
        ("headers", {"headers": {"X-Own": "x"}}, f' {word} .*\n.*"X-Own": "x"'),
        ("json", {"json": {"a": {"b": 1}, **names}}, f'> .* {word} .*{{"a": {{"b": 1}}'),
        ("form", {"json": None, "form": {"f": "1", **names}}, f'> .* {word} .*{{"f": "1"'),
    )
    yield from (Case(f"{table}.{key}", within(**said), pattern, **more) for key, said, pattern in lines)
