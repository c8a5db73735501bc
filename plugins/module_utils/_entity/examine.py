# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an entity is, and what has to be done to it: gathers and plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional

from .._profile.model import EntityType, plain_id
from .._text.mentions import replaced
from .._text.records import evolve, record
from ..errors import (
    AmbiguousError,
    ConfigurationError,
    MissingReferenceError,
)
from .address import Address, Entity
from .api.client import EntityClient
from .api.requests import update_bodies
from .bodies import masks_sent, not_sent
from .desired_state import DesiredState
from .outcome import Outcome
from .plan import Plan
from .plan_checks import (
    NEEDED,
    check_references,
    check_required,
    check_writable,
    refuse_masks,
)
from .rewritten import plan_with_memory
from .steps import steps_of
from .verified_secrets import with_verified


@record
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
        notes: tuple[str, ...] = (self.note,) if self.note else ()
        if self.plan.operation != "none":
            notes += to_be_known(self.plan, self.found_as.type)
        return Outcome(self.plan, entity, entity_id, notes=(*notes, *not_sent(self.plan)))


def examine(client: EntityClient, desired: DesiredState, may_come: Callable[[str], bool]) -> Examined:
    """Read the entity and plan; see _examine(). Of one that is replaced the parts are read that nobody declares, too,
    since they go with it."""
    examined = _examine(client, desired, may_come)
    planned, observed = examined.plan, examined.observed
    if planned.anew is None:
        return examined
    from .replacement import with_losses

    if observed is None:
        return evolve(examined, plan=with_losses(desired, planned, planned.dead[0]))
    parts = tuple(name for name, part in desired.address.type.parts.items() if part.read is not None)
    found_as = evolve(examined.found_as, parts=tuple(dict.fromkeys((*examined.found_as.parts, *parts))))
    more = {name: client.part(found_as, observed, name) for name in parts if name not in examined.found_as.parts}
    whole = {**observed, **more} if more else observed
    return evolve(examined, plan=with_losses(desired, planned, whole), observed=whole, found_as=found_as)


def _examine(client: EntityClient, desired: DesiredState, may_come: Callable[[str], bool]) -> Examined:
    """Read the entity and plan. may_come: whether an entity that is referred to and does not exist (given by its
    ``Address.identity``) will be created before this one is written. If not, the reference is an error, unless absence
    is desired: an entity whose reference does not exist is absent itself."""
    found_as = desired.address
    client.met.clear()
    try:
        observed, found_as = _gather(client, desired)
        desired = with_verified(client, desired, observed)
        desired, not_yet = _looked_up(client, desired, may_come)
        known = _references(client, desired.address) if desired.address.id is not None else {}
        planned = _plan(client, desired, known, observed)
        check_required(desired, planned)
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
    check_references(desired, planned, observed, references)
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
    return evolve(desired, attributes=attributes, held=held), " ".join(notes)


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


def _references(client: EntityClient, address: Address) -> dict[str, Any]:
    """The ids of the entities that the address refers to."""
    return {name: client.id_of(referred) for name, referred in address.held.items()}


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


def _plan(client: EntityClient, desired: DesiredState, references: Mapping[str, Any], observed: Entity | None) -> Plan:
    """What has to be done. Raises ConfigurationError where the profile has no operation for it, too."""
    planned = plan_with_memory(desired, references, observed)
    if desired.purge or desired.address.type.soft_deleted:
        from .verb_plans import with_purging, with_restoring

        planned = with_purging(client, desired, with_restoring(client, desired, references, planned))
    if planned.operation == "replace" and desired.on_immutable == "tell":
        return planned
    if planned.operation != "none":
        check_writable(desired.address, planned)
    if planned.operation == "replace":
        from .replacement import replacing

        planned = replacing(desired, references, planned, observed)
    own = {step.kind for step in steps_of(planned, desired.address.type) if not step.attribute}
    for name in dict.fromkeys(name for kind in sorted(own) for name in NEEDED[kind]):
        desired.address.type.operation(name, f"{planned.operation} {desired.address}")
    reveals = desired.address.type.operations["create"].reveals if "create" in own else {}
    if reveals:
        client.reveals.check(desired.address, ", ".join(sorted(reveals)))
    if "update" in own and planned.operation == "update":
        bodies = update_bodies(desired.address.type)
        refuse_masks(desired.address, masks_sent(planned, bodies, desired.address.rules))
    return planned


def to_be_known(planned: Plan, entity_type: EntityType) -> tuple[str, ...]:
    """What to say of a create that may overwrite, of one that restores, of what is replaced, and of what is purged."""
    if planned.anew is not None:
        from .replacement import notes_on_replacing

        return (*notes_on_replacing(planned, entity_type), *_purged(planned))
    if planned.operation != "create":
        return _purged(planned)
    if planned.restored:
        return ("It was deleted and stays, so that it is restored and not created.",)
    if not entity_type.operations["create"].upsert:
        return ()
    return ("The server would overwrite one with the same key that somebody else creates at that moment (upsert).",)


def _purged(planned: Plan) -> tuple[str, ...]:
    return ("It is purged: nothing brings it back.",) if "purge" in planned.writes else ()
