# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""References that a server shows in another form than the id that is declared."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address, address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.references import as_declared
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AmbiguousError,
    ProfileMismatchError,
    SchemaError,
    UnconvergedError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Insight, answer, profile, scripted
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

KEY = {"appCode": "1", "appName": "A"}


def reading(template):
    return profile(types={"event": {"attributes": {"applicationId": {"read": template}}}})


def as_object(entity):
    return {"id": entity, "name": "A"}


FORMS = {
    "an object": (as_object, "{entity.applicationId.id}"),
    "an object in an object": (lambda one: {"item": as_object(one)}, "{entity.applicationId.item.id}"),
    "a list of one object": (lambda one: [as_object(one)], "{entity.applicationId[0].id}"),
    "a list of one id": (lambda one: [one], "{entity.applicationId[0]}"),
}


class Showing(Insight):
    """Keeps ids and shows the reference in another form, also a reference that came with an update."""

    def __init__(self, form):
        super().__init__()
        self.form = form
        self.add("application", **KEY)

    def __call__(self, request):
        response = super().__call__(request)
        content = response.json()
        if isinstance(content, dict) and "applicationId" in content:
            return answer(response.status, {**content, "applicationId": self.form(content["applicationId"])})
        return response


def desired(of, state="present", **attributes):
    refs = {"applicationId": {"type": "application", "key": KEY}}
    address = address_of(of, {"type": "event", "key": {"eventName": "Filing"}, "refs": refs})
    return DesiredState(address, attributes, state=state)


def run(insight, wanted, of):
    return ensure(insight.client(of), wanted, False, FakeClock().clock)


@pytest.mark.proves("PROFILE-22")
@pytest.mark.parametrize("form", FORMS)
def test_the_profile_says_where_the_id_of_a_reference_stands(form):
    shown, template = FORMS[form]
    insight, of = Showing(shown), reading(template)
    steps = [run(insight, desired(of, description=text), of) for text in ("a", "a", "b", "b")]
    assert [one.plan.operation for one in steps] == ["create", "none", "update", "none"]
    assert steps[-1].entity["applicationId"] == 1
    assert insight.sent("create-or-update")["applicationId"] == 1, "whole holds the declared form"
    assert run(insight, desired(of, "absent"), of).plan.operation == "delete"


@pytest.mark.proves("PROFILE-22")
@pytest.mark.parametrize("form", FORMS)
def test_what_is_missing_in_the_profile_is_said_as_it_has_to_be_written(form):
    shown, template = FORMS[form]
    insight, of = Showing(shown), profile()
    with pytest.raises(UnconvergedError) as created:
        run(insight, desired(of), of)
    writes = list(insight.writes)
    with pytest.raises(ProfileMismatchError, match="nothing was written") as again:
        run(insight, desired(of, description="a"), of)
    assert insight.writes == writes
    key = "types.event.attributes.applicationId.read"
    for error in (created.value, again.value):
        assert error.details["profile_key"] == key
        assert f'Set {key} to "{template}" in profile_overrides' in error.message
        assert "queryFor" not in error.message and "No compare rule" not in error.message
    known = reading(template)
    assert run(insight, desired(known), known).plan.operation == "none"


@pytest.mark.proves("PROFILE-22")
def test_a_reference_of_which_the_profile_says_nothing_is_told_with_its_type():
    insight = Showing(as_object)
    of = profile(types={"event": {"attributes": {"applicationId": None}}})
    with pytest.raises(UnconvergedError) as caught:
        run(insight, desired(of), of)
    said = 'types.event.attributes.applicationId to {ref: {type: application}, read: "{entity.applicationId.id}"}'
    assert said in caught.value.message


@pytest.mark.proves("PROFILE-22")
@pytest.mark.parametrize("named", ["key", "id"])
def test_an_entity_named_by_its_id_is_not_written_either(named):
    insight, of = Showing(as_object), profile()
    held = insight.add("event", eventName="Filing", applicationId=1)
    which = {"id": held["id"]} if named == "id" else {"key": {"eventName": "Filing"}}
    address = address_of(of, {"type": "event", **which, "refs": {"applicationId": {"type": "application", "id": 1}}})
    with pytest.raises(ProfileMismatchError, match=r"applicationId\.read"):
        run(insight, DesiredState(address, {"description": "x"}), of)
    assert insight.writes == []


@pytest.mark.proves("PROFILE-22")
def test_another_entity_in_the_object_is_another_entity():
    of = reading("{entity.applicationId.id}")
    insight = Showing(as_object)
    insight.ignores_query_for = True
    insight.add("event", eventName="Filing", applicationId=99)
    with pytest.raises(ProfileMismatchError, match=r"refers to another one in applicationId.*queryFor"):
        run(insight, desired(of, description="x"), of)
    assert insight.writes == []


@pytest.mark.proves("PROFILE-22")
@pytest.mark.parametrize(
    ("template", "entity", "seen"),
    [
        ("{entity.owner.id}", {"owner": {"id": 7, "name": "x"}, "a": 1}, {"applicationId": 7, "a": 1}),
        ("{entity.links.owner.id}", {"links": {"owner": {"id": 7}, "b": 1}}, {"applicationId": 7, "links": {"b": 1}}),
        ("{entity.owner_id}", {"owner_id": 7, "a": 1}, {"applicationId": 7, "a": 1}),
        ("{entity.owners[].id}", {"owners": [{"id": 7}, {"id": 8}]}, {"applicationId": [7, 8]}),
        ("{entity.owners[].id}", {"owners": []}, {"applicationId": []}),
        ("{entity.owners[1].id}", {"owners": [{"id": 7}, {"id": 8}]}, {"applicationId": 8}),
        ("{entity.owners[].id}", {"owners": [{"id": 7}, {"name": "x"}]}, None),
        ("{entity.owners[2].id}", {"owners": [{"id": 7}]}, None),
        ("{entity.owner.id}", {"owner": None}, {"applicationId": None}),
        ("{entity.owner.id}", {"owner": "7"}, None),
        ("{entity.owner[].id}", {"owner": {"id": 1}}, None),
        ("{entity.owner.id}", {"applicationId": 7}, None),
        ("{entity.applicationId.id}", {"applicationId": 7}, None),
        ("{entity.applicationId.id}", {"applicationId": None}, {"applicationId": None}),
    ],
)
def test_where_an_id_may_stand(template, entity, seen):
    before = repr(entity)
    assert as_declared(reading(template).type("event"), entity) == (entity if seen is None else seen)
    assert repr(entity) == before


@pytest.mark.proves("PROFILE-22")
@pytest.mark.parametrize(
    "template",
    ["owner.id", "{owner.id}", "{entity}", "{entity.}", "{entity.a..b}", "{entity.a[x]}", "{entity.a} {entity.b}", ""],
)
def test_what_is_no_such_place_is_refused(template):
    with pytest.raises(SchemaError, match=r"attributes\.applicationId\.read"):
        reading(template)


@pytest.mark.proves("MESSAGE-21")
def test_an_id_in_another_case_than_the_servers_is_told():
    client, _script = scripted(answer(200, {"id": "aB-1", "eventName": "x"}))
    with pytest.raises(AmbiguousError, match=r"differs only in case.*id is 'aB-1' on the server and 'AB-1' here"):
        client.read(Address(profile().type("event"), "AB-1"))
    client, _script = scripted(answer(200, {"id": "ab", "appCode": "1"}))
    refs = {"applicationId": {"type": "application", "id": "AB"}}
    address = address_of(profile(), {"type": "event", "key": {"eventName": "x"}, "refs": refs})
    with pytest.raises(AmbiguousError, match=r"application \(id AB\) exists.*Write the id as the server has it"):
        client.resolve(address.refs["applicationId"])
    client, _script = scripted(answer(200, {"id": "other"}))
    with pytest.raises(ProfileMismatchError, match="an entity of another id"):
        client.read(Address(profile().type("event"), "AB"))


@pytest.mark.proves("MESSAGE-21")
def test_a_reference_in_another_case_is_told_with_the_rule_that_settles_it():
    insight = Insight()
    insight.entities["event"] = {5: {"id": 5, "uuid": "u", "eventName": "Filing", "applicationId": "ab-1"}}
    of = profile()
    insight.entities["application"] = {}
    client = insight.client(of)
    address = address_of(
        of,
        {"type": "event", "key": {"eventName": "Filing"}, "refs": {"applicationId": {"type": "application", "id": 1}}},
    )
    client.known = {address.refs["applicationId"].identity: {"id": "AB-1", **KEY}}
    insight.hooks["find"] = [lambda request, go: answer(200, insight.entities["event"][5])]
    with pytest.raises(
        ProfileMismatchError, match=r"differ only in case.*normalise: \{applicationId: \[case\]\}"
    ) as caught:
        ensure(client, DesiredState(address), False, FakeClock().clock)
    assert caught.value.details["profile_key"] == "types.event.attributes.applicationId.normalise"
    assert insight.writes == []


class Listing(Insight):
    """Keeps ids, and shows each of ``owners`` and ``site`` as an object."""

    def __init__(self):
        super().__init__()
        self.add("application", **KEY)

    def __call__(self, request):
        response = super().__call__(request)
        content = response.json()
        shown = {"owners": lambda ids: [as_object(one) for one in ids], "site": as_object}
        forms = {name: form(content[name]) for name, form in shown.items() if content.get(name)}
        return answer(response.status, {**content, **forms}) if forms else response


OWNERS = {"owners": {"ref": {"type": "application"}}}
LISTED = {"owners": {**OWNERS["owners"], "read": "{entity.owners[].id}"}}


@pytest.mark.proves("PROFILE-60")
@pytest.mark.parametrize("said", [{}, OWNERS])
@pytest.mark.parametrize("ids", [[7, 8], [8, 7], [7], [7, 9], (7, 8)])
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_list_of_references_in_another_form_is_told_before_the_write(said, ids, check_mode):
    insight = Listing()
    insight.add("event", eventName="Filing", applicationId=1, owners=[7, 8])
    of = profile(types={"event": {"attributes": said}})
    with pytest.raises(ProfileMismatchError, match="shows in another form what is referred to in owners") as caught:
        ensure(insight.client(of), desired(of, owners=ids), check_mode, FakeClock().clock)
    assert insight.writes == []
    key = "types.event.attributes.owners"
    assert caught.value.details["profile_key"] == f"{key}.read"
    lines = (
        f'Set {key}.read to "{{entity.owners[].id}}"',
        f'Set {key} to {{ref: {{type: TYPE}}, read: "{{entity.owners[].id}}"}}',
    )
    assert lines[0 if said else 1] in caught.value.message
    known = profile(types={"event": {"attributes": LISTED}})
    assert run(insight, desired(known, owners=list(ids)), known).plan.operation == (
        "none" if list(ids) == [7, 8] else "update"
    )
    assert [one["owners"] for one in insight.entities["event"].values()] == [list(ids)]


@pytest.mark.proves("PROFILE-60")
def test_a_reference_among_the_attributes_is_told_as_one_in_refs_is():
    insight, of = Listing(), profile()
    insight.add("event", eventName="Filing", applicationId=1, site=7)
    with pytest.raises(ProfileMismatchError, match=r"site; nothing was written.*\{entity.site.id\}"):
        run(insight, desired(of, site="7"), of)
    assert insight.writes == []


@pytest.mark.proves("PROFILE-60")
@pytest.mark.parametrize(
    ("held", "declared"),
    [
        ([7, 8], [7, 9]),
        ([], [7]),
        (None, [7]),
        ([{"id": 7}], []),
        ([{"id": 7}], None),
        ({"id": 7}, {"id": 8}),
        ([{"id": 7}], [{"id": 8}]),
        ({"code": "NO"}, "NO"),
        ([{"code": "NO"}], ["NO"]),
        ({"id": 7}, "x"),
    ],
)
def test_what_is_no_reference_or_no_other_form_is_written(held, declared):
    insight, of = Insight(), profile()
    insight.add("application", **KEY)
    insight.add("event", eventName="Filing", applicationId=1, owners=held)
    assert run(insight, desired(of, owners=declared), of).plan.operation == "update"
    assert insight.entities["event"][2]["owners"] == declared


@pytest.mark.proves("PROFILE-60")
def test_a_known_reference_in_a_form_that_holds_no_declared_id_is_told_too():
    insight = Listing()
    insight.add("event", eventName="Filing", applicationId=1, owners=[7])
    of = profile(types={"event": {"attributes": OWNERS}})
    with pytest.raises(ProfileMismatchError, match=r"owners.read says where its id is"):
        run(insight, desired(of, owners=[9]), of)
    assert insight.writes == []


@pytest.mark.proves("COMPARE-60")
def test_a_reference_that_the_server_does_not_show_is_told_and_settled():
    insight, of = Insight(), profile()
    insight.add("application", **KEY)
    insight.add("event", eventName="Filing", description="a")
    insight.hooks["find"] = [lambda request, go: answer(200, insight.entities["event"][2])] * 9
    client = insight.client(of)
    address = desired(of).address
    client.known = {address.refs["applicationId"].identity: insight.entities["application"][1]}
    with pytest.raises(ProfileMismatchError, match=r"refers to nothing in applicationId.*compare\.hidden"):
        ensure(client, DesiredState(address, {"description": "b"}), True, FakeClock().clock)
    known = profile(types={"event": {"attributes": {"applicationId": {"hidden": True}}}})
    outcome = ensure(client, DesiredState(desired(known).address, {"description": "a"}), True, FakeClock().clock)
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ("applicationId",))


def test_an_attribute_without_ref_refers_to_whatever_type_is_declared():
    """For an attribute whose id may be of one of several types: the task says of which."""
    named = {"path": "docs", "key": {"attributes": ["name"]}}
    types = {"doc": named, "user": {**named, "path": "users"}, "group": {**named, "path": "groups"}}
    of = profile_of(profile_data({"format": 2, "name": "docs", "extends": "rest", "types": types}, None, str))
    system = Rest(users=[{"id": 1, "name": "a"}], groups=[{"id": 7, "name": "a"}])
    told = []
    for owner in ("user", "group"):
        attributes = {"owner": {"ref": {"type": owner, "key": {"name": "a"}}}}
        for _twice in (1, 2):
            wanted = declared(of, type="doc", key={"name": "d"}, attributes=attributes)
            told.append(ensure(EntityClient(of, "https://a.example.com", system.send), wanted, False))
    assert [one.plan.operation for one in told] == ["create", "none", "update", "none"]
    assert [one.entity["owner"] for one in told] == [1, 1, 7, 7]


def test_any_attribute_may_stand_elsewhere_in_an_answer():
    places = {"code": "{entity.identity.code}", "about.site": "{entity.identity.site}", "group": "{entity.security.id}"}
    of = profile(types={"event": {"attributes": {name: {"read": place} for name, place in places.items()}}})
    shown = {"identity": {"code": "a", "site": "b", "id": 1}, "security": None, "eventName": "x"}
    moved = {"code": "a", "about": {"site": "b"}, "group": None, "eventName": "x"}
    assert as_declared(of.type("event"), shown) == moved
    assert as_declared(of.type("event"), moved) == moved, "what does not stand there stays as it is"
