# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the stand-in for Veeam refuses in bodies, queries, methods and paths."""

from __future__ import annotations

from typing import Any

import pytest
from systems.veeam_azure import tables
from systems_tests.veeam_azure.client import Client

USER = {"name": "new", "description": "A new one"}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"nmae": "x"}, "nmae"),
        ({"mfaEnabled": False}, "mfaEnabled"),
        ({"name": None}, "name"),
        ({"name": 1}, "name"),
        ({"role": "Administrator"}, "role"),
        ({"role": "portaladmin"}, "role"),
    ],
)
def test_a_body_has_the_fields_of_the_description_and_no_others(client: Client, change: Any, field: str) -> None:
    answer = client.api("POST", "users", USER | change)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert set(answer.json()) == {"type", "title", "status", "detail", "errors", "traceId"}
    assert list(answer.json()["errors"]) == [field]
    assert client.system.counters()["creates"] == 0


def test_a_required_field_may_not_be_missing(client: Client) -> None:
    answer = client.api("POST", "users", {"name": "new"})
    assert answer.json()["errors"] == {"description": ["The description field is required."]}


def test_what_can_only_be_created_is_no_field_of_an_update(client: Client) -> None:
    path = f"users/{client.good('POST', 'users', USER)['id']}"
    assert client.api("PUT", path, {"type": "Internal"}).status_code == 400
    assert client.api("PUT", path, {"identityProviderEntityId": None}).status_code == 400


@pytest.mark.parametrize(
    ("type_", "right", "wrong"),
    [
        ("int", [0, -1], [True, 1.5, "1", None]),
        ("int(1..10)", [1, 10], [0, 11]),
        ("int(-1..)", [-1, 5], [-2]),
        ("text(1..2)", ["a", "ab"], ["", "abc"]),
        ("text or null", [None, ""], [1]),
        ("bool", [True], ["true", 1, None]),
        ("uuid", ["d5022b05-574f-494e-9414-797834d5d411"], ["x", ""]),
        ("date", ["2026-01-05T08:00:00Z", "2026-01-05T08:00:00.5+01:00"], ["2026-01-05", "08:00"]),
        ("span", ["08:00:00", "1.08:00:00"], ["8:00", 8]),
        ("object", [{}], [[], None]),
        ("Period", ["Days"], ["days"]),
        ("[Tag] or null", [None, [], [{"name": "a"}]], [{}, [None], [{"nam": "a"}]]),
        ("[Item or null]", [[None]], [None]),
    ],
)
def test_types_of_fields(type_: str, right: list[Any], wrong: list[Any]) -> None:
    tables.TABLES["bodies"]["Tested"] = {"field": type_}
    assert [value for value in right if tables.body_errors({"field": value}, "Tested")] == []
    assert [value for value in wrong if not tables.body_errors({"field": value}, "Tested")] == []


def test_errors_name_the_place() -> None:
    body = {"regions": [{"regionId": "a"}, {"id": "b"}], "name": "", "isEnabled": None}
    assert set(tables.body_errors(body, "Policy")) == {"regions[1].id", "name"}


def test_every_name_in_the_tables_is_one_of_them() -> None:
    plain = {*tables.PLAIN, *tables.PATTERNS}
    for kind in ("bodies", "queries"):
        for name, table in tables.TABLES[kind].items():
            types = tables.fields(kind, name).values() if isinstance(table, dict) else [table]
            while types:
                found = [tables.TYPE.fullmatch(type_) for type_ in types]
                assert all(found), (name, types)
                types = [one["element"] for one in found if one and one["element"]]
                known = plain | set(tables.TABLES["enums"]) | set(tables.TABLES["bodies"])
                assert {one["name"] for one in found if one and one["name"]} <= known, name


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b'"x"'])
def test_a_body_is_a_json_object(client: Client, content: bytes) -> None:
    url = f"{client.system.url}/api/v8.1/users"
    assert client.post(url, data=content, headers={"Content-Type": "application/json"}).status_code == 400


def test_a_body_that_says_that_it_is_something_else(client: Client) -> None:
    answer = client.post(f"{client.system.url}/api/v8.1/users", data=USER)
    assert (answer.status_code, answer.json()["title"]) == (415, "Unsupported Media Type")


def test_no_body_where_none_is_described(client: Client) -> None:
    path = f"users/{client.results('users')[0]['id']}"
    assert client.api("POST", f"{path}/disableMfa", {}).status_code == 400


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("users", {"offset": 0}),
        ("users", {"Offset": -1}),
        ("users", {"Limit": -2}),
        ("users", {"Limit": "x"}),
        ("users", {"SearchPattern": "x"}),
        ("users", {"NameFilter": ["a", "b"]}),
        ("accounts/standard", {"Type": "smtp"}),
        ("repositories", {"IsEncrypted": "yes"}),
        ("repositories", {"TenantId": "x"}),
        ("cloudInfrastructure/storageAccounts", {"Offset": 0}),
        ("cloudInfrastructure/storageAccounts", {"Limit": 1}),
        ("settings/retention", {"Limit": 1}),
    ],
)
def test_queries_have_the_names_and_values_of_the_description(client: Client, path: str, query: Any) -> None:
    assert client.api("GET", path, **query).status_code == 400


def test_a_parameter_may_be_a_list(client: Client) -> None:
    for kind in ("Smtp", "Database"):
        client.good("POST", "accounts/standard", {"kind": kind, "name": kind})
    assert len(client.results("accounts/standard", Type=["Smtp", "Database"])) == 2
    assert [one["name"] for one in client.results("accounts/standard", Type="Smtp")] == ["Smtp"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "user", 404),
        ("GET", "Users", 404),
        ("GET", "users/", 404),
        ("PATCH", "users", 405),
        ("POST", "settings/retention", 405),
        ("POST", "accounts/azure/service", 405),
        ("DELETE", "virtualMachines/x", 405),
    ],
)
def test_paths_and_methods(client: Client, method: str, path: str, status: int) -> None:
    assert client.api(method, path).status_code == status


def test_another_version_is_not_here(client: Client) -> None:
    assert client.get(f"{client.system.url}/api/v8/users").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "users/x",
        "accounts/standard/1",
        "accounts/azure/service/x",
        "repositories/x",
        "workers/profiles/westeurope",
        "workers/networkConfiguration/westeurope",
        "policies/virtualMachines/x",
        "policies/virtualMachines/x/regions",
        "policyTemplates/slaTemplate/x",
        "jobSessions/x",
        "jobSessions/x/log",
        "operations/x",
        "virtualMachines/x",
        "cloudInfrastructure/regions/x",
    ],
)
def test_unknown_ids_are_404(client: Client, path: str) -> None:
    answer = client.api("GET", path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
