# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of the product: the session cookie, the CSRF token, login and logout."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.dialect import Dialect, Match, RefusedError, content_answer, wrap
from simulator.messages import Answer, Request, html_answer, json_answer

if TYPE_CHECKING:
    from simulator.counters import Counters
    from simulator.credentials import Credentials
    from simulator.switches import Switches
    from simulator.tokens import Tokens

NO_SESSION = "There is no such session, or it has expired. Log in again."


def _new_csrf() -> str:
    return str(uuid.uuid4())


@dataclass
class Session:
    """One session; nobody is logged in while ``user`` is empty."""

    id: str = field(default_factory=lambda: secrets.token_hex(16).upper())
    csrf: str = field(default_factory=_new_csrf)
    superseded: set[str] = field(default_factory=set)
    user: str = ""
    last_used: float = field(default_factory=time.time)

    def renew_csrf(self) -> None:
        self.superseded.add(self.csrf)
        self.csrf = _new_csrf()


class Sessions:
    """All sessions of one server; they do not survive its end, as a servlet container's do not."""

    def __init__(
        self, dialect: Dialect, switches: Switches, credentials: Credentials, tokens: Tokens, counters: Counters
    ) -> None:
        self._dialect, self._switches, self._counters = dialect, switches, counters
        self._credentials, self._tokens = credentials, tokens
        self._rules: dict[str, Any] = dialect.data.get("session") or {}
        self._cookie: str = self._rules.get("cookie", "")
        self._sessions: dict[str, Session] = {}

    def expire(self) -> None:
        """End every session."""
        self._sessions.clear()

    def find(self, request: Request) -> Session | None:
        """The living session that the request's cookie names."""
        session = self._sessions.get(request.cookies.get(self._cookie, ""))
        if session and session.last_used + self._switches.session_lifetime <= time.time():
            del self._sessions[session.id]
            return None
        if session:
            session.last_used = time.time()
        return session

    def start(self, request: Request, match: Match) -> Answer:
        """The first step: a session in which nobody is logged in, or the one that the client already has."""
        session = self.find(request) or self._add(Session())
        self._counters.session_starts += 1
        answer = json_answer(match.operation.get("status", 200), wrap(session.id, match.operation["id_field"]))
        return self._announce(answer, session, request)

    def login(self, request: Request, match: Match) -> Answer:
        """The second step: who is it?"""
        session = self.find(request)
        if session is None:
            return self.refuse_session(request)
        self.check_csrf(request, session)
        session.user = self._who(request, match.operation["credentials"])
        self._counters.handshakes += 1
        self._change_at_login(session)
        answer = content_answer(match.operation.get("status", 200), match.operation.get("body", {}))
        answer.headers = list((match.operation.get("headers") or {}).items())
        return self._announce(answer, session, request)

    def logout(self, request: Request, match: Match) -> Answer:
        """The end of a session."""
        session = self.find(request)
        if session is None:
            return self.refuse_session(request)
        self.check_csrf(request, session)
        del self._sessions[session.id]
        self._counters.logouts += 1
        return content_answer(match.operation.get("status", 200), match.operation.get("body", {}))

    def refuse_session(self, request: Request) -> Answer:
        """The answer for a request whose session does not live (any more)."""
        form = self._switches.expired_session_answer
        page = self._dialect.data["login_page"]
        if form == "302":
            return Answer(302, headers=[("Location", request.base + page)], reason=NO_SESSION)
        if form == "html":
            return login_form(page)
        answer = self._dialect.answer("session", NO_SESSION)
        answer.status = int(form) if form != "401" else answer.status
        return answer

    def check_csrf(self, request: Request, session: Session) -> None:
        """Raises RefusedError."""
        rules = self._rules.get("csrf")
        if not rules:
            return
        given = request.headers.get(rules["header"].lower()) or request.parameters.get(rules["parameter"], "")
        old_counts = not self._switches.csrf_superseded_refused and given in session.superseded
        if given != session.csrf and not old_counts:
            raise RefusedError("csrf", f"Invalid CSRF token {given!r} was found in the header {rules['header']}.")

    def finish(self, answer: Answer, session: Session, request: Request) -> Answer:
        """What every answer within a session carries."""
        if self._switches.csrf_changes == "every_answer":
            session.renew_csrf()
            answer.headers += self._csrf_headers(session)
        return answer

    def _who(self, request: Request, kind: str) -> str:
        try:
            body = request.json
        except ValueError:
            raise RefusedError("malformed", "The body of the login is not JSON.") from None
        body = body if isinstance(body, dict) else {}
        if kind == "password":
            user = str(body.get("username", ""))
            if not self._credentials.password_is(user, body.get("password")):
                raise RefusedError("credentials", "User name or password is wrong.")
            return user
        if body.get("token_type") != "Bearer":
            raise RefusedError("credentials", "token_type is not Bearer.")
        token = self._tokens.valid(body.get("access_token"))
        if token is None:
            raise RefusedError("credentials", "The access token is unknown or has expired.")
        return token.user

    def _add(self, session: Session) -> Session:
        self._sessions[session.id] = session
        return session

    def _change_at_login(self, session: Session) -> None:
        if self._switches.single_session_per_user:
            for other in [one for one in self._sessions.values() if one.user == session.user and one is not session]:
                del self._sessions[other.id]
        if self._switches.login_changes_session_id and self._switches.set_cookie:
            del self._sessions[session.id]
            session.id = Session().id
            self._add(session)
        if self._switches.csrf_changes != "never":
            session.renew_csrf()

    def _announce(self, answer: Answer, session: Session, request: Request) -> Answer:
        answer.headers += self._csrf_headers(session)
        if self._switches.set_cookie:
            path = "/".join(self._dialect.base_path.split("/")[:2]) or "/"
            secure = "; Secure" if request.scheme == "https" else ""
            path = "/" if self._switches.base_path_moved else path
            answer.headers.append(("Set-Cookie", f"{self._cookie}={session.id}; Path={path}{secure}; HttpOnly"))
        return answer

    def _csrf_headers(self, session: Session) -> list[tuple[str, str]]:
        rules = self._rules.get("csrf")
        if not rules:
            return []
        headers = [
            (rules["announces_header"], rules["header"]),
            (rules["announces_parameter"], rules["parameter"]),
            (rules["header"], session.csrf),
        ]
        return [(name, value) for name, value in headers if name]


def login_form(page: str) -> Answer:
    """The page to which people are sent to log in."""
    form = f'<form method="post" action="{page}"><input name="username"><input name="password" type="password"></form>'
    return html_answer(200, "Log in to InSight", form, reason=NO_SESSION)
