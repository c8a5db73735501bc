# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A REST API in memory, and what is declared to reach it."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import desired_state
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Evidence
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import Profile
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Response


def declared(profile: Profile, **values: Any) -> DesiredState:
    """What these options of insight_entity declare."""
    settings = SimpleNamespace(profile=profile, evidence=Evidence())
    defaults = {
        "attributes": {},
        "secret_attributes": {},
        "state": "present",
        "was": None,
        "update_secrets": "on_create",
        "collateral": "report",
        "wait": False,
        "wait_timeout": None,
        "wait_interval": 1.0,
    }
    return desired_state(SimpleNamespace(settings=settings), {**defaults, **values})


class Rest:
    """Entities in memory, by path: each with a name and an id, found by name."""

    def __init__(self, **held):
        self.held = {path: {one["id"]: one for one in entities} for path, entities in held.items()}
        self.sent = []

    def send(self, request):
        path, _mark, query = request.url.partition("example.com/")[2].partition("?")
        collection, _slash, number = path.partition("/")
        entities = self.held.setdefault(collection, {})
        self.sent.append((request.method, path, request.json_body))
        if request.method == "GET" and not number:
            found = [one for one in entities.values() if f"name={one['name']}" in query.split("&")]
            return self.answer(request, 200, found)
        if request.method == "POST":
            number = str(len(entities) + 1)
            entities[int(number)] = {"id": int(number), **request.json_body}
        if request.method == "PUT":
            entities[int(number)] = {"id": int(number), **request.json_body}
        if int(number) not in entities:
            return self.answer(request, 404, {})
        return self.answer(request, 201 if request.method == "POST" else 200, entities[int(number)])

    @staticmethod
    def answer(request, status, body):
        return Response(request.purpose, status, {"content-type": "application/json"}, {}, json.dumps(body).encode())

    @property
    def writes(self):
        return [(method, path, body) for method, path, body in self.sent if method != "GET"]
