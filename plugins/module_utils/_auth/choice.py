# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which grant is meant, whether the options fit it, and at which addresses it is asked for. Nothing is sent here."""

from __future__ import annotations

import re
from typing import Any, Optional
from urllib.parse import urlsplit

from .._options.shared import Identity, Settings, address_parts, may_carry_credentials
from .._profile.template import fill_text, names_in
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT
from .._text.records import evolve
from .._transport.addressing import filled_path
from ..errors import ConfigurationError
from . import client_authentication
from .grants.base import Endpoints, Grant
from .grants.login import LOGIN
from .grants.refresh_token import REFRESH_TOKEN
from .grants.registry import GRANTS
from .session import carries_key
from .tokens import user_claims

WHAT = "log in"
BY_TOKEN = "lets each request carry an access token, and nothing says how one is had"
NO_LOGIN = (
    "Set access_token, or say in the profile how one is had: oauth, or steps of session. For a system without a login "
    "say session: {carry: {}} there."
)


def _given(identity: Identity, options: tuple[str, ...]) -> list[str]:
    return [option for option in options if getattr(identity, option)]


def _infer(settings: Settings) -> str:
    """The grant that the options can only mean."""
    if not settings.profile.oauth:
        return LOGIN.name
    identity = settings.identity
    found = [grant for grant in GRANTS.values() if _given(identity, grant.proofs)]
    users = [grant.name for grant in found if not grant.application_only]
    names = users or [grant.name for grant in found if client_authentication.way_of(identity)]
    if len(names) == 1:
        return names[0]
    why = (
        f"the options fit {' and '.join(names)}"
        if names
        else "nothing says how: no grant_type and no credentials are given"
    )
    raise ConfigurationError(WHAT, why, f"Set grant_type to one of: {', '.join(GRANTS)}.")


def choose_grant(settings: Settings) -> str:
    """The name of the grant to use. Raises ConfigurationError when options are missing or contradict one another."""
    identity = settings.identity
    grant = GRANTS[identity.grant_type or _infer(settings)]
    nameless = grant.flow is None and _needs_nobody(settings)
    missing = [option for option in grant.needs if not getattr(identity, option) and not nameless]
    if missing and settings.profile.session.is_token and not settings.profile.oauth:
        raise ConfigurationError(WHAT, f"profile {settings.profile.name} {BY_TOKEN}", NO_LOGIN)
    if missing:
        raise ConfigurationError(
            WHAT, f"grant_type {grant.name} needs {' and '.join(missing)}", f"Set {', '.join(missing)}."
        )
    meant = form_names(settings, grant.name)
    useless = [option for option in _given(identity, grant.useless) if option not in meant]
    if useless:
        raise ConfigurationError(
            WHAT,
            f"{', '.join(useless)} has no meaning with grant_type {grant.name}",
            "Leave it out, or choose the grant_type that uses it.",
        )
    if client_authentication.way_of(identity) is None and grant.application_only:
        raise ConfigurationError(
            WHAT,
            f"grant_type {grant.name} needs the application to authenticate itself",
            "Set client_secret, assertion_certificate or client_assertion_file.",
        )
    _check_profile(settings, grant)
    return grant.name


def _needs_nobody(settings: Settings) -> bool:
    """Whether the system's own login needs no credential of the options: it takes none, or a key is an input."""
    return not settings.profile.session.takes_credentials or carries_key(settings.profile, settings.inputs)


def _check_profile(settings: Settings, grant: Grant) -> None:
    """Raise ConfigurationError unless the profile can log in with this grant."""
    profile = settings.profile
    codes = _given(settings.identity, ("totp_secret", "mfa_code"))
    if codes and not profile.session.takes("totp"):
        raise ConfigurationError(
            WHAT, f"the login of profile {profile.name} takes no one-time code", f"Leave {' and '.join(codes)} out."
        )
    if grant.flow is None:
        if not profile.session.takes("password") and (settings.identity.password or not _needs_nobody(settings)):
            other = profile.other_versions.get("password")
            raise ConfigurationError(
                WHAT,
                f"profile {profile.name} does not take user name and password at its own login",
                f"Other versions of the system do: profile {other}. Else choose another grant_type."
                if other
                else "Choose another grant_type.",
            )
        return
    if not profile.oauth:
        raise ConfigurationError(
            WHAT,
            f"profile {profile.name} knows no OAuth, so grant_type {grant.name} has no meaning",
            f"Set grant_type to {LOGIN.name}.",
        )
    if grant.name not in profile.oauth["grants"]:
        raise ConfigurationError(
            WHAT,
            f"profile {profile.name} has no grant {grant.name}",
            f"It has: {', '.join(sorted(profile.oauth['grants']))}.",
        )


def checked_address(url: str, option: str, settings: Settings) -> str:
    """An address that credentials may be sent to, without a slash at its end. Raises ConfigurationError, which names
    the option."""
    parts = address_parts(url)
    secure = parts is not None and may_carry_credentials(parts, settings.network)
    if parts is None or not secure or "@" in parts.netloc or "?" in url or "#" in url:
        raise ConfigurationError(
            WHAT,
            f"{option} is not an https address without user, query and fragment",
            "Credentials are sent there: write https://host/path.",
        )
    return url.rstrip("/")


def _address(settings: Settings, name: str, path: str = "") -> str:
    """The address of a path of the profile's oauth, at the authority; empty where the profile has none, and where the
    option issuer takes its place. path: one that a grant has of its own."""
    template: str = path or settings.profile.oauth.get(name) or ""
    if not template or (settings.identity.issuer and name != "issuer"):
        return ""
    identity = settings.identity
    said = filled_path(settings.profile.oauth.get("authority", ""), _names(settings), WHAT)
    authority = identity.authority or said or settings.url
    if "{tenant_id}" in template and not identity.tenant_id:
        raise ConfigurationError(
            WHAT, "tenant_id is not set", "Set it to the id or domain of the tenant, or set token_url."
        )
    tenant = identity.tenant_id or ""
    if tenant and not re.fullmatch(r"[\w.-]*\w[\w.-]*", tenant):
        raise ConfigurationError(WHAT, "tenant_id is neither an id nor a domain name")
    base = checked_address(authority, "authority", settings)
    address = base + filled_path(template, _names(settings), WHAT)
    parts, own = address_parts(address), urlsplit(base)
    if parts is None or (parts.scheme, parts.netloc) != (own.scheme, own.netloc):
        raise ConfigurationError(
            WHAT,
            f"oauth.{name} of profile {settings.profile.name} is not a path at the authority",
            "It begins with a slash; where it leads elsewhere, credentials would go there.",
        )
    return address


def _issuer(settings: Settings) -> str:
    """The issuer that names the addresses, as it is written; empty where none does. In a profile it is an address, or a
    path at the authority."""
    said: str = settings.identity.issuer or settings.profile.oauth.get("issuer") or ""
    if said.startswith("/"):
        return _address(settings, "issuer", said)
    if not settings.identity.issuer:
        said = filled_path(said, _names(settings), WHAT)
    if said:
        checked_address(said, "issuer", settings)
    return said


def _of_grant(settings: Settings, grant: str) -> Json:
    """What the profile says of a grant."""
    of_grant: Json = settings.profile.oauth.get("grants", {}).get(grant, {})
    return of_grant


def form_names(settings: Settings, grant: str) -> set[str]:
    """The options that the profile puts into the requests of a grant."""
    of_grant = _of_grant(settings, grant)
    return {name for name, _function in names_in([of_grant.get(part, {}) for part in ("form", "authorize")])}


NAMED = ("client_id", "tenant_id", "redirect_uri", "username", "expected_user")
"""The options that templates of a grant may name, as far as the check of profiles lets them."""


def _names(settings: Settings) -> dict[str, Any]:
    """What the templates of a grant may name."""
    identity = settings.identity
    given = {name: getattr(identity, name) for name in NAMED}
    return {"inputs": settings.inputs, **{name: value for name, value in given.items() if value}}


def _form(settings: Settings, grant: str, part: str) -> dict[str, Optional[str]]:
    """The fields that the profile adds to a request of a grant; None for one that it takes away. part: ``form``, of the
    token request, or ``authorize``, of the one that begins a person's login."""
    said, names = _of_grant(settings, grant).get(part, {}), _names(settings)
    filled = {name: None if template is None else fill_text(template, names) for name, template in said.items()}
    return {name: value for name, value in filled.items() if value is not ABSENT}


def endpoints_of(settings: Settings, grant: str) -> Endpoints:
    """The addresses, the scope and the form of an OAuth grant, and of the refresh that renews its tokens. Raises
    ConfigurationError for what they cannot be made of."""
    identity, of_grant, asked = settings.identity, _of_grant(settings, grant), GRANTS[grant].endpoints
    for option in (identity.token_url and "token_url", identity.issuer and "issuer"):
        if option and identity.authority:
            raise ConfigurationError(
                WHAT, f"{option} and authority both say where the token endpoint is", "Give one of them."
            )
    scope = fill_text(of_grant.get("scope", ""), _names(settings))
    endpoints = Endpoints(
        token=checked_address(identity.token_url, "token_url", settings)
        if identity.token_url
        else _address(settings, "token_path", of_grant.get("path", "")),
        authorize=_address(settings, "authorize_path") if "authorize" in asked else "",
        device=_address(settings, "device_path") if "device" in asked else "",
        scope=identity.scope or ("" if scope is ABSENT else scope),
        form=_form(settings, grant, "form"),
        asks=_form(settings, grant, "authorize"),
        by_secret=settings.profile.oauth.get("client_authentication", ""),
        issuer=_issuer(settings),
        claims=user_claims(settings.profile.oauth),
    )
    if grant == REFRESH_TOKEN.name:
        return endpoints
    return evolve(endpoints, refresh=evolve(endpoints_of(settings, REFRESH_TOKEN.name), scope=endpoints.scope))
