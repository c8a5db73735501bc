# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is desired of one entity, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .._options.shared import HIGHEST
from .._profile.json_schema import check
from .._text.json_forms import canonical
from .._text.nested_paths import ABSENT
from .._text.nested_paths import replace as replace_at
from ..errors import ConfigurationError
from .address import Address, Entity
from .compare import Change
from .plan import Plan


@dataclass(frozen=True)
class Waiting:
    """How long a write may take to show. Times in seconds; asked: the user said how long."""

    enabled: bool = True
    timeout: float = 30.0
    interval: float = 1.0
    asked: bool = False

    def __post_init__(self) -> None:
        """Raises ConfigurationError for times that nobody can wait."""
        for name, value, lowest in (("timeout", self.timeout, 0), ("interval", self.interval, 0.001)):
            if not lowest <= value <= HIGHEST:
                raise ConfigurationError("wait for writes", f"wait_{name} is not between {lowest} and {HIGHEST}")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Waiting:
        """As the options of a module say."""
        timeout = values["wait_timeout"]
        asked = timeout is not None
        return cls(values["wait"], timeout if asked else cls.timeout, values["wait_interval"], asked)


class Memory(Protocol):
    """What was sent of an entity's secrets before. entity_id: of the entity, None where nobody knows it."""

    def known(self, entity_id: Any) -> Mapping[str, str]:
        """The fingerprints by attribute path."""

    def of(self, path: str, value: Any) -> str:
        """The fingerprint of a secret."""

    def remember(self, plan: Plan, secrets: Mapping[str, Any], entity_id: Any) -> None:
        """Remember what this plan has just sent."""


@dataclass(frozen=True)
class Secrets:
    """The secret attributes and when they are sent to an entity that exists; see plan()."""

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    policy: str = "on_create"
    memory: Memory | None = None


@dataclass(frozen=True)
class DesiredState:
    """One entity as the user wants it. was: the same target under its former key. sent: what goes to the server with
    every write without being part of the state (reason for change and the like)."""

    address: Address
    attributes: Mapping[str, Any] = field(default_factory=dict)
    secrets: Secrets = Secrets()
    state: str = "present"
    was: Address | None = None
    update_existing: bool = True
    schema: Mapping[str, Any] | None = None
    collateral: str = "report"
    sent: Mapping[str, Any] = field(default_factory=dict)
    waiting: Waiting = Waiting()


@dataclass(frozen=True)
class Outcome:
    """What became of a desired state. entity: as read back, or as expected in check mode; None when it does not exist.
    doubt: why it may have been there before, though none was found."""

    plan: Plan
    entity: Entity | None
    entity_id: Any
    collateral: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    doubt: str = ""


def check_desired_state(desired: DesiredState) -> None:
    """What can be said before the first request."""
    what = f"declare {desired.address}"
    entity_type = desired.address.type
    for schema in (entity_type.schema, desired.schema):
        if schema and desired.state == "present":
            check(schema, {**desired.address.key, **desired.attributes, **desired.secrets.values}, what)
    if desired.address.id is not None and desired.was:
        raise ConfigurationError(
            what,
            "id and was exclude each other",
            "An entity named by its id is renamed by declaring its key attributes.",
        )


def steady(entity: Entity | None, desired: DesiredState) -> str:
    """The entity in canonical form without what the server changes by itself, to tell whether it moved."""
    return canonical(_without_volatile(entity, desired))


def differing(one: Entity, other: Entity, desired: DesiredState) -> list[str]:
    """The attributes that two readings show differently, without those that the server changes by itself."""
    both = [_without_volatile(entity, desired) for entity in (one, other)]
    shown = [{name: canonical(value) for name, value in entity.items()} for entity in both]
    return sorted(name for name in {*shown[0], *shown[1]} if shown[0].get(name) != shown[1].get(name))


def _without_volatile(entity: Any, desired: DesiredState) -> Any:
    ignored = desired.address.rules.volatile | set(desired.address.type.evidence_fields.values())
    return replace_at(entity, ignored, ABSENT)
