# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_token, without Ansible: a session, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._options.context import Context, Values
from .._options.shared import SHARED, Spec
from .._profile.model import Profile
from .._profile.operation import is_assumed
from .._text.redaction import KEPT
from ..errors import AuthenticationError
from .base import NAME, Command
from .connection import connect

TOKEN_SPEC: Spec = {
    **SHARED,
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "return_token": {"type": "bool", "default": False, "no_log": False},
    "refresh_token_return": {"type": "bool", "default": False, "no_log": False},
}


def run_token(values: Values, context: Context) -> dict[str, Any]:
    """A session, or none; see the module insight_token."""
    connection = connect(values, context)
    authenticator = connection.authenticator
    if values["state"] == "absent":
        changed = authenticator.known() if context.check_mode else authenticator.logout()
        connection.show_warnings(context.warn)
        return {"changed": changed, **connection.noted()}
    if authenticator.needs_person():
        return {"changed": False, "acquired": "none", "authorization_url": authenticator.begin_authorization()}
    try:
        authenticator.open()
    except AuthenticationError:
        if not authenticator.needs_person():
            raise
        # the login that was kept has ended: it was forgotten, and a new one is begun
        return {"changed": False, "acquired": "none", "authorization_url": authenticator.begin_authorization()}
    handle = authenticator.handle(with_secret=values["return_token"])
    if handle["store"] is None:
        handle = authenticator.handle(with_secret=True)
    secret: dict[str, Any] = {}
    if values["return_token"]:
        secret["headers"] = authenticator.authorization_headers()
        if authenticator.has_token():
            secret["access_token"] = authenticator.access_token()
    if values["refresh_token_return"]:
        secret["refresh_token"] = authenticator.refresh_token()
    result = {"changed": False, "acquired": authenticator.acquired, "session": handle}
    assumed = _assumed_of_login(connection.settings.profile, authenticator.grant)
    return {**result, "assumed": assumed, **secret, **connection.noted()}


def _assumed_of_login(profile: Profile, grant: str | None) -> list[str]:
    """The steps of the login that neither a document nor a probe backs, as keys of the profile."""
    keys = [step.profile_key for step in profile.session.steps if step.assumed]
    asked = profile.oauth.get("grants", {}).get(grant)
    return sorted([*keys, *([f"oauth.grants.{grant}"] if asked and is_assumed(asked) else [])])


def holds_credentials(result: Mapping[str, Any]) -> bool:
    """Whether a result of insight_token holds more than a handle."""
    return bool({"headers", "access_token", "refresh_token"} & set(result)) or "secret" in result.get("session", {})


TOKEN = Command(
    f"{NAME}insight_token",
    TOKEN_SPEC,
    run_token,
    hides=holds_credentials,
    ours=dict.fromkeys(("acquired", "session", "headers", "access_token", "refresh_token", "authorization_url"), KEPT),
    in_background=False,
    writes=False,
)
