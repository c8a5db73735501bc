# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a profile promises is seen on the wire: each exchange, as a server that writes everything down receives it."""

from __future__ import annotations

import json
from urllib.parse import parse_qsl, urlsplit

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.rimops.insight.plugins.module_utils._commands.argument_spec import argument_spec
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity_info import ENTITY_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_token import TOKEN
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

BASE = "/insight/api/v2"
PLATFORM = "/contoso/oauth2/v2.0"
KEY = {"appCode": "000001", "appName": "Zelvora"}
OWN = {"X-Api-Key": "key 4711", "X-Tenant": "contoso", "Content-Type": "application/vnd.api+json"}
PAGING = {"size": 2, "total": "body.total"}
LIST = {"enabled": True, "json": {"offset": "{offset}", "limit": "{size}"}, "paging": PAGING}
LOGOUT = {"out": {"method": "POST", "path": "bye", "json": {"refresh_token": "{refresh_token}", "all": True}}}
TOKEN_EACH = {"{csrf_header}": None, "Authorization": "Bearer {access_token}"}
ENDS = {
    "csrf": {"carry": {"headers": OWN}},
    "bearer": {"steps": None, "take": None, "look": None, "carry": {"headers": {**OWN, **TOKEN_EACH}}},
}
TOKEN_ANSWER = {"token_type": "Bearer", "expires_in": 3600}


class Recorder:
    """The platform and the system. seen: what came, as (operation, method, path with query, headers, body)."""

    def __init__(self):
        self.seen, self.entity, self.tokens = [], None, 0

    def __call__(self, connection, request):
        line, headers, content = request
        method, address, _version = line.split(" ")
        form = headers.get("content-type", "").startswith("application/x-www-form-urlencoded")
        body = dict(parse_qsl(content.decode())) if form else json.loads(content) if content else None
        path = urlsplit(address).path
        name, status, answer, more = self._answer(path, body, "look" if "cookie" in headers else "handshake")
        self.seen.append((name, method, address, headers, body))
        sent = ["Content-Type: application/json", *more]
        connection.send(f"{status} Said", *sent, body=json.dumps(answer).encode() if status != 204 else b"")

    def _answer(self, path, body, asked):
        if path.startswith(PLATFORM):
            return self._platform(path, body)
        session = ("X-CSRF-HEADER: X-CSRF-TOKEN", f"X-CSRF-TOKEN: csrf-{len(self.seen)}")
        step = path[len(BASE) :]
        if step == "/token":
            begins = asked == "handshake"
            return asked, 200, {"xAuthToken": f"session-id-{1 if begins else 2}"}, session if begins else ()
        if step == "/login":
            return "login", 200, {}, ("Set-Cookie: JSESSIONID=session-id-2", *session)
        if step == "/bye":
            return "logout", 204, None, ()
        return self._entity(step, body)

    def _platform(self, path, body):
        if path.endswith("/devicecode"):
            code = {"device_code": "device 1", "user_code": "AB-12", "verification_uri": "https://p", "interval": 0}
            return "device", 200, {**code, "expires_in": 60}, ()
        self.tokens += 1
        name = "refresh" if body["grant_type"] == "refresh_token" else "token"
        return name, 200, {**TOKEN_ANSWER, "access_token": f"access-{self.tokens}", "refresh_token": "refresh-1"}, ()

    def _entity(self, step, body):
        verb = step.split("/")[-1]
        if verb == "list":
            return "list", 200, {"items": [self.entity] if self.entity else [], "total": 1 if self.entity else 0}, ()
        if verb == "read":
            name = "read" if step.count("/") == 3 else "find"
            return name, *((200, self.entity) if self.entity else (404, {"message": "none"})), ()
        if verb == "delete":
            self.entity = None
            return "delete", 204, None, ()
        made = self.entity or {"id": 7, "uuid": "u-7"}
        self.entity = {**made, **body}
        return ("create" if verb == "create" else "update"), 200, self.entity, ()


@pytest.fixture
def recorder():
    return Recorder()


@pytest.fixture
def run(serve, recorder, tmp_path):
    """Run a command as its module does."""
    url = serve(recorder, tls=False).url

    def run(command, session, **options):
        overrides = {
            "session": {**ENDS[session], "logout": LOGOUT},
            "operations": {"list": LIST, "find": {"query": {"fields": "all"}}},
        }
        given = {
            "url": url,
            "authority": url,
            "tenant_id": "contoso",
            "client_id": "app",
            "client_secret": "client secret canary",
            "grant_type": "client_credentials",
            "token_store": str(tmp_path / "store"),
            **options,
        }
        checked = ArgumentSpecValidator(argument_spec(command), **command.constraints).validate(given)
        assert checked.error_messages == []
        profile = profile_data("insight", overrides, str)
        values = {**checked.validated_parameters, "profile": profile, "profile_overrides": {}}
        return command.run(values, Context(False, False, print, print))

    return run


CREDENTIALS = {"client_id": "app", "client_secret": "client secret canary"}
MACHINE = {"grant_type": "client_credentials", "scope": "app/.default", **CREDENTIALS}
HELD = {**KEY, "selectedProducts": ["a"]}
CHANGED = {**KEY, "selectedProducts": ["b"]}
WIRE = {
    # by operation: method, path and query, body
    "token": ("POST", f"{PLATFORM}/token", MACHINE),
    "handshake": ("GET", f"{BASE}/token", None),
    "login": (
        "POST",
        f"{BASE}/login",
        {"access_token": "access-1", "refresh_token": "refresh-1", "token_type": "Bearer"},
    ),
    "look": ("GET", f"{BASE}/token", None),
    "find": ("POST", f"{BASE}/application/read?fields=all", KEY),
    "create": ("POST", f"{BASE}/application/create", HELD),
    "read": ("POST", f"{BASE}/application/7/read", {}),
    "update": ("POST", f"{BASE}/application/create-or-update", {**CHANGED, "uuid": "u-7"}),
    "list": ("POST", f"{BASE}/application/list", {"offset": 0, "limit": 2}),
    "delete": ("POST", f"{BASE}/application/7/delete", {}),
    "logout": ("POST", f"{BASE}/bye", {"refresh_token": "refresh-1", "all": True}),
    "device": ("POST", f"{PLATFORM}/devicecode", {"client_id": "app"}),
    "refresh": (
        "POST",
        f"{PLATFORM}/token",
        {"grant_type": "refresh_token", "refresh_token": "refresh-0", **CREDENTIALS},
    ),
}
PLATFORMS = ("token", "device", "refresh")
ONLY_CSRF = ("handshake", "login", "look")
"""A system that takes the access token with each request has none of them."""


def play(run, session):
    """Every exchange at least once."""
    about = {"type": "application", "key": KEY}
    run(ENTITY, session, **about, attributes={"selectedProducts": ["a"]})
    run(ENTITY, session, **about, attributes={"selectedProducts": ["b"]})
    run(ENTITY_INFO, session, type="application")
    run(TOKEN, session, return_token=True)
    run(ENTITY, session, **about, state="absent")
    run(TOKEN, session, state="absent")
    run(TOKEN, session, grant_type="device_code")
    run(TOKEN, session, grant_type="refresh_token", refresh_token="refresh-0")


def carried(name, session, headers):
    """What an exchange must carry, and what it carried of that."""
    wanted = {"x-api-key": "key 4711", "x-tenant": "contoso"}
    if name in PLATFORMS:
        wanted = {"x-api-key": None, "x-tenant": None, "cookie": None, "authorization": None, "x-csrf-token": None}
    elif session == "bearer":
        wanted.update({"authorization": "Bearer access-1", "cookie": None, "x-csrf-token": None})
    elif name == "handshake":
        wanted.update({"cookie": None, "authorization": None, "x-csrf-token": None})
    elif name == "login":
        wanted.update({"cookie": "JSESSIONID=session-id-1", "x-csrf-token": "csrf-1", "authorization": None})
    else:
        wanted.update({"cookie": "JSESSIONID=session-id-2", "x-csrf-token": "csrf-2", "authorization": None})
    if name in PLATFORMS:
        wanted["content-type"] = "application/x-www-form-urlencoded"
    elif name not in ("handshake", "look"):
        wanted["content-type"] = "application/vnd.api+json"
    return wanted, {header: headers.get(header) for header in wanted}


@pytest.mark.proves("PROFILE-24")
@pytest.mark.parametrize("session", ENDS)
def test_each_exchange_carries_what_the_profile_promises(run, recorder, session):
    play(run, session)
    first = {}
    for name, *exchange in recorder.seen:
        first.setdefault(name, exchange)
    assert set(first) == set(WIRE) - set(ONLY_CSRF if session == "bearer" else ())
    for name, (method, address, headers, body) in first.items():
        wanted_method, wanted_address, wanted_body = WIRE[name]
        assert (method, address) == (wanted_method, wanted_address), name
        assert body == wanted_body or (name in PLATFORMS and wanted_body.items() <= body.items()), (name, body)
        wanted, came = carried(name, session, headers)
        assert came == wanted, name
    for name, *_address, headers, _body in recorder.seen:  # and not only the first time
        if name not in PLATFORMS:
            assert (headers["x-api-key"], headers["x-tenant"]) == ("key 4711", "contoso"), name
