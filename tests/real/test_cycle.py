# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks against a stock Spring Security chain: nothing written twice, nothing lost, and `changed` is true."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playbooks.conftest import Played, Player
from spring_boot import ACCESS_TOKEN, Spring

VARIANTS = {
    "as the filter shows it": {},
    "REST, the login shows the new token": {"addresses": "rest", "csrf_headers": "ends", "session_lifetime": 2},
    "masked, sessions of two seconds": {
        "csrf_tokens": "xor",
        "expired_session_answer": "403_open",
        "session_lifetime": 2,
        "error_bodies": "problem",
    },
    "shown after the chain, in a cookie": {
        "csrf_headers": "after",
        "csrf_tokens": "cookie",
        "expired_session_answer": "302",
        "login_answer": "302",
    },
    "shown by the first request only": {
        "csrf_headers": "start",
        "expired_session_answer": "403_closed",
        "session_lifetime": 2,
        "login_answer": "204",
    },
}
REST = {
    "operations": {
        "read": {"method": "GET", "path": "{type.path}/{id}", "json": None},
        "find": {
            "method": "GET",
            "path": "{type.path}",
            "query": "{key}",
            "json": None,
            "texts_at": None,
            "missing": [{"empty": True}],
        },
        "create": {"path": "{type.path}", "texts_at": None},
        "update": {"method": "PUT", "path": "{type.path}/{id}", "with": None},
        "delete": {"method": "DELETE", "path": "{type.path}/{id}", "json": None},
    }
}
"""The same addresses, said to the profile."""
KEY = {"appCode": "000001", "appName": "One"}
MANY = 100


@pytest.fixture(params=VARIANTS)
def server(spring: Spring, request: pytest.FixtureRequest) -> Spring:
    """The chain in one of its variants, empty."""
    spring.variant(**VARIANTS[request.param])
    return spring


@pytest.fixture
def play(server: Spring, tmp_path: Path) -> Player:
    """Plays tasks with the access token that the server knows."""
    login = {"url": server.url, "ca_path": server.ca_path, "profile": "insight", "access_token": ACCESS_TOKEN}
    overrides = REST if server.switches["addresses"] == "rest" else {}
    if server.switches["login_answer"] == "302":
        redirected = {"success": [{"status": 302, "login_page": False}]}
        overrides = {**overrides, "session": {"steps": {"login": redirected}}}
    return Player(server, tmp_path, defaults={**login, "profile_overrides": overrides})


def writes(server: Spring) -> tuple[int, ...]:
    """What the server did: creates, updates, deletes."""
    return tuple(server.counted[name] for name in ("creates", "updates", "deletes"))


def entity(name: str, description: str | None) -> dict[str, Any]:
    """A task about the one application; without a description it is to be absent."""
    state: dict[str, Any] = {"state": "absent"}
    if description:
        state = {"attributes": {"selectedProducts": ["Zelvora"], "description": description}}
    return {"name": name, "rimops.insight.insight_entity": {"type": "application", "key": KEY, **state}}


@pytest.mark.proves("DECLARE-1", "DECLARE-2", "DECLARE-3", "LOGIN-1")
def test_cycle(server: Spring, play: Player) -> None:
    """The whole life of an entity; the time between two tasks is longer than a session where those live briefly."""
    pause = {"name": "pause", "ansible.builtin.wait_for": {"timeout": 2}}
    steps = [
        (entity("create", "First"), True),
        (entity("same again", "First"), False),
        ({**entity("change in check mode", "Second"), "check_mode": True}, True),
        (pause, None),
        (entity("change", "Second"), True),
        (entity("changed, same again", "Second"), False),
        (pause, None),
        (entity("absent", None), True),
        (entity("absent again", None), False),
    ]
    played = play([step for step, _changed in steps])
    assert played.code == 0, played.output
    said = {step["name"]: played[step["name"]]["changed"] for step, changed in steps if changed is not None}
    assert said == {step["name"]: changed for step, changed in steps if changed is not None}
    assert writes(server) == (1, 1, 1)
    assert server.stored("application") == []


@pytest.mark.proves("ENVIRONMENT-1", "DECLARE-2")
def test_a_hundred_entities(server: Spring, play: Player) -> None:
    """At either width: made once each, found by the next run, taken away once each."""
    keys = [{"appCode": f"{number:06}", "appName": f"Application {number}"} for number in range(MANY)]
    present = [{"type": "application", "key": key, "attributes": {"selectedProducts": ["Zelvora"]}} for key in keys]
    absent = [{"type": "application", "key": key, "state": "absent"} for key in keys]
    steps = {
        "create": (present, 8, True),
        "same again": (present, 32, False),
        "remove": (absent, 8, True),
        "create anew": (present, 32, True),
        "the same": (present, 8, False),
    }
    tasks = [
        {"name": name, "rimops.insight.insight_entities": {"entities": entities, "concurrency": width}}
        for name, (entities, width, _changed) in steps.items()
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    assert {name: played[name]["changed"] for name in steps} == {name: step[-1] for name, step in steps.items()}
    assert writes(server) == (2 * MANY, 0, MANY)
    assert sorted(one["appCode"] for one in server.stored("application")) == [key["appCode"] for key in keys]


ONE_SESSION = {"csrf_tokens": "xor", "expired_session_answer": "403_open", "single_session_per_user": True}


def halves(spring: Spring, folder: Path, shared: bool) -> list[Played]:
    """What two playbooks say that make one half of a hundred entities each at the same time, twice."""
    keys = [{"appCode": f"{number:06}", "appName": f"Application {number}"} for number in range(MANY)]

    def half(number: int) -> Played:
        own = folder / str(number)
        own.mkdir()
        attributes = {"selectedProducts": ["Zelvora"]}
        entries = [{"type": "application", "key": key, "attributes": attributes} for key in keys[number::2]]
        login = {"url": spring.url, "ca_path": spring.ca_path, "access_token": ACCESS_TOKEN}
        player = Player(spring, own, defaults={**login, "token_store": str((folder if shared else own) / "store")})
        together = {"entities": entries, "concurrency": 32, "on_error": "continue"}
        make = {"name": "make", "rimops.insight.insight_entities": together, "ignore_errors": True}
        pause = {"name": "pause", "ansible.builtin.wait_for": {"timeout": 3}}
        return player([make, pause, {**make, "name": "again"}])

    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(half, range(2)))


@pytest.mark.proves("LOGIN-4", "LOGIN-10")
def test_two_playbooks_at_once_where_a_user_has_one_session(spring: Spring, tmp_path: Path) -> None:
    """They share the token store, and so the session; no twin, none lost."""
    spring.variant(**ONE_SESSION, session_lifetime=2)
    played = halves(spring, tmp_path, shared=True)
    assert [(one["make"]["summary"]["created"], one["again"]["changed"]) for one in played] == [(50, False)] * 2
    assert writes(spring) == (MANY, 0, 0)


@pytest.mark.proves("LOGIN-4", "LOGIN-20")
def test_two_playbooks_at_once_where_each_login_ends_the_session_of_the_other(spring: Spring, tmp_path: Path) -> None:
    """They share no store. The chain itself may fail with HTTP 500 where a session ends in the middle of a request."""
    spring.variant(**ONE_SESSION, session_lifetime=2)
    played = halves(spring, tmp_path, shared=False)
    entities = [entity for one in played for task in ("make", "again") for entity in one[task]["entities"]]
    whys = [entity["why"] for entity in entities if entity["outcome"] not in ("created", "unchanged")]
    assert all("HTTP 500" in why for why in whys), whys
    assert sum(entity["outcome"] == "created" for entity in entities) == spring.counted["creates"]
    codes = [one["appCode"] for one in spring.stored("application")]
    assert len(codes) == len(set(codes)) == spring.counted["creates"]
    assert spring.counted["logins"] > len(played)


@pytest.mark.proves("LOGIN-12")
def test_a_missing_permission_costs_one_look(spring: Spring, tmp_path: Path) -> None:
    spring.variant(**ONE_SESSION, denied="application:create")
    login = {"url": spring.url, "ca_path": spring.ca_path, "access_token": ACCESS_TOKEN}
    entries = [
        {
            "type": "application",
            "key": {"appCode": str(number), "appName": "A"},
            "attributes": {"selectedProducts": ["a"]},
        }
        for number in range(MANY)
    ]
    wide = {"entities": entries, "concurrency": 32, "on_error": "continue"}
    played = Player(spring, tmp_path, defaults=login)([{"name": "make", "rimops.insight.insight_entities": wide}])
    assert "this identity may not do that (HTTP 403)" in played["make"]["msg"]
    assert "the session lives and its CSRF token is the present one" in played["make"]["msg"]
    assert (spring.counted["logins"], writes(spring)) == (1, (0, 0, 0))
    assert spring.counted["session_starts"] <= 3


@pytest.mark.proves("LOGIN-11")
def test_a_refused_login_is_tried_once(spring: Spring, tmp_path: Path) -> None:
    spring.variant(**ONE_SESSION)
    login = {"url": spring.url, "ca_path": spring.ca_path, "access_token": "another"}
    entries = [{"type": "application", "key": {"appCode": str(number), "appName": "A"}} for number in range(MANY)]
    wide = {"entities": entries, "concurrency": 32, "on_error": "continue"}
    played = Player(spring, tmp_path, defaults=login)([{"name": "make", "rimops.insight.insight_entities": wide}])
    assert "does not accept the access token" in played["make"]["msg"]
    assert (spring.counted["refused_logins"], spring.counted["logins"]) == (1, 0)
