# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that store something else than they were sent, or change what nobody asked for: said by name on the first
run, after one write; and what the message proposes makes the second run changed: false."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from both_entries import through_both
from conftest import Played, Player, Server
from environments import VERIFIED

pytestmark = pytest.mark.one_core

KEY = {"appCode": "123456", "appName": "Zelvora"}
SEED = {**KEY, "selectedProducts": ["a"], "description": "Before", "note": "Kept", "status": "DRAFT"}


def overriding(**update: Any) -> dict[str, Any]:
    """The option that changes what the profile says of updates."""
    return {"profile_overrides": {"operations": {"update": update}}}


@dataclass(frozen=True)
class Lie:
    """switches: how the server lies; wish: attributes; options: of the first run; seed: what is there before, nothing
    for a create. kind: of the error, none where the first run succeeds; says: what its message says; missed: path,
    sent and stored, or path, before and after, of the error. then: options of the second run."""

    switches: dict[str, Any]
    wish: dict[str, Any]
    says: tuple[str, ...] = ()
    kind: str = "UnconvergedError"
    missed: tuple[tuple[Any, ...], ...] = ()
    then: dict[str, Any] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    seed: dict[str, Any] = field(default_factory=dict)
    collateral: tuple[str, ...] = ()


def normalising(path: str, *names: str) -> dict[str, Any]:
    """The option that has a path compared so."""
    return {"compare": {"normalise": {path: list(names)}}}


PRODUCTS = {"selectedProducts": ["a"]}
CHANGED = {"description": "After"}

LIES = {
    "trims": Lie(
        {"trim": True},
        {**PRODUCTS, "description": " First "},
        ("description: sent", "compare: {normalise: {description: [outer_space]}}"),
        missed=(("description", " First ", "First"),),
        then=normalising("description", "outer_space"),
    ),
    "writes everything large": Lie(
        {"recase": "upper"},
        {"selectedProducts": ["A"], "description": "First"},
        ("compare: {normalise: {description: [case]}}",),
        missed=(("description", "First", "FIRST"),),
        then=normalising("description", "case"),
    ),
    "writes everything small": Lie(
        {"recase": "lower"},
        {"selectedProducts": ["Zelvora"], "description": "First"},
        ("description: [case]", "selectedProducts: [case]"),
        missed=(("description", "First", "first"), ("selectedProducts", ["Zelvora"], ["zelvora"])),
        then={"compare": {"normalise": {"description": ["case"], "selectedProducts": ["case"]}}},
    ),
    "cuts times off": Lie(
        {"round_dates": "days"},
        {**PRODUCTS, "approved": "2026-01-31T10:00:00Z"},
        ("compare: {normalise: {approved: [date_as_day]}}",),
        missed=(("approved", "2026-01-31T10:00:00Z", "2026-01-31"),),
        then=normalising("approved", "date_as_day"),
    ),
    "cuts fractions of seconds off": Lie(
        {"round_dates": "seconds"},
        {**PRODUCTS, "approved": "2026-01-31T10:00:00.250Z"},
        ("approved: sent", "2026-01-31T10:00:00Z"),
        missed=(("approved", "2026-01-31T10:00:00.250Z", "2026-01-31T10:00:00Z"),),
        then=normalising("approved", "date_as_day"),
    ),
    "makes numbers text": Lie(
        {"numbers_as_text": True},
        {**PRODUCTS, "strength": 10},
        ("strength: sent 10, stored", '"10"'),
        missed=(("strength", 10, "10"),),
        then=normalising("strength", "number_as_text"),
    ),
    "moves a declared status": Lie(
        {"move_status": True},
        {**PRODUCTS, "status": "DRAFT"},
        ("status: sent", "No compare rule makes them equal"),
        missed=(("status", "DRAFT"),),
        then={"compare": {"ignore": ["status"]}},
    ),
    "moves a status that nobody declared": Lie(
        {"move_status": True},
        CHANGED,
        ("the update also changed status from", "attributes.status.volatile"),
        kind="CollateralError",
        missed=(("status", "DRAFT"),),
        seed=SEED,
        then={"compare": {"volatile": ["status"]}},
    ),
    "adds an attribute": Lie(
        {"extra_attribute_on_write": True},
        CHANGED,
        ("the update also changed serverRemark", "attributes.serverRemark.volatile"),
        kind="CollateralError",
        seed=SEED,
        then={"compare": {"volatile": ["serverRemark"]}},
    ),
    "blanks what it was not sent": Lie(
        {"blank_undeclared": True},
        CHANGED,
        ("the update also changed", 'note from "Kept" to null', "operations.update.json"),
        kind="CollateralError",
        missed=(("note", "Kept", None), ("status", "DRAFT", None)),
        options=overriding(json="{declared}"),
        seed=SEED,
    ),
    "blanks, but was sent everything": Lie({"blank_undeclared": True}, CHANGED, kind="", seed=SEED),
    "replaces": Lie(
        {"update": "replace"},
        {**CHANGED, **PRODUCTS},
        ('note from "Kept"', "operations.update.json"),
        kind="CollateralError",
        missed=(("note", "Kept"), ("status", "DRAFT")),
        options=overriding(json="{declared}"),
        seed=SEED,
    ),
    "replaces, but was sent everything": Lie({"update": "replace"}, CHANGED, kind="", seed=SEED),
    "merges what changed": Lie({"update": "merge"}, CHANGED, kind="", seed=SEED, options=overriding(json="{changed}")),
    "shows a new entity late": Lie(
        {"show_new_late_ms": 600}, PRODUCTS, kind="", options={"wait_timeout": 20, "wait_interval": 0.2}
    ),
    "shows a new entity too late": Lie(
        {"show_new_late_ms": 600000},
        PRODUCTS,
        ("the server took the request, and the entity is not there", "wait_timeout"),
        options={"wait": False},
    ),
    "adds an attribute, of a verified update, reported": Lie(
        {"extra_attribute_on_write": True},
        CHANGED,
        kind="",
        seed=SEED,
        options={**overriding(assumed=False, verified=VERIFIED), "collateral": "report"},
        collateral=("serverRemark",),
    ),
    "adds an attribute, of a verified update, not allowed": Lie(
        {"extra_attribute_on_write": True},
        CHANGED,
        ("serverRemark",),
        kind="CollateralError",
        seed=SEED,
        options={**overriding(assumed=False, verified=VERIFIED), "collateral": "fail"},
    ),
    "adds an attribute, ignored": Lie(
        {"extra_attribute_on_write": True},
        CHANGED,
        kind="",
        seed=SEED,
        options={"collateral": "ignore"},
        collateral=("serverRemark",),
    ),
}
BEYOND = ("trims", "makes numbers text", "moves a status that nobody declared")
"""Those that are told on another host too: what is compared is the same code."""


def scene(name: str, lie: Lie) -> list[dict[str, Any]]:
    """The server begins to lie; first run; what was written; second run; what was written."""
    wish = {"type": "application", "key": KEY, "attributes": lie.wish}
    prepare = [["DELETE", "entities", None], ["POST", "reset", {}], ["POST", "switches", lie.switches]]
    prepare += [["POST", "entities/application", lie.seed]] if lie.seed else []
    second = {**wish, **lie.options, **lie.then}
    runs = [
        {"name": f"{name}: first", "rimops.insight.insight_entity": {**wish, **lie.options}, "ignore_errors": True},
        {"name": f"{name}: first counted", "control": {"requests": [["GET", "counters", None]]}},
    ]
    if lie.switches.get("show_new_late_ms", 0) < 60000:
        runs += [
            {"name": f"{name}: second", "rimops.insight.insight_entity": second, "diff": True, "ignore_errors": True},
            {"name": f"{name}: second counted", "control": {"requests": [["GET", "counters", None]]}},
        ]
    return [{"name": f"{name}: lie", "control": {"requests": prepare}}, *runs]


def problems(lie: Lie, result: dict[str, Any]) -> list[str]:
    """What is not as expected of a first run."""
    found = []
    message, error = result.get("msg", ""), result.get("error", {})
    if error.get("kind", "") != lie.kind:
        found.append(f"is a {error.get('kind')}, not a {lie.kind}")
    found += [f"does not say {text!r}" for text in lie.says if text not in message]
    told = error.get("unconverged") or error.get("collateral") or []
    names = ("path", "sent", "stored") if error.get("unconverged") else ("path", "before", "after")
    seen = [tuple(one.get(name) for name in names) for one in told]
    if lie.missed and [one[: len(lie.missed[0])] for one in seen] != list(lie.missed):
        found.append(f"tells {seen}")
    if [one["path"] for one in result.get("collateral", [])] != list(lie.collateral):
        found.append(f"reports {result.get('collateral')} as collateral")
    if lie.kind and error.get("written") != ("update" if lie.seed else "create"):
        found.append(f"says that {error.get('written')} was written")
    return found


def judged(played: Played, names: Iterable[str]) -> list[str]:
    """What is not as expected of these lies."""
    wrong = []
    for name in names:
        lie, first, counters = LIES[name], played[f"{name}: first"], played[f"{name}: first counted"]["answers"][0]
        found = problems(lie, first)
        if counters["writes"] != 1:
            found.append(f"{counters['writes']} writes were sent in the first run")
        if "Raise wait_timeout" not in first.get("msg", ""):
            second = played[f"{name}: second"]
            if second["failed"] or second["changed"] or second["diff"]["before"] != second["diff"]["after"]:
                found.append(f"the second run: {second}")
            if played[f"{name}: second counted"]["answers"][0]["writes"] != 1:
                found.append("the second run wrote")
        if found:
            wrong.append(f"{name}: {'; '.join(found)}\n    {first.get('msg')}")
    return wrong


@pytest.mark.proves("WRITE-4", "WRITE-5", "WRITE-8", "EVIDENCE-2")
def test_lies_are_told_by_name_on_the_first_run(server: Server, play: Player) -> None:
    played = play([task for name, lie in LIES.items() for task in scene(name, lie)])
    assert played.code == 0, played.output
    wrong = judged(played, LIES)
    assert not wrong, "\n".join(wrong)


@pytest.mark.proves("WRITE-4", "WRITE-5", "ANSIBLE-1")
def test_lies_are_told_alike_through_both_entries(server: Server, play: Player) -> None:
    tasks = [task for name in BEYOND for task in scene(name, LIES[name])]
    wrong = judged(through_both(play, tasks)["elsewhere"], BEYOND)
    assert not wrong, "\n".join(wrong)


def entity(name: str, **options: Any) -> dict[str, Any]:
    """A task that may fail."""
    return {"name": name, "rimops.insight.insight_entity": options, "ignore_errors": True}


@pytest.mark.proves("DECLARE-11", "WRITE-4")
def test_a_server_that_does_not_look_at_references_is_refuted(server: Server, play: Player) -> None:
    seeded = [server.seed("application", appCode=code, appName="Zelvora", selectedProducts=["a"]) for code in "12"]
    theirs = server.seed("event", applicationId=seeded[1]["id"], eventName="Initial", description="Theirs")
    server.switch(ignore_query_for=True)
    server.forget()
    ours = {"applicationId": {"type": "application", "key": {"appCode": "1", "appName": "Zelvora"}}}
    event = {"type": "event", "refs": ours, "key": {"eventName": "Initial"}}
    by_id = {"profile_overrides": {"operations": {name: {"texts_at": None} for name in ("find", "create")}}}
    played = play(
        [
            entity("update", **event, attributes={"description": "Ours"}),
            entity("delete", **event, state="absent"),
            entity("same", **event),
            {**entity("check", **event), "check_mode": True},
            {"name": "info", "rimops.insight.insight_entity_info": event, "ignore_errors": True},
            entity("create", type="event_country", refs=ours, key={"name": "DE"}),
            entity("create by id", **event, **by_id, attributes={"description": "Ours"}),
            entity("again", **event, **by_id, attributes={"description": "Ours"}),
        ]
    )
    for name in ("update", "delete", "same", "check", "info"):
        assert played[name]["error"]["kind"] == "ProfileMismatchError", played[name]
        assert "refers to another one in applicationId; nothing was written" in played[name]["msg"]
        assert played[name]["error"]["profile_key"] == "operations.find.texts_at"
    missed = played["create"]["error"]["unconverged"]
    assert [(one["path"], one["sent"], one.get("stored")) for one in missed] == [
        ("applicationId", seeded[0]["id"], None)
    ]
    assert (played["create by id"]["operation"], played["again"]["changed"]) == ("create", False), played.output
    assert server.counted["writes"] == 2
    assert theirs in server.stored("event")


@pytest.mark.proves("WRITE-2")
def test_a_server_that_takes_a_key_twice(server: Server, play: Player) -> None:
    server.switch(enforce_keys=False)
    server.seed("application", **KEY, selectedProducts=["a"])
    other = server.seed("application", appCode="123456", appName="Other", selectedProducts=["b"])
    played = play(
        [
            entity("second of that key", type="application", id=other["id"], attributes={"appName": "Zelvora"}),
            entity("which", type="application", key=KEY, attributes={"description": "After"}),
            entity("neither", type="application", key=KEY, state="absent"),
        ]
    )
    assert played["second of that key"]["operation"] == "update"
    for name in ("which", "neither"):
        assert played[name]["error"]["kind"] == "AmbiguousError"
        assert "2 entities match" in played[name]["msg"]
    assert server.counted["writes"] == 1
