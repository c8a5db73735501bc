# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No session on the server: each request carries the access token (RFC 6750)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from ..._profile.model import Profile
from ..._transport.messages import Flow
from ...errors import AuthenticationError, ConfigurationError
from ..session import CARRIED, Session
from .base import SessionKind


def takes(_profile: Profile, value: str) -> bool:
    """Whether this is the access token."""
    return value == "access_token"


def bearer(
    profile: Profile, _url: str, values: Mapping[str, Optional[str]], _looks_first: bool = False
) -> Flow[Session]:
    """The session of a system that takes the access token with each request. Nothing is sent."""
    token = values.get("access_token")
    if token is None:
        raise ConfigurationError(
            "log in", f"profile {profile.name} needs an access token", "Choose another grant_type."
        )
    if not CARRIED.fullmatch(token):
        raise AuthenticationError("log in", "the access token holds characters that no header can carry")
    yield from ()
    return Session(headers={"Authorization": f"Bearer {token}"})


BEARER = SessionKind(name="bearer", open=bearer, takes=takes, is_token=True)
