# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import (
    Sent,
    answer_at,
    first_at,
    fitting,
    predicate_of,
    statuses_of,
)
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Response


def answer(status=200, body=None, headers=None, cookies=None):
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    return Response("read", status, headers or {}, cookies or {}, content)


ASKED = Sent("POST", {"SID": "one", "SAP_SESSIONID_X": "two"})


@pytest.mark.parametrize(
    ("alternative", "given"),
    [
        ({"status": [401, 403]}, answer(403)),
        ({"status": 401}, answer(401)),
        ({"method": ["PUT", "POST"]}, answer()),
        ({"header": {"Location": "LOGIN"}}, answer(302, headers={"location": "/login?x"})),
        ({"header": {"X-A": "present"}}, answer(headers={"x-a": ""})),
        ({"header": {"X-A": ["no", "yes"]}}, answer(headers={"x-a": "YES"})),
        ({"cookie": {"SID": "changed"}}, answer(cookies={"SID": "other"})),
        ({"cookie": {"SID": "changed"}}, answer(cookies={"SID": ""})),
        ({"cookie": {"SAP_SESSIONID_*": "changed"}}, answer(cookies={"SAP_SESSIONID_X": "new"})),
        ({"cookie": {"SID": "present"}}, answer(cookies={"SID": "one"})),
        ({"body": {"error.code": ["E1", "E404"]}}, answer(body={"error": {"code": "E404"}})),
        ({"body": {"error": "present"}}, answer(body={"error": {}})),
        ({"body": {"a": 1, "b": {"c": True}}}, answer(body={"a": 1.0, "b": {"c": True}, "d": 0})),
        ({"body": True}, answer(body=True)),
        ({"body": {"[0].id": 3}}, answer(body=[{"id": 3}])),
        ({"empty": True}, answer(body=[])),
        ({"empty": True}, answer(body={})),
        ({"empty": True}, answer(body=b"null")),
        ({"empty": False}, answer(body=[1])),
        ({"media_type": "application/json"}, answer(headers={"content-type": "Application/JSON; charset=utf-8"})),
        ({"words": ["Session Expired"]}, answer(200, b"the session expired, sorry")),
        ({"words": "expired"}, answer(401, {"error": "expired"})),
        ({"login_page": True}, answer(302, headers={"location": "/userLogin"})),
        ({"not": {"status": [200]}}, answer(201)),
        ({"status": [401], "not": {"words": ["owner"]}}, answer(401, {"m": "no"})),
    ],
)
def test_an_answer_fits(alternative, given):
    assert fitting(predicate_of([{"status": [599]}, alternative]), given, ASKED)


@pytest.mark.parametrize(
    ("alternative", "given"),
    [
        ({"status": [401], "words": ["expired"]}, answer(401, {"m": "no"})),
        ({"method": "GET"}, answer()),
        ({"header": {"Location": "login"}}, answer(302)),
        ({"cookie": {"SID": "changed"}}, answer(cookies={"SID": "one"})),
        ({"cookie": {"SID": "changed"}}, answer()),
        ({"cookie": {"NEW": "changed"}}, answer(cookies={"NEW": "set for the first time"})),
        ({"cookie": {"SID": "present"}}, answer(cookies={"SID": ""})),
        ({"body": {"error": "present"}}, answer(body={"error": None})),
        ({"body": {"a": 1}}, answer(body={"a": True})),
        ({"body": {"a": "1"}}, answer(body={"a": 1})),
        ({"body": True}, answer(body=1)),
        ({"body": {"a": 1}}, answer(body=b"a")),
        ({"empty": True}, answer(body=b"")),
        ({"empty": True}, answer(body=0)),
        ({"empty": True}, answer(body=False)),
        ({"words": ["session expired"]}, answer(200, {"title": "On a session expired"})),
        ({"words": ["session expired"]}, answer(200, [{"title": "session expired"}])),
        ({"login_page": True}, answer(302, headers={"location": "/blog-in-depth"})),
        ({"status": [401], "not": {"words": ["owner"]}}, answer(401, {"m": "not the owner"})),
    ],
)
def test_an_answer_does_not_fit(alternative, given):
    assert fitting(predicate_of([alternative]), given, ASKED) is None


def test_the_empty_predicate_fits_nothing():
    assert fitting((), answer()) is None
    assert predicate_of(None) == ()


def test_empty_speaks_of_the_place_of_the_entity():
    missing = predicate_of([{"empty": True}])
    assert fitting(missing, answer(body={"rows": []}), place="body.rows")
    assert fitting(missing, answer(body={"error": "no such place"}), place="body.rows") is None
    assert fitting(missing, answer(body={"rows": [{"id": 1}]}), place="body.rows") is None


def test_the_alternative_that_fits_says_why():
    found = fitting(predicate_of([{"status": [403], "says": "The licence is not accepted."}]), answer(403))
    assert found is not None
    assert found.says == "The licence is not accepted."


def test_statuses_are_listed_once():
    assert statuses_of(predicate_of([{"status": [404, 410]}, {"status": 404}, {"empty": True}])) == (404, 410)


@pytest.mark.parametrize(
    ("place", "value"),
    [
        ("body", {"a": [{"b": 1}], "c": None}),
        ("body.a[0].b", 1),
        ("body.a[].b", [1]),
        ("body.c", None),
        ("body.x", ABSENT),
        ("header.X-Total", "5"),
        ("header.none", ABSENT),
        ("cookie.SID", "s"),
        ("cookie.none", ABSENT),
        ("location", "https://a.example.com/things/a%2Fb"),
        ("location.id", "a/b"),
        ("link.next", "/things?page=2"),
        ("link.last", ABSENT),
    ],
)
def test_a_place_of_an_answer(place, value):
    headers = {
        "x-total": "5",
        "location": "https://a.example.com/things/a%2Fb",
        "link": '</things?page=1>; rel="prev", </things?page=2>; rel="next"',
    }
    assert answer_at(answer(201, {"a": [{"b": 1}], "c": None}, headers, {"SID": "s"}), place) == value


def test_the_first_place_that_is_there():
    given = answer(200, {"a": 1}, {"x-a": "h"})
    assert first_at(given, ["header.none", "body.b", "body.a"]) == 1
    assert first_at(given, "header.X-A") == "h"
    assert first_at(given, {"at": "header.none", "default": "d"}) == "d"
    assert first_at(given, {"at": ["header.none", "header.X-A"], "default": "d"}) == "h"
    assert first_at(answer(200, b"no JSON"), ["body.a", "body"]) is ABSENT
