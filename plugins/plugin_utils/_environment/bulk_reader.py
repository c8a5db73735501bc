# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entities read by pages instead of one by one, where a system lists whole entities."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterable

from ...module_utils._entity.address import Address, Entity, folded, has_key
from ...module_utils._entity.api.client import EntityClient
from ...module_utils._entity.api.search import meant
from ...module_utils._entity.contradictions import list_mismatch, listed_differently
from ...module_utils._entity.desired_state import DesiredState, differing
from ...module_utils._profile.mismatch import some_of
from ...module_utils._profile.model import EntityType, Profile
from ...module_utils._text.records import evolve
from ...module_utils._transport.messages import Send


class BulkReader(EntityClient):
    """Finds entities in lists that were read as a whole, and asks the server for those that the list does not hold:
    only its answer proves absence."""

    def __init__(self, profile: Profile, url: str, send: Send) -> None:
        super().__init__(profile, url, send)
        self._listed: dict[str, list[Entity]] = {}
        self._from_list: dict[int, Entity] = {}  # what was listed, perhaps with its parts, by id()
        self._compared: dict[str, Address | None] = {}
        self._unlike: dict[str, list[str]] = {}
        self._indexes: dict[tuple[str, ...], dict[tuple[str, ...], list[Entity]]] = {}

    def list_beforehand(self, entity_type: EntityType) -> None:
        """List a type, unless there is only one of it, or each of its parents has a list. An entity on two pages, as
        happens while others change the list, counts once."""
        if entity_type.singleton or entity_type.parents:
            return
        every = self.whole(Address(entity_type), distinct=False)
        ids = [entity_type.id_in(entity) for entity in every]
        last = {str(one): number for number, one in enumerate(ids)}
        self._listed[entity_type.name] = [
            entity for number, entity in enumerate(every) if ids[number] is None or last[str(ids[number])] == number
        ]
        self._from_list.update((id(entity), entity) for entity in self._listed[entity_type.name])

    def whole(self, address: Address, distinct: bool = True) -> list[Entity]:
        """All entities of a type; those that were listed already are not listed again."""
        listed = self._listed.get(address.type.name)
        return self.listed(address, distinct) if listed is None else listed

    def prove_list(self, desired: DesiredState, entity: Entity) -> None:
        """Check the list before a difference is believed that only the list has shown: read one such entity of each
        type by its id. Raises ProfileMismatchError where that read shows another value, for this entity and for those
        that follow."""
        entity_type = desired.address.type
        if id(entity) not in self._from_list:
            return
        with self._asking.setdefault(f"list of {entity_type.name}", threading.Lock()):
            if entity_type.name not in self._unlike:
                read = self.read(Address(entity_type, parts=desired.address.parts).located(entity))
                self._unlike[entity_type.name] = [] if read is None else differing(entity, read, desired)
        if self._unlike[entity_type.name]:
            raise listed_differently(desired.address, some_of(self._unlike[entity_type.name]))

    def find(self, address: Address) -> list[Entity]:
        """The listed entities with this key and these references; where there are none, those with a key that is near
        it or unique without the references; else what the server finds."""
        found = meant(address, list(self._with_key(address)), self.referring)
        exact = [entity for entity in found if has_key(address, entity)] if len(found) > 1 else []
        whole = [self.with_parts(address, entity) for entity in exact or found]
        self._from_list.update((id(entity), entity) for entity in whole)
        return whole or self._offered(address)

    def _offered(self, address: Address) -> list[Entity]:
        """The entities that the server's search offers. Where the search finds nothing and has never found an entity of
        the type, it is also asked for a listed one, to show that it works."""
        name, search = address.type.name, address.type.operations.get("find")
        if search is not None and search.by == "list" and name in self._listed:
            return []
        offered = self.search(address)
        if offered or (name, "find") in self.shown:
            return offered
        with self._asking.setdefault(f"search for {name}", threading.Lock()):
            if name not in self._compared:
                self._compared[name] = self._not_searchable(address)
        not_found = self._compared[name]
        if not_found is not None:
            raise list_mismatch(not_found, f"find {address}")
        return offered

    def _not_searchable(self, address: Address) -> Address | None:
        """An entity like this one that the list shows and the search does not; None where it shows that too, or where
        none is listed that has texts for a key."""
        for entity in self._listed.get(address.type.name, ()):
            key = {attribute: address.in_key(entity, attribute) for attribute in address.key}
            if all(isinstance(value, str) and value for value in key.values()) and self.referring(address, [entity]):
                listed = evolve(address, key=key)
                return listed if self.searched(listed) is None else None
        return None

    def _with_key(self, address: Address) -> Iterable[Entity]:
        """The entities of the list that have this key, whatever its case. Makes an index for each set of key
        attributes."""
        if address.type.name not in self._listed:
            return ()
        names = tuple(sorted(address.key))
        place = (address.type.name, *names)
        index = self._indexes.get(place)
        if index is None:
            index = defaultdict(list)
            for entity in self._listed[address.type.name]:
                index[tuple(folded(address.in_key(entity, name)) for name in names)].append(entity)
            self._indexes[place] = index
        return index.get(tuple(folded(address.key[name]) for name in names), ())
