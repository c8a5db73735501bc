# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The older token endpoint of the Microsoft identity platform: a resource instead of a scope, numbers as text."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from simulator.messages import Answer, Request, json_answer
from simulator.microsoft_errors import ERRORS, OAuthError, error_answer

if TYPE_CHECKING:
    from simulator.credentials import Credentials
    from simulator.microsoft import Microsoft

ERRORS[500011] = (
    "invalid_resource",
    400,
    "The resource principal named {0} was not found in the tenant named {1}.",
)


def answer(request: Request, tenant: str, microsoft: Microsoft, credentials: Credentials) -> Answer:
    """The answer of /{tenant}/oauth2/token: that of the newer endpoint, asked for the scope that the resource means."""
    try:
        form = dict(request.form)
    except UnicodeDecodeError:
        return error_answer(OAuthError(900144, "grant_type"))
    resource = form.pop("resource", "")
    if not resource:
        return error_answer(OAuthError(900144, "resource"))
    if resource.removeprefix("api://") not in credentials.clients:
        return error_answer(OAuthError(500011, resource, tenant))
    # What else the form says of a scope is not looked at; user grants always get a refresh token here.
    form["scope"] = f"{resource}/.default openid offline_access"
    path = request.path.replace("/oauth2/token", "/oauth2/v2.0/token")
    newer = Request(request.method, path, request.query, request.headers, urlencode(form).encode(), request.scheme)
    newer.operation = "oauth_token"
    answered = microsoft.answer(newer)
    return answered if answered.status != 200 else _older(answered, resource)


def _older(answered: Answer, resource: str) -> Answer:
    content = json.loads(answered.body)
    seconds, now = int(content["expires_in"]), int(time.time())
    times = {"expires_in": seconds, "ext_expires_in": seconds, "expires_on": now + seconds, "not_before": now}
    older = {"token_type": "Bearer", "resource": resource, **{name: str(value) for name, value in times.items()}}
    kept = {name: content[name] for name in ("access_token", "refresh_token", "id_token") if name in content}
    if "refresh_token" in kept:
        older["scope"] = "user_impersonation"
    return json_answer(200, older | kept)
