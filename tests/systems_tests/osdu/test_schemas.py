# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema service."""

from __future__ import annotations

from typing import Any

import pytest
from systems.osdu import OTHER_PARTITION, System
from systems_tests.osdu.client import SCHEMA, Client, same_refusal, schema

ID = "acme:wks:well:1.0.0"
SHARED = "osdu:wks:AbstractWorkProduct:1.0.0"
INNER = "osdu:wks:AbstractLegalTags:1.0.0"


def ids(client: Client, query: str = "") -> list[str]:
    content = client.ask("GET", f"{SCHEMA}?{query}").json()
    return [one["schemaIdentity"]["id"] for one in content["schemaInfos"]]


def with_properties(**properties: str) -> dict[str, Any]:
    return {"type": "object", "properties": {name: {"type": type_} for name, type_ in properties.items()}}


def test_a_new_schema_answers_201_and_what_is_known_of_it(client: Client) -> None:
    answer = client.ask("POST", SCHEMA, schema(status="PUBLISHED", scope="SHARED", createdBy="me"))
    assert answer.status_code == 201
    info = answer.json()
    assert (info["schemaIdentity"]["id"], info["status"], info["scope"]) == (ID, "PUBLISHED", "INTERNAL")
    assert info["createdBy"] != "me"


def test_one_that_exists_is_400_not_409(client: Client) -> None:
    client.ask("POST", SCHEMA, schema())
    same_refusal(client.ask("POST", SCHEMA, schema()), 400, "already present")


def test_put_creates_only_what_is_in_development(client: Client) -> None:
    same_refusal(client.ask("PUT", SCHEMA, schema(status="PUBLISHED")), 400, "through put")
    assert client.ask("PUT", SCHEMA, schema()).status_code == 201


def test_put_replaces_what_is_in_development_and_may_publish_it(client: Client) -> None:
    client.ask("PUT", SCHEMA, schema())
    other = with_properties(name="string")
    answer = client.ask("PUT", SCHEMA, schema(status="PUBLISHED", content=other))
    assert (answer.status_code, answer.json()["status"]) == (200, "PUBLISHED")
    assert client.ask("GET", f"{SCHEMA}/{ID}").json() == other


@pytest.mark.parametrize("status", ["PUBLISHED", "OBSOLETE"])
def test_nothing_else_can_be_changed_not_even_its_status(client: Client, status: str) -> None:
    client.ask("POST", SCHEMA, schema(status=status))
    for wanted in ("DEVELOPMENT", "PUBLISHED", "OBSOLETE"):
        same_refusal(client.ask("PUT", SCHEMA, schema(status=wanted)), 400, "can be updated")


def test_nothing_can_be_deleted(client: Client) -> None:
    client.ask("POST", SCHEMA, schema())
    same_refusal(client.ask("DELETE", f"{SCHEMA}/{ID}"), 405)


def test_a_read_shows_the_schema_only(client: Client) -> None:
    client.ask("POST", SCHEMA, schema())
    assert client.ask("GET", f"{SCHEMA}/{ID}").json() == schema()["schema"]
    same_refusal(client.ask("GET", f"{SCHEMA}/acme:wks:hole:1.0.0"), 404)


def test_references_are_resolved_what_is_read_is_not_what_was_written(client: Client) -> None:
    content = {"allOf": [{"$ref": SHARED}], "properties": {"tags": {"$ref": "#/definitions/mine"}}}
    written = {**content, "definitions": {"mine": {"type": "array"}}}
    client.ask("POST", SCHEMA, schema(content=written))
    read = client.ask("GET", f"{SCHEMA}/{ID}").json()
    assert read["allOf"] == [{"$ref": f"#/definitions/{SHARED}"}]
    assert read["properties"] == content["properties"]
    assert set(read["definitions"]) == {"mine", SHARED, INNER}
    assert "definitions" not in read["definitions"][SHARED]


@pytest.mark.parametrize("reference", ["acme:wks:nobody:1.0.0", "https://schemas.example.com/a.json"])
def test_a_reference_that_leads_nowhere_is_400(client: Client, reference: str) -> None:
    same_refusal(client.ask("POST", SCHEMA, schema(content={"$ref": reference})), 400)


def test_post_refuses_a_reference_to_what_is_in_development_and_put_does_not(client: Client) -> None:
    client.ask("POST", SCHEMA, schema())
    other = schema(content={"$ref": ID})
    other["schemaInfo"]["schemaIdentity"]["entityType"] = "hole"
    same_refusal(client.ask("POST", SCHEMA, other), 400, "development")
    assert client.ask("PUT", SCHEMA, other).status_code == 201


@pytest.mark.parametrize("after", [{"depth": "string"}, {"name": "string"}])
def test_a_newer_version_must_not_break_an_older_one(client: Client, after: dict[str, str]) -> None:
    client.ask("POST", SCHEMA, schema())
    same_refusal(client.ask("POST", SCHEMA, schema(1, content=with_properties(**after))), 400, "Breaking")
    more = with_properties(depth="number", name="string")
    assert client.ask("POST", SCHEMA, schema(1, content=more)).status_code == 201


def test_a_superseding_schema_must_be_there(client: Client) -> None:
    newer = schema(1)["schemaInfo"]["schemaIdentity"]
    same_refusal(client.ask("POST", SCHEMA, schema(supersededBy=newer)), 400, "SuperSededBy")
    client.ask("POST", SCHEMA, schema(1))
    answer = client.ask("POST", SCHEMA, schema(supersededBy=newer))
    assert answer.json()["supersededBy"]["id"] == "acme:wks:well:1.1.0"


@pytest.mark.parametrize(
    "wrong",
    [
        {"status": "published"},
        {"status": None},
        {"schemaIdentity": None},
        {"schemaIdentity": {**schema()["schemaInfo"]["schemaIdentity"], "schemaVersionMajor": "1"}},
        {"schemaIdentity": {**schema()["schemaInfo"]["schemaIdentity"], "authority": "a:b"}},
        {"owner": "me"},
    ],
)
def test_a_wrong_schema_is_400(client: Client, wrong: dict[str, Any]) -> None:
    same_refusal(client.ask("POST", SCHEMA, schema(**wrong)), 400)


def test_a_list_has_filters(client: Client) -> None:
    client.ask("POST", SCHEMA, schema())
    client.ask("POST", SCHEMA, schema(1, "PUBLISHED"))
    assert ids(client, "authority=acme") == [ID, "acme:wks:well:1.1.0"]
    assert ids(client, "authority=acme&schemaVersionMinor=1") == ["acme:wks:well:1.1.0"]
    assert ids(client, "status=DEVELOPMENT") == [ID]
    assert ids(client, "scope=INTERNAL&entityType=well&latestVersion=true") == ["acme:wks:well:1.1.0"]
    assert ids(client, "entityType=none") == []
    same_refusal(client.ask("GET", f"{SCHEMA}?status=NEW"), 400)
    same_refusal(client.ask("GET", f"{SCHEMA}?latestVersion=true&schemaVersionMinor=1"), 400)


def test_a_list_goes_on_with_an_offset(client: Client) -> None:
    content = client.ask("GET", f"{SCHEMA}?limit=1&offset=1").json()
    assert (content["offset"], content["count"], content["totalCount"]) == (1, 1, 2)
    assert ids(client, "limit=1") + ids(client, "limit=1&offset=1") == [INNER, SHARED]
    same_refusal(client.ask("GET", f"{SCHEMA}?limit=101"), 400)


def test_a_list_without_filters_shows_all_or_what_its_description_says(client: Client, system: System) -> None:
    client.ask("POST", SCHEMA, schema())
    client.ask("POST", SCHEMA, schema(1, "PUBLISHED"))
    assert ids(client) == [INNER, SHARED, ID, "acme:wks:well:1.1.0"]
    system.switch(schema_list_filters="description")
    assert ids(client) == ["acme:wks:well:1.1.0"]


def test_shared_schemas_are_there_for_each_partition_and_own_ones_for_one(client: Client) -> None:
    client.ask("POST", SCHEMA, schema())
    other = client.ask("GET", f"{SCHEMA}/{SHARED}", headers={"data-partition-id": OTHER_PARTITION})
    assert other.status_code == 200
    same_refusal(client.ask("GET", f"{SCHEMA}/{ID}", headers={"data-partition-id": OTHER_PARTITION}), 404)
