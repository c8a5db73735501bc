# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Speaks the operations of a profile: one request each, and what its answer means."""

from __future__ import annotations

import string
import threading
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from typing import Any, Callable, Optional, TypeVar

from ..._profile.mismatch import profile_mismatch, shape
from ..._profile.model import EntityType, Operation, Profile, at
from ..._text.nested_paths import with_value
from ..._text.redaction import know, printable
from ..._transport.messages import Request, Send
from ...errors import ConfigurationError, MissingReferenceError
from ..address import Address, Entity, check_case, exactly_one, has_id, has_key
from ..proof import doubt
from ..references import as_declared
from ..shown_secrets import secrets_in
from .answers import accept, deviation, entities_of, entity_of, is_missing, new_id, strange_location, written
from .paging import Asking, pages_of
from .requests import needs_id, request_to

MaybeEntity = TypeVar("MaybeEntity", Entity, Optional[Entity])


def as_received(entity_type: EntityType, entity: MaybeEntity) -> MaybeEntity:
    """An entity as it is compared: its references as they are declared, its secrets known, to be hidden wherever they
    appear."""
    shown = None if entity is None else as_declared(entity_type, entity)
    know(secrets_in(shown, entity_type.secrets))
    return shown


class EntityClient:
    """The entities of one system; threads may share it. used: the operations that were used, as keys of the profile,
    for the report. known: entities by ``Address.identity``, None for one that is missing, which a reference need not
    ask for; None where each reference is asked for anew. shown: the types of which an operation has shown an entity, as
    ``(type, operation)``; shared by all clients of a system in this process."""

    def __init__(self, profile: Profile, url: str, send: Send) -> None:
        self._base = url + profile.base_path
        self._send = send
        self.used: dict[str, Operation] = {}
        self.known: dict[str, Entity | None] | None = None
        self.shown: set[tuple[str, str]] = set()
        self._asking: dict[str, threading.Lock] = {}

    @property
    def assumed(self) -> list[str]:
        """The used operations that neither a document nor a probe backs."""
        return sorted(key for key, operation in self.used.items() if operation.assumed)

    @staticmethod
    def update_body(entity_type: EntityType) -> str:
        """What an update of this type sends: ``declared``, ``changed`` or ``whole``."""
        return entity_type.operations["update"].body

    def read(self, address: Address) -> Entity | None:
        """The entity with the id of this address; None when the server says that it is missing."""
        entity_type = address.type
        purpose = f"read {printable(f'{entity_type.name} with id {address.id}')}"
        operation = self.operation(entity_type, "read", purpose)
        response = self._send(self._request(operation, address, purpose, {}))
        if is_missing(operation, response):
            return None
        entity = entity_of(operation, response)
        if not has_id(address, entity):
            check_case(address, entity)
            why, name = "the server answered with an entity of another id", entity_type.id_attribute
            came = printable(f"{name} {entity_type.id_in(entity)}")
            raise deviation(operation, response, "path", why, printable(f"{name} {address.id}"), came)
        self.shown.add((entity_type.name, "read"))
        return as_received(entity_type, entity)

    def find(self, address: Address) -> list[Entity]:
        """Every entity that is known to have this key, or offered for it."""
        return self.search(address)

    def search(self, address: Address) -> list[Entity]:
        """Every entity that the server offers for this key; none when it says that there is none."""
        purpose = f"find {address}"
        operation = self.operation(address.type, "find", purpose)
        body = {**address.key, **self.reference_fields(operation, address)}
        response = self._send(self._request(operation, address, purpose, body))
        offered = [] if is_missing(operation, response) else entities_of(operation, response)
        found = [as_received(address.type, one) for one in offered]
        shown = (address.type.name, "find")
        if shown not in self.shown and any(has_key(address, entity) for entity in found):
            self.shown.add(shown)
        return found

    def searched(self, address: Address) -> Entity | None:
        """The only entity with exactly this key, by the server's search; None when it says that there is none."""
        return exactly_one(address, self.search(address))

    def create(self, address: Address, attributes: Entity, note: Callable[[str], Any] = str) -> Entity | None:
        """Create an entity; what the server answers of it, be it only its id; None where the profile says that it
        answers nothing. note: is told what else the user should know."""
        operation = self.operation(address.type, "create", f"create {address}")
        body = {**attributes, **self.reference_fields(operation, address)}
        response = self._send(self._request(operation, address, f"create {address}", body))
        if operation.entity is None and operation.id_at:
            note(strange_location(operation, response, self._base))
            return with_value({}, address.type.id_attribute.split("."), new_id(operation, response))
        return as_received(address.type, written(operation, response))

    def update(self, address: Address, observed: Entity, bodies: Mapping[str, Entity]) -> Entity | None:
        """Change the entity that was read. bodies: what to send for each ``body`` that a profile may ask for."""
        operation = self.operation(address.type, "update", f"update {address}")
        body = dict(bodies[operation.body])
        if operation.addressed_by:
            identifying = at(observed, operation.addressed_by)
            if identifying in (None, ""):
                raise profile_mismatch(
                    f"update {address}",
                    f"the entity as read carries no {operation.addressed_by}, which tells the server what is meant",
                    f"{operation.profile_key}.addressed_by",
                    expected=f"an entity with {operation.addressed_by}",
                    came=shape(observed),
                )
            body = with_value(body, operation.addressed_by.split("."), identifying)
        response = self._send(self._request(operation, address, f"update {address}", body, observed))
        return as_received(address.type, written(operation, response))

    def delete(self, address: Address, observed: Entity) -> int | None:
        """Delete the entity that was read. The status of an answer that calls it missing, which may come from a wrong
        address; None when the server says that it has deleted it."""
        operation = self.operation(address.type, "delete", f"delete {address}")
        response = self._send(self._request(operation, address, f"delete {address}", {}, observed))
        if response.status not in operation.success and is_missing(operation, response):
            return response.status
        accept(operation, response)
        return None

    def pages(self, address: Address) -> Iterator[list[Entity]]:
        """All entities of the type of an address without key and id, a page at a time. Raises when the list stops short
        of the total that it names."""
        entity_type = address.type
        purpose = f"list entities of type {entity_type.name}"
        operation = self.operation(entity_type, "list", purpose)

        def request(paging: Mapping[str, Any]) -> Request:
            return self._request(operation, address, purpose, paging)

        for page in pages_of(Asking(operation, request, self._send)):
            if page:
                self.shown.add((entity_type.name, "list"))
            yield [as_received(entity_type, entity) for entity in page]

    def reference_fields(self, operation: Operation, address: Address) -> dict[str, Any]:
        """The references of an address as this operation wants them: ids, or texts that the server looks up."""
        ids: dict[str, Any] = {}
        texts: dict[str, Any] = {}
        by_text = operation.references == "query_for" and operation.body != "query"
        for attribute, referred in address.refs.items():
            reference = address.type.references.get(attribute)
            is_told = reference and by_text and reference.type == referred.type.name
            template = reference.query_for if reference and is_told else ""
            if template and referred.key:
                texts[attribute] = self._query_text(address.type.name, attribute, template, referred)
            else:
                ids[attribute] = referred.located(self.resolve(referred)).id
        return {**ids, "queryFor": texts} if texts else ids

    def _query_text(self, referrer: str, attribute: str, template: str, referred: Address) -> str:
        """The display text by which the server finds the referred entity; asks for what the key does not say."""
        names = {name for _text, name, _form, _conversion in string.Formatter().parse(template) if name}
        at_hand = (self.known or {}).get(referred.identity)  # under the key that it has now, be it a former one
        known = at_hand or (referred.key if names <= set(referred.key) else self.resolve(referred))
        lacking = sorted(name for name in names if known.get(name) in (None, ""))
        if lacking:
            raise profile_mismatch(
                f"refer to {referred}",
                f"the entity as read carries no {', '.join(lacking)}, of which queryFor is made",
                f"types.{referrer}.references.{attribute}.query_for",
                expected=f"an entity with {', '.join(sorted(names))}",
                came=shape(known),
            )
        return template.format_map({name: known[name] for name in names})

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
        return found

    def the_one(self, address: Address) -> Entity | None:
        """The entity with this id, or the only one with exactly this key; None when it is missing.

        Raises AmbiguousError for several, and for one whose key differs only in case, outer space or Unicode form.
        """
        if address.id is not None:
            return self.read(address)
        return exactly_one(address, self.find(address))

    @staticmethod
    def asks(address: Address) -> str:
        """The operation that says whether there is such an entity."""
        return "find" if address.id is None else "read"

    def doubt(self, address: Address) -> str:
        """What to say of an absence that nothing proves: see ``doubt_of``."""
        return self.doubt_of(address.type, self.asks(address))

    def doubt_of(self, entity_type: EntityType, name: str) -> str:
        """What to say where an operation says that there is none, and has shown no entity of this type yet."""
        return doubt(entity_type, name, self.shown)

    def operation(self, entity_type: EntityType, name: str, purpose: str) -> Operation:
        """The operation of a type. Raises ConfigurationError where the profile has none that is switched on."""
        operation = entity_type.operations.get(name)
        if operation is None or not operation.enabled:
            raise ConfigurationError(
                purpose,
                f"the profile has no {name} operation for {entity_type.name}"
                + (" that is switched on" if operation else ""),
                f"If your server has it, describe or enable it under operations.{name} in profile_overrides.",
                profile_key=f"operations.{name}",
            )
        return operation

    def _request(
        self,
        operation: Operation,
        address: Address,
        purpose: str,
        body: Mapping[str, Any],
        observed: Entity | None = None,
    ) -> Request:
        if observed is not None and needs_id(operation):
            address = address.located(observed)
        uuid = at(observed, address.type.uuid_attribute) if address.type.uuid_attribute else ""
        self.used[operation.profile_key] = operation
        return request_to(self._base, operation, address, purpose, body, uuid)
