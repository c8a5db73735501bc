# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer of the handshake says against the profile or the credentials, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from .._profile.mismatch import profile_mismatch, shape
from .._profile.model import Profile
from .._profile.server_messages import redirected_to, said
from .._text.json_forms import Json
from .._transport.messages import Response
from ..errors import AuthenticationError, ProfileMismatchError, ServerError
from .lost_session import LOOKED_AT, is_login_page, is_page
from .platform_errors import shown


def csrf_place(start: Json) -> str:
    """Where a CSRF token is expected, in words."""
    named = f"the header that {start['csrf_name_header']} names" if start.get("csrf_name_header") else ""
    return f"a CSRF token in {named or start.get('csrf_header')}"


def csrf_key(start: Json) -> str:
    return f"session.start.{'csrf_name_header' if start.get('csrf_name_header') else 'csrf_header'}"


def csrf_headers(response: Response) -> str:
    """The names of an answer's headers and cookies that may have to do with a CSRF token; never their values."""
    headers, cookies = (
        [name for name in names if re.search("csrf|xsrf", name, re.IGNORECASE)]
        for names in (response.headers, response.cookies)
    )
    came = f"the headers {shown(', '.join(headers))}" if headers else "no header that has csrf or xsrf in its name"
    return came + (f", and the cookies {shown(', '.join(cookies))}, where no profile can look yet" if cookies else "")


def no_token_shown(profile: Profile, response: Response) -> ProfileMismatchError:
    """The error for a login after which no answer shows a CSRF token."""
    start = profile.session["start"]
    return profile_mismatch(
        "log in",
        "neither the login's answer nor a look after it announces a CSRF token",
        csrf_key(start),
        expected=csrf_place(start),
        came=csrf_headers(response),
        hint="Where only the first answer brings one, take csrf_name_header away and name csrf_header.",
        status=response.status,
    )


def no_session_id(profile: Profile, response: Response, answer: Any) -> ProfileMismatchError:
    """The error for a first answer without a session id, with the profile of another version where that fits."""
    name = profile.session["start"]["session_id"]
    others: Mapping[str, str] = profile.other_versions.get("session_id", {})
    fits = [others[one] for one in others if isinstance(answer, Mapping) and one in answer and one != name]
    hint = f"It looks like another version: try profile {fits[0]}." if fits else "Check url and profile."
    return profile_mismatch(
        response.purpose,
        f"the answer has no session id in {name!r}, where profile {profile.name} expects it",
        "session.start.session_id",
        expected=f"a text in {name!r}",
        came=shape(answer),
        hint=f"{hint} Or change session.start.session_id in the profile.",
        status=response.status,
    )


def check_page(profile: Profile, response: Response, profile_key: str) -> None:
    """Raises ProfileMismatchError where something other than the API answers."""
    if 300 <= response.status < 400:
        there = redirected_to(response.headers)
        why = f"the server answered HTTP {response.status}, a redirect to {there}, which is not followed"
    elif response.status in (404, 405):
        why = f"the server answered HTTP {response.status}"
    elif is_page(response) and response.status < 500:
        why = f"the server answered HTTP {response.status} with a web page where the API should answer"
    else:
        return
    raise profile_mismatch(
        response.purpose,
        why,
        profile_key,
        expected="the API's own answer",
        came=f"HTTP {response.status}{' with a web page' if is_page(response) else ''}",
        hint=f"Check url, and in profile {profile.name} base_path ({profile.base_path}) and {profile_key}.",
        status=response.status,
    )


def check_login(profile: Profile, url: str, response: Response, with_token: bool) -> None:
    """Raises an error unless the login was accepted. A redirect counts where the profile says so, unless it leads back
    to a login page."""
    status, words = response.status, said(response.body)
    says = f"; it says: {words}" if words else ""
    expected = profile.session["login"].get("success", range(200, 300))
    redirected = 300 <= status < 400
    if status == 403 and b"csrf" in response.body[:LOOKED_AT].lower():
        raise csrf_refused(profile, response)
    if status in (400, 401, 403) or (redirected and status in expected and is_login_page(response, b"")):
        raise login_refused(response, with_token, says)
    if status in expected and (redirected or not is_page(response)):
        return
    if not redirected or is_login_page(response, b"") or response.location.netloc not in ("", urlsplit(url).netloc):
        check_page(profile, response, "session.login.path")
    if status >= 400 or status in expected:
        raise ServerError(response.purpose, f"the server answered HTTP {status}{says}", status=status)
    raise profile_mismatch(
        response.purpose,
        f"the login ended with HTTP {status}{says}",
        "session.login.success",
        expected=f"HTTP {', '.join(map(str, expected))}" if not isinstance(expected, range) else "HTTP 200 to 299",
        came=f"HTTP {status}",
        hint=f"If the user is logged in now, add {status} to session.login.success in the profile.",
        status=status,
    )


def csrf_refused(profile: Profile, response: Response) -> ProfileMismatchError:
    """The error for a server that refuses, and says so, the very CSRF token that it shows."""
    words = said(response.body)
    return profile_mismatch(
        response.purpose,
        "the server refused the CSRF token that it had just announced" + (f"; it says: {words}" if words else ""),
        csrf_key(profile.session["start"]),
        expected="the request to be let in with that token",
        came=f"HTTP {response.status}",
        hint="Is the header another one? Or does a load balancer send the two requests to different servers?",
        status=response.status,
    )


def login_refused(response: Response, with_token: bool, says: str) -> AuthenticationError:
    """The error for credentials that the login does not accept. says: what the server says of it."""
    what = "the access token" if with_token else "the user name or the password"
    hint = (
        "Is the user known to the system, and does client_id (and scope) name the application that it trusts?"
        if with_token
        else "Check username and password, and that the user may use the API."
    )
    if response.status == 403:  # what a CSRF filter answers, before anybody looks at the credentials
        what += ", or the CSRF token beside it"
        hint += " Does session.start name the header that carries the CSRF token? The probe finds out."
    return AuthenticationError(
        response.purpose,
        f"the server does not accept {what} (HTTP {response.status}){says}",
        hint,
        status=response.status,
    )
