# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole life of an entity by every way to log in: what each step says, shows and writes; one handshake each."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import PASSWORD, SECRET, USER, Played, Player, Server
from test_cycle import APPLICATION, EXPECTED, application_tasks
from test_handshake import PUBLIC_CLIENT, grants, only

SECRETS = ("client_secret", "password", "refresh_token")
COUNT = {"requests": [["GET", "counters", None], ["POST", "reset-counters", {}]]}
FIRST, SECOND = {"description": "First"}, {"description": "Second"}
DIFFS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "create": ({}, FIRST),
    "same again": ({}, {}),
    "change in check mode": (FIRST, SECOND),
    "change": (FIRST, SECOND),
    "changed, same again": ({}, {}),
    "absent": (SECOND, {}),
    "absent again": ({}, {}),
}


def cycle(way: str, options: dict[str, Any], dialect: str, **more: Any) -> list[dict[str, Any]]:
    """The steps by one way to log in, each followed by what the server counted."""
    tasks = []
    for task in application_tasks(dialect):
        name = f"{way}: {task['name']}"
        wish = {**task["rimops.insight.insight_entity"], **options}
        tasks += [
            {**task, "name": name, "rimops.insight.insight_entity": wish, **more},
            {"name": f"{name}, counted", "control": COUNT},
        ]
    return tasks


def check(played: Played, ways: list[str], handshakes: int = 1) -> None:
    """Every step changed, showed and wrote what it should."""
    assert played.code == 0, played.output
    for way in ways:
        counted = [played[f"{way}: {step}, counted"]["answers"][0] for step in EXPECTED]
        assert sum(one["handshakes"] for one in counted) == handshakes, way
        for (step, (operation, writes)), counters in zip(EXPECTED.items(), counted, strict=True):
            result = played[f"{way}: {step}"]
            told = (result["operation"], result["changed"], counters["writes"])
            assert told == (operation, operation != "none", writes), f"{way}: {step}"
            for side, shown in zip(("before", "after"), DIFFS[step], strict=True):
                seen = result["diff"][side]
                assert {name: seen[name] for name in ("description",) if name in seen} == shown, f"{way}: {step}"
                assert bool(seen) is bool(shown), f"{way}: {step}"


def as_variables(play: Player, ways: dict[str, dict[str, Any]]) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """The options with each secret in a variable, and the arguments that bring the variables."""
    held = {
        f"secret_{number}_{name}": options[name]
        for number, options in enumerate(ways.values())
        for name in SECRETS
        if options.get(name)
    }
    file = play.folder / "secrets.json"
    file.write_text(json.dumps(held), encoding="utf-8")
    hidden = {
        way: {
            **options,
            **{name: f"{{{{ secret_{number}_{name} }}}}" for name in SECRETS if f"secret_{number}_{name}" in held},
        }
        for number, (way, options) in enumerate(ways.items())
    }
    return hidden, ["--extra-vars", f"@{file}"]


@pytest.mark.proves("LOGIN-1", "LOGIN-2", "DECLARE-1", "DECLARE-2", "DECLARE-3", "STORE-1")
def test_cycle_by_every_grant_without_a_person(server: Server, play: Player, tmp_path: Path) -> None:
    ways, arguments = as_variables(play, grants(server, play, tmp_path))
    play.defaults["client_secret"] = None
    server.forget()
    played = play([task for way, options in ways.items() for task in cycle(way, options, "insight")], *arguments)
    check(played, list(ways))
    assert server.stored("application") == []


@pytest.mark.proves("LOGIN-1", "DECLARE-1", "DECLARE-2", "DECLARE-3")
@pytest.mark.parametrize("dialect", ["insight_7_0", "insight_6_2"])
def test_cycle_by_login(server: Server, play: Player, dialect: str) -> None:
    ways, arguments = as_variables(play, {"login": {"password": PASSWORD}})
    play.defaults["password"] = None
    check(play(cycle("login", ways["login"], dialect), *arguments), ["login"])


@pytest.mark.proves("LOGIN-1", "LOGIN-8")
def test_cycle_by_authorization_code(server: Server, play: Player) -> None:
    options = only(grant_type="authorization_code", client_secret=SECRET, redirect_uri="https://localhost/nowhere")
    server.control(
        "POST", "credentials", {"client_id": options["client_id"], "redirect_uris": [options["redirect_uri"]]}
    )
    ways, arguments = as_variables(play, {"code": options})
    play.defaults["client_secret"] = None
    options = ways["code"]
    person = {"authorize_url": "{{ page.authorization_url }}", "username": USER, "password": PASSWORD, "approve": True}
    back = {"authorization_response": "{{ browser.answers[0].redirect_url }}", "expected_user": USER}
    tasks = [
        {"name": "page", "rimops.insight.insight_token": {**options, "expected_user": USER}, "register": "page"},
        {"name": "browser", "control": {"requests": [["POST", "authorize", person]]}, "register": "browser"},
        {"name": "login", "rimops.insight.insight_token": {**options, **back}},
        *cycle("code", {**options, "expected_user": USER}, "insight"),
    ]
    played = play(tasks, *arguments)
    check(played, ["code"])
    assert played["login"]["session"]["user"] == USER


@pytest.mark.proves("LOGIN-1")
def test_cycle_by_device_code(server: Server, play: Player, tmp_path: Path) -> None:
    log = tmp_path / "ansible.log"
    server.switch(device_interval=1)
    over = threading.Event()

    def person() -> None:
        while not over.wait(0.1):
            codes = re.findall(r"enter the code ([A-Z0-9]+)", log.read_text()) if log.exists() else []
            if codes:
                server.control("POST", "approve-device", {"user_code": codes[0], "username": USER, "approve": True})
                return

    thread = threading.Thread(target=person)
    thread.start()
    options = only(grant_type="device_code", client_id=PUBLIC_CLIENT)
    login = {"name": "login", "rimops.insight.insight_token": options}
    played = play([login, *cycle("device", options, "insight")], environment={"ANSIBLE_LOG_PATH": str(log)})
    over.set()
    thread.join()
    assert played["login"]["acquired"] == "handshake", played.output
    check(played, ["device"])


@pytest.mark.proves("ANSIBLE-2", "DECLARE-1", "DECLARE-2", "DECLARE-3")
def test_cycle_with_async(server: Server, play: Player) -> None:
    hidden, arguments = as_variables(play, {"async": {"client_secret": SECRET}})
    play.defaults["client_secret"] = None
    played = play(cycle("async", hidden["async"], "insight", **{"async": 60, "poll": 1}), *arguments)
    check(played, ["async"])
    assert APPLICATION["appCode"] == played["async: create"]["entity"]["appCode"]
