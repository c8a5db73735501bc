# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a login: token and session, as a value and as the JSON that the store keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Optional

from .session import Session
from .tokens import Token


@dataclass(frozen=True)
class State:
    """generation: counts the sessions of an identity, so that nobody renews what somebody else has renewed;
    shared: the session may be used by other processes, its CSRF token being stable."""

    generation: int = 0
    token: Optional[Token] = None
    session: Optional[Session] = None
    user: Optional[str] = None
    shared: bool = True

    def secrets(self) -> list[str]:
        """Every value in it that must not be shown."""
        token, session = self.token, self.session
        values = [token.access_token, token.refresh_token] if token else []
        if session:
            values += [*session.cookies.values(), session.csrf_token, session.authorization]
        return [value for value in values if value]


def as_json(state: State) -> dict[str, Any]:
    """The state as JSON values."""
    return asdict(state)


def from_json(data: Any) -> State:
    """The state that ``as_json`` wrote. Raises ValueError when it is none."""
    try:
        token, session = data["token"], data["session"]
        state = State(
            **{**data, "token": Token(**token) if token else None, "session": Session(**session) if session else None}
        )
    except (TypeError, KeyError) as error:
        raise ValueError("not a state") from error
    if not isinstance(state.generation, int) or (state.session and not isinstance(state.session.cookies, Mapping)):
        raise ValueError("not a state")
    return state
