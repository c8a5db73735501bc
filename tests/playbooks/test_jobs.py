# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes that a system carries out in jobs, against a server that knows no profile: repositories of Veeam."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Played, Player
from environments import JOURNALS, count, counted, kill_while_it_waits
from systems.base.fixtures import started_once
from systems.veeam_azure import ADMINISTRATOR, System

ENTITY = "rimops.insight.insight_entity"
ENTITIES = "rimops.insight.insight_entities"
API = "/api/v8.1"
ACCOUNT = "7c1d0f3a-0000-4000-8000-000000000301"
STORAGE = "7c1d0f3a-0000-4000-8000-000000000101"
JOBS = {
    "until": [{"body": {"status": "Success"}}],
    "warned": [{"body": {"status": "Warning"}}],
    "failed": [{"body": {"status": ["Error", "Canceled"]}}],
    "message": {"path": "jobSessions/{job}/log", "at": "body.log[].message"},
    "poll": {"path": "jobSessions/{job}"},
}
PROFILE = {
    "format": 2,
    "name": "repositories",
    "base_path": API,
    "session": {
        "steps": {
            "login": {
                "method": "POST",
                "path": "/api/oauth2/token",
                "form": {"grant_type": "Password", "username": "{username}", "password": "{password}"},
                "take": {"token": "body.access_token"},
            }
        },
        "carry": {"headers": {"Authorization": "Bearer {token}"}},
    },
    "completes": {"jobs": {**JOBS, "take": {"job": "body[].id"}}, "job": {**JOBS, "take": {"job": "body.id"}}},
    "types": {
        "repository": {
            "path": "repositories",
            "key": {"attributes": ["name"], "enforced": True},
            "find": "list",
            "list": {
                "method": "GET",
                "path": "{type.path}",
                "query": {"Offset": "{offset}", "Limit": "{size}"},
                "entity": "body.results",
                "paging": {"total": "body.totalCount"},
            },
            "read": {
                "method": "GET",
                "path": "{type.path}/{id}",
                "until": [{"body": {"status": ["Ready", "ReadOnly"]}}],
                "failed": [{"body": {"status": "Failed"}}],
            },
            "create": {
                "method": "POST",
                "path": "{type.path}",
                "json": "{declared}",
                "entity": False,
                "completes": "jobs",
            },
            "update": {
                "method": "PUT",
                "path": "{type.path}/{id}",
                "json": "{changed}",
                "entity": False,
                "completes": "job",
            },
            "delete": {"method": "DELETE", "path": "{type.path}/{id}", "completes": "job"},
            "attributes": {
                "status": {"volatile": True},
                "azureStorageContainer": {"ignored": True},
                "azureStorageFolder": {"ignored": True},
            },
        }
    },
}
WHERE = {"azureAccountId": ACCOUNT, "azureStorageAccountId": STORAGE}
PLACE = {**WHERE, "azureStorageContainer": "backups", "azureStorageFolder": "daily"}
NEW = {**PLACE, "description": "new"}
SOON = {"wait_interval": 0.05, "wait_timeout": 20}
NOTHING = {"creates": 0, "updates": 0, "deletes": 0}


running = started_once(System, "--idle-exit", "21600")


@pytest.fixture
def system(running: System) -> System:
    """The system as new, with the service account that repositories need."""
    running.reset()
    running.put("accounts/azure/service", ACCOUNT, accountId=ACCOUNT, name="backup", region="Global")
    return running


@pytest.fixture
def play(system: System, entry: str, tmp_path: Path) -> Player:
    """Plays tasks against it."""
    (tmp_path / "repositories.yml").write_text(json.dumps(PROFILE), encoding="utf-8")
    defaults = {
        "url": system.url,
        "ca_path": system.ca_path,
        "profile": "repositories.yml",
        "grant_type": "login",
        "token_store": str(tmp_path / "store"),
        **ADMINISTRATOR,
    }
    return Player(system, tmp_path, entry, defaults)  # type: ignore[arg-type]


def repository(
    name: str, state: str = "present", attributes: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    given = {"attributes": attributes or NEW} if state == "present" else {}
    options = {"type": "repository", "key": {"name": "daily"}, "state": state, **given}
    return {"name": name, ENTITY: {**options, **SOON, **more}, "ignore_errors": True}


def environment(**more: Any) -> dict[str, Any]:
    entry = {"type": "repository", "key": {"name": "daily"}, "attributes": NEW}
    return {"name": "all", ENTITIES: {"entities": [entry], "journal": "journal", **SOON, **more}, "ignore_errors": True}


def writes(system: System) -> dict[str, int]:
    """How often each write was sent since the last time."""
    counters = system.counters()
    system.control("POST", "reset-counters", {})
    return {name: counters[name] for name in NOTHING}


def result(played: Played, name: str) -> tuple[bool, str]:
    assert not played[name]["failed"], played[name]
    return played[name]["changed"], played[name]["operation"]


@pytest.mark.proves("COMPLETE-1")
@pytest.mark.parametrize("entry", ["here", "elsewhere"])
def test_the_whole_cycle_goes_through_jobs(system: System, play: Player) -> None:
    steps: list[tuple[dict[str, Any], tuple[bool, str], dict[str, int]]] = [
        (repository("create"), (True, "create"), {"creates": 1}),
        (repository("same"), (False, "none"), {}),
        (repository("check", attributes={**NEW, "description": "x"}) | {"check_mode": True}, (True, "update"), {}),
        (repository("change", attributes={**NEW, "description": "x"}), (True, "update"), {"updates": 1}),
        (repository("same again", attributes={**NEW, "description": "x"}), (False, "none"), {}),
        (repository("absent", "absent"), (True, "delete"), {"deletes": 1}),
        (repository("absent again", "absent"), (False, "none"), {}),
    ]
    played = play([one for task, _expected, _sent in steps for one in (task, count(f"{task['name']}, counted"))])
    for task, expected, sent in steps:
        assert result(played, task["name"]) == expected, played.output
        sums = counted(played, f"{task['name']}, counted", *NOTHING)
        assert sums == tuple({**NOTHING, **sent}.values()), task["name"]
    assert system.entities("repositories") == {}


@pytest.mark.proves("COMPLETE-1")
def test_a_warning_is_a_note(system: System, play: Player) -> None:
    system.switch(job_ends="Warning")
    played = play([repository("create")])
    assert result(played, "create") == (True, "create")
    assert "ended with a warning, saying: The job has begun.; The region of the appliance is" in str(
        played["create"]["notes"]
    )


@pytest.mark.proves("COMPLETE-1", "COMPLETE-3")
def test_a_job_that_fails_is_an_error_with_its_reason_and_can_be_cleared_away(system: System, play: Player) -> None:
    system.switch(job_ends="Error")
    played = play([repository("create")])
    assert played["create"]["failed"], played.output
    assert "failed, saying:" in played["create"]["msg"], played["create"]
    assert "The storage account does not answer: access was denied." in played["create"]["msg"]
    system.switch(job_ends="Success")
    info = {"name": "info", "rimops.insight.insight_entity_info": {"type": "repository", "key": {"name": "daily"}}}
    played = play([info, repository("again"), repository("absent", "absent")])
    assert played["info"].get("entities", [{}])[0].get("status") == "Failed", played["info"]
    assert "the server says that it has failed" in played["again"]["msg"], played.output
    assert result(played, "absent") == (True, "delete")
    assert writes(system) == {"creates": 1, "updates": 0, "deletes": 1}


def ends_now(system: System, how: str = "Success") -> str:
    """Let the only job end at its next poll; its id."""
    ((job, _held),) = system.entities("jobSessions").items()
    system.patch("jobSessions", job, ends=how, polls=0)
    return job


@pytest.mark.proves("COMPLETE-1")
def test_a_job_that_never_ends_leaves_the_outcome_unknown(system: System, play: Player) -> None:
    system.switch(job_ends="never")
    played = play([repository("create", wait_timeout=0.3), repository("again", wait_timeout=0.3)])
    (job,) = system.entities("jobSessions")
    for name, written in (("create", "unknown"), ("again", None)):
        error = played[name]["error"]
        assert (error["kind"], error.get("written")) == ("OutcomeUnknownError", written), played.output
        assert f"job {job} was accepted" in played[name]["msg"]
    ends_now(system)
    assert result(play([repository("at last")]), "at last") == (False, "none")
    assert writes(system) == {**NOTHING, "creates": 1}


def killed_while_waiting(system: System, play: Player, task: dict[str, Any]) -> None:
    """Play a task, and kill -9 it while it waits for a job."""
    system.switch(job_ends="never")
    before = polls(system)
    kill_while_it_waits(play, task, lambda: polls(system) > before + 1)


def polls(system: System) -> int:
    return sum("/jobSessions/" in one["path"] for one in system.recorded())


NEXT: dict[str, tuple[str, Callable[[], dict[str, Any]]]] = {
    "entity": ("daily", lambda: repository("daily")),
    "environment": ("all", environment),
    "list": ("all", lambda: environment(gather="list")),
}


@pytest.mark.proves("COMPLETE-2")
@pytest.mark.parametrize(("name", "task"), NEXT.values(), ids=NEXT)
def test_after_kill_9_the_next_run_goes_on_waiting_and_does_not_send_again(
    system: System, play: Player, name: str, task: Callable[[], dict[str, Any]]
) -> None:
    killed_while_waiting(system, play, task())
    system.switch(job_ends="Success")
    before = polls(system)
    played = play([{**task(), "name": "goes on", **short(task())}])
    assert "was accepted, and after 0.3 s it has not ended" in str(played["goes on"]), played.output
    assert polls(system) > before
    ends_now(system)
    played = play([task()])
    assert (played[name]["failed"], played[name]["changed"]) == (False, False), played.output
    assert writes(system) == {**NOTHING, "creates": 1}


def short(task: dict[str, Any]) -> dict[str, Any]:
    """The options of a task that waits a short time."""
    module = ENTITY if ENTITY in task else ENTITIES
    return {module: {**task[module], "wait_timeout": 0.3}}


@pytest.mark.proves("COMPLETE-2")
def test_an_approved_plan_that_was_killed_while_it_waited_is_finished(system: System, play: Player) -> None:
    plan = environment(plan_out="plan.json")
    del plan[ENTITIES]["journal"]
    digest = play([plan])["all"]["plan_digest"]
    apply = environment(plan_file="plan.json", plan_digest=digest)
    killed_while_waiting(system, play, apply)
    ends_now(system)
    played = play([apply])
    assert (played["all"]["failed"], played["all"]["changed"]) == (False, False), played.output
    assert "was applied already, there is nothing to do" in str(played["all"]["notes"])
    assert writes(system) == {**NOTHING, "creates": 1}


@pytest.mark.proves("COMPLETE-2")
@pytest.mark.parametrize(
    ("state", "attributes", "sent"),
    [("present", {**NEW, "description": "x"}, "updates"), ("absent", {}, "deletes")],
    ids=["change", "absent"],
)
def test_a_change_and_a_deletion_that_were_killed_are_finished(
    system: System, play: Player, state: str, attributes: dict[str, Any], sent: str
) -> None:
    play([repository("create")])
    for job in system.entities("jobSessions"):
        system.delete("jobSessions", job)
    writes(system)
    killed_while_waiting(system, play, repository("begun", state, attributes))
    ends_now(system)
    played = play([repository("again", state, attributes)])
    assert result(played, "again") == (False, "none")
    assert writes(system) == {**NOTHING, sent: 1}


@pytest.mark.proves("COMPLETE-2", "WRITE-21")
def test_a_replacement_that_was_killed_while_its_deletion_went_on_is_finished(system: System, play: Player) -> None:
    """Deletion and creation are a job each. The run is killed in the first; the same plan then creates."""
    play([environment()])
    for job in system.entities("jobSessions"):
        system.delete("jobSessions", job)
    entry = {"type": "repository", "key": {"name": "daily"}, "attributes": {**NEW, "description": "x"}}
    fixed = {"types": {"repository": {"attributes": {"description": {"immutable": True}}}}}
    options = {"entities": [entry], "on_immutable": "replace", "profile_overrides": fixed}
    digest = play([environment(plan_out="plan.json", **{**options, "journal": None})])["all"]["plan_digest"]
    apply = environment(plan_file="plan.json", plan_digest=digest, **options)
    writes(system)
    killed_while_waiting(system, play, apply)
    ends_now(system)
    system.switch(job_ends="Success")
    played = play([apply, {**apply, "name": "again"}])
    assert (played["all"]["failed"], played["all"]["changed"]) == (False, True), played.output
    assert "was applied already, there is nothing to do" in str(played["again"]["notes"]), played.output
    assert writes(system) == {**NOTHING, "creates": 1, "deletes": 1}
    assert [one["description"] for one in system.entities("repositories").values()] == ["x"]


@pytest.mark.proves("COMPLETE-2")
def test_the_journal_alone_is_enough(system: System, play: Player) -> None:
    """Without a token store the next run finds the job in the journal, which it settles."""
    play.defaults["token_store"] = "none"
    killed_while_waiting(system, play, environment())
    job = ends_now(system)
    journal = {JOURNALS: {"journal": "journal"}}
    played = play([{"name": "left", **journal}, environment(), {"name": "settled", **journal}])
    assert not played["all"]["failed"], played.output
    assert played["all"]["changed"] is False
    (left,) = played["left"]["open"]
    assert left["job"] == {"names": {"job": [job]}, "operation": "types.repository.create"}
    assert played["settled"]["open"] == []
    assert writes(system) == {**NOTHING, "creates": 1}


@pytest.mark.proves("COMPLETE-2")
def test_a_job_that_failed_meanwhile_is_told_and_is_planned_anew(system: System, play: Player) -> None:
    killed_while_waiting(system, play, environment())
    ends_now(system, "Error")
    played = play([environment()])
    assert "The storage account does not answer" in str(played["all"]), played.output
    assert writes(system) == {**NOTHING, "creates": 1}
