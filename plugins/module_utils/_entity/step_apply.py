# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change that takes several steps: its removal, its own create or update, its parts, its state."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, Callable, Optional

from .._text.json_forms import canonical
from .._text.nested_paths import ABSENT, child, names_of, top, value_at, with_value, without
from .._text.records import evolve
from .._transport.http import Clock
from ..errors import InsightError, OutcomeUnknownError
from .address import Address, Entity
from .api.client import EntityClient
from .apply import content_of_new, has_arrived, perform, seen_after
from .desired_state import DesiredState, Secrets
from .outcome import Outcome
from .plan import Plan
from .read_back_errors import check_read_back
from .rewritten import plan_with_memory
from .safe_write import having_written, write_safely
from .secret_policy import secrets_at
from .steps import EntityStep, RecordStep, element_key, steps_of, unrecorded
from .verb_plans import after_restoring, as_of_new
from .verbs import purge, rename, restore


def in_several(planned: Plan) -> Callable[..., Outcome]:
    """What carries out a plan that takes several steps, with the parameters of perform_steps()."""
    usual = perform_restored if planned.restored else perform_steps
    return {"delete": perform_removed, "replace": perform_replaced}.get(planned.operation, usual)


def perform_steps(
    client: EntityClient,
    desired: DesiredState,
    planned: Plan,
    observed: Optional[Entity],
    clock: Clock,
    record: RecordStep = unrecorded,
    before: Sequence[EntityStep] = (),
) -> Outcome:
    """Carry out the steps of a plan in their order, read the entity back with its parts, and report differences from
    the plan. A step that fails stops the later ones; the error names what is done, failed and not sent. before: steps
    that are done."""
    done = [*before]
    notes: tuple[str, ...] = ()
    heard: list[str] = []
    address = desired.address
    known_as, entity = (address, observed) if observed is None else (address.located(observed), observed)
    todo = steps_of(planned, address.type)
    while todo:
        step = todo.pop(0)
        with _step(planned, known_as, step, done, todo, record):
            if step.attribute:
                _send(client, known_as, entity or {}, _with_secret(desired, step), heard.append)
                _remember(desired, planned, step, known_as.id)
            elif step.kind == "rename":
                known_as, entity = rename(client, desired, planned, entity or {}, clock, heard.append)
            else:
                own = perform(client, *_own(desired, planned, entity, step.kind), clock)
                known_as, notes = address.with_id(own.entity_id), (*notes, *own.notes)
        done.append(step)
        entity = client.read(known_as) or entity
        if step.kind == "create":
            todo = _after_create(desired, planned, entity or {}, todo)
    with _step(planned, known_as, None, done, [], record):
        seen = seen_after(partial(client.read, known_as), partial(_is_stale, desired, planned), desired.waiting, clock)
        verification = check_read_back(desired, planned, seen)
    unverified = tuple(sorted({*planned.unverified, *verification.unobservable}))
    collateral = verification.collateral
    return Outcome(evolve(planned, unverified=unverified), seen, known_as.id, collateral, (*notes, *heard))


def perform_restored(
    client: EntityClient,
    desired: DesiredState,
    planned: Plan,
    _observed: Optional[Entity],
    clock: Clock,
    record: RecordStep = unrecorded,
) -> Outcome:
    """Restore the entity that stays as deleted, and bring about what it then still needs; as perform_steps()."""
    first, heard = EntityStep("restore"), list[str]()
    with _step(planned, desired.address, first, [], steps_of(planned, desired.address.type)[1:], record):
        known_as, entity = restore(client, desired, clock, heard.append)
    rest = after_restoring(desired, _references(planned), entity)
    with having_written(desired.address, "create", known_as.id):
        outcome = perform_steps(client, as_of_new(desired), rest, entity, clock, record, (first,))
    unverified = outcome.plan.unverified
    return evolve(outcome, plan=evolve(planned, unverified=unverified), notes=(*heard, *outcome.notes))


def perform_removed(
    client: EntityClient,
    desired: DesiredState,
    planned: Plan,
    observed: Optional[Entity],
    clock: Clock,
    record: RecordStep = unrecorded,
) -> Outcome:
    """Delete and purge, as the plan says; as perform_steps()."""
    return Outcome(planned, None, None, notes=_remove(client, desired, planned, observed, clock, record, [], ()))


def perform_replaced(
    client: EntityClient,
    desired: DesiredState,
    planned: Plan,
    observed: Optional[Entity],
    clock: Clock,
    record: RecordStep = unrecorded,
) -> Outcome:
    """Remove the entity and create it anew; as perform_steps(). The create is made ready before anything is removed. An
    error after the removal says so."""
    if planned.anew is None:
        raise TypeError(planned.operation)
    own, made, _nothing = _own(desired, planned.anew, None, "create")
    client.rehearse(own.address, content_of_new(own, made))
    later = steps_of(planned.anew, desired.address.type)
    done: list[EntityStep] = []
    try:
        notes = _remove(client, desired, planned, observed, clock, record, done, later)
        outcome = perform_steps(client, desired, planned.anew, None, clock, record, done)
    except InsightError as error:
        if not done:
            raise
        written = error.details.get("written", "delete")
        is_sent = "create" not in error.details.get("steps", {}).get("not_sent", ())
        said = REMOVED.get(written if is_sent else "delete", "")
        raise error.but(hint=f"{said} {error.hint}".strip(), written=written) from error
    unverified = outcome.plan.unverified
    return evolve(outcome, plan=evolve(planned, unverified=unverified), notes=(*notes, *outcome.notes))


REMOVED = {
    "unknown": "It is deleted, and nobody knows whether it was created anew.",
    **dict.fromkeys(("delete", "purge"), "It is deleted and not created anew: run this again, which creates it."),
}
"""What to say of an entity that was to be replaced, by what was written last."""


def _remove(
    client: EntityClient,
    desired: DesiredState,
    planned: Plan,
    observed: Optional[Entity],
    clock: Clock,
    record: RecordStep,
    done: list[EntityStep],
    later: Sequence[EntityStep],
) -> tuple[str, ...]:
    """Carry out the removal of a plan; notes for the user. done: takes its steps; later: those that follow it."""
    known_as = desired.address if observed is None else desired.address.located(observed)
    deletion = evolve(planned, operation="delete", secrets_to_send=())
    todo, notes = [*map(EntityStep, planned.removal)], list[str]()
    while todo:
        step = todo.pop(0)
        with _step(planned, known_as, step, done, [*todo, *later], record):
            if step.kind == "purge":
                purge(client, desired, planned, observed, clock, notes.append)
            else:
                notes += perform(client, desired, deletion, observed, clock).notes
        done.append(step)
    return tuple(notes)


def _with_secret(desired: DesiredState, step: EntityStep) -> EntityStep:
    """The step with its value, where it writes a part that is declared as secret."""
    value = desired.secrets.values.get(step.attribute, ABSENT)
    return step if value is ABSENT else evolve(step, names={"value": value})


def _remember(desired: DesiredState, planned: Plan, step: EntityStep, entity_id: Any) -> None:
    """Remember the secrets that a step has sent."""
    paths = [path for path in planned.secrets_to_send if top(path) == step.attribute]
    if paths and desired.secrets.memory:
        desired.secrets.memory.remember(secrets_at(desired.secrets.values, paths), "update", entity_id)


def _is_stale(desired: DesiredState, planned: Plan, seen: Optional[Entity]) -> bool:
    return seen is None or not has_arrived(desired, planned, seen)


def _references(planned: Plan) -> dict[str, Any]:
    return {name: planned.desired[name] for name in planned.reference_names}


def _own(
    desired: DesiredState, planned: Plan, entity: Optional[Entity], kind: str
) -> tuple[DesiredState, Plan, Optional[Entity]]:
    """What the entity's own create or update is about: the desired state without parts and states, and without what a
    create withholds, planned anew. A create sends the states, too. kind: ``create`` or ``update``."""
    address = desired.address
    parts = address.type.apart(kind)
    apart = {*parts, *address.type.states}
    sent = dict(desired.sent)
    late = (
        address.type.withheld([*desired.attributes, *desired.secrets.values]) if planned.operation == "create" else []
    )
    if kind == "create":
        for path in address.type.states:
            value = value_at(desired.attributes, names_of(path), ABSENT)
            sent = sent if value is ABSENT else with_value(sent, names_of(path), value)
    own = evolve(
        desired,
        address=evolve(address, parts=tuple(name for name in address.parts if name not in parts)),
        attributes=without(desired.attributes, {*apart, *(late if kind == "create" else ())}),
        secrets=_own_secrets(desired.secrets, parts, late, kind),
        sent=sent,
    )
    shown = None if entity is None else {name: one for name, one in entity.items() if name not in parts}
    references = _references(planned)
    if kind == "create":
        references = {name: one for name, one in references.items() if name not in late}
    return own, plan_with_memory(own, references, shown), shown


def _own_secrets(secrets: Secrets, parts: Collection[str], late: Collection[str], kind: str) -> Secrets:
    """The secrets that go with the entity's own create or update. late: what a create withholds, which the update right
    after it sends."""
    apart = {child("", name) for name in (*parts, *(late if kind == "create" else ()))}
    values = without(secrets.values, apart)
    if kind == "update" and late:
        return evolve(secrets, values={name: values[name] for name in values if name in late}, policy="always")
    return evolve(secrets, values=values)


def _after_create(desired: DesiredState, planned: Plan, entity: Entity, todo: Sequence[EntityStep]) -> list[EntityStep]:
    """The steps that the new entity still needs, of those that were planned: the server may have set something at its
    creation."""
    fresh = plan_with_memory(desired, _references(planned), entity)
    parts, wanted = desired.address.type.parts, {one.attribute for one in todo}
    unseen = [one for one in todo if one.attribute in parts and parts[one.attribute].write_only]
    secret = desired.address.type.withheld([*desired.secrets.values])
    steps = [] if fresh.operation == "none" else steps_of(fresh, desired.address.type)
    kept = [one for one in steps if one.attribute in wanted and one.kind != "remove" and one not in unseen]
    own = [one for one in todo if one.kind == "update" and secret and one not in kept]
    return [*own, *unseen, *kept]


@contextmanager
def _step(
    planned: Plan,
    address: Address,
    step: Optional[EntityStep],
    done: Sequence[EntityStep],
    todo: Sequence[EntityStep],
    record: RecordStep,
) -> Iterator[None]:
    """Around a step: an error inside names what is done, what failed and what was not sent."""
    if step:
        record(step, "begun")
    try:
        yield
    except InsightError as error:
        if step:
            record(step, "failed")
        raise _named(error, planned, address, step, done, todo) from error
    except Exception as error:
        unexpected = OutcomeUnknownError(
            f"carry out {step or 'the read-back'} of {address}",
            f"an error came that nobody expected ({type(error).__name__})",
            "Look at the entity before you run this again.",
        )
        raise _named(unexpected, planned, address, step, done, todo) from error
    if step:
        record(step, "done")


def _named(
    error: InsightError,
    planned: Plan,
    address: Address,
    step: Optional[EntityStep],
    done: Sequence[EntityStep],
    todo: Sequence[EntityStep],
) -> InsightError:
    if not done and not todo:
        return error
    fate = {"done": [str(one) for one in done], "not_sent": [str(one) for one in todo]}
    if step:
        fate["failed"] = [str(step)]
    told = [f"Done: {', '.join(fate['done'])}."] if done else []
    told += [f"Not sent: {', '.join(fate['not_sent'])}."] if todo else []
    details: dict[str, Any] = {"steps": fate}
    if done:
        last = done[-1].kind
        written = last if last in ("delete", "purge") else planned.operation
        details.update(written=error.details.get("written", written), entity_id=address.id)
    return error.but(hint=" ".join([*told, error.hint]).strip(), **details)


def _send(client: EntityClient, address: Address, entity: Entity, step: EntityStep, note: Callable[[str], Any]) -> None:
    """Carry out a step on a part or a state. When no usable answer comes, look before anything is sent again. note:
    takes notes for the user."""

    def send() -> None:
        client.step(address, entity, step, note)

    def look() -> Optional[Entity]:
        return client.read(address)

    write_safely(
        f"{step} of {address}",
        send,
        look,
        lambda seen: seen is not None and _holds(address, seen, step, step.after),
        lambda seen: seen is not None and _holds(address, seen, step, step.before),
        True,
    )


def _holds(address: Address, entity: Entity, step: EntityStep, value: Any) -> bool:
    """Whether an entity shows this side of a step."""
    part = address.type.parts.get(step.attribute)
    if part is not None and part.write_only:
        return False  # nothing can show it
    held = value_at(entity, names_of(step.attribute), ABSENT)
    if part is None or step.attribute in address.rules.exact:
        return held is not ABSENT and value is not ABSENT and canonical(held) == canonical(value)
    elements = held if isinstance(held, (list, tuple)) else []
    if step.kind == "write":
        return sorted(map(canonical, elements)) == sorted(map(canonical, value if isinstance(value, list) else []))
    by_key = {element_key(one, part): one for one in elements}
    found = by_key.get(element_key(step.names["element"], part), ABSENT)
    if found is ABSENT or value is ABSENT:
        return found is value
    pairs = value.items() if isinstance(value, dict) else ()
    return all(name in found and canonical(found[name]) == canonical(one) for name, one in pairs)
