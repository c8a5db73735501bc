# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One write, and certainty about it: when no usable answer comes, look before anything is sent again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Callable, Optional

from ..errors import BusyError, ConflictError, InsightError, InterruptedRequest, OutcomeUnknownError, ServerError
from .address import Address, Entity

Observe = Callable[[], Optional[Entity]]
Judge = Callable[[Optional[Entity]], bool]

CARRIED_OUT = "Reading again shows that it was carried out."
NOTHING = "Reading again shows that nothing was written."


def _is_doubtful(error: InsightError) -> bool:
    """Whether the write may have been carried out although this error came of it."""
    status = error.details.get("status", 0)
    return isinstance(error, InterruptedRequest) or (
        isinstance(error, ServerError) and not isinstance(error, BusyError) and (200 <= status < 400 or status >= 500)
    )


def write_safely(
    what: str, send: Observe, look: Observe, is_done: Judge, is_untouched: Judge, repeatable: bool
) -> tuple[Entity | None, Optional[InsightError]]:
    """Send a write once and return its answer; or, where the write was carried out in spite of an error, that error.

    what: the write, after "Cannot". look: reads the entity. is_done, is_untouched: judge the entity that was read.
    repeatable: a second request cannot repeat the effect, so it may be sent once more. Raises OutcomeUnknownError when
    reading does not show whether the write was carried out.
    """
    try:
        return send(), None
    except InsightError as error:
        if not _is_doubtful(error):
            raise
        seen = _look(what, look, error)
        if is_done(seen):
            return None, _adding(error, CARRIED_OUT)
        if not is_untouched(seen):
            raise _unknown(what, error, "reading again shows neither what was before nor what is declared") from error
        if not isinstance(error, InterruptedRequest):
            raise _adding(error, NOTHING) from error
        if not repeatable:
            raise _unknown(
                what, error, "reading again does not show it, and sending it again could do it twice"
            ) from error
    try:
        return send(), None
    except InsightError as error:
        if not (_is_doubtful(error) or isinstance(error, ConflictError)):
            raise
        if is_done(_look(what, look, error)):
            return None, _adding(error, CARRIED_OUT)
        raise _unknown(what, error, "it was sent twice, and reading again does not show it") from error


@contextmanager
def having_written(address: Address, operation: str, entity_id: Any) -> Iterator[None]:
    """Errors inside name the write that was carried out before them, also unexpected errors."""
    written = {"written": operation, "entity_id": entity_id}
    try:
        yield
    except InsightError as error:
        raise error.but(**written) from error
    except Exception as error:
        raise OutcomeUnknownError(
            f"verify the {operation} of {address}",
            f"it was sent, and then came an error that nobody expected ({type(error).__name__})",
            "Look at the entity before you run this again.",
            **written,
        ) from error


def _adding(error: InsightError, seen: str) -> InsightError:
    """The error with what reading again shows."""
    return error.but(hint=f"{seen} {error.hint}".strip())


def _look(what: str, look: Observe, error: InsightError) -> Entity | None:
    try:
        return look()
    except InsightError as blind:
        raise _unknown(what, error, f"reading again failed too: {blind.why}") from error


def _unknown(what: str, error: InsightError, why: str) -> OutcomeUnknownError:
    """The error for a write of which reading again does not show whether it was carried out."""
    return OutcomeUnknownError(
        f"tell whether the server carried out the request to {what}",
        f"{error.why}; {why}",
        "It may have been carried out. Look at the entity and at the system's audit trail before you run this again.",
        written="unknown",
    )
