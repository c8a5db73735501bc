# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker profiles, and what can only be read: virtual machines, regions, storage accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from systems.veeam_azure.collection import Collection, Entity, empty
from systems.veeam_azure.jobs import DONE
from systems.veeam_azure.problems import Refused, invalid

if TYPE_CHECKING:
    from simulator.messages import Answer

    from systems.base.routing import Call

DEFAULTS = empty("WorkerProfile") | {"minInstances": 0, "maxInstances": 5}


class WorkerProfiles(Collection):
    """The worker profile of each region; the region is its key, in the path too."""

    type, query = "workers/profiles", "WorkerProfiles"
    new, updated, put, replaces = "WorkerProfile", "WorkerProfile", "204", True
    id = "regionId"
    hidden = ("regionId",)

    def shown(self, entity: Entity) -> Entity:
        return super().shown(entity) | {"region": self.veeam.regions.read_form(entity["regionId"])}

    def _fits(self, entity: Entity, query: dict[str, Any]) -> bool:
        region = self.veeam.regions.read_form(entity["regionId"])
        wanted = query.get("SearchPattern", "").lower()
        return query.get("RegionId", entity["regionId"]) == entity["regionId"] and wanted in region["name"].lower()

    def made(self, body: Entity) -> Entity:
        self.veeam.regions.by_azure_id(body["regionId"])
        if self.veeam.state.get(self.type, body["regionId"]):
            raise Refused(409, "The region has a profile already.", resourceId=body["regionId"])
        return DEFAULTS | body

    def changed(self, entity: Entity, body: Entity) -> Entity:
        if body["regionId"] != entity["regionId"]:
            raise invalid(regionId="The region of the body is not that of the path.")
        merges = self.veeam.switches.put_policies == "merge"
        return (entity if merges else DEFAULTS) | body

    def delete(self, call: Call) -> Answer:
        """An operation; that it ends with Success does not say that it has deleted anything."""
        region = self.one(call.names["id"])["regionId"]

        def end(status: str) -> Entity:
            done = status in DONE and not self.veeam.switches.workers_busy
            if done:
                self.veeam.state.delete(self.type, region)
            return {"busyWorkersExists": not done, "deletionSuccessfull": done}

        return self.veeam.jobs.operation(end)


class Regions(Collection):
    """Azure's regions, by Azure's id."""

    type, query, slow = "cloudInfrastructure/regions", "Regions", True

    def by_azure_id(self, id_: str) -> Entity:
        """A region. Raises Refused."""
        region = self.veeam.state.get(self.type, id_)
        if region is None:
            raise invalid(regionId=f"There is no region {id_}.")
        return region

    def read_form(self, id_: str) -> Entity:
        """A region as it is shown within other entities and alone."""
        region = self.by_azure_id(id_)
        shown_id = id_ if self.veeam.switches.region_ids == "same" else f"system-{region['resourceId']}"
        return region | {"id": shown_id}

    def shown(self, entity: Entity) -> Entity:
        return self.read_form(entity["id"])


class VirtualMachines(Collection):
    """Virtual machines that the appliance has found."""

    type, query, query_of_one = "virtualMachines", "VirtualMachines", "VirtualMachine"
    filters: ClassVar[dict[str, str]] = {
        "SubscriptionId": "subscriptionId",
        "TenantId": "tenantId",
        "RegionIds": "regionName",
    }

    def _fits(self, entity: Entity, query: dict[str, Any]) -> bool:
        wanted = query.get("ExistsState", "OnlyExists")
        there = wanted in ("All", "Unknown") or (wanted == "OnlyDeleted") == entity["isDeleted"]
        return there and super()._fits(entity, query)


class StorageAccounts(Collection):
    """Storage accounts; the parameters of their list are in lower case."""

    type, query, slow = "cloudInfrastructure/storageAccounts", "StorageAccounts", True
    query_of_one = "StorageAccount"
    names = ("name",)
    filters: ClassVar[dict[str, str]] = {
        "subscriptionId": "subscriptionId",
        "accountId": "id",
        "regionIds": "regionId",
        "resourceGroupName": "resourceGroupName",
    }
