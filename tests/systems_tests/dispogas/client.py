# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain client of the stand-in."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from simulator.credentials import CLIENT
from systems.dispogas import TENANCY, System

HERE = "http://localhost:8080/callback"
SCOPE = f"api://{CLIENT}/default"
CONFIDENTIAL = {"client_id": CLIENT, "client_secret": "simulator-client-secret"}
UPLOAD = "/upload/day/xml"


class Client(requests.Session):
    """Somebody with a browser and tokens."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.trust_env, self.verify, self.system = False, system.ca_path, system
        self.headers["X-Tenant-ID"] = TENANCY

    def code(self, user: str = "alice") -> str:
        """An authorization code."""
        url = self.system.authorize_url(CLIENT, HERE, SCOPE, state="state")
        ended = self.system.authorize(url, f"{user}@example.com", f"{user}-password")
        return parse_qs(urlsplit(ended).query)["code"][0]

    def token(self, path: str = "oauth/token", **form: str) -> requests.Response:
        """The answer of the token endpoint."""
        asked = {**CONFIDENTIAL, "redirect_uri": HERE, **form}
        url = f"{self.system.authority}/{CLIENT}/oauth2/v2.0/{path}"
        return self.post(url, data=asked, headers={"Authorization": ""})

    def refresh(self, refresh_token: str, **form: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=refresh_token, **form)

    def sign_in(self, user: str = "alice") -> None:
        """Get tokens, and use the access token from now on."""
        self.tokens = self.token(grant_type="authorization_code", code=self.code(user)).json()
        self.headers["Authorization"] = f"Bearer {self.tokens['access_token']}"

    def me(self, **headers: str) -> requests.Response:
        return self.get(f"{self.system.url}/account/me", headers=headers)

    def upload(self, body: Any, query: str = "", **more: Any) -> requests.Response:
        return self.post(f"{self.system.url}{UPLOAD}{query}", json=body, **more)
