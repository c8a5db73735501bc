# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small system that is no InSight: sites and their scales. GET, POST, PUT and DELETE, a Bearer token from an endpoint
of its own, lists in pages. docs/write_a_profile.md shows how a profile for it comes to be. Beside it others
(small_logins.py, small_forms.py, small_links.py, small_nests.py, small_issuer.py).

``python small_system.py`` serves it until it is interrupted, for trying the guide's commands by hand.
"""

from __future__ import annotations

import itertools
import secrets
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from over_tls import OverTls
from small_forms import Forms
from small_issuer import Issuer
from small_links import Links
from small_logins import PASSWORD, USER, Desk, Staff
from small_nests import Nests
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import Receive, Scope, Send

CLIENT, SECRET = "scales-client", 'scales "secret&+/=é canary'
UNIQUE = {"sites": ("code",), "scales": ("siteId", "serial")}
LONGEST_PAGE = 2


def refusal(status: int, message: str) -> Response:
    """An answer that is an error."""
    return JSONResponse({"message": message}, status)


class SmallSystem(OverTls):
    """The system, in a thread of this process. counted: requests by kind (tokens, finds, lists, reads, creates,
    updates, deletes); url, ca_path: where it is and whom to trust; inner: where it believes to be, behind a proxy;
    left_out: attributes that a search does not show; ignored: parameters that it does not look at; restless: a list
    without sort has another order each time; guests: whoever has no token is a guest, to whom nothing is there and who
    may write nothing; lasts: requests after which its tokens end, once; staff, desk, forms, links, nests: the systems
    beside it; issuer: a platform whose tokens it takes, too."""

    def __init__(self, folder: Path) -> None:
        routes = [
            Route("/oauth/token", self._token, methods=["POST"]),
            Route("/api/v1/{type}", self._several, methods=["GET", "POST"]),
            Route("/api/v1/{type}/{id}", self._one, methods=["GET", "PUT", "DELETE"]),
            Mount("/", app=self._beside),
        ]
        super().__init__(folder, Starlette(routes=routes))
        self.reset()

    def reset(self) -> None:
        """As new: no entity, no count, no token."""
        self.tokens: set[str] = set()
        self.counted: Counter[str] = Counter()
        self.inner: str | None = None
        self.left_out: set[str] = set()
        self.ignored: set[str] = set()
        self.restless, self.guests, self.lasts = False, False, 0
        self.staff, self.desk, self.forms, self.links = Staff(), Desk(), Forms(), Links()
        self.nests = Nests()
        self.issuer = Issuer(self.url, self.tokens)
        self.entities: dict[str, dict[str, dict[str, Any]]] = {"sites": {}, "scales": {}}
        self._ids = map("e{}".format, itertools.count(1))

    @property
    def writes(self) -> int:
        """How often something was, or was to be, changed."""
        return sum(self.counted[kind] for kind in ("creates", "updates", "deletes"))

    async def _beside(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The other systems, as new since the last reset."""
        beside = (self.staff, self.desk, self.forms, self.links, self.nests, self.issuer)
        await Router([route for one in beside for route in one.routes])(scope, receive, send)

    async def _token(self, request: Request) -> Response:
        self.counted["tokens"] += 1
        form = dict(parse_qsl((await request.body()).decode()))
        asked = form.get("grant_type"), form.get("client_id"), form.get("client_secret")
        if asked != ("client_credentials", CLIENT, SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        token = secrets.token_urlsafe()
        self.tokens.add(token)
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 3600})

    def _refusal(self, request: Request) -> Response | None:
        self.lasts -= 1
        if self.lasts == 0:
            self.tokens.clear()
        known = request.path_params["type"] in self.entities
        if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
            return self._as_guest(request) if known and self.guests else refusal(401, "Who are you?")
        return None if known else refusal(404, "No such collection.")

    def _as_guest(self, request: Request) -> Response:
        if request.method != "GET":
            return refusal(400, "Failed to write the record.")
        one = "id" in request.path_params
        return refusal(404, "There is none.") if one else JSONResponse({"data": [], "meta": {"total": 0}})

    async def _several(self, request: Request) -> Response:
        if refused := self._refusal(request):
            return refused
        name = request.path_params["type"]
        if request.method == "POST":
            self.counted["creates"] += 1
            return self._put(name, None, await request.json())
        asked = dict(request.query_params)
        first, size = int(asked.pop("offset", 0)), min(int(asked.pop("limit", LONGEST_PAGE)), LONGEST_PAGE)
        sort = asked.pop("sort", None)
        asked = {name: value for name, value in asked.items() if name not in self.ignored}
        self.counted["finds" if asked else "lists"] += 1
        every = list(self.entities[name].values())
        if self.restless and every:
            turned = self.counted["lists"] % len(every)
            every = sorted(every, key=lambda one: str(one[sort])) if sort else every[turned:] + every[:turned]
        found = [one for one in every if all(str(one.get(key)) == value for key, value in asked.items())]
        page = [
            {name: value for name, value in one.items() if name not in self.left_out}
            for one in found[first : first + size]
        ]
        return JSONResponse({"data": page, "meta": {"total": len(found)}})

    async def _one(self, request: Request) -> Response:
        if refused := self._refusal(request):
            return refused
        name, entity_id = request.path_params["type"], request.path_params["id"]
        self.counted[{"GET": "reads", "PUT": "updates", "DELETE": "deletes"}[request.method]] += 1
        if entity_id not in self.entities[name]:
            return refusal(404, "There is none.")
        if request.method == "PUT":
            return self._put(name, entity_id, await request.json())
        if request.method == "DELETE":
            del self.entities[name][entity_id]
            return Response(status_code=204)
        return JSONResponse({"data": self.entities[name][entity_id]})

    def _put(self, name: str, entity_id: str | None, attributes: dict[str, Any]) -> Response:
        """Take these attributes for all that the entity, or without an id a new one, holds."""
        others = [one for one in self.entities[name].values() if one["id"] != entity_id]
        if any(all(one.get(key) == attributes.get(key) for key in UNIQUE[name]) for one in others):
            return refusal(409, "There is one already.")
        known = entity_id or next(self._ids)
        self.entities[name][known] = {**attributes, "id": known, "modified": time.time_ns()}
        if entity_id is None:
            return Response(status_code=201, headers={"Location": f"{self.inner or self.url}/api/v1/{name}/{known}"})
        return JSONResponse({"data": self.entities[name][known]})


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place, suppress(KeyboardInterrupt):
        system = SmallSystem(Path(place))
        print(f"{system.url}, --cacert {system.ca_path}, client {CLIENT}, secret {SECRET}", flush=True)
        print(f"user {USER}, password {PASSWORD}", flush=True)
        threading.Event().wait()
