# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start an instance from a test, and get tokens of it: standard library only, but for the constants."""

from __future__ import annotations

import http.client
import ssl
from typing import Any
from urllib.parse import urlencode, urlsplit

from simulator.credentials import CLIENT, TENANT
from systems.base.process import System

SECRET = "simulator-client-secret"
SCOPE = f"{CLIENT}/.default"
PARTITION, DOMAIN = "sim-dp1", "dataservices.energy"


class OsduSystem(System):
    """One instance in a process of its own. ``authority`` is the identity platform's."""

    program = "systems.osdu"

    def authorize(self, url: str, username: str = "alice@example.com", password: str = "alice-password") -> str:
        """Play the person in the browser who opens ``url``: the URL on which the browser ends."""
        form = urlencode({"username": username, "password": password})
        status, headers, body = self.ask("POST", url, form, {"Content-Type": "application/x-www-form-urlencoded"})
        if status != 302:
            raise RuntimeError(f"{status}: {body.decode()}")
        return headers["location"]

    def ask(
        self, method: str, url: str, body: str | None = None, headers: dict[str, str] | None = None
    ) -> tuple[int, dict[str, str], bytes]:
        """One request on a connection of its own: status, headers by lower-case name, body."""
        parts = urlsplit(url)
        context = ssl.create_default_context(cafile=self.ca_path)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=60, context=context)
        try:
            connection.request(method, f"{parts.path}?{parts.query}", body, headers or {})
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        finally:
            connection.close()

    def authorize_url(self, redirect_uri: str, scope: str = f"{SCOPE} openid offline_access", **more: Any) -> str:
        """Where a browser is sent to sign in."""
        asked = {"client_id": CLIENT, "response_type": "code", "redirect_uri": redirect_uri, "scope": scope, **more}
        return f"{self.authority}/{TENANT}/oauth2/v2.0/authorize?{urlencode(asked)}"
