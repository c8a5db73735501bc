# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of a profile: a request, and what its answers mean."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

from .._text.json_forms import Json, canonical
from .._text.nested_paths import names_of, value_at
from .._text.records import evolve
from .completing import Completing, completing_of
from .predicate import Answer, Predicate, Sent, alternatives_of, fitting, predicate_of
from .request_template import RequestTemplate

BASIS = ("source", "assumed", "verified", "note")
"""The keys that say how a part of the profile is known. ``verified`` overrules ``assumed``."""


def is_assumed(data: Json) -> bool:
    """Whether neither a document nor a probe backs this part of a profile."""
    return bool(data.get("assumed")) and not data.get("verified")


EACH = "[]"
"""In a place: each element of the list before it."""
READING = ("read", "find", "list")
SAYS_MISSING = ("read", "find", "delete", "purge")
"""The operations in which an answer may say that there is no such entity."""
SUCCESS = ({"status": [200, 201, 203, 204, 205, 206]},)
MISSING = ({"status": [404]},)
CONFLICT = ({"status": [409, 412]},)
OPERATIONS = (*READING, "create", "update", "delete", "rename", "restore", "purge")


@dataclass(frozen=True, eq=False)
class Operation:
    """One operation on the entities of a type.

    name: one of OPERATIONS; profile_key: where it stands in the profile. by: the operation that serves this one: for a
    find ``list`` or ``read``, for an update and a restore ``create``. entity: where the entity, or the entities of a
    list, stand in the answer: a place, a list of places of which the first counts that is there, or a mapping from
    attributes to places; None where the answer does not carry it (false in the profile). texts_at: the path of the
    texts of references, empty where they go out as ids. narrows: the search may answer others too. pattern: it reads a
    key as a pattern. upsert: a create that may overwrite one that is there. reveals: places in the answer of a create
    at which secrets stand that are shown once, by name. then_read: it shows a summary, so the entity is read. when:
    what the entity must hold, by path: a value, or any of a list. also: the further requests of a list that is read by
    several. assumed: nobody has published or seen it. backed: a document or a probe says that it is so. reads: it is a
    read under another name.
    """

    name: str
    profile_key: str
    request: RequestTemplate
    by: str = ""
    success: Predicate = ()
    missing: Predicate = ()
    conflict: Predicate = ()
    refused: Predicate = ()
    entity: Any = "body"
    paging: Json = field(default_factory=dict)
    texts_at: str = ""
    narrows: bool = False
    pattern: bool = False
    upsert: bool = False
    reveals: Json = field(default_factory=dict)
    then_read: bool = False
    when: Json = field(default_factory=dict)
    also: tuple[Operation, ...] = ()
    enabled: bool = True
    assumed: bool = False
    backed: bool = False
    reads: bool = False
    completes: Optional[Completing] = None
    until: Predicate = ()
    failed: Predicate = ()

    def understands(self, answer: Answer) -> bool:
        """Whether the profile gives an answer a meaning. Emptiness alone is one in a success only."""
        missing = (one for one in self.missing if one.empty is None or one.status)
        return fitting((*self.success, *self.conflict, *missing), answer, self.sent, self.places) is not None

    @cached_property
    def sent(self) -> Sent:
        """What predicates on its answer may ask of the request."""
        return Sent(self.request.method)

    @property
    def safe(self) -> bool:
        """Whether it only reads, and so may be sent again."""
        return self.reads or self.name in READING

    @property
    def place(self) -> str:
        """The place of the entity, for a message."""
        return str(self.places[0]) if isinstance(self.places, list) else str(self.places)

    @property
    def places(self) -> Any:
        """The place of the entity, or the list of places, of which ``empty`` speaks."""
        return self.entity if isinstance(self.entity, (str, list)) else self.list_at or "body"

    @cached_property
    def list_at(self) -> str:
        """The place of the list of which each element is an entity, where the places of its attributes say so:
        ``body.rows`` for ``body.rows[].id``; empty elsewhere."""
        said = self.entity.values() if isinstance(self.entity, Mapping) and self.name in ("find", "list") else ()
        return next((one.partition(EACH)[0] for one in said if isinstance(one, str) and EACH in one), "")

    def unmet(self, entity: Json) -> Iterator[tuple[str, list[Any], Any]]:
        """Where an entity does not hold what ``when`` asks for: the path, what it may hold there, and what it holds."""
        for path, wanted in self.when.items():
            held, allowed = value_at(entity, names_of(path)), wanted if isinstance(wanted, list) else [wanted]
            if canonical(held) not in map(canonical, allowed):
                yield path, allowed, held

    @classmethod
    def of(cls, name: str, profile_key: str, said: Any, named: Json) -> Operation:
        """From the profile's data, which is the name of another operation where ``by`` says so, or a list of requests
        that are one operation together. named: as in ``completing_of``."""
        if isinstance(said, list):
            first, *others = (cls.of(name, profile_key, one, named) for one in said)
            return evolve(first, also=tuple(others))
        data: Json = {"by": said} if isinstance(said, str) else said
        assumed = is_assumed(data)
        return cls(
            name=name,
            profile_key=profile_key,
            request=RequestTemplate.of({"method": "GET", "path": "", **data}),
            by=data.get("by", ""),
            success=predicate_of(data.get("success", SUCCESS)),
            missing=predicate_of(data.get("missing", MISSING if name in SAYS_MISSING else ())),
            conflict=predicate_of(alternatives_of(data.get("conflict", () if name in READING else CONFLICT))),
            refused=predicate_of(data.get("refused")),
            entity=None if data.get("entity") is False else data.get("entity", "body"),
            paging=data.get("paging", {}),
            texts_at=data.get("texts_at", ""),
            narrows=bool(data.get("narrows")),
            pattern=bool(data.get("pattern")),
            upsert=bool(data.get("upsert")),
            reveals=data.get("reveals", {}),
            then_read=data.get("then") == "read",
            when=data.get("when", {}),
            enabled=data.get("enabled", True),
            assumed=assumed,
            backed=bool(data.get("source") or data.get("verified")) and not assumed,
            completes=completing_of(profile_key, data, named),
            until=predicate_of(data.get("until")),
            failed=predicate_of(data.get("failed")),
        )
