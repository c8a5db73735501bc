# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system as data: what a profile says, typed.

A profile arrives here as plain data that was checked against ``profile.schema.json`` (on the controller), so
nothing is checked twice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Optional

from .._text.json_forms import Json
from .._text.nested_paths import path_to, value_at
from ..errors import ConfigurationError


def merge(base: Any, over: Any) -> Any:
    """Lay ``over`` on ``base`` by RFC 7396: mappings key by key, a null takes the key away, all else replaces."""
    return _merged(base, over, keep=False)


def overlaid(base: Json, over: Json) -> dict[str, Any]:
    """As merge(), for whole profiles. A null in a type also takes away what holds for all types, so it is kept."""
    merged: dict[str, Any] = merge(base, over)
    types, new = base.get("types"), over.get("types")
    if isinstance(new, Mapping):
        old = types if isinstance(types, Mapping) else {}
        wanted = {name: value for name, value in new.items() if value is not None}
        merged["types"] = {**merged["types"], **{name: _merged(old.get(name), wanted[name], True) for name in wanted}}
    return merged


def _merged(base: Any, over: Any, keep: bool) -> Any:
    """keep: a null stays, to be laid on something else."""
    if not isinstance(over, Mapping):
        return over
    merged = dict(base) if isinstance(base, Mapping) else {}
    for name, value in over.items():
        if value is None and not keep:
            merged.pop(name, None)
        else:
            merged[name] = _merged(merged.get(name), value, keep)
    return merged


def at(value: Any, path: str, nothing: Any = None) -> Any:
    """What stands at a dotted path of a JSON value; ``nothing`` where nothing does."""
    return value_at(value, path.split(".") if path else (), nothing)


def plain_id(value: Any) -> Any:
    """An id as the server knows it: 7.0, as JSON and YAML may have it, is 7."""
    is_whole = isinstance(value, (float, Decimal)) and math.isfinite(value) and value == int(value)
    return int(value) if is_whole else value


@dataclass(frozen=True)
class Answer:
    """How an answer of this meaning is recognised: by its status, or by a success whose entities are none."""

    status: tuple[int, ...] = ()
    empty: bool = False


@dataclass(frozen=True)
class Operation:
    """One request of an entity type.

    name: ``read``, ``find``, ``create``, ``update``, ``delete`` or ``list``; profile_key: where it stands in the
    profile. path: template under the profile's base path with ``{type}`` (the type's path), ``{id}``, ``{uuid}``;
    it may hold a query. body: ``none``, ``empty`` ({}), ``key``, ``declared``, ``changed``, ``whole``, ``page``, or
    ``query`` for what would be the body in the query instead. request_at: dotted path in the body at which the
    attributes stand. id_field: dotted path in the body, or name in the query, that takes the entity's id.
    references: whether references go out as ``id`` or as ``query_for``. addressed_by: attribute of the entity as
    read that goes along with the attributes to say which one is meant. entity, entities: where they stand in the
    answer, as a dotted path; empty for the whole answer; entity None where the answer does not carry it (false in
    the profile). id_at: where such an answer says the id of a new entity: a dotted path, or ``location``.
    safe: may be repeated although it may have been carried out. backed: a document or a probe says that it is so.
    """

    name: str
    profile_key: str
    method: str
    path: str
    body: str = "none"
    references: str = "id"
    request_at: str = ""
    id_field: Optional[str] = None
    addressed_by: Optional[str] = None
    success: tuple[int, ...] = (200,)
    missing: Answer = Answer()
    conflict: Answer = Answer()
    entity: Optional[str] = ""
    id_at: Optional[str] = None
    entities: str = ""
    paging: Json = field(default_factory=dict)
    safe: bool = False
    enabled: bool = True
    assumed: bool = False
    backed: bool = False

    @classmethod
    def of(cls, name: str, profile_key: str, data: Json) -> Operation:
        """From the profile's data; what only a reader needs (source, note, verified) stays behind."""
        values = {key: value for key, value in data.items() if key in cls.__dataclass_fields__}
        values["backed"] = bool(data.get("source") or data.get("verified")) and not is_assumed(data)
        values["success"] = tuple(data.get("success", (200,)))
        values["entity"] = None if data.get("entity") is False else data.get("entity", "")
        for meaning in ("missing", "conflict"):
            answer = data.get(meaning, {})
            values[meaning] = Answer(tuple(answer.get("status", ())), answer.get("empty", False))
        return cls(name=name, profile_key=profile_key, **values)


@dataclass(frozen=True)
class Reference:
    """An attribute that holds the id of another entity. query_for: the text by which the server finds that entity,
    a template over its attributes; empty where the id has to be found first. read: where an answer holds the id, empty
    where the attribute itself does."""

    attribute: str
    type: str
    query_for: str = ""
    read: str = ""

    @classmethod
    def of(cls, attribute: str, data: Json) -> Reference:
        """From the profile's data, where ``read`` is a template with the one name ``{entity.PATH}``."""
        read = data.get("read", "")[len("{entity.") : -1]
        return cls(attribute, data["type"], data.get("query_for", ""), read)


@dataclass(frozen=True, eq=False)
class EntityType:
    """One kind of entity. id_attribute, uuid_attribute, changed_by, changed_at: where an entity holds them, as dotted
    paths; key: the attributes that are unique together, empty where nobody says which; key_enforced: the server
    refuses a second one; required: attributes that a new one must have; compare: layers of comparison rules, from
    general to particular; schema: JSON Schema of desired attributes; evidence_fields: the attribute that takes the
    ``reason``, ``change_reference`` or ``initiator``; secrets: the paths of attributes that are secret; query_for_at:
    where in a body the texts of references stand."""

    name: str
    path: str
    id_attribute: str
    uuid_attribute: Optional[str]
    operations: Mapping[str, Operation]
    key: tuple[str, ...] = ()
    key_enforced: bool = False
    required: tuple[str, ...] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    compare: tuple[Json, ...] = ()
    schema: Optional[Json] = None
    evidence_fields: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    query_for_at: str = ""
    changed_by: str = ""
    changed_at: str = ""

    @property
    def identifiers(self) -> tuple[str, ...]:
        """The paths of the ids that the server gives an entity, as comparison rules write paths."""
        return tuple(path_to(dotted.split(".")) for dotted in (self.id_attribute, self.uuid_attribute) if dotted)

    def id_in(self, entity: Json) -> Any:
        """The id that an entity carries, None where it carries none."""
        return plain_id(at(entity, self.id_attribute))


@dataclass(frozen=True)
class Profile:
    """A system. oauth and session stay as the profile writes them; their readers are in ``auth``."""

    name: str
    title: str
    base_path: str
    oauth: Json
    session: Json
    headers: Mapping[str, str]
    types: Mapping[str, EntityType]
    other_versions: Json = field(default_factory=dict)

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


BASIS = ("source", "assumed", "verified", "note")
"""What says how we know a thing. ``verified`` overrules ``assumed``."""


def is_assumed(data: Json) -> bool:
    """Whether neither a document nor a probe backs this part of a profile."""
    return bool(data.get("assumed")) and not data.get("verified")


GENERAL = ("id_attribute", "uuid_attribute", "changed_by", "changed_at", "evidence_fields", "attributes")
"""What a profile says for all types, and a type may say otherwise."""


def _entity_type(name: str, data: Json, profile: Json) -> EntityType:
    general = profile.get("operations", {})
    own = merge({}, data.get("operations") or {})
    operations = {}
    for operation, whole in merge(general, data.get("operations") or {}).items():
        owner = f"types.{name}." if operation in own else ""
        merged = {**whole, "assumed": is_assumed(whole)}
        operations[operation] = Operation.of(operation, f"{owner}operations.{operation}", merged)
    data = merge({field: profile[field] for field in GENERAL if field in profile}, data)
    key = data.get("key", {})
    rules = [
        {k: v for k, v in layer.items() if k not in BASIS}
        for layer in (profile.get("compare", {}), data.get("compare", {}))
    ]
    return EntityType(
        name=name,
        path=data["path"],
        id_attribute=data.get("id_attribute", "id"),
        uuid_attribute=data.get("uuid_attribute"),
        operations=operations,
        key=tuple(key.get("attributes", ())),
        key_enforced=bool(key.get("enforced")),
        required=tuple(data.get("required", ())),
        references={
            attribute: Reference.of(attribute, reference) for attribute, reference in data.get("references", {}).items()
        },
        compare=tuple(rules),
        schema=data.get("schema"),
        evidence_fields=data.get("evidence_fields", {}),
        secrets=tuple(path for path, said in data.get("attributes", {}).items() if said.get("secret")),
        query_for_at=profile.get("query_for_at", ""),
        changed_by=data.get("changed_by", ""),
        changed_at=data.get("changed_at", ""),
    )


def profile_of(data: Json) -> Profile:
    """Make a Profile of checked data."""
    return Profile(
        name=data["name"],
        title=data.get("title", data["name"]),
        base_path=data.get("base_path", "").rstrip("/"),
        oauth=data.get("oauth", {}),
        session=data.get("session", {"kind": "bearer"}),
        headers=data.get("headers", {}),
        types={name: _entity_type(name, entity_type, data) for name, entity_type in data.get("types", {}).items()},
        other_versions=data.get("other_versions", {}),
    )
