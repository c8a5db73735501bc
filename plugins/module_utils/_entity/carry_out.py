# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Carries out what was planned: reads again, writes, reads back."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack, nullcontext
from functools import partial
from typing import Callable, Optional

from .._text.records import evolve
from .._transport.http import SYSTEM_CLOCK, Clock
from .address import Entity
from .api.client import EntityClient
from .apply import perform
from .as_planned import is_guarded, moved, read_again
from .canary import CanaryWrites
from .desired_state import DesiredState, steady
from .examine import Examined, examine, to_be_known
from .outcome import Outcome
from .plan import Plan
from .steps import RecordStep, in_steps, unrecorded
from .unseen import remembering_search

Perform = Callable[[EntityClient, DesiredState, Plan, Optional[Entity], Clock], Outcome]
"""Carries out a plan on the entity that was read."""


def apply(
    client: EntityClient,
    desired: DesiredState,
    examined: Examined,
    clock: Clock = SYSTEM_CLOCK,
    canary_writes: CanaryWrites | None = None,
    around: Callable[[], AbstractContextManager[None]] = nullcontext,
    record: RecordStep = unrecorded,
    at_once: bool = False,
) -> Outcome:
    """Write what was planned, unless the entity was changed meanwhile (optimistic check: it is read again right before
    the write). around: a context that is entered before that read and left after the read-back. record: takes the steps
    of a change that has several. at_once: it was read a moment ago, and is not read again where the server itself sees
    to that. Raises as ``ensure`` does."""
    address, secrets = desired.address, desired.secrets.values
    assumed, writes = canary_writes or CanaryWrites(), examined.plan.writes
    creates = "create" in writes
    search = assumed.first_create_alone(address, secrets, client.shown) if creates else nullcontext()
    earlier = remembering_search(client, address, client.unseen) if creates else nullcontext()
    with ExitStack() as alone:
        for name in writes:
            operation = address.type.operations.get(name)
            alone.enter_context(assumed.first_write_alone(operation, str(address), secrets))
        for context in (search, earlier, around()):
            alone.enter_context(context)
        if examined.pending:
            examined = _now_that_it_is_there(client, desired, examined)
        elif not (at_once and is_guarded(address.type, examined.plan, examined.observed)):
            now = read_again(client, desired, examined.found_as, examined.observed)
            examined = evolve(examined, observed=now)
        desired = evolve(examined.desired or desired, on_immutable="refuse")  # what is planned is planned
        carry_out = _in_steps(examined.plan, record) if in_steps(examined.plan, address.type) else perform
        outcome = carry_out(client, desired, examined.plan, examined.observed, clock)
        return evolve(outcome, notes=(*to_be_known(examined.plan, address.type), *outcome.notes))


def _in_steps(planned: Plan, record: RecordStep) -> Perform:
    """How a change of several steps is carried out."""
    from .step_apply import in_several

    return partial(in_several(planned), record=record)


def _now_that_it_is_there(client: EntityClient, desired: DesiredState, before: Examined) -> Examined:
    """The plan of an entity whose reference could not be resolved before, made again. It never replaces one that was
    not to be replaced."""
    if before.plan.operation != "replace":
        desired = evolve(desired, on_immutable="refuse")
    examined, observed = examine(client, desired, lambda _identity: False), before.observed
    if steady(examined.observed, desired) == steady(observed, desired):
        return examined
    how = "appeared" if observed is None else "disappeared" if examined.observed is None else "changed"
    raise moved(desired, how)
