# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the application proves its identity: by secret, by certificate, by an assertion of another issuer, or not at
all."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sys
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Callable, Optional
from urllib.parse import quote_plus

from .._options.shared import Identity
from .._text.json_forms import canonical
from .._text.redaction import know
from ..errors import ConfigurationError
from .client_authentication import AUTHENTICATE, key_file, way_of

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
BACKDATED = 60
"""Seconds by which an assertion begins before now, for clocks that differ."""
LIFE = 300
"""Seconds for which an assertion is good; Microsoft takes no more than ten minutes."""


@dataclass(frozen=True, eq=False)
class Proof:
    """What authenticates the application in a token request. Secrets do not show in its repr."""

    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Nothing that is said from now on shows it."""
        know([*self.headers.values(), self.fields.get("client_assertion")])


def client_proof(identity: Identity, audience: str, now: float, by_secret: str = "") -> Proof:
    """The proof that the options give. audience: the token endpoint's URL; now: epoch seconds; by_secret: how a secret
    is shown, one of BY_SECRET; the first of them where nothing is said."""
    way = way_of(identity)
    if way is None:
        return Proof()
    if way == "client_secret":
        return BY_SECRET[by_secret or BY_POST](identity, audience, now)
    if way == "client_assertion_file":
        return _asserted(assertion_from_file(identity))
    return _asserted(signed_assertion(identity, audience, now))


def _asserted(assertion: str) -> Proof:
    return Proof({"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion})


def _posted(identity: Identity, _audience: str, _now: float) -> Proof:
    return Proof({"client_secret": identity.client_secret or ""})


def _basic(identity: Identity, _audience: str, _now: float) -> Proof:
    """RFC 6749, section 2.3.1: both parts are encoded as in a form first."""
    pair = f"{quote_plus(identity.client_id or '')}:{quote_plus(identity.client_secret or '')}"
    return Proof(headers={"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"})


def _secret_signed(identity: Identity, audience: str, now: float) -> Proof:
    """A JWT that is signed with the secret (RFC 7523; OpenID Connect Core, section 9)."""
    parts = ({"alg": "HS256", "typ": "JWT"}, _claims(identity, audience, now))
    signed = ".".join(_encoded(canonical(part).encode()) for part in parts)
    digest = hmac.new((identity.client_secret or "").encode(), signed.encode(), hashlib.sha256).digest()
    return _asserted(f"{signed}.{_encoded(digest)}")


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


BY_POST = "client_secret_post"
BY_SECRET: Mapping[str, Callable[[Identity, str, float], Proof]] = {
    BY_POST: _posted,
    "client_secret_basic": _basic,
    "client_secret_jwt": _secret_signed,
}
"""How a secret is shown, by the name that a platform's metadata has for it (RFC 8414), in the order of preference."""


def _claims(identity: Identity, audience: str, now: float) -> dict[str, Any]:
    """The claims by which the application speaks for itself (RFC 7523, section 3)."""
    begin = int(now) - BACKDATED
    return {
        "aud": audience,
        "iss": identity.client_id,
        "sub": identity.client_id,
        "jti": str(uuid.uuid4()),
        "nbf": begin,
        "iat": begin,
        "exp": int(now) + LIFE,
    }


def _content(path: Optional[str], option: str) -> bytes:
    try:
        return Path(path or "").read_bytes()
    except OSError as error:
        raise ConfigurationError(AUTHENTICATE, f"{option} {path} cannot be read ({error.strerror})") from error


def assertion_from_file(identity: Identity) -> str:
    """The assertion that the workload's own platform wrote; read at each use, because it is renewed there."""
    text = _content(identity.client_assertion_file, "client_assertion_file").decode("utf-8", "replace").strip()
    if not text:
        raise ConfigurationError(AUTHENTICATE, f"client_assertion_file {identity.client_assertion_file} is empty")
    return text


def _certificate_and_key(identity: Identity) -> tuple[Any, Any]:
    """The certificate of the client and its RSA key, of the library cryptography. Raises ConfigurationError for files
    that are none, or do not belong together."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    passphrase = identity.assertion_key_passphrase
    try:
        certificate = x509.load_pem_x509_certificate(_content(identity.assertion_certificate, "assertion_certificate"))
    except ValueError as error:
        raise ConfigurationError(
            AUTHENTICATE, f"assertion_certificate {identity.assertion_certificate} is no certificate in PEM form"
        ) from error
    try:
        key = load_pem_private_key(
            _content(key_file(identity), "assertion_key"), passphrase.encode() if passphrase else None
        )
    except (ValueError, TypeError) as error:
        raise ConfigurationError(
            AUTHENTICATE,
            f"the private key in {key_file(identity)} cannot be read",
            "It must be in PEM form, and assertion_key_passphrase must be its passphrase, or absent where it has none.",
        ) from error
    if not isinstance(key, RSAPrivateKey) or key.public_key() != certificate.public_key():
        raise ConfigurationError(
            AUTHENTICATE, f"the key in {key_file(identity)} is not the RSA key of {identity.assertion_certificate}"
        )
    return certificate, key


def signed_assertion(identity: Identity, audience: str, now: float) -> str:
    """A JWT as Microsoft documents it for certificates: PS256, x5t#S256."""
    try:
        import jwt
        from cryptography.hazmat.primitives.hashes import SHA256
    except ImportError as error:
        raise ConfigurationError(
            AUTHENTICATE,
            f"certificates need the Python libraries PyJWT and cryptography, which {sys.executable} does not have",
            f"Install them: {sys.executable} -m pip install PyJWT cryptography.",
        ) from error
    certificate, key = _certificate_and_key(identity)
    thumbprint = jwt.utils.base64url_encode(certificate.fingerprint(SHA256())).decode("ascii")
    headers = {"typ": "JWT", "x5t#S256": thumbprint}
    return jwt.encode(_claims(identity, audience, now), key, algorithm="PS256", headers=headers)
