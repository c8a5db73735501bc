# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entitlements service: members."""

from __future__ import annotations

from typing import Any

import pytest
from simulator.credentials import CLIENT
from systems.osdu import OTHER_PARTITION
from systems.osdu.bootstrap import ALICE, BOB
from systems_tests.osdu.client import GROUPS, Client, email, same_refusal

GEO = f"{GROUPS}/{email('users.geo')}/members"
ANYBODY = "0f0f0f0f-0000-4000-8000-00000000000A"


@pytest.fixture
def geo(alice: Client) -> Client:
    """Alice, and a group that she has made."""
    assert alice.ask("POST", GROUPS, {"name": "users.geo"}).status_code == 201
    return alice


def add(client: Client, member: str, role: str = "MEMBER", path: str = GEO) -> Any:
    return client.ask("POST", path, {"email": member, "role": role})


def test_an_object_id_is_added_as_an_email_in_lower_case(geo: Client) -> None:
    answer = add(geo, ANYBODY)
    assert answer.status_code == 200
    assert answer.json() == {"email": ANYBODY.lower(), "role": "MEMBER"}


def test_a_list_tells_types_when_it_is_asked(geo: Client) -> None:
    add(geo, BOB)
    plain = geo.ask("GET", f"{GEO}?role=MEMBER").json()["members"]
    root = email("users.data.root")
    assert plain == [{"email": root, "role": "MEMBER"}, {"email": BOB, "role": "MEMBER"}]
    typed = geo.ask("GET", f"{GEO}?includeType=true").json()["members"]
    assert [one["memberType"] for one in typed] == ["USER", "GROUP", "USER"]
    assert geo.ask("GET", f"{GEO}Count").json()["membersCount"] == 3


@pytest.mark.parametrize("role", ["MEMBER", "OWNER"])
def test_a_role_cannot_be_changed_by_adding_again(geo: Client, role: str) -> None:
    add(geo, BOB)
    same_refusal(add(geo, BOB, role), 409, "already a member")


def test_a_role_is_changed_by_removing_and_adding(geo: Client) -> None:
    add(geo, BOB)
    assert geo.ask("DELETE", f"{GEO}/{BOB}").status_code == 204
    assert add(geo, BOB, "OWNER").status_code == 200
    owners = geo.ask("GET", f"{GEO}?role=OWNER").json()["members"]
    assert [one["email"] for one in owners] == [ALICE, BOB]


def test_removing_one_who_is_not_there_is_404(geo: Client) -> None:
    same_refusal(geo.ask("DELETE", f"{GEO}/{BOB}"), 404)


def test_a_group_can_only_be_a_member(geo: Client) -> None:
    same_refusal(add(geo, email("users"), "OWNER"), 400, "only be MEMBER")
    assert add(geo, email("users")).status_code == 200


def test_a_group_that_is_not_there_is_404_and_one_of_another_partition_400(geo: Client) -> None:
    same_refusal(add(geo, email("users.nobody")), 404)
    same_refusal(add(geo, email("users", OTHER_PARTITION)), 400)


def test_a_circle_of_groups_is_400(geo: Client) -> None:
    geo.ask("POST", GROUPS, {"name": "users.rocks"})
    rocks = f"{GROUPS}/{email('users.rocks')}/members"
    assert add(geo, email("users.rocks")).status_code == 200
    same_refusal(add(geo, email("users.geo"), path=rocks), 400, "Cyclic")
    same_refusal(add(geo, email("users.geo")), 400, "Cyclic")


def test_whoever_does_not_own_the_group_gets_401(geo: Client, bob: Client) -> None:
    same_refusal(add(bob, BOB), 401, "manage members")
    same_refusal(bob.ask("DELETE", f"{GEO}/{ALICE}"), 401, "manage members")
    same_refusal(bob.ask("GET", GEO), 401, "manage members")


def test_an_owner_whom_somebody_has_added_may_manage(geo: Client, bob: Client) -> None:
    add(geo, BOB, "OWNER")
    assert add(bob, ANYBODY).status_code == 200


@pytest.mark.parametrize("wrong", [{}, {"email": BOB}, {"email": BOB, "role": "owner"}, {"email": 1, "role": "OWNER"}])
def test_a_wrong_member_is_400(geo: Client, wrong: dict[str, Any]) -> None:
    same_refusal(geo.ask("POST", GEO, wrong), 400)


def test_root_stays_in_a_data_group(geo: Client) -> None:
    geo.ask("POST", GROUPS, {"name": "data.wells"})
    path = f"{GROUPS}/{email('data.wells')}/members/{email('users.data.root')}"
    same_refusal(geo.ask("DELETE", path), 400, "root")


def test_users_are_left_last(client: Client) -> None:
    same_refusal(client.ask("DELETE", f"{GROUPS}/{email('users')}/members/{BOB}"), 400, "other groups")
    client.ask("DELETE", f"{GROUPS}/{email('users.datalake.viewers')}/members/{BOB}")
    assert client.ask("DELETE", f"{GROUPS}/{email('users')}/members/{BOB}").status_code == 204


def test_a_member_of_the_whole_partition_is_shown_and_removed(client: Client) -> None:
    path = f"/api/entitlements/v2/members/{BOB}"
    same_refusal(client.ask("GET", f"{path}/groups"), 400, "type")
    names = {one["name"] for one in client.ask("GET", f"{path}/groups?type=user").json()["groups"]}
    assert names == {"users", "users.datalake.viewers"}
    assert client.ask("DELETE", path).status_code == 204
    assert client.ask("GET", f"{path}/groups?type=none").json()["groups"] == []


def test_the_application_owns_what_was_there_at_the_start(client: Client) -> None:
    owners = client.ask("GET", f"{GROUPS}/{email('users')}/members?role=OWNER").json()["members"]
    assert [one["email"] for one in owners] == [CLIENT]
