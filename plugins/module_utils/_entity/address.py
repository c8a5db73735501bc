# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The address of an entity, and whether an entity that a server offers has that address."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Optional

from .._profile.mismatch import profile_mismatch, shape
from .._profile.model import EntityType, Profile, plain_id
from .._text.json_forms import canonical
from .._text.nested_paths import value_at, with_value
from .._text.records import evolve
from .._text.redaction import printable
from ..errors import AmbiguousError, ConfigurationError, ProfileMismatchError
from .compare import Rules, compare_checked, rules

Entity = Mapping[str, Any]

PARENT = "parent"
"""The reference to the entity within which another one is, of types that say so."""
REFERENCE = "Write it as {type: application, key: {...}}, or with id."
"""The hint of errors about a reference."""


@dataclass(frozen=True, eq=False)
class Address:
    """The entity that is meant. refs: attribute -> the address it refers to. Either id or key is given, and neither for
    a singleton. parts: those of its parts that are read along with it. origin, seen: of one by id, the address by which
    it was found, and the entity as it was found, of which its requests may name more than the id. ready: it is waited
    for until it is what the profile calls ready."""

    type: EntityType
    id: Any = None
    key: Mapping[str, Any] = field(default_factory=dict)
    refs: Mapping[str, Address] = field(default_factory=dict)
    rules: Rules = field(default_factory=Rules)
    parts: tuple[str, ...] = ()
    origin: Optional[Address] = field(default=None, compare=False, repr=False)
    seen: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
    ready: bool = field(default=True, compare=False, repr=False)

    @property
    def held(self) -> Mapping[str, Address]:
        """The references that it holds as attributes: all but its parent."""
        return (
            {name: address for name, address in self.refs.items() if name != PARENT} if self.type.parents else self.refs
        )

    @property
    def among(self) -> Address:
        """All of its type within its parent, as a list names them."""
        return Address(self.type, refs={name: one for name, one in self.refs.items() if name not in self.held})

    @cached_property
    def own_key(self) -> Mapping[str, Any]:
        """The key as the entity holds it: nested where the profile says paths (``properties.code``)."""
        paths = {name: self.type.key_path(name) for name in self.key}
        if all(len(path) == 1 for path in paths.values()):
            return self.key
        nested: dict[str, Any] = {}
        for name, value in self.key.items():
            nested = with_value(nested, paths[name], value)
        return nested

    def in_key(self, entity: Entity, name: str) -> Any:
        """What an entity holds of an attribute of the key; None where it holds nothing."""
        return value_at(entity, self.type.key_path(name))

    @cached_property
    def named(self) -> str:
        """The key, or the id, on one line."""
        parts = [f"{name}={value}" for name, value in self.key.items()] if self.id is None else [f"id {self.id}"]
        refs = self.refs if self.id is None else self.among.refs
        return printable(", ".join(parts + [f"{name}=({address.named})" for name, address in refs.items()]))

    @cached_property
    def identity(self) -> str:
        """The text that identifies this entity in its system. 5 and "5" are one id."""
        own_id = None if self.id is None else str(self.id)
        return canonical([self.type.name, own_id, self.key, {name: one.identity for name, one in self.refs.items()}])

    def with_id(self, entity_id: Any) -> Address:
        """This entity by its id, which identifies it among all of its type and parent; unchanged where the id is
        None."""
        if entity_id is None:
            return self
        origin = self if self.key or self.refs else self.origin
        parent = {name: self.refs[name] for name in (PARENT,) if self.type.parents and name in self.refs}
        return evolve(self, id=entity_id, key={}, refs=parent, origin=origin)

    @property
    def searched_by_texts(self) -> bool:
        """Whether the search takes the references as texts, so that their ids are not asked for: it is believed where
        nothing is to be written."""
        search = self.type.operations.get("find")
        return search is not None and bool(search.texts_at)

    def located(self, entity: Entity) -> Address:
        """This entity, which was found, by the id under which the server knows it. Raises ProfileMismatchError where it
        carries none. The only one of its type needs none."""
        if self.type.singleton:
            return self
        entity_id, attribute, name = self.type.id_in(entity), self.type.id_at or self.type.id_from, self.type.name
        if entity_id in (None, ""):
            raise profile_mismatch(
                f"tell the id of an entity of type {name}",
                f"the entity as read carries no {attribute}",
                f"types.{name}.id.at",
                expected=f"an entity with {attribute}",
                came=shape(entity),
                hint=f"Change id.at in the profile, or types.{name}.id.at.",
            )
        return evolve(self.with_id(entity_id), seen=entity)

    def __str__(self) -> str:
        return f"{self.type.name} ({self.named})" if self.named else self.type.name


def address_of(profile: Profile, data: Mapping[str, Any], compare_option: Mapping[str, Any] | None = None) -> Address:
    """The address that ``type``, ``id`` or ``key``, and ``refs`` describe. Raises ConfigurationError where they do not
    name an entity: neither id nor key, or both; an incomplete key; a value of the key that YAML has read as a
    number."""
    if not isinstance(data, Mapping):
        raise ConfigurationError("refer to an entity", f"{data!r} does not say which one", REFERENCE)
    entity_type = profile.type(str(data.get("type") or ""))
    entity_id, key, references = data.get("id"), data.get("key") or {}, data.get("refs") or {}
    what = f"name the entity of type {entity_type.name}"
    unknown = sorted(set(data) - {"type", "id", "key", "refs"})
    if unknown:
        raise ConfigurationError(
            what, f"{', '.join(unknown)} is not understood here", "Give type, and id or key with refs."
        )
    if not (isinstance(key, Mapping) and isinstance(references, Mapping)) or isinstance(
        entity_id, (Mapping, list, bool)
    ):
        raise ConfigurationError(what, "key and refs must be mappings, and id a text or a number", REFERENCE)
    _check_one_is_named(entity_type, entity_id not in (None, ""), key, references, what)
    _check_key(entity_type, key, references, what)
    for name, referred in references.items():
        _check_reference(entity_type, name, referred)
    refs = {name: address_of(profile, referred) for name, referred in references.items()}
    for name, referred in refs.items():
        check_referred(entity_type, name, referred, what)
    _check_parent(entity_type, entity_id in (None, ""), refs, what)
    overlap = sorted(set(refs) & set(key))
    if overlap:
        raise ConfigurationError(what, f"{', '.join(overlap)} stands both in key and in refs", "Keep it in refs.")
    known_id = None if entity_id == "" else plain_id(entity_id)
    own_rules = rules_of(entity_type)
    if compare_option:
        own_rules = rules(*entity_type.compare, compare_option, secret=entity_type.secrets)
    return Address(entity_type, known_id, key, refs, own_rules)


def _check_reference(entity_type: EntityType, name: str, referred: Any) -> None:
    """Raise ConfigurationError where what stands in refs names no entity."""
    if isinstance(referred, Mapping) and referred.get("type"):
        return
    known = entity_type.references.get(name)
    types = entity_type.parents if name == PARENT and entity_type.parents else [known.type] if known else ["..."]
    ways = [f"{{type: {one}, key: {{...}}}}" for one in types]
    hint = f"Write refs.{name} as {' or '.join(ways)}, or with id."
    if referred is None and name != PARENT and name not in entity_type.key:
        hint += f" To clear the reference, declare attributes: {{{name}: null}} and leave it out of refs."
    what, shown = f"refer to an entity in refs.{name}", "null" if referred is None else repr(referred)
    raise ConfigurationError(what, f"{shown} does not say which one", hint)


@lru_cache(maxsize=1000)
def rules_of(entity_type: EntityType) -> Rules:
    """The rules of a type, as the profile says them."""
    return rules(*entity_type.compare, secret=entity_type.secrets)


def _check_one_is_named(entity_type: EntityType, has_id: bool, key: Entity, references: Entity, what: str) -> None:
    """Raise ConfigurationError unless either an id or a key is given; a key may consist of references."""
    if entity_type.singleton:
        if has_id or key:
            raise ConfigurationError(what, "there is one of its type only", "Leave out id and key.")
        return
    refers = bool(entity_type.key) and set(entity_type.key) <= set(references)
    if has_id == (bool(key) or refers):
        raise ConfigurationError(
            what, "exactly one of id and key is needed", "Give the key, or the id that the server shows."
        )


def check_referred(entity_type: EntityType, name: str, referred: Address, what: str) -> None:
    """Raise ConfigurationError where an attribute refers to an entity of another type than the profile says: its id
    may be that of one which is not meant."""
    reference = entity_type.references.get(name)
    if reference is not None and referred.type.name != reference.type:
        why = f"{name} refers to an entity of type {reference.type}, and {referred} is none"
        raise ConfigurationError(what, why, "Name one of that type.")


def _check_parent(entity_type: EntityType, by_key: bool, refs: Mapping[str, Address], what: str) -> None:
    """Raise ConfigurationError where the parent is not given, or is of another type than the profile says."""
    parents, parent = entity_type.parents, refs.get(PARENT)
    allowed = " or ".join(parents)
    read = entity_type.operations.get("read")
    needed = by_key or (read is not None and read.request.uses(PARENT))
    if parents and parent is None and needed:
        raise ConfigurationError(what, f"its parent is not given, which is of type {allowed}", f"Give refs.{PARENT}.")
    if parents and parent is not None and parent.type.name not in parents:
        raise ConfigurationError(what, f"its parent is of type {allowed}, and not {parent.type.name}")


def _check_key(entity_type: EntityType, key: Entity, references: Entity, what: str) -> None:
    """Raise ConfigurationError unless a key is whole and holds texts, or what the schema of the type allows."""
    missing = [name for name in entity_type.key if name not in key and name not in references]
    if key and missing:
        raise ConfigurationError(
            what, f"its key is {' and '.join(entity_type.key)}, and {', '.join(missing)} is not given", "Complete key."
        )
    properties = (entity_type.schema or {}).get("properties", {})
    for name, value in key.items():
        if isinstance(value, str) and value.strip():
            continue
        if isinstance(value, (bool, int, float)) and properties.get(name, {}).get("type", "string") != "string":
            continue
        if value is None or isinstance(value, str):
            raise ConfigurationError(what, f"{name} in key is empty", "Give it, or leave it out.")
        if isinstance(value, (Mapping, list)):
            raise ConfigurationError(what, f"{name} in key is a {type(value).__name__}, not text", "A key holds texts.")
        kind = "boolean" if isinstance(value, bool) else "number"
        raise ConfigurationError(
            what, f"{name} in key is the {kind} {str(value).lower()}, not text", _quoted(name, value)
        )


def _quoted(name: str, value: Any) -> str:
    """How to write what YAML read as a boolean or number."""
    if isinstance(value, bool):
        return f'Quote it as the server shows it: {name}: "{"YES" if value else "NO"}".'
    zeros = "with the zeros that you wrote, if YAML read it as octal"
    octal = f', or "0{value:o}", {zeros}' if isinstance(value, int) else ""
    number = "Where the server holds a number there, say so in schema.properties of the type"
    return f'Quote it as the server shows it: {name}: "{value}"{octal}. {number}: {name}: {{type: number}}.'


def _nfc(value: Any) -> str:
    """A value as text, in the one composed form of Unicode (NFC)."""
    return unicodedata.normalize("NFC", str(value))


def folded(value: Any) -> str:
    """A value of a key without what a near match may differ in: case, outer space, Unicode form."""
    return unicodedata.normalize("NFKC", "" if value is None else str(value)).strip().casefold()


def exactly_one(address: Address, offered: Sequence[Entity]) -> Entity | None:
    """The only offered entity that has exactly the key of the address; None when nothing was offered.

    What the server offers is not believed: it may have searched loosely, or not at all.
    """
    exact = [entity for entity in offered if has_key(address, entity)]
    near = [entity for entity in offered if entity not in exact and is_near(address, entity)]
    if len(exact) > 1:
        ids = ", ".join(printable(str(address.type.id_in(entity))) for entity in exact)
        raise AmbiguousError(
            f"tell which {address} is meant", f"{len(exact)} entities match (ids {ids})", "Name one by id."
        )
    if near:
        pairs = ((name, address.in_key(near[0], name), value) for name, value in address.key.items())
        shown = "; ".join(
            f"{name} is {show(other)} on the server and {show(value)} here"
            for name, other, value in pairs
            if other != value
            for show in [ascii if _nfc(other) == _nfc(value) else repr]
        )
        raise AmbiguousError(
            f"tell which {address} is meant" if exact else f"tell whether {address} exists",
            f"{'another' if exact else 'one'} differs only in case, outer space or Unicode form: {printable(shown)}",
            "Name it by id, or have one of the two renamed or removed."
            if exact
            else "Write the key as the server has it, or settle it with compare.normalise.",
        )
    if offered and not exact:
        raise _none_of_them(address, offered)
    return exact[0] if exact else None


def has_id(address: Address, entity: Entity) -> bool:
    """Whether an entity carries the id of the address, or none at all."""
    own = address.type.id_in(entity)
    return own is None or str(own) == str(plain_id(address.id))


def check_case(address: Address, entity: Entity) -> None:
    """Raise AmbiguousError where the server answers with an entity whose id is almost that of the address."""
    entity_type, declared, shown = address.type, address.id, address.type.id_in(entity)
    if folded(declared) != folded(shown):
        return
    show = ascii if _nfc(shown) == _nfc(declared) else repr
    raise AmbiguousError(
        printable(f"tell whether {entity_type.name} (id {declared}) exists"),
        "one differs only in case, outer space or Unicode form: "
        + printable(f"{entity_type.id_at or 'id'} is {show(shown)} on the server and {show(declared)} here"),
        "Write the id as the server has it.",
    )


def is_near(address: Address, entity: Entity) -> bool:
    """Whether the key of an entity differs from that of the address in case, outer space and Unicode form at most."""
    return all(folded(address.in_key(entity, name)) == folded(value) for name, value in address.key.items())


def has_key(address: Address, entity: Entity) -> bool:
    """Whether an entity has the key of the address. Equal texts are equal under any rules."""
    if all(isinstance(value, str) and address.in_key(entity, name) == value for name, value in address.key.items()):
        return True
    return not compare_checked(address.own_key, entity, Rules(normalise=address.rules.normalise)).changes


def _none_of_them(address: Address, offered: Sequence[Entity]) -> ProfileMismatchError:
    """The error for a search that offers entities, and none with the key."""
    return profile_mismatch(
        f"find {address}",
        f"the server offered {len(offered)} entities and none of them has this key",
        "operations.find",
        expected=f"an entity with {printable(', '.join(address.key))} as declared, or the answer for missing",
        came=shape(offered),
        hint="Its search is not what the profile says. Change operations.find in the profile, or name the entity by "
        "id.",
    )
