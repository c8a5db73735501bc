# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An entity that is renamed, and those that refer to it under its new name while the server knows the old one."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Player, Server
from environments import LISTED, absent, application, control, count, counted, event, outcomes, task, written

OLD = application(1)
NEW = {**OLD, "key": {**OLD["key"], "appName": "New"}, "was": {"appName": OLD["key"]["appName"]}}


def child(name: str, parent: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """An event of an application."""
    return {
        **event(1, name),
        "refs": {"applicationId": {"type": "application", "key": parent["key"]}},
        "attributes": attributes,
    }


@pytest.mark.proves("DECLARE-7", "PLAN-5")
@pytest.mark.parametrize("gather", ["each", "list"])
def test_children_of_a_renamed_entity_are_found(server: Server, play: Player, gather: str) -> None:
    before = [OLD, *[child(name, OLD, description="First") for name in ("kept", "changed", "gone")]]
    after = [
        NEW,
        child("kept", NEW, description="First"),
        child("changed", NEW, description="Second"),
        child("new", NEW, description="First"),
        *absent([child("gone", NEW)]),
    ]
    listing = {"gather": gather, "profile_overrides": LISTED}
    plan = {"plan_file": "plan.json", "plan_digest": "{{ plan.plan_digest }}", **listing}
    played = play(
        [
            task("before", before),
            task("plan", after, plan_out="plan.json", **listing) | {"register": "plan"},
            count("planned"),
            task("apply", after, **plan),
            task("apply again", after, **plan),
            task("declared again", after, **listing),
            count("applied"),
        ]
    )
    planned = {"created": 1, "updated": 2, "deleted": 1, "unchanged": 1}
    assert outcomes(played["plan"]) == outcomes(played["apply"]) == planned, played.output
    assert outcomes(played["apply again"]) == outcomes(played["declared again"]) == {"unchanged": 5}
    assert counted(played, "applied", "writes") == (4,)
    (parent,) = server.stored("application")
    assert parent["appName"] == "New"
    assert {(one["eventName"], one["description"], one["applicationId"]) for one in server.stored("event")} == {
        ("kept", "First", parent["id"]),
        ("changed", "Second", parent["id"]),
        ("new", "First", parent["id"]),
    }


@pytest.mark.proves("ENVIRONMENT-60")
@pytest.mark.parametrize("gather", ["each", "list"])
def test_a_parent_by_its_id_is_not_deleted_under_its_children(server: Server, play: Player, gather: str) -> None:
    by_id = {"type": "application", "id": "{{ before.entities[0].entity_id }}"}
    children = [{**event(1, name), "refs": {"applicationId": by_id}} for name in ("one", "two")]
    gone = absent([OLD, *children])
    listing = {"gather": gather, "profile_overrides": LISTED}
    written(play.folder / "earlier.json", [OLD])
    refused = {"match": {"operation": "delete"}, "kind": "status", "status": 403}
    played = play(
        [
            task("before", [OLD, event(1, "one"), event(1, "two")]) | {"register": "before"},
            count("made"),
            task("stays", [gone[0], gone[1], children[1]], **listing),
            task("pruned", children, prune_from="earlier.json", prune_limit=1, plan_out="plan.json", **listing),
            control("refuse", ["POST", "faults", [refused]]),
            task("refused", gone, on_error="continue", concurrency=1, **listing),
            count("kept"),
            task("gone", gone, **listing),
        ]
    )
    for name, place in (("stays", "entities, entry 1"), ("pruned", "of prune_from")):
        assert "refers to application (appCode=000001, appName=Application 1), which" in played[name]["msg"]
        assert place in played[name]["msg"] and "Nothing was written" in played[name]["msg"]
    assert outcomes(played["refused"]) == {"deleted": 1, "failed": 1, "not_tried": 1}, played.output
    assert "still refers to it" in played["refused"]["entities"][2]["why"]
    assert counted(played, "kept", "writes") == (2,)
    assert outcomes(played["gone"]) == {"deleted": 2, "unchanged": 1}, played.output
    assert server.stored("application") == server.stored("event") == []
