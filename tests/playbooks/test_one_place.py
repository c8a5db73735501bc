# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes out of a task and into it: echoed secrets, tokens under async, encrypted files, another attempt."""

from __future__ import annotations

import base64
import html
import json
from typing import Any
from urllib.parse import quote

import pytest
from ansible.parsing.vault import VaultLib, VaultSecret
from both_entries import through_both
from conftest import ENTRIES, SECRET, Player, Server
from environments import LISTED, MODULE

from ansible_collections.rimops.insight.tests.unit.echoed import encodings

ENTITY, TOKEN = "rimops.insight.insight_entity", "rimops.insight.insight_token"
INFO, PROBE = "rimops.insight.insight_entity_info", "rimops.insight.insight_probe"
DRIFT = "rimops.insight.insight_drift"
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
@pytest.mark.parametrize("entry", ENTRIES)
def test_no_echo_of_a_secret_comes_out(server: Server, play: Player, entry: str) -> None:
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


ENCODED = {name: text for name, text in encodings(SECRET).items() if name != "spaced out"}
"""What data may hold of a secret. Other spaces are found in sentences only."""
KEY = {"appCode": "123456", "appName": "Zelvora"}
ODD = "\u202ebidi, \x1b[31mred"
NAMED = {"type": "application", "key": KEY}


def environment(name: str, **options: Any) -> dict[str, Any]:
    """A task over an environment of one entity, on the controller."""
    attributes = {"selectedProducts": ["b"], "echo": {"raw": "new", "odd": "new"}}
    given = {"entities": [{**NAMED, "attributes": attributes}], **options}
    return {"name": name, MODULE: given, "diff": True, "ignore_errors": True, "delegate_to": "localhost"}


def entries() -> list[dict[str, Any]]:
    """Every module and lookup, where a server echoes a secret: in an entity, in messages, in an address."""
    lookup = "lookup('rimops.insight.insight_entity', {'key': key}, type='application', **options)"
    faults = [
        ("create", {"status": 422, "body": {"message": f"{ODD} {{{{ echoes }}}}"}}),
        ("update", {"status": 422, "body": {"message": "{{ echoes }}"}}),
        ("list", {"status": 500, "body": {"detail": "{{ echoes }}"}}),
        ("oauth_token", {"status": 400, "body": {"error": "invalid_client", "error_description": "{{ echoes }}"}}),
        ("find", {"kind": "redirect", "location": "https://elsewhere.invalid/a/{{ echoes | urlencode }}"}),
    ]
    fault = {}
    for operation, more in faults:
        queued = {"kind": "status", "match": {"operation": operation}, "times": 1, **more}
        requests = [["POST", "faults", [queued]]]
        fault[operation] = {"name": "fault", "no_log": True, "control": {"requests": requests}}
    again = {"ignore_errors": True, "diff": True}
    apply = {"plan_file": "plan.json", "plan_digest": "{{ plan.plan_digest }}", "journal": "journal"}
    return [
        {"name": "seed", "no_log": True, "control": {"requests": [["POST", "entities/application", "{{ seed }}"]]}},
        {"name": "info", INFO: NAMED},
        {"name": "look", ENTITY: {**NAMED, "attributes": {"echo": {"raw": "n"}}}, "check_mode": True, **again},
        {"name": "update", ENTITY: {**NAMED, "attributes": {"selectedProducts": ["a2"]}}, **again},
        {"name": "lookup", "ansible.builtin.set_fact": {"found": f"{{{{ {lookup} }}}}"}},
        {"name": "looked up", "ansible.builtin.debug": {"var": "found"}},
        {"name": "probe", PROBE: {"entities": [NAMED]}},
        fault["list"],
        {"name": "list", INFO: {"type": "application", "profile_overrides": LISTED}, **again},
        fault["find"],
        {"name": "redirect", INFO: NAMED, **again},
        fault["find"],
        {"name": "no lookup", "ansible.builtin.debug": {"msg": f"{{{{ {lookup} }}}}"}, **again},
        fault["create"],
        {"name": "create", ENTITY: WISH, **again},
        environment("plan", plan_out="plan.json") | {"register": "plan"},
        fault["update"],
        environment("apply", **apply),
        fault["oauth_token"],
        {"name": "token", TOKEN: {"token_store": "none"}, **again},
    ]


@pytest.mark.proves("SECRET-1", "SECRET-22")
def test_no_entry_shows_an_encoding_of_a_secret(server: Server, play: Player) -> None:
    options = dict(play.defaults)
    play.defaults["client_secret"] = "{{ secret }}"
    echoes = " | ".join(ENCODED.values())
    seed = {**KEY, "selectedProducts": ["a"], "echo": {**ENCODED, "odd": ODD}}
    variables = {"secret": SECRET, "echoes": echoes, "seed": seed, "key": KEY, "options": options}
    (play.folder / "variables.json").write_text(json.dumps(variables))
    given = through_both(play, entries(), "-vvv", "--extra-vars", f"@{play.folder / 'variables.json'}", compared=False)
    for entry, played in given.items():
        folder = play.folder / entry
        told = [one for one in played.tasks if one["task"] not in ("seed", "fault")]
        failed = [one["task"] for one in told if one["status"] == "failed"]
        assert failed == ["list", "redirect", "no lookup", "create", "apply", "token"], played.output
        files = [path.read_text() for path in [folder / "plan.json", *(folder / "journal").iterdir()]]
        texts = [json.dumps(told, ensure_ascii=False), json.dumps(told), played.output, *files]
        for name, text in ENCODED.items():
            parts = (text, text[: len(text) // 2], text[len(text) // 2 :])
            assert not any(part in shown for part in parts for shown in texts), f"{entry}: {name}"
        assert {*played["info"]["entities"][0]["echo"]} == {*seed["echo"]}
        assert played["looked up"]["found"]["echo"]["odd"] == ODD  # data is as it is
        assert "\\u202ebidi" in played["create"]["msg"]
        assert not any(char in text for char in "\u202e\x1b" for text in [played["probe"]["page"], *files])


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


def encrypted(play: Player, **texts: str) -> list[str]:
    """Write each text into a file of its name, whole encrypted by Ansible Vault; returns the arguments that decrypt."""
    vault = VaultLib([("default", VaultSecret(b"of the vault"))])
    for name, text in texts.items():
        (play.folder / f"{name}.yml").write_bytes(vault.encrypt(text))
    (play.folder / "password").write_text("of the vault\n")
    return ["--vault-password-file", str(play.folder / "password")]


@pytest.mark.proves("PROFILE-1", "ANSIBLE-2")
@pytest.mark.parametrize("entry", ENTRIES)
def test_encrypted_profiles_overrides_and_schemas_are_decrypted(server: Server, play: Player, entry: str) -> None:
    password = encrypted(
        play,
        profile="extends: insight\nattributes: {phase: {volatile: true}}",
        overrides="attributes: {phase: {volatile: true}}",
        schema="properties: {phase: {enum: [II]}}",
    )
    wish = {**WISH, "attributes": {**WISH["attributes"], "phase": "III"}}
    tasks = [
        {"name": "overrides", ENTITY: {**WISH, "profile_overrides": "overrides.yml"}},
        {"name": "profile", ENTITY: {**WISH, "profile": "profile.yml"}},
        {"name": "schema", ENTITY: {**wish, "schema": "schema.yml"}},
    ]
    tasks = [{**task, "ignore_errors": True} for task in tasks]
    played = play(tasks, *password)
    assert played["overrides"]["operation"] == "create", played.output
    assert played["profile"]["operation"] == "none", played.output
    assert "phase must be one of ['II']" in played["schema"]["msg"]
    (play.folder / "password").write_text("another\n")
    other = play(tasks, *password)
    for task in ("overrides", "profile", "schema"):
        assert "cannot be decrypted. Give the vault password" in other[task]["msg"], other[task]


@pytest.mark.proves("PROFILE-1", "DRIFT-5")
def test_lookups_environments_and_checks_take_encrypted_files(server: Server, play: Player) -> None:
    password = encrypted(
        play,
        profile=json.dumps({"extends": "insight", **LISTED}),
        exceptions="{format: 1, exceptions: [{type: application, verdict: missing, reason: r, expires: 2999-12-31}]}",
    )
    own = {"profile": "profile.yml"}
    lookup = "lookup('rimops.insight.insight_entity', {'key': key}, type='application', **options)"
    variables = {"key": WISH["key"], "options": {**play.defaults, **own}}
    played = play(
        [
            {"name": "missing", DRIFT: {**own, "entities": [WISH], "exceptions": "exceptions.yml"}},
            {"name": "make", MODULE: {**own, "entities": [WISH]}},
            {"name": "look", "ansible.builtin.debug": {"msg": f"{{{{ {lookup} }}}}"}, "vars": variables},
        ],
        *password,
    )
    assert played.code == 0, played.output
    assert [row["accepted"]["reason"] for row in played["missing"]["rows"]] == ["r"]
    assert played["make"]["summary"]["created"] == 1
    assert played["look"]["msg"]["appName"] == "Zelvora"


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
