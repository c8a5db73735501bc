# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A new grant, added by one object and nothing else: client credentials with HTTP Basic authentication (RFC 6749,
section 2.3.1); and a new way of carrying a credential, added by lines of the profile: an API key in a header."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qsl, quote_plus

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import authenticator_for
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.base import Grant, token_in, token_request
from ansible_collections.rimops.insight.plugins.module_utils._auth.grants.registry import GRANTS
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import settings_from
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Http
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import AuthenticationError, ConfigurationError
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import CANARY

# --- the new grant


def ask_with_basic(client):
    """Client credentials, with the client's id and secret in the header Authorization instead of the form."""
    identity = client.identity
    request = token_request(client, f"grant_type=client_credentials&scope={quote_plus(client.endpoints.scope)}", True)
    pair = f"{quote_plus(identity.client_id)}:{quote_plus(identity.client_secret)}"
    form = {name: value for name, value in request.form.items() if name != "client_secret"}
    basic = base64.b64encode(pair.encode()).decode()
    request = replace(request, form=form, headers={"Authorization": f"Basic {basic}"})
    return token_in((yield request), request, client)


BASIC = Grant(
    name="client_credentials_basic",
    needs=("client_id", "client_secret"),
    useless=("username", "password", "refresh_token", "authorization_response", "redirect_uri", "expected_user"),
    flow=ask_with_basic,
    application_only=True,
)

# --- the new way of carrying a credential


API_KEY = {
    "steps": {
        "key": {
            "method": "POST",
            "path": "keys",
            "headers": {"Authorization": "Bearer {access_token}"},
            "take": {"key": "body.key"},
        }
    },
    "carry": {"headers": {"X-API-Key": "{key}"}},
    "logout": {"revoke": {"method": "DELETE", "path": "keys"}},
}
"""An API key that the system gives for an access token."""


# --- a server that knows nothing else


class Server(ThreadingHTTPServer):
    """The identity platform and the system. asked: method and path of each request, and its credential's header."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"
        self.asked, self.tokens, self.keys = [], set(), set()
        self.made = 0

    def new(self, kind, known):
        self.made += 1
        known.add(f"{kind}-{self.made}")
        return f"{kind}-{self.made}"


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_arguments):
        pass

    def answered(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        names = [name for name in ("Authorization", "X-API-Key", "Cookie") if name in self.headers]
        self.server.asked.append((self.command, self.path, names))
        call = {("POST", "/token"): self.token, ("POST", "/api/keys"): self.key, ("DELETE", "/api/keys"): self.revoke}
        status, answer = call.get((self.command, self.path), self.entity)(body)
        content = b"" if status == 204 else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def token(self, body):
        said = self.headers.get("Authorization", "")
        pair = base64.b64decode(said.partition("Basic ")[2]).decode()
        form = dict(parse_qsl(body))
        if pair != f"app:{quote_plus(CANARY)}" or "client_secret" in form or form["grant_type"] != "client_credentials":
            return 401, {"error": "invalid_client", "error_description": f"not {said} of {pair}"}
        return 200, {"access_token": self.server.new("token", self.server.tokens), "expires_in": 3600}

    def key(self, _body):
        if self.headers.get("Authorization", "").partition("Bearer ")[2] not in self.server.tokens:
            return 401, {}
        return 200, {"key": self.server.new("key", self.server.keys)}

    def revoke(self, _body):
        self.server.keys.discard(self.headers.get("X-API-Key"))
        return 204, None

    def entity(self, _body):
        return (200, {"id": 1}) if self.headers.get("X-API-Key") in self.server.keys else (401, {})


for one in ("GET", "POST", "DELETE"):
    setattr(Handler, f"do_{one}", Handler.answered)


@pytest.fixture
def server():
    with Server() as running:
        thread = Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


@pytest.fixture
def registered(monkeypatch):
    """The grant in its registry: all that a new one takes."""
    monkeypatch.setitem(GRANTS, BASIC.name, BASIC)


def options(server, **values):
    scope = {"scope": "all/.default"}
    profile = {
        "format": 2,
        "name": "keys",
        "base_path": "/api",
        "oauth": {"token_path": "/token", "grants": {BASIC.name: scope, "client_credentials": scope}},
        "session": API_KEY,
    }
    given = {
        "url": server.url,
        "token_store": "none",
        "grant_type": BASIC.name,
        "client_id": "app",
        "client_secret": CANARY,
        "use_proxy": False,
        "allow_http": True,
    }
    return settings_from({**given, **values}, profile_of(profile))


def logged_in(server, **values):
    made = options(server, **values)
    return authenticator_for(made, Http(made.network).send)


def read(server):
    return Request("read event 1", "GET", f"{server.url}/api/event/1", safe=True)


TOKEN = ("POST", "/token", ["Authorization"])
KEY = ("POST", "/api/keys", ["Authorization"])
READ = ("GET", "/api/event/1", ["X-API-Key"])


@pytest.mark.usefixtures("registered")
def test_login_request_renewal_and_logout(server):
    authenticator = logged_in(server)
    assert authenticator.grant == BASIC.name
    assert authenticator.send(read(server)).json() == {"id": 1}
    assert authenticator.send(read(server)).json() == {"id": 1}
    assert server.asked == [TOKEN, KEY, READ, READ]

    server.asked.clear()
    server.keys.clear()  # the key was revoked, and the token is good: it gives another key
    assert authenticator.send(read(server)).json() == {"id": 1}
    assert server.asked == [READ, KEY, READ]

    server.asked.clear()
    server.keys.clear()
    server.tokens.clear()  # the token was revoked as well: the grant gives another one
    assert authenticator.send(read(server)).json() == {"id": 1}
    assert server.asked == [READ, KEY, TOKEN, KEY, READ]

    server.asked.clear()
    assert authenticator.logout()
    assert server.asked == [("DELETE", "/api/keys", ["X-API-Key"])]
    assert (server.keys, authenticator.warnings) == (set(), [])


@pytest.mark.usefixtures("registered")
def test_the_session_outlives_its_process(server, tmp_path):
    store = {"token_store": str(tmp_path / "store")}
    assert logged_in(server, **store).send(read(server)).json() == {"id": 1}
    server.asked.clear()
    second = logged_in(server, **store)
    assert second.send(read(server)).json() == {"id": 1}
    assert (server.asked, second.acquired) == ([READ], "store")
    assert any(secret.startswith("key-") for secret in second.secrets())


@pytest.mark.usefixtures("registered")
def test_a_secret_that_is_refused(server):
    with pytest.raises(AuthenticationError, match="the application could not authenticate itself") as told:
        logged_in(server, client_secret="a-wrong-secret").send(read(server))
    shown = json.dumps(told.value.as_result())
    assert "it says" in shown
    assert "a-wrong-secret" not in shown
    assert base64.b64encode(b"app:a-wrong-secret").decode() not in shown
    assert server.asked == [TOKEN]


@pytest.mark.usefixtures("registered")
def test_options_are_checked_as_for_any_grant(server):
    for given, why in (
        ({"client_secret": None}, "grant_type client_credentials_basic needs client_secret"),
        ({"username": "alice"}, "username has no meaning with grant_type client_credentials_basic"),
    ):
        with pytest.raises(ConfigurationError, match=why):
            logged_in(server, **given)
    assert server.asked == []


@pytest.mark.usefixtures("registered")
def test_the_options_mean_the_same_grants_as_before(server):
    assert logged_in(server, grant_type=None).grant == "client_credentials"
