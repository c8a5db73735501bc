# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What reading back after a write means: clean, or an error that says what is not as planned and what to change."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .._text.nested_paths import ABSENT
from .._text.records import evolve
from ..errors import CollateralError, UnconvergedError
from .address import Address, Entity
from .compare import Change
from .desired_state import DesiredState
from .plan import Plan
from .read_back import ReadBack, compare_read_back
from .references import reference_advice
from .value_texts import listed, shown_values


def check_read_back(desired: DesiredState, planned: Plan, seen: Entity | None) -> ReadBack:
    """Compare the entity as it is after a write with the plan and with the secrets that were declared.

    Raises UnconvergedError or CollateralError where the server did something else. Their details say which line of
    the profile to look at (``profile_key``), what it made us expect (``expected``) and what ``came``.
    """
    address, operation = desired.address, planned.operation
    own = address.type.operations.get(operation)  # none where parts and states are all that can change
    key = own.profile_key if own else f"types.{address.type.name}"
    if (seen is None) != (operation == "delete"):
        still = "still there" if operation == "delete" else "not there"
        raise UnconvergedError(
            f"{operation} {address}",
            f"the server took the request, and the entity is {still}",
            "Raise wait_timeout if the server needs more time.",
            profile_key=key,
            expected="no entity" if operation == "delete" else "the entity",
            came="the entity" if operation == "delete" else "no entity",
        )
    if seen is None:
        return ReadBack()
    by_itself = {*address.type.evidence_fields.values(), *address.type.soft_deleted}  # a restore changes the latter
    rules = evolve(address.rules, volatile=address.rules.volatile | by_itself)
    verification = compare_read_back(planned, seen, rules, desired.secrets.values)
    if verification.unconverged:
        raise _unconverged(address, planned, verification, key)
    assumed = own is not None and own.assumed
    if verification.collateral and (desired.collateral == "fail" or (assumed and desired.collateral != "ignore")):
        raise _collateral(address, planned, verification.collateral, key)
    return verification


def _unconverged(address: Address, planned: Plan, verification: ReadBack, key: str) -> UnconvergedError:
    """The error for declared values that did not arrive. key: of the operation in the profile."""
    forms = [reference_advice(address, one.path, one.stored, one.sent) for one in verification.unconverged]
    missed = [evolve(one, suggestion=form[1]) if form else one for one, form in zip(verification.unconverged, forms)]
    also = [change.as_result() for change in verification.collateral]
    own = address.type.operations.get(planned.operation)
    by_text = bool(own and own.texts_at)
    refers = [f"{key}.{'texts_at' if by_text else 'json'}" for one in missed if one.path in address.refs]
    settled = [one.path for one in missed if one.suggestion.startswith("compare: ")]
    rule = f"attributes.{[*settled, missed[0].path][0]}"
    hints = [f"In a profile such a rule stands under {rule}."] if settled else []
    suspects = [*(form[0] for form in forms if form), *refers, f"{key}.json" if also else rule]
    return UnconvergedError(
        f"bring {address} to what is declared",
        f"after the {planned.operation} the server holds something else in " + "; ".join(map(str, missed)),
        " ".join([*hints, *_hints(planned, verification)]),
        unconverged=[one.as_result() for one in missed],
        collateral=also or None,
        profile_key=suspects[0],
        expected=listed((one.path, one.sent) for one in missed),
        came=listed((one.path, one.stored) for one in missed),
    )


def _hints(planned: Plan, verification: ReadBack) -> Iterator[str]:
    also = [change.path for change in verification.collateral]
    if also:
        yield f"It also changed, without being asked: {', '.join(also)}."
        return
    before = {change.path: change.before for change in planned.changes if change.path not in planned.secret_paths}
    if planned.operation == "update" and before == {one.path: one.stored for one in verification.unconverged}:
        yield "It took the request, and shows the same as before. Set wait_timeout if it shows an update later."


def _collateral(address: Address, planned: Plan, changes: Sequence[Change], key: str) -> CollateralError:
    """The error for attributes that a write changed without being asked to. key: of the operation in the profile."""
    lost = any(change.after in (ABSENT, None) for change in changes)
    volatile = f"attributes.{changes[0].path}.volatile"
    return CollateralError(
        f"leave the rest of {address} alone",
        f"the {planned.operation} also changed "
        + "; ".join(f"{one.path} from {shown_values(one.before)} to {shown_values(one.after)}" for one in changes),
        f"If the server does so by itself, name it in compare.volatile, or say {volatile}: true in the profile. If it "
        f"clears what was not sent, change {key}.json.",
        collateral=[change.as_result() for change in changes],
        profile_key=f"{key}.json" if lost else volatile,
        expected=listed((one.path, one.before) for one in changes),
        came=listed((one.path, one.after) for one in changes),
    )
