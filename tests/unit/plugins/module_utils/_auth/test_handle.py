# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth import handle as handles
from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import authenticator_for
from ansible_collections.rimops.insight.plugins.module_utils._auth.session import Session
from ansible_collections.rimops.insight.plugins.module_utils._auth.state import State
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AuthenticationError,
    ConfigurationError,
    NotSentError,
)
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import (
    ALICE,
    CANARY,
    LOGOUT,
    MACHINE,
    READ,
    URL,
    answer,
    jwt,
    settings,
)

CODE = {
    "grant_type": "authorization_code",
    "tenant_id": "contoso",
    "client_id": "app",
    "redirect_uri": "https://localhost/r",
}
HOUR = 3600


# --- handles


@pytest.mark.proves("SECRET-3")
def test_a_handle_says_where_and_not_what(login, folder):
    authenticator = login(**ALICE)
    handle = authenticator.handle()
    assert handle == {
        "store": folder,
        "file": handle["file"],
        "url": URL,
        "user": "alice@example.com",
        "expires_at": "1970-01-12T14:46:40Z",
    }
    assert Path(folder, handle["file"]).is_file()
    assert not [secret for secret in (*authenticator.secrets(), CANARY) if secret in json.dumps(handle)]


def handed_over(handle, system, **options):
    return authenticator_for(settings(**{"token_store": "none", **options}, session=handle), system.send)


@pytest.mark.proves("SECRET-3")
def test_a_handle_is_enough(login, system):
    handle = login(**ALICE).handle()
    again = handed_over(handle, system)
    assert (again.send(READ).status, again.acquired) == (200, "store")
    assert system.count("log in") == 1


def test_a_handle_with_its_secret_needs_no_store(login, system):
    handle = login(False, **ALICE).handle(with_secret=True)
    assert (handle["store"], handle["file"]) == (None, None)
    assert handed_over(handle, system).send(READ).status == 200
    assert system.count("log in") == 1


@pytest.mark.proves("SECRET-3")
def test_a_secret_does_not_carry_the_refresh_token(login):
    authenticator = login(**ALICE, scope="offline_access")
    state = handles.unsealed(authenticator.handle(with_secret=True)["secret"], URL)
    assert (state.token.access_token, state.token.refresh_token) == ("access-1", None)
    assert authenticator.refresh_token() == "refresh-1"


def test_a_handle_for_another_host_takes_the_session_along(login, system):
    authenticator = login(**ALICE)
    handle = authenticator.handle()
    travelled = handles.travelling({**handle, "store": handle["store"]})
    assert travelled == {**handle, "secret": authenticator.handle(with_secret=True)["secret"]}
    assert handles.travelling(travelled) == travelled
    elsewhere = {**travelled, "store": "/nonexistent"}
    assert handed_over(elsewhere, system).send(READ).status == 200


def test_without_credentials_an_expired_session_cannot_be_renewed(login, system, ticking):
    handle = login(**ALICE).handle()
    user = handed_over(handle, system)
    user._clock = replace(user._clock, now=lambda: ticking.time + HOUR)
    assert user.send(READ).status == 200  # only the server can say that it is over
    system.expire_sessions()
    stale = handed_over(handle, system)
    stale._acquisition = replace(stale._acquisition, clock=user._clock)
    with pytest.raises(AuthenticationError, match="has no credentials"):
        stale.send(READ)


def test_with_its_own_credentials_it_can(login, system):
    handle = login(**ALICE).handle()
    system.expire_sessions()
    system.revoked.add("access-1")
    assert handed_over(handle, system, **ALICE).send(READ).status == 200
    assert system.tokens == 2


def test_with_other_credentials_it_is_used_and_never_replaced(login, system, folder):
    authenticator = login(**ALICE)
    handle = authenticator.handle()
    record = Path(folder, handle["file"]).read_bytes()
    other = handed_over(handle, system, **{**ALICE, "password": "other"})
    assert other.send(READ).status == 200
    system.expire_sessions()
    system.revoked.add("access-1")
    with pytest.raises(AuthenticationError, match="is no longer accepted"):
        other.send(READ)
    assert (system.tokens, Path(folder, handle["file"]).read_bytes()) == (1, record)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"file": "../key"}, "names no file of a token store"),
        ({"file": "/etc/passwd"}, "names no file of a token store"),
        ({"file": None}, "names no file of a token store"),
        ({"store": None}, "names no file of a token store"),
        ({"store": "/nonexistent"}, "is not on this host"),
        ({"url": "https://other.example.com"}, "it is for https://other.example.com"),
        ({"file": f"{'0' * 64}.json"}, "not in the token store any more"),
        ({"secret": "damaged"}, "session.secret is damaged"),
        ({"secret": "e30="}, "session.secret is damaged"),
    ],
)
def test_handles_that_cannot_be_used(login, system, change, why):
    handle = {**login(**ALICE).handle(), **change}
    with pytest.raises(ConfigurationError, match=why):
        handed_over(handle, system, url=URL).open()
    assert system.count("log in") == 1


@pytest.mark.proves("NETWORK-3")
def test_a_session_is_never_sent_to_another_system(login, system):
    for handle in (login(**ALICE).handle(), login(**ALICE).handle(with_secret=True)):
        with pytest.raises(ConfigurationError, match="it is for"):
            handed_over({**handle, "url": None}, system, url="https://other.example.com").open()
    with pytest.raises(ConfigurationError, match="not in the token store any more"):
        handles.travelling({**handle, "secret": None, "file": f"{'0' * 64}.json"})


def test_an_access_token_from_elsewhere(login, system, ticking):
    authenticator = login(access_token="from-elsewhere")
    assert authenticator.send(READ).status == 200
    assert authenticator.access_token() == "from-elsewhere"
    assert [content for purpose, content in system.asked if purpose == "log in"] == [
        {"access_token": "from-elsewhere", "token_type": "Bearer"}
    ]
    system.expire_sessions()
    assert authenticator.send(READ).status == 200
    assert system.tokens == 0
    with pytest.raises(AuthenticationError, match="access_token has expired"):
        login(access_token=jwt(exp=ticking.time)).open()
    mine = {"access_token": jwt(exp=ticking.time + HOUR, upn="mallory"), "expected_user": "alice"}
    with pytest.raises(AuthenticationError, match="the token is for mallory"):
        login(**mine).open()


def test_the_access_token(login, system, ticking):
    authenticator = login(**ALICE)
    assert authenticator.access_token() == "access-1"
    ticking.time += HOUR
    assert authenticator.access_token() == "access-2"
    system.session_field = "token"
    with pytest.raises(ConfigurationError, match="without a token"):
        login(profile="insight_7_0", username="alice", password="p").access_token()


# --- logging out


@pytest.mark.proves("LOGIN-9")
def test_logging_out(login, system):
    authenticator = login(**ALICE, overrides=LOGOUT)
    assert (authenticator.known(), authenticator.logout()) == (False, False)
    authenticator.open()
    assert (authenticator.known(), authenticator.logout()) == (True, True)
    assert (system.sessions, system.count("log out")) == ({}, 1)
    assert (authenticator.known(), authenticator.logout()) == (False, False)
    assert authenticator.send(READ).status == 200
    assert system.count("log in") == 2


@pytest.mark.proves("LOGIN-9")
def test_a_logout_carries_the_present_values(login, system):
    """Another process has used the session since it was stored, and the server shows a new token in each answer."""
    system.csrf_in_every_answer, system.rejection = True, (403, {}, {})
    overrides = {"session": {"logout": {"out": {"method": "POST", "path": "logout"}}}}
    login(**ALICE, overrides=overrides).send(READ)
    other = login(**ALICE, overrides=overrides)
    for _use in range(2):
        other.send(READ)
    assert login(**ALICE, overrides=overrides).logout() is True
    assert (system.sessions, system.count("log in")) == ({}, 1)


@pytest.mark.proves("LOGIN-9")
def test_logging_out_where_the_profile_cannot(login, system):
    authenticator = login(**ALICE)
    authenticator.open()
    asked = len(system.asked)
    assert login(**ALICE).logout() is True
    assert len(system.asked) == asked


def test_a_server_that_cannot_be_reached_does_not_keep_a_session_from_being_forgotten(login, system):
    def send(request):
        if request.purpose == "log out":
            raise NotSentError("log out", "nobody there")
        return system.send(request)

    authenticator = login(send=send, **ALICE, overrides=LOGOUT)
    authenticator.open()
    assert authenticator.logout() is True
    assert "nobody there" in authenticator.warnings[0]
    assert not authenticator.known()


# --- a person in front of a browser


def ended(url, **changes):
    """The address on which a browser ends that was sent to this one."""
    state = dict(part.split("=", 1) for part in url.partition("?")[2].split("&"))["state"]
    said = {"code": "the-code", "state": state, **changes}
    return "https://localhost/r?" + "&".join(f"{name}={value}" for name, value in said.items())


@pytest.mark.proves("LOGIN-1", "LOGIN-8")
def test_a_login_in_two_tasks(login, system, ticking):
    first = login(**CODE)
    assert first.needs_person()
    with pytest.raises(AuthenticationError, match="a person has to log in first"):
        first.open()
    url = first.begin_authorization()
    assert system.asked == []
    second = login(**CODE, authorization_response=ended(url))
    assert not second.needs_person()
    assert second.send(READ).status == 200
    [(_purpose, form), *_others] = system.asked
    assert (form["code"], form["redirect_uri"]) == ("the-code", "https://localhost/r")
    assert form["code_verifier"] not in url
    third = login(**CODE)
    assert (third.needs_person(), third.send(READ).status, third.acquired) == (False, 200, "store")
    ticking.time += HOUR
    assert (third.send(READ).status, system.tokens) == (200, 2)  # by the refresh token


@pytest.mark.proves("LOGIN-8")
@pytest.mark.parametrize(
    ("wait", "changes", "why"),
    [
        (0, {"state": "guessed"}, "belongs to another login"),
        (0, {"state": "%C3%A9"}, "belongs to another login"),
        (601, {}, "more than 10 minutes"),
        (0, {"error": "access_denied", "error_description": "AADSTS65004: no"}, "declined"),
    ],
)
def test_answers_of_the_browser_that_are_not_taken(login, system, ticking, wait, changes, why):
    url = login(**CODE).begin_authorization()
    ticking.time += wait
    with pytest.raises(AuthenticationError, match=why):
        login(**CODE, authorization_response=ended(url, **changes)).open()
    assert system.asked == []


@pytest.mark.proves("LOGIN-8")
def test_an_answer_is_taken_once(login, system):
    url = login(**CODE).begin_authorization()

    def send(request):
        return answer(request, 400, {"error": "invalid_grant", "error_codes": [54005]})

    with pytest.raises(AuthenticationError, match="was used already"):
        login(send=send, **CODE, authorization_response=ended(url)).open()
    with pytest.raises(AuthenticationError, match="no login waits for this answer"):
        login(**CODE, authorization_response=ended(url)).open()
    assert system.asked == []


def test_a_person_is_asked_again_when_the_refresh_token_has_died(login, system, ticking):
    url = login(**CODE).begin_authorization()
    login(**CODE, authorization_response=ended(url)).open()
    system.refresh_tokens.clear()
    ticking.time += HOUR
    with pytest.raises(AuthenticationError, match="a person has to log in again"):
        login(**CODE).send(READ)
    assert login(**CODE).needs_person()


@pytest.mark.proves("LOGIN-4")
def test_a_device_code_is_asked_for_again_in_the_same_run(login, system, ticking):
    shown = []
    device = {**CODE, "grant_type": "device_code", "redirect_uri": None}
    content = {"device_code": "d", "user_code": "ABC", "verification_uri": "https://example.com"}

    def send(request):
        if request.purpose == "get a device code":
            return answer(request, 200, content)
        if (request.form or {}).get("device_code"):
            return answer(request, 200, {"access_token": "a", "expires_in": HOUR, "refresh_token": "refresh-9"})
        return system.send(request)

    login(send=send, show=shown.append, **device).open()
    system.refresh_tokens.clear()
    ticking.time += HOUR
    assert login(send=send, show=shown.append, **device).send(READ).status == 200
    assert len(shown) == 2
    system.refresh_tokens.clear()
    ticking.time += HOUR
    with pytest.raises(AuthenticationError, match="a person has to log in again"):
        login(send=send, **device).send(READ)


def test_without_a_store_there_is_no_second_task(login):
    with pytest.raises(ConfigurationError, match="there is no token store"):
        login(False, **CODE).begin_authorization()
    with pytest.raises(ConfigurationError, match="is not authorization_code"):
        login(**MACHINE).begin_authorization()


def state_of(value):
    return State(session=Session(cookies={"SID": value}, values={"csrf": "csrf"}))


@pytest.mark.parametrize("word", ["anonymous", "Unused", "no-session", "a"])
def test_an_ordinary_word_is_no_secret(word):
    assert state_of(word).secrets() == ["csrf"]


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize("value", ["0a1b2c3d", "AbCdEfGh", "abcdefgh1", "ABCDEFGHIJKL", "a" * 17, "abc.def", "a--b"])
def test_every_other_value_of_a_cookie_is_one(value):
    assert state_of(value).secrets() == [value, "csrf"]


def test_another_grant_needs_nobody(login):
    assert not login(**MACHINE).needs_person()


# --- inputs of a profile


def in_partition(name, store, **options):
    """Settings for one partition of a system that has several."""
    made = settings(**{"token_store": store, **options})
    return replace(made, profile=replace(made.profile, inputs={"partition": {}}), inputs={"partition": name})


def test_a_session_is_of_one_partition(folder, system):
    for name, acquired in (("a", "handshake"), ("b", "handshake"), ("a", "store")):
        authenticator = authenticator_for(in_partition(name, folder, **ALICE), system.send)
        assert authenticator.send(READ).status == 200
        assert authenticator.acquired == acquired
    assert system.count("log in") == 2


@pytest.mark.parametrize("with_secret", [False, True])
def test_a_handle_of_another_partition_is_refused(folder, system, with_secret):
    handle = authenticator_for(in_partition("a", folder, **ALICE), system.send).handle(with_secret=with_secret)
    assert authenticator_for(in_partition("a", "none", session=handle), system.send).send(READ).status == 200
    travelled = handles.travelling(handle)
    assert authenticator_for(in_partition("a", "none", session=travelled), system.send).send(READ).status == 200
    for given in (handle, travelled):
        with pytest.raises(ConfigurationError, match=r'it is for .*partition="a".*, and url is .*partition="b"'):
            authenticator_for(in_partition("b", "none", session=given), system.send).send(READ)


# --- what something else acquired


def carrying(system, **given):
    """A login with headers and cookies that were handed over; the requests that it sends."""
    sent = []

    def send(request):
        sent.append(request)
        return system(request)

    return authenticator_for(settings(session=given), send), sent


def test_headers_and_cookies_that_something_else_acquired_are_carried():
    authenticator, sent = carrying(answer, headers={"X-Ticket": "t-1"}, cookies={"SID": "abc-1"})
    assert authenticator.send(READ).status == 200
    (request,) = sent
    assert request.headers["Cookie"] == "SID=abc-1"
    assert request.headers["X-Ticket"] == "t-1"
    assert {"abc-1", "t-1"} <= set(authenticator.secrets())


def test_what_something_else_acquired_cannot_be_renewed():
    authenticator, sent = carrying(lambda request: answer(request, 401), headers={"X-Ticket": "gone"})
    with pytest.raises(AuthenticationError, match="no longer accepted"):
        authenticator.send(READ)
    assert [request.purpose for request in sent] == [READ.purpose]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"headers": {"X-A": "b\r\nX-C: d"}}, "header 'X-A'"),
        ({"headers": {"X A": "b"}}, "header 'X A'"),
        ({"headers": {"X-A": 5}}, "header 'X-A'"),
        ({"cookies": {"SID": "a; b"}}, "cookie 'SID'"),
        ({"cookies": {"SID": "a"}, "secret": "s"}, "beside a session of ours"),
    ],
)
def test_what_no_request_can_carry_is_refused(given, why):
    with pytest.raises(ConfigurationError, match=why):
        carrying(answer, **given)
