# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands in for the world in unit tests: a clock, scripted answers, and an InSight in memory."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any, Optional
from urllib.parse import unquote, urlsplit

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState, Memory, Secrets
from ansible_collections.rimops.insight.plugins.module_utils._entity.plan import Plan, plan
from ansible_collections.rimops.insight.plugins.module_utils._entity.rules import Rules
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import EntityType, Profile, profile_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Clock, with_busy
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import InterruptedRequest
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

URL = "https://insight.example.com"
BASE = "/insight/api/v2/"
SERVER_FIELDS = ("id", "uuid", "lastChangedDate")


class FakeClock:
    """Time that passes only while somebody sleeps."""

    def __init__(self, epoch: float = 1_000_000.0) -> None:
        self.passed = 0.0
        self.sleeps: list[float] = []
        self.clock = Clock(lambda: epoch + self.passed, lambda: self.passed, self.sleep)

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.passed += seconds


def find_nothing(name: str) -> str:
    """Finds no file, as Ansible does."""
    raise FileNotFoundError(name)


def profile(name: str = "insight", **overrides: Any) -> Profile:
    """A built-in profile with overrides."""
    return profile_of(profile_data(name, overrides, find_nothing))


def answer(status: int = 200, content: Any = None, **headers: str) -> Response:
    """An answer as Http gives it; bytes go out as they are, everything else as JSON."""
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    came = Response("do something", status, {"content-type": "application/json", **headers}, body=body)
    return with_busy(Request("do something", "GET", URL), came, ())


HTML = answer(404, b"<!DOCTYPE html><html>Not here</html>", **{"content-type": "text/html"})


def desired_state(
    declared: Mapping[str, Any], given: Rules, policy: str = "on_create", memory: Optional[Memory] = None
) -> DesiredState:
    """An event by the arguments of DesiredState, and key, id and secrets. given: its rules."""
    more = {name: value for name, value in declared.items() if name not in ("key", "id", "refs", "secrets")}
    address = Address(
        EntityType("event", "event", {}, other_ids=("uuid",)), declared.get("id"), declared.get("key", {}), rules=given
    )
    return DesiredState(address, secrets=Secrets(declared.get("secrets", {}), policy, memory), **more)


def planned(
    declared: Mapping[str, Any],
    observed: Any,
    given: Rules,
    policy: str = "on_create",
    known: Optional[Mapping[str, str]] = None,
    fingerprint: Optional[Callable[[str, Any], str]] = None,
) -> Plan:
    """The plan for an event. refs, of what is declared: the ids that it must hold; known, fingerprint: of its secrets,
    where there is a memory of them."""
    memory: Any = SimpleNamespace(known=lambda _id: known or {}, of=fingerprint) if fingerprint else None
    return plan(desired_state(declared, given, policy, memory), declared.get("refs", {}), observed)


class Script:
    """Answers requests one after the other, and keeps them. A request beyond the script is an IndexError."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Request] = []

    def __call__(self, request: Request) -> Response:
        self.requests.append(request)
        said = self.answers.pop(0)
        if isinstance(said, Exception):
            raise said
        return said

    @property
    def paths(self) -> list[str]:
        """What came behind the base path, still encoded."""
        return [request.url[len(URL + BASE) :] for request in self.requests]

    @property
    def bodies(self) -> list[Any]:
        """The bodies in order."""
        return [request.json_body for request in self.requests]


def scripted(*answers: Any, of: Optional[Profile] = None) -> tuple[EntityClient, Script]:
    """A client, and the script that answers it."""
    script = Script(*answers)
    return EntityClient(of or profile(), URL, script), script


Go = Callable[[], Response]
Hook = Callable[[Request, Go], Response]


def dropped_before(request: Request, go: Go) -> Response:
    """The request never arrived, and the client cannot know."""
    raise InterruptedRequest(request.purpose, "the connection was lost")


def dropped_after(request: Request, go: Go) -> Response:
    """It was carried out, and the answer got lost."""
    go()
    raise InterruptedRequest(request.purpose, "the connection was lost")


class Insight:
    """An InSight in memory. writes: the verbs that arrived; hooks: for each verb what happens to its next requests;
    stores: what the server makes of the attributes that it stores."""

    def __init__(self, keys: Optional[Mapping[str, tuple[str, ...]]] = None) -> None:
        self.entities: dict[str, dict[int, dict[str, Any]]] = {}
        self.keys = keys or {}
        self.requests: list[tuple[str, Any]] = []
        self.hooks: dict[str, list[Optional[Hook]]] = {}
        self.stores: Callable[[dict[str, Any]], dict[str, Any]] = lambda entity: entity
        self.ignores_query_for = False
        self.merges = False
        self.last_id = 0
        self.changes = 0

    @property
    def writes(self) -> list[str]:
        return [verb for verb, _body in self.requests if verb not in ("read", "find")]

    def sent(self, verb: str) -> Any:
        """The body of the last request of that verb."""
        return [body for one, body in self.requests if one == verb][-1]

    def client(self, of: Optional[Profile] = None) -> EntityClient:
        return EntityClient(of or profile(), URL, self)

    def add(self, path: str, **attributes: Any) -> dict[str, Any]:
        """An entity that is there already."""
        self.last_id += 1
        number = self.last_id
        server = {"id": number, "uuid": f"uuid-{number}", "lastChangedDate": "2026-01-01T00:00:00.000+00:00"}
        self.entities.setdefault(path, {})[number] = {**attributes, **server}
        return self.entities[path][number]

    def __call__(self, request: Request) -> Response:
        path = urlsplit(request.url).path[len(BASE) :]
        *folder, verb = [unquote(part) for part in path.split("/")]
        number = int(folder.pop()) if folder[-1].isdigit() else None
        name, body = "/".join(folder), dict(request.json_body or {})
        verb = "find" if verb == "read" and number is None else verb
        self.requests.append((verb, body))
        waiting = self.hooks.get(verb, [])
        hook = waiting.pop(0) if waiting else None

        def go() -> Response:
            return getattr(self, "_" + verb.replace("-", "_"))(name, number, dict(body))

        return hook(request, go) if hook else go()

    def _references(self, body: dict[str, Any]) -> Optional[dict[str, Any]]:
        """The body with queryFor resolved; None when it does not resolve."""
        for attribute, text in (body.pop("queryFor", None) or {}).items():
            found = [
                entity["id"]
                for entity in self.entities.get("application", {}).values()
                if f"{entity['appCode']} {entity['appName']}" == text
            ]
            if not found:
                return None
            if not self.ignores_query_for:
                body[attribute] = found[0]
        return body

    def _read(self, name: str, number: Optional[int], body: dict[str, Any]) -> Response:
        entity = self.entities.get(name, {}).get(number or 0)
        return answer(200, entity) if entity else answer(404, {"message": "no such entity"})

    def _find(self, name: str, number: Optional[int], body: dict[str, Any]) -> Response:
        wanted = self._references(body)
        found = [
            entity
            for entity in self.entities.get(name, {}).values()
            if wanted is not None and all(entity.get(key) == value for key, value in wanted.items())
        ]
        return answer(404, {"message": "none"}) if not found else answer(200, found if len(found) > 1 else found[0])

    def _create(self, name: str, number: Optional[int], body: dict[str, Any]) -> Response:
        attributes = self._references(body)
        if attributes is None:
            return answer(422, {"message": "queryFor does not resolve"})
        unique = self.keys.get(name, ())
        for entity in self.entities.get(name, {}).values():
            if unique and all(entity.get(key) == attributes.get(key) for key in unique):
                return answer(409, {"message": "exists already"})
        return answer(201, self.add(name, **self.stores(attributes)))

    def _create_or_update(self, name: str, number: Optional[int], body: dict[str, Any]) -> Response:
        entity = next(one for one in self.entities[name].values() if one["uuid"] == body["uuid"])
        self.changes += 1
        server = {key: entity[key] for key in SERVER_FIELDS}
        server["lastChangedDate"] = f"2026-01-02T00:00:{self.changes:02}.000+00:00"
        kept = entity if self.merges else {}
        self.entities[name][entity["id"]] = {**kept, **self.stores(body), **server}
        return answer(200, self.entities[name][entity["id"]])

    def _delete(self, name: str, number: Optional[int], body: dict[str, Any]) -> Response:
        gone = self.entities.get(name, {}).pop(number or 0, None)
        return answer(200, {}) if gone else answer(404, {"message": "no such entity"})
