# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks as metrics, for the text file collector of Prometheus' node exporter.

Only gauges without timestamps: so the text is OpenMetrics, and the older format that this collector reads. Labels are
systems, types and verdicts, never entities.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...module_utils._text.records import evolve, record
from ...module_utils._text.redaction import printable
from .check import DRIFT, VERDICTS, Check, Row, verdict_of
from .wording import totals
from .words import CHECKING

PREFIX = "rimops_insight_check"
ENTITY_COUNTS = (*VERDICTS, "accepted")
METRICS = {
    "verdict": "The verdict on a system: 1 for the one that holds.",
    "entities": "Entities by type and verdict; accepted ones count as accepted only.",
    "drifted_entities": "Entities by type that drifted, are missing or unwanted, and are not accepted.",
    "unobserved_entities": "Entities by type of which something could not be observed.",
    "not_looked": "What was not looked at.",
    "failed": "Whether the check could not be carried out to its end.",
    "ended_timestamp_seconds": "When the check ended; the age of the check is time() less this.",
    "duration_seconds": "How long the check took.",
}


@record
class Sample:
    """A value of a metric of METRICS. labels: names and values."""

    metric: str
    labels: tuple[tuple[str, str], ...]
    value: float


def openmetrics_report(checks: Sequence[Check]) -> str:
    """The metrics. Checks with one name are of one system."""
    systems: dict[str, list[Check]] = defaultdict(list)
    for check in checks:
        systems[printable(check.name)].append(check)
    samples = [sample for name, own in systems.items() for sample in _samples(own, ("system", name))]
    lines = []
    for metric, meaning in METRICS.items():
        lines += [f"# HELP {PREFIX}_{metric} {meaning}", f"# TYPE {PREFIX}_{metric} gauge"]
        lines += [_sample_line(sample) for sample in samples if sample.metric == metric]
    return "\n".join([*lines, "# EOF"]) + "\n"


def _sample_line(sample: Sample) -> str:
    labels = ",".join(f'{name}="{_label(value)}"' for name, value in sample.labels)
    return f"{PREFIX}_{sample.metric}{{{labels}}} {sample.value}"


def _label(value: str) -> str:
    return printable(value).replace("\\", "\\\\").replace('"', '\\"')


def _samples(checks: Sequence[Check], system: tuple[str, str]) -> Iterator[Sample]:
    """The samples of a system."""
    verdict = verdict_of(checks)
    for one in CHECKING.verdicts:
        yield Sample("verdict", (system, ("verdict", one)), int(one == verdict))
    by_type: dict[str, list[Row]] = defaultdict(list)
    for check in checks:
        for row in check.rows:
            by_type[printable(row.type)].append(row)
    for type_name, rows in sorted(by_type.items()):
        counted, labels = totals([evolve(checks[0], rows=rows)]), (system, ("type", type_name))
        for one in ENTITY_COUNTS:
            yield Sample("entities", (*labels, ("verdict", one)), counted[one])
        yield Sample("drifted_entities", labels, sum(counted[one] for one in DRIFT))
        yield Sample("unobserved_entities", labels, counted["unobserved"])
    ended = min(check.ended for check in checks)
    yield Sample("not_looked", (system,), sum(len(check.not_looked) for check in checks))
    yield Sample("failed", (system,), int(any(check.error for check in checks)))
    yield Sample("ended_timestamp_seconds", (system,), ended.timestamp())
    yield Sample("duration_seconds", (system,), sum((check.ended - check.began).total_seconds() for check in checks))
