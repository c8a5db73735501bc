# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Answers that contradict each other: which line of the profile is named; creates wait for a search that is proven."""

from __future__ import annotations

import itertools
import json
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.canary import CanaryWrites
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.proof import is_doubtful, likelier
from ansible_collections.rimops.insight.plugins.module_utils._options.waiting import Waiting
from ansible_collections.rimops.insight.plugins.module_utils._transport.addressing import hard_to_address
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AmbiguousError,
    ConflictError,
    HeldBackError,
    InsightError,
    InterruptedRequest,
    MovedError,
    OutcomeUnknownError,
    ProfileMismatchError,
    ServerError,
    UnconvergedError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Insight, answer, dropped_after, profile

pytestmark = pytest.mark.proves("ABSENCE-3")

VERIFIED = {"verified": {"version": "7.3", "when": "2026-01-01", "by": "probe"}}
SURE = profile(operations=dict.fromkeys(("find", "create", "update", "delete"), VERIFIED))
NONE = answer(404, {"message": "Not Found"})


def always(said):
    return [lambda _request, _go: said] * 99


def desired(number=1, of=None, **more):
    address = address_of(of or profile(), {"type": "event", "key": {"eventName": f"Event {number}"}})
    return DesiredState(address, more.pop("attributes", {"description": "new"}), waiting=Waiting(timeout=1), **more)


def came(insight, wanted, known=None, of=None, client=None):
    """What came of a desired state."""
    try:
        asked = client or insight.client(of)
        return ensure(asked, wanted, False, FakeClock().clock, known or CanaryWrites())
    except InsightError as error:
        return error


def test_both_looks_say_that_there_is_none():
    insight = Insight()
    insight.hooks = {"find": always(NONE), "read": always(NONE)}
    error = came(insight, desired())
    assert error.__class__ is UnconvergedError and error.details["profile_key"] == "operations.find"
    assert "Or operations.find (assumed) and operations.read (assumed) are wrong" in error.message


def test_a_create_without_an_id_is_read_back_by_the_search_alone():
    of = profile(operations={"create": {"entity": False}})
    insight = Insight()
    insight.hooks = {"find": always(NONE), "create": [lambda _request, go: (go(), answer(201, b""))[1]]}
    error = came(insight, desired(of=of), of=of)
    assert (type(error), error.details["profile_key"]) == (ProfileMismatchError, "operations.find")
    assert (error.details["written"], insight.writes) == ("create", ["create"])


def test_the_read_fails_as_well():
    insight = Insight()
    insight.hooks = {"find": always(NONE), "read": always(answer(400, {}))}
    assert came(insight, desired()).details["profile_key"] == "operations.find"


def test_the_search_shows_one_with_another_id():
    insight = Insight()
    other = insight.add("event", eventName="Event 1", description="new")
    insight.hooks = {"find": [lambda _request, _go: NONE] * 2 + always(answer(200, other))}
    error = came(insight, desired())
    assert error.__class__ is AmbiguousError and "ids 1, 2" in error.message
    insight = Insight()
    insight.hooks = {"create": [lambda _request, go: (go(), answer(201, {"id": 77, "eventName": "Event 1"}))[1]]}
    error = came(insight, desired())
    assert (type(error), error.details["profile_key"]) == (ProfileMismatchError, "operations.create.entity")


def test_the_search_shows_less_than_the_read():
    insight = Insight()
    summary = {"id": 1, "eventName": "Event 1"}
    insight.hooks = {"find": [None, None, *always(answer(200, summary))]}
    outcome = came(insight, desired())
    assert (outcome.entity["description"], insight.writes) == ("new", ["create"])


def test_a_key_that_the_server_changed_is_no_wrong_search():
    insight = Insight()
    insight.stores = lambda entity: {**entity, "eventName": entity["eventName"].upper()}
    error = came(insight, desired())
    assert error.__class__ is UnconvergedError and error.details["unconverged"][0]["path"] == "eventName"


def test_a_wrong_read_is_found_with_the_first_entity():
    insight, known = Insight(), CanaryWrites()
    insight.hooks = {"read": always(NONE)}
    client = insight.client(SURE)
    error = came(insight, desired(of=SURE), known, client=client)
    assert (type(error), error.details["profile_key"]) == (ProfileMismatchError, "operations.read")
    assert error.details["written"] == "create" and "it; it was created" in error.message
    sure = profile(operations=dict.fromkeys(("find", "create", "read"), VERIFIED))
    assert came(Insight(), desired(of=sure), of=sure).plan.operation == "create"


def test_an_id_that_is_refused_does_not_fail_the_create():
    insight = Insight()
    odd = {"id": "a;b", "uuid": "u", "eventName": "Event 1", "description": "new"}
    insight.hooks = {
        "create": [lambda _request, _go: answer(201, odd)],
        "find": [*[lambda _request, _go: NONE] * 2, lambda _request, _go: answer(200, odd), *always(answer(400, {}))],
    }
    assert came(insight, desired()).entity_id == "a;b"


def test_a_read_that_says_missing_is_named():
    insight = Insight()
    insight.add("event", eventName="Event 1", description="old")
    insight.hooks = {"read": always(NONE)}
    error = came(insight, desired())
    assert (type(error), error.details["profile_key"], insight.writes) == (ProfileMismatchError, "operations.read", [])


@pytest.mark.parametrize("said", [NONE, answer(200, b"This session has been expired."), answer(200, b"<html>")])
def test_a_delete_that_reaches_nothing_is_no_success(said):
    insight = Insight()
    insight.add("event", eventName="Event 1")
    insight.hooks = {"delete": always(said)}
    error = came(insight, desired(attributes={}, state="absent"))
    assert isinstance(error, ServerError) and "nothing was written" in error.message
    assert not error.as_result()["changed"] and insight.entities["event"]


def test_a_conflict_with_what_a_proven_search_does_not_show():
    insight = Insight()
    insight.add("event", eventName="Event 2", description="new")
    client = insight.client()
    assert came(insight, desired(2), client=client).plan.operation == "none"
    insight.hooks = {"create": always(answer(409, {}))}
    error = came(insight, desired(), client=client)
    assert error.__class__ is ConflictError and "not shown to this identity" in error.message


def test_it_disappears_for_the_search_too():
    insight = Insight()
    insight.add("event", eventName="Event 1", description="old")
    insight.hooks = {"read": always(NONE), "find": [None, *always(NONE)]}
    error = came(insight, desired())
    assert error.__class__ is MovedError and "If it disappears again, operations.read (assumed)" in error.message


def always_doing(change):
    """Answers as it is, after a change of what it shows."""

    def hook(_request, go):
        shown = json.loads(go().body)
        change(shown)
        return answer(200, shown)

    return [hook] * 99


def searched(shown):
    return shown.get("event", shown)


SUMMARY = always_doing(lambda shown: searched(shown).pop("note"))


@pytest.mark.proves("WRITE-20")
@pytest.mark.parametrize(("attributes", "state"), [({"description": "new"}, "present"), ({}, "absent")])
def test_a_search_that_shows_a_summary(attributes, state):
    insight = Insight()
    insight.add("event", eventName="Event 1", description="old", note="s3cret")
    insight.hooks = {"find": SUMMARY}
    error = came(insight, desired(attributes=attributes, state=state))
    assert (error.__class__, error.details["profile_key"], insight.writes) == (
        ProfileMismatchError,
        "operations.find",
        [],
    )
    assert "show it differently, each time: note; nothing was written" in error.message
    assert "give the id instead of the key" in error.message and "s3cret" not in f"{error.as_result()}"


@pytest.mark.proves("WRITE-20")
def test_with_its_id_it_is_read_and_not_searched():
    insight = Insight()
    made = insight.add("event", eventName="Event 1", description="old", note="kept")
    insight.hooks = {"find": SUMMARY}
    address = address_of(profile(), {"type": "event", "id": made["id"]})
    assert came(insight, DesiredState(address, {"description": "new"})).plan.operation == "update"


@pytest.mark.proves("WRITE-20")
def test_an_attribute_that_each_read_shows_differently_is_named():
    turns = itertools.count()
    insight = Insight()
    insight.add("event", eventName="Event 1", description="old")
    insight.hooks = {"read": always_doing(lambda shown: shown.update(seen=next(turns)))}
    error = came(insight, desired())
    assert (error.__class__, insight.writes) == (MovedError, [])
    assert "the server changes seen by itself: name it in compare.volatile" in error.message


@pytest.mark.proves("WRITE-20")
def test_what_somebody_changed_is_named():
    insight = Insight()
    made = insight.add("event", eventName="Event 1", description="old", note="one")
    insight.hooks = {"read": [lambda _request, go: (made.update(note="two"), go())[1]]}
    error = came(insight, desired())
    assert (error.__class__, insight.writes) == (MovedError, [])
    assert "it was changed (note) since it was read a moment ago; nothing was written" in error.message


@pytest.mark.proves("WRITE-20")
def test_what_disappears_while_the_causes_are_told_apart():
    insight = Insight()
    made = insight.add("event", eventName="Event 1", description="old")
    insight.hooks = {"read": [lambda _request, go: (made.update(note="two"), go())[1], lambda *_both: NONE]}
    error = came(insight, desired())
    assert error.__class__ is MovedError and "it disappeared since" in error.message


def test_the_assumed_one_of_two_is_the_likelier_one():
    sure, unsure = SURE.type("event").operations["find"], SURE.type("event").operations["read"]
    assert (likelier(sure, unsure), likelier(unsure, sure), likelier(sure, sure)) == (unsure, unsure, sure)


def test_a_conflict_of_two_that_create_at_once():
    insight = Insight({"event": ("eventName",)})

    def overtaken(_request, go):
        insight.add("event", eventName="Event 1")
        return go()

    insight.hooks = {"create": [overtaken]}
    error = came(insight, desired())
    assert error.__class__ is ConflictError and "somebody else created it meanwhile" in error.message


def test_an_update_of_what_was_deleted_meanwhile():
    insight = Insight()
    insight.add("event", eventName="Event 1", description="old")
    insight.hooks = {"create-or-update": always(NONE), "read": [None, *always(NONE)]}
    assert came(insight, desired()).__class__ is MovedError


def test_a_delete_of_what_is_gone_is_done():
    insight = Insight()
    insight.add("event", eventName="Event 1")
    insight.hooks = {"delete": [lambda _request, go: (go(), NONE)[1]]}
    assert came(insight, desired(attributes={}, state="absent")).plan.operation == "delete"


def test_a_delete_whose_answer_was_lost_is_waited_for():
    """The second one says missing, for the first one was carried out; a read that lags behind contradicts nothing."""
    insight = Insight()
    old = dict(insight.add("event", eventName="Event 1"))
    insight.hooks = {"delete": [dropped_after], "read": [None, *[lambda _request, _go: answer(200, old)] * 2]}
    outcome = came(insight, desired(attributes={}, state="absent"))
    assert (outcome.plan.operation, insight.writes) == ("delete", ["delete", "delete"])


def test_a_lost_answer_of_a_create_leaves_the_search_in_doubt():
    insight = Insight()

    def lost(request, _go):
        raise InterruptedRequest(request.purpose, "the connection was lost")

    insight.hooks = {"create": [lost]}
    known, client = CanaryWrites(), insight.client(SURE)
    error = came(insight, desired(of=profile()), client=insight.client())
    assert error.__class__ is OutcomeUnknownError and "which has shown no event in this run" in error.message
    insight.hooks = {"create": [lost]}
    assert came(insight, desired(of=SURE), known, client=client).__class__ is OutcomeUnknownError
    assert came(insight, desired(2, of=SURE), known, client=client).plan.operation == "create"


@pytest.mark.proves("ABSENCE-1")
def test_no_second_create_of_a_type_whatever_backs_the_search():
    insight, known, count = Insight(), CanaryWrites(), 32
    insight.hooks = {"find": always(NONE) * 2}
    client = insight.client(SURE)
    with ThreadPoolExecutor(count) as pool:
        errors = list(
            pool.map(lambda number: came(insight, desired(number, of=SURE), known, client=client), range(count))
        )
    assert sorted(type(error).__name__ for error in errors) == ["HeldBackError"] * (count - 1) + [
        "ProfileMismatchError"
    ]
    assert insight.writes == ["create"]
    assert known.held_back[0]["operation"] == "operations.find of event"
    elsewhere = CanaryWrites()
    elsewhere.hold_back(known.held_back)
    assert came(insight, desired(99, of=SURE), elsewhere, client=insight.client(SURE)).__class__ is HeldBackError


@pytest.mark.proves("ABSENCE-1")
def test_the_first_goes_alone_and_the_others_together():
    insight, known, count = Insight(), CanaryWrites(), 8
    client, met, alone = insight.client(SURE), threading.Barrier(count, timeout=300), []

    def create(_request, go):
        if not alone:
            alone.append(client.shown.copy())
            deadline = time.monotonic() + 300
            while len(known._news._waiters) < count and time.monotonic() < deadline:
                time.sleep(0.01)
        else:
            met.wait()
        return go()

    insight.hooks = {"create": [create] * (count + 1)}
    with ThreadPoolExecutor(count + 1) as pool:
        outcomes = list(pool.map(lambda n: came(insight, desired(n, of=SURE), known, client=client), range(count + 1)))
    assert [outcome.plan.operation for outcome in outcomes] == ["create"] * (count + 1)
    assert alone == [set()] and ("event", "find") in client.shown


@pytest.mark.proves("ABSENCE-1")
def test_a_refused_create_and_an_interrupted_one():
    insight, known = Insight(), CanaryWrites()
    client = insight.client(SURE)
    insight.hooks = {"create": [lambda _request, _go: answer(422, {})]}
    came(insight, desired(of=SURE), known, client=client)
    assert known.held_back == []

    def interrupted(_request, _go):
        raise KeyboardInterrupt

    insight.hooks = {"create": [interrupted]}
    with pytest.raises(KeyboardInterrupt):
        came(insight, desired(of=SURE), known, client=client)
    assert known.held_back[0]["why"] == "it was interrupted"


@pytest.mark.proves("ABSENCE-2")
def test_what_is_doubtful():
    event = profile().type("event")
    assert is_doubtful(event, "find", set()) and not is_doubtful(event, "find", {("event", "find")})
    assert is_doubtful(event, "find", {("application", "find"), ("event", "read")})
    assert not is_doubtful(SURE.type("event"), "find", set())
    assert is_doubtful(SURE.type("event"), "read", set())


@pytest.mark.parametrize(
    ("entity_id", "hard"),
    [
        (7, ""),
        ("a-b_c.d", ""),
        ("a/b", "/"),
        ("a;b%c\\d", "; and % and \\"),
        ("a\n", "a character that cannot be printed"),
    ],
)
def test_ids_that_are_hard_to_address(entity_id, hard):
    assert hard_to_address(entity_id) == hard


def test_such_an_id_is_told_when_it_comes():
    insight = Insight()
    odd = {"id": "a/b", "uuid": "u", "eventName": "Event 1", "description": "new"}
    insight.hooks = {
        "create": [lambda _request, _go: answer(201, odd)],
        "find": [lambda _request, _go: NONE] * 2 + always(answer(200, odd)),
    }
    outcome = came(insight, desired())
    assert outcome.entity_id == "a/b"
    assert "It was created with the id a/b, which holds /" in outcome.notes[0]
