# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small system that takes forms: policies, known by their names alone. Its list shows names and nothing else, and is
asked for by SEARCH; Basic authentication; what an update does not name stays as it is."""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any
from urllib.parse import parse_qsl

from small_logins import PASSWORD, USER, message
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

BASIC = f"Basic {base64.b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
SEVERAL = ("rights",)
"""Fields that hold lists: they come once for each element, and once and empty for none."""


class Forms:
    """The system. counted: requests by method; forms: the fields of each write, in the order in which they came."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.forms: list[list[tuple[str, str]]] = []
        self.policies: dict[str, dict[str, Any]] = {}
        self.routes = [
            Route("/forms/policies", self._names, methods=["SEARCH"]),
            Route("/forms/policies/{name}", self._one, methods=["GET", "POST", "PUT", "DELETE"]),
        ]

    @property
    def writes(self) -> int:
        """How often something was, or was to be, changed."""
        return sum(self.counted[method] for method in ("POST", "PUT", "DELETE"))

    def _refusal(self, request: Request) -> Response | None:
        self.counted[request.method] += 1
        return None if request.headers.get("authorization") == BASIC else message(401, "who are you?")

    async def _names(self, request: Request) -> Response:
        return self._refusal(request) or JSONResponse({"data": {"names": sorted(self.policies)}})

    async def _one(self, request: Request) -> Response:
        if refused := self._refusal(request):
            return refused
        name = request.path_params["name"]
        there = name in self.policies
        if there is (request.method == "POST"):
            return message(409, "there is one already") if there else message(404, "there is none")
        if request.method == "DELETE":
            del self.policies[name]
        if request.method in ("POST", "PUT"):
            self.forms.append(parse_qsl((await request.body()).decode(), keep_blank_values=True))
            self.policies[name] = {**self.policies.get(name, {"note": None}), **self._read(self.forms[-1])}
        if request.method != "GET":
            return Response(status_code=204)
        return JSONResponse({"data": self.policies[name]})

    @staticmethod
    def _read(form: list[tuple[str, str]]) -> dict[str, Any]:
        """What the fields of a form say: an empty one clears."""
        fields: dict[str, Any] = {name: value or None for name, value in form}
        lists = {name: [value for one, value in form if one == name and value] for name in SEVERAL if name in fields}
        return {**fields, **lists}
