# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a profile can say of a request and an answer beyond the default: queries, wrappings, ids elsewhere."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address, address_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.addressing import same_origin
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    ProfileMismatchError,
    ServerError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import URL, answer, find_nothing, profile, scripted

KEY = {"appCode": "1", "appName": "Z"}
EVENT = {"type": "event", "key": {"eventName": "Ä & b"}, "refs": {"applicationId": {"type": "application", "key": KEY}}}
STORED = {"id": 5, "uuid": "u-5", "eventName": "Ä & b", "applicationId": 17}
BODIES = {"declared": {"a": 1}, "changed": {"a": 2}, "whole": {"a": 3}}


def speaking(*answers, **operations):
    """A client of a server that is spoken to so, the script of its answers, and an event of it."""
    of = profile(operations=operations)
    client, script = scripted(*answers, of=of)
    return client, script, address_of(of, EVENT)


@pytest.mark.proves("PROFILE-1", "DECLARE-11")
def test_the_key_in_the_query():
    find = {"method": "GET", "path": "{type}?view=full", "body": "query"}
    found = answer(200, {"id": 17, **KEY})
    client, script, event = speaking(found, answer(200, [STORED]), find=find)
    assert client.find(event) == [STORED]
    assert script.paths == [
        "application?appCode=1&appName=Z&view=full",
        "event?eventName=%C3%84%20%26%20b&applicationId=17&view=full",
    ]
    assert script.bodies == [None, None]
    assert [request.method for request in script.requests] == ["GET", "GET"]


def test_a_boolean_in_the_query_is_written_as_in_json():
    find = {"method": "GET", "path": "{type}", "body": "query"}
    of = profile(operations={"find": find}, types={"event": {"schema": {"properties": {"a": {"type": "boolean"}}}}})
    client, script = scripted(answer(404, {}), of=of)
    client.find(address_of(of, {"type": "event", "key": {"a": True}}))
    assert script.paths == ["event?a=true"]


@pytest.mark.proves("NETWORK-3")
def test_the_id_in_the_query():
    read = {"method": "GET", "path": "{type}/read?id={id}", "body": "none"}
    delete = {"method": "DELETE", "path": "{type}", "body": "query", "id_field": "entityId"}
    client, script, event = speaking(answer(200, STORED), answer(200, {}), read=read, delete=delete)
    client.read(Address(event.type, 5))
    client.delete(event, {"id": "a&b/c"})
    assert script.paths == ["event/read?id=5", "event?entityId=a%26b%2Fc"]
    assert script.bodies == [None, None]
    with pytest.raises(ConfigurationError, match="cannot stand in an address"):
        client.delete(event, {"id": "../c"})


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize(
    ("update", "body"),
    [
        ({"id_field": "id"}, {"a": 3, "id": 5}),
        ({"id_field": "meta.id"}, {"a": 3, "meta": {"id": 5}}),
        ({"id_field": "id", "request_at": "entity"}, {"entity": {"a": 3}, "id": 5}),
        ({"id_field": "entity.id", "request_at": "entity"}, {"entity": {"a": 3, "id": 5}}),
        ({"addressed_by": "uuid", "request_at": "data.entity"}, {"data": {"entity": {"a": 3, "uuid": "u-5"}}}),
        ({"request_at": "entity", "body": "changed"}, {"entity": {"a": 2}}),
    ],
)
def test_where_id_and_attributes_stand_in_the_body(update, body):
    update = {"path": "{type}/update", "addressed_by": None, **update}
    client, script, event = speaking(answer(200, STORED), update=update)
    client.update(event, STORED, BODIES)
    assert (script.paths, script.bodies) == (["event/update"], [body])


@pytest.mark.parametrize("body", ["none", "empty"])
def test_the_id_in_a_body_that_is_empty_otherwise(body):
    aimed = {"path": "{type}/do", "body": body, "id_field": "id", "request_at": "entity"}
    client, script, event = speaking(answer(200, STORED), answer(200, {}), read=aimed, delete=aimed)
    client.read(Address(event.type, "5"))
    client.delete(event, STORED)
    assert script.bodies == [{"id": "5"}, {"id": 5}]


WITHIN = {"meta": {"id": 5, "uuid": "u-5"}, "eventName": "Ä & b"}


def test_ids_that_stand_within():
    of = profile(
        id_attribute="meta.id",
        uuid_attribute="meta.uuid",
        operations={
            "update": {"path": "{type}/{id}/{uuid}", "addressed_by": "meta.uuid"},
            "create": {"entity": False, "id_at": "id"},
        },
    )
    client, script = scripted(answer(200, WITHIN), answer(200, WITHIN), answer(200, {"id": 9}), of=of)
    event = address_of(of, EVENT | {"refs": {}})
    assert client.read(Address(event.type, 5)) == WITHIN
    assert Address(event.type).located(WITHIN).id == 5
    client.update(event, WITHIN, BODIES | {"whole": {"a": 3, "meta": {"b": 4}}})
    assert script.paths[1] == "event/5/u-5"
    assert script.bodies[1] == {"a": 3, "meta": {"b": 4, "uuid": "u-5"}}
    assert client.create(event, {}) == {"meta": {"id": 9}}
    with pytest.raises(ProfileMismatchError, match=r"carries no meta\.id: expected an entity with meta\.id"):
        Address(event.type).located({"meta": {}})


@pytest.mark.proves("WRITE-2")
def test_an_id_within_is_checked():
    of = profile(id_attribute="meta.id")
    client, _script = scripted(answer(200, WITHIN), of=of)
    with pytest.raises(ProfileMismatchError, match=r"expected meta\.id 6, came meta\.id 5"):
        client.read(Address(of.type("event"), 6))


def test_references_stand_with_the_attributes():
    wrapped = {"request_at": "entity"}
    client, script, event = speaking(answer(200, STORED), answer(201, STORED), find=wrapped, create=wrapped)
    client.find(event)
    client.create(event, {"eventName": "x"})
    text = {"queryFor": {"applicationId": "1 Z"}}
    assert script.bodies == [{"entity": {"eventName": "Ä & b", **text}}, {"entity": {"eventName": "x", **text}}]


@pytest.mark.parametrize("found", [STORED, [STORED]])
def test_a_list_of_one_is_that_one(found):
    wrapped = {"entity": "data"}
    client, _script, event = speaking(*[answer(200, {"data": found})] * 2, read=wrapped, find=wrapped)
    assert client.read(Address(event.type, 5)) == STORED
    assert client.find(event) == [STORED]


@pytest.mark.proves("WRITE-2")
def test_a_read_that_answers_several_answers_none():
    client, _script, event = speaking(answer(200, [STORED, {**STORED, "id": 6}]))
    with pytest.raises(ProfileMismatchError, match="came a list of 2"):
        client.read(Address(event.type, 5))


@pytest.mark.proves("WRITE-1")
@pytest.mark.parametrize(
    ("said", "missing"),
    [
        ({"data": None}, True),
        ({"data": []}, True),
        ({"data": {}}, True),
        ({"data": ""}, True),
        ({"error": "out of order"}, False),
        ({}, False),
        (None, False),
        ([], False),
        ({"data": 0}, False),
        ({"data": False}, False),
    ],
)
def test_an_empty_place_is_missing_and_an_absent_one_is_not(said, missing):
    wrapped = {"entity": "data", "missing": {"empty": True}}
    client, _script, event = speaking(answer(200, said), answer(200, said), read=wrapped, find=wrapped)
    if missing:
        assert client.read(Address(event.type, 5)) is None
        assert client.find(event) == []
        return
    for ask in (lambda: client.read(Address(event.type, 5)), lambda: client.find(event)):
        with pytest.raises(ProfileMismatchError) as caught:
            ask()
        assert caught.value.details["expected"] == "an entity in 'data' of the answer"


@pytest.mark.proves("WRITE-2")
@pytest.mark.parametrize(
    ("id_at", "said", "new"),
    [
        ("id", answer(200, {"id": 9}), 9),
        ("result.id", answer(201, {"result": {"id": "x-9"}}), "x-9"),
        ("location", answer(201, b"", location=f"{URL}/insight/api/v2/event/9"), "9"),
        ("location", answer(201, b"", location="/insight/event/a%2Fb/"), "a/b"),
        ("location", answer(201, b"", location="9?x=y"), "9"),
    ],
)
def test_the_id_of_what_was_created(id_at, said, new):
    client, _script, event = speaking(said, create={"entity": False, "id_at": id_at})
    assert client.create(event, {}) == {"id": new}


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize(
    ("id_at", "said", "came"),
    [
        ("id", answer(200, {"entityId": 9}), "an object with entityId"),
        ("id", answer(200, {"id": True}), "an object with id"),
        ("id", answer(200, {"id": {"value": 9}}), "an object with id"),
        ("location", answer(201, b""), "no Location header"),
        ("location", answer(201, b"", location="/"), "a Location without a path"),
        ("location", answer(201, b"", location="https://inner.example.com/"), "a Location without a path"),
        ("location", answer(201, b"", location="http://[x/event/9"), "a Location without a path"),
    ],
)
def test_an_answer_without_the_id_of_what_was_created(id_at, said, came):
    client, _script, event = speaking(said, create={"entity": False, "id_at": id_at})
    with pytest.raises(ProfileMismatchError) as caught:
        client.create(event, {})
    assert (caught.value.details["profile_key"], caught.value.details["came"]) == ("operations.create.entity", came)


@pytest.mark.proves("NETWORK-3", "MESSAGE-22")
@pytest.mark.parametrize(
    ("location", "notes"),
    [
        (f"{URL}/insight/api/v2/event/9%2F1", 0),
        ("/insight/api/v2/event/9%2F1", 0),
        ("http://inner:8080/event/9%2F1?x=1#y", 1),
        ("https://insight.example.com@inner/event/9%2F1/", 1),
        ("//inner/event/9%2F1", 1),
        ("http:inner/9%2F1", 1),
    ],
)
def test_only_the_last_part_of_a_location_is_used(location, notes):
    """A server behind a proxy names its inner host. Nothing is sent there."""
    client, script, event = speaking(answer(201, b"", location=location), create={"entity": False, "id_at": "location"})
    told = []
    assert client.create(event, {}, told.append)["id"] == "9/1"
    assert [("another host than url" in one) for one in filter(None, told)] == [True] * notes
    assert all(one.url.startswith(f"{URL}/") for one in script.requests)


def test_a_create_that_failed_has_no_id():
    client, _script, event = speaking(answer(500, {"id": 9}), create={"entity": False, "id_at": "id"})
    with pytest.raises(ServerError, match="the server failed"):
        client.create(event, {})


@pytest.mark.proves("PROFILE-2")
def test_a_success_that_the_profile_does_not_know():
    client, _script, event = speaking(answer(202, STORED))
    with pytest.raises(ProfileMismatchError, match="expected HTTP 200, 201, came HTTP 202") as caught:
        client.create(event, {})
    assert caught.value.details["profile_key"] == "operations.create.success"


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize(
    ("other", "same"),
    [
        (f"{URL}/x", True),
        ("https://INSIGHT.example.com:443/x", True),
        ("/x?y=z", True),
        ("x", True),
        ("//insight.example.com/x", True),
        ("http://insight.example.com/x", False),
        ("https://insight.example.com:8443/x", False),
        ("//evil.example.com/x", False),
        ("https://jane@insight.example.com/x", False),
        ("https://insight.example.com\\@evil.example.com/x", False),
        ("https://insight.example.com\n.evil.example.com/x", False),
        ("https://insight.example.com:x/", False),
        ("https://insight.exämple.com/x", False),
        ("file:///etc/passwd", False),
        ("/\\evil.example.com", False),
        ("/x y", False),
        ("/x\ty", False),
        ("/ä", False),
    ],
)
def test_same_origin(other, same):
    assert same_origin(f"{URL}/insight", other) is same


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize(
    "paging",
    [
        {"kind": "page", "page": "p"},
        {"kind": "offset", "size": "n"},
        {"kind": "cursor", "page": "c"},
        {"kind": "cursor", "next": "n"},
        {"kind": "link"},
        {"kind": "token", "next": "n"},
    ],
)
def test_pagings_that_are_not_whole(paging):
    with pytest.raises(ConfigurationError, match=r"operations\.list\.paging"):
        profile_data(
            "insight",
            {"operations": {"list": {"paging": {"total": None, **dict.fromkeys(("page", "size")), **paging}}}},
            find_nothing,
        )
