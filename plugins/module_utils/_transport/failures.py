# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a failed exchange means, and what to look at. Nothing here needs an HTTP library."""

from __future__ import annotations

import ssl
from typing import Optional
from urllib.parse import urlsplit

from ..errors import BusyError, InsightError, InterruptedRequest, UntrustedServerError
from . import deadline as bounds
from .messages import Response

TOO_LARGE = "the answer is larger than 64 MiB"
HANDSHAKE_ALERTS = [
    f"ALERT_{alert}"
    for alert in ("CERTIFICATE", "BAD_CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "PROTOCOL_VERSION")
]
"""The alerts, in OpenSSL's words, with which a server ends a TLS handshake, so that the request was never read."""
CERTIFICATE_WANTED = "It may want a client certificate, or another one: client_cert."

RENEW = "Who runs the server has to renew it"
NAMES = "Write url with a name for which the certificate is; or who runs the server has to get one for this name."
UNKNOWN_ISSUER = (
    "Set ca_path to the certificate authority that issued it. If that is set, the server may not send the intermediate "
    "certificates."
)
ADVICE = {
    9: "Check the clock of this machine. If it is right, the certificate, or one of its issuers, holds only later.",
    10: f"{RENEW}, or the one of its issuers that has expired. Check the clock of this machine first.",
    18: "It was signed by nobody else: set ca_path to this very certificate, once you know that it is the server's.",
    19: "Set ca_path to the certificate authority at the end of its chain, which this machine does not know.",
    20: UNKNOWN_ISSUER,
    21: UNKNOWN_ISSUER,
    23: f"{RENEW}: its issuer has revoked it.",
    62: NAMES,
    64: NAMES,
    66: f"{RENEW} with a longer key.",
    67: "Its certificate authority has to be renewed with a longer key.",
    68: f"{RENEW}: its signature is of a kind that is no longer safe.",
}
"""What to do about a certificate, by OpenSSL's number of the fault (X509_V_ERR)."""
ELSE = "Set ca_path to the certificate authority that issued it."


def cause(error: BaseException) -> str:
    """The innermost reason of a chain of wrapped exceptions, without addresses of objects."""
    reason = getattr(error, "reason", None) or (
        error.args[-1] if error.args and isinstance(error.args[-1], BaseException) else None
    )
    if isinstance(reason, BaseException):
        return cause(reason)
    said = getattr(error, "verify_message", "") or getattr(error, "strerror", None) or error
    text = str(said).partition(" object at ")[0].rsplit(">: ", 1)[-1][:200]
    return "".join(char if char.isprintable() else ascii(char)[1:-1] for char in text)


def inner(error: BaseException, *kinds: type) -> Optional[BaseException]:
    """The first exception of these kinds that a chain of wrapped exceptions carries."""
    seen: list[BaseException] = [error]
    for current in seen:
        if isinstance(current, kinds):
            return current
        followers = [getattr(current, "reason", None), current.__cause__, current.__context__, *current.args]
        seen.extend(one for one in followers if isinstance(one, BaseException) and one not in seen)
    return None


def address(url: str) -> str:
    """Scheme, host and port of a URL: what may be named in a message."""
    try:
        parts = urlsplit(url)
        host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
        return f"{parts.scheme}://{host}" + (f":{parts.port}" if parts.port else "")
    except ValueError:
        return "the server"


def of_tls(purpose: str, server: str, error: BaseException) -> InsightError:
    """The error for what went wrong with TLS."""
    said = str(error)
    if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in said:
        advice = ADVICE.get(getattr(error, "verify_code", 0), ELSE)
        return UntrustedServerError(purpose, f"the certificate of {server} cannot be trusted ({cause(error)})", advice)
    if any(word in said for word in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "record layer failure")):
        return UntrustedServerError(purpose, f"{server} does not speak TLS", "Is this a plain http port? Check url.")
    if any(word in said.upper().replace(" ", "_") for word in HANDSHAKE_ALERTS):
        return UntrustedServerError(purpose, f"{server} broke off TLS ({cause(error)})", CERTIFICATE_WANTED)
    return InterruptedRequest(purpose, f"TLS with {server} failed ({cause(error)})", CERTIFICATE_WANTED)


def of_busy(response: Response) -> BusyError:
    """The error for a server that is busy for longer than we may wait."""
    from .._profile.server_messages import said_in

    words, says = said_in(response), response.busy.says.rstrip(".") if response.busy else ""
    return BusyError(
        response.purpose,
        f"{says or 'the server is busy'}, and for longer than retry_limit and retry_deadline allow "
        f"(HTTP {response.status})" + (f", saying: {words}" if words else ""),
        "Raise retry_deadline where it says when to come back, retry_limit where it does not, or lower concurrency.",
        status=response.status,
    )


def late(server: str, timeout: float) -> str:
    """Why there is no whole answer in time."""
    if bounds.is_over():
        return f"{bounds.INTERRUPTED} before {server} had answered"
    begun = f"; what it had begun to send was still arriving after {timeout:g} s" if bounds.received() else ""
    return f"{server} did not answer within {timeout:g} s{begun}"
