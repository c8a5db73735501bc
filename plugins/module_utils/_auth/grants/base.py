# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the OAuth 2.0 grants share: what a grant is, what it is given, and the token request.

oauthlib builds and parses the messages; nothing here opens a connection.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable, Optional
from urllib.parse import parse_qsl

from ..._options.shared import Identity
from ..._text.records import evolve, record
from ..._transport.http import SYSTEM_CLOCK, Clock
from ..._transport.messages import Flow, Request, Response
from ...errors import ConfigurationError
from ..meanings import NONE, Meanings
from ..tokens import USER_CLAIMS, Token, refresh_token_of, text, token_of

GET_TOKEN = "get an access token"
PUBLIC = ("grant_type", "client_id", "client_assertion_type", "scope", "redirect_uri", "username")
"""Fields of a token request that are no secrets."""
MOST_DIGITS = 20

Show = Callable[[str], None]
"""Shows a person a message at once."""


@dataclass(frozen=True, eq=False)
class Endpoints:
    """Where and how a grant is asked for. authorize and device are empty where the profile has none. form: the fields
    that the profile adds to the token request, None for one that it takes away; asks: likewise, of the request that
    begins a person's login. by_secret: how the application shows its secret. issuer: names the addresses that are
    empty. claims: of a token, those that name the user. refresh: where and how the token of this grant is renewed; None
    where that is the same."""

    token: str
    authorize: str
    device: str
    scope: str
    form: Mapping[str, Optional[str]] = field(default_factory=dict)
    asks: Mapping[str, Optional[str]] = field(default_factory=dict)
    by_secret: str = ""
    issuer: str = ""
    claims: tuple[str, ...] = USER_CLAIMS
    refresh: Optional[Endpoints] = None


@record
class Authorization:
    """The answer to an authorization request, and what that request kept back."""

    code: str
    code_verifier: str
    redirect_uri: Optional[str] = None

    def __repr__(self) -> str:
        return "Authorization()"


def _nobody() -> Authorization:
    raise ConfigurationError(GET_TOKEN, "nobody has logged in in a browser")


@record
class OAuthClient:
    """What every grant needs. refresh_keeps: a refresh token still works after it was used. show: shows a text to a
    person at once; None where that cannot be done. authorization: takes the answer of a person's login in the browser,
    once."""

    identity: Identity
    endpoints: Endpoints
    clock: Clock = SYSTEM_CLOCK
    refresh_keeps: bool = False
    show: Optional[Show] = None
    authorization: Callable[[], Authorization] = _nobody

    @property
    def renewing(self) -> OAuthClient:
        """The same, for the refresh of a token."""
        return evolve(self, endpoints=self.endpoints.refresh or self.endpoints)


@record
class Grant:
    """A value of grant_type: everything in which it differs from the others.

    needs: the options without which it cannot be used.
    useless: the options that it does not look at, so that whoever set them meant something else.
    flow: the conversation that gives a token; None where the system's own login takes the credentials, without OAuth.
    proofs: the options of which each gives it away when grant_type is not set.
    application_only: the application logs in without a user, so it must authenticate itself; its proofs are looked at
    last, since other grants have the application authenticate itself too.
    interactive: a person has to log in. waits: the task waits for that person.
    endpoints: the addresses that it asks beside the token endpoint.
    """

    name: str
    needs: tuple[str, ...]
    useless: tuple[str, ...]
    flow: Optional[Callable[[OAuthClient], Flow[Token]]]
    proofs: tuple[str, ...] = ()
    application_only: bool = False
    interactive: bool = False
    waits: bool = False
    endpoints: tuple[str, ...] = ()

    @property
    def in_browser(self) -> bool:
        """Whether one task begins the login and another one brings the answer of the browser."""
        return self.interactive and not self.waits

    @property
    def lives_on_refresh_token(self) -> bool:
        """Whether a refresh token is its only credential."""
        return "refresh_token" in self.needs

    @property
    def logs_in_anew(self) -> bool:
        """Whether it gives another token by itself once a refresh token is refused."""
        return not self.interactive and not self.lives_on_refresh_token


def oauthlib() -> Any:
    """oauthlib's OAuth 2.0 clients. Imported late: only a cold login needs them."""
    try:
        import oauthlib.oauth2 as library

        library.DeviceClient  # noqa: B018 # came with 3.2, as did PKCE
    except (ImportError, AttributeError) as error:
        raise ConfigurationError(
            GET_TOKEN,
            f"the Python library oauthlib, 3.2 or newer, is missing for {sys.executable}",
            f"Install it: {sys.executable} -m pip install 'oauthlib>=3.2'.",
        ) from error
    return library


def new_code_verifier(client: OAuthClient) -> str:
    """The secret that ties the code to whoever asked for it (PKCE)."""
    return str(oauthlib().WebApplicationClient(client.identity.client_id).create_code_verifier(64))


def challenge(code_verifier: str) -> Mapping[str, str]:
    """The fields of a request that is tied to this verifier (PKCE)."""
    made = oauthlib().WebApplicationClient("").create_code_challenge(code_verifier, "S256")
    return {"code_challenge": made, "code_challenge_method": "S256"}


def token_request(client: OAuthClient, body: str, safe: bool) -> Request:
    """body: a urlencoded token request as oauthlib made it, without the fields that authenticate the application."""
    url = client.endpoints.token
    made = {**dict(parse_qsl(body, keep_blank_values=True)), **client.endpoints.form}
    return proven(client, Request(GET_TOKEN, "POST", url, form=given(made), safe=safe, patient=True))


def given(fields: Mapping[str, Optional[str]]) -> dict[str, str]:
    """The fields without those that the profile takes away."""
    return {name: value for name, value in fields.items() if value is not None}


def proven(client: OAuthClient, request: Request) -> Request:
    """The request with what authenticates the application."""
    endpoints = client.endpoints
    from ..client_proof import client_proof

    proof = client_proof(client.identity, endpoints.token, client.clock.now(), endpoints.by_secret)
    return evolve(request, form={**(request.form or {}), **proof.fields}, headers=proof.headers)


def asked(client: OAuthClient, body: str, safe: bool, meanings: Meanings = NONE) -> Flow[Token]:
    """Send one token request and take the token from its answer. meanings: of errors, to this grant."""
    request = token_request(client, body, safe)
    return token_in((yield request), request, client, meanings)


def _integer(digits: str) -> float:
    """A number of JSON, also one of more digits than Python reads."""
    return int(digits) if len(digits) < MOST_DIGITS else float("inf")


def answer_of_platform(response: Response) -> Any:
    """What the token endpoint says, as JSON; None where it is none."""
    try:
        return json.loads(response.body, parse_int=_integer)
    except (ValueError, RecursionError):
        return None


def secrets_of(client: OAuthClient, request: Request) -> list[str]:
    """What the platform's texts must not repeat, wherever in the request it went."""
    public = {*PUBLIC, *client.endpoints.form}
    fields = ["".join(value) for name, value in (request.form or {}).items() if name not in public]
    return [value for value in (client.identity.client_secret, *request.headers.values(), *fields) if value]


def token_in(response: Response, request: Request, client: OAuthClient, meanings: Meanings = NONE) -> Token:
    """The token in an answer of the token endpoint. Raises AuthenticationError where it holds none."""
    answer = answer_of_platform(response)
    granted = response.status < 300 and isinstance(answer, Mapping) and "error" not in answer
    if granted and text(answer.get("access_token")):
        return token_of(answer, client.clock.now(), client.endpoints.claims)
    from ..platform_errors import token_endpoint_failure

    failure = token_endpoint_failure(response, answer, secrets_of(client, request), meanings)
    raise failure.but(successor=refresh_token_of(answer)) if granted else failure
