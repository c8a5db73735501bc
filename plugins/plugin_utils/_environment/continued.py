# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The first line of a run's journal, and the outcome of the intents that an earlier run left open."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Optional

from ...module_utils._commands.connection import evidence_of
from ...module_utils._entity.examine import Examined
from ...module_utils._journal.writer import Interrupted, Journal, Start
from .._manifest.entry import EntryName
from .executor import Read
from .plan_file import EnvironmentPlan, plan_digest
from .run import Run

SETTLED = "it is as declared now"


def start_of(run: Run, plan: Optional[EnvironmentPlan], before: Optional[Interrupted]) -> Start:
    """The first line of the journal."""
    settings = run.connection.settings
    return Start(
        url=settings.system,
        manifest_digest=run.digest,
        profile_digest=run.profile_digest,
        plan_digest=plan_digest(plan) if plan else None,
        versions=run.versions,
        who=run.connection.authenticator.user,
        approval=run.values["approval"],
        continues=before,
        **evidence_of(settings),
    )


def inherited(
    run: Run,
    journal: Journal,
    reads: Mapping[EntryName, Read],
    needed: Collection[EntryName],
    before: Optional[Interrupted],
) -> list[str]:
    """A sentence for each intent that an earlier run left open. An intent is settled where its entity was read and
    needs no change."""
    if before is None:
        return []
    if not before.open:
        return [f"The run of {before.file} was interrupted, and the outcome of all that it began is known."]
    # A journal knows an entity by its name without secrets. Of two with one such name, what is worse counts.
    states = [(run.redact(str(name)), _found(name, read, needed)) for name, read in reads.items()]
    now = dict(sorted(states, key=lambda one: one[1] != SETTLED))
    how = "ended without knowing" if before.ended else "was interrupted, and nobody knew"
    notes = []
    for intent in before.open:
        name = run.redact(intent["entity"])
        found = now.get(name, "it is not declared any more, and was not read")
        if found == SETTLED:
            journal.outcome(name, "unchanged", detail=f"{found}; read after the run of {before.file}")
        notes.append(f"The run of {before.file} {how} the outcome of its {intent['operation']} of {name}: {found}.")
    return notes


def _found(name: EntryName, read: Read, needed: Collection[EntryName]) -> str:
    """A sentence on the state of an entity that an earlier run left open."""
    if not isinstance(read, Examined):
        return "it could not be read"
    return "it is not as declared yet, and this run goes on with it" if name in needed else SETTLED
