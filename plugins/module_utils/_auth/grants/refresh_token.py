# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grant of a refresh token (RFC 6749, section 6), which renews the tokens of other grants too."""

from __future__ import annotations

from ..._transport.messages import Flow
from ..meanings import Meanings
from ..tokens import Token
from .base import Grant, OAuthClient, asked, oauthlib

MEANINGS = Meanings(
    invalid_grant=(
        "the refresh token is wrong, used, expired or revoked",
        "Log in anew and hand over the new refresh token.",
    )
)


def refresh(client: OAuthClient, refresh_token: str) -> Flow[Token]:
    """Get an access token for a refresh token. The request is not sent again when it is unknown whether the token was
    used."""
    identity = client.identity
    body = (
        oauthlib()
        .Client(identity.client_id)
        .prepare_refresh_body(refresh_token=refresh_token, scope=client.endpoints.scope, client_id=identity.client_id)
    )
    return (yield from asked(client.renewing, body, client.refresh_keeps, MEANINGS))


def flow(client: OAuthClient) -> Flow[Token]:
    """A new access token for the refresh token that is configured."""
    return (yield from refresh(client, client.identity.refresh_token or ""))


REFRESH_TOKEN = Grant(
    name="refresh_token",
    needs=("client_id", "refresh_token"),
    useless=("username", "password", "authorization_response", "redirect_uri"),
    flow=flow,
    proofs=("refresh_token",),
)
