# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user is told where a login, a logout or the way to the server fails, for each cause in one playbook."""

from __future__ import annotations

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import trustme
from conftest import PASSWORD, USER, Player, Server
from test_handshake import only

TOKEN = "rimops.insight.insight_token"
ENTITY = "rimops.insight.insight_entity"


def fault(operation: str, status: int, body: Any, **more: Any) -> list[Any]:
    """A request for a fault that strikes once."""
    found = {"kind": "status", "status": status, "body": body, "match": {"operation": operation}, **more}
    return ["POST", "faults", found]


def struck(name: str, faults: list[Any], **module: Any) -> list[dict[str, Any]]:
    """A task after its faults."""
    return [
        {"name": f"before {name}", "control": {"requests": [["DELETE", "faults", None], *faults]}},
        {"name": name, **module, "ignore_errors": True, "register": "last"},
    ]


REFUSED: dict[str, tuple[int, dict[str, str], dict[str, Any], tuple[str, ...]]] = {
    "401 is the application, whatever its code says": (
        401,
        {"error": "unauthorized_client", "error_description": "Invalid client or Invalid client credentials"},
        {},
        ("Check client_id and its secret", "Invalid client or Invalid client credentials"),
    ),
    "a password that is wrong": (
        400,
        {"error": "invalid_grant", "error_description": "Invalid user credentials"},
        {"grant_type": "password", "username": USER, "password": PASSWORD},
        ("Check username, password and the account", "Invalid user credentials"),
    ),
    "an account with something to do": (
        400,
        {"error": "invalid_grant", "error_description": "Account is not fully set up"},
        {"grant_type": "password", "username": USER, "password": PASSWORD},
        ("is there an action to do first?", "Account is not fully set up"),
    ),
    "a secret with a line end": (
        401,
        {"error": "invalid_client"},
        {"client_secret": "from a pipe\n"},
        ("Look at client_secret first: there is a line end at its end.",),
    ),
}


@pytest.mark.proves("LOGIN-5")
def test_a_refusal_of_the_platform_names_the_credential_to_look_at(server: Server, play: Player) -> None:
    tasks = [
        task
        for number, (name, (status, body, options, _says)) in enumerate(REFUSED.items())
        for task in struck(
            name, [fault("oauth_token", status, body)], **{TOKEN: {**options, "token_store": f"{play.folder}/{number}"}}
        )
    ]
    played = play(tasks)
    for name, (_status, _body, _options, says) in REFUSED.items():
        assert played[name]["failed"] and not played[name]["changed"], played[name]
        assert [text for text in says if text not in played[name]["msg"]] == [], played[name]["msg"]
    assert "line end" not in played["a password that is wrong"]["msg"]


@pytest.mark.proves("LOGIN-9", "LOGIN-14")
def test_a_logout_that_did_not_happen_is_told(server: Server, play: Player) -> None:
    bye = {"method": "POST", "path": "bye", "json": {"refresh_token": "{refresh_token}"}}
    overrides = {"session": {"logout": {"bye": bye}}}
    page = {"body": "<html>Welcome</html>", "content_type": "text/html"}
    ends = {
        "forbidden": (fault("unknown", 403, {"message": "no"}), "HTTP 403"),
        "a page": (fault("unknown", 200, page["body"], content_type=page["content_type"]), "HTTP 200 with a web page"),
        "nowhere": (["GET", "counters", None], "HTTP 404 with a web page"),
        "done": (fault("unknown", 204, None), ""),
    }
    options = {
        "grant_type": "password",
        "username": USER,
        "password": PASSWORD,
        "scope": "{{ '{client_id}' }}/.default openid offline_access",
        "profile_overrides": overrides,
    }
    tasks = [
        task
        for name, (prepared, _says) in ends.items()
        for task in (
            {"name": f"login {name}", TOKEN: options},
            *struck(name, [prepared], **{TOKEN: {**options, "state": "absent"}}),
        )
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    told = " ".join(played.output.split())
    for name, (_prepared, says) in ends.items():
        assert not played[name]["failed"] and played[name]["changed"], played[name]
        if says:
            assert f"The session was forgotten, but the server did not end it: it answered {says} at" in told, told
    assert told.count("did not end it") == 3
    asked = [one for one in server.control("GET", "requests") if one["path"].endswith("/bye")]
    assert len(asked) == 4 and all("{" not in one["body"]["refresh_token"] for one in asked)


@pytest.mark.proves("MESSAGE-1", "WRITE-7")
def test_what_the_server_says_of_a_refused_write_is_shown_in_each_form(server: Server, play: Player) -> None:
    said = {
        "message": {"errorMessage": "User exists with same email"},
        "nested": {"error": {"message": "The CSRF word is not the word"}},
        "list": {"errors": [{"message": "Value for field must be unique"}]},
        "fields": {"name": ["This field may not be blank."]},
        "problem": {"title": "Bad", "detail": "Two of three are there", "status": 400},
    }
    attributes = {"selectedProducts": ["a"]}
    tasks = [
        task
        for number, (name, body) in enumerate(said.items())
        for task in struck(
            name,
            [fault("create", 400, body)],
            **{
                ENTITY: {
                    "type": "application",
                    "key": {"appCode": str(number), "appName": "A"},
                    "attributes": attributes,
                }
            },
        )
    ]
    played = play(tasks)
    words = ["same email", "is not the word", "must be unique", "may not be blank", "Two of three"]
    for name, text in zip(said, words, strict=True):
        assert played[name]["failed"] and text in played[name]["msg"], played[name]
    assert server.stored("application") == []


@pytest.mark.proves("LOGIN-1")
def test_a_device_code_with_pkce_where_the_platform_demands_it(server: Server, play: Player) -> None:
    wanted = {"error": "invalid_request", "error_description": "Missing parameter: code_challenge_method"}
    declined = {"error": "authorization_declined"}
    options = only(grant_type="device_code")
    played = play(
        struck("login", [fault("device_code", 400, wanted), fault("oauth_token", 400, declined)], **{TOKEN: options})
    )
    assert "declined on the other device" in played["login"]["msg"]
    asked = [one for one in server.control("GET", "requests") if one["operation"] in ("device_code", "oauth_token")]
    first, again, token = (one["body"] for one in asked)
    assert "code_challenge" not in first
    assert again["code_challenge_method"] == "S256" and again["code_challenge"]
    assert token["code_verifier"]


@pytest.mark.proves("LOGIN-1", "NETWORK-8")
def test_every_grant_takes_the_loopback_as_platform(play: Player) -> None:
    page = only(
        grant_type="authorization_code", redirect_uri="http://localhost/nowhere", authority="http://127.0.0.1:9"
    )
    played = play([{"name": "page", TOKEN: page}])
    assert played["page"]["authorization_url"].startswith("http://127.0.0.1:9/"), played.output


@pytest.mark.proves("NETWORK-2")
def test_proxies_of_the_environment(server: Server, play: Player) -> None:
    closed = {"https_proxy": "http://127.0.0.1:9"}
    spared = {"a network": "127.0.0.0/8", "an address": "127.0.0.1", "all": "*"}
    socks = {"ALL_PROXY": "socks5://127.0.0.1:9"}
    port = server.url.rsplit(":", 1)[1]
    here = {"url": f"https://127.0.0.1:{port}", "authority": f"https://127.0.0.1:{port}"}
    tasks = [
        {"name": name, TOKEN: {**here, "token_store": "none"}, "environment": {**closed, "no_proxy": value}}
        for name, value in spared.items()
    ]
    tasks += [
        {"name": "refused", TOKEN: {"token_store": "none"}, "environment": closed, "ignore_errors": True},
        {"name": "socks", TOKEN: {"token_store": "none"}, "environment": socks, "ignore_errors": True},
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    assert "the proxy of the environment did not let us through" in played["refused"]["msg"]
    assert "ALL_PROXY names a SOCKS proxy, and the Python library PySocks is missing" in played["socks"]["msg"]


@pytest.fixture
def certified() -> Iterator[dict[str, tuple[str, trustme.CA]]]:
    """Addresses of servers whose certificate has one fault each, and who issued it."""
    authority, now = trustme.CA(), datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificates = {
        "expired": authority.issue_cert("localhost", not_before=now - 3 * day, not_after=now - day),
        "not yet": authority.issue_cert("localhost", not_before=now + day, not_after=now + 3 * day),
        "another name": authority.issue_cert("insight.example.com"),
    }
    listening = {}
    for name, certificate in certificates.items():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        certificate.configure_cert(context)
        listening[name] = context.wrap_socket(socket.create_server(("127.0.0.1", 0)), server_side=True)

    def serve(listener: ssl.SSLSocket) -> None:
        while True:
            try:
                listener.accept()[0].close()
            except ssl.SSLError:
                continue
            except OSError:
                return

    for listener in listening.values():
        threading.Thread(target=serve, args=[listener], daemon=True).start()
    yield {name: (f"https://localhost:{one.getsockname()[1]}", authority) for name, one in listening.items()}
    for one in listening.values():
        one.shutdown(socket.SHUT_RDWR)
        one.close()


@pytest.mark.proves("NETWORK-1")
def test_the_advice_for_each_fault_of_a_certificate(play: Player, certified: dict[str, tuple[str, trustme.CA]]) -> None:
    says = {
        "expired": "has to renew it, or the one of its issuers that has expired",
        "not yet": "holds only later",
        "another name": "Write url with a name for which the certificate is",
    }
    ca_path = play.folder / "their-ca.pem"
    certified["expired"][1].cert_pem.write_to_path(ca_path)
    tasks = [
        {"name": name, TOKEN: {"url": url, "authority": url, "ca_path": str(ca_path)}, "ignore_errors": True}
        for name, (url, _authority) in certified.items()
    ]
    played = play(tasks)
    for name, text in says.items():
        assert played[name]["failed"] and text in played[name]["msg"], played[name]
        assert "Set ca_path" not in played[name]["msg"]
