# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The members of an environment: entries, each with its desired state."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Callable

from ...module_utils._entity.address import Address
from ...module_utils._entity.desired_state import DesiredState
from ...module_utils._entity.plan_checks import check_desired_state
from ...module_utils._text.redaction import printable
from ...module_utils.errors import ConfigurationError, InsightError
from .._manifest.entry import Entry, EntryName, name_of
from .graph import Ordered

Names = Sequence[EntryName]


@dataclass(frozen=True, eq=False)
class Member:
    """An entity of the environment. references: by place the entity that is referred to by its key. before: the
    members that must be written before it; for a deletion those that must be deleted before it."""

    entry: Entry
    desired: DesiredState
    references: Mapping[str, EntryName] = field(default_factory=dict)
    before: tuple[EntryName, ...] = ()

    @property
    def referred(self) -> dict[str, str]:
        """By place the name of the entity that is referred to, also of one that does not exist yet; or its id."""
        return {
            place: str(self.references.get(place, f"id {reference.get('id')}"))
            for place, reference in self.entry.references.items()
        }


@dataclass(frozen=True, eq=False)
class Environment:
    """All members, in the order in which they are written, by name; levels: their names, level by level. meant: the
    member that a reference means, by ``Address.identity``; identities: the other way round. exposed: by name of what
    stays, the member that is deleted and to which it refers without saying so."""

    members: Mapping[EntryName, Member]
    levels: tuple[Names, ...]
    meant: Mapping[str, EntryName] = field(default_factory=dict)
    identities: Mapping[EntryName, Sequence[str]] = field(default_factory=dict)
    exposed: Mapping[EntryName, EntryName] = field(default_factory=dict)


def environment_of(ordered: Ordered, desired_of: Callable[[Entry], DesiredState]) -> Environment:
    """The environment of entries in order. desired_of: the desired state of an entry. Raises InsightError, with the
    place of the entry, for every mistake that can be found without asking the server."""
    members: dict[EntryName, Member] = {}
    dependents = _dependents(ordered)
    for entry in (entry for level in (*ordered.present, *ordered.absent) for entry in level):
        desired = _checked(entry, desired_of)
        references = ordered.references.get(entry.name, {})
        before = tuple(references.values()) if entry.state == "present" else tuple(dependents[entry.name])
        members[entry.name] = Member(entry, desired, references, before)
    meant = {
        address.identity: name for member in members.values() for address, name in _meant(member) if name in members
    }
    identities = defaultdict(list)
    for identity, name in {**meant, **{one.desired.address.identity: name for name, one in members.items()}}.items():
        identities[name].append(identity)
    levels = tuple(tuple(entry.name for entry in level) for level in (*ordered.present, *ordered.absent))
    return Environment(members, levels, meant, identities)


@contextmanager
def naming(entry: Entry) -> Iterator[None]:
    """Errors inside name the place at which the entry is declared."""
    try:
        yield
    except InsightError as error:
        raise error.but(what=f"{error.what} ({entry.origin})" if entry.origin else error.what) from error


def _checked(entry: Entry, desired_of: Callable[[Entry], DesiredState]) -> DesiredState:
    with naming(entry):
        _check_former(entry)
        desired = desired_of(entry)
        check_desired_state(desired)
    return desired


def _check_former(entry: Entry) -> None:
    """Raise ConfigurationError for a former key that cannot have been one: it would create instead of rename."""
    unknown = sorted(set(entry.was or ()) - set(entry.key))
    if unknown or entry.former == entry.name:
        why = f"{', '.join(map(printable, unknown))} in was is not in key" if unknown else "was is what key says now"
        hint = "Write into was the former values of those attributes of key that have changed."
        raise ConfigurationError(f"rename {entry.name}", why, hint)


def _dependents(ordered: Ordered) -> Mapping[EntryName, list[EntryName]]:
    """The entries declared absent that refer to each entry."""
    dependents: dict[EntryName, list[EntryName]] = defaultdict(list)
    for entry in (entry for level in ordered.absent for entry in level):
        for name in ordered.references.get(entry.name, {}).values():
            dependents[name].append(entry.name)
    return dependents


def _meant(member: Member) -> Iterator[tuple[Address, EntryName]]:
    """The entities that the references of a member mean, and those that their references mean."""
    referred = member.desired.referred
    for place, name in member.references.items():
        yield referred[place], name
    for place, reference in member.entry.references.items():
        yield from _inner(referred[place], reference)


def _inner(address: Address, reference: Mapping[str, object]) -> Iterator[tuple[Address, EntryName]]:
    inner = reference.get("refs")
    for attribute, one in (inner if isinstance(inner, Mapping) else {}).items():
        if "id" not in one:
            yield address.refs[attribute], name_of(one)
            yield from _inner(address.refs[attribute], one)
