# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe against systems that are no InSight: what it writes is enough for the life of an entity."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from in_process import run
from odd_systems import PASSWORD, USER, Cabinets, serving

from ansible_collections.rimops.insight.plugins.module_utils._auth import store
from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import overlaid

pytestmark = pytest.mark.one_core

ENTITY = "rimops.insight.insight_entity"
PROFILE: dict[str, Any] = {
    "format": 2,
    "name": "cabinets",
    "extends": "rest",
    "base_path": "/api",
    "session": {
        "steps": {
            "login": {
                "method": "POST",
                "path": "login",
                "json": {"user": "{username}", "pass": "{password}"},
                "take": {"ticket": "body.ticket"},
            }
        },
        "carry": {"headers": {"X-Ticket": "{ticket}"}},
    },
    "types": {"drawer": {"path": "drawers", "key": {"attributes": ["label"]}}},
}
CREATE = {
    "type": "drawer",
    "key": {"label": "probe"},
    "attributes": {"colour": "red", "width": 3},
    "change": {"colour": "blue"},
    "rename": {"label": "probe two"},
}
DRAWER = {"type": "drawer", "key": {"label": "a"}}
CYCLE = {
    "create": {**DRAWER, "attributes": {"colour": "red"}},
    "same": {**DRAWER, "attributes": {"colour": "red"}},
    "change": {**DRAWER, "attributes": {"colour": "blue"}},
    "changed": {**DRAWER, "attributes": {"colour": "blue"}},
    "absent": {**DRAWER, "state": "absent"},
    "gone": {**DRAWER, "state": "absent"},
}
DONE = ["create", "none", "update", "none", "delete", "none"]


@pytest.fixture
def system() -> Iterator[Cabinets]:
    """The system with some drawers, of which the labels of two begin alike."""
    store._MEMORY.clear()
    with serving(Cabinets()) as cabinets:
        for label in ("ab", "abc", "b"):
            cabinets.add(label=label, colour="grey", width=1)
        yield cabinets


@pytest.fixture
def play(system: Cabinets, tmp_path: Path) -> Player:
    """Plays tasks with it."""
    own = {"url": system.url, "allow_http": True, "username": USER, "password": PASSWORD, "profile": PROFILE}
    return Player(system, tmp_path, "here", own)  # type: ignore[arg-type]


def probed(play: Player, **options: Any) -> dict[str, Any]:
    """What the probe found out."""
    entities = [{"type": "drawer", "id": "1", "key": {"label": "ab"}}]
    given = {"entities": entities, "writes": True, "create": CREATE, **options}
    return run(play, {"name": "probe", "rimops.insight.insight_probe": given})


def told(result: dict[str, Any], verdict: str) -> dict[str, str]:
    """What came, by profile key, of the findings with this verdict."""
    return {one["profile_key"]: one.get("came", "") for one in result["findings"] if one["verdict"] == verdict}


def lived(play: Player, overrides: dict[str, Any], given: dict[str, Any] | None = None) -> list[str]:
    """What each step of the life of a drawer did, with these overrides of the profile."""
    options = {"profile_overrides": overlaid(given or {}, overrides)}
    done = [run(play, {"name": name, ENTITY: {**step, **options}}) for name, step in CYCLE.items()]
    return [one.get("operation", one.get("msg")) for one in done]


RIGHT: dict[str, Any] = {
    "session": {"steps": None, "carry": {"headers": None}},
    "operations": {
        "read": {"missing": [{"status": 400, "body": {"error.code": "NO_SUCH_DRAWER"}}]},
        "find": "read",
        "list": {
            "method": "GET",
            "path": "{type.path}",
            "query": {"offset": "{offset}", "limit": "{size}"},
            "entity": "body.drawers",
            "paging": {},
        },
        "create": {"conflict": [{"status": 400, "body": {"error.code": "LABEL_TAKEN"}}]},
        "delete": {"missing": [{"status": 400, "body": {"error.code": "NO_SUCH_DRAWER"}}]},
    },
    "types": {"drawer": {"id": {"from": "{key.label}"}, "key": {"attributes": ["label"], "enforced": True}}},
}
"""What is right of an open system that addresses by the key, but for what an update gets whose label is taken."""


def without_basis(value: Any) -> Any:
    """Overrides without what says how a thing is known."""
    if not isinstance(value, dict):
        return value
    return {name: without_basis(one) for name, one in value.items() if name not in ("assumed", "verified")}


@pytest.mark.proves("PROBE-1", "PROBE-7", "PROBE-8", "PROBE-20")
def test_a_system_without_a_search(system: Cabinets, play: Player) -> None:
    result = probed(play)
    assert told(result, "not_found") == {}
    assert result["left_behind"] == []
    assert [one["label"] for one in system.drawers.values()] == ["ab", "abc", "b"]
    nobody = [{"status": [400], "body": {"error.code": "NO_SUCH_DRAWER"}}]
    taken = [{"status": [400], "body": {"error.code": "LABEL_TAKEN"}}]
    found = without_basis(result["overrides"])
    assert found["session"] == {
        "steps": {"login": {"take": {"ticket": "body.session.ticket"}}},
        "lost": [{"status": [401]}, {"status": [403], "body": {"error.code": "TICKET_EXPIRED"}}],
    }
    assert found["types"] == {"drawer": {"key": {"enforced": True}}}
    assert found["operations"] == {
        "read": {"missing": nobody},
        "find": "list",
        "list": {
            "method": "GET",
            "path": "{type.path}",
            "query": {"offset": "{offset}", "limit": "{size}"},
            "entity": "body.drawers",
            "paging": {"size": 100, "first": 0, "total": "body.count"},
        },
        "create": {"entity": {"id": "body.id"}, "conflict": taken},
        "update": {"conflict": taken},
        "delete": {"missing": nobody},
    }
    assert lived(play, result["overrides"]) == DONE


@pytest.mark.proves("PROBE-7")
def test_the_ticket_that_nobody_has_goes_where_the_session_carries_it(system: Cabinets, play: Player) -> None:
    probed(play)
    assert {len(one) for one in system.refused} == {32}
    assert not system.tickets.intersection(system.refused)


@pytest.mark.proves("PROBE-1")
def test_a_search_that_answers_others_too(system: Cabinets, play: Player) -> None:
    system.search = "others"
    result = probed(play)
    assert told(result, "not_found") == {}
    find = without_basis(result["overrides"])["operations"]["find"]
    assert find["query"] == {"q": "{key.label}", "offset": "{offset}", "limit": "{size}"}
    assert (find["narrows"], find["paging"]["total"]) == (True, "body.count")
    assert lived(play, result["overrides"]) == DONE


@pytest.mark.proves("PROBE-1")
def test_a_search_that_answers_ids(system: Cabinets, play: Player) -> None:
    system.search = "ids"
    result = probed(play)
    assert told(result, "not_found") == {}
    find = without_basis(result["overrides"])["operations"]["find"]
    assert find["then"] == "read"
    assert lived(play, result["overrides"]) == DONE


@pytest.mark.proves("PROBE-1", "PROBE-5")
@pytest.mark.parametrize("known", ["one", "none"])
def test_a_system_that_addresses_by_the_key(system: Cabinets, play: Player, known: str) -> None:
    system.by_label = True
    entities = [{"type": "drawer", "id": "ab", "key": {"label": "ab"}}] if known == "one" else []
    result = probed(play, entities=entities)
    assert told(result, "not_found") == {}
    assert result["left_behind"] == []
    found = without_basis(result["overrides"])
    assert (found["types"]["drawer"]["id"], found["operations"]["find"]) == ({"from": "{key.label}"}, "read")
    assert not {"id", "attributes"} & set(found)
    assert lived(play, result["overrides"]) == DONE


@pytest.mark.proves("PROBE-1")
def test_a_success_whose_body_says_that_there_is_none(system: Cabinets, play: Player) -> None:
    system.nobody = 200
    result = probed(play)
    assert told(result, "not_found") == {}
    read = without_basis(result["overrides"])["operations"]["read"]
    assert read == {"missing": [{"status": [200], "body": {"error.code": "NO_SUCH_DRAWER"}}]}
    assert lived(play, result["overrides"]) == DONE


@pytest.mark.proves("PROBE-1")
def test_400_without_a_word_that_tells_is_no_absence(system: Cabinets, play: Player) -> None:
    system.says_codes = False
    result = probed(play, writes=False)
    assert "operations.read.missing" in told(result, "not_found")
    assert "missing" not in result["overrides"]["operations"]["read"]


@pytest.mark.proves("PROBE-1", "PROBE-7", "PROBE-21")
@pytest.mark.parametrize("id_stands", ["of the type", "of all types"])
def test_what_a_profile_says_rightly_is_as_it_says(system: Cabinets, play: Player, id_stands: str) -> None:
    system.by_label = system.is_open = True
    for name in ("username", "password"):
        del play.defaults[name]
    given = deepcopy(RIGHT)
    if id_stands == "of all types":
        given["id"] = given["types"]["drawer"].pop("id")
    entities = [{"type": "drawer", "id": "ab", "key": {"label": "ab"}}]
    result = probed(play, entities=entities, profile_overrides=given)
    taken = given["operations"]["create"]["conflict"]
    differs = [one["override"] for one in result["findings"] if one["verdict"] == "differs"]
    assert differs == [{"operations": {"update": {"conflict": taken}}}]
    assert told(result, "not_found") == {}
    said = told(result, "as_profile")
    assert {"operations.list", "operations.find", f"{'types.drawer.' * ('id' not in given)}id.from"} <= set(said)
    assert not [one for one in result["findings"] if one["profile_key"] == "session.lost"]


@pytest.mark.proves("PROBE-8")
@pytest.mark.parametrize("why", ["fails", "cannot be tried"])
def test_what_no_whole_cycle_was_seen_to_work_with_is_told_apart(system: Cabinets, play: Player, why: str) -> None:
    """All of it works by itself: after some drawers no more are made, or none can be removed."""
    if why == "fails":
        system.most = 2
    else:
        system.keeps = True
    result = probed(play)
    assert set(result["overrides"]) == {"session"}
    assert "list" in result["untried"]["operations"]
    assert ("update" in result["untried"]["operations"]) is (why == "cannot be tried")
    assert {one.partition(".")[0] for one in told(result, "differs")} == {"session"}
    assert "operations.find" in told(result, "untried")
    assert (told(result, "not_found" if why == "fails" else "not_tried"))["profile_overrides"]
    shown = result["page"].split("```json\n")[1].split("```")[0]
    assert json.loads(shown) == result["untried"]
    found = overlaid(result["overrides"], result["untried"])
    looked = run(
        play, {"name": "look", f"{ENTITY}_info": {**DRAWER, "key": {"label": "abc"}, "profile_overrides": found}}
    )
    assert [one["colour"] for one in looked["entities"]] == ["grey"]


@pytest.mark.proves("PROBE-8")
def test_a_run_that_only_reads_offers_what_it_has_read(system: Cabinets, play: Player) -> None:
    result = probed(play, writes=False)
    assert {"session", "operations"} <= set(result["overrides"])
    assert result["untried"] == {}
