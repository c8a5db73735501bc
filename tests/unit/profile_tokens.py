# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key of ``session.refresh`` and of ``oauth`` does, for test_profile_effects."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ansible_collections.rimops.insight.tests.unit.effects import WRITE, Case, says, token
from ansible_collections.rimops.insight.tests.unit.profile_cases import HELD, overlaid, session

BEARER = session(steps={"login": None}, carry={"headers": {"X-Token": None, "Authorization": "Bearer {access_token}"}})
CLIENT = {"tenant_id": "t", "client_id": "cid", "client_secret": "not told"}
PLATFORM = {**CLIENT, "username": "jdoe", "password": "secret"}
LONG = "r-token-of-the-options"
BROWSER = {"redirect_uri": "http://127.0.0.1/", "token_store": "STORE"}
OF_GRANTS: Mapping[str, Mapping[str, Any]] = {
    "password": PLATFORM,
    "client_credentials": CLIENT,
    "authorization_code": {**CLIENT, **BROWSER},
    "device_code": CLIENT,
    "refresh_token": {**CLIENT, "refresh_token": LONG},
}
"""The options with which a grant logs in."""

WHO = base64.urlsafe_b64encode(b'{"sub": "who-it-is"}').decode().rstrip("=")
"""The claims of a token."""
OWN_TOKEN = session(
    steps={"login": {"take": {"token": None, "access_token": "body.xAuthToken", "refresh_token": "body.sid"}}},
    carry={"headers": {"X-Token": "{access_token}"}},
)
"""The login makes an access token, and a refresh token for it."""
RENEW = {
    "method": "POST",
    "path": "renew",
    "json": {"token": "{refresh_token}"},
    "take": {"access_token": "body.token"},
}


def refresh(**said: Any) -> dict[str, Any]:
    return session(refresh=said)


def _refreshes() -> Iterator[Case]:
    refreshed = overlaid(OWN_TOKEN, refresh(steps={"renew": RENEW}))
    lost = {"create": (says(401), says(200, HELD)), "renew": (says(200, {"token": "T2"}),)}
    yield Case(
        "session.refresh.steps",
        refresh(steps={"renew": RENEW}),
        r'> POST .*/renew renew .*"session-of-another"(.|\n)* create .*#2.*\n.*"X-Token": "T2"',
        gone="log in #2",
        given=OWN_TOKEN,
        answers=lost,
    )
    yield Case(
        "session.refresh.refused",
        refresh(refused=[{"status": [418]}]),
        "log in #2",
        given=refreshed,
        answers={**lost, "renew": (says(418),)},
    )
    yield Case(
        "session.refresh.after_use", refresh(after_use="keeps"), "> safe POST .* renew ", given=refreshed, answers=lost
    )


def _grants() -> Iterator[Case]:
    def grant(key: str, said: Any, pattern: str) -> Case:
        override = {"oauth": {"grants": {"password": {key: said}}}}
        tasks = token(grant_type="password", **PLATFORM)
        return Case(f"grant.{key}", override, pattern, tasks=tasks, given=BEARER)

    yield grant("scope", "mine", "mine")
    yield grant("path", "/{tenant_id}/password", "> safe POST https://login.example.com/t/password ")
    yield grant("form", {"audience": "of {client_id}"}, '> .*"audience": "of cid"')
    asks = {"oauth": {"grants": {"authorization_code": {"authorize": {"prompt": "consent"}}}}}
    tasks = token(grant_type="authorization_code", **OF_GRANTS["authorization_code"])
    yield Case("grant.authorize", asks, '"authorization_url": "[^"]*&prompt=consent', tasks=tasks, given=BEARER)


def _oauth() -> Iterator[Case]:
    def case(key: str, said: Any, pattern: str, grant: str = "password") -> Case:
        tasks = token(grant_type=grant, **OF_GRANTS[grant])
        return Case(f"oauth.{key}", {"oauth": {key: said}}, pattern, tasks=tasks, given=BEARER)

    signed_in = tuple((command, {**options, **PLATFORM, "grant_type": "password"}) for command, options in WRITE)
    elsewhere = {"oauth": {"authority": "https://login.example.org"}}
    yield Case("oauth.authority", elsewhere, "https://login.example.org/t/oauth2", tasks=signed_in, given=BEARER)
    yield case("token_path", "/of/{tenant_id}", "> .*/of/t ")
    yield case("authorize_path", "/page", '"authorization_url": "[^"]*/page', "authorization_code")
    yield case("device_path", "/device", "> .*/device ", "device_code")
    yield case("after_use", "revokes", '"failed": true', "refresh_token")
    for form, said in (("text", "sub"), ("list", ["nothing", "sub"])):
        named = {"access_token": f"e30.{WHO}.signature", "expires_in": 3600}
        claim = case(f"user_claim as {form}", said, '"user": "who-it-is"')
        yield replace(claim, override={"oauth": {"user_claim": said}}, answers={"get": (says(200, named),)})
    yield case("client_authentication", "client_secret_basic", 'access token .*\n.*"Authorization": "Basic ')
    paths = dict.fromkeys(("authority", "token_path", "authorize_path", "device_path"))
    metadata = {"issuer": "https://login.example.com/i", "token_endpoint": "https://login.example.com/of/i"}
    yield Case(
        "oauth.issuer",
        {"oauth": {**paths, "issuer": metadata["issuer"]}},
        "> safe GET https://login.example.com/i/.well-known/(.|\n)*> safe POST https://login.example.com/of/i ",
        answers={"ask": (says(200, metadata),)},
        tasks=token(grant_type="password", **PLATFORM),
        given=BEARER,
    )
    for grant, options in OF_GRANTS.items():
        yield Case(
            f"oauth.grants.{grant}",
            {"oauth": {"grants": {grant: {"scope": "mine-{client_id}"}}}},
            "mine-cid",
            tasks=token(grant_type=grant, **options),
            given=BEARER,
        )
    yield Case("oauth", {"oauth": None}, "knows no OAuth", tasks=token(grant_type="password", **PLATFORM), given=BEARER)


TOKENS = [*_refreshes(), *_oauth(), *_grants()]
