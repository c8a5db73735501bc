# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a check of one system or of many, or of a comparison of two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from ...module_utils._entity.compare import Change
from ...module_utils._text.nested_paths import ABSENT
from .check import DRIFT, Check, Row, verdict_of
from .differences import sides_of
from .page import Fact, Group, Page, PageRow, ShownChange, Sign, Source
from .wording import CODES, check_facts, coverage, row_tags, told_as, verdict_text
from .words import Words, words_of

VERDICT_SIGNS = {"drift": ("Δ", "bad"), "incomplete": ("?", "unsure"), "no_drift": ("=", "good")}
GROUP_SIGNS = {
    "drifted": ("Δ", "bad", "c1"),
    "missing": ("\N{MINUS SIGN}", "bad", "c2"),
    "unwanted": ("+", "bad", "c3"),
    "not_checked": ("?", "unsure", "c4"),
    "not_observed": ("◐", "unsure", "c5"),
    "accepted": ("≈", "plain", "c6"),
    "undeclared": ("○", "plain", "c7"),
    "as_declared": ("=", "good", "c8"),
}
"""Symbol, tone and color of the groups of a page, in their order."""


def page_of_checks(checks: Sequence[Check]) -> Page:
    """The page of these checks."""
    found: dict[str, list[PageRow]] = defaultdict(list)
    for check in checks:
        for row in check.rows:
            found[told_as(row)].append(_page_row(row, check))
    words, verdict = words_of(checks), verdict_of(checks)
    groups = [
        _group(name, sorted(found[name], key=lambda row: (row.type, row.entity, row.source)), checks)
        for name in GROUP_SIGNS
        if found[name]
    ]
    return Page(
        kind=words.report,
        title=checks[0].name if len(checks) == 1 else f"{len(checks)} systems",
        sign=_verdict_sign(verdict, words),
        sentences=(verdict_text(checks), *coverage(checks)),
        sources=[_source(check) for check in checks],
        groups=groups,
        not_looked=[
            Fact(f"{check.name}: {one.path}" if len(checks) > 1 else one.path, one.why)
            for check in checks
            for one in check.not_looked
        ],
    )


def _verdict_sign(verdict: str, words: Words) -> Sign:
    symbol, tone = VERDICT_SIGNS[verdict]
    return Sign(symbol, words.verdicts[verdict], tone)


def _group(name: str, rows: Sequence[PageRow], checks: Sequence[Check]) -> Group:
    words, sides = words_of(checks), {check.sides for check in checks}
    first, second = next(iter(sides)) if len(sides) == 1 else ("the first", "the second")
    symbol, tone, color = GROUP_SIGNS[name]
    why = words.groups[name].format(first=first, second=second)
    return Group(Sign(symbol, words.kinds[name].capitalize(), tone, color), why, rows)


def _source(check: Check) -> Source:
    words = words_of([check])
    facts = [Fact(name, text, code=name in CODES) for name, text in check_facts(check)]
    notes = ([f"The check could not be carried out to its end: {check.error}"] if check.error else []) + [*check.notes]
    sentence = " ".join((check.error or verdict_text([check]), *(coverage([check]) if check.rows else ())))
    return Source(check.name, _verdict_sign(check.verdict, words), sentence, facts, notes)


def _page_row(row: Row, check: Check) -> PageRow:
    """A row of the page."""
    return PageRow(
        entity=row.entity,
        type=row.type,
        source=check.name,
        tags=row_tags(row),
        facts=list(_facts(row)),
        changes=shown_changes(row.changes),
        sides=shown_sides(row.changes, check.sides),
        notes=list(_notes(row)),
        command=row.mend,
    )


def _facts(row: Row) -> Iterator[Fact]:
    """What is told of an entity beside its changes."""
    wordy = row.verdict in (*DRIFT, "not_checked") or row.accepted or row.not_compared
    if row.origin and wordy:
        yield Fact("Declared in", row.origin, code=True)
    if row.accepted:
        yield Fact("Accepted because", row.accepted.reason)
        yield Fact("Accepted until", row.accepted.expires)
    changed = " ".join(filter(None, [row.changed_by, row.changed_at and f"at {row.changed_at}"]))
    if changed and wordy:
        yield Fact("Last changed, as the system shows it", changed)
    if row.since:
        yield Fact("Seen first", row.since)


def _notes(row: Row) -> Iterator[str]:
    for one in row.not_compared:
        yield f"Not compared: {one.path}: {one.why}" if one.path else one.why
    if row.secrets:
        yield f"Secrets that would be sent, and are never shown: {', '.join(row.secrets)}"


def shown_changes(changes: Sequence[Change]) -> list[ShownChange]:
    """The changes, each with the parts marked that differ."""
    return [ShownChange(one.path, *sides_of(one.before, one.after)) for one in changes]


def shown_sides(changes: Sequence[Change], names: tuple[str, str]) -> tuple[str, str]:
    """The names of the columns of changes, empty for a side on which nothing is there."""
    before = any(change.before is not ABSENT for change in changes)
    after = any(change.after is not ABSENT for change in changes)
    return (names[0] if before else "", names[1] if after else "")
