# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage service: changes of parts."""

from __future__ import annotations

from typing import Any

import pytest
from systems.osdu import PARTITION, System
from systems_tests.osdu.client import GROUPS, RECORDS, Client, email, record, same_refusal

ONE, TWO, NONE = (f"{PARTITION}:well:{number}" for number in (1, 2, 9))
MERGE = {"Content-Type": "application/merge-patch+json"}
JSON_PATCH = {"Content-Type": "application/json-patch+json"}
MORE_TAGS = [{"op": "add", "path": "/tags", "value": ["field:north"]}]


@pytest.fixture
def two(with_tag: Client) -> Client:
    """The application, and two records."""
    assert with_tag.ask("PUT", RECORDS, [record(1), record(2)]).status_code == 201
    return with_tag


def merge(client: Client, body: dict[str, Any], id_: str = ONE) -> Any:
    return client.ask("PATCH", f"{RECORDS}/{id_}", body, headers=MERGE)


def bulk(client: Client, ids: list[str], ops: list[dict[str, Any]], headers: dict[str, str] | None = None) -> Any:
    return client.ask("PATCH", RECORDS, {"query": {"ids": ids}, "ops": ops}, headers=headers)


def read(client: Client, id_: str = ONE) -> dict[str, Any]:
    return client.ask("GET", f"{RECORDS}/{id_}").json()


def test_a_merge_patch_changes_what_it_names_and_null_removes(two: Client) -> None:
    before = read(two)
    answer = merge(two, {"data": {"depth": None, "name": "A"}, "tags": {"a": "b"}})
    assert answer.status_code == 200
    after = read(two)
    assert (after["data"], after["tags"]) == ({"name": "A"}, {"a": "b"})
    assert after["acl"] == before["acl"]
    assert after["version"] > before["version"]


def test_a_merge_patch_of_metadata_makes_no_version(two: Client) -> None:
    before = read(two)["version"]
    merge(two, {"tags": {"a": "b"}})
    assert read(two)["version"] == before


def test_a_merge_patch_deletes_and_brings_back(two: Client) -> None:
    assert merge(two, {"deleted": "true"}).status_code == 200
    same_refusal(two.ask("GET", f"{RECORDS}/{ONE}"), 404)
    same_refusal(merge(two, {"data": {}}), 404)
    assert merge(two, {"deleted": "false"}).status_code == 200
    assert read(two)["data"] == {"depth": 1}


@pytest.mark.parametrize("wrong", [{"kind": "a:b:c:1.0.0"}, {"meta": []}, {"acl": {"viewers": []}}, {"deleted": False}])
def test_a_wrong_merge_patch_is_400(two: Client, wrong: dict[str, Any]) -> None:
    same_refusal(merge(two, wrong), 400)


def test_each_patch_has_its_media_type(two: Client) -> None:
    same_refusal(two.ask("PATCH", f"{RECORDS}/{ONE}", {"tags": {}}), 415)
    same_refusal(bulk(two, [ONE], MORE_TAGS, MERGE), 415)


def test_many_records_get_tags_that_are_written_as_texts(two: Client) -> None:
    answer = bulk(two, [ONE, TWO], MORE_TAGS)
    assert (answer.status_code, answer.json()["recordCount"]) == (200, 2)
    assert read(two)["tags"] == read(two, TWO)["tags"] == {"field": "north"}
    bulk(two, [ONE], [{"op": "remove", "path": "/tags", "value": ["field"]}])
    assert read(two)["tags"] == {}


def test_many_records_get_other_groups(two: Client) -> None:
    more = {"path": "/acl/viewers", "value": [email("users")]}
    bulk(two, [ONE], [{"op": "add", **more}])
    assert read(two)["acl"]["viewers"] == [email("data.default.viewers"), email("users")]
    bulk(two, [ONE], [{"op": "remove", **more}])
    assert read(two)["acl"]["viewers"] == [email("data.default.viewers")]
    bulk(two, [ONE], [{"op": "replace", **more}])
    assert read(two)["acl"]["viewers"] == [email("users")]


def test_206_names_what_was_left_out_and_the_others_are_changed(two: Client, system: System) -> None:
    system.patch("record", TWO, locked=True)
    answer = bulk(two, [ONE, TWO, NONE], MORE_TAGS)
    assert answer.status_code == 206
    content = answer.json()
    assert (content["recordIds"], content["lockedRecordIds"], content["notFoundRecordIds"]) == ([ONE], [TWO], [NONE])
    assert read(two)["tags"] == {"field": "north"}
    assert "tags" not in read(two, TWO)


def test_a_switch_locks_each_record(two: Client, system: System) -> None:
    system.switch(records_locked=True)
    answer = bulk(two, [ONE], MORE_TAGS)
    assert (answer.status_code, answer.json()["lockedRecordIds"]) == (206, [ONE])
    assert two.ask("POST", f"{RECORDS}/delete", [ONE]).status_code == 207


def test_an_id_with_an_older_version_is_locked(two: Client) -> None:
    version = read(two)["version"]
    assert bulk(two, [f"{ONE}:{version}"], MORE_TAGS).status_code == 200
    two.ask("PUT", RECORDS, [record(1)])
    answer = bulk(two, [f"{ONE}:{version}"], MORE_TAGS)
    assert (answer.status_code, answer.json()["lockedRecordIds"]) == (206, [f"{ONE}:{version}"])


def test_records_of_others_are_named(two: Client, bob: Client) -> None:
    creators = f"{GROUPS}/{email('service.storage.creator')}/members"
    two.ask("POST", creators, {"email": email("users.datalake.viewers"), "role": "MEMBER"})
    answer = bulk(bob, [ONE], MORE_TAGS)
    assert (answer.status_code, answer.json()["unAuthorizedRecordIds"]) == (206, [ONE])


def test_a_json_patch_changes_data_and_makes_versions(two: Client) -> None:
    before = read(two)["version"]
    ops = [{"op": "add", "path": "/data/names", "value": ["A"]}, {"op": "add", "path": "/data/names/-", "value": "B"}]
    answer = bulk(two, [ONE], [*ops, {"op": "remove", "path": "/data/depth"}], JSON_PATCH)
    assert answer.status_code == 200
    after = read(two)
    assert after["data"] == {"names": ["A", "B"]}
    assert after["version"] > before
    assert answer.json()["recordIds"] == [f"{ONE}:{after['version']}"]


def test_a_json_patch_that_fits_some_is_206(two: Client, system: System) -> None:
    two.ask("PUT", RECORDS, [record(2, data={"other": 1})])
    ops = [{"op": "replace", "path": "/data/depth", "value": 7}]
    answer = bulk(two, [ONE, TWO, NONE], ops, JSON_PATCH)
    assert answer.status_code == 206
    content = answer.json()
    assert (content["recordCount"], content["failedRecordIds"], content["notFoundRecordIds"]) == (1, [TWO], [NONE])
    assert "lockedRecordIds" not in content
    assert (read(two)["data"], read(two, TWO)["data"]) == ({"depth": 7}, {"other": 1})
    system.patch("record", ONE, locked=True)
    assert bulk(two, [ONE], ops, JSON_PATCH).json()["failedRecordIds"] == [ONE]


@pytest.mark.parametrize(
    "wrong",
    [
        {"op": "move", "path": "/data/a", "value": 1},
        {"op": "add", "path": "/createUser", "value": "me"},
        {"op": "add", "path": "/data/a"},
    ],
)
def test_a_wrong_json_patch_is_400(two: Client, wrong: dict[str, Any]) -> None:
    same_refusal(bulk(two, [ONE], [wrong], JSON_PATCH), 400)


def test_lists_have_an_end(two: Client) -> None:
    same_refusal(bulk(two, [ONE] * 501, MORE_TAGS), 400)
    same_refusal(bulk(two, [ONE] * 101, [{"op": "remove", "path": "/data/depth"}], JSON_PATCH), 400)
