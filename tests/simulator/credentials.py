# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may come in: tenants, clients, users. All of it invented, all of it replaceable."""

from __future__ import annotations

import hmac
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from simulator.store import Store

TENANT = "11111111-1111-4111-8111-111111111111"
CLIENT = "22222222-2222-4222-8222-222222222222"
PUBLIC_CLIENT = "33333333-3333-4333-8333-333333333333"
BLOCKED_CLIENT = "blocked-device-client"
USERS = {
    "alice@example.com": "alice-password",
    "bob@example.com": "bob-password",
    "mfa@example.com": "mfa-password",
    "noconsent@example.com": "noconsent-password",
}
# What --set and the control endpoint may name besides switches.
SETTABLE = {
    "tenant_id": "Another tenant that is known.",
    "client_id": "The client that client_secret belongs to, known from now on.",
    "client_secret": "The secret of that client; any characters.",
    "username": "A user who is known from now on.",
    "password": "That user's password; any characters.",
    "assertion_file": "A file whose content is accepted as a workload identity's assertion, read at each request.",
}


@dataclass
class Client:
    """One registered application. One without a secret, certificate or assertion is a public client."""

    secret: str = ""
    certificates: list[str] = field(default_factory=list)
    assertions: list[str] = field(default_factory=list)
    assertion_file: str = ""
    redirect_uris: list[str] = field(default_factory=list)

    @property
    def public(self) -> bool:
        return not (self.secret or self.certificates or self.assertions or self.assertion_file)

    def accepts_assertion(self, assertion: str) -> bool:
        """Whether this is a registered workload identity's assertion."""
        known = list(self.assertions)
        if self.assertion_file and Path(self.assertion_file).is_file():
            known.append(Path(self.assertion_file).read_text(encoding="utf-8").strip())
        return any(same(assertion, one) for one in known)


def same(given: Any, known: str) -> bool:
    """Whether two secrets are the same."""
    return isinstance(given, str) and hmac.compare_digest(given.encode(), known.encode())


class Credentials:
    """Everybody who is known; survives the process."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.tenants = [TENANT]
        self.clients = {
            CLIENT: Client(secret="simulator-client-secret"),
            PUBLIC_CLIENT: Client(),
            BLOCKED_CLIENT: Client(secret="simulator-client-secret"),
        }
        self.users = dict(USERS)
        kept = store.notes("credentials").get("all")
        if kept:
            self.restore(kept)

    def password_is(self, user: str, password: Any) -> bool:
        return user in self.users and same(password, self.users[user])

    def set(self, changes: Mapping[str, Any]) -> None:
        """Add or replace. Raises ValueError for a name or form that is unknown.

        ``tenant_id``, ``client_id`` (default: the first), ``client_secret``, ``certificates`` (PEM texts),
        ``assertions``, ``assertion_file``, ``redirect_uris``, ``users`` (name: password), ``username``, ``password``.
        """
        known = {*SETTABLE, "users", "certificates", "assertions", "redirect_uris"}
        if set(changes) - known:
            raise ValueError(
                f"no credential {', '.join(sorted(set(changes) - known))}; there are: {', '.join(sorted(known))}"
            )
        if "tenant_id" in changes and changes["tenant_id"] not in self.tenants:
            self.tenants.append(changes["tenant_id"])
        users = dict(changes.get("users") or {})
        if "username" in changes or "password" in changes:
            user = changes.get("username") or next(iter(self.users))
            users[user] = changes.get("password") or self.users.get(user, "")
        self.users |= users
        self._set_client(changes)
        self._store.keep_note("credentials", "all", self.all())

    def _set_client(self, changes: Mapping[str, Any]) -> None:
        client = self.clients.setdefault(changes.get("client_id") or CLIENT, Client())
        if changes.get("client_secret") is not None:
            client.secret = changes["client_secret"]
        for name in ("certificates", "assertions", "redirect_uris"):
            if name in changes:
                setattr(client, name, list(changes[name]))
        if "assertion_file" in changes:
            client.assertion_file = changes["assertion_file"]

    def restore(self, kept: Mapping[str, Any]) -> None:
        """Know exactly those whom ``all`` once listed."""
        self.tenants, self.users = kept["tenants"], kept["users"]
        self.clients = {name: Client(**client) for name, client in kept["clients"].items()}
        self._store.keep_note("credentials", "all", self.all())

    def all(self) -> dict[str, Any]:
        clients = {name: asdict(client) for name, client in self.clients.items()}
        return {"tenants": self.tenants, "clients": clients, "users": self.users}
