# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The session of the system itself, of whichever kind: what it carries, how it is looked at, and how it is ended."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Optional

from .._profile.model import Profile, at
from .._text.json_forms import Json
from .._text.redaction import LIKE_A_TOKEN, know
from .._transport.messages import Flow, Request, Response
from ..errors import ServerError
from .lost_session import SAFE_METHODS, is_lost, is_page

NEVER_NAMED = re.compile(r"(?:host|cookie|authorization|transfer-encoding|content-.*)\Z", re.IGNORECASE)
"""Headers that no server may choose as the carrier of its CSRF token."""
CARRIED = re.compile(r"[ -~\x80-\xff]+")
"""The characters of a header's value."""
NAMED = re.compile(r"\{(\w+)\}")
"""What stands in a body for a value."""


@dataclass(frozen=True)
class Session:
    """The credentials that every request to the system carries. Secrets do not show in its repr. csrf_header and
    csrf_token: name and value of the CSRF header, where there is one. headers: others that carry a credential.
    id_is_cookie: the session id in the body of the first answer is the value of the session's cookie, so that the id in
    a later answer shows whose session it is."""

    cookies: Mapping[str, str] = field(default_factory=dict, repr=False)
    csrf_header: Optional[str] = None
    csrf_token: Optional[str] = field(default=None, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    id_is_cookie: bool = False

    def __post_init__(self) -> None:
        """Nothing that is said from now on shows it."""
        know([*self.cookies.values(), self.csrf_token, *self.headers.values()], LIKE_A_TOKEN)


def headers_of(session: Session) -> dict[str, str]:
    """The headers that a request of this session carries."""
    cookies = "; ".join(f"{name}={value}" for name, value in session.cookies.items())
    headers = {"Cookie": cookies} if cookies else {}
    if session.csrf_header and session.csrf_token:
        headers[session.csrf_header] = session.csrf_token
    return {**headers, **session.headers}


def carried(profile: Profile, session: Session) -> dict[str, str]:
    """The headers of every request to the system: those of the profile and of the session; the session's win."""
    own = headers_of(session)
    taken = set(map(str.lower, own))
    return {**{name: value for name, value in profile.headers.items() if name.lower() not in taken}, **own}


def announced(start: Json, response: Response) -> tuple[Optional[str], Optional[str]]:
    """Name and value of the CSRF header that an answer announces; value None where it announces none.

    The value stands in a header of the name that is announced, or in the one of the profile's ``csrf_header``.
    """
    fixed = start.get("csrf_header")
    named = response.headers.get(start.get("csrf_name_header", "").lower(), "")
    name = named if re.fullmatch(r"[\w!#$%&'*+.^`|~-]+", named) and not NEVER_NAMED.match(named) else fixed
    values = (response.headers.get(one.lower()) for one in (name, fixed) if one)
    return name, next((value for value in values if value), None)


def observe(session: Session, rules: Json, response: Response) -> Session:
    """The session after this answer: cookies that it set or cleared, a CSRF token that it renewed."""
    name, value = announced(rules.get("start", {}), response)
    cookies = {**session.cookies, **response.cookies}
    return replace(
        session,
        cookies={cookie: value for cookie, value in cookies.items() if value},
        csrf_header=name if value else session.csrf_header,
        csrf_token=value or session.csrf_token,
    )


def filled(template: Any, values: Mapping[str, Optional[str]]) -> Any:
    """A body with ``{name}`` replaced at any depth; fields and elements whose value is not there are left out."""
    if isinstance(template, Mapping):
        return {name: filled(part, values) for name, part in template.items() if _has_values(part, values)}
    if isinstance(template, list):
        return [filled(part, values) for part in template if _has_values(part, values)]
    return NAMED.sub(lambda found: values[found[1]] or "", template) if isinstance(template, str) else template


def _has_values(part: Any, values: Mapping[str, Optional[str]]) -> bool:
    return not isinstance(part, str) or all(values.get(name) for name in NAMED.findall(part))


def url_of(profile: Profile, url: str, path: str) -> str:
    return f"{url}{profile.base_path}/{path.lstrip('/')}"


@dataclass(frozen=True)
class Look:
    """The result of a look at the session. session: after it, None where the session is lost; announced: the answer
    carried a CSRF token."""

    session: Optional[Session]
    announced: bool = False


def look_of(profile: Profile, url: str, session: Session) -> Optional[Request]:
    """The safe request that shows the session's present CSRF token and whether it lives: the profile's ``look``, else
    the first request of the handshake; None where there is none."""
    rules = profile.session
    asked = rules.get("look") or rules.get("start")
    if not asked or asked["method"] not in SAFE_METHODS:
        return None
    where = url_of(profile, url, asked["path"])
    return Request("look at the session", asked["method"], where, headers=carried(profile, session), safe=True)


def look(profile: Profile, url: str, session: Session) -> Flow[Look]:
    """Look at the session, where the profile has a way to do so. Raises ServerError where the server fails."""
    request = look_of(profile, url, session)
    if request is None:
        return Look(session)
    response = yield request
    if is_lost(profile.session, response, session.cookies) or 400 <= response.status < 500:
        return Look(None)
    if response.status >= 500:
        raise ServerError(response.purpose, f"the server answered HTTP {response.status}", status=response.status)
    if response.status >= 300:
        return Look(session)
    start = profile.session.get("start", {})
    shown = session_id_in(start, response) if session.id_is_cookie and "look" not in profile.session else None
    if shown not in (None, session.cookies.get(start.get("cookie", ""))):
        return Look(None)
    return Look(observe(session, profile.session, response), bool(announced(start, response)[1]))


def session_id_in(start: Json, response: Response) -> Optional[str]:
    """The session id in the body of an answer, None where there is none that a cookie can carry."""
    try:
        found = at(response.json(), start["session_id"])
    except ServerError:
        return None
    return found if isinstance(found, str) and re.fullmatch(r"[!-:<-~]+", found) else None


def log_out(
    profile: Profile, url: str, session: Session, values: Optional[Mapping[str, Optional[str]]] = None
) -> Flow[str]:
    """End the session where the profile says how; returns why the server did not, empty where it did or has no way.

    values: what the body may name, as for the login."""
    logout = profile.session.get("logout")
    if not logout:
        return ""
    body = filled(logout.get("body"), values or {})
    response = yield Request(
        "log out",
        logout["method"],
        url_of(profile, url, logout["path"]),
        headers=carried(profile, session),
        json_body=body,
    )
    if is_lost(profile.session, response, session.cookies):
        return ""  # it had ended
    agreed = response.status in logout.get("success", range(200, 300)) and not (
        response.status < 300 and is_page(response)
    )
    page = " with a web page" if is_page(response) else ""
    return "" if agreed else f"it answered HTTP {response.status}{page} at session.logout.path."
