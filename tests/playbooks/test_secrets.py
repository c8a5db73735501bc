# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""No secret in any output at the highest verbosity, in a result, a diff, a file name or the system's log; on success
and on every failure, through both entries."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest
from conftest import CLIENT, ENTRIES, PASSWORD, SECRET, TENANT, USER, Player, Server

PIN = 'pin "&+/=é canary'
WRONG = 'wrong "&+/=é canary'
CANARIES = (SECRET, PASSWORD, PIN, WRONG)
VARIABLES = {"canary_secret": SECRET, "canary_password": PASSWORD, "canary_pin": PIN, "canary_wrong": WRONG}
# Ansible shows the lines of a playbook around a task that failed, so no playbook holds a secret.
THE_SECRET, THE_PASSWORD, THE_PIN, THE_WRONG = (f"{{{{ {name} }}}}" for name in VARIABLES)


def forms(secret: str) -> set[str]:
    """How a secret may look in an output: raw, URL-encoded, base64, JSON-escaped, once or twice."""
    data = secret.encode()
    escaped = {json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1]}
    twice = {json.dumps(form)[1:-1] for form in escaped} | {
        json.dumps(form, ensure_ascii=False)[1:-1] for form in escaped
    }
    encoded = {
        quote(secret),
        quote(secret, safe=""),
        quote_plus(secret),
        base64.b64encode(data).decode(),
        base64.urlsafe_b64encode(data).decode(),
    }
    return {secret, repr(secret)[1:-1], *escaped, *twice, *encoded}


def leaks(text: str, secrets: tuple[str, ...]) -> list[str]:
    """The forms of these secrets that a text holds."""
    return [form for secret in secrets for form in forms(secret) if form in text]


@pytest.mark.proves("SECRET-1")
def test_the_search_finds_what_it_looks_for() -> None:
    for form in forms(SECRET):
        assert leaks(f"before {form} after", (SECRET,)), form


def entity(name: str, **options: Any) -> dict[str, Any]:
    """A task that may fail."""
    wish = {
        "type": "application",
        "key": {"appCode": "123456", "appName": "Zelvora"},
        "attributes": {"selectedProducts": ["Zelvora 10 mg"]},
        "secret_attributes": {"pin": THE_PIN, "nested": {"deep": THE_PIN}},
        "update_secrets": "always",
        "retry_deadline": 2,
        "wait_timeout": 0.2,
        "wait_interval": 0.1,
        **options,
    }
    return {"name": name, "rimops.insight.insight_entity": wish, "ignore_errors": True, "diff": True}


def faulty(kind: str, operation: str, **more: Any) -> dict[str, Any]:
    """A task that queues a fault."""
    queued = [{"match": {"operation": operation}, "times": 8, "kind": kind, **more}]
    return {
        "name": f"{kind} on {operation}",
        "no_log": True,  # the simulator says what was queued
        "control": {"requests": [["DELETE", "faults", None], ["POST", "faults", queued]]},
    }


def password_login(**more: Any) -> dict[str, Any]:
    """Options of the password grant."""
    return {
        "grant_type": "password",
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": THE_SECRET,
        "username": USER,
        "password": THE_PASSWORD,
        **more,
    }


LOGIN_ECHO = {"message": f"no entry for {THE_SECRET} and {THE_PASSWORD}"}
ECHO = {"message": f"cannot store {THE_PIN} for {THE_SECRET}"}

SCENES: list[dict[str, Any]] = [
    {"name": "logged", "ansible.builtin.ping": {}},
    {"name": "token", "rimops.insight.insight_token": {}, "register": "login"},
    {"name": "user token", "rimops.insight.insight_token": password_login()},
    entity("create"),
    entity("again"),
    entity("change", attributes={"selectedProducts": ["b"]}),
    {**entity("look"), "check_mode": True},
    {
        "name": "read",
        "rimops.insight.insight_entity_info": {
            "type": "application",
            "key": {"appCode": "123456", "appName": "Zelvora"},
            "profile_overrides": {"attributes": {name: {"write_only": True} for name in ("pin", "nested.deep")}},
        },
    },
    {"name": "returned", "rimops.insight.insight_token": {"return_token": True}, "register": "returned"},
    {
        "name": "handed over",
        "rimops.insight.insight_entity_info": {"session": "{{ returned.session }}", "type": "application", "id": "1"},
    },
    {
        "name": "lookup",
        "ansible.builtin.debug": {"msg": "{{ (lookup('rimops.insight.insight_token', **connection)).keys() | list }}"},
        "no_log": False,
    },
    {"name": "wrong secret", "rimops.insight.insight_token": {"client_secret": THE_WRONG}, "ignore_errors": True},
    {
        "name": "wrong password",
        "rimops.insight.insight_token": password_login(password=THE_WRONG),
        "ignore_errors": True,
    },
    {
        "name": "wrong option",
        "rimops.insight.insight_token": {"client_secret": THE_WRONG, "pasword": THE_PASSWORD},
        "ignore_errors": True,
    },
    {
        "name": "wrong type",
        "rimops.insight.insight_token": {"client_secret": {"a": THE_WRONG}, "timeout": "x"},
        "ignore_errors": True,
    },
    entity("secret where a mapping is wanted", secret_attributes=THE_PIN),
    entity("schema", schema={"properties": {"pin": {"pattern": "^[0-9]+$"}}}),
    entity("secret among the attributes", attributes={"pin": THE_PIN}, compare={"write_only": ["pin"]}),
    {
        "name": "lookup fails",
        "ansible.builtin.debug": {"msg": "{{ lookup('rimops.insight.insight_token', **wrong) }}"},
        "ignore_errors": True,
    },
]

FAULTS = [
    faulty("status", "update", status=422, body=ECHO),
    faulty("status", "update", status=500, body=ECHO),
    faulty("status", "find", status=403, body=ECHO),
    faulty("status", "update", status=409, body=ECHO),
    faulty("drop_after", "update"),
    faulty("drop_before", "update"),
    faulty("html", "update"),
    faulty("not_json", "find"),
    faulty("truncated_json", "update"),
    faulty("redirect", "find", location=f"https://elsewhere.invalid/?s={quote('a secret')}"),
]

LOGIN_FAULTS = [
    faulty(
        "status",
        "oauth_token",
        status=400,
        body={"error": "invalid_client", "error_description": f"AADSTS1: {THE_SECRET} {THE_PASSWORD}"},
    ),
    faulty("html", "oauth_token"),
    faulty("drop_before", "oauth_token"),
    faulty("status", "login", status=401, body=LOGIN_ECHO),
    faulty("html", "login"),
    faulty("status", "session_start", status=500, body=LOGIN_ECHO),
]


@pytest.mark.each_core
@pytest.mark.proves("LOG-1", "SECRET-1", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_no_secret_is_seen(server: Server, play: Player, tmp_path: Path) -> None:
    log = tmp_path / "syslog"
    log.touch()
    tasks = list(SCENES)
    for number, fault in enumerate(FAULTS):
        tasks += [fault, entity(f"fault {number}", attributes={"selectedProducts": [f"new {number}"]})]
    for number, fault in enumerate(LOGIN_FAULTS):
        tasks += [
            fault,
            {
                "name": f"login fault {number}",
                "rimops.insight.insight_token": password_login(token_store="none"),
                "ignore_errors": True,
            },
        ]
    play.defaults["client_secret"] = THE_SECRET
    shared = {**play.defaults, "token_store": str(tmp_path / "store")}
    variables = {**VARIABLES, "connection": shared, "wrong": {**shared, "client_secret": THE_WRONG}}
    (tmp_path / "variables.json").write_text(json.dumps(variables))
    played = play(
        tasks,
        "-vvvv",
        "--extra-vars",
        f"@{tmp_path / 'variables.json'}",
        environment={"RIMOPS_SYSLOG": str(log), "ANSIBLE_NO_TARGET_SYSLOG": "false"},
    )
    assert played.code == 0, played.output[-3000:]
    assert played["create"]["operation"] == "create"
    assert played["change"]["diff"]["after"]["pin"] == "********"
    for name in (
        "wrong secret",
        "wrong password",
        "wrong option",
        "schema",
        "lookup fails",
        "fault 0",
        "fault 1",
        "login fault 0",
        "login fault 3",
    ):
        assert any(one["task"] == name and one["status"] == "failed" for one in played.tasks), name
    # of a module, a lookup, a login that fails, and a write whose answer is lost
    for told in ("v2.0/token: 200 in", "v2/token: 200 in", "login: 401 in", "create-or-update: no answer in"):
        assert re.search(rf"rimops\.insight: .*/{told}", played.output), told
    assert leaks(played.output, CANARIES) == []
    assert "Invoked with data=pong" in log.read_text()
    assert leaks(log.read_text(), CANARIES) == []
    assert leaks("\n".join(str(path) for path in tmp_path.rglob("*")), CANARIES) == []
    recorded = json.dumps([one["result"] for one in played.tasks if one["task"] not in ("returned",)])
    assert leaks(recorded, CANARIES) == []
    minted = issued(server)
    assert minted
    assert leaks(played.output, tuple(minted)) == []
    assert leaks(log.read_text(), tuple(minted)) == []


def issued(server: Server) -> list[str]:
    """The access tokens and session ids that the server handed out and saw again."""
    seen: list[str] = []
    for request in server.control("GET", "requests?last=200"):
        body = request.get("body") or {}
        seen += [
            body[name]
            for name in ("access_token", "refresh_token")
            if isinstance(body, dict) and len(body.get(name, "")) > 20
        ]
    return seen
