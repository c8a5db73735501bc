# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as the result of the task. What is given here is without secrets already."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._environment.run import ENTITIES_SHOWN
from .report import BAD, EntityReport, RunReport
from .text import diff_text, numbers_text


def as_result(report: RunReport, with_diff: bool) -> dict[str, Any]:
    """The result of the task; its fields are documented in the module."""
    return {
        "changed": report.changed,
        "summary": report.summary,
        "entities": [_entity(one) for one in report.entities],
        "assumed": report.assumed,
        **_given(
            evidence=report.evidence,
            notes=report.notes,
            plan_digest=report.plan_digest,
            journal=report.journal,
            journal_head=report.journal_head,
        ),
        **({"diff": {"prepared": diff_text(report)}} if with_diff else {}),
        **_failure(report),
    }


def _given(**fields: Any) -> dict[str, Any]:
    """The fields that say something."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], (), {})}


def _entity(report: EntityReport) -> dict[str, Any]:
    """The part of a result about one entity."""
    done = report.outcome not in BAD
    return {
        "entity": report.entity,
        "type": report.type,
        "key": report.key,
        "outcome": report.outcome,
        **_given(
            why=report.why,
            error=report.error,
            entity_id=report.entity_id,
            unverified=report.unverified if done else [],
            collateral=[change.as_result() for change in report.collateral],
            notes=report.notes,
            operation=report.operation,
            secrets=report.secrets,
        ),
        **({} if report.operation is None else {"changes": [change.as_result() for change in report.changes]}),
    }


def _failure(report: RunReport) -> dict[str, Any]:
    """``failed`` and ``msg`` where something went wrong, else nothing."""
    said = [*_unlike_declared(report), *([report.why] if report.why else [])]
    return {"failed": True, "msg": " ".join(said)} if said else {}


def _unlike_declared(report: RunReport) -> Iterable[str]:
    """A sentence about the entities that are not as declared, where there are any."""
    bad = [one for one in report.entities if one.outcome in BAD]
    causes = [one for one in bad if one.outcome != "not_tried" or one.error] or bad
    if causes:
        first = " ".join(f"{one.entity}: {one.why}" for one in causes[:ENTITIES_SHOWN])
        more = f" {len(causes) - ENTITIES_SHOWN} more are told in entities." if len(causes) > ENTITIES_SHOWN else ""
        yield f"Cannot bring the environment to what is declared ({numbers_text(report.summary)}). {first}{more}"
