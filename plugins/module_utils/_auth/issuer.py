# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The addresses that an issuer names in its metadata (OpenID Connect Discovery 1.0; RFC 8414)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from .._options.shared import Settings
from .._profile.predicate import json_or_nothing
from .._text.json_forms import Json
from .._text.records import evolve
from .._transport.addressing import same_origin
from .._transport.messages import Flow, Request
from ..errors import AuthenticationError, ConfigurationError
from .choice import checked_address
from .client_proof import BY_SECRET
from .grants.base import Endpoints
from .platform_errors import shown
from .tokens import text

WHAT = "ask the issuer for its addresses"
FIELDS = {
    "token": "token_endpoint",
    "authorize": "authorization_endpoint",
    "device": "device_authorization_endpoint",
}
"""The fields of the metadata by those of Endpoints."""
METHODS = "token_endpoint_auth_methods_supported"
KEPT = ("issuer", *FIELDS.values(), METHODS)
LIFE = 86400.0
"""Seconds for which metadata that were read are good."""
BY_DEFAULT = ("client_secret_basic",)
"""How an application proves itself where the metadata do not say (RFC 8414, section 2)."""


def well_known(issuer: str) -> Iterator[str]:
    """Where the metadata of an issuer may stand: OpenID Connect's place first, which more platforms have."""
    parts = urlsplit(issuer)
    path = parts.path.rstrip("/")
    for place in (
        f"{path}/.well-known/openid-configuration",
        f"/.well-known/oauth-authorization-server{path}",
    ):
        yield urlunsplit((parts.scheme, parts.netloc, place, "", ""))


def metadata(issuer: str) -> Flow[Json]:
    """What an issuer says of itself: the fields that are used of it. Raises AuthenticationError where nothing of the
    kind is there, or where it is that of another issuer. Carries no credentials."""
    found: Any = None
    statuses: list[str] = []
    for address in well_known(issuer):
        answer = yield Request(WHAT, "GET", address, safe=True, patient=True)
        found, statuses = json_or_nothing(answer), [*statuses, str(answer.status)]
        if answer.status == 200 and isinstance(found, Mapping):
            break
    else:
        why = f"it answered HTTP {' and '.join(statuses)}, and no metadata"
        raise AuthenticationError(WHAT, why, "Check issuer, or have the profile say the paths.")
    if found.get("issuer") != issuer:
        why = f"the answer is that of {shown(found.get('issuer', 'no issuer'))!r}, and issuer is {issuer!r}"
        raise AuthenticationError(WHAT, why, "They must be equal to the last character. Check issuer.")
    return {name: found[name] for name in KEPT if name in found}


def at_issuer(endpoints: Endpoints, found: Json, settings: Settings, needed: tuple[str, ...]) -> Endpoints:
    """The endpoints with the addresses of the metadata where they have none. needed: the fields of Endpoints that the
    grant asks. Raises AuthenticationError for an address that is missing, or to which no credentials may go."""
    lacking = [name for name in needed if not getattr(endpoints, name)]
    addresses: dict[str, Any] = {name: _address(found, FIELDS[name], endpoints.issuer, settings) for name in lacking}
    methods = found.get(METHODS, BY_DEFAULT)
    offered = [one for one in BY_SECRET if isinstance(methods, (list, tuple)) and one in methods]
    refresh = endpoints.refresh and at_issuer(endpoints.refresh, found, settings, ("token",))
    by_secret = endpoints.by_secret or (offered[0] if offered else "")
    return evolve(endpoints, **addresses, by_secret=by_secret, refresh=refresh)


def _address(found: Json, name: str, issuer: str, settings: Settings) -> str:
    """An address in the metadata, which is at the origin of the issuer: nobody has said that another one may have the
    credentials."""
    address: Any = text(found.get(name))
    if address is None:
        raise AuthenticationError(WHAT, f"it names no {name}", "Choose another grant_type, or set token_url.")
    try:
        checked_address(address, name, settings)
    except ConfigurationError as error:
        raise AuthenticationError(WHAT, error.why, error.hint) from error
    if not same_origin(issuer, address):
        raise AuthenticationError(
            WHAT,
            f"its {name} is at {shown(urlsplit(address).netloc)}, which is not the issuer {issuer}",
            "Credentials would go there. Where that is meant, set token_url.",
        )
    return str(address)
