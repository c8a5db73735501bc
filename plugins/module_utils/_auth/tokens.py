# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens: what the identity platform hands out, and how long it is good for."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Optional

from .._text.records import evolve
from .._text.redaction import LIKE_A_TOKEN, know

MARGIN = 60.0
"""Seconds before its expiry at which a token counts as expired: clocks differ and requests take time."""

MARGIN_SHARE = 0.1
"""The margin takes no more than this share of a token's life."""

LONGEST = 1e11
"""Seconds, three thousand years: a longer life, or a later date, is no number that anybody meant."""

MILLISECONDS = 1e10
"""A larger number of seconds lies three hundred years ahead: milliseconds are meant."""

USER_CLAIMS = ("preferred_username", "upn", "unique_name", "email")
"""The claims that name the user, the first that is there, where the profile does not say."""


@dataclass(frozen=True)
class Token:
    """An access token and the values that came with it. Secrets do not show in its repr. expires_at: epoch seconds,
    None where the platform does not say; margin: seconds before it from which the token is not used any more; user: who
    the token speaks for, as far as the platform says."""

    access_token: str = field(repr=False)
    token_type: str = "Bearer"
    expires_at: Optional[float] = None
    margin: float = 0.0
    refresh_token: Optional[str] = field(default=None, repr=False)
    user: Optional[str] = None
    scope: Optional[str] = None

    def __post_init__(self) -> None:
        """Nothing that is said from now on shows it."""
        know([self.access_token, self.refresh_token], LIKE_A_TOKEN)

    def usable(self, now: float) -> bool:
        """Whether the token may still be sent at this time (epoch seconds)."""
        return self.expires_at is None or now < self.expires_at - self.margin


def claims_of(token: Any) -> Mapping[str, Any]:
    """The claims of a JWT; none where it is opaque or no JWT.

    The signature is not verified: the token came over TLS from the token endpoint itself, and what is read here only
    names the user and the expiry. The server to which the token is sent verifies it.
    """
    parts = token.split(".") if isinstance(token, str) else []
    if len(parts) != 3:
        return {}
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, Mapping) else {}


def user_claims(oauth: Mapping[str, Any]) -> tuple[str, ...]:
    """The claims that name the user. oauth: the profile's data."""
    said = oauth.get("user_claim", USER_CLAIMS)
    return (said,) if isinstance(said, str) else tuple(said)


def user_of(*tokens: Any, claims: Sequence[str] = USER_CLAIMS) -> Optional[str]:
    """The user whom the first of these JWTs names that names one."""
    names = (held.get(name) for held in map(claims_of, tokens) for name in claims)
    return next(filter(None, map(text, names)), None)


def text(value: Any) -> Optional[str]:
    """A text that can be sent and printed; None for anything else, for nothing, and for half a character."""
    try:
        return value if isinstance(value, str) and value.encode() else None
    except UnicodeEncodeError:
        return None


def seconds(value: Any) -> Optional[float]:
    """A positive number of seconds that a calendar can hold, also where it came as text; None for anything else."""
    try:
        number = float(value) if isinstance(value, (int, float, str)) and not isinstance(value, bool) else 0.0
    except (ValueError, OverflowError):
        return None
    return number if 0 < number < LONGEST else None


def token_of(answer: Mapping[str, Any], now: float, claims: Sequence[str] = USER_CLAIMS) -> Token:
    """The token in a token endpoint's answer, received at ``now``. Its access_token is a text; anything else in it may
    be of any form. claims: those that name the user."""
    life = seconds(answer.get("expires_in"))
    access_token = answer["access_token"]
    expires_at = seconds(claims_of(access_token).get("exp")) if life is None else now + life
    scope = answer.get("scope")
    return Token(
        access_token=access_token,
        token_type=text(answer.get("token_type")) or "Bearer",
        expires_at=expires_at,
        margin=0.0 if expires_at is None else min(MARGIN, MARGIN_SHARE * max(0.0, expires_at - now)),
        refresh_token=refresh_token_of(answer),
        user=user_of(answer.get("id_token"), access_token, claims=claims),
        scope=" ".join(filter(None, map(text, scope))) if isinstance(scope, list) else text(scope),
    )


def own_token(found: Mapping[str, str], now: float, before: Optional[Token]) -> Token:
    """The token that a system issued itself, of what was taken from its answers at ``now``. before: the one that was
    refreshed, of which that stays which was not taken anew. A life of 0 seconds has no end."""
    token = token_of({"access_token": before.access_token if before else "", **found}, now)
    expires_at = point_in_time(found.get("expires_at")) or token.expires_at
    return evolve(
        token,
        expires_at=expires_at,
        margin=0.0 if expires_at is None else min(MARGIN, MARGIN_SHARE * max(0.0, expires_at - now)),
        refresh_token=token.refresh_token or (before.refresh_token if before else None),
        user=text(found.get("user")) or token.user or (before.user if before else None),
    )


def point_in_time(value: Any) -> Optional[float]:
    """A point in time as epoch seconds, of epoch seconds or milliseconds or a date and time (RFC 3339) to the
    second; None for anything else."""
    if re.fullmatch(r"[0-9]+(\.[0-9]*)?", str(value)):
        number = float(value)
        return seconds(number / 1000 if number > MILLISECONDS else number)
    try:
        date = datetime.fromisoformat(re.sub(r"\.[0-9]+", "", re.sub(r"[Zz]\Z", "+00:00", str(value))))
        return date.timestamp() if date.tzinfo else None
    except (ValueError, OverflowError):
        return None


def refresh_token_of(answer: Mapping[str, Any]) -> Optional[str]:
    """The refresh token in an answer; a number is taken for its text."""
    value = answer.get("refresh_token")
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value)
