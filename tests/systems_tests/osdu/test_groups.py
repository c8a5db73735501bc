# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entitlements service: groups."""

from __future__ import annotations

from typing import Any

import pytest
from systems.osdu import OTHER_PARTITION, System
from systems_tests.osdu.client import GROUPS, RECORDS, Client, email, same_refusal


def create(client: Client, name: str = "Users.Geo", **more: Any) -> Any:
    return client.ask("POST", GROUPS, {"name": name, **more})


def rename(client: Client, group: str, *names: str, path: str = "/name") -> Any:
    return client.ask("PATCH", f"{GROUPS}/{group}", [{"op": "replace", "path": path, "value": list(names)}])


def members(client: Client, group: str) -> dict[str, str]:
    listed = client.ask("GET", f"{GROUPS}/{email(group)}/members").json()["members"]
    return {one["email"]: one["role"] for one in listed}


def listed(client: Client, query: str = "type=NONE&limit=1000") -> dict[str, Any]:
    return client.ask("GET", f"{GROUPS}/all?{query}").json()


def test_a_name_becomes_lower_case_and_makes_the_email(client: Client) -> None:
    answer = create(client, description="Geologists")
    assert answer.status_code == 201
    assert answer.json() == {"name": "users.geo", "email": email("users.geo"), "description": "Geologists"}


def test_a_group_that_exists_is_409_in_any_case(client: Client) -> None:
    create(client, "users.geo")
    same_refusal(create(client, "USERS.GEO"), 409)


@pytest.mark.parametrize("wrong", [{"name": "ab"}, {"name": "a b c"}, {"name": None}, {"name": "abc", "type": "x"}])
def test_a_wrong_group_is_400(client: Client, wrong: dict[str, Any]) -> None:
    same_refusal(client.ask("POST", GROUPS, wrong), 400)


def test_there_is_no_way_to_read_one_group(client: Client) -> None:
    same_refusal(client.ask("GET", f"{GROUPS}/{email('users')}"), 405)


def test_who_creates_a_group_owns_it_and_root_belongs_to_data_and_user_groups(alice: Client) -> None:
    for name in ("data.wells", "users.geo", "service.mine"):
        create(alice, name)
    assert list(members(alice, "service.mine").values()) == ["OWNER"]
    for name in ("data.wells", "users.geo"):
        assert members(alice, name)[email("users.data.root")] == "MEMBER"
        assert list(members(alice, name).values()) == ["OWNER", "MEMBER"]


def test_the_list_of_all_needs_a_type_and_filters_by_it(client: Client) -> None:
    same_refusal(client.ask("GET", f"{GROUPS}/all"), 400, "type")
    same_refusal(client.ask("GET", f"{GROUPS}/all?type=ALL"), 400, "type")
    names = {one["name"] for one in listed(client, "type=DATA")["groups"]}
    assert names == {"data.default.owners", "data.default.viewers"}


def test_the_list_of_all_goes_on_with_a_cursor(client: Client, system: System) -> None:
    seen: list[str] = []
    page = listed(client, "type=NONE&limit=9")
    while True:
        seen += [one["email"] for one in page["groups"]]
        if not page["cursor"]:
            break
        page = listed(client, f"type=NONE&limit=9&cursor={page['cursor']}")
    assert len(seen) == len(set(seen)) == page["totalCount"] == 18
    same_refusal(client.ask("GET", f"{GROUPS}/all?type=NONE&cursor=c-999"), 400)
    system.switch(cursor_after_last=True)
    assert listed(client, "type=NONE&limit=18")["cursor"]


def test_the_list_without_all_shows_the_callers_groups(bob: Client) -> None:
    content = bob.ask("GET", GROUPS).json()
    names = {one["name"] for one in content["groups"]}
    assert {"users", "users.datalake.viewers", "service.legal.user"} <= names
    assert "users.datalake.admins" not in names


@pytest.mark.parametrize("path", ["/description", "/email", "/members"])
def test_nothing_but_name_and_app_ids_can_be_changed(client: Client, path: str) -> None:
    create(client, "users.geo", description="Geologists")
    same_refusal(rename(client, email("users.geo"), "Other", path=path), 400)


def test_a_new_name_is_a_new_email_everywhere(client: Client) -> None:
    create(client, "users.geo")
    create(client, "service.mine")
    client.ask("POST", f"{GROUPS}/{email('service.mine')}/members", {"email": email("users.geo"), "role": "MEMBER"})
    answer = rename(client, email("users.geo"), "Users.Rocks")
    assert answer.status_code == 200
    assert answer.json() == {"name": "users.rocks", "email": email("users.rocks"), "appIds": []}
    assert email("users.rocks") in members(client, "service.mine")
    same_refusal(client.ask("GET", f"{GROUPS}/{email('users.geo')}/members"), 404)


def test_app_ids_are_never_shown_by_a_list(client: Client) -> None:
    create(client, "users.geo")
    assert rename(client, email("users.geo"), "app-1", path="/appIds").json()["appIds"] == ["app-1"]
    assert all(set(one) == {"name", "email", "description"} for one in listed(client)["groups"])


def test_some_groups_cannot_be_renamed(client: Client) -> None:
    create(client, "data.wells")
    create(client, "users.geo")
    same_refusal(rename(client, email("data.wells"), "data.holes"), 400, "data group")
    same_refusal(rename(client, email("users"), "people"), 400, "bootstrapped")
    same_refusal(rename(client, email("users.geo"), "users"), 400, "already exists")
    same_refusal(rename(client, email("users.nobody"), "users.somebody"), 404)


def test_another_operation_than_replace_is_400(client: Client) -> None:
    create(client, "users.geo")
    body = [{"op": "add", "path": "/name", "value": ["users.rocks"]}]
    same_refusal(client.ask("PATCH", f"{GROUPS}/{email('users.geo')}", body), 400, "op")


def test_whoever_does_not_own_a_group_gets_401(alice: Client, bob: Client) -> None:
    create(alice, "users.geo")
    same_refusal(rename(bob, email("users.geo"), "users.bobs"), 401, "manage members")
    same_refusal(bob.ask("DELETE", f"{GROUPS}/{email('users.geo')}"), 401, "manage members")


def test_deleting_is_204_also_when_there_is_nothing_but_not_what_was_there_at_the_start(client: Client) -> None:
    create(client, "users.geo")
    path = f"{GROUPS}/{email('users.geo')}"
    assert [client.ask("DELETE", path).status_code for _time in range(2)] == [204, 204]
    same_refusal(client.ask("DELETE", f"{GROUPS}/{email('users')}"), 400)


def test_a_group_of_another_partition_is_400(client: Client) -> None:
    same_refusal(client.ask("DELETE", f"{GROUPS}/{email('users', OTHER_PARTITION)}"), 400)


def test_too_many_groups_are_412(client: Client, system: System) -> None:
    system.switch(group_quota=2)
    same_refusal(create(client, "data.wells"), 412)


def test_the_rights_of_a_group_reach_its_members(client: Client, bob: Client) -> None:
    assert bob.ask("GET", f"{RECORDS}?limit=1").status_code == 200
    client.ask("DELETE", f"{GROUPS}/{email('service.storage.viewer')}/members/{email('users.datalake.viewers')}")
    same_refusal(bob.ask("GET", f"{RECORDS}?limit=1"), 403)
