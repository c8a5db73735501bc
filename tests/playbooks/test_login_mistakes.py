# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is told of a login that a profile says wrongly: which step, what should have come, what came. What no request
can carry, or would lead elsewhere, is not sent."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from in_process import run
from small_logins import PASSWORD, USER
from small_system import SmallSystem
from systems.base.fixtures import as_new, started_once

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge

pytestmark = pytest.mark.one_core

PROFILE = {
    "format": 2,
    "name": "staff",
    "extends": "rest",
    "base_path": "/staff",
    "session": {
        "steps": {
            "login": {
                "method": "POST",
                "path": "login",
                "json": {"user": "{username}", "password": "{password}"},
                "take": {"token": "body.token"},
            }
        },
        "carry": {"headers": {"Authorization": "Bearer {token}"}},
    },
    "types": {
        "team": {
            "path": "teams",
            "key": {"attributes": ["name"]},
            "find": "list",
            "list": {"method": "GET", "path": "{type.path}", "entity": "body.items"},
        }
    },
}
TEAM = {"type": "team", "key": {"name": "Support"}}

running = started_once(SmallSystem)
system = as_new


@pytest.fixture
def told(system: SmallSystem, tmp_path: Path) -> Any:
    """The message of a run with the profile changed so."""

    def told(changes: dict[str, Any], **options: Any) -> str:
        where = {"url": system.url, "ca_path": system.ca_path, "profile": merge(PROFILE, changes)}
        user = {"username": USER, "password": PASSWORD, **options}
        play = Player(system, tmp_path, defaults={**where, **user})  # type: ignore[arg-type]  # as in test_small_logins
        result = run(play, {"name": "read", "rimops.insight.insight_entity_info": TEAM})
        assert not {PASSWORD, *system.staff.tokens} & set(json.dumps(result).split('"'))
        return str(result["msg"]) if result["failed"] else ""

    return told


def taking(where: Any, **more: Any) -> dict[str, Any]:
    return {"session": {"steps": {"login": {"take": {"token": where}}, **more}}}


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize(
    ("where", "says"),
    [
        ("body.data.token", "the answer has no token in 'data.token', where profile staff expects it"),
        ("body.data.token", "came an object with token, refresh, seconds"),
        ("body", "expected a text in 'body'"),
        (["body.a", "body.b"], "no token in 'a'"),
        ("header.X-Token", "the answer announces no token"),
        (
            "cookie.SID",
            "the answer has no token in the cookie SID: expected a text in the cookie SID, came the headers ",
        ),
        ("location.id", "the answer has no token in the header Location"),
    ],
)
def test_a_step_whose_answer_lacks_what_is_to_be_taken(system: SmallSystem, told: Any, where: Any, says: str) -> None:
    message = told(taking(where))
    assert says in message and message.startswith("Cannot log in: ")
    assert "session.steps.login.take.token" in message
    assert system.staff.counted["logins"] == 1


@pytest.mark.proves("LOGIN-5")
def test_a_value_that_no_step_takes_is_told_before_anything_is_sent(system: SmallSystem, told: Any) -> None:
    assert "names {ticket}" in told({"session": {"carry": {"headers": {"X-Ticket": "{ticket}"}}}})
    lacks = {"session": {"take": {"ticket": "header.X-Ticket"}, "carry": {"headers": {"X-Ticket": "{ticket}"}}}}
    assert system.staff.counted["logins"] == 0
    message = told(lacks)
    assert "requests carry the ticket, and there is none: no answer of the login brought it" in message
    assert "session.take.ticket" in message and not system.staff.writes


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize("where", ["step", "carry"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\nX-More: 1", "\0", "\u2028"])
def test_a_header_whose_value_holds_a_line_end(system: SmallSystem, told: Any, where: str, end: str) -> None:
    headers = {"headers": {"X-Pass": "{password}"}}
    changes = {"carry": headers} if where == "carry" else {"steps": {"login": headers}}
    message = told({"session": changes}, password=f"a canary{end}of two lines")
    assert "its header X-Pass holds a character that no header carries" in message
    assert "canary" not in message and system.staff.counted["logins"] == 0


@pytest.mark.proves("NETWORK-8")
def test_a_path_that_leads_elsewhere(system: SmallSystem, told: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as thief:
        thief.settimeout(0.2)
        there = f"127.0.0.1:{thief.getsockname()[1]}"
        lead = [
            *({"base_path": path} for path in (f"@{there}", f":1@{there}", f".{there}", f"\\@{there}", f"//{there}")),
            *(
                {"session": {"steps": {"login": {"path": path}}}}
                for path in (f"https://{there}/login", f"//{there}/login", f"/\\{there}", "../login", "/a/%2e%2e/login")
            ),
        ]
        messages = [told(one) for one in lead]
        with pytest.raises(TimeoutError):
            thief.accept()
    assert all(messages), messages
    assert not system.staff.tokens


@pytest.mark.proves("NETWORK-8")
@pytest.mark.parametrize("value", ["..", "a/../b", "%2e%2e", "", "a\\..\\b"])
def test_a_value_in_a_path_that_leads_elsewhere(system: SmallSystem, told: Any, value: str) -> None:
    at = {"inputs": {"team": {}}, "session": {"steps": {"login": {"path": "{inputs.team}/login"}}}}
    message = told(at, inputs={"team": value} if value else {})
    assert "cannot stand in an address" in message or "has no value" in message
    assert system.staff.counted["logins"] == 0
