# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What can only be read: virtual machines, regions, storage accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from systems.veeam_azure.collection import Collection, Entity
from systems.veeam_azure.problems import invalid

if TYPE_CHECKING:
    pass


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
