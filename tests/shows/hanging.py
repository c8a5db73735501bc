# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exchanges that hang, each in another place, and how long a request takes that may take so long."""

from __future__ import annotations

import contextlib
import gzip
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import TransportError

PAUSE = 0.05
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = HEAD + b"Content-Encoding: gzip\r\n\r\n" + b"\x1f\x8b\x08\x08" + gzip.compress(b"")[4:10]


@dataclass(frozen=True)
class Hang:
    """An exchange that hangs: what is sent once, and then over and over. at: what the address begins with; proxy: the
    server is asked as a proxy."""

    once: bytes = b""
    over: bytes = b""
    at: str = "http"
    proxy: bool = False


HANGS = {
    "accepted, and silent": Hang(),
    "a header that drips": Hang(HEAD + b"X-Slow: ", b"x"),
    "headers without an end": Hang(HEAD, b"X-Slow: yes\r\n"),
    "interim answers without an end": Hang(b"", b"HTTP/1.1 103 Hints\r\n\r\n"),
    "a body that drips": Hang(HEAD + b"Content-Length: 100000\r\n\r\n", b" "),
    "a gzip header that drips": Hang(PACKED, b"n"),
    "chunks without an end": Hang(CHUNKED, b"1\r\n \r\n"),
    "trailers that drip": Hang(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Slow: yes\r\n"),
    "a TLS handshake that stalls": Hang(at="https"),
    "a CONNECT to a proxy that stalls": Hang(HEAD, b"X-Slow: yes\r\n", at="https", proxy=True),
}


@contextlib.contextmanager
def hanging(hang: Hang) -> Iterator[int]:
    """A server that hangs so; its port."""

    def serve(near: socket.socket) -> None:
        with contextlib.suppress(OSError), near:
            near.recv(65536)
            near.sendall(hang.once)
            while hang.over:
                time.sleep(PAUSE)
                near.sendall(hang.over)
            while near.recv(65536):
                pass

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=serve, args=[listening.accept()[0]], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=accept, daemon=True).start()
        yield listening.getsockname()[1]


def took(hang: Hang, timeout: float) -> tuple[float, str]:
    """Seconds that a request takes which may take so many, and why it failed."""
    client = Http(Network(timeout=timeout, connect_timeout=timeout, retry_limit=0, use_proxy=hang.proxy))
    with hanging(hang) as port:
        if hang.proxy:
            os.environ["HTTPS_PROXY"] = f"http://127.0.0.1:{port}"
        began = time.monotonic()
        try:
            client.send(Request("read", "POST", f"{hang.at}://127.0.0.1:{1 if hang.proxy else port}/", json_body={}))
        except TransportError as error:
            return time.monotonic() - began, error.why
        finally:
            os.environ.pop("HTTPS_PROXY", None)
    return time.monotonic() - began, "an answer came"
