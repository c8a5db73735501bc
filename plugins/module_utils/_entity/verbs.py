# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests by which a system restores and renames an entity, where these are apart from create and update."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Callable, Optional

from .._profile.model import EntityType
from .._text.nested_paths import ABSENT, dotted_path, names_of, value_at, with_value
from .._text.nested_paths import replace as replace_at
from .._text.redaction import printable
from .._transport.http import Clock
from ..errors import AmbiguousError, ConfigurationError, UnconvergedError
from .address import Address, Entity
from .api.client import EntityClient
from .apply import Note, seen_after
from .as_planned import moved
from .compare import differs
from .desired_state import DesiredState
from .plan import Plan
from .rewritten import plan_with_memory
from .safe_write import Observe, write_safely

# --- restore


def as_of_new(desired: DesiredState) -> DesiredState:
    """The desired state of an entity that is restored: it is told its secrets, as a new one is."""
    return replace(desired, secrets=replace(desired.secrets, policy="always"))


def after_restoring(desired: DesiredState, references: Mapping[str, Any], entity: Entity) -> Plan:
    """What a restored entity still needs. entity: as it stays deleted, or as it was read once it was restored."""
    states = desired.address.type.soft_deleted
    return plan_with_memory(as_of_new(desired), references, replace_at(entity, states, ABSENT))


def with_restoring(client: EntityClient, desired: DesiredState, references: Mapping[str, Any], planned: Plan) -> Plan:
    """The plan; for an entity that is absent and of which one stays as deleted, the plan that restores that one. Raises
    ConfigurationError where the profile has no request for it, and AmbiguousError for several."""
    entity_type = desired.address.type
    known = desired.address.held.keys() <= references.keys()
    asks = known and planned.operation == "create" and entity_type.soft_deleted
    deleted = client.deleted_like(desired.address) if asks else []
    restore = entity_type.operations.get("restore")
    if not deleted or (restore and restore.by):
        return planned
    ids = ", ".join(printable(str(entity_type.id_in(one))) for one in deleted)
    if restore is None:
        raise ConfigurationError(
            f"create {desired.address}",
            f"the server has one that was deleted and stays (id {ids}), and the profile has no restore operation for "
            f"{entity_type.name}",
            "Restore or purge it in the system itself. Or say restore: create in the profile, if the server takes a "
            "create all the same.",
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
    """What to say of a create that may overwrite, and of one that restores."""
    if planned.operation != "create":
        return ()
    if planned.restored:
        return ("It was deleted and stays, so that it is restored and not created.",)
    if not entity_type.operations["create"].upsert:
        return ()
    return ("The server would overwrite one with the same key that somebody else creates at that moment (upsert).",)


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
        hint = "Raise wait_timeout if the server needs more time."
        raise UnconvergedError(what, f"the server took the request, and {why}", hint)
    return seen
