# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes that a server has accepted and not ended yet, kept in the token store for the next run."""

from __future__ import annotations

import json
from functools import cached_property
from typing import Optional

from .._auth.store import Fingerprints
from .._entity.address import Address
from .._profile.completing import AcceptedWrite
from .._text.json_forms import canonical
from .connection import Connection, kept_beside

NAME = "accepted"


class KeptJobs:
    """Jobs of one system, beside the fingerprints of its secrets. Without a store nothing is kept."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @cached_property
    def _store(self) -> Optional[Fingerprints]:
        return kept_beside(self._connection)

    def of(self, address: Address) -> Optional[AcceptedWrite]:
        """What goes on for an entity, None where nothing does."""
        held = self._store.load(self._place(address)).get(NAME) if self._store else None
        return AcceptedWrite.of(json.loads(held)) if held else None

    def accepted(self, address: Address, job: AcceptedWrite) -> None:
        """Keep what was just accepted, before it is waited for."""
        if self._store:
            self._store.save(self._place(address), {NAME: canonical(job.as_data())})

    def ended(self, address: Address) -> None:
        """It goes on no more."""
        if self._store:
            self._store.save(self._place(address), {})

    def _place(self, address: Address) -> str:
        """The text that identifies the entity across systems."""
        settings = self._connection.settings
        return json.dumps([settings.system, settings.profile.name, NAME, address.identity])
