# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is known of a login: token and session, as a value and as the JSON that the store keeps."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Callable, Optional

from .._text.records import evolve
from .session import CARRIED, HEADER_NAME, Session
from .tokens import LONGEST, Token, text

ORDINARY_WORD = re.compile(r"(?=.{1,16}\Z)[A-Z]?[a-z]+(?:[-_ ][a-z]+)*")
"""A value of a cookie that is no secret, such as a language or a word. Masking it would change every text that holds
the word."""


@dataclass(frozen=True)
class State:
    """The session of an identity and its token. generation: counts the sessions of an identity, so that one that was
    renewed by another process is not renewed again; opened_at: when it was opened, epoch seconds; refresh_begun: when
    its refresh token was sent last, epoch seconds, where no answer came; shared: other requests and processes may use
    the session at the same time; looks_first: a value in the login's answer is not accepted by this server, and a look
    shows the good one."""

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
            cookies = [value for value in session.cookies.values() if not ORDINARY_WORD.fullmatch(value)]
            values += [*cookies, *session.values.values(), *session.handed_over.values()]
        return [value for value in values if value]


def as_json(state: State) -> dict[str, Any]:
    """The state as JSON values."""
    return asdict(state)


def from_json(data: Any) -> State:
    """The state that ``as_json`` wrote. Raises ValueError when it is none."""
    try:
        token, session = _known(Token, data["token"]), _session(data["session"])
        state = evolve(State(), **{**_fields(State, data), "token": token, "session": session})
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError("not a state") from error
    for value in filter(None, (state, token, session)):
        _check(value)
    if session and not _can_be_carried(session):
        raise ValueError("no header can carry it")
    return state


def _can_be_carried(session: Session) -> bool:
    texts = [*session.cookies, *session.cookies.values(), *session.values.values()]
    return all(map(CARRIED.fullmatch, texts)) and all(map(HEADER_NAME.fullmatch, session.header_names.values()))


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and abs(value) < LONGEST


def _is_text(value: Any) -> bool:
    return value == "" or text(value) is not None


CHECKS: Mapping[str, Callable[[Any], bool]] = {
    "str": _is_text,
    "Optional[str]": lambda value: value is None or _is_text(value),
    "float": _is_number,
    "Optional[float]": lambda value: value is None or _is_number(value),
    "int": lambda value: isinstance(value, int) and abs(value) < LONGEST,
    "bool": lambda value: isinstance(value, bool),
    "Mapping[str, str]": lambda value: isinstance(value, Mapping) and all(map(_is_text, value.values())),
}
"""Whether a value is of the type of its field; other fields are checked by themselves."""


def _check(value: Any) -> None:
    """Raise ValueError unless each field holds what it is declared to hold."""
    for one in fields(value):
        fits = CHECKS.get(str(one.type))
        if fits and not fits(getattr(value, one.name)):
            raise ValueError(f"{one.name} is damaged")


def _fields(kind: Any, data: Mapping[str, Any]) -> dict[str, Any]:
    """What a class knows of the data; another version of the collection may have written more."""
    return {name: value for name, value in data.items() if name in kind.__dataclass_fields__}


def _session(data: Any) -> Optional[Session]:
    """The session in the data. An earlier version of this collection wrote name and value of the CSRF header as
    fields of their own."""
    if data and data.get("csrf_token"):
        names = {"csrf_header": data["csrf_header"]} if data.get("csrf_header") else {}
        data = {"values": {"csrf": data["csrf_token"]}, "header_names": names, **data}
    session: Optional[Session] = _known(Session, data)
    return session


def _known(kind: Any, data: Any) -> Any:
    return kind(**_fields(kind, data)) if data else None
