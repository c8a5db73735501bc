# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sessions of the product: the session cookie, login and logout."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from simulator.csrf import SAFE, Csrf, Token
from simulator.dialect import Dialect, Match, UntrustedServerError, content_answer, wrap
from simulator.messages import Answer, Request, json_answer
from simulator.refusals import CLOSED, NO_SESSION

if TYPE_CHECKING:
    from simulator.counters import Counters
    from simulator.credentials import Credentials
    from simulator.switches import Switches
    from simulator.tokens import Tokens


def _new_id() -> str:
    return secrets.token_hex(16).upper()


@dataclass
class Session:
    """One session; nobody is logged in while ``user`` is empty."""

    id: str = field(default_factory=_new_id)
    csrf: Token = field(default_factory=Token)
    user: str = ""
    last_used: float = field(default_factory=time.time)
    ended_elsewhere: bool = False


class Visit:
    """A request on its way through the chain: its session and its CSRF token."""

    def __init__(self, request: Request, session: Session | None, csrf: Csrf) -> None:
        self.request, self.csrf = request, csrf
        self.came_without = session is None
        self.enter(session)

    def enter(self, session: Session | None) -> None:
        """From now on this is the request's session."""
        self.session = session
        self.csrf.of_session = session.csrf if session else None


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

    def visit(self, request: Request, starts: bool) -> Visit:
        """The request, with the living session that its cookie names, or with a new one.

        :param starts: A session is what it asks for.
        """
        csrf = Csrf(self._rules.get("csrf"), self._switches, request, self._cookie_attributes(request))
        visit = Visit(request, self._find(request), csrf)
        if visit.session is None and (starts or (self._gives_sessions() and not csrf.kept_in_cookie)):
            visit.enter(self._add(Session()))
        return visit

    def after_refusal(self, visit: Visit, answer: Answer, past_csrf: bool) -> None:
        """What a servlet container does where nobody is logged in, and a CSRF token needs no session.

        A refused GET is kept in a session, to be sent again after the login. So is /error, to which other refusals
        lead, where it is closed: it is asked for by GET, and the address to which that redirects names the session.
        """
        if not self._gives_sessions():
            return
        form = self._switches.expired_session_answer
        error_refused = form in CLOSED and (not past_csrf or form == "403_closed")
        if visit.session is None and (visit.request.method in SAFE or error_refused):
            visit.enter(self._add(Session()))
        if visit.session and error_refused and self._cookie not in visit.request.cookies:
            answer.headers = [
                (name, f"{value};{self._cookie.lower()}={visit.session.id}" if name == "Location" else value)
                for name, value in answer.headers
            ]

    def _gives_sessions(self) -> bool:
        """Whether everybody is given a session. Where there are access tokens instead, nobody is."""
        return bool(self._switches.lost_session_sets_cookie) and self._dialect.data["authentication"] == "session"

    def _find(self, request: Request) -> Session | None:
        session = self._sessions.get(request.cookies.get(self._cookie, ""))
        if session and session.last_used + self._switches.session_lifetime <= time.time():
            del self._sessions[session.id]
            return None
        if session:
            session.last_used = time.time()
        return session

    def start(self, visit: Visit, match: Match) -> Answer:
        """The first step: a session in which nobody is logged in, or the one that the client already has."""
        session = _living(visit)
        self._counters.session_starts += 1
        self._counters.looks += bool(session.user)
        return json_answer(match.operation.get("status", 200), wrap(session.id, match.operation["id_field"]))

    def login(self, visit: Visit, match: Match) -> Answer:
        """The second step: who is it?"""
        session = _living(visit)
        try:
            session.user = self._who(visit.request, match.operation["credentials"])
        except UntrustedServerError as refusal:
            self._counters.logins_refused += refusal.kind == "credentials"
            raise
        self._counters.handshakes += 1
        self._change_at_login(visit, session)
        form = self._switches.login_answer
        if form == "302":
            home = f"{visit.request.base}/{_first_segment(self._dialect)}/home"
            return Answer(302, headers=[("Location", home)], reason="logged in")
        if form == "204":
            return Answer(204)
        answer = content_answer(match.operation.get("status", 200), match.operation.get("body", {}))
        answer.headers = list((match.operation.get("headers") or {}).items())
        return answer

    def logout(self, visit: Visit, match: Match) -> Answer:
        """The end of a session."""
        self.end(visit)
        self._counters.logouts += 1
        answer = content_answer(match.operation.get("status", 200), match.operation.get("body", {}))
        answer.headers = list((match.operation.get("headers") or {}).items())
        return answer

    def end(self, visit: Visit) -> None:
        """End the session of a request."""
        del self._sessions[_living(visit).id]
        visit.enter(None)
        visit.csrf.end()

    def set_cookie(self, visit: Visit, announced: bool) -> list[tuple[str, str]]:
        """The header that tells the session's id to a client that does not have it.

        :param announced: The request is a step of the handshake; only servlet containers then leave a known id out.
        """
        session, switches = visit.session, self._switches
        known = session is not None and visit.request.cookies.get(self._cookie) == session.id
        told_again = announced and not switches.lost_session_sets_cookie
        if not session or not switches.set_cookie or (known and not told_again):
            return []
        value = f"{self._cookie}={session.id}{self._cookie_attributes(visit.request)}; HttpOnly"
        return [("Set-Cookie", value)]

    def _who(self, request: Request, kind: str) -> str:
        try:
            body = request.json
        except ValueError:
            raise UntrustedServerError("malformed", "The body of the login is not JSON.") from None
        body = body if isinstance(body, dict) else {}
        if kind == "password":
            user = str(body.get("username", ""))
            if not self._credentials.password_is(user, body.get("password")):
                raise UntrustedServerError("credentials", "User name or password is wrong.")
            return user
        if body.get("token_type") != "Bearer":
            raise UntrustedServerError("credentials", "token_type is not Bearer.")
        token = self._tokens.valid(body.get("access_token"))
        if token is None:
            raise UntrustedServerError("credentials", "The access token is unknown or has expired.")
        return token.user

    def _add(self, session: Session) -> Session:
        self._sessions[session.id] = session
        return session

    def _change_at_login(self, visit: Visit, session: Session) -> None:
        if self._switches.single_session_per_user:
            self._end_others(session)
        if self._switches.login_changes_session_id and self._switches.set_cookie:
            del self._sessions[session.id]
            session.id = _new_id()
            self._add(session)
        if self._switches.csrf_changes != "never":
            visit.csrf.renew()

    def _end_others(self, session: Session) -> None:
        told = self._switches.expired_session_answer == "text"
        for other in [one for one in self._sessions.values() if one.user == session.user and one is not session]:
            other.ended_elsewhere = True
            if not told:
                del self._sessions[other.id]

    def _cookie_attributes(self, request: Request) -> str:
        path = "/" if self._switches.base_path_moved else f"/{_first_segment(self._dialect)}"
        return f"; Path={path}" + ("; Secure" if request.scheme == "https" else "")


def _living(visit: Visit) -> Session:
    if visit.session is None:
        raise UntrustedServerError("session", NO_SESSION)
    return visit.session


def _first_segment(dialect: Dialect) -> str:
    return dialect.base_path.split("/")[1] if "/" in dialect.base_path else ""
