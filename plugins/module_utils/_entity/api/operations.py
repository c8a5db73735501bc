# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of a profile as conversations (sans-I/O): each yields its requests, is sent their answers, and returns
what they mean. An operation of several requests yields several times, and no caller changes for it."""

from __future__ import annotations

from typing import Any, Callable, Optional, TypeVar

from ..._profile.mismatch import profile_mismatch, shape
from ..._profile.model import EntityType, at
from ..._text.nested_paths import with_value
from ..._text.redaction import know, printable
from ..._transport.messages import Flow
from ..address import Entity, check_case, has_id, has_key
from ..references import as_declared
from ..shown_secrets import secrets_in
from .answers import (
    accept,
    deviation,
    entities_of,
    entity_of,
    is_missing,
    new_id,
    strange_location,
    written,
)
from .requests import Invocation

MaybeEntity = TypeVar("MaybeEntity", Entity, Optional[Entity])


def as_received(entity_type: EntityType, entity: MaybeEntity) -> MaybeEntity:
    """An entity as it is compared: with its references as they are declared. Its secrets become known, so that they are
    masked wherever they appear."""
    shown = None if entity is None else as_declared(entity_type, entity)
    know(secrets_in(shown, entity_type.secrets))
    return shown


def read_entity(of: Invocation) -> Flow[Entity | None]:
    """The entity with the id of the address; None when the server says that it is missing."""
    response = yield of.request({})
    if is_missing(of.operation, response):
        return None
    entity = entity_of(of.operation, response)
    if not has_id(of.address, entity):
        check_case(of.address, entity)
        why, name = "the server answered with an entity of another id", of.type.id_attribute
        came = printable(f"{name} {of.type.id_in(entity)}")
        raise deviation(of.operation, response, "path", why, printable(f"{name} {of.address.id}"), came)
    of.shows()
    return as_received(of.type, entity)


def find_entities(of: Invocation, content: Entity) -> Flow[list[Entity]]:
    """Every entity that the server offers for a key; none when it says that there is none. content: the key, with the
    references."""
    response = yield of.request(content)
    offered = [] if is_missing(of.operation, response) else entities_of(of.operation, response)
    found = [as_received(of.type, one) for one in offered]
    if any(has_key(of.address, entity) for entity in found):
        of.shows()
    return found


def create_entity(of: Invocation, content: Entity, note: Callable[[str], Any]) -> Flow[Entity | None]:
    """The new entity as the server answers it, which may be its id alone; None where the profile says that the answer
    holds nothing. note: takes notes for the user."""
    response = yield of.request(content)
    if of.operation.entity is None and of.operation.id_at:
        note(strange_location(of.operation, response, of.base))
        return with_value({}, of.type.id_attribute.split("."), new_id(of.operation, response))
    return as_received(of.type, written(of.operation, response))


def update_entity(of: Invocation, observed: Entity, content: Entity) -> Flow[Entity | None]:
    """What the server answers of the entity that it changed; None where the profile says that it answers nothing.
    observed: the entity as it was read."""
    addressed_by = of.operation.addressed_by
    if addressed_by:
        identifying = at(observed, addressed_by)
        if identifying in (None, ""):
            raise profile_mismatch(
                of.purpose,
                f"the entity as read carries no {addressed_by}, which tells the server what is meant",
                f"{of.operation.profile_key}.addressed_by",
                expected=f"an entity with {addressed_by}",
                came=shape(observed),
            )
        content = with_value(content, addressed_by.split("."), identifying)
    response = yield of.request(content, observed)
    return as_received(of.type, written(of.operation, response))


def delete_entity(of: Invocation, observed: Entity) -> Flow[int | None]:
    """The status of an answer that calls the entity missing, which may come from a wrong address; None when the server
    says that it has deleted it. observed: the entity as it was read."""
    response = yield of.request({}, observed)
    if response.status not in of.operation.success and is_missing(of.operation, response):
        return response.status
    accept(of.operation, response)
    return None
