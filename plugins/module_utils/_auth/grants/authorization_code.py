# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grant of a code that a person's login in the browser brings back (RFC 6749, section 4.1), with PKCE."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlencode

from ..._transport.messages import Flow
from ...errors import AuthenticationError, ConfigurationError
from ..meanings import Meanings
from ..tokens import Token
from .base import Authorization, Grant, OAuthClient, asked, challenge, oauthlib

MEANINGS = Meanings(
    invalid_grant=(
        "the code is wrong, used or expired",
        "Start the login again and use the answer to that one: a code is good once.",
    )
)


def authorization_url(client: OAuthClient, state: str, code_verifier: str) -> str:
    """The page that a person opens. Its address was checked as that of the token endpoint was."""
    identity = client.identity
    fields = {
        "response_type": "code",
        "client_id": identity.client_id,
        "redirect_uri": identity.redirect_uri,
        "scope": client.endpoints.scope,
        "state": state,
        **challenge(code_verifier),
        "response_mode": "query",
        **client.endpoints.asks,
    }
    asked_for = {name: value for name, value in fields.items() if value}
    return f"{client.endpoints.authorize}?{urlencode(asked_for, quote_via=quote)}"


def authorization_answer(url: str) -> Mapping[str, str]:
    """The parameters of the URL on which the browser ended: ``code`` and ``state``, or ``error``.

    The page itself does not matter: it may be an error page. Raises ConfigurationError when there are none.
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
    from ..platform_errors import refusal

    return refusal("finish the login", answer)


def redeem(client: OAuthClient, authorization: Authorization) -> Flow[Token]:
    """The token for a code. The code is good once, so the request is never repeated."""
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
    return (yield from asked(client, body, False, MEANINGS))


def flow(client: OAuthClient) -> Flow[Token]:
    """The token for the code that the browser brought back."""
    return (yield from redeem(client, client.authorization()))


AUTHORIZATION_CODE = Grant(
    name="authorization_code",
    needs=("client_id",),
    useless=("username", "password", "refresh_token"),
    flow=flow,
    proofs=("authorization_response",),
    interactive=True,
    endpoints=("authorize",),
)
