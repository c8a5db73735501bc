# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes that a server has accepted and not ended yet, for a whole environment: in the journal and the token
store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Optional

from ...module_utils._commands.kept_jobs import KeptJobs
from ...module_utils._entity.address import Address
from ...module_utils._entity.api.kept import Jobs
from ...module_utils._profile.completing import AcceptedWrite
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.redaction import MASK
from .run import Run

if TYPE_CHECKING:
    from ...module_utils._journal.writer import Journal


class EnvironmentJobs:
    """Writes of one environment. names: its entities by ``Address.identity``; left: what the journals of earlier runs
    leave, by entity; journal: of this run, once it is there."""

    def __init__(self, kept: Jobs, names: Mapping[str, str], left: Mapping[str, AcceptedWrite]) -> None:
        self._kept, self._names, self._left = kept, names, dict(left)
        self.journal: Optional[Journal] = None

    def of(self, address: Address) -> Optional[AcceptedWrite]:
        """What goes on for an entity, None where nothing does."""
        return self._kept.of(address) or self._left.get(self._name(address))

    def accepted(self, address: Address, job: AcceptedWrite) -> None:
        """Keep what was just accepted, before it is waited for."""
        self._kept.accepted(address, job)
        if self.journal:
            self.journal.accepted(self._name(address), job.as_data())

    def ended(self, address: Address) -> None:
        """It goes on no more."""
        self._kept.ended(address)
        self._left.pop(self._name(address), None)
        if self.journal:
            self.journal.ended(self._name(address))

    def _name(self, address: Address) -> str:
        return self._names.get(address.identity, "")


def jobs_of(run: Run) -> Optional[EnvironmentJobs]:
    """The jobs of an environment; None where its types have none."""
    members = run.environment.members
    if not any(member.desired.address.type.completed_later for member in members.values()):
        return None
    names = {member.desired.address.identity: str(name) for name, member in members.items()}
    hidden = {run.redact(name): name for name in names.values()}
    left = {}
    for intent in _open_intents(run):
        job = AcceptedWrite.of(intent.get("job"))
        if job and intent["entity"] in hidden and MASK not in canonical(job.as_data()):
            left[hidden[intent["entity"]]] = job
    return EnvironmentJobs(KeptJobs(run.connection), names, left)


def _open_intents(run: Run) -> tuple[Mapping[str, Any], ...]:
    if not run.values["journal"]:
        return ()
    from ...module_utils._journal.reader import earlier_runs, unfinished

    before = unfinished(earlier_runs(run.path("journal"), run.connection.settings.system), run.digest)
    return before.open if before else ()
