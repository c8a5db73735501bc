# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of an operation: what its template may name, and what it must not lack."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Optional

from ..._options.waiting import Waiting
from ..._profile.completing import AcceptedWrite
from ..._profile.mismatch import profile_mismatch, shape
from ..._profile.model import EntityType, plain_id
from ..._profile.operation import Operation
from ..._profile.template import at_path, names_in
from ..._text.nested_paths import ABSENT
from ..._transport.addressing import Base, request_of, segment
from ..._transport.http import SYSTEM_CLOCK, Clock
from ..._transport.messages import Request
from ..address import Address, Entity

BODIES = ("declared", "changed", "whole")
"""The names of what a write sends: all that is declared, the attributes that change, the whole entity."""
MANY_ARE_MEANT = ("find", "list", "create")
"""The operations that do not mean one entity that is known. In the others, what tells it must not be left out."""
PLACES = {"path": "path", "added": "with", "query": "query", "headers": "headers", "json": "json", "form": "form"}
"""The parts of a request template, with their keys in the profile."""


def update_bodies(entity_type: EntityType) -> list[str]:
    """What an update of this type sends, of BODIES."""
    return [name for name in BODIES if entity_type.operations["update"].request.uses(name)]


@dataclass(frozen=True, eq=False)
class Watch:
    """How long is waited for what a server carries out later, and who is told. note: takes notes for the user.
    accepted: keeps what the next run needs to go on waiting for a write. ended: is called when that has ended."""

    waiting: Waiting = field(default_factory=Waiting)
    clock: Clock = SYSTEM_CLOCK
    note: Callable[[str], Any] = str
    accepted: Callable[[AcceptedWrite], Any] = bool
    ended: Callable[[], Any] = bool


def _no_names(_of: Invocation) -> Mapping[str, Any]:
    return {}


@dataclass(frozen=True, eq=False)
class Invocation:
    """An operation on an entity, or on the list of a type. address: by id, where the operation needs it before an
    entity was read; purpose: as in Request; shows: is called when an answer has shown an entity; more: the names that
    take the other entities of the system, the task or this run to know; see ``names``; observed: the entity as it was
    read, where each request is about it; watch: for what is completed later."""

    base: Base
    operation: Operation
    address: Address
    purpose: str
    shows: Callable[[], Any] = bool
    more: Callable[[Invocation], Mapping[str, Any]] = field(default=_no_names)
    observed: Optional[Entity] = None
    watch: Watch = Watch()

    @cached_property
    def known(self) -> Mapping[str, Any]:
        """The names that ``more`` gives."""
        return self.more(self)

    @property
    def type(self) -> EntityType:
        """The type that it is about."""
        return self.address.type

    def request(
        self,
        bodies: Optional[Mapping[str, Entity]] = None,
        observed: Optional[Entity] = None,
        page: Optional[Mapping[str, Any]] = None,
        more: Optional[Mapping[str, Any]] = None,
    ) -> Request:
        """The request. bodies: what a write may send, by BODIES; observed: the entity as it was read; page: ``page``,
        ``offset``, ``size`` and ``cursor``, as far as there are such; more: other names. Raises InsightError where it
        lacks what tells which entity is meant."""
        operation, purpose = self.operation, self.purpose
        observed = self.observed if observed is None else observed
        names = {**self.names(bodies or {}, observed, page or {}), **(more or {})}
        if operation.name not in MANY_ARE_MEANT:
            self._check(names, observed)
        return request_of(
            operation.request,
            names,
            self.base,
            purpose,
            safe=operation.safe,
            kind=f"{self.type.name} {operation.name}",
            understood=operation.understands,
        )

    def names(
        self, bodies: Mapping[str, Entity], observed: Optional[Entity], page: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the template may name. What takes a request to know is a function, which is called when it is named."""
        return {
            "id": lambda: self._id(observed),
            "key": self.address.own_key,
            "entity": observed or {},
            "version": lambda: self.type.version.in_entity(observed),
            "type": {"name": self.type.name, "path": self.type.path.strip("/")},
            "url": self.base.url,
            "request_id": lambda: str(uuid.uuid4()),
            **bodies,
            **page,
            **self.known,
        }

    def _id(self, observed: Optional[Entity]) -> Any:
        """The id of the entity that is meant."""
        address = self.address if observed is None else self.address.located(observed)
        return self.type.id_of(self.known) if address.id is None else plain_id(address.id)

    def _check(self, names: Mapping[str, Any], observed: Optional[Entity]) -> None:
        """Raises where the template names an id, a version or a part of the entity that has no value: without it,
        another entity may be meant."""
        request = self.operation.request
        for name in sorted(request.names):
            if name == "id":
                segment(at_path(names, name), self.purpose)  # refuses what is no id, in a body too
            elif name == "version" or name.startswith("entity."):
                if at_path(names, name) not in (ABSENT, None, ""):
                    continue
                lacking = name[len("entity.") :] if name != "version" else name
                part = next(key for one, key in PLACES.items() if name in dict(names_in(getattr(request, one))))
                raise profile_mismatch(
                    self.purpose,
                    f"the entity as read carries no {lacking}, which tells the server what is meant",
                    f"{self.operation.profile_key}.{part}",
                    expected=f"an entity with {lacking}",
                    came=shape(observed),
                )
