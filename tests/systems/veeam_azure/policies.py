# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Backup policies of five kinds. What they protect is sent with them, and read at addresses of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from simulator.messages import Answer

from systems.base.routing import Call, Route
from systems.veeam_azure.collection import API, Collection, Entity, empty, mentions, named_ids, page, verb
from systems.veeam_azure.problems import Refused, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

VMS = "virtualMachines"
# How an element of each list of selectedItems and excludedItems is called where it is read.
SINGULAR = {
    "subscriptions": "subscription",
    "tags": "tag",
    "resourceGroups": "resourceGroup",
    VMS: "virtualMachine",
    "tagGroups": "tagGroup",
    "databases": "database",
    "sqlServers": "sqlServer",
    "fileShares": "fileShare",
    "storageAccounts": "storageAccount",
    "cosmosDbAccounts": "account",
}
# What a PUT that leaves it out does not change: a policy without it could not be read.
STAYS = ("tenantId", "serviceAccountId", "slaPolicyTemplateId", "snapshotDestinations")
NEVER = "NeverExecuted"


class Policies(Collection):
    """The policies of one kind. given: what the server sets when one is made."""

    names, replaces = ("PolicyName",), True
    hidden = ("regions", "selectedItems", "excludedItems", "stagingServerId", "managedStagingServerId")
    given: ClassVar[Entity]

    def routes(self) -> Iterable[Route]:
        yield verb(self, "orderPriorities", self.order, body="Priorities")
        yield from super().routes()
        yield verb(self, "{id}/enable", lambda call: self._set_enabled(call, True))
        yield verb(self, "{id}/disable", lambda call: self._set_enabled(call, False))
        for part, query in (("regions", "Page"), ("selectedItems", "Page"), ("excludedItems", "Excluded")):
            handler = getattr(self, f"show_{part}")
            yield Route("GET", f"{API}{self.type}/{{id}}/{part}", "read", self.type, handler, {"query": query})

    def all(self) -> list[Entity]:
        return sorted(super().all(), key=lambda policy: policy["priority"])

    def _fits(self, entity: Entity, query: dict[str, Any]) -> bool:
        status = "Enabled" if entity["isEnabled"] else "Disabled"
        wanted = query.get("RepositoryId")
        return (
            super()._fits(entity, query)
            and status in query.get("PolicyStatus", [status])
            and (not wanted or wanted in set(named_ids(entity, "targetRepositoryId")))
        )

    def made(self, body: Entity) -> Entity:
        self._refuse_unknown(body)
        priority = 1 + max((policy["priority"] for policy in self.all()), default=0)
        given = {name: value for name, value in body.items() if value is not None}
        whole = empty(self.new) | self.given | given | {"priority": priority, "isEnabled": bool(body["isEnabled"])}
        return whole | _counted(whole)

    def changed(self, entity: Entity, body: Entity) -> Entity:
        self._refuse_unknown(body)
        merges = self.veeam.switches.put_policies == "merge"
        changed = entity | body if merges else super().changed(entity, body)
        changed |= {name: entity[name] for name in STAYS if changed.get(name) is None and name in entity}
        changed |= {name: value for name, value in self.given.items() if changed.get(name) is None}
        return changed | {"isEnabled": bool(changed["isEnabled"])} | _counted(changed)

    def _refuse_unknown(self, body: Entity) -> None:
        """Refuse a body that names what is not there."""
        state = self.veeam.state
        if body.get("serviceAccountId") and not state.get("accounts/azure/service", body["serviceAccountId"]):
            raise invalid(serviceAccountId="There is no such service account.")
        for region in body["regions"]:
            self.veeam.regions.by_azure_id(region.get("regionId") or "")
        for id_ in named_ids(body, "targetRepositoryId"):
            if not state.get("repositories", id_):
                raise invalid(targetRepositoryId=f"There is no repository {id_}.")
        for part in ("selectedItems", "excludedItems"):
            for machine in (body.get(part) or {}).get(VMS) or ():
                if not state.get(VMS, machine.get("id") or ""):
                    raise invalid(**{part: f"There is no virtual machine {machine.get('id')}."})

    def _set_enabled(self, call: Call, enabled: bool) -> Answer:
        self.one(call.names["id"])["isEnabled"] = enabled
        return Answer(204)

    def order(self, call: Call) -> Answer:
        """Put the policies into this order; those that are not named follow."""
        wanted = call.body or []
        for id_ in wanted:
            if not self.veeam.state.get(self.type, id_):
                raise invalid(policies=f"There is no policy {id_}.")
        others = [policy["id"] for policy in self.all() if policy["id"] not in wanted]
        for priority, id_ in enumerate([*wanted, *others], 1):
            self.one(id_)["priority"] = priority
        return Answer(204)

    def show_regions(self, call: Call) -> Answer:
        sent = self.one(call.names["id"])["regions"]
        return page(call.query, [self.veeam.regions.read_form(region["regionId"]) for region in sent])

    def show_selectedItems(self, call: Call) -> Answer:  # noqa: N802 - named like the part
        return page(call.query, self._items(self.one(call.names["id"]).get("selectedItems")))

    def show_excludedItems(self, call: Call) -> Answer:  # noqa: N802
        items = self._items(self.one(call.names["id"]).get("excludedItems"))
        wanted = call.query.get("NameSearchPattern", "").lower()
        return page(call.query, [one for one in items if wanted in str(_name(one)).lower()])

    def _items(self, sent: Entity | None) -> list[Entity]:
        """What a policy protects, each element as an object that says of what kind it is."""
        lists = {name: elements for name, elements in (sent or {}).items() if elements}
        return [{SINGULAR[name]: self._item(name, one)} for name, elements in lists.items() for one in elements]

    def _item(self, name: str, sent: Entity) -> Entity:
        if name == VMS:
            return self.veeam.state.get(VMS, sent["id"]) or {"id": sent["id"]}
        if name == "subscriptions":
            return {"id": sent["subscriptionId"], "name": f"Subscription {sent['subscriptionId'][:8]}"}
        if name == "tagGroups":
            return {"name": sent["name"], "tags": sent["tags"]}
        return sent | {"id": sent.get("id") or f"{sent.get('name')}={sent.get('value')}"}


def _name(item: Entity) -> Any:
    return next(iter(item.values())).get("name", "")


def _counted(policy: Entity) -> Entity:
    """What the server works out of what it was sent."""
    excluded = policy.get("excludedItems") or {}
    return {"excludedItemsCount": sum(len(elements or ()) for elements in excluded.values())}


class VmPolicies(Policies):
    """Policies for virtual machines."""

    type, query = "policies/virtualMachines", "VmPolicies"
    new, updated, put = "NewVmPolicy", "UpdatedVmPolicy", "204"
    given: ClassVar[Entity] = {
        "backupType": "SelectedItems",
        "snapshotStatus": NEVER,
        "backupStatus": NEVER,
        "archiveStatus": NEVER,
        "healthCheckStatus": NEVER,
        "isBackupConfigured": False,
        "isArchiveBackupConfigured": False,
        "isScheduleConfigured": False,
    }


class SqlPolicies(Policies):
    """Policies for Azure SQL."""

    type, query = "policies/sql", "SqlPolicies"
    new, updated = "NewSqlPolicy", "UpdatedSqlPolicy"
    given: ClassVar[Entity] = {
        "backupStatus": NEVER,
        "archiveStatus": NEVER,
        "healthCheckStatus": NEVER,
        "isArchiveBackupConfigured": False,
        "createPrivateEndpointToWorkloadAutomatically": False,
    }


class FileSharePolicies(Policies):
    """Policies for Azure Files. How many items are excluded is not shown."""

    type, query = "policies/fileShares", "FileSharePolicies"
    new, updated = "NewFileSharePolicy", "UpdatedFileSharePolicy"
    hidden = (*Policies.hidden, "excludedItemsCount")
    given: ClassVar[Entity] = {
        "snapshotStatus": NEVER,
        "indexingStatus": NEVER,
        "isScheduleConfigured": False,
        "enableIndexing": False,
    }


class CosmosPolicies(Policies):
    """Policies for Cosmos DB."""

    type, query = "policies/cosmosDb", "CosmosPolicies"
    new, updated = "NewCosmosPolicy", "UpdatedCosmosPolicy"
    given: ClassVar[Entity] = SqlPolicies.given | {
        "configurationStatus": NEVER,
        "continuousBackupType": "Continuous7Days",
    }


class SlaPolicies(Policies):
    """Policies for virtual machines that follow an SLA template."""

    type, query = "policy/slaBased/virtualMachines", "SlaPolicies"
    new, updated, put = "NewSlaPolicy", "UpdatedSlaPolicy", "204"
    given: ClassVar[Entity] = {
        "backupType": "SelectedItems",
        "slaPolicyNotificationSettings": {"enableNotifications": False},
        "snapshotStatus": NEVER,
        "backupStatus": NEVER,
        "isBackupConfigured": False,
    }

    def _refuse_unknown(self, body: Entity) -> None:
        super()._refuse_unknown(body)
        for field, type_ in (("slaPolicyTemplateId", "slaTemplate"), ("storagePolicyTemplateId", "storageTemplate")):
            if body.get(field) and not self.veeam.state.get(f"policyTemplates/{type_}", body[field]):
                raise invalid(**{field: f"There is no template {body[field]}."})


class Templates(Collection):
    """Templates of one kind. used_as: how policies name one."""

    replaces = True
    used_as: ClassVar[str]

    def one(self, id_: str) -> Entity:
        try:
            return super().one(id_)
        except Refused as refused:
            if self.veeam.switches.missing_template == "400":
                raise invalid(templateId=refused.detail) from None
            raise

    def made(self, body: Entity) -> Entity:
        if not body.get("name"):
            raise invalid(name="The name field is required.")
        return body

    def changed(self, entity: Entity, body: Entity) -> Entity:
        merges = self.veeam.switches.put_policies == "merge"
        return {"id": entity["id"]} | self.made(entity | body if merges else body)

    def users_of(self, id_: str) -> list[Entity]:
        policies = self.veeam.state.all(SlaPolicies.type)
        return [policy for policy in policies if mentions(policy, (self.used_as,), id_)]


class SlaTemplates(Templates):
    """SLA templates."""

    type, query, names = "policyTemplates/slaTemplate", "SlaTemplates", ("TemplateName",)
    new = updated = "SlaTemplate"
    used_as = "slaPolicyTemplateId"

    def shown(self, entity: Entity) -> Entity:
        added = {"lastModifiedUtc": "2026-01-05T08:00:00Z", "assignedPolicies": len(self.users_of(entity["id"]))}
        return super().shown(entity) | added


class StorageTemplates(Templates):
    """Storage templates. What is read names repositories and regions besides their ids."""

    type, query, names = "policyTemplates/storageTemplate", "StorageTemplates", ("Name",)
    new = updated = "StorageTemplate"
    used_as = "storagePolicyTemplateId"

    def made(self, body: Entity) -> Entity:
        for field in ("defaultRepositoryId", "repositoryId"):
            for id_ in named_ids(body, field):
                if not self.veeam.state.get("repositories", id_):
                    raise invalid(**{field: f"There is no repository {id_}."})
        return super().made(body)

    def shown(self, entity: Entity) -> Entity:
        configuration = {
            name: part and self._part(part) for name, part in (entity.get("storageConfiguration") or {}).items()
        }
        added = {"isAssigned": bool(self.users_of(entity["id"])), "storageConfiguration": configuration}
        return super().shown(entity) | added

    def _part(self, part: Entity) -> Entity:
        default = self.veeam.state.get("repositories", part.get("defaultRepositoryId", "")) or {}
        items = [one | self._of_item(one) for one in part.get("items", ())]
        return part | {"defaultRepositoryName": default.get("name"), "items": items}

    def _of_item(self, item: Entity) -> Entity:
        repository = self.veeam.state.get("repositories", item["repositoryId"]) or {}
        return {
            "repositoryName": repository.get("name"),
            "repositoryRegionId": repository.get("regionId"),
            "repositoryRegionName": repository.get("regionName"),
            "repositoryImmutabilityEnabled": False,
            "repositoryEncryptionEnabled": repository.get("enableEncryption"),
            "regionName": item["regionResourceId"],
        }


KINDS = (VmPolicies, SqlPolicies, FileSharePolicies, CosmosPolicies, SlaPolicies, SlaTemplates, StorageTemplates)
