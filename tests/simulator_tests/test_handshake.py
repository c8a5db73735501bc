# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The handshake of each dialect, and what its refusals look like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from simulator_tests.client import ALICE, APPLICATION, AS_ALICE, AS_MACHINE, KEY, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.process import Running


def bearer(client: Client) -> dict[str, str]:
    return {"access_token": client.token(), "token_type": "Bearer"}


def password(_client: Client) -> dict[str, str]:
    return ALICE


DIALECTS = {"insight": ("xAuthToken", bearer), "insight_7_0": ("token", password), "insight_6_2": ("token", password)}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_handshake(dialect: str, servers: Callable[[str], Running]) -> None:
    field, credentials = DIALECTS[dialect]
    server = servers(dialect)
    server.reset()
    with Client(server) as client:
        started = client.start(field)
        assert started.json().keys() == {field}
        assert re.fullmatch("[0-9A-F]{32}", client.session_id)
        assert started.headers["X-CSRF-HEADER"] == "X-CSRF-TOKEN"
        assert started.headers["X-CSRF-PARAM"] == "_csrf"
        assert started.headers["Content-Type"] == "application/json"
        assert "Date" in started.headers
        before = started.headers["X-CSRF-TOKEN"]
        answer = client.call("login", **credentials(client))
        assert (answer.status_code, answer.json()) == (200, {})
        assert answer.headers["X-CSRF-TOKEN"] != before
        assert client.cookies["JSESSIONID"] != client.session_id
        assert client.call("event/read", eventName="none").status_code == 404
    counters = server.counters()
    assert (counters["session_starts"], counters["handshakes"], counters["finds"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("dialect", "login"),
    [
        ("insight", {"access_token": "invented", "token_type": "Bearer"}),
        ("insight", {"token_type": "Bearer"}),
        ("insight", ALICE),
        ("insight_7_0", {**ALICE, "password": "wrong"}),
        ("insight_7_0", {"username": "nobody@example.com", "password": "wrong"}),
        ("insight_6_2", {}),
    ],
)
def test_wrong_credentials(dialect: str, login: dict[str, Any], servers: Callable[[str], Running]) -> None:
    server = servers(dialect)
    server.reset()
    with Client(server) as client:
        answer = client.log_in(login, DIALECTS[dialect][0])
        assert answer.status_code == 401
        assert answer.json().keys() == {"message"}
        assert client.call("event/read", eventName="none").status_code == 401
    assert server.counters()["handshakes"] == 0


def test_token_type_must_be_bearer(server: Running) -> None:
    with Client(server) as client:
        assert client.log_in({"access_token": client.token(), "token_type": "MAC"}).status_code == 401


def test_login_that_is_not_json(server: Running) -> None:
    with Client(server) as client:
        client.start()
        assert client.post(f"{server.url}/insight/api/v2/login", data=b"{not json").status_code == 400


def test_csrf_token_is_needed(client: Client) -> None:
    right = str(client.headers.pop("X-CSRF-TOKEN"))
    refused = client.call("application/create", **APPLICATION)
    assert refused.status_code == 403
    assert "CSRF" in refused.json()["message"]
    client.headers["X-CSRF-TOKEN"] = "wrong"
    assert client.call("application/read", **KEY).status_code == 403
    assert client.server.counters()["writes"] == 0
    del client.headers["X-CSRF-TOKEN"]
    assert client.call(f"application/create?_csrf={right}", **APPLICATION).status_code == 201


def test_login_needs_the_csrf_token_too(server: Running) -> None:
    with Client(server) as client:
        client.start()
        del client.headers["X-CSRF-TOKEN"]
        assert client.call("login", **bearer(client)).status_code == 403


def test_no_session(server: Running) -> None:
    with Client(server) as client:
        answer = client.call("application/read", **KEY)
        assert answer.status_code == 401
        assert "session" in answer.json()["message"]
        assert client.call("login", **bearer(client)).status_code == 401


def test_the_first_step_alone_does_not_log_in(server: Running) -> None:
    with Client(server) as client:
        client.start()
        assert client.call("application/read", **KEY).status_code == 401


def test_expired_sessions_and_tokens(client: Client) -> None:
    token = client.token()
    client.server.control("POST", "expire", {"what": "sessions"})
    assert client.call("application/read", **KEY).status_code == 401
    assert client.log_in({"access_token": token, "token_type": "Bearer"}).status_code == 200
    client.server.control("POST", "expire", {"what": "tokens"})
    assert client.call("application/read", **KEY).status_code == 404
    assert client.log_in({"access_token": token, "token_type": "Bearer"}).status_code == 401


@pytest.mark.parametrize(("form", "who"), [(AS_ALICE, ALICE["username"]), (AS_MACHINE, "Data Exchange")])
def test_who_appears_in_the_entity(form: dict[str, str], who: str, server: Running) -> None:
    with Client(server) as client:
        client.log_in({"access_token": client.token(form), "token_type": "Bearer"})
        assert client.create()["lastChangedBy"] == who


def test_moved_and_unknown_paths_are_html(client: Client) -> None:
    for path in ("nothing/read", "application/shrink", "application"):
        answer = client.call(path)
        assert answer.status_code == 404
        assert answer.headers["Content-Type"].startswith("text/html")
    assert client.get(client.server.url + "/insight/api/v1/token").status_code == 404
    assert client.put(client.server.url + "/insight/api/v2/token").status_code == 404
