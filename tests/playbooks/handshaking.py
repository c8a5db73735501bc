# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The servers of handshakes, which the unit tests call as functions, over TLS."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from over_tls import OverTls
from starlette.applications import Starlette
from starlette.requests import Request as Asked
from starlette.responses import Response
from starlette.routing import Route

from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.handshake_servers import Server
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import URL

WORKED = ({"id": 1}, {"jsonrpc": "2.0", "id": 1, "result": True})
"""What the servers answer to a request of the API."""


class Spelled(dict[str, str]):
    """Headers whatever the case of their names."""

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name.lower(), default)

    def __contains__(self, name: object) -> bool:
        return super().__contains__(str(name).lower())


class Handshaking(OverTls):
    """A system behind a handshake, which has one thing. server: plays the handshake; held: the attributes of the
    thing."""

    def __init__(self, folder: Path) -> None:
        methods = ["GET", "POST", "PUT", "DELETE"]
        super().__init__(folder, Starlette(routes=[Route("/{path:path}", self._answer, methods=methods)]))

    def reset(self) -> None:
        """As new, with no server to play."""
        self.server: Server = Server()
        self.written: Callable[[Any], Any] = dict
        self.held: dict[str, Any] = {}

    async def _answer(self, asked: Asked) -> Response:
        body = (await asked.body()).decode()
        is_json = asked.headers.get("content-type", "").startswith("application/json")
        request = Request(
            "ask",
            asked.method,
            URL + str(asked.url).removeprefix(self.url),
            headers=Spelled({name: value.replace(self.url, URL) for name, value in asked.headers.items()}),
            json_body=json.loads(body) if is_json else None,
            form=None if is_json else dict(parse_qsl(body)),
        )
        said = self.server.send(request)
        content: bytes = said.body
        if said.status == 200 and said.content_type == "application/json" and said.json() in WORKED:
            content = self._worked(said.json(), request)
        answer = Response(content, said.status, dict(said.headers))
        for name, value in said.cookies.items():
            answer.raw_headers.append((b"set-cookie", f"{name}={value}; Path=/; Secure; HttpOnly".encode()))
        return answer

    def _worked(self, said: Any, request: Request) -> bytes:
        """The answer with the thing, which a write has changed."""
        if request.method == "POST" and request.json_body is not None:
            self.held |= self.written(request.json_body)
        thing = {**self.held, "id": 1}
        return json.dumps({**said, "result": thing} if "result" in said else thing).encode()
