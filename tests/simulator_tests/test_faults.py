# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kind of fault, as a client sees it, and whether the request was carried out."""

from __future__ import annotations

import datetime
import time
from concurrent.futures import ThreadPoolExecutor, wait
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import pytest
import requests
from simulator.faults import KINDS
from simulator_tests.client import APPLICATION, AS_ALICE, KEY, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from simulator.process import Running


def find(client: Client) -> Any:
    return client.call("application/read", **KEY)


def stored(server: Running) -> int:
    return len(server.control("GET", "entities/application"))


@pytest.mark.parametrize("code", [409, 412, 422, 429, 500, 503])
def test_status(code: int, client: Client) -> None:
    client.server.fault("status", "write", status=code)
    answer = client.call("application/create", **APPLICATION)
    assert (answer.status_code, answer.json()) == (code, {"message": f"The server answers {code}."})
    assert stored(client.server) == 0
    assert client.server.counters()["writes"] == 1
    assert find(client).status_code == 404


def test_status_in_full(client: Client) -> None:
    client.server.fault("status", status=418, body={"odd": 1}, headers={"X-Odd": "2"}, content_type="application/odd")
    answer = find(client)
    assert (answer.status_code, answer.json(), answer.headers["X-Odd"]) == (418, {"odd": 1}, "2")
    assert answer.headers["Content-Type"] == "application/odd"
    client.server.fault("status", status=502, body="Bad gateway")
    answer = find(client)
    assert (answer.text, answer.headers["Content-Type"]) == ("Bad gateway", "text/plain;charset=UTF-8")


def test_retry_after(client: Client) -> None:
    client.server.fault("status", status=429, retry_after=3)
    assert find(client).headers["Retry-After"] == "3"
    client.server.fault("status", status=503, retry_after_seconds_as_date=120)
    answer = find(client)
    date, after = (parsedate_to_datetime(answer.headers[name]) for name in ("Date", "Retry-After"))
    assert datetime.timedelta(seconds=118) <= after - date <= datetime.timedelta(seconds=122)


def test_throttled_token_endpoint(client: Client) -> None:
    client.server.fault("status", "token", status=429, retry_after=1)
    answer = client.oauth(AS_ALICE)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "1")
    assert (answer.json()["error"], answer.json()["error_codes"]) == ("temporarily_unavailable", [90055])


@pytest.mark.parametrize(("kind", "created"), [("drop_before", 0), ("drop_after", 1), ("drop_inside", 1)])
def test_drops(kind: str, created: int, client: Client) -> None:
    client.server.fault(kind, "create")
    with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
        client.call("application/create", **APPLICATION)
    assert stored(client.server) == created
    assert client.server.counters()["writes"] == created
    assert find(client).status_code == (200 if created else 404)


def test_truncated_json(client: Client) -> None:
    client.server.fault("truncated_json", "create")
    answer = client.call("application/create", **APPLICATION)
    assert answer.status_code == 201
    assert answer.headers["Content-Type"] == "application/json"
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert stored(client.server) == 1


def test_not_json(client: Client) -> None:
    client.server.fault("not_json")
    answer = find(client)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    with pytest.raises(requests.JSONDecodeError):
        answer.json()


def test_html(client: Client) -> None:
    client.server.fault("html")
    answer = find(client)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (200, "text/html")
    assert "password" in answer.text
    client.server.fault("html", status=404, body="<p>gone</p>")
    answer = find(client)
    assert (answer.status_code, answer.text) == (404, "<p>gone</p>")


def test_empty_body(client: Client) -> None:
    client.server.fault("empty_body", "create")
    answer = client.call("application/create", **APPLICATION)
    assert (answer.status_code, answer.content) == (201, b"")
    assert stored(client.server) == 1
    client.server.fault("empty_body", "find", status=200)
    assert find(client).content == b""


def test_wrong_content_type(client: Client) -> None:
    client.create()
    client.server.fault("wrong_content_type", content_type="application/octet-stream")
    answer = find(client)
    assert (answer.headers["Content-Type"], answer.json()["appCode"]) == ("application/octet-stream", "123456")


def test_redirect(client: Client) -> None:
    client.server.fault("redirect", location="https://evil.example.com/x", status=307)
    answer = find(client)
    assert (answer.status_code, answer.headers["Location"]) == (307, "https://evil.example.com/x")


def test_slow(client: Client) -> None:
    client.server.fault("slow", seconds=5)
    with pytest.raises(requests.ReadTimeout):
        client.post(client.server.url + "/insight/api/v2/application/read", json=KEY, timeout=(600, 0.2))


def test_together(client: Client) -> None:
    client.server.fault("together", "find", times=3)
    with ThreadPoolExecutor() as pool:
        first = [pool.submit(find, client) for _turn in range(2)]
        assert not wait(first, timeout=0.3).done
        assert find(client).status_code == 404
        assert not wait(first, timeout=600).not_done
    assert find(client).status_code == 404


def test_huge(client: Client) -> None:
    client.server.fault("huge", bytes=3_000_000)
    answer = find(client)
    assert len(answer.content) == 3_000_000
    assert answer.json().keys() == {"filler"}
    assert "Content-Length" not in answer.headers


def test_short_page(client: Client) -> None:
    client.create()
    client.server.fault("short_page", "list")
    content = client.call("application/list").json()
    assert (content["items"], content["total"]) == ([], 1)


def test_session_ends(client: Client) -> None:
    client.server.fault("session_ends", "find")
    assert [find(client).status_code for _turn in range(2)] == [404, 401]


def test_late(client: Client) -> None:
    find(client)
    client.server.fault("late", "find", seconds=5)
    with pytest.raises(requests.ReadTimeout):
        client.post(client.server.url + "/insight/api/v2/application/read", json=KEY, timeout=(600, 0.2))
    while client.server.counters()["faults"] == 0:
        time.sleep(0.01)
    assert client.server.counters()["finds"] == 2


def test_every_kind_has_its_test() -> None:
    tested = "status drop_before drop_after drop_inside truncated_json not_json html empty_body wrong_content_type"
    assert {
        *tested.split(),
        "redirect",
        "slow",
        "together",
        "huge",
        "short_page",
        "session_ends",
        "late",
    } == KINDS.keys()


# Which requests a fault strikes


def codes(client: Client, number: int) -> list[int]:
    return [find(client).status_code for _turn in range(number)]


def test_times_and_after(client: Client) -> None:
    client.server.fault("status", "find", status=500, times=2, after=1)
    assert codes(client, 5) == [404, 500, 500, 404, 404]
    assert client.server.control("GET", "faults") == []
    assert client.server.counters()["faults"] == 2


def test_for_ever_until_cleared(client: Client) -> None:
    client.server.fault("status", "find", status=500, times=0)
    assert codes(client, 3) == [500] * 3
    client.server.control("DELETE", "faults")
    assert codes(client, 1) == [404]


def test_the_first_in_the_queue_strikes(client: Client) -> None:
    client.server.fault("status", status=500)
    client.server.fault("status", status=503)
    assert codes(client, 3) == [500, 503, 404]


def test_matching(client: Client) -> None:
    client.server.fault("status", ["read", "login"], status=500)
    client.server.control("POST", "faults", {"kind": "html", "match": {"path": "/event/"}})
    client.server.control("POST", "faults", {"kind": "not_json", "match": {"body": "654321"}})
    assert find(client).status_code == 404
    assert client.call("application/1/read").status_code == 500
    assert client.call("event/read", eventName="x").headers["Content-Type"][:9] == "text/html"
    assert client.call("application/read", appCode="654321").text.startswith("this is not")
    assert client.server.control("GET", "faults") == []


def test_probability_is_repeatable(client: Client) -> None:
    runs = []
    for _turn in range(2):
        client.server.fault("status", "find", status=500, times=0, probability=0.5, seed=7)
        runs.append(codes(client, 20))
        client.server.control("DELETE", "faults")
    assert runs[0] == runs[1]
    assert {404, 500} == set(runs[0])


def test_a_processed_fault_can_be_chosen(client: Client) -> None:
    client.server.fault("empty_body", "create", processed=False, status=503)
    client.call("application/create", **APPLICATION)
    assert stored(client.server) == 0


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        ({"kind": "earthquake"}, "drop_before"),
        ("text", "an object with a kind"),
        ({"kind": "html", "match": {"operation": "reed"}}, "no operation reed"),
        ({"kind": "html", "match": {"paths": "x"}}, "operation, path, body"),
        ({"kind": "html", "location": "x"}, "html does not know location"),
    ],
)
def test_faults_that_are_none(fault: Any, problem: str, server: Running) -> None:
    with pytest.raises(RuntimeError, match=problem):
        server.control("POST", "faults", [{"kind": "html"}, fault])
    assert server.control("GET", "faults") == []
