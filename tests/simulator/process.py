# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start and stop a server from a test or a script: standard library only."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

TESTS = Path(__file__).resolve().parents[1]
PATIENCE = 600  # a machine may be busy; a server that failed is noticed at once


class Running:
    """A server in a process of its own; ``url``, ``authority``, ``ca_path``, ``pid`` are those of server.json."""

    def __init__(self, directory: Path, *arguments: str) -> None:
        self.directory = directory
        self._arguments = [sys.executable, "-m", "simulator", "--directory", str(directory), *arguments]
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
                raise RuntimeError(f"the simulator did not start: {self.process.communicate()[1]}")
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
        context = None
        if self.ca_path:
            context = ssl.create_default_context(cafile=self.ca_path)
            context.load_cert_chain(self.directory / "client.pem", self.directory / "client.key")
        handlers: list[Any] = [urllib.request.ProxyHandler({})]
        handlers += [urllib.request.HTTPSHandler(context=context)] if context else []
        body = None if content is None else json.dumps(content).encode()
        request = urllib.request.Request(f"{self.url}/_simulator/{path}", body, method=method)
        try:
            with urllib.request.build_opener(*handlers).open(request, timeout=PATIENCE) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as problem:
            raise RuntimeError(f"{problem.code}: {problem.read().decode()}") from None

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
