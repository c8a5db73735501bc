# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reading back shows: what was declared and did not arrive, what changed and was not planned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .._text.nested_paths import ABSENT, replace
from .._text.records import evolve, record
from .._text.redaction import MASK, printable
from .._text.spelling import json_text
from .collateral import undeclared_changes
from .compare import Change, Comparison, compare_loosely, is_within
from .plan import Plan, with_values
from .rules import Rules
from .secret_policy import secret_leaves
from .shown_secrets import concealed, is_shown
from .suggest import NO_RULE, suggestion

ANOTHER_SECRET = (
    "The server shows another secret than was sent. If it is the server's mask or hash, name the attribute in "
    "compare.write_only."
)

IN_AN_UPDATE = "If only an update sets it, name it in without of the create in the profile: an update then follows."


@record
class Unconverged:
    """What was sent and did not arrive. suggestion: the compare rule that would settle it, or that none would."""

    path: str
    sent: Any
    stored: Any
    suggestion: str

    def as_result(self) -> dict[str, Any]:
        """The fields as JSON; what is absent is left out."""
        return {name: value for name, value in vars(self).items() if value is not ABSENT}

    def __str__(self) -> str:
        sent, stored = ("nothing" if side is ABSENT else json_text(side) for side in (self.sent, self.stored))
        return printable(f"{self.path}: sent {sent}, stored {stored}. {self.suggestion}")


@dataclass(frozen=True)
class ReadBack:
    """What reading back showed. collateral: what changed and was not planned, with before and after; unobservable:
    paths that were written and cannot be seen."""

    unconverged: tuple[Unconverged, ...] = ()
    collateral: tuple[Change, ...] = ()
    unobservable: tuple[str, ...] = ()


def compare_read_back(
    plan: Plan, read_back: Mapping[str, Any], rules: Rules, secrets: Optional[Mapping[str, Any]] = None
) -> ReadBack:
    """Compare the entity as it is after the write with what was declared and with what was there before. Only creates
    and updates have something to verify; what a new entity holds undeclared is the server's. secrets: as declared."""
    if plan.operation not in ("create", "update"):
        return ReadBack()
    own_rules = plan.rules(rules)
    shown = concealed(read_back, rules.secret)
    # what comes back in another form shows nothing
    seen = evolve(own_rules, write_only=own_rules.write_only | rules.rewritten) if rules.rewritten else own_rules
    comparison = compare_loosely(plan.desired, shown, seen, plan.entity)
    # an object that came to be with the secret in it did not change besides
    before = replace(with_values(plan.before or {}, dict.fromkeys(plan.secrets_to_send)), plan.secrets_to_send, ABSENT)
    return ReadBack(
        unconverged=(
            *(
                Unconverged(change.path, change.after, change.before, _advice(change, comparison, own_rules, plan))
                for change in comparison.changes
            ),
            *_other_secrets(plan, read_back, rules, secrets or {}),
        ),
        collateral=undeclared_changes(plan.desired, before, shown, own_rules) if plan.before else (),
        unobservable=comparison.unobservable,
    )


def _other_secrets(
    plan: Plan, read_back: Mapping[str, Any], rules: Rules, secrets: Mapping[str, Any]
) -> Iterator[Unconverged]:
    """The secrets that the server should have, and of which it shows another value."""
    held = {*plan.secrets_to_send, *plan.secrets_to_keep}
    for path, value in secret_leaves(secrets):
        if path in held and is_shown(path, value, read_back, rules) is False:
            yield Unconverged(path, MASK, MASK, ANOTHER_SECRET)


def _advice(change: Change, comparison: Comparison, rules: Rules, plan: Plan) -> str:
    """What to write, or which rule to add, so that a declared value counts as the stored one."""
    quotings = [wrong.advice for wrong in comparison.mistyped if is_within(wrong.rule, change.rule)]
    advice = quotings[0] if quotings else suggestion(change.after, change.before, change.rule, rules)
    return f"{advice} {IN_AN_UPDATE}" if advice == NO_RULE and plan.operation == "create" else advice
