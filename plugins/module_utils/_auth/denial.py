# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials that were refused: which errors say so, and for how long nobody sends them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..errors import AuthenticationError, BusyError, InsightError, ServerError
from .grants.base import GET_TOKEN

LOG_IN = "log in"
"""The purpose of each request that sends credentials."""
CHECK = "Check username and password, and that the user may use the API."
DENIAL = 60.0
"""Seconds for which no process sends credentials that were refused again, since repeated failures lock accounts."""
REFUSED_CREDENTIALS = ("invalid_grant", "invalid_client", "unauthorized_client", "access_denied")
"""OAuth errors that say that the credentials are wrong."""

NOT_LOOKED_AT = (408, 425)
"""Statuses of a server that did not look at the request."""


def refuses_credentials(error: AuthenticationError) -> bool:
    """Whether the platform or the system's login says that the credentials are wrong. That the login itself failed, or
    that a proxy refused it, is not meant."""
    status = error.details.get("status")
    if status == 401 or error.denied:
        return True
    named = error.oauth_error in REFUSED_CREDENTIALS
    return status in (400, 403) and (named or (error.oauth_error is None and error.what != GET_TOKEN))


def may_refuse_credentials(error: InsightError) -> bool:
    """Whether a step that sent credentials had an answer that the profile does not know, and that may say that they are
    wrong: anything but a failure of the server, or a server that is busy."""
    status = error.details.get("status") or 0
    if isinstance(error, BusyError) or not isinstance(error, ServerError):
        return False
    return error.what == LOG_IN and status < 500 and status not in (0, *NOT_LOOKED_AT)


def as_record(error: AuthenticationError, now: float) -> dict[str, Any]:
    """A refusal as the store keeps it. now: epoch seconds."""
    return {"at": now, "what": error.what, "why": error.why, "hint": error.hint}


def still_refused(denied: Optional[Mapping[str, Any]], began: float, now: float) -> Optional[AuthenticationError]:
    """The error for credentials that were refused a moment ago; None where they may be sent. denied: as_record();
    began: when this process began; both times in epoch seconds."""
    if not denied or (denied["at"] < began and not 0 <= now - denied["at"] < DENIAL):
        return None
    return AuthenticationError(
        denied["what"],
        f"the same credentials were refused {max(0, round(now - denied['at']))} s ago: {denied['why']}",
        f"They are sent again {DENIAL:g} s after that, or when they were changed: accounts get locked that way. "
        f"{denied['hint']}".strip(),
    )
