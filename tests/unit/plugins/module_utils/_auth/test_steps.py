# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions as a profile of format 2 says them: steps, what they take, what each request carries, tokens of the system's
own."""

from __future__ import annotations

import base64
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import Authenticator
from ansible_collections.rimops.insight.plugins.module_utils._auth.one_time_code import OneTimeCodes, code_at, key_of
from ansible_collections.rimops.insight.plugins.module_utils._auth.private_folder import Folder
from ansible_collections.rimops.insight.plugins.module_utils._auth.session import Session, carried, within
from ansible_collections.rimops.insight.plugins.module_utils._auth.steps import open_session
from ansible_collections.rimops.insight.plugins.module_utils._auth.store import FileStore
from ansible_collections.rimops.insight.plugins.module_utils._auth.tokens import point_in_time
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Identity, settings_from
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._profile.session_rules import session_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    InterruptedRequest,
    ProfileMismatchError,
    ServerError,
    SessionRejected,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import answer

URL = "https://system.example.com"
READ = Request("read team 1", "GET", f"{URL}/api/teams/1", safe=True)
USER = {"grant_type": "login", "username": "ann", "password": "a pass: word"}
NAMES = {"url": URL, "username": "ann", "password": "a pass: word", "access_token": "the-token", "token_type": "Bearer"}


def profile(session):
    return profile_of({"format": 2, "name": "system", "base_path": "/api", "session": session})


EMPTY = Session()


def sent(carry, request=READ, session=EMPTY, **names):
    """The request as it goes out with what the profile carries."""
    known = {**NAMES, **names}
    return within(known["url"], carried(session_of({"carry": carry}), session, known), request)


def opened(session, *answers, **names):
    """The requests of a login with these answers, each (status, body, headers, cookies), and the session."""
    flow = open_session(profile(session), {**NAMES, **names})
    requests = [next(flow)]
    for parts in answers:
        try:
            requests.append(flow.send(answer(requests[-1], *parts)))
        except StopIteration as end:
            return requests, end.value
    raise AssertionError(f"asked for more: {requests[-1]}")


# --- what each request carries


@pytest.mark.parametrize(
    ("carry", "headers"),
    [
        ({"headers": {"Authorization": "Token {access_token}"}}, {"Authorization": "Token the-token"}),
        ({"headers": {"X-Api-Key": "{access_token}"}}, {"X-Api-Key": "the-token"}),
        ({"headers": {"Authorization": "{token_type} {access_token}"}}, {"Authorization": "Bearer the-token"}),
        ({"headers": {"Referer": "{url}/", "X-Lacking": "{nothing}"}}, {"Referer": f"{URL}/"}),
        ({"headers": {"X-Realm": "{inputs.realm}"}}, {"X-Realm": "main"}),
        (
            {"cookies": {"ticket": "{ticket}"}, "headers": {"X-CSRF": "{csrf}"}},
            {"Cookie": "lb=1; ticket=T1", "X-CSRF": "C1"},
        ),
    ],
)
def test_headers_and_cookies(carry, headers):
    held = Session({"lb": "1"}, {"ticket": "T1", "csrf": "C1"}) if "cookies" in carry else Session()
    assert sent(carry, session=held, inputs={"realm": "main"}).headers == headers


def test_basic():
    basic = sent({"basic": {"username": "{username}", "password": "{password}"}}).headers["Authorization"]
    scheme, _space, pair = basic.partition(" ")
    assert (scheme, base64.b64decode(pair).decode()) == ("Basic", "ann:a pass: word")
    key_as_user = sent({"basic": {"username": "{access_token}", "password": ""}}).headers["Authorization"]
    assert base64.b64decode(key_as_user.partition(" ")[2]) == b"the-token:"


def test_json_is_merged_into_a_body_that_is_an_object():
    carry = {"json": {"auth": "{access_token}", "meta": {"lang": "en", "page": 1}}}
    body = {"id": 1, "meta": {"page": 7}}
    merged = {"auth": "the-token", "id": 1, "meta": {"lang": "en", "page": 7}}
    assert sent(carry, replace(READ, method="POST", json_body=body)).json_body == merged
    assert sent(carry, replace(READ, method="POST", json_body=[1])).json_body == [1]
    assert sent(carry).json_body is None


def test_a_query_is_added():
    carry = {"query": {"key": "{access_token}", "page": 1}}
    assert sent(carry).url == f"{READ.url}?key=the-token&page=1"
    assert sent(carry, replace(READ, url=f"{READ.url}?page=7")).url == f"{READ.url}?page=7&key=the-token"


def test_what_a_request_says_itself_wins():
    own = replace(READ, headers={"accept": "text/plain"})
    assert sent({"headers": {"Accept": "application/json", "X-A": "1"}}, own).headers == {
        "accept": "text/plain",
        "X-A": "1",
    }


def test_nothing_is_carried_to_another_origin():
    other = replace(READ, url="https://other.example.com/api")
    assert sent({"headers": {"X-Api-Key": "{access_token}"}}, other) == other


# --- steps

TICKET = {
    "steps": {
        "login": {
            "method": "POST",
            "path": "login",
            "form": {"user": "{username}", "password": "{password}"},
            "take": {"ticket": "body.data.ticket", "csrf": "body.data.csrf"},
        }
    },
    "carry": {"cookies": {"Ticket": "{ticket}"}, "headers": {"CSRFToken": "{csrf}"}},
}
OTP = {
    "steps": {
        "first": {
            "method": "POST",
            "path": "auth",
            "json": {"user": "{username}"},
            "take": {"pending": "body.mfa_token", "key": "body.key"},
        },
        "second": {
            "when": {"body": {"mfa_token": "present"}},
            "method": "POST",
            "path": "mfa",
            "json": {"pending": "{pending}"},
            "take": {"key": "body.key"},
        },
    },
    "carry": {"headers": {"X-Key": "{key}"}},
}


def test_a_cookie_and_a_header_from_one_step():
    requests, session = opened(TICKET, (200, {"data": {"ticket": "T1", "csrf": "C1"}}))
    assert [(one.purpose, one.form) for one in requests] == [
        ("log in", {"user": ["ann"], "password": [USER["password"]]})
    ]
    headers = carried(profile(TICKET).session, session, NAMES).as_headers
    assert headers == {"Cookie": "Ticket=T1", "CSRFToken": "C1"}


@pytest.mark.parametrize("ticket", ["T1; admin=1", "", ["T1"], True, None])
def test_what_no_cookie_can_carry_is_not_taken(ticket):
    with pytest.raises(ProfileMismatchError, match=r"no ticket in 'data.ticket', where profile system expects") as told:
        opened(TICKET, (200, {"data": {"ticket": ticket, "csrf": "C1"}}))
    assert told.value.details["profile_key"] == "session.steps.login.take.ticket"


def test_a_number_is_taken_as_its_text():
    _requests, session = opened(TICKET, (200, {"data": {"ticket": 7001, "csrf": 7.5}}))
    headers = carried(profile(TICKET).session, session, NAMES).as_headers
    assert headers == {"Cookie": "Ticket=7001", "CSRFToken": "7.5"}


def test_a_step_that_is_taken_after_some_answers_only():
    requests, session = opened(OTP, (200, {"key": "K1"}))
    assert ([one.url for one in requests], session.values["key"]) == ([f"{URL}/api/auth"], "K1")
    requests, session = opened(OTP, (200, {"mfa_token": "M1"}), (200, {"key": "K2"}))
    assert (requests[1].json_body, session.values["key"]) == ({"pending": "M1"}, "K2")
    with pytest.raises(AuthenticationError, match=r"carry the key, and there is none: session.steps.second should"):
        opened(OTP, (200, {}))


def test_a_default_counts_where_nothing_came():
    take = {"csrf_header": {"at": "header.X-CSRF-HEADER", "default": "X-CSRF-TOKEN"}, "csrf": "header.X-CSRF-TOKEN"}
    session = {
        "steps": {"start": {"method": "GET", "path": "start"}},
        "take": take,
        "carry": {"headers": {"{csrf_header}": "{csrf}"}},
    }
    for named, header in ((None, "X-CSRF-TOKEN"), ("X-Other", "X-Other"), ("Cookie", "X-CSRF-TOKEN")):
        headers = {"x-csrf-token": "C1", **({"x-csrf-header": named} if named else {})}
        _requests, made = opened(session, (200, {}, headers))
        assert carried(profile(session).session, made, NAMES).as_headers == {header: "C1"}


def test_a_step_lays_a_cookie_where_its_answer_sets_none():
    step = {"method": "GET", "path": "start", "take": {"id": "body.id"}, "cookies": {"SID": "{id}"}}
    for cookies, jar in (({}, {"SID": "S1"}), ({"SID": "S2"}, {"SID": "S2"})):
        _requests, made = opened({"steps": {"start": step}, "cookie": "SID"}, (200, {"id": "S1"}, {}, cookies))
        assert made.cookies == jar


def test_credentials_that_an_answer_says_are_wrong():
    said = {"status": [200], "body": {"ok": False}, "says": "the account is locked"}
    step = {**TICKET["steps"]["login"], "denied": [said]}
    with pytest.raises(AuthenticationError, match=r"not accept the user name .*; it says: the account is lo") as told:
        opened({**TICKET, "steps": {"login": step}}, (200, {"ok": False}))
    assert told.value.denied


def test_a_step_goes_before_another():
    steps = {**TICKET["steps"], "open": {"method": "GET", "path": "open", "before": "login"}}
    requests, _session = opened({**TICKET, "steps": steps}, (200, {}), (200, {"data": {"ticket": "T", "csrf": "C"}}))
    assert [one.url for one in requests] == [f"{URL}/api/open", f"{URL}/api/login"]


def test_any_cookie_of_the_session_that_changes_tells_a_lost_session():
    rules = session_of({"cookie": ["A", "B_*"], "lost": [{"cookie": "changed"}]})
    assert [one.cookie for one in rules.lost] == [{"A": "changed"}, {"B_*": "changed"}]


# --- tokens of the system's own

OWN = {
    "steps": {
        "login": {
            "method": "POST",
            "path": "login",
            "json": {"name": "{username}", "pass": "{password}"},
            "take": {
                "access_token": "body.token",
                "refresh_token": "body.refresh",
                "expires_in": "body.life",
                "user": "body.user",
            },
        }
    },
    "carry": {"headers": {"Authorization": "Bearer {access_token}"}},
    "refresh": {
        "after_use": "revokes",
        "steps": {
            "again": {
                "method": "POST",
                "path": "refresh",
                "json": {"refresh": "{refresh_token}"},
                "take": {"access_token": "body.token", "refresh_token": "body.refresh", "expires_in": "body.life"},
            }
        },
    },
}


class Issuer:
    """A system that issues tokens of its own. asked: the path of each request; live: the tokens that are good."""

    def __init__(self):
        self.asked, self.live, self.refresh, self.made = [], set(), set(), 0
        self.life, self.user, self.rotates, self.loses, self.refusal = "3600", "ann", True, 0, 401
        self.fruitless = False  # what a refresh gives is good for nothing

    def send(self, request):
        path = request.url[len(f"{URL}/api/") :]
        self.asked.append(path)
        if path == "login":
            good = request.json_body == {"name": "ann", "pass": USER["password"]}
            return answer(request, 200 if good else self.refusal, self.token() if good else {"message": "no"})
        if path == "refresh":
            if request.json_body["refresh"] not in self.refresh:
                return answer(request, 401, {})
            self.refresh.discard(request.json_body["refresh"])
            if self.loses:
                self.loses -= 1
                raise InterruptedRequest(request.purpose, "the connection was lost")
            made = self.token()
            if self.fruitless:
                self.live.discard(made["token"])
            return answer(request, 200, made)
        good = request.headers.get("Authorization", "").partition("Bearer ")[2] in self.live
        return answer(request, 200 if good else 401, {"id": 1})

    def token(self):
        self.made += 1
        self.live.add(f"access-{self.made}")
        self.refresh.add(f"refresh-{self.made}")
        return {"token": f"access-{self.made}", "refresh": f"refresh-{self.made}", "life": self.life, "user": self.user}


@pytest.fixture
def issuer():
    return Issuer()


@pytest.fixture
def login_of(ticking, folder):
    """Make an authenticator of a system with this session."""

    def make(session, send, **options):
        given = settings_from({"url": URL, "token_store": "none", **USER, **options}, profile(session))
        return Authenticator(given, send, FileStore(Folder(folder, ticking.clock)), ticking.clock)

    return make


@pytest.fixture
def user(issuer, login_of):
    """Make an authenticator of that system."""

    return lambda session=OWN, **options: login_of(session, issuer.send, **options)


def test_a_token_of_the_system_s_own(user, issuer, ticking):
    one = user()
    assert one.send(READ).status == 200
    assert (one.access_token(), one.user, one.has_token()) == ("access-1", "ann", True)
    state = one._record.load()
    assert (state.token.refresh_token, state.token.expires_at) == ("refresh-1", ticking.time + 3600)
    assert state.session == Session()  # what makes the token is kept there alone
    assert {"access-1", "refresh-1"} <= set(one.secrets())
    assert user().send(READ).status == 200
    assert issuer.asked == ["login", "teams/1", "teams/1"]


def test_it_is_renewed_before_it_expires_and_after_a_loss(user, issuer, ticking):
    one = user()
    one.send(READ)
    ticking.time += 3600
    assert one.send(READ).status == 200
    issuer.live.clear()
    assert one.send(READ).status == 200
    assert issuer.asked == ["login", "teams/1", "refresh", "teams/1", "teams/1", "refresh", "teams/1"]
    assert one._record.load().token.refresh_token == "refresh-3"
    assert one._record.load().refresh_begun is None


def test_a_life_of_nothing_has_no_end(user, issuer, ticking):
    issuer.life = 0
    one = user()
    one.send(READ)
    ticking.time += 1e9
    assert one.send(READ).status == 200
    assert issuer.asked == ["login", "teams/1", "teams/1"]


@pytest.mark.parametrize("unanswered", [False, True])
def test_a_refresh_that_is_refused_or_not_answered_is_followed_by_the_steps(user, issuer, ticking, unanswered):
    one = user()
    one.send(READ)
    if unanswered:
        issuer.loses = 1
    else:
        issuer.refresh.clear()
    ticking.time += 3600
    assert one.send(READ).status == 200
    assert issuer.asked == ["login", "teams/1", "refresh", "login", "teams/1"]


@pytest.mark.proves("LOGIN-4")
def test_a_token_that_is_lost_right_after_its_refresh_is_followed_by_one_login(user, issuer):
    one, issuer.fruitless = user(), True
    one.send(READ)
    for times in (1, 2):
        issuer.live.clear()
        assert one.send(READ).status == 200
        assert (issuer.asked.count("refresh"), issuer.asked.count("login")) == (times, times + 1)


def test_what_is_not_taken_anew_is_kept(user, issuer, ticking):
    again = {**OWN["refresh"]["steps"]["again"], "take": {"access_token": "body.token", "expires_in": "body.life"}}
    one = user({**OWN, "refresh": {"after_use": "keeps", "steps": {"again": again}}})
    one.send(READ)
    ticking.time += 3600
    one.send(READ)
    token = one._record.load().token
    assert (token.access_token, token.refresh_token, token.user) == ("access-2", "refresh-1", "ann")


def test_steps_that_make_a_token_are_left_out_where_one_is_given(user, issuer):
    issuer.live.add("given")
    no_user = dict.fromkeys(("grant_type", "username", "password"))
    assert user(access_token="given", **no_user).send(READ).status == 200
    assert issuer.asked == ["teams/1"]
    with pytest.raises(SessionRejected, match="the server refused"):
        user(access_token="another", **no_user).send(READ)
    assert "login" not in issuer.asked


def test_the_user_that_is_taken_is_compared(user, issuer):
    issuer.user = "bob"
    with pytest.raises(AuthenticationError, match="the token is for bob, and expected_user is ann"):
        user(expected_user="ann").send(READ)


def test_a_refused_password_is_sent_once(user, issuer):
    for _process in range(2):
        one = user(password="wrong")
        for _request in range(2):
            with pytest.raises(AuthenticationError):
                one.send(READ)
    assert issuer.asked == ["login"]


@pytest.mark.parametrize(("status", "times"), [(400, 1), (404, 1), (422, 1), (429, 3), (500, 3)])
def test_credentials_that_may_be_wrong_are_sent_once_in_a_run(user, issuer, status, times):
    """The profile does not know the answer, so another run sends them again, and so does another task."""
    issuer.refusal = status
    for process in range(2):
        one = user(password="wrong")
        for _request in range(3):
            with pytest.raises(ServerError, match=f"HTTP {status}"):
                one.send(READ)
        assert issuer.asked == ["login"] * times * (process + 1)
    one.ask_anew()
    with pytest.raises(ServerError):
        one.send(READ)
    assert len(issuer.asked) == 2 * times + 1


CODES = {
    "steps": {
        "login": {
            "method": "POST",
            "path": "login",
            "json": {"name": "{username}", "pass": "{password}", "code": "{totp}"},
            "take": {"key": "body.key"},
        }
    },
    "carry": {"headers": {"X-Key": "{key}"}},
}
RFC_SECRET = "GEZD GNBV GY3T QOJQ gezd-gnbv-gy3t-qojq"
"""The secret of RFC 6238, appendix B."""


@pytest.mark.parametrize(
    ("time", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]
)
def test_one_time_codes_are_those_of_the_rfc(time, code):
    assert code_at(key_of(RFC_SECRET), time // 30) == code


@pytest.fixture
def codes(login_of, ticking):
    """Make an authenticator of a system that takes a code; the codes that were sent are in ``codes.sent``."""

    def make(**options):
        def send(request):
            if request.url.endswith("/login"):
                make.sent.append(request.json_body["code"])
                return answer(request, 200, {"key": f"K{len(make.sent)}"}, {"date": make.date} if make.date else None)
            return answer(request, 200 if request.headers["X-Key"] == f"K{len(make.sent)}" else 401, {})

        return login_of(CODES, send, **options)

    make.sent, make.date = [], None
    return make


def test_no_code_is_sent_twice(codes, ticking):
    ticking.time = 1234567890.0
    codes(totp_secret=RFC_SECRET).open()
    other = codes(totp_secret=RFC_SECRET)
    other._keeper.renew(other._keeper.current())
    assert (codes.sent, ticking.time) == (["005924", code_at(key_of(RFC_SECRET), 1234567890 // 30 + 1)], 1234567920.0)


def test_codes_go_by_the_clock_of_the_server(ticking):
    identity, kept = Identity(totp_secret=RFC_SECRET), []
    made = OneTimeCodes(identity, ticking.clock, lambda: None, kept.append)
    assert made.next({"date": "Fri, 13 Feb 2009 23:31:30 GMT"}) == "005924"
    assert kept == [1234567890 // 30]


def test_a_code_that_was_given_serves_one_login(codes):
    one = codes(mfa_code="123456")
    one.send(READ)
    with pytest.raises(AuthenticationError, match="mfa_code was sent already, and is good once"):
        one._keeper.renew(one._keeper.current())
    assert codes.sent == ["123456"]


def test_a_login_that_takes_a_code_without_one(codes):
    with pytest.raises(AuthenticationError, match=r"asks for a one-time code\. Set totp_secret, or mfa_code"):
        codes().open()
    with pytest.raises(ConfigurationError, match="totp_secret is not in base32"):
        codes(totp_secret="no: base32").open()
    assert codes.sent == []


def test_a_code_that_no_login_takes(login_of):
    with pytest.raises(ConfigurationError, match=r"takes no one-time code\. Leave totp_secret out"):
        login_of(BASIC, pytest.fail, totp_secret=RFC_SECRET)


BASIC = {"carry": {"basic": {"username": "{username}", "password": "{password}"}}}


def test_refused_credentials_that_each_request_carries_go_out_once(login_of, ticking):
    asked, together = [], threading.Barrier(8)

    def send(request):
        asked.append(request.headers["Authorization"])
        return answer(request, 401, {"message": "no"})

    authenticator = login_of(BASIC, send)

    def one(_number):
        together.wait(300)
        with pytest.raises(AuthenticationError, match=r"not accept the user name or the password \(HTTP 401\)") as told:
            authenticator.send(READ)
        return told.value.message

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(one, range(8)))) == 1
    with pytest.raises(AuthenticationError, match="the same credentials were refused 0 s ago"):
        login_of(BASIC, send).send(READ)
    assert len(asked) == 1
    ticking.time += 61
    with pytest.raises(AuthenticationError, match="not accept the user name"):
        login_of(BASIC, send).send(READ)
    assert len(asked) == 2


def test_accepted_credentials_that_each_request_carries_go_out_together(login_of):
    together, first = threading.Barrier(4), []

    def send(request):
        if first:
            together.wait(300)
        first.append(request)
        return answer(request, 200, {"id": 1})

    authenticator = login_of(BASIC, send)
    assert authenticator.send(READ).status == 200
    with ThreadPoolExecutor(4) as pool:
        assert [one.status for one in pool.map(authenticator.send, [READ] * 4)] == [200] * 4


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("2026-01-31T12:00:00Z", 1769860800.0),
        ("2026-01-31T13:00:00.123456789+01:00", 1769860800.0),
        ("1769860800", 1769860800.0),
        ("1769860800000", 1769860800.0),
        ("2026-01-31T12:00:00", None),
        ("soon", None),
        ("0", None),
        (None, None),
    ],
)
def test_points_in_time(value, seconds):
    assert point_in_time(value) == seconds
