# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The form of the request log, and what is told of a request that goes again. Time is made up."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Network
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils._transport.request_log import (
    MOST_LINES,
    last_of,
    line,
    log_of,
)
from ansible_collections.rimops.insight.plugins.module_utils.errors import InterruptedRequest, NotSentError, ServerError
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Script, answer

pytestmark = pytest.mark.proves("LOG-1")
OURS = "https://a.example.com"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        (f"{OURS}/insight/api/v2/event/46098", "/insight/api/v2/event/46098"),
        (f"{OURS}/event/list?filter=personal&page=2#part", "/event/list"),
        (f"{OURS}/event;jsessionid=0123456789/46098;v=1", "/event/46098"),
        (OURS, "/"),
        (f"{OURS}:8443/event", f"{OURS}:8443/event"),
        ("http://a.example.com/event", "http://a.example.com/event"),
        ("https://user:hunter22@login.example.org/t/token?a=b", "https://login.example.org/t/token"),
        ("https://[::1", "the server/"),
    ],
)
def test_a_place_is_told_without_what_may_be_private(url, shown):
    request = Request("read", "GET", url, headers={"X-Private": "header"}, json_body={"private": "body"})
    assert line(request, OURS, 200, 0.0449) == f"rimops.insight: GET {shown}: 200 in 45 ms"


def test_one_form_for_all():
    request = Request("create", "POST", f"{OURS}/event")
    again = request.again("HTTP 503, waited 0.5 s").again("the session was lost")
    assert line(again, OURS, 201, 1.5) == (
        "rimops.insight: POST /event: 201 in 1500 ms (attempt 3: the session was lost)"
    )
    assert line(request, OURS, "no answer", 30, "it was late") == (
        "rimops.insight: POST /event: no answer in 30000 ms; it was late"
    )
    assert request.again("why", 4).attempt == 5  # what the transport sent meanwhile counts


class Interruption(BaseException):
    """What ends a request from outside, as the timeout of a task does."""


def logged(*answers, method="GET", **network):
    """What is told of a request that is answered so, and how it ended."""
    lines, fake = [], FakeClock()
    http = Http(Network(**network), fake.clock, jitter=lambda: 1.0)
    http._send_once, http.log = Script(*answers), log_of(lines.append, OURS)
    try:
        ended = http.send(Request("read", method, f"{OURS}/event", safe=method == "GET")).status
    except (InterruptedRequest, NotSentError, ServerError, Interruption) as error:
        ended = type(error)
    return [one.partition("/event: ")[2] for one in lines], ended


def test_each_attempt_is_told_with_its_reason():
    busy = answer(503, {"message": "private"}, **{"retry-after": "3", "x-private": "header"})
    refused = NotSentError("read", "it cannot be reached")
    lost = InterruptedRequest("read", "the connection was lost")
    lines, ended = logged(busy, refused, lost, answer(200, {}))
    assert ended == 200
    assert lines == [
        "503 in 0 ms",
        "no answer in 0 ms (attempt 2: HTTP 503, waited 3.0 s); it cannot be reached",
        "no answer in 0 ms (attempt 3: it cannot be reached, waited 0.5 s); the connection was lost",
        "200 in 0 ms (attempt 4: the connection was lost, waited 1.0 s)",
    ]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (InterruptedRequest("create", "the connection was lost"), "no answer in 0 ms; the connection was lost"),
        (ServerError("create", "the answer is too large", status=200), "200 in 0 ms; the answer is too large"),
        (answer(422, {"message": "private"}), "422 in 0 ms"),
    ],
)
def test_what_ends_a_write_is_told(given, told):
    assert logged(given, method="POST") == ([told], getattr(given, "status", type(given)))


def test_a_request_that_is_broken_off_is_told():
    def interrupted(_request):
        raise Interruption

    lines = []
    http = Http(Network())
    http._send_once, http.log = interrupted, log_of(lines.append, OURS)
    with pytest.raises(Interruption):
        http.send(Request("read", "GET", f"{OURS}/event"))
    assert [one.endswith("ms; it was broken off") for one in lines] == [True]


def test_nothing_is_made_where_nobody_listens(monkeypatch):
    monkeypatch.setattr(Http, "_send_logged", lambda *_arguments: pytest.fail("a line was made"))
    http = Http(Network())
    http._send_once, http.log = Script(answer(200, {})), log_of(None, OURS)
    assert http.send(Request("read", "GET", OURS)).status == 200


def test_the_last_lines_are_kept_with_the_number_of_the_others():
    assert last_of(["a"] * MOST_LINES) == ["a"] * MOST_LINES
    kept = last_of([str(number) for number in range(MOST_LINES + 3)])
    assert (kept[0], kept[-2], len(kept)) == ("3", str(MOST_LINES + 2), MOST_LINES + 1)
    assert kept[-1] == "rimops.insight: 3 requests before these are left out"
