# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Credentials go to the addresses that were meant, and over no network in clear."""

from __future__ import annotations

import socket

import pytest
from conftest import ENTRIES, Player, Server

INFO = "rimops.insight.insight_entity_info"
NAMED = {"type": "application", "key": {"appCode": "1", "appName": "Zelvora"}}


@pytest.mark.proves("NETWORK-8")
@pytest.mark.parametrize("entry", ENTRIES)
def test_where_credentials_do_not_go(server: Server, play: Player) -> None:
    with socket.create_server(("127.0.0.1", 0)) as thief:
        thief.settimeout(0.2)
        host = f"127.0.0.1:{thief.getsockname()[1]}"
        elsewhere = {
            "token path": {"profile_overrides": {"oauth": {"token_path": f"@{host}/steal"}}},
            "device path": {"grant_type": "device_code", "profile_overrides": {"oauth": {"device_path": f"@{host}/"}}},
            "a scheme": {"profile_overrides": {"oauth": {"token_path": f"http://{host}/steal"}}},
            "url in clear": {"url": "http://insight.example.com"},
            "authority in clear": {"authority": "http://login.example.com"},
        }
        tasks = [{"name": name, INFO: {**NAMED, **given}, "ignore_errors": True} for name, given in elsewhere.items()]
        played = play(
            [
                {
                    "name": "variable",
                    INFO: {**NAMED, "url": "http://insight.example.com", "timeout": 0.5},
                    "environment": {"INSIGHT_ALLOW_HTTP": "true"},
                    "ignore_errors": True,
                },
                *tasks,
            ]
        )
        with pytest.raises(TimeoutError):
            thief.accept()
    assert all(played[name]["failed"] for name in elsewhere)
    assert "token_path" in played["token path"]["msg"] and "device_path" in played["device path"]["msg"]
    assert "allow_http" in played["url in clear"]["msg"]
    assert "authority is not an https address" in played["authority in clear"]["msg"]
    assert "in clear" not in played["variable"]["msg"]
