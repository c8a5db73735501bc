# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One entity that an environment declares, and the name by which plans, journals and other entries know it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

from ...module_utils._text.mentions import mentions
from ...module_utils._text.redaction import printable
from ...module_utils._text.spelling import spelling
from ...module_utils.errors import ConfigurationError

_BARE = re.compile(r"[\w.:/+*%&@#!?'-]+(?: [\w.:/+*%&@#!?'-]+)*")
"""Text that needs no quotes in a name: it holds no character that has a meaning there."""


_json = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


@dataclass(frozen=True, order=True)
class EntryName:
    """Which entity: hashable, sortable, equal for one entity and no other. 10 and "10" are one key.

    key: canonical JSON of the key. refs: sorted pairs of attribute and canonical JSON of the entity that it refers to.
    """

    type: str
    key: str
    refs: tuple[tuple[str, str], ...] = ()

    def __str__(self) -> str:
        """For people, on one line: ``event (eventName=Initial filing, applicationId=(appCode=123456))``. Two
        entities have the same only where they differ in nothing but the type of what they refer to."""
        refs = {name: json.loads(reference) for name, reference in self.refs}
        return printable(f"{self.type} ({_shown({'key': json.loads(self.key), 'refs': refs})})")


def _shown(reference: Mapping[str, Any]) -> str:
    if "id" in reference:
        return f"id {_quoted(reference['id'])}"
    parts = [f"{_quoted(name)}={_quoted(value)}" for name, value in reference["key"].items()]
    return ", ".join([*parts, *(f"{_quoted(name)}=({_shown(one)})" for name, one in reference["refs"].items())])


def _quoted(text: str) -> str:
    return text if _BARE.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def _spelled(key: Mapping[str, Any]) -> dict[str, str]:
    """A key with its values as texts, in the spelling in which they are compared."""
    return {name: spelling(value) for name, value in key.items()}


def _identity(reference: Mapping[str, Any]) -> dict[str, Any]:
    if "id" in reference:
        return {"type": reference["type"], "id": spelling(reference["id"])}
    refs = {name: _identity(one) for name, one in reference.get("refs", {}).items()}
    return {"type": reference["type"], "key": _spelled(reference["key"]), "refs": refs}


def name_of(data: Mapping[str, Any]) -> EntryName:
    """The name of the entity that ``type``, ``key`` and, where there are any, ``refs`` describe. What else stands in
    the mapping does not matter."""
    refs = tuple(sorted((name, _json(_identity(one))) for name, one in data.get("refs", {}).items()))
    return EntryName(data["type"], _json(_spelled(data["key"])), refs)


def references_in(refs: Mapping[str, Any]) -> Iterator[tuple[EntryName, Mapping[str, Any]]]:
    """Every reference by key in ``refs``, as name and as declared; those that a reference itself needs come first. A
    reference by id has no name and is left out."""
    for reference in refs.values():
        if "id" not in reference:
            yield from references_in(reference.get("refs", {}))
            yield name_of(reference), reference


@dataclass(frozen=True)
class Entry:
    """One entity as declared.

    was: the former values of the attributes of ``key`` that have changed. refs: attribute -> ``{type, key, refs}`` or
    ``{type, id}``. attributes: without secrets, and with the lists of references that are declared under refs.
    secret_attributes: nested as they are; each leaf is one secret. state: ``present`` or ``absent``. origin: where it
    is declared, for people: ``base/applications.yml, entry 3``.
    """

    type: str
    key: Mapping[str, Any]
    was: Optional[Mapping[str, Any]] = None
    refs: Mapping[str, Any] = field(default_factory=dict)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    secret_attributes: Mapping[str, Any] = field(default_factory=dict, repr=False)
    state: str = "present"
    origin: str = ""

    def __hash__(self) -> int:
        return hash(self.name)

    @cached_property
    def references(self) -> Mapping[str, Any]:
        """All that it refers to, by place: ``refs``, and the references among its attributes."""
        among = mentions(self.attributes)
        return {**self.refs, **among} if among else self.refs

    @cached_property
    def name(self) -> EntryName:
        """Which entity it is."""
        return name_of({"type": self.type, "key": self.key, "refs": self.refs})

    @cached_property
    def former(self) -> Optional[EntryName]:
        """Which entity it was before it was renamed."""
        former = {"type": self.type, "key": {**self.key, **(self.was or {})}, "refs": self.refs}
        return name_of(former) if self.was else None


SHOWN = 5
"""How many of the same mistakes a message names."""


def refuse(what: str, whys: Iterable[str], hint: str) -> None:
    """Raise ConfigurationError where anything is wrong, naming the first few of it."""
    found = list(dict.fromkeys(whys))
    if found:
        more = f"; and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        raise ConfigurationError(what, "; ".join(found[:SHOWN]) + more, hint)


def refuse_duplicates(named: Iterable[tuple[EntryName, str]]) -> None:
    """Raise ConfigurationError, naming both places, where an entity is declared twice. named: name and origin."""
    first: dict[EntryName, str] = {}
    twice = []
    for name, origin in named:
        if name in first:
            twice.append(f"{name} stands in {first[name]} and in {origin}")
        first.setdefault(name, origin)
    refuse("use these entries", twice, "Keep one of them.")
