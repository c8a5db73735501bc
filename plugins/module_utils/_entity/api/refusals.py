# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a server did not do what it was asked for, and what to do about it: an answer that means neither success nor
missing, as an error."""

from __future__ import annotations

from ..._profile.mismatch import profile_mismatch
from ..._profile.operation import SAYS_MISSING, Operation
from ..._profile.predicate import Predicate, fitting, statuses_of
from ..._profile.server_messages import path_of, said_in
from ..._transport.failures import of_busy
from ..._transport.messages import Response
from ...errors import ConflictError, ProfileMismatchError, ServerError
from .answers import NOT_THERE

OF_THE_REQUEST = (400, 422)
"""Statuses that say that the request is wrong: its attributes, or how the profile makes it."""

WITHOUT_ATTRIBUTES = "check the id, or the key: some servers take no / ; % \\ and no line end there."
"""What to do about a refused request that carries no attributes."""

CONFLICTS = {
    "exists": ("there is one already", "Look for it: it may be hidden from this identity, or written in another case."),
    "moved": ("the entity was changed meanwhile", "Run the task again to see the difference as it is now."),
    "in_use": ("something else depends on it", "Remove that first, or let it refer to another one."),
}
"""What a conflict of each kind means, and what to do."""

MEANINGS = {
    400: ("the server refused the request as malformed", "Check the names and types of the attributes."),
    403: ("this identity may not do that", "Check its permissions in the system."),
    412: CONFLICTS["moved"],
    422: ("the server refused the content", "Correct the attributes that it names."),
    503: ("the server is not available", "Try again later, or raise retry_deadline."),
}


def statuses(predicate: Predicate) -> str:
    """The HTTP statuses of a predicate in words."""
    known = statuses_of(predicate)
    return f"HTTP {', '.join(map(str, known))}" if known else "no status"


def refusal_of(operation: Operation, response: Response) -> ServerError:
    """The error for an answer that means neither success nor missing."""
    if response.busy:
        return of_busy(response)
    status, purpose = response.status, response.purpose
    text = said_in(response)
    saying = f", saying: {text}" if text else ""
    if 300 <= status < 400:
        return ServerError(
            purpose,
            f"the server answered HTTP {status}, a redirect, which is not followed, to "
            f"{path_of(response.headers) or '/'}",
            "Check url, and the path of the operation in the profile.",
            status=status,
        )
    conflict = fitting(operation.conflict, response, operation.sent, operation.places)
    refutation = None if conflict else _refutation(operation, response, saying)
    if refutation:
        return refutation
    kind, of_kind = (ConflictError, conflict.kind) if conflict else (ServerError, "")
    why, hint = CONFLICTS[of_kind] if of_kind else _meaning(operation, status, text)
    refused = fitting(operation.refused, response, operation.sent, operation.places)
    known = conflict or refused
    if known and known.says:
        why = known.says.rstrip(".")
    doubtful = operation.assumed and status in OF_THE_REQUEST and kind is ServerError
    if doubtful:
        hint += f" If they are right, what the profile says of the request is not: {operation.profile_key} is assumed."
    elif status in OF_THE_REQUEST and operation.safe and not known:
        hint += f" If they are right, {operation.profile_key} in the profile is not, which makes the request."
    if response.ruled_out:
        hint = f"It is no matter of the login: {response.ruled_out}. {hint}"
    key = operation.profile_key if doubtful else None
    why = f"{why} (HTTP {status}){saying}"
    return kind(purpose, why, hint, status=status, profile_key=key, conflict=of_kind or None)


def _meaning(operation: Operation, status: int, text: str) -> tuple[str, str]:
    """What a refusal means, and what to do about it. text: what the server says."""
    if status in OF_THE_REQUEST and (operation.name in SAYS_MISSING or operation.safe):
        hint = f"Where that is not the reason, {WITHOUT_ATTRIBUTES}" if text else WITHOUT_ATTRIBUTES.capitalize()
        return "the server refused the address or the key of the request", hint
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
    request, came = f"{operation.request.method} {operation.request.path} to be answered", f"HTTP {status}"
    if status == 404 and response.is_html:
        why = "the server answered HTTP 404 with a page instead of data"
        return profile_mismatch(purpose, why, key, request, f"{came} with a web page", address, status)
    if status == 405:
        why = "the server knows the address but not this method (HTTP 405)"
        return profile_mismatch(purpose, why, key, request, came, address, status)
    nothing = status in NOT_THERE or (response.is_2xx and not response.body)
    if nothing and operation.name in ("read", "find"):
        why, part = f"the server answered HTTP {status}{saying}", f"{key}.missing"
        hint = f"If it says so that there is no such entity, add {status} to {part}; else {key} may be wrong."
        expected = f"{statuses(operation.missing)} for a missing entity"
        return profile_mismatch(purpose, why, part, expected, came, hint, status)
    if response.is_2xx:
        why = "the server answered with a success that the profile does not know"
        return profile_mismatch(purpose, why, f"{key}.success", statuses(operation.success), came, status=status)
    return None
