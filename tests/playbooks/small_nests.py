# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A small system without a login: houses and their rooms. The number of a room is its own only within its house, rooms
are listed in each house, and what an answer holds stands under the name of its type."""

from __future__ import annotations

from collections import Counter
from typing import Any

from small_logins import message
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route


class Nests:
    """The system. counted: requests by method; held: the entities of each collection, by number."""

    def __init__(self) -> None:
        self.counted: Counter[str] = Counter()
        self.held: dict[str, dict[int, dict[str, Any]]] = {"houses": {}}
        inner = ["/nests/houses", "/nests/houses/{house}/rooms"]
        several = [Route(path, self._several, methods=["GET", "POST"]) for path in inner]
        one = [Route(f"{path}/{{number:int}}", self._one, methods=["GET", "PUT", "DELETE"]) for path in inner]
        self.routes = [*several, *one]

    async def _several(self, request: Request) -> Response:
        self.counted[request.method] += 1
        place = request.url.path.removeprefix("/nests/")
        kind, entities = place.rpartition("/")[2], self.held.get(place)
        if entities is None:
            return message(404, "there is no such house")
        if request.method == "GET":
            name = request.query_params.get("name")
            return JSONResponse({kind: [one for one in entities.values() if name in (None, one["name"])]})
        number = len(entities) + 1
        entities[number] = {**await request.json(), "id": number}
        if kind == "houses":
            self.held[f"{place}/{number}/rooms"] = {}
        return JSONResponse({kind[:-1]: entities[number]}, 201)

    async def _one(self, request: Request) -> Response:
        self.counted[request.method] += 1
        place = request.url.path.removeprefix("/nests/").rpartition("/")[0]
        number, entities = request.path_params["number"], self.held.get(place, {})
        if number not in entities:
            return message(404, "there is none")
        if request.method == "DELETE":
            del entities[number]
            return Response(status_code=204)
        if request.method == "PUT":
            entities[number] = {**await request.json(), "id": number}
        return JSONResponse({place.rpartition("/")[2][:-1]: entities[number]})
