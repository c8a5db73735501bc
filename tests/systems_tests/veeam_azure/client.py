# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A plain client of the stand-in for Veeam, as simple as the examples of the description."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import requests
from systems.veeam_azure import ADMINISTRATOR

if TYPE_CHECKING:
    from systems.veeam_azure import System

TENANT = "7c1d0f3a-0000-4000-8000-00000000aaaa"
STORAGE = "7c1d0f3a-0000-4000-8000-000000000101"
MACHINE = "7c1d0f3a-0000-4000-8000-000000000001"
ACCOUNT = {
    "accountInfo": {"name": "backup", "description": "For backups"},
    "clientLoginParameters": {
        "azureEnvironment": "Global",
        "applicationId": "7c1d0f3a-0000-4000-8000-000000000201",
        "clientSecret": "first-secret",
        "tenantId": TENANT,
    },
}
PLACE = {"azureStorageAccountId": STORAGE, "azureStorageContainer": "backups", "azureStorageFolder": "daily"}


class Client(requests.Session):
    """One connection, and the tokens of one login."""

    def __init__(self, system: System) -> None:
        super().__init__()
        self.trust_env = False
        self.system = system
        self.verify = system.ca_path

    def token(self, **form: Any) -> requests.Response:
        """The answer of the token endpoint."""
        return self.post(f"{self.system.url}/api/oauth2/token", data=form)

    def log_in(self, login: dict[str, str] | None = None) -> dict[str, Any]:
        """The tokens of a login."""
        return self.use(self.token(grant_type="Password", **(login or ADMINISTRATOR)))

    def use(self, answer: requests.Response) -> dict[str, Any]:
        """The tokens of an answer, from now on those of the client."""
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        self.headers["Authorization"] = f"Bearer {tokens['access_token']}"
        return tokens

    def api(self, method: str, path: str, content: Any = None, **query: Any) -> requests.Response:
        """The answer of the API."""
        more = {} if content is None else {"json": content}
        return self.request(method, f"{self.system.url}/api/v8.1/{path}", params=query, **more)

    def good(self, method: str, path: str, content: Any = None, **query: Any) -> Any:
        """What the API answers to what it takes."""
        answer = self.api(method, path, content, **query)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def results(self, path: str, **query: Any) -> list[Any]:
        """The results of a page."""
        return list(self.good("GET", path, **query)["results"])

    def finish(self, job: dict[str, Any]) -> dict[str, Any]:
        """A job session or an operation, read until it is not running."""
        path = f"operations/{job['id']}" if "startTime" in job else f"jobSessions/{job['id']}"
        while job["status"] == "Running":
            job = self.good("GET", path)
        return job

    def service_account(self) -> str:
        """The id of a new service account."""
        return str(self.finish(self.good("POST", "accounts/azure/service/saveByApp", ACCOUNT))["result"])

    def repository(self, name: str = "daily", **more: Any) -> dict[str, Any]:
        """A new repository."""
        body = {"name": name, "azureAccountId": self.service_account(), **PLACE, **more}
        (job,) = self.good("POST", "repositories", body)
        assert self.finish(job)["status"] == "Success"
        return dict(self.good("GET", f"repositories/{job['repositoryJobInfo']['repositoryId']}"))

    def policy_body(self, **more: Any) -> dict[str, Any]:
        """The body of a policy for virtual machines."""
        return {
            "name": "daily",
            "tenantId": TENANT,
            "serviceAccountId": self.service_account(),
            "isEnabled": True,
            "regions": [{"regionId": "westeurope"}],
            "snapshotSettings": {"copyOriginalTags": False, "applicationAwareSnapshot": False},
            **more,
        }
