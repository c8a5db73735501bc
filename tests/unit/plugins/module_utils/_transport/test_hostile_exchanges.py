# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that hold a client for as long as it lets them, or fill its memory. Each drip ends in a whole answer, so that
a client that waits for it gets one."""

from __future__ import annotations

import contextlib
import gzip
import select
import socket
import threading
import time
import tracemalloc
import zlib

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network
from ansible_collections.rimops.insight.plugins.module_utils._transport import connections
from ansible_collections.rimops.insight.plugins.module_utils._transport import deadline as bounds
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    InterruptedRequest,
    NotSentError,
    ServerError,
    TransportError,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._transport.conftest import LONG

TIMES, PAUSE, IN_TIME = 60, LONG / 10, f"within {LONG:g} s"
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b"[1]", mtime=0)
NAMED = b"\x1f\x8b\x08\x08" + PACKED[4:10]
"""The begin of a gzip header that a file name follows."""
DEFLATED = zlib.compressobj(wbits=-15)
BLOCKS = DEFLATED.compress(b"[1]") + DEFLATED.flush()
ENCODED = b"Content-Encoding: %b\r\nContent-Length: %d\r\n\r\n"


def ask(server, method="POST", **network):
    client = Http(Network(**{"retry_limit": 0, "timeout": LONG, "connect_timeout": LONG, **network}))
    return client.send(Request("read event 'x'", method, server.url, json_body={}))


def dripping(pause, before, drop, after):
    """An answer that holds something over and over, after a pause each, and ends as it should."""

    def answer(connection, _request):
        connection.socket.sendall(before)
        for _time in range(TIMES):
            pause(PAUSE)
            connection.socket.sendall(drop)
        if pause is not at_once:
            select.select([connection.socket], [], [], 10)  # who does not notice how late it is gets it whole
        connection.socket.sendall(after)
        return "close"

    return answer


def at_once(_seconds):
    """No pause."""


DRIPS = {
    "status line": (b"HTTP/1.1 200 ", b"O", b"K\r\nContent-Length: 2\r\n\r\n{}"),
    "header value": (HEAD + b"X-Long: ", b"x", b"\r\nContent-Length: 2\r\n\r\n{}"),
    "header name": (HEAD, b"x", b": y\r\nContent-Length: 2\r\n\r\n{}"),
    "headers": (HEAD, b"X-Other: y\r\n", b"Content-Length: 2\r\n\r\n{}"),
    "folded header": (HEAD + b"X-Long: y\r\n", b" y\r\n", b"Content-Length: 2\r\n\r\n{}"),
    "100 Continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"Content-Length: 2\r\n\r\n{}"),
    "102 Processing": (b"", b"HTTP/1.1 102 Processing\r\n\r\n", HEAD + b"Content-Length: 2\r\n\r\n{}"),
    "headers of 103": (b"HTTP/1.1 103 Hints\r\n", b"Link: </a>\r\n", b"\r\n" + HEAD + b"Content-Length: 2\r\n\r\n{}"),
    "body": (HEAD + b"Content-Length: %d\r\n\r\n" % (TIMES + 2), b" ", b"{}"),
    "body until the end": (HEAD + b"\r\n", b" ", b"{}"),
    "body of a failure": (b"HTTP/1.1 500 No\r\nContent-Length: %d\r\n\r\n" % (TIMES + 2), b" ", b"{}"),
    "chunk size": (CHUNKED, b"0", b"2\r\n{}\r\n0\r\n\r\n"),
    "chunk extension": (CHUNKED + b"2;a=", b"x", b"\r\n{}\r\n0\r\n\r\n"),
    "chunk": (CHUNKED + b"%x\r\n" % (TIMES + 2), b" ", b"{}\r\n0\r\n\r\n"),
    "chunks": (CHUNKED, b"1\r\n \r\n", b"2\r\n{}\r\n0\r\n\r\n"),
    "last chunk": (CHUNKED + b"2\r\n{}\r\n", b"0", b"\r\n\r\n"),
    "trailers": (CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Trailer: y\r\n", b"\r\n"),
    "trailer": (CHUNKED + b"2\r\n{}\r\n0\r\nX-Trailer: ", b"y", b"\r\n\r\n"),
    "gzip header": (HEAD + ENCODED % (b"gzip", TIMES + 1 + len(PACKED)) + NAMED, b"n", b"\0" + PACKED[10:]),
    "empty deflate blocks": (
        HEAD + ENCODED % (b"deflate", 5 * TIMES + len(BLOCKS)),
        b"\0\0\0\xff\xff",
        BLOCKS,
    ),
    "empty gzip members": (
        HEAD + ENCODED % (b"gzip", len(gzip.compress(b"")) * TIMES + len(PACKED)),
        gzip.compress(b""),
        PACKED,
    ),
}


@pytest.mark.proves("NETWORK-7")
@pytest.mark.parametrize("place", DRIPS)
def test_an_answer_that_drips(serve, hand, place):
    with pytest.raises(InterruptedRequest, match=IN_TIME):
        ask(serve(dripping(hand.move, *DRIPS[place]), tls=False))


@pytest.mark.parametrize("place", DRIPS)
def test_the_same_answers_in_time(serve, place):
    """Each of them is a good answer, so that it is for its slowness alone that it is refused."""
    response = ask(serve(dripping(at_once, *DRIPS[place]), tls=False))
    assert response.status == (500 if place == "body of a failure" else 200)
    assert response.json() in ({}, [1])


def slowly(server, pause, downstream=1 << 16, upstream=1 << 16):
    """A port in front of a server that lets so many bytes pass at a time, and makes a pause after all but the last;
    closed by its caller."""
    front = socket.create_server(("127.0.0.1", 0))

    def pump(source, sink, portion):
        with contextlib.suppress(OSError):
            while data := source.recv(portion):
                sink.sendall(data)
                if len(data) == portion:
                    pause(PAUSE)
        with contextlib.suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                near, _address = front.accept()
                far = socket.create_connection(("127.0.0.1", server.port))
                threading.Thread(target=pump, args=(far, near, downstream), daemon=True).start()
                threading.Thread(target=pump, args=(near, far, upstream), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    return front


@pytest.mark.proves("NETWORK-7")
def test_tls_that_drips(serve, hand, certificates):
    server, pauses = serve(), [at_once]

    def pause(seconds):
        pauses[-1](seconds)

    with slowly(server, pause, downstream=30) as front:
        server.url = f"https://127.0.0.1:{front.getsockname()[1]}"
        assert ask(server, ca_path=certificates.ca).status == 200
        pauses.append(hand.move)
        with pytest.raises(TransportError, match=IN_TIME):
            ask(server, ca_path=certificates.ca)


@pytest.mark.proves("NETWORK-7")
@pytest.mark.parametrize("place", ["header value", "empty deflate blocks"])
def test_an_answer_in_tls_that_drips(serve, hand, certificates, place):
    with pytest.raises(InterruptedRequest, match=IN_TIME):
        ask(serve(dripping(hand.move, *DRIPS[place])), ca_path=certificates.ca)


@pytest.mark.proves("NETWORK-7")
@pytest.mark.parametrize("tls", [False, True])
def test_a_server_that_takes_the_request_in_drops(serve, hand, certificates, tls):
    server = serve(tls=tls)
    with slowly(server, hand.move, upstream=1 << 14) as front:
        client = Http(Network(retry_limit=0, timeout=LONG, ca_path=certificates.ca if tls else None))
        url = f"http{'s' if tls else ''}://127.0.0.1:{front.getsockname()[1]}"
        with pytest.raises(InterruptedRequest, match=IN_TIME):
            client.send(Request("create event 'x'", "POST", url, json_body={"text": "x" * (16 << 20)}))
    assert server.requests == []


@pytest.mark.proves("NETWORK-7")
def test_a_proxy_that_drips(serve, hand, monkeypatch):
    between = serve(dripping(hand.move, HEAD, b"X-Other: y\r\n", b"\r\n"), tls=False)
    monkeypatch.setenv("HTTPS_PROXY", between.url)
    with pytest.raises(TransportError) as caught:
        ask(serve())
    assert IN_TIME in caught.value.message
    assert "TLS" not in caught.value.message  # which would begin after the proxy's last header


INTERIM = {
    "one": b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n",
    "two": b"HTTP/1.1 102 Processing\r\n\r\n" * 2,
    "mixed": b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n",
}


@pytest.mark.proves("NETWORK-7")
@pytest.mark.parametrize("interim", INTERIM)
def test_interim_answers_are_not_the_answer(serve, interim):
    def answers(connection, request):
        connection.socket.sendall(INTERIM[interim])
        time.sleep(0.1)
        connection.send("201 Created", body=request[2])

    server = serve(answers, tls=False)
    client = Http(Network())
    for number in range(3):
        response = client.send(Request("create", "POST", server.url, json_body={"number": number}))
        assert (response.status, response.json()) == (201, {"number": number})


def body_of(content, coding=b"gzip"):
    return lambda connection, _request: connection.socket.sendall(HEAD + ENCODED % (coding, len(content)) + content)


def flood(before, drop, after):
    return lambda connection, _request: (connection.socket.sendall(before + drop * 200_000 + after), "close")[1]


FLOODS = {
    "chunk size": flood(CHUNKED, b"00", b"2\r\n{}\r\n0\r\n\r\n"),
    "chunk extension": flood(CHUNKED + b"2;a=", b"xx", b"\r\n{}\r\n0\r\n\r\n"),
    "trailers": flood(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X: y\r\n", b"\r\n"),
    "interim answers": flood(b"", b"HTTP/1.1 100 C\r\n\r\n", HEAD + b"Content-Length: 2\r\n\r\n{}"),
    "empty deflate blocks": body_of(b"\0\0\0\xff\xff" * 200_000 + BLOCKS, b"deflate"),
    "bomb": body_of(gzip.compress(b" " * 3_000_000)),
    "deflated bomb": body_of(zlib.compress(b" " * 3_000_000), b"deflate"),
    "many parts": body_of(gzip.compress(b"") * 65 + PACKED),
    "bomb in parts": body_of(gzip.compress(b" " * 60_000) * 3),
    "bomb in a bomb": body_of(gzip.compress(gzip.compress(b" " * 3_000_000)), b"gzip, gzip"),
    "another coding": body_of(b"[1]", b"br"),
    "cut off": body_of(PACKED[:-1]),
    "not packed": body_of(b"[1]"),
}


@pytest.mark.proves("NETWORK-3", "NETWORK-7")
@pytest.mark.parametrize("place", FLOODS)
def test_an_answer_that_fills_the_memory_or_cannot_be_unpacked(serve, monkeypatch, place):
    monkeypatch.setattr(connections, "MAX_ANSWER", 100_000)
    monkeypatch.setattr(bounds, "FRAMING", 100_000)
    with pytest.raises((ServerError, InterruptedRequest), match=r"larger than|cannot be read|exceeded"):
        ask(serve(FLOODS[place], tls=False))


@pytest.mark.proves("NETWORK-7")
def test_a_bomb_is_not_unpacked_beyond_the_limit():
    bomb = gzip.compress(b" " * 50_000_000)
    tracemalloc.start()
    with pytest.raises(bounds.TooMuch):
        bounds.unpacked(bomb, "gzip", 100_000)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


@pytest.mark.parametrize(
    ("body", "coding", "content"),
    [
        (PACKED, "gzip", b"[1]"),
        (PACKED, " X-GZIP ", b"[1]"),
        (PACKED, "identity, gzip", b"[1]"),
        (gzip.compress(b"[", mtime=0) + gzip.compress(b"1]", mtime=0), "gzip", b"[1]"),
        (PACKED + b"\0\0", "gzip", b"[1]"),
        (zlib.compress(b"[1]"), "deflate", b"[1]"),
        (BLOCKS, "deflate", b"[1]"),
        (b"", "gzip", b""),
        (b"[1]", "", b"[1]"),
        (b"[1]", "identity", b"[1]"),
    ],
)
def test_what_servers_send(body, coding, content):
    assert bounds.unpacked(body, coding, 3) == content


def silent(connection, _request):
    connection.socket.recv(1)
    return "close"


class Threads:
    """Threads that send within one work that can be ended; errors: what each ended with."""

    def __init__(self, number, send):
        self.ending, self.errors, self._send = bounds.Ending(), [], send
        self._threads = [threading.Thread(target=self._run, daemon=True) for _number in range(number)]
        for thread in self._threads:
            thread.start()

    def _run(self):
        bounds.work_until(self.ending)
        try:
            self._send()
        except TransportError as error:
            self.errors.append(error)

    def join(self):
        for thread in self._threads:
            thread.join(LONG)
        assert not any(thread.is_alive() for thread in self._threads)


@pytest.mark.proves("NETWORK-7")
@pytest.mark.parametrize("kind", [InterruptedRequest, NotSentError])
def test_threads_end_with_their_work(serve, kind):
    """Threads that wait for an answer, and threads that wait before they ask again."""
    busy = ("503 Busy", "Retry-After: 3000")
    arrived = threading.Semaphore(0)

    def answer(connection, request):
        arrived.release()
        return silent(connection, request) if kind is InterruptedRequest else connection.send(*busy)

    server = serve(answer, tls=False)
    client = Http(Network(timeout=3000.0, retry_deadline=5000.0))
    threads = Threads(8, lambda: client.send(Request("read", "GET", server.url, safe=True)))
    assert arrived.acquire(timeout=LONG)
    threads.ending.begin(0.2 if kind is InterruptedRequest else LONG)
    threads.join()
    assert {type(error) for error in threads.errors} <= {kind, NotSentError}
    assert len(threads.errors) == 8
    assert all("the run was interrupted" in error.message for error in threads.errors)


def test_what_is_under_way_is_finished_before_the_end(serve):
    arrived, go_on = threading.Event(), threading.Event()

    def answer(connection, _request):
        arrived.set()
        go_on.wait(LONG)
        connection.send("200 OK")

    server, seen = serve(answer, tls=False), []
    client = Http(Network())
    threads = Threads(1, lambda: seen.append(client.send(Request("read", "GET", server.url)).status))
    assert arrived.wait(LONG)
    threads.ending.begin(LONG)
    go_on.set()
    threads.join()
    assert seen == [200]
