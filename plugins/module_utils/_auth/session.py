# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session of the system itself: what it holds, what each request carries of it, how it is looked at, and how it is
ended. The rules are those of the profile's ``session``."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional
from urllib.parse import parse_qsl, urlsplit

from .._options.shared import Settings
from .._profile.model import Profile
from .._profile.predicate import Sent, first_at, fitting, is_page
from .._profile.request_template import merged, settled
from .._profile.session_rules import SessionRules, Step
from .._profile.template import TemplateNames, fill, fill_text
from .._text.json_forms import Json, is_number, number_text
from .._text.nested_paths import ABSENT
from .._text.records import evolve, record
from .._text.redaction import LIKE_A_TOKEN, know
from .._transport.addressing import Base, header_values, query_text, request_of, same_origin
from .._transport.failures import of_busy
from .._transport.messages import Flow, Request, Response
from ..errors import ServerError
from .tokens import Token, text

NEVER_NAMED = re.compile(r"(?:host|cookie|authorization|transfer-encoding|content-.*)\Z", re.IGNORECASE)
"""Headers that no server may choose as the carrier of a value."""
HEADER_NAME = re.compile(r"[\w!#$%&'*+.^`|~-]+", re.ASCII)
CARRIED = re.compile(r"[ -~\x80-\xff]+")
"""The characters of a header's value."""
IN_COOKIE = re.compile(r"[!-:<-~]+")
"""The characters of a cookie's value."""


@dataclass(frozen=True)
class Session:
    """What a login brought, kept together. Secrets do not show in its repr. cookies: the jar; values: what was taken
    from answers, by the names of the profile; header_names: likewise, those that are names of headers, which are no
    secrets; handed_over: headers that something else acquired."""

    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    values: Mapping[str, str] = field(default_factory=dict, repr=False)
    header_names: Mapping[str, str] = field(default_factory=dict)
    handed_over: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Nothing that is said from now on shows it."""
        know([*self.cookies.values(), *self.values.values(), *self.handed_over.values()], LIKE_A_TOKEN)

    def named(self, names: TemplateNames) -> dict[str, Any]:
        """What templates may name within this session, beside these."""
        return {**names, **self.values, **self.header_names}


def session_names(settings: Settings, token: Optional[Token]) -> dict[str, Any]:
    """What templates of the session may name before anything was taken: url, inputs, credentials, the token."""
    identity = settings.identity
    names: dict[str, Any] = {"url": settings.url, "inputs": settings.inputs}
    names.update(username=identity.username, password=identity.password)
    if token:
        names.update(access_token=token.access_token, refresh_token=token.refresh_token, token_type=token.token_type)
    return {name: value for name, value in names.items() if value}


def carries_key(profile: Profile, inputs: Mapping[str, str]) -> bool:
    """Whether requests carry a secret input that is given, as the key of an API is."""
    secret = (name for name, said in profile.inputs.items() if said.get("secret") and inputs.get(name))
    return any(f"inputs.{name}" in profile.session.carried_names for name in secret)


# --- what each request carries


@dataclass(frozen=True)
class Carried:
    """What a session adds to a request. json: members of a body that is an object."""

    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    query: Mapping[str, Any] = field(default_factory=dict, repr=False)
    json: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @cached_property
    def as_headers(self) -> dict[str, str]:
        """The headers, with the cookies as one of them."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**({"Cookie": cookies} if cookies else {}), **self.headers}

    def added_to(self, request: Request) -> Request:
        """The request with all of it. What the request says itself wins."""
        own = set(map(str.lower, request.headers))
        headers = {name: value for name, value in self.as_headers.items() if name.lower() not in own}
        url, body = self._url(request) if self.query else request.url, request.json_body
        if self.json and isinstance(body, Mapping):
            body = merged(self.json, body)
        return evolve(request, url=url, headers={**headers, **request.headers}, json_body=body)

    def _url(self, request: Request) -> str:
        said = {name for name, _value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True)}
        query = query_text({name: self.query[name] for name in self.query if name not in said}, request.purpose)
        return f"{request.url}{'&' if said else '?'}{query}" if query else request.url


def carried(rules: SessionRules, session: Session, names: TemplateNames, purpose: str = "log in") -> Carried:
    """What a request of this session carries."""
    filled = fill(rules.carry, session.named(names))
    carry: Json = {} if filled is ABSENT else settled(filled)
    headers: dict[str, tuple[str, Any]] = {}  # by the name in lower case: of two that differ in case the last counts
    for name, value in carry.get("headers", {}).items():
        headers[name.lower()] = (name, value)
    headers.update({name.lower(): (name, value) for name, value in _basic(carry.get("basic", {})).items()})
    headers.update({name.lower(): (name, value) for name, value in session.handed_over.items()})
    return Carried(
        headers=header_values(dict(headers.values()), purpose),
        cookies={**session.cookies, **header_values(carry.get("cookies", {}), purpose)},
        query=carry.get("query", {}),
        json=carry.get("json", {}),
    )


def _basic(pair: Json) -> dict[str, str]:
    """The header of HTTP Basic authentication (RFC 7617) with a user name and a password; none where one lacks."""
    if not {"username", "password"} <= set(pair):
        return {}
    return {"Authorization": f"Basic {base64.b64encode('{username}:{password}'.format(**pair).encode()).decode()}"}


def within(url: str, carry: Carried, request: Request) -> Request:
    """The request with what the session carries, which goes to the system alone. url: the system's."""
    return carry.added_to(request) if same_origin(url, request.url) else request


def step_request(
    profile: Profile, step: Step, session: Session, names: TemplateNames, purpose: str, **more: Any
) -> Request:
    """The request of a step. more: other fields of it."""
    base, known = Base(names["url"], profile.base_path), session.named(names)
    request = request_of(step.request, known, base, purpose, **more)
    basic = fill(step.basic, known)
    request = evolve(request, headers={**_basic({} if basic is ABSENT else basic), **request.headers})
    return within(base.url, carried(profile.session, session, names, purpose), request)


def marks(rules: SessionRules, session: Session) -> tuple[tuple[str, str], ...]:
    """The values that any answer may renew and that each request carries."""
    held = session.named({})
    return tuple((name, held[name]) for name in rules.renewed if name in held)


# --- what an answer brings


def at_places(where: Any, names: TemplateNames) -> list[str]:
    """The places at which a value is looked for, with the names in them replaced."""
    at = where["at"] if isinstance(where, Mapping) else where
    filled = [fill_text(place, names) for place in (at if isinstance(at, list) else [at])]
    return [place for place in filled if place is not ABSENT]


def taken(rules: SessionRules, places: Json, names: TemplateNames, response: Response) -> dict[str, str]:
    """The texts that an answer brings, by name. names: what is known; a default counts only for what is not."""
    found: dict[str, str] = {}
    for name, where in places.items():
        held = first_at(response, at_places(where, {**names, **found} if found else names))
        value = number_text(held) if is_number(held) else text(held)  # the id of a session may be a number
        if name in rules.header_names and value and (not HEADER_NAME.fullmatch(value) or NEVER_NAMED.match(value)):
            value = None
        pattern = IN_COOKIE if name in rules.cookie_names else CARRIED if name in rules.carried_names else None
        if value and (pattern is None or pattern.fullmatch(value)):
            found[name] = value
        elif isinstance(where, Mapping) and "default" in where and name not in names:
            found[name] = str(where["default"])
    return found


def observe(session: Session, rules: SessionRules, response: Response, names: TemplateNames) -> Session:
    """The session after this answer: cookies that it set or cleared, values that it renewed."""
    found = taken(rules, rules.take, session.named(names), response)
    for header, value in rules.named_headers:  # the name of a header is renewed with its value
        if not value <= set(found):
            found = {name: found[name] for name in found if name not in header}
    if not found and not response.cookies:
        return session
    return with_taken(with_cookies(session, rules, response.cookies), rules, found)


def with_cookies(session: Session, rules: SessionRules, cookies: Mapping[str, str]) -> Session:
    """The session after cookies were set, or cleared where the value is empty. A value that is that of a cookie stays
    so."""
    jar = {name: value for name, value in {**session.cookies, **cookies}.items() if value}
    values = dict(session.values)
    for cookie, name in rules.laid:
        if cookie in jar and cookie in session.cookies and values.get(name) == session.cookies[cookie]:
            values[name] = jar[cookie]
    return evolve(session, cookies=jar, values=values)


def with_taken(session: Session, rules: SessionRules, found: Json) -> Session:
    """The session with these values."""
    names = {name: found[name] for name in found if name in rules.header_names}
    values = {name: found[name] for name in found if name not in names}
    return evolve(session, values={**session.values, **values}, header_names={**session.header_names, **names})


# --- what an answer means


def is_lost(rules: SessionRules, response: Response, cookies: Mapping[str, str], method: str = "POST") -> bool:
    """Whether an answer says that the session is lost. cookies, method: of the request."""
    return fitting(rules.lost, response, Sent(method, cookies)) is not None


def changes_session_cookie(rules: SessionRules, response: Response, cookies: Mapping[str, str]) -> bool:
    """Whether an answer replaces or removes the session's cookie that was sent. Servers make a session for a request
    without one, so this tells a lost session from a refusal inside a session."""
    return fitting(rules.lost_by_cookie, response, Sent(cookies=cookies)) is not None


def is_accepted(step: Step, response: Response, sent: Sent) -> bool:
    """Whether an answer is what the step asks for. A web page is where the profile names its media type."""
    fits = fitting(step.success, response, sent)
    return fits is not None and (response.status >= 300 or bool(fits.media_type) or not is_page(response))


# --- looking and ending


@record
class Look:
    """The result of a look at the session. session: after it, None where the session is lost; announced: the answer
    brought a value that requests carry."""

    session: Optional[Session]
    announced: bool = False


def look_of(profile: Profile, session: Session, names: TemplateNames) -> Optional[Request]:
    """The safe request that shows the session's present values and whether it lives; None where there is none."""
    step = profile.session.look
    return step_request(profile, step, session, names, "look at the session", safe=True) if step else None


def look(profile: Profile, session: Session, names: TemplateNames) -> Flow[Look]:
    """Look at the session, where the profile has a way to do so. Raises ServerError where the server fails."""
    rules, step = profile.session, profile.session.look
    request = look_of(profile, session, names)
    if request is None or step is None:
        return Look(session)
    response = yield request
    shown = evolve(response, cookies={**_shown_cookies(rules, step, session, response), **response.cookies})
    if is_lost(rules, shown, session.cookies, request.method):
        return Look(None)
    if response.busy:
        raise of_busy(response)
    if not fitting(step.success, response, Sent(request.method, session.cookies)):
        if response.status >= 500:
            raise ServerError(response.purpose, f"the server answered HTTP {response.status}", status=response.status)
        return Look(session if 300 <= response.status < 400 else None)  # a redirect says neither
    found = taken(rules, step.take, session.named(names), response)
    before = observe(session, rules, response, names)
    looked = with_taken(before, rules, found)
    brought = {**found, **taken(rules, rules.take, session.named(names), response)}
    return Look(looked, bool(rules.announced_by(brought)))


def _shown_cookies(rules: SessionRules, step: Step, session: Session, response: Response) -> dict[str, str]:
    """The cookies whose value the answer shows elsewhere, as it did when the session was opened."""
    found = taken(rules, step.take, {}, response)
    return {
        cookie: found[name]
        for cookie, name in rules.laid
        if name in found and cookie in session.cookies and session.values.get(name) == session.cookies[cookie]
    }


def log_out(profile: Profile, session: Session, names: TemplateNames) -> Flow[str]:
    """End the session where the profile says how; returns why the server did not, empty where it did or has no way."""
    rules = profile.session
    for step in rules.logout:
        request = step_request(profile, step, session, names, "log out")
        response = yield request
        sent = Sent(request.method, session.cookies)
        if not is_accepted(step, response, sent):
            if is_lost(rules, response, session.cookies, request.method):
                return ""  # it had ended
            page = " with a web page" if is_page(response) else ""
            if response.busy:
                return of_busy(response).why
            return f"it answered HTTP {response.status}{page} at {step.profile_key}."
    return ""
