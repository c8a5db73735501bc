# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments with the login: each way in that was configured is gone as the profile says, and where an answer of the
handshake contradicts the profile, once more as the answer suggests. A refused password or token is never sent again."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any, Optional

from .._auth.authenticator import Authenticator, authenticator_for
from .._options.context import Context, Values
from .._options.shared import HAND_OVER, IDENTITY, settings_from
from .._profile.merging import overlaid
from .._profile.model import profile_of
from .._text.json_forms import Json
from .._text.nested_paths import value_at
from .._transport.http import Http
from .._transport.messages import Request, Response, Send
from .._transport.request_log import log_of
from .._transport.write_record import note_write
from ..errors import AuthenticationError, InsightError
from .findings import DIFFERS, NOT_FOUND, Finding, brief, nested
from .page import LoginReport
from .request_candidates import base_paths
from .shapes import described, is_success, json_content, scalars

MOST_ROUNDS = 12
SESSION_ID = re.compile(r"[\w.~+/=-]{16,}")
"""What a session id may look like."""
WITHOUT_STEPS = "bearer"
"""The kind of a session in a profile of format 1 that is no more than the access token."""
INHERITED = ("tenant_id", "authority", "issuer", "client_id", "token_store")
"""Options of the task that a login of the list has unless it says otherwise."""


@dataclass
class Login:
    """One way in. data: the profile with what the handshake taught; error: why it did not work."""

    values: Values
    data: dict[str, Any]
    findings: list[Finding] = field(default_factory=list)
    answers: list[tuple[Request, Response]] = field(default_factory=list, repr=False)
    authenticator: Optional[Authenticator] = None
    http: Optional[Http] = field(default=None, repr=False)
    error: Optional[InsightError] = None

    def send(self, request: Request) -> Response:
        """Send a request without a session, and keep the answer."""
        if self.http is None:
            raise AuthenticationError(request.purpose, "nobody has logged in")
        response = self.http.send(request)
        self.answers.append((request, response))
        return response

    def report(self) -> LoginReport:
        """The outcome of the login."""
        grant = (self.authenticator and self.authenticator.grant) or self.values.get("grant_type") or "handed over"
        if self.error or not self.authenticator:
            return LoginReport(grant, self.error is None, error=self.error.message if self.error else "")
        return LoginReport(grant, True, who=self.authenticator.user)


def steps_in(session: Json) -> tuple[str, ...]:
    """The requests by which a session is opened, by their keys in a profile of format 1."""
    return tuple(step for step in ("start", "login") if session.get(step))


def ways_in(values: Values) -> list[dict[str, Any]]:
    """The options of the task for each login that it lists; those of the task itself where it lists none."""
    listed = values.get("logins") or []
    without = {name: None for name in (*IDENTITY, *HAND_OVER) if name not in INHERITED}
    ours = [{name: value for name, value in login.items() if value is not None} for login in listed]
    return [{**values, **without, **login} for login in ours] or [dict(values)]


def log_in(values: Values, data: Json, context: Context) -> Login:
    """Log in, and learn from the answers of a handshake that is not as the profile says."""
    login = Login(values, dict(data))
    for _round in range(MOST_ROUNDS):
        login.error = None
        try:
            _open(login, context)
        except InsightError as error:
            login.error = error
            finding = None if isinstance(error, AuthenticationError) else _lesson(login)
            if finding and finding.override and finding.override not in [one.override for one in login.findings]:
                _take(login, finding)
                continue
        break
    cookie = cookie_finding(login)
    if cookie:
        _take(login, cookie)
    if login.error is not None:
        _withdraw(login, data)
    return login


def _withdraw(login: Login, data: Json) -> None:
    """Remove the overrides with which no login worked."""
    login.data = dict(data)
    came = "; with what this suggests nobody got in either, so it is not offered"
    login.findings = [
        replace(one, verdict=NOT_FOUND, override=None, came=f"{one.came}{came if one.override else ''}")
        for one in login.findings
    ]


def _open(login: Login, context: Context) -> None:
    settings = settings_from(login.values, profile_of(login.data))
    login.http = Http(settings.network)
    login.http.log = log_of(context.log, settings.url)
    login.authenticator = authenticator_for(settings, login.send, show=context.show)
    for warning in login.authenticator.warnings:
        context.warn(warning)
    login.authenticator.open()


def _take(login: Login, finding: Finding) -> None:
    """Go on with what a finding proposes."""
    login.findings = [one for one in login.findings if one.profile_key != finding.profile_key]
    login.findings.append(finding)
    login.data = overlaid(login.data, finding.override or {})


def _lesson(login: Login) -> Optional[Finding]:
    """What the last answer of the handshake says about the profile; None where it says nothing."""
    if not login.answers or not steps_in(login.data["session"]):
        return None
    _request, response = login.answers[-1]
    if response.purpose == "open a session":
        return _address(login, response) if not is_success(response) or response.is_html else _start(login, response)
    return _end(login, response) if response.purpose == "log in" else None


def _address(login: Login, response: Response) -> Optional[Finding]:
    """Another base path, or none that has a session to start: then perhaps the token goes along with each request."""
    if response.status >= 500 or response.status == 429:
        return None
    tried = {one.url for one, _answer in login.answers}
    start = login.data["session"]["start"]["path"].strip("/")
    url = str(login.values.get("url") or "").rstrip("/")
    original = next((one.expected for one in login.findings if one.profile_key == "base_path"), login.data["base_path"])
    came = described(response)
    for base in base_paths(login.data):
        if f"{url}{base}/{start}" not in tried:
            return Finding("base_path", DIFFERS, original, came, {"base_path": base})
    if not login.data.get("oauth"):
        return None
    login.data["base_path"] = original
    login.findings = [one for one in login.findings if one.profile_key != "base_path"]
    session = login.data["session"]
    override = {"session": {"kind": WITHOUT_STEPS, **dict.fromkeys(steps_in(session))}}
    return Finding("session.kind", DIFFERS, session["kind"], f"{came} at every address that starts a session", override)


def _start(login: Login, response: Response) -> Optional[Finding]:
    """Where session id and CSRF token stand in the first answer."""
    start = login.data["session"]["start"]
    answer = json_content(response)
    texts = {path: value for path, value in scalars(answer) if isinstance(value, str) and value}
    if start["session_id"] not in texts:
        likely = sorted(
            (path for path, value in texts.items() if SESSION_ID.fullmatch(value) and "csrf" not in path.lower()),
            key=lambda path: [word not in path.lower() for word in ("session", "auth", "token", "id")],
        )
        override = nested(("session", "start", "session_id"), likely[0]) if likely else None
        return Finding("session.start.session_id", DIFFERS, start["session_id"], described(response), override)
    return _csrf(login, response)


def _csrf(login: Login, response: Response) -> Optional[Finding]:
    """The headers that announce the CSRF token, by what they hold: one names another."""
    start = login.data["session"]["start"]
    headers = {name: value for name, value in response.headers.items() if "csrf" in name or "xsrf" in name}
    naming = [name for name, value in headers.items() if value.lower() in response.headers]
    cookies = [name for name in response.cookies if re.search("csrf|xsrf", name, re.IGNORECASE)]
    came = f"headers {', '.join(sorted(headers)) or 'without any that speaks of CSRF'}"
    if cookies and not headers:
        came += f", and the cookie {', '.join(cookies)}, where no profile can look yet"
    if naming:
        header = response.headers[naming[0]]
        now: dict[str, Optional[str]] = {"csrf_name_header": naming[0].upper(), "csrf_header": header}
    else:
        token = sorted(name for name in headers if not name.endswith("-param"))
        now = {"csrf_name_header": None, "csrf_header": token[0].upper() if token else None}
    key = (
        "session.start.csrf_name_header"
        if start.get("csrf_name_header") != now["csrf_name_header"]
        else "session.start.csrf_header"
    )
    return Finding(key, DIFFERS, brief(start.get("csrf_name_header")), brief(came), nested(("session", "start"), now))


def _end(login: Login, response: Response) -> Optional[Finding]:
    """What the login's answer is, where it is neither refusal nor failure."""
    rules = login.data["session"]["login"]
    expected = rules.get("success", [200])
    if not is_success(response) and response.status not in (302, 303):
        return None
    if response.status not in (rules.get("success") or range(200, 300)):
        override = nested(("session", "login", "success"), [response.status])
        return Finding("session.login.success", DIFFERS, brief(expected), described(response), override)
    start = login.data["session"]["start"]
    announcing = start.get("csrf_name_header")
    opened = [one for _request, one in login.answers if one.purpose == "open a session"]
    if announcing and opened and announcing.lower() not in response.headers:
        header = opened[-1].headers.get(announcing.lower()) or start.get("csrf_header")
        override = nested(("session", "start"), {"csrf_name_header": None, "csrf_header": header})
        came = "the answer of the login announces none; the first one stays good"
        return Finding("session.start.csrf_name_header", DIFFERS, announcing, came, override)
    return None


def cookie_finding(login: Login) -> Optional[Finding]:
    """The name of the cookie that carries the session id, where the server sets it under another."""
    start = login.data["session"].get("start") or {}
    for _request, response in login.answers:
        if response.purpose != "open a session" or not is_success(response):
            continue
        session_id = value_at(json_content(response), str(start.get("session_id")).split("."))
        names = [name for name, value in response.cookies.items() if value and value == session_id]
        if names and start.get("cookie") not in names:
            override = nested(("session", "start", "cookie"), names[0])
            return Finding("session.start.cookie", DIFFERS, str(start.get("cookie")), brief(names[0]), override)
    return None


def sender(login: Login) -> Send:
    """Sends requests within the session of a login that worked."""
    authenticator = login.authenticator
    if authenticator is None:
        raise login.error or AuthenticationError("log in")

    def send(request: Request) -> Response:
        note_write(request)
        return authenticator.send(request)

    return send


def was_seen(login: Login) -> bool:
    """Whether the handshake was made, and not a kept session used."""
    return login.authenticator is not None and login.authenticator.acquired == "handshake"
