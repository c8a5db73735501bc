# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entities with versions, that stay as deleted, that are renamed by a request of their own, that one request creates
and updates, and whose secrets the system verifies: against a server that knows no profile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from environments import Background, checked, outcomes
from environments import task as entities_task
from libraries import BOOK, PROFILE, player, task, written
from lives import Life
from systems.base.fixtures import as_new, started_once
from systems.library import System

pytestmark = pytest.mark.proves("PROFILE-80", "PROFILE-81", "PROFILE-82", "PROFILE-83")

LIVES = {
    "book": Life(BOOK, {"author": "A. C."}, {"author": "Anton"}, ({"author": "A. C."}, {"author": "Anton"})),
    "shelf": Life({"type": "shelf", "key": {"code": "A-1"}}, {"room": 1}, {"room": 2}, ({"room": 1}, {"room": 2})),
    "member": Life(
        {"type": "member", "key": {"name": "Ann"}},
        {"phone": "1"},
        {"phone": "2"},
        ({"phone": "1"}, {"phone": "2"}),
        secrets={"password": "ann's first password"},
    ),
}


running = started_once(System, "--idle-exit", "21600")
system = as_new


@pytest.fixture
def play(system: System, entry: str, tmp_path: Path) -> Player:
    """Plays tasks against it."""
    return player(system, entry, tmp_path)


@pytest.mark.parametrize("name", LIVES)
def test_a_whole_life(play: Player, name: str) -> None:
    life = LIVES[name]
    options = {"update_secrets": "on_change"} if life.secrets else {}
    life.assert_lived(play(life.tasks(**options)))


def test_a_book_that_was_withdrawn_is_brought_back(system: System, play: Player) -> None:
    again = {"attributes": {"author": "Anton"}}
    played = play(
        [
            task("new", BOOK, attributes={"author": "A. C."}),
            task("gone", BOOK, state="absent"),
            task("gone still", BOOK, state="absent"),
            {**task("checked", BOOK, **again), "check_mode": True},
            task("back", BOOK, **again),
            task("same", BOOK, **again),
        ]
    )
    told = {name: played[name]["operation"] for name in ("new", "gone", "gone still", "checked", "back", "same")}
    assert list(told.values()) == ["create", "delete", "none", "create", "create", "none"], played.output
    assert played["checked"]["steps"] == played["back"]["steps"] == ["restore", "update"]
    (book,) = system.entities("books").values()
    assert (book["state"], book["author"], book["version"]) == ("present", "Anton", 4)
    assert (played["back"]["entity_id"], played["back"].get("collateral", [])) == (book["id"], [])


def test_a_book_gets_a_new_title_by_a_request_of_its_own(system: System, play: Player) -> None:
    renamed = {"type": "book", "key": {"title": "The Steppe"}, "was": {"title": "Steppe"}}
    played = play(
        [
            task("new", BOOK, attributes={"author": "A. C."}),
            task("renamed", renamed, attributes={"author": "Anton"}),
            task("same", renamed, attributes={"author": "Anton"}),
        ]
    )
    assert played["renamed"]["steps"] == ["rename", "update"], played.output
    assert played["same"]["operation"] == "none"
    (book,) = system.entities("books").values()
    assert (book["title"], book["author"]) == ("The Steppe", "Anton")


def test_without_its_version_no_write_is_taken(system: System, play: Player) -> None:
    """The server is as strict as we say, and a profile without versions is told so in the server's own words."""
    plain = {**PROFILE["types"]["book"], "version": None}
    plain |= {name: {**plain[name], "headers": None} for name in ("update", "delete", "restore", "rename")}
    bare = {**PROFILE, "types": {"book": plain}}
    (play.folder / "library.yml").write_text(json.dumps(bare), encoding="utf-8")
    played = play([task("new", BOOK, attributes={"author": "A"}), task("changed", BOOK, attributes={"author": "B"})])
    assert "(HTTP 428), saying: 1 Which version?" in played["changed"]["msg"], played.output


def test_an_update_costs_three_requests_where_old_versions_were_seen_to_be_refused(
    system: System, play: Player
) -> None:
    seen = {"version": "1", "when": "2026-11-27", "by": "a test"}
    book = {**PROFILE["types"]["book"], "version": {"at": "header.ETag", "verified": seen}}
    (play.folder / "library.yml").write_text(json.dumps({**PROFILE, "types": {"book": book}}), encoding="utf-8")
    play([task("new", BOOK, attributes={"author": "A"})])
    (number,) = system.entities("books")
    system.control("POST", "reset-counters", {})
    by_id = {"type": "book", "id": number}
    assert play([task("changed", by_id, attributes={"author": "B"})])["changed"]["operation"] == "update"
    counters = system.counters()
    assert (counters["requests"], counters["updates"], counters["reads"]) == (3, 1, 2)


@pytest.mark.proves("PROBE-22", "PROBE-23")
def test_the_probe_learns_the_life_of_a_book(system: System, play: Player) -> None:
    create = {
        "type": "book",
        "key": {"title": "Probe"},
        "attributes": {"author": "A", "room": 3},
        "change": {"author": "B"},
        "rename": {"title": "Probe again"},
    }
    result = play([{"name": "probe", "rimops.insight.insight_probe": {"writes": True, "create": create}}])["probe"]
    found = {one["profile_key"]: one for one in result["findings"] if one["verdict"] == "as_profile"}
    assert {"types.book.version", "types.book.rename", "types.book.restore", "types.book.soft_deleted"} <= set(found)
    assert "HTTP 412" in found["types.book.version"]["came"]
    assert not {"not_found", "differs"} & {one["verdict"] for one in result["findings"] if "book" in one["profile_key"]}
    assert [one["state"] for one in system.entities("books").values()] == ["withdrawn"]
    play([task("new", BOOK, attributes={"author": "A"})])
    number = next(one["id"] for one in system.entities("books").values() if one["title"] == "Steppe")
    system.control("POST", "reset-counters", {})
    changed = {"attributes": {"author": "B"}, "profile_overrides": result["overrides"]}
    assert play([task("changed", {"type": "book", "id": number}, **changed)])["changed"]["operation"] == "update"
    assert system.counters()["requests"] == 3


def test_what_is_wrong_is_said_in_the_words_of_the_server_and_without_the_secret(system: System, play: Player) -> None:
    short = "sh0rt!"
    played = play([task("short", LIVES["member"].which, secret_attributes={"password": short})])
    assert (
        "saying: 7 The member is not as it has to be.; password: is shorter than 8 characters" in played["short"]["msg"]
    )
    assert short not in played.output
    assert system.entities("members") == {}


def test_a_password_that_somebody_else_changed_is_seen_and_set(system: System, play: Player) -> None:
    life = LIVES["member"]
    declared = {**life.which, "secret_attributes": life.secrets, "update_secrets": "on_change"}
    play([task("new", declared)])
    (number,) = system.entities("members")
    system.patch("members", number, password="another password")
    tasks = [{**task("checked", declared), "check_mode": True}, task("set", declared), task("same", declared)]
    played = play(tasks)
    assert [played[name]["operation"] for name in ("checked", "set", "same")] == ["update", "update", "none"]
    assert system.entities("members")[number]["password"] == life.secrets["password"]
    assert life.secrets["password"] not in played.output


def revealing(play: Player) -> str:
    """The profile says that the answer shows a pin; the folder for it."""
    types = PROFILE["types"]
    member = {**types["member"], "create": {"reveals": {"pin": "body.card.pin"}}}
    (play.folder / "library.yml").write_text(json.dumps({**PROFILE, "types": {**types, "member": member}}))
    return str(play.folder / "pins")


@pytest.mark.parametrize("whole", [False, True], ids=["entity", "environment"])
def test_a_secret_that_is_shown_once_lies_in_a_file_and_nowhere_else(system: System, play: Player, whole: bool) -> None:
    folder, life = revealing(play), LIVES["member"]
    if whole:
        entry = {**life.which, "attributes": {"password": {"secret": "ann"}}}
        named = {"secrets": {"ann": life.secrets["password"]}, "entities": [entry]}
        tasks = [entities_task(name, **named, **more) for name, more in (("lost", {}), ("kept", {"reveal_to": folder}))]
    else:
        declared = {**life.which, "secret_attributes": life.secrets}
        tasks = [task("lost", declared), task("kept", declared, reveal_to=folder)]
    played = play(tasks, "-vvv")
    assert "nobody would keep it" in str(played["lost"]), played.output
    assert played["kept"]["changed"], played.output
    (number,) = system.entities("members")
    (file,) = Path(folder).iterdir()
    assert json.loads(file.read_text(encoding="utf-8"))["revealed"] == {"pin": f"pin-{number}"}
    assert file.stat().st_mode & 0o777 == 0o600
    assert f"pin-{number}" not in played.output
    assert str(file) in str(played["kept"])


# --- environments

ENTITIES = [
    {**BOOK, "attributes": {"author": "Anton"}},
    {"type": "book", "key": {"title": "Ward"}, "attributes": {"author": "Anton"}},
    {"type": "shelf", "key": {"code": "A-1"}, "attributes": {"room": 1}},
]


@pytest.mark.parametrize("gather", ["list", "each"])
def test_a_whole_environment_lives_too(system: System, play: Player, gather: str) -> None:
    system.put("books", "b-9", id="b-9", title="Ward", author="Anton", state="withdrawn", version=7)
    planned = play([checked("plan", ENTITIES, plan_out="plan.json", gather=gather)])
    digest = planned["plan"].get("plan_digest")
    assert digest, planned.output
    options = {"plan_file": "plan.json", "plan_digest": digest, "journal": "evidence", "gather": gather}
    played = play([entities_task("apply", ENTITIES, **options), entities_task("same", ENTITIES, gather=gather)])
    assert outcomes(played["apply"]) == {"created": 3}, played.output
    assert outcomes(played["same"]) == {"unchanged": 3}, played.output
    notes = {one["entity"]: one.get("notes", []) for one in played["apply"]["entities"]}
    assert "restored and not created" in str([notes[name] for name in notes if "Ward" in name]), notes
    assert "would overwrite" in str([notes[name] for name in notes if "A-1" in name]), notes
    assert system.entities("books")["b-9"]["state"] == "present"
    gone = [{**one, "attributes": {}, "state": "absent"} for one in ENTITIES]
    played = play([entities_task("gone", gone, gather=gather), entities_task("gone still", gone, gather=gather)])
    assert (outcomes(played["gone"]), outcomes(played["gone still"])) == ({"deleted": 3}, {"unchanged": 3})
    assert {one["state"] for one in system.entities("books").values()} == {"withdrawn"}


@pytest.mark.parametrize(
    ("held", "declared", "verb"),
    [
        ({"title": "Steppe", "state": "withdrawn"}, BOOK, "restore"),
        ({"title": "Old", "state": "present"}, {**BOOK, "was": {"title": "Old"}}, "title"),
    ],
    ids=["restore", "rename"],
)
def test_an_apply_that_is_killed_after_the_verb_is_finished_by_the_same_plan(
    system: System, play: Player, held: dict[str, Any], declared: dict[str, Any], verb: str
) -> None:
    system.put("books", "b-9", id="b-9", author="A. C.", version=7, **held)
    wanted = [{**declared, "attributes": {"author": "Anton"}}]
    digest = play([checked("plan", wanted, plan_out="plan.json")])["plan"]["plan_digest"]
    apply = entities_task("apply", wanted, plan_file="plan.json", plan_digest=digest, journal="evidence")
    system.fault("slow", operation="update", about="Anton", seconds=600)
    with Background(play, [apply]) as background:
        background.wait(lambda: any(line.endswith(verb) for line in written(system)))
        background.kill()
    assert system.entities("books")["b-9"]["author"] == "A. C."
    system.control("DELETE", "faults")
    played = play([apply, {**apply, "name": "again"}])
    assert played["apply"]["changed"], played.output
    assert "was applied already" in str(played["again"]["notes"]), played.output
    book = system.entities("books")["b-9"]
    assert (book["title"], book["state"], book["author"]) == ("Steppe", "present", "Anton")
    assert len([line for line in written(system) if line.endswith(verb)]) == 1


def test_a_book_that_somebody_else_has_made_or_brought_back_is_not_overwritten(system: System, play: Player) -> None:
    """The plan brings one book back and makes another; before it is applied, somebody else does that, and otherwise."""
    system.put("books", "b-9", id="b-9", title="Steppe", author="A. C.", state="withdrawn", version=7)
    wanted = ENTITIES[:2]
    planned = play([checked("plan", wanted, plan_out="plan.json")])["plan"]
    changes = {one["entity"]: one["changes"] for one in planned["entities"]}
    (back,) = (found for name, found in changes.items() if "Steppe" in name)
    assert back == [{"path": "author", "before": "A. C.", "after": "Anton"}]
    system.patch("books", "b-9", author="Somebody", state="present")
    system.put("books", "b-10", id="b-10", title="Ward", author="Somebody", state="present", version=1)
    options = {"plan_file": "plan.json", "plan_digest": planned["plan_digest"]}
    refused = play([entities_task("apply", wanted, **options)])["apply"]
    assert refused["error"]["kind"] == "PlanRefused", refused
    assert len(refused["error"]["moved"]) == 2, refused
    assert {one["author"] for one in system.entities("books").values()} == {"Somebody"}


def test_a_lost_answer_of_a_create_that_may_overwrite_is_looked_for(system: System, play: Player) -> None:
    system.fault("drop_before", operation="create", times=1)
    shelf = LIVES["shelf"].which
    played = play([task("new", shelf, attributes={"room": 1})])
    assert played["new"]["operation"] == "create", played.output
    assert system.entities("shelves") == {"A-1": {"code": "A-1", "room": 1}}
