# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small system of links: a shelf is known by its address, and a write is carried out in a job, whose address the
answer gives."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any

from small_forms import BASIC
from small_logins import message
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Links:
    """The system. counted: requests by method; origin: put before the address of a job, as a server behind a proxy may
    name another one."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.origin = ""
        self.shelves: dict[str, dict[str, Any]] = {}
        self.jobs: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self.routes = [
            Route("/links/shelves/", self._several, methods=["GET", "POST"]),
            Route("/links/shelves/{number}/", self._one, methods=["GET", "PUT", "DELETE"]),
            Route("/tasks/{number}/", self._job, methods=["GET"]),
        ]

    @property
    def writes(self) -> int:
        """How often something was, or was to be, changed."""
        return sum(self.counted[method] for method in ("POST", "PUT", "DELETE"))

    def _accepted(self, href: str) -> Response:
        job = f"/tasks/{next(self._numbers)}/"
        self.jobs[job] = href
        return JSONResponse({}, 202, headers={"Location": f"{self.origin}{job}?version=2"})

    async def _several(self, request: Request) -> Response:
        self.counted[request.method] += 1
        if request.headers.get("authorization") != BASIC:
            return message(401, "who are you?")
        if request.method == "GET":
            wanted = request.query_params.get("name")
            return JSONResponse({"results": [one for one in self.shelves.values() if one["name"] == wanted]})
        href = f"/links/shelves/{next(self._numbers)}/"
        self.shelves[href] = {**await request.json(), "href": href}
        return self._accepted(href)

    async def _one(self, request: Request) -> Response:
        self.counted[request.method] += 1
        href = request.url.path
        if href not in self.shelves:
            return message(404, "there is none")
        if request.method == "GET":
            return JSONResponse(self.shelves[href])
        if request.method == "PUT":
            self.shelves[href] = {**await request.json(), "href": href}
        else:
            del self.shelves[href]
        return self._accepted(href)

    async def _job(self, request: Request) -> Response:
        self.counted["jobs"] += 1
        known = request.url.path in self.jobs and request.query_params.get("version") == "2"
        return JSONResponse({"state": "completed"}) if known else message(404, "there is no such job")
