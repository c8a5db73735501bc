# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints under /_simulator: for tests, and for people who play with the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from simulator.faults import parse
from simulator.microsoft_errors import OAuthError, error_answer

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

    from simulator.simulator import Simulator
    from simulator.store import Record

SEEDER = "simulator"


class Control:
    """What can be asked of, and done to, a running server."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator

    def application(self) -> Starlette:
        """The endpoints as an application."""
        routes = [Route(f"/_simulator/{path}", handler, methods=[method]) for method, path, handler in self.table()]
        return Starlette(routes=routes, exception_handlers={ValueError: _bad, HTTPException: _refused})

    def common(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """The endpoints of every running system."""
        return [
            ("GET", "counters", self.counters),
            ("POST", "reset-counters", self.reset_counters),
            ("POST", "reset", self.reset),
            ("GET", "switches", self.switches),
            ("POST", "switches", self.set_switches),
            ("GET", "faults", self.faults),
            ("POST", "faults", self.add_faults),
            ("DELETE", "faults", self.clear_faults),
            ("GET", "requests", self.requests),
            ("POST", "expire", self.expire),
        ]

    def table(self) -> list[tuple[str, str, Callable[..., Any]]]:
        """The endpoints: method, path, what answers."""
        return [
            *self.common(),
            ("GET", "credentials", self.credentials),
            ("POST", "credentials", self.set_credentials),
            ("POST", "authorize", self.authorize),
            ("POST", "approve-device", self.approve_device),
            ("POST", "types/{path:path}", self.add_type),
            ("GET", "entities/{path:path}", self.entities),
            ("POST", "entities/{path:path}", self.seed),
            ("PATCH", "entities/{path:path}", self.tamper),
            ("DELETE", "entities/{path:path}", self.delete),
            ("DELETE", "entities", self.clear_entities),
        ]

    async def counters(self, _request: Request) -> Response:
        return JSONResponse(self._simulator.counters.all())

    async def reset_counters(self, _request: Request) -> Response:
        self._simulator.counters.reset()
        return JSONResponse(self._simulator.counters.all())

    async def reset(self, _request: Request) -> Response:
        self._simulator.reset()
        return JSONResponse({})

    async def switches(self, _request: Request) -> Response:
        return JSONResponse(self._simulator.switches.all())

    async def set_switches(self, request: Request) -> Response:
        self._simulator.switches.set(await json_object(request))
        return JSONResponse(self._simulator.switches.all())

    async def faults(self, _request: Request) -> Response:
        return JSONResponse(self._simulator.faults.all())

    async def add_faults(self, request: Request) -> Response:
        given = await _json(request)
        self._simulator.faults.add([parse(one) for one in (given if isinstance(given, list) else [given])])
        return JSONResponse(self._simulator.faults.all())

    async def clear_faults(self, _request: Request) -> Response:
        self._simulator.faults.clear()
        return JSONResponse([])

    async def credentials(self, _request: Request) -> Response:
        return JSONResponse(self._simulator.credentials.all())

    async def set_credentials(self, request: Request) -> Response:
        self._simulator.credentials.set(await json_object(request))
        return JSONResponse(self._simulator.credentials.all())

    async def requests(self, request: Request) -> Response:
        return JSONResponse(self._simulator.last_seen(int(request.query_params.get("last", "100"))))

    async def expire(self, request: Request) -> Response:
        self._simulator.expire(str((await json_object(request)).get("what")))
        return JSONResponse({})

    async def authorize(self, request: Request) -> Response:
        asked = await json_object(request)
        try:
            url = self._simulator.people.authorize(str(asked.get("authorize_url", "")), asked)
        except OAuthError as problem:
            return _oauth_error(problem)
        return JSONResponse({"redirect_url": url})

    async def approve_device(self, request: Request) -> Response:
        try:
            self._simulator.people.approve_device(await json_object(request))
        except OAuthError as problem:
            return _oauth_error(problem)
        return JSONResponse({})

    async def add_type(self, request: Request) -> Response:
        rules = await json_object(request)
        self._simulator.dialect.add_type(request.path_params["path"], rules)
        return JSONResponse(rules)

    async def entities(self, request: Request) -> Response:
        type_, record = self._named(request)
        if record:
            return JSONResponse(self._shown(record))
        return JSONResponse([self._shown(one) for one in self._simulator.store.all(type_)])

    async def seed(self, request: Request) -> Response:
        type_, record = self._named(request)
        if record:
            raise HTTPException(405, "An entity is changed with PATCH.")
        return JSONResponse(self._shown(self._simulator.store.create(type_, await json_object(request), SEEDER)), 201)

    async def tamper(self, request: Request) -> Response:
        _type, record = self._named(request)
        if record is None:
            raise HTTPException(405, "Which entity? The path ends with an id.")
        self._simulator.store.change(record, record.attributes | await json_object(request), SEEDER)
        return JSONResponse(self._shown(record))

    async def delete(self, request: Request) -> Response:
        type_, record = self._named(request)
        for one in [record] if record else self._simulator.store.all(type_):
            self._simulator.store.delete(one)
        return JSONResponse({})

    async def clear_entities(self, _request: Request) -> Response:
        self._simulator.store.clear()
        return JSONResponse({})

    def _shown(self, record: Record) -> dict[str, Any]:
        return self._simulator.entities.show(record)

    def _named(self, request: Request) -> tuple[str, Record | None]:
        """The type, and the entity if the path names one."""
        path = request.path_params["path"]
        types = self._simulator.dialect.types
        if path in types:
            return path, None
        type_, _slash, id_ = path.rpartition("/")
        if type_ not in types:
            raise HTTPException(404, f"There is no type {path}; there are: {', '.join(types)}.")
        record = self._simulator.store.by_id(type_, id_) or self._simulator.store.by_uuid(type_, id_)
        if record is None:
            raise HTTPException(404, f"There is no {type_} {id_}.")
        return type_, record


async def _json(request: Request) -> Any:
    return json.loads(await request.body() or b"{}")


async def json_object(request: Request) -> dict[str, Any]:
    content = await _json(request)
    if not isinstance(content, dict):
        raise ValueError("the body is not a JSON object")
    return content


def _bad(_request: Request, problem: Exception) -> Response:
    return JSONResponse({"message": str(problem)}, 400)


def _refused(_request: Request, problem: Exception) -> Response:
    status, detail = (problem.status_code, problem.detail) if isinstance(problem, HTTPException) else (500, "")
    return JSONResponse({"message": detail}, status)


def _oauth_error(problem: OAuthError) -> Response:
    answer = error_answer(problem)
    return Response(answer.body, answer.status, media_type="application/json")
