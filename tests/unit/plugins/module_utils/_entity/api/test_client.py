# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The requests of each operation, and what their answers mean."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address, address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import Alternative
from ansible_collections.rimops.insight.plugins.module_utils._profile.server_messages import said
from ansible_collections.rimops.insight.plugins.module_utils._transport.addressing import segment
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    BusyError,
    ConfigurationError,
    ConflictError,
    MissingReferenceError,
    ProfileMismatchError,
    ServerError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, URL, answer, profile, scripted

INSIGHT, OLD = profile(), profile("insight_6_2")
EVENT_TYPE = INSIGHT.type("event")
KEY = {"appCode": "123456", "appName": "Zelvora"}
APPLICATION = {"type": "application", "key": KEY}
REFERRING = {"type": "event", "key": {"eventName": "Filing"}, "refs": {"applicationId": APPLICATION}}
STORED = {"id": 5, "uuid": "u-5", "eventName": "Filing", "applicationId": 17}
MISSING = answer(404, {"message": "no such entity"})


def address(data=None, of=INSIGHT):
    return address_of(of, data or {"type": "event", "key": {"eventName": "Filing"}})


def test_read():
    client, script = scripted(answer(200, STORED))
    assert client.read(Address(EVENT_TYPE, 5)) == STORED
    request = script.requests[0]
    assert (request.method, request.url) == ("POST", f"{URL}/insight/api/v2/event/5/read")
    assert (request.json_body, request.safe, request.purpose) == ({}, True, "read event with id 5")


@pytest.mark.proves("DECLARE-11")
def test_find_by_key_and_query_for():
    client, script = scripted(answer(200, STORED))
    assert client.find(address(REFERRING)) == [STORED]
    assert script.paths == ["event/read"]
    assert script.bodies == [{"eventName": "Filing", "queryFor": {"applicationId": "123456 Zelvora"}}]
    assert script.requests[0].safe


def test_create():
    client, script = scripted(answer(201, STORED))
    assert client.create(address(REFERRING), {"eventName": "Filing", "x": None}) == STORED
    assert script.paths == ["event/create"]
    assert script.bodies == [{"eventName": "Filing", "x": None, "queryFor": {"applicationId": "123456 Zelvora"}}]
    assert not script.requests[0].safe


def test_update_says_which_one_is_meant():
    client, script = scripted(answer(200, STORED))
    bodies = {"declared": {"a": 1}, "changed": {"a": 2}, "whole": {"a": 3}}
    assert client.update(address(), STORED, bodies) == STORED
    assert script.paths == ["event/create-or-update"]
    assert script.bodies == [{"a": 3, "uuid": "u-5"}]
    assert not script.requests[0].safe


@pytest.mark.parametrize("observed", [{"id": 5}, {"id": 5, "uuid": ""}, {"id": 5, "uuid": None}])
def test_update_of_an_entity_without_uuid(observed):
    client, script = scripted()
    with pytest.raises(ProfileMismatchError, match="carries no uuid"):
        client.update(address(), observed, {"whole": {}})
    assert script.requests == []


def test_an_update_by_another_address_and_body():
    path = "things/{entity.uuid}/{type.path}/{id}"
    operation = {"method": "PUT", "path": path, "json": "{changed}", "with": None}
    client, script = scripted(answer(200, STORED), of=profile(operations={"update": operation}))
    client.update(
        address(of=profile(operations={"update": operation})), {**STORED, "uuid": "a/b"}, {"changed": {"a": 2}}
    )
    assert script.requests[0].method == "PUT"
    assert script.paths == ["things/a%2Fb/event/5"]
    assert script.bodies == [{"a": 2}]


@pytest.mark.parametrize(
    ("said", "missing"), [(answer(200, {}), None), (answer(204, b""), None), (answer(200, b""), None), (MISSING, 404)]
)
def test_delete(said, missing):
    client, script = scripted(said)
    assert client.delete(address(), STORED) == missing
    assert (script.paths, script.bodies) == (["event/5/delete"], [{}])
    assert not script.requests[0].safe


@pytest.mark.parametrize("said", [answer(403, {}), answer(409, {}), answer(500, {}), HTML, answer(302, b"")])
def test_delete_that_was_refused(said):
    client, _script = scripted(said)
    with pytest.raises(ServerError):
        client.delete(address(), STORED)


def test_an_entity_without_id_has_no_address():
    client, script = scripted()
    with pytest.raises(ProfileMismatchError, match="carries no id") as caught:
        client.delete(address(), {"uuid": "u"})
    assert caught.value.details["profile_key"] == "types.event.id.at"
    assert script.requests == []


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize(
    ("entity_id", "encoded"),
    [
        (17, "17"),
        (0, "0"),
        ("a/b", "a%2Fb"),
        ('it\'s "x"', "it%27s%20%22x%22"),
        ("é?#&", "%C3%A9%3F%23%26"),
        ("%41", "%2541"),
        ("a..b", "a..b"),
        ("...", "..."),
    ],
)
def test_ids_in_addresses(entity_id, encoded):
    client, script = scripted(answer(200, {**STORED, "id": entity_id}))
    client.read(Address(EVENT_TYPE, entity_id))
    assert script.paths == [f"event/{encoded}/read"]


@pytest.mark.proves("WRITE-2")
def test_an_entity_of_another_id_is_not_believed():
    client, _script = scripted(answer(200, {**STORED, "id": 6}))
    with pytest.raises(ProfileMismatchError, match="another id") as caught:
        client.read(Address(EVENT_TYPE, 5))
    assert caught.value.details["profile_key"] == "operations.read.path"


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize(
    "entity_id",
    [
        ".",
        "..",
        "%2e",
        "%2e%2e",
        "%2E%2e",
        "%252e",
        "%25252e%252e",
        " .. ",
        "a/../b",
        "..\\b",
        "%2e%2e%2fb",
        "",
        " ",
        None,
        "..;",
        "..;/admin",
        "..;a=b/admin",
        "a/..;x/b",
        "%2e%2e%3b/admin",
        ".;",
        ";",
        ";jsessionid=1",
        "..\\;x",
        "\uff0e\uff0e",
        "\uff0e",
        "\u2025",
        "a/\uff0e\uff0e/b",
        "..\uff0fadmin",
        "..\uff1badmin",
        "\uff05\uff12\uff45\uff05\uff12\uff45",
        "%ef%bc%8e%ef%bc%8e",
        "\0",
        "7\0",
        "%00",
        "7%2500",
        "7\n",
        "7%0d%0aX: y",
        "\x7f",
        "7\x1b[31m",
        "\x85",
        "7\u202e",
        ".\u200b.",
        "\ud800",
        "\u2028",
        "%c0%ae%c0%ae",
        "%ff",
    ],
)
def test_ids_that_lead_elsewhere(entity_id):
    client, script = scripted()
    with pytest.raises(ConfigurationError, match="cannot stand in an address"):
        client.read(Address(EVENT_TYPE, entity_id))
    assert script.requests == []
    with pytest.raises(ConfigurationError):
        segment(entity_id, "do something")


@pytest.mark.proves("NETWORK-3")
@pytest.mark.parametrize(
    ("entity_id", "segment_of_it"),
    [
        (7, "7"),
        ("a/b", "a%2Fb"),
        ("a;b", "a%3Bb"),
        ("a..b", "a..b"),
        (".hidden", ".hidden"),
        ("v1.2.", "v1.2."),
        ("50 %", "50%20%25"),
        ("Z\u00fcrich", "Z%C3%BCrich"),
        ("\u6f22", "%E6%BC%A2"),
        ("\uff21", "%EF%BC%A1"),
        (5350200.0, "5350200"),
        (1e22, "10000000000000000000000"),
        (-7.0, "-7"),
        (7.5, "7.5"),
        ("7.0", "7.0"),
    ],
)
def test_ids_that_stay_in_their_place(entity_id, segment_of_it):
    assert segment(entity_id, "do something") == segment_of_it


@pytest.mark.proves("COMPARE-20")
@pytest.mark.parametrize("asked", [5350200, 5350200.0, "5350200"])
@pytest.mark.parametrize("answered", [5350200, 5350200.0, "5350200"])
def test_a_whole_number_is_one_id_in_every_form(asked, answered):
    client, script = scripted(answer(200, {**STORED, "id": answered}))
    by_id = address({"type": "event", "id": asked})
    entity = client.the_one(by_id)
    assert script.paths == ["event/5350200/read"]
    assert str(Address(EVENT_TYPE).located(entity).id) == "5350200" == str(by_id.id)


@pytest.mark.proves("COMPARE-20")
def test_the_id_of_a_new_entity_may_be_a_whole_float():
    of = profile(operations={"create": {"entity": {"id": "body.id"}}})
    client, _script = scripted(answer(201, {"id": 5350200.0}), of=of)
    created = client.create(address({"type": "application", "key": KEY}, of), {})
    assert repr(created) == "{'id': 5350200}"


def test_query_for_asks_for_what_the_key_does_not_say():
    named = {"type": "application", "key": {"appCode": "1", "familyId": "F"}}
    found = {"id": 17, "appCode": "1", "familyId": "F", "appName": "Zelvora"}
    client, script = scripted(answer(200, found), answer(200, STORED), of=OLD)
    client.find(address({**REFERRING, "refs": {"applicationId": named}}, OLD))
    assert script.paths == ["application/read", "event/read"]
    assert script.bodies[1]["queryFor"] == {"applicationId": "Zelvora"}


@pytest.mark.parametrize("lacking", [{}, {"appName": None}, {"appName": ""}])
def test_query_for_has_no_gaps(lacking):
    named = {"type": "application", "key": {"appCode": "1", "familyId": "F"}}
    client, _script = scripted(answer(200, {"id": 17, "appCode": "1", "familyId": "F", **lacking}), of=OLD)
    with pytest.raises(ProfileMismatchError, match="no appName, of which queryFor is made"):
        client.find(address({**REFERRING, "refs": {"applicationId": named}}, OLD))


@pytest.mark.proves("DECLARE-11")
@pytest.mark.parametrize("how", ["no text", "no texts_at", "by id"])
def test_references_by_id(how):
    event = {"attributes": {"applicationId": {"ref": {"text": None}}}} if how == "no text" else {}
    find = {"texts_at": None} if how == "no texts_at" else {}
    other = profile(types={"event": event}, operations={"find": find})
    named = {"type": "application", "id": "17"} if how == "by id" else APPLICATION
    client, script = scripted(answer(200, {"id": 17, **KEY}), answer(200, STORED), of=other)
    client.find(address({**REFERRING, "refs": {"applicationId": named}}, other))
    assert script.paths == ["application/17/read" if how == "by id" else "application/read", "event/read"]
    assert script.bodies[1] == {"eventName": "Filing", "applicationId": 17}


def test_references_of_references():
    inner = {"type": "event", "key": {"eventName": "Filing"}, "refs": {"applicationId": APPLICATION}}
    named = {"type": "event_country", "key": {"country": "FR"}, "refs": {"eventId": inner}}
    application = {"id": 1, "appCode": "123456", "appName": "Zelvora"}
    client, script = scripted(
        answer(200, {**STORED, "applicationId": 1}), answer(200, application), answer(200, {"id": 9, "country": "FR"})
    )
    client.find(address(named))
    assert script.paths == ["event/read", "application/read", "event-country/read"]
    assert script.bodies == [
        {"eventName": "Filing", "queryFor": {"applicationId": "123456 Zelvora"}},
        {"appCode": "123456", "appName": "Zelvora"},
        {"country": "FR", "eventId": 5},
    ]


def test_a_reference_that_does_not_exist():
    client, _script = scripted(MISSING)
    with pytest.raises(MissingReferenceError, match="no such entity"):
        client.find(address({**REFERRING, "refs": {"applicationId": {"type": "application", "id": "99"}}}))


@pytest.mark.proves("WRITE-1")
def test_only_the_answer_that_the_profile_calls_missing_is_missing():
    client, _script = scripted(MISSING, MISSING)
    assert client.read(Address(EVENT_TYPE, 5)) is None
    assert client.find(address()) == []


NO_ANSWERS = [
    (HTML, ProfileMismatchError, "page instead of data.*base_path"),
    (
        answer(410, {}),
        ProfileMismatchError,
        "answered HTTP 410: expected HTTP 404 for a missing entity, came HTTP 410. If it says so",
    ),
    (answer(204, b""), ProfileMismatchError, "HTTP 404 for a missing entity, came HTTP 204"),
    (answer(206, STORED), ProfileMismatchError, "expected HTTP 200, came HTTP 206"),
    (answer(405, {}), ProfileMismatchError, "not this method"),
    (answer(200, b""), ServerError, "empty body"),
    (answer(200, b'{"id": '), ServerError, "not JSON, or is cut off"),
    (answer(200, b"[" * 100_000), ServerError, "not JSON"),
    (answer(200, b"\xff\xfe"), ServerError, "not JSON"),
    (answer(200, b"<html>log in</html>", **{"content-type": "text/html"}), ServerError, "a web page"),
    (answer(200, {}), ProfileMismatchError, "the answer holds none"),
    (answer(200, []), ProfileMismatchError, "the answer holds none"),
    (answer(200, None), ProfileMismatchError, "the answer holds none"),
    (answer(200, "text"), ProfileMismatchError, "the answer holds none"),
    (answer(200, [1]), ProfileMismatchError, "the answer holds none"),
    (answer(400, {}), ServerError, r"refused the address or the key.*Check the id.*operations\.\w+ is assumed"),
    (answer(403, {"id": 5, "eventName": "Filing"}), ServerError, "may not do that.*403"),
    (answer(302, b"", location="https://evil.example.com"), ServerError, "redirect, which is not followed"),
    (answer(429, {}), BusyError, "the server is busy"),
    (replace(MISSING, busy=Alternative(says="It counts.")), BusyError, "It counts, and.*404.*no such entity"),
    (replace(answer(200, STORED), busy=Alternative()), BusyError, r"the server is busy, and .*\(HTTP 200\)"),
    (answer(500, {"message": "boom"}), ServerError, "failed.*500.*saying: boom"),
    (answer(503, {}), ServerError, "not available"),
]


@pytest.mark.proves("WRITE-1")
@pytest.mark.parametrize(("said", "kind", "message"), NO_ANSWERS)
@pytest.mark.parametrize("operation", ["read", "find"])
def test_what_is_neither_there_nor_missing_is_an_error(said, kind, message, operation):
    client, _script = scripted(said)
    with pytest.raises(kind, match=message) as caught:
        client.read(Address(EVENT_TYPE, 5)) if operation == "read" else client.find(address())
    assert caught.type is kind
    assert caught.value.details["status"] == said.status
    assert "evil" not in caught.value.message


def test_a_refuted_profile_is_named_by_its_key():
    particular = profile(types={"event": {"find": {"entity": "body.data.entity"}}})
    client, _script = scripted(answer(200, {"data": {}}), of=particular)
    with pytest.raises(ProfileMismatchError) as caught:
        client.find(address(of=particular))
    details = caught.value.details
    assert details["profile_key"] == "types.event.find.entity"
    assert (details["expected"], details["came"]) == ("an entity in 'data.entity' of the answer", "an object with data")
    assert "expected an entity in 'data.entity' of the answer, came an object with data." in caught.value.message


@pytest.mark.parametrize("content", [[], {}, None])
def test_an_empty_answer_is_missing_where_the_profile_says_so(content):
    empty = {"missing": [{"empty": True}]}
    client, _script = scripted(
        answer(200, content), answer(200, content), of=profile(operations={"find": empty, "read": empty})
    )
    assert client.find(address(of=profile(operations={"find": empty}))) == []
    assert client.read(Address(profile(operations={"read": empty}).type("event"), 5)) is None


@pytest.mark.parametrize(("content", "path"), [(STORED, "body"), ({"data": {"event": STORED}}, "body.data.event")])
def test_where_the_entity_stands(content, path):
    of = profile(operations={"find": {"entity": path}, "read": {"entity": path}})
    client, _script = scripted(answer(200, content), answer(200, content), of=of)
    assert client.find(address(of=of)) == [STORED]
    assert client.read(Address(of.type("event"), 5)) == STORED


def test_a_list_of_matches():
    client, _script = scripted(answer(200, [STORED, {**STORED, "id": 6}]))
    assert [one["id"] for one in client.find(address())] == [5, 6]


def test_a_create_that_answers_nothing():
    of = profile(operations={"create": {"entity": False, "success": [{"status": [204]}]}})
    client, _script = scripted(answer(204, b""), answer(500, {}), of=of)
    assert client.create(address(of=of), {}) is None
    with pytest.raises(ServerError):
        client.create(address(of=of), {})


@pytest.mark.proves("WRITE-7")
@pytest.mark.parametrize(
    ("operation", "status", "kind"),
    [
        ("create", 409, ConflictError),
        ("create", 412, ServerError),
        ("update", 409, ConflictError),
        ("update", 412, ConflictError),
        ("update", 422, ServerError),
        ("delete", 409, ConflictError),
        ("delete", 412, ServerError),
    ],
)
def test_conflicts(operation, status, kind):
    client, _script = scripted(answer(status, {"message": "taken"}))
    calls = {
        "create": lambda: client.create(address(), {}),
        "update": lambda: client.update(address(), STORED, {"whole": {}}),
        "delete": lambda: client.delete(address(), STORED),
    }
    with pytest.raises(ServerError, match="taken") as caught:
        calls[operation]()
    assert caught.type is kind


@pytest.mark.proves("PROFILE-91")
@pytest.mark.parametrize(
    ("operation", "kind", "words"),
    [
        ("create", "exists", "there is one already"),
        ("update", "exists", "there is one already"),
        ("update", "moved", "the entity was changed meanwhile"),
        ("delete", "in_use", "something else depends on it"),
    ],
)
@pytest.mark.parametrize("says", ["", "A sentence of ours."])
def test_the_kind_of_a_conflict(operation, kind, words, says):
    """It is told also where a server refuses with a status that means success elsewhere."""
    told = {"body": {"code": "NO"}, **({"says": says} if says else {})}
    of = profile(types={"event": {operation: {"conflict": {kind: [told]}}}})
    client, _script = scripted(answer(200, {"code": "NO", "message": "taken"}), of=of)
    where = address(of=of)
    calls = {
        "create": lambda: client.create(where, {}),
        "update": lambda: client.update(where, STORED, {"whole": {}}),
        "delete": lambda: client.delete(where, STORED),
    }
    with pytest.raises(ConflictError) as caught:
        calls[operation]()
    assert caught.value.why.startswith(f"{says.rstrip('.') or words} (HTTP 200), saying: ")
    assert caught.value.details == {"status": 200, "conflict": kind}


@pytest.mark.proves("NETWORK-5")
@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ({"message": "plain"}, "plain"),
        ({"error": "e", "detail": "d", "message": "m"}, "m"),
        ({"message": 5, "title": "t"}, "t"),
        ({"message": "a\nb\r\x1b[31mc\u202e"}, r"a\nb\r\x1b[31mc\u202e"),
        ({"message": "::error::gotcha"}, r"\x3a:error::gotcha"),
        ({"message": "##vso[task.complete]"}, r"#\x23vso[task.complete]"),
        ({"message": "x" * 5000}, "x" * 300),
        ({"other": "x"}, ""),
        (["message"], ""),
        (b"no json", ""),
        (b"\xff", ""),
        (b"[" * 100_000, ""),
        (b"", ""),
    ],
)
def test_what_the_server_says(content, shown):
    assert said(answer(500, content).body) == shown


@pytest.mark.proves("PROFILE-2")
def test_what_was_used_and_what_of_it_is_assumed():
    verified = {"verified": {"version": "7.3", "when": "2026-01-01", "by": "probe"}}
    of = profile(types={"event": {"read": verified}})
    client, _script = scripted(answer(200, STORED), answer(200, STORED), answer(200, {}), of=of)
    assert client.assumed == []
    client.read(Address(of.type("event"), 5))
    client.find(address(of=of))
    client.delete(address(of=of), STORED)
    assert sorted(client.used) == ["operations.delete", "operations.find", "types.event.read"]
    assert client.assumed == ["operations.find"]


def test_an_operation_counts_as_used_once_its_request_went_out():
    client, script = scripted(MISSING)
    with pytest.raises(ProfileMismatchError):
        client.delete(address(), {"uuid": "u-5"})
    with pytest.raises(MissingReferenceError):
        client.create(address(REFERRING | {"refs": {"applicationId": {"type": "application", "id": 17}}}), {})
    assert list(client.used) == ["operations.read"] and len(script.requests) == 1


def test_what_many_threads_refer_to_is_asked_for_once():
    asked = []

    def send(request):
        asked.append(request)
        time.sleep(0.05)
        return answer(200, {**KEY, "id": 17})

    client = EntityClient(INSIGHT, URL, send)
    client.known = {}
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(client.resolve, [address(APPLICATION)] * 16))
    assert ([one["id"] for one in found], len(asked)) == ([17] * 16, 1)
