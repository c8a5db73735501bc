# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An identity platform that publishes metadata and is strict: a client proves itself in one way only, an assertion
counts once, a code too, a refresh token is revoked by its use, and a login without consent gives none."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote_plus, urlencode

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "an app:1", 'issuer "secret&+/=é canary'
AUDIENCE, REDIRECT = "https://api.example.com", "https://localhost/done"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
JWT_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Refusal(Exception):
    """An error of RFC 6749."""


def decoded(part: str) -> Any:
    """What a part of a JWT says."""
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def hashed(verifier: str) -> str:
    """The challenge of a verifier (PKCE)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class Issuer:
    """At /id of a system. url: of the system; tokens: what the system lets in; way: how the client proves itself; said:
    what the metadata say otherwise; counted: requests by kind; sent: the fields of each; hints: of logins."""

    def __init__(self, url: str, tokens: set[str]) -> None:
        self.url, self.tokens, self.way = url, tokens, "client_secret_basic"
        self.said: dict[str, Any] = {}
        self.counted: Counter[str] = Counter()
        self.sent: list[Mapping[str, str]] = []
        self.hints: list[str | None] = []
        self._codes: dict[str, dict[str, str]] = {}
        self._devices: dict[str, int] = {}
        self._refresh: set[str] = set()
        self._assertions: set[str] = set()
        self.routes = [
            Route("/id/.well-known/openid-configuration", self._metadata),
            Route("/id/page", self._page),
            Route("/id/device", self._device, methods=["POST"]),
            Route("/id/token", self._token, methods=["POST"]),
        ]

    @property
    def metadata(self) -> dict[str, Any]:
        """What it says of itself."""
        base = f"{self.url}/id"
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/page",
            "device_authorization_endpoint": f"{base}/device",
            "token_endpoint": f"{base}/token",
            "token_endpoint_auth_methods_supported": ["private_key_jwt", self.way],
            **self.said,
        }

    async def _metadata(self, request: Request) -> Response:
        self.counted["metadata"] += 1
        assert not {"authorization", "cookie"} & set(request.headers)
        return JSONResponse(self.metadata)

    async def _page(self, request: Request) -> Response:
        """The page on which a person logs in and consents, at once."""
        asked = dict(request.query_params)
        needed = {"response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT, "audience": AUDIENCE}
        if needed.items() - asked.items() or not {"state", "code_challenge"} <= set(asked):
            return JSONResponse({"error": "invalid_request"}, 400)
        self.hints.append(asked.get("login_hint"))
        code = secrets.token_urlsafe()
        self._codes[code] = asked
        return RedirectResponse(f"{REDIRECT}?{urlencode({'code': code, 'state': asked['state']})}", 302)

    async def _device(self, request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            self._prove(request, form)
        except Refusal as error:
            return JSONResponse({"error": str(error)}, 401)
        if form.get("audience") != AUDIENCE:
            return JSONResponse({"error": "invalid_request"}, 400)
        code = secrets.token_urlsafe()
        self._devices[code] = 0
        page = f"{self.url}/id/enter"
        return JSONResponse({"device_code": code, "user_code": "ABCD", "verification_uri": page, "interval": 1})

    async def _token(self, request: Request) -> Response:
        self.counted["tokens"] += 1
        form = dict(parse_qsl((await request.body()).decode()))
        self.sent.append({**request.headers, **form})
        try:
            self._prove(request, form)
            return self._issue(self._granted(form))
        except Refusal as error:
            return JSONResponse({"error": str(error)}, 401 if str(error) == "invalid_client" else 400)

    def _issue(self, renewable: bool) -> Response:
        token, refresh = secrets.token_urlsafe(), secrets.token_urlsafe()
        self.tokens.add(token)
        self._refresh.update([refresh] if renewable else [])
        more = {"refresh_token": refresh} if renewable else {}
        return JSONResponse({"access_token": token, "token_type": "Bearer", "expires_in": 3600, **more})

    def _granted(self, form: Mapping[str, str]) -> bool:
        """Whether what was granted can be renewed. Raises Refusal for what was not."""
        grant = form.get("grant_type")
        if grant == "client_credentials":
            return False
        if grant == "refresh_token" and form.get("refresh_token") in self._refresh:
            self._refresh.discard(form["refresh_token"])
            return True
        if grant == "authorization_code" and form.get("code") in self._codes:
            asked = self._codes.pop(form["code"])
            if form.get("redirect_uri") == REDIRECT and hashed(form["code_verifier"]) == asked["code_challenge"]:
                return asked.get("prompt") == "consent"
        if grant == DEVICE_GRANT and form.get("device_code") in self._devices:
            self._devices[form["device_code"]] += 1
            if self._devices[form["device_code"]] == 1:
                raise Refusal("authorization_pending")
            return True
        raise Refusal("invalid_grant")

    def _prove(self, request: Request, form: Mapping[str, str]) -> None:
        """Raise Refusal unless the client has proven itself, in its way and no other."""
        header = request.headers.get("authorization", "")
        shown = {
            "client_secret_basic": bool(header),
            "client_secret_post": "client_secret" in form,
            "client_secret_jwt": "client_assertion" in form,
        }
        if [way for way in shown if shown[way]] != [self.way] or not self._proves(header, form):
            raise Refusal("invalid_client")

    def _proves(self, header: str, form: Mapping[str, str]) -> bool:
        if self.way == "client_secret_post":
            return (form.get("client_id"), form["client_secret"]) == (CLIENT, SECRET)
        if self.way == "client_secret_basic":
            name, _colon, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
            return (unquote_plus(name), unquote_plus(secret)) == (CLIENT, SECRET)
        return form.get("client_assertion_type") == JWT_BEARER and self._signed(form["client_assertion"])

    def _signed(self, assertion: str) -> bool:
        """Whether an assertion is signed with the secret, meant for here, and was not used."""
        head, claims, signature = assertion.split(".")
        digest = hmac.digest(SECRET.encode(), f"{head}.{claims}".encode(), hashlib.sha256)
        said, now = decoded(claims), time.time()
        used = said["jti"] in self._assertions
        self._assertions.add(said["jti"])
        return (
            decoded(head)["alg"] == "HS256"
            and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == signature
            and said["iss"] == said["sub"] == CLIENT
            and said["aud"] == f"{self.url}/id/token"
            and said["nbf"] <= now < said["exp"] <= now + 600
            and not used
        )
