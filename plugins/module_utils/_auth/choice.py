# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which grant is meant, whether the options fit it, and at which addresses it is asked for. Nothing is sent here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from .._options.shared import GRANTS, Identity, Settings, address_parts, may_carry_credentials
from ..errors import ConfigurationError
from . import client_authentication

WHAT = "log in"

NEEDS: Mapping[str, tuple[str, ...]] = {
    "password": ("client_id", "username", "password"),
    "client_credentials": ("client_id",),
    "authorization_code": ("client_id",),
    "device_code": ("client_id",),
    "refresh_token": ("client_id", "refresh_token"),
    "login": ("username", "password"),
}
"""The options without which a grant cannot be used."""

APPLICATION = tuple(option for options in client_authentication.WAYS.values() for option in options)

USELESS: Mapping[str, tuple[str, ...]] = {
    "password": ("refresh_token", "authorization_response", "redirect_uri"),
    "client_credentials": (
        "username",
        "password",
        "refresh_token",
        "authorization_response",
        "redirect_uri",
        "expected_user",
    ),
    "authorization_code": ("username", "password", "refresh_token"),
    "device_code": ("username", "password", "refresh_token", "authorization_response", "redirect_uri"),
    "refresh_token": ("username", "password", "authorization_response", "redirect_uri"),
    "login": ("refresh_token", "authorization_response", "redirect_uri", "token_url", "scope", *APPLICATION),
}
"""Options that a grant does not look at, so that whoever set them meant something else."""

INTERACTIVE = ("authorization_code", "device_code")

PROOFS: Mapping[str, tuple[str, ...]] = {
    "refresh_token": ("refresh_token",),
    "password": ("username", "password"),
    "authorization_code": ("authorization_response",),
}
"""What gives a grant away when grant_type is not set."""


def _given(identity: Identity, options: tuple[str, ...]) -> list[str]:
    return [option for option in options if getattr(identity, option)]


def _infer(settings: Settings) -> str:
    """The grant that the options can only mean."""
    if not settings.profile.oauth:
        return "login"
    identity = settings.identity
    found = [grant for grant, options in PROOFS.items() if _given(identity, options)]
    if not found and client_authentication.way_of(identity):
        return "client_credentials"
    if len(found) == 1:
        return found[0]
    why = (
        f"the options fit {' and '.join(found)}"
        if found
        else "nothing says how: no grant_type and no credentials are given"
    )
    raise ConfigurationError(WHAT, why, f"Set grant_type to one of: {', '.join(GRANTS)}.")


def choose_grant(settings: Settings) -> str:
    """The grant to use. Raises ConfigurationError when options are missing or contradict one another."""
    identity = settings.identity
    grant = identity.grant_type or _infer(settings)
    missing = [option for option in NEEDS[grant] if not getattr(identity, option)]
    if missing:
        raise ConfigurationError(
            WHAT, f"grant_type {grant} needs {' and '.join(missing)}", f"Set {', '.join(missing)}."
        )
    useless = _given(identity, USELESS[grant])
    if useless:
        raise ConfigurationError(
            WHAT,
            f"{', '.join(useless)} has no meaning with grant_type {grant}",
            "Leave it out, or choose the grant_type that uses it.",
        )
    if client_authentication.way_of(identity) is None and grant == "client_credentials":
        raise ConfigurationError(
            WHAT,
            "grant_type client_credentials needs the application to authenticate itself",
            "Set client_secret, assertion_certificate or client_assertion_file.",
        )
    _check_profile(settings, grant)
    return grant


def _check_profile(settings: Settings, grant: str) -> None:
    profile = settings.profile
    if grant == "login":
        if "{password}" not in str(profile.session.get("login", {}).get("body")):
            raise ConfigurationError(
                WHAT,
                f"profile {profile.name} does not take user name and password at its own login",
                "InSight 6.2 and 7.0 do: profile insight_6_2 or insight_7_0. Else choose another grant_type.",
            )
        return
    if not profile.oauth:
        raise ConfigurationError(
            WHAT,
            f"profile {profile.name} knows no OAuth, so grant_type {grant} has no meaning",
            "Set grant_type to login.",
        )
    if grant not in profile.oauth["grants"]:
        raise ConfigurationError(
            WHAT,
            f"profile {profile.name} has no grant {grant}",
            f"It has: {', '.join(sorted(profile.oauth['grants']))}.",
        )


@dataclass(frozen=True)
class Endpoints:
    """Where a grant is asked for. authorize and device are empty where the profile has none."""

    token: str
    authorize: str
    device: str
    scope: str


def _checked(url: str, option: str, settings: Settings) -> str:
    parts = address_parts(url)
    secure = parts is not None and may_carry_credentials(parts, settings.network)
    if parts is None or not secure or "@" in parts.netloc or "?" in url or "#" in url:
        raise ConfigurationError(
            WHAT,
            f"{option} is not an https address without user, query and fragment",
            "Credentials are sent there: write https://host/path.",
        )
    return url.rstrip("/")


def _address(settings: Settings, name: str) -> str:
    """The address of a path of the profile's oauth, at the authority; empty where the profile has none."""
    template: str = settings.profile.oauth.get(name) or ""
    if not template:
        return ""
    identity = settings.identity
    authority = identity.authority or settings.profile.oauth.get("authority") or settings.url
    if "{tenant_id}" in template and not identity.tenant_id:
        raise ConfigurationError(
            WHAT, "tenant_id is not set", "Set it to the id or domain of the tenant, or set token_url."
        )
    tenant = identity.tenant_id or ""
    if tenant and not re.fullmatch(r"[\w.-]*\w[\w.-]*", tenant):
        raise ConfigurationError(WHAT, "tenant_id is neither an id nor a domain name")
    base = _checked(authority, "authority", settings)
    address = base + template.replace("{tenant_id}", quote(tenant, safe=""))
    parts, own = address_parts(address), urlsplit(base)
    if parts is None or (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        raise ConfigurationError(
            WHAT,
            f"oauth.{name} of profile {settings.profile.name} is not a path at the authority",
            "It begins with a slash; where it leads elsewhere, credentials would go there.",
        )
    return address


def endpoints_of(settings: Settings, grant: str) -> Endpoints:
    """The addresses and the scope of an OAuth grant. Raises ConfigurationError for what they cannot be made of."""
    identity, oauth = settings.identity, settings.profile.oauth
    if identity.token_url and identity.authority:
        raise ConfigurationError(
            WHAT, "token_url and authority both say where the token endpoint is", "Give one of them."
        )
    template = oauth["grants"].get(grant, {}).get("scope", "")
    return Endpoints(
        token=_checked(identity.token_url, "token_url", settings)
        if identity.token_url
        else _address(settings, "token_path"),
        authorize=_address(settings, "authorize_path") if grant == "authorization_code" else "",
        device=_address(settings, "device_path") if grant == "device_code" else "",
        scope=identity.scope or template.replace("{client_id}", identity.client_id or ""),
    )
