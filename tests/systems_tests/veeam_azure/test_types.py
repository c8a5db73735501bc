# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The types of the stand-in for Veeam, each with what is peculiar about it."""

from __future__ import annotations

from typing import Any

import pytest
from systems.veeam_azure import ADMINISTRATOR
from systems_tests.veeam_azure.client import ACCOUNT, PLACE, Client

PROFILE = {"regionId": "westeurope", "minInstances": 1, "maxInstances": 3, "virtualMachineSmallType": "Standard_F2s"}


def test_a_user(client: Client) -> None:
    made = client.good("POST", "users", {"name": "new", "description": "", "password": "secret", "role": "PortalAdmin"})
    path = f"users/{made['id']}"
    assert "password" not in made
    assert client.good("GET", path) == made
    changed = client.good("PUT", path, {"description": "Changed"})
    assert changed == made | {"description": "Changed"}
    client.log_in({"username": "new", "password": "secret"})  # what a PUT leaves out stays
    client.log_in(ADMINISTRATOR)
    assert client.api("DELETE", path).status_code == 204
    assert client.api("DELETE", path).status_code == 404
    counters = client.system.counters()
    assert [counters[name] for name in ("creates", "updates", "deletes", "writes")] == [1, 1, 1, 4]
    assert counters["writes_of"] == {"users": 4}


def test_names_of_users_are_unique_and_the_default_one_stays(client: Client) -> None:
    assert client.api("POST", "users", {"name": "reader", "description": ""}).status_code == 400
    (first,) = client.results("users", NameFilter="administrator")
    assert first["isDefault"] is True
    assert client.api("DELETE", f"users/{first['id']}").status_code == 400
    assert client.api("PUT", f"users/{first['id']}", {"name": "reader"}).status_code == 400


def test_a_put_without_password_may_clear_it(client: Client) -> None:
    (user,) = client.results("users", NameFilter="reader")
    client.system.switch(put_without_password="clears")
    client.good("PUT", f"users/{user['id']}", {"description": "x"})
    assert client.system.entities("users")[user["id"]]["password"] is None


def test_a_name_filter_is_exact_and_a_search_pattern_is_a_part(client: Client) -> None:
    for name in ("mail", "Mail 2"):
        client.good("POST", "accounts/standard", {"kind": "Smtp", "name": name})
    assert client.results("users", NameFilter="read") == []
    assert [one["name"] for one in client.results("accounts/standard", SearchPattern="mai")] == ["mail", "Mail 2"]
    client.system.switch(name_filters="contains")
    assert [one["name"] for one in client.results("users", NameFilter="read")] == ["reader"]


def test_pages(client: Client) -> None:
    for number in range(120):
        client.system.put("accounts/standard", str(number), id=str(number), name=f"a{number}", kind="Smtp")
    page = client.good("GET", "accounts/standard")
    assert (page["offset"], page["limit"], page["totalCount"], len(page["results"])) == (0, 100, 120, 100)
    assert len(client.results("accounts/standard", Limit=-1)) == 120
    assert [one["name"] for one in client.results("accounts/standard", Offset=118, Limit=5)] == ["a118", "a119"]
    assert client.results("accounts/standard", Limit=0) == []


def test_a_page_may_repeat_itself(client: Client) -> None:
    client.system.switch(pages="repeated")
    pages = [client.good("GET", "users", Limit=1, Offset=offset) for offset in (0, 1)]
    assert [page["results"][0]["name"] for page in pages] == ["administrator", "administrator"]


def test_storage_accounts_have_pages_in_lower_case(client: Client) -> None:
    path = "cloudInfrastructure/storageAccounts"
    assert [one["name"] for one in client.results(path, offset=1, limit=1)] == ["backupnorth"]
    assert [one["name"] for one in client.results(path, name="backupwest")] == ["backupwest"]


def test_a_standard_account(client: Client) -> None:
    body = {"kind": "Database", "name": "sql", "username": "sa", "password": "first", "description": "x"}
    made = client.good("POST", "accounts/standard", body)
    assert made["id"] == "1"
    assert "password" not in made
    changed = client.good("PUT", "accounts/standard/1", {"name": "sql", "username": "sa"})
    assert (changed["description"], changed["kind"]) == (None, "Database")  # what a PUT leaves out is gone
    assert client.system.entities("accounts/standard")["1"]["password"] == "first"
    assert client.api("POST", "accounts/standard", body).status_code == 201  # names need not be unique


def test_a_service_account_is_made_by_an_operation(client: Client) -> None:
    operation = client.good("POST", "accounts/azure/service/saveByApp", ACCOUNT)
    assert operation["status"] == "Running"
    assert client.results("accounts/azure/service") == []
    account = client.good("GET", f"accounts/azure/service/{client.finish(operation)['result']}")
    assert (account["name"], account["region"], account["purposes"]) == ("backup", "Global", ["None"])
    assert "id" not in account
    assert "clientLoginParameters" not in account
    assert "first-secret" not in str(account)


def test_a_service_account_may_be_made_at_once(client: Client) -> None:
    client.system.switch(service_accounts_answer="200")
    id_ = client.good("POST", "accounts/azure/service/saveByApp", ACCOUNT)
    path = f"accounts/azure/service/updateByApp/{id_}"
    assert client.good("PUT", path, {"accountInfo": {"name": "other"}}) == id_
    kept = client.system.entities("accounts/azure/service")[id_]
    assert (kept["name"], kept["description"], kept["clientSecret"]) == ("other", None, "first-secret")
    login = ACCOUNT["clientLoginParameters"] | {"clientSecret": "second-secret"}
    client.good("PUT", path, {"accountInfo": {"name": "other"}, "clientLoginParameters": login})
    assert client.system.entities("accounts/azure/service")[id_]["clientSecret"] == "second-secret"


def test_a_service_account_that_a_repository_uses_is_not_deleted(client: Client) -> None:
    repository = client.repository()
    path = f"accounts/azure/service/{repository['azureAccountId']}"
    answer = client.api("DELETE", path)
    assert (answer.status_code, answer.json()["resourceId"]) == (409, repository["azureAccountId"])
    client.finish(client.good("DELETE", f"repositories/{repository['id']}"))
    assert client.api("DELETE", path).status_code == 204


def test_reads_may_be_operations(client: Client) -> None:
    id_ = client.service_account()
    client.system.switch(slow_reads=True)
    read = client.api("GET", f"accounts/azure/service/{id_}")
    assert read.status_code == 202
    assert client.finish(read.json())["result"]["accountId"] == id_
    page = client.finish(client.good("GET", "cloudInfrastructure/regions"))["result"]
    assert page["totalCount"] == 3
    assert client.api("GET", "users").status_code == 200


def test_a_worker_profile_has_its_region_for_a_key(client: Client) -> None:
    made = client.good("POST", "workers/profiles", PROFILE)
    assert made["region"] == {"id": "westeurope", "name": "West Europe", "resourceId": "westeurope"}
    assert "regionId" not in made
    assert client.good("GET", "workers/profiles/westeurope") == made
    assert client.api("POST", "workers/profiles", PROFILE).status_code == 409
    assert client.api("POST", "workers/profiles", {"regionId": "nowhere"}).status_code == 400
    other = PROFILE | {"regionId": "northeurope"}
    assert client.api("PUT", "workers/profiles/westeurope", other).status_code == 400
    answer = client.api("PUT", "workers/profiles/westeurope", {"regionId": "westeurope", "maxInstances": 4})
    assert (answer.status_code, answer.content) == (204, b"")
    read = client.good("GET", "workers/profiles/westeurope")
    assert (read["minInstances"], read["maxInstances"], read["virtualMachineSmallType"]) == (0, 4, None)


def test_the_id_of_a_region_may_be_another_one_where_it_is_read(client: Client) -> None:
    client.system.switch(region_ids="system")
    region = client.good("POST", "workers/profiles", PROFILE)["region"]
    assert (region["id"], region["resourceId"]) == ("system-westeurope", "westeurope")


@pytest.mark.parametrize(("busy", "status"), [(False, 404), (True, 200)])
def test_an_operation_that_succeeds_may_have_deleted_nothing(client: Client, busy: bool, status: int) -> None:
    client.good("POST", "workers/profiles", PROFILE)
    client.system.switch(workers_busy=busy)
    done = client.finish(client.good("DELETE", "workers/profiles/westeurope"))
    assert (done["status"], done["result"]["deletionSuccessfull"]) == ("Success", not busy)
    assert client.api("GET", "workers/profiles/westeurope").status_code == status


NETWORK = "/subscriptions/7c1d0f3a-0000-4000-8000-00000000bbbb/resourceGroups/net/providers/x/virtualNetworks/west"
CONFIGURATION = {"regionId": "westeurope", "virtualNetworkResourceId": NETWORK, "subnet": "workers"}


def test_a_worker_network_is_sent_flat_and_read_as_objects(client: Client) -> None:
    made = client.good("POST", "workers/networkConfiguration", CONFIGURATION)
    assert (made["virtualNetwork"]["resourceId"], made["virtualNetwork"]["subnet"]) == (NETWORK, "workers")
    assert (made["region"]["id"], made["networkSecurityGroup"], made["forbidPublicIp"]) == ("westeurope", None, False)
    assert not {"regionId", "subnet", "virtualNetworkResourceId"} & set(made)
    assert client.api("POST", "workers/networkConfiguration", CONFIGURATION).status_code == 409
    path = "workers/networkConfiguration/westeurope"
    assert client.api("PUT", path, made).status_code == 400
    assert client.api("PUT", path, CONFIGURATION | {"virtualNetworkResourceId": "west"}).status_code == 400
    assert client.api("PUT", path, CONFIGURATION | {"forbidPublicIp": True}).status_code == 204
    assert client.good("GET", path)["forbidPublicIp"] is True
    done = client.finish(client.good("DELETE", path))
    assert (done["result"]["deletionSuccessfull"], done["result"]["virtualNetworkName"]) == (True, "west")
    assert client.api("GET", path).status_code == 404


def test_a_worker_network_of_another_subscription_is_not_there(client: Client) -> None:
    subscription = "7c1d0f3a-0000-4000-8000-00000000bbbb"
    client.good("POST", "workers/networkConfiguration", CONFIGURATION | {"subscriptionId": subscription})
    path = "workers/networkConfiguration/westeurope"
    other = subscription.replace("b", "c")
    for method in ("GET", "DELETE"):
        assert client.api(method, path, subscriptionId=other).status_code == 404
    assert client.api("PUT", path, CONFIGURATION, subscriptionId=subscription).status_code == 400
    assert client.good("GET", path, subscriptionId=subscription)["subscriptionId"] == subscription


def test_worker_tags_have_keys_of_their_own(client: Client) -> None:
    assert client.good("GET", "workers/customTags") == {"tags": []}
    tags = {"tags": [{"key": "costs", "value": "backup"}]}
    answer = client.api("PUT", "workers/customTags", tags)
    assert (answer.status_code, answer.content) == (200, b"")
    assert client.good("GET", "workers/customTags") == tags
    assert client.api("PUT", "workers/customTags", {"tags": tags["tags"] * 2}).status_code == 400
    assert client.api("PUT", "workers/customTags", {"tags": [{"value": "x"}]}).status_code == 400


def test_the_policy_for_virtual_networks(client: Client) -> None:
    read = client.good("GET", "policy/vnet")
    assert (read["isEnabled"], read["backupIntervalHours"], read["additionalProtectedResources"]) == (False, 24, None)
    account = client.service_account()
    resources = [{"accountId": account, "subscriptionsIds": ["7c1d0f3a-0000-4000-8000-00000000bbbb"]}]
    body = {"isEnabled": True, "autoDiscoverSubscriptions": False, "backupIntervalMinutes": 30}
    assert client.api("PUT", "policy/vnet", body | {"backupIntervalHours": 1}).status_code == 400
    assert client.api("PUT", "policy/vnet", body | {"targetRepositoryId": account}).status_code == 400
    unknown = [{**resources[0], "accountId": "7c1d0f3a-0000-4000-8000-00000000bbbb"}]
    assert client.api("PUT", "policy/vnet", body | {"additionalProtectedResources": unknown}).status_code == 400
    assert client.api("PUT", "policy/vnet", read).status_code == 400  # it has what cannot be sent
    assert client.api("PUT", "policy/vnet", body | {"additionalProtectedResources": resources}).status_code == 204
    (shown,) = client.good("GET", "policy/vnet")["additionalProtectedResources"]
    assert (shown["azureAccount"]["accountId"], [one["id"] for one in shown["subscriptions"]]) == (
        account,
        resources[0]["subscriptionsIds"],
    )
    assert client.api("DELETE", f"accounts/azure/service/{account}").status_code == 409
    for verb, enabled in (("disable", False), ("enable", True)):
        assert client.api("POST", f"policy/vnet/{verb}").status_code == 204
        assert client.good("GET", "policy/vnet")["isEnabled"] is enabled


@pytest.mark.parametrize(("ends", "error"), [("Success", None), ("Error", "access was denied")])
def test_the_deployment_mode_is_changed_later(client: Client, ends: str, error: str | None) -> None:
    client.system.switch(operation_ends=ends)
    path = "system/privateDeployment/state"
    body = {"privateDeploymentEnabled": True, "autoCreateServiceEndpoints": True}
    for field in ("privateDnsZoneSetting", "storageAccountPublicAccess"):  # read as null, and not taken as it
        assert client.api("PUT", path, body | {field: None}).status_code == 400
    assert client.api("PUT", path, body).status_code == 202
    assert client.api("PUT", path, body).status_code == 409
    first, last = client.good("GET", path), client.good("GET", path)
    assert (first["isUpdating"], first["privateDeploymentEnabled"]) == (True, False)
    assert (last["isUpdating"], last["privateDeploymentEnabled"]) == (False, error is None)
    assert (error or "") in (last["error"] or "")
    assert client.api("PUT", path, last).status_code == 400  # it has what cannot be sent


def sla_template(**more: Any) -> dict[str, Any]:
    return {"name": "gold", "description": "", "slaConfiguration": {"threshold": {"metTargetAbove": 95}}, **more}


@pytest.mark.parametrize("answers", ["200", "204"])
def test_an_sla_template(client: Client, answers: str) -> None:
    client.system.switch(put_answers=answers)
    made = client.good("POST", "policyTemplates/slaTemplate", sla_template())
    path = f"policyTemplates/slaTemplate/{made['id']}"
    assert (made["assignedPolicies"], made["lastModifiedUtc"][:4]) == (0, "2026")
    answer = client.api("PUT", path, sla_template(description="Changed"))
    assert (answer.status_code, bool(answer.content)) == (int(answers), answers == "200")
    assert [one["description"] for one in client.results("policyTemplates/slaTemplate", TemplateName="gold")] == [
        "Changed"
    ]


def test_a_template_that_is_not_there_may_be_a_400(client: Client) -> None:
    client.system.switch(missing_template="400")
    assert client.api("GET", "policyTemplates/storageTemplate/x").status_code == 400


def test_a_storage_template_is_read_with_names_that_were_not_sent(client: Client) -> None:
    id_ = client.repository()["id"]
    item = {"repositoryId": id_, "regionResourceId": "westeurope"}
    sent = {"backupRepository": {"defaultRepositoryId": id_, "items": [item]}}
    body = {"name": "blob", "description": "", "storageConfiguration": sent}
    read = client.good("POST", "policyTemplates/storageTemplate", body)["storageConfiguration"]["backupRepository"]
    assert (read["defaultRepositoryName"], read["items"][0]["repositoryName"]) == ("daily", "daily")
    answer = client.api(
        "POST", "policyTemplates/storageTemplate", body | {"storageConfiguration": {"backupRepository": read}}
    )
    assert answer.status_code == 400
    assert client.api("DELETE", f"repositories/{id_}").status_code == 409


def test_retention_is_read_with_links_that_cannot_be_sent(client: Client) -> None:
    read = client.good("GET", "settings/retention")
    wanted = read | {"sessionsSettings": {"duration": 30, "type": "Days"}}
    assert client.api("PUT", "settings/retention", wanted).status_code == 400
    links = wanted.pop("_links")
    assert client.good("PUT", "settings/retention", wanted) == wanted | {"_links": links}
    assert client.api("PUT", "settings/retention", {"sessionsSettings": {}}).status_code == 400


def test_configuration_backup_cannot_be_sent_back_as_it_was_read(client: Client) -> None:
    read = client.good("GET", "configurationBackup/settings")
    assert client.api("PUT", "configurationBackup/settings", read).status_code == 400
    body = {"isEnabled": True, "scheduleOptions": {"dailyType": "Everyday", "dailyTime": "03:00:00"}}
    assert client.api("PUT", "configurationBackup/settings", body).status_code == 400  # into which repository?
    changed = client.good("PUT", "configurationBackup/settings", body | {"repositoryId": client.repository()["id"]})
    assert (changed["repositoryName"], changed["modifiedBy"]) == ("daily", "administrator")


def test_the_time_zone_is_written_at_one_address_and_read_at_another(client: Client) -> None:
    zones = client.good("GET", "system/timezones")
    client.good("PUT", "system/timezone", {"timezoneId": zones[1]["id"]})
    assert client.good("GET", "system/time")["timeZone"] == "W. Europe Standard Time"
    client.system.switch(time_zone_shown="name")
    assert client.good("GET", "system/time")["timeZone"] == zones[1]["displayName"]
    assert client.api("PUT", "system/timezone", {"timezoneId": "Mars"}).status_code == 400
    assert client.api("GET", "system/timezone").status_code == 405


def test_virtual_machines_that_are_gone_are_only_listed_when_asked_for(client: Client) -> None:
    assert [one["name"] for one in client.results("virtualMachines")] == ["web-1", "web-2", "database-1"]
    assert [one["name"] for one in client.results("virtualMachines", ExistsState="OnlyDeleted")] == ["gone-1"]
    assert [one["name"] for one in client.results("virtualMachines", SearchPattern="WEB", Limit=1)] == ["web-1"]


def test_regions(client: Client) -> None:
    assert client.good("GET", "cloudInfrastructure/regions/westeurope")["name"] == "West Europe"
    assert len(client.results("cloudInfrastructure/regions", SearchPattern="europe")) == 2


def test_a_repository_reads_otherwise_than_it_is_written(client: Client) -> None:
    read = client.repository(password="secret", enableEncryption=True, hint="The usual")
    assert (read["azureStorageContainer"]["name"], read["azureStorageFolder"]["name"]) == ("backups", "daily")
    assert (read["status"], read["regionId"], read["azureStorageAccountName"]) == ("Ready", "westeurope", "backupwest")
    assert "secret" not in str(read)
    assert "autoCreateTiers" not in read
    assert [one["id"] for one in client.results("repositories", SearchPattern="DAI", IsEncrypted="true")] == [
        read["id"]
    ]


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"azureAccountId": "x"}, 404),
        ({"azureStorageAccountId": "x"}, 404),
        ({"enableEncryption": True}, 400),
        ({"azureStorageContainer": {"name": "backups"}}, 400),
        ({"name": "daily"}, 409),
    ],
)
def test_repositories_that_are_refused(client: Client, change: dict[str, Any], status: int) -> None:
    account = client.repository()["azureAccountId"]
    body = {"name": "weekly", "azureAccountId": account, **PLACE, **change}
    assert client.api("POST", "repositories", body).status_code == status


@pytest.mark.parametrize("answers", ["200", "202"])
def test_a_password_can_be_checked_without_a_write(client: Client, answers: str) -> None:
    path = f"repositories/{client.repository(password='right', enableEncryption=True)['id']}/checkPassword"
    writes = client.system.counters()["writes"]
    client.system.switch(check_password_answers=answers)
    for password, truth in (("right", True), ("wrong", False)):
        answer = client.api("POST", path, password)
        assert answer.status_code == int(answers)
        assert (answer.json() if answers == "200" else client.finish(answer.json())["result"]) is truth
    assert client.system.counters()["writes"] == writes
