# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints under /_simulator: those of the simulator that make sense here, and direct access to state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.control import Control as SimulatorControl
from simulator.control import json_object
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.requests import Request

ALL = 1_000_000


class Control(SimulatorControl):
    """What can be asked of, and done to, a running system."""

    def table(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            *self.common(),
            ("POST", "certificate", self.change_certificate),
            ("GET", "entities/{path:path}", self.entities),
            ("PUT", "entities/{path:path}", self.put),
            ("PATCH", "entities/{path:path}", self.tamper),
            ("DELETE", "entities/{path:path}", self.delete),
        ]

    async def requests(self, request: Request) -> Response:
        return JSONResponse(self._simulator.last_seen(int(request.query_params.get("last", ALL))))

    async def change_certificate(self, _request: Request) -> Response:
        return JSONResponse({"ca_path": self._simulator.change_certificate()})

    async def entities(self, request: Request) -> Response:
        type_, id_ = self._named(request)
        shown = self._simulator.state.shown(type_)
        return JSONResponse(self._one(type_, id_) if id_ else shown)

    async def put(self, request: Request) -> Response:
        type_, id_ = self._named(request)
        if not id_:
            raise HTTPException(405, "Which entity? The path ends with an id.")
        return JSONResponse(self._simulator.state.put(type_, id_, await json_object(request)))

    async def tamper(self, request: Request) -> Response:
        type_, id_ = self._named(request)
        entity = self._one(type_, id_)
        entity |= await json_object(request)
        return JSONResponse(entity)

    async def delete(self, request: Request) -> Response:
        type_, id_ = self._named(request)
        for one in [id_] if id_ else list(self._simulator.state.shown(type_)):
            self._simulator.state.delete(type_, one)
        return JSONResponse({})

    def _named(self, request: Request) -> tuple[str, str]:
        """The type, and the id if the path names one."""
        path = request.path_params["path"]
        for type_ in sorted(self._simulator.types, key=len, reverse=True):
            if path == type_ or path.startswith(f"{type_}/"):
                return type_, path[len(type_) + 1 :]
        raise HTTPException(404, f"There is no type {path}; there are: {', '.join(self._simulator.types)}.")

    def _one(self, type_: str, id_: str) -> dict[str, Any]:
        entity: dict[str, Any] | None = self._simulator.state.get(type_, id_)
        if entity is None:
            raise HTTPException(404, f"There is no {type_} {id_}.")
        return entity
