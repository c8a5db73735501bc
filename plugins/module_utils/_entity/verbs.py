# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests by which a system restores, purges and renames an entity, where these are apart from create, delete and
update."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any, Callable, Optional

from .._profile.model import EntityType
from .._text.nested_paths import ABSENT, dotted_path, names_of, value_at, with_value
from .._text.nested_paths import replace as replace_at
from .._text.redaction import printable
from .._transport.http import Clock
from ..errors import AmbiguousError, ConfigurationError, MissingReferenceError, UnconvergedError
from .address import Address, Entity, has_id
from .api.client import EntityClient
from .apply import Note, seen_after
from .as_planned import moved, seen_now
from .compare import differs
from .desired_state import DesiredState, steady
from .plan import Plan, masked_entity
from .replacement import notes_on_replacing, removal_of
from .rewritten import plan_with_memory
from .safe_write import Observe, having_written, write_safely

# --- restore


def as_of_new(desired: DesiredState) -> DesiredState:
    """The desired state of an entity that is restored: it is told its secrets, as a new one is."""
    return replace(desired, secrets=replace(desired.secrets, policy="always"), on_immutable="refuse")


def after_restoring(desired: DesiredState, references: Mapping[str, Any], entity: Entity) -> Plan:
    """What a restored entity still needs. entity: as it stays deleted, or as it was read once it was restored."""
    states = desired.address.type.soft_deleted
    return plan_with_memory(as_of_new(desired), references, replace_at(entity, states, ABSENT))


def with_restoring(client: EntityClient, desired: DesiredState, references: Mapping[str, Any], planned: Plan) -> Plan:
    """The plan; for an entity that is absent and of which one stays as deleted, the plan that restores that one, or
    replaces it where the task says so. Raises ConfigurationError where the profile has no request for it, and
    AmbiguousError for several."""
    entity_type = desired.address.type
    known = desired.address.held.keys() <= references.keys()
    asks = known and planned.operation == "create" and entity_type.soft_deleted
    deleted = client.deleted_like(desired.address) if asks else []
    restore = entity_type.operations.get("restore")
    if not deleted or (restore and restore.by):
        return planned
    if len(deleted) == 1 and desired.purge and desired.on_immutable == "replace":
        other = plan_with_memory(desired, references, replace_at(deleted[0], entity_type.soft_deleted, ABSENT))
        if other.operation == "replace":
            return replace(other, dead=(deleted[0],))
    ids = ", ".join(printable(str(entity_type.id_in(one))) for one in deleted)
    if restore is None:
        raise ConfigurationError(
            f"create {desired.address}",
            f"the server has one that was deleted and stays (id {ids}), and the profile has no restore operation for "
            f"{entity_type.name}",
            "Restore or purge it in the system itself, or declare it absent with the option purge. Or say restore: "
            "create in the profile, if the server takes a create all the same.",
            profile_key=f"types.{entity_type.name}.restore",
        )
    if len(deleted) > 1:
        why = f"several were deleted and stay (ids {ids})"
        raise AmbiguousError(f"restore {desired.address}", why, "Restore one of them in the system itself.")
    after = after_restoring(desired, references, deleted[0])
    return replace(planned, restored=after, changes=after.changes)


def restore(client: EntityClient, desired: DesiredState, clock: Clock, note: Note) -> tuple[Address, Entity]:
    """Restore the entity that stays as deleted; its address and what is then read of it."""
    deleted = client.deleted_like(desired.address)
    if len(deleted) != 1:
        raise moved(desired, "disappeared" if not deleted else "was deleted a second time")
    known_as = desired.address.located(deleted[0])
    look = partial(client.read, known_as)
    what = f"restore {desired.address}"
    send = partial(client.restore, known_as, deleted[0], note)
    write_safely(what, send, look, lambda seen: seen is not None, lambda seen: seen is None, True)
    return known_as, _shown(desired, what, look, lambda seen: seen is None, clock, "it still stays as deleted")


def to_be_known(planned: Plan, entity_type: EntityType) -> tuple[str, ...]:
    """What to say of a create that may overwrite, of one that restores, of what is replaced, and of what is purged."""
    if planned.operation != "create":
        purged = ("It is purged: nothing brings it back.",) if "purge" in planned.writes else ()
        return (*notes_on_replacing(planned, entity_type), *purged)
    if planned.restored:
        return ("It was deleted and stays, so that it is restored and not created.",)
    if not entity_type.operations["create"].upsert:
        return ()
    return ("The server would overwrite one with the same key that somebody else creates at that moment (upsert).",)


# --- purge


def with_purging(client: EntityClient, desired: DesiredState, planned: Plan) -> Plan:
    """The plan; where the task asks for it, the one that purges what is to be absent, and what stays as deleted."""
    entity_type = desired.address.type
    if desired.state != "absent" or not desired.purge:
        return planned
    try:
        dead = tuple(client.deleted_like(desired.address)) if entity_type.soft_deleted else ()
    except MissingReferenceError:  # what refers to nothing cannot be told apart
        dead = ()
    if planned.operation == "delete":
        return replace(planned, removal=removal_of(desired), dead=dead)
    if not dead:
        return planned
    before = masked_entity(dead[0], planned.rules(desired.address.rules))
    return replace(planned, operation="delete", removal=("purge",), dead=dead, before=before)


def purge(
    client: EntityClient, desired: DesiredState, planned: Plan, observed: Optional[Entity], clock: Clock, note: Note
) -> None:
    """Purge an entity, and what stays of it as deleted. observed: as it was read before it was deleted, None where it
    was deleted earlier. Raises MovedError where that is not as it was planned on."""
    id_in = desired.address.type.id_in
    staying = _staying(client, desired.address) if desired.address.type.soft_deleted else []
    found = {str(id_in(one)): one for one in staying}
    planned_on = {str(id_in(one)): one for one in planned.dead}
    for name, one in planned_on.items():
        if name in found and steady(found[name], desired) != steady(one, desired):
            raise moved(desired, "was changed")
    mine = {} if observed is None else {str(id_in(observed)): observed}
    wanted = {**mine, **{name: one for name, one in found.items() if name in {*planned_on, *mine}}}
    if not wanted:
        raise moved(desired, "disappeared")
    purged: list[Any] = []
    for name, one in wanted.items():
        with having_written(desired.address, "purge", purged[-1]) if purged else nullcontext():
            _purge(client, desired, one, clock, note)
        purged.append(name)


def _purge(client: EntityClient, desired: DesiredState, entity: Entity, clock: Clock, note: Note) -> None:
    known_as, memory = desired.address.located(entity), desired.secrets.memory

    def look() -> Optional[Entity]:
        if not known_as.type.soft_deleted:
            return client.read(known_as)
        return next((one for one in _staying(client, desired.address) if has_id(known_as, one)), None)

    def send() -> None:
        client.delete(known_as, entity, note, by="purge")

    what = f"purge {desired.address}"
    write_safely(what, send, look, lambda seen: seen is None, lambda seen: seen is not None, True)
    if memory:
        memory.remember({}, "delete", known_as.id)
    if seen_after(look, lambda seen: seen is not None, desired.waiting, clock) is not None:
        raise UnconvergedError(what, "the server took the request, and it is still there", LATER, written="purge")


LATER = "Raise wait_timeout if the server needs more time."


def _staying(client: EntityClient, address: Address) -> list[Entity]:
    """What stays as deleted, as the server shows it now."""
    client.deleted.forget(address)
    seen_now(client, address)
    return client.deleted_like(address)


# --- rename


def rename(
    client: EntityClient, desired: DesiredState, planned: Plan, observed: Entity, clock: Clock, note: Note
) -> tuple[Address, Entity]:
    """Give an entity its new key; its address and what is then read of it. observed: as it was read."""
    address, entity_type = desired.address, desired.address.type
    known_as = address.located(observed)
    paths = [entity_type.key_path(name) for name in entity_type.key]
    wanted = {dotted_path(path): value_at(planned.desired, path, value_at(observed, path, ABSENT)) for path in paths}
    key: dict[str, Any] = {}
    for path, value in wanted.items():
        key = key if value is ABSENT else with_value(key, names_of(path), value)

    def look() -> Optional[Entity]:
        seen = None if entity_type.id_from else client.read(known_as)
        return client.searched(address) if seen is None else seen  # its id may be another one now, too

    def is_done(seen: Optional[Entity]) -> bool:
        rules = planned.rules(address.rules)
        held = {path: value_at(seen or {}, names_of(path), ABSENT) for path in wanted}
        return seen is not None and not any(differs(wanted[path], held[path], path, rules) for path in wanted)

    def is_untouched(seen: Optional[Entity]) -> bool:
        return not is_done(seen)

    what = f"rename {known_as}"
    write_safely(what, partial(client.rename, known_as, observed, key, note), look, is_done, is_untouched, True)
    seen = _shown(desired, what, look, is_untouched, clock, "it still has its former key")
    return address.located(seen), seen


def _shown(
    desired: DesiredState,
    what: str,
    look: Observe,
    is_stale: Callable[[Optional[Entity]], bool],
    clock: Clock,
    why: str,
) -> Entity:
    """The entity as soon as it shows that the request was carried out. why: what is wrong where it never does."""
    seen = seen_after(look, is_stale, desired.waiting, clock)
    if seen is None or is_stale(seen):
        raise UnconvergedError(what, f"the server took the request, and {why}", LATER)
    return seen
