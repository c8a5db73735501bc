# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One deadline and one size for a whole exchange, kept by the sockets themselves.

Each layer above (TLS, chunks, headers, interim answers) waits as often as the server makes it wait; all of them read
and write here.
"""

from __future__ import annotations

import math
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from http.client import HTTPResponse, parse_headers
from threading import Thread
from typing import Any, Callable, Optional

from ..errors import NotSentError

SLICE = 0.25
"""Seconds after which a thread that waits for the network looks whether it still may."""

FRAMING = 1024 * 1024
"""Bytes that may come around a body: headers, the sizes of chunks, trailers."""

GRACE = 2.0
"""Seconds that an exchange under way has left after an interruption."""

INTERRUPTED = "the run was interrupted"
UNCONNECTED = "its name was not found, or none of its addresses reached, in time"

MEMBERS = 64
"""The parts of which a compressed body may consist; a server sends one."""


class TooMuch(OSError):
    """More bytes than an answer may have."""


class Unreadable(OSError):
    """A body whose content coding is not the one that its header names. The text of the error is ours."""


class Ending:
    """The end of the work of some threads: they may use the network until then. seconds: until then, as far as that is
    known before."""

    def __init__(self, seconds: float = math.inf) -> None:
        self._at = time.monotonic() + seconds
        self._begun = threading.Event()

    def begin(self, seconds: float) -> None:
        """The work ends in so many seconds; nothing sleeps any more."""
        self._at = min(self._at, time.monotonic() + seconds)
        self._begun.set()

    @property
    def begun(self) -> bool:
        """Whether the end is near."""
        return self._begun.is_set()

    @property
    def left(self) -> float:
        """Seconds until the end."""
        return self._at - time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Sleep. Raises NotSentError when the end comes near: what is tried again and again is not tried once more."""
        self._begun.wait(max(0.0, min(seconds, self.left)))
        if self.begun or self.left <= 0:
            raise NotSentError("wait", INTERRUPTED)


class _OfThread(threading.local):
    """The limits of the exchange that a thread is in, and of its work as a whole."""

    deadline = math.inf
    room = 0
    received = 0
    ending: Optional[Ending] = None

    def left(self) -> float:
        """Seconds that the exchange may still take. Raises the timeout of sockets when there are none."""
        left = self.deadline - time.monotonic()
        if self.ending:
            left = min(left, self.ending.left)
        if left <= 0:
            raise socket.timeout("the exchange took too long")
        return left

    def count(self, size: int) -> None:
        """So many bytes came. Raises TooMuch when there is no room for them."""
        self.received += size
        if self.received > self.room:
            raise TooMuch("the answer is too large")


_thread = _OfThread()
"""The bounds of the exchange that this thread carries out."""


@contextmanager
def exchange(seconds: float, most: int) -> Iterator[None]:
    """What this thread sends and receives inside ends after so many seconds and bytes of a body."""
    _thread.deadline, _thread.room, _thread.received = time.monotonic() + seconds, most + FRAMING, 0
    try:
        yield
    finally:
        _thread.deadline = math.inf


def left() -> float:
    """Seconds that the exchange of this thread may still take. Raises the timeout of sockets when there are none."""
    return _thread.left()


def received() -> int:
    """Bytes that came in the last exchange of this thread."""
    return _thread.received


def work_until(ending: Ending) -> None:
    """This thread works until that end."""
    _thread.ending = ending


@contextmanager
def last_moments() -> Iterator[None]:
    """Whatever this thread still does in the block, after an interruption, ends after GRACE seconds."""
    before = _thread.ending
    _thread.ending = Ending(min(GRACE, before.left) if before else GRACE)
    try:
        yield
    finally:
        _thread.ending = before


def is_over() -> bool:
    """Whether this thread may not use the network any more."""
    return _thread.ending is not None and _thread.ending.left <= 0


def sleep(seconds: float) -> None:
    """Sleep. Raises NotSentError when the end of the work of this thread comes near."""
    if _thread.ending:
        _thread.ending.sleep(seconds)
    else:
        time.sleep(seconds)


class _Bounded:
    """Socket methods within the exchange of their thread."""

    settimeout: Callable[[Optional[float]], None]

    def _wait(self, act: Callable[..., Any], *arguments: Any) -> Any:
        """Run a step that may have to wait, in slices of time."""
        while True:
            self.settimeout(min(SLICE, _thread.left()))
            try:
                return act(*arguments)
            except socket.timeout:
                continue

    def recv(self, *arguments: Any) -> bytes:
        data: bytes = self._wait(super().recv, *arguments)  # type: ignore[misc]
        _thread.count(len(data))
        return data

    def recv_into(self, *arguments: Any) -> int:
        size: int = self._wait(super().recv_into, *arguments)  # type: ignore[misc]
        _thread.count(size)
        return size

    def send(self, *arguments: Any) -> int:
        sent: int = self._wait(super().send, *arguments)  # type: ignore[misc]
        return sent

    def sendall(self, data: Any, *flags: Any) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            rest = rest[self.send(rest, *flags) :]


class BoundedSocket(_Bounded, socket.socket):
    """A connection."""


class BoundedTLS(_Bounded, ssl.SSLSocket):
    """A connection in TLS."""

    def do_handshake(self, block: bool = False) -> None:
        deadline, seconds = _thread.deadline, self.gettimeout()  # the one for connecting
        _thread.deadline = min(deadline, time.monotonic() + (seconds or math.inf))
        try:
            self._wait(super().do_handshake, block)
        finally:
            _thread.deadline = deadline


class BoundedAnswer(HTTPResponse):
    """An answer; the interim ones before it are passed over, since one of them would be taken for the answer, and the
    answer for that to the next request."""

    def _read_status(self) -> tuple[str, int, str]:
        while True:
            status: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 101 < status[1] < 200:
                return status
            parse_headers(self.fp)


def apart(act: Callable[[], Any]) -> Any:
    """Do what the system may make wait for longer than an exchange takes, as it does to look a name up, and to try one
    after the other of its addresses: in a thread that is left behind then. Raises the timeout of sockets."""
    made: Future[Any] = Future()

    def run() -> None:
        try:
            made.set_result(act())
        except BaseException as error:  # noqa: BLE001 raised again by whoever waits
            made.set_exception(error)

    try:
        Thread(target=run, daemon=True).start()
    except RuntimeError:  # the system gives no more threads
        return act()
    while not made.done():
        wait([made], min(SLICE, left()))
    return made.result()


def bounded(pool: type[Any], late: Callable[[Any, str], Exception]) -> type[Any]:
    """A class of urllib3's pools whose connections keep to the bounds of an exchange. late: the error for one that was
    not made in time."""
    connection: type[Any] = pool.ConnectionCls

    class Connection(connection):  # type: ignore[misc]
        response_class = BoundedAnswer

        def _new_conn(self) -> BoundedSocket:
            """A connection whose waits are bounded. Raises what ``late`` makes where connecting takes too long."""
            try:
                opened = apart(super()._new_conn)
            except socket.timeout as error:
                raise late(self, UNCONNECTED) from error
            waits = opened.gettimeout()
            own = BoundedSocket(fileno=opened.detach())
            own.settimeout(waits)
            return own

    return type(pool.__name__, (pool,), {"ConnectionCls": Connection})


def unpacked(body: bytes, coding: str, most: int) -> bytes:
    """A body without its content coding. Raises TooMuch beyond so many bytes, Unreadable for what cannot be read."""
    names = [name for name in (part.strip().lower() for part in coding.split(",")) if name not in ("", "identity")]
    if not names or not body:
        return body
    if names == ["deflate"]:
        is_zlib = body[0] & 15 == 8 and int.from_bytes(body[:2], "big") % 31 == 0
        return _inflated(body, 15 if is_zlib else -15, most)[0]
    if names not in (["gzip"], ["x-gzip"]):
        raise Unreadable(f"content coding {ascii(', '.join(names))[1:-1][:50]} was not asked for")
    parts: list[bytes] = []
    while body[:2] == b"\x1f\x8b" or not parts:
        if len(parts) == MEMBERS:
            raise Unreadable(f"more than {MEMBERS} parts")
        part, body = _inflated(body, 31, most)
        most -= len(part)
        parts.append(part)
    return b"".join(parts)


def _inflated(body: bytes, form: int, most: int) -> tuple[bytes, bytes]:
    """The content of a compressed body, and what stands behind it. form: as zlib counts forms."""
    engine = zlib.decompressobj(form)
    try:
        content = engine.decompress(body, most + 1)
    except zlib.error as error:
        raise Unreadable("what was said to be compressed is not") from error
    if len(content) > most:
        raise TooMuch("the answer is too large")
    if not engine.eof:
        raise Unreadable("what was compressed is cut off")
    return content, engine.unused_data
