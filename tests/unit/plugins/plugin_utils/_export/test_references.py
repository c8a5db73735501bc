# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of entities that refer to others from lists and from within attributes."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.executor import RunOptions
from ansible_collections.rimops.insight.plugins.plugin_utils._export.export import export_of
from ansible_collections.rimops.insight.plugins.plugin_utils._export.gather import Reading
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.manifest import entries_of
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

TEAMS = {
    "format": 2,
    "name": "teams",
    "extends": "rest",
    "types": {
        "user": {
            "path": "users",
            "key": {"attributes": ["name"]},
            "list": {"method": "GET", "path": "users"},
            "attributes": {"home.teamId": {"ref": {"type": "team"}}},
        },
        "team": {
            "path": "teams",
            "key": {"attributes": ["name"]},
            "list": {"method": "GET", "path": "teams"},
            "attributes": {
                "owners": {"ref": {"type": "user", "many": True}, "set": True},
                "contract.ownerId": {"ref": {"type": "user"}},
                "items[].userId": {"ref": {"type": "user"}},
            },
        },
    },
}
PROFILE = profile_of(profile_data(TEAMS, None, str))
USERS = [{"id": 5, "name": "ann"}, {"id": 6, "name": "bob"}]
ANN, BOB = ({"type": "user", "key": {"name": name}} for name in ("ann", "bob"))
TEAM = {
    "id": 1,
    "name": "a",
    "owners": [6, 5],
    "contract": {"ownerId": 6, "city": "Bern"},
    "items": [{"userId": 5, "size": 1}, {"userId": None}],
}


def exported(system, *types):
    client = EntityClient(PROFILE, "https://a.example.com", system.send)
    gathered = Reading(PROFILE, RunOptions(client), lambda one: one.key).gather([*map(PROFILE.type, types)], {})
    return export_of(PROFILE, gathered, types, frozenset())


@pytest.mark.parametrize("ids", [(5, 6), (6, 5)])
def test_ids_in_lists_and_within_attributes_go_by_name(ids):
    users = [{**one, "id": number} for one, number in zip(USERS, ids, strict=True)]
    team = {
        "id": 1,
        "name": "a",
        "owners": [*ids],
        "contract": {"ownerId": ids[1], "city": "Bern"},
        "items": [{"userId": ids[0], "size": 1}, {"userId": None}],
    }
    export = exported(Rest(users=users, teams=[team]), "team")
    assert export.entries["team"] == [
        {
            "type": "team",
            "key": {"name": "a"},
            "refs": {"owners": [ANN, BOB]},
            "attributes": {
                "contract": {"city": "Bern", "ownerId": {"ref": BOB}},
                "items": [{"size": 1, "userId": {"ref": ANN}}, {"userId": None}],
            },
        }
    ]
    assert export.outside == {"user (name=ann)": 1, "user (name=bob)": 1}


def test_what_is_exported_is_as_declared():
    system = Rest(users=USERS, teams=[TEAM])
    [entry] = entries_of(exported(system, "team").entries["team"], None).entries
    client = EntityClient(PROFILE, "https://a.example.com", system.send)
    assert ensure(client, declared(PROFILE, **vars(entry)), True).plan.operation == "none"


def test_an_empty_list_of_references_stays_an_attribute():
    export = exported(Rest(teams=[{"id": 1, "name": "a", "owners": []}]), "team")
    assert export.entries["team"] == [{"type": "team", "key": {"name": "a"}, "attributes": {"owners": []}}]


def test_what_refers_to_nothing_that_is_there_is_not_exported():
    export = exported(Rest(teams=[{"id": 1, "name": "a", "items": [{"userId": 9}]}]), "team")
    assert [one["why"] for one in export.not_exported] == [
        "it refers by items[].userId to user with id 9: it is not there"
    ]


def test_a_circle_through_attributes_is_not_exported():
    ann = {"id": 5, "name": "ann", "home": {"teamId": 1}}
    export = exported(Rest(users=[ann], teams=[{"id": 1, "name": "a", "owners": [5]}]), "team", "user")
    assert {one["type"] for one in export.not_exported} == {"team", "user"}
    assert all("it refers to itself" in one["why"] for one in export.not_exported)


@pytest.mark.parametrize("rule", ["read_only", "volatile"])
def test_what_is_left_out_is_not_followed(rule):
    over = {"types": {"team": {"attributes": {"owners": {rule: True}}}}}
    of = profile_of(profile_data(TEAMS, over, str))
    client = EntityClient(of, "https://a.example.com", Rest(teams=[{"id": 1, "name": "a", "owners": [9]}]).send)
    gathered = Reading(of, RunOptions(client), lambda one: one.key).gather([of.type("team")], {})
    assert export_of(of, gathered, ["team"], frozenset()).not_exported == []


def test_a_part_that_is_one_value_is_written_as_it_is():
    write = {"method": "PUT", "path": "teams/{id}/limits", "json": "{value}"}
    over = {"types": {"team": {"attributes": {"limits": {"exact": True}}, "parts": {"limits": {"write": write}}}}}
    of = profile_of(profile_data(TEAMS, over, str))
    client = EntityClient(of, "https://a.example.com", Rest(teams=[{"id": 1, "name": "a", "limits": {"n": 3}}]).send)
    gathered = Reading(of, RunOptions(client), lambda one: one.key).gather([of.type("team")], {})
    [entry] = export_of(of, gathered, ["team"], frozenset()).entries["team"]
    assert entry["attributes"] == {"limits": {"n": 3}}
