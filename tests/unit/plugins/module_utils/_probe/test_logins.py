# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the answers of a handshake that fails say about the profile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._probe.logins import Login, _lesson, _take, cookie_finding
from ansible_collections.rimops.insight.plugins.module_utils._probe.request_candidates import BASE_PATHS
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
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
        request = Request(purpose, "GET", f"{URL}{told.data['base_path']}/token")
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
    assert finding.profile_key == "session.start.session_id"
    assert finding.override == {"session": {"start": {"session_id": path}}}


@pytest.mark.parametrize("content", [{"status": "ok"}, {"message": "There is nothing here at all"}, [], None, {"a": 1}])
def test_what_is_no_session_id_is_not_taken_for_one(content):
    assert _lesson(started(content, **CSRF)).override is None


@pytest.mark.parametrize(
    ("headers", "start"),
    [
        ({"x-csrf-name": "X-OTHER", "x-other": "1"}, {"csrf_name_header": "X-CSRF-NAME", "csrf_header": "X-OTHER"}),
        ({"x-xsrf-token": "1"}, {"csrf_name_header": None, "csrf_header": "X-XSRF-TOKEN"}),
        ({"x-csrf-param": "_csrf"}, {"csrf_name_header": None, "csrf_header": None}),
        ({}, {"csrf_name_header": None, "csrf_header": None}),
    ],
)
def test_other_csrf_headers(headers, start):
    finding = _lesson(started({"xAuthToken": SESSION_ID}, **headers))
    assert finding.override == {"session": {"start": start}}


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
    assert finding.override == {"session": {"kind": "bearer", "start": None, "login": None}}
    _take(told, finding)
    assert told.data["session"]["kind"] == "bearer"
    assert "start" not in told.data["session"]
    assert told.data["base_path"] == "/insight/api/v2"
    assert [one.profile_key for one in told.findings] == ["session.kind"]


@pytest.mark.parametrize("response", [answer(500, {}), answer(503, {}), answer(429, {})])
def test_a_server_that_fails_says_nothing_about_the_profile(response):
    assert _lesson(login(("open a session", response))) is None
    assert _lesson(login(("open a session", OPENED), ("log in", response))) is None


def test_a_login_that_redirects():
    finding = _lesson(login(("open a session", OPENED), ("log in", answer(302, b"", location="/home", **CSRF))))
    assert finding.override == {"session": {"login": {"success": [302]}}}


def test_a_login_that_announces_no_token_anew():
    finding = _lesson(login(("open a session", OPENED), ("log in", answer(200, {}))))
    assert finding.override == {"session": {"start": {"csrf_name_header": None, "csrf_header": "X-CSRF-TOKEN"}}}


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_password_teaches_nothing(status):
    assert _lesson(login(("open a session", OPENED), ("log in", answer(status, {})))) is None


def test_the_cookie_that_carries_the_session_id():
    assert cookie_finding(login(("open a session", replace(OPENED, cookies={"JSESSIONID": SESSION_ID})))) is None
    finding = cookie_finding(login(("open a session", replace(OPENED, cookies={"a": "1", "SESSION": SESSION_ID}))))
    assert finding.override == {"session": {"start": {"cookie": "SESSION"}}}
