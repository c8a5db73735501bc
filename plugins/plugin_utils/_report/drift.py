# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the report of a run that wrote nothing to the rows of a check, with what an earlier check knew of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ...module_utils._entity.compare import Change
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.records import evolve
from .check import DRIFT, Check, Row
from .report import EntityReport

VERDICTS = {
    "none": "as_declared",
    "create": "missing",
    "update": "drifted",
    "replace": "drifted",
    "delete": "unwanted",
}
"""By the operation that would be needed."""


def row_of(report: EntityReport, more: Sequence[Change] = (), unlike: Sequence[str] = (), mend: str = "") -> Row:
    """What was found of a declared entity. more: what differs beside what is declared. unlike: the paths of secrets of
    which the server shows other values. mend: a command for what is not as declared."""
    verdict = VERDICTS[report.operation or "none"] if report.compared else "not_checked"
    if verdict == "as_declared" and (more or unlike):
        verdict = "drifted"
    return Row(
        entity=report.entity,
        type=report.type,
        key=report.key,
        verdict=verdict,
        origin=report.origin,
        changes=sorted([*report.changes, *more], key=lambda change: change.path),
        secrets=list(unlike),
        not_compared=[one for one in report.not_compared if one.path not in unlike],
        mend=mend if verdict in DRIFT else "",
    )


def earlier_check(earlier: Iterable[Check], url: str, name: str) -> Check | None:
    """The check of a system among earlier ones: the latest, of those with its name where several are of its url."""
    return max((one for one in earlier if one.url == url), key=lambda one: (one.name == name, one.began), default=None)


def with_history(rows: Iterable[Row], earlier: Iterable[Row], then: str, now: str) -> list[Row]:
    """The rows, each drift with its trend and since when it stands. earlier: the rows of a check that began at then;
    now: when this one began."""
    known = {row.entity: row for row in earlier}
    return [_with_history(row, known.get(row.entity), then, now) for row in rows]


def _with_history(row: Row, before: Row | None, then: str, now: str) -> Row:
    """A row with its trend. before: of the same entity; then, now: when the two checks began. A check that could not
    see the entity passes on since when it differs."""
    seen = before is not None and before.verdict != "not_checked"
    if before is None or not (_differs(before) if seen else before.since):
        return evolve(row, trend="new", since=now) if _differs(row) else row
    since = before.since or then
    if _differs(row):
        changed = seen and _difference(row) != _difference(before)
        return evolve(row, trend="changed" if changed else "standing", since=since)
    return evolve(row, trend="gone" if row.verdict == "as_declared" else "", since=since)


def _differs(row: Row) -> bool:
    return row.verdict in (*DRIFT, "undeclared")


def _difference(row: Row) -> str:
    """All by which a drift is the same as another one."""
    return canonical([row.verdict, [change.as_result() for change in row.changes], list(row.secrets)])
