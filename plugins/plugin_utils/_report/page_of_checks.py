# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a check of one system or of many, or of a comparison of two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ...module_utils._entity.compare import Change
from ...module_utils._text.nested_paths import ABSENT
from .check import DRIFT, Check, Row, verdict_of
from .differences import sides_of
from .page import Fact, Group, Page, PageRow, ShownChange, Sign, Source
from .wording import CODES, VERDICT_SENTENCES, VERDICT_WORDS, check_facts, coverage, row_tags, told_as

SIGNS = {
    "drift": Sign("Δ", VERDICT_WORDS["drift"], "bad"),
    "incomplete": Sign("?", VERDICT_WORDS["incomplete"], "unsure"),
    "no_drift": Sign("=", VERDICT_WORDS["no_drift"], "good"),
}
GROUPS = {
    "drifted": (Sign("Δ", "Drifted", "bad", "c1"), "They differ from what is declared."),
    "missing": (Sign("\N{MINUS SIGN}", "Missing", "bad", "c2"), "They are declared and not there."),
    "unwanted": (Sign("+", "Unwanted", "bad", "c3"), "They are there and shall not be."),
    "not_checked": (Sign("?", "Not checked", "unsure", "c4"), "Nobody knows whether they are as declared."),
    "not_observed": (
        Sign("◐", "Not wholly observed", "unsure", "c5"),
        "What could be observed is as declared, and something could not be observed.",
    ),
    "accepted": (Sign("≈", "Accepted", "plain", "c6"), "A reviewed exception covers all that differs."),
    "undeclared": (
        Sign("○", "Undeclared", "plain", "c7"),
        "They are there, and nobody declares them. That is no drift.",
    ),
    "as_declared": (Sign("=", "As declared", "good", "c8"), "All that is declared was observed, and is as declared."),
}
"""The groups of a page, in their order."""


def _groups(checks: Sequence[Check]) -> dict[str, tuple[Sign, str]]:
    """The groups, in the words of what is compared: a system and what is declared, or two systems."""
    sides = {check.sides for check in checks} - {Check.sides}
    if len(sides) != 1:
        return GROUPS
    [(here, there)] = sides
    told = {
        "drifted": ("Different", "They are on both, and differ."),
        "missing": (f"Only {there}", f"They are not on {here}."),
        "unwanted": (f"Only {here}", f"They are not on {there}."),
    }
    return {
        name: (replace(sign, word=told.get(name, (sign.word,))[0]), told.get(name, (why, why))[1])
        for name, (sign, why) in GROUPS.items()
    }


def page_of_checks(checks: Sequence[Check]) -> Page:
    """The page of these checks."""
    found: dict[str, list[PageRow]] = defaultdict(list)
    for check in checks:
        for row in check.rows:
            found[told_as(row)].append(_page_row(row, check))
    groups = [
        Group(sign, why, sorted(found[name], key=lambda row: (row.type, row.entity, row.source)))
        for name, (sign, why) in _groups(checks).items()
        if found[name]
    ]
    verdict = verdict_of(checks)
    return Page(
        kind="Drift check",
        title=checks[0].name if len(checks) == 1 else f"{len(checks)} systems",
        sign=SIGNS[verdict],
        sentences=(VERDICT_SENTENCES[verdict], *coverage(checks)),
        sources=[_source(check) for check in checks],
        groups=groups,
        not_looked=[
            Fact(f"{check.name}: {one.path}" if len(checks) > 1 else one.path, one.why)
            for check in checks
            for one in check.not_looked
        ],
    )


def _source(check: Check) -> Source:
    facts = [Fact(name, text, code=name in CODES) for name, text in check_facts(check)]
    notes = ([f"The check could not be carried out to its end: {check.error}"] if check.error else []) + [*check.notes]
    sentence = " ".join((check.error or VERDICT_SENTENCES[check.verdict], *(coverage([check]) if check.rows else ())))
    return Source(check.name, SIGNS[check.verdict], sentence, facts, notes)


def _page_row(row: Row, check: Check) -> PageRow:
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
