# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose session it is: what the options say about the identity, and what its record in the store is named by."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Optional

from .._options.shared import Identity, Settings
from ..errors import ConfigurationError
from .choice import choose_grant
from .client_authentication import OPTIONS, key_file
from .tokens import claims_of

CREDENTIALS = ("grant_type", "password", "refresh_token", "authorization_response", *OPTIONS)
NOT_OURS = ("authorization_response", "expected_user", "mfa_code")
"""What is used once, and what only checks who it turned out to be."""


def _digest(path: Optional[str]) -> Optional[str]:
    """A digest of a file's content; None where the file cannot be read, which is reported where it is used."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest() if path else None
    except OSError:
        return None


def _assertion_owner(path: Optional[str]) -> Any:
    """Whom an assertion file speaks for; its content changes by the hour."""
    try:
        text = Path(path).read_text(encoding="utf-8").strip() if path else ""
    except (OSError, ValueError):
        return None
    claims = claims_of(text)
    return [claims.get("iss"), claims.get("sub")] if claims else _digest(path)


def record_key_of(settings: Settings, grant: Optional[str]) -> Mapping[str, Any]:
    """Everything that makes an identity: every field of it, secrets and the content of key files included, and the
    system it is for."""
    identity = settings.identity
    named = {name: value for name, value in asdict(identity).items() if value and name not in NOT_OURS}
    return {
        **named,
        "grant_type": grant,
        "url": settings.url,
        **({"inputs": dict(settings.inputs)} if settings.inputs else {}),
        "profile": settings.profile.name,
        "access_token": settings.access_token,
        "key": _digest(key_file(identity)),
        "assertion": _assertion_owner(identity.client_assertion_file),
    }


def has_credentials(identity: Identity) -> bool:
    """Whether the options could log in by themselves."""
    return any(getattr(identity, name) for name in CREDENTIALS)


def grant_for(settings: Settings) -> Optional[str]:
    """The grant to log in with; None where a session or a token was handed over and nothing else.

    Raises ConfigurationError when options are missing or contradict one another.
    """
    identity, profile = settings.identity, settings.profile
    if settings.access_token:
        if settings.session:
            raise ConfigurationError("log in", "session and access_token are both given", "Hand over one of them.")
        if has_credentials(identity):
            given = ", ".join(name for name in CREDENTIALS if getattr(identity, name))
            raise ConfigurationError("log in", f"access_token and {given} are both given", "Give one way to log in.")
        if not profile.session.takes("access_token"):
            raise ConfigurationError(
                "log in", f"profile {profile.name} does not log in with an access token", "Set username and password."
            )
        return None
    if settings.session is None:
        return choose_grant(settings)
    try:
        return choose_grant(settings)
    except ConfigurationError:
        return None  # a session is enough; half an identity beside it, from the environment perhaps, renews nothing
