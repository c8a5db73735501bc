# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grant of a user's name and password (RFC 6749, section 4.3)."""

from __future__ import annotations

from ..._transport.messages import Flow
from ..meanings import Meanings
from ..tokens import Token
from .base import Grant, OAuthClient, asked, oauthlib

MEANINGS = Meanings(
    invalid_grant=(
        "the platform does not let this user log in with this password",
        "Check username, password and the account: is it disabled, locked, or is there an action to do first?",
    )
)


def flow(client: OAuthClient) -> Flow[Token]:
    """Resource owner password credentials."""
    identity = client.identity
    body = (
        oauthlib()
        .LegacyApplicationClient(identity.client_id)
        .prepare_request_body(
            identity.username, identity.password, scope=client.endpoints.scope, include_client_id=True
        )
    )
    return (yield from asked(client, body, True, MEANINGS))


PASSWORD = Grant(
    name="password",
    needs=("client_id", "username", "password"),
    useless=("refresh_token", "authorization_response", "redirect_uri"),
    flow=flow,
    proofs=("username", "password"),
)
