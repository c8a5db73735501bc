# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What comes before the first byte: a name that is looked up, addresses that are tried; and what bounds them."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import socket
import threading
import time

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network
from ansible_collections.rimops.insight.plugins.module_utils._transport import deadline as bounds
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    NotSentError,
    TransportError,
    UntrustedServerError,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._transport.conftest import LONG, ok

IN_TIME = "its name was not found, or none of its addresses reached, in time"


def ask(url, **network):
    client = Http(Network(**{"retry_limit": 0, "timeout": LONG, **network}))
    return client.send(Request("create event 'x'", "POST", url, json_body={}))


class Resolver:
    """Finds names when it is told to. asked: is called when a name is looked up; found: the names that it found."""

    def __init__(self, monkeypatch):
        self.told, self.found, self._find = threading.Event(), [], socket.getaddrinfo
        self.asked = lambda: None
        monkeypatch.setattr(socket, "getaddrinfo", self.find)

    def find(self, host, *arguments, **options):
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])  # as for Python while the system looks a name up
        try:
            self.asked()
            self.told.wait(LONG)
        finally:
            self.found.append(host)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
        return self._find("127.0.0.1", *arguments, **options)


@pytest.fixture
def resolver(monkeypatch):
    resolver = Resolver(monkeypatch)
    yield resolver
    resolver.told.set()


@pytest.mark.proves("NETWORK-20")
@pytest.mark.parametrize("through", ["directly", "through a proxy"])
def test_a_name_that_is_looked_up_for_ever(resolver, hand, monkeypatch, through):
    resolver.asked = lambda: hand.move(2 * LONG)
    if through == "through a proxy":
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.com:3128")
    with pytest.raises(NotSentError) as caught:
        ask("https://insight.example.com")
    assert resolver.found == []
    assert isinstance(caught.value, UntrustedServerError) == (through == "through a proxy")
    assert IN_TIME in caught.value.message


def test_a_name_that_is_found_late_is_found(resolver, serve):
    server = serve(ok, tls=False)
    resolver.asked = threading.Timer(2 * bounds.SLICE, resolver.told.set).start
    assert ask(f"http://insight.example.com:{server.port}").status == 200


@pytest.mark.proves("NETWORK-20")
def test_a_task_that_is_over_does_not_wait_for_a_name(resolver):
    """Ansible ends a task by an exception that a signal raises, and no signal ends the search for a name."""

    class Over(BaseException):
        pass

    def over(_number, _frame):
        raise Over

    before = signal.signal(signal.SIGALRM, over)
    resolver.asked = lambda: os.kill(os.getpid(), signal.SIGALRM)
    try:
        with pytest.raises(Over):
            ask("https://insight.example.com")
    finally:
        signal.signal(signal.SIGALRM, before)
    assert resolver.found == []


@contextlib.contextmanager
def dead_address():
    """An address that never answers, since its queue is full."""
    with socket.socket() as listening, contextlib.ExitStack() as waiting:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _number in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(listening.getsockname())
        yield listening.getsockname()


@pytest.mark.proves("NETWORK-20")
def test_all_addresses_of_a_name_share_one_deadline(serve, hand, monkeypatch):
    """Each takes its own time, fewer seconds than a connection may take; the last one lives."""
    server, over = serve(ok, tls=False), threading.Event()

    def found(seconds):
        for place in [dead] * 4 + [("127.0.0.1", server.port)]:
            yield socket.AF_INET, socket.SOCK_STREAM, 6, "", place
            hand.move(seconds)
            if hand.now > LONG:  # the next one is not tried before this is noticed
                over.wait(LONG)

    def ask_where_each_takes(seconds):
        hand.now = 0.0
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_arguments, **_options: found(seconds))
        return ask("http://insight.example.com", connect_timeout=0.1)

    with dead_address() as dead:
        assert ask_where_each_takes(0.2 * LONG).status == 200
        with pytest.raises(NotSentError) as caught:
            ask_where_each_takes(0.4 * LONG)
        assert IN_TIME in caught.value.message
    over.set()


def test_where_there_are_no_more_threads_it_connects_all_the_same(serve, monkeypatch):
    server = serve(ok, tls=False)

    class NoThread(threading.Thread):
        def start(self):
            raise RuntimeError("can't start new thread")

    monkeypatch.setattr(bounds, "Thread", NoThread)
    assert ask(server.url).status == 200


HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
MORE = b'HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\n{"x": 1}'
"""What comes after an answer, and would be taken for the next one."""
FRAMES = {
    "negative length": HEAD + b"Content-Length: -1\r\n\r\n{}",
    "length in letters": HEAD + b"Content-Length: two\r\n\r\n{}",
    "length with digits of another script": HEAD + "Content-Length: ٢\r\n\r\n{}".encode(),
    "length with a sign": HEAD + b"Content-Length: +2\r\n\r\n{}",
    "length beyond numbers": HEAD + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "length too large": HEAD + b"Content-Length: 2000\r\n\r\n{}",
    "length too small": HEAD + b"Content-Length: 2\r\n\r\n{}",
    "two lengths": HEAD + b"Content-Length: 2\r\nContent-Length: 4\r\n\r\n{}  ",
    "a list of lengths": HEAD + b"Content-Length: 2, 4\r\n\r\n{}  ",
    "length and chunks": HEAD + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks twice": HEAD + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks of another name": HEAD + b"Transfer-Encoding: xchunked\r\nContent-Length: 2\r\n\r\n{}",
    "negative chunk": CHUNKED + b"-2\r\n{}\r\n0\r\n\r\n",
    "no chunk size": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "chunk size beyond numbers": CHUNKED + b"f" * 17 + b"\r\n{}\r\n0\r\n\r\n",
    "chunk too long": CHUNKED + b"1\r\n{}\r\n0\r\n\r\n",
    "chunk too short": CHUNKED + b"3\r\n{}\r\n0\r\n\r\n",
    "many headers": HEAD + b"X: y\r\n" * 101 + b"Content-Length: 2\r\n\r\n{}",
    "a long header": HEAD + b"X: " + b"y" * 70_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
    "a header that is none": HEAD + b"nonsense\r\nContent-Length: 2\r\n\r\n{}",
    "a line end in a header": HEAD + b"X: a\rContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
    "no status": b"HTTP/1.1 2OO OK\r\nContent-Length: 2\r\n\r\n{}",
    "no headers at all": b"{}",
    "another HTTP": b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
    "another protocol": b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
    "no body by its status": b"HTTP/1.1 204 No Content\r\nContent-Length: 8\r\n\r\n",
    "nothing new": b"HTTP/1.1 304 Not Modified\r\n\r\n",
}


@pytest.mark.proves("NETWORK-7")
@pytest.mark.parametrize("frame", FRAMES)
def test_whatever_an_answer_says_of_its_end_it_ends_and_the_next_one_is_whole(serve, hand, frame):
    def answer(connection, request):
        if len(server.requests) == 1:
            connection.socket.sendall(FRAMES[frame])
            time.sleep(0.05)
            with contextlib.suppress(OSError):
                connection.socket.sendall(MORE)
            sent.set()
            if not select.select([connection.socket], [], [], 0.3)[0]:  # it waits for what never comes
                hand.move(2 * LONG)
        else:
            connection.send("200 OK", body=request[2])

    server, sent = serve(answer, tls=False), threading.Event()
    client = Http(Network(retry_limit=0, timeout=LONG))
    try:
        body = client.send(Request("create", "POST", server.url, json_body={"number": 1})).body
    except TransportError:
        body = b""
    assert body in (b"", b"{}")
    assert sent.wait(LONG)
    second = client.send(Request("create", "POST", server.url, json_body={"number": 2}))
    assert second.json() == {"number": 2}
