# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Assumed writes: to one entity first, to no other when that one was not read back clean; threads wait for it."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.canary import WHY_LIMIT, CanaryWrites
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState, Secrets
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._options.waiting import Waiting
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    CollateralError,
    HeldBackError,
    InsightError,
    InterruptedRequest,
    OutcomeUnknownError,
    ProfileMismatchError,
    ServerError,
    UnconvergedError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import (
    FakeClock,
    Insight,
    answer,
    dropped_after,
    dropped_before,
    profile,
)

pytestmark = pytest.mark.proves("ASSUMED-1")

SECRET = "s3cret-canary"
VERIFIED = {"verified": {"version": "7.3", "when": "2026-01-01", "by": "probe"}}
UPDATE = profile().type("event").operations["update"]
DELETE = profile().type("event").operations["delete"]


def desired(number, attributes=None, of=None, **more):
    address = address_of(of or profile(), {"type": "event", "key": {"eventName": f"Event {number}"}})
    wanted = {"description": "new"} if attributes is None else attributes
    return DesiredState(address, wanted, waiting=Waiting(timeout=1), **more)


def server(count=0):
    insight = Insight()
    for number in range(count):
        insight.add("event", eventName=f"Event {number}", description="old", status="Planned")
    return insight


def kind_of(outcome):
    """The class itself: one derived from it is another error."""
    return type(outcome)


def attempt(insight, wanted, known, of=None, check_mode=False):
    """The error of an attempt, or its outcome."""
    try:
        return ensure(insight.client(of), wanted, check_mode, FakeClock().clock, known)
    except InsightError as error:
        return error


def blanks(entity):
    return {**entity, "status": None}


def garbled(request, go):
    go()
    return answer(200, [])


def refused(status):
    return lambda request, go: answer(status, {"message": "no"})


UNCLEAN = {
    "collateral": ({"stores": blanks}, CollateralError, "operations.update.json"),
    "unconverged": (
        {"stores": lambda entity: {**entity, "description": "else"}},
        UnconvergedError,
        "attributes.description",
    ),
    "refuted": ({"hook": garbled}, ProfileMismatchError, "operations.update.entity"),
    "wrong address": ({"hook": refused(405)}, ProfileMismatchError, "operations.update"),
    "unknown": ({"hook": dropped_before, "again": dropped_before}, OutcomeUnknownError, "operations.update"),
}


@pytest.mark.parametrize("case", UNCLEAN)
def test_after_an_unclean_write_nothing_more_is_written(case):
    how, kind, profile_key = UNCLEAN[case]
    insight, known = server(3), CanaryWrites()
    insight.stores = how.get("stores", insight.stores)
    insight.hooks = {"create-or-update": [how.get("hook"), how.get("again")]}
    first = attempt(insight, desired(0), known)
    written = len(insight.writes)
    assert kind_of(first) is kind
    assert first.details["held_back"] == {
        "operation": "operations.update",
        "entity": "event (eventName=Event 0)",
        "why": first.why,
        "profile_key": profile_key,
    }
    for number in (1, 2):
        later = attempt(insight, desired(number), known)
        assert kind_of(later) is HeldBackError
        assert later.message.startswith(f"Cannot update event (eventName=Event {number}): operations.update is an assu")
        for said in ("event (eventName=Event 0)", first.why, profile_key, "nothing was written here"):
            assert said in later.message
        assert (later.details["profile_key"], later.details["held_back"]) == (profile_key, first.details["held_back"])
        assert not later.as_result()["changed"]
    assert len(insight.writes) == written
    # The first itself, unchanged ones, check mode and other operations are not concerned.
    assert attempt(insight, desired(1, {}), known).plan.operation == "none"
    assert attempt(insight, desired(1), known, check_mode=True).plan.operation == "update"
    assert attempt(insight, desired(1, {}, state="absent"), known).plan.operation == "delete"
    assert kind_of(attempt(insight, desired(0, {"description": "newer"}), known)) is HeldBackError


def test_reading_back_failed_and_nobody_knows():
    insight, known = server(2), CanaryWrites()
    insight.hooks = {"read": [None, refused(500)]}
    assert attempt(insight, desired(0), known).details["written"] == "update"
    assert kind_of(attempt(insight, desired(1), known)) is HeldBackError
    assert len(insight.writes) == 1


def test_after_a_clean_one_the_others_are_written_until_one_is_unclean():
    insight, known = server(4), CanaryWrites()
    assert attempt(insight, desired(0), known).plan.operation == "update"
    assert attempt(insight, desired(1), known).plan.operation == "update"
    insight.stores = blanks
    assert kind_of(attempt(insight, desired(2), known)) is CollateralError
    assert "Event 2" in attempt(insight, desired(3), known).message
    assert len(insight.writes) == 3


@pytest.mark.parametrize("hook", [refused(403), refused(409), refused(422), refused(500)])
def test_a_write_that_did_nothing_teaches_nothing(hook):
    insight, known = server(3), CanaryWrites()
    insight.hooks = {"create-or-update": [hook]}
    assert isinstance(attempt(insight, desired(0), known), ServerError)
    insight.stores = blanks
    assert kind_of(attempt(insight, desired(1), known)) is CollateralError
    assert kind_of(attempt(insight, desired(2), known)) is HeldBackError


def test_a_failed_reading_before_the_write_teaches_nothing():
    insight, known = server(2), CanaryWrites()
    insight.hooks = {"read": [dropped_after]}
    assert kind_of(attempt(insight, desired(0), known)) is InterruptedRequest
    assert attempt(insight, desired(1), known).plan.operation == "update"


def test_a_verified_write_is_not_held_back():
    of = profile(operations={"update": VERIFIED})
    insight, known = server(2), CanaryWrites()
    insight.stores = lambda entity: {**entity, "description": "else"}
    for number in (0, 1):
        failed = attempt(insight, desired(number, of=of), known, of)
        assert kind_of(failed) is UnconvergedError
        assert "held_back" not in failed.details
    assert len(insight.writes) == 2 and known.held_back == []


def test_what_one_process_found_out_another_knows():
    insight, known, other = server(2), CanaryWrites(), CanaryWrites()
    insight.stores = blanks
    attempt(insight, desired(0), known)
    other.hold_back(known.held_back)
    other.hold_back([])
    assert "Event 0" in attempt(insight, desired(1), other).message
    assert len(insight.writes) == 1


def test_secrets_of_the_first_are_not_told_to_the_others():
    insight, known = server(2), CanaryWrites()
    secrets = Secrets({"password": SECRET}, "always")
    insight.stores = lambda entity: {**{k: v for k, v in entity.items() if k != "password"}, "status": f"is {SECRET}"}
    assert SECRET in attempt(insight, desired(0, secrets=secrets), known).message  # masked where it goes out
    told = attempt(insight, desired(1), known).as_result()
    assert SECRET not in repr(told) and "********" in told["msg"]


def test_a_long_story_is_cut():
    known = CanaryWrites()
    with pytest.raises(ServerError), known.first_write_alone(UPDATE, "event (a)", {}):
        raise ServerError("write", "x" * 9999, written="update")
    assert len(known.held_back[0]["why"]) == WHY_LIMIT + 3


def test_of_an_interrupted_write_nobody_knows():
    known = CanaryWrites()
    with pytest.raises(KeyboardInterrupt), known.first_write_alone(UPDATE, "event (a)", {}):
        raise KeyboardInterrupt
    with pytest.raises(HeldBackError, match="it was interrupted"), known.first_write_alone(UPDATE, "event (b)", {}):
        pytest.fail("it was written")


@pytest.mark.parametrize("operation", [DELETE, None])
def test_what_is_not_assumed_or_not_there_is_let_through(operation):
    known = CanaryWrites()
    for _twice in range(2):
        with pytest.raises(UnconvergedError), known.first_write_alone(operation, "event (a)", {}):
            raise UnconvergedError("write", written="delete")


class Watched(Insight):
    """Counts how many writes are under way together, and how many came before the first was read back."""

    def __init__(self):
        super().__init__()
        self.lock = threading.RLock()
        self.under_way = self.most = 0
        self.meeting = None

    def _create_or_update(self, name, number, body):
        with self.lock:
            self.under_way += 1
            self.most = max(self.most, self.under_way)
        if self.meeting and len(self.writes) > 1:
            self.meeting.wait(300)  # all others are here at once, or this breaks
        with self.lock:
            result = super()._create_or_update(name, number, body)
            self.under_way -= 1
        return result


def at_once(insight, known, count):
    start = threading.Barrier(count)

    def one(number):
        start.wait(300)
        return attempt(insight, desired(number), known)

    with ThreadPoolExecutor(count) as threads:
        return list(threads.map(one, range(count)))


@pytest.mark.parametrize("count", [2, 16, 64])
def test_threads_wait_for_the_first_and_stop_with_it(count):
    insight, known = Watched(), CanaryWrites()
    for number in range(count):
        insight.add("event", eventName=f"Event {number}", description="old", status="Planned")
    insight.stores = blanks
    came = at_once(insight, known, count)
    assert sorted(type(one).__name__ for one in came) == ["CollateralError"] + ["HeldBackError"] * (count - 1)
    first = next(one for one in came if isinstance(one, CollateralError))
    assert {one.details["held_back"]["entity"] for one in came} == {first.details["held_back"]["entity"]}
    assert len(insight.writes) == 1


def test_threads_go_on_together_after_a_clean_first():
    insight, known, count = Watched(), CanaryWrites(), 16
    for number in range(count):
        insight.add("event", eventName=f"Event {number}", description="old", status="Planned")
    insight.meeting = threading.Barrier(count - 1)
    came = at_once(insight, known, count)
    assert [one.plan.operation for one in came] == ["update"] * count
    assert insight.most == count - 1


def test_threads_try_one_after_the_other_until_one_does_something():
    insight, known, count = Watched(), CanaryWrites(), 16
    for number in range(count):
        insight.add("event", eventName=f"Event {number}", description="old", status="Planned")
    insight.hooks = {"create-or-update": [refused(422)] * 5}
    insight.stores = blanks
    came = at_once(insight, known, count)
    kinds = [type(one).__name__ for one in came]
    assert (kinds.count("ServerError"), kinds.count("CollateralError"), kinds.count("HeldBackError")) == (5, 1, 10)
    assert len(insight.writes) == 6


def test_the_profile_key_is_that_of_the_type():
    of = profile(types={"event": {"update": {"json": "{whole}"}}})
    insight, known = server(2), CanaryWrites()
    insight.stores = blanks
    first = attempt(insight, desired(0, of=of), known, of)
    assert first.details["profile_key"] == "types.event.update.json"
    assert known.held_back[0]["operation"] == "types.event.update"


@pytest.mark.proves("ABSENCE-2")
@pytest.mark.parametrize(("earlier", "named"), [(None, None), (5, "that with the id 5")])
def test_only_an_error_about_an_earlier_run_names_its_entity(earlier, named):
    error = ProfileMismatchError("create it", earlier=earlier, entity_id=5, profile_key="operations.find")
    with pytest.raises(ProfileMismatchError) as caught, CanaryWrites().first_create_alone(desired(1).address, {}, ()):
        raise error
    assert caught.value.details.get("held_back", {}).get("entity") == named
