# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The desired state of one entity, and the form in which two readings of it are compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .._options.waiting import Waiting
from .._text.json_forms import canonical
from .._text.nested_paths import ABSENT, replace
from .address import Address, Entity


class Memory(Protocol):
    """The fingerprints of the secrets that were sent to an entity before. entity_id: None where the id is not known."""

    def known(self, entity_id: Any) -> Mapping[str, str]:
        """The fingerprints by attribute path."""

    def of(self, path: str, value: Any) -> str:
        """The fingerprint of a secret."""

    def remember(self, sent: Mapping[str, Any], operation: str, entity_id: Any) -> None:
        """Remember the secrets that were just sent, by path; forget those of an entity that was deleted."""


@dataclass(frozen=True, eq=False)
class Secrets:
    """The secret attributes, nested as attributes are, each leaf one secret; and when they are sent to an entity that
    exists; see plan(). verified: by path whether the entity holds them, as far as the system itself has said it."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    policy: str = "on_create"
    memory: Memory | None = None
    verified: Mapping[str, bool] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class DesiredState:
    """One entity as it is declared.

    key and references of the address, and attributes, are together what it must hold. mentions: the entities to which
    the attributes refer, by place; held: once they were looked up, what stands in the attributes at these places: the
    id, or the name of an entity that does not exist yet. secrets: beside the attributes. state:
    ``present`` or ``absent``. was: the same address with the former key. sent: what goes to the server with every
    write without being part of the state (reason for change and the like). on_immutable: what
    happens where what can only be set at creation differs: ``refuse``, ``replace`` (the entity is deleted and created
    anew), or ``tell`` what differs, where nothing is written. purge: whether what is
    deleted is purged, too, and what stays as deleted.
    """

    address: Address
    attributes: Mapping[str, Any] = field(default_factory=dict)
    secrets: Secrets = Secrets()
    state: str = "present"
    was: Address | None = None
    update_existing: bool = True
    schema: Mapping[str, Any] | None = None
    collateral: str = "report"
    sent: Mapping[str, Any] = field(default_factory=dict)
    waiting: Waiting = field(default_factory=Waiting)
    mentions: Mapping[str, Address] = field(default_factory=dict)
    held: Mapping[str, Any] = field(default_factory=dict)
    on_immutable: str = "refuse"
    purge: bool = False

    @property
    def referred(self) -> Mapping[str, Address]:
        """All entities to which it refers, by place."""
        return {**self.address.refs, **self.mentions}


def steady(entity: Entity | None, desired: DesiredState) -> str:
    """The entity in canonical form without the attributes that the server changes by itself. It differs where somebody
    changed the entity between two readings."""
    return canonical(_without_volatile(entity, desired))


def differing(one: Entity, other: Entity, desired: DesiredState) -> list[str]:
    """The attributes that differ between two readings, except those that the server changes by itself."""
    both = [_without_volatile(entity, desired) for entity in (one, other)]
    shown = [{name: canonical(value) for name, value in entity.items()} for entity in both]
    return sorted(name for name in {*shown[0], *shown[1]} if shown[0].get(name) != shown[1].get(name))


def _without_volatile(entity: Any, desired: DesiredState) -> Any:
    ignored = desired.address.rules.volatile | set(desired.address.type.evidence_fields.values())
    return replace(entity, ignored, ABSENT)
