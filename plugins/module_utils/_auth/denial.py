# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials that were refused: which errors say so, and for how long nobody sends them again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from ..errors import AuthenticationError
from .grants.base import GET_TOKEN

DENIAL = 60.0
"""Seconds for which no process sends credentials that were refused again, since repeated failures lock accounts."""
REFUSED_CREDENTIALS = ("invalid_grant", "invalid_client", "unauthorized_client", "access_denied")
"""OAuth errors that say that the credentials are wrong."""


def refuses_credentials(error: AuthenticationError) -> bool:
    """Whether the platform or the system's login says that the credentials are wrong. That the login itself failed, or
    that a proxy refused it, is not meant."""
    status = error.details.get("status")
    if status == 401 or error.denied:
        return True
    named = error.oauth_error in REFUSED_CREDENTIALS
    return status in (400, 403) and (named or (error.oauth_error is None and error.what != GET_TOKEN))


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
