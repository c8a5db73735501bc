# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that every module and lookup shares, written once: their argument specification and their values.

Every option here can also come from the environment as ``INSIGHT_<OPTION>``; the task wins over
``module_defaults``, which win over the environment, which wins over the default. An empty variable counts as none:
AWX sets one for each field of a credential that nobody filled in.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Optional
from urllib.parse import SplitResult, urlsplit

from .._profile.model import Profile
from .._text.records import record
from ..errors import ConfigurationError
from .inputs import inputs_of, system_of
from .waiting import HIGHEST

Spec = dict[str, dict[str, Any]]

GRANT_TYPES = ("password", "client_credentials", "authorization_code", "device_code", "refresh_token", "login")
"""The choices of grant_type, as its documentation lists them; what each one is stands in the grants."""

SYSTEM: Spec = {
    "url": {"type": "str"},
    "profile": {"type": "raw", "default": "insight"},
    "profile_overrides": {"type": "raw"},
    "inputs": {"type": "dict"},
}

IDENTITY: Spec = {
    "grant_type": {"type": "str", "choices": list(GRANT_TYPES)},
    "tenant_id": {"type": "str"},
    "authority": {"type": "str"},
    "issuer": {"type": "str"},
    "token_url": {"type": "str", "no_log": False},
    "scope": {"type": "str"},
    "client_id": {"type": "str"},
    "client_secret": {"type": "str", "no_log": True},
    "assertion_certificate": {"type": "path"},
    "assertion_key": {"type": "path", "no_log": False},
    "assertion_key_passphrase": {"type": "str", "no_log": True},
    "client_assertion_file": {"type": "path"},
    "username": {"type": "str"},
    "password": {"type": "str", "no_log": True},
    "totp_secret": {"type": "str", "no_log": True},
    "mfa_code": {"type": "str", "no_log": True},
    "refresh_token": {"type": "str", "no_log": True},
    "authorization_response": {"type": "str", "no_log": True},
    "redirect_uri": {"type": "str"},
    "expected_user": {"type": "str"},
}

SESSION_HANDLE: Spec = {
    "store": {"type": "path"},
    "file": {"type": "str"},
    "url": {"type": "str"},
    "user": {"type": "str"},
    "expires_at": {"type": "str"},
    "secret": {"type": "str", "no_log": True},
    "headers": {"type": "dict", "no_log": True},
    "cookies": {"type": "dict", "no_log": True},
}
"""What ``insight_token`` returns as ``session``, or ``headers`` and ``cookies`` that something else acquired.
``secret`` is there only where the session travels in the result."""

HAND_OVER: Spec = {
    "session": {"type": "dict", "options": SESSION_HANDLE},
    "access_token": {"type": "str", "no_log": True},
    "token_store": {"type": "str", "default": "auto", "no_log": False},
}

NETWORK: Spec = {
    "allow_http": {"type": "bool", "default": False},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
    "client_cert": {"type": "path"},
    "client_key": {"type": "path", "no_log": False},
    "use_proxy": {"type": "bool", "default": True},
    "connect_timeout": {"type": "float", "default": 10.0},
    "timeout": {"type": "float", "default": 60.0},
    "retry_limit": {"type": "int", "default": 4},
    "retry_deadline": {"type": "float", "default": 120.0},
}

EVIDENCE: Spec = {
    "reason": {"type": "str"},
    "change_reference": {"type": "str"},
    "initiator": {"type": "str"},
    "require_reason": {"type": "bool", "default": False},
}

SHARED: Spec = {**SYSTEM, **IDENTITY, **HAND_OVER, **NETWORK, **EVIDENCE}


def environment_name(option: str) -> str:
    """The environment variable an option is also read from."""
    return f"INSIGHT_{option.upper()}"


@dataclass(frozen=True)
class Identity:
    """Who logs in and how. Secrets do not show in its repr."""

    grant_type: Optional[str] = None
    tenant_id: Optional[str] = None
    authority: Optional[str] = None
    issuer: Optional[str] = None
    token_url: Optional[str] = None
    scope: Optional[str] = None
    client_id: Optional[str] = None
    client_secret: Optional[str] = field(default=None, repr=False)
    assertion_certificate: Optional[str] = None
    assertion_key: Optional[str] = None
    assertion_key_passphrase: Optional[str] = field(default=None, repr=False)
    client_assertion_file: Optional[str] = None
    username: Optional[str] = None
    password: Optional[str] = field(default=None, repr=False)
    totp_secret: Optional[str] = field(default=None, repr=False)
    mfa_code: Optional[str] = field(default=None, repr=False)
    refresh_token: Optional[str] = field(default=None, repr=False)
    authorization_response: Optional[str] = field(default=None, repr=False)
    redirect_uri: Optional[str] = None
    expected_user: Optional[str] = None


@dataclass(frozen=True)
class SessionHandle:
    """Where a session lies that another task acquired; ``secret`` is the session itself, when it travels along.
    headers, cookies: what something else acquired, to be carried as it is."""

    store: Optional[str] = None
    file: Optional[str] = None
    url: Optional[str] = None
    user: Optional[str] = None
    expires_at: Optional[str] = None
    secret: Optional[str] = field(default=None, repr=False)
    headers: Optional[Mapping[str, Any]] = field(default=None, repr=False)
    cookies: Optional[Mapping[str, Any]] = field(default=None, repr=False)

    @property
    def is_carried(self) -> bool:
        """Whether it is what requests carry, and no session of ours."""
        return bool(self.headers or self.cookies)


@dataclass(frozen=True)
class Network:
    """How the network is used. Times in seconds."""

    allow_http: bool = False
    validate_certs: bool = True
    ca_path: Optional[str] = None
    client_cert: Optional[str] = None
    client_key: Optional[str] = None
    use_proxy: bool = True
    connect_timeout: float = 10.0
    timeout: float = 60.0
    retry_limit: int = 4
    retry_deadline: float = 120.0


@record
class Evidence:
    """Why and for whom: travels into results and, where the profile names an attribute for it, to the server."""

    reason: Optional[str] = None
    change_reference: Optional[str] = None
    initiator: Optional[str] = None


@dataclass(frozen=True, eq=False)
class Settings:
    """All shared options, checked. url has neither a trailing slash, nor user information, query or fragment. inputs:
    those of the profile, with its defaults."""

    url: str
    profile: Profile
    identity: Identity
    network: Network
    evidence: Evidence
    session: Optional[SessionHandle] = None
    access_token: Optional[str] = field(default=None, repr=False)
    token_store: str = "auto"
    inputs: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def system(self) -> str:
        """What identifies the system: url and inputs."""
        return system_of(self.url, self.inputs, self.profile)


INITIATORS = (
    ("awx_user_name", "AWX user {}"),
    ("tower_user_name", "AWX user {}"),
    ("GITLAB_USER_LOGIN", "GitLab user {}"),
    ("GITHUB_ACTOR", "GitHub user {}"),
    ("BUILD_USER_ID", "Jenkins user {}"),
    ("BUILD_REQUESTEDFOR", "Azure Pipelines user {}"),
)
"""Environment variables in which an automation platform says who pressed the button."""


def initiator_from(environment: Mapping[str, str]) -> Optional[str]:
    """The person who started this run, as the CI or AWX says; None where neither says."""
    for variable, form in INITIATORS:
        if environment.get(variable):
            return form.format(environment[variable])
    return None


def _pick(kind: Any, values: Mapping[str, Any]) -> Any:
    return kind(**{item.name: values[item.name] for item in fields(kind) if values.get(item.name) not in (None, "")})


def address_parts(url: str) -> Optional[SplitResult]:
    """The parts of an absolute http or https address that everybody reads alike; None for anything else."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    odd = any(char.isspace() or not char.isprintable() or char == "\\" for char in url)
    return None if odd or not usable else parts


def may_carry_credentials(parts: SplitResult, network: Network) -> bool:
    """Whether credentials may go to an address: over TLS, within this machine, or in clear where that is allowed."""
    return parts.scheme == "https" or _is_loopback(parts.hostname or "") or network.allow_http


def _is_loopback(host: str) -> bool:
    from ipaddress import ip_address  # which few need

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _base_url(url: Optional[str], network: Network) -> str:
    """The address of the system, without a slash at its end. Raises ConfigurationError for one that cannot be meant."""
    what = "reach the system"
    if not url:
        raise ConfigurationError(what, "url is not set", "Set url, or INSIGHT_URL in the environment.")
    parts = address_parts(url)
    if parts is None:
        raise ConfigurationError(
            what, "url is not an absolute http or https address", "Write it as https://host[:port]."
        )
    if "@" in parts.netloc or "?" in url or "#" in url:
        raise ConfigurationError(
            what,
            "url carries a user, a query or a fragment",
            "Write only scheme, host, port and path; set username and password as options.",
        )
    if not may_carry_credentials(parts, network):
        raise ConfigurationError(
            what,
            "url is an http address of another machine, to which credentials would go in clear",
            "Write https://. Where nobody else can listen, set allow_http to true.",
        )
    return url.rstrip("/")


LOWEST = {"connect_timeout": 0.001, "timeout": 0.001, "retry_limit": 0, "retry_deadline": 0}


def _network(values: Mapping[str, Any]) -> Network:
    network: Network = _pick(Network, values)
    for name, lowest in LOWEST.items():
        if not lowest <= getattr(network, name) <= HIGHEST:
            raise ConfigurationError("use the network", f"{name} is not between {lowest} and {HIGHEST}")
    if network.client_key and not network.client_cert:
        raise ConfigurationError("use the network", "client_key is given without client_cert", "Set client_cert.")
    return network


def settings_from(values: Mapping[str, Any], profile: Profile) -> Settings:
    """Make Settings of validated option values. Raises ConfigurationError for what a type cannot rule out."""
    handle = _pick(SessionHandle, values["session"]) if values.get("session") else None
    evidence = _pick(Evidence, {**values, "initiator": values.get("initiator") or initiator_from(os.environ)})
    if values.get("require_reason") and not evidence.reason:
        raise ConfigurationError(
            "start", "require_reason is set and no reason is given", "Set reason: why this is done."
        )
    network = _network(values)
    inputs = inputs_of(values.get("inputs") or {}, profile)
    return Settings(
        url=_base_url(values.get("url") or (handle and handle.url), network),
        profile=profile.bound(inputs),
        identity=_pick(Identity, values),
        network=network,
        evidence=evidence,
        session=handle,
        access_token=values.get("access_token"),
        token_store=values.get("token_store") or "auto",
        inputs=inputs,
    )
