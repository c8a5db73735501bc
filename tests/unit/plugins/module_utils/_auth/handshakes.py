# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Handshakes of other systems in the language of profiles, from what their makers publish."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.handshake_servers import (
    F5,
    SEED,
    Apic,
    Artifactory,
    Bearer,
    Fortigate,
    Jenkins,
    JenkinsWithoutCrumbs,
    Jira,
    Keyed,
    Nexus,
    Proxmox,
    ProxmoxWithCode,
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
    """One system. session, inputs: as in its profile; path, body: of a request of its API; keyed: the credential is a
    key, an access token or that of an input; given: options beside the credential."""

    name: str
    server: type[Server]
    session: Mapping[str, Any]
    keyed: bool = False
    path: str = "/api/things"
    body: Mapping[str, Any] = field(default_factory=lambda: {"a": 1})
    inputs: Mapping[str, Any] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)


BASIC = {"username": "{username}", "password": "{password}"}
LOST = [{"status": [401]}]
NAMED = {"username": "{username}", "password": "{password}"}
FETCH = {"method": "GET", "path": "", "headers": {"X-CSRF-Token": "Fetch"}, "take": {"csrf": "header.X-CSRF-Token"}}
COOKIE = {"method": "GET", "path": "/sanctum/csrf-cookie"}


def rpc(method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def post(path: str, **more: Any) -> dict[str, Any]:
    return {"method": "POST", "path": path, **more}


CRUMB = {
    "method": "GET",
    "path": "/crumbIssuer/api/json",
    "success": [{"status": [200]}, {"status": [404]}],  # where crumbs are not asked for
    "take": {
        "crumb_field": {"at": "body.crumbRequestField", "optional": True},
        "crumb": {"at": "body.crumb", "optional": True},
    },
}
JENKINS = {
    "steps": {"crumb": CRUMB},
    "carry": {"basic": BASIC, "headers": {"{crumb_field}": "{crumb}"}},
    "look": CRUMB,
    "lost": LOST,
}
TICKET = {
    "access_token": "body.data.ticket",
    "csrf": "body.data.CSRFPreventionToken",
    "expires_in": {"at": "body.data.lives", "default": "7200"},  # no answer says it
}
TICKETS = "/api2/json/access/ticket"
PVE = {
    "steps": {
        "login": post(TICKETS, form=NAMED, take={**TICKET, "half": "body.data.ticket"}),
        "code": post(
            TICKETS,
            form={"username": "{username}", "tfa-challenge": "{half}", "password": "totp:{totp}"},
            take=TICKET,
            when={"body": {"data.NeedTFA": "present"}},
        ),
    },
    "refresh": {
        "steps": {"renew": post(TICKETS, form={"username": "{username}", "password": "{access_token}"}, take=TICKET)},
        "after_use": "keeps",
    },
    "carry": {"headers": {"CSRFPreventionToken": "{csrf}"}, "cookies": {"PVEAuthCookie": "{access_token}"}},
    "lost": LOST,
}
LOGGED_IN = "body.imdata[0].aaaLogin.attributes"
APIC_TOKEN = {"access_token": f"{LOGGED_IN}.token", "expires_in": f"{LOGGED_IN}.refreshTimeoutSeconds"}

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
    Handshake(
        "artifactory_key",
        Artifactory,
        {
            "carry": {
                "headers": {"Authorization": "Bearer {access_token}", "X-JFrog-Art-Api": "{inputs.api_key}"},
            }
        },
        keyed=True,
        inputs={"api_key": {"secret": True}},
    ),
    Handshake(
        "artifactory_key_alone",
        Artifactory,
        {"carry": {"headers": {"X-JFrog-Art-Api": "{inputs.api_key}"}}},
        keyed=True,
        inputs={"api_key": {"secret": True, "required": True}},
    ),
    Handshake("nexus", Nexus, {"carry": {"basic": BASIC}, "lost": LOST}),
    Handshake("jenkins", Jenkins, JENKINS),
    Handshake("jenkins_without_crumbs", JenkinsWithoutCrumbs, JENKINS),
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
            "steps": {"login": post("/api/session", basic=BASIC, take={"token": "body"})},
            "carry": {"headers": {"vmware-api-session-id": "{token}"}},
            "lost": LOST,
            "logout": {"out": {"method": "DELETE", "path": "/api/session"}},
        },
    ),
    Handshake("proxmox", Proxmox, PVE),
    Handshake("proxmox_with_code", ProxmoxWithCode, PVE, given={"totp_secret": SEED}),
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
                    take=APIC_TOKEN,
                )
            },
            "refresh": {
                "steps": {"refresh": {"method": "GET", "path": "/api/aaaRefresh.json", "take": APIC_TOKEN}},
                "refused": [{"status": [403]}],
                "after_use": "keeps",
            },
            "carry": {"cookies": {"APIC-cookie": "{access_token}"}},
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
