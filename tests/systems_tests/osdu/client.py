# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain client of the stand-in, as simple as the public examples."""

from __future__ import annotations

from typing import Any

import requests
from simulator.credentials import CLIENT, TENANT
from systems.osdu import DOMAIN, PARTITION, System

SECRET = "simulator-client-secret"
SCOPE = f"{CLIENT}/.default"
CONFIDENTIAL = {"client_id": CLIENT, "client_secret": SECRET}
AS_MACHINE = {"grant_type": "client_credentials", **CONFIDENTIAL, "scope": SCOPE}
LEGAL, GROUPS = "/api/legal/v1/legaltags", "/api/entitlements/v2/groups"
RECORDS, QUERY = "/api/storage/v2/records", "/api/storage/v2/query/records"
SCHEMA = "/api/schema-service/v1/schema"
KIND = f"{PARTITION}:wks:well:1.0.0"
CONTRACT = {"contractId": "A1234", "originator": "Acme", "countryOfOrigin": ["NO"], "dataType": "First Party Data"}
CLASSES = {"securityClassification": "Private", "personalData": "No Personal Data", "exportClassification": "EAR99"}


def email(name: str, partition: str = PARTITION) -> str:
    return f"{name}@{partition}.{DOMAIN}"


def tag(name: str = "public", **properties: Any) -> dict[str, Any]:
    return {"name": name, "description": "All may see it", "properties": {**CONTRACT, **CLASSES, **properties}}


def record(number: int = 1, **more: Any) -> dict[str, Any]:
    acl = {"viewers": [email("data.default.viewers")], "owners": [email("data.default.owners")]}
    legal = {"legaltags": [f"{PARTITION}-public"], "otherRelevantDataCountries": ["US"]}
    about = {"id": f"{PARTITION}:well:{number}", "kind": KIND, "acl": acl, "legal": legal, "data": {"depth": number}}
    return {**about, **more}


def schema(minor: int = 0, status: str = "DEVELOPMENT", content: Any = None, **more: Any) -> dict[str, Any]:
    numbers = {"schemaVersionMajor": 1, "schemaVersionMinor": minor, "schemaVersionPatch": 0}
    identity = {"authority": "acme", "source": "wks", "entityType": "well", **numbers}
    content = content or {"type": "object", "properties": {"depth": {"type": "number"}}}
    return {"schemaInfo": {"schemaIdentity": identity, "status": status, **more}, "schema": content}


class Client(requests.Session):
    """Somebody with a token, who asks for one partition."""

    def __init__(self, system: System, form: dict[str, str] | None = None, partition: str = PARTITION) -> None:
        super().__init__()
        self.trust_env, self.verify, self.system = False, system.ca_path, system
        self.headers["data-partition-id"] = partition
        self.use(self.token(form or AS_MACHINE).json()["access_token"])

    def use(self, token: str) -> None:
        self.headers["Authorization"] = f"Bearer {token}"

    def token(self, form: dict[str, str], version: str = "v2.0/") -> requests.Response:
        """The answer of the token endpoint."""
        headers = {"Authorization": "", "data-partition-id": ""}
        return self.post(f"{self.system.authority}/{TENANT}/oauth2/{version}token", data=form, headers=headers)

    def ask(self, method: str, path: str, body: Any = None, **more: Any) -> requests.Response:
        """One request; ``body`` is sent as JSON."""
        given = {} if body is None else {"json": body}
        return self.request(method, self.system.url + path, **given, **more)


def as_user(name: str) -> dict[str, str]:
    """The form with which a user gets a token."""
    user = {"username": f"{name}@example.com", "password": f"{name}-password"}
    return {"grant_type": "password", **CONFIDENTIAL, **user, "scope": f"{SCOPE} openid offline_access"}


def same_refusal(answer: requests.Response, status: int, word: str = "") -> None:
    """Fails unless this is a refusal in the documented form, with this status, and the word in its message."""
    assert answer.status_code == status, answer.text
    content = answer.json()
    assert set(content) == {"code", "reason", "message"}
    assert content["code"] == status
    assert word in content["message"]
