# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probe learns of the life of an entity beside create, update and delete."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from in_process import run
from odd_lives import Boxes
from odd_systems import serving
from test_probe_others import told

from ansible_collections.rimops.insight.plugins.module_utils._probe import cycle

pytestmark = [pytest.mark.one_core, pytest.mark.proves("PROBE-22")]

ENTITY = "rimops.insight.insight_entity"
PROFILE: dict[str, Any] = {
    "format": 2,
    "name": "boxes",
    "extends": "rest",
    "base_path": "/api",
    "session": {"carry": {}},
    "operations": {
        "find": {"entity": "body.rows"},
        "list": {"method": "GET", "path": "{type.path}", "entity": "body.rows"},
    },
    "types": {
        "box": {
            "path": "boxes",
            "key": {"attributes": ["label"], "enforced": True},
            "version": "body.revision",
            "update": {"with": {"revision": "{version}"}},
            "attributes": {"label": {"immutable": True}, "state": {"read_only": True}},
        }
    },
}
CREATE = {
    "type": "box",
    "key": {"label": "probe"},
    "attributes": {"colour": "red", "width": 3},
    "change": {"colour": "blue"},
}
BOX = {"type": "box", "key": {"label": "a"}}


@pytest.fixture
def system() -> Iterator[Boxes]:
    """The system with one box."""
    with serving(Boxes()) as boxes:
        boxes.add("theirs", colour="grey")
        yield boxes


@pytest.fixture
def play(system: Boxes, tmp_path: Path) -> Player:
    """Plays tasks with it."""
    own = {"url": system.url, "allow_http": True, "profile": PROFILE}
    return Player(system, tmp_path, "here", own)  # type: ignore[arg-type]


KNOWN = {"type": "box", "id": "1", "key": {"label": "theirs"}}


def probed(play: Player, of_type: dict[str, Any] | None = None, known: bool = False, **create: Any) -> dict[str, Any]:
    """What the probe found out. of_type: what the profile says besides of boxes; known: whether the user names a
    box that is there."""
    own = {"types": {"box": of_type or {}}}
    given = {"writes": True, "create": {**CREATE, **create}, "profile_overrides": own, "entities": [KNOWN] * known}
    return run(play, {"name": "probe", "rimops.insight.insight_probe": given})


def costs(system: Boxes, play: Player, overrides: dict[str, Any], **wish: Any) -> tuple[str, int]:
    """What a task does, and how many requests it costs by the server's count."""
    system.counted.clear()
    result = run(play, {"name": "costs", ENTITY: {**BOX, **wish, "profile_overrides": overrides}})
    return result.get("operation", result.get("msg")), system.requests


def test_an_old_version_is_refused_and_so_a_change_costs_three_requests(system: Boxes, play: Player) -> None:
    result = probed(play)
    assert told(result, "not_found") == {}
    assert "HTTP 409" in told(result, "as_profile")["types.box.version"]
    seen = result["overrides"]["types"]["box"]
    assert seen["version"]["at"] == "body.revision"
    assert {*seen["version"]["verified"]} == {*seen["key"]["verified"]} == {"version", "when", "by"}
    found = result["overrides"]
    assert costs(system, play, found, attributes={"colour": "red"}) == ("create", 3)
    assert costs(system, play, found, attributes={"colour": "blue"}) == ("update", 3)
    assert costs(system, play, {}, attributes={"colour": "red"}) == ("update", 4)
    assert system.touched == {"probe", "a"}


def test_an_old_version_that_is_taken_is_no_reason_to_read_less(system: Boxes, play: Player) -> None:
    system.moved = 0
    result = probed(play)
    assert "and was carried out" in told(result, "seen")["types.box.version"]
    assert "version" not in result["overrides"]["types"]["box"]
    believed = {"version": {"at": "body.revision", "verified": {"version": "1", "when": "2026-01-31", "by": "us"}}}
    result = probed(play, believed)
    assert "and was carried out" in told(result, "differs")["types.box.version"]
    assert result["overrides"]["types"]["box"]["version"] == {"verified": None}


def test_a_refusal_of_an_old_version_is_learned_by_its_code(system: Boxes, play: Player) -> None:
    system.moved = 400
    result = probed(play)
    assert told(result, "not_found") == {}
    by_code = {"status": [400], "body": {"code": "MOVED_ON"}}
    assert result["overrides"]["types"]["box"]["update"]["conflict"] == [{"status": [409, 412]}, by_code]
    assert result["overrides"]["types"]["box"]["version"]["verified"]


def test_a_refusal_that_the_present_version_gets_as_well_proves_nothing(system: Boxes, play: Player) -> None:
    system.most = 2
    result = probed(play)
    assert "and so did the same one with the present version" in told(result, "not_tried")["types.box.version"]
    assert "types.box.version" not in told(result, "as_profile")


def test_a_label_that_is_taken_is_not_told_in_the_place_of_an_old_version(system: Boxes, play: Player) -> None:
    system.taken = 400
    result = probed(play)
    assert told(result, "not_found") == {}
    by_code = {"status": [400], "body": {"code": "TAKEN"}}
    assert result["overrides"]["types"]["box"]["update"]["conflict"] == [{"status": [409, 412]}, by_code]


def test_conflicts_that_are_told_by_kind_are_learned_by_kind(system: Boxes, play: Player) -> None:
    system.taken = system.moved = 400
    stated = {"exists": [{"status": 409}], "moved": [{"status": 412}]}
    result = probed(play, {"create": {"conflict": {"exists": [{"status": 409}]}}, "update": {"conflict": stated}})
    assert told(result, "not_found") == {}
    taken, moved = ({"status": [400], "body": {"code": code}} for code in ("TAKEN", "MOVED_ON"))
    learned = result["overrides"]["types"]["box"]
    assert learned["update"]["conflict"] == {"exists": [taken], "moved": [{"status": 412}, moved]}
    assert learned["create"]["conflict"] == {"exists": [taken]}


def test_a_version_that_no_update_names_is_not_tried(system: Boxes, play: Player) -> None:
    system.moved = 0
    result = probed(play, {"update": {"with": None}, "delete": {"query": {"revision": "{version}"}}})
    assert told(result, "not_tried")["types.box.version"] == "update does not name {version}"
    assert "version" not in result["overrides"]["types"]["box"]


@pytest.mark.proves("PROBE-3")
def test_an_interruption_of_the_cycle_leaves_nothing_behind(
    system: Boxes, play: Player, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = cycle._step

    def interrupted(*arguments: Any) -> str:
        step(*arguments)
        assert len(system.boxes) > 1
        raise KeyboardInterrupt

    monkeypatch.setattr(cycle, "_step", interrupted)
    with pytest.raises(KeyboardInterrupt):
        probed(play)
    assert list(system.boxes) == [1]


# --- a new key, and what stays as deleted

RENAMED = {
    "rename": {"method": "POST", "path": "boxes/{id}/label", "json": {"label": "{key.label}"}},
    "attributes": {"label": {"immutable": None}},
}
STAYING = {
    "soft_deleted": {"state": "deleted"},
    "restore": {"method": "POST", "path": "boxes/{id}/restore"},
}
THERE = {"rename": {"label": "probe two"}}


@pytest.mark.proves("PROBE-23")
def test_a_box_gets_another_label_and_its_own_again(system: Boxes, play: Player) -> None:
    result = probed(play, RENAMED, **THERE)
    assert told(result, "not_found") == {}
    assert "HTTP 204" in told(result, "as_profile")["types.box.rename"]
    assert result["overrides"]["types"]["box"]["rename"]["verified"]
    assert "attributes" not in result["overrides"]["types"]["box"]
    assert (system.counted["POST label"], list(system.boxes)) == (2, [1])
    assert told(probed(play, RENAMED), "not_tried")["types.box.rename"] == "create says no rename"


@pytest.mark.proves("PROBE-3")
def test_a_refusal_that_the_profile_knows_is_one_whatever_its_status(system: Boxes, play: Player) -> None:
    system.taken = 500
    conflict = {"create": {"conflict": {"exists": [{"status": 500, "body": {"code": "TAKEN"}}]}}}
    assert "HTTP 500" in told(probed(play, conflict), "as_profile")["types.box.key.enforced"]


@pytest.mark.proves("PROBE-3", "PROBE-23")
def test_a_request_for_a_label_that_does_not_work_is_told(system: Boxes, play: Player) -> None:
    system.broken = {"POST label"}
    result = probed(play, RENAMED, **THERE)
    assert "HTTP 500" in told(result, "not_found")["types.box.rename"]
    assert "rename" not in result["overrides"]["types"]["box"]
    assert (result["left_behind"], list(system.boxes)) == ([], [1])


@pytest.mark.proves("PROBE-3", "PROBE-23")
def test_a_deleted_box_that_stays_is_brought_back_and_deleted_again(system: Boxes, play: Player) -> None:
    system.stays = True
    result = probed(play, STAYING)
    assert told(result, "not_found") == {}
    assert {"types.box.soft_deleted", "types.box.restore"} <= set(told(result, "as_profile"))
    assert "HTTP 409" in told(result, "as_profile")["types.box.key.enforced"]
    assert "missing" not in result["overrides"]["operations"].get("delete", {})
    assert "went as they should" in told(result, "seen")["profile_overrides"]
    [own] = [one for one in system.boxes.values() if one["label"] != "theirs"]
    assert (own["state"], result["left_behind"]) == ("deleted", [])
    assert f"(id {own['id']})" in told(result, "seen")["types.box.soft_deleted"]
    system.touched.clear()
    again = probed(play, STAYING, known=True)
    assert "was deleted and stays" in told(again, "not_tried")["operations.create"]
    assert system.touched == set()


@pytest.mark.proves("PROBE-3", "PROBE-23")
@pytest.mark.parametrize("broken", [set(), {"DELETE purge"}], ids=["works", "does not"])
def test_what_stays_of_its_own_is_purged_where_the_profile_says_how(
    system: Boxes, play: Player, broken: set[str]
) -> None:
    system.stays, system.broken = True, broken
    system.add("theirs too", state="deleted")
    result = probed(play, {**STAYING, "purge": {"method": "DELETE", "path": "boxes/{id}/purge"}})
    assert "types.box.purge" in told(result, "not_found" if broken else "as_profile")
    assert ("types.box.soft_deleted" in told(result, "seen")) is bool(broken)
    assert [one["label"] for one in system.boxes.values()] == ["theirs", "theirs too", *(["probe"] if broken else [])]


@pytest.mark.proves("PROBE-23")
@pytest.mark.parametrize("broken", ["restore", "nothing stays"])
def test_what_is_not_brought_back_is_told(system: Boxes, play: Player, broken: str) -> None:
    system.stays, system.broken = broken == "restore", {"POST restore"}
    result = probed(play, STAYING)
    key = "types.box.restore" if broken == "restore" else "types.box.soft_deleted"
    assert key in told(result, "not_found")
    if broken == "restore":
        assert "HTTP 500" in told(result, "not_found")[key]
        assert "got HTTP 409" in told(result, "not_tried")["types.box.key.enforced"]
        assert "operations" not in result["overrides"]


# --- what has requests of its own

APART = {
    "parts": {
        "tags": {
            "read": {"method": "GET", "path": "boxes/{id}/tags"},
            "add": {"method": "PUT", "path": "boxes/{id}/tags/{element}"},
            "remove": {"method": "DELETE", "path": "boxes/{id}/tags/{element}"},
        }
    },
    "attributes": {
        "locked": {
            "transitions": {
                "lock": {"from": False, "to": True, "request": {"method": "POST", "path": "boxes/{id}/lock"}},
                "unlock": {"from": True, "to": False, "request": {"method": "POST", "path": "boxes/{id}/unlock"}},
            }
        }
    },
}
TAGS = [f"types.box.parts.tags.{one}" for one in ("read", "add", "remove")]
LOCKS = [f"types.box.attributes.locked.transitions.{one}.request" for one in ("lock", "unlock")]
SAID = {
    "attributes": {**CREATE["attributes"], "tags": ["old", "flat"], "locked": True},
    "change": {**CREATE["change"], "tags": ["flat", "new"], "locked": False},
}


@pytest.mark.proves("PROBE-24")
def test_tags_and_a_lock_are_tried_as_the_user_says_them(system: Boxes, play: Player) -> None:
    result = probed(play, APART, **SAID)
    assert told(result, "not_found") == {}
    assert {*TAGS, *LOCKS} <= set(told(result, "as_profile"))
    assert "went as they should" in told(result, "seen")["profile_overrides"]
    assert (list(system.boxes), result["left_behind"]) == ([1], [])
    assert system.touched == {"probe"}


@pytest.mark.proves("PROBE-6", "PROBE-24")
def test_tags_and_a_lock_of_which_nothing_is_said_are_not_looked_at(system: Boxes, play: Player) -> None:
    result = probed(play, APART)
    silent = told(result, "not_looked_at")
    assert silent["types.box.parts.tags"] == "create names no value for it"
    assert silent["types.box.attributes.locked.transitions"] == "create names no value for it"
    only_more = {**SAID, "change": {**CREATE["change"], "tags": ["old", "flat", "new"]}}
    silent = told(probed(play, APART, **only_more), "not_looked_at")
    assert silent == {**silent, **dict.fromkeys((TAGS[2], LOCKS[1]), "no value of create takes it")}
    assert not {TAGS[1], LOCKS[0]} & set(silent)


@pytest.mark.proves("PROBE-3", "PROBE-24")
@pytest.mark.parametrize("broken", ["PUT tags", "DELETE tags", "POST lock"])
def test_a_request_of_its_own_that_does_not_work_is_told(system: Boxes, play: Player, broken: str) -> None:
    system.broken = {broken}
    result = probed(play, APART, **SAID)
    key = {"PUT tags": TAGS[1], "DELETE tags": TAGS[2], "POST lock": LOCKS[0]}[broken]
    [(failed, why)] = told(result, "not_found").items()
    assert (failed, "HTTP 500" in why) == (key, True)
    assert ({*TAGS, *LOCKS} & set(told(result, "as_profile"))) >= (set(LOCKS) if "tags" in broken else set(TAGS))
    assert "went as they should" in told(result, "seen")["profile_overrides"]
    assert (list(system.boxes), result["left_behind"]) == ([1], [])


@pytest.mark.proves("PROBE-6")
def test_what_takes_a_write_to_see_is_not_looked_at_without_one(system: Boxes, play: Player) -> None:
    reading = {"entities": [KNOWN], "create": None}
    said = {"types": {"box": {**APART, **RENAMED, "attributes": APART["attributes"]}}}
    result = run(play, {"name": "probe", "rimops.insight.insight_probe": {**reading, "profile_overrides": said}})
    claims = ("version", "rename", "parts.tags", "attributes.locked.transitions")
    silent = told(result, "not_looked_at")
    assert {one: silent[f"types.box.{one}"] for one in claims} == dict.fromkeys(claims, "writes is not set")
    assert system.touched == set()
