# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an answer of the handshake says against the profile or the credentials, in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

from .._profile.mismatch import profile_mismatch, shape
from .._profile.model import Profile
from .._profile.predicate import Predicate, is_login_page, is_page, statuses_of
from .._profile.server_messages import redirected_to, said_in
from .._profile.session_rules import SessionRules, Step
from .._profile.template import text_parts
from .._transport.messages import Response
from .._transport.retry import GATEWAY
from ..errors import AuthenticationError, InsightError, ProfileMismatchError, ServerError
from .denial import CHECK
from .platform_errors import shown

WORDS = {"session": "session id", "csrf": "CSRF token"}
"""Values that are usual, in words; any other is called by its name."""


def value_words(name: str) -> str:
    """A value that is taken from an answer, in words."""
    return WORDS.get(name, name.replace("_", " "))


def renewed_name(rules: SessionRules) -> str:
    """The value that any answer may bring and that requests carry, where there is one; the first of several."""
    return next((name for name in rules.renewed if name not in rules.header_names), "")


def _place(rules: SessionRules, where: Any) -> str:
    """A place of an answer in words: a header, or a path of the body."""
    first = _first(where)
    root, _dot, rest = first.partition(".")
    parts = text_parts(rest)
    if len(parts) == 1 and isinstance(parts[0], tuple):
        return f"the header that {_place(rules, rules.place_of(parts[0][0]))} names"
    return {"header": rest, "cookie": f"the cookie {rest}", "location": "the header Location"}.get(
        root, repr(rest or first)
    )


def _first(where: Any) -> str:
    """The first of the places at which a value is looked for."""
    at = where["at"] if isinstance(where, Mapping) else where
    return str(at[0] if isinstance(at, list) else at)


def _names_of(response: Response) -> tuple[tuple[str, list[str]], ...]:
    """The names of an answer's cookies and headers; never what they hold."""
    return (("the cookies", [*response.cookies]), ("the headers", [*response.headers]))


def _expected(rules: SessionRules, name: str) -> str:
    where = rules.place_of(name)
    kind = value_words(name) if _is_header(where) else "text"
    return f"a {kind} in {_place(rules, where)}"


def _is_header(where: Any) -> bool:
    return _first(where).startswith("header.")


def like_headers(name: str, response: Response) -> str:
    """The names of an answer's headers and cookies that may have to do with a value; never what they hold."""
    like = "csrf|xsrf" if name == "csrf" else re.escape(name)
    headers, cookies = (
        [one for one in names if re.search(like, one, re.IGNORECASE)] for names in (response.headers, response.cookies)
    )
    without = f"no header that has {like.replace('|', ' or ')} in its name"
    came = f"the headers {shown(', '.join(headers))}" if headers else without
    return came + (f", and the cookies {shown(', '.join(cookies))}, where the profile does not look" if cookies else "")


def no_value_shown(profile: Profile, response: Response) -> ProfileMismatchError:
    """The error for a login after which no answer names the header of a value."""
    name = renewed_name(profile.session)
    return profile_mismatch(
        "log in",
        f"neither the login's answer nor a look after it announces a {value_words(name)}",
        f"session.take.{name}",
        expected=_expected(profile.session, name),
        came=like_headers(name, response),
        hint="Where only the first answer brings one, let session.carry name the header itself.",
        status=response.status,
    )


def not_taken(profile: Profile, step: Step, name: str, response: Response) -> InsightError:
    """The error for an answer of a step without a value that the step takes. Raises ServerError where the value stands
    in a body that is no JSON."""
    where, words = step.take[name], value_words(name)
    key = f"{step.profile_key}.take.{name}"
    if _is_header(where):
        why, came, hint = f"the answer announces no {words}", like_headers(name, response), ""
        key = f"session.take.{name}" if name in profile.session.take else key
    elif not _first(where).startswith("body"):
        why = f"the answer has no {words} in {_place(profile.session, where)}"
        names = [f"{kind} {shown(', '.join(one))}" for kind, one in _names_of(response) if one]
        came, hint = " and ".join(names) or "neither headers nor cookies", ""
    else:
        answer = response.json()
        place = _place(profile.session, where)
        why = f"the answer has no {words} in {place}, where profile {profile.name} expects it"
        came, hint = shape(answer), f"{_version_hint(profile, name, place, answer)} Or change {key} in the profile."
    return profile_mismatch(
        response.purpose,
        why,
        key,
        expected=_expected(profile.session, name),
        came=came,
        hint=hint,
        status=response.status,
    )


def _version_hint(profile: Profile, name: str, place: str, answer: Any) -> str:
    others: Mapping[str, str] = profile.other_versions.get("session_id", {}) if name == "session" else {}
    fits = [others[one] for one in others if isinstance(answer, Mapping) and one in answer and repr(one) != place]
    return f"It looks like another version: try profile {fits[0]}." if fits else "Check url and profile."


def without_value(steps: Iterable[Step], name: str) -> InsightError:
    """The error for a login after which a value is lacking that requests carry."""
    bringing = [step.profile_key for step in steps if name in step.take]
    key = f"{bringing[-1]}.take.{name}" if bringing else f"session.take.{name}"
    who = f"{bringing[-1]} should have brought it" if bringing else "no answer of the login brought it"
    return AuthenticationError(
        "log in",
        f"requests carry the {value_words(name)}, and there is none: {who}",
        f"Correct {key} or session.carry in the profile.",
        profile_key=key,
    )


def check_page(profile: Profile, response: Response, step_key: str) -> None:
    """Raises ProfileMismatchError where something other than the API answers. step_key: of the step in the profile."""
    profile_key, meant = f"{step_key}.path", ""
    if 300 <= response.status < 400:
        there = redirected_to(response.headers)
        why = f"the server answered HTTP {response.status}, a redirect to {there}, which is not followed"
    elif response.status in (404, 405):
        why = f"the server answered HTTP {response.status}"
    elif is_page(response) and response.status < 500:
        why = f"the server answered HTTP {response.status} with a web page where the API should answer"
        if response.status < 300:
            page = f"[{{status: {response.status}, media_type: text/html}}]"
            meant = f" If the step asks for a web page, say {step_key}.success: {page}."
    else:
        return
    raise profile_mismatch(
        response.purpose,
        why,
        profile_key,
        expected="the API's own answer",
        came=f"HTTP {response.status}{' with a web page' if is_page(response) else ''}",
        hint=f"Check url, and in profile {profile.name} base_path ({profile.base_path}) and {profile_key}.{meant}",
        status=response.status,
    )


def step_failed(profile: Profile, step: Step, response: Response, url: str) -> InsightError:
    """The error for an answer that a step does not accept. A redirect counts where the profile says so, unless it leads
    back to a login page. Raises ProfileMismatchError where something other than the API answers."""
    status, words = response.status, said_in(response)
    says = f"; it says: {words}" if words else ""
    elsewhere = is_login_page(response) or response.location.netloc not in ("", urlsplit(url).netloc)
    leads_on = bool(step.credentials) and 300 <= status < 400 and not elsewhere
    if not leads_on:
        check_page(profile, response, step.profile_key)
    if status >= 400 or status in statuses_of(step.success) or not step.credentials:
        return _failed(step, response, says)
    return profile_mismatch(
        response.purpose,
        f"the login ended with HTTP {status}{says}",
        f"{step.profile_key}.success",
        expected=_statuses(step.success),
        came=f"HTTP {status}",
        hint=f"If the user is logged in now, add {status} to {step.profile_key}.success in the profile.",
        status=status,
    )


def _failed(step: Step, response: Response, says: str) -> ServerError:
    hint = ""
    if not step.credentials:
        starting = response.status in GATEWAY
        hint = "It is not up, or not up yet: try again later, or raise timeout." if starting else "Check url."
    elif response.status < 500:
        hint = f"If that means that the credentials are wrong, say so in {step.profile_key}.denied."
    return ServerError(
        response.purpose, f"the server answered HTTP {response.status}{says}", hint, status=response.status
    )


def _statuses(predicate: Predicate) -> str:
    """The statuses that a predicate names, in words."""
    statuses = statuses_of(predicate)
    return f"HTTP {', '.join(map(str, statuses))}" if statuses else "another answer"


def csrf_refused(profile: Profile, response: Response) -> ProfileMismatchError:
    """The error for a server that refuses, and says so, the very CSRF token that it shows."""
    words = said_in(response)
    return profile_mismatch(
        response.purpose,
        "the server refused the CSRF token that it had just announced" + (f"; it says: {words}" if words else ""),
        f"session.take.{renewed_name(profile.session)}",
        expected="the request to be let in with that token",
        came=f"HTTP {response.status}",
        hint="Is the header another one? Or does a load balancer send the two requests to different servers?",
        status=response.status,
    )


def _what_is_refused(step: Step) -> str:
    if "totp" not in step.credentials:
        return "the user name or the password"
    return "the user name, the password or the one-time code" if "password" in step.credentials else "the one-time code"


def login_refused(step: Step, response: Response, beside: bool, meaning: str) -> AuthenticationError:
    """The error for credentials that a step says are wrong. beside: the request carries a CSRF token, too; meaning:
    what the profile says that the answer means."""
    with_token = "access_token" in step.credentials
    what = "the access token" if with_token else _what_is_refused(step)
    hint = (
        "Is the user known to the system, and does client_id (and scope) name the application that it trusts?"
        if with_token
        else CHECK
    )
    if response.status == 403 and beside:  # what a CSRF filter answers, before anybody looks at the credentials
        what += ", or the CSRF token beside it"
        hint += " Does session.carry name the header that carries the CSRF token? The probe finds out."
    words = meaning or said_in(response)
    return AuthenticationError(
        response.purpose,
        f"the server does not accept {what} (HTTP {response.status})" + (f"; it says: {words}" if words else ""),
        hint,
        denied=True,
        status=response.status,
    )
