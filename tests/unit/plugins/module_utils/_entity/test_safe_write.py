# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write without a usable answer: looked at before anything is sent again."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState, Secrets
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import Alternative
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    BusyError,
    InterruptedRequest,
    NotSentError,
    OutcomeUnknownError,
    ServerError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import (
    FakeClock,
    Insight,
    answer,
    dropped_after,
    dropped_before,
    profile,
)

ENFORCED = profile(types={"event": {"key": {"attributes": ["eventName"], "enforced": True}}})
NOT_ENFORCED = profile()


def failing(status, then_go=False):
    def hook(request, go):
        if then_go:
            go()
        return answer(status, {"message": "oops"})

    return hook


def unsent(request, go):
    raise NotSentError(request.purpose, "nobody there")


def half(request, go):
    """Carried out, but not as it was asked for."""
    go()
    insight = half.insight
    next(iter(insight.entities["event"].values()))["description"] = "somebody else's"
    raise InterruptedRequest(request.purpose, "lost")


def run(operation, *hooks, of=NOT_ENFORCED, **more):
    insight = half.insight = Insight({"event": ("eventName",)} if of is ENFORCED else None)
    if operation != "create":
        insight.add("event", eventName="Filing", description="old")
    insight.hooks = {{"update": "create-or-update"}.get(operation, operation): list(hooks)}
    address = address_of(of, {"type": "event", "key": {"eventName": "Filing"}})
    state = "absent" if operation == "delete" else "present"
    attributes = {} if operation == "delete" else {"description": "new"}
    wanted = DesiredState(address, **{"attributes": attributes, "state": state, **more})
    return insight, lambda: ensure(insight.client(of), wanted, False, FakeClock().clock)


OPERATIONS = ["create", "update", "delete"]


@pytest.mark.proves("WRITE-6")
@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("hook", [dropped_after, failing(302, True), failing(500, True), failing(503, True)])
def test_carried_out_and_the_answer_is_lost(operation, hook):
    insight, go = run(operation, hook)
    outcome = go()
    assert len(insight.writes) == 1
    assert "Reading again shows that it was carried out." in outcome.notes[0]
    assert len(insight.entities["event"]) == (0 if operation == "delete" else 1)


@pytest.mark.proves("WRITE-6")
@pytest.mark.parametrize("operation", ["update", "delete"])
def test_lost_before_it_was_carried_out_is_sent_once_more(operation):
    insight, go = run(operation, dropped_before)
    assert go().plan.operation == operation
    assert len(insight.writes) == 2


@pytest.mark.proves("WRITE-6")
def test_a_lost_create_is_sent_again_only_where_the_key_is_enforced():
    insight, go = run("create", dropped_before, of=ENFORCED)
    assert go().entity["description"] == "new"
    assert insight.writes == ["create", "create"]
    insight, go = run("create", dropped_before)
    with pytest.raises(OutcomeUnknownError, match=r"could do it twice.*audit trail") as caught:
        go()
    assert caught.value.details["written"] == "unknown"
    assert insight.writes == ["create"]


@pytest.mark.proves("WRITE-6")
@pytest.mark.parametrize("operation", ["update", "delete"])
def test_it_is_sent_twice_at_most(operation):
    insight, go = run(operation, *[dropped_before] * 9)
    with pytest.raises(OutcomeUnknownError, match="sent twice"):
        go()
    assert len(insight.writes) == 2


@pytest.mark.parametrize("second", [dropped_after, failing(500, True), failing(409, True)])
def test_the_second_time_is_looked_at_too(second):
    insight, go = run("update", dropped_before, second)
    assert go().notes
    assert len(insight.writes) == 2


def test_a_create_that_arrived_late_conflicts_with_itself():
    insight = None

    def late(request, go):
        insight.hooks["find"] = [None, lambda request, look: answer(404, {})]  # not to be seen yet
        go()
        raise InterruptedRequest(request.purpose, "lost")

    insight, go = run("create", late, of=ENFORCED)
    insight.hooks["find"] = []

    def arrived(request, go):
        go()
        insight.hooks["find"] = [lambda request, look: answer(404, {})]
        raise InterruptedRequest(request.purpose, "lost")

    insight.hooks["create"] = [arrived]
    outcome = go()
    assert "carried out" in outcome.notes[0]
    assert insight.writes == ["create", "create"]
    assert len(insight.entities["event"]) == 1


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("status", [500, 503])
def test_a_failure_that_wrote_nothing_says_so(operation, status):
    insight, go = run(operation, failing(status))
    with pytest.raises(ServerError, match="Reading again shows that nothing was written"):
        go()
    assert len(insight.writes) == 1


@pytest.mark.parametrize("status", [400, 403, 422])
def test_a_clear_refusal_needs_no_second_look(status):
    insight, go = run("create", failing(status))
    with pytest.raises(ServerError):
        go()
    assert [verb for verb, _body in insight.requests][-1] == "create"


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_busy_server_has_written_nothing_and_needs_no_second_look(operation):
    insight, go = run(operation, lambda _request, _go: answer(503, {}, **{"retry-after": "1"}))
    with pytest.raises(BusyError, match="the server is busy") as caught:
        go()
    assert "written" not in caught.value.details
    assert insight.writes == [[verb for verb, _body in insight.requests][-1]]


def test_a_conflict_that_says_busy_is_no_other_entity():
    insight, go = run("create", lambda _request, _go: replace(answer(409, {}), busy=Alternative()))
    with pytest.raises(BusyError):
        go()
    assert [verb for verb, _body in insight.requests][-1] == "create"


def test_what_never_left_is_told_as_it_is():
    insight, go = run("update", unsent)
    with pytest.raises(NotSentError):
        go()
    assert len(insight.writes) == 1


@pytest.mark.proves("WRITE-6")
def test_neither_as_before_nor_as_declared():
    _insight, go = run("update", half)
    with pytest.raises(OutcomeUnknownError, match="neither what was before nor what is declared"):
        go()


@pytest.mark.proves("WRITE-6")
def test_when_looking_fails_too():
    insight, go = run("update", dropped_after)
    insight.hooks["read"] = [None, failing(500)]
    with pytest.raises(OutcomeUnknownError, match="reading again failed too"):
        go()


@pytest.mark.parametrize("hook", [dropped_before, dropped_after, failing(500)])
def test_secrets_alone_cannot_be_seen_to_arrive(hook):
    insight, go = run("update", hook, attributes={}, secrets=Secrets({"password": "s3cret-canary"}, "always"))
    with pytest.raises(OutcomeUnknownError) as caught:
        go()
    assert len(insight.writes) == 1
    assert "s3cret" not in repr(caught.value.as_result())
