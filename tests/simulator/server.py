# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process: a socket, TLS, an event loop, and files that say where it listens."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import TYPE_CHECKING, Any

import uvicorn

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

    from starlette.types import Receive, Scope, Send

    from simulator.application import Application

try:
    from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol as HttpProtocol
except ImportError:
    from uvicorn.protocols.http.h11_impl import H11Protocol as HttpProtocol  # type: ignore[assignment]

LOCAL = ("127.0.0.1", "::1", "localhost", "0.0.0.0", "::")


class Protocol(HttpProtocol):
    """HTTP that lets the application break its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        application = self.app

        async def with_transport(scope: Scope, receive: Receive, send: Send) -> None:
            scope["transport"] = transport
            await application(scope, receive, send)

        self.app = with_transport


class Server(uvicorn.Server):
    """A server that says when it is ready and ends quietly."""

    def __init__(self, config: uvicorn.Config, application: Application, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._application, self._ready = application, ready
        self.idle_exit = 0.0

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop; unlike its parent's this does not end the process by the signal afterwards."""
        self.should_exit = True

    async def on_tick(self, counter: int) -> bool:
        idle = time.monotonic() - self._application.simulator.last_asked
        if self.idle_exit and idle > self.idle_exit:
            return True
        return await super().on_tick(counter)


def server_for(application: Application, options: dict[str, Any], ready: Callable[[], None]) -> Server:
    """A server for the application; ``options`` are those of TLS."""
    config = uvicorn.Config(
        application,
        http=Protocol,
        ws="none",
        lifespan="off",
        log_level="critical",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        **options,
    )
    return Server(config, application, ready)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=512)
    listener.setblocking(False)
    return listener


def base_url(host: str, port: int, scheme: str) -> str:
    """The URL under which clients here reach the server, by a name that its certificate has."""
    return f"{scheme}://{'localhost' if host in LOCAL else host}:{port}"


def write_whole(path: Path, content: dict[str, Any]) -> None:
    """Write a JSON file such that nobody ever reads half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    temporary.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    temporary.replace(path)
