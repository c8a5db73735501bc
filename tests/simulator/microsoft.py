# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Microsoft identity platform: its metadata, and its token, device code and authorize endpoints, for any tenant and
any cloud."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, Any

from simulator.client_authentication import authenticate
from simulator.credentials import BLOCKED_CLIENT, Client, Credentials, same
from simulator.messages import Answer, Request, json_answer
from simulator.microsoft_errors import OAuthError, error_answer
from simulator.people import Code, DeviceCode, People
from simulator.tokens import MACHINE_USER, Grant, Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.counters import Counters
    from simulator.switches import Switches

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
ENDPOINT = re.compile(r"(?P<prefix>.*)/(?P<tenant>[^/]+)/oauth2/v2\.0/(?P<endpoint>token|devicecode|authorize)")
METADATA = re.compile(r"(?P<issuer>.*/(?P<tenant>[^/]+)/v2\.0)/\.well-known/openid-configuration")
OPERATIONS = {"token": "oauth_token", "devicecode": "device_code", "authorize": "authorize"}
# What a grant is called in the counters.
GRANTS = {DEVICE_GRANT: "device_code"}


class Microsoft:
    """The endpoints. Where the base URL of an authority ends is of no interest here."""

    def __init__(
        self, switches: Switches, credentials: Credentials, tokens: Tokens, counters: Counters, people: People
    ) -> None:
        self._switches, self._credentials, self._tokens = switches, credentials, tokens
        self._counters, self._people = counters, people
        self._grants: dict[str, Callable[[Request, str, str, Client, bool], dict[str, Any]]] = {
            "password": self._password,
            "client_credentials": self._client_credentials,
            "authorization_code": self._authorization_code,
            "refresh_token": self._refresh_token,
            DEVICE_GRANT: self._device_code,
        }

    def operation(self, request: Request) -> str:
        """What the request asks for, empty when it is nothing of these endpoints."""
        found = ENDPOINT.fullmatch(request.path)
        if found:
            return OPERATIONS[found["endpoint"]]
        if METADATA.fullmatch(request.path):
            return "metadata"
        return "device_login" if request.path == "/devicelogin" else ""

    def answer(self, request: Request) -> Answer:
        """The answer of the endpoint that the request names."""
        found = ENDPOINT.fullmatch(request.path) or METADATA.fullmatch(request.path)
        if found is None:
            return self._people.device_page(request)
        if request.operation == "oauth_token":
            self._counters.token_requests += 1
        try:
            if found["tenant"] not in self._credentials.tenants:
                raise OAuthError(90002, found["tenant"])
            if request.operation == "metadata":
                return json_answer(200, _metadata(request.base + found["issuer"]))
            if request.operation == "authorize":
                return self._people.authorize_page(request, found["tenant"])
            if request.operation == "device_code":
                return json_answer(200, self._start_device(request, found["tenant"]))
            return json_answer(200, self._token(request, found["tenant"]))
        except OAuthError as problem:
            return self._refused(request, problem)
        except UnicodeDecodeError:
            return self._refused(request, OAuthError(900144, "grant_type"))

    def _refused(self, request: Request, problem: OAuthError) -> Answer:
        self._counters.token_requests_refused += request.operation == "oauth_token"
        return error_answer(problem)

    def _token(self, request: Request, tenant: str) -> dict[str, Any]:
        if request.method != "POST":
            raise OAuthError(900144, "grant_type")
        name = request.form.get("grant_type", "")
        if not name:
            raise OAuthError(900144, "grant_type")
        client_id, client, shown = authenticate(request, tenant, self._credentials)
        if name not in self._grants:
            raise OAuthError(70003, name)
        answer = self._grants[name](request, tenant, client_id, client, shown)
        self._counters.granted(GRANTS.get(name, name))
        return answer

    def _needed(self, request: Request, *names: str) -> list[str]:
        for name in names:
            if not request.form.get(name):
                raise OAuthError(900144, name)
        return [request.form[name] for name in names]

    def _issue(self, request: Request, grant: Grant, family: str = "") -> dict[str, Any]:
        issuer = (request.base + request.path).removesuffix("/oauth2/v2.0/token") + "/v2.0"
        return self._tokens.issue(grant, issuer, family)

    def _password(self, request: Request, tenant: str, client_id: str, client: Client, shown: bool) -> dict[str, Any]:
        user, password, scope = self._needed(request, "username", "password", "scope")
        _must_be_shown(client, shown)
        self._people.check(user, password, client_id, tenant)
        return self._issue(request, Grant(user, client_id, tenant, scope, shown))

    def _client_credentials(
        self, request: Request, tenant: str, client_id: str, client: Client, shown: bool
    ) -> dict[str, Any]:
        (scope,) = self._needed(request, "scope")
        if not shown:
            raise OAuthError(7000218)
        if not any(one.endswith("/.default") for one in scope.split()):
            raise OAuthError(1002012, scope)
        return self._issue(request, Grant(MACHINE_USER, client_id, tenant, scope, shown))

    def _authorization_code(
        self, request: Request, tenant: str, client_id: str, client: Client, shown: bool
    ) -> dict[str, Any]:
        (text,) = self._needed(request, "code")
        _must_be_shown(client, shown)
        code = self._people.codes.get(text)
        if code is None or code.client_id != client_id or code.tenant != tenant:
            raise OAuthError(70000)
        if code.used:
            raise OAuthError(54005)
        if code.expired:
            raise OAuthError(70008)
        _check_code(code, request)
        code.used = True
        scope = request.form.get("scope") or code.scope
        grant = Grant(code.user, client_id, tenant, scope, shown, code.nonce)
        return self._issue(request, grant)

    def _refresh_token(
        self, request: Request, tenant: str, client_id: str, client: Client, shown: bool
    ) -> dict[str, Any]:
        (text,) = self._needed(request, "refresh_token")
        token = self._tokens.refresh_token(text)
        if token is None or token.client_id != client_id:
            raise OAuthError(70000)
        as_issued = self._switches.refresh_client_authentication == "as_issued"
        if as_issued and token.authenticated_client and not shown:
            raise OAuthError(7000218)
        if token.expired:
            raise OAuthError(700082)
        if not self._tokens.use_refresh_token(text, token):
            raise OAuthError(70008)
        grant = token.grant()
        grant.scope = request.form.get("scope") or grant.scope
        return self._issue(request, grant, token.family)

    def _start_device(self, request: Request, tenant: str) -> dict[str, Any]:
        client_id, scope = self._needed(request, "client_id", "scope")
        if client_id not in self._credentials.clients:
            raise OAuthError(700016, client_id, tenant)
        code = self._people.start_device(DeviceCode(client_id, tenant, scope, self._switches.device_lifetime))
        page = request.base + "/devicelogin"
        return {
            "user_code": code.user_code,
            "device_code": code.device_code,
            "verification_uri": page,
            "expires_in": self._switches.device_lifetime,
            "interval": self._switches.device_interval,
            "message": f"To sign in, use a web browser to open the page {page} and enter the code {code.user_code} "
            "to authenticate.",
        }

    def _device_code(
        self, request: Request, tenant: str, client_id: str, client: Client, shown: bool
    ) -> dict[str, Any]:
        (text,) = self._needed(request, "device_code")
        code = self._people.device_codes.get(text)
        if code is None or code.client_id != client_id or code.tenant != tenant:
            raise OAuthError(70018)
        if client_id == BLOCKED_CLIENT:
            raise OAuthError(53003)
        code.questions += 1
        if code.questions <= self._switches.device_slow_downs:
            raise OAuthError(70043)
        if code.declined:
            raise OAuthError(65004, error="authorization_declined")
        if code.expired:
            raise OAuthError(70019)
        if not code.user:
            raise OAuthError(70016)
        if code.used:
            raise OAuthError(54005)
        code.used = True
        return self._issue(request, Grant(code.user, client_id, tenant, code.scope, shown))


def _metadata(issuer: str) -> dict[str, Any]:
    """What the platform says of itself, as far as a client asks."""
    endpoints = issuer.removesuffix("/v2.0") + "/oauth2/v2.0"
    return {
        "issuer": issuer,
        "token_endpoint": f"{endpoints}/token",
        "authorization_endpoint": f"{endpoints}/authorize",
        "device_authorization_endpoint": f"{endpoints}/devicecode",
        "token_endpoint_auth_methods_supported": ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    }


def _must_be_shown(client: Client, shown: bool) -> None:
    if not shown and not client.public:
        raise OAuthError(7000218)


def _check_code(code: Code, request: Request) -> None:
    """Raises OAuthError when the code was not given to who presents it."""
    if request.form.get("redirect_uri", "") != code.redirect_uri:
        raise OAuthError(70000)
    if code.challenge:
        verifier = request.form.get("code_verifier", "").encode()
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier).digest()).rstrip(b"=").decode()
        if not same(digest, code.challenge):
            raise OAuthError(501481)
