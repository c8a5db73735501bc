# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entities of a system, in memory: one process, one event loop, so whoever asks sees the same."""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

IDS = uuid.UUID("1d9c3f60-6f0e-4f1b-8a75-5a3b2f0c9e11")


class State:
    """Entities by type and id, in the order in which they came. Ids are made in one order, the same in each run."""

    def __init__(self, types: Iterable[str]) -> None:
        self.types = tuple(types)
        self.clear()

    def clear(self) -> None:
        self._entities: dict[str, dict[str, dict[str, Any]]] = {type_: {} for type_ in self.types}
        self._made = 0

    def new_id(self) -> str:
        """An id that was not used before: a UUID."""
        self._made += 1
        return str(uuid.uuid5(IDS, str(self._made)))

    def all(self, type_: str) -> list[dict[str, Any]]:
        """The entities themselves: what is changed in them is changed."""
        return list(self._entities[type_].values())

    def get(self, type_: str, id_: str) -> dict[str, Any] | None:
        return self._entities[type_].get(id_)

    def put(self, type_: str, id_: str, entity: dict[str, Any]) -> dict[str, Any]:
        self._entities[type_][id_] = copy.deepcopy(entity)
        return self._entities[type_][id_]

    def delete(self, type_: str, id_: str) -> None:
        self._entities[type_].pop(id_, None)

    def shown(self, type_: str) -> dict[str, dict[str, Any]]:
        """The entities of a type by id."""
        return self._entities[type_]
