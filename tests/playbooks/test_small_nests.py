# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system without a login, with entities within others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from small_system import SmallSystem
from systems.base.fixtures import as_new, started_once

pytestmark = [pytest.mark.one_core, pytest.mark.proves("PROFILE-4")]

ENTITIES, EXPORT = "rimops.insight.insight_entities", "rimops.insight.insight_export"
DRIFT, INFO = "rimops.insight.insight_drift", "rimops.insight.insight_entity_info"
PROBE = "rimops.insight.insight_probe"
ROOMS = "houses/{parent.id}/rooms"
PROFILE = {
    "format": 2,
    "name": "nests",
    "extends": "rest",
    "base_path": "/nests",
    "session": {"carry": {}},
    "operations": {
        **{name: {"entity": "body.{type.name}"} for name in ("read", "create", "update")},
        "find": {"entity": "body.{type.path}"},
        "list": {"method": "GET", "path": "{type.path}", "entity": "body.{type.path}"},
    },
    "types": {
        "house": {"path": "houses", "key": {"attributes": ["name"]}},
        "room": {
            "path": "rooms",
            "parent": "house",
            "key": {"attributes": ["name"]},
            **{name: {"path": ROOMS} for name in ("find", "create", "list")},
            **{name: {"path": f"{ROOMS}/{{id}}"} for name in ("read", "update", "delete")},
        },
    },
}
HOUSES = [{"type": "house", "key": {"name": name}} for name in ("a", "b")]
SAME = [
    {"type": "room", "key": {"name": "hall"}, "refs": {"parent": house}, "attributes": {"size": size}}
    for size, house in enumerate(HOUSES, start=20)
]

running = started_once(SmallSystem)
system = as_new


@pytest.fixture
def play(system: SmallSystem, tmp_path: Path) -> Player:
    """Plays tasks against it."""
    (tmp_path / "nests.yml").write_text(json.dumps(PROFILE), encoding="utf-8")
    defaults = {"url": system.url, "ca_path": system.ca_path, "profile": "nests.yml"}
    return Player(system, tmp_path, "here", defaults)  # type: ignore[arg-type]  # it wants to know url and ca_path


def tasks(**named: dict[str, Any]) -> list[dict[str, Any]]:
    """Tasks by their names."""
    return [{"name": name, **task} for name, task in named.items()]


def test_rooms_of_the_same_number_are_exported_within_their_houses(system: SmallSystem, play: Player) -> None:
    every = [*HOUSES, *SAME]
    played = play(
        tasks(
            made={ENTITIES: {"entities": every}},
            again={ENTITIES: {"entities": every}},
            written={EXPORT: {"to": "exported/"}},
            same={ENTITIES: {"manifest": ["exported/"]}},
            drift={DRIFT: {"entities": every[:-1]}},
            rooms={INFO: {"type": "room", "refs": {"parent": HOUSES[1]}}},
        )
    )
    assert played.code == 0, played.output
    assert system.nests.counted["POST"] == len(every)
    assert played["written"]["summary"] == {name: {"exported": 2, "not_exported": 0} for name in ("house", "room")}
    assert [played[name]["summary"]["unchanged"] for name in ("again", "same")] == [4, 4]
    assert [(row["entity"], row["verdict"]) for row in played["drift"]["rows"]] == [
        ("room (name=hall, parent=(name=b))", "undeclared")
    ]
    assert played["rooms"]["entities"] == [{"id": 1, "name": "hall", "size": 21}]


def test_a_list_within_a_parent_asks_for_the_parent(play: Player) -> None:
    played = play(tasks(rooms={INFO: {"type": "room"}}))
    assert "those of type room are listed within a house. Give refs.parent." in played["rooms"]["msg"]


def test_the_probe_looks_at_rooms_within_their_house(system: SmallSystem, play: Player) -> None:
    own = {**SAME[0], "key": {"name": "probe"}, "change": {"size": 30}}
    known = {name: value for name, value in SAME[0].items() if name != "attributes"}
    probe = {PROBE: {"entities": [HOUSES[0], known], "writes": True, "create": own}}
    played = play(tasks(made={ENTITIES: {"entities": [*HOUSES, *SAME]}}, probed=probe))
    assert played.code == 0, played.output
    found = {(one["profile_key"], one["verdict"]) for one in played["probed"]["findings"]}
    operations = {f"types.room.{name}" for name in ("read", "find", "create", "update", "delete")}
    assert {(name, "as_profile") for name in operations} <= found
    assert (played["probed"]["left_behind"], len(system.nests.held["houses/1/rooms"])) == ([], 1)


def test_a_profile_that_says_nothing_of_a_login_is_told_how_to_say_that_there_is_none(play: Player) -> None:
    played = play(tasks(houses={INFO: {"type": "house", "profile_overrides": {"session": None}}}))
    assert "say session: {carry: {}} there" in played["houses"]["msg"]
