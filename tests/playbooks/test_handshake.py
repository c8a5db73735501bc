# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Logging in: every grant, one handshake a run, renewal once, a rotated refresh token never lost."""

from __future__ import annotations

import datetime
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from conftest import CLIENT, ENTRIES, PASSWORD, SECRET, TENANT, USER, Player, Server

READ = {"type": "application", "key": {"appCode": "123456", "appName": "Zelvora"}}
INFO = {"name": "read", "rimops.insight.insight_entity_info": READ}
PUBLIC_CLIENT = "33333333-3333-4333-8333-333333333333"


@pytest.fixture(autouse=True)
def application(server: Server) -> None:
    """There is something to read."""
    server.seed("application", **READ["key"], selectedProducts=["a"])


def only(**options: Any) -> dict[str, Any]:
    """Options of an identity that leave nothing of the default one."""
    nothing = {"grant_type": None, "tenant_id": TENANT, "client_id": CLIENT, "client_secret": None}
    return {**nothing, **options}


def certificate(folder: Path) -> tuple[Path, Path]:
    """A self-signed client certificate and its key."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "provisioner")])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(
            name, name, key.public_key(), x509.random_serial_number(), now, now + datetime.timedelta(days=1)
        )
    ).sign(key, hashes.SHA256())
    files = folder / "client.pem", folder / "client.key"
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    files[1].write_bytes(private)
    files[1].chmod(0o600)
    return files


def refresh_token(server: Server, play: Player) -> str:
    """A refresh token, acquired by a person some time ago."""
    options = only(grant_type="password", client_secret=SECRET, username=USER, password=PASSWORD, token_store="none")
    options["scope"] = f"{CLIENT}/.default openid offline_access"
    played = play(
        [
            {"name": "get", "rimops.insight.insight_token": {**options, "refresh_token_return": True}, "register": "r"},
            {"name": "show", "ansible.builtin.set_fact": {"token": "{{ r.refresh_token }}"}},
        ]
    )
    assert played.code == 0, played.output
    token: str = played["show"]["ansible_facts"]["token"]
    return token


def grants(server: Server, play: Player, folder: Path) -> dict[str, dict[str, Any]]:
    """Options of each way to log in that needs no person."""
    certificate_file, key_file = certificate(folder)
    server.control(
        "POST",
        "credentials",
        {
            "client_id": CLIENT,
            "certificates": [certificate_file.read_text()],
            "assertions": ["an.assertion.of-another-idp"],
        },
    )
    assertion = folder / "assertion"
    assertion.write_text("an.assertion.of-another-idp\n")
    return {
        "password": only(client_secret=SECRET, username=USER, password=PASSWORD, expected_user=USER),
        "client_credentials": only(client_secret=SECRET),
        "certificate": only(assertion_certificate=str(certificate_file), assertion_key=str(key_file)),
        "workload identity": only(client_assertion_file=str(assertion)),
        "refresh_token": only(client_secret=SECRET, refresh_token=refresh_token(server, play)),
        "token_url": only(
            client_secret=SECRET, token_url=f"{server.url}/{TENANT}/oauth2/v2.0/token", tenant_id=None, authority=None
        ),
    }


@pytest.mark.proves("LOGIN-1", "LOGIN-2", "LOGIN-6", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_every_grant_without_a_person(server: Server, play: Player, tmp_path: Path) -> None:
    ways = grants(server, play, tmp_path)
    server.forget()
    tasks = [
        {**INFO, "name": name, "rimops.insight.insight_entity_info": {**READ, **options}}
        for name, options in ways.items()
        for _twice in (1, 2)
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    for name in ways:
        assert [one["appName"] for one in played[name]["entities"]] == ["Zelvora"], name
    assert server.counted["handshakes"] == len(ways)


@pytest.mark.proves("LOGIN-1", "LOGIN-8")
@pytest.mark.parametrize("entry", ENTRIES)
def test_authorization_code_takes_two_tasks(server: Server, play: Player) -> None:
    options = only(grant_type="authorization_code", client_secret=SECRET, redirect_uri="https://localhost/nowhere")
    server.control("POST", "credentials", {"client_id": CLIENT, "redirect_uris": ["https://localhost/nowhere"]})
    first = play([{"name": "first", "rimops.insight.insight_token": options}])
    assert first.code == 0, first.output
    assert first["first"]["acquired"] == "none"
    person = {
        "authorize_url": first["first"]["authorization_url"],
        "username": USER,
        "password": PASSWORD,
        "approve": True,
    }
    ended_on = server.control("POST", "authorize", person)["redirect_url"]
    second = {
        "name": "second",
        "rimops.insight.insight_token": {**options, "authorization_response": ended_on, "expected_user": USER},
    }
    played = play([second, {**INFO, "rimops.insight.insight_entity_info": {**READ, **options, "expected_user": USER}}])
    assert played.code == 0, played.output
    assert played["second"]["session"]["user"] == USER
    assert played["read"]["entities"]
    again = play(
        [
            second,
            {"name": "logout", "rimops.insight.insight_token": {**options, "state": "absent"}},
            {**second, "name": "late"},
        ]
    )
    assert again["second"]["acquired"] == "store"
    assert again.code != 0
    assert "no login waits for this answer: it was used" in again["late"]["msg"]


@pytest.mark.each_core
@pytest.mark.proves("LOGIN-1")
def test_device_code_shows_the_code_while_it_waits(server: Server, play: Player, tmp_path: Path) -> None:
    log = tmp_path / "ansible.log"
    server.switch(device_interval=1)
    approved: list[str] = []

    over = threading.Event()

    def person() -> None:
        while not over.wait(0.1):
            codes = re.findall(r"enter the code ([A-Z0-9]+)", log.read_text()) if log.exists() else []
            if codes:
                approved.append(codes[0])
                server.control("POST", "approve-device", {"user_code": codes[0], "username": USER, "approve": True})
                return

    thread = threading.Thread(target=person)
    thread.start()
    play.defaults.pop("client_secret")
    options = {"grant_type": "device_code", "client_id": PUBLIC_CLIENT, "expected_user": USER}
    played = play(
        [{"name": "login", "rimops.insight.insight_token": options}], environment={"ANSIBLE_LOG_PATH": str(log)}
    )
    over.set()
    thread.join()
    assert played.code == 0, played.output
    assert approved, played.output
    assert played["login"]["session"]["user"] == USER


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize("entry", ["elsewhere"])
def test_device_code_is_refused_where_it_could_not_be_shown(server: Server, play: Player) -> None:
    play.defaults.pop("client_secret")
    played = play(
        [{"name": "login", "rimops.insight.insight_token": {"grant_type": "device_code", "client_id": PUBLIC_CLIENT}}]
    )
    assert played.code != 0
    assert "device" in played["login"]["msg"]
    assert server.counted["requests"] == 0


@pytest.mark.each_core
@pytest.mark.proves("STORE-1")
def test_one_handshake_for_tasks_items_hosts_and_forks(server: Server, play: Player) -> None:
    tasks = [
        INFO,
        {**INFO, "name": "loop", "loop": list(range(5))},
        {
            "name": "lookup",
            "ansible.builtin.debug": {"msg": "{{ lookup('rimops.insight.insight_entity', read, **connection) }}"},
        },
    ]
    variables = {"read": READ, "connection": play.defaults}
    played = play(tasks, "--forks", "10", hosts=10, vars=variables)
    assert played.code == 0, played.output
    assert server.counted["handshakes"] == 1
    assert server.counted["token_requests"] == 1
    again = play(tasks, "--forks", "10", hosts=10, vars=variables)
    assert again.code == 0
    assert server.counted["handshakes"] == 1


@pytest.mark.proves("STORE-1")
def test_without_a_store_one_handshake_a_task(server: Server, play: Player) -> None:
    play.defaults["token_store"] = "none"
    played = play([{**INFO, "loop": list(range(5))}, {**INFO, "name": "second"}])
    assert played.code == 0, played.output
    assert server.counted["handshakes"] == 2


@pytest.mark.proves("LOGIN-4")
@pytest.mark.parametrize("entry", ENTRIES)
@pytest.mark.parametrize("answer", ["401", "403", "302", "html"])
def test_an_expired_session_is_renewed_once(server: Server, play: Player, answer: str) -> None:
    server.switch(expired_session_answer=answer)
    wish = {**READ, "attributes": {"description": "new"}}
    expire = {"name": "expire", "control": {"requests": [["POST", "expire", {"what": "sessions"}]]}}
    played = play([INFO, expire, {"name": "write", "rimops.insight.insight_entity": wish}])
    assert played.code == 0, played.output
    assert played["write"]["operation"] == "update"
    assert server.counted["handshakes"] == 2
    assert server.counted["updates"] == 1


@pytest.mark.proves("LOGIN-4")
def test_an_expired_token_is_renewed(server: Server, play: Player) -> None:
    expire = {
        "name": "expire",
        "control": {"requests": [["POST", "expire", {"what": "tokens"}], ["POST", "expire", {"what": "sessions"}]]},
    }
    played = play([INFO, expire, {**INFO, "name": "again"}])
    assert played.code == 0, played.output
    assert played["again"]["entities"]


@pytest.mark.proves("LOGIN-3")
@pytest.mark.parametrize(("changes", "cookie"), [(True, True), (False, True), (False, False)])
def test_session_id_and_cookie_in_every_combination(server: Server, play: Player, changes: bool, cookie: bool) -> None:
    server.switch(login_changes_session_id=changes, set_cookie=cookie)
    played = play([INFO])
    assert played.code == 0, played.output
    assert played["read"]["entities"]


@pytest.mark.proves("LOGIN-3")
def test_a_csrf_token_that_changes_with_every_answer(server: Server, play: Player) -> None:
    server.switch(csrf_changes="every_answer", csrf_superseded_refused=True)
    wish = {
        "name": "write",
        "rimops.insight.insight_entity": {**READ, "attributes": {"description": "{{ item }}"}},
        "loop": ["a", "b", "c"],
    }
    played = play([wish, INFO])
    assert played.code == 0, played.output
    assert (server.counted["updates"], server.counted["handshakes"]) == (3, 1)
    server.switch(latency_ms=100)  # so that all are under way with the same token
    entities = [
        {
            "type": "application",
            "key": {"appCode": f"{number:06}", "appName": "A"},
            "attributes": {"selectedProducts": ["a"]},
        }
        for number in range(8)
    ]
    played = play([{"name": "together", "rimops.insight.insight_entities": {"entities": entities}}])
    assert played.code == 0, played.output
    assert server.counted["creates"] == 8
    assert any("one at a time" in note for note in played["together"]["notes"])


@pytest.mark.proves("SECRET-3", "LOGIN-9")
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_handle_works_on_another_host_and_logout_removes_it(server: Server, play: Player) -> None:
    identity = dict(play.defaults)
    play.defaults = {name: identity[name] for name in ("url", "ca_path")}
    tasks = [
        {
            "name": "login",
            "rimops.insight.insight_token": identity,
            "register": "login",
            "delegate_to": "localhost",
            "vars": {"ansible_connection": "local"},
        },
        {"name": "use", "rimops.insight.insight_entity_info": {**READ, "session": "{{ login.session }}"}},
        {
            "name": "logout",
            "rimops.insight.insight_token": {**identity, "state": "absent"},
            "delegate_to": "localhost",
            "vars": {"ansible_connection": "local"},
        },
        {
            "name": "logout again",
            "rimops.insight.insight_token": {**identity, "state": "absent"},
            "delegate_to": "localhost",
            "vars": {"ansible_connection": "local"},
        },
        {
            "name": "too late",
            "rimops.insight.insight_entity_info": {**READ, "session": "{{ login.session }}"},
            "ignore_errors": True,
        },
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    assert played["use"]["entities"]
    assert "secret" not in played["login"]["session"]
    assert played["login"]["changed"] is False
    assert (played["logout"]["changed"], played["logout again"]["changed"]) == (True, False)
    assert played["too late"]["error"]["kind"] == "ConfigurationError"
    assert "handed over: it is not in the token store any more" in played["too late"]["msg"]
    assert server.counted["handshakes"] == 1


@pytest.mark.proves("STORE-2")
def test_twenty_processes_and_one_single_use_refresh_token(server: Server, play: Player) -> None:
    play.defaults.update(only(client_secret=SECRET, refresh_token=refresh_token(server, play)))
    play.defaults.pop("grant_type")
    server.switch(refresh_tokens="single_use")
    assert play([INFO]).code == 0
    server.control("POST", "expire", {"what": "tokens"})
    server.control("POST", "expire", {"what": "sessions"})
    server.forget()
    played = play([INFO], "--forks", "20", hosts=20)
    assert played.code == 0, played.output
    assert server.counted["refreshes"] == 1
    assert server.counted["handshakes"] == 1
    assert all(one["entities"] for one in played.all("read"))


REFUSALS = {
    "wrong tenant": ({"tenant_id": "00000000-0000-4000-8000-000000000000"}, "tenant"),
    "wrong client": ({"client_id": "00000000-0000-4000-8000-000000000009"}, "client_id"),
    "wrong secret": ({"client_secret": "wrong"}, "client_secret"),
    "no secret": ({"client_secret": None, "grant_type": "client_credentials"}, "client_secret"),
    "wrong user": ({"grant_type": "password", "username": "nobody@example.com", "password": "not that one"}, "user"),
    "wrong password": ({"grant_type": "password", "username": USER, "password": "not that one"}, "password"),
    "MFA": ({"grant_type": "password", "username": "mfa@example.com", "password": "mfa-password"}, "device_code"),
    "consent": (
        {"grant_type": "password", "username": "noconsent@example.com", "password": "noconsent-password"},
        "consent",
    ),
    "dead refresh token": ({"grant_type": "refresh_token", "refresh_token": "dead"}, "refresh"),
    "password without user": ({"grant_type": "password", "password": "not that one"}, "username"),
    "two ways": (
        {"grant_type": None, "refresh_token": "a refresh token", "username": USER, "password": PASSWORD},
        "grant_type",
    ),
    "grant that the profile has not": ({"grant_type": "login", "username": USER, "password": PASSWORD}, "login"),
    "another user than expected": (
        {"grant_type": "password", "username": USER, "password": PASSWORD, "expected_user": "boss@example.com"},
        "boss@example.com",
    ),
    "unreachable": (
        {"url": "https://127.0.0.1:9", "retry_limit": 1, "timeout": 2, "retry_deadline": 1},
        "cannot be reached",
    ),
    "unreachable platform": (
        {"authority": "https://127.0.0.1:9", "retry_limit": 1, "retry_deadline": 1},
        "cannot be reached",
    ),
    "untrusted certificate": ({"ca_path": None}, "cannot be trusted"),
}


@pytest.mark.proves("LOGIN-5")
@pytest.mark.parametrize("entry", ENTRIES)
def test_refused_logins_say_what_to_do(server: Server, play: Player) -> None:
    tasks = [
        {"name": name, "rimops.insight.insight_token": options, "ignore_errors": True}
        for name, (options, _says) in REFUSALS.items()
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    wrong = [
        f"{name}: {played[name].get('msg', played[name])}"
        for name, (_options, says) in REFUSALS.items()
        if not played[name].get("failed") or says not in played[name]["msg"] or "Traceback" in played[name]["msg"]
    ]
    assert not wrong, "\n".join(wrong)
    assert server.counted["handshakes"] == 0
