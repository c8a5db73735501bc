# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage service: records as a whole."""

from __future__ import annotations

from typing import Any

import pytest
from systems.osdu import OTHER_PARTITION, PARTITION, System
from systems_tests.osdu.client import GROUPS, LEGAL, RECORDS, Client, email, record, same_refusal

ONE = f"{PARTITION}:well:1"


def put(client: Client, *records: dict[str, Any], query: str = "") -> Any:
    return client.ask("PUT", RECORDS + query, list(records or (record(),)))


def read(client: Client, id_: str = ONE) -> dict[str, Any]:
    return client.ask("GET", f"{RECORDS}/{id_}").json()


def versions(client: Client) -> list[int]:
    return client.ask("GET", f"{RECORDS}/versions/{ONE}").json()["versions"]


def test_a_write_answers_201_and_says_what_it_did(with_tag: Client) -> None:
    answer = put(with_tag, record(1), record(2))
    assert answer.status_code == 201
    content = answer.json()
    assert (content["recordCount"], content["skippedRecordIds"]) == (2, [])
    assert content["recordIds"] == [ONE, f"{PARTITION}:well:2"]
    assert content["recordIdVersions"][0] == f"{ONE}:{read(with_tag)['version']}"


def test_a_record_without_an_id_gets_one(with_tag: Client) -> None:
    new = record()
    del new["id"]
    (id_,) = put(with_tag, new).json()["recordIds"]
    assert id_.startswith(f"{PARTITION}:well:")
    assert read(with_tag, id_)["data"] == new["data"]


def test_each_write_makes_a_version_also_of_the_same(with_tag: Client) -> None:
    put(with_tag)
    put(with_tag)
    first, second = versions(with_tag)
    assert first < second == read(with_tag)["version"]


def test_skipdupes_skips_what_is_the_same(with_tag: Client) -> None:
    put(with_tag)
    answer = put(with_tag, record(1), record(2), query="?skipdupes=true")
    assert answer.status_code == 201
    assert answer.json()["skippedRecordIds"] == [ONE]
    assert answer.json()["recordIds"] == [f"{PARTITION}:well:2"]
    assert len(versions(with_tag)) == 1
    put(with_tag, record(1, tags={"a": "b"}), query="?skipdupes=true")
    assert len(versions(with_tag)) == 2


def test_an_older_version_can_be_read_and_purged(with_tag: Client) -> None:
    put(with_tag)
    put(with_tag, record(data={"depth": 9}))
    older, newer = versions(with_tag)
    assert with_tag.ask("GET", f"{RECORDS}/{ONE}/{older}").json()["data"] == {"depth": 1}
    same_refusal(with_tag.ask("GET", f"{RECORDS}/{ONE}/1"), 404)
    assert with_tag.ask("DELETE", f"{RECORDS}/{ONE}/versions?versionIds={older}").status_code == 204
    assert versions(with_tag) == [newer]
    same_refusal(with_tag.ask("DELETE", f"{RECORDS}/{ONE}/versions?versionIds={newer}"), 400)


def test_the_server_says_who_wrote_and_when_whatever_the_request_says(with_tag: Client, alice: Client) -> None:
    put(with_tag, record(createUser="me", version=7))
    first = read(with_tag)
    assert first["createUser"] != "me"
    assert first["version"] != 7
    assert "modifyUser" not in first
    put(alice)
    assert (read(alice)["createUser"], read(alice)["createTime"]) == (first["createUser"], first["createTime"])
    assert read(alice)["modifyUser"] != first["createUser"]


def test_the_country_of_the_data_centre_is_added(with_tag: Client, system: System) -> None:
    new = record()
    new["legal"]["otherRelevantDataCountries"] = ["NO"]
    put(with_tag, new)
    assert read(with_tag)["legal"]["otherRelevantDataCountries"] == ["NO", "US"]
    system.switch(data_country=False)
    put(with_tag, new)
    assert read(with_tag)["legal"]["otherRelevantDataCountries"] == ["NO"]


def test_a_group_that_is_not_there_is_404(with_tag: Client) -> None:
    acl = {"viewers": [email("data.nobody")], "owners": [email("data.default.owners")]}
    answer = put(with_tag, record(acl=acl))
    same_refusal(answer, 404)
    assert answer.json()["reason"] == "Invalid acl group"


def test_a_group_of_another_domain_is_400(with_tag: Client) -> None:
    acl = {"viewers": [email("users", OTHER_PARTITION)], "owners": [email("data.default.owners")]}
    same_refusal(put(with_tag, record(acl=acl)), 400)


def test_a_legal_tag_that_is_not_there_or_has_ended_is_400(with_tag: Client, system: System) -> None:
    new = record()
    new["legal"]["legaltags"] = ["nobody"]
    same_refusal(put(with_tag, new), 400, "nobody")
    system.patch("legal_tag", f"{PARTITION}-public", isValid=False)
    same_refusal(put(with_tag), 400, "public")


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": None},
        {"kind": "well"},
        {"acl": None},
        {"acl": {"viewers": [], "owners": []}},
        {"legal": None},
        {"data": None},
        {"data": []},
        {"id": f"{PARTITION}:hole:1"},
        {"id": f"{OTHER_PARTITION}:well:1"},
        {"id": "well"},
        {"tags": ["a"]},
        {"tags": {"a": 1}},
        {"status": "new"},
    ],
)
def test_a_wrong_record_is_400(with_tag: Client, wrong: dict[str, Any]) -> None:
    same_refusal(put(with_tag, record(**wrong)), 400)


def test_one_wrong_record_keeps_all_from_being_written(with_tag: Client) -> None:
    same_refusal(put(with_tag, record(1), record(2, kind="well")), 400)
    same_refusal(with_tag.ask("GET", f"{RECORDS}/{ONE}"), 404)


def test_records_are_a_list_of_up_to_500_and_each_stands_there_once(with_tag: Client) -> None:
    same_refusal(with_tag.ask("PUT", RECORDS, record()), 400)
    same_refusal(with_tag.ask("PUT", RECORDS, [record()] * 501), 400)
    same_refusal(put(with_tag, record(), record()), 400, "multiple times")


def test_parents_are_named_with_their_version(with_tag: Client) -> None:
    (parent,) = put(with_tag).json()["recordIdVersions"]
    assert put(with_tag, record(2, ancestry={"parents": [parent]})).status_code == 201
    same_refusal(put(with_tag, record(3, ancestry={"parents": [f"{ONE}:1"]})), 404)


def test_a_deleted_record_cannot_be_read_and_comes_back_when_it_is_written(with_tag: Client) -> None:
    put(with_tag)
    assert with_tag.ask("POST", f"{RECORDS}/{ONE}:delete").status_code == 204
    same_refusal(with_tag.ask("GET", f"{RECORDS}/{ONE}"), 404)
    same_refusal(with_tag.ask("POST", f"{RECORDS}/{ONE}:delete"), 404)
    assert put(with_tag, query="?skipdupes=true").json()["recordIds"] == [ONE]
    assert len(versions(with_tag)) == 2


def test_a_purged_record_is_gone_with_its_versions(with_tag: Client) -> None:
    put(with_tag)
    with_tag.ask("POST", f"{RECORDS}/{ONE}:delete")
    assert with_tag.ask("DELETE", f"{RECORDS}/{ONE}").status_code == 204
    same_refusal(with_tag.ask("DELETE", f"{RECORDS}/{ONE}"), 404)
    put(with_tag)
    assert len(versions(with_tag)) == 1


def test_many_are_deleted_at_once_and_207_names_those_that_are_not(with_tag: Client, system: System) -> None:
    put(with_tag, record(1), record(2), record(3))
    ids = [f"{PARTITION}:well:{number}" for number in (1, 2, 3, 4)]
    assert with_tag.ask("POST", f"{RECORDS}/delete", ids[:1]).status_code == 204
    system.patch("record", ids[1], locked=True)
    answer = with_tag.ask("POST", f"{RECORDS}/delete", ids[1:])
    assert answer.status_code == 207
    assert [one["notDeletedRecordId"] for one in answer.json()] == [ids[1], ids[3]]
    assert read(with_tag, ids[1])["id"] == ids[1]
    same_refusal(with_tag.ask("GET", f"{RECORDS}/{ids[2]}"), 404)


def test_only_who_is_in_its_groups_sees_a_record_and_only_owners_delete_it(with_tag: Client, bob: Client) -> None:
    closed = {"viewers": [email("data.default.owners")], "owners": [email("data.default.owners")]}
    put(with_tag, record(1), record(2, acl=closed))
    assert read(bob)["data"] == {"depth": 1}
    same_refusal(bob.ask("GET", f"{RECORDS}/{PARTITION}:well:2"), 403)
    viewers = f"{GROUPS}/{email('service.storage.creator')}/members"
    with_tag.ask("POST", viewers, {"email": email("users.datalake.viewers"), "role": "MEMBER"})
    same_refusal(bob.ask("POST", f"{RECORDS}/{ONE}:delete"), 403)


def test_a_record_does_not_comply_once_its_legal_tag_is_gone(with_tag: Client) -> None:
    put(with_tag)
    assert read(with_tag)["legal"]["status"] == "compliant"
    with_tag.ask("DELETE", f"{LEGAL}/public")
    assert read(with_tag)["legal"]["status"] == "incompliant"


def test_a_write_counts_as_create_or_update(with_tag: Client, system: System) -> None:
    before = system.counters()
    put(with_tag)
    put(with_tag)
    counters = system.counters()
    assert counters["creates"] - before["creates"] == counters["updates"] - before["updates"] == 1
    assert counters["writes_of"]["record"] == 2
