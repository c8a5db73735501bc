# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How the options let the application prove its identity: by a secret, a certificate, an assertion of another issuer,
or not at all. The proof itself is in `client_proof`."""

from __future__ import annotations

from typing import Optional

from .._options.shared import Identity
from ..errors import ConfigurationError

WAYS = {
    "client_secret": ("client_secret",),
    "a certificate": ("assertion_certificate", "assertion_key", "assertion_key_passphrase"),
    "client_assertion_file": ("client_assertion_file",),
}
OPTIONS = tuple(option for options in WAYS.values() for option in options)
AUTHENTICATE = "authenticate the application"


def way_of(identity: Identity) -> Optional[str]:
    """Which way the options choose; None for a public client. Raises ConfigurationError when they choose several."""
    chosen = [way for way, options in WAYS.items() if any(getattr(identity, option) for option in options)]
    if len(chosen) > 1:
        raise ConfigurationError(AUTHENTICATE, f"{' and '.join(chosen)} are both given", "Give one of them.")
    if chosen == ["a certificate"] and not identity.assertion_certificate:
        raise ConfigurationError(
            AUTHENTICATE,
            "assertion_key is given without assertion_certificate",
            "Set assertion_certificate to the certificate in PEM form.",
        )
    return chosen[0] if chosen else None


def key_file(identity: Identity) -> Optional[str]:
    """The file of the private key: a separate one, or that of the certificate."""
    return identity.assertion_key or identity.assertion_certificate
