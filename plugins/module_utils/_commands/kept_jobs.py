# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes that a server has accepted and not ended yet, kept in the token store for the next run."""

from __future__ import annotations

import json
from typing import Optional

from .._entity.address import Address
from .._profile.completing import AcceptedWrite
from .._text.json_forms import canonical
from .connection import Connection, KeptBeside

NAME = "accepted"


class KeptJobs:
    """Jobs of one system. Without a store nothing is kept."""

    def __init__(self, connection: Connection) -> None:
        self._kept = KeptBeside(connection, NAME)

    def of(self, address: Address) -> Optional[AcceptedWrite]:
        """What goes on for an entity, None where nothing does."""
        held = self._kept.of(address).get(NAME)
        return AcceptedWrite.of(json.loads(held)) if held else None

    def accepted(self, address: Address, job: AcceptedWrite) -> None:
        """Keep what was just accepted, before it is waited for."""
        self._kept.keep(address, {NAME: canonical(job.as_data())})

    def ended(self, address: Address) -> None:
        """It goes on no more."""
        self._kept.keep(address, {})
