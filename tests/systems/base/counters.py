# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a system was asked."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

WRITES = {"create": "creates", "update": "updates", "delete": "deletes", "verb": "verbs"}
OTHERS = {"read": "reads", "list": "lists", "login": "logins", "refresh": "refreshes", "logout": "logouts"}


@dataclass
class Counters:
    """Counted since the start, or since they were set back.

    requests: all. writes: whatever arrived that writes, taken or refused; writes_of: the same by type.
    creates, updates, deletes, verbs (other writes), logins, refreshes, logouts: those that were taken.
    """

    requests: int = 0
    reads: int = 0
    lists: int = 0
    writes: int = 0
    creates: int = 0
    updates: int = 0
    deletes: int = 0
    verbs: int = 0
    logins: int = 0
    logins_refused: int = 0
    refreshes: int = 0
    refreshes_refused: int = 0
    logouts: int = 0
    refused: int = 0
    faults: int = 0
    writes_of: dict[str, int] = field(default_factory=dict)

    def answered(self, kind: str, type_: str, status: int) -> None:
        """Count a request of this kind about this type that was answered with this status."""
        taken = status < 400
        self.refused += not taken
        if kind in WRITES:
            self.writes += 1
            self.writes_of[type_] = self.writes_of.get(type_, 0) + 1
        name = WRITES.get(kind) or OTHERS.get(kind)
        if name and not taken:
            name = f"{name}_refused" if kind in ("login", "refresh") else None
        if name:
            setattr(self, name, getattr(self, name) + 1)

    def reset(self) -> None:
        self.__init__()  # type: ignore[misc]

    def all(self) -> dict[str, object]:
        return asdict(self)
