# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""References among attributes: as lists under refs, and in the place of a value at any depth."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.carry_out import apply
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure as ensure_state
from ansible_collections.rimops.insight.plugins.module_utils._entity.examine import examine
from ansible_collections.rimops.insight.plugins.module_utils._entity.plan_checks import check_desired_state
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    MissingReferenceError,
    MovedError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
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
            "attributes": {
                "owners": {"ref": {"type": "user", "many": True}},
                "guests": {"ref": {"type": "user", "many": True}, "set": True},
                "contract.ownerId": {"ref": {"type": "user"}},
                "items[].userId": {"ref": {"type": "user"}},
            },
        },
    },
}
ANN, BOB = ({"type": "user", "key": {"name": name}} for name in ("ann", "bob"))
TEAM = {"type": "team", "id": 5}


def people():
    return Rest(users=[{"id": 5, "name": "ann"}, {"id": 6, "name": "bob"}])


def profile(over=None):
    return profile_of(profile_data(TEAMS, over, str))


def desired(over=None, **values):
    return declared(profile(over), type="team", key={"name": "a"}, **values)


def ensure(system, check_mode=False, **values):
    system.sent.clear()
    client = EntityClient(profile(), "https://a.example.com", system.send)
    return ensure_state(client, desired(**values), check_mode)


# --- lists of references


def test_a_list_of_references_is_sent_and_compared_as_a_list_of_ids():
    system = people()
    ensure(system, refs={"owners": [BOB, ANN]})
    assert system.writes == [("POST", "teams", {"name": "a", "owners": [6, 5]})]
    assert ensure(system, refs={"owners": [BOB, ANN]}).plan.operation == "none"
    outcome = ensure(system, refs={"owners": [ANN, BOB]})
    assert [(one.path, one.before, one.after) for one in outcome.plan.changes] == [("owners", [6, 5], [5, 6])]


def test_a_set_of_references_has_no_order():
    system = people()
    ensure(system, refs={"guests": [BOB, ANN]})
    assert ensure(system, refs={"guests": [ANN, BOB]}).plan.operation == "none"
    assert ensure(system, refs={"guests": [ANN]}, check_mode=True).plan.operation == "update"


def test_an_empty_list_of_references_takes_all_away():
    system = people()
    ensure(system, refs={"owners": [ANN]})
    ensure(system, refs={"owners": []})
    assert system.held["teams"][1]["owners"] == []


def test_ids_that_a_server_shows_as_texts_are_the_same_ids():
    system = people()
    system.held["teams"] = {1: {"id": 1, "name": "a", "owners": ["5"], "contract": {"ownerId": "6"}}}
    outcome = ensure(system, refs={"owners": [ANN]}, attributes={"contract": {"ownerId": {"ref": BOB}}})
    assert outcome.plan.operation == "none"


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"refs": {"owners": ANN}}, "owners is a list of references"),
        ({"refs": {"owners": [ANN]}, "attributes": {"owners": []}}, "owners stands in refs and in attributes"),
        ({"attributes": {"contract": {"ownerId": [{"ref": ANN}]}}}, "contract.ownerId is one reference, and no list"),
        ({"refs": {"owners": [ANN, TEAM]}}, "owners refers to an entity of type user, and team .id 5. is none"),
        ({"attributes": {"contract": {"ownerId": {"ref": TEAM}}}}, "contract.ownerId refers to an entity of type user"),
        ({"attributes": {"items": [{"userId": {"ref": TEAM}}]}}, "userId refers to an entity of type user"),
        ({"attributes": {"x": {"ref": {"type": "user"}}}}, "exactly one of id and key"),
        ({"attributes": {"x": {"ref": {"type": "usr", "id": 5}}}}, "no such type; user is near"),
    ],
)
def test_a_reference_that_is_not_what_the_profile_says_is_refused(values, says):
    with pytest.raises(ConfigurationError, match=says):
        desired(**values)


# --- references at nested places


def test_references_stand_at_any_depth():
    system = people()
    attributes = {
        "contract": {"ownerId": {"ref": ANN}, "city": "Bern"},
        "items": [{"userId": {"ref": BOB}, "size": 1}, {"userId": {"ref": {"type": "user", "id": 5}}}],
    }
    ensure(system, attributes=attributes)
    assert system.writes == [
        (
            "POST",
            "teams",
            {
                "name": "a",
                "contract": {"ownerId": 5, "city": "Bern"},
                "items": [{"userId": 6, "size": 1}, {"userId": 5}],
            },
        )
    ]
    assert ensure(system, attributes=attributes).plan.operation == "none"
    attributes["contract"] = {"ownerId": {"ref": BOB}}
    outcome = ensure(system, attributes=attributes)
    assert [(one.path, one.before, one.after) for one in outcome.plan.changes] == [("contract.ownerId", 5, 6)]


def test_what_only_looks_like_a_reference_is_a_value():
    system = people()
    ensure(system, attributes={"link": {"ref": "main"}, "other": {"ref": {"type": "user", "id": 5}, "x": 1}})
    assert system.writes[0][2]["link"] == {"ref": "main"}
    assert system.writes[0][2]["other"] == {"ref": {"type": "user", "id": 5}, "x": 1}


def test_a_missing_reference_is_an_error_unless_it_may_come():
    system = people()
    eve = {"type": "user", "key": {"name": "eve"}}
    with pytest.raises(MissingReferenceError, match="refer to user"):
        ensure(system, attributes={"contract": {"ownerId": {"ref": eve}}})
    outcome = ensure(system, check_mode=True, attributes={"contract": {"ownerId": {"ref": eve}}})
    assert outcome.plan.after["contract"] == {"ownerId": "user (name=eve)"}
    assert any("there is no such entity" in note for note in outcome.notes)
    assert system.writes == []


def test_an_entity_that_is_there_waits_for_what_it_will_refer_to():
    system = people()
    ensure(system, attributes={"contract": {"ownerId": {"ref": ANN}}})
    client = EntityClient(profile(), "https://a.example.com", system.send)
    wanted = desired(attributes={"contract": {"ownerId": {"ref": {"type": "user", "key": {"name": "eve"}}}}})
    examined = examine(client, wanted, lambda _identity: True)
    assert (examined.plan.operation, examined.pending) == ("update", True)
    system.held["users"][7] = {"id": 7, "name": "eve"}
    apply(client, wanted, examined)
    assert system.held["teams"][1]["contract"] == {"ownerId": 7}


def test_what_changed_while_it_waited_is_left_alone():
    system = people()
    ensure(system, attributes={"contract": {"ownerId": {"ref": ANN}}})
    client = EntityClient(profile(), "https://a.example.com", system.send)
    wanted = desired(attributes={"contract": {"ownerId": {"ref": {"type": "user", "key": {"name": "eve"}}}}})
    examined = examine(client, wanted, lambda _identity: True)
    system.held["users"][7] = {"id": 7, "name": "eve"}
    system.held["teams"][1]["colour"] = "red"
    with pytest.raises(MovedError, match="it changed since"):
        apply(client, wanted, examined)


def test_absence_needs_no_reference():
    system = people()
    ensure(system)
    ensure(system, attributes={"x": {"ref": {"type": "user", "key": {"name": "eve"}}}}, state="absent")
    assert system.held["teams"] == {}


def test_a_schema_does_not_see_references():
    schema = {"properties": {"contract": {"properties": {"ownerId": {"type": "integer"}, "city": {"type": "string"}}}}}
    over = {"types": {"team": {"schema": schema}}}
    check_desired_state(desired(over, attributes={"contract": {"ownerId": {"ref": ANN}, "city": "Bern"}}))
    with pytest.raises(ConfigurationError, match="city"):
        check_desired_state(desired(over, attributes={"contract": {"city": 5}}))


def test_a_nested_reference_is_read_where_the_profile_says():
    over = {"types": {"team": {"attributes": {"contract.ownerId": {"read": "{entity.contract.owner.id}"}}}}}
    system = people()
    system.held["teams"] = {1: {"id": 1, "name": "a", "contract": {"owner": {"id": 5, "name": "ann"}, "city": "Bern"}}}
    client = EntityClient(profile(over), "https://a.example.com", system.send)
    wanted = desired(over, attributes={"contract": {"ownerId": {"ref": ANN}}})
    assert ensure_state(client, wanted, True).plan.operation == "none"
    wanted = desired(over, attributes={"contract": {"ownerId": {"ref": BOB}}})
    assert ensure_state(client, wanted, True).plan.whole["contract"] == {"ownerId": 6, "city": "Bern"}


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"items[].userId": {"ref": {"type": "user"}, "read": "{entity.x}"}}, "read has no effect within"),
        ({"x.y": {"ref": {"type": "user", "text": "{name}"}}}, "ref.text has no effect for a list"),
        ({"owners": {"ref": {"type": "user", "many": True, "text": "{name}"}}}, "ref.text has no effect for a list"),
        ({"items[].userId": {"ref": {"type": "user", "many": True}}}, "ref.many has no effect within"),
    ],
)
def test_a_key_of_a_reference_without_effect_is_refused(attributes, says):
    with pytest.raises(ConfigurationError, match=says):
        profile({"types": {"team": {"attributes": attributes}}})
