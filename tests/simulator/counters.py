# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the server was asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any

COUNTED = {"read": "reads", "find": "finds", "list": "lists"}
WRITES = frozenset(("create", "update", "delete"))


@dataclass
class Counters:
    """Counted since the start, or since they were set back."""

    requests: int = 0
    handshakes: int = 0
    logins_refused: int = 0
    session_starts: int = 0
    looks: int = 0
    logouts: int = 0
    csrf_refused: int = 0
    denied: int = 0
    token_requests: int = 0
    token_requests_refused: int = 0
    refreshes: int = 0
    tokens_by_grant: dict[str, int] = field(default_factory=dict)
    reads: int = 0
    finds: int = 0
    lists: int = 0
    writes: int = 0
    creates: int = 0
    updates: int = 0
    deletes: int = 0
    faults: int = 0
    max_concurrent: int = 0

    def arrived(self, operation: str) -> None:
        """A request has reached the entity API."""
        if operation in WRITES:
            self.writes += 1
        elif operation in COUNTED:
            name = COUNTED[operation]
            setattr(self, name, getattr(self, name) + 1)

    def granted(self, grant: str) -> None:
        """The token endpoint has given out a token."""
        self.tokens_by_grant[grant] = self.tokens_by_grant.get(grant, 0) + 1
        self.refreshes += grant == "refresh_token"

    def reset(self) -> None:
        for one in fields(self):
            setattr(self, one.name, {} if one.name == "tokens_by_grant" else 0)

    def all(self) -> dict[str, Any]:
        return asdict(self)
