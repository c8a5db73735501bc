# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""References among the attributes of an environment's entries: each orders what is written, and goes by name."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.executor import (
    RunOptions,
    read_all,
    write_all,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.graph import ordered, under_new_names
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.members import environment_of
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.planned_change import planned_changes
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.shown_ids import ordered_by_ids
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.manifest import _overlaid, entries_of
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

TEAMS = {
    "format": 2,
    "name": "teams",
    "extends": "rest",
    "types": {
        "user": {"path": "users", "key": {"attributes": ["name"]}},
        "team": {
            "path": "teams",
            "key": {"attributes": ["name"]},
            "attributes": {"items[].userId": {"ref": {"type": "user"}}},
        },
    },
}
PROFILE = profile_of(profile_data(TEAMS, None, str))


def user(name, **more):
    return {"type": "user", "key": {"name": name}, **more}


def team(**more):
    return {"type": "team", "key": {"name": "a"}, **more}


ALL = [
    team(
        refs={"owners": [user("ann"), user("bob")]},
        attributes={"contract": {"ownerId": {"ref": user("bob")}}, "items": [{"userId": {"ref": user("ann")}}]},
    ),
    user("ann"),
    user("bob"),
]


def environment(*entities):
    entries = entries_of(list(entities), {}).entries
    return environment_of(ordered(entries), lambda entry: declared(PROFILE, **vars(entry)))


def planned(system, *entities):
    """The environment, its reads and its planned changes by the name of the entry."""
    env = environment(*entities)
    options = RunOptions(EntityClient(PROFILE, "https://a.example.com", system.send), concurrency=1)
    reads = read_all(env, options)
    changes = planned_changes(env.members, {name: read.plan for name, read in reads.items()})
    return env, options, reads, changes


def of_team(changes):
    [found] = [one for one in changes.values() if one.type == "team"]
    return found


def test_each_reference_is_an_edge():
    assert [[str(name) for name in level] for level in environment(*ALL).levels] == [
        ["user (name=ann)", "user (name=bob)"],
        ["team (name=a)"],
    ]
    absent = [{"type": one["type"], "key": one["key"], "state": "absent"} for one in ALL]
    absent[0]["refs"] = {"owners": [user("ann"), user("bob")]}
    assert [len(level) for level in environment(*absent).levels] == [3]  # attributes of what is absent say nothing


def test_a_circle_is_refused():
    ann = user("ann", attributes={"home": {"teamId": {"ref": team()}}})
    with pytest.raises(ConfigurationError, match="refers to"):
        environment(ALL[0], ann, user("bob"))


def test_a_reference_to_what_is_declared_absent_is_refused():
    with pytest.raises(ConfigurationError, match="declares absent"):
        environment(ALL[0], user("ann", state="absent"), user("bob"))


def test_what_does_not_exist_yet_is_planned_by_name_and_written_by_id():
    system = Rest()
    env, options, reads, changes = planned(system, *ALL)
    assert [(one.path, one.after) for one in of_team(changes).changes] == [
        ("contract", {"ownerId": "user (name=bob)"}),
        ("items", [{"userId": "user (name=ann)"}]),
        ("name", "a"),
        ("owners", ["user (name=ann)", "user (name=bob)"]),
    ]
    write_all(env, reads, changes, list(env.members), options)
    assert system.held["teams"] == {
        1: {"id": 1, "name": "a", "owners": [1, 2], "contract": {"ownerId": 2}, "items": [{"userId": 1}]}
    }
    assert of_team(planned(system, *ALL)[3]).operation == "none"


def test_a_plan_is_the_same_whatever_the_ids_are():
    there = Rest(users=[{"id": 21, "name": "ann"}, {"id": 22, "name": "bob"}])
    assert of_team(planned(Rest(), *ALL)[3]) == of_team(planned(there, *ALL)[3])


def test_an_update_goes_by_name_too():
    system = Rest(
        users=[{"id": 5, "name": "ann"}, {"id": 6, "name": "bob"}],
        teams=[{"id": 1, "name": "a", "owners": [6], "contract": {"ownerId": 5}, "items": [{"userId": 5}]}],
    )
    changes = of_team(planned(system, *ALL)[3]).changes
    assert [(one.path, one.before, one.after) for one in changes] == [
        ("contract.ownerId", 5, "user (name=bob)"),
        ("owners", ["user (name=bob)"], ["user (name=ann)", "user (name=bob)"]),
    ]


def test_what_a_nested_id_refers_to_is_deleted_after_it():
    system = Rest(users=[{"id": 5, "name": "ann"}], teams=[{"id": 1, "name": "a", "items": [{"userId": 5}]}])
    env, options, reads, _changes = planned(system, user("ann", state="absent"), team(state="absent"))
    env, _notes = ordered_by_ids(env, reads, options.client.known)
    assert [[name.type for name in level] for level in env.levels] == [["team"], ["user"]]


def test_earlier_entries_refer_to_the_new_name():
    earlier = entries_of(ALL, {}).entries
    now = entries_of([user("anne", was={"name": "ann"}), user("bob")], {}).entries
    assert under_new_names(earlier, now)[0].attributes["owners"] == [
        {"ref": {**user("anne"), "refs": {}}},
        {"ref": {**user("bob"), "refs": {}}},
    ]


@pytest.mark.parametrize("reference", [{"type": "user"}, {"type": "user", "key": {"name": "a"}, "id": 5}])
def test_what_names_no_entity_is_refused_with_its_place(reference):
    with pytest.raises(ConfigurationError, match=r"entities, entry 1: items\[0\].userId holds no reference"):
        environment(team(attributes={"items": [{"userId": {"ref": reference}}]}))


def test_a_later_layer_replaces_a_reference_as_a_whole():
    assert _overlaid({"ref": user("ann")}, {"ref": {"type": "user", "id": 5}}) == {"ref": {"type": "user", "id": 5}}
