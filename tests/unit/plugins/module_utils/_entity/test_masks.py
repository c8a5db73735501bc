# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes that are no secrets, and that a server shows behind a mask."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils.errors import ProfileMismatchError, UnconvergedError
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Insight, answer, profile

KEY = {"appCode": "123456", "appName": "Zelvora"}


def desired(attributes, of=None):
    refs = {"applicationId": {"type": "application", "key": KEY}}
    return DesiredState(
        address_of(of or profile(), {"type": "event", "key": {"eventName": "Filing"}, "refs": refs}), attributes
    )


def run(insight, wished, check_mode=False, of=None):
    return ensure(insight.client(of), wished, check_mode, FakeClock().clock)


MASKED = ["********", "****3456", "DE••••", "●●●", "<hidden>", "[REDACTED]"]
HELD = {"iban": "DE123456", "bank": {"iban": "DE123456", "name": "B"}, "banks": [{"iban": "DE123456"}]}


class Masking(Insight):
    """Keeps what it is sent, and shows each ``iban`` behind a mask."""

    def __init__(self, mask):
        super().__init__()
        self.mask, self.merges = mask, True
        self.stores = lambda body: {**body, **(HELD if "bank" in body else {})}  # keeps what it is not told
        self.add("application", **KEY)
        self.add("event", eventName="Filing", applicationId=1, description="a", **HELD)

    def __call__(self, request):
        response = super().__call__(request)
        return answer(response.status, self.shown(response.json()))

    def shown(self, value):
        if isinstance(value, list):
            return [self.shown(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {name: self.mask if name == "iban" else self.shown(inner) for name, inner in value.items()}


@pytest.mark.proves("COMPARE-61")
@pytest.mark.parametrize("mask", MASKED)
@pytest.mark.parametrize("check_mode", [True, False])
def test_a_mask_is_not_sent_back_in_place_of_what_it_hides(mask, check_mode):
    insight = Masking(mask)
    with pytest.raises(ProfileMismatchError, match=r"mask in place of bank.iban, banks\[\].iban, iban,") as caught:
        run(insight, desired({"description": "b"}), check_mode)
    assert caught.value.details["profile_key"] == "attributes.bank.iban.hidden"
    assert insight.writes == []
    assert run(insight, desired({"description": "a"}), check_mode).plan.operation == "none"


@pytest.mark.proves("COMPARE-61")
@pytest.mark.parametrize(
    "said",
    [
        {"attributes": {path: {"hidden": True} for path in ("iban", "bank.iban", "banks[].iban")}},
        {"attributes": {path: {"secret": True} for path in ("iban", "bank.iban", "banks[].iban")}},
        {"attributes": {path: {"volatile": True} for path in ("iban", "bank", "banks")}},
        {"update": {"json": "{changed}"}},
    ],
)
def test_what_the_profile_says_of_a_mask_lets_the_update_go(said):
    insight = Masking("********")
    of = profile(types={"event": said})
    outcome = run(insight, desired({"description": "b"}, of=of), of=of)
    assert outcome.plan.operation == "update"
    assert "****" not in str(insight.sent("create-or-update"))
    told = " ".join(outcome.notes)
    left_out = "volatile" not in said.get("attributes", {}).get("iban", {"volatile": True})
    assert ("iban did not go out with the update" in told) is left_out


@pytest.mark.proves("COMPARE-61")
def test_only_what_is_sent_and_not_declared_counts_as_a_mask():
    insight = Masking("********")
    of = profile(types={"event": {"update": {"json": "{changed}"}}})
    with pytest.raises(ProfileMismatchError, match=r"in place of bank.iban, and"):
        run(insight, desired({"bank": {"name": "C"}}, of=of), of=of)
    insight = Insight()
    insight.add("application", **KEY)
    insight.add(
        "event", eventName="Filing", applicationId=1, description="a", note="*** see annex ***, part 7", mark="***"
    )
    assert run(insight, desired({"description": "b", "mark": "***"})).plan.operation == "update"
    assert insight.entities["event"][2]["note"] == "*** see annex ***, part 7"


@pytest.mark.proves("COMPARE-60")
def test_a_masked_attribute_is_never_told_as_unchanged():
    insight = Masking("****3456")
    wished = desired({"description": "a", "iban": "DE123456", "bank": {"iban": "DE123456"}, "banks": HELD["banks"]})
    with pytest.raises(UnconvergedError, match=r"compare: \{hidden: \[iban\]\}.*secret_attributes") as caught:
        run(insight, wished)
    assert "changed nothing" not in caught.value.message
    said = {"iban": {"hidden": True}, "bank.iban": {"hidden": True}, "banks": {"keyed": "name"}}
    hidden = profile(types={"event": {"attributes": said}})
    wished = desired({"description": "a", "iban": "DE123456", "bank": {"iban": "DE123456"}}, of=hidden)
    outcome = run(insight, wished, of=hidden)
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ("bank.iban", "iban"))


@pytest.mark.proves("COMPARE-61")
@pytest.mark.parametrize("rule", ["hidden", "write_only"])
@pytest.mark.parametrize("body", ["whole", "changed"])
def test_what_is_never_shown_and_does_not_go_out_is_told(rule, body):
    insight = Insight()
    insight.merges = body == "changed"
    insight.add("application", **KEY)
    insight.add("event", eventName="Filing", applicationId=1, description="a", note="n")
    said = {"attributes": {"iban": {rule: True}, "bank.pin": {rule: True}}, "update": {"json": f"{{{body}}}"}}
    of = profile(types={"event": said})
    outcome = run(insight, desired({"description": "b"}, of=of), of=of)
    told = "bank.pin, iban did not go out with the update" in " ".join(outcome.notes)
    assert told is (body == "whole")
    if rule == "hidden":
        outcome = run(insight, desired({"description": "c", "iban": "x", "bank": {"pin": "y"}}, of=of), of=of)
        assert not [one for one in outcome.notes if "did not go out" in one]
