# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a client shows that it is itself: a secret, a certificate, a workload identity's assertion."""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from simulator.credentials import Client, Credentials, same
from simulator.microsoft_errors import OAuthError

if TYPE_CHECKING:
    from simulator.messages import Request

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def authenticate(request: Request, tenant: str, credentials: Credentials) -> tuple[str, Client, bool]:
    """Who the client is, and whether it has shown it. Raises OAuthError when it has tried and failed."""
    form = dict(request.form)
    basic = _basic(request)
    if basic:
        form["client_id"], form["client_secret"] = basic
    client_id = form.get("client_id")
    if not client_id:
        raise OAuthError(900144, "client_id")
    client = credentials.clients.get(client_id)
    if client is None:
        raise OAuthError(700016, client_id, tenant)
    if "client_secret" not in form and "client_assertion" not in form:
        return client_id, client, False
    if client.public:
        raise OAuthError(700025)
    if "client_assertion" in form:
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise OAuthError(70002)
        _check_assertion(form["client_assertion"], request, client_id, client, tenant)
    elif not client.secret or not same(form["client_secret"], client.secret):
        raise OAuthError(7000215, client_id)
    return client_id, client, True


def _basic(request: Request) -> tuple[str, str] | None:
    scheme, _space, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        name, _colon, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        raise OAuthError(70002) from None
    return unquote_plus(name), unquote_plus(secret)


def _check_assertion(assertion: str, request: Request, client_id: str, client: Client, tenant: str) -> None:
    try:
        header = jwt.get_unverified_header(assertion)
    except jwt.InvalidTokenError:
        header = {}
    thumbprint = header.get("x5t#S256") or header.get("x5t")
    if thumbprint is None:
        if not client.accepts_assertion(assertion):
            raise OAuthError(70021)
        return
    certificates = [x509.load_pem_x509_certificate(pem.encode()) for pem in client.certificates]
    matching = [one for one in certificates if thumbprint in _thumbprints(one)]
    if not matching:
        raise OAuthError(700027)
    claims = _verified(assertion, matching[0].public_key())
    if claims["iss"] != client_id or claims["sub"] != client_id:
        raise OAuthError(700021)
    endpoint = request.base + request.path
    issuer = endpoint.removesuffix("/oauth2/v2.0/token") + "/v2.0"
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if not {endpoint, issuer} & set(audience):
        raise OAuthError(700023)


def _thumbprints(certificate: x509.Certificate) -> set[str]:
    content = certificate.public_bytes(Encoding.DER)
    digests = (hashlib.sha256(content).digest(), hashlib.sha1(content, usedforsecurity=False).digest())
    return {base64.urlsafe_b64encode(digest).rstrip(b"=").decode() for digest in digests}


def _verified(assertion: str, key: Any) -> dict[str, Any]:
    needed = ["iss", "sub", "aud", "exp"]
    try:
        options = {"require": needed, "verify_aud": False}
        return jwt.decode(assertion, key, algorithms=["PS256", "RS256"], options=options)  # type: ignore[arg-type]
    except (jwt.ExpiredSignatureError, jwt.ImmatureSignatureError):
        raise OAuthError(700024) from None
    except jwt.InvalidTokenError:
        raise OAuthError(700027) from None
