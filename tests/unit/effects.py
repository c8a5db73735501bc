# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is seen of a few tasks on the wire and in their results, with a profile and a server that answers by purpose."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.rimops.insight.plugins.module_utils._auth.store import clear_memory
from ansible_collections.rimops.insight.plugins.module_utils._commands import connection
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity_info import ENTITY_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import PROBE
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_token import TOKEN
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.module_utils._probe import logins
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import BUSY, Predicate
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import with_busy
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_drift import CHECK_DRIFT
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import URL, find_nothing

KEY = {"eventName": "F"}
EVENT = {"type": "event", "key": KEY}


def present(description: Any = "a", **more: Any) -> tuple[Any, dict[str, Any]]:
    """A task that declares the event."""
    return ENTITY, {**EVENT, "attributes": {"description": description}, **more}


ABSENT = (ENTITY, {**EVENT, "state": "absent"})
WRITE = (present("a"), present("b"), ABSENT)
DRIFTED = (present("a"), (CHECK_DRIFT, {"entities": [{**EVENT, "attributes": {"description": "b"}}]}))
LIST = ((ENTITY_INFO, {"type": "event"}),)
LOGIN = ((TOKEN, {}), (TOKEN, {"state": "absent"}))
LOOK_AROUND = ((PROBE, {"entities": []}),)


def token(**options: Any) -> tuple[tuple[Any, dict[str, Any]], ...]:
    """A task that logs in with these options."""
    without = dict.fromkeys(("username", "password", "grant_type"))
    return ((TOKEN, {**without, **options}),)


@dataclass(frozen=True)
class Case:
    """A key of the profile. override: lays it on; given: overrides that are there with and without it; seen: what is
    seen with it and not without, as a regular expression over the lines; gone: the other way round. answers: what the
    server says, by the first word or the first two of the purpose, instead of what it would: in order, the
    last one for good. stores:
    what it makes of what it is told."""

    key: str
    override: Mapping[str, Any]
    seen: str = ""
    gone: str = ""
    given: Mapping[str, Any] = field(default_factory=dict)
    tasks: tuple[Any, ...] = WRITE
    answers: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    stores: Callable[[dict[str, Any]], dict[str, Any]] = dict


def says(status: int = 200, content: Any = None, cookies: Mapping[str, str] | None = None, **headers: str) -> Any:
    """An answer; with text instead of JSON where the content is bytes."""

    def answer(purpose: str) -> Response:
        body = content if isinstance(content, bytes) else json.dumps({} if content is None else content).encode()
        kind = "text/html" if body.startswith(b"<") else "application/json"
        return Response(purpose, status, {"content-type": kind, **headers}, cookies or {}, body)

    return answer


SESSION = says(content={"xAuthToken": "session-of-the-body", "sid": "session-of-another"})
TOKENS = {"access_token": "a-token-of-oauth", "refresh_token": "its-successor", "expires_in": 3600}
SERVER = {"id": 7, "uuid": "u-7", "entityId": 70, "other": "other-7"}


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


class World:
    """An identity platform, and a system with one event and a login of its own. The event has members, which have
    requests of their own."""

    def __init__(self, case: Case) -> None:
        self.case, self.lines = case, [""]
        self.counted: Counter[str] = Counter()
        self.busy = BUSY
        self.event: dict[str, Any] | None = None
        self.members: list[Any] = []

    def send(self, request: Request) -> Response:
        word = request.purpose.split()[0]
        self.counted[word] += 1
        body = json.dumps(request.json_body if request.form is None else dict(request.form), sort_keys=True)
        headers = json.dumps(dict(request.headers), sort_keys=True)
        safe = "safe " if request.safe else ""
        self.lines.append(f"> {safe}{request.method} {request.url} {request.purpose} #{self.counted[word]} {body}")
        self.lines.append(f"  {headers}")
        about = " ".join(request.purpose.split()[:2])
        which = about if about in self.case.answers else word
        self.counted[about] += 1
        scripted = self.case.answers.get(which, ())
        said = scripted[min(self.counted[which], len(scripted)) - 1] if scripted else None
        if isinstance(said, Exception):
            raise said
        usual = self._usual(word, request)
        return with_busy(request, said(request.purpose) if said else usual, self.busy)

    def _usual(self, word: str, request: Request) -> Response:
        if not request.url.startswith(URL):
            return says(content=TOKENS)(request.purpose)
        if request.purpose in ("open a session", "log in", "look at the session", "log out"):
            return SESSION(request.purpose)
        if "members" in request.purpose:
            return says(content={"members": self._changed_members(word, request)})(request.purpose)
        if word == "find" and not self.event:
            return says(content=[])(request.purpose)
        told = dict(request.json_body or request.form or {})
        if word in ("create", "update"):
            self.event = {**(self.event or {}), **self.case.stores(told), **SERVER}
        found, self.event = self.event, None if word == "delete" else self.event
        if word == "list":
            return says(content={"items": [found or {**KEY, **SERVER}], "total": 1})(request.purpose)
        return says(200 if found else 404, found)(request.purpose)

    def _changed_members(self, word: str, request: Request) -> list[Any]:
        told, name = request.json_body, request.url.rpartition("/")[2]
        if word == "write":
            self.members = list(told)
        elif word in ("add", "change"):
            self.members = [one for one in self.members if one["name"] != told["name"]] + [told]
        elif word in ("remove", "replace") and request.method == "DELETE":
            self.members = [one for one in self.members if one["name"] != name]
        return self.members


def seen(case: Case, overrides: Mapping[str, Any], monkeypatch: Any) -> str:
    """All lines of the requests and the results of the case's tasks."""
    world = World(case)

    def http(*_given: Any, busy: Predicate, **_options: Any) -> World:
        world.busy = busy
        return world

    for user in (connection, logins):
        monkeypatch.setattr(user, "Http", http)
    connection.forget_connections()
    clear_memory()
    data = profile_data(PROFILE, overrides, find_nothing)
    shared = {"url": URL, "profile": data, "token_store": "none", "wait": False, "initiator": "I1", "reason": "R1"}
    person = {"username": "jdoe", "password": "not told either", "change_reference": "C1"}
    for command, options in case.tasks:
        spec = {name: option.get("default") for name, option in command.spec.items()}
        values = {
            **spec,
            **{name: one for name, one in {**shared, "grant_type": "login", **person}.items() if name in spec},
            **options,
        }
        told: list[str] = []
        try:
            result = command.run(values, Context(False, False, told.append, told.append))
        except InsightError as error:
            result = {"failed": True, **error.as_result()}
        world.lines += [f"= {json.dumps(result, sort_keys=True, default=str)}", *(f"! {one}" for one in told)]
    connection.forget_connections()
    return "\n".join(world.lines)
