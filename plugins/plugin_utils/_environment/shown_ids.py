# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the server's ids show about an environment once it was read: which entries are one entity, and which entity
refers to which, by an id or by an attribute that is not declared."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, Optional

from ...module_utils._entity.address import PARENT, Address, Entity
from ...module_utils._entity.api.client import EntityClient
from ...module_utils._entity.examine import Examined
from ...module_utils._entity.outcome import Outcome
from ...module_utils._profile.model import EntityType, plain_id
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.nested_paths import replace as replace_at
from ...module_utils._text.records import evolve
from ...module_utils._text.spelling import spelling
from ...module_utils.errors import CollateralError, InsightError
from .._manifest.entry import EntryName, refuse
from .executor import Read, Written
from .graph import levels
from .members import Environment, Member

_Referred = Mapping[str, Optional[Entity]]
"""The entities that references have led to, by ``Address.identity``."""
_TypeAndId = tuple[str, ...]
"""A type and an id."""
ALONG = "The server may change it, or delete it along."


def refuse_two_names(environment: Environment, reads: Mapping[EntryName, Read], known: _Referred) -> None:
    """Raise ConfigurationError where two entries turned out to be one entity: each would undo what the other does, or
    create it a second time."""
    first: dict[Any, Member] = {}
    twice = []
    for name, member in environment.members.items():
        place = _place(reads.get(name))
        same = place or _to_be_created(member, reads.get(name), known)
        entry, other = member.entry, first.setdefault(same, member).entry
        if same is not None and other is not entry:
            which = f"that with the id {place[1]}" if place else "which does not exist yet"
            twice.append(f"{other.name} ({other.origin}) and {entry.name} ({entry.origin}) are one entity, {which}")
    refuse("tell entries apart", twice, "Nothing was written. Declare it once, under one name.")


def refuse_replaced(environment: Environment, reads: Mapping[EntryName, Read], known: _Referred) -> None:
    """Raise ConfigurationError where an entity would be replaced, and so may get another id, to which another one
    refers: the reference would lead nowhere."""
    members = environment.members
    going = {
        place[:2]: name
        for name, read in reads.items()
        for place in [_place(read)]
        if place and isinstance(read, Examined) and read.plan.operation == "replace" and not read.found_as.type.keeps_id
    }
    wrong = [
        f"{name} ({member.entry.origin}) refers to {going[place]} ({members[going[place]].entry.origin})"
        for name, member in members.items()
        for place in sorted({*_declared(member, known), *_ever_held_by(member, reads.get(name))} & {*going})
        if going and going[place] != name
    ]
    refuse("replace what others refer to by an id, which may change", wrong, FIRST)


FIRST = (
    "Nothing was written. Declare absent what refers to it and run that first, or leave as it is what can only be set "
    "at creation."
)


def _ever_held_by(member: Member, read: Optional[Read]) -> Iterator[_TypeAndId]:
    """The entities that the member refers to now, and those that it will refer to."""
    for side in (read.plan.before, read.plan.after) if isinstance(read, Examined) else ():
        yield from _references_of(member.desired.address.type, side)


def _place(read: Optional[Read]) -> Optional[tuple[str, ...]]:
    """Type and id of an entity that is there and carries one, and its parent where the id is its own only there."""
    if not isinstance(read, Examined) or read.observed is None:
        return None
    entity_id = read.found_as.type.id_in(read.observed)
    if entity_id is None:
        return None
    entity_type = read.found_as.type
    reading = entity_type.operations.get("read")
    is_within = entity_type.id_from or (reading is not None and reading.request.uses(PARENT))
    parent = [one.identity for one in read.found_as.among.refs.values()] if is_within else []
    return (entity_type.name, str(entity_id), *parent)


def _to_be_created(member: Member, read: Optional[Read], known: _Referred) -> Optional[str]:
    """The identity of an entity that will be created; None where it refers to one that does not exist either."""
    if not isinstance(read, Examined) or read.plan.operation != "create":
        return None
    address = member.desired.address
    ids = {attribute: _id_of(referred, known) for attribute, referred in address.refs.items()}
    key = {attribute: spelling(value) for attribute, value in address.key.items()}
    return None if None in ids.values() else canonical([address.type.name, key, ids])


def _id_of(address: Address, known: _Referred) -> Optional[str]:
    entity = known.get(address.identity)
    found = address.id if entity is None else address.type.id_in(entity)
    return None if found is None else str(found)


def ordered_by_ids(
    environment: Environment, reads: Mapping[EntryName, Read], known: _Referred
) -> tuple[Environment, list[str]]:
    """The environment in which nothing is deleted before what refers to it by an id, and what to say of entities that
    stay and refer to one that is deleted. Raises ConfigurationError where such a reference is declared."""
    members = environment.members
    places = {name: place[:2] for name, read in reads.items() for place in [_place(read)] if place}
    alike = Counter(places.values())
    names = {place: name for name, place in places.items() if alike[place] == 1}
    users: dict[EntryName, list[EntryName]] = {name: [] for name in members}
    exposed: dict[EntryName, EntryName] = {}
    wrong: list[str] = []
    notes: list[str] = []
    for name, member in members.items():
        declared = {names[place] for place in _declared(member, known) if place in names}
        held = {names[place] for place in _held_by(member, reads.get(name)) if place in names}
        for other in sorted((declared | held) - {name}):
            users[other].append(name)
            if member.entry.state == "present" and members[other].entry.state == "absent":
                said = f"{name} ({member.entry.origin}) refers to {other}, which {members[other].entry.origin} declares"
                if other in declared:
                    wrong.append(f"{said} absent")
                else:
                    exposed[name] = other
                    notes.append(f"{said} absent, with an attribute that is not declared here. {ALONG}")
    refuse("order the entries", wrong, "Nothing was written. Correct the reference, or what it refers to.")
    return evolve(_with_users(environment, users), exposed=exposed), notes


def deleted_along(
    environment: Environment,
    reads: Mapping[EntryName, Read],
    written: Mapping[EntryName, Written],
    client: EntityClient,
) -> dict[EntryName, InsightError]:
    """The entities that were to stay, and that the server deleted along with what they refer to."""
    gone: dict[EntryName, InsightError] = {}
    for name, other in environment.exposed.items():
        place = _place(reads[name])
        if place is None or not isinstance(written.get(other), Outcome):
            continue
        try:
            if client.read(environment.members[name].desired.address.with_id(place[1])) is None:
                hint = "Declare it absent too, or let it refer to something that stays, and run the task again."
                gone[name] = CollateralError(f"keep {name}", f"the server deleted it along with {other}", hint)
        except InsightError as error:
            gone[name] = error
    return gone


def _with_users(environment: Environment, users: Mapping[EntryName, list[EntryName]]) -> Environment:
    """The environment with its deletions in this order. users: what refers to each."""
    members = environment.members
    absent = [member.entry for member in members.values() if member.entry.state == "absent"]
    before = {entry.name: members[entry.name].before for entry in absent}
    again = [[entry.name for entry in level] for level in levels(absent, before, users)]
    turn = {name: number for number, level in enumerate(again) for name in level}
    present = [level for level in environment.levels if not any(name in turn for name in level)]

    def later(name: EntryName) -> Member:
        earlier = [one for one in users[name] if turn.get(one, turn[name]) < turn[name]]
        return evolve(members[name], before=tuple(dict.fromkeys([*members[name].before, *earlier])))

    gone = {name: later(name) for level in again for name in level}
    stays = {name: member for name, member in members.items() if name not in gone}
    return evolve(environment, members={**stays, **gone}, levels=(*present, *again))


def _declared(member: Member, known: _Referred) -> Iterator[_TypeAndId]:
    """The entities that the member refers to as it is declared, and those that they refer to."""
    address, attributes = member.desired.address, member.desired.attributes
    yield from _references_of(address.type, attributes if member.entry.state == "present" else None)
    for referred in member.desired.referred.values():
        yield from _meant(referred, known)


def _meant(address: Address, known: _Referred) -> Iterator[_TypeAndId]:
    found = _id_of(address, known)
    if found is not None:
        yield address.type.name, found
    yield from _references_of(address.type, known.get(address.identity))
    for referred in address.refs.values():
        yield from _meant(referred, known)


def _held_by(member: Member, read: Optional[Read]) -> Iterator[_TypeAndId]:
    """The entities that the member refers to now, or will refer to once it is written."""
    if isinstance(read, Examined):
        after = member.entry.state == "present" and read.plan.operation != "none"
        yield from _references_of(member.desired.address.type, read.plan.after if after else read.plan.before)


def _references_of(entity_type: EntityType, entity: Optional[Mapping[str, Any]]) -> Iterator[_TypeAndId]:
    """The entities whose ids stand in the attributes that the profile calls references."""
    held: list[tuple[str, Any]] = []
    replace_at(entity or {}, entity_type.references, lambda value, path: held.append((path, value)))
    for path, value in held:
        for one in value if isinstance(value, (list, tuple)) else [value]:
            if isinstance(one, (str, int, float)):
                yield entity_type.references[path].type, str(plain_id(one))
