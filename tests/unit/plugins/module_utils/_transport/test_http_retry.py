# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sending again: how often, after how long, and never what could do harm. Time is made up."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from email.utils import formatdate

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import BUSY as BY_DEFAULT
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import predicate_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Clock, Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    InterruptedRequest,
    NotSentError,
    UntrustedServerError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Script, answer
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._transport.conftest import LONG

BUSY = answer(503, None, **{"retry-after": "3"})
DOWN = answer(502, None)
OK = answer(200, {})
LOST = InterruptedRequest("read", "lost")
UNSENT = NotSentError("read", "not reached")


def client(*answers, busy=None, **network):
    """An Http whose single attempts are scripted. busy: what the profile calls so."""
    fake, script = FakeClock(), Script(*answers)
    said = BY_DEFAULT if busy is None else predicate_of(busy)
    http = Http(Network(**network), fake.clock, jitter=lambda: 1.0, busy=said)
    http._send_once = script
    return http, fake, script


def read(safe=True):
    return Request("read", "POST", "https://a.example.com", safe=safe)


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize("safe", [True, False])
def test_it_waits_as_long_as_it_is_asked_to(safe):
    http, fake, script = client(BUSY, BUSY, OK)
    assert http.send(read(safe)) is OK
    assert fake.sleeps == [3.0, 3.0]
    assert len(script.requests) == 3


@pytest.mark.proves("NETWORK-4")
def test_a_date_is_waited_for():
    http, fake, _script = client(answer(429, None, **{"retry-after": "Mon, 12 Jan 1970 13:47:00 GMT"}), OK)
    assert http.send(read()) is OK
    assert fake.sleeps == [20.0]  # the clock starts a million seconds after 1970


@pytest.mark.parametrize("trouble", [LOST, UNSENT, answer(502), answer(504)])
def test_a_read_is_sent_again(trouble):
    http, fake, script = client(trouble, trouble, OK)
    assert http.send(read()) is OK
    assert fake.sleeps == [0.5, 1.0]
    assert len(script.requests) == 3


@pytest.mark.proves("NETWORK-4")
def test_a_write_is_sent_again_only_where_it_never_left():
    http, _fake, script = client(UNSENT, OK)
    assert http.send(read(safe=False)) is OK
    assert len(script.requests) == 2
    http, _fake, script = client(LOST, OK)
    with pytest.raises(InterruptedRequest):
        http.send(read(safe=False))
    assert len(script.requests) == 1


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize(("limit", "asked", "status"), [(4, 4, 200), (2, 3, 429), (0, 1, 429)])
def test_a_write_that_came_too_often_is_sent_again_as_often_as_the_limit_allows(limit, asked, status):
    http, fake, script = client(*[answer(429)] * 3, OK, retry_limit=limit)
    assert http.send(read(safe=False)).status == status
    assert len(script.requests) == asked
    assert fake.sleeps == [0.5, 1.0, 2.0][: asked - 1]


@pytest.mark.proves("NETWORK-4")
def test_a_write_that_came_too_often_is_sent_again_within_the_deadline():
    http, fake, script = client(*[answer(429)] * 9, retry_limit=9, retry_deadline=4.0)
    assert http.send(read(safe=False)).status == 429
    assert (len(script.requests), fake.passed) == (4, 3.5)


@pytest.mark.proves("NETWORK-4")
def test_answers_that_say_when_to_come_back_leave_the_limit_to_others():
    http, _fake, script = client(BUSY, BUSY, DOWN, OK, retry_limit=1)
    assert http.send(read()) is OK
    assert len(script.requests) == 4


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize("status", [429, 503])
def test_a_server_that_asks_for_fewer_requests_gets_fewer_at_a_time(serve, status):
    """The limit on requests at a time is what changes, so that is looked at: the next burst, as it arrives."""
    together, most, lock, calm = 0, 0, threading.Lock(), threading.Event()
    burst = threading.Barrier(16, action=calm.set, timeout=LONG)

    def answers(connection, _request):
        nonlocal together, most
        if not calm.is_set():
            burst.wait()
            connection.send(f"{status} Slow down", "Retry-After: 0")
            return
        with lock:
            together += 1
            most = max(most, together)
        time.sleep(0.02)
        with lock:
            together -= 1
        connection.send("200 OK")

    server, http = serve(answers, tls=False), Http(Network())
    sending = [
        threading.Thread(target=http.send, args=[Request("read", "GET", server.url, safe=True)])
        for _number in range(16)
    ]
    for thread in sending:
        thread.start()
    for thread in sending:
        thread.join()
    assert most < 16


@pytest.mark.proves("NETWORK-4")
def test_a_date_is_waited_for_by_the_clock_of_the_server(serve):
    asked = []

    def answers(connection, request):
        asked.append(request)
        there = time.time() + 600
        dates = (f"Date: {formatdate(there, usegmt=True)}", f"Retry-After: {formatdate(there + 1, usegmt=True)}")
        connection.send(*(("503 Busy", *dates) if len(asked) == 1 else ("200 OK",)))

    assert Http(Network()).send(Request("read", "POST", serve(answers, tls=False).url)).status == 200


@pytest.mark.parametrize("status", [502, 503, 504])
def test_a_write_keeps_an_answer_that_names_no_time(status):
    http, fake, _script = client(answer(status), OK)
    assert http.send(read(safe=False)).status == status
    assert fake.sleeps == []


NOT_UP = NotSentError("open", "connection refused", starting=True)


def first(**more):
    """The first request of a handshake."""
    return Request("open", "GET", "https://a.example.com/token", safe=True, patient=True, **more)


@pytest.mark.proves("NETWORK-6")
@pytest.mark.parametrize("trouble", [NOT_UP, answer(503), answer(502)])
def test_a_server_that_is_not_up_yet_is_waited_for_and_said_to_be(trouble):
    http, _fake, script = client(*[trouble] * 8, OK)
    said = []
    http._show = said.append
    assert http.send(first()) is OK
    assert len(script.requests) == 9
    assert said == ["https://a.example.com is not up yet; it is asked for 60 s"]


@pytest.mark.parametrize(
    ("network", "asked"), [({"timeout": 10.0}, 6), ({"retry_limit": 0}, 1), ({"retry_deadline": 3}, 3)]
)
def test_it_is_waited_for_as_long_as_timeout_and_retries_allow(network, asked):
    http, _fake, script = client(*[NOT_UP] * 20, **network)
    with pytest.raises(NotSentError):
        http.send(first())
    assert len(script.requests) == asked


def test_a_server_that_cannot_be_reached_for_another_reason_is_not_waited_for():
    http, _fake, script = client(*[UNSENT] * 20)
    with pytest.raises(NotSentError):
        http.send(first())
    assert len(script.requests) == 5


def test_what_was_refused_is_not_asked_again():
    http, _fake, script = client(UntrustedServerError("read", "no"), OK)
    with pytest.raises(UntrustedServerError):
        http.send(read())
    assert len(script.requests) == 1


@pytest.mark.parametrize("limit", [0, 1, 4])
def test_the_limit(limit):
    http, _fake, script = client(*[DOWN] * 9, retry_limit=limit)
    assert http.send(read()) is DOWN
    assert len(script.requests) == limit + 1
    http, _fake, script = client(*[LOST] * 9, retry_limit=limit)
    with pytest.raises(InterruptedRequest):
        http.send(read())
    assert len(script.requests) == limit + 1


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize("safe", [True, False])
def test_a_server_that_says_when_to_come_back_is_asked_as_often_as_the_deadline_allows(safe):
    http, fake, script = client(*[BUSY] * 9, OK, retry_limit=0)
    assert http.send(read(safe)) is OK
    assert fake.passed == 27.0
    http, fake, script = client(*[answer(429, None, **{"retry-after": "0"})] * 30, retry_limit=0, retry_deadline=1.0)
    assert http.send(read(safe)).status == 429
    assert 5 < len(script.requests) < 15  # at once is not at all times


@pytest.mark.proves("NETWORK-4")
def test_the_deadline():
    http, fake, script = client(*[BUSY] * 9, retry_deadline=7.0)
    assert http.send(read()) is BUSY
    assert fake.passed == 6.0  # a third pause would end behind the deadline
    assert len(script.requests) == 3
    http, fake, script = client(*[LOST] * 9, retry_deadline=2.0)
    with pytest.raises(InterruptedRequest):
        http.send(read())
    assert fake.passed == 1.5


LOCKED = {"status": [423], "words": "locked by a job"}
LATER = {"status": [200], "body": {"state": "try again"}}


def busy(one, content):
    """An answer that one alternative calls busy."""
    return answer(one["status"][0], content)


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize("own", [True, False], ids=["of the request", "of the profile"])
@pytest.mark.parametrize(
    ("one", "content"), [(LOCKED, b"It is Locked by a job."), (LATER, {"state": "try again"})], ids=["423", "200"]
)
def test_a_write_is_sent_again_where_the_profile_calls_the_server_busy(own, one, content):
    came = busy(one, content)
    http, fake, script = client(came, came, OK, busy=[] if own else [one])
    write = replace(read(safe=False), busy=predicate_of([one]) if own else None)
    assert http.send(write) is OK
    assert fake.sleeps == [0.5, 1.0]
    http, fake, script = client(*[came] * 9, busy=[one])
    assert http.send(write).busy == predicate_of([one])[0]
    assert len(script.requests) == 5  # as often as retry_limit says, and then the answer is kept


@pytest.mark.proves("NETWORK-4")
def test_what_the_profile_does_not_call_busy_is_not_sent_again():
    for came in (answer(423, b"It is locked by Ann."), answer(429, {}, **{"retry-after": "1"})):
        came = replace(came, busy=None)
        http, _fake, script = client(came, OK, busy=[LOCKED])
        assert http.send(replace(read(safe=False), busy=None)) is came
        assert len(script.requests) == 1


@pytest.mark.proves("NETWORK-4")
def test_the_identity_platform_is_busy_as_ever():
    http, _fake, script = client(answer(429), OK, busy=[LOCKED])
    assert http.send(read(safe=False)) is OK
    assert len(script.requests) == 2


def test_a_pause_longer_than_the_deadline_is_not_begun():
    http, fake, _script = client(answer(429, None, **{"retry-after": "9999"}), OK)
    assert http.send(read()).status == 429
    assert fake.sleeps == []


def test_a_pause_holds_for_the_requests_that_come_after():
    http, fake, script = client(BUSY, OK, OK)
    held = []

    def sleeping(seconds):
        if not held:
            held.append(seconds)
            assert http.send(read()) is OK  # another request, while the first one waits
        fake.sleep(seconds)

    http._clock = Clock(fake.clock.now, fake.clock.monotonic, sleeping)
    assert http.send(read()) is OK
    assert held == [3.0]
    assert fake.sleeps[0] == 3.0  # the other one waited too
    assert len(script.requests) == 3


def test_a_pause_that_gets_longer_is_waited_for_whole():
    http, fake, _script = client(OK)
    http._pause_until = 3.0

    def sleeping(seconds):
        fake.sleep(seconds)
        http._pause_until = 5.0

    http._clock = Clock(fake.clock.now, fake.clock.monotonic, sleeping)
    http.send(read())
    assert fake.sleeps == [3.0, 2.0]


def test_a_pause_ends_with_the_own_deadline():
    http, fake, _script = client(OK, retry_deadline=2.0)
    http._pause_until = 50.0
    assert http.send(read()) is OK
    assert fake.sleeps == [2.0]


def test_threads_share_connections_and_pauses(serve):
    asked = []

    def answers(connection, request):
        asked.append(request)
        connection.send(*(("503 Busy", "Retry-After: 0") if len(asked) == 1 else ("200 OK",)))

    http, statuses = Http(Network(retry_limit=1)), []
    server = serve(answers, tls=False)
    threads = [
        threading.Thread(target=lambda: statuses.append(http.send(Request("read", "GET", server.url)).status))
        for _number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert len(asked) == 9
