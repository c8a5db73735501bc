# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The person in front of a browser: signing in, consenting, typing in a device's code."""

from __future__ import annotations

import secrets
import time
import uuid
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from simulator.messages import Answer, Request, html_answer
from simulator.microsoft_errors import OAuthError, error_answer

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.credentials import Credentials

CODE_LIFETIME = 600
LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"


@dataclass
class Code:
    """An authorization code."""

    user: str
    client_id: str
    tenant: str
    scope: str
    redirect_uri: str
    challenge: str
    nonce: str
    expires: float = field(default_factory=lambda: time.time() + CODE_LIFETIME)
    used: bool = False

    @property
    def expired(self) -> bool:
        return self.expires <= time.time()


@dataclass
class DeviceCode:
    """A device code; approved as soon as it has a user."""

    client_id: str
    tenant: str
    scope: str
    lifetime: float
    device_code: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    user_code: str = field(default_factory=lambda: "".join(secrets.choice(LETTERS) for _letter in range(9)))
    started: float = field(default_factory=time.time)
    user: str = ""
    declined: bool = False
    used: bool = False
    questions: int = 0

    @property
    def expired(self) -> bool:
        return self.started + self.lifetime <= time.time()


class People:
    """Everything that needs a person, and what came of it."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self.codes: dict[str, Code] = {}
        self.device_codes: dict[str, DeviceCode] = {}

    def check(self, user: str, password: Any, client_id: str, tenant: str, present: bool = False) -> None:
        """Raises OAuthError unless this user may sign in; one who is present can answer questions."""
        if user not in self._credentials.users:
            raise OAuthError(50034, user, tenant)
        if not self._credentials.password_is(user, password):
            raise OAuthError(50126)
        if user.startswith("mfa@") and not present:
            raise OAuthError(50076, client_id)
        if user.startswith("noconsent@"):
            raise OAuthError(65001, client_id)

    def expire_codes(self) -> None:
        for code in self.codes.values():
            code.expires = 0
        for device in self.device_codes.values():
            device.lifetime = 0

    # Authorization code

    def authorize(self, url: str, person: Mapping[str, Any]) -> str:
        """The URL on which the browser of a person who opened ``url`` ends. Raises OAuthError where it ends nowhere.

        ``person``: username, password, approve (default true), answer (an error to answer instead of a code).
        """
        parts = urlsplit(url)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        tenant = parts.path.removesuffix("/oauth2/v2.0/authorize").rpartition("/")[2]
        redirect_uri = self._check_request(asked, tenant)
        answer = self._decision(asked, person, tenant, redirect_uri)
        if "state" in asked:
            answer["state"] = asked["state"]
        mark = "#" if asked.get("response_mode") == "fragment" else "&" if "?" in redirect_uri else "?"
        return redirect_uri + mark + urlencode(answer)

    def _check_request(self, asked: dict[str, str], tenant: str) -> str:
        if tenant not in self._credentials.tenants:
            raise OAuthError(90002, tenant)
        for name in ("client_id", "response_type", "scope"):
            if not asked.get(name):
                raise OAuthError(900144, name)
        client = self._credentials.clients.get(asked["client_id"])
        if client is None:
            raise OAuthError(700016, asked["client_id"], tenant)
        if asked["response_type"] != "code" or asked.get("code_challenge_method", "S256") != "S256":
            raise OAuthError(70003, asked["response_type"])
        redirect_uri = asked.get("redirect_uri") or next(iter(client.redirect_uris), "")
        if not redirect_uri or (client.redirect_uris and redirect_uri not in client.redirect_uris):
            raise OAuthError(50011, redirect_uri)
        return redirect_uri

    def _decision(
        self, asked: dict[str, str], person: Mapping[str, Any], tenant: str, redirect_uri: str
    ) -> dict[str, str]:
        error = person.get("answer", "code")
        if not person.get("approve", True):
            error = "access_denied"
        if error != "code":
            return {"error": error, "error_description": f"AADSTS65004: The answer was {error}."}
        user = person.get("username", "")
        self.check(user, person.get("password"), asked["client_id"], tenant, present=True)
        text = f"0.{secrets.token_urlsafe(64)}"
        self.codes[text] = Code(
            user,
            asked["client_id"],
            tenant,
            asked["scope"],
            asked.get("redirect_uri", ""),
            asked.get("code_challenge", ""),
            asked.get("nonce", ""),
        )
        return {"code": text, "session_state": str(uuid.uuid4())}

    def authorize_page(self, request: Request, tenant: str) -> Answer:
        """The same for a real browser: a form, and where it leads."""
        url = f"{request.base}{request.path}?{request.query}"
        self._check_request(request.parameters, tenant)
        if request.method != "POST":
            return html_answer(200, "Sign in", sign_in_form("", request.parameters.get("login_hint", "")))
        try:
            return Answer(302, headers=[("Location", self.authorize(url, request.form))], reason="signed in")
        except OAuthError as problem:
            return html_answer(400, "Sorry, but we are having trouble signing you in", explained(problem))

    # Device code

    def start_device(self, code: DeviceCode) -> DeviceCode:
        self.device_codes[code.device_code] = code
        return code

    def approve_device(self, person: Mapping[str, Any]) -> None:
        """``person``: user_code, username, password (checked when there), approve (default true).

        Raises OAuthError.
        """
        typed = str(person.get("user_code", "")).strip().upper()
        found = [code for code in self.device_codes.values() if code.user_code == typed and not code.expired]
        if not found:
            raise OAuthError(70018)
        if not person.get("approve", True):
            found[0].declined = True
            return
        user = str(person.get("username", ""))
        password = person.get("password", self._credentials.users.get(user))
        self.check(user, password, found[0].client_id, found[0].tenant, present=True)
        found[0].user = user

    def device_page(self, request: Request) -> Answer:
        """The page on which the code is typed in."""
        if request.method != "POST":
            return html_answer(200, "Enter code", sign_in_form('<input name="user_code" placeholder="Code">', ""))
        try:
            self.approve_device(request.form)
        except OAuthError as problem:
            return html_answer(400, "Sorry, but we are having trouble signing you in", explained(problem))
        return html_answer(200, "You have signed in on your device", "<p>You may now close this window.</p>")


def sign_in_form(before: str, user: str) -> str:
    return (
        f'<form method="post">{before}<input name="username" placeholder="User name" value="{escape(user)}">'
        '<input name="password" type="password" placeholder="Password"><button>Sign in</button></form>'
    )


def explained(problem: OAuthError) -> str:
    return f"<p>{escape(error_answer(problem).reason)}</p>"
