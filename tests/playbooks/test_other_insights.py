# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Other InSights: servers that speak otherwise than the profile assumes, and a file of overrides for each.

No line of code knows any of them. ``other_insights/<dialect>.yml`` is what a person would write down.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import HERE, Player, Server
from in_process import Plays, play_here

pytestmark = pytest.mark.one_core

OVERRIDES = HERE / "other_insights"
DIALECTS = sorted(path.stem for path in OVERRIDES.glob("*.yml"))
KEY = {"appCode": "123456", "appName": "Zelvora"}
RENAMED = {**KEY, "appName": "Zelvora Forte"}
ATTRIBUTES = {
    "selectedProducts": ["Zelvora 10 mg", "Zelvora 20 mg"],
    "filingDate": "2026-03-04T06:06:07+01:00",
    "dosesPerDay": 3,
}
LISTED = 5
AS_A_USER = ("insight_id_in_body", "insight_other_words", "insight_wrapped")
"""Those that are played by ansible-playbook; with the others what the action plugins run does the same."""


def player(dialect: str) -> Plays:
    """What plays tasks with an InSight."""
    return Player.__call__ if dialect in AS_A_USER else play_here


def task(name: str, module: str = "insight_entity", **options: Any) -> dict[str, Any]:
    """A task of this collection."""
    return {"name": name, f"rimops.insight.{module}": options}


def application(name: str, description: str, key: dict[str, str] | None = None, **more: Any) -> dict[str, Any]:
    """A task about the application."""
    attributes = {**ATTRIBUTES, "description": f"{description} description "} if description else {}
    return task(name, type="application", key=key or KEY, attributes=attributes, **more)


def event(name: str, **more: Any) -> dict[str, Any]:
    """A task about an event of the application."""
    refs = {"applicationId": {"type": "application", "key": KEY}}
    return task(name, type="event", key={"eventName": "Initial filing"}, refs=refs, **more)


TASKS = [
    application("create", "First"),
    application("same again", "First"),
    {**application("change in check mode", "Second"), "check_mode": True},
    application("change", "Second"),
    application("changed, same again", "Second"),
    event("event", attributes={"description": "An event"}),
    event("event, same again", attributes={"description": "An event"}),
    event("event absent", state="absent"),
    application("rename", "Second", RENAMED, was=KEY),
    application("renamed, same again", "Second", RENAMED, was=KEY),
    application("absent", "", RENAMED, state="absent"),
    application("absent again", "", RENAMED, state="absent"),
]
EXPECTED = {
    "create": "create",
    "same again": "none",
    "change in check mode": "update",
    "change": "update",
    "changed, same again": "none",
    "event": "create",
    "event, same again": "none",
    "event absent": "delete",
    "rename": "update",
    "renamed, same again": "none",
    "absent": "delete",
    "absent again": "none",
}
WRITES = ("create", "change", "event", "event absent", "rename", "absent")


def overrides_of(dialect: str) -> dict[str, Any]:
    """What a person wrote down about this server."""
    data: dict[str, Any] = yaml.safe_load(Path(OVERRIDES / f"{dialect}.yml").read_text(encoding="utf-8"))
    return data


def play_the_cycle(
    server: Server,
    play: Player,
    overrides: dict[str, Any],
    playing: Plays = Player.__call__,
) -> None:
    """The life of an application and of an event of it, with these overrides of the profile insight; where they have
    a list, a list too. Asserts what each step did, and that the server holds nothing afterwards."""
    play.defaults |= {"profile": "insight", "profile_overrides": overrides}
    listed = bool(overrides.get("operations", {}).get("list", {}).get("enabled"))
    seeded = [server.seed("event-country", country=f"C{number}") for number in range(LISTED if listed else 0)]
    listing = [task("list", "insight_entity_info", type="event_country")] if listed else []
    played = playing(play, [*listing, *TASKS])
    assert played.code == 0, played.output
    if listed:
        assert [one["country"] for one in played["list"]["entities"]] == [one["country"] for one in seeded]
    assert {name: played[name]["operation"] for name in EXPECTED} == EXPECTED
    changed = {name: operation != "none" for name, operation in EXPECTED.items()}
    assert {name: played[name]["changed"] for name in EXPECTED} == changed
    assert [one["path"] for one in played["change"]["changes"]] == ["description"]
    assert [one["path"] for one in played["rename"]["changes"]] == ["appName"]
    assert {name: played[name]["warnings"] for name in EXPECTED if played[name].get("warnings")} == {}
    counted = server.counted
    assert (counted["writes"], counted["creates"], counted["updates"], counted["deletes"]) == (len(WRITES), 2, 2, 2)
    assert counted["handshakes"] == 1
    assert [len(server.stored(path)) for path in ("application", "event")] == [0, 0]


@pytest.mark.proves("OTHERS-1")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_file_of_overrides_is_enough(server: Server, play: Player, dialect: str) -> None:
    play_the_cycle(server, play, overrides_of(dialect), player(dialect))


WITHOUT = {
    "insight_create_answers_nothing": ("create", "operations.create.success"),
    "insight_csrf_fixed": ("create", "session.steps.token.take.session"),
    "insight_csrf_renamed": ("create", "session.steps.token.take.session"),
    "insight_empty_lists": ("create", "operations.find.entity"),
    "insight_epoch_dates": ("create", "attributes.filingDate"),
    "insight_id_in_body": ("create", "operations.read"),
    "insight_id_in_query": ("create", "operations.read"),
    "insight_ids_within": ("create", "types.application.id.at"),
    "insight_location": ("change", "operations.update.success"),
    "insight_login_302": ("create", "session.steps.login.success"),
    "insight_no_query_for": ("event", "operations.create"),
    "insight_no_uuid": ("change", "operations.update.with"),
    "insight_null_answers": ("create", "operations.find"),
    "insight_numbers_as_text": ("create", "attributes.filingDate"),
    "insight_other_names": ("create", "types.application.id.at"),
    "insight_other_words": ("create", "operations.find"),
    "insight_patch": ("create", "operations.find"),
    "insight_query_for_ignored": ("event", "operations.create"),
    "insight_rest_verbs": ("create", "operations.find"),
    "insight_statuses": ("create", "operations.find.missing"),
    "insight_trims_and_recases": ("create", "attributes.appName"),
    "insight_update_by_id": ("create", "operations.find.missing"),
    "insight_wrapped": ("create", "operations.find"),
}
"""The task that fails without the overrides, and the line of the profile that it names. The other dialects differ in
what the engine bears (the answer of a create) or asks for only after a failure (conflicts, enforced keys)."""


@pytest.mark.proves("OTHERS-1", "ASSUMED-2")
@pytest.mark.parametrize("dialect", WITHOUT)
def test_without_it_the_task_says_which_line_to_change(play: Player, dialect: str) -> None:
    play.defaults["profile"] = "insight"
    played = player(dialect)(play, TASKS)
    failed, key = WITHOUT[dialect]
    assert played.code != 0, played.output
    assert [one["task"] for one in played.tasks if one["status"] == "failed"] == [failed]
    error = played[failed]["error"]
    assert error["profile_key"] == key
    assert key in played[failed]["msg"]
    if error["kind"] == "ProfileMismatchError":
        assert f"expected {error['expected']}, came {error['came']}." in played[failed]["msg"]
