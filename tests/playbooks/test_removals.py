# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task, and never a profile, decides: that an entity is replaced, and that what stays as deleted is purged.
Against a server that knows no profile, with its own count of the writes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Played, Player
from environments import checked, count, counted, kill_while_it_waits, outcomes
from environments import task as entities_task
from libraries import BOOK, PROFILE, VERSIONED, player, task, written
from systems.base.fixtures import as_new, started_once
from systems.library import System

pytestmark = pytest.mark.proves("WRITE-21", "WRITE-22")

TYPES = PROFILE["types"]
REMOVING: dict[str, Any] = {
    **PROFILE,
    "types": {
        "book": {
            **TYPES["book"],
            "attributes": {"number": {"immutable": True}, "state": {"read_only": True}},
            "purge": {"method": "DELETE", "path": "books/{id}/paper", **VERSIONED},
        },
        "shelf": {**TYPES["shelf"], "attributes": {"keeper": {"ref": {"type": "member"}}}},
        "member": {**TYPES["member"], "attributes": {**TYPES["member"]["attributes"], "born": {"immutable": True}}},
    },
}
ANN = {"type": "member", "key": {"name": "Ann"}, "secret_attributes": {"password": "ann's first password"}}
REPORTED = {
    "name": "reported",
    "rimops.insight.insight_report": {"journal": "evidence", "reports": {"html": "evidence.html"}},
}
DRIFT = "rimops.insight.insight_drift"
REPLACE = {"on_immutable": "replace"}
PURGE = {"state": "absent", "purge": True}

running = started_once(System, "--idle-exit", "21600")
system = as_new


@pytest.fixture
def play(system: System, entry: str, tmp_path: Path) -> Player:
    """Plays tasks against it."""
    return player(system, entry, tmp_path, REMOVING)


def with_counts(*tasks: dict[str, Any]) -> list[dict[str, Any]]:
    """The tasks, each followed by what the server counted."""
    pairs = ([{**one, "diff": True}, count(f"{one['name']}, counted")] for one in tasks)
    return [count("nothing is counted yet"), *(one for pair in pairs for one in pair)]


def told(played: Played, *names: str) -> dict[str, tuple[str, bool, int]]:
    """Of each task its operation, whether it changed something, and how often the server was written to."""
    found = {name: played[name] for name in names}
    return {
        name: (one["operation"], one["changed"], *counted(played, f"{name}, counted", "writes"))
        for name, one in found.items()
    }


def in_check_mode(one: dict[str, Any]) -> dict[str, Any]:
    return {**one, "check_mode": True}


@pytest.mark.parametrize("entry", ["here", "elsewhere"])
def test_the_whole_life_of_an_entity_that_is_replaced(system: System, play: Player) -> None:
    second = {"attributes": {"born": 1991}, **REPLACE}
    played = play(
        with_counts(
            task("new", ANN, attributes={"born": 1990, "phone": "1"}),
            task("same", ANN, attributes={"born": 1990}, **REPLACE),
            task("refused", ANN, attributes={"born": 1991}),
            in_check_mode(task("checked", ANN, **second)),
            task("replaced", ANN, **second),
            task("same again", ANN, **second),
        )
    )
    assert told(played, "new", "same", "checked", "replaced", "same again") == {
        "new": ("create", True, 1),
        "same": ("none", False, 0),
        "checked": ("replace", True, 0),
        "replaced": ("replace", True, 2),
        "same again": ("none", False, 0),
    }, played.output
    assert "Or set on_immutable to replace" in played["refused"]["msg"]
    for name in ("checked", "replaced"):
        assert played[name]["steps"] == ["delete", "create"]
        assert {"path": "phone", "before": "1"} in played[name]["changes"]
        assert (
            "1 that nobody declares go with it, unless the server sets them by itself: phone." in played[name]["notes"]
        )
        assert (played[name]["diff"]["before"]["phone"], "phone" in played[name]["diff"]["after"]) == ("1", False)
    (member,) = system.entities("members").values()
    assert (member["born"], member["password"], "phone" in member) == (1991, "ann's first password", False)
    assert member["id"] == played["replaced"]["entity_id"] != played["new"]["entity_id"]
    assert "ann's first password" not in played.output


@pytest.mark.parametrize("entry", ["here", "elsewhere"])
def test_the_whole_life_of_an_entity_that_is_purged(system: System, play: Player) -> None:
    played = play(
        with_counts(
            task("new", BOOK, attributes={"author": "A. C."}),
            task("gone", BOOK, state="absent"),
            task("gone still", BOOK, state="absent"),
            in_check_mode(task("checked", BOOK, **PURGE)),
            task("purged", BOOK, **PURGE),
            task("purged already", BOOK, **PURGE),
            task("new again", BOOK, attributes={"author": "A. C."}),
            in_check_mode(task("both checked", BOOK, **PURGE)),
            task("both", BOOK, **PURGE),
            task("both already", BOOK, **PURGE),
        )
    )
    names = ("gone", "gone still", "checked", "purged", "purged already", "both checked", "both", "both already")
    assert list(told(played, *names).values()) == [
        ("delete", True, 1),
        ("none", False, 0),
        ("delete", True, 0),
        ("delete", True, 1),
        ("none", False, 0),
        ("delete", True, 0),
        ("delete", True, 2),
        ("none", False, 0),
    ], played.output
    assert played["checked"]["steps"] == played["purged"]["steps"] == ["purge"]
    assert played["both checked"]["steps"] == played["both"]["steps"] == ["delete", "purge"]
    assert (played["checked"]["diff"]["before"]["state"], played["checked"]["diff"]["after"]) == ("withdrawn", {})
    assert "It is purged: nothing brings it back." in played["purged"]["notes"]
    assert system.entities("books") == {}


def test_a_key_that_stays_taken_takes_both(system: System, play: Player) -> None:
    second = {"attributes": {"number": 2}, **REPLACE}
    played = play(
        with_counts(
            task("new", BOOK, attributes={"number": 1}),
            task("refused", BOOK, **second),
            task("replaced", BOOK, **second, purge=True),
            task("same", BOOK, **second, purge=True),
        )
    )
    assert "one that is deleted stays, and so its key stays taken; nothing was written" in played["refused"]["msg"]
    assert played["replaced"]["steps"] == ["delete", "purge", "create"], played.output
    assert list(told(played, "replaced", "same").values()) == [("replace", True, 3), ("none", False, 0)]
    (book,) = system.entities("books").values()
    assert (book["number"], book["state"]) == (2, "present")


def test_a_create_that_is_refused_after_the_deletion(system: System, play: Player) -> None:
    play([task("new", ANN, attributes={"born": 1990})])
    system.fault("status", "create", status=422, times=1)
    second = task("replaced", ANN, attributes={"born": 1991}, **REPLACE)
    played = play([second, {**second, "name": "again"}])
    failed = played["replaced"]
    assert failed["changed"], played.output
    assert "It is deleted and not created anew: run this again, which creates it." in failed["msg"]
    assert failed["error"]["steps"] == {"done": ["delete"], "failed": ["create"], "not_sent": []}
    assert played["again"]["operation"] == "create", played.output
    assert [one["born"] for one in system.entities("members").values()] == [1991]


# --- environments

MEMBER = {"type": "member", "key": {"name": "Ann"}, "attributes": {"born": 1991, "password": {"secret": "ann"}}}
GONE = {"type": "book", "key": {"title": "Ward"}, "state": "absent"}
WITHDRAWN = {"type": "book", "key": {"title": "Bishop"}, "state": "absent"}
ENTITIES = [MEMBER, GONE, WITHDRAWN]
OPTIONS = {"secrets": {"ann": "ann's first password"}, "purge": True, **REPLACE}


def seed(system: System) -> None:
    """A member who is to be replaced, and two books that are to be purged, of which one is withdrawn already."""
    system.put("members", "m-1", id="m-1", name="Ann", born=1990, phone="1", password="ann's first password")
    for number, (title, state) in enumerate((("Ward", "present"), ("Bishop", "withdrawn"))):
        system.put("books", f"b-{number}", id=f"b-{number}", title=title, state=state, version=7)


def planned(play: Player, **options: Any) -> dict[str, Any]:
    """The options with which the plan of it is applied."""
    plan = play([checked("plan", ENTITIES, plan_out="plan.json", plan_page="plan.html", **OPTIONS, **options)])["plan"]
    assert "plan_digest" in plan, plan
    return {"plan_file": "plan.json", "plan_digest": plan["plan_digest"], "journal": "evidence", **OPTIONS, **options}


@pytest.mark.parametrize("gather", ["list", "each"])
def test_an_environment_shows_its_plan_and_carries_it_out(system: System, play: Player, gather: str) -> None:
    seed(system)
    look = checked("look", ENTITIES, gather=gather, **OPTIONS)
    options = {**planned(play, gather=gather), "gather": gather}
    apply = entities_task("apply", ENTITIES, **options)
    last = entities_task("same", ENTITIES, gather=gather, **OPTIONS)
    played = play([*with_counts(look, apply, last), REPORTED])
    assert outcomes(played["look"]) == outcomes(played["apply"]) == {"deleted": 2, "replaced": 1}, played.output
    assert [counted(played, f"{name}, counted", "writes") for name in ("look", "apply", "same")] == [(0,), (5,), (0,)]
    assert (played["look"]["changed"], outcomes(played["same"])) == (True, {"unchanged": 3, "unverified": 1})
    diff = played["look"]["diff"]["prepared"]
    assert "-/+ member (name=Ann)\n    It is replaced, since born can only be set at creation.\n" in diff
    assert '    phone: "1" -> (nothing)\n' in diff
    assert diff.count("    It is purged: nothing brings it back.\n") == 2
    plan = json.loads((play.folder / "plan.json").read_text(encoding="utf-8"))
    kept = {one["entity"]: one for one in plan["operations"]}
    assert kept["member (name=Ann)"]["forced_by"] == ["born"]
    assert kept["book (title=Ward)"]["removal"] == ["delete", "purge"]
    assert (kept["book (title=Bishop)"]["removal"], kept["book (title=Bishop)"]["purges"]) == (["purge"], ["b-1"])
    assert "They were deleted and created anew" in (play.folder / "evidence.html").read_text(encoding="utf-8")
    page = (play.folder / "plan.html").read_text(encoding="utf-8")
    for words in ("Replace", "It is replaced, since born can only be set at creation.", "nothing brings it back"):
        assert words in page
    assert system.entities("books") == {}
    assert [one["born"] for one in system.entities("members").values()] == [1991]
    steps = [(one["entity"], one["step"], one["state"]) for one in lines(play) if one["kind"] == "step"]
    done = [step for entity, step, state in steps if state == "done" and "Ann" in entity]
    assert done == ["delete", "create"], steps
    assert "ann's first password" not in played.output


def lines(play: Player) -> list[dict[str, Any]]:
    """The lines of the journals."""
    files = sorted((play.folder / "evidence").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("slow", "after"),
    [
        ({"operation": "create", "path": "members"}, "DELETE /members/m-1"),
        ({"operation": "delete", "path": "b-0/paper"}, "DELETE /books/b-0"),
    ],
    ids=["before the create", "before the purge"],
)
def test_an_apply_that_is_killed_after_the_deletion_is_finished_by_the_same_plan(
    system: System, play: Player, slow: dict[str, str], after: str
) -> None:
    seed(system)
    apply = entities_task("apply", ENTITIES, **planned(play), concurrency=1)
    system.control("POST", "faults", {"kind": "slow", "match": slow, "seconds": 600, "times": 0})
    kill_while_it_waits(play, apply, lambda: after in written(system))
    system.control("DELETE", "faults")
    played = play([apply, {**apply, "name": "again"}])
    assert played["apply"]["changed"], played.output
    assert "was applied already" in str(played["again"]["notes"]), played.output
    assert system.entities("books") == {}
    assert [one["born"] for one in system.entities("members").values()] == [1991]
    assert written(system).count("POST /members") == 1
    assert [written(system).count(f"DELETE {one}") for one in ("/members/m-1", "/books/b-0", "/books/b-0/paper")] == [
        1,
        1,
        1,
    ]


def test_an_apply_that_is_killed_before_what_the_create_withholds_is_finished_too(system: System, play: Player) -> None:
    """The phone is the same before and after, and so is no part of the plan."""
    seed(system)
    member = {**REMOVING["types"]["member"], "create": {"without": ["phone"]}}
    rewrite(play, member=member)
    wanted = [{**MEMBER, "attributes": {**MEMBER["attributes"], "phone": "1"}}]
    plan = play([checked("plan", wanted, plan_out="plan.json", **OPTIONS)])["plan"]
    assert [one["path"] for one in plan["entities"][0]["changes"]] == ["born"], plan
    options = {"plan_file": "plan.json", "plan_digest": plan["plan_digest"], "journal": "evidence", **OPTIONS}
    apply = entities_task("apply", wanted, **options)
    system.control("POST", "faults", {"kind": "slow", "match": {"operation": "update"}, "seconds": 600, "times": 0})
    kill_while_it_waits(play, apply, lambda: "POST /members" in written(system))
    system.control("DELETE", "faults")
    played = play([apply])
    assert outcomes(played["apply"]) == {"updated": 1, "unverified": 1}, played.output
    assert [(one["born"], one["phone"]) for one in system.entities("members").values()] == [(1991, "1")]


def rewrite(play: Player, **types: Any) -> None:
    """Let the profile say something else of these types."""
    said = {**REMOVING, "types": {**REMOVING["types"], **types}}
    (play.folder / "library.yml").write_text(json.dumps(said), encoding="utf-8")


def test_what_is_only_assumed_is_named_before_it_is_sent(system: System, play: Player) -> None:
    seed(system)
    told_so = {"assumed": True}
    book, member = REMOVING["types"]["book"], REMOVING["types"]["member"]
    rewrite(
        play,
        book={**book, **{name: {**book[name], **told_so} for name in ("delete", "purge")}},
        member={**member, "create": told_so, "delete": told_so},
    )
    look = checked("look", ENTITIES, **OPTIONS)
    played = play([look, entities_task("run", ENTITIES, **OPTIONS)])
    assert played["look"]["assumed"] == [
        "types.book.delete",
        "types.book.purge",
        "types.member.create",
        "types.member.delete",
    ], played.output
    assert outcomes(played["run"]) == {"deleted": 2, "replaced": 1}, played.output


@pytest.mark.parametrize(
    "change",
    [
        lambda system: system.patch("members", "m-1", phone="2"),
        lambda system: system.patch("books", "b-0", author="Somebody"),
        lambda system: system.patch("books", "b-1", author="Somebody"),
        lambda system: system.put("books", "b-9", id="b-9", title="Ward", state="withdrawn", version=1),
    ],
    ids=["replaced", "deleted", "purged", "one more to purge"],
)
def test_a_plan_is_refused_after_a_change_by_somebody_else(system: System, play: Player, change: Any) -> None:
    seed(system)
    options = planned(play)
    change(system)
    refused = play([entities_task("apply", ENTITIES, **options)])["apply"]
    assert refused["error"]["kind"] == "PlanRefused", refused
    assert len(refused["error"]["moved"]) == 1, refused
    assert written(system) == []


def test_a_plan_does_not_hold_for_a_task_that_decides_otherwise(system: System, play: Player) -> None:
    seed(system)
    options = planned(play)
    refused = play([entities_task("apply", ENTITIES, **{**options, "purge": False})])["apply"]
    assert "the options of comparing, on_immutable or purge are others now" in refused["msg"], refused
    assert written(system) == []


SHELF = {"type": "shelf", "key": {"code": "A-1"}}
BY_KEY = {"keeper": {"ref": {"type": "member", "key": {"name": "Ann"}}}}


@pytest.mark.parametrize(
    ("shelf", "keeper"),
    [
        ({**SHELF, "attributes": BY_KEY}, "m-1"),
        ({**SHELF, "attributes": {"keeper": "m-1"}}, None),
        ({**SHELF, "attributes": {"room": 2}}, "m-1"),
        ({**SHELF, "state": "absent"}, "m-1"),
    ],
    ids=["by key", "by id", "undeclared", "absent"],
)
def test_what_others_refer_to_by_its_id_is_not_replaced(
    system: System, play: Player, shelf: dict[str, Any], keeper: str | None
) -> None:
    seed(system)
    system.put("shelves", "A-1", code="A-1", **({"keeper": keeper} if keeper else {}))
    for one in (entities_task, checked):
        refused = play([one("refused", [shelf, MEMBER], **OPTIONS)])["refused"]
        assert "shelf (code=A-1)" in refused["msg"], refused
        assert "refers to member (name=Ann)" in refused["msg"]
        assert "Declare absent what refers to it and run that first" in refused["msg"]
    assert written(system) == []


def test_without_a_secret_that_the_new_one_needs_nothing_is_deleted(system: System, play: Player) -> None:
    seed(system)
    bare = {**MEMBER, "attributes": {"born": 1991}}
    refused = play([entities_task("refused", [bare], **OPTIONS)])["refused"]
    assert "a new one would be without password" in refused["msg"], refused
    assert written(system) == []


def test_what_cannot_be_changed_and_differs_is_drift(system: System, play: Player) -> None:
    """A check tells what differs, whatever a task would do about it."""
    seed(system)
    drift = {"name": "drift", DRIFT: {"entities": [MEMBER], "secrets": OPTIONS["secrets"], "undeclared": False}}
    found = play([drift])["drift"]
    (row,) = found["rows"]
    assert (found["verdict"], row["verdict"]) == ("drift", "drifted"), found
    assert row["changes"] == [{"path": "born", "before": 1990, "after": 1991}]
    assert written(system) == []


def test_what_stays_as_deleted_and_cannot_be_restored_is_told(system: System, play: Player) -> None:
    """Neither a check for drift nor a run takes it for absent, nor for as declared."""
    rewrite(play, book={**REMOVING["types"]["book"], "restore": None})
    seed(system)
    system.delete("books", "b-0")
    wanted = [{**WITHDRAWN, "state": "present"}]
    drift = {"name": "drift", DRIFT: {"entities": wanted}, "ignore_errors": True}
    played = play([drift, entities_task("run", wanted), checked("checked", wanted), task("one", wanted[0])])
    why = "the server has one that was deleted and stays (id b-1), and the profile has no restore operation for book"
    (row,) = played["drift"]["rows"]
    assert (played["drift"]["verdict"], row["verdict"]) == ("incomplete", "not_checked"), played.output
    assert why in row["not_compared"][0]["why"]
    for name in ("run", "checked"):
        assert outcomes(played[name]) == {"failed": 1}, played.output
        assert why in played[name]["msg"]
    assert why in played["one"]["msg"]
    assert written(system) == []
