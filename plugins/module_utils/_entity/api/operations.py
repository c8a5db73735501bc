# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of a profile as conversations (sans-I/O): each yields its requests, is sent their answers, and returns
what they mean. An operation of several requests yields several times, and no caller changes for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Callable, Optional, TypeVar

from ..._profile.model import EntityType
from ..._profile.predicate import first_at
from ..._text.nested_paths import ABSENT, with_value
from ..._text.redaction import know, printable
from ..._transport.messages import Flow
from ..address import Entity, check_case, has_id, has_key, rules_of
from ..element_forms import in_declared_form
from ..references import as_declared
from ..shown_secrets import secrets_in
from .answers import (
    accept,
    deviation,
    entities_of,
    entity_of,
    is_missing,
    means,
    new_id,
    strange_location,
    written,
)
from .awaited import answered, ready
from .requests import BODIES, Invocation

MaybeEntity = TypeVar("MaybeEntity", Entity, Optional[Entity])


def as_received(entity_type: EntityType, entity: MaybeEntity) -> MaybeEntity:
    """An entity as it is compared: with its attributes where and in the form in which they are declared. Its secrets
    become known, so that they are masked wherever they appear."""
    if entity is None:
        return entity
    shown = as_declared(entity_type, entity)
    forms = {name: in_declared_form(entity_type, name, shown[name]) for name in entity_type.forms if name in shown}
    shown = {**shown, **forms} if forms else shown
    know(secrets_in(shown, rules_of(entity_type)))
    return shown


def read_entity(of: Invocation) -> Flow[Entity | None]:
    """The entity with the id of the address; None when the server says that it is missing."""
    response = yield from ready(of, of.request())
    if is_missing(of.operation, response):
        return None
    entity = as_received(of.type, of.type.version.received(entity_of(of.operation, response), response))
    if of.address.id is not None and not has_id(of.address, entity):
        check_case(of.address, entity)
        why, name = "the server answered with an entity of another id", of.type.id_at or "id"
        came = printable(f"{name} {of.type.id_in(entity)}")
        raise deviation(of.operation, response, "path", why, printable(f"{name} {of.address.id}"), came)
    of.shows()
    return entity


def find_entities(of: Invocation) -> Flow[list[Entity]]:
    """Every entity that the server offers for the key of the address; none when it says that there is none."""
    response = yield from answered(of, of.request())
    offered = [] if is_missing(of.operation, response) else entities_of(of.operation, response)
    found = [as_received(of.type, one) for one in offered]
    if any(has_key(of.address, entity) for entity in found):
        of.shows()
    return found


def create_entity(
    of: Invocation, content: Entity, note: Callable[[str], Any], reveal: Callable[[Mapping[str, Any]], Any] = bool
) -> Flow[Entity | None]:
    """The new entity as the server answers it, which may be its id alone; None where the profile says that the answer
    holds nothing. note: takes notes for the user. reveal: takes the secrets that the answer shows once, by name."""
    response = yield from answered(of, of.request(dict.fromkeys(BODIES, content)))
    if of.operation.reveals and means(of.operation, "success", response):
        found = {name: first_at(response, places) for name, places in of.operation.reveals.items()}
        shown = {name: value for name, value in found.items() if value not in (ABSENT, None, "")}
        know(shown.values())
        reveal(shown)
        note(_not_shown(sorted(found.keys() - shown.keys())))
    id_at = _id_alone(of)
    if id_at:
        note(strange_location(id_at, response, of.base.url))
        return with_value({}, of.type.id_at.split("."), new_id(of.operation, response, id_at))
    return as_received(of.type, written(of.operation, response))


def _not_shown(names: Sequence[str]) -> str:
    """What to say of secrets that the profile expects in an answer, and that it lacks."""
    return f"The answer to the create does not show {', '.join(names)}, as the profile says (reveals)." if names else ""


def _id_alone(of: Invocation) -> str:
    """The place of the id, where the answer says no more of the entity; empty elsewhere."""
    said = of.operation.entity
    return str(said[of.type.id_at]) if isinstance(said, Mapping) and list(said) == [of.type.id_at] else ""


def update_entity(of: Invocation, observed: Entity, bodies: Mapping[str, Entity]) -> Flow[Entity | None]:
    """What the server answers of the entity that it changed; None where the profile says that it answers nothing.
    observed: the entity as it was read; bodies: as in Invocation.request."""
    response = yield from answered(of, of.request(bodies, observed), observed)
    return as_received(of.type, written(of.operation, response))


def delete_entity(of: Invocation, observed: Entity) -> Flow[int | None]:
    """The status of an answer that calls the entity missing, which may come from a wrong address; None when the server
    says that it has deleted it. observed: the entity as it was read."""
    response = yield from answered(of, of.request(observed=observed), observed)
    if not means(of.operation, "success", response) and is_missing(of.operation, response):
        return response.status
    accept(of.operation, response)
    return None


def send_verb(of: Invocation, observed: Entity, names: Mapping[str, Any]) -> Flow[None]:
    """Restore or rename an entity. observed: the entity as it was read; names: what the request may name besides."""
    response = yield from answered(of, of.request(observed=observed, more=names), observed)
    accept(of.operation, response)
