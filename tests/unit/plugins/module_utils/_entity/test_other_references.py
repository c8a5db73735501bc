# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entities that are found by their key and refer to others than the task says."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    MissingReferenceError,
    ProfileMismatchError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.bulk_reader import BulkReader
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

pytestmark = pytest.mark.proves("DECLARE-11")

BY_NAME = {"path": "{type.path}", "query": {"name": "{key.name}"}}
BY_NAME_AND_TEAM = {"path": "{type.path}", "query": {"name": "{key.name}", "team": "{refs.team.id}"}}
NAMED = {"attributes": ["name"], "enforced": True}


def profile(find=None, key=None, attributes=None, **project):
    """Projects refer to teams. find: how a project is found."""
    types = {
        "team": {"path": "teams", "key": NAMED},
        "person": {"path": "people", "key": NAMED, "attributes": {"team": {"ref": {"type": "team"}}}},
        "project": {
            "path": "projects",
            "key": key or NAMED,
            "attributes": attributes or {"team": {"ref": {"type": "team"}}, "lead": {"ref": {"type": "person"}}},
            "find": find or BY_NAME,
            **project,
        },
    }
    data = {
        "format": 2,
        "name": "projects",
        "extends": "rest",
        "operations": {"find": BY_NAME, "list": {"method": "GET", "path": "{type.path}"}},
        "types": types,
    }
    return profile_of(profile_data(data, None, str))


def system(**team):
    """Two teams, and a project of the first one, unless another team is given."""
    return Rest(
        teams=[{"id": 1, "name": "T1"}, {"id": 2, "name": "T2"}],
        people=[{"id": 5, "name": "Ann", "team": 1}],
        projects=[{"id": 1, "name": "P", **(team or {"team": 1})}],
    )


def team(name, **more):
    return {"type": "team", "key": {"name": name}, **more}


def project(of, name="T2", **values):
    return declared(of, **{"type": "project", "key": {"name": "P"}, "refs": {"team": team(name)}, **values})


def run(rest, of, wanted, check=False, client=EntityClient):
    return ensure(client(of, "https://a.example.com", rest.send), wanted, check)


WISHES = {
    "nothing more": {},
    "another attribute": {"attributes": {"budget": 3}},
    "absent": {"state": "absent"},
    "only if missing": {"update_existing": False, "attributes": {"budget": 3}},
    "a team by id": {"refs": {"team": {"type": "team", "id": 2}}},
    "no such team": {"refs": {"team": team("T3")}},
    "no such team, absent": {"refs": {"team": team("T3")}, "state": "absent"},
    "one of two": {"refs": {"lead": {"type": "person", "key": {"name": "Ann"}}, "team": team("T2")}},
}


@pytest.mark.parametrize("find", [BY_NAME, "list"], ids=str)
@pytest.mark.parametrize("shown", [{"team": 1}, {"team": None}, {"team": ""}, {}], ids=str)
@pytest.mark.parametrize("wish", WISHES)
@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("client", [EntityClient, BulkReader])
def test_an_entity_that_refers_to_another_one_is_not_the_one_that_is_meant(find, shown, wish, check, client):
    of, rest = profile(find), system(lead=5, **(shown or {"team": 1}))
    if not shown:
        del rest.held["projects"][1]["team"]
    if "no such" in wish and not shown:
        return
    with pytest.raises(
        ProfileMismatchError, match=r"refers to (another one|nothing) in team; nothing was written"
    ) as c:
        run(rest, of, project(of, **WISHES[wish]), check, client)
    assert rest.writes == []
    assert "two possible causes" in c.value.message and "To have it changed back" in c.value.message
    assert "attributes: {team: {ref: {type: team, key: {...}}}}" in c.value.message
    key = "types.project.key" if find == "list" else "types.project.find"
    assert c.value.details["profile_key"] == key
    assert key in c.value.message


@pytest.mark.parametrize("find", [BY_NAME, "list"], ids=str)
def test_it_is_refused_where_entities_are_only_read(find):
    of, rest = profile(find), system()
    client = EntityClient(of, "https://a.example.com", rest.send)
    named = {"type": "project", "key": {"name": "P"}}
    with pytest.raises(ProfileMismatchError, match=r"Declared is team: 2; the server shows team: 1"):
        client.the_one(address_of(of, {**named, "refs": {"team": team("T2")}}))
    assert client.the_one(address_of(of, {**named, "refs": {"team": team("T1")}}))["id"] == 1
    assert client.the_one(address_of(of, named))["id"] == 1


@pytest.mark.parametrize("find", [BY_NAME, "list"], ids=str)
@pytest.mark.parametrize("reference", [team("T1"), {"type": "team", "id": "1"}, {"type": "team", "id": 1.0}], ids=str)
def test_an_entity_with_the_references_that_are_declared_is_as_declared(find, reference):
    of, rest = profile(find), system()
    assert run(rest, of, project(of, refs={"team": reference})).plan.operation == "none"
    assert run(rest, of, project(of, refs={"team": reference}, attributes={"budget": 3})).plan.operation == "update"
    assert run(rest, of, project(of, refs={"team": reference}, state="absent")).plan.operation == "delete"


def test_a_team_that_was_made_anew_is_asked_for_anew():
    of, rest = profile(), system()
    client = EntityClient(of, "https://a.example.com", rest.send)
    address = project(of, "T1").address
    assert client.the_one(address)["id"] == 1
    rest.held["teams"] = {7: {"id": 7, "name": "T1"}}
    rest.held["projects"][1]["team"] = 7
    assert client.the_one(address)["id"] == 1


@pytest.mark.parametrize("client", [EntityClient, BulkReader])
@pytest.mark.parametrize(
    "key",
    [{"attributes": ["name"]}, {"attributes": ["name", "team"]}, {"attributes": ["name", "team"], "enforced": True}],
    ids=str,
)
def test_a_list_tells_entities_apart_by_their_references_where_the_key_is_not_unique(key, client):
    of, rest = profile("list", key), system()
    steps = [run(rest, of, project(of, **wish), client=client).plan.operation for wish in ({}, {}, {"state": "absent"})]
    assert steps == ["create", "none", "delete"]
    assert run(rest, of, project(of, state="absent"), client=client).plan.operation == "none"
    assert list(rest.held["projects"]) == [1]


def test_a_reference_beside_those_of_the_key_is_part_of_which_entity_is_meant():
    of = profile("list", {"attributes": ["name", "team"], "enforced": True})
    rest = system(team=1, lead=9)
    refs = {"team": team("T1"), "lead": {"type": "person", "key": {"name": "Ann"}}}
    with pytest.raises(ProfileMismatchError, match="another one in lead"):
        run(rest, of, project(of, refs=refs))
    assert run(rest, of, project(of, refs={**refs, "team": team("T2")})).plan.operation == "create"


def test_of_a_reference_in_the_key_another_way_is_named():
    of, rest = profile(BY_NAME, {"attributes": ["name", "team"], "enforced": True}), system()
    with pytest.raises(ProfileMismatchError, match=r"another one in team.*name the entity by its id"):
        run(rest, of, project(of))


def test_a_search_that_looks_at_the_reference_tells_entities_apart():
    of, rest = profile(BY_NAME_AND_TEAM, {"attributes": ["name"]}), system()
    answer = rest.answer

    def narrowed(request, path, query):
        status, content = answer(request, path, query)
        team_of = dict(part.split("=") for part in query.split("&")).get("team") if query else None
        return status, [one for one in content if str(one["team"]) == team_of] if team_of else content

    rest.answer = narrowed
    assert [run(rest, of, project(of)).plan.operation for _twice in (1, 2)] == ["create", "none"]
    assert len(rest.held["projects"]) == 2


@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_reference_of_a_reference_is_looked_at_too(state):
    of, rest = profile(), system(lead=5)
    lead = {"type": "person", "key": {"name": "Ann"}, "refs": {"team": team("T2")}}
    with pytest.raises(ProfileMismatchError, match=r"find person .* another one in team"):
        run(rest, of, project(of, refs={"lead": lead}, state=state))
    with pytest.raises(ProfileMismatchError, match=r"find person .* another one in team"):
        run(rest, of, project(of, refs={}, attributes={"lead": {"ref": lead}}))
    assert rest.writes == []


@pytest.mark.parametrize("shown", [True, False])
def test_what_the_server_does_not_show_or_is_not_compared_is_believed(shown):
    hidden = profile(attributes={"team": {"ref": {"type": "team"}, "hidden": True}})
    for of, compare in ((hidden, {}), (profile(), {"hidden": ["team"]}), (profile(), {"ignore": ["team"]})):
        rest = system()
        if not shown:
            del rest.held["projects"][1]["team"]
        if shown and "ignore" not in compare:
            with pytest.raises(ProfileMismatchError, match="another one"):
                run(rest, of, project(of, compare=compare))
        else:
            assert run(rest, of, project(of, compare=compare)).plan.operation == "none"


@pytest.mark.parametrize(
    ("shown", "message"),
    [
        ({"id": 2, "name": "T2"}, ""),
        ([2], ""),
        ([{"id": 2}], ""),
        ({"id": 1, "number": 2}, "in another form"),
        ({"name": "T1"}, "in another form"),
        ([], "in another form"),
    ],
)
def test_an_object_that_holds_another_id_is_told(shown, message):
    of, rest = profile(), system(team=shown)
    if message:
        with pytest.raises(ProfileMismatchError, match=message):
            run(rest, of, project(of))
    else:
        assert run(rest, of, project(of)).plan.operation == "none"


def test_a_reference_that_leads_nowhere_is_told_as_such_where_none_is_shown():
    of, rest = profile(), system()
    del rest.held["projects"][1]["team"]
    with pytest.raises(MissingReferenceError, match="there is no such entity"):
        run(rest, of, project(of, "T3"))


def test_a_reference_among_attributes_is_changed_and_cleared():
    of, rest = profile(), system()
    moved = project(of, refs={}, attributes={"team": {"ref": team("T2")}})
    assert [run(rest, of, moved).plan.operation for _twice in (1, 2)] == ["update", "none"]
    assert rest.held["projects"][1]["team"] == 2
    cleared = project(of, refs={}, attributes={"team": None})
    assert [run(rest, of, cleared).plan.operation for _twice in (1, 2)] == ["update", "none"]


@pytest.mark.proves("MESSAGE-21")
def test_null_against_an_empty_text_is_told_with_the_rule_that_settles_it():
    of, rest = profile(), system(team="")
    with pytest.raises(ProfileMismatchError, match=r"normalise: \{team: \[blank_as_null\]\}") as caught:
        run(rest, of, project(of, refs={}, attributes={"team": None}))
    assert "differ only in case" not in caught.value.message
    said = {"team": {"ref": {"type": "team"}, "normalise": ["blank_as_null"]}}
    settled = profile(attributes=said)
    assert run(rest, settled, project(settled, refs={}, attributes={"team": None})).plan.operation == "none"


@pytest.mark.proves("MESSAGE-21")
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_null_in_refs_is_told_with_the_type_of_the_profile(state):
    of = profile()
    with pytest.raises(ConfigurationError) as caught:
        project(of, refs={"team": None}, state=state)
    assert caught.value.message == (
        "Cannot refer to an entity in refs.team: null does not say which one. Write refs.team as {type: team, key: "
        "{...}}, or with id. To clear the reference, declare attributes: {team: null} and leave it out of refs."
    )
    with pytest.raises(ConfigurationError, match=r"'T1' does not say which one.*\{type: team, key") as caught:
        project(of, refs={"team": "T1"})
    assert "clear" not in caught.value.message
    with pytest.raises(ConfigurationError, match=r"'T1'\}\} does not say which one.*\{type: team, key"):
        project(of, refs={"team": {"key": {"name": "T1"}}})
    with pytest.raises(ConfigurationError, match=r"null does not say.*\{type: \.\.\., key"):
        project(of, refs={"other": None})
