# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The built-in profile veeam_azure against a server that follows the vendor's description and knows no profile: the
whole life of each type, and each way to log in."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Played, Player
from in_process import run
from lives import ENTITY, Life
from playing import assert_nothing_to_change, playing
from simulator.surroundings import ROOT
from systems.base.fixtures import started_once
from systems.veeam_azure import ADMINISTRATOR, OPERATOR, READER, TOTP_SECRET, System, code
from systems.veeam_azure.seed import SUBSCRIPTION, TENANT
from test_docs import examples_of

pytestmark = pytest.mark.recorded
INFO = "rimops.insight.insight_entity_info"
TOKEN = "rimops.insight.insight_token"
SOON = {"wait_interval": 0.05}
ACCOUNT = "7c1d0f3a-0000-4000-8000-000000000301"
REPOSITORY = "7c1d0f3a-0000-4000-8000-000000000401"
MACHINES = [f"7c1d0f3a-0000-4000-8000-0000000000{number:02}" for number in (1, 2, 3)]


running = started_once(System, "--idle-exit", "21600", "--self-signed")


@pytest.fixture
def system(running: System) -> System:
    """The system as new, with the service account and the repository that others name."""
    running.reset()
    running.put("accounts/azure/service", ACCOUNT, accountId=ACCOUNT, name="backup", region="Global")
    running.put("repositories", REPOSITORY, id=REPOSITORY, name="daily", regionId="westeurope", status="Ready")
    return running


play = playing(profile="veeam_azure", grant_type="login", **ADMINISTRATOR)


# --- the whole life of each type


def template(retention: int) -> dict[str, Any]:
    store = {"scheduleEnabled": True, "storeFor": retention, "storeForUnit": "Day"}
    off = {"scheduleEnabled": False, "storeFor": 1, "storeForUnit": "Month"}
    every = {
        "daily": {**store, "createEvery": 1, "createUnit": "Day"},
        "weekly": {**off, "dailyType": "WeekDays"},
        "monthly": {**off, "monthlyType": "First", "dayOfWeek": "Monday"},
        "executionWindow": {"windowOpening": "22:00:00", "windowClosing": "06:00:00"},
    }
    archive = {"archive": {**off, "selectedMonths": [], "monthlyType": "LastDay"}}
    threshold = {"metTargetAbove": 95, "missedTargetBelow": 80}
    goals = {"snapshot": every, "backup": {**every, **archive}, "threshold": threshold}
    return {"description": "Gold", "slaConfiguration": goals}


def stored(region: str) -> dict[str, Any]:
    one = {"defaultRepositoryId": REPOSITORY, "items": [{"repositoryId": REPOSITORY, "regionResourceId": region}]}
    return {"description": "Where", "storageConfiguration": {"backupRepository": one, "archiveRepository": None}}


def reference(type_: str, **key: str) -> dict[str, Any]:
    """A reference, where the id would stand."""
    return {"ref": {"type": type_, "key": key}}


def protected(account: str, *subscriptions: str) -> dict[str, Any]:
    """What the policy for virtual networks protects besides."""
    return {"accountId": reference("service_account", name=account), "subscriptionsIds": [*subscriptions]}


def machines(*numbers: int) -> dict[str, Any]:
    return {"virtualMachines": [{"id": MACHINES[number]} for number in numbers]}


REGION = {"type": "region", "key": {"name": "West Europe"}}
IN_PRODUCTION = {"resourceGroupName": "production", "subscriptionName": "Production"}
NETWORK = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/"
POLICY = {"type": "vm_policy", "key": {"name": "nightly"}}
PROTECTED = {
    "tenantId": TENANT,
    "serviceAccountId": ACCOUNT,
    "isEnabled": True,
    "regions": [{"regionId": "westeurope"}],
    "snapshotSettings": {"copyOriginalTags": False, "applicationAwareSnapshot": False},
    "selectedItems": {**machines(0, 1), "tags": [{"name": "backup", "value": "yes"}]},
    "excludedItems": machines(2),
}
ELSEWHERE = {name: PROTECTED[name] for name in ("tenantId", "serviceAccountId", "isEnabled", "regions")}
MORE = {"backupType": "SelectedItems"}
APPLICATION = {
    "applicationId": "0f3a7c1d-0000-4000-8000-000000000002",
    "tenantId": TENANT,
    "region": "Global",
    "purposes": ["VirtualMachineBackup", "Repository"],
}
GOLD = {"type": "sla_template", "key": {"name": "gold"}}
DESTINATION = {"subscriptionId": SUBSCRIPTION, "resourceGroupId": "backup"}
USER = {"type": "user", "key": {"name": "jdoe"}}
KEEP = {"duration": 3, "type": "Years", "keepForever": False}
SHORT = {"duration": 7, "type": "Days", "keepForever": False}
BACKUP = {
    "isEnabled": True,
    "repositoryId": REPOSITORY,
    "scheduleOptions": {"dailyType": "SelectedDays", "selectedDays": ["Monday", "Friday"], "dailyTime": "03:00:00"},
    "retention": {"timeRetentionDuration": 2, "retentionDurationType": "Months"},
}
LIVES = {
    "user": Life(
        USER,
        {"description": "Operator", "role": "PortalOperator", "type": "Internal"},
        {"description": "Operator", "role": "RestoreOperator", "type": "Internal"},
        ({"role": "PortalOperator"}, {"role": "RestoreOperator"}),
        secrets={"password": "jdoe-password"},
    ),
    "service_account": Life(
        {"type": "service_account", "key": {"name": "robot"}},
        {**APPLICATION, "description": "Backups"},
        {**APPLICATION, "description": "All backups"},
        ({"description": "Backups"}, {"description": "All backups"}),
        secrets={"clientSecret": "application-secret"},
    ),
    "repository": Life(
        {
            "type": "repository",
            "key": {"name": "weekly"},
            "refs": {
                "azureAccountId": {"type": "service_account", "key": {"name": "backup"}},
                "azureStorageAccountId": {"type": "storage_account", "key": {"name": "backupwest"}},
            },
        },
        {"azureStorageContainer": "backups", "azureStorageFolder": "weekly", "description": "Weekly"},
        {"azureStorageContainer": "backups", "azureStorageFolder": "weekly", "description": "Each week"},
        ({"description": "Weekly"}, {"description": "Each week"}),
    ),
    "standard_account": Life(
        {"type": "standard_account", "key": {"kind": "Smtp", "name": "mail"}},
        {"username": "robot", "description": "Mail"},
        {"username": "robot", "description": "Mails"},
        ({"description": "Mail"}, {"description": "Mails"}),
        secrets={"password": "mail-password"},
    ),
    "vm_policy": Life(
        POLICY,
        PROTECTED,
        {**PROTECTED, "selectedItems": {**machines(2, 0), "tags": []}, "excludedItems": machines(1)},
        (
            {
                "excludedItems.virtualMachines": [{"id": MACHINES[2]}],
                "selectedItems.tags": [{"name": "backup", "value": "yes"}],
                "selectedItems.virtualMachines": [{"id": MACHINES[0]}, {"id": MACHINES[1]}],
            },
            {
                "excludedItems.virtualMachines": [{"id": MACHINES[1]}],
                "selectedItems.tags": [],
                "selectedItems.virtualMachines": [{"id": MACHINES[2]}, {"id": MACHINES[0]}],
            },
        ),
    ),
    "sla_policy": Life(
        {"type": "sla_policy", "key": {"name": "gold"}, "refs": {"slaPolicyTemplateId": GOLD}},
        {**PROTECTED, "snapshotDestinations": [DESTINATION]},
        {**PROTECTED, "snapshotDestinations": [DESTINATION], "description": "Gold"},
        ({"description": None}, {"description": "Gold"}),
        before=(({**GOLD}, template(7)),),
    ),
    **{
        name: Life(
            {"type": name, "key": {"name": "nightly"}},
            {**ELSEWHERE, **MORE, "selectedItems": {kind: [{"id": "b"}, {"id": "a"}]}, "excludedItems": {out: []}},
            {**ELSEWHERE, **MORE, "selectedItems": {kind: [{"id": "a"}]}, "excludedItems": {out: [{"id": "b"}]}},
            (
                {f"excludedItems.{out}": [], f"selectedItems.{kind}": [{"id": "b"}, {"id": "a"}]},
                {f"excludedItems.{out}": [{"id": "b"}], f"selectedItems.{kind}": [{"id": "a"}]},
            ),
        )
        for name, kind, out in (
            ("sql_policy", "sqlServers", "databases"),
            ("file_share_policy", "storageAccounts", "fileShares"),
            ("cosmos_policy", "cosmosDbAccounts", "cosmosDbAccounts"),
        )
    },
    "worker_profile": Life(
        {"type": "worker_profile", "refs": {"regionId": REGION}},
        {"minInstances": 1, "maxInstances": 3, "virtualMachineSmallType": "Standard_F2s"},
        {"minInstances": 1, "maxInstances": 4, "virtualMachineSmallType": "Standard_F2s"},
        ({"maxInstances": 3}, {"maxInstances": 4}),
    ),
    "worker_network": Life(
        {"type": "worker_network", "key": {"regionId": "westeurope"}},
        {"virtualNetworkResourceId": f"{NETWORK}west", "subnet": "workers", "subscriptionId": SUBSCRIPTION},
        {"virtualNetworkResourceId": f"{NETWORK}west", "subnet": "others", "forbidPublicIp": True},
        (
            {"forbidPublicIp": False, "subnet": "workers"},
            {"forbidPublicIp": True, "subnet": "others"},
        ),
    ),
    "worker_tags": Life(
        {"type": "worker_tags"},
        {"tags": [{"key": "costs", "value": "backup"}, {"key": "owner", "value": "it"}]},
        {"tags": [{"key": "owner", "value": "ops"}, {"key": "costs", "value": "backup"}]},
        ({'tags[key="owner"].value': "it"}, {'tags[key="owner"].value': "ops"}),
        only=True,
    ),
    "vnet_policy": Life(
        {"type": "vnet_policy"},
        {"backupIntervalHours": 12, "additionalProtectedResources": [protected("backup", SUBSCRIPTION)]},
        {"backupIntervalHours": None, "backupIntervalMinutes": 30},
        (
            {"backupIntervalHours": 12, "backupIntervalMinutes": None},
            {"backupIntervalHours": None, "backupIntervalMinutes": 30},
        ),
        only=True,
    ),
    "deployment_mode": Life(
        {"type": "deployment_mode"},
        {"privateDeploymentEnabled": True, "privateDnsZoneSetting": "ManageAutomatically"},
        {"privateDeploymentEnabled": False},
        ({"privateDeploymentEnabled": True}, {"privateDeploymentEnabled": False}),
        only=True,
    ),
    "sla_template": Life(
        {"type": "sla_template", "key": {"name": "gold"}},
        template(7),
        {**template(7), "description": "Silver"},
        ({"description": "Gold"}, {"description": "Silver"}),
    ),
    "storage_template": Life(
        {"type": "storage_template", "key": {"name": "west"}},
        stored("westeurope"),
        {**stored("westeurope"), "description": "Here"},
        ({"description": "Where"}, {"description": "Here"}),
    ),
    "retention_settings": Life(
        {"type": "retention_settings"},
        {"sessionsSettings": SHORT, "obsoleteSnapshotsSettings": SHORT},
        {"sessionsSettings": KEEP},
        (
            {"sessionsSettings.duration": 7, "sessionsSettings.type": "Days"},
            {"sessionsSettings.duration": 3, "sessionsSettings.type": "Years"},
        ),
        only=True,
    ),
    "configuration_backup": Life(
        {"type": "configuration_backup"},
        BACKUP,
        {"isEnabled": False},
        ({"isEnabled": True}, {"isEnabled": False}),
        only=True,
    ),
    "time_zone": Life(
        {"type": "time_zone"},
        {"timezoneId": "W. Europe Standard Time"},
        {"timezoneId": "UTC"},
        ({"timezoneId": "W. Europe Standard Time"}, {"timezoneId": "UTC"}),
        only=True,
    ),
}


@pytest.mark.proves("DECLARE-1", "DECLARE-2", "DECLARE-3")
@pytest.mark.parametrize("name", LIVES)
def test_the_whole_life(system: System, play: Player, name: str) -> None:
    life = LIVES[name]
    played = play(life.tasks(**SOON))
    life.assert_lived(played)


# --- what is special about a type


def task(name: str, which: dict[str, Any], **options: Any) -> dict[str, Any]:
    """A task about one entity, which may fail."""
    return {"name": name, ENTITY: {**which, **options, **SOON}, "ignore_errors": True}


def counted(system: System, *names: str) -> dict[str, int]:
    counters = system.counters()
    return {name: counters[name] for name in names}


def test_a_policy_is_switched_by_its_verb(system: System, play: Player) -> None:
    off = {**PROTECTED, "isEnabled": False}
    steps = [("made", PROTECTED), ("off", off), ("off again", off), ("on", {"isEnabled": True})]
    played = play([task(name, POLICY, attributes=attributes) for name, attributes in steps])
    assert [played[name]["operation"] for name, _attributes in steps] == ["create", "update", "none", "update"]
    assert counted(system, "creates", "updates", "verbs") == {"creates": 1, "updates": 0, "verbs": 2}


def test_an_update_of_a_policy_keeps_what_is_not_declared(system: System, play: Player) -> None:
    """A PUT replaces, and what a policy protects is in no answer of the policy itself."""
    tasks = [task("made", POLICY, attributes=PROTECTED), task("changed", POLICY, attributes={"description": "x"})]
    played = play(tasks)
    assert played["changed"]["operation"] == "update", played.output
    (policy,) = system.entities("policies/virtualMachines").values()
    assert policy["regions"] == PROTECTED["regions"]
    kept = {name: held for name, held in policy["selectedItems"].items() if held}
    assert kept == PROTECTED["selectedItems"]
    assert policy["excludedItems"]["virtualMachines"] == PROTECTED["excludedItems"]["virtualMachines"]
    assert (policy["description"], policy["serviceAccountId"]) == ("x", ACCOUNT)


def test_a_region_that_is_read_with_another_id_is_seen_and_not_guessed(system: System, play: Player) -> None:
    system.switch(region_ids="system")
    played = play([task("made", POLICY, attributes=PROTECTED)])
    assert played["made"]["failed"], played.output
    assert "regions" in played["made"]["msg"]
    assert system.counters()["creates"] == 1


def machine(name: str) -> dict[str, Any]:
    """A reference to a virtual machine."""
    return reference("virtual_machine", name=name, **IN_PRODUCTION)


def test_whatever_holds_an_id_takes_a_reference(system: System, play: Player) -> None:
    """In a mapping, in the elements of a list, and in a part that is sent with the entity."""
    daily, west = reference("repository", name="daily"), reference("region", name="West Europe")
    kept = {"retention": {"timeRetentionDuration": 7, "retentionDurationType": "Days"}, "targetRepositoryId": daily}
    policy = {
        **{name: PROTECTED[name] for name in ("tenantId", "isEnabled", "snapshotSettings")},
        "regions": [{"regionId": west}],
        "selectedItems": {"virtualMachines": [{"id": machine("web-1")}, {"id": machine("web-2")}]},
        "excludedItems": {"virtualMachines": [{"id": machine("database-1")}]},
        "dailySchedule": {"dailyType": "Everyday", "backupSchedule": {"hours": [2], **kept}},
    }
    which = {**POLICY, "refs": {"serviceAccountId": {"type": "service_account", "key": {"name": "backup"}}}}
    items = {"defaultRepositoryId": daily, "items": [{"repositoryId": daily, "regionResourceId": west}]}
    place = {"description": "Where", "storageConfiguration": {"backupRepository": items}}
    template = {"type": "storage_template", "key": {"name": "west"}}
    tasks = [task(name, which, attributes=policy) for name in ("policy", "policy again")]
    tasks += [task(name, template, attributes=place) for name in ("template", "template again")]
    played = play(tasks)
    assert [played[one["name"]]["operation"] for one in tasks] == ["create", "none"] * 2, played.output
    (stored_policy,) = system.entities("policies/virtualMachines").values()
    assert stored_policy["dailySchedule"]["backupSchedule"]["targetRepositoryId"] == REPOSITORY
    assert stored_policy["regions"] == PROTECTED["regions"]
    assert stored_policy["selectedItems"]["virtualMachines"] == machines(0, 1)["virtualMachines"]
    (stored_template,) = system.entities("policyTemplates/storageTemplate").values()
    expected = stored("westeurope")["storageConfiguration"]["backupRepository"]
    assert stored_template["storageConfiguration"]["backupRepository"] == expected


@pytest.mark.parametrize(
    ("name", "field", "other"),
    [
        ("repository", "azureStorageContainer", "others"),
        ("repository", "azureStorageFolder", "daily"),
        ("repository", "storageTier", "Cool"),
        ("user", "type", "IdentityProvider"),
    ],
)
def test_what_cannot_change_is_refused_in_the_plan(
    system: System, play: Player, name: str, field: str, other: str
) -> None:
    life = LIVES[name]
    secret = {"secret_attributes": life.secrets} if life.secrets else {}
    made = play([task("made", life.which, attributes={**life.first}, **secret)])
    assert made["made"]["operation"] == "create", made.output
    changed = {**life.first, field: other}
    played = play([task("changed", life.which, attributes=changed), task("same", life.which, attributes=life.first)])
    assert f"{field} can only be set at creation" in refused(played, "changed")
    assert played["same"]["operation"] == "none"
    assert system.counters()["updates"] == 0


@pytest.mark.parametrize(
    "which",
    [
        {"type": "service_account", "key": {"name": "backup"}},
        {"type": "repository", "key": {"name": "daily"}},
        {"type": "sla_template", "key": {"name": "gold"}},
    ],
)
def test_what_others_need_is_not_deleted_and_who_needs_it_is_told(
    system: System, play: Player, which: dict[str, Any]
) -> None:
    sla = LIVES["sla_policy"]
    tasks = [
        task("template", GOLD, attributes=template(7)),
        task("policy", sla.which, attributes=sla.first),
    ]
    storage = {"type": "storage_template", "key": {"name": "west"}}
    tasks += [task("storage", storage, attributes=stored("westeurope")), task("gone", which, state="absent")]
    played = play(tasks)
    assert [played[one]["failed"] for one in ("template", "policy", "storage")] == [False] * 3, played.output
    assert f"uses {which['key']['name']}" in refused(played, "gone")
    assert played["gone"]["error"]["kind"] == "ConflictError"
    assert counted(system, "deletes") == {"deletes": 0}


def test_a_worker_profile_in_use_is_not_gone(system: System, play: Player) -> None:
    """The operation ends well, and its result says that it has removed nothing."""
    which = {"type": "worker_profile", "key": {"regionId": "westeurope"}}
    tasks = [task("made", which, attributes={"maxInstances": 3}), task("gone", which, state="absent")]
    system.switch(workers_busy=True)
    assert "workers of it are running" in refused(play(tasks), "gone")
    assert list(system.entities("workers/profiles")) == ["westeurope"]


def test_a_region_that_has_one_by_another_id_is_told(system: System, play: Player) -> None:
    """Read by an id of the system's own, it is not found; the appliance refuses a second one."""
    system.put("workers/profiles", "westeurope", regionId="westeurope", minInstances=0, maxInstances=5)
    system.switch(region_ids="system")
    which = {"type": "worker_profile", "key": {"regionId": "westeurope"}}
    played = play([task("made", which, attributes={"maxInstances": 3})])
    assert "The region has one already" in refused(played, "made")
    assert system.entities("workers/profiles")["westeurope"]["maxInstances"] == 5
    place = '{worker_profile: {attributes: {regionId: {read: "{entity.region.resourceId}"}}}}'
    assert f"`types: {place}`" in GUIDE
    told = {"attributes": {"maxInstances": 3}, "profile_overrides": {"types": yaml.safe_load(place)}}
    assert play([task("made", which, **told)])["made"]["operation"] == "update"
    assert system.entities("workers/profiles")["westeurope"]["maxInstances"] == 3


def test_the_policy_for_virtual_networks_is_switched_by_its_verb(system: System, play: Player) -> None:
    which = {"type": "vnet_policy"}
    steps = [("on", True), ("on again", True), ("off", False)]
    played = play([task(name, which, attributes={"isEnabled": value}) for name, value in steps])
    assert [played[name]["operation"] for name, _value in steps] == ["update", "none", "update"], played.output
    assert counted(system, "updates", "verbs") == {"updates": 0, "verbs": 2}


@pytest.mark.parametrize(
    ("switches", "message"),
    [({"operation_ends": "Error"}, "failed, saying: The storage account"), ({"operation_ends": "never"}, "after 1 s")],
)
def test_a_deployment_mode_that_does_not_come_is_an_error(
    system: System, play: Player, switches: dict[str, str], message: str
) -> None:
    """A failed change is told with the appliance's words; another task then sets it all the same."""
    system.switch(**switches)
    wanted = {"attributes": {"privateDeploymentEnabled": True}}
    which = {"type": "deployment_mode"}
    assert message in refused(play([task("set", which, **wanted, wait_timeout=1)]), "set")
    system.switch(operation_ends="Success")
    played = play([task("set", which, **wanted), task("again", which, **wanted)])
    assert [played[name]["failed"] for name in ("set", "again")] == [False, False], played.output
    assert system.entities("system/privateDeployment/state")["settings"]["privateDeploymentEnabled"]
    assert counted(system, "writes") == {"writes": 2 if switches["operation_ends"] == "Error" else 1}


def test_mfa_of_a_user_is_turned_off_and_never_on(system: System, play: Player) -> None:
    operator = {"type": "user", "key": {"name": OPERATOR["username"]}}
    steps = [("off", False), ("again", False), ("on", True)]
    played = play([task(name, operator, attributes={"mfaEnabled": value}) for name, value in steps])
    assert [played[name]["operation"] for name in ("off", "again")] == ["update", "none"], played.output
    assert "no transition leads mfaEnabled from false to true" in played["on"]["msg"]
    assert counted(system, "verbs", "updates") == {"verbs": 1, "updates": 0}


def test_the_password_of_a_user_stays_unless_it_is_sent(system: System, play: Player) -> None:
    wanted = {"attributes": {"description": "Robot"}, "secret_attributes": {"password": "first-password"}}
    later = {"attributes": {"description": "Robots"}}
    new = {**later, "secret_attributes": {"password": "second-password"}, "update_secrets": "always"}
    assert not play([task("made", USER, **wanted), task("changed", USER, **later)])["changed"]["failed"]
    (user,) = [one for one in system.entities("users").values() if one["name"] == "jdoe"]
    assert user["password"] == "first-password"
    played = play([task("renewed", USER, **new)])
    assert "second-password" not in played.output
    assert system.entities("users")[user["id"]]["password"] == "second-password"


def test_a_name_that_contains_another_is_told_apart(system: System, play: Player) -> None:
    system.switch(name_filters="contains")
    longer = {**USER, "key": {"name": "jdoe2"}}
    wanted = {"attributes": {"description": "x"}}
    played = play([task("longer", longer, **wanted), task("first", USER, **wanted), task("again", USER, **wanted)])
    assert [played[name]["operation"] for name in ("longer", "first", "again")] == ["create", "create", "none"]


def test_a_page_that_repeats_itself_is_an_error(system: System, play: Player) -> None:
    play.defaults["profile_overrides"] = {"operations": {"list": {"paging": {"size": 1}}}}
    system.switch(pages="repeated")
    played = play([{"name": "regions", INFO: {"type": "region"}, "ignore_errors": True}])
    assert played["regions"]["failed"], played.output
    assert "page" in played["regions"]["msg"]


def test_what_the_appliance_has_found_is_read_and_asserted(system: System, play: Player) -> None:
    web = {"type": "virtual_machine", "key": {"name": "web-1", **IN_PRODUCTION}}
    gone = {**web, "key": {**web["key"], "name": "gone-1"}}
    deleted = {"type": "virtual_machine", "id": "7c1d0f3a-0000-4000-8000-000000000099"}
    tasks = [
        {"name": "all", INFO: {"type": "virtual_machine"}},
        {"name": "region", INFO: {"type": "region", "key": {"name": "West Europe"}}},
        {"name": "deleted", INFO: deleted},
        task("as it is", web, attributes={"osType": "Linux"}),
        task("other", web, attributes={"osType": "Windows"}),
        task("not there", gone, attributes={"osType": "Linux"}),
    ]
    played = play(tasks)
    assert [one["name"] for one in played["all"]["entities"]] == ["web-1", "web-2", "database-1"], played.output
    assert [one["id"] for one in played["region"]["entities"]] == ["westeurope"]
    assert played["deleted"]["entities"] == []
    assert (played["as it is"]["operation"], played["as it is"]["changed"]) == ("none", False)
    assert "the profile has no update operation" in played["other"]["msg"]
    assert "the profile has no create operation" in played["not there"]["msg"]
    assert counted(system, "writes") == {"writes": 0}


SLOW = [
    {"name": "regions", INFO: {"type": "region"}},
    {"name": "storage accounts", INFO: {"type": "storage_account"}},
    {"name": "service accounts", INFO: {"type": "service_account", "key": {"name": "backup"}}},
]


@pytest.mark.parametrize("slow", [False, True])
def test_a_read_that_takes_long_is_waited_for(system: System, play: Player, slow: bool) -> None:
    system.switch(slow_reads=slow)
    played = play(SLOW)
    found = {one["name"]: [entity["name"] for entity in played[one["name"]]["entities"]] for one in SLOW}
    assert found == {
        "regions": ["West Europe", "North Europe", "Germany West Central"],
        "storage accounts": ["backupwest", "backupnorth"],
        "service accounts": ["backup"],
    }, played.output


@pytest.mark.parametrize("answers", ["200", "202"])
def test_the_appliance_itself_says_whether_a_repository_has_this_password(
    system: System, play: Player, answers: str
) -> None:
    """So no fingerprint is needed, and a password that somebody else has set is seen."""
    play.defaults["token_store"] = "none"
    system.switch(check_password_answers=answers)
    life = LIVES["repository"]
    first, other = ({"secret_attributes": {"password": f"{name}-password"}} for name in ("first", "other"))
    wanted = {"attributes": {**life.first, "enableEncryption": True}, "update_secrets": "on_change"}
    steps = [("made", first), ("same", first), ("changed", other), ("changed, same", other)]
    played = play([task(name, life.which, **wanted, **secret) for name, secret in steps])
    expected = ["create", "none", "update", "none"]
    assert [played[name]["operation"] for name, _secret in steps] == expected, played.output
    assert counted(system, "creates", "updates") == {"creates": 1, "updates": 1}
    assert not [secret for secret in ("first-password", "other-password") if secret in played.output]
    (one,) = [one for one in system.entities("repositories").values() if one["name"] == "weekly"]
    system.patch("repositories", one["id"], password="set by somebody else")
    looked = play([{**task("look", life.which, **wanted, **other), "check_mode": True}])["look"]
    assert [change["path"] for change in looked["changes"]] == ["password"]


@pytest.mark.parametrize("name", ["repository", "service_account"])
def test_what_fails_later_is_an_error_with_the_appliances_words(system: System, play: Player, name: str) -> None:
    system.switch(job_ends="Error", operation_ends="Error")
    life = LIVES[name]
    played = play([task("made", life.which, attributes=life.first, secret_attributes=life.secrets)])
    assert "failed, saying: " in refused(played, "made")
    assert not [one for one in life.secrets.values() if one in played.output]


@pytest.mark.parametrize(("name", "kind"), [("repository", "jobSessions"), ("service_account", "operations")])
def test_what_never_ends_is_waited_for_again_and_not_sent_again(
    system: System, play: Player, name: str, kind: str
) -> None:
    system.switch(job_ends="never", operation_ends="never")
    life = LIVES[name]
    wanted = {"attributes": life.first, "secret_attributes": life.secrets, "wait_timeout": 1}
    first = play([task("made", life.which, **wanted)])
    assert "was accepted, and after 1 s it has not ended" in refused(first, "made")
    assert first["made"]["error"]["kind"] == "OutcomeUnknownError"
    (job,) = system.entities(kind).values()
    system.patch(kind, job["id"], ends="Success")
    second = play([task("made", life.which, **wanted)])
    assert second["made"]["operation"] == "none", second.output
    assert system.counters()["creates"] == 1


# --- logins


READ = {"name": "read", INFO: {"type": "user", "key": {"name": "reader"}}, "ignore_errors": True}
OUT = {"name": "out", TOKEN: {"state": "absent"}}


GUIDE = (ROOT / "docs" / "veeam_azure.md").read_text(encoding="utf-8")
CREDENTIALS, CODE, LICENCE, ASKED = (
    "The appliance does not accept these credentials",
    "The appliance does not accept this one-time code",
    "The licence agreement of the appliance is not accepted",
    "the system asks for a one-time code",
)


def refused(played: Played, name: str = "read") -> str:
    """The message of a task that failed."""
    assert played[name]["failed"], played.output
    return str(played[name]["msg"])


@pytest.mark.parametrize("message", [CREDENTIALS, CODE, LICENCE, ASKED])
def test_the_guide_explains_the_message(message: str) -> None:
    assert f"| `{message}` |" in GUIDE


@pytest.mark.parametrize("entry", ["here", "elsewhere"])
def test_one_login_serves_all_tasks_and_is_ended(system: System, play: Player) -> None:
    played = play([READ, {**READ, "name": "again"}, OUT])
    assert [one["name"] for one in played["again"]["entities"]] == ["reader"], played.output
    assert counted(system, "logins", "logouts", "refused") == {"logins": 1, "logouts": 1, "refused": 0}
    assert ADMINISTRATOR["password"] not in played.output


@pytest.mark.parametrize("status", ["400", "401"])
def test_a_wrong_password_is_sent_once(system: System, play: Player, status: str) -> None:
    system.switch(wrong_credentials=status)
    play.defaults["password"] = "wrong-password"
    played = play([READ, {**READ, "name": "again"}])
    assert CREDENTIALS in refused(played)
    assert "were refused" in refused(played, "again")
    assert counted(system, "logins", "logins_refused") == {"logins": 0, "logins_refused": 1}


def test_a_code_answers_where_mfa_is_on(system: System, play: Player) -> None:
    play.defaults |= {**OPERATOR, "totp_secret": TOTP_SECRET}
    played = play([READ, {**READ, "name": "again"}])
    assert not played["again"]["failed"], played.output
    forms = [one["body"] for one in system.recorded() if one["path"].endswith("/token")]
    assert [form.partition("&")[0] for form in forms] == ["grant_type=Password", "grant_type=Mfa"]
    assert counted(system, "logins", "logins_refused") == {"logins": 1, "logins_refused": 0}
    assert TOTP_SECRET not in played.output


@pytest.mark.proves("LOGIN-5")
def test_mfa_without_a_secret_is_said_and_is_no_login(system: System, play: Player) -> None:
    play.defaults |= OPERATOR
    played = play([READ])
    assert ASKED in refused(played)
    assert "totp_secret" in refused(played)
    assert counted(system, "logins", "logins_refused") == {"logins": 0, "logins_refused": 0}


@pytest.mark.parametrize("given", [{"totp_secret": "JBSWY3DPEHPK3PXP"}, {"mfa_code": "000000"}])
def test_a_wrong_code_is_sent_once(system: System, play: Player, given: dict[str, str]) -> None:
    play.defaults |= {**OPERATOR, **given}
    played = play([READ, {**READ, "name": "again"}])
    assert CODE in refused(played)
    assert "were refused" in refused(played, "again")
    assert counted(system, "logins", "logins_refused") == {"logins": 0, "logins_refused": 1}


def test_a_code_is_not_sent_twice(system: System, play: Player) -> None:
    """The second login waits for the code of the next half minute: the appliance takes each once."""
    play.defaults |= {**OPERATOR, "totp_secret": TOTP_SECRET}
    assert not play([READ])["read"]["failed"]
    system.expire("tokens")
    system.expire("refresh_tokens")
    assert not play([READ])["read"]["failed"]
    sent = [one["body"].rpartition("mfa_code=")[2][:6] for one in system.recorded() if "mfa_code" in one["body"]]
    assert len(sent) == len(set(sent)) == 2
    assert counted(system, "logins", "logins_refused") == {"logins": 2, "logins_refused": 0}


def test_a_code_that_somebody_else_used_is_refused_once(system: System, play: Player) -> None:
    used = code(TOTP_SECRET, int(time.time() // 30))
    play.defaults |= {**OPERATOR, "mfa_code": used}
    assert not play([READ])["read"]["failed"]
    play.defaults["token_store"] = "none"
    assert CODE in refused(play([READ]))
    assert counted(system, "logins", "logins_refused") == {"logins": 1, "logins_refused": 1}


@pytest.mark.proves("LOGIN-4")
@pytest.mark.parametrize("rule", ["keeps", "dies", "dies_with_access_token"])
def test_a_token_that_ended_is_renewed_and_a_killed_one_costs_a_login(system: System, play: Player, rule: str) -> None:
    system.switch(old_refresh_token=rule)
    assert not play([READ])["read"]["failed"]
    for renewed in (1, 2):
        system.expire("tokens")
        assert not play([READ])["read"]["failed"]
        assert counted(system, "logins", "refreshes") == {"logins": 1, "refreshes": renewed}
    system.expire("tokens")
    system.expire("refresh_tokens")
    assert not play([READ])["read"]["failed"]
    expected = {"logins": 2, "refreshes": 2, "refreshes_refused": 1}
    assert counted(system, *expected) == expected


@pytest.mark.proves("LOGIN-6")
def test_another_user_than_expected_is_refused(system: System, play: Player) -> None:
    play.defaults["expected_user"] = "somebody"
    assert "expected_user is somebody" in refused(play([READ]))


@pytest.mark.proves("LOGIN-5")
def test_a_licence_agreement_that_nobody_accepted_is_named(system: System, play: Player) -> None:
    system.switch(license_accepted=False)
    played = play([READ, task("write", USER, attributes={"description": "x"})])
    for name in ("read", "write"):
        assert LICENCE in refused(played, name)
    assert counted(system, "logins", "writes") == {"logins": 1, "writes": 0}


def test_who_may_only_read_is_told_so(system: System, play: Player) -> None:
    play.defaults |= READER
    played = play([READ, task("write", USER, attributes={"description": "x"})])
    assert not played["read"]["failed"]
    assert "this identity may not do that" in refused(played, "write")
    assert "licence" not in refused(played, "write")
    assert system.counters()["logins"] == 1


def test_a_certificate_of_its_own_is_trusted_by_name_only(system: System, play: Player) -> None:
    assert not play([READ])["read"]["failed"]
    del play.defaults["ca_path"]
    assert "certificate" in refused(play([READ]))
    assert system.counters()["logins"] == 1


def test_a_certificate_that_changed_is_refused(running: System, system: System, play: Player) -> None:
    before = Path(play.folder / "before.pem")
    before.write_bytes(Path(system.ca_path).read_bytes())
    play.defaults["ca_path"] = str(before)
    assert not play([READ])["read"]["failed"]
    asked = len(system.recorded())
    after = system.change_certificate()
    assert "certificate" in refused(play([READ]))
    assert len(system.recorded()) == asked
    play.defaults["ca_path"] = after
    assert not play([READ])["read"]["failed"]


# --- the guide


EXAMPLES = {
    example.mark["name"]: example
    for example in examples_of(ROOT / "docs" / "veeam_azure.md")
    if example.mark.get("by") == Path(__file__).stem
}


@pytest.mark.proves("ANSIBLE-6")
def test_the_guide(system: System, play: Player) -> None:
    [whole] = EXAMPLES["first"].data
    [defaults] = whole["module_defaults"].values()
    assert {name for name in defaults if play.defaults[name] != defaults[name]} == {"url", "ca_path"}
    given = {"INSIGHT_PASSWORD": play.defaults.pop("password"), "MAIL_PASSWORD": "mail-password"}
    tasks = [*whole["tasks"], *EXAMPLES["policy"].data, *EXAMPLES["workers"].data]
    system.patch("settings/retention", "settings", sessionsSettings=SHORT)
    runs = [play(tasks, *check, environment=given) for check in (("--check", "--diff"), (), ())]
    assert [run.code for run in runs] == [0, 0, 0], runs[0].output
    changed = [[one["result"]["changed"] for one in run.tasks] for run in runs]
    assert changed == [[True] * 6, [True] * 6, [False] * 6]
    assert counted(system, "creates", "updates", "logins") == {"creates": 4, "updates": 2, "logins": 1}
    (mail,) = system.entities("accounts/standard").values()
    assert mail["password"] == "mail-password"


# --- an export


EXPORT = "rimops.insight.insight_export"


def test_what_is_there_is_exported_with_references_by_key(system: System, play: Player) -> None:
    """The export is a manifest, and by it nothing is to be done."""
    life = LIVES["vm_policy"]
    storage = {"type": "storage_template", "key": {"name": "west"}}
    made = [
        task("policy", life.which, attributes=life.first),
        task("storage", storage, attributes=stored("westeurope")),
    ]
    types = ["vm_policy", "storage_template", "worker_profile"]
    play(
        [
            *made,
            task(
                "worker", {"type": "worker_profile", "key": {"regionId": "westeurope"}}, attributes={"maxInstances": 3}
            ),
        ]
    )
    export = {"name": "export", EXPORT: {"to": "out", "types": types}}
    same = {"name": "same", "rimops.insight.insight_entities": {"manifest": ["out/"], **SOON}, "check_mode": True}
    played = play([export, same])
    assert played.code == 0, played.output
    assert not played["same"]["changed"], played["same"]
    assert {name: one["exported"] for name, one in played["export"]["summary"].items()} == dict.fromkeys(types, 1)
    named = {name: yaml.safe_load((play.folder / "out" / f"{name}.yml").read_text())["entities"][0] for name in types}
    west = {"type": "region", "key": {"name": "West Europe"}}
    assert named["worker_profile"]["refs"] == {"regionId": west}
    policy = named["vm_policy"]["attributes"]
    assert policy["regions"] == [{"regionId": {"ref": west}}]
    assert policy["selectedItems"]["virtualMachines"] == [{"id": machine("web-1")}, {"id": machine("web-2")}]
    [item] = named["storage_template"]["attributes"]["storageConfiguration"]["backupRepository"]["items"]
    assert item == {"repositoryId": reference("repository", name="daily"), "regionResourceId": {"ref": west}}


# --- a whole environment


def declared() -> list[dict[str, Any]]:
    """One of each type; secrets by their names."""
    named = {name: {one: {"secret": one} for one in life.secrets} for name, life in LIVES.items()}
    return [{"key": {}, **life.which, "attributes": {**life.first, **named[name]}} for name, life in LIVES.items()]


SECRETS = {name: value for life in LIVES.values() for name, value in life.secrets.items()}


def all_of_it(name: str, **options: Any) -> dict[str, Any]:
    """A task about the whole environment."""
    entities = {"rimops.insight.insight_entities": {"entities": declared(), "secrets": SECRETS, **SOON, **options}}
    return {"name": name, **entities, "ignore_errors": True}


@pytest.mark.proves("DECLARE-2", "DECLARE-3")
def test_a_whole_environment_is_planned_applied_and_kept(system: System, play: Player) -> None:
    planned = play([all_of_it("plan", plan_out="plan.json")])["plan"]
    assert not planned["failed"], planned
    assert counted(system, "writes") == {"writes": 0}
    approved = {"plan_file": "plan.json", "plan_digest": planned["plan_digest"], "journal": "journal"}
    played = play([all_of_it("apply", **approved), all_of_it("again")])
    assert not played["apply"]["failed"], played.output
    assert (played["apply"]["changed"], played["again"]["changed"]) == (True, False), played["again"]
    assert not [secret for secret in SECRETS.values() if secret in played.output]
    only = [one for one in LIVES.values() if one.only]
    sent = {"creates": len(declared()) - len(only), "updates": len(only), "deletes": 0, "logins": 1}
    assert counted(system, *sent) == sent
    listed = play([all_of_it("by list", gather="list")])["by list"]
    assert (listed["failed"], listed["changed"]) == (False, False), [
        one for one in listed["entities"] if one.get("error")
    ]


@pytest.mark.proves("PROBE-21")
def test_the_probe_finds_nothing_to_change(system: System, play: Player) -> None:
    entities = [
        REGION,
        {"type": "service_account", "id": ACCOUNT, "key": {"name": "backup"}},
        {"type": "repository", "id": REPOSITORY, "key": {"name": "daily"}},
    ]
    create = {
        "type": "sla_template",
        "key": {"name": "probe"},
        "attributes": template(1),
        "change": {"description": "Silver"},
        "rename": {"name": "probe again"},
    }
    options = {"entities": entities, "writes": True, "create": create}
    assert_nothing_to_change(run(play, {"name": "probe", "rimops.insight.insight_probe": options}))
