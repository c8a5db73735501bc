# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which an environment is written: an entity after those that it refers to; a deletion after the deletions
of those that refer to it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from typing import Any, NoReturn

from ...module_utils._text.mentions import replaced
from ...module_utils._text.records import evolve
from ...module_utils.errors import ConfigurationError
from .._manifest.entry import Entry, EntryName, name_of, references_in, refuse, refuse_duplicates

_TYPE = re.compile(r'"type":"[^"]*"')
"""The types that a name says of its references. Names that differ elsewhere do not read the same."""


@dataclass(frozen=True, eq=False)
class Ordered:
    """Levels, one after the other; the entries of one level do not depend on one another.

    present: what is created or updated. absent: what is deleted, the other way round. references: for each entry, the
    entity to which it refers at each place, under the name that its own entry has where there is one; references by id
    have no name and are left out.
    """

    present: tuple[tuple[Entry, ...], ...] = ()
    absent: tuple[tuple[Entry, ...], ...] = ()
    references: Mapping[EntryName, Mapping[str, EntryName]] = field(default_factory=dict)


class _Declared:
    """Finds the entries that a reference may mean. A reference need not repeat the references of its entity: it means
    the entry of its type and key whose references include its references."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._by_name = {entry.name: entry for entry in entries}
        self._groups: dict[tuple[str, str], list[Entry]] = {}
        self._by_some_refs: dict[tuple[Any, ...], dict[Any, list[Entry]]] = {}
        for entry in entries:
            self._groups.setdefault((entry.type, entry.name.key), []).append(entry)

    def meant_by(self, name: EntryName) -> list[Entry]:
        """The entry of that name, or those that may be meant by it."""
        return [self._by_name[name]] if name in self._by_name else self.like(name)

    def alike(self) -> Iterator[str]:
        """Entries whose names differ and read the same, so that a plan or a journal could not tell them apart."""
        for group in self._groups.values():
            types = {"".join(_TYPE.findall(str(entry.name.refs))) for entry in group} if len(group) > 1 else ()
            first: dict[str, Entry] = {}
            for entry in group if len(types) > 1 else ():
                other = first.setdefault(str(entry.name), entry)
                if other is not entry:
                    yield f"{entry.name} ({entry.origin}) and that of {other.origin} read the same"

    def like(self, name: EntryName) -> list[Entry]:
        """The entries of that type and key that have these references and perhaps more."""
        group = self._groups.get((name.type, name.key), [])
        attributes = tuple(attribute for attribute, _reference in name.refs)
        index = (name.type, name.key, attributes)
        if index not in self._by_some_refs:
            by_refs = self._by_some_refs[index] = {}
            for entry in group:
                refs = dict(entry.name.refs)
                by_refs.setdefault(tuple((one, refs.get(one, "")) for one in attributes), []).append(entry)
        return self._by_some_refs[index].get(name.refs, [])


def ordered(entries: Sequence[Entry]) -> Ordered:
    """The levels of these entries. Raises ConfigurationError for entities that are declared twice, or may be, for
    references that may mean several entries or one that is declared absent, for former keys that are still in use,
    and for a cycle."""
    refuse_duplicates((entry.name, entry.origin) for entry in entries)
    declared = _Declared(entries)
    _refuse_doubtful(entries, declared)
    needs: dict[EntryName, list[EntryName]] = {}
    references: dict[EntryName, Mapping[str, EntryName]] = {}
    users: dict[EntryName, dict[Entry, None]] = {}
    wrong: list[str] = []
    for entry in entries:
        needs[entry.name], names = [], {}
        for name, reference in references_in(entry.references):
            meant = declared.meant_by(name)
            names[id(reference)] = meant[0].name if meant else name
            needs[entry.name] += [one.name for one in meant[:1]]
            wrong += _wrong_reference(entry, name, meant)
            if not meant:
                users.setdefault(name, {})[entry] = None
        references[entry.name] = {
            place: names[id(reference)] for place, reference in entry.references.items() if id(reference) in names
        }
    refuse("order the entries", wrong, "Correct the reference, or what it refers to.")
    _refuse_former(entries, declared, users)
    present = levels([entry for entry in entries if entry.state == "present"], needs)
    absent = levels([entry for entry in entries if entry.state == "absent"], needs)
    return Ordered(present, absent[::-1], references)


def under_new_names(earlier: Sequence[Entry], entries: Iterable[Entry]) -> list[Entry]:
    """Earlier entries, with the new key wherever they refer to what ``entries`` rename."""
    renamed = {entry.former: entry for entry in entries if entry.was}
    formers = _Declared([evolve(entry, key={**entry.key, **(entry.was or {})}, was=None) for entry in renamed.values()])

    def now(reference: Mapping[str, Any]) -> Mapping[str, Any]:
        if "id" in reference:
            return reference
        again = {**reference, "refs": {name: now(one) for name, one in reference.get("refs", {}).items()}}
        meant = formers.meant_by(name_of(again))
        return {**again, "key": renamed[meant[0].name].key} if len(meant) == 1 else again

    if not renamed:
        return list(earlier)
    return [
        evolve(
            entry,
            refs={name: now(one) for name, one in entry.refs.items()},
            attributes=replaced(entry.attributes, lambda _place, one: {"ref": now(one)}),
        )
        for entry in earlier
    ]


def _wrong_reference(entry: Entry, name: EntryName, meant: Sequence[Entry]) -> list[str]:
    if len(meant) > 1:
        places = " and ".join(f"{one.name} ({one.origin})" for one in meant[:2])
        return [f"{entry.name} ({entry.origin}) refers to {name}, which may be {places}"]
    if meant and entry.state == "present" and meant[0].state == "absent":
        return [f"{entry.name} ({entry.origin}) refers to {meant[0].name}, which {meant[0].origin} declares absent"]
    return []


def _refuse_doubtful(entries: Iterable[Entry], declared: _Declared) -> None:
    """Two entries that may be one entity: the same type and key, and one of them has more references."""
    doubtful = [
        f"{entry.name} ({entry.origin}) may be {other.name} ({other.origin})"
        for entry in entries
        for other in declared.like(entry.name)[:2]
        if other is not entry
    ]
    refuse("tell entries apart", doubtful, "Give both the same references in refs.")
    refuse(
        "tell entries apart", declared.alike(), "In plans and journals they have one name; declare them in two tasks."
    )


def _refuse_former(entries: Iterable[Entry], declared: _Declared, users: Mapping[EntryName, Iterable[Entry]]) -> None:
    """A former key that another entry still has, or had, or refers to."""
    first: dict[EntryName, Entry] = {}
    wrong = []
    for entry in entries:
        former = entry.former
        if former is None or entry.state == "absent":
            continue
        others = [*declared.meant_by(former), first.setdefault(former, entry), *users.get(former, ())]
        wrong += [
            f"{entry.name} ({entry.origin}) was {former}, and so says {other.origin}"
            for other in others
            if other is not entry
        ][:1]
    refuse("rename", wrong, "An entity has one key: take was away, or use the new key everywhere.")


def levels(
    entries: Sequence[Entry],
    needs: Mapping[EntryName, Collection[EntryName]],
    perhaps: Mapping[EntryName, Collection[EntryName]] | None = None,
) -> tuple[tuple[Entry, ...], ...]:
    """The entries, each after those that it needs, else in the order in which they are declared. perhaps: further
    entries that it may need; they are ignored where that would make a circle."""
    numbers = {entry.name: number for number, entry in enumerate(entries)}
    firm, loose = (
        {number: {numbers[one] for one in wanted.get(name, ()) if one in numbers} for name, number in numbers.items()}
        for wanted in (needs, perhaps or {})
    )
    while True:
        sorter = TopologicalSorter({number: firm[number] | loose[number] for number in firm})
        try:
            sorter.prepare()
            break
        except CycleError as error:
            circle = error.args[1]
            gives_way = [(one, other) for one, other in pairwise(circle) if one in loose[other] - firm[other]]
            if not gives_way:
                _refuse_cycle([entries[number] for number in reversed(circle)])
            for one, other in gives_way:
                loose[other].discard(one)
    found = []
    while sorter.is_active():
        ready = sorter.get_ready()
        found.append(tuple(entries[number] for number in sorted(ready)))
        sorter.done(*ready)
    return tuple(found)


def _refuse_cycle(members: Sequence[Entry]) -> NoReturn:
    shown = " refers to ".join(str(entry.name) for entry in members)
    places = ", ".join(dict.fromkeys(entry.origin for entry in members))
    raise ConfigurationError(
        "order the entries", f"{shown} ({places})", "Nothing can be written first: take one of these references out."
    )
