# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A session on the server, carried by a cookie and by a CSRF token in a header."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Optional

from ..._profile.mismatch import profile_mismatch
from ..._profile.model import Profile
from ..._text.json_forms import Json
from ..._transport.messages import Flow, Request, Response
from ...errors import ServerError, SessionRejected
from ..handshake_errors import (
    check_login,
    check_page,
    csrf_headers,
    csrf_key,
    csrf_place,
    no_session_id,
    no_token_shown,
)
from ..lost_session import LOOKED_AT, changes_session_cookie, is_login_page
from ..session import Session, announced, carried, filled, look, observe, session_id_in, url_of
from .base import SessionKind


def takes(profile: Profile, value: str) -> bool:
    """Whether the body of the login names a value."""
    return f"{{{value}}}" in str(profile.session["login"].get("body"))


def csrf_cookie(
    profile: Profile, url: str, values: Mapping[str, Optional[str]], looks_first: bool = False
) -> Flow[Session]:
    """Ask for a session, then log in with it. values: those that the body of the login may name (access_token,
    refresh_token, username, password). looks_first: the CSRF token in the login's answer is not accepted by this
    server, so a look fetches the good one. The steps are taken a second time where the session was lost before the
    login: the credentials were not looked at then."""
    start = profile.session["start"]
    for last in (False, True):
        where = url_of(profile, url, start["path"])
        fixed = carried(profile, Session())
        response = yield Request("open a session", start["method"], where, headers=fixed, safe=True, patient=True)
        session = _opened(profile, response)
        request = _login_request(profile, url, session, values)
        response = yield request
        lost = changes_session_cookie(profile.session, response, session.cookies)
        if lost and not last and not _is_login_success(profile.session["login"], response):
            continue
        check_login(profile, url, response, takes(profile, "access_token"))
        session = observe(session, profile.session, response)
        shows = "csrf_name_header" not in start or bool(announced(start, response)[1])
        if shows and not looks_first:
            return session
        looked = yield from look(profile, url, session)
        if looked.session is not None and (shows or looked.announced):
            return looked.session
        if looked.session is not None:
            raise no_token_shown(profile, response)
    raise SessionRejected(
        "log in",
        "the session was lost right after its login, twice",
        "Most likely another login of the same identity ended it: let jobs share the token_store, or give each its own "
        "user.",
    )


def _login_request(profile: Profile, url: str, session: Session, values: Mapping[str, Optional[str]]) -> Request:
    login = profile.session["login"]
    return Request(
        "log in",
        login["method"],
        url_of(profile, url, login["path"]),
        headers=carried(profile, session),
        json_body=filled(login.get("body", {}), values),
    )


def _is_login_success(login: Json, response: Response) -> bool:
    """Whether the answer says that the login was accepted."""
    accepted = response.status in login.get("success", range(200, 300))
    return accepted and not is_login_page(response, response.body[:LOOKED_AT])


def _opened(profile: Profile, response: Response) -> Session:
    start = profile.session["start"]
    check_page(profile, response, "session.start.path")
    if not 200 <= response.status < 300:
        starting = response.status in (502, 503, 504)
        raise ServerError(
            response.purpose,
            f"the server answered HTTP {response.status}",
            "It is not up, or not up yet: try again later, or raise timeout." if starting else "Check url.",
            status=response.status,
        )
    answer = response.json()
    session_id = session_id_in(start, response)
    if session_id is None:
        raise no_session_id(profile, response, answer)
    session = observe(Session(cookies={start["cookie"]: session_id}), profile.session, response)
    session = replace(session, id_is_cookie=session.cookies.get(start["cookie"]) == session_id)
    if ("csrf_name_header" in start or "csrf_header" in start) and not session.csrf_token:
        raise profile_mismatch(
            response.purpose,
            "the answer announces no CSRF token",
            csrf_key(start),
            expected=csrf_place(start),
            came=csrf_headers(response),
            status=response.status,
        )
    return session


CSRF_COOKIE = SessionKind(name="csrf_cookie", open=csrf_cookie, takes=takes, steps=("start", "login"))
