# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Repositories: each write is a job session."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from simulator.messages import Answer, json_answer

from systems.veeam_azure.collection import Collection, Entity, mentions, verb
from systems.veeam_azure.jobs import DONE, shown
from systems.veeam_azure.problems import Refused, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems.base.routing import Call, Route

TIERS = ("Hot", "Cool", "Archive")
ONLY_SENT = ("keyVaultId", "keyVaultKeyUri", "password", "importIfFolderHasBackup", "autoCreateTiers")


class Repositories(Collection):
    """Repositories. Container and folder are sent as texts and read as objects."""

    type, query, query_of_one = "repositories", "Repositories", "Repository"
    new, updated, hidden = "NewRepository", "UpdatedRepository", ONLY_SENT
    filters: ClassVar[dict[str, str]] = {
        "Status": "status",
        "Type": "repositoryType",
        "Tier": "storageTier",
        "IsEncrypted": "enableEncryption",
        "ImmutabilityEnabled": "immutabilityEnabled",
        "ServiceAccountId": "azureAccountId",
    }

    def routes(self) -> Iterable[Route]:
        yield from super().routes()
        yield verb(self, "{id}/checkPassword", self.check_password, "read", body="Password")

    def read(self, call: Call) -> Answer:
        job = self.veeam.jobs.running_at(call.names["id"])
        if job:
            self.veeam.jobs.poll("jobSessions", job["id"])
        return super().read(call)

    def create(self, call: Call) -> Answer:
        """One job session for each repository that is made."""
        body = call.body
        if not body.get("autoCreateTiers"):
            return json_answer(202, [self._begin_creation(body)])
        named = [body | {"storageTier": tier, "name": f"{body.get('name')} {tier}"} for tier in TIERS]
        return json_answer(202, [self._begin_creation(one) for one in named])

    def _begin_creation(self, body: Entity) -> Entity:
        entity = {"id": self.veeam.state.new_id()} | self.made(body)
        self.veeam.state.put(self.type, entity["id"], entity)

        def end(status: str) -> None:
            self._change(entity["id"], {"status": "Ready" if status in DONE else "Failed"})

        return shown(self.veeam.jobs.session("RepositoryCreation", entity, end))

    def _change(self, id_: str, changes: Entity) -> None:
        """Change a repository at the end of its job, if it is still there."""
        (self.veeam.state.get(self.type, id_) or {}).update(changes)

    def made(self, body: Entity) -> Entity:
        account = self.veeam.state.get("accounts/azure/service", body["azureAccountId"])
        storage = self.veeam.state.get("cloudInfrastructure/storageAccounts", body["azureStorageAccountId"])
        if account is None or storage is None:
            raise Refused(404, "There is no such service account, or no such storage account.")
        self._refuse_without_key(body)
        for other in self.all():
            if other["name"] == body.get("name"):
                raise Refused(409, f"A repository {other['name']} is there already.", resourceId=other["id"])
        return {name: body.get(name) for name in (*ONLY_SENT, "name", "description", "hint")} | {
            "azureStorageAccountId": storage["id"],
            "azureStorageAccountName": storage["name"],
            "azureStorageContainer": _item(body["azureStorageContainer"]),
            "azureStorageFolder": _item(body["azureStorageFolder"]),
            "enableEncryption": body.get("enableEncryption", False),
            "regionId": storage["regionId"],
            "regionName": storage["regionName"],
            "azureAccountId": account["accountId"],
            "repositoryType": "Backup",
            "environment": account["region"],
            "status": "Creating",
            "storageTier": body.get("storageTier") or "Inferred",
            "isStorageTierInferred": (body.get("storageTier") or "Inferred") == "Inferred",
            "immutabilityEnabled": False,
            "repositoryOwnership": {"hasAnotherOwner": False},
            "concurrencyLimit": body.get("concurrencyLimit"),
            "storageConsumptionLimit": body.get("storageConsumptionLimit"),
        }

    def _refuse_without_key(self, entity: Entity) -> None:
        if entity.get("enableEncryption") and not entity.get("password") and not entity.get("keyVaultKeyUri"):
            raise invalid(password="Encryption needs a password or a key of a vault.")

    def update(self, call: Call) -> Answer:
        entity = self.one(call.names["id"])
        self._refuse_while_busy(entity)
        changed = self.changed(entity, call.body)
        self._refuse_without_key(changed)

        def end(status: str) -> None:
            if status in DONE:
                self._change(entity["id"], changed)

        return json_answer(202, shown(self.veeam.jobs.session("RepositoryEdit", entity, end)))

    def delete(self, call: Call) -> Answer:
        entity = self.one(call.names["id"])
        self._refuse_while_busy(entity)
        self.refuse_while_used(entity)

        def end(status: str) -> None:
            if status in DONE:
                self.veeam.state.delete(self.type, entity["id"])

        return json_answer(202, shown(self.veeam.jobs.session("RepositoryDeletion", entity, end)))

    def _refuse_while_busy(self, entity: Entity) -> None:
        job = self.veeam.jobs.running_at(entity["id"])
        if job:
            detail = f"A job session works at {entity['name']}."
            raise Refused(409, detail, resourceId=entity["id"], sessionId=job["id"])

    def users_of(self, id_: str) -> list[Entity]:
        fields = ("targetRepositoryId", "repositoryId", "defaultRepositoryId")
        return [entity for entity in self.veeam.entities() if mentions(entity, fields, id_)]

    def check_password(self, call: Call) -> Answer:
        entity = self.one(call.names["id"])
        right = bool(call.body) and entity["password"] == call.body
        if self.veeam.switches.check_password_answers == "202":
            return self.veeam.jobs.operation(lambda _status: right)
        return json_answer(200, right)


def _item(name: str) -> dict[str, Any]:
    return {"name": name, "supportsVersioning": False, "ImmutabilityPolicyState": "NotPresent"}
