# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer means, by the profile: success, missing, or an error that says what to do.

Only the answer that the profile calls missing makes an entity missing. Everything else that is not a success is
an error, so that nothing is planned on a guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from ..._profile.mismatch import place, profile_mismatch, shape
from ..._profile.model import Operation, at, plain_id
from ..._profile.server_messages import path_of, said
from ..._text.nested_paths import ABSENT
from ..._transport.messages import Response
from ...errors import ConflictError, ProfileMismatchError, ServerError
from ..address import Entity
from .requests import same_origin

NOT_THERE = (404, 410)
"""Statuses that mean in HTTP itself that nothing is at the address."""


def is_there(answer: Any, path: str) -> bool:
    """Whether anything, null too, stands at a dotted path."""
    return at(answer, path, ABSENT) is not ABSENT


OF_THE_REQUEST = (400, 422)
"""Statuses that say that the request is wrong: its attributes, or how the profile makes it."""

WITHOUT_ATTRIBUTES = "Check the id, or the key: some servers take no / ; % \\ and no line end there."
"""What to do about a refused request that carries no attributes."""

MEANINGS = {
    400: ("the server refused the request as malformed", "Check the names and types of the attributes."),
    403: ("this identity may not do that", "Check its permissions in the system."),
    412: ("the entity was changed meanwhile", "Run the task again to see the difference as it is now."),
    422: ("the server refused the content", "Correct the attributes that it names."),
    429: (
        "the server asks for fewer requests, and for longer than retry_limit and retry_deadline allow",
        "Raise retry_deadline where it says when to come back, retry_limit where it does not, or lower concurrency.",
    ),
    503: ("the server is not available", "Try again later, or raise retry_deadline."),
}


def statuses(known: tuple[int, ...]) -> str:
    """HTTP statuses in words."""
    return f"HTTP {', '.join(map(str, known))}" if known else "no status"


def failure(operation: Operation, response: Response) -> ServerError:
    """The error for an answer that means neither success nor missing."""
    status, purpose = response.status, response.purpose
    text = said(response.body)
    saying = f", saying: {text}" if text else ""
    if 300 <= status < 400:
        return ServerError(
            purpose,
            f"the server answered HTTP {status}, a redirect, which is not followed, to "
            f"{path_of(response.headers) or '/'}",
            "Check url, and the path of the operation in the profile.",
            status=status,
        )
    refutation = _refutation(operation, response, saying)
    if refutation:
        return refutation
    why, hint = _meaning(operation, status)
    kind = ConflictError if status in operation.conflict.status else ServerError
    doubtful = operation.assumed and status in OF_THE_REQUEST and kind is ServerError
    if doubtful:
        hint += f" If they are right, what the profile says of the request is not: {operation.profile_key} is assumed."
    if response.ruled_out:
        hint = f"It is no matter of the login: {response.ruled_out}. {hint}"
    key = operation.profile_key if doubtful else None
    return kind(purpose, f"{why} (HTTP {status}){saying}", hint, status=status, profile_key=key)


def _meaning(operation: Operation, status: int) -> tuple[str, str]:
    """What a refusal means, and what to do about it."""
    if status == OF_THE_REQUEST[0] and operation.name in ("read", "find", "delete"):
        return "the server refused the address or the key of the request", WITHOUT_ATTRIBUTES
    if status in NOT_THERE and operation.name in ("create", "list"):
        return (
            "the server has nothing at this address",
            f"Check url, and in the profile base_path and {operation.profile_key}.",
        )
    return MEANINGS.get(status, ("the server failed" if status >= 500 else "the server refused", ""))


def _refutation(operation: Operation, response: Response, saying: str) -> ProfileMismatchError | None:
    """The error for a status that can only mean that the profile is wrong; None for all others."""
    status, key, purpose = response.status, operation.profile_key, response.purpose
    address = f"The address may be wrong. Check url, and in the profile base_path and {key}."
    request, came = f"{operation.method} {operation.path} to be answered", f"HTTP {status}"
    if status == 404 and response.is_html:
        why = "the server answered HTTP 404 with a page instead of data"
        return profile_mismatch(purpose, why, key, request, f"{came} with a web page", address, status)
    if status == 405:
        why = "the server knows the address but not this method (HTTP 405)"
        return profile_mismatch(purpose, why, key, request, came, address, status)
    nothing = status in NOT_THERE or (200 <= status < 300 and not response.body)
    if nothing and operation.name in ("read", "find"):
        why, part = f"the server answered HTTP {status}{saying}", f"{key}.missing.status"
        hint = f"If it says so that there is no such entity, add {status} to {part}; else {key} may be wrong."
        expected = f"{statuses(operation.missing.status)} for a missing entity"
        return profile_mismatch(purpose, why, part, expected, came, hint, status)
    if 200 <= status < 300:
        why = "the server answered with a success that the profile does not know"
        return profile_mismatch(purpose, why, f"{key}.success", statuses(operation.success), came, status=status)
    return None


def accept(operation: Operation, response: Response) -> None:
    """Take an answer for a success of which nothing is declared. Raises ServerError for any other answer, and for one
    that is neither empty nor JSON: a login page or a sentence about a lost session is no success."""
    if response.status not in operation.success:
        raise failure(operation, response)
    if response.body.strip():
        response.json()


def content(operation: Operation, response: Response, path: str) -> Any:
    """What stands at the path of a successful answer. Raises ServerError for any other answer."""
    if response.status not in operation.success:
        raise failure(operation, response)
    return at(response.json(), path)


def is_missing(operation: Operation, response: Response) -> bool:
    """Whether this answer is the one that the profile calls missing. A web page, and any other text that is not JSON,
    says nothing about an entity. In a success, the place that is to be empty must exist, or an error message would
    count as missing."""
    if operation.missing.empty and response.status in operation.success:
        answer, path = response.json(), operation.entity or ""
        return is_there(answer, path) and not at(answer, path) and not is_scalar(at(answer, path))
    if response.status not in operation.missing.status or response.is_html:
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
    path = operation.entity or ""
    found = content(operation, response, path)
    entity = found[0] if isinstance(found, list) and len(found) == 1 else found
    if not isinstance(entity, Mapping) or not entity:
        raise no_entity(operation, response, path, found)
    return entity


def no_entity(operation: Operation, response: Response, path: str, found: Any) -> ProfileMismatchError:
    """The error for an answer without the entity that the profile promises."""
    came = shape(found) if found is not None or not path else f"{shape(response.json())}"
    why = "an entity was expected there and the answer holds none"
    key = operation.profile_key
    hint = f"Change {key}.entity in the profile"
    if not found and not is_scalar(found) and operation.name in ("read", "find"):
        hint += f", or set {key}.missing.empty where it says so that there is no such entity"
    return deviation(operation, response, "entity", why, f"an entity {place(path)}", came, f"{hint}.")


def entities_of(operation: Operation, response: Response) -> list[Entity]:
    """The entities that a find answers: a list of them, or a single one."""
    path = operation.entity or ""
    answer = content(operation, response, path)
    found = answer if isinstance(answer, list) else [answer]
    if not found or not all(isinstance(one, Mapping) and one for one in found):
        raise no_entity(operation, response, path, answer)
    return found


def written(operation: Operation, response: Response) -> Entity | None:
    """What a write answers of its entity; None where the profile says that it answers nothing."""
    if operation.entity is None:
        accept(operation, response)
        return None
    return entity_of(operation, response)


def strange_location(operation: Operation, response: Response, base: str) -> str:
    """What to say of a Location on another host than url, as servers behind a proxy write it; empty for any other.
    base: the system's url."""
    location = response.headers.get("location", "") if operation.id_at == "location" else ""
    if not location or same_origin(base, location):
        return ""
    why = "behind a proxy it may be the inner one"
    return f"The Location of the new entity names another host than url ({why}). Only its last part, the id, was used."


def new_id(operation: Operation, response: Response) -> Any:
    """The id of the entity that was created, from where the profile says that it stands."""
    where, status = operation.id_at or "", response.status
    if status not in operation.success:
        raise failure(operation, response)
    if where == "location":
        found: Any = last_part(response)
        came = "a Location without a path" if "location" in response.headers else "no Location header"
    else:
        answer = response.json()
        found, came = plain_id(at(answer, where)), shape(answer)
    if found in (None, "") or not isinstance(found, (str, int)) or isinstance(found, bool):
        words = "in the Location header" if where == "location" else place(where)
        why = "the answer does not say the id of the new entity"
        raise deviation(operation, response, "id_at", why, f"an id {words}", came)
    return found


def last_part(response: Response) -> str:
    """The last part of the path in the Location header, decoded once."""
    return unquote(response.location.path.rstrip("/").rpartition("/")[2])
