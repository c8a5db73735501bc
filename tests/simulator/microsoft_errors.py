# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors of the Microsoft identity platform, as it documents them."""

from __future__ import annotations

import datetime
import uuid

from simulator.messages import Answer, json_answer

# number: (error, HTTP status, text)
ERRORS = {
    50034: ("invalid_grant", 400, "The user account {0} does not exist in the {1} directory."),
    50076: (
        "interaction_required",
        400,
        (
            "Due to a configuration change made by your administrator, you must use "
            "multi-factor authentication to access '{0}'."
        ),
    ),
    50126: ("invalid_grant", 400, "Error validating credentials due to invalid username or password."),
    53003: (
        "access_denied",
        400,
        "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
    ),
    54005: (
        "invalid_grant",
        400,
        (
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code "
            "or use an existing refresh token."
        ),
    ),
    50011: (
        "invalid_request",
        400,
        (
            "The redirect URI '{0}' specified in the request does not match the redirect URIs "
            "configured for the application."
        ),
    ),
    65001: (
        "invalid_grant",
        400,
        (
            "The user or administrator has not consented to use the application with ID '{0}'. "
            "Send an interactive authorization request for this user and resource."
        ),
    ),
    65004: ("access_denied", 400, "User declined to consent to access the app."),
    70000: ("invalid_grant", 400, "Provided grant is invalid or malformed."),
    70002: ("invalid_client", 401, "The client authentication is not in a form that is understood."),
    70003: ("unsupported_grant_type", 400, "The app requested an unsupported grant type '{0}'."),
    70008: (
        "invalid_grant",
        400,
        (
            "The provided authorization code or refresh token has expired due to inactivity. "
            "Send a new interactive authorization request for this user and resource."
        ),
    ),
    70011: ("invalid_scope", 400, "The provided value for the input parameter 'scope' is not valid."),
    70016: ("authorization_pending", 400, "OAuth 2.0 device flow error. Authorization is pending. Continue polling."),
    70018: ("bad_verification_code", 400, "Invalid verification code due to user typing in wrong user code."),
    70019: ("expired_token", 400, "Verification code expired. Have the user retry the sign-in."),
    70021: ("invalid_client", 401, "No matching federated identity record found for presented assertion."),
    70043: ("slow_down", 400, "The client is polling too quickly."),
    90002: (
        "invalid_request",
        400,
        (
            "Tenant '{0}' not found. Check to make sure you have the correct tenant ID and are "
            "signing into the correct cloud."
        ),
    ),
    90055: ("temporarily_unavailable", 429, "Tenant is throttled: there were too many requests."),
    501481: (
        "invalid_grant",
        400,
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    ),
    700016: ("unauthorized_client", 400, "Application with identifier '{0}' was not found in the directory '{1}'."),
    700021: ("invalid_client", 401, "Client assertion application identifier doesn't match 'client_id' parameter."),
    700023: ("invalid_client", 401, "Client assertion audience claim does not match Realm issuer."),
    700024: ("invalid_client", 401, "Client assertion is not within its valid time range."),
    700025: (
        "invalid_client",
        401,
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    ),
    700027: ("invalid_client", 401, "Client assertion failed signature validation."),
    700082: ("invalid_grant", 400, "The refresh token has expired due to inactivity."),
    900144: ("invalid_request", 400, "The request body must contain the following parameter: '{0}'."),
    1002012: (
        "invalid_scope",
        400,
        (
            "The provided value for scope {0} is not valid. Client credential flows must have "
            "a scope value with /.default suffixed to the resource identifier (application ID URI)."
        ),
    ),
    7000215: (
        "invalid_client",
        401,
        (
            "Invalid client secret provided. Ensure the secret being sent in the request is "
            "the client secret value, not the client secret ID, for a secret added to app '{0}'."
        ),
    ),
    7000218: (
        "invalid_client",
        401,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    ),
}
SUBERRORS = {65001: "consent_required", 50076: "basic_action"}
# The device code grant's own word where the platform's documentation has one.
AUTHORIZATION_DECLINED = "authorization_declined"


class OAuthError(Exception):
    """An error that the token endpoint answers."""

    def __init__(self, number: int, *about: str, error: str = "") -> None:
        super().__init__(number)
        self.number, self.about, self.error = number, about, error


def error_answer(problem: OAuthError) -> Answer:
    """The error in the documented form."""
    error, status, text = ERRORS[problem.number]
    trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
    now = datetime.datetime.now(datetime.UTC).strftime("%Y-%m-%d %H:%M:%SZ")
    description = f"AADSTS{problem.number}: {text.format(*problem.about)}"
    details = f" Trace ID: {trace} Correlation ID: {correlation} Timestamp: {now}"
    content = {
        "error": problem.error or error,
        "error_description": description + details,
        "error_codes": [problem.number],
        "timestamp": now,
        "trace_id": trace,
        "correlation_id": correlation,
        "error_uri": f"https://login.microsoftonline.com/error?code={problem.number}",
    }
    if problem.number in SUBERRORS:
        content["suberror"] = SUBERRORS[problem.number]
    return json_answer(status, content, reason=f"AADSTS{problem.number}")
