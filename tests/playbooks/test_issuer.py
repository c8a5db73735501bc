# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An identity platform that names its endpoints itself, over TLS: each way to show a secret, each grant with a person,
and where credentials do not go."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import requests
from conftest import Player
from small_issuer import AUDIENCE, CLIENT, REDIRECT, SECRET
from small_system import SmallSystem
from systems.base.fixtures import as_new, started_once

pytestmark = pytest.mark.one_core

PROFILE: dict[str, Any] = {
    "format": 2,
    "name": "sites",
    "extends": "rest",
    "base_path": "/api/v1",
    "inputs": {"where": {"default": "id"}},
    "oauth": {
        "issuer": "/{inputs.where}",
        "after_use": "revokes",
        "grants": {
            "client_credentials": {},
            "authorization_code": {
                "scope": "openid",
                "authorize": {"prompt": "consent", "audience": AUDIENCE, "login_hint": "{username}"},
            },
            "device_code": {"scope": "openid", "authorize": {"audience": AUDIENCE}},
            "refresh_token": {},
        },
    },
    "operations": {"read": {"entity": "body.data"}, "find": {"entity": "body.data"}},
    "types": {"site": {"path": "sites", "key": {"attributes": ["code"]}}},
}
WAYS = ("client_secret_post", "client_secret_basic", "client_secret_jwt")
READ = {"name": "read", "rimops.insight.insight_entity_info": {"type": "site", "key": {"code": "S1"}}}
TOKEN = "rimops.insight.insight_token"

running = started_once(SmallSystem)
system = as_new


@pytest.fixture
def play(system: SmallSystem, tmp_path: Path) -> Player:
    """Plays tasks as the client itself."""
    client = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    where = {"url": system.url, "ca_path": system.ca_path, "profile": PROFILE}
    return Player(system, tmp_path, defaults={**where, **client})  # type: ignore[arg-type]  # it wants url and ca_path


@pytest.mark.proves("LOGIN-2")
@pytest.mark.parametrize("way", WAYS)
def test_a_secret_is_shown_in_the_way_that_the_issuer_takes(system: SmallSystem, play: Player, way: str) -> None:
    system.issuer.way = way
    for _run in range(2):
        played = play([READ, READ], "-vvv")
        assert played.code == 0, played.output
        assert SECRET not in played.output
        sent = system.issuer.sent[0]
        assert not [
            one for one in (sent.get("client_assertion"), sent.get("authorization")) if one and one in played.output
        ]
        system.tokens.clear()
    assert (system.issuer.counted["metadata"], system.issuer.counted["tokens"]) == (1, 2)
    assert ("client_secret" in system.issuer.sent[0]) == (way == WAYS[0])


@pytest.mark.proves("LOGIN-2")
@pytest.mark.parametrize("way", WAYS)
def test_a_wrong_secret_is_shown_once(system: SmallSystem, play: Player, way: str) -> None:
    system.issuer.way = way
    play.defaults["client_secret"] = "another one"
    for _run in range(2):
        played = play([READ])
        assert played["read"]["error"]["kind"] == "AuthenticationError", played.output
    assert system.issuer.counted["tokens"] == 1


@pytest.mark.proves("LOGIN-1", "LOGIN-8")
def test_a_person_consents_on_the_page(system: SmallSystem, play: Player) -> None:
    """The platform hands out a refresh token only after consent, which the profile asks for."""
    play.defaults |= {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "username": "ann"}
    page = play([{"name": "page", TOKEN: {}}])["page"]["authorization_url"]
    back = requests.get(page, verify=system.ca_path, allow_redirects=False, timeout=60).headers["location"]
    assert play([{"name": "login", TOKEN: {"authorization_response": back}}]).code == 0
    assert system.issuer.hints == ["ann"]
    system.tokens.clear()
    played = play([READ])
    assert played.code == 0, played.output
    assert [one["grant_type"] for one in system.issuer.sent] == ["authorization_code", "refresh_token"]
    assert system.issuer.counted["metadata"] == 1


@pytest.mark.proves("LOGIN-1")
def test_a_device_asks_for_the_audience(system: SmallSystem, play: Player) -> None:
    system.issuer.way = "client_secret_jwt"
    played = play([{"name": "login", TOKEN: {"grant_type": "device_code"}}])
    assert played.code == 0, played.output
    assert "enter the code ABCD" in played.output
    assert system.issuer.sent[0]["client_assertion"] not in played.output


@pytest.mark.proves("NETWORK-8")
def test_where_an_issuer_leads_no_credentials(system: SmallSystem, play: Player) -> None:
    with socket.create_server(("127.0.0.1", 0)) as thief:
        thief.settimeout(0.2)
        elsewhere = f"http://127.0.0.1:{thief.getsockname()[1]}"
        lies = {
            "another origin": {"token_endpoint": f"{elsewhere}/token"},
            "another port": {"token_endpoint": f"{system.url.rpartition(':')[0]}:{thief.getsockname()[1]}/token"},
            "a user before the host": {"token_endpoint": f"{system.url}@127.0.0.1:{thief.getsockname()[1]}/token"},
            "another issuer": {"issuer": elsewhere},
        }
        told = []
        for lie in lies.values():
            system.issuer.said = lie
            told.append(play([READ])["read"]["msg"])
        with pytest.raises(TimeoutError):
            thief.accept()
    assert all(one.startswith("Cannot ask the issuer for its addresses") for one in told), told
    assert "set token_url" in told[0] and "equal to the last character" in told[3]
    assert system.issuer.counted["tokens"] == 0
