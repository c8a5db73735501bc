# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer means, by the profile: success, missing, or an error that says what to do.

Only the answer that the profile calls missing makes an entity missing. Everything else that is not a success is
an error, so that nothing is planned on a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..._profile.mismatch import place, profile_mismatch, shape
from ..._profile.model import plain_id
from ..._profile.operation import EACH, Operation
from ..._profile.predicate import Predicate, answer_at, fitting
from ..._profile.template import at_path
from ..._text.nested_paths import ABSENT, with_value
from ..._transport.addressing import same_origin
from ..._transport.messages import Response
from ...errors import ProfileMismatchError, ServerError
from ..address import Entity

NOT_THERE = (404, 410)
"""Statuses that mean in HTTP itself that nothing is at the address."""


def means(operation: Operation, meaning: str, response: Response) -> bool:
    """Whether an answer fits the ``success``, ``missing`` or ``conflict`` of an operation. A conflict is no success."""
    if meaning == "success" and means(operation, "conflict", response):
        return False
    predicate: Predicate = getattr(operation, meaning)
    return fitting(predicate, response, operation.sent, operation.places) is not None


def failure(operation: Operation, response: Response) -> ServerError:
    """The error for an answer that means neither success nor missing. Most runs meet none, and do not load what tells
    them apart."""
    from .refusals import refusal_of

    return refusal_of(operation, response)


def accept(operation: Operation, response: Response) -> None:
    """Take an answer for a success of which nothing is declared. Raises ServerError for any other answer, and for one
    that is neither empty nor JSON: a login page or a sentence about a lost session is no success."""
    if not means(operation, "success", response):
        raise failure(operation, response)
    if response.body.strip():
        response.json()


def content(operation: Operation, response: Response) -> Any:
    """What stands at the place of the entity in a successful answer, None where nothing does. Raises ServerError for
    any other answer."""
    if not means(operation, "success", response):
        raise failure(operation, response)
    is_without = isinstance(operation.entity, Mapping) and not response.body.strip()
    body = ABSENT if is_without else response.json()
    found = _each(operation, response, body) if operation.list_at else located(operation.entity, response, body)
    return None if found is ABSENT else found


def located(where: Any, response: Response, body: Any) -> Any:
    """What stands at a place, at the first of a list of places that is there, or at each of a mapping of places as an
    entity; ABSENT where nothing does. body: what ``body`` means."""
    if isinstance(where, Mapping):
        return _made(where, response, body)
    for one in where if isinstance(where, list) else [where]:
        found = at_path(body, one[len("body") :].lstrip(".")) if one.startswith("body") else answer_at(response, one)
        if found is not ABSENT and (found is not None or isinstance(where, str)):
            return found
    return ABSENT


def _made(where: Mapping[str, Any], response: Response, body: Any) -> Any:
    """The entity, or the entities of a list, that a mapping of places makes."""
    if isinstance(body, list):
        return [_made(where, response, one) for one in body]
    entity: dict[str, Any] = {}
    for path, places in where.items():
        found = located(places, response, body)
        if found is not ABSENT:
            entity = with_value(entity, path.split("."), found)
    return entity


def _each(operation: Operation, response: Response, body: Any) -> Any:
    """The entities that a mapping of places makes of the elements of a list, such as ``body.rows[].id``."""
    elements = located(operation.list_at, response, body)
    begin = f"{operation.list_at}{EACH}"
    of_one = {path: str(place).replace(begin, "body", 1) for path, place in operation.entity.items()}
    return [_made(of_one, response, one) for one in elements] if isinstance(elements, list) else elements


def is_missing(operation: Operation, response: Response) -> bool:
    """Whether this answer is the one that the profile calls missing. A web page, and any other text that is not JSON,
    says nothing about an entity. Emptiness alone says it only in a success: an error message may be empty, too."""
    possible = tuple(
        one for one in operation.missing if one.empty is None or one.status or means(operation, "success", response)
    )
    one = fitting(possible, response, operation.sent, operation.places)
    if one is None or response.is_html:
        return False
    if response.body.strip():
        response.json()
    return True


def is_scalar(value: Any) -> bool:
    """Whether it is a number or a boolean, which are never the absence of something."""
    return isinstance(value, (bool, int, float))


def deviation(
    operation: Operation, response: Response, part: str, why: str, expected: str, came: str, hint: str = ""
) -> ProfileMismatchError:
    """The error for an answer whose content is not where or what a part of the operation says."""
    key = f"{operation.profile_key}.{part}"
    return profile_mismatch(response.purpose, why, key, expected, came, hint, response.status)


def entity_of(operation: Operation, response: Response) -> Entity:
    """The one entity of a successful answer, also where it is the only one of a list."""
    found = content(operation, response)
    entity = found[0] if isinstance(found, list) and len(found) == 1 else found
    if not isinstance(entity, Mapping) or not entity:
        raise no_entity(operation, response, found)
    return entity


def no_entity(operation: Operation, response: Response, found: Any) -> ProfileMismatchError:
    """The error for an answer without the entity that the profile promises."""
    came = shape(found) if found is not None or operation.place == "body" else shape(response.json())
    why = "an entity was expected there and the answer holds none"
    key = operation.profile_key
    hint = f"Change {key}.entity in the profile"
    if not found and not is_scalar(found) and operation.name in ("read", "find"):
        hint += f", or add empty to {key}.missing where it says so that there is no such entity"
    return deviation(operation, response, "entity", why, f"an entity {place(operation.place)}", came, f"{hint}.")


def entities_of(operation: Operation, response: Response) -> list[Entity]:
    """The entities that a find answers: a list of them, or a single one."""
    answer = content(operation, response)
    found = answer if isinstance(answer, list) else [answer]
    if not found or not all(isinstance(one, Mapping) and one for one in found):
        raise no_entity(operation, response, answer)
    return found


def written(operation: Operation, response: Response) -> Entity | None:
    """What a write answers of its entity; None where the profile says that it answers nothing."""
    if operation.entity is None:
        accept(operation, response)
        return None
    return entity_of(operation, response)


def strange_location(id_at: str, response: Response, url: str) -> str:
    """What to say of a Location on another host than url, as servers behind a proxy write it; empty for any other.
    id_at: the place of the id; url: the system's."""
    address = response.headers.get("location", "") if id_at.startswith("location") else ""
    if not address or same_origin(url, address):
        return ""
    why = "behind a proxy it may be the inner one"
    return f"The Location of the new entity names another host than url ({why}). Only its last part, the id, was used."


def new_id(operation: Operation, response: Response, where: str) -> Any:
    """The id of the entity that was created. where: its place."""
    if not means(operation, "success", response):
        raise failure(operation, response)
    found = plain_id(answer_at(response, where))
    if found in (ABSENT, None, "") or not isinstance(found, (str, int)) or isinstance(found, bool):
        why = "the answer does not say the id of the new entity"
        raise deviation(operation, response, "entity", why, f"an id {place(where)}", _came(response, where))
    return found


def _came(response: Response, where: str) -> str:
    """What an answer has instead of an id, in words."""
    if where.startswith("body"):
        return shape(response.json())
    if where.startswith("location"):
        return "a Location without a path" if "location" in response.headers else "no Location header"
    return "nothing"
