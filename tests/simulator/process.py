# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop a server from a test or a script: standard library only."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).resolve().parents[1]
PATIENCE = 600  # a machine may be busy; a server that failed is noticed at once


class Running:
    """A server in a process of its own; ``url``, ``authority``, ``ca_path``, ``pid`` are those of server.json."""

    program = "simulator"  # what ``python -m`` starts

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory
        self._asking, self._opener = threading.Lock(), 0  # the process whose connection it is
        self._arguments = [sys.executable, "-m", self.program, "--directory", str(directory), *arguments]
        self._start()

    def _start(self) -> None:
        (self.directory / "server.json").unlink(missing_ok=True)
        environment = os.environ | {"PYTHONPATH": str(TESTS)}
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(self._arguments, env=environment, stdout=pipe, stderr=pipe, text=True)
        deadline = time.monotonic() + PATIENCE
        while not (self.directory / "server.json").exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                raise RuntimeError(f"{self.program} did not start: {self.process.communicate()[1]}")
            time.sleep(0.02)
        about = json.loads((self.directory / "server.json").read_text(encoding="utf-8"))
        self.url, self.authority = about["url"], about["authority"]
        self.ca_path, self.pid = about["ca_path"], about["pid"]

    def stop(self) -> int:
        """End the server; its exit code."""
        self.process.terminate()
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode

    def kill(self) -> None:
        """End the server without giving it a chance."""
        self.process.kill()
        self.process.communicate(timeout=PATIENCE)

    def restart(self) -> None:
        """Start it again, after its end, with the same data, at the same port."""
        if "--port" not in self._arguments:
            self._arguments += ["--port", self.url.rpartition(":")[2]]
        self._start()

    def control(self, method: str, path: str, content: Any = None) -> Any:
        """Ask a control endpoint (``path`` is below /_simulator/). Raises RuntimeError with its message."""
        body = None if content is None else json.dumps(content).encode()
        with self._asking:
            answer = self._ask(method, f"/_simulator/{path}", body)
            text = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{answer.status}: {text.decode()}")
        return json.loads(text)

    def _ask(self, method: str, path: str, body: bytes | None) -> http.client.HTTPResponse:
        """Ask over the connection of this process, or over a new one where there is none or the server closed it."""
        if self._opener == os.getpid():
            with suppress(OSError, http.client.HTTPException):
                self._connection.request(method, path, body)
                return self._connection.getresponse()
        self._connection, self._opener = self._connect(), os.getpid()
        self._connection.request(method, path, body)
        return self._connection.getresponse()

    def _connect(self) -> http.client.HTTPConnection:
        server = self.url.partition("://")[2]
        if not self.ca_path:
            return http.client.HTTPConnection(server, timeout=PATIENCE)
        context = ssl.create_default_context(cafile=self.ca_path)
        context.load_cert_chain(self.directory / "client.pem", self.directory / "client.key")
        return http.client.HTTPSConnection(server, timeout=PATIENCE, context=context)

    def counters(self) -> dict[str, Any]:
        """What the server was asked."""
        counters: dict[str, Any] = self.control("GET", "counters")
        return counters

    def switch(self, **switches: Any) -> None:
        """Turn switches."""
        self.control("POST", "switches", switches)

    def fault(self, kind: str, operation: str | list[str] = "any", about: str = "", **more: Any) -> None:
        """Queue a fault for requests with this in their body; ``more`` are times, after ... and the kind's details."""
        match = {"operation": operation, "body": about}
        self.control("POST", "faults", [{"kind": kind, "match": match, **more}])

    def seed(self, type_: str, **attributes: Any) -> dict[str, Any]:
        """Put an entity there; it in full."""
        entity: dict[str, Any] = self.control("POST", f"entities/{type_}", attributes)
        return entity

    def reset(self) -> None:
        """As it was when it started, but without entities."""
        self.control("POST", "reset", {})


@contextmanager
def running(directory: Path, *arguments: str) -> Iterator[Running]:
    """A server for the length of a block. Raises RuntimeError when it does not start."""
    server = Running(directory, *arguments)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
