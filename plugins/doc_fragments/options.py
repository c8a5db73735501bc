# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)

from __future__ import annotations

from typing import Any

import yaml

OPTIONS = r"""
notes:
  - Of the names of attributes in examples and samples, C(uuid), C(appCode), C(appName), C(familyId), C(applicationId)
    and C(selectedProducts) are printed in Ennov's public pages. The others are examples; use those of your system.
options:
  url:
    description:
      - Address of the system, for instance V(https://insight.example.com) or V(https://insight.example.com:8443).
      - The profile says what comes behind it.
    type: str
  profile:
    description:
      - How the system is spoken to. The name of a profile of the collection (V(insight) for InSight 7.2 and later,
        V(insight_7_0), V(insight_6_2)), the name of a file that holds one, or the profile itself as a mapping.
      - Files are searched on the controller as in C(files/) of a role or playbook.
    type: raw
    default: insight
  profile_overrides:
    description:
      - What differs in your system, as a mapping or the name of a file, merged over the profile. A null takes a key
        away, C(json), C(form) and C(query) are replaced whole.
      - Written as profiles are, in format 2. C(docs/profiles.md) shows how, C(docs/profile_language.md) has all keys.
    type: raw
  inputs:
    description:
      - What the profile asks for beside credentials, such as a realm, a tenant or a partition, by the names that its
        C(inputs) declare.
      - They belong to the address of the system. A session, a plan or a journal for other inputs is never used.
    type: dict
  grant_type:
    description:
      - How to log in. Found out from the other options when they leave no choice.
      - V(login) posts O(username) and O(password) to the product itself, as InSight 6.2 and 7.0 want it; the others ask
        the identity platform for a token first.
      - V(authorization_code) takes two tasks, V(device_code) waits for a person.
    type: str
    choices: [password, client_credentials, authorization_code, device_code, refresh_token, login]
  tenant_id:
    description:
      - The directory (tenant) of the identity platform. InSight needs the tenant itself, not V(common).
    type: str
  authority:
    description:
      - Address of the identity platform, for a national cloud for instance V(https://login.microsoftonline.us) or
        V(https://login.partner.microsoftonline.cn). The profile has the global one.
    type: str
  issuer:
    description:
      - The issuer of the identity platform, an https address, in place of the addresses of the profile. Its metadata
        say where the endpoints are (OpenID Connect Discovery, RFC 8414). They must name the same issuer, and endpoints
        at its own origin.
    type: str
  token_url:
    description:
      - The whole address of the token endpoint, where O(authority) and O(tenant_id) do not lead to it.
    type: str
  scope:
    description:
      - What the token shall be good for, instead of what the profile says for the grant.
    type: str
  client_id:
    description:
      - The application (client) as registered with the identity platform.
    type: str
  client_secret:
    description:
      - The client's secret.
    type: str
  assertion_certificate:
    description:
      - File with the client's certificate in PEM form, to authenticate the client by instead of a secret.
    type: path
  assertion_key:
    description:
      - File with the private key of O(assertion_certificate) in PEM form.
    type: path
  assertion_key_passphrase:
    description:
      - The passphrase of O(assertion_key).
    type: str
  client_assertion_file:
    description:
      - File with an assertion that another identity provider issued for this client (workload identity). Read at each
        use.
    type: path
  username:
    description:
      - The user, for the grants V(password) and V(login).
    type: str
  password:
    description:
      - The user's password.
    type: str
  totp_secret:
    description:
      - The secret of the user's one-time codes (TOTP, RFC 6238), in base32 as the system showed it. For systems whose
        login takes a code, which is computed by the server's clock and sent once.
    type: str
  mfa_code:
    description:
      - A one-time code that is good now, where there is no O(totp_secret). It serves one login.
    type: str
  refresh_token:
    description:
      - The refresh token to start from. When the identity platform hands out a successor, that is kept in
        O(token_store) and used instead, until another refresh token is configured.
    type: str
  authorization_response:
    description:
      - The address on which the browser ended, with its code and state. For the second task of the grant
        V(authorization_code).
    type: str
  redirect_uri:
    description:
      - The redirect address as registered for the client.
    type: str
  expected_user:
    description:
      - Who the token must be for. Any other user is an error before anything is read or written.
    type: str
  session:
    description:
      - A session that M(rimops.insight.insight_token) acquired, as it returned it.
    type: dict
    suboptions:
      store:
        description: The folder in which the session lies.
        type: path
      file:
        description: The file in that folder.
        type: str
      url:
        description: The system that the session is for.
        type: str
      user:
        description: Who is logged in.
        type: str
      expires_at:
        description: When its token expires.
        type: str
      secret:
        description: The session itself, where it travels in the result.
        type: str
      headers:
        description:
          - Headers that something else acquired, such as a login that no profile can say. Each request carries them.
          - They are secret, and cannot be renewed here.
        type: dict
      cookies:
        description: Cookies that something else acquired. As with headers.
        type: dict
  access_token:
    description:
      - An access token that was acquired elsewhere. It is used to log in, and cannot be renewed.
    type: str
  token_store:
    description:
      - Where sessions and rotated refresh tokens are kept between tasks and runs. V(auto) is a folder of this user's
        below E(XDG_STATE_HOME) or C(~/.local/state); V(none) keeps them in memory, for one task; anything else is a
        folder.
    type: str
    default: auto
  allow_http:
    description:
      - Whether credentials may go in clear, over plain http, to another machine. Whoever can listen on the way then has
        them. Addresses of this machine, such as V(http://127.0.0.1:8080), need no permission.
      - Counts for O(url), O(authority) and O(token_url).
    type: bool
    default: false
  validate_certs:
    description:
      - Whether the certificates of servers are verified. Only ever switch it off in a laboratory.
    type: bool
    default: true
  ca_path:
    description:
      - File with the certificate authorities to trust, in PEM form, instead of the system's. Without it those count
        that OpenSSL knows, so E(SSL_CERT_FILE) does.
    type: path
  client_cert:
    description:
      - File with a certificate to present to servers (mutual TLS), in PEM form. May hold the key as well.
    type: path
  client_key:
    description:
      - File with the key of O(client_cert).
    type: path
  use_proxy:
    description:
      - Whether the proxies of the environment are used.
    type: bool
    default: true
  connect_timeout:
    description:
      - Seconds to wait for a connection.
    type: float
    default: 10.0
  timeout:
    description:
      - Seconds that an exchange may take, from the first byte that is sent to the last byte that is read.
    type: float
    default: 60.0
  retry_limit:
    description:
      - How many times a request is sent again where that is known to be harmless. A server that is busy and says when
        to come back is asked then, as often as O(retry_deadline) allows.
    type: int
    default: 4
  retry_deadline:
    description:
      - Seconds after which a request is not sent again.
    type: float
    default: 120.0
  reason:
    description:
      - Why this is done. Travels into the result and, where the profile names an attribute for it, to the server.
    type: str
  change_reference:
    description:
      - The change request or ticket under which this is done.
    type: str
  initiator:
    description:
      - Who started this. Found in the environment under AWX, GitLab, GitHub, Jenkins and Azure Pipelines.
    type: str
  require_reason:
    description:
      - Whether to refuse to start without O(reason).
    type: bool
    default: false
requirements:
  - requests
  - oauthlib, to log in with the identity platform
  - PyJWT and cryptography, to log in with O(assertion_certificate)
  - jsonschema, to check against a schema or a profile of your own
"""

NOT_TEXT = ("session", "inputs")
"""Options that the environment cannot hold as text."""


def for_modules() -> dict[str, Any]:
    """The options as modules document them, each with the environment variable that it falls back to."""
    documented: dict[str, Any] = yaml.safe_load(OPTIONS)
    for name, option in documented["options"].items():
        if name not in NOT_TEXT:
            option["description"].append(
                f"The environment variable E(INSIGHT_{name.upper()}) is used if this is not set."
            )
    return documented


def for_lookups() -> dict[str, Any]:
    """The options as lookups document them, each also read from the environment and from a variable."""
    documented: dict[str, Any] = yaml.safe_load(OPTIONS)
    for name, option in documented["options"].items():
        if name not in NOT_TEXT:
            option["env"] = [{"name": f"INSIGHT_{name.upper()}"}]
        option["vars"] = [{"name": f"insight_{name}"}]
    return documented


class ModuleDocFragment:
    """The options that every module and lookup of the collection shares."""

    DOCUMENTATION: str = yaml.safe_dump(for_modules())
    LOOKUP: str = yaml.safe_dump(for_lookups())
