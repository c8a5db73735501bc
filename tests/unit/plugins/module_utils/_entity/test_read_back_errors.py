# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reading back after a write means, and which line of the profile it puts in question."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands.connection import (
    canary_writes,
    forget_connections,
)
from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.value_texts import (
    LONGEST,
    LONGEST_LIST,
    listed,
    shown_values,
)
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    CollateralError,
    ProfileMismatchError,
    UnconvergedError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Insight, answer, profile

KEY = {"appCode": "123456", "appName": "Zelvora"}
pytestmark = pytest.mark.proves("ASSUMED-2")


def desired(attributes=None, of=None, **more):
    refs = {"applicationId": {"type": "application", "key": KEY}}
    named = {"type": "event", "key": {"eventName": "Filing"}, "refs": refs}
    return DesiredState(address_of(of or profile(), named), attributes or {}, **more)


def loses(*names):
    return lambda entity: {name: value for name, value in entity.items() if name not in names}


def puts(**values):
    return lambda entity: {**entity, **values}


CASES = {
    "declared and stored otherwise": (
        puts(description="ELSE"),
        UnconvergedError,
        "attributes.description",
        '"new"',
        '"ELSE"',
    ),
    "declared and not stored": (loses("description"), UnconvergedError, "attributes.description", '"new"', "null"),
    "reference not taken": (
        puts(applicationId=99),
        UnconvergedError,
        "operations.update.json",
        "applicationId: 1",
        "applicationId: 99",
    ),
    "not stored, and more lost": (
        loses("description", "status"),
        UnconvergedError,
        "operations.update.json",
        'description: "new"',
        "description: null",
    ),
    "lost": (loses("status"), CollateralError, "operations.update.json", 'status: "Planned"', "status: null"),
    "blanked": (puts(status=None), CollateralError, "operations.update.json", 'status: "Planned"', "status: null"),
    "moved": (
        puts(status="Moved"),
        CollateralError,
        "attributes.status.volatile",
        'status: "Planned"',
        'status: "Moved"',
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_line_to_change_what_was_expected_and_what_came(case):
    stores, kind, profile_key, expected, came = CASES[case]
    insight = Insight()
    insight.add("application", **KEY, selectedProducts=["a"])
    insight.add("event", eventName="Filing", applicationId=1, description="old", status="Planned")
    insight.stores = stores
    with pytest.raises(kind) as caught:
        ensure(insight.client(), desired({"description": "new"}), False, FakeClock().clock)
    details = caught.value.details
    assert details["profile_key"] == profile_key
    assert expected in details["expected"] and came in details["came"]
    assert details["written"] == "update"


def test_a_delete_that_does_nothing_puts_the_operation_in_question():
    insight = Insight()
    insight.add("application", **KEY, selectedProducts=["a"])
    insight.add("event", eventName="Filing", applicationId=1)
    insight.hooks = {"delete": [lambda request, go: answer(200, {})]}
    with pytest.raises(UnconvergedError) as caught:
        ensure(insight.client(), desired(state="absent"), False, FakeClock().clock)
    told = [caught.value.details[name] for name in ("profile_key", "expected", "came")]
    assert told == ["operations.delete", "no entity", "the entity"]


def test_a_write_that_worked_and_was_answered_otherwise_is_refuted_after_it_was_read_back():
    of = profile(operations={"create": {"entity": "body.data"}})
    insight = Insight()
    insight.add("application", **KEY, selectedProducts=["a"])
    with pytest.raises(ProfileMismatchError, match="Reading again shows that it was carried out") as caught:
        ensure(insight.client(of), desired({"description": "x"}, of=of), False, FakeClock().clock)
    assert (caught.value.details["written"], caught.value.details["profile_key"]) == (
        "create",
        "operations.create.entity",
    )
    # What it damaged counts more than how it was answered.
    of = profile(operations={"update": {"entity": "body.data"}})
    insight.stores = puts(status="Moved")
    with pytest.raises(CollateralError):
        ensure(insight.client(of), desired({"description": "y"}, of=of), False, FakeClock().clock)


def test_messages_stay_short():
    assert (shown_values("x" * 999), len(listed([("a", "b" * 99)] * 99))) == (
        f'"{"x" * (LONGEST - 1)}...',
        LONGEST_LIST + 3,
    )


@pytest.mark.proves("ASSUMED-1")
def test_one_system_is_one_memory():
    forget_connections()
    mine, other = {"name": "a"}, {"name": "a"}
    known = canary_writes("https://a.example.com", {"profile": mine})
    assert canary_writes("https://a.example.com", {"profile": mine}) is known
    assert canary_writes("https://b.example.com", {"profile": mine}) is not known
    assert canary_writes("https://a.example.com", {"profile": other}) is not known
    refusal = {"operation": "operations.update", "entity": "event (a)", "why": "lost", "profile_key": "k"}
    travelled = canary_writes("https://a.example.com", {"profile": {}})
    travelled.hold_back([{**refusal, "more": 1}])
    assert travelled.held_back == [refusal]
    assert known.held_back == []
    forget_connections()
