# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Systems at which a person signs in with a browser."""

from __future__ import annotations

import http.client
import ssl
from typing import Any
from urllib.parse import urlencode, urlsplit

from simulator.credentials import CLIENT

from systems.base.process import System

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Browsing(System):
    """One whose authorize page is below /{tenant}/oauth2/v2.0/ of the authority."""

    def authorize_url(self, tenant: str, redirect_uri: str, scope: str, **more: Any) -> str:
        """Where a browser is sent to sign in."""
        asked = {"client_id": CLIENT, "response_type": "code", "redirect_uri": redirect_uri, "scope": scope, **more}
        return f"{self.authority}/{tenant}/oauth2/v2.0/authorize?{urlencode(asked)}"

    def authorize(self, url: str, username: str = "alice@example.com", password: str = "alice-password") -> str:
        """Play the person who opens ``url`` and signs in: the URL on which the browser ends. Raises RuntimeError."""
        parts = urlsplit(url)
        context = ssl.create_default_context(cafile=self.ca_path)
        connection = http.client.HTTPSConnection(parts.netloc, timeout=60, context=context)
        try:
            form = urlencode({"username": username, "password": password})
            connection.request("POST", f"{parts.path}?{parts.query}", form, FORM)
            answer = connection.getresponse()
            text = answer.read().decode()
        finally:
            connection.close()
        if answer.status != 302:
            raise RuntimeError(f"{answer.status}: {text}")
        return str(answer.headers["Location"])
