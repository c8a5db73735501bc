# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.session import (
    Session,
    carried,
    is_lost,
    log_out,
    look,
    observe,
)
from ansible_collections.rimops.insight.plugins.module_utils._auth.state import State, as_json, from_json
from ansible_collections.rimops.insight.plugins.module_utils._auth.steps import open_session
from ansible_collections.rimops.insight.plugins.module_utils._profile.session_rules import session_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import converse
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    ProfileMismatchError,
    ServerError,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    API,
    BEARER,
    CANARY,
    LOGOUT,
    READ,
    URL,
    answer,
    settings,
)

CSRF = {"x-csrf-header": "X-CSRF-TOKEN", "x-csrf-param": "_csrf"}
BEFORE = {**CSRF, "x-csrf-token": "before"}
AFTER = {**CSRF, "x-csrf-token": "after"}
VALUES = {"url": URL, "access_token": "a", "token_type": "Bearer", "username": "u", "password": "p"}
INSIGHT = settings().profile.session


def headers_of(session, rules=INSIGHT, **names):
    return carried(rules, session, names).as_headers


def held(csrf="one", session="S1", cookie="S1", header="X-CSRF-TOKEN"):
    """A session after a login."""
    return Session({"JSESSIONID": cookie}, {"session": session, "csrf": csrf}, {"csrf_header": header})


def handshake(*answers, profile="insight", overrides=None, **values):
    """Run the handshake with these answers (status, body, headers, cookies); the requests, and the session."""
    flow = open_session(settings(profile, overrides).profile, {**VALUES, **values})
    requests = [next(flow)]
    for parts in answers:
        try:
            requests.append(flow.send(answer(requests[-1], *parts)))
        except StopIteration as end:
            return requests, end.value
    raise AssertionError("the flow asks for more answers")


INPUTS = {"Authorization": "Bearer {access_token}", "X-A": "{inputs.a}", "X-B": "{inputs.b}"}
OPENED = (200, {"xAuthToken": "S1"}, BEFORE)


@pytest.mark.proves("LOGIN-1")
def test_the_whole_handshake():
    requests, session = handshake(OPENED, (200, {}, AFTER))
    assert [(one.method, one.url, one.safe) for one in requests] == [
        ("GET", f"{API}/token", True),
        ("POST", f"{API}/login", False),
    ]
    assert requests[1].headers == {"Cookie": "JSESSIONID=S1", "X-CSRF-TOKEN": "before"}
    assert requests[1].json_body == {"access_token": "a", "token_type": "Bearer"}
    assert headers_of(session) == {"Cookie": "JSESSIONID=S1", "X-CSRF-TOKEN": "after"}


def test_the_refresh_token_goes_along_where_there_is_one():
    requests, _session = handshake(OPENED, (200, {}, AFTER), refresh_token="r")
    assert requests[1].json_body == {"access_token": "a", "refresh_token": "r", "token_type": "Bearer"}


@pytest.mark.parametrize("profile", ["insight_7_0", "insight_6_2"])
def test_user_name_and_password(profile):
    requests, _session = handshake((200, {"token": "S1"}, BEFORE), (200, {}, AFTER), profile=profile)
    assert requests[1].json_body == {"username": "u", "password": "p"}


@pytest.mark.proves("LOGIN-3")
@pytest.mark.parametrize(
    ("first", "second", "sent", "kept"),
    [
        ({}, {}, "S1", "S1"),
        ({"JSESSIONID": "C1"}, {}, "C1", "C1"),
        ({"JSESSIONID": "C1"}, {"JSESSIONID": "C2"}, "C1", "C2"),
        ({}, {"JSESSIONID": "C2"}, "S1", "C2"),
    ],
)
def test_the_cookie_jar_comes_first(first, second, sent, kept):
    requests, session = handshake((*OPENED, first), (200, {}, AFTER, second))
    assert requests[1].headers["Cookie"] == f"JSESSIONID={sent}"
    assert session.cookies == {"JSESSIONID": kept}


def test_other_cookies_are_kept_and_cleared():
    _requests, session = handshake((*OPENED, {"route": "a", "gone": "x"}), (200, {}, AFTER, {"gone": ""}))
    assert session.cookies == {"JSESSIONID": "S1", "route": "a"}


@pytest.mark.proves("LOGIN-3")
def test_the_header_is_called_as_the_server_says():
    first = {"x-csrf-header": "X-Other", "x-other": "one", "x-csrf-token": "decoy"}
    requests, session = handshake((200, {"xAuthToken": "S1"}, first), (200, {}, {**first, "x-other": "two"}))
    assert requests[1].headers == {"Cookie": "JSESSIONID=S1", "X-Other": "one"}
    assert headers_of(session)["X-Other"] == "two"


def test_an_input_that_is_not_given_is_no_value_that_the_login_should_have_brought():
    profile = replace(settings().profile, session=session_of({"carry": {"headers": INPUTS}}))
    session = converse(open_session(profile, VALUES), pytest.fail)
    carries = headers_of(session, profile.session, access_token="t", inputs={"a": "1"})
    assert carries == {"Authorization": "Bearer t", "X-A": "1"}


PAGE = b"<!DOCTYPE html><title>Log in</title>"
REFUTED = [
    ([(200, {"token": "S1"}, BEFORE)], "session.steps.token.take.session", "try profile insight_7_0 or insight_6_2"),
    ([(200, {}, BEFORE)], "session.steps.token.take.session", "'xAuthToken'"),
    ([(200, [], BEFORE)], "session.steps.token.take.session", "'xAuthToken'"),
    ([(200, {"xAuthToken": [7]}, BEFORE)], "session.steps.token.take.session", "'xAuthToken'"),
    ([(200, {"xAuthToken": "S1"})], "session.take.csrf", "no CSRF token"),
    ([(200, {"xAuthToken": "S1"}, CSRF)], "session.take.csrf", "no CSRF token"),
    ([(404, {})], "session.steps.token.path", "HTTP 404"),
    (
        [(302, b"", {"location": "https://evil.example/x\x1b"})],
        "session.steps.token.path",
        "a redirect to evil.example",
    ),
    ([(200, PAGE)], "session.steps.token.path", "a web page"),
    ([OPENED, (200, {}), (200, {})], "session.take.csrf", "nor a look after it announces a CSRF token"),
    ([OPENED, (403, {"message": "Invalid CSRF token"})], "session.take.csrf", "refused the CSRF token"),
    ([OPENED, (302, b"", {"location": "/insight/login"})], "session.steps.login.path", "a redirect to another page"),
    ([OPENED, (302, b"", {"location": "https://evil.example/home"})], "session.steps.login.path", "evil.example"),
    (
        [OPENED, (302, b"", {"location": "/insight/home"})],
        "session.steps.login.success",
        "add 302 to session.steps.login.success",
    ),
    (
        [OPENED, (303, b"", {"location": f"{URL}/insight/home"})],
        "session.steps.login.success",
        "205, 206, came HTTP 303",
    ),
    ([OPENED, (200, PAGE)], "session.steps.login.path", "a web page"),
    (
        [OPENED, (200, PAGE)],
        "session.steps.login.path",
        "web page, say session.steps.login.success: [{status: 200, media_type: text/html}].",
    ),
    ([OPENED, (404, {})], "session.steps.login.path", "HTTP 404"),
]


@pytest.mark.proves("LOGIN-5", "NETWORK-3", "WRITE-7")
@pytest.mark.parametrize(("answers", "key", "why"), REFUTED)
def test_answers_that_refute_the_profile(answers, key, why):
    with pytest.raises(ProfileMismatchError) as told:
        handshake(*answers)
    assert told.value.details["profile_key"] == key
    assert why in told.value.message
    assert "\x1b" not in told.value.message
    details = told.value.details
    assert f": expected {details['expected']}, came {details['came']}." in told.value.message
    assert details["status"] == answers[-1][0]


FOUND = {"session": {"steps": {"login": {"success": [{"status": [302], "login_page": False}]}}}}
NAMELESS = {"csrf_header": None, "csrf": "header.X-XSRF"}
FIXED = {
    "session": {
        "steps": {"token": {"take": NAMELESS}},
        "take": NAMELESS,
        "carry": {"headers": {"{csrf_header}": None, "X-XSRF": "{csrf}"}},
    }
}


@pytest.mark.proves("LOGIN-1")
def test_a_login_that_leads_on():
    home = (302, b"<html>Found", {**AFTER, "location": "/insight/home"}, {"JSESSIONID": "S2"})
    _requests, session = handshake(OPENED, home, overrides=FOUND)
    assert headers_of(session) == {"Cookie": "JSESSIONID=S2", "X-CSRF-TOKEN": "after"}


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize("location", ["/insight/login?error", "https://sso.example.com/authorize"])
def test_a_login_that_leads_back_is_refused(location):
    with pytest.raises(AuthenticationError, match="does not accept the access token"):
        handshake(OPENED, (302, b"", {**AFTER, "location": location}), overrides=FOUND)


def test_where_302_is_a_success_200_is_none():
    with pytest.raises(ProfileMismatchError, match="expected HTTP 302, came HTTP 200") as told:
        handshake(OPENED, (200, {}, AFTER), overrides=FOUND)
    assert told.value.details["profile_key"] == "session.steps.login.success"


def test_a_csrf_header_that_nobody_announces():
    requests, session = handshake((200, {"xAuthToken": "S1"}, {"x-xsrf": "one"}), (200, {}), overrides=FIXED)
    assert requests[1].headers == {"Cookie": "JSESSIONID=S1", "X-XSRF": "one"}
    rules = settings(overrides=FIXED).profile.session
    assert headers_of(session, rules) == {"Cookie": "JSESSIONID=S1", "X-XSRF": "one"}
    with pytest.raises(
        ProfileMismatchError, match="expected a CSRF token in X-XSRF, came the headers x-csrf-t"
    ) as told:
        handshake((200, {"xAuthToken": "S1"}, {"x-csrf-t": "s3cret"}), overrides=FIXED)
    assert told.value.details["profile_key"] == "session.take.csrf"
    assert "s3cret" not in told.value.message


def test_a_session_id_inside():
    overrides = {"session": {"steps": {"token": {"take": {"session": "body.data.session.id"}}}}}
    requests, _session = handshake(
        (200, {"data": {"session": {"id": "S9"}}}, BEFORE), (200, {}, AFTER), overrides=overrides
    )
    assert requests[1].headers["Cookie"] == "JSESSIONID=S9"
    with pytest.raises(ProfileMismatchError, match="came an object with data"):
        handshake((200, {"data": {"session": "S9"}}, BEFORE), overrides=overrides)


def test_a_newer_server_behind_an_older_profile():
    with pytest.raises(ProfileMismatchError, match=r"try profile insight \(7.2 and later\)"):
        handshake((200, {"xAuthToken": "S1"}, BEFORE), profile="insight_7_0")


@pytest.mark.proves("LOGIN-5", "NETWORK-5")
@pytest.mark.parametrize(
    ("profile", "opened", "why"),
    [("insight", "xAuthToken", "the access token"), ("insight_7_0", "token", "the user name or the password")],
)
@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_login_that_is_refused(profile, opened, why, status):
    refusal = (status, {"message": "no\x1b[2J\n::error::"})
    with pytest.raises(AuthenticationError, match=f"does not accept {why}") as told:
        handshake((200, {opened: "S1"}, BEFORE), refusal, profile=profile)
    assert told.value.details == {"status": status}
    assert ("or the CSRF token beside it" in told.value.message) is (status == 403)
    assert "\x1b" not in told.value.message
    assert "\n" not in told.value.message


@pytest.mark.parametrize(
    "answers", [[(500, {})], [(200, b"")], [(200, b'{"xAu')], [OPENED, (500, {"message": "oops"})]]
)
def test_a_server_that_fails(answers):
    with pytest.raises(ServerError) as told:
        handshake(*answers)
    assert not isinstance(told.value, ProfileMismatchError)
    assert told.value.details["status"] == answers[-1][0]


def test_bearer():
    profile = settings(overrides=BEARER).profile
    session = converse(open_session(profile, {"url": URL, "access_token": "a token"}), pytest.fail)
    headers = headers_of(session, profile.session, access_token="a token")
    assert headers == {"Authorization": "Bearer a token"}
    with pytest.raises(AuthenticationError, match="characters that no header can carry"):
        converse(open_session(profile, {"url": URL, "access_token": "a\ntoken"}), pytest.fail)
    with pytest.raises(ConfigurationError, match="profile insight needs an access token"):
        converse(open_session(profile, {"url": URL}), pytest.fail)


def test_a_session_that_an_earlier_version_kept():
    token = {"access_token": "a", "refresh_token": "r"}
    kept = {"cookies": {"JSESSIONID": "S1"}, "csrf_header": "X-CSRF-TOKEN", "csrf_token": "c", "id_is_cookie": True}
    state = from_json({**as_json(State()), "session": {**kept, "headers": {}}, "token": token})
    assert headers_of(state.session) == {"Cookie": "JSESSIONID=S1", "X-CSRF-TOKEN": "c"}
    assert (state.token.access_token, state.token.refresh_token) == ("a", "r")
    assert from_json(as_json(state)) == state
    for damaged in ({"csrf_token": ["c"]}, {"csrf_header": "a b"}, {"cookies": {"JSESSIONID": 1}}):
        with pytest.raises(ValueError, match=r"damaged|no header can carry it"):
            from_json({**as_json(State()), "session": {**kept, **damaged}})


def test_a_token_that_an_earlier_version_kept_with_its_header():
    kept = {"cookies": {}, "csrf_header": None, "csrf_token": None, "authorization": "Bearer a", "headers": {}}
    state = from_json({**as_json(State()), "session": kept, "token": {"access_token": "a"}})
    assert state.session == Session()
    rules = settings(overrides=BEARER).profile.session
    assert headers_of(state.session, rules, access_token="a") == {"Authorization": "Bearer a"}


@pytest.mark.proves("SECRET-1")
def test_a_session_does_not_show_its_secrets():
    session = Session({"JSESSIONID": CANARY}, {"csrf": CANARY}, {"csrf_header": "X-CSRF-TOKEN"})
    assert CANARY not in repr(session)
    assert CANARY not in repr(carried(INSIGHT, replace(session, values={"csrf": "canary"}), {"access_token": CANARY}))


def test_what_answers_change():
    session = held()

    def after(headers=None, cookies=None):
        return observe(session, INSIGHT, answer(READ, 200, {}, headers, cookies), {})

    assert after() == session
    assert after({**CSRF, "x-csrf-token": "one"}) == session
    assert after({**CSRF, "x-csrf-token": "two"}) == held("two")
    assert after({"x-csrf-token": "three"}) == held("three")
    assert after(None, {"JSESSIONID": "S2"}) == held(session="S2", cookie="S2")


NAMED = [
    ({"x-csrf-header": "X-XSRF-TOKEN", "x-csrf-token": "v"}, ("X-XSRF-TOKEN", "v")),
    ({"x-csrf-header": "X-XSRF-TOKEN", "x-xsrf-token": "v", "x-csrf-token": "decoy"}, ("X-XSRF-TOKEN", "v")),
    ({"x-csrf-header": "X-XSRF-TOKEN"}, (None, None)),
    ({"x-csrf-header": "Authorization", "x-csrf-token": "v", "authorization": "w"}, ("X-CSRF-TOKEN", "v")),
    ({"x-csrf-header": "Content-Length", "x-csrf-token": "v"}, ("X-CSRF-TOKEN", "v")),
    ({"x-csrf-header": "two words", "x-csrf-token": "v"}, ("X-CSRF-TOKEN", "v")),
]


@pytest.mark.proves("LOGIN-3", "LOGIN-10")
@pytest.mark.parametrize(("headers", "carried"), NAMED)
def test_the_name_of_the_header_and_the_place_of_the_value(headers, carried):
    session = observe(Session({"JSESSIONID": "S1"}), INSIGHT, answer(READ, 200, {}, headers), {})
    assert (session.header_names.get("csrf_header"), session.values.get("csrf")) == carried


@pytest.mark.proves("LOGIN-10")
def test_a_login_that_shows_no_token_is_followed_by_a_look():
    requests, session = handshake(OPENED, (200, {}, None, {"JSESSIONID": "S2"}), (200, {"xAuthToken": "S2"}, AFTER))
    assert [(one.method, one.url) for one in requests][2] == ("GET", f"{API}/token")
    assert requests[2].headers == {"Cookie": "JSESSIONID=S2", "X-CSRF-TOKEN": "before"}
    assert headers_of(session) == {"Cookie": "JSESSIONID=S2", "X-CSRF-TOKEN": "after"}


@pytest.mark.proves("LOGIN-10")
def test_a_session_that_is_lost_before_the_login_is_begun_again_once():
    lost = (403, {"error": "Forbidden"}, None, {"JSESSIONID": "S9"})
    requests, session = handshake(OPENED, lost, OPENED, (200, {}, AFTER))
    assert [one.purpose for one in requests] == ["open a session", "log in"] * 2
    assert session.values["csrf"] == "after"
    with pytest.raises(AuthenticationError, match=r"does not accept the access token, or the CSRF token beside it"):
        handshake(OPENED, lost, OPENED, lost)


def test_a_token_that_is_only_in_a_cookie_is_named():
    with pytest.raises(ProfileMismatchError, match="the cookies XSRF-TOKEN, where the profile does not look"):
        handshake((200, {"xAuthToken": "S1"}, None, {"XSRF-TOKEN": "canary"}))


def looked(*parts, overrides=None, id_is_cookie=True):
    """What a look tells that is answered so."""
    session = held(session="S1" if id_is_cookie else "another")
    flow = look(settings(overrides=overrides).profile, session, {"url": URL})
    request = next(flow)
    with pytest.raises(StopIteration) as end:
        flow.send(answer(request, *parts))
    return request, end.value.value


@pytest.mark.proves("LOGIN-10")
def test_what_a_look_tells():
    _request, same = looked(200, {"xAuthToken": "S1"}, AFTER)
    assert (same.session.values["csrf"], same.announced) == ("after", True)
    _request, silent = looked(200, {"xAuthToken": "S1"})
    assert (silent.session.values["csrf"], silent.announced) == ("one", False)
    for parts in (
        (200, {"xAuthToken": "S2"}, AFTER),
        (200, {"xAuthToken": "S1"}, AFTER, {"JSESSIONID": "S2"}),
        (401, {}),
        (404, {}),
        (302, b"", {"location": "/insight/login"}),
        (200, b"This session has been expired (possibly due to multiple concurrent logins)."),
    ):
        assert looked(*parts)[1].session is None, parts
    assert looked(200, {"xAuthToken": "S2"}, AFTER, id_is_cookie=False)[1].session.values["csrf"] == "after"
    assert looked(302, b"", {"location": "/insight/home"})[1].session.values["csrf"] == "one"


@pytest.mark.parametrize(("name", "lives"), [("ann", True), (None, False)])
def test_a_session_lives_where_the_answer_to_a_look_is_what_the_profile_says(name, lives):
    over = {"session": {"look": {"take": None, "success": [{"body": {"name": "present"}}]}}}
    assert (looked(200, {"name": name}, overrides=over)[1].session is not None) is lives


@pytest.mark.proves("LOGIN-10")
def test_where_a_look_is_asked():
    request, _told = looked(200, {}, overrides={"session": {"look": {"path": "me", "take": None}}})
    assert (request.url, request.safe) == (f"{API}/me", True)
    without = settings(overrides={"session": {"look": None}}).profile
    with pytest.raises(StopIteration) as end:
        next(look(without, Session({"JSESSIONID": "S1"}), {"url": URL}))
    assert end.value.value.session.cookies == {"JSESSIONID": "S1"}


EXPIRED = "This session has been expired (possibly due to multiple concurrent logins being attempted)."
LOST = [
    (401, {}, {}, {}, True),
    (401, b"", {}, {}, True),
    (403, {"message": "Invalid CSRF Token 'null'"}, {}, {}, False),
    (403, {"message": "You may not do that"}, {}, {}, False),
    (403, {"error": "Forbidden"}, {}, {"JSESSIONID": "S2"}, True),
    (403, {"error": "Forbidden"}, {}, {"JSESSIONID": ""}, True),
    (403, {"error": "Forbidden"}, {}, {"JSESSIONID": "S1"}, False),
    (403, {"error": "Forbidden"}, {}, {"route": "b"}, False),
    (404, {"error": "Not Found"}, {}, {"JSESSIONID": "S2"}, True),
    (200, {"id": 1}, {}, {"JSESSIONID": "S2"}, True),
    (200, EXPIRED.encode(), {}, {}, True),
    (200, EXPIRED.upper().encode(), {"content-type": "text/html"}, {}, True),
    (403, {"message": EXPIRED}, {}, {}, True),
    (200, {"description": EXPIRED}, {}, {}, False),
    (200, [EXPIRED], {}, {}, False),
    (302, b"", {"location": "/insight/login?expired"}, {}, True),
    (302, b"", {"location": "https://login.microsoftonline.com/x/oauth2/v2.0/authorize"}, {}, True),
    (302, b"", {"location": "/elsewhere?next=login"}, {}, False),
    (302, b"", {"location": "/insight/api/v2/associations/"}, {}, False),
    (301, b"", {"location": "/insight/api/v2/lessons/oauthorities"}, {}, False),
    (302, b"", {"location": "/insight/userLogin.jsp"}, {}, True),
    (302, b"", {"location": "/insight/loginForm"}, {}, True),
    (302, b"", {"location": "/idp/profile/SAML2/Redirect/SSO"}, {}, True),
    (302, b"", {"location": "https://[x/login"}, {}, False),
    (304, b"", {}, {}, False),
    (200, {"id": 1, "lastLogin": "never", "text": "log in"}, {"content-type": "text/html"}, {}, False),
    (200, b'<html><form><input type="password">', {"content-type": "text/html"}, {}, True),
    (200, b"<!DOCTYPE html><h1>Sign in</h1>", {}, {}, True),
    (200, b"<html>Catalogue of blogging</html>", {}, {}, False),
    (404, b"<html>Not found. Log in?</html>", {}, {}, False),
    (200, {"type": "password", "text": "log in"}, {}, {}, False),
    (404, {"message": "no such session plan"}, {}, {}, False),
    (500, {"message": "csrf"}, {}, {}, False),
]


@pytest.mark.proves("LOGIN-4", "LOGIN-10")
@pytest.mark.parametrize(("status", "body", "headers", "cookies", "lost"), LOST)
def test_what_tells_a_lost_session(status, body, headers, cookies, lost):
    assert is_lost(INSIGHT, answer(READ, status, body, headers, cookies), {"JSESSIONID": "S1"}) is lost


@pytest.mark.proves("LOGIN-4")
def test_json_that_is_called_a_page_opens_a_session():
    page = {"content-type": "text/html", **BEFORE}
    requests, session = handshake((200, {"xAuthToken": "S1", "lastLogin": "now"}, page), (200, {}, {**AFTER, **page}))
    assert len(requests) == 2
    assert session.values["csrf"]


@pytest.mark.parametrize(
    ("location", "told"),
    [
        (
            "/insight/api/v3/token;jsessionid=S?ticket=T",
            "a redirect to another page of this host (/insight/api/v3/token),",
        ),
        ("https://other.example/start", "a redirect to other.example/start,"),
    ],
)
def test_a_redirect_is_told_with_its_path(location, told):
    with pytest.raises(ProfileMismatchError) as error:
        handshake((302, b"", {"location": location}))
    assert told in error.value.message


def test_a_session_cookie_that_ordinary_answers_change():
    overrides = {"session": {"lost": [{"status": [401]}]}}
    moved = answer(READ, 200, {"id": 1}, None, {"JSESSIONID": "S2"})
    assert not is_lost(settings(overrides=overrides).profile.session, moved, {"JSESSIONID": "S1"})


def test_words_of_a_403_only():
    rules = settings(overrides={"session": {"lost": [{"status": [403], "words": "csrf"}]}}).profile.session
    assert is_lost(rules, answer(READ, 403, {"message": "Invalid CSRF Token"}), {})
    assert not is_lost(rules, answer(READ, 404, {"message": "no csrf"}), {})


def test_without_rules_only_401_counts():
    rules = settings(overrides={"session": {"lost": None}}).profile.session
    assert is_lost(rules, answer(READ, 401), {})
    assert not is_lost(rules, answer(READ, 403, {"message": "csrf session"}), {})
    assert not is_lost(rules, answer(READ, 302, b"", {"location": "/login"}), {})
    assert not is_lost(rules, answer(READ, 403, {}, None, {"JSESSIONID": "b"}), {"JSESSIONID": "a"})


@pytest.mark.proves("LOGIN-14")
def test_a_nested_login_body():
    inner = {"name": "{username}", "pwd": "{password}", "again": "{refresh_token}"}
    body = {"aaaUser": {"attributes": inner}}
    requests, _session = handshake(
        (200, {"token": "S1"}, BEFORE),
        (200, {}, AFTER),
        profile="insight_7_0",
        overrides={"session": {"steps": {"login": {"json": body}}}},
    )
    assert requests[1].json_body == {"aaaUser": {"attributes": {"name": "u", "pwd": "p"}}}


@pytest.mark.proves("LOGIN-5")
def test_a_refused_token_in_a_nested_body_is_the_token():
    body = {"auth": {"token": "{access_token}"}}
    with pytest.raises(AuthenticationError, match="does not accept the access token"):
        handshake(OPENED, (401, {}), overrides={"session": {"steps": {"login": {"json": body}}}})


@pytest.mark.proves("LOGIN-14")
def test_the_body_of_a_logout():
    body = {"refresh_token": "{refresh_token}", "inner": {"user": "{username}"}, "fixed": 1}
    logout = {"session": {"logout": {"out": {"method": "POST", "path": "logout", "json": body}}}}
    flow = log_out(settings(overrides=logout).profile, Session(), {"url": URL, "refresh_token": "r"})
    assert next(flow).json_body == {"refresh_token": "r", "fixed": 1}


ENDINGS = [
    (200, {}, {}, ""),
    (204, b"", {}, ""),
    (401, {}, {}, ""),
    (302, b"", {"location": "/insight/login?logout"}, ""),
    (403, {}, {}, "it answered HTTP 403"),
    (404, {}, {}, "it answered HTTP 404"),
    (200, b"<html>Welcome", {}, "it answered HTTP 200 with a web page"),
]


@pytest.mark.proves("LOGIN-9")
@pytest.mark.parametrize(("status", "body", "headers", "refusal"), ENDINGS)
def test_logging_out(status, body, headers, refusal):
    flow = log_out(settings(overrides=LOGOUT).profile, held("c"), {"url": URL})
    request = next(flow)
    assert (request.method, request.url) == ("POST", f"{API}/logout")
    assert request.headers == {"Cookie": "JSESSIONID=S1", "X-CSRF-TOKEN": "c"}
    with pytest.raises(StopIteration) as end:
        flow.send(answer(request, status, body, headers))
    assert end.value.value.startswith(refusal)
    assert bool(end.value.value) is bool(refusal)


def test_logging_out_where_no_profile_says_how():
    with pytest.raises(StopIteration) as end:
        next(log_out(settings().profile, Session(), {"url": URL}))
    assert end.value.value == ""
