# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage service: lists and queries."""

from __future__ import annotations

from typing import Any

import pytest
from systems.osdu import OTHER_PARTITION, PARTITION, System
from systems_tests.osdu.client import KIND, QUERY, RECORDS, Client, record, same_refusal

IDS = [f"{PARTITION}:well:{number}" for number in range(1, 6)]
FRAME = {"frame-of-reference": "none"}


@pytest.fixture
def five(with_tag: Client) -> Client:
    """The application, and five records that were written one after the other."""
    for number in range(1, 6):
        assert with_tag.ask("PUT", RECORDS, [record(number)]).status_code == 201
    return with_tag


def listed(client: Client, query: str) -> dict[str, Any]:
    return client.ask("GET", f"{RECORDS}?{query}").json()


def test_a_list_goes_on_with_a_cursor_the_newest_first(five: Client) -> None:
    seen, more = [], ""
    while more is not None:
        page = listed(five, f"limit=2{more}")
        seen += [one["id"] for one in page["results"]]
        more = page["cursor"] and f"&cursor={page['cursor']}"
    assert seen == IDS[::-1]
    assert [one["id"] for one in listed(five, "sortOrder=ASC")["results"]] == IDS


def test_a_full_last_page_may_have_a_cursor(five: Client, system: System) -> None:
    assert listed(five, "limit=5")["cursor"] is None
    system.switch(cursor_after_last=True)
    cursor = listed(five, "limit=5")["cursor"]
    assert listed(five, f"limit=5&cursor={cursor}") == {"cursor": None, "results": []}


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=101", "limit=x", "cursor=c-99", "cursor=", "kind=well", "deleted=2"]
)
def test_a_wrong_list_is_400(five: Client, query: str) -> None:
    same_refusal(five.ask("GET", f"{RECORDS}?{query}"), 400)


def test_a_list_holds_summaries_unless_the_switch_says_otherwise(five: Client, system: System) -> None:
    assert "data" not in listed(five, "limit=1")["results"][0]
    system.switch(record_list="whole")
    assert listed(five, "limit=1")["results"][0]["data"] == {"depth": 5}


def test_deleted_records_are_in_a_list_of_their_own(five: Client) -> None:
    five.ask("POST", f"{RECORDS}/{IDS[0]}:delete")
    assert IDS[0] not in [one["id"] for one in listed(five, "")["results"]]
    assert [one["id"] for one in listed(five, "deleted=true")["results"]] == IDS[:1]


def test_a_list_shows_one_partition(five: Client) -> None:
    other = five.ask("GET", RECORDS, headers={"data-partition-id": OTHER_PARTITION})
    assert other.json()["results"] == []


def test_attributes_restrict_the_data(five: Client) -> None:
    five.ask("PUT", RECORDS, [record(1, data={"depth": 1, "name": "A", "x": 2})])
    answer = five.ask("GET", f"{RECORDS}/{IDS[0]}?attribute=data.depth&attribute=data.x")
    assert answer.json()["data"] == {"depth": 1, "x": 2}


def test_an_id_of_another_partition_is_400(five: Client) -> None:
    same_refusal(five.ask("GET", f"{RECORDS}/{OTHER_PARTITION}:well:1"), 400)


def test_the_ids_of_a_kind_are_listed(five: Client) -> None:
    same_refusal(five.ask("GET", QUERY), 400, "kind")
    page = five.ask("GET", f"{QUERY}?kind={KIND}&limit=3").json()
    rest = five.ask("GET", f"{QUERY}?kind={KIND}&cursor={page['cursor']}").json()
    assert [*page["results"], *rest["results"]] == IDS
    assert rest["cursor"] is None


def test_many_are_fetched_at_once_and_missing_ones_are_named_with_200(five: Client) -> None:
    answer = five.ask("POST", QUERY, {"records": [IDS[1], "nobody"], "attributes": ["data.none"]})
    assert answer.status_code == 200
    assert [(one["id"], one["data"]) for one in answer.json()["records"]] == [(IDS[1], {})]
    assert answer.json()["invalidRecords"] == ["nobody"]
    same_refusal(five.ask("POST", QUERY, {"records": IDS * 21}), 400)


def test_a_batch_needs_a_frame_of_reference_and_holds_up_to_20(five: Client) -> None:
    batch = f"{QUERY}:batch"
    same_refusal(five.ask("POST", batch, {"records": IDS}), 400, "frame-of-reference")
    same_refusal(five.ask("POST", batch, {"records": IDS * 5}, headers=FRAME), 400)
    content = five.ask("POST", batch, {"records": [*IDS, "nobody"]}, headers=FRAME).json()
    assert ([one["id"] for one in content["records"]], content["notFound"]) == (IDS, ["nobody"])
