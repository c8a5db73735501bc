# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is kept for the next run, as far as whoever made the client keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional, Protocol

from ..._profile.completing import AcceptedWrite
from ..address import Address


class Jobs(Protocol):
    """Keeps the writes that a server has accepted and not ended yet, one for each entity, so that a later run goes on
    waiting for them."""

    def of(self, address: Address) -> Optional[AcceptedWrite]:
        """What goes on for an entity, None where nothing does."""

    def accepted(self, address: Address, job: AcceptedWrite) -> None:
        """Keep what was just accepted, before it is waited for."""

    def ended(self, address: Address) -> None:
        """It goes on no more."""


class Unseen(Protocol):
    """Where the entity is kept that a search did not show, by type and parent, for the next run."""

    def of(self, among: Address) -> Mapping[str, str]:
        """What is kept: the id, and which search it was; nothing where there is none."""

    def keep(self, among: Address, held: Mapping[str, str]) -> None:
        """Keep this, or with nothing forget it."""
