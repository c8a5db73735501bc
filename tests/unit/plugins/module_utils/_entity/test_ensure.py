# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a desired state to a verified entity, against an InSight in memory."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.carry_out import apply
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState, Secrets
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.examine import examine
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AmbiguousError,
    CollateralError,
    ConfigurationError,
    MissingReferenceError,
    MovedError,
    NotAsDeclaredError,
    OutcomeUnknownError,
    ProfileMismatchError,
    SchemaError,
    ServerError,
    UnconvergedError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Insight, answer, profile

SECRET = "s3cret-canary"
KEY = {"appCode": "123456", "appName": "Zelvora"}
VERIFIED = {"verified": {"version": "7.3", "when": "2026-01-01", "by": "probe"}}


@pytest.fixture
def insight():
    server = Insight()
    server.add("application", **KEY, selectedProducts=["a"])
    return server


def desired(attributes=None, key="Filing", of=None, app=None, **more):
    of = of or profile()
    refs = {"applicationId": {"type": "application", "key": app or KEY}}
    named = {"type": "event", "key": {"eventName": key}, "refs": refs}
    was = more.pop("was", None)
    return DesiredState(
        address=address_of(of, named),
        attributes=attributes or {},
        was=address_of(of, {**named, "key": {"eventName": was}}) if was else None,
        **more,
    )


READS_ONLY = {"operations": {"create": None, "update": None, "delete": None}}
"""Overrides that leave nothing but what reads."""


def run(insight, wanted, check_mode=False, of=None, clock=None):
    return ensure(insight.client(of), wanted, check_mode, (clock or FakeClock()).clock)


@pytest.mark.proves("DECLARE-1", "DECLARE-2")
def test_create_again_change_again_absent_again(insight):
    steps = [
        ({"description": "one"}, "present", "create"),
        ({"description": "one"}, "present", "none"),
        ({"description": "two"}, "present", "update"),
        ({"description": "two"}, "present", "none"),
        ({}, "absent", "delete"),
        ({}, "absent", "none"),
    ]
    for attributes, state, operation in steps:
        for check_mode in (True, False):
            before = len(insight.writes)
            outcome = run(insight, desired(attributes, state=state), check_mode)
            assert outcome.plan.operation == operation
            assert len(insight.writes) - before == (0 if check_mode or operation == "none" else 1)
    assert insight.writes == ["create", "create-or-update", "delete"]
    assert insight.entities["event"] == {}


def test_what_a_create_gives_back(insight):
    outcome = run(insight, desired({"description": "x"}))
    assert outcome.entity == insight.entities["event"][2]
    assert (outcome.entity_id, outcome.entity["applicationId"], outcome.notes) == (2, 1, ())
    assert insight.sent("create") == {
        "eventName": "Filing",
        "description": "x",
        "queryFor": {"applicationId": "123456 Zelvora"},
    }


@pytest.mark.proves("DECLARE-3")
def test_what_check_mode_gives_back(insight):
    outcome = run(insight, desired({"description": "x"}), check_mode=True)
    assert outcome.entity == {"eventName": "Filing", "description": "x", "applicationId": 1}
    assert outcome.entity_id is None
    insight.add("event", eventName="Filing", applicationId=1, description="old", status="s")
    outcome = run(insight, desired({"description": "x"}), check_mode=True)
    assert (outcome.entity["description"], outcome.entity["status"], outcome.entity_id) == ("x", "s", 2)
    assert outcome.notes == ()
    assert run(insight, desired(state="absent"), check_mode=True).entity is None


def test_an_update_sends_the_whole_entity_and_leaves_the_rest_alone(insight):
    insight.add("event", eventName="Filing", applicationId=1, description="old", status="kept")
    outcome = run(insight, desired({"description": "new"}))
    assert outcome.entity["status"] == "kept"
    assert insight.sent("create-or-update") == {
        "eventName": "Filing",
        "applicationId": 1,
        "description": "new",
        "status": "kept",
        "uuid": "uuid-2",
    }
    assert outcome.collateral == ()


def test_by_id(insight):
    insight.add("event", eventName="Filing", applicationId=1, description="old")
    address = address_of(profile(), {"type": "event", "id": "2"})
    assert run(insight, DesiredState(address, {"eventName": "Renamed"})).entity["eventName"] == "Renamed"
    assert run(insight, DesiredState(address, state="absent")).plan.operation == "delete"
    assert run(insight, DesiredState(address, state="absent")).plan.operation == "none"
    with pytest.raises(ConfigurationError, match="no entity with this id"):
        run(insight, DesiredState(address, {"eventName": "x"}))
    with pytest.raises(ConfigurationError, match="id and was exclude"):
        run(insight, DesiredState(address, was=address))
    assert insight.writes == ["create-or-update", "delete"]


@pytest.mark.proves("DECLARE-7")
def test_rename(insight):
    insight.add("event", eventName="Filing", applicationId=1, description="d")
    outcome = run(insight, desired(key="First filing", was="Filing"))
    assert (outcome.plan.operation, outcome.entity_id, outcome.entity["eventName"]) == ("update", 2, "First filing")
    assert run(insight, desired(key="First filing", was="Filing")).plan.operation == "none"
    insight.add("event", eventName="Filing", applicationId=1)
    with pytest.raises(AmbiguousError, match="exists as well"):
        run(insight, desired(key="First filing", was="Filing"))
    assert insight.writes == ["create-or-update"]


@pytest.mark.proves("DECLARE-10")
def test_update_existing_false(insight):
    insight.add("event", eventName="Filing", applicationId=1, description="theirs")
    assert run(insight, desired({"description": "ours"}, update_existing=False)).plan.operation == "none"
    assert run(insight, desired({"description": "ours"}, key="New", update_existing=False)).plan.operation == "create"
    assert insight.writes == ["create"]


OTHER = {"appCode": "9", "appName": "Nobody"}


def by_id():
    return profile(operations={"find": {"texts_at": None}})


@pytest.mark.proves("DECLARE-11")
@pytest.mark.parametrize("of", [profile, by_id])
def test_a_missing_reference(insight, of):
    with pytest.raises(MissingReferenceError, match="appCode=9, appName=Nobody"):
        run(insight, desired(app=OTHER, of=of()), of=of())
    outcome = run(insight, desired(app=OTHER, of=of()), check_mode=True, of=of())
    assert (outcome.plan.operation, outcome.entity_id) == ("create", None)
    for check_mode in (True, False):
        assert run(insight, desired(app=OTHER, of=of(), state="absent"), check_mode, of()).plan.operation == "none"
    assert insight.writes == []


@pytest.mark.proves("DECLARE-11")
def test_a_missing_reference_is_noted_in_check_mode(insight):
    outcome = run(insight, desired(app=OTHER, of=by_id()), check_mode=True, of=by_id())
    [note] = outcome.notes
    assert note.startswith(
        "Cannot refer to application (appCode=9, appName=Nobody) yet: there is no such entity. That "
    )
    assert "operations.find (assumed), which has shown no application in this run" in note


@pytest.mark.proves("WRITE-3")
@pytest.mark.parametrize(
    ("change", "moved"), [("change", "was changed"), ("remove", "disappeared"), ("add", "appeared")]
)
def test_moved(insight, change, moved):
    entity = insight.add("event", eventName="Filing", applicationId=1) if change != "add" else None

    def meanwhile(request, go):
        if change == "change":
            entity["status"] = "moved"
        elif change == "remove":
            del insight.entities["event"][2]
        else:
            insight.add("event", eventName="Filing", applicationId=1)
        return go()

    insight.hooks = {"find": [None, None, meanwhile]} if change == "add" else {"read": [meanwhile]}
    with pytest.raises(MovedError, match=moved):
        run(insight, desired({"description": "x"}))
    assert insight.writes == []


@pytest.mark.proves("WRITE-3")
def test_what_the_server_changes_by_itself_does_not_count_as_moved(insight):
    entity = insight.add("event", eventName="Filing", applicationId=1)

    def meanwhile(request, go):
        entity["lastChangedDate"] = "2026-05-05T00:00:00.000+00:00"
        return go()

    insight.hooks = {"read": [meanwhile]}
    assert run(insight, desired({"description": "x"})).plan.operation == "update"


@pytest.mark.proves("WRITE-3", "DECLARE-7")
def test_what_appeared_under_the_new_name_of_a_rename_is_not_written(insight):
    def meanwhile(request, go):
        insight.add("event", eventName="New", applicationId=1, description="theirs")
        return go()

    insight.hooks = {"find": [None, None, None, meanwhile]}  # new name, former name, reference, and the new name again
    with pytest.raises(MovedError, match="appeared"):
        run(insight, desired({"description": "x"}, key="New", was="Filing"))
    assert insight.writes == []


@pytest.mark.proves("WRITE-3", "EVIDENCE-1")
def test_a_reason_that_somebody_gave_meanwhile_does_not_count_as_moved(insight):
    of = profile(evidence_fields={"reason": "changeReason"})
    entity = insight.add("event", eventName="Filing", applicationId=1, changeReason="first")

    def meanwhile(request, go):
        entity["changeReason"] = "somebody else's"
        return go()

    insight.hooks = {"read": [meanwhile]}
    assert run(insight, desired({"description": "x"}, of=of), of=of).plan.operation == "update"


@pytest.mark.proves("WRITE-3")
def test_what_appeared_while_that_to_which_it_refers_was_created_is_not_written(insight):
    wanted, client = desired({"description": "ours"}, app=OTHER), insight.client()
    examined = examine(client, wanted, lambda _identity: True)
    assert (examined.pending, examined.plan.operation) == (True, "create")
    parent = insight.add("application", **OTHER)
    assert apply(client, desired({"description": "x"}, key="Other", app=OTHER), examined, FakeClock().clock).entity
    insight.requests.clear()
    theirs = dict(insight.add("event", eventName="Filing", applicationId=parent["id"], description="theirs"))
    with pytest.raises(MovedError, match="appeared since it was read a moment ago; nothing was written"):
        apply(client, wanted, examined, FakeClock().clock)
    assert insight.writes == []
    assert insight.entities["event"][theirs["id"]] == theirs


@pytest.mark.proves("DECLARE-11")
def test_an_entity_that_is_named_by_id_gets_the_reference_that_is_declared(insight):
    insight.add("application", **OTHER)
    insight.add("event", eventName="Filing", applicationId=1, description="x")
    refs = {"applicationId": {"type": "application", "key": OTHER}}
    wanted = DesiredState(address_of(profile(), {"type": "event", "id": 3, "refs": refs}))
    outcome = run(insight, wanted)
    assert [change.path for change in outcome.plan.changes] == ["applicationId"]
    assert outcome.entity["applicationId"] == insight.entities["event"][3]["applicationId"] == 2
    assert run(insight, wanted).plan.operation == "none"


@pytest.mark.proves("ENVIRONMENT-2")
def test_what_each_operation_asks(insight):
    """Each request beyond these costs a run over many entities its time."""
    shown = [
        (desired({"description": "a"}), "find find find create find read"),
        (desired({"description": "b"}), "find find read create-or-update read"),
        (desired({"description": "c"}, key="New", was="Filing"), "find find find read create-or-update read"),
        (desired({"description": "c"}, key="New", was="Filing"), "find find find"),
        (desired(key="New", state="absent"), "find find read delete read"),
    ]
    for wanted, asked in shown:
        insight.requests.clear()
        run(insight, wanted)
        assert " ".join(verb for verb, _body in insight.requests) == asked


@pytest.mark.proves("WRITE-2", "DECLARE-11")
def test_a_search_that_does_not_look_at_the_reference(insight):
    insight.ignores_query_for = True
    insight.add("event", eventName="Filing", applicationId=99)
    with pytest.raises(ProfileMismatchError, match="another one in applicationId") as caught:
        run(insight, desired({"description": "x"}))
    told = caught.value.details
    assert (told["profile_key"], told["expected"], told["came"]) == (
        "operations.find.texts_at",
        "applicationId: 1",
        "applicationId: 99",
    )
    assert insight.writes == []


@pytest.mark.proves("WRITE-2", "DECLARE-11")
def test_a_search_that_does_not_look_at_the_id_of_a_reference(insight):
    """It is asked by id already, so that is not the advice."""
    of = profile(operations={"find": {"texts_at": None}})
    theirs = insight.add("event", eventName="Filing", applicationId=99)
    insight.hooks = {"find": [None, lambda request, go: answer(200, theirs)]}
    with pytest.raises(ProfileMismatchError, match=r"not look at applicationId\. Change operations\.find in") as caught:
        run(insight, desired({"description": "x"}, of=of), of=of)
    assert caught.value.details["profile_key"] == "operations.find"
    assert insight.writes == []


@pytest.mark.proves("DECLARE-11")
@pytest.mark.parametrize("wanted", [{"description": "x"}, {}])
def test_an_unchanged_entity_of_another_parent_is_told_where_its_reference_is_at_hand(insight, wanted):
    insight.ignores_query_for = True
    theirs = insight.add("event", eventName="Filing", applicationId=99, description="x")
    client = insight.client()
    client.known = {}
    with pytest.raises(ProfileMismatchError, match="another one in applicationId"):
        ensure(client, desired(wanted), False, FakeClock().clock)
    insight.hooks = {"find": [lambda request, go: answer(200, theirs)]}
    with pytest.raises(ProfileMismatchError, match="another one in applicationId"):
        run(insight, DesiredState(address_of(profile(), EVENT_BY_ID), wanted))
    assert insight.writes == []


EVENT_BY_ID = {
    "type": "event",
    "key": {"eventName": "Filing"},
    "refs": {"applicationId": {"type": "application", "id": "1"}},
}


@pytest.mark.proves("DECLARE-11")
def test_what_checking_the_references_of_an_unchanged_entity_costs(insight):
    insight.add("event", eventName="Filing", applicationId=1, description="x")
    by_key = desired({"description": "x"}), desired(key="Nothing", state="absent")
    by_id = DesiredState(address_of(profile(), EVENT_BY_ID), {"description": "x"})
    assert [run(insight, one).plan.operation for one in by_key] == ["none", "none"]
    assert [verb for verb, _body in insight.requests] == ["find", "find", "find"], (
        "the reference of the one that is there"
    )
    insight.requests.clear()
    assert run(insight, by_id).plan.operation == "none"
    assert [verb for verb, _body in insight.requests] == ["read", "find"]
    insight.requests.clear()
    client = insight.client()
    client.known = {one.address.refs["applicationId"].identity: insight.entities["application"][1] for one in by_key}
    for one in by_key:
        assert ensure(client, one, False).plan.operation == "none"
    assert [verb for verb, _body in insight.requests] == ["find", "find"]


@pytest.mark.proves("WRITE-2")
def test_what_is_required_is_looked_at_before_what_is_referred_to_exists(insight):
    of = profile(types={"event": {"required": ["description"]}})
    client = insight.client(of)
    client.known = {}
    with pytest.raises(ConfigurationError, match="requires description"):
        ensure(client, desired(app=OTHER, of=of), True)


@pytest.mark.proves("WRITE-4")
def test_unconverged(insight):
    insight.stores = lambda entity: {**entity, "description": entity["description"].upper()}
    with pytest.raises(UnconvergedError, match=r"description: sent .*one.*stored .*ONE") as caught:
        run(insight, desired({"description": "one"}))
    details = caught.value.details
    assert (details["written"], details["entity_id"]) == ("create", 2)
    (missed,) = details["unconverged"]
    assert (missed["path"], missed["sent"], missed["stored"]) == ("description", "one", "ONE")
    assert "case" in missed["suggestion"]


@pytest.mark.proves("WRITE-4")
def test_what_did_not_arrive_at_all(insight):
    insight.stores = lambda entity: {name: value for name, value in entity.items() if name != "description"}
    with pytest.raises(UnconvergedError, match="stored nothing"):
        run(insight, desired({"description": "one"}))


def status_moves(entity):
    return {**entity, "status": "Submitted"}


@pytest.mark.proves("WRITE-5")
@pytest.mark.parametrize(
    ("assumed", "collateral", "fails"),
    [
        (True, "report", True),
        (True, "fail", True),
        (True, "ignore", False),
        (False, "report", False),
        (False, "fail", True),
        (False, "ignore", False),
    ],
)
def test_collateral(insight, assumed, collateral, fails):
    of = profile() if assumed else profile(operations={"update": VERIFIED})
    insight.add("event", eventName="Filing", applicationId=1, status="Planned")
    insight.stores = status_moves
    expected = [{"path": "status", "before": "Planned", "after": "Submitted"}]
    if not fails:
        outcome = run(insight, desired({"description": "x"}, of=of, collateral=collateral), of=of)
        assert [change.as_result() for change in outcome.collateral] == expected
        return
    with pytest.raises(CollateralError, match='status from "Planned" to "Submitted"') as caught:
        run(insight, desired({"description": "x"}, of=of, collateral=collateral), of=of)
    assert caught.value.details["collateral"] == expected
    assert (caught.value.details["written"], caught.value.details["entity_id"]) == ("update", 2)


@pytest.mark.proves("WRITE-5")
def test_a_server_that_blanks_what_was_not_sent(insight):
    of = profile(operations={"update": {"json": "{changed}"}})
    insight.add("event", eventName="Filing", applicationId=1, status="Planned")
    insight.merges = True
    assert run(insight, desired({"description": "y"}, of=of), of=of).plan.operation == "update"
    insight.merges = False
    with pytest.raises(UnconvergedError) as caught:
        run(insight, desired({"description": "x"}, of=of), of=of)
    assert [change["path"] for change in caught.value.details["collateral"]] == ["status"]
    assert "without being asked: status" in caught.value.message


def test_an_entity_that_loses_its_id(insight):
    stored = {"eventName": "Filing", "applicationId": 1}
    insight.hooks = {"find": [None, None, None, lambda request, go: answer(200, stored)]}
    with pytest.raises(ProfileMismatchError, match="carries no id") as caught:
        run(insight, desired())
    assert (caught.value.details["written"], caught.value.details["entity_id"]) == ("create", 2)


@pytest.mark.proves("WRITE-7")
def test_a_refusal_writes_nothing_and_says_why(insight):
    insight.hooks = {"create": [lambda request, go: answer(422, {"message": "description: too short"})]}
    with pytest.raises(ServerError, match=r"refused the content.*too short") as caught:
        run(insight, desired())
    assert "written" not in caught.value.details


@pytest.mark.proves("WRITE-4")
def test_what_was_written_is_told_whatever_goes_wrong_afterwards(insight):
    insight.hooks = {"find": [None, None, None, lambda request, go: 1 / 0]}
    with pytest.raises(OutcomeUnknownError, match="ZeroDivisionError") as caught:
        run(insight, desired())
    assert (caught.value.details["written"], caught.value.details["entity_id"]) == ("create", 2)
    assert caught.value.as_result()["changed"]


def test_an_interruption_by_hand_is_no_error(insight):
    def interrupt(request, go):
        raise KeyboardInterrupt

    insight.hooks = {"find": [None, None, None, interrupt]}
    with pytest.raises(KeyboardInterrupt):
        run(insight, desired())


@pytest.mark.proves("WRITE-4")
def test_a_delete_that_does_nothing(insight):
    insight.add("event", eventName="Filing", applicationId=1)
    insight.hooks = {"delete": [lambda request, go: answer(200, {})]}
    with pytest.raises(UnconvergedError, match="still there") as caught:
        run(insight, desired(state="absent"))
    assert (caught.value.details["written"], caught.value.details["entity_id"]) == ("delete", 2)


def test_required_attributes(insight):
    address = address_of(profile(), {"type": "application", "key": OTHER})
    for check_mode in (True, False):
        with pytest.raises(ConfigurationError, match="requires selectedProducts"):
            run(insight, DesiredState(address), check_mode)
    assert run(insight, DesiredState(address, {"selectedProducts": []})).plan.operation == "create"
    assert run(insight, DesiredState(address, {"appName": "Nobody"})).plan.operation == "none"


SCHEMA = {"properties": {"description": {"maxLength": 3}, "password": {"pattern": "^[a-z]+$"}}}


@pytest.mark.proves("DECLARE-9")
@pytest.mark.parametrize("place", ["profile", "task"])
@pytest.mark.parametrize(
    "values", [{"attributes": {"description": SECRET}}, {"secrets": Secrets({"password": SECRET})}]
)
def test_a_schema_is_checked_first_and_shows_no_value(insight, place, values):
    of = profile(types={"event": {"schema": SCHEMA}}) if place == "profile" else profile()
    with pytest.raises(SchemaError, match=r"description must have at most 3|password must match") as caught:
        run(insight, desired(of=of, schema=SCHEMA if place == "task" else None, **values), of=of)
    assert SECRET not in repr(caught.value.as_result())
    assert insight.requests == []


def test_a_schema_does_not_matter_to_what_shall_be_absent(insight):
    assert run(insight, desired({"description": "too long"}, schema=SCHEMA, state="absent")).plan.operation == "none"


@pytest.mark.proves("EVIDENCE-1")
def test_evidence_is_sent_and_is_no_collateral(insight):
    of = profile(evidence_fields={"reason": "changeReason"})
    sent = {"changeReason": "first"}
    run(insight, desired({"description": "a"}, of=of, sent=sent), of=of)
    assert insight.sent("create")["changeReason"] == "first"
    again = run(insight, desired({"description": "a"}, of=of, sent={"changeReason": "second"}), of=of)
    assert again.plan.operation == "none"
    outcome = run(insight, desired({"description": "b"}, of=of, sent={"changeReason": "second"}), of=of)
    assert insight.sent("create-or-update")["changeReason"] == "second"
    assert (outcome.collateral, outcome.entity["changeReason"]) == ((), "second")


def hides(entity):
    return {name: value for name, value in entity.items() if name != "password"}


@pytest.mark.proves("SECRET-2")
@pytest.mark.parametrize(("policy", "operation"), [("on_create", "none"), ("always", "update"), ("on_change", "none")])
def test_secrets(insight, policy, operation):
    insight.stores = hides
    clock, secrets = FakeClock(), Secrets({"password": SECRET}, policy)
    created = run(insight, desired(secrets=secrets))
    assert insight.sent("create")["password"] == SECRET
    again = run(insight, desired(secrets=secrets), clock=clock)
    assert again.plan.operation == operation
    assert again.plan.unverified == (("password",) if operation == "none" else ())
    assert clock.sleeps == []  # nobody waits for a change that cannot be seen
    assert SECRET not in repr([created, again, secrets])
    assert SECRET not in str(insight.entities)


class Memory:
    """Remembers one fingerprint; every secret has the fingerprint ``new``."""

    def __init__(self, known):
        self.fingerprints = {"password": known}

    def known(self, entity_id):
        return self.fingerprints

    def of(self, path, value):
        return "new"

    def remember(self, sent, operation, entity_id):
        self.fingerprints = {path: self.of(path, value) for path, value in sent.items()}


@pytest.mark.proves("SECRET-2")
def test_a_secret_that_changed(insight):
    insight.stores = hides
    insight.add("event", eventName="Filing", applicationId=1)
    memory = Memory("old")
    secrets = Secrets({"password": SECRET}, "on_change", memory)
    assert run(insight, desired(secrets=secrets)).plan.operation == "update"
    assert insight.sent("create-or-update")["password"] == SECRET
    assert memory.fingerprints == {"password": "new"}
    assert run(insight, desired(secrets=secrets)).plan.operation == "none"


@pytest.mark.proves("SECRET-2")
def test_a_secret_that_was_sent_is_remembered_whatever_else_went_wrong(insight):
    memory = Memory("old")
    insight.stores = lambda entity: {**hides(entity), "description": "something else"}
    with pytest.raises(UnconvergedError):
        run(
            insight,
            desired(attributes={"description": "x"}, secrets=Secrets({"password": SECRET}, "on_create", memory)),
        )
    assert memory.fingerprints == {"password": "new"}


@pytest.mark.proves("SECRET-2", "WRITE-5")
@pytest.mark.parametrize(("policy", "known", "noted"), [("on_create", None, True), ("on_change", "new", False)])
def test_secrets_that_a_replacing_server_may_have_cleared(insight, policy, known, noted):
    insight.stores = hides
    insight.add("event", eventName="Filing", applicationId=1)
    secrets = Secrets({"password": SECRET}, policy, Memory(known))
    outcome = run(insight, desired(attributes={"description": "x"}, secrets=secrets))
    assert outcome.plan.operation == "update"
    assert any("password did not go out" in note for note in outcome.notes) is noted
    assert ("password" in insight.sent("create-or-update")) is not noted


@pytest.mark.proves("PROFILE-21")
@pytest.mark.parametrize("check_mode", [False, True])
def test_a_write_for_which_the_profile_has_no_operation_is_refused_before_anything_is_sent(insight, check_mode):
    of = profile(**READS_ONLY)
    held = insight.add("event", eventName="Filing", applicationId=1, description="a")
    for operation, wanted in (
        ("create", desired({}, "New", of=of)),
        ("update", desired({"description": "b"}, of=of)),
        ("delete", desired({}, of=of, state="absent")),
    ):
        with pytest.raises(NotAsDeclaredError, match=rf"assert event .*no {operation} operation for event") as one:
            run(insight, wanted, check_mode, of=of)
        assert one.value.details["profile_key"] == f"operations.{operation}"
    assert run(insight, desired({"description": "a"}, of=of), check_mode, of=of).plan.operation == "none"
    assert run(insight, desired({}, "New", of=of, state="absent"), check_mode, of=of).plan.operation == "none"
    assert insight.writes == [] and insight.entities["event"][held["id"]]["description"] == "a"


@pytest.mark.proves("PROFILE-21")
@pytest.mark.parametrize("check_mode", [False, True])
def test_what_changes_an_entity_has_to_read_it(insight, check_mode):
    of = profile(types={"event": {"read": None, "find": None, "list": {"enabled": True}}})
    held = insight.add("event", eventName="Filing", applicationId=1, description="a")
    for state in ("present", "absent"):
        wanted = DesiredState(address_of(of, {"type": "event", "id": held["id"]}), {"description": "b"}, state=state)
        with pytest.raises(ConfigurationError, match="no read operation for event"):
            run(insight, wanted, check_mode, of=of)
    assert insight.requests == []
