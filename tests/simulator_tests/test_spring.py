# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of a Spring Security chain that look alike, and what tells them apart."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from simulator.chain import SUSPICIOUS, UNREADABLE
from simulator.switches import BY_NAME
from simulator_tests.chain_client import ChainClient, sets_session
from simulator_tests.client import ALICE, APPLICATION, AS_ALICE, KEY

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.process import Running

TEXT = "This session has been expired (possibly due to multiple concurrent logins being attempted as the same user)."
TIMESTAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
FIND = "/insight/api/v2/application/read"


@pytest.fixture
def stranger(server: Running) -> Iterator[ChainClient]:
    with ChainClient(server) as one:
        yield one


@pytest.fixture
def client(stranger: ChainClient) -> ChainClient:
    stranger.enter()
    return stranger


def is_boot(answer: Any, status: int, error: str, path: str) -> bool:
    """Whether an answer is what Spring Boot says of a status."""
    content = answer.json()
    assert re.fullmatch(TIMESTAMP, content.pop("timestamp"))
    assert answer.headers["Content-Type"] == "application/json"
    assert content == {"status": status, "error": error, "path": path}
    return bool(answer.status_code == status)


# Lost sessions


@pytest.mark.parametrize("sets_cookie", [False, True])
@pytest.mark.parametrize("form", BY_NAME["expired_session_answer"].choices)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_lost_session(method: str, form: str, sets_cookie: bool, servers: Callable[[str], Running]) -> None:
    server = servers("insight_rest_verbs")
    server.reset()
    server.switch(expired_session_answer=form, lost_session_sets_cookie=sets_cookie)
    with ChainClient(server) as client:
        client.enter()
        server.control("POST", "expire", {"what": "sessions"})
        url = f"{server.url}/insight/api/v2/application?appCode=1"
        answer = client.request(method, url, json=APPLICATION, allow_redirects=False)
        assert sets_session(answer) == sets_cookie
        if form in ("403_open", "text"):
            assert is_boot(answer, 403, "Forbidden", "/insight/api/v2/application")
        elif form in ("403_closed", "401_empty"):
            assert (answer.status_code, answer.text, answer.headers.get("Content-Type")) == (int(form[:3]), "", None)
        elif form == "302":
            assert (answer.status_code, answer.headers["Location"]) == (302, server.url + "/insight/login")
        # The new session lives, and nobody is logged in: not let in, and not given another one.
        again = client.get(url, allow_redirects=False)
        assert (again.status_code, sets_session(again)) == (answer.status_code, False)
    assert server.counters()["writes"] == server.counters()["finds"] == 0


@pytest.mark.parametrize(("form", "status"), [("403_open", 403), ("403_closed", 403), ("401_empty", 401), ("302", 302)])
def test_a_wrong_token_before_the_login(form: str, status: int, stranger: ChainClient) -> None:
    stranger.server.switch(expired_session_answer=form, error_bodies="boot", lost_session_sets_cookie=True)
    stranger.start()
    login = {"access_token": stranger.token(), "token_type": "Bearer"}
    refused = stranger.post(f"{stranger.server.url}/insight/api/v2/login", json=login, allow_redirects=False)
    assert (refused.status_code, bool(refused.text)) == (status, form == "403_open")
    assert not sets_session(refused)


@pytest.mark.parametrize("headers", BY_NAME["csrf_headers"].choices)
@pytest.mark.parametrize("first", ["find", "look"])
def test_a_session_that_another_login_has_ended(first: str, headers: str, client: ChainClient) -> None:
    client.server.switch(
        expired_session_answer="text",
        single_session_per_user=True,
        lost_session_sets_cookie=True,
        csrf_headers=headers,
    )
    with ChainClient(client.server) as other:
        other.enter()
        told = getattr(client, first)()
        assert (told.status_code, told.text, told.headers.get("Content-Type")) == (200, TEXT, None)
        assert not sets_session(told)
        lost = client.find()
        assert is_boot(lost, 403, "Forbidden", FIND)
        assert sets_session(lost)
        assert other.find().status_code == 404


def test_other_answers_end_the_other_session_at_once(client: ChainClient) -> None:
    client.server.switch(expired_session_answer="403_open", single_session_per_user=True)
    with ChainClient(client.server) as other:
        other.enter()
        assert is_boot(client.find(), 403, "Forbidden", FIND)
        client.server.switch(expired_session_answer="text")
        assert is_boot(client.find(), 403, "Forbidden", FIND)


def test_only_servlet_containers_leave_a_known_session_id_out(client: ChainClient) -> None:
    assert "JSESSIONID" in client.look().headers["Set-Cookie"]
    client.server.switch(lost_session_sets_cookie=True)
    assert "Set-Cookie" not in client.look().headers


@pytest.mark.parametrize("tokens", ["plain", "cookie"])
def test_the_login_page_of_who_came_without_a_cookie(tokens: str, stranger: ChainClient) -> None:
    stranger.server.switch(csrf_tokens=tokens, expired_session_answer="302", lost_session_sets_cookie=True)
    page = stranger.server.url + "/insight/login"
    sent = stranger.post(stranger.server.url + FIND, json=KEY, allow_redirects=False)
    assert sent.headers["Location"] == f"{page};jsessionid={stranger.cookies['JSESSIONID']}"
    again = stranger.post(stranger.server.url + FIND, json=KEY, allow_redirects=False)
    assert again.headers["Location"] == page


@pytest.mark.parametrize(("form", "sets"), [("403_open", False), ("403_closed", True), ("401_empty", True)])
def test_a_token_in_a_cookie_needs_no_session(form: str, sets: bool, stranger: ChainClient) -> None:
    stranger.server.switch(
        csrf_tokens="cookie",
        expired_session_answer=form,
        lost_session_sets_cookie=True,
        unknown_address="same_404",
    )
    assert sets_session(stranger.find()) == sets  # refused by the CSRF check
    stranger.cookies.clear()
    assert sets_session(stranger.get(f"{stranger.server.url}/insight/api/v2/nothing"))


# Refusals in a living session


@pytest.mark.parametrize("headers", BY_NAME["csrf_headers"].choices)
@pytest.mark.parametrize("tokens", BY_NAME["csrf_tokens"].choices)
def test_a_lost_session_a_stale_token_and_a_denial_look_alike(tokens: str, headers: str, stranger: ChainClient) -> None:
    server = stranger.server
    server.switch(
        csrf_tokens=tokens,
        csrf_headers=headers,
        error_bodies="boot",
        expired_session_answer="403_open",
        lost_session_sets_cookie=True,
        denied="application:find",
    )
    stranger.enter()
    before = server.counters()
    denied = stranger.find()
    assert (server.counters()["denied"], server.counters()["finds"]) == (before["denied"] + 1, 0)
    token = dict(stranger.headers)
    stranger.headers.update({"X-CSRF-TOKEN": "stale", "X-XSRF-TOKEN": "stale"})
    stale = stranger.find()
    assert server.counters()["csrf_refused"] == before["csrf_refused"] + 1
    stranger.headers.update(token)
    server.control("POST", "expire", {"what": "sessions"})
    lost = stranger.find()
    assert all(is_boot(answer, 403, "Forbidden", FIND) for answer in (denied, stale, lost))
    # A token that is kept in a cookie stays good, and then nothing tells the session that is lost.
    assert [sets_session(answer) for answer in (denied, stale, lost)] == [False, False, tokens in ("plain", "xor")]


def test_several_operations_may_be_denied(client: ChainClient) -> None:
    client.server.switch(denied=" application:create, application/cta:update,,event:list")
    assert client.server.control("GET", "switches")["denied"] == "application:create,application/cta:update,event:list"
    assert client.call("application/create", **APPLICATION).status_code == 403
    assert client.call("application/create-or-update", **APPLICATION).status_code == 201
    assert client.call("application/cta/create-or-update", **APPLICATION).status_code == 403
    assert client.call("application/cta/create", **APPLICATION).status_code == 201
    assert client.call("event/list").status_code == 403
    assert client.server.counters()["denied"] == 3


@pytest.mark.parametrize("wrong", ["event", "event:shrink", ":create", "event:create,list"])
def test_what_can_not_be_denied(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"denied: .* is not one of read, find"):
        BY_NAME["denied"].parse(wrong)


@pytest.mark.parametrize("bodies", ["message", "boot", "problem"])
def test_bodies_of_refusals(bodies: str, client: ChainClient) -> None:
    client.server.switch(error_bodies=bodies)
    path = "/insight/api/v2/application/create"
    client.create(**APPLICATION)
    invalid, conflict = client.call("application/create", appCode="1"), client.call("application/create", **APPLICATION)
    missing = client.call("application/1/read")
    client.headers["X-CSRF-TOKEN"] = "wrong"
    stale = client.find()
    statuses = [answer.status_code for answer in (invalid, conflict, missing, stale)]
    assert statuses == [422 if bodies == "message" else 400, 409, 404, 403]
    if bodies == "message":
        assert all("message" in answer.json() for answer in (invalid, conflict, missing, stale))
        return
    assert is_boot(stale, 403, "Forbidden", FIND)
    if bodies == "boot":
        assert is_boot(invalid, 400, "Bad Request", path)
        assert is_boot(conflict, 409, "Conflict", path)
        assert is_boot(missing, 404, "Not Found", "/insight/api/v2/application/1/read")
        return
    assert {one.headers["Content-Type"] for one in (invalid, conflict, missing)} == {"application/problem+json"}
    assert invalid.json() == {
        "title": "Bad Request",
        "status": 400,
        "detail": "Invalid request content.",
        "errors": [{"field": "appName", "message": "appName is required."}],
        "instance": path,
    }
    assert (conflict.json()["title"], missing.json()["status"]) == ("Conflict", 404)


def test_bodies_that_a_dialect_does_not_have_stay_away(servers: Callable[[str], Running]) -> None:
    server = servers("insight_update_by_id")
    server.reset()
    server.switch(error_bodies="boot")
    with ChainClient(server) as client:
        client.enter()
        assert (client.find().status_code, client.find().text) == (204, "")


@pytest.mark.parametrize("bodies", ["boot", "problem"])
@pytest.mark.parametrize("form", ["401", "403"])
def test_a_lost_session_has_no_problem_details(form: str, bodies: str, stranger: ChainClient) -> None:
    stranger.server.switch(error_bodies=bodies, expired_session_answer=form)
    assert is_boot(stranger.find(), int(form), {"401": "Unauthorized", "403": "Forbidden"}[form], FIND)


# Addresses


@pytest.mark.parametrize("character", ["%2F", "%3B", ";", "%25", "%5C", "%0A", "%0D", "%00", "%E2%80%A8"])
def test_firewall(character: str, client: ChainClient) -> None:
    by_container = character in ("%2F", "%5C", "%00")
    assert (UNREADABLE if by_container else SUSPICIOUS).search(f"/a{character.lower()}b")
    path = f"/insight/api/v2/application/a{character}b/read"
    url = client.server.url + path
    assert client.post(url, json={}).status_code == 404
    client.server.switch(firewall=True)
    reads = client.server.counters()["reads"]
    refused = client.post(url, json={})
    if by_container:
        assert (refused.status_code, refused.headers["Content-Type"]) == (400, "text/html;charset=UTF-8")
    else:
        assert is_boot(refused, 400, "Bad Request", path)
    assert client.server.counters()["reads"] == reads
    assert client.post(f"{client.server.url}/insight/api/v2/application/a%20b%C3%BC/read", json={}).status_code == 404


@pytest.mark.parametrize("bodies", ["message", "boot", "problem"])
def test_the_same_404(bodies: str, client: ChainClient) -> None:
    client.server.switch(unknown_address="same_404", error_bodies=bodies)
    contents = []
    for path in ("application/1/read", "application/read", "application/1/shrink", "nothing/read"):
        answer = client.call(path, **({} if "1" in path else KEY))
        assert answer.status_code == 404
        content = answer.json()
        content.pop("timestamp", None)
        assert content.pop("instance" if bodies == "problem" else "path") == f"/insight/api/v2/{path}"
        contents.append((answer.headers["Content-Type"], content))
    assert contents[0] == contents[1] == contents[2] == contents[3]


def test_an_unknown_address_is_behind_the_chain(client: ChainClient) -> None:
    client.server.switch(unknown_address="same_404", expired_session_answer="401_empty")
    token = client.headers.pop("X-CSRF-TOKEN")
    assert client.call("nothing/read").status_code == 403
    client.headers["X-CSRF-TOKEN"] = token
    client.server.control("POST", "expire", {"what": "sessions"})
    assert client.call("nothing/read").status_code == 401
    assert client.get(f"{client.server.url}/insight/api/v2/nothing").status_code == 401
    assert client.get(f"{client.server.url}/insight/login").status_code == 200


@pytest.mark.parametrize("form", ["missing", "empty_list", "same_404"])
@pytest.mark.parametrize("switch", ["search_finds_nothing", "read_finds_nothing"])
def test_what_finds_nothing(switch: str, form: str, client: ChainClient) -> None:
    created = client.create(**APPLICATION)
    client.server.switch(**{switch: form})
    ways = {"search_finds_nothing": "application/read", "read_finds_nothing": f"application/{created['id']}/read"}
    blind = client.call(ways.pop(switch), **KEY)
    seeing = next(iter(ways.values()))
    assert client.call(seeing, **KEY).json() == created
    if form == "empty_list":
        assert (blind.status_code, blind.json()) == (200, [])
    elif form == "missing":
        assert (blind.status_code, set(blind.json())) == (404, {"message"})
    else:
        assert (blind.status_code, set(blind.json())) == (404, {"timestamp", "status", "error", "path"})
    assert client.call("application/create", **APPLICATION).status_code == 409


def test_no_is_the_word_that_yaml_reads_as_false() -> None:
    assert BY_NAME["search_finds_nothing"].parse(False) == "no"


@pytest.mark.parametrize("address", ["html", "same_404"])
def test_delete_address_wrong(address: str, client: ChainClient) -> None:
    created = client.create(**APPLICATION)
    client.server.switch(delete_address_wrong=True, unknown_address=address)
    wrong, nothing = client.call(f"application/{created['id']}/delete"), client.call("nothing")
    assert wrong.status_code == nothing.status_code == 404
    assert wrong.headers["Content-Type"] == nothing.headers["Content-Type"]
    assert client.read(created) == created
    assert client.server.counters()["deletes"] == 0


# Login and logout


@pytest.mark.parametrize(("form", "status"), [("204", 204), ("302", 302), ("404", 404)])
def test_logout(form: str, status: int, client: ChainClient) -> None:
    client.server.switch(logout=form)
    url = f"{client.server.url}/insight/logout"
    token = client.headers.pop("X-CSRF-TOKEN")
    assert client.post(url).status_code == (404 if form == "404" else 403)
    assert client.find().status_code == 403
    client.headers["X-CSRF-TOKEN"] = token
    answer = client.post(url, allow_redirects=False)
    assert (answer.status_code, answer.content == b"") == (status, form != "404")
    location = client.server.url + "/insight/login?logout" if form == "302" else None
    assert answer.headers.get("Location") == location
    assert client.find().status_code == (404 if form == "404" else 401)
    assert client.server.counters()["logouts"] == (form != "404")


@pytest.mark.parametrize("tokens", ["cookie", "cookie_only"])
def test_logout_takes_the_cookie_away(tokens: str, stranger: ChainClient) -> None:
    stranger.server.switch(logout="204", csrf_tokens=tokens, csrf_headers="after")
    stranger.enter()
    assert stranger.cookies["XSRF-TOKEN"]
    assert stranger.post(f"{stranger.server.url}/insight/logout").status_code == 204
    assert "XSRF-TOKEN" not in stranger.cookies


def test_attempts_and_looks_are_counted(stranger: ChainClient) -> None:
    server = stranger.server
    stranger.take(stranger.start())
    stranger.look()
    assert stranger.call("login", **ALICE).status_code == 401
    stranger.call("login", access_token=stranger.token(), token_type="Bearer")
    stranger.look()
    for form in ({**AS_ALICE, "password": "wrong"}, {}, AS_ALICE):
        stranger.oauth(form)
    counters = server.counters()
    counted = ("logins_refused", "handshakes", "looks", "session_starts", "token_requests", "token_requests_refused")
    assert [counters[name] for name in counted] == [1, 1, 1, 3, 4, 2]


def test_every_switch_of_the_chain_is_off_at_first() -> None:
    defaults = {
        "csrf_headers": "ends",
        "csrf_tokens": "plain",
        "expired_session_answer": "401",
        "lost_session_sets_cookie": False,
        "firewall": False,
        "unknown_address": "html",
        "error_bodies": "message",
        "denied": "",
        "login_answer": "200",
        "logout": "dialect",
        "search_finds_nothing": "no",
        "read_finds_nothing": "no",
        "delete_address_wrong": False,
    }
    assert {name: BY_NAME[name].default for name in defaults} == defaults
