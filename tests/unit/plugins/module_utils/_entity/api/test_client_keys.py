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
from ansible_collections.rimops.insight.tests.unit.fakes import URL, answer, profile, scripted

KEY = {"appCode": "1", "appName": "Z"}
EVENT = {"type": "event", "key": {"eventName": "Ä & b"}, "refs": {"applicationId": {"type": "application", "key": KEY}}}
STORED = {"id": 5, "uuid": "u-5", "eventName": "Ä & b", "applicationId": 17}
IN_QUERY = {"method": "GET", "path": "{type.path}", "query": "{key}", "json": None, "texts_at": None}
BODIES = {"declared": {"a": 1}, "changed": {"a": 2}, "whole": {"a": 3}}


def speaking(*answers, **operations):
    """A client of a server that is spoken to so, the script of its answers, and an event of it."""
    of = profile(operations=operations)
    client, script = scripted(*answers, of=of)
    return client, script, address_of(of, EVENT)


@pytest.mark.proves("PROFILE-1", "DECLARE-11")
def test_the_key_in_the_query():
    find = {**IN_QUERY, "with": {"view": "full"}}
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
    of = profile(operations={"find": IN_QUERY}, types={"event": {"schema": {"properties": {"a": {"type": "boolean"}}}}})
    client, script = scripted(answer(404, {}), of=of)
    client.find(address_of(of, {"type": "event", "key": {"a": True}}))
    assert script.paths == ["event?a=true"]


@pytest.mark.proves("NETWORK-3")
def test_the_id_in_the_query():
    read = {"method": "GET", "path": "{type.path}/read", "query": {"id": "{id}"}, "json": None}
    delete = {"method": "DELETE", "path": "{type.path}", "query": {"entityId": "{id}"}, "json": None}
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
        ({"with": {"id": "{id}"}}, {"a": 3, "id": 5}),
        ({"with": {"meta": {"id": "{id}"}}}, {"a": 3, "meta": {"id": 5}}),
        ({"with": {"id": "{id}"}, "json": {"entity": "{whole}"}}, {"entity": {"a": 3}, "id": 5}),
        ({"with": {"entity": {"id": "{id}"}}, "json": {"entity": "{whole}"}}, {"entity": {"a": 3, "id": 5}}),
        (
            {"with": {"data": {"entity": {"uuid": "{entity.uuid}"}}}, "json": {"data": {"entity": "{whole}"}}},
            {"data": {"entity": {"a": 3, "uuid": "u-5"}}},
        ),
        ({"json": {"entity": "{changed}"}}, {"entity": {"a": 2}}),
    ],
)
def test_where_id_and_attributes_stand_in_the_body(update, body):
    update = {"path": "{type.path}/update", **update, "with": {"uuid": None, **update.get("with", {})}}
    client, script, event = speaking(answer(200, STORED), update=update)
    client.update(event, STORED, BODIES)
    assert (script.paths, script.bodies) == (["event/update"], [body])


@pytest.mark.parametrize("body", [{"json": {"id": "{id}"}}, {"json": {}, "with": {"id": "{id}"}}])
def test_the_id_in_a_body_that_is_empty_otherwise(body):
    aimed = {"path": "{type.path}/do", **body}
    client, script, event = speaking(answer(200, STORED), answer(200, {}), read=aimed, delete=aimed)
    client.read(Address(event.type, "5"))
    client.delete(event, STORED)
    assert script.bodies == [{"id": "5"}, {"id": 5}]


WITHIN = {"meta": {"id": 5, "uuid": "u-5"}, "eventName": "Ä & b"}


def test_ids_that_stand_within():
    of = profile(
        id={"at": "meta.id"},
        operations={
            "update": {
                "path": "{type.path}/{id}/{entity.meta.uuid}",
                "with": {"uuid": None, "meta": {"uuid": "{entity.meta.uuid}"}},
            },
            "create": {"entity": {"meta.id": "body.id"}},
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
    of = profile(id={"at": "meta.id"})
    client, _script = scripted(answer(200, WITHIN), of=of)
    with pytest.raises(ProfileMismatchError, match=r"expected meta\.id 6, came meta\.id 5"):
        client.read(Address(of.type("event"), 6))


def test_references_stand_with_the_attributes():
    find, create = ({"json": {"entity": f"{{{name}}}"}} for name in ("key", "declared"))
    client, script, event = speaking(answer(200, STORED), answer(201, STORED), find=find, create=create)
    client.find(event)
    client.create(event, {"eventName": "x"})
    text = {"queryFor": {"applicationId": "1 Z"}}
    assert script.bodies == [{"entity": {"eventName": "Ä & b", **text}}, {"entity": {"eventName": "x", **text}}]


@pytest.mark.parametrize("found", [STORED, [STORED]])
def test_a_list_of_one_is_that_one(found):
    wrapped = {"entity": "body.data"}
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
    wrapped = {"entity": "body.data", "missing": [{"empty": True}]}
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
    ("place", "said", "new"),
    [
        ("body.id", answer(200, {"id": 9}), 9),
        ("body.result.id", answer(201, {"result": {"id": "x-9"}}), "x-9"),
        ("location.id", answer(201, b"", location=f"{URL}/insight/api/v2/event/9"), "9"),
        ("location.id", answer(201, b"", location="/insight/event/a%2Fb/"), "a/b"),
        ("location.id", answer(201, b"", location="9?x=y"), "9"),
    ],
)
def test_the_id_of_what_was_created(place, said, new):
    client, _script, event = speaking(said, create={"entity": {"id": place}})
    assert client.create(event, {}) == {"id": new}


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize(
    ("place", "said", "came"),
    [
        ("body.id", answer(200, {"entityId": 9}), "an object with entityId"),
        ("body.id", answer(200, {"id": True}), "an object with id"),
        ("body.id", answer(200, {"id": {"value": 9}}), "an object with id"),
        ("location.id", answer(201, b""), "no Location header"),
        ("location.id", answer(201, b"", location="/"), "a Location without a path"),
        ("location.id", answer(201, b"", location="https://inner.example.com/"), "a Location without a path"),
        ("location.id", answer(201, b"", location="http://[x/event/9"), "a Location without a path"),
    ],
)
def test_an_answer_without_the_id_of_what_was_created(place, said, came):
    client, _script, event = speaking(said, create={"entity": {"id": place}})
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
    client, script, event = speaking(answer(201, b"", location=location), create={"entity": {"id": "location.id"}})
    told = []
    assert client.create(event, {}, told.append)["id"] == "9/1"
    assert [("another host than url" in one) for one in filter(None, told)] == [True] * notes
    assert all(one.url.startswith(f"{URL}/") for one in script.requests)


def test_a_create_that_failed_has_no_id():
    client, _script, event = speaking(answer(500, {"id": 9}), create={"entity": {"id": "body.id"}})
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
        {"json": {"n": "{size}"}},
        {"json": {"c": "{cursor}"}},
        {"json": {"c": "{cursor}"}, "paging": {"total": "body.total"}},
        {"json": {}},
        {"paging": {"next": "n"}},
        {"paging": {"kind": "page"}},
    ],
)
def test_pagings_that_are_not_whole(paging):
    with pytest.raises(ConfigurationError, match=r"operations\.list\.paging"):
        profile(operations={"list": paging})
