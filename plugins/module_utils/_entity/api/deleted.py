# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entities that were deleted and stay: the server still shows them, and they count as absent."""

from __future__ import annotations

from collections.abc import Iterable

from ..._profile.model import EntityType
from ..address import Address, Entity, has_id, has_key


class Deleted:
    """Those that answers have shown, by type and id; threads may share it."""

    def __init__(self) -> None:
        self._shown: dict[str, dict[str, Entity]] = {}

    def without(self, entity_type: EntityType, entities: Iterable[Entity]) -> list[Entity]:
        """Those of the entities that are not deleted. The deleted ones are kept."""
        found = list(entities)
        if not entity_type.soft_deleted:
            return found
        kept, living = self._shown.setdefault(entity_type.name, {}), []
        for one in found:
            if entity_type.is_deleted(one):
                kept[str(entity_type.id_in(one))] = one
            else:
                kept.pop(str(entity_type.id_in(one)), None)
                living.append(one)
        return living

    def with_key(self, address: Address) -> list[Entity]:
        """The kept ones with this id, or with exactly this key."""
        every = list(self._shown.get(address.type.name, {}).values())
        return [one for one in every if (has_key if address.id is None else has_id)(address, one)]

    def forget(self, address: Address) -> None:
        """Keep none of this key, since the server is asked anew."""
        for one in self.with_key(address):
            self._shown[address.type.name].pop(str(address.type.id_in(one)), None)
