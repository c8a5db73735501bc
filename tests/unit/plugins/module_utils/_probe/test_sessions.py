# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a lost session is told, and where a CSRF token is seen: by what answers were like."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._probe.experiment import Experiment
from ansible_collections.rimops.insight.plugins.module_utils._probe.logins import Login
from ansible_collections.rimops.insight.plugins.module_utils._probe.sessions import (
    _places,
    ask_reading,
    ask_writing,
    conclude,
    csrf_token_in,
    judged,
    unlike,
    wrong_session,
)
from ansible_collections.rimops.insight.plugins.module_utils._probe.shapes import Known
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, answer

pytestmark = pytest.mark.proves("PROBE-7")

URL = "https://insight.example.com"
SESSION_ID = "F1AE44E28CB43CDECB2D0A104EB5DF4B"
PLAIN = {
    "start": {"cookie": "JSESSIONID"},
    "rejected": {"status": [401], "forbidden_words": ["csrf", "session"], "cookie_changes": False},
}
BOOT = {"timestamp": "2026-01-31T00:00:00Z", "status": 403, "error": "Forbidden", "path": "/x"}
ANOTHER = {"JSESSIONID": "another"}
SENTENCE = b"This session has been expired (possibly due to multiple concurrent logins being attempted)."
LOGIN_PAGE = answer(302, b"", location="https://insight.example.com/insight/login")


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (SESSION_ID, "[0-9A-F]{32}"),
        ("f3c7a1b2-0000-4000-8000-00000000000a", "[0-9a-f-]{36}"),
        ("s:Zz9.x_y", "[a-z]:[A-Z][a-z][0-9][.][a-z]_[a-z]"),
    ],
)
def test_a_session_that_nobody_has_looks_like_one(value, form):
    assert len(unlike(value)) == len(value)
    assert [char.isdigit() for char in unlike(value)] == [char.isdigit() for char in value]
    assert re.fullmatch(form, unlike(value))
    assert len({unlike(SESSION_ID) for _turn in range(9)} - {SESSION_ID}) == 9


def test_only_what_names_the_session_is_made_up():
    real = {"Cookie": f"JSESSIONID={SESSION_ID}; XSRF-TOKEN=abc; lb=node1", "X-CSRF-TOKEN": "abc"}
    wrong = wrong_session(real, "JSESSIONID")
    assert SESSION_ID not in wrong["Cookie"]
    assert wrong["Cookie"].endswith("; XSRF-TOKEN=abc; lb=node1")
    assert wrong["X-CSRF-TOKEN"] == "abc"
    bearer = wrong_session({"Authorization": "Bearer eyJhbGc.eyJzdWI.c2lnbmF0dXJl"}, None)["Authorization"]
    assert bearer.startswith("Bearer eyJhbGc.eyJzdWI.")
    assert not bearer.endswith("c2lnbmF0dXJl")


@pytest.mark.parametrize(
    ("lost", "key", "verdict", "rejected"),
    [
        ({"GET": answer(401, {})}, "session.rejected", "as_profile", None),
        ({"GET": answer(403, {"message": "No session"})}, "session.rejected", "as_profile", None),
        ({"GET": answer(403, {"message": "No"})}, "session.rejected.status", "differs", {"status": [401, 403]}),
        ({"GET": answer(419, {})}, "session.rejected.status", "differs", {"status": [401, 419]}),
        ({"GET": answer(200, {"message": "Please come in"})}, "session.rejected", "not_found", None),
        ({"GET": answer(500, {})}, "session.rejected", "not_found", None),
        ({"GET": answer(404, BOOT)}, "session.rejected", "not_found", None),
        ({"GET": LOGIN_PAGE}, "session.rejected.login_page", "differs", {"login_page": True}),
        (
            {"GET": replace(answer(403, BOOT), cookies=ANOTHER)},
            "session.rejected.cookie_changes",
            "differs",
            {"cookie_changes": True},
        ),
        (
            {"GET": answer(401, {}), "POST": replace(answer(403, BOOT), cookies=ANOTHER)},
            "session.rejected.cookie_changes",
            "differs",
            {"cookie_changes": True},
        ),
        (
            {"GET": LOGIN_PAGE, "POST": replace(answer(403, BOOT), cookies=ANOTHER)},
            "session.rejected",
            "differs",
            {"login_page": True, "cookie_changes": True},
        ),
        (
            {"GET": answer(200, SENTENCE)},
            "session.rejected.words",
            "differs",
            {"words": ["This session has been expired"]},
        ),
        (
            {"DELETE": answer(403, {"error": "Your login has expired"})},
            "session.rejected.words",
            "differs",
            {"words": ["Your login has expired"]},
        ),
        ({"GET": answer(401, {}), "POST": HTML}, "session.rejected", "not_found", None),
    ],
)
def test_what_a_session_that_nobody_has_gets(lost, key, verdict, rejected):
    finding = judged(PLAIN, lost)
    override = {"session": {"rejected": rejected}} if rejected else None
    assert (finding.profile_key, finding.verdict, finding.override) == (key, verdict, override)


def test_a_403_that_a_look_tells_apart_is_not_taken_for_a_lost_session():
    finding = judged(PLAIN, {"GET": answer(403, BOOT), "POST": answer(419, {})}, look_tells=True)
    assert finding.override == {"session": {"rejected": {"status": [401, 419]}}}
    assert finding.came.endswith("; after HTTP 403 a look at the session tells that it does not live")
    assert judged(PLAIN, {"GET": answer(403, BOOT)}, look_tells=True).verdict == "as_profile"


def test_each_method_is_told_apart():
    refused = replace(answer(403, BOOT), cookies=ANOTHER)
    came = judged(PLAIN, {"GET": answer(401, b""), "POST": refused, "PUT": refused}).came
    shown = "POST, PUT: HTTP 403 with an object with timestamp, status, error, path, and sets another session cookie"
    assert came == f"GET: HTTP 401 with an empty body; {shown}"


class Sends:
    """Answers every request alike, and keeps them."""

    def __init__(self, response):
        self.response, self.requests = response, []

    def send(self, request):
        self.requests.append(request)
        return self.response


def experiment(*requests):
    """A bench on which these requests were answered with a success, and the first showed an entity."""
    made = Experiment(dict(built_in("insight")), URL, None, {})
    made.answers = [(one, answer(200, {"id": 17})) for one in requests]
    made.shown = (requests[0], Known(17))
    return made


READ = Request("read", "GET", f"{URL}/application/17")
CREATE = Request("create", "POST", f"{URL}/application", json_body={"appCode": "1"})
DELETE = Request("delete", "DELETE", f"{URL}/application/17")


def test_writes_are_asked_too_and_carry_nothing():
    server, asked = Sends(answer(401, {"message": "No session"})), experiment(READ, CREATE, DELETE)
    login = Login({"url": URL}, asked.data, http=server)
    ask_reading(asked, login)
    assert [one.method for one in server.requests] == ["GET"]
    ask_writing(asked, login)
    assert [(one.method, one.json_body) for one in server.requests] == [("GET", None), ("POST", {}), ("DELETE", None)]
    conclude(asked, login)
    assert [(one.profile_key, one.verdict) for one in asked.findings] == [("session.rejected", "as_profile")]


def test_no_write_goes_to_a_server_that_answers_anybody():
    server, asked = Sends(answer(200, {"id": 17})), experiment(READ, CREATE, DELETE)
    login = Login({"url": URL}, asked.data, http=server)
    ask_reading(asked, login)
    ask_writing(asked, login)
    conclude(asked, login)
    assert [one.method for one in server.requests] == ["GET"]
    [finding] = asked.findings
    assert (finding.verdict, finding.came) == ("differs", "the server answers a session that nobody has")


BEFORE = "the login's answer (the one from before the login)"
START = {"csrf_name_header": "X-CSRF-HEADER", "csrf_header": "X-CSRF-TOKEN"}


@pytest.mark.parametrize(
    ("headers", "token"),
    [
        ({"x-csrf-header": "X-OTHER", "x-other": "1", "x-csrf-token": "2"}, "1"),
        ({"x-csrf-header": "X-XSRF-TOKEN", "x-csrf-token": "2"}, "2"),
        ({"x-csrf-token": "2"}, "2"),
        ({"x-csrf-header": "X-OTHER"}, ""),
        ({}, ""),
    ],
)
def test_the_token_that_an_answer_shows(headers, token):
    assert csrf_token_in(START, answer(200, {}, **headers)) == token


@pytest.mark.parametrize(
    ("tokens", "says"),
    [
        (("1", "2", "2"), "a CSRF token is shown by the first answer, the login's answer, a look after the login"),
        (
            ("1", "1", "2"),
            f"a CSRF token is shown by the first answer, {BEFORE}, a look after the login",
        ),
        (("1", "", "2"), "a CSRF token is shown by the first answer, a look after the login"),
        (("", "", ""), "only the cookie XSRF-TOKEN holds a CSRF token"),
    ],
)
def test_where_the_token_is_seen(tokens, says):
    places = dict(zip(("the first answer", "the login's answer", "a look after the login"), tokens, strict=True))
    cookies = {} if any(tokens) else {"XSRF-TOKEN": "3", "JSESSIONID": "4"}
    answers = [(Request("open a session", "GET", URL), replace(answer(200, {}), cookies=cookies))]
    assert _places(places, answers, False) == says
    if any(tokens):
        assert _places(places, answers, True) == f"{says}, every answer within the session"
