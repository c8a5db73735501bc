# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access, refresh and id tokens: given out, looked up, refreshed, ended."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
import uuid
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from simulator.store import Store
    from simulator.switches import Switches

# The user of the product as whom a client without a user works (documented by the vendor).
MACHINE_USER = "Data Exchange"
OBJECTS = uuid.UUID("7f3c1b52-4a8e-4b0e-9f6d-0d9a4c1e2b3f")


@dataclass
class Grant:
    """What a token stands for."""

    user: str
    client_id: str
    tenant: str
    scope: str
    authenticated_client: bool
    nonce: str = ""


@dataclass
class Token:
    """An access or refresh token that was given out."""

    user: str
    client_id: str
    tenant: str
    scope: str
    authenticated_client: bool
    family: str
    expires: float
    used: bool = False
    revoked: bool = False

    @property
    def expired(self) -> bool:
        return self.expires <= time.time()

    def grant(self) -> Grant:
        return Grant(self.user, self.client_id, self.tenant, self.scope, self.authenticated_client)


class Tokens:
    """All tokens that were given out; they survive the process."""

    def __init__(self, store: Store, switches: Switches) -> None:
        self._store, self._switches = store, switches
        self._key = secrets.token_bytes(32)
        self._tokens = {
            kind: {text: Token(**kept) for text, kept in store.notes(kind).items()} for kind in ("access", "refresh")
        }

    def valid(self, access_token: Any) -> Token | None:
        """The access token of that text, if it counts now."""
        token = self._tokens["access"].get(access_token) if isinstance(access_token, str) else None
        return token if token and not token.revoked and not token.expired else None

    def refresh_token(self, text: str) -> Token | None:
        return self._tokens["refresh"].get(text)

    def _keep(self, kind: str, text: str, token: Token) -> None:
        self._tokens[kind][text] = token
        self._store.keep_note(kind, text, asdict(token))

    def issue(self, grant: Grant, issuer: str, family: str = "") -> dict[str, Any]:
        """New tokens, as the token endpoint answers them."""
        lifetime = self._switches.token_lifetime
        family = family or str(uuid.uuid4())
        values = (grant.user, grant.client_id, grant.tenant, grant.scope, grant.authenticated_client, family)
        claims = self._claims(grant, issuer, lifetime)
        access = self._jwt(claims | {"jti": str(uuid.uuid4()), "scp": grant.scope})
        self._keep("access", access, Token(*values, time.time() + lifetime))
        shown = str(lifetime) if self._switches.expires_in_as_text else lifetime
        answer = {"token_type": "Bearer", "scope": grant.scope, "expires_in": shown, "ext_expires_in": shown}
        answer["access_token"] = access
        asked = grant.scope.split()
        if grant.user != MACHINE_USER and "offline_access" in asked:
            refresh = f"0.{secrets.token_urlsafe(48)}"
            self._keep("refresh", refresh, Token(*values, time.time() + self._switches.refresh_token_lifetime))
            answer["refresh_token"] = refresh
        if grant.user != MACHINE_USER and "openid" in asked:
            about = {"preferred_username": grant.user, "name": grant.user.partition("@")[0], "nonce": grant.nonce}
            answer["id_token"] = self._jwt(claims | {name: value for name, value in about.items() if value})
        return answer

    def use_refresh_token(self, text: str, token: Token) -> bool:
        """Do to a refresh token what its use does; False when it cannot be used again."""
        if token.revoked or token.used:
            if token.used and self._switches.refresh_tokens == "family_revoking":
                self._revoke(token.family, "access", "refresh")
            return False
        rule = self._switches.refresh_tokens
        token.used = rule != "reusable"
        self._keep("refresh", text, token)
        if rule == "kills_access_token":
            self._revoke(token.family, "access")
        return True

    def _revoke(self, family: str, *kinds: str) -> None:
        for kind in kinds:
            for text, token in self._tokens[kind].items():
                if token.family == family:
                    token.revoked = True
                    self._keep(kind, text, token)

    def expire(self, kind: str) -> None:
        """End all access or all refresh tokens."""
        for text, token in self._tokens[kind].items():
            token.expires = min(token.expires, time.time() - 1)
            self._keep(kind, text, token)

    def _claims(self, grant: Grant, issuer: str, lifetime: float) -> dict[str, Any]:
        now = int(time.time())
        subject = str(uuid.uuid5(OBJECTS, grant.user if grant.user != MACHINE_USER else grant.client_id))
        times = {"iat": now, "nbf": now, "exp": now + int(lifetime)}
        return {"aud": grant.client_id, "iss": issuer, "oid": subject, "sub": subject, "tid": grant.tenant, **times}

    def _jwt(self, claims: dict[str, Any]) -> str:
        """A JWT in its usual form, signed with a key that nobody else has."""
        parts = [_encoded(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "HS256"}, claims)]
        signature = hmac.digest(self._key, ".".join(parts).encode(), hashlib.sha256)
        return ".".join([*parts, _encoded(signature)])


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
