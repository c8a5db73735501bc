# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token endpoint: a refresh ends both tokens that were there before."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.client_authentication import authenticate
from simulator.messages import Answer, json_answer
from simulator.microsoft_errors import ERRORS, OAuthError

if TYPE_CHECKING:
    from simulator.credentials import Credentials
    from simulator.people import People
    from simulator.switches import Switches

    from systems.base.routing import Call


@dataclass
class Pair:
    """An access token and the refresh token that came with it; both end together when that is used."""

    user: str
    client_id: str
    redirect_uri: str
    access_token: str
    refresh_token: str
    expires: float
    refresh_expires: float
    ended: bool = False


class Tokens:
    """All pairs that were given out."""

    def __init__(self, switches: Switches, credentials: Credentials, people: People) -> None:
        self._switches, self._credentials, self._people = switches, credentials, people
        self._by_access: dict[str, Pair] = {}
        self._by_refresh: dict[str, Pair] = {}

    def user(self, access_token: str) -> str | None:
        """Whose token this is; None when it does not count."""
        pair = self._by_access.get(access_token)
        return pair.user if pair and not pair.ended and pair.expires > time.time() else None

    def answer(self, call: Call) -> Answer:
        try:
            form = call.request.form
            grants = {"authorization_code": self._code, "refresh_token": self._refresh}
            name = form.get("grant_type", "")
            if call.request.method != "POST" or not name:
                raise OAuthError(900144, "grant_type")
            client_id, _client, shown = authenticate(call.request, call.names["app"], self._credentials)
            if not shown:
                raise OAuthError(7000218)
            if name not in grants:
                raise OAuthError(70003, name)
            call.kind = "refresh" if name == "refresh_token" else "login"
            return json_answer(200, grants[name](form, client_id))
        except UnicodeDecodeError:
            return _refused(OAuthError(900144, "grant_type"))
        except OAuthError as problem:
            return _refused(problem)

    def _code(self, form: dict[str, str], client_id: str) -> dict[str, Any]:
        text, redirect_uri = needed(form, "code", "redirect_uri")
        code = self._people.codes.get(text)
        if code is None or code.client_id != client_id or code.used or code.expired:
            raise OAuthError(70000)
        if code.redirect_uri != redirect_uri:
            raise OAuthError(70000)
        code.used = True
        return self._issue(code.user, client_id, redirect_uri)

    def _refresh(self, form: dict[str, str], client_id: str) -> dict[str, Any]:
        """New tokens; the ones before end. The access token may have ended by itself already."""
        text, redirect_uri = needed(form, "refresh_token", "redirect_uri")
        pair = self._by_refresh.get(text)
        if pair is None or pair.ended or pair.client_id != client_id or pair.refresh_expires <= time.time():
            raise OAuthError(70000)
        if pair.redirect_uri != redirect_uri:
            raise OAuthError(70000)
        pair.ended = True
        return self._issue(pair.user, client_id, redirect_uri)

    def _issue(self, user: str, client_id: str, redirect_uri: str) -> dict[str, Any]:
        now, lifetime = time.time(), self._switches.token_lifetime
        access, refresh = secrets.token_hex(32), secrets.token_hex(32)
        refresh_expires = now + self._switches.refresh_token_lifetime
        pair = Pair(user, client_id, redirect_uri, access, refresh, now + lifetime, refresh_expires)
        self._by_access[access] = self._by_refresh[refresh] = pair
        return {
            "access_token": access,
            "token_type": "bearer",
            "expires_in": lifetime,
            "refresh_token": refresh,
            "created_at": int(now),
        }

    def expire(self, what: str) -> None:
        """End all tokens, or all refresh_tokens. Raises ValueError."""
        names = {"tokens": "expires", "refresh_tokens": "refresh_expires"}
        if what not in names:
            raise ValueError(f"what: {what!r} is not one of {', '.join(names)}")
        for pair in self._by_access.values():
            setattr(pair, names[what], 0.0)


def needed(form: dict[str, str], *names: str) -> list[str]:
    """These fields of a form. Raises OAuthError."""
    for name in names:
        if not form.get(name):
            raise OAuthError(900144, name)
    return [form[name] for name in names]


def _refused(problem: OAuthError) -> Answer:
    """An error in the form of RFC 6749."""
    error, status, text = ERRORS[problem.number]
    content = {"error": error, "error_description": text.format(*problem.about)}
    return json_answer(status, content, reason=error)
