# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The built-in profile adme against a server that follows the public descriptions and knows no profile: the whole life
of each type, and what is special about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from simulator.credentials import CLIENT, TENANT
from systems.osdu import PARTITION, System
from systems_tests.osdu.client import CLASSES, CONTRACT, email

ENTITY = "rimops.insight.insight_entity"
INFO = "rimops.insight.insight_entity_info"
SECRET = "simulator-client-secret"
COUNT = {"requests": [["GET", "counters", None], ["POST", "reset-counters", {}]]}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System(tmp_path_factory.mktemp("osdu"), "--idle-exit", "21600")
    yield system
    system.stop()


@pytest.fixture
def system(running: System) -> System:
    """The system as new."""
    running.reset()
    return running


@pytest.fixture
def play(system: System, door: str, tmp_path: Path) -> Player:
    """Plays tasks as the application, which owns every group."""
    defaults = {
        "url": system.url,
        "authority": system.authority,
        "ca_path": system.ca_path,
        "profile": "adme",
        "inputs": {"partition": PARTITION},
        "grant_type": "client_credentials",
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": SECRET,
    }
    return Player(system, tmp_path, door, defaults)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Life:
    """What is declared of an entity at first and later, how many writes the change takes, what the diff shows of it, and
    whether it can be removed. before: entities that it needs."""

    which: dict[str, Any]
    first: dict[str, Any]
    second: dict[str, Any]
    creates: int
    changes: int
    shown: tuple[dict[str, Any], dict[str, Any]]
    removable: bool = True
    before: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = ()

    @property
    def expected(self) -> dict[str, tuple[str, int]]:
        """Operation and number of writes of each step."""
        return {
            "create in check mode": ("create", 0),
            "create": ("create", self.creates),
            "same again": ("none", 0),
            "change in check mode": ("update", 0),
            "change": ("update", self.changes),
            "changed, same again": ("none", 0),
            **({"absent": ("delete", 1), "absent again": ("none", 0)} if self.removable else {}),
        }

    def tasks(self) -> list[dict[str, Any]]:
        """The steps, each followed by what the server counted."""
        first, second, absent = {"attributes": self.first}, {"attributes": self.second}, {"state": "absent"}
        wishes = {"change": second, "absent": absent}
        tasks = [task(f"before {number}", *one) for number, one in enumerate(self.before)]
        tasks.append({"name": "nothing is counted yet", "control": COUNT})
        for step in self.expected:
            wish = next((one for word, one in wishes.items() if step.startswith(word)), first)
            step_task = {"name": step, ENTITY: {**self.which, **wish}, "diff": True}
            tasks.append({**step_task, **({"check_mode": True} if "check mode" in step else {})})
            tasks.append({"name": f"{step}, counted", "control": COUNT})
        return tasks


def task(name: str, which: dict[str, Any], attributes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A task about one entity."""
    return {"name": name, ENTITY: {**which, **({"attributes": attributes} if attributes else {}), **more}}


TAG = {"type": "legal_tag", "key": {"name": "public"}}
PROPERTIES = {**CONTRACT, **CLASSES}
TAGGED = {"description": "All may see it", "properties": PROPERTIES}
GROUP = {"type": "group", "key": {"name": "data.Wells"}}
BOB, CAROL = "b0b00000-0000-4000-8000-00000000000B", "ca401000-0000-4000-8000-00000000000c"
OWNER = {"email": CLIENT, "role": "OWNER", "memberType": "USER"}
RECORD = {"type": "record", "key": {"id": f"{PARTITION}:well:1"}}
KIND = f"{PARTITION}:wks:well:1.0.0"
ABOUT = {
    "kind": KIND,
    "acl": {"viewers": [email("data.default.viewers")], "owners": [email("data.default.owners")]},
    "legal": {"legaltags": [f"{PARTITION}-public"], "otherRelevantDataCountries": ["NO"]},
}
SCHEMA = {
    "type": "schema",
    "key": {
        "authority": "acme",
        "source": "wks",
        "entityType": "well",
        "schemaVersionMajor": 1,
        "schemaVersionMinor": 0,
        "schemaVersionPatch": 0,
    },
}
CONTENT = {"type": "object", "properties": {"depth": {"type": "number"}}}
LIVES = {
    "legal_tag": Life(
        TAG,
        TAGGED,
        {**TAGGED, "properties": {**PROPERTIES, "contractId": "B5678"}},
        1,
        1,
        ({"properties.contractId": "A1234"}, {"properties.contractId": "B5678"}),
    ),
    "group": Life(
        GROUP,
        {"description": "Wells", "members": [{"email": BOB, "role": "MEMBER"}]},
        {
            "description": "Wells",
            "members": [{"email": BOB, "role": "OWNER"}, {"email": CAROL, "role": "MEMBER"}],
        },
        2,
        3,  # an element is removed and added, another one added
        (  # the diff of a list is the whole list, with members that came by themselves
            {"members": [OWNER, {"email": BOB.lower(), "role": "MEMBER", "memberType": "USER"}]},
            {
                "members": [
                    {"email": BOB.lower(), "role": "OWNER", "memberType": "USER"},
                    {"email": CAROL, "role": "MEMBER"},
                    OWNER,
                ]
            },
        ),
    ),
    "record": Life(
        RECORD,
        {**ABOUT, "data": {"depth": 1}},
        {**ABOUT, "data": {"depth": 2}},
        1,
        1,
        ({"data.depth": 1}, {"data.depth": 2}),
        before=((TAG, TAGGED),),
    ),
    "schema": Life(
        SCHEMA,
        {"status": "DEVELOPMENT", "schema": CONTENT},
        {"status": "PUBLISHED", "schema": CONTENT},
        1,
        1,
        ({"status": "DEVELOPMENT"}, {"status": "PUBLISHED"}),
        removable=False,
    ),
}


@pytest.mark.proves("PROFILE-4", "DECLARE-1", "DECLARE-2", "DECLARE-3", "DECLARE-7")
@pytest.mark.parametrize("name", LIVES)
def test_the_whole_life(system: System, play: Player, name: str) -> None:
    life = LIVES[name]
    played = play(life.tasks())
    assert played.code == 0, played.output
    for step, (operation, writes) in life.expected.items():
        result, counted = played[step], played[f"{step}, counted"]["answers"][0]
        told = (result["operation"], result["changed"], counted["writes"])
        assert told == (operation, operation != "none", writes), (step, result)
        diff = result["diff"]
        if operation == "update":
            assert (diff["before"], diff["after"]) == life.shown, step
        sides = {"none": (False, False), "create": (False, True), "update": (True, True), "delete": (True, False)}
        assert (bool(diff["before"]), bool(diff["after"])) == sides[operation], step
        assert result["assumed"] == []
