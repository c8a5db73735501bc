# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handshakes of many systems, as the unit tests have them, over TLS and by tasks: a login, a lost session, a value
that changes, wrong credentials."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Player, as_a_new_process
from handshaking import Handshaking
from in_process import run
from systems.base.fixtures import as_new, started_once

from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.handshakes import HANDSHAKES, Handshake
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.test_handshakes import (
    credentials,
    whole_profile,
)

pytestmark = [pytest.mark.one_core, pytest.mark.proves("LOGIN-4", "LOGIN-11")]

running = started_once(Handshaking)
system = as_new
PLAYED = [one for one in HANDSHAKES if "totp_secret" not in one.given]  # a second code is waited for half a minute
each = pytest.mark.parametrize("one", PLAYED, ids=lambda one: one.name)


def profile(one: Handshake) -> dict[str, Any]:
    """The profile of the system, with its one thing."""
    read, write = {"method": "GET", "path": one.path}, {"method": "POST", "path": one.path, "json": "{declared}"}
    if "method" in one.body:  # JSON-RPC
        call = {"method": "POST", "path": one.path, "entity": "body.result"}
        read = {**call, "json": {**one.body, "method": "host.get", "params": {}}}
        write = {**call, "json": {**one.body, "params": "{declared}"}}
    thing = {"path": "things", "singleton": True, "read": read, "update": write, "create": None, "delete": None}
    return {**whole_profile(one), "types": {"thing": thing}}


@pytest.fixture
def play(system: Handshaking, one: Handshake, tmp_path: Path) -> Player:
    """Plays tasks against the system."""
    system.server = one.server()
    system.written = (lambda body: body["params"]) if "method" in one.body else dict
    where = {"url": system.url, "ca_path": system.ca_path, "profile": profile(one)}
    return Player(system, tmp_path, defaults={**where, **credentials(one)})  # type: ignore[arg-type]


def change(play: Player, value: int) -> tuple[bool, str]:
    """What a new run says that changes the thing: whether it failed, and its operation or message."""
    as_a_new_process()
    task = {"name": "change", "rimops.insight.insight_entity": {"type": "thing", "attributes": {"a": value}}}
    result = run(play, task)
    return result["failed"], result.get("operation", result.get("msg"))


@each
def test_a_session_serves_runs_and_is_opened_anew(system: Handshaking, play: Player, one: Handshake) -> None:
    assert [change(play, value) for value in (1, 1)] == [(False, "update"), (False, "none")]
    assert system.server.attempts <= 1
    system.server.renew()
    assert change(play, 2) == (False, "update")
    assert system.server.attempts <= 1
    system.server.expire()
    assert change(play, 3) == (False, "update")
    assert system.server.attempts <= 2 and system.held["a"] == 3


@each
def test_wrong_credentials_go_out_once(system: Handshaking, play: Player, one: Handshake) -> None:
    play.defaults.update(credentials(one, wrong=True))
    for _run in range(2):
        failed, why = change(play, 1)
        assert failed and "-wrong" not in why
    assert (system.server.attempts, system.held) == (1, {})
