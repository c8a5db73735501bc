# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a profile says of single values: how null is said, how secrets are hidden, and what happens without them."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, ProfileMismatchError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared


def said(attributes):
    own = {"path": "teams", "key": {"attributes": ["name"]}, "attributes": attributes}
    return {"format": 2, "name": "teams", "extends": "rest", "types": {"team": own}}


def run(system, attributes_said, **values):
    of = profile_of(profile_data(said(attributes_said), None, str))
    system.sent.clear()
    client = EntityClient(of, "https://a.example.com", system.send)
    return ensure(client, declared(of, type="team", key={"name": "a"}, **values), False)


def team(**more):
    return Rest(teams=[{"id": 1, "name": "a", **more}])


# --- cleared_by

CLEARED = {"description": {"cleared_by": ""}, "contact.email": {"cleared_by": "-"}}


def test_null_is_said_as_the_profile_says_it():
    system = team(description="d", contact={"email": "e", "city": "Bern"})
    outcome = run(system, CLEARED, attributes={"description": None, "contact": {"email": None}})
    assert system.held["teams"][1] == {
        "id": 1,
        "name": "a",
        "description": "",
        "contact": {"email": "-", "city": "Bern"},
    }
    assert [(one.path, one.after) for one in outcome.plan.changes] == [("contact.email", "-"), ("description", "")]


@pytest.mark.parametrize("held", [{}, {"description": None}, {"description": ""}])
def test_a_declared_null_equals_what_says_it(held):
    assert run(team(**held), CLEARED, attributes={"description": None}).plan.operation == "none"
    assert run(team(**held), CLEARED, attributes={"description": ""}).plan.operation == "none"


def test_a_new_entity_is_told_so_too():
    system = Rest()
    run(system, CLEARED, attributes={"description": None})
    assert system.writes[0][2] == {"name": "a", "description": ""}


# --- masked

MASK = "unchanged"


def keyed(**more):
    return {"apiKey": {"secret": True, "masked": {"values": [MASK], **more}}}


def test_a_mask_of_the_profile_hides_the_secret():
    outcome = run(team(apiKey=MASK), keyed(), secret_attributes={"apiKey": "s3cret-canary"})
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ("apiKey",))


def test_what_is_no_mask_of_the_profile_is_the_secret_itself():
    system = team(apiKey="****")
    outcome = run(system, keyed(), secret_attributes={"apiKey": "s3cret-canary"}, update_secrets="always")
    assert outcome.plan.secrets_unlike == ("apiKey",)
    assert system.held["teams"][1]["apiKey"] == "s3cret-canary"


@pytest.mark.parametrize("secrets", [{}, {"apiKey": "s3cret-canary"}])
@pytest.mark.parametrize("mask", [MASK, "**********"])
def test_a_mask_is_sent_back_only_where_it_may_be(secrets, mask):
    for send_back in (False, True):
        said_of = {"apiKey": {"secret": True, "masked": {"values": [mask], "send_back": send_back}}}
        system = team(apiKey=mask, colour="red")
        run(system, said_of, attributes={"colour": "blue"}, secret_attributes=secrets)
        assert system.writes[0][2] == {"name": "a", "colour": "blue", **({"apiKey": mask} if send_back else {})}


def test_a_mask_that_nobody_says_is_not_sent_back():
    with pytest.raises(ProfileMismatchError, match="shows a mask in place of other"):
        run(team(other="**********", colour="red"), keyed(), attributes={"colour": "blue"})


# --- omitted


def omitted(does):
    return {"pin": {"secret": True, "omitted": does}}


def test_a_secret_that_an_update_would_clear_is_always_sent():
    system = team(colour="red")
    outcome = run(system, omitted("clears"), attributes={"colour": "blue"}, secret_attributes={"pin": "s3cret-canary"})
    assert system.writes[0][2] == {"name": "a", "colour": "blue", "pin": "s3cret-canary"}
    assert outcome.notes == ()
    outcome = run(system, omitted("clears"), attributes={"colour": "blue"}, secret_attributes={"pin": "s3cret-canary"})
    assert (outcome.plan.operation, system.writes) == ("none", [])


def test_an_update_that_would_clear_a_secret_is_refused_where_it_is_not_declared():
    system = team(colour="red")
    with pytest.raises(ConfigurationError, match="an update without pin clears it, and it is not declared"):
        run(system, omitted("clears"), attributes={"colour": "blue"})
    assert system.writes == []
    assert run(system, omitted("clears"), attributes={"colour": "red"}).plan.operation == "none"
    run(Rest(), omitted("clears"), attributes={"colour": "red"})


def test_a_secret_that_the_server_shows_goes_along_as_it_is_shown():
    system = team(colour="red", pin="s3cret-canary")
    run(system, omitted("clears"), attributes={"colour": "blue"})
    assert system.held["teams"][1]["pin"] == "s3cret-canary"


def test_where_nobody_knows_a_declared_secret_is_sent_and_the_result_says_so():
    system = team(colour="red")
    outcome = run(system, omitted("unknown"), attributes={"colour": "blue"}, secret_attributes={"pin": "s3cret-canary"})
    assert system.writes[0][2]["pin"] == "s3cret-canary"
    assert outcome.notes == ("Sent along, since nobody knows what an update without it does to it: pin.",)
    run(system, omitted("unknown"), attributes={"colour": "green"})


def test_what_an_update_keeps_is_not_sent():
    system = team(colour="red")
    run(system, omitted("keeps"), attributes={"colour": "blue"}, secret_attributes={"pin": "s3cret-canary"})
    assert system.writes[0][2] == {"name": "a", "colour": "blue"}


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"x": {"masked": {"values": ["*"]}}}, "masked has no effect, since the attribute is not secret"),
        ({"x": {"omitted": "clears"}}, "omitted has no effect, since the attribute is not secret"),
        ({"x[].y": {"omitted": "clears", "secret": True}}, "omitted has no effect within"),
        ({"x": {"cleared_by": "", "read_only": True}}, "cleared_by has no effect"),
        ({"x": {"cleared_by": "", "secret": True}}, "cleared_by has no effect"),
        ({"x": {"secret": True, "masked": {"send_back": True}}}, "values"),
    ],
)
def test_a_key_without_effect_is_refused(attributes, says):
    with pytest.raises(ConfigurationError, match=says):
        profile_data(said(attributes), None, str)
