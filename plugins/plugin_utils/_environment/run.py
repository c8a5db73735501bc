# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One run over an environment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from functools import cached_property
from typing import Any

from ...module_utils._commands.connection import Connection
from ...module_utils._journal.digest import data_digest
from ...module_utils._options.context import Context, Values
from ...module_utils._text.redaction import KEPT, OF_CHANGE, OF_ERROR, PLACE, know, known, redact_within
from ...module_utils.version import VERSION
from .._manifest.entry import EntryName
from .executor import RunOptions
from .members import Environment
from .planned_change import PlannedChange

ENTITIES_SHOWN = 3
"""How many entities a message names; the result holds all."""
LONGEST_LIFETIME = 3650
"""Days for which a plan holds at most."""

JOB = {"operation": KEPT, "names": {}}
OURS = {
    # of a report and a result
    **dict.fromkeys(("summary", "assumed", "plan_digest", "journal", "journal_head"), KEPT),
    "entities": [
        {
            **dict.fromkeys(("type", "outcome", "operation", "entity_id", "before", "after", "removal"), KEPT),
            "key": {},
            "changes": [OF_CHANGE],
            "collateral": [OF_CHANGE],
            "unverified": [PLACE],
            "not_compared": [{"path": PLACE}],
            "secrets": [PLACE],
            "secrets_unlike": [PLACE],
            "forced_by": [PLACE],
            "error": OF_ERROR,
        }
    ],
    "evidence": {},
    "diff": {},
    # of a line of the journal
    **dict.fromkeys(("format", "run", "url", "manifest_digest", "profile_digest", "versions"), KEPT),
    **dict.fromkeys(("operation", "before", "after", "result", "totals", "open"), KEPT),
    "continues": {
        **dict.fromkeys(("file", "head", "ended"), KEPT),
        "open": [{**dict.fromkeys(("at", "operation", "before", "after"), KEPT), "job": JOB}],
    },
    "job": JOB,
}
"""The parts of a run's output that this collection writes, and so no secret even where they look like one: digests,
names of fields, fixed words, files. Everything else is masked."""


@dataclass(frozen=True, eq=False)
class Run:
    """One run over one environment. digest, notes: of the manifest. doubts: what was found to be absent, before
    anything was written, by nothing that proves it. began: when."""

    connection: Connection
    values: Values
    context: Context
    environment: Environment
    options: RunOptions
    digest: str
    notes: Sequence[str] = ()
    doubts: Sequence[str] = ()
    began: datetime = field(default_factory=lambda: datetime.now(timezone.utc))

    @cached_property
    def profile_digest(self) -> str:
        """Of the profile with its overrides."""
        return data_digest(self.values["profile"])

    @property
    def versions(self) -> dict[str, str]:
        """Of the collection; and which profile."""
        return {"collection": VERSION, "profile": self.connection.settings.profile.name}

    def __post_init__(self) -> None:
        """Register the secrets of the task and of its manifest, so that they are masked from now on."""
        know([self.values["secrets"], *(one.entry.secret_attributes for one in self.environment.members.values())])

    def redact(self, value: Any) -> Any:
        """A report, a line of the journal, or a text, without secrets."""
        return redact_within(value, OURS, [known(), *self.connection.secrets()])

    def path(self, option: str) -> str:
        """A file or folder of the controller; a relative one is beside the playbook."""
        return self.context.files.path_of(self.values[option])


def assumed(run: Run, operations: Mapping[EntryName, PlannedChange]) -> list[str]:
    """The assumed operations that were used for reading, and that are used for writing."""
    members = run.environment.members
    found = {
        (members[name].desired.address.type.name, used): members[name].desired.address.type.operations[used]
        for name, one in operations.items()
        for used in _used(one)
        if used in members[name].desired.address.type.operations
    }
    return sorted({*run.options.client.assumed, *(one.profile_key for one in found.values() if one.assumed)})


def _used(planned: PlannedChange) -> Collection[str]:
    """The operations of the profile that a change takes."""
    if planned.operation not in ("delete", "replace"):
        return (planned.operation,)
    return (*(planned.removal or ("delete",)), *(("create",) if planned.operation == "replace" else ()))
