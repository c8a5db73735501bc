# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes out of a task and into it: echoed secrets, tokens under async, encrypted files, another attempt."""

from __future__ import annotations

import base64
import html
import json
from urllib.parse import quote

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from conftest import DOORS, SECRET, Player, Server

ENTITY, TOKEN = "rimops.insight.insight_entity", "rimops.insight.insight_token"
WISH = {"type": "application", "key": {"appCode": "1", "appName": "Zelvora"}, "attributes": {"selectedProducts": ["a"]}}
ECHOES = {
    "raw": SECRET,
    "upper": SECRET.upper(),
    "percent": quote(SECRET, safe=""),
    "html": html.escape(SECRET),
    "base64": base64.b64encode(f"user:{SECRET}".encode()).decode(),
    "hex": SECRET.encode().hex(),
    "json": json.dumps(SECRET),
}


def failing(operation: str, times: int = 1, status: int = 422, **body: str) -> list[list[object]]:
    """A request to the simulator's control that makes an operation fail."""
    fault = {"kind": "status", "status": status, "match": {"operation": operation}, "times": times}
    return [["POST", "faults", [{**fault, **({"body": body} if body else {})}]]]


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize("door", DOORS)
def test_no_echo_of_a_secret_comes_out(server: Server, play: Player, door: str) -> None:
    (play.folder / "secret.json").write_text(json.dumps({"secret": SECRET, "echoes": ECHOES}))
    play.defaults["client_secret"] = "{{ secret }}"
    tasks = []
    for name in ECHOES:
        body = {"message": f"{'it does not fit ' * 16} {{{{ echoes['{name}'] }}}}"}
        tasks += [
            {"name": "fault", "no_log": True, "control": {"requests": failing("create", **body)}},
            {"name": name, ENTITY: WISH, "ignore_errors": True},
        ]
    played = play(tasks, "-vvv", "--extra-vars", f"@{play.folder / 'secret.json'}")
    for name, echo in ECHOES.items():
        assert played[name]["failed"], name
        shown = json.dumps(played[name], ensure_ascii=False)
        for text in (shown, played.output):
            assert not any(part in text for part in (echo, echo[:12], echo[-12:])), name


@pytest.mark.proves("SECRET-3")
@pytest.mark.parametrize("poll", [0, 1])
def test_no_token_is_returned_under_async(server: Server, play: Player, poll: int) -> None:
    asked = [{"return_token": True}, {"token_store": "none"}, {"refresh_token_return": True}]
    played = play(
        [
            {"name": f"token {number}", TOKEN: options, "async": 60, "poll": poll, "ignore_errors": True}
            for number, options in enumerate(asked)
        ],
        "-v",
    )
    for number in range(len(asked)):
        assert "under async: its result may hold credentials" in played[f"token {number}"]["msg"]
    assert server.counted["requests"] == 0


@pytest.mark.proves("PROFILE-1", "ANSIBLE-2")
@pytest.mark.parametrize("door", DOORS)
def test_encrypted_overrides_and_schemas_are_decrypted(server: Server, play: Player, door: str) -> None:
    vault = VaultLib([("default", VaultSecret(b"of the vault"))])
    (play.folder / "overrides.yml").write_bytes(vault.encrypt("compare: {volatile: [phase]}"))
    (play.folder / "schema.yml").write_bytes(vault.encrypt("properties: {phase: {enum: [II]}}"))
    (play.folder / "password").write_text("of the vault\n")
    wish = {**WISH, "attributes": {**WISH["attributes"], "phase": "III"}}
    tasks = [
        {"name": "overrides", ENTITY: {**WISH, "profile_overrides": "overrides.yml"}},
        {"name": "schema", ENTITY: {**wish, "schema": "schema.yml"}, "ignore_errors": True},
    ]
    played = play(tasks, "--vault-password-file", str(play.folder / "password"))
    assert played["overrides"]["operation"] == "create", played.output
    assert "phase must be one of ['II']" in played["schema"]["msg"]
    (play.folder / "password").write_text("another\n")
    other = play(
        [{**tasks[0], "ignore_errors": True}, {**tasks[1]}], "--vault-password-file", str(play.folder / "password")
    )
    assert "cannot be decrypted. Give the vault password" in other["overrides"]["msg"]


@pytest.mark.proves("LOGIN-7")
def test_another_attempt_of_until_logs_in_again(server: Server, play: Player) -> None:
    play.defaults["retry_limit"] = 0
    patient = {"register": "tried", "until": "tried is success", "retries": 3, "delay": 0}
    played = play(
        [
            {"name": "fault", "control": {"requests": failing("oauth_token", 2, 400, error="temporarily_unavailable")}},
            {"name": "tried", ENTITY: WISH, **patient},
        ]
    )
    assert played.code == 0, played.output
    assert played["tried"]["operation"] == "create"
