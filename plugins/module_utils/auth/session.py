# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session of the system itself: how it is opened, carried along, recognised as refused, and ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Optional
from urllib.parse import urlsplit

from ..entities.refute import refuted, shape
from ..errors import AuthenticationError, RefutedError, ServerError
from ..profile.model import Json, Profile
from ..transport.values import Flow, Request, Response
from .platform_errors import shown
from .tokens import Token

LOGIN_PAGE = re.compile(rb"""type\s*=\s*["']?password|log[\s-]?(?:in|on)\b|sign[\s-]?in\b""", re.IGNORECASE)
LOGIN_ADDRESS = re.compile(r"log-?[io]n|sign-?in|sso|saml|oauth|authorize", re.IGNORECASE)
LOOKED_AT = 64 * 1024
"""Bytes of an answer in which the words of a refusal are looked for."""
ELSEWHERE = {"xAuthToken": "insight (7.2 and later)", "token": "insight_7_0 or insight_6_2"}
"""Which profile fits a server that calls the session id so."""


@dataclass(frozen=True)
class Session:
    """What every request to the system carries. Secrets do not show in its repr.

    csrf_header and csrf_token: name and value of the CSRF header, where there is one. stable: no answer but
    login's changed the CSRF token, so requests may be in flight at the same time.
    """

    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    csrf_header: Optional[str] = None
    csrf_token: Optional[str] = field(default=None, repr=False)
    authorization: Optional[str] = field(default=None, repr=False)
    stable: bool = True


def headers_of(session: Session) -> dict[str, str]:
    """The headers that a request of this session carries."""
    headers = {}
    if session.cookies:
        headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    if session.csrf_header and session.csrf_token:
        headers[session.csrf_header] = session.csrf_token
    if session.authorization:
        headers["Authorization"] = session.authorization
    return headers


def bearer(token: Token) -> Session:
    """The session of a system that takes the access token with each request."""
    return Session(authorization=f"Bearer {token.access_token}")


def _csrf_header(start: Json) -> str:
    """Where a CSRF token is expected, in words."""
    named = f"the header that {start['csrf_name_header']} names" if start.get("csrf_name_header") else ""
    return f"a CSRF token in {named or start.get('csrf_header')}"


def _csrf_key(start: Json) -> str:
    return f"session.start.{'csrf_name_header' if start.get('csrf_name_header') else 'csrf_header'}"


def _announced(start: Json, response: Response) -> tuple[Optional[str], Optional[str]]:
    """Name and value of the CSRF header that an answer announces; value None where it announces none."""
    name = response.headers.get(start.get("csrf_name_header", "").lower()) or start.get("csrf_header")
    return name, response.headers.get(name.lower()) if name else None


def observe(session: Session, rules: Json, response: Response, login: bool = False) -> Session:
    """The session after this answer: cookies that it set or cleared, a CSRF token that it renewed.

    login: the answer is login's own, which may change the token without making the session unstable.
    """
    start = rules.get("start", {})
    name, value = _announced(start, response)
    cookies = {**session.cookies, **response.cookies}
    renewed = bool(value) and value != session.csrf_token
    return replace(
        session,
        cookies={cookie: value for cookie, value in cookies.items() if value},
        csrf_header=name if value else session.csrf_header,
        csrf_token=value or session.csrf_token,
        stable=session.stable and (login or not renewed),
    )


def is_rejected(rules: Json, response: Response) -> bool:
    """Whether an answer says that the session is not (or no longer) accepted, whatever it says it with."""
    rejected = rules.get("rejected", {"status": [401]})
    if response.status in rejected.get("status", ()):
        return True
    head = response.body[:LOOKED_AT]
    if response.status == 403:
        return any(word.lower().encode() in head.lower() for word in rejected.get("forbidden_words", ()))
    return bool(rejected.get("login_page")) and _is_login_page(response, head)


def _is_login_page(response: Response, head: bytes) -> bool:
    if 300 <= response.status < 400:
        return bool(LOGIN_ADDRESS.search(urlsplit(response.headers.get("location", "")).path))
    return response.status < 300 and response.is_html and bool(LOGIN_PAGE.search(head))


def said(response: Response) -> str:
    """What a refusing answer says, as it may be printed; empty where it says nothing in words."""
    try:
        answer = response.json()
    except ServerError:
        return ""
    text = answer.get("message") or answer.get("error") if isinstance(answer, Mapping) else None
    return shown(text) if isinstance(text, str) else ""


def filled(template: Mapping[str, Any], values: Mapping[str, Optional[str]]) -> dict[str, Any]:
    """A body with ``{name}`` replaced; fields whose value is not there are left out."""
    body = {}
    for name, text in template.items():
        needed = re.findall(r"\{(\w+)\}", text) if isinstance(text, str) else []
        if all(values.get(one) for one in needed):
            body[name] = re.sub(r"\{(\w+)\}", lambda found: values[found[1]] or "", text) if needed else text
    return body


def _url(profile: Profile, url: str, path: str) -> str:
    return f"{url}{profile.base_path}/{path.lstrip('/')}"


def csrf_cookie(profile: Profile, url: str, values: Mapping[str, Optional[str]]) -> Flow[Session]:
    """Ask for a session, then log in with it. values: what the body of the login may name (access_token,
    refresh_token, username, password)."""
    rules = profile.session
    start, login = rules["start"], rules["login"]
    response = yield Request("open a session", start["method"], _url(profile, url, start["path"]), safe=True)
    session = _opened(profile, response)
    request = Request(
        "log in",
        login["method"],
        _url(profile, url, login["path"]),
        headers=headers_of(session),
        json_body=filled(login.get("body", {}), values),
    )
    response = yield request
    _check_login(profile, url, response, "access_token" in request.json_body)
    if "csrf_name_header" in start and not _announced(start, response)[1]:
        raise refuted(
            "log in",
            "the login's answer announces no CSRF token",
            _csrf_key(start),
            expected=_csrf_header(start),
            came=_csrf_headers(response),
            hint="Where only the first answer brings one, take csrf_name_header away and name csrf_header.",
            status=response.status,
        )
    return observe(session, rules, response, login=True)


def _csrf_headers(response: Response) -> str:
    """The names of an answer's headers that may have to do with a CSRF token; never their values."""
    names = [name for name in response.headers if re.search("csrf|xsrf", name)]
    return f"the headers {shown(', '.join(names))}" if names else "no header that has csrf or xsrf in its name"


def _opened(profile: Profile, response: Response) -> Session:
    start = profile.session["start"]
    _check_page(profile, response, "session.start.path")
    if not 200 <= response.status < 300:
        raise ServerError(
            response.purpose, f"the server answered HTTP {response.status}", "Check url.", status=response.status
        )
    answer = response.json()
    session_id = answer
    for name in start["session_id"].split("."):
        session_id = session_id.get(name) if isinstance(session_id, Mapping) else None
    if not isinstance(session_id, str) or not session_id:
        raise _no_session_id(profile, response, answer)
    session = observe(Session(cookies={start["cookie"]: session_id}), profile.session, response, login=True)
    if ("csrf_name_header" in start or "csrf_header" in start) and not session.csrf_token:
        raise refuted(
            response.purpose,
            "the answer announces no CSRF token",
            _csrf_key(start),
            expected=_csrf_header(start),
            came=_csrf_headers(response),
            status=response.status,
        )
    return session


def _no_session_id(profile: Profile, response: Response, answer: Any) -> RefutedError:
    name = profile.session["start"]["session_id"]
    fits = [ELSEWHERE[one] for one in ELSEWHERE if isinstance(answer, Mapping) and one in answer and one != name]
    hint = f"It looks like another version: try profile {fits[0]}." if fits else "Check url and profile."
    return refuted(
        response.purpose,
        f"the answer has no session id in {name!r}, where profile {profile.name} expects it",
        "session.start.session_id",
        expected=f"a text in {name!r}",
        came=shape(answer),
        hint=f"{hint} Or change session.start.session_id in the profile.",
        status=response.status,
    )


def _check_page(profile: Profile, response: Response, profile_key: str) -> None:
    """Raises RefutedError where something other than the API answers."""
    if 300 <= response.status < 400:
        place = f" to {shown(_host(response) or 'another page of this host')}"
        why = f"the server answered HTTP {response.status}, a redirect{place}, which is not followed"
    elif response.status in (404, 405):
        why = f"the server answered HTTP {response.status}"
    elif response.is_html and response.status < 500:
        why = f"the server answered HTTP {response.status} with a web page where the API should answer"
    else:
        return
    raise refuted(
        response.purpose,
        why,
        profile_key,
        expected="the API's own answer",
        came=f"HTTP {response.status}{' with a web page' if response.is_html else ''}",
        hint=f"Check url, and in profile {profile.name} base_path ({profile.base_path}) and {profile_key}.",
        status=response.status,
    )


def _check_login(profile: Profile, url: str, response: Response, with_token: bool) -> None:
    """Raises an error unless the login was accepted. A redirect counts where the profile says so, unless it leads back
    to a login page."""
    status, words = response.status, said(response)
    says = f"; it says: {words}" if words else ""
    expected = profile.session["login"].get("success", range(200, 300))
    redirected = 300 <= status < 400
    if status == 403 and b"csrf" in response.body[:LOOKED_AT].lower():
        raise refuted(
            response.purpose,
            f"the server refused the CSRF token that it had just announced{says}",
            _csrf_key(profile.session["start"]),
            expected="the login to be let in with that token",
            came=f"HTTP {status}",
            hint="Is the header another one? Or does a load balancer send the two requests to different servers?",
            status=status,
        )
    if status in (400, 401, 403) or (redirected and status in expected and _is_login_page(response, b"")):
        raise _login_refused(response, with_token, says)
    if status in expected and (redirected or not response.is_html):
        return
    if not redirected or _is_login_page(response, b"") or _host(response) not in ("", urlsplit(url).netloc):
        _check_page(profile, response, "session.login.path")
    if status >= 400 or status in expected:
        raise ServerError(response.purpose, f"the server answered HTTP {status}{says}", status=status)
    raise refuted(
        response.purpose,
        f"the login ended with HTTP {status}{says}",
        "session.login.success",
        expected=f"HTTP {', '.join(map(str, expected))}" if not isinstance(expected, range) else "HTTP 200 to 299",
        came=f"HTTP {status}",
        hint=f"If the user is logged in now, add {status} to session.login.success in the profile.",
        status=status,
    )


def _host(response: Response) -> str:
    """Where a redirect leads, empty for this host."""
    return urlsplit(response.headers.get("location", "")).netloc


def _login_refused(response: Response, with_token: bool, says: str) -> AuthenticationError:
    what = "the access token" if with_token else "the user name or the password"
    hint = (
        "Is the user known to the system, and does client_id (and scope) name the application that it trusts?"
        if with_token
        else "Check username and password, and that the user may use the API."
    )
    return AuthenticationError(
        response.purpose,
        f"the server does not accept {what} (HTTP {response.status}){says}",
        hint,
        status=response.status,
    )


def log_out(profile: Profile, url: str, session: Session) -> Flow[bool]:
    """End the session where the profile says how; returns whether the server was told and agreed."""
    logout = profile.session.get("logout")
    if not logout:
        return False
    body = logout.get("body")
    response = yield Request(
        "log out", logout["method"], _url(profile, url, logout["path"]), headers=headers_of(session), json_body=body
    )
    return response.status in logout.get("success", range(200, 300))
