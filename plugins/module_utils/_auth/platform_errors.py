# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of the identity platform means for a person."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Optional

from .._text.echoes import words
from .._text.redaction import printable
from .._transport.messages import Response
from .._transport.retry import GATEWAY
from ..errors import AuthenticationError
from .meanings import NONE, Meaning, Meanings

SHOWN = 300
"""Characters of a foreign text that a message quotes."""

NOISE = re.compile(r"\s*(?:Trace ID|Correlation ID|Timestamp):.*", re.DOTALL)
AADSTS = re.compile(r"AADSTS(\d{4,7})")

_TENANT = ("the tenant is not known", "Check tenant_id, and authority: each national cloud has its own.")
_CLIENT = ("no application with this client_id is registered in the tenant", "Check client_id and tenant_id.")
_MFA = (
    "the platform asks for multi-factor authentication, which this grant cannot answer",
    "Take grant_type device_code or authorization_code, or have an administrator exempt this account.",
)
_POLICY = (
    "a conditional access policy blocks this login",
    "Ask an administrator of the tenant which policy, and from where it may be done.",
)
_CONSENT = (
    "nobody has consented that this application may act for the user",
    "An administrator must grant consent to the application's permissions.",
)
_SPENT = ("the refresh token has expired or was revoked", "Log in anew and hand over the new refresh token.")
_ACCOUNT = ("the account is locked, disabled or its password has expired", "An administrator must release the account.")
_ASSERTION = (
    "the client assertion is not accepted",
    "Check the certificate and its key as registered, and this machine's clock.",
)
_BUSY = ("the platform is overloaded or throttles the tenant", "Try again later.")

AADSTS_MEANS: Mapping[int, Meaning] = {
    50011: ("redirect_uri is not registered for the application", "Register it, or set redirect_uri to one that is."),
    50034: ("the user does not exist in the tenant", "Check username and tenant_id."),
    50053: _ACCOUNT,
    50055: _ACCOUNT,
    50057: _ACCOUNT,
    50059: _TENANT,
    50072: _MFA,
    50074: _MFA,
    50076: _MFA,
    50078: _MFA,
    50079: _MFA,
    50105: ("the user is not assigned to the application", "An administrator must assign the user."),
    50126: (
        "user name or password is wrong",
        "Check username and password. A password must not begin or end with a space.",
    ),
    50131: _POLICY,
    50132: _SPENT,
    50133: _SPENT,
    50158: _MFA,
    50173: _SPENT,
    50196: (
        "the same login was asked for too often",
        "Set token_store to a directory that is kept, so that sessions are reused.",
    ),
    51005: _BUSY,
    53000: _POLICY,
    53001: _POLICY,
    53003: _POLICY,
    54005: ("the authorization code was used already", "Start the login again: a code is good once."),
    65001: _CONSENT,
    65004: ("the user declined consent", "Log in again and accept, or have an administrator consent."),
    70000: ("the code or refresh token is not valid", "Start the login again, or hand over a valid refresh token."),
    70008: ("the authorization code or refresh token has expired", "Log in anew."),
    70018: ("the device code is not valid", "Start the login again."),
    70019: ("the device code has expired before somebody logged in", "Start the login again."),
    70021: (
        "no federated credential of the application matches the assertion",
        "Check issuer, subject and audience. A credential that was made minutes ago may need a while.",
    ),
    70043: _SPENT,
    90002: _TENANT,
    90033: _BUSY,
    90038: _TENANT,
    90055: _BUSY,
    501481: ("the code belongs to another login", "Start the login again and use the answer to that one."),
    530035: _POLICY,
    500133: _ASSERTION,
    700003: _POLICY,
    700016: _CLIENT,
    700021: _ASSERTION,
    700022: ("scope names several resources", "Name one resource in scope."),
    700023: _ASSERTION,
    700024: _ASSERTION,
    700025: ("the application is registered as a public client", "Leave client_secret and assertions out."),
    700027: _ASSERTION,
    700082: _SPENT,
    700084: _SPENT,
    1002012: ("scope does not fit the grant client_credentials", "It must be one resource followed by /.default."),
    7000112: ("the application is disabled", "An administrator of the tenant must enable it."),
    7000215: (
        "the client secret is wrong",
        "Check client_secret: the secret's value is needed, not its id.",
    ),
    7000218: (
        "the application must authenticate itself",
        "Set client_secret, assertion_certificate or client_assertion_file, or allow public client flows for it.",
    ),
    7000222: ("the client secret has expired", "Make a new secret for the application and set client_secret."),
    9001023: ("the grant does not work for a tenant of this name", "Set tenant_id to the tenant's own id or domain."),
}
"""For the human text alone: Microsoft says that the numbers may change, so nothing else depends on them."""

ERROR_MEANS: Mapping[str, Meaning] = {
    "invalid_request": ("the platform refused the request as malformed", "Check the options of the identity."),
    "invalid_client": (
        "the application could not authenticate itself",
        "Check client_id and its secret, certificate or assertion.",
    ),
    "invalid_grant": ("what was handed over as proof is wrong, used, expired or revoked", "Start the login again."),
    "invalid_scope": ("the platform does not accept the scope", "Check scope."),
    "unauthorized_client": (
        "the application may not use this grant",
        "Check how the application is registered, or grant_type.",
    ),
    "unsupported_grant_type": ("the platform does not offer this grant", "Check grant_type."),
    "unsupported_response_type": ("the platform does not offer this grant", "Check grant_type."),
    "access_denied": (
        "the login was declined",
        "Whoever logs in must accept; a policy of the tenant may also decline.",
    ),
    "authorization_declined": ("the login was declined on the other device", "Start again, and accept."),
    "expired_token": AADSTS_MEANS[70019],
    "bad_verification_code": AADSTS_MEANS[70018],
    "consent_required": _CONSENT,
    "interaction_required": (
        "the platform wants a person to log in",
        "Take grant_type device_code or authorization_code.",
    ),
    "login_required": ("the platform wants a person to log in", "Take grant_type device_code or authorization_code."),
    "temporarily_unavailable": _BUSY,
    "server_error": ("the platform failed", "Try again later."),
}


def shown(text: Any, secrets: Collection[str] = ()) -> str:
    """A foreign text as it may be printed: one line, capped, without control characters and without secrets."""
    return printable(words(str(text), secrets))[:SHOWN]


def aadsts_number(answer: Mapping[str, Any]) -> Optional[int]:
    """The number that Microsoft gives the error; None for other platforms."""
    codes = answer.get("error_codes")
    if isinstance(codes, list) and codes and isinstance(codes[0], int) and 0 < codes[0] < 10**7:
        return codes[0]
    found = AADSTS.search(_description(answer))
    return int(found[1]) if found else None


def _description(answer: Mapping[str, Any]) -> str:
    description = answer.get("error_description")
    return description if isinstance(description, str) else ""


def refusal(
    purpose: str,
    answer: Mapping[str, Any],
    secrets: Collection[str] = (),
    status: Optional[int] = None,
    meanings: Meanings = NONE,
) -> AuthenticationError:
    """The error for an answer that carries ``error``. secrets: option values that the text must not repeat;
    meanings: of errors, to the grant that it answers."""
    error = shown(answer.get("error", ""), secrets)[:64]
    number = aadsts_number(answer)
    means = AADSTS_MEANS.get(number or 0) or (_CONSENT if answer.get("suberror") == "consent_required" else None)
    if means is _POLICY:
        means = meanings.policy or means
    why, hint = means or _meaning(error, status, meanings)
    said = NOISE.sub("", _description(answer))
    if means is None and said:
        why = f"{why}; it says: {shown(said, secrets)}"
    name = f"AADSTS{number}" if number else error
    ids: dict[str, Any] = {
        name: shown(answer[name], secrets)[:64]
        for name in ("trace_id", "correlation_id")
        if isinstance(answer.get(name), str)
    }
    return AuthenticationError(
        purpose,
        f"{why} ({name})" if name else why,
        hint,
        oauth_error=error or None,
        status=status,
        aadsts=number,
        **ids,
    )


def _meaning(error: str, status: Optional[int], meanings: Meanings) -> Meaning:
    """What an error of RFC 6749 means. 401 says that the client did not authenticate itself, whatever the error."""
    if error == "invalid_grant" and meanings.invalid_grant:
        return meanings.invalid_grant
    return ERROR_MEANS.get("invalid_client" if status == 401 else error, ("the platform refused", ""))


def token_endpoint_failure(
    response: Response, answer: Any, secrets: Collection[str], meanings: Meanings = NONE
) -> AuthenticationError:
    """The error for an answer of the token endpoint that is no token."""
    if isinstance(answer, Mapping) and isinstance(answer.get("error"), str):
        return refusal(response.purpose, answer, secrets, response.status, meanings)
    hint = "Check tenant_id, authority and token_url."
    if response.status == 401:
        why, hint = ERROR_MEANS["invalid_client"]
        why = f"{why} (HTTP 401)"
    elif response.busy or response.status in GATEWAY:
        why = f"the token endpoint answered HTTP {response.status}"
        hint = "It is not up, or too busy: try again later, or raise timeout."
    elif 300 <= response.status < 400:
        why = f"the token endpoint answered HTTP {response.status}, a redirect, which is not followed"
    elif response.status >= 400:
        why = f"the token endpoint answered HTTP {response.status}"
    else:
        why = "the token endpoint's answer holds no access token"
    return AuthenticationError(response.purpose, why, hint, status=response.status)
