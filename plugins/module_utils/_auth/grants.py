# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The OAuth 2.0 grants as conversations: each yields requests, is sent the answers, and returns a Token.

oauthlib builds and parses the messages; nothing here opens a connection.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Callable, Optional
from urllib.parse import parse_qsl, quote, urlencode

from .._options.shared import Identity
from .._transport.http import SYSTEM_CLOCK, Clock
from .._transport.messages import Flow, Request, Response
from ..errors import AuthenticationError, ConfigurationError
from .choice import Endpoints
from .client_authentication import client_fields
from .platform_errors import DEVICE_CODE, refusal, shown, token_endpoint_failure
from .tokens import Token, refresh_token_of, seconds, text, token_of

WHAT = "get an access token"
PUBLIC = ("grant_type", "client_id", "client_assertion_type", "scope", "redirect_uri", "username")
"""Fields of a token request that are no secrets."""
SLOWER = 5
"""Seconds that ``slow_down`` adds to the interval (RFC 8628)."""
MOST_DIGITS = 20
LONGEST_LOGIN = 1140.0
"""Seconds for which a person is waited for, whatever the platform says: less than others wait for our lock."""
DEVICE_LIFE = 900.0
"""Seconds for which a device code is good where the platform does not say."""

Show = Callable[[str], None]
"""Shows a person a message at once."""


@dataclass(frozen=True)
class Authorization:
    """The answer to an authorization request, and what that request kept back."""

    code: str
    code_verifier: str
    redirect_uri: Optional[str] = None

    def __repr__(self) -> str:
        return "Authorization()"


@dataclass(frozen=True)
class OAuthClient:
    """What every grant needs. refresh_keeps: a refresh token still works after it was used; show: reaches a person,
    None where nobody would see it in time."""

    identity: Identity
    endpoints: Endpoints
    clock: Clock = SYSTEM_CLOCK
    refresh_keeps: bool = False
    show: Optional[Show] = None


def oauthlib() -> Any:
    """oauthlib's OAuth 2.0 clients. Imported late: only a cold login needs them."""
    try:
        import oauthlib.oauth2 as library

        library.DeviceClient  # noqa: B018 # came with 3.2, as did PKCE
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            WHAT,
            f"the Python library oauthlib, 3.2 or newer, is missing for {sys.executable}",
            f"Install it: {sys.executable} -m pip install 'oauthlib>=3.2'.",
        ) from error
    return library


def _token_request(client: OAuthClient, body: str, safe: bool) -> Request:
    """body: a urlencoded token request as oauthlib made it, without the fields that authenticate the application."""
    url = client.endpoints.token
    form = dict(parse_qsl(body, keep_blank_values=True))
    form.update(client_fields(client.identity, url, client.clock.now()))
    return Request(WHAT, "POST", url, form=form, safe=safe, patient=True)


def _integer(digits: str) -> float:
    """A number of JSON, also one of more digits than Python reads."""
    return int(digits) if len(digits) < MOST_DIGITS else float("inf")


def _answer(response: Response) -> Any:
    """What the token endpoint says, as JSON; None where it is none."""
    try:
        return json.loads(response.body, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def _asked(client: OAuthClient, body: str, safe: bool) -> Flow[Token]:
    request = _token_request(client, body, safe)
    return _token(client, request, (yield request))


def _secrets(request: Request) -> list[str]:
    """What the platform's texts must not repeat."""
    return [value for name, value in (request.form or {}).items() if name not in PUBLIC and value]


def _token(client: OAuthClient, request: Request, response: Response) -> Token:
    answer = _answer(response)
    granted = response.status < 300 and isinstance(answer, Mapping) and "error" not in answer
    if granted and text(answer.get("access_token")):
        return token_of(answer, client.clock.now())
    failure = token_endpoint_failure(response, answer, _secrets(request), (request.form or {}).get("grant_type", ""))
    failure.successor = refresh_token_of(answer) if granted else None
    raise failure


def password(client: OAuthClient) -> Flow[Token]:
    """Resource owner password credentials."""
    identity = client.identity
    body = (
        oauthlib()
        .LegacyApplicationClient(identity.client_id)
        .prepare_request_body(
            identity.username, identity.password, scope=client.endpoints.scope, include_client_id=True
        )
    )
    return (yield from _asked(client, body, safe=True))


def client_credentials(client: OAuthClient) -> Flow[Token]:
    """The application itself, without a user."""
    body = (
        oauthlib()
        .BackendApplicationClient(client.identity.client_id)
        .prepare_request_body(scope=client.endpoints.scope, include_client_id=True)
    )
    return (yield from _asked(client, body, safe=True))


def refresh_token(client: OAuthClient, token: str) -> Flow[Token]:
    """A new access token for a refresh token. It is not sent again when nobody knows whether it was used."""
    identity = client.identity
    body = (
        oauthlib()
        .Client(identity.client_id)
        .prepare_refresh_body(refresh_token=token, scope=client.endpoints.scope, client_id=identity.client_id)
    )
    return (yield from _asked(client, body, safe=client.refresh_keeps))


def authorization_url(client: OAuthClient, state: str, code_verifier: str) -> str:
    """The page that a person opens. Its address was checked as that of the token endpoint was."""
    identity = client.identity
    asked = {
        "response_type": "code",
        "client_id": identity.client_id,
        "redirect_uri": identity.redirect_uri,
        "scope": client.endpoints.scope,
        "state": state,
        **_challenge(code_verifier),
        "response_mode": "query",
    }
    given = {name: value for name, value in asked.items() if value}
    return f"{client.endpoints.authorize}?{urlencode(given, quote_via=quote)}"


def new_code_verifier(client: OAuthClient) -> str:
    """The secret that ties the code to whoever asked for it (PKCE)."""
    return str(oauthlib().WebApplicationClient(client.identity.client_id).create_code_verifier(64))


def _challenge(code_verifier: str) -> Mapping[str, str]:
    """The fields of a request that is tied to this verifier (PKCE)."""
    challenge = oauthlib().WebApplicationClient("").create_code_challenge(code_verifier, "S256")
    return {"code_challenge": challenge, "code_challenge_method": "S256"}


def authorization_code(client: OAuthClient, authorization: Authorization) -> Flow[Token]:
    """The code that a person's login brought back. It is good once, so the request is never repeated."""
    body = (
        oauthlib()
        .WebApplicationClient(client.identity.client_id)
        .prepare_request_body(
            code=authorization.code,
            redirect_uri=authorization.redirect_uri,
            code_verifier=authorization.code_verifier,
            scope=client.endpoints.scope,
        )
    )
    return (yield from _asked(client, body, safe=False))


def device_code(client: OAuthClient) -> Flow[Token]:
    """A person logs in on another device while this waits."""
    if client.show is None:
        raise ConfigurationError(
            WHAT,
            "grant_type device_code must show a code while it waits, and here nobody would see it",
            "Run insight_token with a local connection and without async, or take grant_type authorization_code.",
        )
    identity, clock = client.identity, client.clock
    form = {"client_id": identity.client_id or "", "scope": client.endpoints.scope}
    form.update(client_fields(identity, client.endpoints.token, clock.now()))
    request = Request("get a device code", "POST", client.endpoints.device, form=form, safe=True, patient=True)
    response = yield request
    answer = _answer(response)
    verifier = None
    if response.status == 400 and re.search(rb"code_challenge|pkce", response.body, re.IGNORECASE):
        verifier = new_code_verifier(client)
        request = replace(request, form={**form, **_challenge(verifier)})
        response = yield request
        answer = _answer(response)
    if response.status >= 300 or not isinstance(answer, Mapping) or not text(answer.get("device_code")):
        raise token_endpoint_failure(response, answer, _secrets(request), DEVICE_CODE)
    client.show(_invitation(answer))
    body = (
        oauthlib()
        .DeviceClient(identity.client_id)
        .prepare_request_body(answer["device_code"], include_client_id=True, code_verifier=verifier)
    )
    interval, life = seconds(answer.get("interval")), seconds(answer.get("expires_in"))
    return (yield from _poll(client, body, max(interval or 5.0, 1.0), min(life or DEVICE_LIFE, LONGEST_LOGIN)))


def _invitation(answer: Mapping[str, Any]) -> str:
    page = shown(
        answer.get("verification_uri") or answer.get("verification_url") or "the page that your platform names"
    )
    return f"To log in, open {page} on another device and enter the code {shown(answer.get('user_code', ''))}"


def _poll(client: OAuthClient, body: str, interval: float, life: float) -> Flow[Token]:
    clock = client.clock
    deadline = clock.now() + life
    while clock.now() < deadline:
        clock.sleep(min(interval, deadline - clock.now()))
        request = _token_request(client, body, safe=True)
        response = yield request
        answer = _answer(response)
        error = answer.get("error") if isinstance(answer, Mapping) else None
        if error not in ("authorization_pending", "slow_down"):
            return _token(client, request, response)
        interval += SLOWER if error == "slow_down" else 0
    raise AuthenticationError(
        WHAT,
        f"nobody logged in with the device code within {life:g} s",
        "Start the login again.",
        oauth_error="expired_token",
    )


def authorization_answer(url: str) -> Mapping[str, str]:
    """The parameters of the URL on which the browser ended: ``code`` and ``state``, or ``error``.

    The page itself does not matter: InSight's is an error page. Raises ConfigurationError when there are none.
    """
    query = url.partition("?")[2].partition("#")[0] or url.partition("#")[2]
    answer = dict(parse_qsl(query, keep_blank_values=True))
    if not ("state" in answer and ("code" in answer or "error" in answer)):
        raise ConfigurationError(
            "finish the login",
            "authorization_response holds no code and no state",
            "Copy the whole address on which the browser ended, from https:// to its end.",
        )
    return answer


def declined(answer: Mapping[str, str]) -> AuthenticationError:
    """The error for an answer of the authorization page that is a refusal."""
    return refusal("finish the login", answer)
