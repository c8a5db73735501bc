# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new appliance of the tests holds: users, settings, and what it has found in Azure."""

from __future__ import annotations

from typing import Any

from systems.veeam_azure import ADMINISTRATOR, OPERATOR, READER, TOTP_SECRET
from systems.veeam_azure.settings import BACKUP, MODE, ONLY, RETENTION, TIME
from systems.veeam_azure.vnet import NEW, VNET
from systems.veeam_azure.workers import TAGS

TENANT = "7c1d0f3a-0000-4000-8000-00000000aaaa"
SUBSCRIPTION = "7c1d0f3a-0000-4000-8000-00000000bbbb"
REGIONS = {"westeurope": "West Europe", "northeurope": "North Europe", "germanywestcentral": "Germany West Central"}
MACHINES = ("web-1", "web-2", "database-1")

Entity = dict[str, Any]


def _user(number: int, login: dict[str, str], role: str, **more: Any) -> Entity:
    return {
        "id": f"d5022b05-574f-494e-9414-00000000000{number}",
        "name": login["username"],
        "password": login["password"],
        "description": "",
        "role": role,
        "type": "Internal",
        "identityProviderEntityId": None,
        "mfaEnabled": False,
        "isDefault": number == 1,
        **more,
    }


def _machine(number: int, name: str) -> Entity:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/production"
    return {
        "id": f"7c1d0f3a-0000-4000-8000-0000000000{number:02}",
        "azureId": f"{group}/providers/Microsoft.Compute/virtualMachines/{name}",
        "name": name,
        "azureEnvironment": "Global",
        "osType": "Linux",
        "regionDisplayName": "West Europe",
        "regionName": "westeurope",
        "totalSizeInGB": 32,
        "vmSize": "Standard_B2s",
        "hasEphemeralOsDisk": False,
        "isController": False,
        "isDeleted": False,
        "subscriptionId": SUBSCRIPTION,
        "subscriptionName": "Production",
        "tenantId": TENANT,
        "resourceGroupName": "production",
    }


def _storage_account(number: int, name: str, region: str) -> Entity:
    group = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/backup"
    return {
        "id": f"7c1d0f3a-0000-4000-8000-0000000001{number:02}",
        "resourceId": f"{group}/providers/Microsoft.Storage/storageAccounts/{name}",
        "name": name,
        "skuName": "Standard_LRS",
        "performance": "Standard",
        "redundancy": "LRS",
        "accessTier": "Hot",
        "regionId": region,
        "regionName": REGIONS[region],
        "resourceGroupName": "backup",
        "removedFromAzure": False,
        "supportsTiering": True,
        "isImmutableStorage": False,
        "isImmutableStoragePolicyLocked": False,
        "subscriptionId": SUBSCRIPTION,
        "tenantId": TENANT,
    }


def _settings() -> dict[str, Entity]:
    keep = {"duration": 3, "type": "Years", "keepForever": False}
    return {
        RETENTION: {"sessionsSettings": keep, "obsoleteSnapshotsSettings": {"duration": 7, "type": "Days"}},
        BACKUP: {
            "isEnabled": False,
            "scheduleOptions": {"dailyType": "Everyday", "selectedDays": None, "dailyTime": "00:00:00"},
            "repositoryId": None,
            "retention": {"timeRetentionDuration": 1, "retentionDurationType": "Months"},
            "lastBackupSessionStatus": "NeverExecuted",
        },
        TIME: {"timeZone": "UTC"},
        MODE: {
            "messageService": "QueueStorage",
            "privateDeploymentEnabled": False,
            "privateDnsZoneSetting": None,
            "privateDnsZoneResourceGroupId": None,
            "autoCreateServiceEndpoints": False,
            "storageAccountPublicAccess": "DoNotModify",
            "isUpdating": False,
            "error": None,
            "begun": None,
            "polls": 0,
        },
        TAGS: {"tags": []},
        VNET: NEW,
    }


def entities() -> dict[str, dict[str, Entity]]:
    """The entities by type and id."""
    users = [
        _user(1, ADMINISTRATOR, "PortalAdmin"),
        _user(2, OPERATOR, "PortalAdmin", mfaEnabled=True, totpSecret=TOTP_SECRET, scratchCodes=[]),
        _user(3, READER, "ReadOnlyUser"),
    ]
    machines = [_machine(number, name) for number, name in enumerate(MACHINES, 1)]
    machines.append(_machine(99, "gone-1") | {"isDeleted": True})
    storage = [_storage_account(1, "backupwest", "westeurope"), _storage_account(2, "backupnorth", "northeurope")]
    regions = [{"id": id_, "name": name, "resourceId": id_} for id_, name in REGIONS.items()]
    found = {
        "users": users,
        "virtualMachines": machines,
        "cloudInfrastructure/storageAccounts": storage,
        "cloudInfrastructure/regions": regions,
    }
    by_id = {type_: {one["id"]: one for one in ones} for type_, ones in found.items()}
    return by_id | {type_: {ONLY: one} for type_, one in _settings().items()}
