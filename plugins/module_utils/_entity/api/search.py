# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An entity among others: whether a search can name it, which of those that came are meant, and what its address says
of it that the answer need not say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable

from ..._profile.model import EntityType
from ..._profile.operation import Operation
from ..._profile.template import names_in, path_steps
from ..._text.nested_paths import ABSENT, value_at, with_value
from ..._text.records import evolve
from ...errors import ConfigurationError, MissingReferenceError
from ..address import Address, Entity, has_key, is_near

Referring = Callable[[Address, Sequence[Entity]], list[Entity]]
"""Those of some entities that have the references of an address."""
OF_THE_KEY = ("key", "id", "refs", "parent")
"""The names that tell one entity of a type from another before it was read."""


def check_search(operation: Operation, address: Address) -> None:
    """Raise ConfigurationError for a search that would answer the same for each key."""
    if not any(map(operation.request.uses, OF_THE_KEY)):
        raise ConfigurationError(
            f"find {address}",
            f"{operation.profile_key} names nothing of its key, so that it would answer any entity",
            f"Let it name {{key}}, or say list in {operation.profile_key}.",
            profile_key=operation.profile_key,
        )


PATTERNS = frozenset("*?%_[]\\")
"""Characters that searches with patterns do not take as they are."""


def is_pattern(address: Address) -> bool:
    """Whether a search that reads keys as patterns may mean more than this key, or another one."""
    return any(PATTERNS.intersection(value) for value in address.key.values() if isinstance(value, str))


def chosen(address: Address, entities: Iterable[Entity]) -> list[Entity]:
    """Those of the entities that have the key of an address, or are near it."""
    return [one for one in entities if has_key(address, one) or is_near(address, one)]


def meant(address: Address, entities: Sequence[Entity], referring: Referring) -> list[Entity]:
    """Those of the entities with a key that have the references of the address. Where there is none, and the profile
    says that the key is unique without the references, those with exactly the key: one of them is meant, or none."""
    exact: list[Entity] = []
    if address.type.key_enforced and any(name not in address.type.key for name in address.held):
        exact = [one for one in entities if has_key(address, one)]
    if not exact:
        return referring(address, entities)
    try:
        found = referring(address, entities)
    except MissingReferenceError:
        found = []
    return found or referring(_within_key(address), exact)


def _within_key(address: Address) -> Address:
    """The address with those of its references that are part of the key of its type."""
    own = {name: one for name, one in address.refs.items() if name not in address.held or name in address.type.key}
    return evolve(address, refs=own)


def may_be(address: Address, summary: Entity) -> bool:
    """Whether a summary says nothing against the key of an address."""
    whole = address.own_key
    for path in map(address.type.key_path, address.key):
        shown = value_at(summary, path, ABSENT)
        whole = whole if shown is ABSENT else with_value(whole, path, shown)
    return has_key(address, whole)


def completed(entity: Entity, path: str, of_type: EntityType, names: Mapping[str, Any]) -> Entity:
    """An entity with what the path of its request said of it, where the answer does not say it. names: of the
    request."""
    said: dict[str, Any] = {}
    for template in (path, of_type.id_from if "{id}" in path else ""):
        for name, _function in names_in(template):
            root, *rest = path_steps(name)
            if root in ("key", "refs") and rest and rest[0] not in entity and rest[0] in names[root]:
                said[str(rest[0])] = names[root][rest[0]]
    if not said:
        return entity
    return {**entity, **{name: _value(value) for name, value in said.items()}}


def _value(value: Any) -> Any:
    """The value of a name; of a reference its id."""
    if callable(value):
        return value()
    return value["id"] if isinstance(value, Mapping) else value
