# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logins on a platform that fails for a while, or where somebody ended them."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import PASSWORD, SECRET, USER, Player, Server
from test_handshake import only

TIMES = 6
"""More than retry_limit sends again."""


def failing(server: Server, times: int, **details: Any) -> None:
    """The token endpoint fails for so many requests."""
    fault = {"match": {"operation": "oauth_token"}, "times": times, "kind": "status", **details}
    server.control("POST", "faults", [fault])


@pytest.mark.proves("NETWORK-6")
def test_a_platform_that_is_not_up_is_waited_for(server: Server, play: Player) -> None:
    failing(server, TIMES, status=502, body="Bad gateway", content_type="text/plain")
    played = play([{"name": "login", "rimops.insight.insight_token": {}}])
    assert played.code == 0, played.output
    assert played["login"]["acquired"] == "handshake"


@pytest.mark.proves("LOGIN-11")
def test_the_next_item_asks_again_where_no_credentials_were_refused(server: Server, play: Player) -> None:
    failing(server, 1, status=400, body={"error": "temporarily_unavailable"})
    played = play(
        [
            {
                "name": "login",
                "rimops.insight.insight_token": {},
                "loop": [1, 2],
                "ignore_errors": True,
            }
        ]
    )
    assert played.code == 0, played.output
    first, second = played.all("login")
    assert (first["failed"], second.get("failed", False)) == (True, False), played.output
    assert second["acquired"] == "handshake"


@pytest.mark.proves("LOGIN-5", "LOGIN-11", "SECRET-1")
def test_a_refusal_says_whose_credentials_are_wrong(server: Server, play: Player) -> None:
    """What is said does not depend on the code alone; and what was refused is not sent again by the next task."""
    person = {"grant_type": "password", "username": USER, "password": PASSWORD}
    tasks = {
        "application": ({}, 401, {"error": "unauthorized_client", "error_description": "Invalid client secret"}),
        "person": (person, 400, {"error": "invalid_grant", "error_description": "Account is not fully set up"}),
    }
    played = play(
        [
            task
            for name, (options, status, body) in tasks.items()
            for task in (
                {
                    "name": "fault",
                    "control": {
                        "requests": [
                            [
                                "POST",
                                "faults",
                                {
                                    "kind": "status",
                                    "match": {"operation": "oauth_token"},
                                    "times": 1,
                                    "status": status,
                                    "body": body,
                                },
                            ]
                        ]
                    },
                },
                {"name": name, "rimops.insight.insight_token": options, "ignore_errors": True},
                {"name": f"{name} again", "rimops.insight.insight_token": options, "ignore_errors": True},
            )
        ]
    )
    assert (
        "the application could not authenticate itself; it says: Invalid client secret" in played["application"]["msg"]
    ), played.output
    assert "Check client_id and its secret" in played["application"]["msg"]
    assert "Account is not fully set up" in played["person"]["msg"]
    assert all(word in played["person"]["msg"] for word in ("username", "password", "account"))
    for name in tasks:
        assert "the same credentials were refused" in played[f"{name} again"]["msg"]
    assert server.counted["handshakes"] == 0


@pytest.mark.proves("LOGIN-4")
def test_a_login_that_was_ended_is_begun_anew_in_the_same_run(server: Server, play: Player) -> None:
    options = only(grant_type="authorization_code", client_secret=SECRET, redirect_uri="https://localhost/nowhere")
    server.control(
        "POST", "credentials", {"client_id": options["client_id"], "redirect_uris": [options["redirect_uri"]]}
    )
    server.switch(token_lifetime=4, refresh_token_lifetime=4)
    person = {"authorize_url": "{{ page.authorization_url }}", "username": USER, "password": PASSWORD, "approve": True}
    back = {"authorization_response": "{{ browser.answers[0].redirect_url }}"}
    played = play(
        [
            {"name": "page", "rimops.insight.insight_token": options, "register": "page"},
            {"name": "browser", "control": {"requests": [["POST", "authorize", person]]}, "register": "browser"},
            {"name": "login", "rimops.insight.insight_token": {**options, **back}},
            {"name": "time passes", "ansible.builtin.wait_for": {"timeout": 5}, "delegate_to": "localhost"},
            {"name": "again", "rimops.insight.insight_token": options},
        ]
    )
    assert played.code == 0, played.output
    assert played["login"]["acquired"] == "handshake"
    assert played["again"]["authorization_url"].startswith("https://")
    assert played["again"]["authorization_url"] != played["page"]["authorization_url"]


@pytest.mark.proves("LOGIN-4")
def test_a_redirect_that_is_no_login_page_is_told(server: Server, play: Player) -> None:
    fault = {"match": {"operation": "find"}, "kind": "redirect", "location": "/insight/api/v2/associations/?a=b"}
    server.control("POST", "faults", [{**fault, "times": 2}])
    key = {"appCode": "123456", "appName": "Zelvora"}
    played = play([{"name": "read", "rimops.insight.insight_entity_info": {"type": "application", "key": key}}])
    assert played.code != 0
    assert "a redirect, which is not followed, to /insight/api/v2/associations/." in played["read"]["msg"]
    assert server.counted["handshakes"] == 1
