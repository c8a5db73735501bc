# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.sending import RULED_OUT
from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import predicate_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import with_busy
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    InsightError,
    InterruptedRequest,
    ProfileMismatchError,
    SessionRejected,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    ALICE,
    API,
    BEARER,
    CANARY,
    MACHINE,
    READ,
    REFRESH,
    URL,
    answer,
)

LOGIN = {"profile": "insight_7_0", "username": "alice", "password": CANARY}
OFFLINE = {**ALICE, "scope": "app/.default openid offline_access"}


def handshakes(system):
    return system.count("log in")


@pytest.mark.proves("STORE-1")
@pytest.mark.parametrize("durable", [True, False])
@pytest.mark.parametrize("options", [ALICE, MACHINE, REFRESH, LOGIN])
def test_one_handshake_for_many_tasks(login, system, options, durable):
    system.session_field = "token" if options is LOGIN else "xAuthToken"
    first, second = login(durable, **options), login(durable, **options)
    assert [first.send(READ).status for _turn in range(3)] == [200, 200, 200]
    assert second.send(READ).status == 200
    assert (first.acquired, second.acquired) == ("handshake", "store")
    assert (handshakes(system), system.tokens) == (1, 0 if options is LOGIN else 1)


@pytest.mark.proves("LOGIN-3")
@pytest.mark.parametrize(("sets_cookie", "changes_session_id"), [(True, True), (True, False), (False, False)])
def test_whatever_login_does_to_the_session_id(login, system, sets_cookie, changes_session_id):
    system.sets_cookie, system.changes_session_id = sets_cookie, changes_session_id
    assert [login(**ALICE).send(READ).status for _turn in range(2)] == [200, 200]
    assert handshakes(system) == 1


@pytest.mark.proves("STORE-4")
def test_a_wrong_secret_finds_no_session(login, system):
    login(**ALICE).open()
    other = login(**{**ALICE, "password": "other"})
    other.open()
    assert (other.acquired, handshakes(system)) == ("handshake", 2)


REJECTIONS = [
    (401, {"message": "no session"}, {}),
    (403, {"message": "Invalid CSRF token"}, {}),
    (302, b"", {"location": f"{URL}/insight/login"}),
    (200, b'<html><input type="password">', {"content-type": "text/html"}),
]


@pytest.mark.proves("LOGIN-4")
@pytest.mark.parametrize("rejection", REJECTIONS)
def test_a_session_that_has_expired_is_renewed_once(login, system, rejection):
    system.rejection = rejection
    authenticator = login(**ALICE)
    authenticator.open()
    system.expire_sessions()
    with ThreadPoolExecutor(8) as pool:
        assert [one.status for one in pool.map(authenticator.send, [READ] * 16)] == [200] * 16
    assert (handshakes(system), system.tokens) == (2, 1)


def test_a_process_takes_what_another_one_renewed(login, system):
    one, other = login(**ALICE), login(**ALICE)
    one.open()
    other.open()
    system.expire_sessions()
    assert [one.send(READ).status, other.send(READ).status] == [200, 200]
    assert handshakes(system) == 2


def test_what_another_process_renewed_may_have_expired_too(login, system):
    one, other = login(**ALICE), login(**ALICE)
    one.open()
    other.open()
    system.expire_sessions()
    one.send(READ)
    system.expire_sessions()
    assert other.send(READ).status == 200
    assert handshakes(system) == 3


@pytest.mark.proves("LOGIN-4")
@pytest.mark.parametrize("rejection", [one for one in REJECTIONS if one[0] != 403])
def test_a_second_rejection_names_the_likely_cause(login, system, rejection):
    def send(request):
        return answer(request, *rejection) if request.url == READ.url else system.send(request)

    authenticator = login(send=send, **ALICE)
    with pytest.raises(SessionRejected, match="another login of the same identity") as told:
        authenticator.send(READ)
    assert told.value.details["status"] == rejection[0]
    assert handshakes(system) == 2  # the first one, and one renewal


@pytest.mark.proves("LOGIN-4")
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (MACHINE, "the server refused an access token that was issued a moment ago (HTTP 401)"),
        ({"access_token": "handed over"}, "the server refused the access token (HTTP 401)"),
    ],
)
def test_a_token_of_another_issuer(login, system, options, says):
    def send(request):
        return answer(request, 401, {}) if request.url == READ.url else system.send(request)

    with pytest.raises(SessionRejected) as told:
        login(send=send, **options, overrides=BEARER).send(READ)
    assert says in told.value.message
    assert "Most likely the server trusts another issuer" in told.value.message
    assert "another login" not in told.value.message


@pytest.mark.parametrize("status", [401, 403])
def test_a_busy_server_says_nothing_about_the_session(login, system, status):
    """Whatever a lost session and a refusal look like: busy comes first."""

    def send(request):
        came = answer(request, status, {"message": "later"}) if request.url == READ.url else system.send(request)
        return with_busy(request, came, predicate_of([{"words": "later"}]))

    authenticator = login(send=send, **ALICE)
    assert authenticator.send(replace(READ, busy=None)).status == status
    assert (handshakes(system), system.count("look at the session")) == (1, 0)


def test_an_answer_about_the_entity_is_not_a_rejection(login, system):
    def send(request):
        return answer(request, 403, {"message": "not yours"}) if request.url == READ.url else system.send(request)

    response = login(send=send, **ALICE).send(READ)
    assert (response.status, response.ruled_out) == (403, "the session lives and its CSRF token is the present one")
    assert (handshakes(system), system.count("look at the session")) == (1, 1)


@pytest.mark.proves("LOGIN-5", "LOGIN-10")
def test_a_server_that_refuses_the_csrf_token_that_it_shows(login, system):
    def send(request):
        refusal = answer(request, 403, {"message": "Invalid CSRF token"})
        return refusal if request.url == READ.url else system.send(request)

    with pytest.raises(
        ProfileMismatchError, match="refused the CSRF token that it had just announced; it says: Inv"
    ) as told:
        login(send=send, **ALICE).send(READ)
    assert told.value.details["profile_key"] == "session.take.csrf"
    assert handshakes(system) == 1


@pytest.mark.proves("LOGIN-4")
def test_an_expired_token_is_fetched_anew(login, system, ticking):
    authenticator = login(**ALICE)
    authenticator.open()
    ticking.time += 3600 - 60
    assert authenticator.send(READ).status == 200
    assert (system.tokens, handshakes(system)) == (2, 2)
    assert login(**ALICE).send(READ).status == 200
    assert system.tokens == 2


def test_a_token_that_was_revoked_is_replaced(login, system):
    authenticator = login(**ALICE)
    authenticator.open()
    system.expire_sessions()
    system.revoked.add("access-1")
    assert authenticator.send(READ).status == 200
    assert system.tokens == 2


def test_a_fresh_token_that_is_refused_is_no_reason_to_try_again(login, system):
    system.revoked.add("access-1")
    with pytest.raises(AuthenticationError, match="does not accept the access token"):
        login(**ALICE).open()
    assert system.tokens == 1


def test_a_login_that_was_interrupted_begins_again(login, system):
    lost = []

    def send(request):
        response = system.send(request)
        if request.purpose == "log in" and not lost:
            lost.append(request)
            raise InterruptedRequest("log in", "the connection was lost")
        return response

    assert login(send=send, **ALICE).send(READ).status == 200
    assert system.count("open a session") == 2


def test_bearer(login, system, ticking):
    seen = []

    def send(request):
        if request.url != READ.url:
            return system.send(request)
        seen.append(request.headers["Authorization"])
        return answer(request, 401 if seen[-1] == "Bearer access-2" else 200)

    authenticator = login(send=send, **MACHINE, overrides=BEARER)
    assert authenticator.authorization_headers() == {"Authorization": "Bearer access-1"}
    assert authenticator.send(READ).status == 200
    ticking.time += 3600
    assert authenticator.send(READ).status == 200
    assert seen == ["Bearer access-1", "Bearer access-2", "Bearer access-3"]
    assert handshakes(system) == 0


@pytest.mark.proves("LOGIN-12")
def test_a_refusal_that_speaks_of_csrf_where_no_csrf_token_is_carried(login, system):
    def send(request):
        if "token" in request.url:
            return system.send(request)
        return answer(request, 200, {}) if request.url.endswith("/me") else answer(request, 403, {"message": "No CSRF"})

    look = {"method": "GET", "path": "me", "take": None, "cookies": None}
    overrides = {"session": {**BEARER["session"], "look": look}}
    response = login(send=send, **MACHINE, overrides=overrides).send(READ)
    assert (response.status, response.ruled_out) == (403, "the session lives and its CSRF token is the present one")


# --- a CSRF token that any answer may change


def meeting(system, count):
    """Sends as the system does, but the next ``count`` reads leave at the same time, all with the values of before."""
    together, waiting, lock = threading.Barrier(count), [count], threading.Lock()

    def send(request):
        with lock:
            meets = request.url == READ.url and waiting[0] > 0
            waiting[0] -= meets
        if meets:
            together.wait(300)
        return system.send(request)

    return send


@pytest.mark.proves("LOGIN-3")
@pytest.mark.parametrize("rejection", [REJECTIONS[0], REJECTIONS[1], (403, {"error": "Forbidden"}, {})])
def test_requests_go_one_at_a_time_where_each_answer_changes_the_csrf_token(login, system, rejection):
    system.csrf_in_every_answer, system.rejection = True, rejection
    authenticator = login(send=meeting(system, 8), **ALICE)
    authenticator.open()
    with ThreadPoolExecutor(8) as pool:
        assert [one.status for one in pool.map(authenticator.send, [READ] * 16)] == [200] * 16
    assert ["one at a time" in note for note in authenticator.notes] == [True]
    if rejection[0] == 403:
        assert handshakes(system) == 1


@pytest.mark.proves("LOGIN-10")
def test_tokens_of_which_the_earlier_ones_stay_good_cost_nothing(login, system):
    system.csrf_in_every_answer = system.earlier_tokens_stay_good = True
    authenticator = login(send=meeting(system, 8), **ALICE)
    with ThreadPoolExecutor(8) as pool:
        assert [one.status for one in pool.map(authenticator.send, [READ] * 16)] == [200] * 16
    assert (handshakes(system), system.count("look at the session"), authenticator.notes) == (1, 0, [])


def test_then_no_two_requests_are_under_way_at_once(login, system):
    system.csrf_in_every_answer, system.rejection = True, (403, {"error": "Forbidden"}, {})
    under_way, met, watched, patience = [], threading.Event(), [], 0.02
    both = meeting(system, 2)

    def send(request):
        under_way.append(request)
        if watched and len(under_way) > 1:
            met.set()
        met.wait(patience)
        try:
            return both(request)
        finally:
            under_way.pop()

    authenticator = login(send=send, **ALICE)
    authenticator.open()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(authenticator.send, [READ] * 2))
        watched.append(True)
        list(pool.map(authenticator.send, [READ] * 4))
    assert not met.is_set()
    system.csrf_in_every_answer = False
    stable = login(send=send, **MACHINE)
    stable.open()
    patience = 300
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(stable.send, [READ] * 4))
    assert met.is_set()


@pytest.mark.proves("LOGIN-3")
def test_all_requests_under_way_when_it_turns_out_are_answered(login, system):
    """Sixteen requests leave with the same token. The first answer makes it worthless for the others, and is looked at
    only when one of them has logged in anew; then the same happens to the new token."""
    system.csrf_in_every_answer = True
    together, one_by_one = threading.Barrier(16), threading.Lock()
    rushing, anew, looked_at = [16], threading.Event(), []

    def send(request):
        reads = request.url == READ.url
        if reads and rushing[0]:
            rushing[0] -= 1
            together.wait(300)
        with one_by_one:
            time.sleep(0.01 if reads else 0)
            answer = system.send(request)
            first = reads and answer.status == 200 and not looked_at
            looked_at.extend([answer] if first else [])
        if handshakes(system) > 1:
            anew.set()
        if first:
            anew.wait(300)
        return answer

    authenticator = login(send=send, **ALICE)
    authenticator.open()
    with ThreadPoolExecutor(16) as pool:
        assert [one.status for one in pool.map(authenticator.send, [READ] * 32)] == [200] * 32
    assert rushing == [0]
    assert ["one at a time" in note for note in authenticator.notes] == [True]


def test_such_a_session_is_not_shared_but_its_token_is(login, system):
    system.csrf_in_every_answer, system.rejection = True, (403, {"error": "Forbidden"}, {})
    one, other = login(**ALICE), login(**ALICE)
    one.send(READ)
    other.send(READ)
    assert [one.send(READ).status, other.send(READ).status] == [200, 200]
    assert (handshakes(system), system.tokens) == (2, 1)


@pytest.mark.proves("LOGIN-3")
def test_what_was_found_out_about_a_csrf_token_outlives_the_session(login, system):
    system.csrf_in_every_answer, system.rejection = True, (403, {"error": "Forbidden"}, {})
    system.lost_sets_cookie, under_way, most = True, [], []
    first = meeting(system, 8)

    def send(request):
        if request.url != READ.url:
            return system.send(request)
        under_way.append(request)
        most.append(len(under_way))
        time.sleep(0.002)
        try:
            return first(request)
        finally:
            under_way.pop()

    def burst(authenticator):
        most.clear()
        with ThreadPoolExecutor(8) as pool:
            assert [one.status for one in pool.map(authenticator.send, [READ] * 16)] == [200] * 16
        return max(most)

    authenticator = login(send=send, **ALICE)
    assert burst(authenticator) == 8
    system.expire_sessions()
    assert burst(authenticator) == 1
    another = login(send=send, **ALICE)  # a later process, which must not take the session that is in use
    assert (burst(another), another.acquired) == (1, "handshake")
    assert burst(authenticator) == 1
    assert ["one at a time" in note for note in authenticator.notes] == [True]
    assert (handshakes(system), system.tokens) == (3, 1)


@pytest.mark.proves("LOGIN-3")
def test_what_was_found_out_about_a_csrf_token_is_kept_when_the_session_of_another_process_is_taken_over(login, system):
    one, other = login(**ALICE), login(**ALICE)
    one.open()
    other.open()
    one._keeper.stop_sharing(99)  # of a session that is over; the other process knows nothing of it
    system.expire_sessions()
    assert [other.send(READ).status, one.send(READ).status] == [200, 200]
    assert (handshakes(system), other._keeper.current().shared, one._keeper.current().shared) == (2, True, False)


def test_a_stable_session_is_said_nothing_about(login):
    authenticator = login(**ALICE)
    authenticator.send(READ)
    assert (authenticator.notes, authenticator.warnings) == ([], [])


@pytest.mark.proves("PROFILE-1")
def test_headers_of_the_profile_go_out_with_every_request_to_the_system(login, system):
    sent = []

    def send(request):
        sent.append((request.purpose, dict(request.headers)))
        return system.send(request)

    own = {"X-Api-Key": "k", "content-type": "application/vnd.api+json", "X-csrf-token": "never"}
    carry = {"headers": {**own, "{csrf_header}": "{csrf}"}}
    without = merge(built_in("insight"), {"session": {"carry": None}})
    authenticator = login(send=send, **ALICE, profile=without, overrides={"session": {"carry": carry}})
    authenticator.send(READ)
    authenticator.authorization_headers()
    asked = {purpose: given for purpose, given in sent if not purpose.startswith("get a token")}
    assert {"open a session", "log in", READ.purpose} <= set(asked)
    platform = [purpose for purpose in asked if "X-Api-Key" not in asked[purpose]]
    assert all("token" in purpose for purpose in platform), platform
    for purpose in ("open a session", "log in", READ.purpose):
        assert asked[purpose]["content-type"] == "application/vnd.api+json"
    assert asked[READ.purpose]["X-CSRF-TOKEN"] != "never"
    assert "X-csrf-token" not in asked[READ.purpose]


# --- a refused login


@pytest.mark.proves("LOGIN-11")
def test_a_refused_login_is_tried_once_for_all_threads(login, system):
    system.session_field = "token"
    system.refuses_passwords = True
    authenticator = login(**LOGIN)
    together = threading.Barrier(8)

    def one(_number):
        together.wait(300)
        with pytest.raises(AuthenticationError) as caught:
            authenticator.send(READ)
        return caught.value.as_result()

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(one, range(8)))
    assert told == [told[0]] * 8
    assert told[0]["msg"].startswith("Cannot log in: the server does not accept the user name or the password")
    assert (told[0]["changed"], told[0]["error"]["status"], handshakes(system)) == (False, 401, 1)


@pytest.mark.proves("LOGIN-11")
def test_other_processes_do_not_send_refused_credentials_for_a_minute(login, system, ticking):
    system.session_field, system.refuses_passwords = "token", True
    with pytest.raises(AuthenticationError):
        login(**LOGIN).open()
    ticking.time += 20
    with pytest.raises(
        AuthenticationError, match="the same credentials were refused 20 s ago: the server does"
    ) as told:
        login(**LOGIN).open()
    assert "They are sent again 60 s after that" in told.value.message
    assert CANARY not in told.value.message
    with pytest.raises(AuthenticationError, match="does not accept"):
        login(**{**LOGIN, "password": "another"}).open()
    assert handshakes(system) == 2
    system.refuses_passwords = False
    ticking.time += 41
    assert login(**LOGIN).send(READ).status == 200
    assert login(**LOGIN).send(READ).status == 200
    assert handshakes(system) == 3


@pytest.mark.proves("LOGIN-11")
def test_whoever_waited_for_a_refused_login_does_not_try_it(login, system, ticking):
    system.session_field, system.refuses_passwords = "token", True
    waiting = login(**LOGIN)
    ticking.time += 5
    with pytest.raises(AuthenticationError):
        login(**LOGIN).open()
    ticking.time += 300
    with pytest.raises(AuthenticationError, match="were refused 300 s ago"):
        waiting.open()
    assert handshakes(system) == 1


def test_a_platform_that_fails_is_asked_again(login, system):
    answers = iter([502, 200])

    def send(request):
        failing = request.url.endswith("/oauth2/v2.0/token") and next(answers) == 502
        return answer(request, 502, b"Bad gateway") if failing else system.send(request)

    authenticator = login(send=send, **ALICE)
    with pytest.raises(InsightError):
        authenticator.open()
    assert authenticator.send(READ).status == 200


@pytest.mark.proves("LOGIN-11")
@pytest.mark.parametrize(
    ("status", "body", "remembered"),
    [
        (400, {"error": "temporarily_unavailable"}, False),
        (400, {"error": "server_error"}, False),
        (403, b"<html>The gateway says no</html>", False),
        (400, b"", False),
        (404, b"", False),
        (429, {"error": "slow_down"}, False),
        (502, b"", False),
        (401, b"", True),
        (401, {"error": "anything"}, True),
        (400, {"error": "invalid_grant"}, True),
        (400, {"error": "invalid_client"}, True),
        (403, {"error": "access_denied"}, True),
    ],
)
def test_only_refused_credentials_are_remembered(login, system, status, body, remembered):
    answers = [lambda request: answer(request, status, body)]

    def send(request):
        return answers.pop()(request) if answers and "grant_type" in (request.form or {}) else system.send(request)

    authenticator = login(send=send, **ALICE)
    for _turn in range(2):
        with pytest.raises(AuthenticationError):
            authenticator.open()
        if not remembered:
            break
    if not remembered:
        assert authenticator.send(READ).status == 200
    assert bool(system.tokens) is not remembered


def test_a_person_who_has_to_log_in_is_remembered_here_only(login, system, folder):
    authenticator = login(grant_type="authorization_code", tenant_id="contoso", client_id="app")
    with pytest.raises(AuthenticationError, match="a person has to log in first"):
        authenticator.open()
    assert [path for path in Path(folder).glob("*.json") if "denied" in path.read_text()] == []


@pytest.mark.proves("LOGIN-14")
def test_a_logout_carries_what_its_body_names(login, system):
    body = {"refresh_token": "{refresh_token}", "user": "{username}", "token": "{access_token}"}
    overrides = {"session": {"logout": {"out": {"method": "POST", "path": "logout", "json": body}}}}
    authenticator = login(**{**ALICE, "scope": "app/.default openid offline_access"}, overrides=overrides)
    authenticator.open()
    assert authenticator.logout() is True
    expected = {"refresh_token": "refresh-1", "user": "alice@example.com", "token": "access-1"}
    assert system.asked[-1] == ("log out", expected)


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize(
    ("scope", "says", "does_not"),
    [
        (
            "api openid",
            "Have the platform put preferred_username, upn, unique_name or email into its tokens",
            "Add openid",
        ),
        ("api", "Add openid to scope", "Have the platform"),
    ],
)
def test_a_token_that_names_nobody(login, system, scope, says, does_not):
    system.user = None
    with pytest.raises(AuthenticationError) as told:
        login(**{**ALICE, "scope": scope}, expected_user="alice@example.com").open()
    assert says in told.value.message
    assert does_not not in told.value.message


def test_only_a_refused_login_leaves_nothing_to_log_out(login, system):
    system.session_field, system.refuses_passwords = "token", True
    with pytest.raises(AuthenticationError):
        login(**LOGIN).open()
    assert login(**LOGIN).logout() is False


# --- what a refusal may mean: the session is lost, the CSRF token is an older one, this identity may not do that

FORBIDDEN = (403, {"error": "Forbidden"}, {})


@pytest.mark.proves("LOGIN-10")
def test_a_login_that_shows_the_token_of_before_it(login, system):
    system.rejection, system.login_shows_old_token = FORBIDDEN, True
    one = login(**ALICE)
    assert [one.send(READ).status for _turn in range(3)] == [200] * 3
    assert (handshakes(system), system.count("look at the session")) == (1, 1)
    system.expire_sessions()
    assert one.send(READ).status == 200
    assert (handshakes(system), system.count("look at the session")) == (2, 3)  # lost, and at the end of the login
    assert system.refused == 2  # the first request, and the one after the loss
    other = login(**{**ALICE, "token_store": "unused"})
    assert other.send(READ).status == 200
    assert (other.acquired, system.refused) == ("store", 2)


@pytest.mark.proves("LOGIN-10")
def test_headers_that_are_handed_out_carry_the_good_token(login, system):
    system.rejection, system.login_shows_old_token = FORBIDDEN, True
    headers = login(**ALICE).authorization_headers()
    assert system.send(replace(READ, headers=headers)).status == 200
    system.expire_sessions()
    headers = login(**ALICE).authorization_headers()
    assert system.send(replace(READ, headers=headers)).status == 200
    assert handshakes(system) == 2


@pytest.mark.proves("LOGIN-10")
def test_all_that_were_sent_with_the_token_of_before_are_answered(login, system):
    system.rejection, system.login_shows_old_token = FORBIDDEN, True
    authenticator = login(send=meeting(system, 8), **ALICE)
    authenticator.open()
    with ThreadPoolExecutor(8) as pool:
        assert [one.status for one in pool.map(authenticator.send, [READ] * 16)] == [200] * 16
    assert (handshakes(system), system.count("look at the session"), authenticator.notes) == (1, 1, [])


@pytest.mark.proves("LOGIN-10")
def test_a_session_cookie_that_changes_tells_a_lost_session(login, system):
    system.rejection, system.lost_sets_cookie = FORBIDDEN, True
    authenticator = login(**ALICE)
    authenticator.open()
    for generation in (2, 3):
        system.expire_sessions()
        with ThreadPoolExecutor(8) as pool:
            assert [one.status for one in pool.map(authenticator.send, [READ] * 16)] == [200] * 16
        assert (handshakes(system), system.count("look at the session")) == (generation, 0)


def denying(system, url=READ.url):
    """Sends as the system does, which denies what is sent to one address."""

    def send(request):
        response = system.send(request)
        return answer(request, *FORBIDDEN) if request.url == url and response.status == 200 else response

    return send


@pytest.mark.proves("LOGIN-10", "LOGIN-12")
@pytest.mark.parametrize("stale", [False, True])
def test_a_permission_costs_one_look_whatever_the_number(login, system, stale):
    system.rejection, system.login_shows_old_token = FORBIDDEN, stale
    authenticator = login(send=denying(system), **ALICE)
    with ThreadPoolExecutor(32) as pool:
        assert {one.status for one in pool.map(authenticator.send, [READ] * 200)} == {403}
    # a second look where the first one showed a token other than the login did: was the session lost after it?
    assert (handshakes(system), system.count("look at the session")) == (1, 1 + stale)


@pytest.mark.proves("LOGIN-10", "LOGIN-12")
@pytest.mark.parametrize(("age", "logins", "looks"), [(1000, 2, 2), (1, 1, 1)])
def test_in_a_session_of_an_earlier_run_it_costs_one_login(login, system, ticking, age, logins, looks):
    system.rejection = FORBIDDEN
    login(**ALICE).open()
    ticking.time += age
    authenticator = login(send=denying(system), **ALICE)
    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(authenticator.send, [READ] * 200))
    assert {(one.status, one.ruled_out) for one in answers} == {(403, RULED_OUT)}
    assert (handshakes(system), system.count("look at the session")) == (logins, looks)


@pytest.mark.proves("LOGIN-12")
def test_a_permission_in_a_session_that_was_handed_over(login, system, ticking):
    """Nobody here can open it anew: it is looked at, and then the refusal is a permission."""
    system.rejection, system.life = FORBIDDEN, 120
    secret = login(**ALICE).handle(with_secret=True)
    ticking.time += 3600
    taken = login(send=denying(system), session={"secret": secret["secret"], "url": URL})
    assert (taken.send(READ).status, handshakes(system)) == (403, 1)


@pytest.mark.proves("LOGIN-12")
def test_a_server_that_opens_another_session_at_each_look(login, system):
    def send(request):
        if request.purpose == "look at the session":
            request = replace(request, headers={})
        return denying(system)(request)

    system.rejection = FORBIDDEN
    authenticator = login(send=send, **ALICE)
    answers = [authenticator.send(READ) for _turn in range(20)]
    assert {one.status for one in answers} == {403}
    assert answers[0].ruled_out == "a session that was opened for it is refused as well"
    assert handshakes(system) <= 4


def ending(system, inner, looks):
    """Sends as ``inner`` does; each of the first looks that find a session alive is the last that this session sees."""
    left = [looks]

    def send(request):
        response = inner(request)
        logged_in = request.headers.get("Cookie", "").startswith("JSESSIONID=L")
        if request.purpose == "look at the session" and logged_in and left[0]:
            left[0] -= response.cookies.get("JSESSIONID", "").startswith("L")
            system.expire_sessions()
        return response

    return send


@pytest.mark.proves("LOGIN-20")
@pytest.mark.parametrize("looks", [1, 2, 6])
def test_a_session_that_ends_right_after_a_look(login, system, looks):
    system.rejection, system.login_shows_old_token = FORBIDDEN, True
    authenticator = login(send=ending(system, system.send, looks), **ALICE)
    assert [authenticator.send(READ).status for _turn in range(3)] == [200] * 3
    assert handshakes(system) == 1 + looks


@pytest.mark.proves("LOGIN-20", "LOGIN-12")
def test_a_permission_in_a_session_that_ended_right_after_a_look(login, system):
    system.rejection, system.login_shows_old_token = FORBIDDEN, True
    authenticator = login(send=ending(system, denying(system), 1), **ALICE)
    answers = [authenticator.send(READ) for _turn in range(50)]
    assert {(one.status, one.ruled_out) for one in answers} == {(403, RULED_OUT)}
    assert (handshakes(system), system.count("look at the session")) == (2, 4)  # alive, lost, alive, still alive


@pytest.mark.proves("LOGIN-20", "LOGIN-12")
@pytest.mark.parametrize(("reads", "looks"), [(0, 2), (1, 1)])
def test_a_permission_where_each_look_shows_another_token(login, system, reads, looks):
    """Masked tokens: the earlier ones stay good, so that one that was accepted once is not asked about again."""
    number, other = itertools.count(), replace(READ, url=f"{API}/event/2/read", kind="event read 2")

    def send(request):
        headers = {name: value.partition("*")[0] for name, value in request.headers.items()}
        response = denying(system, other.url)(replace(request, headers=headers))
        shown = response.headers.get("x-csrf-token")
        masked = {"x-csrf-token": f"{shown}*{next(number)}"} if shown else {}
        return replace(response, headers={**response.headers, **masked})

    system.rejection = FORBIDDEN
    authenticator = login(send=send, **ALICE)
    assert [authenticator.send(READ).status for _turn in range(reads)] == [200] * reads
    answers = [authenticator.send(other) for _turn in range(20)]
    assert {(one.status, one.ruled_out) for one in answers} == {(403, RULED_OUT)}
    assert (handshakes(system), system.count("look at the session")) == (1, looks)


@pytest.mark.proves("LOGIN-20", "LOGIN-4")
def test_sessions_that_end_right_after_each_look_are_renewed_for_so_long(login, system, ticking):
    def send(request):
        ticking.time += 1
        return inner(request)

    system.rejection, system.login_shows_old_token = FORBIDDEN, True
    inner = ending(system, system.send, 1000)
    with pytest.raises(SessionRejected, match="Most likely another login of the same identity ended it"):
        login(send=send, **ALICE).send(READ)
    assert 10 < handshakes(system) < 1000


def overtaken(system, times):
    """Sends as the system does; so many sessions are ended by another login right after they were opened."""
    left = [times]

    def send(request):
        response = system.send(request)
        if request.purpose == "log in" and left[0]:
            left[0] -= 1
            system.expire_sessions()
        return response

    return send


@pytest.mark.proves("LOGIN-20", "LOGIN-4")
@pytest.mark.parametrize("times", range(5))
def test_other_logins_end_the_first_sessions_before_anything_was_accepted(login, system, times):
    """Not even a look has seen one alive then; it takes several logins to tell this from a server that refuses."""
    system.rejection, system.lost_sets_cookie = FORBIDDEN, True
    authenticator = login(send=overtaken(system, times), **ALICE)
    assert authenticator.send(READ).status == 200
    assert handshakes(system) == 1 + times


@pytest.mark.proves("LOGIN-20", "LOGIN-21")
@pytest.mark.parametrize("rejection", [FORBIDDEN, (401, {}, {})])
@pytest.mark.parametrize("seconds", [0.1, 1, 2])
def test_another_run_is_left_alone_until_it_is_done(login, system, ticking, monkeypatch, rejection, seconds):
    """It has so many seconds of work, and logs in again as soon as its session has ended, which ends ours. Requests
    take no time here: without a pause no number of logins would be enough."""
    monkeypatch.setattr("secrets.randbelow", lambda most: most // 2)
    system.rejection, done = rejection, ticking.time + seconds

    def send(request):
        if ticking.time < done:
            system.sessions = {name: token for name, token in system.sessions.items() if name.startswith("S")}
        return system.send(request)

    authenticator = login(send=send, **ALICE)
    assert [authenticator.send(READ).status for _turn in range(3)] == [200] * 3
    assert handshakes(system) <= 4


@pytest.mark.proves("LOGIN-4")
def test_where_each_session_is_ended_one_request_finds_it_out(login, system, ticking):
    system.rejection, system.lost_sets_cookie = FORBIDDEN, True
    authenticator, began = login(send=overtaken(system, 1000), **ALICE), ticking.time
    for _turn in range(20):
        with pytest.raises(SessionRejected, match="the server refused a session that was opened a moment ago"):
            authenticator.send(READ)
    assert handshakes(system) == 5
    assert ticking.time - began <= 1 + 2 + 4 + 4  # the longest pauses that may come between five logins


@pytest.mark.proves("LOGIN-12")
def test_what_the_profile_understands_is_not_looked_into(login, system):
    system.rejection = FORBIDDEN
    authenticator = login(send=denying(system), **ALICE)
    response = authenticator.send(replace(READ, understood=lambda answer: answer.status == 403))
    assert (response.status, response.ruled_out, system.count("look at the session")) == (403, "", 0)


@pytest.mark.proves("LOGIN-10")
def test_a_write_that_is_answered_with_a_success_and_another_session(login, system):
    def send(request):
        response = system.send(request)
        return replace(response, cookies={"JSESSIONID": "another"}) if request.url == READ.url else response

    with pytest.raises(InterruptedRequest, match="answered HTTP 200 and opened another session with it"):
        login(send=send, **ALICE).send(READ)


@pytest.mark.proves("LOGIN-4")
def test_what_no_new_session_helps_does_not_log_in_for_each_entity(login, system):
    """One address answers 401 whatever the session; the others go on, beside it."""
    other = replace(READ, url=f"{API}/event/2/read", kind="event read")

    def send(request):
        return answer(request, 401, {"message": "no"}) if request.url == other.url else system.send(request)

    authenticator = login(send=send, **ALICE)

    def one(number):
        if number % 2:
            return authenticator.send(READ).status
        with pytest.raises(SessionRejected, match=f"Cannot read event {number}:"):
            authenticator.send(replace(other, purpose=f"read event {number}"))
        return 200

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(one, range(60))) == [200] * 60
    assert handshakes(system) < 20


@pytest.mark.proves("LOGIN-4")
def test_a_session_that_is_used_up_is_renewed_as_long_as_that_works(login, system):
    """F25: a session dies after three uses; sixteen threads wait for each new one."""
    system.uses = 3
    authenticator = login(**ALICE)
    with ThreadPoolExecutor(16) as pool:
        assert [one.status for one in pool.map(authenticator.send, [READ] * 60)] == [200] * 60
    assert handshakes(system) >= 20


@pytest.mark.proves("LOGIN-21")
@pytest.mark.parametrize("rejection", REJECTIONS)
@pytest.mark.parametrize("ended", [2, 7])
def test_sessions_that_others_end_before_their_first_request_are_renewed(login, system, rejection, ended):
    """Another login of the same identity ends so many sessions, each after its login and before any request."""
    system.rejection = rejection

    def send(request):
        if request.url == READ.url and handshakes(system) <= ended:
            system.expire_sessions()
        return system.send(request)

    authenticator = login(send=send, **ALICE)
    assert [authenticator.send(READ).status for _turn in range(2)] == [200, 200]
    assert handshakes(system) == ended + 1


@pytest.mark.proves("LOGIN-21", "STORE-2")
def test_sessions_that_others_end_right_after_their_login_are_renewed(login, system):
    """So that the look at the end of the login finds them lost, six times running; the refresh token is sent once."""
    system.rejection, system.login_shows_old_token, system.single_use = FORBIDDEN, True, True

    def send(request):
        response = system.send(request)
        if request.purpose == "log in" and 1 < handshakes(system) <= 7:
            system.expire_sessions()
        return response

    authenticator = login(send=send, **REFRESH)
    assert authenticator.send(READ).status == 200
    system.expire_sessions()
    system.revoked.add("access-1")
    assert authenticator.send(READ).status == 200
    assert (handshakes(system), system.tokens) == (8, 2)


# --- who it is


@pytest.mark.proves("LOGIN-6")
def test_the_expected_user(login, system):
    assert login(**ALICE, expected_user="Alice@Example.com").send(READ).status == 200
    system.user = "mallory@example.com"
    wrong = login(**{**ALICE, "password": "other"}, expected_user="alice@example.com")
    with pytest.raises(AuthenticationError, match="the token is for mallory"):
        wrong.send(READ)
    assert (handshakes(system), system.count(READ.purpose)) == (1, 1)


@pytest.mark.proves("LOGIN-6")
def test_somebody_elses_session_in_the_store_is_not_used(login, system):
    login(**ALICE).open()
    with pytest.raises(AuthenticationError, match="the token is for alice"):
        login(**ALICE, expected_user="bob@example.com").send(READ)
    assert system.count(READ.purpose) == 0


@pytest.mark.proves("LOGIN-6")
def test_a_token_that_does_not_say_whom_it_is_for(login, system):
    system.user = None
    with pytest.raises(AuthenticationError, match="does not say whether it is for alice"):
        login(**ALICE, expected_user="alice@example.com").send(READ)


@pytest.mark.proves("LOGIN-6")
def test_an_unexpected_users_token_is_not_kept(login, system):
    options = {**ALICE, "expected_user": "alice@example.com"}
    system.user = "mallory@example.com"
    with pytest.raises(AuthenticationError):
        login(**options).open()
    system.user = "alice@example.com"
    assert login(**options).send(READ).status == 200


# --- no secret is shown


@pytest.mark.proves("SECRET-1")
def test_secrets(login, system):
    authenticator = login(**OFFLINE)
    assert authenticator.secrets() == []
    authenticator.open()
    headers = authenticator.authorization_headers()
    known = authenticator.secrets()
    assert {"access-1", "refresh-1", headers["X-CSRF-TOKEN"], headers["Cookie"].partition("=")[2]} <= set(known)
    for thing in (authenticator._keeper.state, authenticator._acquisition, authenticator._client):
        shown = repr(thing)
        assert not [secret for secret in (*known, CANARY) if secret in shown]
