# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments with the login: each way in that was configured is gone as the profile says, and where an answer of the
handshake contradicts the profile, once more as the answer suggests. A refused password or token is never sent again."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional
from urllib.parse import urlsplit

from .._auth.authenticator import Authenticator, authenticator_for
from .._auth.handshake_errors import renewed_name
from .._auth.session import taken
from .._auth.steps import purpose_of
from .._options.context import Context, Values
from .._options.shared import HAND_OVER, IDENTITY, settings_from
from .._profile.merging import overlaid
from .._profile.model import profile_of
from .._profile.predicate import Sent, fitting, is_login_page, statuses_of
from .._profile.session_rules import BEARER, SessionRules, Step, session_of
from .._profile.template import text_parts
from .._text.json_forms import Json
from .._text.records import evolve
from .._transport.http import Http
from .._transport.messages import Request, Response, Send
from .._transport.request_log import log_of
from .._transport.write_record import note_write
from ..errors import AuthenticationError, InsightError
from .findings import DIFFERS, NOT_FOUND, Finding, brief, difference, nested
from .page import LoginReport
from .request_candidates import base_paths, uses
from .shapes import described, is_success, json_content, place_of, scalars

MOST_ROUNDS = 12
ENDS = ("expires_in", "expires_at")
"""Values that say how long a token is good."""
SESSION_ID = re.compile(r"[\w.~+/=-]{16,}")
"""What a session id may look like."""
CSRF = re.compile("csrf|xsrf", re.IGNORECASE)
INHERITED = ("tenant_id", "authority", "issuer", "client_id", "token_store")
"""Options of the task that a login of the list has unless it says otherwise."""


@dataclass(eq=False)
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


def steps_in(data: Json) -> tuple[str, ...]:
    """The requests by which a session is opened, by their names in a profile."""
    return tuple((data.get("session") or {}).get("steps", {}))


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
            finding = None if _is_refusal(error) else _lesson(login)
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


def _is_refusal(error: InsightError) -> bool:
    """Whether credentials were refused: it is no matter of the profile then, and nothing is sent again."""
    lacking = str(error.details.get("profile_key") or "").startswith("session.take.")
    return isinstance(error, AuthenticationError) and not lacking


def _withdraw(login: Login, data: Json) -> None:
    """Remove the overrides with which no login worked."""
    login.data = dict(data)
    came = "; with what this suggests nobody got in either, so it is not offered"
    login.findings = [
        evolve(one, verdict=NOT_FOUND, override=None, came=f"{one.came}{came if one.override else ''}")
        for one in login.findings
    ]


def _open(login: Login, context: Context) -> None:
    settings = settings_from(login.values, profile_of(login.data))
    login.http = Http(settings.network, busy=settings.profile.busy)
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
    session = login.data.get("session") or {}
    steps, rules = session.get("steps", {}), session_of(session)
    if not login.answers or not steps:
        return None
    request, response = login.answers[-1]
    step = _step_of(rules, request)
    if step is None:
        return _unannounced(login, rules, response) if response.purpose == "look at the session" else None
    if not is_success(response) or response.is_html:
        elsewhere = not step.credentials or response.status in (404, 405)  # a refused credential is never sent again
        return _other_success(step, response) or (_address(login, response) if elsewhere else None)
    return _other_success(step, response) or _untaken(login, rules, step, response)


def _step_of(rules: SessionRules, request: Request) -> Optional[Step]:
    """The step of the login that a request was; None where it was none."""
    path = urlsplit(request.url).path
    alike = [one for one in rules.steps if one.request.method == request.method and _ends(path, one.request.path)]
    meant = [one for one in alike if purpose_of(one) == request.purpose]
    return meant[0] if meant else None


def _ends(path: str, template: str) -> bool:
    pattern = "".join(re.escape(part) if isinstance(part, str) else "[^/]+" for part in text_parts(template.strip("/")))
    return re.search(f"/{pattern}$", path) is not None


def _address(login: Login, response: Response) -> Optional[Finding]:
    """Another base path, or none that has a session to start: then perhaps the token goes along with each request."""
    if response.status >= 500 or response.busy:
        return None
    tried = {one.url for one, _answer in login.answers}
    session = login.data["session"]
    start = next(iter(session["steps"].values()))["path"]
    if start.startswith("/"):
        return None
    url, given = str(login.values.get("url") or "").rstrip("/"), login.data.get("base_path", "")
    original = next((one.expected for one in login.findings if one.profile_key == "base_path"), given)
    came = described(response)
    for base in base_paths(login.data):
        if f"{url}{base}/{start}" not in tried:
            return Finding("base_path", DIFFERS, original, came, {"base_path": base})
    if not login.data.get("oauth"):
        return None
    login.data["base_path"] = original
    login.findings = [one for one in login.findings if one.profile_key != "base_path"]
    override = {"session": difference(session, BEARER)}
    came = f"{came} at every address that starts a session"
    return Finding("session.steps", DIFFERS, brief(list(session["steps"])), came, override)


def _other_success(step: Step, response: Response) -> Optional[Finding]:
    """Another status of a step that went well: of a step with a credential, since its answer may hold nothing."""
    if not step.credentials or is_login_page(response) or response.is_html:
        return None
    fits = fitting(step.success, response, Sent(step.request.method))
    if fits or not (is_success(response) or response.status in (302, 303)):
        return None
    path = (*step.profile_key.split("."), "success")
    expected, override = brief(list(statuses_of(step.success))), nested(path, [{"status": [response.status]}])
    return Finding(".".join(path), DIFFERS, expected, described(response), override)


def _untaken(login: Login, rules: SessionRules, step: Step, response: Response) -> Optional[Finding]:
    """Where a value stands that a step takes, and that is not where the profile says."""
    found = taken(rules, step.take, {}, response)
    lacking = [name for name in step.take if name not in found]
    if not lacking and response.purpose != "log in":
        return None
    if not lacking:
        shown = [one for _request, one in login.answers if taken(rules, rules.take, {}, one).get(renewed_name(rules))]
        none = renewed_name(rules) and not shown
        return _csrf(login, rules, _telling(login)) if none else _unannounced(login, rules, response)
    name = lacking[0]
    if name in rules.take:
        return _csrf(login, rules, response)
    path, place = (*step.profile_key.split("."), "take", name), _likely_place(name, response)
    session = login.data["session"]
    moved = _moved(session, name, session["steps"][step.name]["take"][name], place) if place else session
    override = {"session": difference(session, moved)} if place else None
    return Finding(".".join(path), DIFFERS, brief(step.take[name]), described(response), override)


def _likely_place(name: str, response: Response) -> Optional[str]:
    """Where an answer may hold a value of this name."""
    words = (*re.findall("[a-z]+", name.lower()), "session", "auth", "token", "id")
    texts = {path: value for path, value in scalars(json_content(response)) if isinstance(value, (str, int))}
    if name in ENDS:
        found = [path for path in texts if re.search("expire|valid|ttl", path, re.IGNORECASE)]
    else:
        found = [path for path, value in texts.items() if SESSION_ID.fullmatch(str(value)) and not CSRF.search(path)]
    likely = sorted(found, key=lambda path: [word not in path.lower() for word in words])
    return place_of(likely[0]) if likely else None


def _moved(value: Any, name: str, old: Any, new: Any) -> Any:
    """The rules of a session in which a value of this name is taken from another place."""
    if not isinstance(value, Mapping):
        return value
    return {
        key: {**inner, name: new} if key == "take" and inner.get(name) == old else _moved(inner, name, old, new)
        for key, inner in value.items()
    }


# --- the CSRF token


def _csrf(login: Login, rules: SessionRules, response: Response) -> Finding:
    """How an answer shows the CSRF token: in a header that another one names, in a header, in a cookie, or nowhere."""
    headers = {name: value for name, value in response.headers.items() if CSRF.search(name)}
    naming = [name for name, value in headers.items() if value.lower() in response.headers]
    token = sorted(name for name in headers if not name.endswith("-param"))
    cookies = [name for name, value in response.cookies.items() if value and CSRF.search(name)]
    came = f"headers {', '.join(sorted(headers)) or 'without any that speaks of CSRF'}"
    came += f", and the cookie {', '.join(cookies)}" if cookies and not headers else ""
    if naming:
        way = _by_header(response.headers[naming[0]], naming[0].upper())
    elif token:
        way = _by_header(token[0].upper())
    elif cookies:
        way = {"take": f"cookie.{cookies[0]}", "header": f"X-{cookies[0]}"}
    else:
        way = {}
    return _csrf_finding(login, rules, way, came)


def _telling(login: Login) -> Response:
    """The last answer of the login that has to do with a CSRF token, or the last one."""
    answers = [response for _request, response in login.answers]
    telling = [one for one in answers if any(map(CSRF.search, (*one.headers, *one.cookies)))]
    return (telling or answers)[-1]


def _by_header(header: str, naming: str = "") -> dict[str, Any]:
    """A token in a header, perhaps one that another header names."""
    return {"take": f"header.{header}", "header": header, "naming": naming}


def _unannounced(login: Login, rules: SessionRules, response: Response) -> Optional[Finding]:
    """The token that only the first answer shows, and that stays good, where the login's announces none."""
    opened = [one for _request, one in login.answers if one.purpose == "open a session"]
    if not opened or not rules.named_headers:
        return None
    known = taken(rules, rules.take, {}, opened[-1])
    name, header = renewed_name(rules), next((known[one] for one in known if one in rules.header_names), "")
    if not header or not known.get(name) or name in taken(rules, rules.take, {}, response):
        return None
    came = "the answer of the login announces none; the first one stays good"
    return _csrf_finding(login, rules, _by_header(header.upper()), came)


def _csrf_finding(login: Login, rules: SessionRules, way: Json, came: str) -> Finding:
    """The finding that the CSRF token is shown and carried in another way."""
    session, name = login.data["session"], renewed_name(rules)
    drop = {name, *rules.header_names}
    places: dict[str, Any] = {}
    carry: dict[str, str] = {}
    if way.get("naming"):
        header = next(iter(rules.header_names), f"{name}_header")
        places[header] = {"at": f"header.{way['naming']}", "default": way["header"]}
        places[name] = [f"header.{{{header}}}", way["take"]]
        carry = {f"{{{header}}}": f"{{{name}}}"}
    elif way:
        places, carry = {name: way["take"]}, {way["header"]: f"{{{name}}}"}
    other = _retaken(session, drop, places)
    rest = {
        header: value
        for header, value in session.get("carry", {}).get("headers", {}).items()
        if not uses([header, value], *drop)
    }
    other["carry"] = {**session.get("carry", {}), "headers": {**rest, **carry}}
    stated = rules.place_of(name)
    key = f"session.take.{name}"
    return Finding(key, DIFFERS, brief(stated), brief(came), {"session": difference(session, other)})


def _retaken(value: Any, drop: set[str], places: Json) -> Any:
    """The rules of a session that take these places wherever they took one of those that are dropped."""
    if not isinstance(value, Mapping):
        return value
    other = {}
    for key, inner in value.items():
        if key == "take" and drop & set(inner):
            inner = {**{name: place for name, place in inner.items() if name not in drop}, **places}
        other[key] = _retaken(inner, drop, places) if key != "take" else inner
    return other


# --- the session's cookie


def cookie_finding(login: Login) -> Optional[Finding]:
    """The name of the cookie that carries the session id, where the server sets it under another."""
    session = login.data.get("session") or {}
    rules = session_of(session)
    for request, response in login.answers:
        step = _step_of(rules, request) if is_success(response) else None
        for cookie, name in rules.laid if step else ():
            value = taken(rules, step.take, {}, response).get(name) if step else None
            names = [one for one, held in response.cookies.items() if held and held == value]
            if names and cookie not in names:
                override = {"session": difference(session, _renamed(session, cookie, names[0]))}
                return Finding("session.cookie", DIFFERS, cookie, brief(names[0]), override)
    return None


def _renamed(value: Any, old: str, new: str) -> Any:
    """The rules of a session in which a cookie has another name."""
    if isinstance(value, Mapping):
        return {new if name == old else name: _renamed(inner, old, new) for name, inner in value.items()}
    if isinstance(value, list):
        return [_renamed(one, old, new) for one in value]
    return new if value == old else value


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
