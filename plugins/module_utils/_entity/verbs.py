# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests by which a system restores, purges and renames an entity, where these are apart from create, delete and
update."""

from __future__ import annotations

from contextlib import nullcontext
from functools import partial
from typing import Any, Callable, Optional

from .._text.nested_paths import ABSENT, dotted_path, names_of, value_at, with_value
from .._transport.http import Clock
from ..errors import UnconvergedError
from .address import Address, Entity, has_id
from .api.client import EntityClient
from .apply import Note, seen_after
from .as_planned import moved, seen_now
from .compare import differs
from .desired_state import DesiredState, steady
from .plan import Plan
from .safe_write import Observe, having_written, write_safely

# --- restore


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


# --- purge


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
