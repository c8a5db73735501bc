# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a login: token and session, as a value and as the JSON that the store keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Optional

from .session import Session
from .tokens import Token


@dataclass(frozen=True)
class State:
    """generation: counts the sessions of an identity, so that nobody renews what somebody else has renewed;
    opened_at: when it was opened, epoch seconds; refresh_begun: when its refresh token was sent last, epoch seconds,
    where no answer came; shared: other requests and processes may use the session at the same
    time; looks_first: the login of this server shows a CSRF token that it does not take, and a look the good one."""

    generation: int = 0
    token: Optional[Token] = None
    session: Optional[Session] = None
    user: Optional[str] = None
    shared: bool = True
    opened_at: float = 0.0
    looks_first: bool = False
    refresh_begun: Optional[float] = None

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
        token, session = _known(Token, data["token"]), _known(Session, data["session"])
        state = replace(State(), **{**_fields(State, data), "token": token, "session": session})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a state") from error
    if not isinstance(state.generation, int) or (state.session and not isinstance(state.session.cookies, Mapping)):
        raise ValueError("not a state")
    return state


def _fields(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a class knows of the data; another version of the collection may have written more."""
    return {name: value for name, value in data.items() if name in kind.__dataclass_fields__}


def _known(kind: Any, data: Any) -> Any:
    return kind(**_fields(kind, data)) if data else None
