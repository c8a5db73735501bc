# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The report of a run over an environment: what became of each entity, what was compared, and what was not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Optional, Union

from ...module_utils._commands.connection import evidence_of
from ...module_utils._entity.compare import Change
from ...module_utils._entity.examine import Examined
from ...module_utils._entity.outcome import Outcome
from ...module_utils._text.records import record
from ...module_utils.errors import InsightError
from .._environment.executor import DONE, Read, Written, fate_of
from .._environment.members import Member
from .._environment.observation import doubts
from .._environment.planned_change import PlannedChange
from .._environment.run import Run, assumed
from .._environment.shown_ids import deleted_along
from .._environment.worker_pool import NotTried
from .._manifest.entry import EntryName
from .check import NotCompared

BAD = ("failed", "moved", "outcome_unknown", "not_tried")
"""Outcomes of an entity that is not as declared now, or of which nobody knows."""


@dataclass(frozen=True, eq=False)
class EntityReport:
    """What became of one entity.

    entity: its name for people.
    refs, origin: as declared, and where.
    outcome: of DONE and BAD; where nothing was to be written, what would become of it.
    operation: as planned; None where nothing was planned.
    changes, secrets, possible_rename, before, after, removal, forced_by: as planned, see PlannedChange.
    secrets_unlike: the paths of secrets of which the server shows another value.
    not_compared: empty where all that is declared was compared.
    collateral: what the write changed besides.
    why: what went wrong, or why it was not tried; empty where it is done.
    error: ``kind`` and the details of the error; empty where there was none.
    """

    entity: str
    type: str
    key: Mapping[str, Any]
    refs: Mapping[str, Any]
    origin: str
    outcome: str
    operation: Optional[str] = None
    changes: Sequence[Change] = ()
    secrets: Sequence[str] = ()
    secrets_unlike: Sequence[str] = ()
    possible_rename: Optional[str] = None
    before: str = ""
    after: str = ""
    removal: Optional[Sequence[str]] = None
    forced_by: Optional[Sequence[str]] = None
    entity_id: Any = None
    not_compared: Sequence[NotCompared] = ()
    collateral: Sequence[Change] = ()
    notes: Sequence[str] = ()
    why: str = ""
    error: Mapping[str, Any] = field(default_factory=dict)

    @property
    def unverified(self) -> list[str]:
        """The paths that are declared and cannot be observed."""
        return [one.path for one in self.not_compared if one.path]

    @property
    def compared(self) -> bool:
        """Whether the entity could be read, and so was compared as far as it can be observed."""
        return all(one.path for one in self.not_compared)


@record
class RunReport:
    """What became of a run.

    who: as the system knows us. began, ended: by our clock, with time zone; server_date: the ``Date`` of the server's
    last answer.
    versions: by name (collection, profile). evidence: reason, change reference and initiator.
    check_mode: nothing was to be written. changed: something was, or may have been, written; in check mode, would be.
    summary: how many entities had each outcome; ``unverified``: those done of which something cannot be observed.
    entities: in the order in which they are written; those that are as declared only with return_unchanged, since they
    are many.
    assumed: the operations that were used and that neither a document nor a probe backs, as keys of the profile.
    doubts: what was found to be absent, before anything was written, by nothing that proves it.
    plan_digest: of the plan that was written. journal, journal_head: the file, and the hash of its last line.
    why: what went wrong with the run besides its entities.
    """

    url: str
    who: Optional[str]
    began: datetime
    ended: datetime
    server_date: Optional[str]
    manifest_digest: str
    profile_digest: str
    versions: Mapping[str, str]
    evidence: Mapping[str, str]
    check_mode: bool
    changed: bool
    summary: Mapping[str, int]
    entities: Sequence[EntityReport]
    assumed: Sequence[str] = ()
    doubts: Sequence[str] = ()
    notes: Sequence[str] = ()
    plan_digest: Optional[str] = None
    journal: Optional[str] = None
    journal_head: Optional[str] = None
    why: str = ""


def report_of(
    run: Run,
    reads: Mapping[EntryName, Read],
    operations: Mapping[EntryName, PlannedChange],
    written: Mapping[EntryName, Written],
    notes: Sequence[str] = (),
) -> RunReport:
    """The report of a run. written: what became of each entity that was to be written."""
    connection, check_mode = run.connection, run.context.check_mode
    gone = deleted_along(run.environment, reads, written, run.options.client)
    reads, written = {**reads, **gone}, {name: one for name, one in written.items() if name not in gone}
    with_unchanged = run.values["return_unchanged"]
    entities = [
        entity_report(member, reads[name], operations.get(name), written.get(name))
        for name, member in run.environment.members.items()
        if with_unchanged or not _is_unchanged(reads[name])
    ]
    summary = _summary(entities, reads)
    would_write = any(summary[done] for operation, done in DONE.items() if operation != "none")
    in_doubt = doubts(run.environment, reads, written, run.options.client)
    return RunReport(
        url=connection.settings.system,
        who=connection.authenticator.user,
        began=run.began,
        ended=datetime.now(timezone.utc),
        server_date=connection.last_date,
        manifest_digest=run.digest,
        profile_digest=run.profile_digest,
        versions=run.versions,
        evidence=evidence_of(connection.settings),
        check_mode=check_mode,
        changed=_has_written(written) or (check_mode and would_write),
        summary=summary,
        entities=entities,
        assumed=assumed(run, operations),
        doubts=run.doubts,
        notes=[*run.notes, *connection.notes, *in_doubt, *notes],
    )


def entity_report(
    member: Member, read: Read, planned: Optional[PlannedChange], written: Optional[Written]
) -> EntityReport:
    """The report of one entity. written: None where it was not to be written."""
    last: Union[Read, Written] = written or read
    become: dict[str, Any] = {}
    if planned is not None:
        names = ("operation", "changes", "secrets", "possible_rename", "before", "after", "removal", "forced_by")
        become = {name: getattr(planned, name) for name in names}
    if isinstance(last, InsightError):
        error = {"kind": type(last).__name__, **last.details}
        become.update(outcome=fate_of(last), why=last.message, error=error)
    elif isinstance(last, NotTried):
        become.update(outcome="not_tried", why=last.why)
    else:
        outcome = last.expected() if isinstance(last, Examined) else last
        become.update(
            outcome=DONE[outcome.plan.operation],
            entity_id=outcome.entity_id,
            collateral=[change.in_full() for change in outcome.collateral],
            notes=outcome.notes,
        )
    entry = member.entry
    return EntityReport(
        entity=str(entry.name),
        type=entry.type,
        key=entry.key,
        refs=entry.refs,
        origin=entry.origin,
        secrets_unlike=read.plan.secrets_unlike if isinstance(read, Examined) else (),
        not_compared=_not_compared(read, written),
        **become,
    )


def _not_compared(read: Read, written: Optional[Written]) -> list[NotCompared]:
    if not isinstance(read, Examined):
        return [NotCompared("", read.message if isinstance(read, InsightError) else read.why)]
    plan = written.plan if isinstance(written, Outcome) else read.plan
    whys = dict.fromkeys(plan.secret_paths, "it is a secret")
    return [NotCompared(path, whys.get(path, "the server does not show it")) for path in plan.unverified]


def _is_unchanged(read: Read) -> bool:
    """Whether an entity is as declared."""
    return isinstance(read, Examined) and read.plan.operation == "none"


def _summary(entities: Sequence[EntityReport], reads: Mapping[EntryName, Read]) -> dict[str, int]:
    """How many entities had each outcome, and of how many something could not be verified."""
    unchanged = [read.plan for read in reads.values() if isinstance(read, Examined) and _is_unchanged(read)]
    others = [one for one in entities if one.outcome != "unchanged"]
    counted = Counter(one.outcome for one in others)
    unverified = sum(bool(one.not_compared) and one.outcome not in BAD for one in others)
    return {
        **{name: counted[name] for name in (*DONE.values(), *BAD)},
        "unchanged": len(unchanged),
        "unverified": unverified + sum(bool(plan.unverified) for plan in unchanged),
    }


def _has_written(written: Mapping[EntryName, Written]) -> bool:
    """Whether something was, or may have been, written."""
    return any(
        isinstance(one, Outcome) or (isinstance(one, InsightError) and "written" in one.details)
        for one in written.values()
    )
