# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain client of the simulator, as simple as the vendor's examples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from simulator.credentials import CLIENT, TENANT

if TYPE_CHECKING:
    from simulator.process import Running

SECRET = "simulator-client-secret"
ALICE = {"username": "alice@example.com", "password": "alice-password"}
SCOPE = f"{CLIENT}/.default openid offline_access"
CONFIDENTIAL = {"client_id": CLIENT, "client_secret": SECRET}
AS_ALICE = {"grant_type": "password", **CONFIDENTIAL, **ALICE, "scope": SCOPE}
AS_MACHINE = {"grant_type": "client_credentials", **CONFIDENTIAL, "scope": f"{CLIENT}/.default"}
BASE = "/insight/api/v2"
APPLICATION: dict[str, Any] = {"appCode": "123456", "appName": "Zelvora", "selectedProducts": ["Zelvora 10 mg"]}
KEY = {"appCode": "123456", "appName": "Zelvora"}


class Client(requests.Session):
    """One connection and one session of the product."""

    def __init__(self, server: Running, base: str = BASE) -> None:
        super().__init__()
        self.trust_env = False
        self.verify = server.ca_path
        self.server, self.base = server, base

    def oauth(self, form: dict[str, Any], endpoint: str = "token", tenant: str = TENANT, **more: Any) -> Any:
        """The answer of a Microsoft endpoint."""
        return self.post(f"{self.server.authority}/{tenant}/oauth2/v2.0/{endpoint}", data=form, **more)

    def token(self, form: dict[str, Any] | None = None) -> str:
        """An access token."""
        return str(self.oauth(form or AS_ALICE).json()["access_token"])

    def start(self, field: str = "xAuthToken") -> Any:
        """The first step of the handshake; its answer."""
        answer = self.get(self.server.url + self.base + "/token")
        self.session_id = answer.json()[field]
        return self._note(answer)

    def log_in(self, body: dict[str, Any] | None = None, field: str = "xAuthToken") -> Any:
        """The whole handshake; the answer of the login."""
        login = body if body is not None else {"access_token": self.token(), "token_type": "Bearer"}
        self.start(field)
        if "JSESSIONID" not in self.cookies:
            self.cookies["JSESSIONID"] = self.session_id
        return self.call("login", **login)

    def call(self, path: str, **body: Any) -> Any:
        """A call of the API."""
        return self._note(self.post(f"{self.server.url}{self.base}/{path}", json=body, allow_redirects=False))

    def _note(self, answer: Any) -> Any:
        name = answer.headers.get("X-CSRF-HEADER")
        if name:
            self.headers[name] = answer.headers[name]
        return answer

    def create(self, type_: str = "application", **attributes: Any) -> dict[str, Any]:
        """A new entity (default: the application of the examples)."""
        answer = self.call(f"{type_}/create", **(attributes or APPLICATION))
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def read(self, entity: dict[str, Any], type_: str = "application") -> dict[str, Any]:
        """The entity as it is now."""
        return dict(self.call(f"{type_}/{entity['id']}/read").json())

    def update(self, entity: dict[str, Any], type_: str = "application", **attributes: Any) -> dict[str, Any]:
        """What the server answers to an update of the entity."""
        answer = self.call(f"{type_}/create-or-update", uuid=entity["uuid"], **attributes)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())
