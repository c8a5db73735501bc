# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system as data: what a profile says, typed.

A profile arrives here as plain data that was checked against ``profile.schema.json`` (on the controller), so
nothing is checked twice.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from functools import cached_property
from typing import Any, Callable, Optional, Union

from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, dotted_path, names_of, value_at
from .._text.records import evolve
from ..errors import ConfigurationError
from .attributes import (
    Reference,
    element_forms_of,
    marked,
    names_said,
    places_of,
    references_of,
    rule_layer,
    with_inputs,
)
from .completing import Completing
from .merging import merge
from .operation import OPERATIONS, Operation
from .parts import (
    REQUESTS,
    Part,
    StepRequest,
    Transition,
    Verification,
    part_layer,
    parts_of,
    transitions_of,
    verifications_of,
)
from .predicate import BUSY, Predicate, holds, predicate_of
from .session_rules import SessionRules, session_of
from .template import fill, fill_text, path_steps
from .version import NO_VERSION, Version


def at(value: Any, path: str, nothing: Any = None) -> Any:
    """The value at a dotted path of a JSON value; ``nothing`` where there is none."""
    return value_at(value, path.split(".") if path else (), nothing)


def plain_id(value: Any) -> Any:
    """An id as the server knows it: 7.0, as JSON and YAML may have it, is 7."""
    is_whole = isinstance(value, (float, Decimal)) and math.isfinite(value) and value == int(value)
    return int(value) if is_whole else value


@dataclass(frozen=True, eq=False)
class EntityType:
    """One kind of entity. id_at: where an entity holds its id, as a path; id_from: the template over ``key`` that gives
    the id of an entity before it was seen, where the server does not give it; one of the two is empty; key: the
    attributes that are unique together, empty where nobody says which; key_enforced: the server refuses a second one;
    key_proven: it was seen to do so; singleton: there is one of it only, without a key; parents: the types of which one
    is its parent, empty where it has none; required: attributes that a new one must have; compare: layers of comparison
    rules, from general to particular; schema: JSON Schema of desired attributes; evidence_fields: the attribute that
    takes the ``reason``, ``change_reference`` or ``initiator``; secrets: the paths of attributes that are secret;
    other_ids: those of ids that the server gives beside the one in id_at; changed_by, changed_at: where an entity says
    who changed it last, and when; parts, transitions: what takes requests of its own; forms, places: in which form, and
    at which path, answers hold attributes, where it is another one; inputs: those that the task gives; version: where
    its version stands; soft_deleted: what one holds that was deleted and stays, by path; verifications: of
    secrets, by path."""

    name: str
    path: str
    operations: Mapping[str, Operation]
    id_at: str = "id"
    id_from: str = ""
    key: tuple[str, ...] = ()
    key_enforced: bool = False
    key_proven: bool = False
    singleton: bool = False
    parents: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    compare: tuple[Json, ...] = ()
    schema: Optional[Json] = None
    evidence_fields: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    other_ids: tuple[str, ...] = ()
    changed_by: str = ""
    changed_at: str = ""
    parts: Mapping[str, Part] = field(default_factory=dict)
    transitions: tuple[Transition, ...] = ()
    forms: Json = field(default_factory=dict)
    places: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    version: Version = NO_VERSION
    soft_deleted: Json = field(default_factory=dict)
    verifications: Mapping[str, Verification] = field(default_factory=dict)

    def key_path(self, name: str) -> tuple[str, ...]:
        """The names on the way to an attribute of the key, which the profile may say as a path."""
        return names_of(name) if name in self.key else (name,)

    def operation(self, name: str, purpose: str) -> Operation:
        """An operation of the type. Raises ConfigurationError where the profile has none that is switched on."""
        operation = self.operations.get(name)
        if operation is None or not operation.enabled:
            switched_off = " that is switched on" if operation else ""
            raise ConfigurationError(
                purpose,
                f"the profile has no {name} operation for {self.name}{switched_off}",
                f"If your server has it, describe or enable it under operations.{name} in profile_overrides.",
                profile_key=f"operations.{name}",
            )
        return operation

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The paths of the ids that the server gives an entity, as comparison rules write paths."""
        return (*([dotted_path(self.id_at.split("."))] if self.id_at else []), *self.other_ids)

    def apart(self, operation: str) -> tuple[str, ...]:
        """The parts that no body of this operation holds."""
        return tuple(name for name, part in self.parts.items() if operation not in part.within)

    @cached_property
    def completed_later(self) -> Mapping[str, Completing]:
        """How writes are completed that the server may carry out later, by the key of their operation."""
        every: list[Union[Operation, StepRequest, None]] = [one.step for one in self.transitions]
        every += [getattr(part, one) for part in self.parts.values() for one in REQUESTS]
        every += [one for one in self.operations.values() if not one.safe]
        return {one.profile_key: one.completes for one in every if one and one.completes}

    @property
    def in_steps(self) -> frozenset[str]:
        """The attributes that take requests of their own."""
        return frozenset((*self.parts, *self.states))

    def withheld(self, names: Iterable[str]) -> list[str]:
        """Those of some attributes that the request of a create does not send, and that an update right after it
        has to."""
        create, update = self.operations.get("create"), self.operations.get("update")
        if create is None or update is None or update.by == "create":
            return []
        whole, sent = self._sent_by_create
        left_out = create.request.left_out if whole else names
        return [name for name in names if name in left_out and name not in sent]

    @cached_property
    def _sent_by_create(self) -> tuple[bool, frozenset[str]]:
        """Whether the request of a create holds all that is declared; and the attributes that are no matter of an
        update right after it, since that request names them, or others do."""
        create = self.operations.get("create")
        used = [path_steps(name) for name in create.request.names] if create else []
        whole = any(len(steps) == 1 and steps[0] in ("declared", "changed", "whole") for steps in used)
        named = (str(steps[1]) for steps in used if len(steps) > 1)
        return whole, frozenset((*named, *self.key, *self.in_steps))

    def is_deleted(self, entity: Any) -> bool:
        """Whether an entity was deleted and stays, so that it counts as absent."""
        return bool(self.soft_deleted) and holds(entity, self.soft_deleted)

    @property
    def key_paths(self) -> frozenset[str]:
        """The paths of the attributes of the key, as comparison rules write paths."""
        return frozenset(dotted_path(self.key_path(name)) for name in self.key)

    @property
    def keeps_id(self) -> bool:
        """Whether an entity that is created anew has the id of the one before, since its key says it."""
        return bool(self.id_from) or self.id_at in self.key

    @property
    def states(self) -> tuple[str, ...]:
        """The attributes whose change is a verb."""
        return tuple(dict.fromkeys(one.attribute for one in self.transitions))

    def id_in(self, entity: Json) -> Any:
        """The id that an entity carries, None where it carries none."""
        if not self.id_from:
            return plain_id(at(entity, self.id_at))
        refs = {name: {"id": entity[name]} for name in self.references if name in entity}
        return self.id_of({"key": entity, "refs": refs})

    def id_of(self, names: Json) -> Any:
        """The id that is known beforehand, None where there is none. names: ``key`` and ``refs``."""
        found = fill_text(self.id_from, {"inputs": self.inputs, **names}) if self.id_from else ABSENT
        return None if found is ABSENT else plain_id(found)


class Types(Mapping[str, EntityType]):
    """Entity types by name, each made when it is asked for first: most tasks need one of them. make: makes the type of
    a name."""

    def __init__(self, names: Iterable[str], make: Callable[[str], EntityType]) -> None:
        self._made: dict[str, Optional[EntityType]] = dict.fromkeys(names)
        self._make = make

    def __getitem__(self, name: str) -> EntityType:
        made = self._made[name]
        if made is None:
            made = self._made[name] = self._make(name)
        return made

    def __iter__(self) -> Iterator[str]:
        return iter(self._made)

    def __len__(self) -> int:
        return len(self._made)


@dataclass(frozen=True, eq=False)
class Profile:
    """A system. oauth stays as the profile writes it; its readers are in ``auth``. errors: where the errors of an
    answer stand, each as the profile writes it. busy: the answers of a server that is busy, where a request names no
    others itself."""

    name: str
    title: str
    base_path: str
    oauth: Json
    session: SessionRules
    types: Mapping[str, EntityType]
    other_versions: Json = field(default_factory=dict)
    inputs: Json = field(default_factory=dict)
    errors: tuple[Json, ...] = ()
    busy: Predicate = BUSY

    def bound(self, inputs: Mapping[str, str]) -> Profile:
        """The profile of a task that gives these inputs: with them in its comparison rules, and in the ids that are
        known beforehand."""
        if not self.inputs:
            return self

        def bound(name: str) -> EntityType:
            one = self.types[name]
            return evolve(one, compare=tuple(with_inputs(layer, inputs) for layer in one.compare), inputs=inputs)

        return evolve(self, types=Types(self.types, bound))

    def type(self, name: str) -> EntityType:
        """The entity type of that name. Raises ConfigurationError that lists what there is."""
        if name not in self.types:
            near = get_close_matches(name, self.types, n=1)
            raise ConfigurationError(
                f"manage entity type {name!r}",
                f"profile {self.name} has no such type" + (f"; {near[0]} is near" if near else ""),
                f"It has: {', '.join(sorted(self.types))}. Add yours under types in profile_overrides.",
            )
        return self.types[name]


GENERAL = ("changed_by", "changed_at", "evidence_fields", "attributes", "id", "version", "soft_deleted")
"""The keys that a profile gives for all types and a type may override."""

PLACES = ("entity", "paging")
"""The keys of an operation whose places may name the type."""


def type_as_said(name: str, profile: Json) -> dict[str, Any]:
    """The data of a type over those of the type that it extends and over what holds for all types."""
    chain = [profile["types"][name]]
    while "extends" in chain[-1]:
        chain.append(profile["types"][chain[-1]["extends"]])
    data = {**{key: profile[key] for key in GENERAL if key in profile}, **profile.get("operations", {})}
    for one in reversed(chain):
        data = merge(data, {key: value for key, value in one.items() if key != "extends"})
    return data


def type_data(name: str, profile: Json) -> dict[str, Any]:
    """As type_as_said(), with the names in places replaced."""
    data = type_as_said(name, profile)
    names = {"type": {"name": name, "path": data.get("path", "")}}
    return {key: _placed(said, names) if key in OPERATIONS else said for key, said in data.items()}


def _operations(name: str, data: Json, profile: Json) -> dict[str, Operation]:
    own, general = profile["types"][name], profile.get("operations", {})
    operations = {}
    for one in OPERATIONS:
        if one in data:
            key = f"types.{name}.{one}" if own.get(one) or one not in general else f"operations.{one}"
            operations[one] = Operation.of(one, key, data[one], profile.get("completes", {}))
    if "read" not in operations and "find" in operations:
        operations["read"] = evolve(operations["find"], name="read", by="find")
    if "update" not in operations and "create" in operations and operations["create"].upsert:
        operations["update"] = evolve(operations["create"], name="update", by="create")
    return operations


def _placed(said: Any, names: Json) -> Any:
    """An operation with the names in its places replaced."""
    if isinstance(said, list):
        return [_placed(one, names) for one in said]
    if not isinstance(said, Mapping):
        return said
    return {**said, **{key: fill(said[key], names) for key in PLACES if key in said}}


def _entity_type(name: str, profile: Json) -> EntityType:
    data = type_data(name, profile)
    attributes, key, own_id = data.get("attributes", {}), data.get("key", {}), data.get("id", {})
    completes, version = profile.get("completes", {}), Version.of(data.get("version"))
    parts = parts_of(name, data.get("parts", {}), completes)
    return EntityType(
        name=name,
        path=data.get("path", ""),
        operations=_operations(name, data, profile),
        id_at="" if "from" in own_id else own_id.get("at", "id"),
        id_from=own_id.get("from", ""),
        key=tuple(key.get("attributes", ())),
        key_enforced=bool(key.get("enforced")),
        key_proven=bool(key.get("enforced") and key.get("verified")),
        singleton=bool(data.get("singleton")),
        parents=names_said(data.get("parent", ())),
        required=tuple(data.get("required", ())),
        references=references_of(attributes),
        compare=(rule_layer(attributes, key.get("attributes", ())), part_layer(parts.values()), version.layer),
        schema=data.get("schema"),
        evidence_fields=data.get("evidence_fields", {}),
        secrets=marked(attributes, "secret"),
        other_ids=marked(attributes, "identifier"),
        changed_by=data.get("changed_by", ""),
        changed_at=data.get("changed_at", ""),
        parts=parts,
        transitions=transitions_of(name, attributes, completes),
        forms=element_forms_of(attributes),
        places=places_of(attributes),
        version=version,
        soft_deleted=data.get("soft_deleted", {}),
        verifications=verifications_of(name, attributes, completes),
    )


def profile_of(data: Json) -> Profile:
    """Make a Profile of checked data."""
    errors = data.get("errors", [])
    return Profile(
        name=data["name"],
        title=data.get("title", data["name"]),
        base_path=data.get("base_path", "").rstrip("/"),
        oauth=data.get("oauth", {}),
        session=session_of(data.get("session")),
        types=Types(data.get("types", {}), lambda name: _entity_type(name, data)),
        other_versions=data.get("other_versions", {}),
        inputs=data.get("inputs", {}),
        errors=tuple(errors if isinstance(errors, list) else [errors]),
        busy=predicate_of(data["busy"]) if "busy" in data else BUSY,
    )
