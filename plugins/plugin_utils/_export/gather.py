# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export reads: lists, single entities, and what they refer to. Nothing here can write."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Optional, TypeVar

from ...module_utils._entity.address import PARENT, Address, Entity, rules_of
from ...module_utils._entity.api.client import EntityClient
from ...module_utils._profile.attributes import Reference
from ...module_utils._profile.model import EntityType, Profile, plain_id
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.nested_paths import ABSENT, names_of
from ...module_utils._text.nested_paths import replace as replace_at
from ...module_utils._text.records import evolve, record
from ...module_utils._text.redaction import printable
from ...module_utils.errors import InsightError
from .._environment.executor import RunOptions, progress
from .._environment.worker_pool import NotTried, work_through
from .._manifest.entry import Entry

_Item = TypeVar("_Item", bound=Hashable)
_Done = TypeVar("_Done")
ServerId = tuple[Any, ...]
"""Where an entity is on the server: its type, its id, and where its parent is, as far as it is known to have one."""


@dataclass(frozen=True, eq=False)
class Seen:
    """An entity as it was read. address: by its id, and within its parent by its id. named_by: the attributes that are
    its key. references: the attributes that refer to another entity, and its type; its parent is among them. exported:
    it is not only referred to. inner: the places within attributes, as rules write them, that refer to other entities,
    and their types."""

    address: Address
    entity: Entity
    named_by: tuple[str, ...]
    references: Mapping[str, str]
    exported: bool
    inner: Mapping[str, str] = field(default_factory=dict)

    @property
    def type(self) -> EntityType:
        """Its type."""
        return self.address.type

    @property
    def held(self) -> Mapping[str, str]:
        """The references that it holds as attributes: all but its parent."""
        return {name: one for name, one in self.references.items() if not (name == PARENT and self.type.parents)}

    @cached_property
    def targets(self) -> Mapping[str, ServerId]:
        """What it refers to."""
        ids = {name: reference_id(self.entity.get(name)) for name in self.held}
        held = {name: (self.references[name], str(one)) for name, one in ids.items() if one is not None}
        parent = parent_of(self.address)
        return {**held, **({PARENT: where_is(parent)} if parent else {})}

    @cached_property
    def mentioned(self) -> Mapping[tuple[str, str], ServerId]:
        """What is referred to within the attributes of what is exported, by place and id."""
        found: dict[tuple[str, str], ServerId] = {}

        def take(held: Any, path: str) -> Any:
            own_id = reference_id(held)
            if own_id is not None:
                found[path, str(own_id)] = (self.inner[path], str(own_id))

        replace_at(self.entity, self.inner if self.exported else (), take)
        return found


@dataclass(eq=False)
class Gathered:
    """What was read, by place. missing: what was asked for by name and is not there. listed: all entities of a type, by
    its name; lacking: what its list shows otherwise than a read does."""

    seen: dict[ServerId, Seen] = field(default_factory=dict)
    listed: dict[str, list[tuple[Address, Entity]]] = field(default_factory=dict)
    lacking: dict[str, list[str]] = field(default_factory=dict)
    missing: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def _is_listed_within(entity_type: EntityType) -> bool:
    """Whether a list shows the entities of one parent."""
    return entity_type.operations["list"].request.uses(PARENT)


def parent_of(address: Address) -> Optional[Address]:
    """The address of the parent; None where there is none."""
    return address.refs.get(PARENT) if address.type.parents else None


def where_is(address: Address) -> ServerId:
    """Where an entity is. address: by its id, and within its parent by its id."""
    parent = parent_of(address)
    return (address.type.name, str(address.id), *([where_is(parent)] if parent else []))


def _within(parent: Optional[Address]) -> dict[str, Address]:
    return {PARENT: parent} if parent else {}


def reference_id(value: Any) -> Any:
    """The id that an attribute holds; None where it holds none, or something else."""
    number = plain_id(value)
    return number if isinstance(number, (str, int)) and not isinstance(number, bool) and number != "" else None


def _is_plain(name: str, reference: Reference) -> bool:
    """Whether a reference is an attribute that holds one id."""
    return not reference.many and "[]" not in name and names_of(name) == (name,)


def _names(entity_type: EntityType, key: Sequence[str], name: str) -> bool:
    """Whether a reference is part of which entity is meant. Where the key is unique without it, it is an attribute as
    any other, so that a change of it can be seen and taken back."""
    return name in key or not entity_type.key_enforced


@record
class Reading:
    """One run of reading. named_by: the attributes that are the key of each type."""

    profile: Profile
    options: RunOptions
    named_by: Callable[[EntityType], tuple[str, ...]]

    @property
    def client(self) -> EntityClient:
        """What speaks to the server."""
        return self.options.client

    def gather(self, listed: Sequence[EntityType], named: Mapping[Entry, Address]) -> Gathered:
        """Read these types and these entities, then all that they refer to. Raises InsightError."""
        gathered = Gathered()
        self.client.known = {} if self.client.known is None else self.client.known
        for entity_type in listed:
            for address, entity in self._with_parts(self._listed(entity_type, gathered)):
                self._add(gathered, self._seen(address, entity, True))
        found = self._each(named, lambda entry: self.client.the_one(named[entry]), "read")
        for entry, one in found.items():
            if one is None:
                gathered.missing.append(entry)
                gathered.notes += filter(None, [self.client.doubt(named[entry])])
            else:
                for address, whole in self._with_parts([(self.located(named[entry], one), one)]):
                    self._add(gathered, self._seen(address, whole, True, entry))
        self._follow(gathered)
        gathered.notes = list(dict.fromkeys(gathered.notes))
        return gathered

    def located(self, address: Address, entity: Entity) -> Address:
        """An entity that was found, by its id, and within its parent by its id."""
        parent = parent_of(address)
        if parent is not None and parent.id is None:
            parent = self.located(parent, self.client.resolve(parent))
        return evolve(address, refs={**address.refs, **_within(parent)}).located(entity)

    def _add(self, gathered: Gathered, one: Seen) -> None:
        gathered.seen[where_is(one.address)] = one

    def _seen(self, address: Address, entity: Entity, exported: bool, entry: Optional[Entry] = None) -> Seen:
        """entry: how the user named the entity."""
        entity_type, parent = address.type, parent_of(address)
        rules = rules_of(entity_type)
        left_out = rules.read_only | rules.volatile | rules.write_only
        shown = {name: one for name, one in entity_type.references.items() if name not in left_out}
        key = self.named_by(entity_type)
        plain = {
            name: one.type for name, one in shown.items() if _is_plain(name, one) and _names(entity_type, key, name)
        }
        inner = {f"{name}[]" if one.many else name: one.type for name, one in shown.items() if name not in plain}
        references = {**plain, **({PARENT: parent.type.name} if parent else {})}
        if entry is None:
            named_by = (*key, *_within(parent))
            return Seen(address, entity, named_by, references, exported, inner)
        given = {name: reference["type"] for name, reference in entry.refs.items()}
        return Seen(address, entity, (*entry.key, *given), {**references, **given}, exported, inner)

    def _listed(self, entity_type: EntityType, gathered: Gathered) -> list[tuple[Address, Entity]]:
        """All entities of a type by their ids. Where a list shows those of one parent, it is asked for within each
        entity that may be one, as long as more of them are found."""
        every, around = gathered.listed, self._around(entity_type)
        inner = [one for one in around if one.name not in every and _is_listed_within(one)]
        for one in around:
            if one.name not in every:
                every[one.name] = [] if one in inner else self._among(Address(one), gathered)
        fresh = [one for of_type in around for one in every[of_type.name]]
        while fresh:
            found = {one.name: self._in_each(one, fresh, gathered) for one in inner}
            for name, some in found.items():
                every[name] += some
            fresh = [one for some in found.values() for one in some]
        return every[entity_type.name]

    def _around(self, entity_type: EntityType) -> list[EntityType]:
        """A type, and those within whose entities it is listed, to any depth."""
        found = {entity_type.name: entity_type}
        todo = [entity_type]
        while todo:
            one = todo.pop()
            names = [name for name in one.parents if name not in found] if _is_listed_within(one) else []
            found.update({name: self.profile.type(name) for name in names})
            todo += [found[name] for name in names]
        return list(found.values())

    def _in_each(
        self, entity_type: EntityType, found: Sequence[tuple[Address, Entity]], gathered: Gathered
    ) -> list[tuple[Address, Entity]]:
        """All entities of a type within those of these entities that may be their parents."""
        parents = [one for one in found if one[0].type.name in entity_type.parents]
        if self.client.known is not None:
            self.client.known.update({address.identity: entity for address, entity in parents})
        places = {where_is(one): Address(entity_type, refs=_within(one)) for one, _entity in parents}
        lists = self._each(places, lambda place: self._among(places[place], gathered), "list")
        return [one for some in lists.values() for one in some]

    def _among(self, among: Address, gathered: Gathered) -> list[tuple[Address, Entity]]:
        """All entities of one list. Where the list shows less of one than a read does, each is read."""
        client, entity_type = self.client, among.type
        every = client.whole(among, distinct=False)  # what stands on two pages is one entity
        listed = {where_is(address): (address, one) for one in every for address in [among.located(one)]}
        if not listed:
            gathered.notes += filter(None, [client.doubt_of(entity_type, "list")])
            return []
        if entity_type.name not in gathered.lacking:
            gathered.lacking[entity_type.name] = self._lacking(*next(iter(listed.values())))
        lacking = gathered.lacking[entity_type.name]
        if not lacking:
            return list(listed.values())
        shown = printable(", ".join(lacking))
        gathered.notes.append(
            f"The list of {entity_type.name} shows {shown} otherwise than a read does, so each entity was read."
        )
        read = self._read({place: address for place, (address, _one) in listed.items()})
        return [(listed[place][0], one) for place, one in read.items() if one is not None]

    def _with_parts(self, entities: Sequence[tuple[Address, Entity]]) -> Sequence[tuple[Address, Entity]]:
        """Entities of one type with all of their parts that can be read."""
        of_type = entities[0][0].type.parts if entities else {}
        parts = tuple(name for name, part in of_type.items() if not part.write_only)
        if not parts:
            return entities
        rules = rules_of(entities[0][0].type)
        located = {where_is(address): (evolve(address, parts=parts, rules=rules), one) for address, one in entities}
        whole = self._each(located, lambda place: self.client.with_parts(*located[place]), "read")
        return [(address, whole[where_is(address)]) for address, _entity in entities if where_is(address) in whole]

    def _lacking(self, address: Address, entity: Entity) -> list[str]:
        """The attributes that a list shows otherwise than a read of the same entity. entity: as it was listed."""
        operation = address.type.operations.get("read")
        if operation is None or not operation.enabled:
            return []
        [read] = self._read({where_is(address): address}).values()
        changing = rules_of(address.type).volatile
        one, other = (replace_at(shown or {}, changing, ABSENT) for shown in (entity, read))
        return sorted(name for name in other if canonical(one.get(name)) != canonical(other[name]))

    def _read(self, addresses: Mapping[ServerId, Address]) -> dict[ServerId, Optional[Entity]]:
        return self._each(addresses, lambda place: self.client.the_one(addresses[place]), "read")

    def _follow(self, gathered: Gathered) -> None:
        """Read what is referred to: of what is exported all, of the rest what its name needs."""
        seen = gathered.seen
        fresh, asked = list(seen.values()), set(seen)
        while fresh:
            wanted = {place: address for one in fresh for place, address in self._referred(one) if place not in asked}
            asked.update(wanted)
            fresh = []
            for place, entity in self._read(wanted).items():
                if entity is not None:
                    seen[place] = self._seen(wanted[place], entity, False)
                    fresh.append(seen[place])

    def _referred(self, one: Seen) -> Iterator[tuple[ServerId, Address]]:
        yield from ((place, Address(self.profile.type(place[0]), place[1])) for place in one.mentioned.values())
        for name, place in one.targets.items():
            if name not in one.held:
                yield place, one.address.refs[name]
            elif one.exported or name in one.named_by:
                yield place, Address(self.profile.type(place[0]), reference_id(one.entity[name]))

    def _each(self, items: Iterable[_Item], work: Callable[[_Item], _Done], what: str) -> dict[_Item, _Done]:
        """Do the work on each. Raises the first InsightError."""
        every = list(items)
        tell = progress(self.options, what, len(every))
        fates = work_through(
            [every], work, self.options.concurrency, (InsightError,), lambda _item, _fates: None, tell, []
        )
        for fate in fates.values():
            if isinstance(fate, InsightError):
                raise fate
        return {item: fate for item, fate in fates.items() if not isinstance(fate, (InsightError, NotTried))}
