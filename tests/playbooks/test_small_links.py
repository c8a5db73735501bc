# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system that names entities and jobs by their addresses."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Player
from playing import ENTITY, playing, take_steps
from small_logins import PASSWORD, USER
from small_system import SmallSystem
from systems.base.fixtures import as_new, started_once

pytestmark = [pytest.mark.one_core, pytest.mark.proves("PROFILE-4")]

PROFILE = {
    "format": 2,
    "name": "links",
    "extends": "rest",
    "base_path": "/links",
    "session": {"carry": {"basic": {"username": "{username}", "password": "{password}"}}},
    "completes": {
        "job": {
            "take": {"job": "location"},
            "poll": {"path": "{job|address}"},
            "until": [{"body": {"state": "completed"}}],
        }
    },
    "id": {"at": "href"},
    "operations": {
        "find": {"path": "{type.path}/", "entity": "body.results"},
        "read": {"path": "{id|address}"},
        "create": {"path": "{type.path}/", "completes": "job", "entity": False},
        "update": {"path": "{id|address}", "completes": "job", "entity": False},
        "delete": {"path": "{id|address}", "completes": "job"},
    },
    "types": {"shelf": {"path": "shelves", "key": {"attributes": ["name"]}}},
}
SHELF = {"type": "shelf", "key": {"name": "a/b é"}}
STEPS: tuple[tuple[str, dict[str, Any], str, int], ...] = (
    ("create", {"attributes": {"room": "1"}}, "create", 1),
    ("same", {"attributes": {"room": "1"}}, "none", 1),
    ("check", {"attributes": {"room": "2"}}, "update", 1),
    ("change", {"attributes": {"room": "2"}}, "update", 2),
    ("same again", {"attributes": {"room": "2"}}, "none", 2),
    ("absent", {"state": "absent"}, "delete", 3),
    ("absent again", {"state": "absent"}, "none", 3),
)

running = started_once(SmallSystem)
system = as_new
play = playing(profile=PROFILE, grant_type="login", username=USER, password=PASSWORD, wait_interval=0.05)


def test_entities_and_jobs_are_met_at_the_addresses_that_the_server_gives(system: SmallSystem, play: Player) -> None:
    system.links.origin = system.url

    def writes() -> int:
        assert system.links.counted["jobs"] == system.links.writes
        return system.links.writes

    take_steps(play, SHELF, STEPS, writes)
    assert system.links.shelves == {}


def test_credentials_do_not_follow_an_address_elsewhere(system: SmallSystem, play: Player) -> None:
    system.links.origin = "https://inner.example.com"
    played = play([{"name": "create", ENTITY: {**SHELF, "attributes": {"room": "1"}}}])
    assert played.code == 2
    said = played["create"]["msg"]
    assert "https://inner.example.com/tasks/2/?version=2 as an address, which is none at the origin of url" in said
    assert (system.links.writes, system.links.counted["jobs"]) == (1, 0)
