# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy for the configuration of virtual networks, of which there is one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.base.routing import Call, Route
from systems.veeam_azure.collection import API, empty
from systems.veeam_azure.problems import invalid
from systems.veeam_azure.settings import ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems.veeam_azure.veeam import Veeam

VNET = "policy/vnet"
NEW = empty("VnetPolicy") | {
    "id": "d5022b05-574f-494e-9414-00000000f001",
    "name": "Virtual network configuration backup",
    "isEnabled": False,
    "autoDiscoverSubscriptions": True,
    "backupIntervalHours": 24,
    "retentionPeriodDays": 14,
}
# Of each of these at most one has a value.
EITHER = (
    ("backupIntervalMinutes", "backupIntervalHours"),
    ("retentionPeriodDays", "retentionPeriodWeeks", "retentionPeriodMonths"),
)


class VnetPolicy:
    """The policy of one server."""

    def __init__(self, veeam: Veeam) -> None:
        self._veeam = veeam

    def routes(self) -> Iterable[Route]:
        yield Route("GET", API + VNET, "read", VNET, self.show)
        yield Route("PUT", API + VNET, "update", VNET, self.update, {"body": "VnetPolicy"})
        for verb, enabled in (("enable", True), ("disable", False)):
            yield Route("POST", f"{API}{VNET}/{verb}", "verb", VNET, lambda _call, to=enabled: self._switch(to))

    @property
    def _kept(self) -> dict[str, Any]:
        return self._veeam.state.shown(VNET)[ONLY]

    def show(self, _call: Call) -> Answer:
        given = {
            "additionalProtectedResources": self._resources(),
            "autoDiscoveredProtectedResources": [],
            "isScheduleConfigured": True,
            "nextExecutionTime": "2026-01-06T00:00:00Z",
            "_links": {"self": {"href": API + VNET}},
        }
        return json_answer(200, self._kept | given)

    def _resources(self) -> list[dict[str, Any]] | None:
        """The additional resources as they are read: accounts and subscriptions as objects."""
        sent = self._kept["additionalProtectedResources"]
        return sent and [
            {"azureAccount": self._account(one["accountId"]), "subscriptions": _subscriptions(one)} for one in sent
        ]

    def _account(self, id_: str) -> dict[str, Any]:
        account = self._veeam.state.get("accounts/azure/service", id_) or {}
        return {"accountId": id_, "accountName": account.get("name"), "tenantId": account.get("tenantId")}

    def update(self, call: Call) -> Answer:
        """Replace it; what a body leaves out is as in a new one."""
        for names in EITHER:
            if sum(call.body.get(name) is not None for name in names) > 1:
                raise invalid(**{names[0]: f"Only one of {', '.join(names)} has a value."})
        repository = call.body.get("targetRepositoryId")
        if repository and not self._veeam.state.get("repositories", repository):
            raise invalid(targetRepositoryId=f"There is no repository {repository}.")
        for one in call.body.get("additionalProtectedResources") or ():
            if not self._veeam.state.get("accounts/azure/service", one["accountId"] or ""):
                raise invalid(additionalProtectedResources=f"There is no service account {one['accountId']}.")
        fixed = {name: NEW[name] for name in ("id", "name")}
        self._veeam.state.put(VNET, ONLY, empty("VnetPolicy") | fixed | call.body)
        return Answer(204)

    def _switch(self, enabled: bool) -> Answer:
        self._kept["isEnabled"] = enabled
        return Answer(204)


def _subscriptions(sent: dict[str, Any]) -> list[dict[str, Any]]:
    ids = sent["subscriptionsIds"]
    return [{"id": id_, "name": f"Subscription {id_[:8]}", "status": "Active"} for id_ in ids]
