# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The playbook rimops.insight.compare: two systems side by side."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import SECRET, Played, Player, Server, dumped, start
from environments import LISTED, application, written

PLAYBOOK = "rimops.insight.compare"
HOLD = "Hold this system against it"
EVENTS = {"key": {"attributes": ["eventName", "applicationId"]}}
HERE, THERE = "VALIDATION", "PRODUCTION"


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A second system."""
    server = start(tmp_path_factory.mktemp("other"))
    yield server
    server.stop()


@pytest.fixture
def there(other: Server) -> Server:
    """A second system as new."""
    other.reset()
    return other


def seed(server: Server, *numbers: int, **of_event: Any) -> dict[int, Any]:
    """Applications, and an event of the first; the ids of the applications."""
    ids = {}
    for number in numbers:
        one = application(number)
        ids[number] = server.seed("application", **one["key"], **one["attributes"])["id"]
    server.seed("event", applicationId=ids[1], eventName="Initial filing", **{"description": "First", **of_event})
    return ids


class Comparison:
    """Runs the playbook for two systems. Variables without their prefix."""

    def __init__(self, play: Player, there: Server) -> None:
        self.play = play
        mine = {**play.defaults, "profile_overrides": {**LISTED, "types": {"event": EVENTS}}}
        self.connections = {
            "here_connection": mine,
            "there_connection": {**mine, "url": there.url, "authority": there.url, "ca_path": there.ca_path},
        }

    def __call__(self, *arguments: str, **variables: Any) -> Played:
        given = {"here": HERE, "there": THERE, **self.connections, "types": ["application", "event"], **variables}
        file = self.play.folder / "compare.yml"
        file.write_text(dumped({f"compare_{name}": value for name, value in given.items() if value is not None}))
        place = {"PWD": "/"}
        return self.play([], "-e", f"@{file}", *arguments, playbook=PLAYBOOK, environment=place)


@pytest.fixture
def compare(play: Player, there: Server) -> Comparison:
    """The playbook for both systems."""
    return Comparison(play, there)


def found(played: Played) -> dict[str, str]:
    """The verdict on each entity that is not the same, by code or name."""
    return {str(next(iter(row["key"].values()))): row["verdict"] for row in played[HOLD]["rows"]}


@pytest.mark.each_core
@pytest.mark.proves("COMPARE-1")
def test_what_is_only_here_only_there_different_and_expected(
    server: Server, there: Server, compare: Comparison, tmp_path: Path
) -> None:
    mine = seed(server, 1, 2, 3, 4)
    seed(there, 5, 3, 2, 1)
    server.tamper("application", mine[2], selectedProducts=["Edited"])
    server.tamper("application", mine[3], selectedProducts=["For validation"])
    edited = application(3, attributes={"selectedProducts": ["For validation"]})
    written(tmp_path / "validation" / "a.json", [edited])
    written(tmp_path / "base" / "a.json", [application(3)])
    layers = {"here_layers": ["base/", "validation/"], "there_layers": ["base/"]}
    for one in (server, there):
        one.forget()

    played = compare("-vvvv", **layers)
    assert played.code != 0, played.output
    numbers = "1 different, 1 only on the second side, 1 only on the first side, 2 alike, 1 accepted"
    assert f"Cannot say that {HERE} and {THERE} are alike: something is not alike ({numbers})" in played[HOLD]["msg"]
    assert found(played) == {"000002": "drifted", "000003": "drifted", "000004": "unwanted", "000005": "missing"}
    rows = {row["key"].get("appCode"): row for row in played[HOLD]["rows"]}
    assert rows["000002"]["changes"] == [{"path": "selectedProducts", "before": ["Edited"], "after": ["Zelvora"]}]
    assert "accepted" in rows["000003"] and "accepted" not in rows["000002"]
    assert played[HOLD]["summary"]["as_declared"] == 2, "application 1 and its event, under other ids"
    page = (tmp_path / "reports" / "compare.html").read_text()
    assert all(
        text in page
        for text in (
            f"{HERE} and {THERE}",
            "Edited",
            f"They are in {HERE} and not in {THERE}.",
            f"They are in {THERE} and not in {HERE}.",
            server.url,
            there.url,
        )
    )
    assert json.loads((tmp_path / "reports" / "compare.json").read_text())["verdict"] == "drift"
    assert [server.counted["writes"], there.counted["writes"]] == [0, 0]
    assert SECRET not in played.output + page
    assert not list((tmp_path / "state").rglob("*.json")), "both sessions are gone"
    assert "accepted" not in {row["key"].get("appCode"): row for row in compare("--check")[HOLD]["rows"]}["000003"]


@pytest.mark.proves("COMPARE-1")
def test_what_is_declared_of_both_only_there_and_only_here(server: Server, there: Server, compare: Comparison) -> None:
    """A layer of one system only; and a type of which the other system has nothing."""
    mine = seed(server, 1, 4)
    seed(there, 1, 5)
    for one in there.stored("event"):
        there.control("DELETE", f"entities/event/{one['id']}")
    declared = {"here": [application(1), application(4)], "there": [application(1), application(5)]}
    for name, entities in declared.items():
        written(compare.play.folder / name / "a.json", entities)
    played = compare(here_layers=["here/"], there_layers=["there/"], fail=[])
    assert played.code == 0 and mine, played.output
    accepted = {str(next(iter(row["key"].values()))): "accepted" in row for row in played[HOLD]["rows"]}
    assert accepted == {"000004": True, "000005": True, "Initial filing": False}
    assert found(played)["Initial filing"] == "unwanted"


@pytest.mark.proves("COMPARE-1", "COMPARE-2")
def test_a_system_from_which_nothing_is_exported(server: Server, there: Server, compare: Comparison) -> None:
    """It is empty; or it holds something, and nothing of it can be exported; or what is named is not there."""
    seed(server, 1)
    empty = compare()
    assert set(found(empty).values()) == {"unwanted"} and len(found(empty)) == 2, empty.output
    seed(there, 1)
    there.control("DELETE", f"entities/application/{there.stored('application')[0]['id']}")
    lost = compare(types=["event"])
    whys = {row["verdict"]: row.get("not_compared") for row in lost[HOLD]["rows"]}
    assert set(whys) == {"not_checked", "unwanted"}, lost.output
    assert whys["not_checked"][0]["why"].startswith(f"it could not be read from {THERE}: ")
    written(compare.play.folder / "declared" / "a.json", [application(9)])
    missing = compare(types=None, manifest=["declared/"])
    assert [row["verdict"] for row in missing[HOLD]["rows"]] == ["not_checked"] and missing.code, missing.output


@pytest.mark.proves("COMPARE-2")
def test_what_could_not_be_read_there_is_shown_and_is_no_agreement(
    server: Server, there: Server, compare: Comparison
) -> None:
    for one in (server, there):
        seed(one, 1)
    assert compare().code == 0
    for connection in compare.connections.values():
        connection["profile_overrides"] = LISTED  # nobody says what the key of an event is
    nameless = compare()
    rows = {row["verdict"]: row["entity"] for row in nameless[HOLD]["rows"]}
    assert nameless.code != 0 and set(rows) == {"not_checked"}, nameless.output
    assert "event with id" in rows["not_checked"]
    assert nameless[HOLD]["verdict"] == "incomplete", "nobody knows whether both are the same event"
    assert compare("-e", "compare_fail=drift").code == 0 and compare("-e", "compare_fail=").code == 0
    declared = [application(1), application(9)]
    written(compare.play.folder / "declared" / "a.json", declared)
    some = compare(types=None, manifest=["declared/"])
    [row] = some[HOLD]["rows"]
    assert (row["verdict"], row["not_compared"][0]["why"]) == (
        "not_checked",
        f"it could not be read from {THERE}: there is no such entity",
    )
    assert some.code != 0
