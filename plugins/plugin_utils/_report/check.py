# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a check of a system, or a comparison of two, has found: made once, rendered by many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from ...module_utils._entity.compare import Change
from ...module_utils._text.records import record

DRIFT = ("drifted", "missing", "unwanted")
"""Verdicts on an entity that is not as declared: it differs; it is declared and not there; it is declared absent and
there."""
VERDICTS = (*DRIFT, "undeclared", "not_checked", "as_declared")

DECLARED_SIDES = ("on the server", "declared")
"""The sides of a check against what is declared. A comparison of two systems has the names of the two."""


@dataclass(frozen=True)
class NotCompared:
    """A part of an entity, or of a system, of which nobody knows whether it is as declared. path: of an attribute;
    empty for the entity as a whole."""

    path: str
    why: str


@dataclass(frozen=True)
class Accepted:
    """An exception that somebody has reviewed. expires: the last day on which it holds, as ``2026-12-31``."""

    reason: str
    expires: str


@record
class Row:
    """What was found of one entity.

    entity: its name for people. origin: where it is declared, empty where it is not.
    verdict: of VERDICTS.
    changes: what differs; before is what the first side shows, after what the second does (see Check.sides).
    secrets: the paths of secrets that would be sent.
    not_compared: what is declared and could not be observed; for ``not_checked`` why the entity was not read.
    accepted: the exception that covers all of it; None where there is none that holds.
    trend: ``new``, ``standing``, ``changed`` or ``gone`` against an earlier check; empty without one.
    since: when an earlier check saw this drift first, as ``2026-01-02T03:04:05Z``.
    changed_by, changed_at: as the system itself shows them.
    mend: a command that brings the entity back to what is declared; empty where there is nothing to mend.
    """

    entity: str
    type: str
    key: Mapping[str, Any]
    verdict: str
    origin: str = ""
    changes: Sequence[Change] = ()
    secrets: Sequence[str] = ()
    not_compared: Sequence[NotCompared] = ()
    accepted: Accepted | None = None
    trend: str = ""
    since: str = ""
    changed_by: str = ""
    changed_at: str = ""
    mend: str = ""


@dataclass(frozen=True, eq=False)
class Check:
    """One system, checked.

    name: of the environment, for people. sides: the names of the two sides of a change. url_there: the address of the
        second side, where that is a system too.
    who: as the system knows us. began, ended: by our clock; server_date: the ``Date`` of the server's last answer.
    commit: of the manifest, where it lies in a Git repository. versions: by name (collection, profile, system).
    not_looked: what was not looked at, as a type and the reason.
    error: why the check could not be carried out to its end; empty where it was.
    """

    name: str
    url: str
    began: datetime
    ended: datetime
    rows: Sequence[Row] = ()
    who: str = ""
    server_date: str = ""
    manifest_digest: str = ""
    commit: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    evidence: Mapping[str, str] = field(default_factory=dict)
    sides: tuple[str, str] = DECLARED_SIDES
    url_there: str = ""
    not_looked: Sequence[NotCompared] = ()
    assumed: Sequence[str] = ()
    notes: Sequence[str] = ()
    error: str = ""

    @cached_property
    def summary(self) -> dict[str, int]:
        """How many entities had each verdict; and of how many that are else as declared something was not observed
        (``unobserved``), and how many are ``accepted``, which counts them nowhere else."""
        counted = Counter("accepted" if row.accepted else row.verdict for row in self.rows)
        unobserved = sum(
            bool(row.not_compared) and not row.accepted and row.verdict != "not_checked" for row in self.rows
        )
        return {**{name: counted[name] for name in (*VERDICTS, "accepted")}, "unobserved": unobserved}

    @property
    def findings(self) -> list[str]:
        """What stands against ``no_drift``, the worse first: ``drift`` where something is not as declared,
        ``incomplete`` where something was not checked or not observed, each unless somebody has accepted it."""
        summary = self.summary
        found = {
            "drift": any(summary[name] for name in DRIFT),
            "incomplete": bool(self.error or summary["not_checked"] or summary["unobserved"]),
        }
        return [name for name, holds in found.items() if holds]

    @property
    def verdict(self) -> str:
        """The worst finding, else ``no_drift``. Entities that nobody declares are shown, and are no drift."""
        return (*self.findings, "no_drift")[0]


def verdict_of(checks: Sequence[Check]) -> str:
    """The verdict on all of them: the worst. Where there is none, nothing was looked at, which is ``incomplete``."""
    verdicts = {check.verdict for check in checks} or {"incomplete"}
    return next((one for one in ("drift", "incomplete") if one in verdicts), "no_drift")
