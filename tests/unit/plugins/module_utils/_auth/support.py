# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An identity platform and an InSight in one object, spoken to by function call: no network."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace

from ansible_collections.rimops.insight.plugins.module_utils._options.shared import settings_from
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import BUSY
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Clock, with_busy
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing

URL = "https://insight.example.com"
API = f"{URL}/insight/api/v2"
CANARY = '"&+/=é canary '
MACHINE = {"grant_type": "client_credentials", "tenant_id": "contoso", "client_id": "app", "client_secret": CANARY}
ALICE = {**MACHINE, "grant_type": "password", "username": "alice@example.com", "password": f"{CANARY}password"}
REFRESH = {**MACHINE, "grant_type": "refresh_token", "refresh_token": "refresh-0"}
BEARER = {
    "session": {
        **dict.fromkeys(["cookie", "steps", "take", "look", "lost"]),
        "carry": {"headers": {"{csrf_header}": None, "Authorization": "Bearer {access_token}"}},
    }
}
"""The overrides of a profile that takes an access token with each request."""
LOGOUT = {"session": {"logout": {"out": {"method": "POST", "path": "logout", "json": {}}}}}
READ = Request("read event 1", "POST", f"{API}/event/1/read", json_body={})


def jwt(**claims):
    """An unsigned token with these claims."""
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in ({}, claims)]
    return ".".join([*parts, "signature"])


def settings(profile="insight", overrides=None, **values):
    """Settings of option values, as they leave validation."""
    data = profile_data(profile, overrides, find_nothing)
    return settings_from({"url": URL, "token_store": "none", **values}, profile_of(data))


def answer(request, status=200, body=None, headers=None, cookies=None):
    """A whole answer as Http gives it; body: a JSON value or bytes."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    names = {"content-type": "application/json", **(headers or {})}
    return with_busy(request, Response(request.purpose, status, names, cookies or {}, content), BUSY)


class Ticking:
    """A clock that moves when it is told to, or slept on."""

    def __init__(self):
        self.time = 1_000_000.0
        self.clock = Clock(now=lambda: self.time, monotonic=lambda: self.time, sleep=self.sleep)

    def sleep(self, seconds):
        self.time += seconds


class System:
    """Both servers. Switches are attributes; ``asked`` lists purpose and form or body of every request."""

    def __init__(self):
        self.asked = []
        self.life = 3600
        self.user = "alice@example.com"
        self.single_use = False
        self.refresh_tokens = {"refresh-0"}
        self.revoked = set()
        self.tokens = 0
        self.sessions = {}
        self.session_field = "xAuthToken"
        self.sets_cookie = True
        self.changes_session_id = True
        self.csrf_in_every_answer = False
        self.earlier_tokens_stay_good = False
        self.login_shows_old_token = False
        self.lost_sets_cookie = False
        self.refuses_passwords = False
        self.uses = 0  # after which a session ends, 0 for never
        self.used = {}
        self.refused = 0
        self.rejection = (401, {"message": "no session"}, {})
        self.lock = threading.Lock()

    def count(self, purpose):
        return sum(1 for one, _content in self.asked if one == purpose)

    def send(self, request):
        with self.lock:
            self.asked.append((request.purpose, dict(request.form or request.json_body or {})))
            if request.url.endswith("/oauth2/v2.0/token"):
                return self.token(request)
            step = {f"{API}/token": self.start, f"{API}/login": self.login, f"{API}/logout": self.logout}
            return step.get(request.url, self.call)(request)

    def token(self, request):
        form = request.form
        if form["grant_type"] == "refresh_token":
            if form["refresh_token"] not in self.refresh_tokens:
                return answer(request, 400, {"error": "invalid_grant", "error_codes": [700082]})
            if self.single_use:
                self.refresh_tokens.discard(form["refresh_token"])
        self.tokens += 1
        content = {"access_token": f"access-{self.tokens}", "token_type": "Bearer", "expires_in": self.life}
        if form["grant_type"] != "client_credentials":
            content["id_token"] = jwt(preferred_username=self.user)
        if form["grant_type"] == "refresh_token" or "offline_access" in form.get("scope", ""):
            content["refresh_token"] = f"refresh-{self.tokens}"
            self.refresh_tokens.add(content["refresh_token"])
        return answer(request, 200, content)

    def announce(self, request, session_id, status=200, body=None):
        headers = {"x-csrf-header": "X-CSRF-TOKEN", "x-csrf-token": self.sessions[session_id]}
        return answer(request, status, body, headers, {"JSESSIONID": session_id} if self.sets_cookie else {})

    def start(self, request):
        session_id = request.headers.get("Cookie", "").replace("JSESSIONID=", "")
        if session_id not in self.sessions:
            session_id = f"S{len(self.asked)}"
            self.sessions[session_id] = f"csrf-{session_id}"
        return self.announce(request, session_id, body={self.session_field: session_id})

    def session_of(self, request):
        session_id = request.headers.get("Cookie", "").replace("JSESSIONID=", "")
        given, wanted = request.headers.get("X-CSRF-TOKEN", ""), self.sessions.get(session_id, "none")
        known = given == wanted or (self.earlier_tokens_stay_good and given.startswith(f"csrf-{session_id}-"))
        return session_id if known else None

    def login(self, request):
        session_id = self.session_of(request)
        refused = request.json_body.get("access_token") in self.revoked
        if session_id is None or refused or ("password" in request.json_body and self.refuses_passwords):
            return answer(request, 401, {"message": "no"})
        before = self.sessions[session_id]
        if self.changes_session_id and self.sets_cookie:
            self.sessions.pop(session_id)
            session_id = f"L{len(self.asked)}"
        self.sessions[session_id] = f"csrf-{session_id}-{len(self.asked)}"
        shown = self.announce(request, session_id, body={})
        return (
            replace(shown, headers={**shown.headers, "x-csrf-token": before}) if self.login_shows_old_token else shown
        )

    def logout(self, request):
        self.sessions.pop(self.session_of(request), None)
        return answer(request, 200, {})

    def call(self, request):
        session_id = self.session_of(request)
        if session_id is None:
            self.refused += 1
            status, body, headers = self.rejection
            sent = request.headers.get("Cookie", "").replace("JSESSIONID=", "")
            anew = self.lost_sets_cookie and sent not in self.sessions
            return answer(request, status, body, headers, {"JSESSIONID": f"A{len(self.asked)}"} if anew else {})
        self.used[session_id] = self.used.get(session_id, 0) + 1
        if self.used[session_id] == self.uses:
            self.sessions.pop(session_id)
            return answer(request, 200, {"id": 1})
        if self.csrf_in_every_answer:
            self.sessions[session_id] = f"csrf-{session_id}-{len(self.asked)}"
            return self.announce(request, session_id, body={"id": 1})
        return answer(request, 200, {"id": 1})

    def expire_sessions(self):
        self.sessions.clear()
