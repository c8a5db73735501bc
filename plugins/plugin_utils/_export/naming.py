# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""By which key and references a manifest names what was read, or why it cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from typing import Any, Union

from ...module_utils._entity.address import address_of, folded, rules_of
from ...module_utils._entity.compare import check_declared
from ...module_utils._profile.model import Profile
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.nested_paths import value_at
from ...module_utils._text.redaction import printable, redact
from ...module_utils.errors import ConfigurationError
from .._files.yaml_text import yaml_lines
from .._manifest.entry import SHOWN
from .gather import Seen, ServerId, reference_id

Title = Union[dict[str, Any], str]
"""``{type, key, refs}``, or why there is none."""
MOST_NESTED = 20
"""References within references of which a name may consist. A manifest nests no deeper than 50 levels."""
NO_KEY = (
    "nobody says which attributes are the key of {type}. Give them in keys, or in types.{type}.key of profile_overrides"
)

ALIKE = "have keys that differ only in case, outer space or Unicode form. Apply their file with gather: list."


class Titles:
    """The names of all that was read. secrets: what no name may hold."""

    def __init__(self, profile: Profile, seen: Mapping[ServerId, Seen], secrets: frozenset[str]) -> None:
        self._profile, self._seen, self._secrets = profile, seen, secrets
        self._short = Counter(self._identity(place, one.named_by) for place, one in seen.items())
        self._whole = self._counted()
        self._names: dict[ServerId, Title] = {}
        self._give_names()
        self._circular = dict(self._in_circles())

    def reference(self, place: ServerId) -> Title:
        """How others refer to an entity: with those of its references that its key needs, or all."""
        return self._names[place]

    def entry(self, place: ServerId) -> Title:
        """``{type, key, refs}`` of an entity in a manifest: with all its references."""
        name = self._names[place]
        if isinstance(name, str):
            return name
        if place in self._circular:
            return self._circular[place]
        one = self._seen[place]
        refs = {attribute: self._names[target] for attribute, target in one.targets.items()}
        nameless = _without_name(one, refs) or self._nameless_within(one)
        return nameless or _name(one.type.name, name["key"], refs)

    def _nameless_within(self, one: Seen) -> str:
        """Why what is referred to within the attributes of an entity has no name; empty where all of it has one."""
        for (path, _held), target in one.mentioned.items():
            name = self._names[target]
            if isinstance(name, str):
                return f"it refers by {printable(path)} to {shown_place(target)}: {name}"
        return ""

    def alike(self) -> Iterator[str]:
        """What to say of entities that are exported and that a server may not tell apart when it searches."""
        groups: dict[Any, list[ServerId]] = {}
        for place, one in self._seen.items():
            if one.exported and isinstance(self.entry(place), dict):
                key = tuple((name, folded(value)) for name, value in self._key(one).items())
                groups.setdefault((one.type.name, key, frozenset(one.targets.items())), []).append(place)
        for same in groups.values():
            if len(same) > 1:
                yield f"{' and '.join(map(shown_place, same))} {ALIKE}"

    def _key(self, one: Seen) -> dict[str, Any]:
        named_by = [name for name in one.named_by if name not in one.references or name in one.held]
        ordered = one.type.key if set(one.type.key) == set(named_by) else sorted(named_by)
        return {name: value_at(one.entity, one.type.key_path(name)) for name in ordered if name not in one.references}

    def _identity(self, place: ServerId, attributes: Iterable[str]) -> tuple[str, str, frozenset[tuple[str, ServerId]]]:
        """What a name with these attributes says, told by the ids of what is referred to."""
        one = self._seen[place]
        targets = {name: target for name, target in one.targets.items() if name in attributes}
        return one.type.name, canonical(self._key(one)), frozenset(targets.items())

    def _counted(self) -> Counter[Any]:
        """How many entities each name may mean: an entity is found by its references and may have more of them."""
        groups: dict[tuple[str, str], set[frozenset[str]]] = {}
        for place, one in self._seen.items():
            groups.setdefault(self._identity(place, ())[:2], set()).add(frozenset(one.targets))
        return Counter(
            self._identity(place, attributes)
            for place, one in self._seen.items()
            for attributes in groups[self._identity(place, ())[:2]]
            if attributes <= set(one.targets)
        )

    def _give_names(self) -> None:
        """From what refers to nothing upwards."""
        waiting = dict(self._seen)
        for place in {target for one in self._seen.values() for target in _all_targets(one)} - set(self._seen):
            self._names[place] = "it is not there"
        for _level in range(MOST_NESTED):
            ready = [place for place in waiting if all(one in self._names for one in self._needed(place).values())]
            found = {place: self._made(place) for place in ready}
            self._names.update(found)
            for place in ready:
                del waiting[place]
            if not ready:
                break
        why = f"it is named by what it refers to, through more than {MOST_NESTED} others or in a circle"
        self._names.update(dict.fromkeys(waiting, why))

    def _needed(self, place: ServerId) -> Mapping[str, ServerId]:
        """The references that the name of an entity needs."""
        one = self._seen[place]
        whole = one.exported and self._short[self._identity(place, one.named_by)] > 1
        return {name: target for name, target in one.targets.items() if whole or name in one.named_by}

    def _made(self, place: ServerId) -> Title:
        """The name of an entity as an entry has it, or why it cannot be named."""
        one, needed = self._seen[place], self._needed(place)
        key = self._key(one)
        wrong = self._wrong(place, key)
        if wrong:
            return wrong
        refs = {name: self._names[target] for name, target in needed.items()}
        wrong = _without_name(one, refs)
        if wrong:
            return wrong
        made = _name(one.type.name, key, refs)
        try:
            address_of(self._profile, made)
            check_declared(key, rules_of(one.type))
        except ConfigurationError as error:
            return error.why
        return made

    def _wrong(self, place: ServerId, key: Mapping[str, Any]) -> str:
        """Why an entity has no name, whatever it refers to."""
        one = self._seen[place]
        if not key and not {*one.named_by} & {*one.references}:
            return NO_KEY.format(type=one.type.name)
        try:
            list(yaml_lines(key))
        except ValueError:
            return "its key holds what no manifest can"
        if redact(key, [self._secrets], one.type.secrets) != key:
            return "its key holds a secret"
        count = self._whole if one.exported else self._short
        same = count[self._identity(place, one.targets if one.exported else one.named_by)]
        return f"{same - 1} more have the same key and references, or more of them" if same > 1 else ""

    def _in_circles(self) -> Iterator[tuple[ServerId, str]]:
        """What refers to itself, through others: nothing of it can be written first."""
        graph = {
            place: [target for target in _all_targets(one) if target in self._seen]
            for place, one in self._seen.items()
            if one.exported
        }
        while True:
            sorter = TopologicalSorter(graph)
            try:
                sorter.prepare()
                return
            except CycleError as error:
                circle = error.args[1][::-1]
                more = [f"and so on, through {len(circle) - SHOWN} more"] if len(circle) > SHOWN else []
                why = f"it refers to itself: {' refers to '.join([*map(shown_place, circle[:SHOWN]), *more])}"
                for place in circle:
                    graph.pop(place, None)
                    yield place, why
                graph = {place: [one for one in targets if one in graph] for place, targets in graph.items()}


def _all_targets(one: Seen) -> list[ServerId]:
    """All that an entity refers to."""
    return [*one.targets.values(), *one.mentioned.values()]


def shown_place(place: ServerId) -> str:
    """An entity by its id, for people."""
    within = f" within {shown_place(place[2])}" if place[2:] else ""
    return printable(f"{place[0]} with id {place[1]}{within}")


def _without_name(one: Seen, refs: Mapping[str, Title]) -> str:
    """Why what an entity refers to has no name; empty where all of it has one."""
    for attribute, name in refs.items():
        if isinstance(name, str):
            return f"it refers by {printable(attribute)} to {shown_place(one.targets[attribute])}: {name}"
    return ""


def _name(type_name: str, key: Mapping[str, Any], refs: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": type_name, "key": key, **({"refs": dict(sorted(refs.items()))} if refs else {})}


def not_a_reference(one: Seen) -> list[str]:
    """The attributes that should refer to an entity and hold no id."""
    return [
        name for name in one.held if one.entity.get(name) not in (None, "") and reference_id(one.entity[name]) is None
    ]
