# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that others wrote: a process of its own on 127.0.0.1, over TLS, and the log of what it was asked."""

from __future__ import annotations

import os
import re
import socket
import ssl
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import trustme

BUILD = Path(os.environ.get("RIMOPS_BUILD", Path(__file__).resolve().parents[2] / "build"))
PATIENCE = 600  # seconds in which a process must be up: a machine may be busy; one that failed is noticed at once
LINE = re.compile(r'"([A-Z]+) (\S+) HTTP/[\d.]+" (\d{3})')  # of an access log


@dataclass(frozen=True)
class Asked:
    """A request that was answered, as the server's log has it. path: with its query."""

    method: str
    path: str
    status: int


def tls_files(directory: Path) -> str:
    """Write server.pem and server.key for 127.0.0.1, and return the path of the authority that a client trusts."""
    authority = trustme.CA()
    mine = authority.issue_cert("127.0.0.1")
    authority.cert_pem.write_to_path(str(directory / "ca.pem"))
    mine.private_key_pem.write_to_path(str(directory / "server.key"))
    (directory / "server.pem").write_bytes(b"".join(part.bytes() for part in mine.cert_chain_pems))
    return str(directory / "ca.pem")


def free_port() -> int:
    """Return a port at which nobody listens now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


class Served:
    """A running server. url and ca_path are what a client needs.

    entities: the beginning of the paths below which entities are, as an expression; what is written elsewhere (a login)
    counts as no write.
    """

    def __init__(self, directory: Path, entities: str) -> None:
        self.directory, self.port = directory, free_port()
        self.url, self.ca_path = f"https://127.0.0.1:{self.port}", tls_files(directory)
        self._entities, self._log, self._forgotten = re.compile(entities), directory / "output.txt", 0

    def start(self, command: Sequence[str | Path], folder: Path, environment: Mapping[str, str], safe: str) -> None:
        """Start the process, and return when it answers a GET of the path safe. Raises RuntimeError."""
        with self._log.open("a", encoding="utf-8") as output:
            self.process = subprocess.Popen(
                command, cwd=folder, env=os.environ | environment, stdout=output, stderr=subprocess.STDOUT
            )
        deadline = time.monotonic() + PATIENCE
        while not self._answers(safe):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"{command[0]} did not start: {self._log.read_text(encoding='utf-8')[-4000:]}")
            time.sleep(0.05)
        self.forget()

    def _answers(self, path: str) -> bool:
        context = ssl.create_default_context(cafile=self.ca_path)
        handlers = urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        try:
            urllib.request.build_opener(*handlers).open(self.url + path, timeout=60).close()
        except urllib.error.HTTPError as answer:
            return answer.code < 500
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """End the process."""
        self.process.kill()  # asked to end, a server waits for its clients first
        self.process.wait()

    def forget(self) -> None:
        """Count from nothing again."""
        self._forgotten = self._log.stat().st_size

    @property
    def asked(self) -> list[Asked]:
        """The requests since the last forget."""
        with self._log.open(encoding="utf-8") as log:
            log.seek(self._forgotten)
            return [Asked(method, path, int(status)) for method, path, status in LINE.findall(log.read())]

    @property
    def writes(self) -> tuple[int, int, int]:
        """How many entities were created, updated and deleted since the last forget."""
        done = [one.method for one in self.asked if 200 <= one.status < 300 and self._entities.match(one.path)]
        return done.count("POST"), done.count("PUT") + done.count("PATCH"), done.count("DELETE")
