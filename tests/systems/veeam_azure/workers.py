# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Workers: profiles and network configurations, which have their region for a key, and their tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from simulator.messages import Answer, json_answer

from systems.base.routing import Call, Route
from systems.veeam_azure.collection import API, Collection, Entity, empty
from systems.veeam_azure.jobs import DONE
from systems.veeam_azure.problems import Refused, invalid
from systems.veeam_azure.settings import ONLY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems.veeam_azure.veeam import Veeam

TAGS = "workers/customTags"


class OfRegions(Collection):
    """What there is one of for each region; the region is its key, in the path too. defaults: of what is not sent."""

    put, replaces = "204", True
    id = "regionId"
    defaults: ClassVar[Entity]

    def shown(self, entity: Entity) -> Entity:
        return super().shown(entity) | {"region": self.veeam.regions.read_form(entity["regionId"])}

    def _fits(self, entity: Entity, query: dict[str, Any]) -> bool:
        region = self.veeam.regions.read_form(entity["regionId"])
        wanted = query.get("SearchPattern", "").lower()
        return query.get("RegionId", entity["regionId"]) == entity["regionId"] and wanted in region["name"].lower()

    def made(self, body: Entity) -> Entity:
        self.veeam.regions.by_azure_id(body["regionId"])
        if self.veeam.state.get(self.type, body["regionId"]):
            raise Refused(409, f"The region has one in {self.type} already.", resourceId=body["regionId"])
        return self.defaults | body

    def changed(self, entity: Entity, body: Entity) -> Entity:
        if body["regionId"] != entity["regionId"]:
            raise invalid(regionId="The region of the body is not that of the path.")
        merges = self.veeam.switches.put_policies == "merge"
        return (entity if merges else self.defaults) | body

    def delete(self, call: Call) -> Answer:
        """An operation; that it ends with Success does not say that it has deleted anything."""
        entity = self.one(call.names["id"])

        def end(status: str) -> Entity:
            done = status in DONE and not self.veeam.switches.workers_busy
            if done:
                self.veeam.state.delete(self.type, entity["regionId"])
            return {"busyWorkersExists": not done, "deletionSuccessfull": done, **self.told(entity, done)}

        return self.veeam.jobs.operation(end)

    def told(self, entity: Entity, done: bool) -> Entity:
        """What the result of the deletion says besides."""
        return {}


class WorkerProfiles(OfRegions):
    """The worker profile of each region."""

    type, query = "workers/profiles", "WorkersOfRegions"
    new, updated = "WorkerProfile", "WorkerProfile"
    hidden = ("regionId",)
    defaults: ClassVar[Entity] = empty("WorkerProfile") | {"minInstances": 0, "maxInstances": 5}


class WorkerNetworks(OfRegions):
    """The network configuration of each region: sent flat, and read as objects."""

    type, query, query_of_one = "workers/networkConfiguration", "WorkersOfRegions", "OfSubscription"
    new, updated = "WorkerNetwork", "WorkerNetwork"
    hidden = ("regionId", "subnet", "virtualNetworkResourceId", "networkSecurityGroupId")
    defaults: ClassVar[Entity] = empty("WorkerNetwork") | {"forbidPublicIp": False}

    def routes(self) -> Iterable[Route]:
        yield Route(
            "DELETE", f"{API}{self.type}/{{id}}", "delete", self.type, self.delete, {"query": self.query_of_one}
        )
        yield from super().routes()

    def made(self, body: Entity) -> Entity:
        return _checked(super().made(body))

    def changed(self, entity: Entity, body: Entity) -> Entity:
        return _checked(super().changed(entity, body))

    def shown(self, entity: Entity) -> Entity:
        network, group = entity["virtualNetworkResourceId"], entity["networkSecurityGroupId"]
        nested = {
            "virtualNetwork": {
                "name": network.rpartition("/")[2],
                "resourceId": network,
                "subnet": entity["subnet"],
                "regionId": entity["regionId"],
                "subscriptionId": _segment(network, "subscriptions"),
                "resourceGroupName": _segment(network, "resourceGroups"),
            },
            "networkSecurityGroup": group and {"id": group, "name": group.rpartition("/")[2]},
            "forbidPublicIp": bool(entity["forbidPublicIp"]),
            "configurationType": "Manual",
        }
        return super().shown(entity) | nested

    def read(self, call: Call) -> Answer:
        self._of_subscription(call)
        return super().read(call)

    def delete(self, call: Call) -> Answer:
        self._of_subscription(call)
        return super().delete(call)

    def told(self, entity: Entity, done: bool) -> Entity:
        name = entity["virtualNetworkResourceId"].rpartition("/")[2]
        return {"remainingNetworkInterfaceIds": [] if done else ["nic-1"], "virtualNetworkName": name}

    def _of_subscription(self, call: Call) -> None:
        """Raises Refused where the query names another subscription than that of the configuration."""
        wanted = call.query.get("subscriptionId")
        if wanted and self.one(call.names["id"])["subscriptionId"] != wanted:
            raise Refused(404, "There is none in this subscription.", instance=call.names["id"])


def _checked(entity: Entity) -> Entity:
    """A network configuration that the server takes. Raises Refused."""
    if _segment(entity["virtualNetworkResourceId"], "virtualNetworks") is None:
        raise invalid(virtualNetworkResourceId="This is no resource ID of a virtual network.")
    return entity


def _segment(resource: str, before: str) -> str | None:
    """What follows a word in the path that a resource ID is."""
    segments = resource.split("/")
    return segments[segments.index(before) + 1] if before in segments[:-1] else None


class WorkerTags:
    """The tags of all workers, of which there is one list."""

    def __init__(self, veeam: Veeam) -> None:
        self._veeam = veeam

    def routes(self) -> Iterable[Route]:
        yield Route("GET", API + TAGS, "read", TAGS, self.tags)
        yield Route("PUT", API + TAGS, "update", TAGS, self.set_tags, {"body": "WorkerTags"})

    def tags(self, _call: Call) -> Answer:
        return json_answer(200, self._veeam.state.shown(TAGS)[ONLY])

    def set_tags(self, call: Call) -> Answer:
        names = [tag.get("key") for tag in call.body.get("tags") or ()]
        if not all(names) or len({*names}) < len(names):
            raise invalid(tags="Each tag has a key of its own.")
        self._veeam.state.put(TAGS, ONLY, {"tags": None} | call.body)
        return Answer(200)
