# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Two small systems with logins of their own, for docs/write_a_profile.md: a staff directory that issues tokens and
refresh tokens of its own, and a help desk with a session cookie and a CSRF token."""

from __future__ import annotations

import itertools
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

USER, PASSWORD = "ann", 'ann "password&+/=é canary'
WRONG = "wrong user or password"
ALL = ["GET", "POST", "PUT", "PATCH", "DELETE"]
Handler = Callable[[Request], Awaitable[Response]]


def message(status: int, text: str, **more: str) -> Response:
    """An answer that is an error."""
    return JSONResponse({"message": text, **more}, status)


class Staff:
    """Teams and people. Login by JSON, a Bearer token, a refresh that revokes all tokens before it; lists go on with a
    cursor, there is no search, and an update merges. counted: requests by kind; fruitless: a refresh gives a token that
    is not let in."""

    PAGE = 2

    def __init__(self) -> None:
        self.tokens: set[str] = set()
        self.refresh: set[str] = set()
        self.fruitless = False
        self.counted: Counter[str] = Counter()
        self.entities: dict[str, dict[str, dict[str, Any]]] = {"teams": {}, "people": {}}
        self._ids = map("s{}".format, itertools.count(1))
        self.routes = [
            Route("/staff/login", self._login, methods=["POST"]),
            Route("/staff/refresh", self._refresh, methods=["POST"]),
            Route("/staff/{type}", self._guarded(self._several), methods=ALL),
            Route("/staff/{type}/{id}", self._guarded(self._one), methods=ALL),
        ]

    @property
    def writes(self) -> int:
        """How often something was, or was to be, changed."""
        return sum(self.counted[method] for method in ALL[1:])

    def _issue(self) -> Response:
        token, refresh = secrets.token_urlsafe(), secrets.token_urlsafe()
        self.tokens, self.refresh = {token}, {refresh}
        return JSONResponse({"token": token, "refresh": refresh, "seconds": 900})

    async def _login(self, request: Request) -> Response:
        self.counted["logins"] += 1
        given = await request.json()
        return self._issue() if given == {"user": USER, "password": PASSWORD} else message(401, WRONG)

    async def _refresh(self, request: Request) -> Response:
        self.counted["refreshes"] += 1
        known = (await request.json()).get("refresh") in self.refresh
        answer = self._issue() if known else message(401, "unknown refresh token")
        if self.fruitless:
            self.tokens.clear()
        return answer

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
                return message(401, "no token, or an old one")
            self.counted[request.method] += 1
            return await handler(request)

        return guarded

    async def _several(self, request: Request) -> Response:
        held = self.entities[request.path_params["type"]]
        if request.method == "POST":
            return self._put(request.path_params["type"], None, await request.json())
        first = int(request.query_params.get("cursor", "0"))
        page = [self._shown(one) for one in held.values()][first : first + self.PAGE]
        more = first + self.PAGE < len(held)
        return JSONResponse({"items": page, "next": str(first + self.PAGE) if more else None})

    async def _one(self, request: Request) -> Response:
        name, entity_id = request.path_params["type"], request.path_params["id"]
        if entity_id not in self.entities[name]:
            return message(404, "there is none")
        if request.method == "DELETE":
            del self.entities[name][entity_id]
            return Response(status_code=204)
        if request.method == "PATCH":
            return self._put(name, entity_id, {**self.entities[name][entity_id], **await request.json()})
        return JSONResponse(self._shown(self.entities[name][entity_id]))

    def _put(self, name: str, entity_id: str | None, attributes: dict[str, Any]) -> Response:
        """Take these attributes for all that the entity, or without an id a new one, holds."""
        key = "name" if name == "teams" else "email"
        others = (one for one in self.entities[name].values() if one["id"] != entity_id)
        if any(one[key] == attributes[key] for one in others):
            return message(422, f"this {key} is taken", code="taken")
        known = entity_id or next(self._ids)
        self.entities[name][known] = {**attributes, "id": known}
        return JSONResponse(self._shown(self.entities[name][known]), 200 if entity_id else 201)

    def _shown(self, entity: dict[str, Any]) -> dict[str, Any]:
        """An entity as answers show it: its team as an object."""
        team = self.entities["teams"].get(entity.get("team", ""))
        return {**entity, "team": {"id": team["id"], "name": team["name"]}} if team else entity


class Desk:
    """Queues, which are opened and closed by verbs and have watchers. A session cookie, and a CSRF token that the login
    changes; a session that is over leads to a login page. counted: requests by kind; csrf_cookie: the token is shown in
    the cookie of this name instead of the body."""

    def __init__(self) -> None:
        self.csrf_cookie = ""
        self.sessions: dict[str, str] = {}
        self.open: set[str] = set()
        self.counted: Counter[str] = Counter()
        self.queues: dict[str, dict[str, Any]] = {}
        self.watchers: dict[str, list[str]] = {}
        self.routes = [
            Route("/desk/session", self._session),
            Route("/desk/login", self._login, methods=["POST"]),
            Route("/desk/logout", self._logout, methods=["POST"]),
            Route("/desk/queues", self._guarded(self._list)),
            Route("/desk/queues/{name}", self._guarded(self._queue), methods=ALL),
            Route("/desk/queues/{name}/watchers", self._guarded(self._watchers), methods=["GET", "PUT"]),
            Route("/desk/queues/{name}/{verb}", self._guarded(self._verb), methods=["POST"]),
        ]

    @property
    def writes(self) -> int:
        """How often something was, or was to be, changed."""
        return sum(self.counted[method] for method in ALL[1:])

    def _begin(self) -> tuple[str, Response]:
        session, token = secrets.token_urlsafe(), secrets.token_urlsafe()
        self.sessions[session] = token
        answer = self._showing(token)
        answer.set_cookie("DESK", session, secure=True, httponly=True)
        return session, answer

    def _showing(self, token: str) -> Response:
        """An answer that shows a CSRF token."""
        answer = JSONResponse({} if self.csrf_cookie else {"csrf": token})
        if self.csrf_cookie:
            answer.set_cookie(self.csrf_cookie, token, secure=True)
        return answer

    async def _session(self, request: Request) -> Response:
        known = self.sessions.get(request.cookies.get("DESK", ""))
        return self._showing(known) if known else self._begin()[1]

    def _refusal(self, request: Request) -> Response | None:
        """The answer to a request that changes something, without the CSRF token of its session."""
        token = self.sessions.get(request.cookies.get("DESK", ""))
        given = request.headers.get("x-csrf")
        return message(403, "wrong CSRF token") if request.method != "GET" and given != token else None

    async def _login(self, request: Request) -> Response:
        self.counted["logins"] += 1
        if refused := self._refusal(request):
            return refused
        form = dict(parse_qsl((await request.body()).decode()))
        if form != {"user": USER, "pass": PASSWORD}:
            return message(403, WRONG)
        session, answer = self._begin()
        self.open.add(session)
        return answer

    async def _logout(self, request: Request) -> Response:
        if refused := self._refusal(request):
            return refused
        self.open.discard(request.cookies.get("DESK", ""))
        return Response(status_code=204)

    def _guarded(self, handler: Handler) -> Handler:
        async def guarded(request: Request) -> Response:
            if request.cookies.get("DESK") not in self.open:
                return RedirectResponse("/desk/login-page", 302)
            if refused := self._refusal(request):
                return refused
            self.counted[request.method] += 1
            name = request.path_params.get("name")
            creates = request.method == "PUT" and handler == self._queue
            if name is not None and name not in self.queues and not creates:
                return message(404, "there is none")
            return await handler(request)

        return guarded

    async def _list(self, _request: Request) -> Response:
        return JSONResponse({"queues": list(self.queues.values())})

    async def _queue(self, request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "DELETE":
            del self.queues[name]
            del self.watchers[name]
            return Response(status_code=204)
        if request.method == "PUT":
            if name in self.queues and request.headers.get("if-none-match") == "*":
                return message(412, "there is one already")
            is_open = self.queues.get(name, {}).get("open", False)
            self.queues[name] = {**await request.json(), "name": name, "open": is_open}
            self.watchers.setdefault(name, [])
        return JSONResponse(self.queues[name])

    async def _watchers(self, request: Request) -> Response:
        name = request.path_params["name"]
        if request.method == "PUT":
            self.watchers[name] = await request.json()
        return JSONResponse(self.watchers[name])

    async def _verb(self, request: Request) -> Response:
        self.queues[request.path_params["name"]]["open"] = request.path_params["verb"] == "open"
        return Response(status_code=204)
