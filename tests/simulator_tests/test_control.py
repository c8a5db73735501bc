# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The control endpoints."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest
from simulator_tests.client import APPLICATION, AS_ALICE, KEY, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from simulator.process import Running


def test_seed_tamper_and_delete(client: Client) -> None:
    server = client.server
    seeded = server.seed("application", **APPLICATION)
    assert client.call("application/read", **KEY).json() == seeded
    path = f"entities/application/{seeded['id']}"
    tampered = server.control("PATCH", path, {"appName": "zelvora "})
    assert tampered["appName"] == "zelvora "
    assert client.call("application/read", **KEY).status_code == 404
    assert server.control("GET", path) == client.read(seeded) == tampered
    assert server.control("GET", "entities/application") == [tampered]
    server.control("DELETE", path)
    assert server.control("GET", "entities/application") == []


def test_paths_of_types_that_are_inside_others(server: Running) -> None:
    trial = server.seed("application/cta", **APPLICATION)
    application = server.seed("application", **APPLICATION)
    assert server.control("GET", f"entities/application/cta/{trial['uuid']}") == trial
    server.control("DELETE", "entities/application/cta")
    assert server.control("GET", "entities/application/cta") == []
    assert server.control("GET", "entities/application") == [application]
    server.control("DELETE", "entities")
    assert server.control("GET", "entities/application") == []


def test_entities_that_are_not_there(server: Running) -> None:
    for method, path, status in (
        ("GET", "entities/nothing", 404),
        ("GET", "entities/application/1", 404),
        ("PATCH", "entities/application", 405),
        ("PATCH", "counters", 405),
        ("GET", "nothing", 404),
    ):
        with pytest.raises(RuntimeError, match=str(status)):
            server.control(method, path, {} if method == "PATCH" else None)
    with pytest.raises(RuntimeError, match="not a JSON object"):
        server.control("POST", "entities/application", ["x"])


def test_another_type(client: Client) -> None:
    rules = {"unique": ["code"], "required": ["code"], "display": "{code}"}
    client.server.control("POST", "types/product/family", rules)
    made = client.create("product/family", code="A")
    assert client.call("product/family/create", code="A").status_code == 409
    assert client.call("product/family/read", code="A").json() == made


def test_counters(client: Client) -> None:
    counters = client.server.counters()
    assert (counters["requests"], counters["handshakes"], counters["max_concurrent"]) == (3, 1, 1)
    assert client.server.control("POST", "reset-counters") == client.server.counters()
    assert not any(client.server.counters().values())


def test_most_at_once(client: Client) -> None:
    client.server.switch(latency_ms=300)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _turn: client.call("application/read", **KEY), range(4)))
    assert client.server.counters()["max_concurrent"] == 4


def test_requests(client: Client) -> None:
    client.oauth(AS_ALICE)
    client.create()
    client.get(client.server.url + "/somewhere?x=1", headers={"Authorization": "Bearer x", "User-Agent": "me"})
    seen = client.server.control("GET", "requests")
    assert [one["operation"] for one in seen] == [
        "oauth_token",
        "session_start",
        "login",
        "oauth_token",
        "create",
        "unknown",
    ]
    assert seen[3]["body"] == AS_ALICE
    assert seen[4]["body"] == APPLICATION
    assert "x-csrf-token" in seen[4]["headers"]
    assert "JSESSIONID" in seen[4]["cookies"]
    last = client.server.control("GET", "requests?last=1")
    assert len(last) == 1
    assert (last[0]["method"], last[0]["path"], last[0]["query"]) == ("GET", "/somewhere", "x=1")
    assert (last[0]["status"], last[0]["user_agent"], last[0]["authorization"]) == (404, "me", "Bearer")
    assert client.server.control("GET", "requests?last=0") == []


def test_why_a_request_was_refused(client: Client) -> None:
    client.call("application/read", **KEY)
    client.server.fault("html")
    client.call("application/read", **KEY)
    missing, struck = client.server.control("GET", "requests?last=2")
    assert "No application matches" in missing["reason"]
    assert struck["fault"] == "html"
