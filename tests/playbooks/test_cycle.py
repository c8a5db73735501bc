# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The life of an entity: create, same again, change in check mode, change, same again, absent, absent."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import ENTRIES, Player, Server
from in_process import play_here

APPLICATION = {"appCode": "123456", "appName": "Zelvora"}
KEYS = {"insight_6_2": {"appCode": "123456", "familyId": "ZEL"}}
REQUIRED = {
    "insight": {"selectedProducts": ["Zelvora 10 mg"]},
    "insight_7_0": {"selectedProducts": ["Zelvora 10 mg"]},
    "insight_6_2": {"appName": "Zelvora"},
}


def application_tasks(dialect: str) -> list[dict[str, Any]]:
    """The cycle of an application, in one play."""
    key = KEYS.get(dialect, APPLICATION)

    def entity(name: str, description: str | None, **more: Any) -> dict[str, Any]:
        attributes = {**REQUIRED[dialect], "description": description} if description else {}
        options = {"type": "application", "key": key, "attributes": attributes, **more}
        return {"name": name, "rimops.insight.insight_entity": options, "diff": True}

    return [
        entity("create", "First"),
        entity("same again", "First"),
        {**entity("change in check mode", "Second"), "check_mode": True},
        entity("change", "Second"),
        entity("changed, same again", "Second"),
        entity("absent", None, state="absent"),
        entity("absent again", None, state="absent"),
    ]


EXPECTED = {
    "create": ("create", 1),
    "same again": ("none", 0),
    "change in check mode": ("update", 0),
    "change": ("update", 1),
    "changed, same again": ("none", 0),
    "absent": ("delete", 1),
    "absent again": ("none", 0),
}


@pytest.mark.proves("DECLARE-1", "DECLARE-2", "DECLARE-3", "ANSIBLE-1", "LOGIN-1", "STORE-1")
@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize(
    "dialect", [pytest.param("insight", marks=pytest.mark.each_core), "insight_7_0", "insight_6_2"]
)
def test_cycle_of_an_application(server: Server, play: Player, dialect: str) -> None:
    played = play(application_tasks(dialect))
    assert played.code == 0, played.output
    for task, (operation, _writes) in EXPECTED.items():
        assert played[task]["operation"] == operation, task
        assert played[task]["changed"] is (operation != "none"), task
    assert [(one["path"], one["before"], one["after"]) for one in played["change"]["changes"]] == [
        ("description", "First", "Second")
    ]
    assert played["change in check mode"]["diff"] == played["change"]["diff"]
    assert played["change"]["diff"]["before"] == {"description": "First"}
    assert played["change"]["diff"]["after"] == {"description": "Second"}
    assert played["create"]["entity"]["description"] == "First"
    assert played["create"]["entity_id"] == played["change"]["entity_id"]
    assert played["absent"]["entity"] is None
    assert server.counted["writes"] == sum(writes for _operation, writes in EXPECTED.values())
    assert server.counted["handshakes"] == 1
    assert server.stored("application") == []


@pytest.mark.proves("DECLARE-2", "DECLARE-3")
def test_writes_of_each_step(server: Server, play: Player, dialect: str) -> None:
    for task, (name, (_operation, writes)) in zip(application_tasks(dialect), EXPECTED.items(), strict=True):
        server.forget()
        assert play_here(play, [task]).code == 0
        assert server.counted["writes"] == writes, name


@pytest.mark.proves("DECLARE-2")
def test_an_unchanged_entity_costs_one_read(server: Server, play: Player, dialect: str) -> None:
    tasks = application_tasks(dialect)
    assert play_here(play, tasks[:1]).code == 0
    server.forget()
    assert play_here(play, tasks[:1]).code == 0
    counters = server.counted
    assert (counters["finds"], counters["reads"], counters["writes"]) == (1, 0, 0)


EVENT = {
    "type": "event",
    "refs": {"applicationId": {"type": "application", "key": APPLICATION}},
    "key": {"eventName": "Initial filing"},
}


@pytest.mark.proves("DECLARE-7", "DECLARE-11", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_an_event_belongs_to_its_application(server: Server, play: Player) -> None:
    application = server.seed("application", **APPLICATION, selectedProducts=["Zelvora 10 mg"])
    other = server.seed("application", appCode="654321", appName="Other", selectedProducts=["Other"])
    twin = server.seed("event", applicationId=other["id"], eventName="Initial filing", description="Another one")
    played = play(
        [
            {"name": "create", "rimops.insight.insight_entity": {**EVENT, "attributes": {"description": "First"}}},
            {"name": "again", "rimops.insight.insight_entity": {**EVENT, "attributes": {"description": "First"}}},
            {
                "name": "rename",
                "rimops.insight.insight_entity": {**EVENT, "key": {"eventName": "First filing"}, "was": EVENT["key"]},
            },
            {
                "name": "renamed already",
                "rimops.insight.insight_entity": {**EVENT, "key": {"eventName": "First filing"}, "was": EVENT["key"]},
            },
        ]
    )
    assert played.code == 0, played.output
    assert [played[name]["operation"] for name in ("create", "again", "rename", "renamed already")] == [
        "create",
        "none",
        "update",
        "none",
    ]
    assert played["create"]["entity"]["applicationId"] == application["id"]
    assert played["rename"]["entity_id"] == played["create"]["entity_id"]
    stored = {event["id"]: event for event in server.stored("event")}
    assert stored[twin["id"]]["description"] == "Another one"
    assert stored[played["create"]["entity_id"]]["eventName"] == "First filing"


@pytest.mark.proves("DECLARE-11")
def test_an_event_without_its_application(server: Server, play: Player) -> None:
    tasks = [{"name": "create", "rimops.insight.insight_entity": {**EVENT, "attributes": {"description": "First"}}}]
    refused = play(tasks)
    assert refused.code != 0
    assert "refer to application (appCode=123456, appName=Zelvora): there is no such entity" in refused["create"]["msg"]
    looked = play(tasks, "--check")
    assert looked.code == 0
    assert looked["create"]["operation"] == "create"
    assert server.counted["writes"] == 0


@pytest.mark.each_core
@pytest.mark.proves("ANSIBLE-2")
@pytest.mark.parametrize("entry", ENTRIES)
def test_async(server: Server, play: Player, dialect: str) -> None:
    task = application_tasks(dialect)[0]
    played = play([{**task, "async": 120, "poll": 1}])
    assert played.code == 0, played.output
    assert played["create"]["operation"] == "create"
    assert server.counted["creates"] == 1


@pytest.mark.proves("EVIDENCE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_the_reason_travels_into_the_result_and_to_the_server(server: Server, play: Player, dialect: str) -> None:
    evidence = {"reason": "Corrected after review.", "change_reference": "CHG-4711", "require_reason": True}
    fields = {"reason": "reasonForChange", "initiator": "requestedBy"}
    play.defaults["profile_overrides"] = {"types": {"application": {"evidence_fields": fields}}}
    tasks = application_tasks(dialect)[:4]
    for task in tasks:
        task["rimops.insight.insight_entity"].update(evidence)
    played = play(tasks, environment={"GITLAB_USER_LOGIN": "jdoe"})
    assert played.code == 0, played.output
    told = {"reason": "Corrected after review.", "change_reference": "CHG-4711", "initiator": "GitLab user jdoe"}
    assert [played[task["name"]]["evidence"] for task in tasks] == [told] * 4
    assert played["same again"]["changed"] is False
    [stored] = server.stored("application")
    assert (stored["reasonForChange"], stored["requestedBy"]) == ("Corrected after review.", "GitLab user jdoe")
