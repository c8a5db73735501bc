# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The grant of a person who logs in on another device while the task waits (RFC 8628)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ..._text.records import evolve
from ..._transport.messages import Flow, Request
from ...errors import AuthenticationError, ConfigurationError
from ..meanings import Meanings
from ..tokens import Token, seconds, text
from .base import (
    GET_TOKEN,
    Grant,
    OAuthClient,
    answer_of_platform,
    challenge,
    given,
    new_code_verifier,
    oauthlib,
    proven,
    secrets_of,
    token_in,
    token_request,
)

SLOWER = 5
"""Seconds that ``slow_down`` adds to the interval (RFC 8628)."""
LONGEST_LOGIN = 1140.0
"""Seconds for which a person is waited for, whatever the platform says: less than others wait for our lock."""
DEVICE_LIFE = 900.0
"""Seconds for which a device code is good where the platform does not say."""

MEANINGS = Meanings(
    invalid_grant=("the device code is wrong, used or expired", "Start the login again."),
    policy=(
        "a policy of the tenant blocks logins by device code",
        "Take grant_type authorization_code, or have an administrator allow it for this application.",
    ),
)


def flow(client: OAuthClient) -> Flow[Token]:
    """A person logs in on another device while this waits."""
    if client.show is None:
        raise ConfigurationError(
            GET_TOKEN,
            "grant_type device_code must show a code while it waits, and here nobody would see it",
            "Run insight_token with a local connection and without async, or take grant_type authorization_code.",
        )
    identity = client.identity
    endpoints = client.endpoints
    form = given({"client_id": identity.client_id, "scope": endpoints.scope, **endpoints.asks})
    request = proven(client, Request("get a device code", "POST", endpoints.device, form=form, safe=True, patient=True))
    response = yield request
    answer = answer_of_platform(response)
    verifier = None
    if response.status == 400 and re.search(rb"code_challenge|pkce", response.body, re.IGNORECASE):
        verifier = new_code_verifier(client)
        request = evolve(request, form={**(request.form or {}), **challenge(verifier)})
        response = yield request
        answer = answer_of_platform(response)
    if response.status >= 300 or not isinstance(answer, Mapping) or not text(answer.get("device_code")):
        from ..platform_errors import token_endpoint_failure

        raise token_endpoint_failure(response, answer, secrets_of(client, request), MEANINGS)
    client.show(_invitation(answer))
    body = (
        oauthlib()
        .DeviceClient(identity.client_id)
        .prepare_request_body(answer["device_code"], include_client_id=True, code_verifier=verifier)
    )
    interval, life = seconds(answer.get("interval")), seconds(answer.get("expires_in"))
    return (yield from _poll(client, body, max(interval or 5.0, 1.0), min(life or DEVICE_LIFE, LONGEST_LOGIN)))


def _invitation(answer: Mapping[str, Any]) -> str:
    """What a person has to do to log in, with the page and the code."""
    from ..platform_errors import shown

    page = shown(
        answer.get("verification_uri") or answer.get("verification_url") or "the page that your platform names"
    )
    return f"To log in, open {page} on another device and enter the code {shown(answer.get('user_code', ''))}"


def _poll(client: OAuthClient, body: str, interval: float, life: float) -> Flow[Token]:
    """The token, asked for until a person has logged in. interval: seconds between two requests; life: seconds that the
    device code holds."""
    clock = client.clock
    deadline = clock.now() + life
    while clock.now() < deadline:
        clock.sleep(min(interval, deadline - clock.now()))
        request = token_request(client, body, safe=True)
        response = yield request
        answer = answer_of_platform(response)
        error = answer.get("error") if isinstance(answer, Mapping) else None
        if error not in ("authorization_pending", "slow_down"):
            return token_in(response, request, client, MEANINGS)
        interval += SLOWER if error == "slow_down" else 0
    raise AuthenticationError(
        GET_TOKEN,
        f"nobody logged in with the device code within {life:g} s",
        "Start the login again.",
        oauth_error="expired_token",
    )


DEVICE_CODE = Grant(
    name="device_code",
    needs=("client_id",),
    useless=("username", "password", "refresh_token", "authorization_response", "redirect_uri"),
    flow=flow,
    interactive=True,
    waits=True,
    endpoints=("device",),
)
