# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From a desired state to a verified entity: gather, plan, read again, write, read back, report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Callable, Optional

from .._profile.json_schema import check
from .._profile.model import plain_id
from .._text.mentions import replaced
from .._text.nested_paths import ABSENT, dotted_path, names_of, value_at
from .._transport.http import SYSTEM_CLOCK, Clock
from ..errors import (
    AmbiguousError,
    ConfigurationError,
    MissingReferenceError,
    NotAsDeclaredError,
    ProfileMismatchError,
)
from .address import Address, Entity
from .api.client import EntityClient
from .apply import Outcome, perform
from .as_planned import is_guarded, moved, read_again
from .bodies import masks_sent, not_sent
from .canary import CanaryWrites
from .compare import compare
from .desired_state import DesiredState, steady
from .plan import Plan, with_values
from .read_back_errors import listed, shown_values
from .references import reference_advice
from .replacement import replacing, with_losses
from .rewritten import plan_with_memory
from .step_apply import (
    RecordStep,
    perform_removed,
    perform_replaced,
    perform_restored,
    perform_steps,
    unrecorded,
)
from .steps import in_steps, steps_of
from .unseen import remembering_search
from .verbs import to_be_known, with_purging, with_restoring
from .verified_secrets import with_verified


@dataclass(frozen=True)
class Examined:
    """What an entity is, and what has to be done to it. found_as: the address by which it was found. pending: it refers
    to an entity that does not exist yet; note says which. desired: with the ids of what its attributes refer to."""

    plan: Plan
    observed: Entity | None
    found_as: Address
    pending: bool = False
    note: str = ""
    desired: Optional[DesiredState] = None

    def expected(self) -> Outcome:
        """The outcome that is expected of the desired state."""
        entity_id = None if self.observed is None else self.found_as.type.id_in(self.observed)
        entity = self.plan.before if self.plan.operation == "none" else self.plan.after
        notes = (*((self.note,) if self.note else ()), *to_be_known(self.plan, self.found_as.type))
        return Outcome(self.plan, entity, entity_id, notes=(*notes, *not_sent(self.plan)))


def check_desired_state(desired: DesiredState) -> None:
    """What can be said before the first request."""
    what = f"declare {desired.address}"
    entity_type = desired.address.type
    for schema in (entity_type.schema, desired.schema):
        if schema and desired.state == "present":
            known = replaced(desired.attributes, lambda _place, _reference: ABSENT)
            key = {dotted_path(entity_type.key_path(name)): value for name, value in desired.address.key.items()}
            check(schema, with_values({**known, **desired.secrets.values}, key), what)
    if desired.address.id is not None and desired.was:
        raise ConfigurationError(
            what,
            "id and was exclude each other",
            "An entity named by its id is renamed by declaring its key attributes.",
        )


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
        outcome = apply(client, desired, examined, clock, canary_writes, at_once=True)
    return replace(outcome, doubt=doubt, notes=(*before, *outcome.notes)) if doubt or before else outcome


def examine(client: EntityClient, desired: DesiredState, may_come: Callable[[str], bool]) -> Examined:
    """Read the entity and plan; see _examine(). Of one that is replaced the parts are read that nobody declares, too,
    since they go with it."""
    examined = _examine(client, desired, may_come)
    planned, observed = examined.plan, examined.observed
    if planned.anew is None:
        return examined
    if observed is None:
        return replace(examined, plan=with_losses(desired, planned, planned.dead[0]))
    parts = tuple(name for name, part in desired.address.type.parts.items() if part.read is not None)
    found_as = replace(examined.found_as, parts=tuple(dict.fromkeys((*examined.found_as.parts, *parts))))
    more = {name: client.part(found_as, observed, name) for name in parts if name not in examined.found_as.parts}
    whole = {**observed, **more} if more else observed
    return replace(examined, plan=with_losses(desired, planned, whole), observed=whole, found_as=found_as)


def _examine(client: EntityClient, desired: DesiredState, may_come: Callable[[str], bool]) -> Examined:
    """Read the entity and plan. may_come: whether an entity that is referred to and does not exist (given by its
    ``Address.identity``) will be created before this one is written. If not, the reference is an error, unless absence
    is desired: an entity whose reference does not exist is absent itself."""
    found_as = desired.address
    try:
        observed, found_as = _gather(client, desired)
        desired = with_verified(client, desired, observed)
        desired, not_yet = _looked_up(client, desired, may_come)
        known = _references(client, desired.address) if desired.address.id is not None else {}
        planned = _plan(client, desired, known, observed)
        _check_required(desired, planned)
        if not_yet:
            return Examined(planned, observed, found_as, True, not_yet, desired)
        if planned.operation == "none" and _refers_as_declared(client, desired.address, observed):
            return Examined(planned, observed, found_as, desired=desired)
        references = _references(client, desired.address)
        planned = planned if references == known else _plan(client, desired, references, observed)
    except MissingReferenceError as error:
        if desired.state == "absent":
            return Examined(_plan(client, desired, {}, None), None, found_as, note=error.doubt)
        if not may_come(error.identity):
            raise
        return Examined(_plan(client, desired, {}, None), None, found_as, True, _not_yet(error))
    _check_references(desired, planned, observed, references)
    return Examined(planned, observed, found_as, desired=desired)


def _looked_up(
    client: EntityClient, desired: DesiredState, may_come: Callable[[str], bool]
) -> tuple[DesiredState, str]:
    """The desired state with the ids of the entities to which its attributes refer. Where one does not exist and may
    come, its name stands in place of the id, and the note says so. Raises MissingReferenceError for others."""
    if desired.state == "absent" or not desired.mentions:
        return desired, ""
    found = {place: _id_or_name(client, referred, may_come) for place, referred in desired.mentions.items()}
    held = {place: value for place, (value, _note) in found.items()}
    attributes = replaced(desired.attributes, lambda place, _reference: held[place])
    notes = dict.fromkeys(note for _value, note in found.values() if note)
    return replace(desired, attributes=attributes, held=held), " ".join(notes)


def _id_or_name(client: EntityClient, referred: Address, may_come: Callable[[str], bool]) -> tuple[Any, str]:
    """The id of an entity, or its name and a note where it does not exist yet."""
    try:
        return referred.located(client.resolve(referred)).id, ""
    except MissingReferenceError as error:
        if not may_come(error.identity):
            raise
        return str(referred), _not_yet(error)


def _not_yet(error: MissingReferenceError) -> str:
    return f"Cannot {error.what} yet: {error.why}. {error.doubt}".strip()


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
            examined = replace(examined, observed=now)
        desired = replace(examined.desired or desired, on_immutable="refuse")  # what is planned is planned
        usual = perform_restored if examined.plan.restored else perform_steps
        in_several = IN_SEVERAL.get(examined.plan.operation, usual)
        carry_out = partial(in_several, record=record) if in_steps(examined.plan, address.type) else perform
        outcome = carry_out(client, desired, examined.plan, examined.observed, clock)
        return replace(outcome, notes=(*to_be_known(examined.plan, address.type), *outcome.notes))


IN_SEVERAL = {"delete": perform_removed, "replace": perform_replaced}
"""How a change of several steps is carried out, by its operation, where that is not perform_steps()."""


def _now_that_it_is_there(client: EntityClient, desired: DesiredState, before: Examined) -> Examined:
    """The plan of an entity whose reference could not be resolved before, made again. It never replaces one that was
    not to be replaced."""
    if before.plan.operation != "replace":
        desired = replace(desired, on_immutable="refuse")
    examined, observed = examine(client, desired, lambda _identity: False), before.observed
    if steady(examined.observed, desired) == steady(observed, desired):
        return examined
    how = "appeared" if observed is None else "disappeared" if examined.observed is None else "changed"
    raise moved(desired, how)


def _references(client: EntityClient, address: Address) -> dict[str, Any]:
    """The ids of the entities that the address refers to."""
    return {name: referred.located(client.resolve(referred)).id for name, referred in address.held.items()}


def _refers_as_declared(client: EntityClient, address: Address, observed: Entity | None) -> bool:
    """Whether an entity that was found refers to what is declared. Where each reference has to be asked for anew, only
    those by id are looked at: what did not change costs no request more."""
    if observed is None or not address.held:
        return True
    given = {name: referred.id for name, referred in address.held.items() if referred.id is not None}
    references = given if client.known is None else _references(client, address)
    return all(str(plain_id(observed.get(name))) == str(value) for name, value in references.items())


def _gather(client: EntityClient, desired: DesiredState) -> tuple[Entity | None, Address]:
    """The entity as it is, and as which target it was found. Raises AmbiguousError when both names are taken."""
    address = desired.address
    observed = client.the_one(address)
    lost = observed is None and address.id is not None and desired.state == "present"
    if lost and not client.deleted_like(address):
        raise ConfigurationError(
            f"change {address}",
            "there is no entity with this id",
            "The server gives ids: name the entity by key to create it.",
        )
    if desired.was is None:
        return observed, address
    former = client.the_one(desired.was)
    if observed is not None and former is not None:
        raise AmbiguousError(
            f"rename {desired.was}",
            f"{address} exists as well",
            "Decide which one is right and remove the other, or take was away.",
        )
    return (former, desired.was) if observed is None and former is not None else (observed, address)


NEEDED = {
    "create": ("create",),
    "purge": ("purge",),
    **{name: (name, "read") for name in ("update", "delete", "rename", "restore")},
}
"""What the profile has to have for a write: what changes or deletes an entity reads it by its id before and after."""


def _plan(client: EntityClient, desired: DesiredState, references: Mapping[str, Any], observed: Entity | None) -> Plan:
    """What has to be done. Raises ConfigurationError where the profile has no operation for it, too."""
    planned = with_restoring(client, desired, references, plan_with_memory(desired, references, observed))
    planned = with_purging(client, desired, planned)
    if planned.operation == "replace" and desired.on_immutable == "tell":
        return planned
    if planned.operation != "none":
        _check_writable(desired.address, planned)
    if planned.operation == "replace":
        planned = replacing(desired, references, planned, observed)
    own = {step.kind for step in steps_of(planned, desired.address.type) if not step.attribute}
    for name in dict.fromkeys(name for kind in sorted(own) for name in NEEDED[kind]):
        client.operation(desired.address.type, name, f"{planned.operation} {desired.address}")
    reveals = desired.address.type.operations["create"].reveals if "create" in own else {}
    if reveals:
        client.reveals.check(desired.address, ", ".join(sorted(reveals)))
    if "update" in own and planned.operation == "update":
        bodies = client.update_bodies(desired.address.type)
        _refuse_masks(desired.address, masks_sent(planned, bodies, desired.address.rules))
    return planned


def _check_writable(address: Address, planned: Plan) -> None:
    """Raise NotAsDeclaredError for a type that the profile can only read, and ConfigurationError for the only entity of
    a type, which there always is."""
    operation, operations = planned.operation, address.type.operations
    if not any(name in operations for name in NEEDED):
        is_now = {"create": "it is absent", "delete": "it is there"}
        differs = "; ".join(
            f"{one.path} is {shown_values(one.before)}, declared is {shown_values(one.after)}"
            for one in planned.changes
        )
        raise NotAsDeclaredError(
            f"assert {address}",
            f"{is_now.get(operation, differs)}, and the profile has no {operation} operation for {address.type.name}, "
            "nor another that writes",
            "Whoever manages it has to change it, or the declaration.",
            profile_key=f"operations.{operation}",
            changes=[one.as_result() for one in planned.changes] or None,
        )
    if address.type.singleton and operation != "update":
        how = {"create": "created", "delete": "deleted", "replace": "replaced"}[operation]
        why = f"there is always exactly one, so it is never {how}"
        raise ConfigurationError(f"{operation} {address}", why, "Declare what it holds, with state present.")


def _refuse_masks(address: Address, paths: Sequence[str]) -> None:
    """Raise ProfileMismatchError where an update would write what a server shows in place of a value."""
    if not paths:
        return
    names = ", ".join(paths)
    raise ProfileMismatchError(
        f"update {address}",
        f"the server shows a mask in place of {names}, and the update would send it back; nothing was written",
        f"Name it in compare.hidden, then it is left out, or say attributes.{paths[0]}.secret: true in the profile. Or "
        "declare its value.",
        profile_key=f"attributes.{paths[0]}.hidden",
        expected=f"the value of {names}",
        came="a mask",
    )


def _check_required(desired: DesiredState, planned: Plan) -> None:
    """Raise ConfigurationError for a create without what the server requires."""
    given = {**desired.address.key, **desired.address.refs, **desired.secrets.values, **desired.attributes}
    missing = [name for name in desired.address.type.required if value_at(given, names_of(name), ABSENT) is ABSENT]
    if "create" in planned.writes and missing and not planned.restored:
        raise ConfigurationError(
            f"{planned.operation} {desired.address}",
            f"the server requires {', '.join(missing)}",
            "Declare it under attributes.",
        )


def _check_references(
    desired: DesiredState, planned: Plan, observed: Entity | None, references: Mapping[str, Any]
) -> None:
    """An entity that was found by its references has them; else the server searched without looking at them, or shows
    them in another form. What is declared as attributes is looked at for its form only."""
    if observed is None:
        return
    address = desired.address
    changes = compare(references, observed, planned.rules(address.rules)).changes
    others = [one for one in planned.changes if one.path not in references and one.path not in planned.secret_paths]
    advised = [(one, reference_advice(address, one.path, one.before, one.after)) for one in (*changes, *others)]
    form = next((advice for _change, advice in advised if advice), None)
    wrong = [change for change, advice in advised if change in changes or advice]
    if not form and (not wrong or address.id is not None):
        return
    names = ", ".join(change.path for change in wrong)
    why = "the server shows in another form what is referred to in"
    if not form:
        not_shown = all(change.before is ABSENT for change in wrong)
        why = f"the entity that the server found refers to {'nothing' if not_shown else 'another one'} in"
        form = _search_advice(address, names)
        if not_shown:
            form = (form[0], f"{form[1]} Or the server never shows it: then name it in compare.hidden.")
    raise ProfileMismatchError(
        f"write {address}",
        f"{why} {names}; nothing was written",
        form[1],
        profile_key=form[0],
        expected=listed((change.path, change.after) for change in wrong),
        came=listed((change.path, change.before) for change in wrong),
    )


def _search_advice(address: Address, names: str) -> tuple[str, str]:
    """The key of the profile and what to do, where a search does not look at these references."""
    search = address.type.operations["find"]
    if not search.texts_at:
        key = search.profile_key
        return key, f"Its search does not look at {names}. Change {key} in profile_overrides."
    key = f"{search.profile_key}.texts_at"
    return key, f"Its search does not look at {search.texts_at}. Take {key} away in profile_overrides."
