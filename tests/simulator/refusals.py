# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a refusal looks: as the dialect says, or as Spring Boot and Spring Security say it."""

from __future__ import annotations

import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, Request, html_answer, json_answer

if TYPE_CHECKING:
    from simulator.dialect import Dialect, UntrustedServerError
    from simulator.switches import Switches

NO_SESSION = "There is no such session, or it has expired. Log in again."
NOTHING_HERE = "HTTP Status 404 - Not Found"
NO_RESOURCE = "Nothing is here."
ENDED_ELSEWHERE = (
    "This session has been expired (possibly due to multiple concurrent logins being attempted as the same user)."
)
PROBLEM = "application/problem+json"
# What the application refuses; the rest is refused by the chain before it, which knows no problem details.
OF_APPLICATION = ("missing", "conflict", "invalid", "malformed")
CLOSED = ("403_closed", "401_empty", "302")
"""Answers to lost sessions of servers that show /error to nobody who is not logged in."""


class Refusals:
    """The answers of one server to requests that it refuses."""

    def __init__(self, dialect: Dialect, switches: Switches) -> None:
        self._dialect, self._switches = dialect, switches

    def answer(self, request: Request, refusal: UntrustedServerError) -> Answer:
        """The answer that says this refusal."""
        if refusal.kind == "session":
            return self._lost(request)
        if refusal.kind == "no_address" or (refusal.kind == "missing" and self._switches.unknown_address == "same_404"):
            return self.same_404(request, refusal.message)
        kind = "csrf" if refusal.kind == "denied" else refusal.kind
        answer = self._dialect.answer(kind, refusal.message, refusal.field)
        return self._as_spring(answer, request, refusal)

    def _as_spring(self, answer: Answer, request: Request, refusal: UntrustedServerError) -> Answer:
        """The same refusal in the words of Spring Boot, if the server is to have them."""
        form = self._switches.error_bodies
        if form == "message" or answer.status < 400:
            return answer
        answer.status = 400 if refusal.kind == "invalid" else answer.status
        if form == "boot" or refusal.kind not in OF_APPLICATION:
            spoken = boot_error(answer.status, request)
        elif refusal.kind == "invalid":
            errors = [{"field": refusal.field, "message": refusal.message}]
            spoken = problem(answer.status, request, detail="Invalid request content.", errors=errors)
        else:
            spoken = problem(answer.status, request, detail=refusal.message)
        answer.body, answer.content_type = spoken.body, spoken.content_type
        return answer

    def unknown_address(self, request: Request) -> Answer:
        """The answer at an address at which there is nothing."""
        if self._switches.unknown_address == "same_404":
            return self.same_404(request, NOTHING_HERE)
        return html_answer(404, NOTHING_HERE)

    def same_404(self, request: Request, reason: str) -> Answer:
        """A 404 that does not tell whether the entity or the address is not there."""
        form = self._switches.error_bodies
        answer = problem(404, request, detail=NO_RESOURCE) if form == "problem" else boot_error(404, request)
        answer.reason = reason
        return answer

    def _lost(self, request: Request) -> Answer:
        """The answer to a request whose session does not live (any more)."""
        form, page = self._switches.expired_session_answer, self._dialect.data["login_page"]
        if form == "html":
            return login_form(page)
        if form == "302":
            answer = Answer(302, headers=[("Location", request.base + page)])
        elif form in CLOSED:
            answer = Answer(int(form[:3]))
        elif form in ("403_open", "text"):
            answer = boot_error(403, request)
        else:
            answer = self._dialect.answer("session", NO_SESSION)
            answer.status = 403 if form == "403" else answer.status
            if self._switches.error_bodies != "message":
                answer.body = boot_error(answer.status, request).body
        answer.reason = NO_SESSION
        return answer


def boot_error(status: int, request: Request) -> Answer:
    """What Spring Boot's /error says of a status."""
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    words = {"timestamp": now, "status": status, "error": HTTPStatus(status).phrase, "path": request.path}
    return json_answer(status, words)


def problem(status: int, request: Request, **more: Any) -> Answer:
    """Problem details (RFC 9457)."""
    words = {"title": HTTPStatus(status).phrase, "status": status}  # no type: about:blank need not be said
    answer = json_answer(status, {**words, **more, "instance": request.path})
    answer.content_type = PROBLEM
    return answer


def ended_elsewhere() -> Answer:
    """What Spring Security says once where maximumSessions(1) has ended the session: 200, and no content type."""
    return Answer(200, ENDED_ELSEWHERE.encode(), "", reason=ENDED_ELSEWHERE)


def login_form(page: str) -> Answer:
    """The page to which people are sent to log in."""
    form = f'<form method="post" action="{page}"><input name="username"><input name="password" type="password"></form>'
    return html_answer(200, "Log in to InSight", form, reason=NO_SESSION)
