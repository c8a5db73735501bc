# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policies of the stand-in for Veeam."""

from __future__ import annotations

from typing import Any

import pytest
from systems_tests.veeam_azure.client import MACHINE, Client

VMS = "policies/virtualMachines"
SUBSCRIPTION = "7c1d0f3a-0000-4000-8000-00000000bbbb"


@pytest.fixture
def made(client: Client) -> dict[str, Any]:
    """A policy for virtual machines."""
    items = {"virtualMachines": [{"id": MACHINE}], "tags": [{"name": "backup", "value": "yes"}]}
    body = client.policy_body(description="first", selectedItems=items, excludedItems={"tags": [{"name": "no"}]})
    return dict(client.good("POST", VMS, body))


def put_body(client: Client, **more: Any) -> dict[str, Any]:
    """The least that an update has to say."""
    body = client.policy_body(**more)
    return {name: value for name, value in body.items() if name not in ("tenantId", "serviceAccountId")}


def test_what_a_policy_protects_is_read_at_addresses_of_its_own(client: Client, made: dict[str, Any]) -> None:
    assert {"regions", "selectedItems", "excludedItems"} & set(client.good("GET", f"{VMS}/{made['id']}")) == set()
    path = f"{VMS}/{made['id']}"
    assert client.results(f"{path}/regions") == [
        {"id": "westeurope", "name": "West Europe", "resourceId": "westeurope"}
    ]
    machine, tag = client.results(f"{path}/selectedItems")
    assert (list(machine), machine["virtualMachine"]["name"]) == (["virtualMachine"], "web-1")
    assert tag["tag"]["name"] == "backup"
    assert [one["tag"]["name"] for one in client.results(f"{path}/excludedItems")] == ["no"]
    assert made["excludedItemsCount"] == 1


def test_parts_have_pages(client: Client, made: dict[str, Any]) -> None:
    path = f"{VMS}/{made['id']}"
    page = client.good("GET", f"{path}/selectedItems", Offset=1, Limit=1)
    assert (page["totalCount"], list(page["results"][0])) == (2, ["tag"])
    assert client.results(f"{path}/excludedItems", NameSearchPattern="other") == []
    assert client.api("GET", f"{path}/selectedItems", NameSearchPattern="x").status_code == 400


def test_an_update_replaces_what_it_leaves_out(client: Client, made: dict[str, Any]) -> None:
    path = f"{VMS}/{made['id']}"
    answer = client.api("PUT", path, put_body(client))
    assert (answer.status_code, answer.content) == (204, b"")
    assert client.results(f"{path}/selectedItems") == []
    changed = client.good("GET", path)
    assert (changed["description"], changed["excludedItemsCount"]) == (None, 0)
    assert changed["serviceAccountId"] == made["serviceAccountId"]


def test_an_update_may_merge(client: Client, made: dict[str, Any]) -> None:
    client.system.switch(put_policies="merge")
    client.good("PUT", f"{VMS}/{made['id']}", put_body(client, name="other"))
    changed = client.good("GET", f"{VMS}/{made['id']}")
    assert (changed["name"], changed["description"], changed["excludedItemsCount"]) == ("other", "first", 1)
    assert len(client.results(f"{VMS}/{made['id']}/selectedItems")) == 2


def test_enabled_is_a_verb_and_a_field(client: Client, made: dict[str, Any]) -> None:
    path = f"{VMS}/{made['id']}"
    assert client.api("POST", f"{path}/disable").status_code == 204
    assert client.good("GET", path)["isEnabled"] is False
    assert client.results(VMS, PolicyStatus="Enabled") == []
    client.good("POST", f"{path}/enable")
    assert client.good("GET", path)["isEnabled"] is True
    client.good("PUT", path, put_body(client, isEnabled=False))
    assert client.good("GET", path)["isEnabled"] is False
    assert client.system.counters()["verbs"] == 2


def test_an_update_of_a_policy_needs_what_a_policy_needs(client: Client, made: dict[str, Any]) -> None:
    answer = client.api("PUT", f"{VMS}/{made['id']}", {"description": "x"})
    assert set(answer.json()["errors"]) == {"isEnabled", "name", "regions", "snapshotSettings"}


@pytest.mark.parametrize(
    "change",
    [
        {"serviceAccountId": SUBSCRIPTION},
        {"regions": [{"regionId": "nowhere"}]},
        {"selectedItems": {"virtualMachines": [{"id": "x"}]}},
        {"yearlySchedule": {"targetRepositoryId": "x"}},
        {"priority": 1},
    ],
)
def test_policies_that_are_refused(client: Client, change: dict[str, Any]) -> None:
    assert client.api("POST", VMS, client.policy_body() | change).status_code == 400


def test_names_are_no_key_and_priorities_are_an_order(client: Client) -> None:
    ids = [client.good("POST", VMS, client.policy_body())["id"] for _time in range(3)]
    assert [(one["id"], one["priority"]) for one in client.results(VMS, PolicyName="daily")] == [
        *zip(ids, (1, 2, 3), strict=True)
    ]
    client.good("POST", f"{VMS}/orderPriorities", [ids[2], ids[0]])
    assert [one["id"] for one in client.results(VMS)] == [ids[2], ids[0], ids[1]]
    assert client.api("POST", f"{VMS}/orderPriorities", [SUBSCRIPTION]).status_code == 400


OTHERS = {
    "policies/sql": (
        {"selectedItems": {"databases": [{"id": "d"}], "sqlServers": [{"id": "s"}]}, "stagingServerId": "s"},
        [{"database": {"id": "d"}}, {"sqlServer": {"id": "s"}}],
    ),
    "policies/fileShares": (
        {"selectedItems": {"fileShares": [{"id": "f"}], "storageAccounts": [{"id": "s"}]}, "enableIndexing": True},
        [{"fileShare": {"id": "f"}}, {"storageAccount": {"id": "s"}}],
    ),
    "policies/cosmosDb": (
        {"selectedItems": {"cosmosDbAccounts": [{"id": "c"}], "subscriptions": [{"subscriptionId": SUBSCRIPTION}]}},
        [{"account": {"id": "c"}}, {"subscription": {"id": SUBSCRIPTION, "name": "Subscription 7c1d0f3a"}}],
    ),
}


@pytest.mark.parametrize("type_", OTHERS)
def test_other_policies(client: Client, type_: str) -> None:
    more, items = OTHERS[type_]
    body = client.policy_body(backupType="SelectedItems", **more)
    del body["snapshotSettings"]
    made = client.good("POST", type_, body)
    path = f"{type_}/{made['id']}"
    assert client.results(f"{path}/selectedItems") == items
    assert "stagingServerId" not in made
    changed = client.good("PUT", path, body | {"name": "other"})
    assert changed == made | {"name": "other"}
    client.good("POST", f"{path}/disable")
    assert client.good("GET", path)["isEnabled"] is False
    client.good("DELETE", path)
    assert client.results(type_) == []


def test_an_sla_policy_needs_a_template_that_then_stays(client: Client) -> None:
    type_, template = "policy/slaBased/virtualMachines", {"name": "gold", "description": "", "slaConfiguration": {}}
    id_ = client.good("POST", "policyTemplates/slaTemplate", template)["id"]
    place = {"subscriptionId": SUBSCRIPTION, "resourceGroupId": "backup"}
    body = client.policy_body(slaPolicyTemplateId=id_, snapshotDestinations=[place])
    assert client.api("POST", type_, body | {"slaPolicyTemplateId": SUBSCRIPTION}).status_code == 400
    made = client.good("POST", type_, body)
    assert client.good("GET", f"policyTemplates/slaTemplate/{id_}")["assignedPolicies"] == 1
    assert client.api("DELETE", f"policyTemplates/slaTemplate/{id_}").status_code == 409
    least = put_body(client, description="Changed")
    assert client.api("PUT", f"{type_}/{made['id']}", least).status_code == 204
    assert client.good("GET", f"{type_}/{made['id']}") == made | {"description": "Changed"}
    client.good("DELETE", f"{type_}/{made['id']}")
    assert client.api("DELETE", f"policyTemplates/slaTemplate/{id_}").status_code == 204
