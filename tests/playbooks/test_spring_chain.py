# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A stock Spring Security chain in InSight's place: every combination of CSRF token, lost session and login answer.

Each combination plays the life of one entity, and a hundred entities at 32 threads, while sessions end on the way. They
run in this process, through the functions behind the modules; the same in real playbooks comes after them.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from conftest import CLIENT, PASSWORD, SECRET, TENANT, USER, Played, Player, Server, as_a_new_process

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import settings_from
from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_entities import ENTITIES
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in

HEADERS = ("start", "ends", "before", "after")
TOKENS = ("plain", "xor", "cookie")
LOST = ("401_empty", "302", "403_open", "403_closed", "text", "403")
LOGINS = ("200", "302")
HUNDRED = 100
WIDTH = 32
PROFILE = built_in("insight")
REDIRECTED = merge(PROFILE, {"session": {"steps": {"login": {"success": [{"status": 302, "login_page": False}]}}}})
KEY = {"appCode": "123456", "appName": "Zelvora"}


def chain(lost: str, **more: Any) -> dict[str, Any]:
    """The switches of a chain with this way to answer a lost session."""
    container = lost != "403"  # which sets no cookie: only a look tells
    return {
        "expired_session_answer": lost,
        "lost_session_sets_cookie": container,
        "single_session_per_user": lost == "text",
        "error_bodies": "boot" if container else "message",
        "unknown_address": "same_404" if container else "html",
        "firewall": container,
        **more,
    }


def options(server: Server, folder: Path, login: str = "200") -> dict[str, Any]:
    """The options that all have in common; that a redirect is a login has to be said in the profile."""
    return {
        "profile": {"200": PROFILE, "302": REDIRECTED}[login],
        "url": server.url,
        "authority": server.url,
        "ca_path": server.ca_path,
        "token_store": str(folder / "store"),
        "grant_type": "password",
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "username": USER,
        "password": PASSWORD,
    }


def run(command: Any, common: dict[str, Any], check_mode: bool = False, **values: Any) -> dict[str, Any]:
    """What the function behind a module returns, in what could be a process of its own."""
    as_a_new_process()
    context = Context(check_mode=check_mode, diff_mode=True, warn=lambda _text: None)
    defaults = {name: option.get("default") for name, option in command.spec.items()}
    result: dict[str, Any] = command.run({**defaults, **common, **values}, context)
    return result


def application(number: int, description: str) -> dict[str, Any]:
    """An entry of the hundred."""
    key = {"appCode": f"{number:06}", "appName": f"Application {number}"}
    return {
        "type": "application",
        "key": key,
        "attributes": {"selectedProducts": ["a"], "description": description},
    }


def hundred(common: dict[str, Any], description: str, **more: Any) -> dict[str, Any]:
    """A hundred entities at once."""
    entities = [application(number, description) for number in range(HUNDRED)]
    return run(ENTITIES, common, entities=entities, concurrency=WIDTH, **more)


@contextmanager
def ending_sessions(server: Server, common: dict[str, Any], lost: str, patch: Any) -> Iterator[None]:
    """A session ends before each request of a round number: by itself, or by another login of the same user."""
    numbers, send = itertools.count(1), Http.send

    def sending(http: Http, request: Request) -> Response:
        if request.kind and next(numbers) % 199 == 0:
            end_session(server, common, lost)
        return send(http, request)

    with patch.context() as within:
        within.setattr(Http, "send", sending)
        yield


def defaults() -> dict[str, Any]:
    """The defaults of all options."""
    return {name: option.get("default") for name, option in ENTITY.spec.items()}


def end_session(server: Server, common: dict[str, Any], lost: str) -> None:
    """The session of the user ends."""
    if lost == "text":
        log_in_elsewhere(server, common)
    else:
        server.control("POST", "expire", {"what": "sessions"})


def log_in_elsewhere(server: Server, common: dict[str, Any]) -> None:
    """Another client logs the same user in, once."""
    send = Http(settings_from({**defaults(), **common}, profile_of(PROFILE)).network).send
    form = {"grant_type": "password", "client_id": CLIENT, "client_secret": SECRET, "username": USER}
    form |= {"password": PASSWORD, "scope": f"{CLIENT}/.default openid"}
    token = send(Request("get a token", "POST", f"{server.url}/{TENANT}/oauth2/v2.0/token", form=form)).json()
    opened = send(Request("open", "GET", f"{server.url}/insight/api/v2/token"))
    csrf = opened.headers["x-csrf-token"]
    cookies = "; ".join(f"{name}={value}" for name, value in opened.cookies.items())
    headers = {"Cookie": cookies, "X-CSRF-TOKEN": csrf, "X-XSRF-TOKEN": csrf}
    body = {"access_token": token["access_token"], "token_type": "Bearer"}
    login = Request("log in", "POST", f"{server.url}/insight/api/v2/login", headers=headers, json_body=body)
    assert send(login).status in (200, 302)


def play_cycle(server: Server, common: dict[str, Any], lost: str) -> None:
    """Create, same again, change in check mode, change, same again, absent, absent; a session is lost before each."""

    def step(check_mode: bool = False, **values: Any) -> tuple[str, int]:
        before = server.counted["writes"]
        result = run(ENTITY, common, check_mode, type="application", key=KEY, **values)
        assert result["changed"] is (result["operation"] != "none")
        written = server.counted["writes"] - before
        end_session(server, common, lost)
        return result["operation"], written

    first, second = ({"attributes": {"selectedProducts": ["a"], "description": text}} for text in ("First", "Second"))
    assert [
        step(**first),
        step(**first),
        step(check_mode=True, **second),
        step(**second),
        step(**second),
        step(state="absent"),
        step(state="absent"),
    ] == [("create", 1), ("none", 0), ("update", 0), ("update", 1), ("none", 0), ("delete", 1), ("none", 0)]


def play_hundred(server: Server, common: dict[str, Any], lost: str, patch: Any) -> None:
    """A hundred entities are made while sessions end, and found as they are."""
    before = server.counted["writes"]
    with ending_sessions(server, common, lost, patch):
        result = hundred(common, "First")
    wrong = [one["why"] for one in result["entities"] if one["outcome"] == "failed"]
    assert result["summary"]["created"] == HUNDRED, wrong[:1]
    assert server.counted["writes"] - before == HUNDRED
    stored = server.stored("application")
    assert sorted(one["appCode"] for one in stored) == [f"{number:06}" for number in range(HUNDRED)]
    again = hundred(common, "First")
    assert (again["changed"], again["summary"]["unchanged"]) == (False, HUNDRED)


@pytest.mark.one_core
@pytest.mark.proves("LOGIN-10", "LOGIN-4")
@pytest.mark.parametrize("headers", HEADERS)
@pytest.mark.parametrize("tokens", TOKENS)
def test_every_combination(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, headers: str, tokens: str
) -> None:
    """The cycle in each combination; a hundred entities wherever two of header, token and lost session meet anew."""
    wrong = []
    pair = 2 * (HEADERS.index(headers) + TOKENS.index(tokens))
    with_hundred = {(LOST[(pair + one) % len(LOST)], LOGINS[one]) for one in range(2)}
    for number, (lost, login) in enumerate(itertools.product(LOST, LOGINS)):
        folder = tmp_path / str(number)
        server.reset()
        server.switch(**chain(lost, csrf_headers=headers, csrf_tokens=tokens, login_answer=login))
        common = options(server, folder, login)
        try:
            play_cycle(server, common, lost)
            if (lost, login) in with_hundred:
                play_hundred(server, common, lost, monkeypatch)
        except (AssertionError, InsightError) as error:
            wrong.append(f"{headers} {tokens} {lost} {login}: {type(error).__name__} {str(error)[:900]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.one_core
@pytest.mark.proves("LOGIN-20")
@pytest.mark.parametrize("lost", ["403", "403_open"])
@pytest.mark.parametrize("tokens", ["plain", "xor"])
def test_a_session_that_ends_between_a_look_and_the_request_after_it(
    server: Server, tmp_path: Path, tokens: str, lost: str
) -> None:
    """The login shows the token from before it, so that the first request is looked into."""
    server.switch(**chain(lost, csrf_headers="before", csrf_tokens=tokens))
    server.fault("session_ends", "session_start", after=1)  # the first is that of the handshake
    attributes = {"selectedProducts": ["a"]}
    result = run(ENTITY, options(server, tmp_path), type="application", key=KEY, attributes=attributes)
    assert (result["operation"], server.counted["creates"], server.counted["handshakes"]) == ("create", 1, 2)


@pytest.mark.one_core
@pytest.mark.proves("LOGIN-20", "LOGIN-12")
@pytest.mark.parametrize("tokens", ["plain", "xor"])
def test_a_permission_where_a_session_ended_between(server: Server, tmp_path: Path, tokens: str) -> None:
    server.switch(**chain("403", csrf_headers="before", csrf_tokens=tokens, denied="application:create"))
    server.fault("session_ends", "session_start", after=1)
    result = hundred(options(server, tmp_path), "First", on_error="continue")
    assert {one["outcome"] for one in result["entities"]} == {"failed"}
    assert all("this identity may not do that (HTTP 403)" in one["why"] for one in result["entities"])
    assert server.counted["handshakes"] == 2
    assert server.counted["looks"] <= 4  # ended, and one for each of: token after the login, permission


# --- the same in real playbooks

STRICT = {"csrf_headers": "before", "csrf_tokens": "xor"}


def declared(count: int, description: str = "First", type_: str = "application") -> list[dict[str, Any]]:
    """Entries of a manifest."""
    return [
        {
            "type": type_,
            "key": {"appCode": f"{number:06}", "appName": f"Application {number}"},
            "attributes": {"selectedProducts": ["a"], "description": description},
        }
        for number in range(count)
    ]


def together(name: str, count: int, **more: Any) -> dict[str, Any]:
    """A task that declares so many entities."""
    return {"name": name, "rimops.insight.insight_entities": {"entities": declared(count), **more}}


@pytest.mark.proves("LOGIN-12", "LOGIN-10")
@pytest.mark.parametrize("tokens", ["plain", "xor"])
def test_a_missing_permission_costs_one_look(server: Server, play: Player, tokens: str) -> None:
    server.switch(**chain("403_open", **{**STRICT, "csrf_tokens": tokens, "denied": "application:create"}))
    played = play([together("make", 100, concurrency=32, on_error="continue")])
    assert played.code != 0
    assert "this identity may not do that (HTTP 403)" in played["make"]["msg"]
    assert "It is no matter of the login: the session lives and its CSRF token is the present one" in played.output
    counted = server.counted
    assert (counted["handshakes"], counted["creates"], counted["writes"]) == (1, 0, 0)
    assert counted["looks"] <= 2
    assert played["make"]["changed"] is False


@pytest.mark.proves("LOGIN-11")
@pytest.mark.parametrize("dialect", ["insight_7_0"])
def test_a_wrong_password_is_tried_once_at_width_32(server: Server, play: Player) -> None:
    server.switch(**chain("403_open", **STRICT))
    play.defaults["password"] = "not that one"
    entities = [{**one, "key": {"appCode": one["key"]["appCode"], "appName": "A"}} for one in declared(100)]
    wide = {"entities": entities, "concurrency": 32, "on_error": "continue"}
    played = play([{"name": "make", "rimops.insight.insight_entities": wide, "ignore_errors": True}, INFO])
    assert played.code != 0
    assert "does not accept the user name or the password" in played["make"]["msg"]
    assert "the same credentials were refused" in played["read"]["msg"]
    assert "not that one" not in f"{played.tasks}"
    assert (server.counted["logins_refused"], server.counted["handshakes"]) == (1, 0)


INFO = {"name": "read", "rimops.insight.insight_entity_info": {"type": "application", "key": KEY}}


@pytest.mark.proves("LOGIN-10", "LOGIN-4")
@pytest.mark.parametrize("shared", [True, False])
def test_two_playbooks_at_once_where_a_user_has_one_session(
    server: Server, play: Player, tmp_path: Path, shared: bool
) -> None:
    server.switch(**chain("text", **STRICT, session_lifetime=2))
    play.defaults.update(grant_type="password", username=USER, password=PASSWORD)
    players = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        store = str(tmp_path / ("store" if shared else f"store-{name}"))
        players.append(
            dataclasses.replace(play, folder=tmp_path / name, defaults={**play.defaults, "token_store": store})
        )
    halves = [declared(100)[:50], declared(100)[50:]]

    def half(number: int) -> Played:
        task = {"name": "make", "rimops.insight.insight_entities": {"entities": halves[number], "concurrency": 8}}
        return players[number]([task])

    with ThreadPoolExecutor(2) as pool:
        played = list(pool.map(half, range(2)))
    codes = sorted(str(item["appCode"]) for item in server.stored("application"))
    assert len(codes) == len(set(codes)), "a twin"
    made = sum(one["make"]["summary"]["created"] for one in played)
    assert (made, server.counted["creates"]) == (len(codes), len(codes))
    assert [one.code for one in played] == [0, 0], played[0].output + played[1].output
    assert len(codes) == 100
