# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an export reads: lists, single entities, and what they refer to. Nothing here can write."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Optional, TypeVar

from ...module_utils._entity.address import Address, Entity, rules_of
from ...module_utils._entity.api.client import EntityClient
from ...module_utils._profile.attributes import Reference
from ...module_utils._profile.model import EntityType, Profile, plain_id
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.nested_paths import ABSENT, names_of
from ...module_utils._text.nested_paths import replace as replace_at
from ...module_utils._text.redaction import printable
from ...module_utils.errors import InsightError
from .._environment.executor import RunOptions, progress
from .._environment.worker_pool import NotTried, work_through
from .._manifest.entry import Entry

_Item = TypeVar("_Item", bound=Hashable)
_Done = TypeVar("_Done")
ServerId = tuple[str, str]
"""Where an entity is on the server: its type and its id."""


@dataclass(frozen=True)
class Seen:
    """An entity as it was read. named_by: the attributes that are its key. references: the attributes that refer to
    another entity, and its type. exported: it is not only referred to. inner: the places within attributes, as rules
    write them, that refer to other entities, and their types."""

    type: EntityType
    entity: Entity
    named_by: tuple[str, ...]
    references: Mapping[str, str]
    exported: bool
    inner: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def targets(self) -> Mapping[str, ServerId]:
        """What its attributes refer to."""
        ids = {name: reference_id(self.entity.get(name)) for name in self.references}
        return {name: (self.references[name], str(one)) for name, one in ids.items() if one is not None}

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


@dataclass
class Gathered:
    """What was read, by place. missing: what was asked for by name and is not there."""

    seen: dict[ServerId, Seen] = field(default_factory=dict)
    missing: list[Entry] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def reference_id(value: Any) -> Any:
    """The id that an attribute holds; None where it holds none, or something else."""
    number = plain_id(value)
    return number if isinstance(number, (str, int)) and not isinstance(number, bool) and number != "" else None


def _is_plain(name: str, reference: Reference) -> bool:
    """Whether a reference is an attribute that holds one id."""
    return not reference.many and "[]" not in name and names_of(name) == [name]


@dataclass(frozen=True)
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
        for entity_type in listed:
            for entity in self._with_parts(entity_type, self._listed(entity_type, gathered.notes)):
                self._add(gathered, self._seen(entity_type, entity, True))
        found = self._each(named, lambda entry: self.client.the_one(named[entry]), "read")
        for entry, one in found.items():
            if one is None:
                gathered.missing.append(entry)
                gathered.notes += filter(None, [self.client.doubt(named[entry])])
            else:
                [whole] = self._with_parts(named[entry].type, [one])
                self._add(gathered, self._seen(named[entry].type, whole, True, entry))
        self._follow(gathered)
        gathered.notes = list(dict.fromkeys(gathered.notes))
        return gathered

    def _add(self, gathered: Gathered, one: Seen) -> None:
        gathered.seen[one.type.name, str(Address(one.type).located(one.entity).id)] = one

    def _seen(self, entity_type: EntityType, entity: Entity, exported: bool, entry: Optional[Entry] = None) -> Seen:
        """entry: how the user named the entity."""
        rules = rules_of(entity_type)
        left_out = rules.read_only | rules.volatile | rules.write_only
        shown = {name: one for name, one in entity_type.references.items() if name not in left_out}
        references = {name: one.type for name, one in shown.items() if _is_plain(name, one)}
        inner = {f"{name}[]" if one.many else name: one.type for name, one in shown.items() if name not in references}
        if entry is None:
            return Seen(entity_type, entity, self.named_by(entity_type), references, exported, inner)
        given = {name: reference["type"] for name, reference in entry.refs.items()}
        return Seen(entity_type, entity, (*entry.key, *given), {**references, **given}, exported, inner)

    def _listed(self, entity_type: EntityType, notes: list[str]) -> list[Entity]:
        """All entities of a type. Where the list shows less of one than a read does, each is read."""
        client = self.client
        place = Address(entity_type)
        every = client.whole(place, distinct=False)  # what stands on two pages is one entity
        by_id = {str(place.located(entity).id): entity for entity in every}
        if not by_id:
            notes += filter(None, [client.doubt_of(entity_type, "list")])
        lacking = self._lacking(entity_type, next(iter(by_id.values()), None))
        if not lacking:
            return list(by_id.values())
        shown = printable(", ".join(lacking))
        notes.append(
            f"The list of {entity_type.name} shows {shown} otherwise than a read does, so each entity was read."
        )
        return [one for one in self._read(self._by_id(entity_type, by_id.values())).values() if one is not None]

    def _with_parts(self, entity_type: EntityType, entities: list[Entity]) -> list[Entity]:
        """Entities with all of their parts that can be read."""
        parts = tuple(name for name, part in entity_type.parts.items() if not part.write_only)
        if not parts:
            return entities
        located = {number: Address(entity_type, parts=parts).located(one) for number, one in enumerate(entities)}
        whole = self._each(located, lambda one: self.client.with_parts(located[one], entities[one]), "read")
        return [whole[number] for number in located if number in whole]

    def _lacking(self, entity_type: EntityType, listed: Optional[Entity]) -> list[str]:
        """The attributes that a list shows otherwise than a read of the same entity."""
        operation = entity_type.operations.get("read")
        if listed is None or operation is None or not operation.enabled:
            return []
        [read] = self._read(self._by_id(entity_type, [listed])).values()
        changing = rules_of(entity_type).volatile
        one, other = (replace_at(entity or {}, changing, ABSENT) for entity in (listed, read))
        return sorted(name for name in other if canonical(one.get(name)) != canonical(other[name]))

    def _by_id(self, entity_type: EntityType, entities: Iterable[Entity]) -> dict[ServerId, Address]:
        found = [Address(entity_type).located(entity) for entity in entities]
        return {(entity_type.name, str(address.id)): address for address in found}

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
                    seen[place] = self._seen(wanted[place].type, entity, False)
                    fresh.append(seen[place])

    def _referred(self, one: Seen) -> Iterator[tuple[ServerId, Address]]:
        yield from ((place, Address(self.profile.type(place[0]), place[1])) for place in one.mentioned.values())
        for name, place in one.targets.items():
            if one.exported or name in one.named_by:
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
