# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a way of carrying a credential is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Callable, Optional

from ..._profile.model import Profile
from ..._transport.messages import Flow
from ..session import Session, log_out

LoginValues = Mapping[str, Optional[str]]
"""What a request of the session may name: access_token, refresh_token, token_type, username, password."""


@dataclass(frozen=True)
class SessionKind:
    """A value of session.kind in a profile: everything in which it differs from the others.

    open: the conversation that gives a session, of the profile, url, the values, and whether the login of this server
    shows a CSRF token that it does not take.
    takes: whether a session is opened with the value of this name.
    log_out: the conversation that ends a session; it gives why the server did not, empty where it did.
    steps: the keys of the profile's session by which it is opened.
    is_token: it is no more than the access token, so a session that is refused is a token that is refused.
    """

    name: str
    open: Callable[[Profile, str, LoginValues, bool], Flow[Session]]
    takes: Callable[[Profile, str], bool]
    log_out: Callable[[Profile, str, Session, LoginValues], Flow[str]] = log_out
    steps: tuple[str, ...] = ()
    is_token: bool = False
