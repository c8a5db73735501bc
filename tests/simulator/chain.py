# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands before every handler of the product, in the order of a Spring Security chain."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from simulator.dialect import Match, UntrustedServerError
from simulator.messages import Answer, Request, html_answer
from simulator.refusals import CLOSED, NO_SESSION, Refusals, boot_error, ended_elsewhere

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.counters import Counters
    from simulator.dialect import Dialect
    from simulator.sessions import Sessions, Visit
    from simulator.switches import Switches
    from simulator.tokens import Tokens

# What the servlet container refuses in a path before Spring sees it: / \ and NUL, encoded.
UNREADABLE = re.compile(r"%2f|%5c|\\|%00", re.IGNORECASE)
# What Spring's firewall refuses: ; and %, encoded, and each end of a line.
SUSPICIOUS = re.compile(r"%3b|;|%25|%0a|%0d|%e2%80%a[89]", re.IGNORECASE)
# The steps whose answers show the token, unless those of all requests do.
SHOWING = {"ends": ("session_start", "login"), "start": ("session_start",)}
ACCESS_DENIED = "Access is denied."


class Chain:
    """Firewall, session, CSRF token, permission; behind them the handler that is asked for."""

    def __init__(
        self,
        dialect: Dialect,
        switches: Switches,
        sessions: Sessions,
        tokens: Tokens,
        counters: Counters,
        handler: Callable[[Request, Match, str], Answer],
    ) -> None:
        """``handler``: what answers the entity operations, for a user."""
        self._dialect, self._switches, self._counters = dialect, switches, counters
        self._sessions, self._tokens, self._handler = sessions, tokens, handler
        self._refusals = Refusals(dialect, switches)
        self._bearer = dialect.data["authentication"] == "bearer"
        self._steps = {"session_start": sessions.start, "login": sessions.login, "logout": sessions.logout}

    def answer(self, request: Request, match: Match | None) -> Answer:
        """The answer to a request; ``match`` is None when there is nothing at its address."""
        if self._switches.firewall and UNREADABLE.search(request.path):
            return html_answer(400, "HTTP Status 400 - Bad Request")
        if self._switches.firewall and SUSPICIOUS.search(request.path):
            return boot_error(400, request)
        if match is None and not self._guards_unknown_addresses():
            return self._open(request) or self._refusals.unknown_address(request)
        name = match.name if match else ""
        visit = self._sessions.visit(request, starts=name == "session_start")
        before: list[tuple[str, str]] = []
        past_csrf = done = False
        try:
            self._check_csrf(visit)
            past_csrf = True
            before = visit.csrf.shown() if self._switches.csrf_headers in ("before", "after") else []
            answer = self._handled(visit, match)
            done = True
        except UntrustedServerError as refusal:
            answer = self._refusals.answer(request, refusal)
            if refusal.kind == "session":
                self._sessions.after_refusal(visit, answer, past_csrf)
        announced = done and name in SHOWING["ends"]
        answer.headers += self._tokens_after(visit, name, past_csrf, done, before)
        answer.headers += visit.csrf.set_cookies + self._sessions.set_cookie(visit, announced)
        return answer

    def _guards_unknown_addresses(self) -> bool:
        return self._switches.unknown_address == "same_404" or self._switches.csrf_headers in ("before", "after")

    def _open(self, request: Request) -> Answer | None:
        """What is shown to everybody."""
        return html_answer(200, "Log in to InSight") if request.path == self._dialect.data["login_page"] else None

    def _check_csrf(self, visit: Visit) -> None:
        """Raises UntrustedServerError."""
        problem = "" if self._bearer else visit.csrf.problem()
        if not problem:
            return
        closed = self._switches.expired_session_answer in CLOSED
        if visit.came_without or (closed and not (visit.session and visit.session.user)):
            raise UntrustedServerError("session", NO_SESSION)
        self._counters.csrf_refused += 1
        raise UntrustedServerError("csrf", problem)

    def _handled(self, visit: Visit, match: Match | None) -> Answer:
        """The answer to a request that got past the CSRF check. Raises UntrustedServerError."""
        name = match.name if match else ""
        if visit.session and visit.session.ended_elsewhere and name != "logout":
            self._sessions.end(visit)
            return ended_elsewhere()
        if match and name in self._steps:
            return self._steps[name](visit, match)
        if match is None:
            return self._open(visit.request) or self._nothing(visit)
        user = self._user(visit)
        if f"{match.type}:{match.counted_as}" in self._switches.denied.split(","):
            self._counters.denied += 1
            raise UntrustedServerError("denied", ACCESS_DENIED)
        return self._handler(visit.request, match, user)

    def _nothing(self, visit: Visit) -> Answer:
        self._user(visit)
        return self._refusals.unknown_address(visit.request)

    def _user(self, visit: Visit) -> str:
        """Who asks. Raises UntrustedServerError."""
        if self._bearer:
            scheme, _space, text = visit.request.headers.get("authorization", "").partition(" ")
            token = self._tokens.valid(text) if scheme.lower() == "bearer" else None
            if token is None:
                raise UntrustedServerError("credentials", "The access token is missing, unknown or has expired.")
            return token.user
        if visit.session is None or not visit.session.user:
            raise UntrustedServerError("session", NO_SESSION)
        return visit.session.user

    def _tokens_after(
        self, visit: Visit, name: str, past_csrf: bool, done: bool, before: list[tuple[str, str]]
    ) -> list[tuple[str, str]]:
        """The CSRF headers that the answer carries.

        :param before: As they were before the request; they hold where the session has ended since.
        """
        where = self._switches.csrf_headers
        logged_in = visit.session is not None and bool(visit.session.user)
        renewed = (
            self._switches.csrf_changes == "every_answer"
            and name not in self._steps
            and logged_in
            and (past_csrf or where in SHOWING)
        )
        if renewed:
            visit.csrf.renew()
        if where == "after":
            return (visit.csrf.shown() or before) if past_csrf else []
        if where == "before":
            return before + (visit.csrf.shown() if renewed else [])
        return visit.csrf.shown() if renewed or (done and name in SHOWING[where]) else []
