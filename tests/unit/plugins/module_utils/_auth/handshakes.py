# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handshakes of other systems in the language of profiles, from what their makers publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.handshake_servers import (
    F5,
    Apic,
    Bearer,
    Fortigate,
    Jenkins,
    Jira,
    Keyed,
    Nexus,
    Proxmox,
    Redfish,
    Sanctum,
    Sap,
    Server,
    Unifi,
    Vcenter,
    Zabbix5,
    Zabbix7,
)


@dataclass(frozen=True)
class Handshake:
    """One system. session: as in its profile; path, body: of a request of its API; keyed: the credential is a key."""

    name: str
    server: type[Server]
    session: Mapping[str, Any]
    keyed: bool = False
    path: str = "/api/things"
    body: Mapping[str, Any] = field(default_factory=lambda: {"a": 1})


BASIC = {"username": "{username}", "password": "{password}"}
LOST = [{"status": [401]}]
NAMED = {"username": "{username}", "password": "{password}"}
CRUMB = {"method": "GET", "path": "/crumbIssuer/api/json", "take": {"crumb": "body.crumb"}}
FETCH = {"method": "GET", "path": "", "headers": {"X-CSRF-Token": "Fetch"}, "take": {"csrf": "header.X-CSRF-Token"}}
TICKET = {"ticket": "body.data.ticket", "csrf": "body.data.CSRFPreventionToken"}
COOKIE = {"method": "GET", "path": "/sanctum/csrf-cookie"}


def rpc(method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def post(path: str, **more: Any) -> dict[str, Any]:
    return {"method": "POST", "path": path, **more}


HANDSHAKES = [
    Handshake("gitlab", Keyed, {"carry": {"headers": {"PRIVATE-TOKEN": "{access_token}"}}, "lost": LOST}, keyed=True),
    Handshake("artifactory", Bearer, {"carry": {"headers": {"Authorization": "Bearer {access_token}"}}}, keyed=True),
    Handshake("fortigate_token", Bearer, {}, keyed=True),
    Handshake(
        "zabbix_7",
        Zabbix7,
        {
            "carry": {"headers": {"Authorization": "Bearer {access_token}"}},
            "lost": [{"body": {"error.data": "Not authorized."}}],
        },
        keyed=True,
    ),
    Handshake("nexus", Nexus, {"carry": {"basic": BASIC}, "lost": LOST}),
    Handshake(
        "jenkins",
        Jenkins,
        {
            "steps": {"crumb": {**CRUMB, "take": {"crumb_field": "body.crumbRequestField", "crumb": "body.crumb"}}},
            "carry": {"basic": BASIC, "headers": {"{crumb_field}": "{crumb}"}},
            "look": CRUMB,
            "lost": LOST,
        },
    ),
    Handshake(
        "sap_odata",
        Sap,
        {
            "steps": {"fetch": FETCH},
            "carry": {"basic": BASIC, "headers": {"X-CSRF-Token": "{csrf}"}},
            "look": {**FETCH, "after": [{"status": [403], "header": {"X-CSRF-Token": "Required"}}]},
            "lost": LOST,
        },
    ),
    Handshake(
        "jira",
        Jira,
        {
            "steps": {
                "login": post(
                    "/rest/auth/1/session",
                    json=NAMED,
                    take={"cookie_name": "body.session.name", "cookie_value": "body.session.value"},
                    cookies={"{cookie_name}": "{cookie_value}"},
                )
            },
            "carry": {"headers": {"X-Atlassian-Token": "no-check"}},
            "lost": [{"status": [401]}, {"header": {"X-AUSERNAME": "anonymous"}}],
            "logout": {"out": {"method": "DELETE", "path": "/rest/auth/1/session"}},
        },
    ),
    Handshake(
        "vcenter",
        Vcenter,
        {
            "steps": {"login": post("/api/session", take={"token": "body"})},
            "carry": {"basic": BASIC, "headers": {"vmware-api-session-id": "{token}"}},
            "lost": LOST,
            "logout": {"out": {"method": "DELETE", "path": "/api/session"}},
        },
    ),
    Handshake(
        "proxmox",
        Proxmox,
        {
            "steps": {
                "login": post(
                    "/api2/json/access/ticket", form=NAMED, take=TICKET, cookies={"PVEAuthCookie": "{ticket}"}
                ),
                "code": post(
                    "/api2/json/access/ticket",
                    form={"username": "{username}", "tfa-challenge": "{ticket}", "password": "totp:{totp}"},
                    take=TICKET,
                    cookies={"PVEAuthCookie": "{ticket}"},
                    when={"body": {"data.NeedTFA": "present"}},
                ),
            },
            "carry": {"headers": {"CSRFPreventionToken": "{csrf}"}},
            "lost": LOST,
        },
    ),
    Handshake(
        "zabbix_5",
        Zabbix5,
        {
            "steps": {
                "login": post(
                    "/api_jsonrpc.php",
                    json=rpc("user.login", {"user": "{username}", "password": "{password}"}),
                    denied=[{"body": {"error": "present"}}],
                    take={"token": "body.result"},
                )
            },
            "carry": {"json": {"auth": "{token}"}},
            "lost": [{"body": {"error.data": "Session terminated, re-login, please."}}],
            "logout": {"out": post("/api_jsonrpc.php", json=rpc("user.logout", []))},
        },
        path="/api_jsonrpc.php",
        body=rpc("host.update", {"hostid": "1"}),
    ),
    Handshake(
        "f5_bigip",
        F5,
        {
            "steps": {
                "login": post(
                    "/mgmt/shared/authn/login",
                    json={**NAMED, "loginProviderName": "tmos"},
                    take={"token": "body.token.token", "expires_in": "body.token.timeout"},
                )
            },
            "carry": {"headers": {"X-F5-Auth-Token": "{token}"}},
            "lost": LOST,
            "logout": {"out": {"method": "DELETE", "path": "/mgmt/shared/authz/tokens/{token}"}},
        },
    ),
    Handshake(
        "cisco_apic",
        Apic,
        {
            "steps": {
                "login": post(
                    "/api/aaaLogin.json",
                    json={"aaaUser": {"attributes": {"name": "{username}", "pwd": "{password}"}}},
                    take={"expires_in": "body.imdata[0].aaaLogin.attributes.refreshTimeoutSeconds"},
                )
            },
            "lost": [{"status": [403], "words": ["token was invalid"]}],
            "logout": {
                "out": post("/api/aaaLogout.json", json={"aaaUser": {"attributes": {"name": "{username}"}}}),
            },
        },
    ),
    Handshake(
        "fortigate_session",
        Fortigate,
        {
            "steps": {
                "login": post(
                    "/logincheck",
                    form={"username": "{username}", "secretkey": "{password}", "ajax": "1"},
                    success=[{"words": "1document.location", "media_type": ["text/html", "text/plain"]}],
                    denied=[{"status": [200], "not": {"words": "1document.location"}}],
                )
            },
            "take": {"csrf": "cookie.ccsrftoken"},
            "carry": {"headers": {"X-CSRFTOKEN": "{csrf|unquoted}"}},
            "lost": LOST,
            "logout": {"out": post("/logout")},
        },
    ),
    Handshake(
        "unifi_os",
        Unifi,
        {
            "steps": {"login": post("/api/auth/login", json=NAMED)},
            "take": {"csrf": ["header.X-Updated-CSRF-Token", "header.X-CSRF-Token"]},
            "carry": {"headers": {"X-CSRF-Token": "{csrf}"}},
            "lost": LOST,
            "logout": {"out": post("/api/auth/logout")},
        },
    ),
    Handshake(
        "redfish",
        Redfish,
        {
            "steps": {
                "login": post(
                    "/redfish/v1/SessionService/Sessions",
                    json={"UserName": "{username}", "Password": "{password}"},
                    take={"token": "header.X-Auth-Token", "session_id": "location.id"},
                )
            },
            "carry": {"headers": {"X-Auth-Token": "{token}"}},
            "lost": LOST,
            "logout": {"out": {"method": "DELETE", "path": "/redfish/v1/SessionService/Sessions/{session_id}"}},
        },
    ),
    Handshake(
        "laravel_sanctum",
        Sanctum,
        {
            "steps": {
                "cookie": COOKIE,
                "login": post(
                    "/login", json={"email": "{username}", "password": "{password}"}, denied=[{"status": [422]}]
                ),
            },
            "take": {"csrf": "cookie.XSRF-TOKEN"},
            "carry": {"headers": {"X-XSRF-TOKEN": "{csrf|percent_decoded}", "Referer": "{url}/"}},
            "look": {**COOKIE, "after": [{"status": [419]}]},
            "lost": LOST,
        },
    ),
]
