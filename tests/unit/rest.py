# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A REST API in memory, and what is declared to reach it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import desired_state
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Evidence
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import Profile
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response


def declared(profile: Profile, **values: Any) -> DesiredState:
    """What these options of insight_entity declare."""
    settings = SimpleNamespace(profile=profile, evidence=Evidence(), session=None, token_store="none")
    defaults = {
        "attributes": {},
        "secret_attributes": {},
        "state": "present",
        "was": None,
        "update_secrets": "on_create",
        "collateral": "report",
        "on_immutable": "refuse",
        "purge": False,
        "wait": False,
        "wait_timeout": None,
        "wait_interval": 1.0,
    }
    return desired_state(SimpleNamespace(settings=settings), {**defaults, **values})


class Rest:
    """Entities in memory, by path, each with its id; those of a name are found where the query names one."""

    def __init__(self, **held: Any) -> None:
        self.held = {path: {one["id"]: one for one in entities} for path, entities in held.items()}
        self.sent: list[tuple[str, str, Any]] = []

    def send(self, request: Request) -> Response:
        """Carry out a request."""
        path = request.url.partition("example.com/")[2]
        self.sent.append((request.method, path, request.json_body))
        status, content = self.answer(request, *path.partition("?")[::2])
        body = json.dumps(content).encode()
        return Response(request.purpose, status, {"content-type": "application/json"}, {}, body)

    def answer(self, request: Request, path: str, query: str) -> tuple[int, Any]:
        """Status and content of the answer to a request."""
        collection, _slash, number = path.partition("/")
        entities = self.held.setdefault(collection, {})
        if not number and request.method == "GET":
            name = parse_qs(query).get("name")
            return 200, [one for one in entities.values() if name is None or [one.get("name")] == name]
        own = int(number) if number else len(entities) + 1
        if number and own not in entities:
            return 404, {}
        if request.method == "DELETE":
            del entities[own]
            return 204, None
        if request.method in ("POST", "PUT"):
            entities[own] = {"id": own, **request.json_body}
        return (200 if number else 201), entities[own]

    @property
    def writes(self) -> list[tuple[str, str, Any]]:
        """The requests that write: method, path and body."""
        return [one for one in self.sent if one[0] != "GET"]

    @property
    def asked(self) -> list[str]:
        """The addresses of the searches and lists, without the url."""
        return [path for method, path, _body in self.sent if method == "GET" and "/" not in path]
