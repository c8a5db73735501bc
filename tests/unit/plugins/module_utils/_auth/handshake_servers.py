# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers of other systems that are as strict with a handshake as their documentation. They are spoken to by function
call: no network."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

from ansible_collections.rimops.insight.plugins.module_utils._auth.one_time_code import code_at, key_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request, Response
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import URL, answer

USER, PASSWORD, KEY, SEED = "ann", "a pass: word", "the-key-1", "GEZDGNBVGY3TQOJQ"
DAY = range(1_000_000 // 30, (1_000_000 + 86400) // 30)
"""The time steps of the day on which the tests play."""
UNAUTHORISED = (401, {"message": "Unauthorized"})
Said = tuple[Any, ...]


def jar(request: Request) -> dict[str, str]:
    """The cookies of a request."""
    pairs = (pair.partition("=") for pair in request.headers.get("Cookie", "").split("; ") if pair)
    return {name: value for name, _equals, value in pairs}


def form_of(request: Request) -> dict[str, str]:
    """The fields of a form, each with its one value."""
    return {name: "".join(value) for name, value in (request.form or {}).items()}


class Server:
    """A system with one session. attempts: the logins, and the requests with credentials that are not good; asked:
    method and path of every request."""

    steps: Mapping[str, str] = {}

    def __init__(self) -> None:
        self.number, self.attempts = 0, 0
        self.live, self.csrf = "", ""
        self.asked: list[str] = []

    def new(self, what: str) -> str:
        self.number += 1
        return f"{what}-number-{self.number}"

    def send(self, request: Request) -> Response:
        path = urlsplit(request.url).path
        self.asked.append(f"{request.method} {path}")
        said = self.steps.get(f"{request.method} {path}")
        return answer(request, *(getattr(self, said)(request) if said else self.work(request)))

    def work(self, request: Request) -> Said:
        """Anything but a request of the handshake."""
        return (200, {"id": 1}) if self.lets_in(request) else self.refused(request)

    def lets_in(self, request: Request) -> bool:
        raise NotImplementedError

    def refused(self, request: Request) -> Said:
        return UNAUTHORISED

    def is_right(self, name: Any, password: Any) -> bool:
        """Whether these are the user's; counts a login."""
        self.attempts += 1
        return (name, password) == (USER, PASSWORD)

    def is_basic(self, request: Request) -> bool:
        kind, _space, pair = request.headers.get("Authorization", "").partition(" ")
        right = kind == "Basic" and base64.b64decode(pair).decode() == f"{USER}:{PASSWORD}"
        self.attempts += not right
        return right

    def expire(self) -> None:
        """The session ends."""
        self.live = ""

    def renew(self) -> None:
        """What requests carry changes within the session, where it may."""


class Keyed(Server):
    """A key in a header of each request. header, form: its name, and what stands around the key."""

    header, form = "PRIVATE-TOKEN", "{}"

    def lets_in(self, request: Request) -> bool:
        right = request.headers.get(self.header) == self.form.format(KEY)
        self.attempts += not right
        return right


class Bearer(Keyed):
    header, form = "Authorization", "Bearer {}"


class Artifactory(Keyed):
    """The older key, in a header of its own. Whoever sends another kind of credential beside it is refused."""

    header = "X-JFrog-Art-Api"

    def lets_in(self, request: Request) -> bool:
        return super().lets_in(request) and "Authorization" not in request.headers


class Zabbix7(Bearer):
    def refused(self, request: Request) -> Said:
        return 200, {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "data": "Not authorized."}}


class Nexus(Server):
    def lets_in(self, request: Request) -> bool:
        return self.is_basic(request)


class Jenkins(Server):
    """The crumb belongs to the session of the cookie."""

    steps: Mapping[str, str] = {"GET /crumbIssuer/api/json": "crumb"}

    def crumb(self, request: Request) -> Said:
        if not self.is_basic(request):
            return UNAUTHORISED
        cookies = {}
        if not self.live or jar(request).get("JSESSIONID") != self.live:
            self.live, self.csrf = self.new("session"), self.new("crumb")
            cookies = {"JSESSIONID": self.live}
        return 200, {"crumbRequestField": "Jenkins-Crumb", "crumb": self.csrf}, {}, cookies

    def lets_in(self, request: Request) -> bool:
        return self.is_basic(request)

    def work(self, request: Request) -> Said:
        if not self.is_basic(request):
            return UNAUTHORISED
        mine = self.live and jar(request).get("JSESSIONID") == self.live
        if request.method != "GET" and not (mine and request.headers.get("Jenkins-Crumb") == self.csrf):
            return 403, {"message": "No valid crumb was included in the request"}
        return 200, {"id": 1}

    def renew(self) -> None:
        self.csrf = self.new("crumb")


class JenkinsWithoutCrumbs(Jenkins):
    def __init__(self) -> None:
        super().__init__()
        self.live = "without end"

    def expire(self) -> None:
        """Nothing that requests carry ends."""

    def crumb(self, request: Request) -> Said:
        return (404, b"<html>Not Found") if self.is_basic(request) else UNAUTHORISED

    def work(self, request: Request) -> Said:
        crumbs = [name for name in request.headers if "crumb" in name.lower()]
        return ((400, {}) if crumbs else (200, {"id": 1})) if self.is_basic(request) else UNAUTHORISED


class Sap(Server):
    steps: Mapping[str, str] = {"GET /api": "fetch", "GET /api/": "fetch"}

    def fetch(self, request: Request) -> Said:
        if not self.is_basic(request):
            return UNAUTHORISED
        if request.headers.get("X-CSRF-Token", "").lower() != "fetch":
            return 200, {"d": {}}
        cookies = {}
        if not self.live or jar(request).get("SAP_SESSIONID_A_1") != self.live:
            self.live, self.csrf = self.new("session"), self.new("csrf")
            cookies = {"SAP_SESSIONID_A_1": self.live}
        return 200, {"d": {}}, {"x-csrf-token": self.csrf}, cookies

    def work(self, request: Request) -> Said:
        if not self.is_basic(request):
            return UNAUTHORISED
        mine = self.live and jar(request).get("SAP_SESSIONID_A_1") == self.live
        if request.method != "GET" and not (mine and request.headers.get("X-CSRF-Token") == self.csrf):
            return 403, {"error": "CSRF token validation failed"}, {"x-csrf-token": "Required"}
        return 200, {"id": 1}

    def renew(self) -> None:
        self.csrf = self.new("csrf")


class Jira(Server):
    """Who has lost the session is anonymous, and is told that there is nothing."""

    steps: Mapping[str, str] = {"POST /rest/auth/1/session": "login", "DELETE /rest/auth/1/session": "logout"}

    def login(self, request: Request) -> Said:
        if not self.is_right(request.json_body.get("username"), request.json_body.get("password")):
            return UNAUTHORISED
        self.live = self.new("session")
        return 200, {"session": {"name": "JSESSIONID", "value": self.live}}, {"x-ausername": USER}

    def logout(self, request: Request) -> Said:
        if not self.lets_in(request):
            return UNAUTHORISED
        self.live = ""
        return 204, b""

    def lets_in(self, request: Request) -> bool:
        return bool(self.live) and jar(request).get("JSESSIONID") == self.live

    def work(self, request: Request) -> Said:
        if not self.lets_in(request):
            return 404, {"errorMessages": ["Issue does not exist"]}, {"x-ausername": "anonymous"}
        if request.headers.get("X-Atlassian-Token") != "no-check":
            return 403, b"XSRF check failed"
        return 200, {"id": 1}, {"x-ausername": USER}


class Vcenter(Server):
    """The password goes with the login alone: a request that shows it beside the session is refused."""

    steps: Mapping[str, str] = {"POST /api/session": "login", "DELETE /api/session": "logout"}

    def login(self, request: Request) -> Said:
        if not self.is_basic(request):
            return UNAUTHORISED
        self.attempts += 1
        self.live = self.new("session")
        return 201, self.live

    def logout(self, request: Request) -> Said:
        if not self.lets_in(request):
            return UNAUTHORISED
        self.live = ""
        return 204, b""

    def lets_in(self, request: Request) -> bool:
        alone = "Authorization" not in request.headers
        return alone and bool(self.live) and request.headers.get("vmware-api-session-id") == self.live


class Proxmox(Server):
    """A ticket lives two hours, and is renewed by itself in the place of the password as long as it lives."""

    steps: Mapping[str, str] = {"POST /api2/json/access/ticket": "login"}
    renewals = 0

    def login(self, request: Request) -> Said:
        form = form_of(request)
        by_ticket = str(form.get("password")).startswith("PVE:")
        if self.live and (form.get("username"), form.get("password")) == (USER, self.live):
            self.renewals += 1
        elif by_ticket or not self.is_right(form.get("username"), form.get("password")):
            return 401, {"data": None}
        return self.ticket()

    def ticket(self) -> Said:
        self.live, self.csrf = self.new("PVE:ann:"), self.new("csrf")
        return 200, {"data": {"ticket": self.live, "CSRFPreventionToken": self.csrf, "username": USER}}

    def lets_in(self, request: Request) -> bool:
        ticket = bool(self.live) and jar(request).get("PVEAuthCookie") == self.live
        return ticket and (request.method == "GET" or request.headers.get("CSRFPreventionToken") == self.csrf)


class ProxmoxWithCode(Proxmox):
    """The ticket of the password is worth nothing but the question for a code."""

    def __init__(self) -> None:
        super().__init__()
        self.half = ""
        self.codes = {f"totp:{code_at(key_of(SEED), step)}" for step in DAY}  # those that were not used yet

    def login(self, request: Request) -> Said:
        form = form_of(request)
        if "tfa-challenge" in form:
            code = form.get("password", "")
            right = form["tfa-challenge"] == self.half != "" and code in self.codes
            self.attempts += not right
            self.half = ""
            self.codes.discard(code)
            return self.ticket() if right else (401, {"data": None})
        status, *rest = super().login(request)
        if status == 200 and not self.renewals:
            self.half, self.live = self.new("PVE:!tfa!"), ""
            return 200, {"data": {"ticket": self.half, "NeedTFA": 1, "username": USER}}
        return status, *rest


class Zabbix5(Server):
    """JSON-RPC: one address, always 200, the token in each body."""

    def work(self, request: Request) -> Said:
        body = request.json_body
        wrong = {"jsonrpc": "2.0", "id": 1, "error": {"code": -32602, "message": "Invalid params."}}
        if body["method"] == "user.login":
            if "auth" in body or not self.is_right(body["params"]["user"], body["params"]["password"]):
                wrong["error"]["data"] = "Incorrect user name or password or account is temporarily blocked."
                return 200, wrong
            self.live = self.new("token")
            return 200, {"jsonrpc": "2.0", "id": 1, "result": self.live}
        if not self.live or body.get("auth") != self.live:
            wrong["error"]["data"] = "Session terminated, re-login, please."
            return 200, wrong
        self.live = "" if body["method"] == "user.logout" else self.live
        return 200, {"jsonrpc": "2.0", "id": 1, "result": True}


class F5(Server):
    steps: Mapping[str, str] = {"POST /mgmt/shared/authn/login": "login"}

    def login(self, request: Request) -> Said:
        body = request.json_body
        if body.get("loginProviderName") != "tmos" or not self.is_right(body["username"], body["password"]):
            return 401, {"code": 401, "message": "Authentication failed."}
        self.live = self.new("token")
        return 200, {"token": {"token": self.live, "timeout": 1200}}

    def lets_in(self, request: Request) -> bool:
        return bool(self.live) and request.headers.get("X-F5-Auth-Token") == self.live

    def work(self, request: Request) -> Said:
        if request.method == "DELETE" and request.url.endswith(f"/tokens/{self.live}"):
            self.live = ""
            return 200, {}
        return super().work(request)


class Apic(Server):
    """A refresh before the end of the token gives another one; its cookie changes in a session that lives."""

    steps: Mapping[str, str] = {
        "POST /api/aaaLogin.json": "login",
        "GET /api/aaaRefresh.json": "refresh",
        "POST /api/aaaLogout.json": "logout",
    }
    renewals = 0

    def refresh(self, request: Request) -> Said:
        if not self.lets_in(request):
            return self.refused(request)
        self.renewals += 1
        return self.token()

    def login(self, request: Request) -> Said:
        said = request.json_body["aaaUser"]["attributes"]
        if not self.is_right(said["name"], said["pwd"]):
            return 401, {"imdata": [{"error": {"attributes": {"code": "401", "text": "Authentication DENIED"}}}]}
        return self.token()

    def token(self) -> Said:
        self.live = self.new("cookie")
        token = {"aaaLogin": {"attributes": {"token": self.live, "refreshTimeoutSeconds": "600"}}}
        return 200, {"imdata": [token]}, {}, {"APIC-cookie": self.live}

    def logout(self, request: Request) -> Said:
        if not self.lets_in(request):
            return self.refused(request)
        self.live = ""
        return 200, {"imdata": []}

    def lets_in(self, request: Request) -> bool:
        return bool(self.live) and jar(request).get("APIC-cookie") == self.live

    def refused(self, request: Request) -> Said:
        text = "Token was invalid (Error: Token timeout)"
        return 403, {"imdata": [{"error": {"attributes": {"code": "403", "text": text}}}]}


class Unifi(Server):
    steps: Mapping[str, str] = {"POST /api/auth/login": "login", "POST /api/auth/logout": "logout"}

    def login(self, request: Request) -> Said:
        if not self.is_right(request.json_body["username"], request.json_body["password"]):
            return 403, {"code": "AUTHENTICATION_FAILED_INVALID_CREDENTIALS"}
        self.live, self.csrf = self.new("token"), self.new("csrf")
        return 200, {"username": USER}, {"x-csrf-token": self.csrf}, {"TOKEN": self.live}

    def logout(self, request: Request) -> Said:
        if not self.lets_in(request) or request.headers.get("X-CSRF-Token") != self.csrf:
            return UNAUTHORISED
        self.live = ""
        return 200, {}

    def lets_in(self, request: Request) -> bool:
        return bool(self.live) and jar(request).get("TOKEN") == self.live

    def work(self, request: Request) -> Said:
        if not self.lets_in(request):
            return UNAUTHORISED
        if request.method != "GET" and request.headers.get("X-CSRF-Token") != self.csrf:
            return 404, {"message": "Not Found"}
        self.csrf = self.new("csrf")
        return 200, {"id": 1}, {"x-updated-csrf-token": self.csrf}


class Redfish(Server):
    steps: Mapping[str, str] = {"POST /redfish/v1/SessionService/Sessions": "login"}

    def login(self, request: Request) -> Said:
        if not self.is_right(request.json_body["UserName"], request.json_body["Password"]):
            return UNAUTHORISED
        self.live = self.new("token")
        return 201, {"Id": "7"}, {"x-auth-token": self.live, "location": "/redfish/v1/SessionService/Sessions/7"}

    def lets_in(self, request: Request) -> bool:
        return bool(self.live) and request.headers.get("X-Auth-Token") == self.live

    def work(self, request: Request) -> Said:
        if request.method == "DELETE" and self.lets_in(request) and request.url.endswith("/Sessions/7"):
            self.live = ""
            return 204, b""
        return super().work(request)


class Sanctum(Server):
    """The cookies are new in each answer; the token comes percent-encoded and is wanted decoded."""

    steps: Mapping[str, str] = {"GET /sanctum/csrf-cookie": "cookie", "POST /login": "login"}

    def __init__(self) -> None:
        super().__init__()
        self.user = ""

    def cookies(self) -> dict[str, str]:
        return {"XSRF-TOKEN": quote(f"{self.csrf}=/+", safe=""), "laravel_session": f"{self.live}.{self.new('iv')}"}

    def is_mine(self, request: Request) -> bool:
        return bool(self.live) and jar(request).get("laravel_session", "").partition(".")[0] == self.live

    def cookie(self, request: Request) -> Said:
        if not self.is_mine(request):
            self.live, self.csrf, self.user = self.new("session"), self.new("csrf"), ""
        return 204, b"", {}, self.cookies()

    def has_token(self, request: Request) -> bool:
        return self.is_mine(request) and request.headers.get("X-XSRF-TOKEN") == f"{self.csrf}=/+"

    def login(self, request: Request) -> Said:
        if not self.has_token(request) or request.headers.get("Referer") != f"{URL}/":
            return 419, {"message": "CSRF token mismatch."}
        if not self.is_right(request.json_body["email"], request.json_body["password"]):
            return 422, {"message": "These credentials do not match our records."}
        self.live, self.csrf, self.user = self.new("session"), self.new("csrf"), USER
        return 200, {"two_factor": False}, {}, self.cookies()

    def work(self, request: Request) -> Said:
        if request.method != "GET" and not self.has_token(request):
            return 419, {"message": "CSRF token mismatch."}
        return (200, {"id": 1}, {}, self.cookies()) if self.is_mine(request) and self.user else UNAUTHORISED

    def expire(self) -> None:
        self.user = ""

    def renew(self) -> None:
        self.csrf = self.new("csrf")


class Fortigate(Server):
    """Its login answers a text, and its cookie holds the token in quotes."""

    steps: Mapping[str, str] = {"POST /logincheck": "login", "POST /logout": "logout"}

    def login(self, request: Request) -> Said:
        form, page = form_of(request), {"content-type": "text/html"}
        if form.get("ajax") != "1" or not self.is_right(form.get("username"), form.get("secretkey")):
            return 200, b"0", page
        self.live, self.csrf = self.new("APSCOOKIE"), self.new("csrf")
        cookies = {"APSCOOKIE_1": self.live, "ccsrftoken": f'"{self.csrf}"'}
        return 200, b'1document.location="/ng/prompt?viewOnly&redir=%2F";', page, cookies

    def logout(self, request: Request) -> Said:
        if not self.lets_in(request):
            return UNAUTHORISED
        self.live = ""
        return 200, {}

    def lets_in(self, request: Request) -> bool:
        mine = bool(self.live) and jar(request).get("APSCOOKIE_1") == self.live
        return mine and (request.method == "GET" or request.headers.get("X-CSRFTOKEN") == self.csrf)
