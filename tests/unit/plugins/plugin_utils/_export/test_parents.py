# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of entities within others, whose ids are theirs only within their parent."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.executor import RunOptions
from ansible_collections.rimops.insight.plugins.plugin_utils._export.export import export_of
from ansible_collections.rimops.insight.plugins.plugin_utils._export.gather import Reading
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.manifest import entries_of
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared


def within(path: str, parents: object) -> dict[str, object]:
    """A type whose entities stand below this path. parents: the types within which they are."""
    requests = {name: {"path": f"{path}/{{id}}"} for name in ("read", "update", "delete")}
    requests |= {name: {"path": path} for name in ("find", "create")}
    return {"parent": parents, "key": {"attributes": ["name"]}, **requests, "list": {"method": "GET", "path": path}}


HOUSE = {
    "format": 2,
    "name": "house",
    "extends": "rest",
    "types": {
        "site": {"path": "sites", "key": {"attributes": ["name"]}, "list": {"method": "GET", "path": "sites"}},
        "room": within("sites/{parent.id}/rooms", "site"),
        "shelf": within("sites/{parent.parent.id}/rooms/{parent.id}/shelves", "room"),
        "box": within("boxes-in-{parent.id}", ["site", "box"]),
        "tray": within("trays-in-{parent.id}", ["site", "lid"]),
        "lid": within("lids-in-{parent.id}", "tray"),
    },
}
PROFILE = profile_of(profile_data(HOUSE, None, str))
NORTH, SOUTH = ({"type": "site", "key": {"name": name}} for name in ("north", "south"))
ROOMS = [{"type": "room", "key": {"name": "a"}, "refs": {"parent": site}} for site in (NORTH, SOUTH)]
SHELF = {"type": "shelf", "key": {"name": "s"}, "refs": {"parent": ROOMS[1]}}


class House(Rest):
    """Each list stands at a path of its own."""

    def answer(self, request, path, query):
        collection, _slash, number = (path, "", "") if path in self.held else path.rpartition("/")
        if collection not in self.held:
            return 404, {}
        every = super()
        self.held["one"] = self.held[collection]
        return every.answer(request, f"one/{number}" if number else "one", query)


def house() -> House:
    """Two sites with a room of the same id and name each, and a shelf in one of them."""
    system = House(sites=[{"id": 1, "name": "north"}, {"id": 2, "name": "south"}])
    system.held["sites/1/rooms"] = {1: {"id": 1, "name": "a", "floor": 1}}
    system.held["sites/2/rooms"] = {1: {"id": 1, "name": "a", "floor": 2}}
    system.held["sites/1/rooms/1/shelves"] = {}
    system.held["sites/2/rooms/1/shelves"] = {1: {"id": 1, "name": "s", "width": 3}}
    return system


def gathered(system, types, named=()):
    """What is read of types, and of what is named."""
    client = EntityClient(PROFILE, "https://a.example.com", system.send)
    entries = entries_of(list(named), None).entries if named else ()
    addresses = {one: address_of(PROFILE, {"type": one.type, "key": one.key, "refs": one.refs}) for one in entries}
    reading = Reading(PROFILE, RunOptions(client, concurrency=1), lambda one: one.key)
    return reading.gather([*map(PROFILE.type, types)], addresses)


def exported(system, *types, named=()):
    """The export of types, and of what is named."""
    every = dict.fromkeys((*types, *(one["type"] for one in named)))
    return export_of(PROFILE, gathered(system, types, named), list(every), frozenset())


def test_what_is_within_others_is_listed_in_each_and_named_by_its_parents():
    system = house()
    export = exported(system, "room", "shelf")
    assert export.not_exported == []
    assert export.entries["room"] == [
        {**room, "attributes": {"floor": floor}} for floor, room in enumerate(ROOMS, start=1)
    ]
    assert export.entries["shelf"] == [{**SHELF, "attributes": {"width": 3}}]
    assert export.outside == {"site (name=north)": 1, "site (name=south)": 1}
    lists = ["sites", "sites/1/rooms", "sites/2/rooms", "sites/1/rooms/1/shelves", "sites/2/rooms/1/shelves"]
    first_of_each_type = ["sites/1", "sites/1/rooms/1", "sites/2/rooms/1/shelves/1"]
    outside = ["sites/1", "sites/2"]
    assert sorted(path for _method, path, _body in system.sent) == sorted([*lists, *first_of_each_type, *outside])


@pytest.mark.parametrize("entry", [*ROOMS, SHELF])
def test_what_is_named_within_its_parent_is_exported(entry):
    [found] = exported(house(), named=[entry]).entries[entry["type"]]
    assert {name: found[name] for name in entry} == entry


def test_what_is_exported_is_as_declared():
    system = house()
    client = EntityClient(PROFILE, "https://a.example.com", system.send)
    for written in exported(system, "room", "shelf").entries.values():
        for entry in entries_of(written, None).entries:
            assert ensure(client, declared(PROFILE, **vars(entry)), True).plan.operation == "none"


def test_entities_within_their_own_type_are_listed_to_the_last():
    system = House(sites=[{"id": 1, "name": "north"}])
    for place, inner in {1: 5, 5: 6, 6: None}.items():
        system.held[f"boxes-in-{place}"] = {inner: {"id": inner, "name": f"b{inner}"}} if inner else {}
    outer = {"type": "box", "key": {"name": "b5"}, "refs": {"parent": NORTH}}
    assert exported(system, "box").entries["box"] == [
        outer,
        {"type": "box", "key": {"name": "b6"}, "refs": {"parent": outer}},
    ]


@pytest.mark.parametrize("types", [["tray", "lid"], ["lid", "tray"], ["lid"]])
def test_types_that_are_within_each_other_are_listed_to_the_last(types):
    """A tray in the site, a lid in it, and so on: three trays and two lids, each list asked for once."""
    system = House(sites=[{"id": 1, "name": "north"}])
    inner = {
        "trays-in-1": 11,
        "lids-in-11": 21,
        "trays-in-21": 12,
        "lids-in-12": 22,
        "trays-in-22": 13,
        "lids-in-13": 0,
    }
    for path, number in inner.items():
        system.held[path] = {number: {"id": number, "name": f"n{number}"}} if number else {}
    export = exported(system, *types)
    names = {name: [one["key"]["name"] for one in export.entries[name]] for name in types}
    assert names == {name: {"tray": ["n11", "n12", "n13"], "lid": ["n21", "n22"]}[name] for name in types}
    assert export.not_exported == []
    listed = [path for _method, path, _body in system.sent if path in {"sites", *inner}]
    assert sorted(listed) == sorted(["sites", *inner])


def test_what_has_no_name_is_told_with_its_parents():
    system = house()
    system.held["sites/2/rooms/1/shelves"][1]["name"] = ""
    [one] = exported(system, "shelf").not_exported
    assert one["entity"] == "shelf with id 1 within room with id 1 within site with id 2"
    assert one["entity_id"] == "1"
