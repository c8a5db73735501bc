# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ASGI application: bytes in, bytes out, and connections that break."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from simulator.control import Control
from simulator.messages import Answer, Request

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from simulator.faults import Fault
    from simulator.simulator import Simulator

CONTROL = "/_simulator/"
PIECE = 65536


class Application:
    """One server as an ASGI application; ``scope["transport"]`` is the connection."""

    def __init__(self, simulator: Simulator, control: type[Control] = Control) -> None:
        self.simulator = simulator
        self._control = control(simulator).application()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.simulator.last_asked = time.monotonic()
        if scope["path"].startswith(CONTROL):
            await self._control(scope, receive, send)
            return
        request = Request(
            scope["method"],
            scope["raw_path"].decode("latin-1"),
            scope["query_string"].decode("latin-1"),
            {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
            await _body(receive),
            scope["scheme"],
        )
        answer, fault = await self.simulator.respond(request)
        kind = fault.kind if fault else ""
        if kind in ("drop_before", "drop_after"):
            scope["transport"].abort()
        elif fault and kind == "huge":
            await _send_huge(send, fault)
        elif kind == "drop_inside":
            await _send_start(send, answer, len(answer.body))
            await send({"type": "http.response.body", "body": answer.body[: len(answer.body) // 2], "more_body": True})
            scope["transport"].close()
        else:
            await _send_start(send, answer, len(answer.body))
            await send({"type": "http.response.body", "body": answer.body})


async def _body(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    while message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
    return body


async def _send_start(send: Send, answer: Answer, length: int | None) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if answer.content_type and (answer.body or length is None):
        headers.append((b"content-type", answer.content_type.encode()))
    if length is not None:
        headers.append((b"content-length", str(length).encode()))
    start: dict[str, Any] = {"type": "http.response.start", "status": answer.status, "headers": headers}
    await send(start)


async def _send_huge(send: Send, fault: Fault) -> None:
    left = int(fault.details.get("bytes", 65 * 1024 * 1024)) - len(b'{"filler":""}')
    await _send_start(send, Answer(200), None)
    await send({"type": "http.response.body", "body": b'{"filler":"', "more_body": True})
    while left > 0:
        await send({"type": "http.response.body", "body": b"x" * min(left, PIECE), "more_body": True})
        left -= PIECE
    await send({"type": "http.response.body", "body": b'"}'})
