# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of which the system itself says whether an entity holds them."""

from __future__ import annotations

from .._text.records import evolve
from .address import Entity
from .api.client import EntityClient
from .desired_state import DesiredState
from .secret_policy import secret_leaves
from .shown_secrets import is_shown


def with_verified(client: EntityClient, desired: DesiredState, observed: Entity | None) -> DesiredState:
    """The desired state with what the system says of its secrets, where it depends on that whether they are sent."""
    secrets, verifications = desired.secrets, desired.address.type.verifications
    asks = desired.state == "present" and desired.update_existing and secrets.policy == "on_change"
    if observed is None or not asks or not verifications:
        return desired
    wanted = {path: value for path, value in secret_leaves(secrets.values) if path in verifications}
    verified = {
        path: client.holds(desired.address, observed, verifications[path], value)
        for path, value in wanted.items()
        if is_shown(path, value, observed, desired.address.rules) is None
    }
    return evolve(desired, secrets=evolve(secrets, verified=verified)) if verified else desired
