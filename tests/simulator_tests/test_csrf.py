# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""CSRF tokens of a Spring Security chain: their forms, where they are shown, which ones count, in each combination."""

from __future__ import annotations

import itertools
import re
from typing import TYPE_CHECKING, Any

import pytest
from simulator.csrf import masked, unmasked
from simulator.switches import BY_NAME
from simulator_tests.chain_client import ChainClient, sets_session, shows
from simulator_tests.client import ALICE

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.process import Running

TOKENS = BY_NAME["csrf_tokens"].choices
HEADERS = BY_NAME["csrf_headers"].choices
LOST = BY_NAME["expired_session_answer"].choices
LOGIN = BY_NAME["login_answer"].choices
LOST_STATUS = {"html": 200, "text": 403}
WITH_COOKIE = ("cookie", "cookie_only")


@pytest.fixture
def stranger(server: Running) -> Iterator[ChainClient]:
    with ChainClient(server) as one:
        yield one


def new_xsrf(answer: Any) -> list[str]:
    """The values to which an answer sets the cookie XSRF-TOKEN, in their order."""
    given = [value for name, value in answer.raw.headers.items() if name.lower() == "set-cookie"]
    return [value.partition(";")[0].partition("=")[2] for value in given if value.startswith("XSRF-TOKEN=")]


# Forms


def test_a_masked_token_is_96_characters_and_never_the_same() -> None:
    token = "248be62f-f8d8-4164-b3f5-c139ba6deb27"
    some = [masked(token) for _turn in range(20)]
    assert len(set(some)) == 20
    assert all(re.fullmatch(r"[\w-]{96}", one) for one in some)
    assert {unmasked(one) for one in some} == {token}


@pytest.mark.parametrize("text", ["", "x", "248be62f-f8d8-4164-b3f5-c139ba6deb27", "ü" * 96, "A" * 96, "AAAA"])
def test_no_masked_token(text: str) -> None:
    assert unmasked(text) in ("", "\0" * 36)


def test_earlier_masked_tokens_stay_good_until_the_login(stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens="xor", csrf_headers="before")
    before_login = stranger.take(stranger.start())
    stranger.call("login", access_token=stranger.token(), token_type="Bearer")
    tokens = [stranger.take(stranger.look()), *(stranger.take(stranger.find()) for _turn in range(4))]
    assert len(set(tokens)) == 5
    for token in tokens:
        stranger.headers["X-CSRF-TOKEN"] = token
        assert stranger.find().status_code == 404
    for stale in (before_login, unmasked(tokens[0]), tokens[0][:-1], masked("another")):
        stranger.headers["X-CSRF-TOKEN"] = stale
        assert stranger.find().status_code == 403


def test_superseded_masked_tokens_may_count(stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens="xor", csrf_superseded_refused=False)
    stranger.take(stranger.start())
    stranger.call("login", access_token=stranger.token(), token_type="Bearer")
    assert stranger.find().status_code == 404


def test_the_cookie_and_the_header_are_compared(stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens="cookie")
    started = stranger.start()
    assert started.headers["X-CSRF-HEADER"] == "X-XSRF-TOKEN"
    assert started.headers["X-CSRF-TOKEN"] == stranger.cookies["XSRF-TOKEN"] == new_xsrf(started)[0]
    stranger.take(started)
    login = stranger.call("login", access_token=stranger.token(), token_type="Bearer")
    assert new_xsrf(login) == ["", login.headers["X-CSRF-TOKEN"]]
    assert stranger.cookies["XSRF-TOKEN"] == login.headers["X-CSRF-TOKEN"]
    assert stranger.find().status_code == 403
    stranger.take(login)
    assert stranger.find().status_code == 404
    stranger.headers["X-CSRF-TOKEN"] = stranger.headers.pop("X-XSRF-TOKEN")
    assert stranger.find().status_code == 403


@pytest.mark.parametrize("form", WITH_COOKIE)
def test_without_the_cookie_a_request_is_refused_and_given_one(form: str, stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens=form)
    stranger.enter()
    del stranger.cookies["XSRF-TOKEN"]
    refused = stranger.find()
    assert refused.status_code == 403
    assert new_xsrf(refused) == [stranger.cookies["XSRF-TOKEN"]]
    assert not sets_session(refused)
    stranger.headers["X-XSRF-TOKEN"] = stranger.cookies["XSRF-TOKEN"]
    assert stranger.find().status_code == 404


def test_a_token_that_is_only_in_the_cookie(stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens="cookie_only", csrf_headers="before")
    started = stranger.start()
    assert not shows(started)
    assert "HttpOnly" not in started.headers["Set-Cookie"].partition("XSRF-TOKEN")[2].partition("JSESSIONID")[0]
    first = stranger.take(started)
    login = stranger.call("login", access_token=stranger.token(), token_type="Bearer")
    assert new_xsrf(login) == ["", stranger.cookies["XSRF-TOKEN"]]
    assert stranger.cookies["XSRF-TOKEN"] != first
    assert stranger.find().status_code == 403
    stranger.take(login)
    assert stranger.find().status_code == 404
    assert not shows(stranger.find())


def test_any_answer_of_a_single_page_s_server_sets_the_cookie(stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens="cookie_only", unknown_address="same_404")
    lost = stranger.get(f"{stranger.server.url}/insight/api/v2/nothing")
    assert (lost.status_code, new_xsrf(lost)) == (401, [stranger.cookies["XSRF-TOKEN"]])


def test_a_login_that_shows_the_token_from_before_it_leaves_no_cookie(stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens="cookie", csrf_headers="before")
    first = stranger.take(stranger.start())
    login = stranger.call("login", access_token=stranger.token(), token_type="Bearer")
    assert (login.headers["X-CSRF-TOKEN"], new_xsrf(login)) == (first, [""])
    assert "XSRF-TOKEN" not in stranger.cookies
    stranger.take(stranger.look())
    assert stranger.find().status_code == 404


@pytest.mark.parametrize(("form", "headers"), list(itertools.product(TOKENS, HEADERS)))
def test_every_answer_may_bring_another_token(form: str, headers: str, stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens=form, csrf_headers=headers, csrf_changes="every_answer")
    stranger.enter()
    tokens = []
    for _turn in range(3):
        answer = stranger.find()
        assert answer.status_code == 404
        tokens.append(stranger.take(stranger.look() if headers == "before" else answer))
    assert len(set(tokens)) == 3


def test_safe_methods_need_no_token(servers: Callable[[str], Running]) -> None:
    server = servers("insight_rest_verbs")
    server.reset()
    with ChainClient(server) as client:
        client.enter()
        client.headers["X-CSRF-TOKEN"] = "wrong"
        assert client.get(f"{server.url}/insight/api/v2/application?appCode=1").status_code == 200
        for method in ("POST", "PUT", "DELETE"):
            path = "application" if method == "POST" else "application/1"
            assert client.request(method, f"{server.url}/insight/api/v2/{path}", json={}).status_code == 403


# Combinations


def logged_in(client: ChainClient, form: str, headers: str, login: str) -> None:
    """A handshake; what each of its answers shows; what was shown before the login is refused after it."""
    started = client.start()
    assert shows(started) == (form != "cookie_only")
    assert ("XSRF-TOKEN" in client.cookies) == (form in WITH_COOKIE)
    old = client.take(started)
    answer = client.call("login", access_token=client.token(), token_type="Bearer")
    assert answer.status_code == int(login)
    assert answer.headers.get("Location", "").endswith("/insight/home") == (login == "302")
    assert sets_session(answer)
    assert shows(answer) == (form != "cookie_only" and headers != "start")
    if headers == "before" and form != "cookie_only":
        shown = answer.headers["X-CSRF-TOKEN"]
        assert (unmasked(shown) == unmasked(old)) if form == "xor" else (shown == old)
        client.take(answer)
    stale = client.find()
    assert stale.status_code == 403
    assert not shows(stale)
    assert not sets_session(stale)
    client.take(client.look())


@pytest.mark.parametrize(("form", "headers"), list(itertools.product(TOKENS, HEADERS)))
def test_every_combination(form: str, headers: str, server: Running) -> None:
    everywhere = headers in ("before", "after") and form != "cookie_only"
    for lost, login in itertools.product(LOST, LOGIN):
        server.switch(
            csrf_tokens=form,
            csrf_headers=headers,
            expired_session_answer=lost,
            login_answer=login,
            lost_session_sets_cookie=True,
        )
        with ChainClient(server) as client:
            logged_in(client, form, headers, login)
            for _turn in range(2):
                answer = client.find()
                assert (answer.status_code, shows(answer), sets_session(answer)) == (404, everywhere, False)
            server.control("POST", "expire", {"what": "sessions"})
            answer = client.find()
            assert answer.status_code == LOST_STATUS.get(lost, int(lost[:3]) if lost[:3].isdigit() else 0)
            # Where the cookie alone is compared, a request without a session gets past the CSRF check, and needs none
            # to be refused, unless /error refuses it once more.
            assert sets_session(answer) == (form in ("plain", "xor") or lost == "403_closed")
            assert shows(answer) == (everywhere and form == "cookie")
            logged_in(client, form, headers, login)
            assert client.find().status_code == 404


@pytest.mark.parametrize("headers", HEADERS)
def test_which_answers_carry_the_headers(headers: str, stranger: ChainClient) -> None:
    stranger.server.switch(csrf_headers=headers, denied="event:create", unknown_address="same_404", logout="204")
    everywhere = headers in ("before", "after")
    stranger.take(stranger.start())
    assert shows(stranger.call("login", **ALICE)) == everywhere
    login = stranger.call("login", access_token=stranger.token(), token_type="Bearer")
    assert shows(login) == (headers != "start")
    assert shows(stranger.look())
    token = stranger.take(stranger.look())
    invalid, denied = stranger.call("application/create", appCode="1"), stranger.call("event/create", eventName="x")
    unknown = stranger.call("nothing/here")
    assert [one.status_code for one in (invalid, denied, unknown)] == [422, 403, 404]
    assert {shows(one) for one in (invalid, denied, unknown, stranger.find())} == {everywhere}
    stranger.headers["X-CSRF-TOKEN"] = "wrong"
    assert not shows(stranger.find())
    stranger.headers["X-CSRF-TOKEN"] = token
    logout = stranger.post(f"{stranger.server.url}/insight/logout")
    assert (logout.status_code, shows(logout)) == (204, everywhere)
    assert logout.headers.get("X-CSRF-TOKEN", token) == token


@pytest.mark.parametrize("headers", ["before", "after"])
def test_who_has_no_session_sees_the_token_of_the_one_that_is_made(headers: str, stranger: ChainClient) -> None:
    stranger.server.switch(csrf_headers=headers, lost_session_sets_cookie=True)
    lost = stranger.get(f"{stranger.server.url}/insight/api/v2/nothing")
    assert (lost.status_code, shows(lost), sets_session(lost)) == (401, True, True)
    stranger.take(lost)
    assert stranger.call("login", access_token=stranger.token(), token_type="Bearer").status_code == 200
    stranger.take(stranger.look())
    assert stranger.find().status_code == 404
