# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The legal service."""

from __future__ import annotations

from typing import Any

import pytest
from systems.osdu import PARTITION, System
from systems_tests.osdu.client import LEGAL, Client, same_refusal, tag

FULL = f"{PARTITION}-public"


def created(client: Client, **properties: Any) -> dict[str, Any]:
    answer = client.ask("POST", LEGAL, tag(**properties))
    assert answer.status_code == 201, answer.text
    return answer.json()


def read(client: Client) -> dict[str, Any]:
    return client.ask("GET", f"{LEGAL}/public").json()


def test_the_name_gets_the_partitions_prefix_unless_it_has_it(client: Client) -> None:
    assert created(client)["name"] == FULL
    assert client.ask("POST", LEGAL, tag(f"{PARTITION}-other")).json()["name"] == f"{PARTITION}-other"


def test_a_name_must_not_be_too_long_with_its_prefix(client: Client) -> None:
    assert client.ask("POST", LEGAL, tag("a" * 92)).status_code == 201
    same_refusal(client.ask("POST", LEGAL, tag("a" * 93)), 400, "name")


def test_a_tag_is_read_with_and_without_the_prefix(client: Client) -> None:
    created(client)
    assert read(client) == client.ask("GET", f"{LEGAL}/{FULL}").json()


def test_a_name_that_exists_is_409(client: Client) -> None:
    created(client)
    same_refusal(client.ask("POST", LEGAL, tag(FULL)), 409)


def test_a_tag_without_an_end_gets_one_far_away(client: Client) -> None:
    assert created(client)["properties"]["expirationDate"] == "9999-12-31"


def test_of_an_end_only_the_day_is_kept(client: Client) -> None:
    assert created(client, expirationDate="2099-12-31T23:00:00Z")["properties"]["expirationDate"] == "2099-12-31"
    client.ask("PUT", LEGAL, {"name": FULL, "contractId": "B9999", "expirationDate": "2098-12-31T00:00:00.000Z"})
    assert read(client)["properties"]["expirationDate"] == "2098-12-31"


@pytest.mark.parametrize(
    "wrong",
    [
        {"countryOfOrigin": []},
        {"countryOfOrigin": "NO"},
        {"countryOfOrigin": ["XX"]},
        {"dataType": "first party data"},
        {"securityClassification": "Secret"},
        {"contractId": "a b"},
        {"originator": None},
        {"expirationDate": "2025-12-31"},
        {"expirationDate": "tomorrow"},
        {"extensionProperties": []},
        {"owner": "Acme"},
    ],
)
def test_wrong_properties_are_400(client: Client, wrong: dict[str, Any]) -> None:
    same_refusal(client.ask("POST", LEGAL, tag(**wrong)), 400)


def test_three_properties_take_no_notice_of_case_and_are_kept_as_sent(client: Client) -> None:
    assert created(client, securityClassification="PUBLIC")["properties"]["securityClassification"] == "PUBLIC"


def test_data_of_third_parties_needs_a_contract_and_an_end(client: Client) -> None:
    same_refusal(client.ask("POST", LEGAL, tag(dataType="Third Party Data")), 400, "expiration date")
    assert created(client, dataType="Third Party Data", expirationDate="2099-12-31")


def test_properties_stand_nested_on_create_and_flat_on_update(client: Client) -> None:
    created(client)
    same_refusal(client.ask("POST", LEGAL, {"name": "flat", "contractId": "A1234"}), 400)
    same_refusal(client.ask("PUT", LEGAL, tag()), 400, "properties")


def test_an_update_sets_four_attributes(client: Client) -> None:
    created(client)
    more = {"contractId": "B9999", "expirationDate": "2099-12-31", "extensionProperties": {"a": {"b": 1}}}
    answer = client.ask("PUT", LEGAL, {"name": FULL, "description": "Other", **more})
    assert answer.status_code == 200
    assert answer.json() == read(client)
    assert read(client)["description"] == "Other"
    assert {name: read(client)["properties"][name] for name in more} == more
    assert read(client)["properties"]["originator"] == "Acme"


def test_an_update_blanks_those_of_the_four_that_it_leaves_out(client: Client) -> None:
    created(client, expirationDate="2099-12-31", extensionProperties={"a": {"b": 1}})
    client.ask("PUT", LEGAL, {"name": FULL, "contractId": "B9999"})
    properties = read(client)["properties"]
    assert (read(client)["description"], properties["expirationDate"]) == (None, None)
    assert properties["extensionProperties"] is None


@pytest.mark.parametrize("name", ["originator", "countryOfOrigin", "dataType", "securityClassification"])
def test_an_update_refuses_what_cannot_be_changed(client: Client, name: str) -> None:
    created(client)
    same_refusal(client.ask("PUT", LEGAL, {"name": FULL, name: "Other"}), 400, name)


def test_an_update_of_what_is_not_there_is_404(client: Client) -> None:
    same_refusal(client.ask("PUT", LEGAL, {"name": "nobody"}), 404)


def test_delete_is_204_also_when_there_is_nothing(client: Client, system: System) -> None:
    created(client)
    assert [client.ask("DELETE", f"{LEGAL}/public").status_code for _time in range(2)] == [204, 204]
    same_refusal(client.ask("GET", f"{LEGAL}/public"), 404)
    system.switch(legal_delete_absent="404")
    same_refusal(client.ask("DELETE", f"{LEGAL}/public"), 404)


def test_a_list_shows_either_the_valid_ones_or_the_others(client: Client, system: System) -> None:
    created(client)
    client.ask("POST", LEGAL, tag("old"))
    system.patch("legal_tag", f"{PARTITION}-old", isValid=False)

    def names(query: str) -> list[str]:
        return [one["name"] for one in client.ask("GET", LEGAL + query).json()["legalTags"]]

    assert names("") == names("?valid=true") == [FULL]
    assert names("?valid=false") == [f"{PARTITION}-old"]
    same_refusal(client.ask("GET", f"{LEGAL}?valid=all"), 400)


def test_many_are_fetched_at_once_and_a_missing_one_is_404(client: Client) -> None:
    created(client)
    found = client.ask("POST", f"{LEGAL}:batchRetrieve", {"names": ["public"]})
    assert (found.status_code, len(found.json()["legalTags"])) == (200, 1)
    some = client.ask("POST", f"{LEGAL}:batchRetrieve", {"names": ["public", "nobody"]})
    assert (some.status_code, len(some.json()["legalTags"])) == (404, 1)
    same_refusal(client.ask("POST", f"{LEGAL}:batchRetrieve", {"names": ["public"] * 26}), 400)


def test_validate_says_what_is_wrong_with_a_name(client: Client) -> None:
    created(client)
    answer = client.ask("POST", f"{LEGAL}:validate", {"names": ["public", "nobody"]})
    assert answer.json() == {"invalidLegalTags": [{"name": "nobody", "reason": "LegalTag not found"}]}


def test_query_is_disabled_and_properties_are_told(client: Client) -> None:
    same_refusal(client.ask("POST", f"{LEGAL}:query", {"queryList": []}), 405)
    assert "Norway" in client.ask("GET", f"{LEGAL}:properties").json()["countriesOfOrigin"].values()
