# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The entities of a system: its operations carried out, references resolved, and what was used and shown kept."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Optional

from ..._options.waiting import Waiting
from ..._profile.completing import AcceptedWrite
from ..._profile.model import EntityType, Profile, plain_id
from ..._profile.operation import Operation
from ..._profile.parts import Verification
from ..._text.records import evolve
from ..._text.redaction import printable
from ..._transport.addressing import Base
from ..._transport.http import SYSTEM_CLOCK
from ..._transport.messages import Flow, Request, Response, Result, Send, converse
from ...errors import ConfigurationError, MissingReferenceError
from ..address import Address, Entity, exactly_one, has_id, has_key
from ..proof import doubt
from ..steps import EntityStep
from .deleted import Deleted
from .kept import Jobs, Unseen
from .names import fields_of, names_of_others
from .operations import create_entity, delete_entity, find_entities, read_entity, send_verb, update_entity
from .parts import held_in, is_held, read_part, reading, send_step, verifying, writing
from .requests import Invocation, Watch
from .reveals import Reveals, kept
from .search import check_search, chosen, completed, is_pattern, may_be, meant

if TYPE_CHECKING:
    from ..desired_state import DesiredState


class EntityClient:
    """The entities of one system; threads may share it. used: the operations that were used, as keys of the profile,
    for the report. known: entities by ``Address.identity``, None for one that is missing, which a reference need not
    ask for; None where each reference is asked for anew. met: the entities to which references of the task in hand have
    led. given: what the task gives of ``inputs``, ``reason``, ``change_reference`` and ``initiator``. waiting, clock:
    how long is waited for what is completed later. jobs: keeps it for the next run; None keeps nothing. reveals: keeps
    secrets that an answer shows once. unseen: keeps what a search did not show. shown: the types of which an operation
    has shown an entity, as ``(type, operation)``; shared by all clients of a system in this process."""

    def __init__(self, profile: Profile, url: str, send: Send) -> None:
        self._base = Base(url, profile.base_path)
        self._send = send
        self.given: Mapping[str, Any] = {}
        self.waiting, self.clock = Waiting(), SYSTEM_CLOCK
        self.jobs: Jobs | None = None
        self.reveals = Reveals()
        self.unseen: Unseen | None = None
        self.used: dict[str, Operation] = {}
        self.known: dict[str, Entity | None] | None = None
        self.shown: set[tuple[str, str]] = set()
        self.deleted = Deleted()
        self.met: dict[str, Entity] = {}
        self._asking: dict[str, threading.Lock] = {}

    @property
    def assumed(self) -> list[str]:
        """The used operations that neither a document nor a probe backs."""
        return sorted(key for key, operation in self.used.items() if operation.assumed)

    def read(self, address: Address) -> Entity | None:
        """The entity with the id of this address; None when the server says that it is missing."""
        entity = self._read(address)
        return None if entity is None else self.with_parts(address, entity)

    def _read(self, address: Address) -> Entity | None:
        by_id = printable(f"{address.type.name} with id {address.id}")
        of = self._invocation(address, "read", f"read {address if address.id is None else by_id}")
        if of.operation.by == "find":
            meant = address.origin or address
            found = [one for one in self._asked(meant) if address.id is None or has_id(address, one)]
            return exactly_one(meant, found) if meant.id is None else next(iter(found), None)
        entity = self._converse(of, read_entity(of))
        found = [] if entity is None else self.deleted.without(address.type, [self._completed(of, entity)])
        return found[0] if found else None

    def find(self, address: Address) -> list[Entity]:
        """Every entity that is known to have this key, or offered for it."""
        return self.search(address)

    def search(self, address: Address) -> list[Entity]:
        """Every entity that the server offers for this key; none when it says that there is none."""
        found = self._asked(address)
        if self.deleted.with_key(address) or any(has_key(address, one) for one in found):
            self.shown.add((address.type.name, self.asks(address)))
        return [self.with_parts(address, one) for one in found]

    def _asked(self, address: Address) -> list[Entity]:
        """As search(), without parts."""
        self.deleted.forget(address)
        return self.deleted.without(address.type, self._offered_for(address))

    def _offered_for(self, address: Address) -> list[Entity]:
        """What the server offers for a key, in the way in which the profile finds it."""
        if address.type.singleton:
            return [one for one in [self._read(address)] if one is not None]
        of = self._invocation(address, "find", f"find {address}")
        if of.operation.by == "read":
            return [one for one in [self._read(address)] if one is not None]
        if of.operation.by == "list" or (of.operation.pattern and is_pattern(address)):
            every = self._summaries(address.among)
            if every:
                self.shown.add((address.type.name, "find"))
            if address.type.operations["list"].then_read:
                every = self._each_read(address, every)
            listed = meant(address, chosen(address, every), self.referring)
            return self._each_read(address, listed) if self._is_awaited(address) else listed
        check_search(of.operation, address)
        if of.operation.narrows:
            found = meant(address, chosen(address, self._list(of, address.type.id_in)), self.referring)
        else:
            found = self._converse(of, find_entities(of))
        if of.operation.then_read or self._is_awaited(address):
            found = self._each_read(address, found)
        return [self._completed(of, one) for one in found]

    def _each_read(self, address: Address, found: Iterable[Entity]) -> list[Entity]:
        """These entities as their read shows them, where they may be the one that is meant."""
        read = (self._read(address.located(one)) if may_be(address, one) else one for one in found)
        return [one for one in read if one is not None]

    @staticmethod
    def _is_awaited(address: Address) -> bool:
        """Whether only the read of the entity tells that it is ready."""
        read = address.type.operations.get("read")
        return read is not None and bool(read.until) and address.ready

    def _completed(self, of: Invocation, entity: Entity) -> Entity:
        return completed(entity, of.operation.request.path, of.type, of.known)

    def list_beforehand(self, entity_type: EntityType) -> None:
        """List the entities of a type before they are looked for. This client asks for each by itself."""

    def prove_list(self, desired: DesiredState, entity: Entity) -> None:
        """Check the list before a difference is believed that only a list has shown: here each is read by itself."""

    def referring(self, address: Address, entities: Iterable[Entity]) -> list[Entity]:
        """Those of the entities that have the references of an address."""
        found = list(entities)
        refs = address.held.items() if found else ()
        ids = {name: str(referred.located(self.resolve(referred)).id) for name, referred in refs}
        return [one for one in found if all(str(plain_id(one.get(name))) == held for name, held in ids.items())]

    def with_parts(self, address: Address, entity: Entity) -> Entity:
        """The entity with those of its parts that the address names, where it is the one that is meant."""
        if not address.parts or (address.id is None and not has_key(address, entity)):
            return entity
        return {**entity, **{name: self.part(address, entity, name) for name in address.parts}}

    def part(self, address: Address, entity: Entity, name: str) -> Any:
        """The elements of a part of an entity that was read."""
        part = address.type.parts[name]
        if part.read is None:
            return held_in(address, entity, part)
        located = address.located(entity)
        of = self._invocation_of(located, reading(part, part.read), f"read {name} of {address}", entity)
        return self._converse(of, read_part(of, part))

    def step(self, address: Address, entity: Entity, step: EntityStep, note: Callable[[str], Any] = str) -> None:
        """Carry out a step on a part or a state of an entity that was read. note: as in create()."""
        for request in step.requests:
            operation = writing(request, f"{step.kind} {step.attribute}")
            of = self._invocation_of(address.located(entity), operation, f"{step} of {address}", entity, note)
            self._converse(of, send_step(of, dict(step.names), step.kind in ("remove", "replace")))

    def holds(self, address: Address, entity: Entity, one: Verification, value: Any) -> bool:
        """Whether the system says that an entity that was read holds a secret."""
        purpose = f"verify {one.attribute} of {address}"
        of = self._invocation_of(address.located(entity), verifying(one), purpose, entity)
        return self._converse(of, is_held(of, one, value))

    def searched(self, address: Address) -> Entity | None:
        """The only entity with exactly this key, by the server's search; None when it says that there is none."""
        return exactly_one(address, self.search(address))

    def create(self, address: Address, attributes: Entity, note: Callable[[str], Any] = str) -> Entity | None:
        """Create an entity. Returns what the server answers of it, which may be its id alone; None where the profile
        says that the answer holds nothing. note: takes notes for the user."""
        of = self._invocation(address, "create", f"create {address}", note)
        content = self._with_references(of, attributes)
        with kept(self.reveals, of.operation, address, note) as shown:
            return self._converse(of, create_entity(of, content, note, shown.update))

    def rehearse(self, address: Address, attributes: Entity) -> None:
        """Make what a create sends and needs, and send nothing. Raises as create() does before it sends."""
        of = self._invocation(address, "create", f"create {address}")
        with kept(self.reveals, of.operation, address, str):
            next(create_entity(of, self._with_references(of, attributes), note=str))

    def _with_references(self, of: Invocation, attributes: Entity) -> Entity:
        """What a create sends: the attributes, and the references as the operation wants them."""
        return {**attributes, **fields_of(of, self.resolve, self.known or {})}

    def update(
        self, address: Address, observed: Entity, bodies: Mapping[str, Entity], note: Callable[[str], Any] = str
    ) -> Entity | None:
        """Change the entity that was read. bodies: what to send, by BODIES; note: as in create()."""
        of = self._invocation(address, "update", f"update {address}", note)
        return self._converse(of, update_entity(of, observed, bodies))

    def delete(
        self, address: Address, observed: Entity, note: Callable[[str], Any] = str, by: str = "delete"
    ) -> int | None:
        """Delete the entity that was read. The status of an answer that calls it missing, which may come from a wrong
        address; None when the server says that it has deleted it. note: as in create(); by: delete or purge."""
        of = self._invocation(address, by, f"{by} {address}", note)
        return self._converse(of, delete_entity(of, observed))

    def restore(self, address: Address, deleted: Entity, note: Callable[[str], Any] = str) -> None:
        """Bring back an entity that stays as deleted. note: as in create()."""
        of = self._invocation(address, "restore", f"restore {address}", note)
        self._converse(of, send_verb(of, deleted, {}))

    def rename(self, address: Address, observed: Entity, key: Mapping[str, Any], note: Callable[[str], Any]) -> None:
        """Give the entity that was read another key, nested as the entity holds it. note: as in create()."""
        of = self._invocation(address, "rename", f"rename {address}", note)
        self._converse(of, send_verb(of, observed, {"key": key}))

    def deleted_like(self, address: Address) -> list[Entity]:
        """The entities with this key and these references that were deleted and stay, as far as answers showed
        them."""
        return self.referring(address, self.deleted.with_key(address))

    def left(self, address: Address) -> Optional[AcceptedWrite]:
        """The write of this entity that an earlier run has left with the server; None where there is none."""
        return self.jobs.of(address) if self.jobs and address.type.completed_later else None

    def finish(self, address: Address) -> tuple[str, ...]:
        """Wait for the end of a write of this entity that an earlier run has left with the server; what the user should
        know of it. Raises OutcomeUnknownError where it still goes on, and ConfigurationError where the profile does not
        say any more how it is waited for."""
        job = self.left(address)
        if job is None:
            return ()
        notes: list[str] = []
        completing = address.type.completed_later.get(job.operation)
        if completing is None:
            why = f"an earlier run left a write with the server, and {job.operation} has no completes any more"
            raise ConfigurationError(f"write {address}", why, "Put it back into the profile.")
        from .completing import go_on

        operation = Operation("go on", job.operation, completing.poll, completes=completing)
        of = self._invocation_of(address, operation, f"write {address}", None, notes.append)
        self._converse(of, go_on(of, job))
        return tuple(notes)

    def _list(self, of: Invocation, *id_in: Callable[[Entity], Any]) -> list[Entity]:
        """As list_whole()."""
        from .paging import list_whole

        return self._converse(of, list_whole(of, *id_in))

    def pages(self, address: Address, enough: int | None = None) -> list[list[Entity]]:
        """The pages of the list of a type, which the address names without key and id: all, or as many as are
        enough."""
        from .paging import list_pages

        pages: list[list[Entity]] = []
        for of in self._lists(address):
            self._converse(of, list_pages(of, pages.append, enough))
        return [self.deleted.without(address.type, page) for page in pages]

    def _lists(self, address: Address) -> list[Invocation]:
        """The requests whose answers are all entities of a type."""
        of = self._invocation(address, "list", f"list entities of type {address.type.name}")
        return [of, *(evolve(of, operation=one) for one in of.operation.also)]

    def whole(self, address: Address, distinct: bool = True) -> list[Entity]:
        """All entities of a type, as far as it is known; see listed()."""
        return self.listed(address, distinct)

    def listed(self, address: Address, distinct: bool = True) -> list[Entity]:
        """All entities of a type, which the address names without key and id, as the server lists them now, or as their
        read shows them where the list shows less. distinct: read the list again where an id comes twice."""
        found = self._summaries(address, distinct)
        if not address.type.operations["list"].then_read:
            return found
        read = (self._read(address.located(one)) for one in found)
        return [one for one in read if one is not None]  # one may have gone in between

    def _summaries(self, address: Address, distinct: bool = True) -> list[Entity]:
        """As listed(), as the list shows them."""
        ids = [address.type.id_in] if distinct else []
        lists = self._lists(address)
        every = [one for of in lists for one in self._list(of, *ids)]
        found = self.deleted.without(address.type, every)
        if len(lists) == 1:
            return found
        return list({str(address.type.id_in(one)): one for one in found}.values())  # one may have moved in between

    def _names(self, of: Invocation) -> Mapping[str, Any]:
        return {**names_of_others(of, self.resolve, self.known or {}), **self.given}

    def resolve(self, address: Address) -> Entity:
        """The one entity that a reference means. Raises MissingReferenceError when there is none."""
        known = {} if self.known is None else self.known
        with self._asking.setdefault(address.identity, threading.Lock()) if self.known is not None else nullcontext():
            if address.identity not in known:  # of many threads one asks
                known[address.identity] = self.the_one(address)
        found = known[address.identity]
        if found is None:
            raise MissingReferenceError(
                f"refer to {address}",
                "there is no such entity",
                "Create it first, or correct the reference in refs.",
                identity=address.identity,
                doubt=self.doubt(address),
            )
        self.met[address.identity] = found
        return found

    def id_of(self, address: Address, anew: bool = False) -> Any:
        """The id of the entity that a reference means. anew: whether to ask for it where this client has met it."""
        met = None if anew or self.known is not None else self.met.get(address.identity)
        return address.located(self.resolve(address) if met is None else met).id

    def the_one(self, address: Address) -> Entity | None:
        """The entity with this id, or the only one with exactly this key; None when it is missing.

        Raises AmbiguousError for several, and for one whose key differs only in case, outer space or Unicode form;
        ProfileMismatchError for one that has other references, and for one that the search does not show.
        """
        if address.id is not None:
            return self.read(address)
        found = exactly_one(address, self.find(address))
        if found is not None and address.held and (self.known is not None or not address.searched_by_texts):
            from ..other_references import refuse_other_references

            refuse_other_references(address, found, self.id_of)
        if found is None:
            from ..unseen import refuse_unseen

            refuse_unseen(self, address)
        return found

    @staticmethod
    def asks(address: Address) -> str:
        """The operation that says whether there is such an entity."""
        return "find" if address.id is None and not address.type.singleton else "read"

    def doubt(self, address: Address) -> str:
        """What to say of an absence that nothing proves: see ``doubt_of``."""
        return self.doubt_of(address.type, self.asks(address))

    def doubt_of(self, entity_type: EntityType, name: str) -> str:
        """What to say where an operation says that there is none, and has shown no entity of this type yet."""
        return doubt(entity_type, name, self.shown)

    def _invocation(self, address: Address, name: str, purpose: str, note: Callable[[str], Any] = str) -> Invocation:
        """An operation on an entity or a list, which notes what it shows. note: takes notes for the user."""
        operation, of_type = address.type.operation(name, purpose), address.type.name

        def shows() -> None:
            self.shown.add((of_type, name))

        watch = self._watch(address, note)
        return Invocation(self._base, operation, address, purpose, shows, self._names, watch=watch)

    def _invocation_of(
        self,
        address: Address,
        operation: Operation,
        purpose: str,
        entity: Optional[Entity],
        note: Callable[[str], Any] = str,
    ) -> Invocation:
        """A request about a part or a state of an entity that was read. note: takes notes for the user."""
        watch = self._watch(address, note)
        return Invocation(self._base, operation, address, purpose, more=self._names, observed=entity, watch=watch)

    def _watch(self, address: Address, note: Callable[[str], Any]) -> Watch:
        """How an operation on an entity is waited for."""
        watch = Watch(self.waiting, self.clock, note)
        if self.jobs is None:
            return watch
        meant = address.origin or address
        return evolve(watch, accepted=partial(self.jobs.accepted, meant), ended=partial(self.jobs.ended, meant))

    def _converse(self, of: Invocation, conversation: Flow[Result]) -> Result:
        """Run a conversation; the operation counts as used once a request goes out, and the wait before one is kept."""

        def send(request: Request) -> Response:
            self.used[of.operation.profile_key] = of.operation
            if request.delay:
                self.clock.sleep(request.delay)
            return self._send(request)

        return converse(conversation, send)
