# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A profile that is wrong about writing, and many entities to write: damage stops at one."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ENTRIES, Played, Player, Server
from environments import VERIFIED

pytestmark = pytest.mark.one_core

ENTITY = "rimops.insight.insight_entity"
HURTING = {"operations": {"update": {"json": "{declared}"}}}
"""Sends only what is declared, to a server that blanks the rest."""
LOST = ("note", "status")


def key(number: int) -> dict[str, str]:
    """The key of an application."""
    return {"appCode": f"{number:06}", "appName": f"Application {number}"}


def seed(server: Server, count: int, **switches: Any) -> None:
    """Applications that have something to lose."""
    for number in range(count):
        server.seed(
            "application", **key(number), selectedProducts=["a"], description="Before", note="Kept", status="DRAFT"
        )
    server.switch(**switches)
    server.forget()


def updates(count: int, **options: Any) -> list[dict[str, Any]]:
    """One task that updates them all in a loop."""
    wish = {
        "type": "application",
        "key": {"appCode": "{{ '%06d' | format(item) }}", "appName": "Application {{ item }}"},
        "attributes": {"description": "After"},
    }
    # The reason differs from item to item, and it is still one system.
    reason = {"reason": "Correction {{ item }}"}
    return [
        {
            "name": "update",
            ENTITY: {**wish, **reason, "profile_overrides": HURTING, **options},
            "loop": f"{{{{ range({count}) | list }}}}",
            "ignore_errors": True,
        }
    ]


def damaged(server: Server) -> list[str]:
    """The codes of the applications that are not as they were."""
    as_it_was = ("Before", "Kept", "DRAFT")
    return [
        one["appCode"]
        for one in server.stored("application")
        if (one["description"], one["note"], one["status"]) != as_it_was
    ]


def stopped_at_one(results: list[dict[str, Any]]) -> None:
    """The first says what it lost; all others name it, what happened to it and the line to change."""
    first, *others = results
    assert first["error"]["kind"] == "CollateralError", first
    assert [(one["path"], one["before"], one["after"]) for one in first["error"]["collateral"]] == [
        ("note", "Kept", None),
        ("status", "DRAFT", None),
    ]
    assert first["error"]["profile_key"] == "operations.update.json"
    assert first["error"]["expected"] == 'note: "Kept"; status: "DRAFT"'
    assert first["error"]["came"] == "note: null; status: null"
    assert "operations.update" in first["error"]["assumed"]
    for lost in ('note from "Kept" to null', 'status from "DRAFT" to null'):
        assert lost in first["msg"]
    for number, other in enumerate(others, 1):
        assert (other["failed"], other["changed"], other["error"]["kind"]) == (True, False, "HeldBackError"), other
        assert f"Cannot update application (appCode={number:06}," in other["msg"]
        assert "application (appCode=000000, appName=Application 0)" in other["msg"]
        assert 'note from "Kept" to null' in other["msg"]
        assert "change operations.update.json in profile_overrides" in other["msg"]
        assert other["error"]["profile_key"] == "operations.update.json"


@pytest.mark.proves("ASSUMED-1", "ASSUMED-2")
def test_of_a_hundred_one_was_written(server: Server, play: Player) -> None:
    seed(server, 100, blank_undeclared=True)
    results = play(updates(100)).all("update")
    assert len(results) == 100
    stopped_at_one(results)
    counted = server.counted
    assert (counted["writes"], counted["updates"], counted["creates"], counted["deletes"]) == (1, 1, 0, 0)
    assert damaged(server) == ["000000"]


@pytest.mark.proves("ASSUMED-1", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_loop_stops_at_one_through_both_entries(server: Server, play: Player) -> None:
    seed(server, 5, blank_undeclared=True)
    results = play(updates(5)).all("update")
    assert len(results) == 5
    stopped_at_one(results)
    assert (server.counted["writes"], damaged(server)) == (1, ["000000"])


@pytest.mark.proves("ASSUMED-1")
def test_each_host_of_a_play_is_a_process_and_stops_at_one(server: Server, play: Player) -> None:
    seed(server, 12, blank_undeclared=True)
    tasks = updates(4)
    options = tasks[0][ENTITY]
    number = "groups['all'].index(inventory_hostname) * 4 + item"
    options["key"] = {"appCode": f"{{{{ '%06d' | format({number}) }}}}", "appName": f"Application {{{{ {number} }}}}"}
    played = play(tasks, "--forks", "3", hosts=3)
    kinds = [one["error"]["kind"] for one in played.all("update")]
    assert sorted(kinds) == ["CollateralError"] * 3 + ["HeldBackError"] * 9
    assert (server.counted["writes"], damaged(server)) == (3, ["000000", "000004", "000008"])


@pytest.mark.proves("ASSUMED-1")
def test_what_works_goes_on_to_all(server: Server, play: Player) -> None:
    seed(server, 6, blank_undeclared=True)
    right = {"profile_overrides": {}}
    assert play(updates(6, **right)).code == 0
    assert server.counted["updates"] == 6
    server.switch(blank_undeclared=False, trim=True)
    server.forget()
    changed = {"attributes": {"description": "{{ ' Again' if item == 3 else 'Again' }}"}}
    results = play(updates(6, **right, **changed)).all("update")
    kinds = [one.get("error", {}).get("kind") for one in results]
    assert kinds == [None] * 3 + ["UnconvergedError"] + ["HeldBackError"] * 2
    assert "Application 3" in results[5]["msg"]
    assert server.counted["updates"] == 4


@pytest.mark.proves("ASSUMED-1")
def test_a_verified_write_is_not_held_back(server: Server, play: Player) -> None:
    seed(server, 3, blank_undeclared=True)
    verified = {"operations": {"update": {"json": "{declared}", "verified": VERIFIED}}}
    results = play(updates(3, profile_overrides=verified)).all("update")
    assert [[one["path"] for one in result["collateral"]] for result in results] == [list(LOST)] * 3
    assert server.counted["updates"] == 3


@pytest.mark.proves("ASSUMED-1", "DECLARE-3")
def test_check_mode_and_unchanged_items_are_not_concerned(server: Server, play: Player) -> None:
    seed(server, 4, blank_undeclared=True)
    results = play(updates(4), "--check").all("update")
    assert [one["operation"] for one in results] == ["update"] * 4
    assert server.counted["writes"] == 0
    mixed = {"attributes": {"description": "{{ 'Before' if item == 2 else 'After' }}"}}
    results = play(updates(4, **mixed)).all("update")
    assert [one.get("operation") or one["error"]["kind"] for one in results] == [
        "CollateralError",
        "HeldBackError",
        "none",
        "HeldBackError",
    ]


def failing_create(play: Player, **options: Any) -> Played:
    """Two applications are created in a loop."""
    wish = {"type": "application", "key": {"appCode": "{{ item }}", "appName": "Zelvora"}}
    made = {**wish, "attributes": {"selectedProducts": ["a"]}, **options}
    return play([{"name": "create", ENTITY: made, "loop": ["1", "2"], "ignore_errors": True}])


@pytest.mark.proves("ASSUMED-1", "ASSUMED-2")
def test_an_answer_that_contradicts_the_profile_stops_at_one_though_the_write_worked(
    server: Server, play: Player
) -> None:
    somewhere_else = {"operations": {"create": {"entity": "body.data.item"}}}
    first, second = failing_create(play, profile_overrides=somewhere_else).all("create")
    assert (first["error"]["kind"], first["error"]["written"]) == ("ProfileMismatchError", "create")
    assert first["error"]["profile_key"] == "operations.create.entity"
    assert first["error"]["expected"] and first["error"]["came"]
    assert first["error"]["expected"] in first["msg"] and first["error"]["came"] in first["msg"]
    assert "Reading again shows that it was carried out." in first["msg"]
    assert (second["error"]["kind"], second["error"]["profile_key"]) == ("HeldBackError", "operations.create.entity")
    assert (server.counted["writes"], len(server.stored("application"))) == (1, 1)


@pytest.mark.proves("ASSUMED-1", "WRITE-6")
def test_when_nobody_knows_nothing_more_is_written(server: Server, play: Player) -> None:
    server.fault("drop_before", "create")
    first, second = failing_create(play).all("create")
    assert (first["error"]["kind"], second["error"]["kind"]) == ("OutcomeUnknownError", "HeldBackError")
    asked = [one["operation"] for one in server.control("GET", "requests")]
    assert (asked.count("create"), server.counted["faults"]) == (1, 1)


@pytest.mark.proves("ASSUMED-2", "PROFILE-2")
@pytest.mark.parametrize("entry", ENTRIES)
def test_assumed_operations_are_named(server: Server, play: Player) -> None:
    seed(server, 1)
    server.fault("status", "read", status=403, after=1, times=2)
    named = {"type": "application", "key": key(0)}
    lookup = f"lookup('{ENTITY}', named, **login).appName"
    played = play(
        [
            {"name": "login", "rimops.insight.insight_token": {}},
            {"name": "info", "rimops.insight.insight_entity_info": named},
            {"name": "found", ENTITY: {**named, "attributes": {"description": "Before"}}},
            {"name": "changed", ENTITY: {**named, "attributes": {"description": "After"}}, "ignore_errors": True},
            {
                "name": "info fails",
                "rimops.insight.insight_entity_info": {"type": "application", "id": "1"},
                "ignore_errors": True,
            },
            {"name": "lookup", "ansible.builtin.set_fact": {"name_of_it": f"{{{{ {lookup} }}}}"}},
        ],
        vars={"named": named, "login": play.defaults},
    )
    assert played.code == 0, played.output
    assert played["login"]["assumed"] == ["oauth.grants.client_credentials"]
    assert played["info"]["assumed"] == played["found"]["assumed"] == ["operations.find"]
    assert played["changed"]["error"]["assumed"] == ["operations.find", "operations.read", "operations.update"]
    assert played["info fails"]["error"]["assumed"] == ["operations.read"]
    assert (played["changed"]["error"]["status"], played["info fails"]["error"]["status"]) == (403, 403)
    assert "no document and no probe backs: operations.find." in " ".join(played.output.split())
