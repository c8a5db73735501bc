# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists that a server shows in another form than the one in which they are declared."""

from __future__ import annotations

import json

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.operations import as_received
from ansible_collections.rimops.insight.plugins.module_utils._entity.element_forms import in_declared_form
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ProfileMismatchError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._entity.test_steps import GROUP, System, ensured

ONE = [{"regionId": "{element.id}"}]
SEVERAL = {
    "people": [{"email": "{element.person.email}"}],
    "teams": [{"id": "{element.team.id}", "role": "{element.team.role}"}],
}


def group(form, name="places"):
    over = {"types": {"group": {"attributes": {name: {"read": form}}}}}
    return profile_of(profile_data(GROUP, over, str)).type("group")


def test_each_element_is_read_in_its_declared_form():
    shown = {"id": 1, "places": [{"id": "west", "name": "West"}, {"id": "north"}]}
    assert as_received(group(ONE), shown) == {"id": 1, "places": [{"regionId": "west"}, {"regionId": "north"}]}
    assert as_received(group(ONE), {"id": 1, "places": None}) == {"id": 1, "places": None}
    assert as_received(group(ONE), {"id": 1}) == {"id": 1}


def test_one_list_of_several_kinds_is_read_as_a_list_of_each_kind():
    shown = [{"team": {"id": 7}}, {"person": {"email": "ann@x", "name": "Ann"}}, {"team": {"id": 8, "role": "OWNER"}}]
    assert in_declared_form(group(SEVERAL), "places", shown) == {
        "people": [{"email": "ann@x"}],
        "teams": [{"id": 7}, {"id": 8, "role": "OWNER"}],
    }
    assert in_declared_form(group(SEVERAL), "places", []) == {"people": [], "teams": []}


@pytest.mark.parametrize("form", [ONE, SEVERAL])
def test_an_element_that_fits_no_form_is_an_error(form):
    with pytest.raises(ProfileMismatchError) as caught:
        in_declared_form(group(form), "places", [{"deleted": {"name": "secret"}}])
    assert caught.value.details["profile_key"] == "types.group.attributes.places.read"
    assert "an element that cannot be declared" in caught.value.message
    assert "came an object with deleted" in caught.value.message
    assert "secret" not in caught.value.message


def test_a_part_of_another_form_is_compared_and_sent_within_the_update():
    system, bodies = System(), []
    answered = system.inner

    def inner(request, number, rest):
        if rest == ["places"]:
            places = system.groups[number].get("places", {}).get("teams", ())
            return 200, [{"team": {**one, "name": "x"}} for one in places]
        return answered(request, number, rest)

    plain = system.answer

    def answer(request, steps):
        if request.method in ("POST", "PUT"):
            bodies.append(request.json_body)
        status, body = plain(request, steps)
        return status, {name: value for name, value in body.items() if name != "places"} if isinstance(
            body, dict
        ) else body

    system.inner, system.answer = inner, answer
    part = {"within": ["create", "update"], "read": {"method": "GET", "path": "groups/{id}/places"}}
    over = {"types": {"group": {"parts": {"places": part}, "attributes": {"places": {"read": SEVERAL}}}}}
    teams = [{"id": 7, "role": "OWNER"}]
    ensured(system, over=over, places={"teams": teams})
    assert bodies == [{"name": "a", "places": {"teams": teams}}]
    assert ensured(system, over=over, places={"teams": teams})[0].plan.operation == "none"
    _outcome, steps = ensured(system, over=over, colour="red")
    assert steps == ["update"]
    assert bodies[-1]["places"] == {"people": [], "teams": teams}
    more = [*teams, {"id": 8, "role": "MEMBER"}]
    outcome, steps = ensured(system, over=over, places={"teams": more})
    assert (steps, json.loads(json.dumps(bodies[-1]["places"]))) == (["update"], {"people": [], "teams": more})
    assert outcome.entity["places"]["teams"] == more
