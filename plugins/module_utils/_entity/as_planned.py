# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an entity is still what was planned on: looked at right before a write, and after a write that the server
refused because of the entity's version."""

from __future__ import annotations

from typing import Optional

from .._profile.mismatch import some_of
from .._profile.model import EntityType
from .._text.nested_paths import ABSENT
from ..errors import ConflictError, InsightError, MovedError
from .address import Address, Entity, has_id
from .api.client import EntityClient
from .contradictions import read_mismatch, shown_differently
from .desired_state import DesiredState, differing, steady
from .plan import Plan
from .proof import basis
from .safe_write import Observe
from .steps import in_steps


def moved(desired: DesiredState, how: str, doubt: str = "") -> MovedError:
    """The error for an entity that is not any more what was planned on."""
    return MovedError(
        f"write {desired.address}",
        f"it {how} since it was read a moment ago; nothing was written",
        f"Run the task again. {doubt}".strip(),
    )


def read_again(
    client: EntityClient, desired: DesiredState, found_as: Address, observed: Entity | None
) -> Entity | None:
    """Immediately before a write: the entity as it is now, which is still what was planned on. Where the read by id
    says that it is gone, the search is asked too, for the read may be wrong."""
    if observed is None:
        now = seen_now(client, found_as)
    else:
        by_id = found_as.located(observed)
        now = client.read(by_id)
        if now is None and found_as.id is None:
            still = client.searched(found_as)
            if still is not None and has_id(by_id, still):
                raise read_mismatch(by_id, f"write {desired.address}")
    if steady(now, desired) == steady(observed, desired):
        return now
    if observed is None:
        raise moved(desired, "appeared")
    if now is None:
        raise moved(desired, "disappeared", _doubt_of_read(client, found_as))
    raise _changed(client, desired, found_as, observed, now)


def _changed(
    client: EntityClient, desired: DesiredState, found_as: Address, observed: Entity, now: Entity
) -> InsightError:
    """Why the read before a write differs from the entity that was planned on. A second read and a search, right away,
    distinguish three causes: somebody changed the entity, the server changes it at each read, or read and search always
    differ."""
    again = client.read(found_as.located(now))
    if again is None:
        return moved(desired, "disappeared")
    restless = differing(now, again, desired)
    if restless:
        names = some_of(restless)
        hint = f"If that happens each time, the server changes {names} by itself: name it in compare.volatile."
        return moved(desired, f"was changed ({names})", hint)
    names = some_of(differing(observed, now, desired))
    if found_as.id is None and steady(client.searched(found_as), desired) == steady(observed, desired):
        return shown_differently(found_as, f"write {desired.address}", names)
    return moved(desired, f"was changed ({names})")


def _doubt_of_read(client: EntityClient, address: Address) -> str:
    read = address.type.operations["read"]
    if (address.type.name, "read") in client.shown:
        return ""
    return (
        f"If it disappears again, {basis(read)} is the likelier one to be wrong: "
        f"it has shown no {address.type.name} in this run."
    )


def seen_now(client: EntityClient, address: Address) -> Entity | None:
    """The entity as the server shows it now."""
    return client.searched(address) if address.id is None else client.read(address)


def is_guarded(entity_type: EntityType, planned: Plan, observed: Optional[Entity]) -> bool:
    """Whether the server itself, as was seen of it, refuses the one request of a plan where the entity is not any more
    what was read."""
    if in_steps(planned, entity_type):
        return False
    version, definition = entity_type.version, entity_type.operations.get(planned.operation)
    if planned.operation == "create":
        return entity_type.key_proven and definition is not None and not definition.upsert
    carried = version.in_entity(observed) not in (ABSENT, None, "")
    return version.verified and carried and definition is not None and definition.request.uses("version")


def newer_version(
    desired: DesiredState, operation: str, observed: Entity, look_again: Observe, error: ConflictError
) -> Entity:
    """The entity with another version, after the server has refused a write for that of ``observed``; it is else what
    was planned on, so that the same write may be sent with this version. Raises MovedError where it is something else,
    and the error itself where the version is not the reason."""
    entity_type, kind = desired.address.type, error.details.get("conflict")
    versioned = entity_type.operations[operation].request.uses("version")
    if kind != "moved" and (kind or not versioned):
        raise error
    now = look_again()
    if now is None:
        raise moved(desired, "disappeared") from error
    names = differing(observed, now, desired)
    if names:
        raise moved(desired, f"was changed ({some_of(names)})") from error
    if entity_type.version.in_entity(now) == entity_type.version.in_entity(observed):
        raise error
    return now
