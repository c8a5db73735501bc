# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answers of a handshake that fails say about the profile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._probe.logins import (
    Login,
    _is_refusal,
    _lesson,
    _take,
    cookie_finding,
)
from ansible_collections.rimops.insight.plugins.module_utils._probe.request_candidates import BASE_PATHS
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import AuthenticationError, ServerError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, answer

URL = "https://insight.example.com"
SESSION_ID = "F1AE44E28CB43CDECB2D0A104EB5DF4B"
CSRF = {"x-csrf-header": "X-CSRF-TOKEN", "x-csrf-token": "40d67d97-fb28-4a78-a111-5bae0ee706bb"}
OPENED = answer(200, {"xAuthToken": SESSION_ID}, **CSRF)


def login(*answers):
    """A login that got these answers, each the answer to a request of its purpose."""
    told = Login({"url": URL}, dict(built_in("insight")))
    for purpose, response in answers:
        step = told.data["session"]["steps"]["token" if purpose == "open a session" else "login"]
        request = Request(purpose, step["method"], f"{URL}{told.data['base_path']}/{step['path']}")
        told.answers.append((request, replace(response, purpose=purpose)))
    return told


def started(content, **headers):
    """A login whose first answer was this one."""
    return login(("open a session", answer(200, content, **headers)))


@pytest.mark.parametrize(
    ("content", "path"),
    [
        ({"token": SESSION_ID}, "token"),
        ({"session": {"id": SESSION_ID}}, "session.id"),
        ({"csrfToken": SESSION_ID, "sid": SESSION_ID}, "sid"),
        ({"user": "nobody-that-we-know", "sessionToken": SESSION_ID}, "sessionToken"),
    ],
)
def test_another_name_of_the_session_id(content, path):
    finding = _lesson(started(content, **CSRF))
    assert finding.profile_key == "session.steps.token.take.session"
    take = {"take": {"session": f"body.{path}"}}
    assert finding.override == {"session": {"steps": {"token": take}, "look": take}}


@pytest.mark.parametrize("content", [{"status": "ok"}, {"message": "There is nothing here at all"}, [], None, {"a": 1}])
def test_what_is_no_session_id_is_not_taken_for_one(content):
    assert _lesson(started(content, **CSRF)).override is None


FIXED = {"csrf": "header.X-XSRF-TOKEN", "csrf_header": None}
GONE = {"csrf": None, "csrf_header": None}


@pytest.mark.parametrize(
    ("headers", "cookies", "take", "carry"),
    [
        (
            {"x-csrf-name": "X-OTHER", "x-other": "1"},
            {},
            {
                "csrf_header": {"at": "header.X-CSRF-NAME", "default": "X-OTHER"},
                "csrf": ["header.{csrf_header}", "header.X-OTHER"],
            },
            {},
        ),
        ({"x-xsrf-token": "1"}, {}, FIXED, {"X-XSRF-TOKEN": "{csrf}", "{csrf_header}": None}),
        (
            {},
            {"XSRF-TOKEN": "1"},
            {"csrf": "cookie.XSRF-TOKEN", "csrf_header": None},
            {"X-XSRF-TOKEN": "{csrf}", "{csrf_header}": None},
        ),
        ({"x-csrf-param": "_csrf"}, {}, GONE, {"{csrf_header}": None}),
        ({}, {}, GONE, {"{csrf_header}": None}),
    ],
)
def test_other_csrf_tokens(headers, cookies, take, carry):
    first = replace(answer(200, {"xAuthToken": SESSION_ID}, **headers), cookies=cookies)
    finding = _lesson(login(("open a session", first)))
    assert finding.profile_key == "session.take.csrf"
    carried = {"carry": {"headers": carry}} if carry else {}
    assert finding.override == {"session": {"steps": {"token": {"take": take}}, "take": take, **carried}}


@pytest.mark.parametrize("response", [HTML, answer(404, {}), answer(302, b"", location="/"), answer(401, {})])
def test_other_base_paths_and_then_a_token_with_each_request(response):
    told = login(("open a session", response))
    tried = []
    while (finding := _lesson(told)).profile_key == "base_path":
        tried.append(finding.override["base_path"])
        assert finding.expected == "/insight/api/v2"
        _take(told, finding)
        request = Request("open a session", "GET", f"{URL}{told.data['base_path']}/token")
        told.answers.append((request, replace(response, purpose="open a session")))
    assert tried == ["/InSight/api/v2", "/insight/rest/api/v2", "/insight/api", *BASE_PATHS]
    assert finding.expected == '["token", "login"]'
    _take(told, finding)
    assert told.data["session"] == {"carry": {"headers": {"Authorization": "Bearer {access_token}"}}}
    assert told.data["base_path"] == "/insight/api/v2"
    assert [one.profile_key for one in told.findings] == ["session.steps"]


@pytest.mark.parametrize("response", [answer(500, {}), answer(503, {}), answer(429, {})])
def test_a_server_that_fails_says_nothing_about_the_profile(response):
    assert _lesson(login(("open a session", response))) is None
    assert _lesson(login(("open a session", OPENED), ("log in", response))) is None


def test_a_login_that_redirects():
    finding = _lesson(login(("open a session", OPENED), ("log in", answer(302, b"", location="/home", **CSRF))))
    assert finding.override == {"session": {"steps": {"login": {"success": [{"status": [302]}]}}}}


def test_a_login_that_announces_no_token_anew():
    finding = _lesson(login(("open a session", OPENED), ("log in", answer(200, {}))))
    take = {"csrf": "header.X-CSRF-TOKEN", "csrf_header": None}
    carry = {"headers": {"{csrf_header}": None, "X-CSRF-TOKEN": "{csrf}"}}
    assert finding.override == {"session": {"steps": {"token": {"take": take}}, "take": take, "carry": carry}}


def test_a_redirect_to_a_login_page_is_no_success():
    told = login(("open a session", OPENED), ("log in", answer(302, b"", location="/login?error", **CSRF)))
    assert _lesson(told) is None


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_password_teaches_nothing(status):
    assert _lesson(login(("open a session", OPENED), ("log in", answer(status, {})))) is None


def test_the_cookie_that_carries_the_session_id():
    assert cookie_finding(login(("open a session", replace(OPENED, cookies={"JSESSIONID": SESSION_ID})))) is None
    finding = cookie_finding(login(("open a session", replace(OPENED, cookies={"a": "1", "SESSION": SESSION_ID}))))
    assert finding.profile_key == "session.cookie"
    cookies = {"cookies": {"JSESSIONID": None, "SESSION": "{session}"}}
    assert finding.override == {"session": {"cookie": "SESSION", "steps": {"token": cookies}, "look": cookies}}


def test_a_sign_that_names_the_cookie_names_the_other_one():
    told = login(("open a session", replace(OPENED, cookies={"SESSION": SESSION_ID})))
    told.data["session"] = {**told.data["session"], "lost": [{"cookie": {"JSESSIONID": "changed"}}]}
    assert cookie_finding(told).override["session"]["lost"] == [{"cookie": {"SESSION": "changed"}}]


def test_a_token_of_the_systems_own_may_stand_elsewhere():
    take = {"access_token": "body.token", "expires_in": "body.seconds"}
    step = {"method": "POST", "path": "auth/login", "json": {"user": "{username}", "pass": "{password}"}, "take": take}
    told = Login({"url": URL}, {"name": "desk", "base_path": "/api", "session": {"steps": {"in": step}}, "types": {}})
    content = {"access": {"jwt": "eyJhbGc.eyJzdWI.c2lnbmF0dXJl"}, "validFor": 3600}
    response = replace(answer(200, content), purpose="log in")
    told.answers.append((Request("log in", "POST", f"{URL}/api/auth/login"), response))
    for name, place in (("access_token", "body.access.jwt"), ("expires_in", "body.validFor")):
        finding = _lesson(told)
        assert finding.override == {"session": {"steps": {"in": {"take": {name: place}}}}}
        _take(told, finding)
    assert _lesson(told) is None


@pytest.mark.parametrize(("status", "finds"), [(404, True), (401, False), (400, False)])
def test_a_credential_goes_to_another_address_only_where_nothing_was_at_the_first(status, finds):
    step = {"method": "POST", "path": "auth/login", "json": {"pass": "{password}"}}
    told = Login({"url": URL}, {"name": "desk", "base_path": "/x", "session": {"steps": {"in": step}}, "types": {}})
    response = replace(answer(status, {}), purpose="log in")
    told.answers.append((Request("log in", "POST", f"{URL}/x/auth/login"), response))
    assert bool(_lesson(told)) is finds


FORM = {"method": "GET", "path": "form"}
LOGIN = {"method": "POST", "path": "login", "form": {"user": "{username}", "pass": "{password}"}}
TAKEN_OF_ALL = {
    "steps": {"form": FORM, "login": LOGIN},
    "take": {"csrf": "header.X-CSRF-TOKEN"},
    "carry": {"headers": {"X-CSRF-TOKEN": "{csrf}"}},
}


def test_a_token_that_is_looked_for_in_every_answer_and_stands_in_a_cookie():
    told = Login({"url": URL}, {"name": "desk", "base_path": "", "session": TAKEN_OF_ALL, "types": {}})
    first = replace(answer(200, {}), purpose="open a session", cookies={"csrftoken": "abc"})
    told.answers.append((Request("open a session", "GET", f"{URL}/form"), first))
    told.answers.append((Request("log in", "POST", f"{URL}/login"), replace(answer(200, {}), purpose="log in")))
    finding = _lesson(told)
    assert finding.profile_key == "session.take.csrf"
    carry = {"headers": {"X-CSRF-TOKEN": None, "X-csrftoken": "{csrf}"}}
    assert finding.override == {"session": {"take": {"csrf": "cookie.csrftoken"}, "carry": carry}}


@pytest.mark.parametrize(
    ("error", "refused"),
    [
        (AuthenticationError("log in", "wrong password"), True),
        (AuthenticationError("log in", "there is none", profile_key="session.take.csrf"), False),
        (ServerError("log in", "it failed"), False),
    ],
)
def test_what_is_a_refusal(error, refused):
    assert _is_refusal(error) is refused
