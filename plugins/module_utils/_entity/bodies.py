# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan sends: the bodies of its requests, and what to say of secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .._text.nested_paths import top
from .masks import leaves, masks_in
from .plan import Plan, with_values
from .rules import Rules
from .secret_policy import secrets_at


def body(plan: Plan, kind: str, secrets: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes to send: ``declared``, ``changed`` or ``whole``, with the secrets that go along. A body that may
    replace everything carries the unchanged secrets too, or the server might lose them."""
    paths = plan.secrets_to_send + (() if kind == "changed" else plan.secrets_to_keep)
    held = [path for path in paths if top(path) not in plan.apart]
    return with_values(getattr(plan, kind), secrets_at(secrets, held))


def masks_sent(plan: Plan, kinds: Iterable[str], rules: Rules) -> list[str]:
    """The places at which bodies would send back a mask that the server shows for an undeclared attribute, and that
    must not be sent back."""
    allowed = [*leaves(plan.desired), *(one for said in rules.masked.values() for one in said["values"])]
    return sorted({mask for kind in kinds for mask in masks_in(getattr(plan, kind), allowed)})


def not_sent(plan: Plan) -> tuple[str, ...]:
    """What to say of secrets that are sent along, and of those of which the server shows another value and that stay
    as they are."""
    along = ", ".join(plan.secrets_along)
    notes = (f"Sent along, since nobody knows what an update without it does to it: {along}.",) if along else ()
    left = sorted({*plan.secrets_unlike} - {*plan.secrets_to_send})
    if not left:
        return notes
    names = ", ".join(left)
    send = "Set update_secrets to on_change to send it."
    mask = "If it is the server's mask or hash, name the attribute in compare.write_only."
    return (*notes, f"The server shows another value of {names} than is declared. {send} {mask}")
