# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a desired state to a verified entity: gather, plan, read again, write, read back, report."""

from __future__ import annotations

from .._text.records import evolve
from .._transport.http import SYSTEM_CLOCK, Clock
from .api.client import EntityClient
from .canary import CanaryWrites
from .desired_state import DesiredState
from .examine import examine
from .outcome import Outcome
from .plan_checks import check_desired_state


def ensure(
    client: EntityClient,
    desired: DesiredState,
    check_mode: bool,
    clock: Clock = SYSTEM_CLOCK,
    canary_writes: CanaryWrites | None = None,
) -> Outcome:
    """Reach the desired state, or in check mode say what would be done. canary_writes: what is known of the system's
    assumed writes, shared by all entities.

    Raises InsightError; when something was already written, ``written`` in its details says what.
    """
    check_desired_state(desired)
    before = client.finish(desired.address)
    examined = examine(client, desired, lambda _identity: check_mode)
    doubt = client.doubt(desired.address) if examined.plan.before is None and examined.observed is None else ""
    if check_mode or examined.plan.operation == "none":
        outcome = examined.expected()
    else:
        # Here, since most runs change nothing, and each would compile the files that write.
        from .carry_out import apply

        outcome = apply(client, desired, examined, clock, canary_writes, at_once=True)
    return evolve(outcome, doubt=doubt, notes=(*before, *outcome.notes)) if doubt or before else outcome
