# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What takes requests of its own: parts of an entity, transitions of its state, verifications of its secrets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Optional

from .._text.json_forms import Json
from .._text.records import record
from .completing import Completing, completing_of
from .predicate import Predicate, predicate_of
from .request_template import RequestTemplate

SUCCESS = ({"status": [200, 201, 203, 204, 205, 206]},)


@record
class StepRequest:
    """A request that changes a part or a state. profile_key: where it stands in the profile."""

    profile_key: str
    request: RequestTemplate
    success: Predicate
    missing: Predicate = ()
    conflict: Predicate = ()
    completes: Optional[Completing] = None

    @classmethod
    def of(cls, profile_key: str, data: Json, named: Json) -> StepRequest:
        """From the profile's data. named: as in ``completing_of``."""
        return cls(
            profile_key,
            RequestTemplate.of(data),
            predicate_of(data.get("success", SUCCESS)),
            predicate_of(data.get("missing")),
            predicate_of(data.get("conflict")),
            completing_of(profile_key, data, named),
        )


@record
class PartRead:
    """The request that reads a part. entity: the place of its elements; paging: as of a list."""

    profile_key: str
    request: RequestTemplate
    success: Predicate
    missing: Predicate
    entity: str = "body"
    paging: Optional[Json] = None
    completes: Optional[Completing] = None


@record
class Part:
    """An attribute with requests of its own, which holds elements.

    key: the attributes that tell elements apart; none where an element is a plain value. read: None where the part
    stands in the entity. write writes all elements; add, remove and change one. where: what an element must hold to
    belong to the part. at_least: elements that are not declared may be there. write_only: it is never read.
    add_replaces: an addition takes the place of the element with the same key. within: the operations whose bodies hold
    the part.
    """

    name: str
    key: tuple[str, ...] = ()
    read: Optional[PartRead] = None
    write: Optional[StepRequest] = None
    add: Optional[StepRequest] = None
    remove: Optional[StepRequest] = None
    change: Optional[StepRequest] = None
    where: Any = None
    at_least: bool = False
    write_only: bool = False
    add_replaces: bool = False
    within: tuple[str, ...] = ()


@record
class Transition:
    """A change of an attribute that is a verb. before: the values from which it leads, none for all; after: the value
    to which it leads."""

    name: str
    attribute: str
    before: tuple[Any, ...]
    after: Any
    step: StepRequest

    @property
    def comes_first(self) -> bool:
        """Whether it leads to a resting state, and so comes before other changes."""
        return self.after is False


@record
class Verification:
    """A request by which the system itself says whether it holds a secret: with one of ``success`` it does, with one of
    ``differs`` it holds another."""

    attribute: str
    profile_key: str
    request: RequestTemplate
    success: Predicate
    differs: Predicate
    completes: Optional[Completing] = None


def verifications_of(of_type: str, attributes: Mapping[str, Any], completes: Json) -> dict[str, Verification]:
    """The verifications of a type's secrets, by the path of each. completes: what the profile says there."""
    found = {}
    for path, said in attributes.items():
        one = said.get("verify")
        if one:
            key, success = f"types.{of_type}.attributes.{path}.verify", predicate_of(one.get("success", SUCCESS))
            differs, later = predicate_of(one["differs"]), completing_of(key, one, completes)
            found[path] = Verification(path, key, RequestTemplate.of(one), success, differs, later)
    return found


REQUESTS = ("write", "add", "remove", "change")


def parts_of(of_type: str, data: Json, completes: Json) -> dict[str, Part]:
    """The parts of a type, in the profile's order. completes: what the profile says there."""
    return {name: _part(f"types.{of_type}.parts.{name}", name, said, completes) for name, said in data.items()}


def _part(key: str, name: str, said: Json, completes: Json) -> Part:
    element, read = said.get("element", {}), said.get("read")
    named = element.get("key", ())
    requests: dict[str, Any] = {
        one: StepRequest.of(f"{key}.{one}", said[one], completes) for one in REQUESTS if one in said
    }
    return Part(
        name=name,
        key=(named,) if isinstance(named, str) else tuple(named),
        read=_read(f"{key}.read", read, completes) if read else None,
        where=said.get("where"),
        within=tuple(said.get("within", ())),
        at_least=bool(said.get("at_least")),
        write_only=bool(said.get("write_only")),
        add_replaces=bool(said.get("add_replaces")),
        **requests,
    )


def _read(key: str, said: Json, completes: Json) -> PartRead:
    return PartRead(
        key,
        RequestTemplate.of(said),
        predicate_of(said.get("success", SUCCESS)),
        predicate_of(said.get("missing")),
        said.get("entity", "body"),
        said.get("paging"),
        completing_of(key, said, completes),
    )


def part_layer(parts: Iterable[Part]) -> dict[str, Any]:
    """How parts are compared, as a layer of comparison rules: their elements have no order."""
    every = list(parts)
    layer = {
        "keyed": {part.name: list(part.key) for part in every if part.key},
        "sets": [part.name for part in every if not part.key],
        "at_least": [part.name for part in every if part.at_least],
        "write_only": [part.name for part in every if part.write_only],
    }
    return {rule: held for rule, held in layer.items() if held}


def transitions_of(of_type: str, attributes: Mapping[str, Any], completes: Json) -> tuple[Transition, ...]:
    """The transitions of a type's attributes. completes: what the profile says there."""
    found = []
    for path, said in attributes.items():
        for name, one in said.get("transitions", {}).items():
            key = f"types.{of_type}.attributes.{path}.transitions.{name}.request"
            before = one.get("from", [])
            before = tuple(before) if isinstance(before, list) else (before,)
            step = StepRequest.of(key, one["request"], completes)
            found.append(Transition(name, path, before, one["to"], step))
    return tuple(found)
