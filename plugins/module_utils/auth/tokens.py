# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tokens: what the identity platform hands out, and how long it is good for."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from ..entities.mask import LIKE_A_TOKEN, know

MARGIN = 60.0
"""Seconds before its expiry at which a token counts as expired: clocks differ and requests take time."""

MARGIN_SHARE = 0.1
"""The margin takes no more than this share of a token's life."""

USER_CLAIMS = ("preferred_username", "upn", "unique_name", "email")


@dataclass(frozen=True)
class Token:
    """An access token and what came with it. Secrets do not show in its repr.

    expires_at: epoch seconds, None where nobody says; margin: seconds before it from which the token is not used any
    more; user: who the token speaks for, as far as the platform says.
    """

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
    except ValueError:
        return {}
    return claims if isinstance(claims, Mapping) else {}


def user_of(*tokens: Any) -> Optional[str]:
    """The user whom the first of these JWTs names that names one."""
    names = (claims.get(name) for claims in map(claims_of, tokens) for name in USER_CLAIMS)
    return next((name for name in names if isinstance(name, str) and name), None)


def _number(value: Any) -> Optional[float]:
    """A number, also where it came as text; None for anything else."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < 1e12 else None


def token_of(answer: Mapping[str, Any], now: float) -> Token:
    """The token in a token endpoint's answer (as oauthlib parsed it), received at ``now``."""
    life = _number(answer.get("expires_in"))
    access_token = answer["access_token"]
    expires_at = _number(claims_of(access_token).get("exp")) if life is None else now + life
    scope = answer.get("scope")
    return Token(
        access_token=access_token,
        token_type=str(answer.get("token_type") or "Bearer"),
        expires_at=expires_at,
        margin=0.0 if expires_at is None else min(MARGIN, MARGIN_SHARE * max(0.0, expires_at - now)),
        refresh_token=answer.get("refresh_token") or None,
        user=user_of(answer.get("id_token"), access_token),
        scope=" ".join(scope) if isinstance(scope, list) else scope,
    )
