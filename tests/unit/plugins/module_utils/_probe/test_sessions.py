# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a lost session is told, and where a CSRF token is seen: by what answers were like."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.session import Session, carried, within
from ansible_collections.rimops.insight.plugins.module_utils._probe.coverage import not_looked_at
from ansible_collections.rimops.insight.plugins.module_utils._probe.experiment import Experiment
from ansible_collections.rimops.insight.plugins.module_utils._probe.logins import Login
from ansible_collections.rimops.insight.plugins.module_utils._probe.sessions import (
    _places,
    ask_reading,
    ask_writing,
    conclude,
    false_session,
    judged,
    shown_value,
    unlike,
)
from ansible_collections.rimops.insight.plugins.module_utils._probe.shapes import Known
from ansible_collections.rimops.insight.plugins.module_utils._profile.session_rules import session_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, answer

pytestmark = pytest.mark.proves("PROBE-7")

URL = "https://insight.example.com"
SESSION_ID = "F1AE44E28CB43CDECB2D0A104EB5DF4B"
PLAIN = {
    "cookie": "JSESSIONID",
    "lost": [{"status": [401]}, {"status": [403], "words": ["csrf", "session"]}],
}
LOST = PLAIN["lost"]
SENT = {"JSESSIONID": "made up"}
BOOT = {"timestamp": "2026-01-31T00:00:00Z", "status": 403, "error": "Forbidden", "path": "/x"}
ANOTHER = {"JSESSIONID": "another"}
SENTENCE = b"This session has been expired (possibly due to multiple concurrent logins being attempted)."
READ = Request("read", "GET", f"{URL}/application/17")
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
    rules = session_of(built_in("insight")["session"])
    cookies = {"JSESSIONID": SESSION_ID, "XSRF-TOKEN": "abc", "lb": "node1"}
    values = {"session": SESSION_ID, "csrf": "abc"}
    session, names = false_session(rules, Session(cookies, values, {"csrf_header": "X-CSRF-TOKEN"}), {"url": URL})
    assert session.cookies["JSESSIONID"] == session.values["session"] != SESSION_ID
    assert {**session.cookies, "JSESSIONID": SESSION_ID} == cookies
    assert session.values["csrf"] == "abc"
    assert names["url"] == URL


TOKEN = "eyJhbGc.eyJzdWI.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("said", "session", "names"),
    [
        (None, Session(), {"access_token": TOKEN}),
        ({"carry": {"headers": {"X-Ticket": "{ticket}"}}}, Session(values={"ticket": TOKEN}), {}),
        ({"carry": {"cookies": {"T": "{ticket}"}}}, Session(values={"ticket": TOKEN}), {}),
        ({"carry": {"query": {"api_key": "{access_token}"}}}, Session(), {"access_token": TOKEN}),
        ({"carry": {}}, Session(cookies={"SID": TOKEN}), {}),
        ({"cookie": "S*", "carry": {}}, Session(cookies={"SID": TOKEN}), {}),
        ({"carry": {}}, Session(handed_over={"X-Key": TOKEN}), {}),
    ],
    ids=["bearer", "header", "cookie", "query", "jar", "starred", "handed over"],
)
def test_a_token_is_made_up_wherever_it_is_carried(said, session, names):
    rules, names = session_of(said), {"url": URL, "inputs": {"realm": "test"}, **names}
    request = within(names["url"], carried(rules, *false_session(rules, session, names)), READ)
    shown = f"{request.url} {dict(request.headers)}"
    good = within(names["url"], carried(rules, session, names), READ)
    assert "c2lnbmF0dXJl" in f"{good} {good.headers}"
    assert "c2lnbmF0dXJl" not in shown
    assert "eyJhbGc.eyJzdWI." in shown


def test_a_password_is_never_made_up():
    basic = {"carry": {"basic": {"username": "{username}", "password": "{password}"}}}
    assert false_session(session_of(basic), Session(), {"username": "u", "password": "p"}) is None


@pytest.mark.parametrize(
    ("lost", "verdict", "more"),
    [
        ({"GET": answer(401, {})}, "as_profile", []),
        ({"GET": answer(403, {"message": "No session"})}, "as_profile", []),
        ({"GET": answer(403, {"message": "No"})}, "differs", [{"status": [403]}]),
        ({"GET": answer(419, {})}, "differs", [{"status": [419]}]),
        ({"GET": answer(200, {"message": "Please come in"})}, "not_found", []),
        ({"GET": answer(500, {})}, "not_found", []),
        ({"GET": answer(404, BOOT)}, "not_found", []),
        ({"GET": LOGIN_PAGE}, "differs", [{"login_page": True}]),
        ({"GET": replace(answer(403, BOOT), cookies=ANOTHER)}, "differs", [{"cookie": {"JSESSIONID": "changed"}}]),
        (
            {"GET": answer(401, {}), "POST": replace(answer(403, BOOT), cookies=ANOTHER)},
            "differs",
            [{"cookie": {"JSESSIONID": "changed"}}],
        ),
        (
            {"GET": LOGIN_PAGE, "POST": replace(answer(403, BOOT), cookies=ANOTHER)},
            "differs",
            [{"login_page": True}, {"cookie": {"JSESSIONID": "changed"}}],
        ),
        ({"GET": answer(200, SENTENCE)}, "differs", [{"status": [200], "words": "This session has been expired"}]),
        (
            {"DELETE": answer(403, {"error": "Your login has expired"})},
            "differs",
            [{"status": [403], "words": "Your login has expired"}],
        ),
        (
            {"GET": answer(403, {"code": "TOKEN_EXPIRED", "message": "No"})},
            "differs",
            [{"status": [403], "body": {"code": "TOKEN_EXPIRED"}}],
        ),
        ({"GET": answer(403, {"code": "FORBIDDEN"})}, "differs", [{"status": [403]}]),
        ({"GET": answer(401, {}), "POST": HTML}, "not_found", []),
        ({"GET": answer(401, {}), "POST": answer(400, {"message": "No name"})}, "as_profile", []),
        ({"GET": answer(419, {}), "PATCH": answer(422, b"")}, "differs", [{"status": [419]}]),
        ({"GET": answer(400, {}), "DELETE": answer(401, {})}, "not_found", []),
    ],
)
def test_what_a_session_that_nobody_has_gets(lost, verdict, more):
    finding = judged(PLAIN, lost, SENT)
    override = {"session": {"lost": [*LOST, *more]}} if more else None
    assert (finding.profile_key, finding.verdict, finding.override) == ("session.lost", verdict, override)


def test_a_403_that_a_look_tells_apart_is_not_taken_for_a_lost_session():
    finding = judged(PLAIN, {"GET": answer(403, BOOT), "POST": answer(419, {})}, SENT, look_tells=True)
    assert finding.override == {"session": {"lost": [*LOST, {"status": [419]}]}}
    assert finding.came.endswith("; after HTTP 403 a look at the session tells that it does not live")
    assert judged(PLAIN, {"GET": answer(403, BOOT)}, SENT, look_tells=True).verdict == "as_profile"


def test_each_method_is_told_apart():
    refused = replace(answer(403, BOOT), cookies=ANOTHER)
    came = judged(PLAIN, {"GET": answer(401, b""), "POST": refused, "PUT": refused}, SENT).came
    shown = "POST, PUT: HTTP 403 with an object with timestamp, status, error, path, and sets another session cookie"
    assert came == f"GET: HTTP 401 with an empty body; {shown}"


def test_a_write_that_is_refused_for_what_it_says_is_noted():
    came = judged(PLAIN, {"GET": answer(401, b""), "POST": answer(400, b""), "PUT": answer(400, b"")}, SENT).came
    assert came == (
        "GET: HTTP 401 with an empty body; POST, PUT: HTTP 400 with an empty body"
        "; nothing in the answer to POST, PUT tells a lost session"
    )
    assert judged(PLAIN, {"POST": answer(400, b""), "DELETE": answer(401, b"")}, SENT, reads="POST").override is None


def test_a_profile_without_a_session_has_a_token_and_401():
    assert judged({}, {"GET": answer(401, {})}, {}).verdict == "as_profile"


class LoggedIn:
    """A login that worked, with a session of this value."""

    def shown(self):
        return Session({"JSESSIONID": SESSION_ID}, {"session": SESSION_ID, "csrf": "1"}), {"url": URL}


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


CREATE = Request("create", "POST", f"{URL}/application", json_body={"appCode": "1"})
DELETE = Request("delete", "DELETE", f"{URL}/application/17")


def test_writes_are_asked_too_and_carry_nothing():
    server, asked = Sends(answer(401, {"message": "No session"})), experiment(READ, CREATE, DELETE)
    login = Login({"url": URL}, asked.data, http=server, authenticator=LoggedIn())
    ask_reading(asked, login)
    assert [one.method for one in server.requests] == ["GET"]
    ask_writing(asked, login)
    assert [(one.method, one.json_body) for one in server.requests] == [("GET", None), ("POST", {}), ("DELETE", None)]
    conclude(asked, login)
    assert [(one.profile_key, one.verdict) for one in asked.findings] == [("session.lost", "as_profile")]


def test_no_write_goes_to_a_server_that_answers_anybody():
    server, asked = Sends(answer(200, {"id": 17})), experiment(READ, CREATE, DELETE)
    login = Login({"url": URL}, asked.data, http=server, authenticator=LoggedIn())
    ask_reading(asked, login)
    ask_writing(asked, login)
    conclude(asked, login)
    assert [one.method for one in server.requests] == ["GET"]
    assert SESSION_ID not in str(server.requests[0].headers)
    [finding] = asked.findings
    assert (finding.verdict, finding.came) == ("differs", "the server answers a session that nobody has")


class Carries:
    """A login with which requests carry this session."""

    def __init__(self, session, names):
        self.held = session, {"url": URL, **names}

    def shown(self):
        return self.held


KEY = {"inputs": {"key": {"secret": True}}, "session": {"carry": {"headers": {"X-Key": "{inputs.key}"}}}}
BASIC = {"session": {"carry": {"basic": {"username": "{username}", "password": "{password}"}}}}


@pytest.mark.parametrize(
    ("said", "names", "findings"),
    [
        ({"session": {"carry": {}}}, {}, []),
        ({"session": {"carry": {"headers": {"Origin": "{url}"}}}}, {}, []),
        (KEY, {"inputs": {"key": "k-1"}}, [("session.lost", "not_tried")]),
        (BASIC, {"username": "u", "password": "p"}, [("session.lost", "not_tried")]),
    ],
    ids=["nothing", "no login", "a key", "a password"],
)
def test_where_no_session_can_be_lost_none_is_asked_with(said, names, findings):
    server, asked = Sends(answer(200, {"id": 17})), experiment(READ, CREATE, DELETE)
    asked.data = {"format": 2, "name": "open", "types": {}, **said}
    login = Login({"url": URL}, asked.data, http=server, authenticator=Carries(Session(), names))
    ask_reading(asked, login)
    ask_writing(asked, login)
    conclude(asked, login)
    assert server.requests == []
    assert [(one.profile_key, one.verdict) for one in asked.findings] == findings
    silent = {one.profile_key for one in not_looked_at(asked, [], True)}
    assert "session.lost" not in silent


BEFORE = "the login's answer (the one from before the login)"


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
    rules = session_of(built_in("insight")["session"])
    assert shown_value(rules, "csrf", answer(200, {}, **headers)) == token


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
