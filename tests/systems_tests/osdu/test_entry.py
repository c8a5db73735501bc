# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who is let in: tokens, partitions, roles, and questions that are well formed."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from simulator.credentials import CLIENT, TENANT
from systems.osdu import OTHER_PARTITION, System
from systems_tests.osdu.client import (
    AS_MACHINE,
    CONFIDENTIAL,
    GROUPS,
    LEGAL,
    RECORDS,
    SCHEMA,
    SCOPE,
    Client,
    as_user,
    record,
    same_refusal,
    schema,
    tag,
)

HERE = "http://localhost:8080"
V1 = {**CONFIDENTIAL, "grant_type": "client_credentials", "resource": CLIENT}
EACH_SERVICE = pytest.mark.parametrize("path", [LEGAL, GROUPS, RECORDS, SCHEMA])


@EACH_SERVICE
def test_a_request_without_a_token_is_401(client: Client, path: str) -> None:
    same_refusal(client.ask("GET", path, headers={"Authorization": ""}), 401)


def test_a_token_that_has_ended_is_401(client: Client, system: System) -> None:
    system.expire("tokens")
    same_refusal(client.ask("GET", LEGAL), 401)


def test_tokens_live_as_long_as_the_switch_says(client: Client, system: System) -> None:
    system.switch(token_lifetime=1)
    client.use(client.token(AS_MACHINE).json()["access_token"])
    assert client.ask("GET", LEGAL).status_code == 200
    time.sleep(1.1)
    same_refusal(client.ask("GET", LEGAL), 401)


def test_a_token_for_another_resource_is_401(client: Client) -> None:
    other = client.token({**AS_MACHINE, "scope": "https://management.example.com/.default"})
    client.use(other.json()["access_token"])
    same_refusal(client.ask("GET", LEGAL), 401)


@EACH_SERVICE
def test_a_request_without_a_partition_is_400(client: Client, path: str) -> None:
    same_refusal(client.ask("GET", path, headers={"data-partition-id": ""}), 400, "data-partition-id")


def test_a_wrong_partition_is_403_but_401_of_entitlements(client: Client) -> None:
    wrong = {"data-partition-id": "nowhere"}
    assert [client.ask("GET", path, headers=wrong).status_code for path in (LEGAL, RECORDS, GROUPS)] == [403, 403, 401]


def test_two_partitions_know_nothing_of_each_other(client: Client) -> None:
    client.ask("POST", LEGAL, tag())
    other = {"data-partition-id": OTHER_PARTITION}
    assert client.ask("GET", f"{LEGAL}/public", headers=other).status_code == 404
    assert client.ask("GET", f"{LEGAL}/public").status_code == 200


def test_a_user_without_the_right_is_403_but_401_of_entitlements(bob: Client) -> None:
    same_refusal(bob.ask("POST", LEGAL, tag()), 403)
    same_refusal(bob.ask("POST", GROUPS, {"name": "data.mine"}), 401)


def test_a_user_whom_nobody_has_added_is_not_let_in(client: Client, system: System) -> None:
    url = system.authorize_url(TENANT, HERE, SCOPE)
    ended = system.authorize(url, "mfa@example.com", "mfa-password")
    code = parse_qs(urlsplit(ended).query)["code"][0]
    form = {**CONFIDENTIAL, "grant_type": "authorization_code", "code": code, "redirect_uri": HERE}
    client.use(client.token(form).json()["access_token"])
    same_refusal(client.ask("GET", LEGAL), 403)


def test_the_authorization_code_gives_a_token_and_a_refresh_token(client: Client, system: System) -> None:
    ended = system.authorize(system.authorize_url(TENANT, HERE, f"{SCOPE} openid offline_access"))
    code = parse_qs(urlsplit(ended).query)["code"][0]
    form = {**CONFIDENTIAL, "grant_type": "authorization_code", "code": code, "redirect_uri": HERE}
    first = client.token(form).json()
    client.use(first["access_token"])
    assert client.ask("GET", LEGAL).status_code == 200
    again = {**CONFIDENTIAL, "grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    client.use(client.token(again).json()["access_token"])
    assert client.ask("GET", LEGAL).status_code == 200
    counters = system.counters()
    assert (counters["logins"], counters["refreshes"]) == (2, 1)


def test_client_credentials_give_no_refresh_token(client: Client) -> None:
    newer = client.token({**AS_MACHINE, "scope": f"{SCOPE} offline_access"})
    assert [answer.status_code for answer in (newer, client.token(V1, version=""))] == [200, 200]
    assert "refresh_token" not in newer.json() | client.token(V1, version="").json()


def test_the_older_endpoint_takes_a_resource_and_answers_text(client: Client) -> None:
    answer = client.token({**V1, "scope": f"{CLIENT}.default"}, version="").json()
    assert answer["expires_in"] == "3600"
    assert answer["resource"] == CLIENT
    assert "scope" not in answer
    client.use(answer["access_token"])
    assert client.ask("GET", LEGAL).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "number"),
    [
        ({"resource": ""}, 900144),
        ({"resource": "https://nobody.example.com"}, 500011),
        ({"client_secret": "wrong"}, 7000215),
        ({"grant_type": ""}, 900144),
    ],
)
def test_the_older_endpoint_is_strict(client: Client, wrong: dict[str, str], number: int) -> None:
    answer = client.token({**V1, **wrong}, version="")
    assert answer.status_code in (400, 401)
    assert answer.json()["error_codes"] == [number]


def test_the_older_endpoint_refreshes(client: Client) -> None:
    first = client.token({**as_user("alice"), "resource": CLIENT}, version="").json()
    again = {**CONFIDENTIAL, "grant_type": "refresh_token", "resource": CLIENT}
    answer = client.token({**again, "refresh_token": first["refresh_token"]}, version="")
    client.use(answer.json()["access_token"])
    assert client.ask("GET", LEGAL).status_code == 200


def test_wrong_credentials_are_counted(client: Client, system: System) -> None:
    assert client.token({**AS_MACHINE, "client_secret": "wrong"}).status_code == 401
    assert system.counters()["logins_refused"] == 1


def test_a_body_of_another_media_type_is_415(client: Client) -> None:
    same_refusal(client.ask("POST", LEGAL, data="{}", headers={"Content-Type": "text/plain"}), 415)


def test_a_body_that_is_not_json_is_400(client: Client) -> None:
    same_refusal(client.ask("POST", LEGAL, data="{", headers={"Content-Type": "application/json"}), 400)


def test_a_parameter_that_is_not_known_is_400(client: Client) -> None:
    same_refusal(client.ask("GET", f"{LEGAL}?Valid=true"), 400, "Valid")


def test_another_method_is_405_and_another_path_404(client: Client) -> None:
    same_refusal(client.ask("PATCH", LEGAL, {}), 405)
    same_refusal(client.ask("GET", "/api/legal/v1/tags"), 404)


def test_connections_share_what_is_there_and_what_is_counted(client: Client, system: System) -> None:
    client.ask("POST", LEGAL, tag())
    with Client(system) as other:
        assert other.ask("GET", f"{LEGAL}/public").status_code == 200
    counters = system.counters()
    assert (counters["creates"], counters["reads"], counters["logins"]) == (1, 1, 2)


def test_each_run_is_the_same(client: Client, system: System) -> None:
    new = record()
    del new["id"]

    def written() -> list[Any]:
        client.ask("POST", LEGAL, tag())
        client.ask("PUT", RECORDS, [new])
        client.ask("PUT", SCHEMA, schema())
        return [list(system.entities(type_).items()) for type_ in ("legal_tag", "group", "record", "schema")]

    first = written()
    system.reset()
    assert written() == first
    assert first[2]
