# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start a system from a test: standard library only."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from simulator.process import Running


class System(Running):
    """A system in a process of its own; ``url`` and ``ca_path`` are what a playbook needs. Subclasses: ``program``."""

    def recorded(self) -> list[dict[str, Any]]:
        """Each request since the start or the last reset, the oldest first."""
        requests: list[dict[str, Any]] = self.control("GET", "requests")
        return requests

    def expire(self, what: str) -> None:
        """End all of something: tokens, refresh_tokens."""
        self.control("POST", "expire", {"what": what})

    def change_certificate(self) -> str:
        """Let the system show another certificate from now on; the path of what to trust. ``ca_path`` follows."""
        self.ca_path = self.control("POST", "certificate", {})["ca_path"]
        return str(self.ca_path)

    def entities(self, type_: str) -> dict[str, dict[str, Any]]:
        """The entities of a type by id, as the system keeps them."""
        entities: dict[str, dict[str, Any]] = self.control("GET", f"entities/{type_}")
        return entities

    def put(self, type_: str, id_: str, **entity: Any) -> None:
        """Put an entity there, or another in its place, without any check."""
        self.control("PUT", _path(type_, id_), entity)

    def patch(self, type_: str, id_: str, **changes: Any) -> None:
        """Change an entity behind the client's back."""
        self.control("PATCH", _path(type_, id_), changes)

    def delete(self, type_: str, id_: str) -> None:
        """Remove an entity behind the client's back."""
        self.control("DELETE", _path(type_, id_))


def _path(type_: str, id_: str) -> str:
    return f"entities/{type_}/{quote(id_, safe='')}"
