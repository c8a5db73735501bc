# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The login of a person in the browser: begun in one task, finished in another."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Callable, Optional

from .._options.shared import Settings
from .._transport.http import Clock
from ..errors import AuthenticationError, ConfigurationError
from .grants.authorization_code import authorization_answer, authorization_url, declined
from .grants.base import Authorization, OAuthClient, new_code_verifier
from .store import Store

PENDING_LIFE = 600.0
"""Seconds that a person has to log in."""
Save = Callable[[Mapping[str, Any]], None]
"""Lays fields into the identity's record."""


def begin(client: OAuthClient, settings: Settings, store: Store, clock: Clock, save: Save) -> str:
    """The page that a person must open to log in; it is good for ten minutes and one login."""
    if not store.durable:
        raise ConfigurationError(
            "start the login",
            "the second task must find what the first one keeps, and there is no token store",
            "Set token_store to a folder, or take grant_type device_code, which is one task.",
        )
    state, verifier = secrets.token_urlsafe(32), new_code_verifier(client)
    url = authorization_url(client, state, verifier)
    pending = {
        "state": state,
        "code_verifier": verifier,
        "redirect_uri": settings.identity.redirect_uri,
        "expires_at": clock.now() + PENDING_LIFE,
    }
    save({"pending": pending})
    return url


def finish(settings: Settings, record: Mapping[str, Any], clock: Clock, save: Save) -> Authorization:
    """The code that the browser brought back, once. record: the identity's, whose lock the caller holds."""
    response: Optional[str] = settings.identity.authorization_response
    if not response:
        raise AuthenticationError(
            "log in", "a person has to log in first", "Run insight_token: it says which page to open."
        )
    answer = authorization_answer(response)
    again = "Run insight_token without authorization_response to start again."
    pending: Mapping[str, Any] = record.get("pending") or {}
    if not pending:
        why = "no login waits for this answer: it was used, or begun with other options or another token_store"
        raise AuthenticationError("finish the login", why, again)
    if not hmac.compare_digest(str(pending["state"]).encode(), answer["state"].encode()):
        raise AuthenticationError("finish the login", "authorization_response belongs to another login", again)
    save({"pending": None})
    if clock.now() > pending["expires_at"]:
        raise AuthenticationError("finish the login", f"it took more than {PENDING_LIFE / 60:g} minutes", again)
    if "error" in answer:
        raise declined(answer)
    return Authorization(answer["code"], pending["code_verifier"], pending.get("redirect_uri"))
