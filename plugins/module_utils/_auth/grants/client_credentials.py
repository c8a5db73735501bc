# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grant of the application itself, without a user (RFC 6749, section 4.4)."""

from __future__ import annotations

from ..._transport.messages import Flow
from ..client_authentication import OPTIONS
from ..tokens import Token
from .base import Grant, OAuthClient, asked, oauthlib


def flow(client: OAuthClient) -> Flow[Token]:
    """The application itself, without a user."""
    body = (
        oauthlib()
        .BackendApplicationClient(client.identity.client_id)
        .prepare_request_body(scope=client.endpoints.scope, include_client_id=True)
    )
    return (yield from asked(client, body, True))


CLIENT_CREDENTIALS = Grant(
    name="client_credentials",
    needs=("client_id",),
    useless=("username", "password", "refresh_token", "authorization_response", "redirect_uri", "expected_user"),
    flow=flow,
    proofs=OPTIONS,
    application_only=True,
)
