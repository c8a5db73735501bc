# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks as Markdown, for a pull request or a chat.

Each value stands in a code span: there it makes no table cell, link, mention or HTML, and no line begins with one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate

from ...module_utils._text.redaction import printable
from .check import DRIFT, Check, Row, verdict_of
from .differences import common_start
from .wording import check_facts, coverage, value_text, verdict_text
from .words import words_of

LONG = 200
"""Lines of the table of drift. A comment on GitHub holds 65,536 characters."""
SHORT = 20
"""Lines of any other table."""
ROOM = 40_000
"""Characters of the table of drift."""
WIDTH = 40
"""Characters of a value of two that differ."""
LONGEST_TEXT = 200
"""Characters of any other value."""


def code_span(text: str, longest: int = LONGEST_TEXT) -> str:
    """A value as a code span, which it cannot leave."""
    shown = printable(text)
    shown = shown if len(shown) <= longest else f"{shown[:longest]}…"
    if not shown.strip():
        return "(blank)" if shown else "(empty)"
    fence = "`" * (max(map(len, re.findall("`+", shown)), default=0) + 1)
    space = " " if shown[0] in "` " or shown[-1] in "` " else ""
    return f"{fence}{space}{shown}{space}{fence}"


def markdown_report(checks: Sequence[Check]) -> str:
    """The verdict, the numbers, what drifted, of what nothing is known, what is accepted, and about the check."""
    title = code_span(checks[0].name) if len(checks) == 1 else f"{len(checks)} systems"
    verdict, words = verdict_of(checks), words_of(checks)
    parts = [
        f"## {words.report} of {title}",
        f"**{words.verdicts[verdict]}.** {verdict_text(checks)}",
        "\n".join(f"- {sentence}" for sentence in coverage(checks)),
        *(_systems(checks) if len(checks) > 1 else ()),
        *_drift(checks),
        *_reasons("Not checked", checks, lambda row: row.verdict == "not_checked", _not_compared),
        *_reasons("Not wholly observed", checks, lambda row: row.verdict != "not_checked", _not_compared),
        *_reasons("Accepted", checks, lambda row: row.accepted is not None, _accepted),
        *_not_looked(checks),
        *(_about(checks[0]) if len(checks) == 1 else ()),
    ]
    return "\n\n".join(parts) + "\n"


def _table(title: str, names: Sequence[str], lines: Sequence[Sequence[str]], most: int = SHORT) -> list[str]:
    """A heading and a table of the first lines; nothing without lines. Cells are Markdown already."""
    if not lines:
        return []
    rows = [f"| {' | '.join(map(_cell, row))} |" for row in (names, ["---"] * len(names), *lines[:most])]
    sizes = list(accumulate(map(len, rows)))
    shown = sum(size <= ROOM * most / LONG for size in sizes)
    left = len(lines) + 2 - shown
    more = [f"| … {left:,} more |{' |' * (len(names) - 1)}"] if left else []
    return [f"### {title}", "\n".join([*rows[:shown], *more])]


def _cell(text: str) -> str:
    """A cell without what ends it. Renderers do not agree on a pipe behind a backslash."""
    return text.replace("\\|", "\\\\x7c").replace("|", "\\|")


def _columns(checks: Sequence[Check], *names: str) -> list[str]:
    """The names of the columns of a table of entities."""
    return [*(["System"] if len(checks) > 1 else []), "Type", "Entity", *names]


def _line(row: Row, check: Check, checks: Sequence[Check], *cells: str) -> list[str]:
    """A line of a table of entities."""
    system = [code_span(check.name)] if len(checks) > 1 else []
    return [*system, code_span(row.type), code_span(row.entity), *cells]


def _systems(checks: Sequence[Check]) -> list[str]:
    """The table of systems."""
    lines = [
        [
            code_span(check.name),
            words_of([check]).verdicts[check.verdict],
            " ".join(coverage([check])),
            code_span(check.error) if check.error else "",
        ]
        for check in checks
    ]
    return _table("Systems", ("System", "Verdict", "Numbers", "Error"), lines)


def _drift(checks: Sequence[Check]) -> list[str]:
    """The table of drift: a line for each difference."""
    lines = [
        _line(row, check, checks, words_of([check]).kinds[row.verdict], *cells)
        for check in checks
        for row in check.rows
        if row.verdict in DRIFT and not row.accepted
        for cells in _differences(row)
    ]
    sides = {check.sides for check in checks}
    names = [*map(code_span, sides.pop())] if len(sides) == 1 else ["First side", "Second side"]
    return _table(words_of(checks).differences, _columns(checks, "Verdict", "Attribute", *names), lines, LONG)


def _differences(row: Row) -> Iterator[tuple[str, str, str]]:
    """Attribute and both values of what differs; nothing of an entity that is there on one side only."""
    if row.verdict != "drifted":
        yield "", "", ""
        return
    for change in row.changes:
        yield code_span(change.path), *_both(value_text(change.before), value_text(change.after))
    for path in row.secrets:
        yield code_span(path), "(secret)", "(secret)"


def _both(before: str, after: str) -> tuple[str, str]:
    """Two values, of which the common beginning is cut where one is too long to be shown whole."""
    before, after = printable(before), printable(after)
    start = common_start(before, after) - WIDTH // 4 if max(len(before), len(after)) > WIDTH else 0
    first, second = ((f"…{one[start:]}" if start > 0 else one) for one in (before, after))
    return code_span(first, WIDTH), code_span(second, WIDTH)


def _reasons(
    title: str, checks: Sequence[Check], fits: Callable[[Row], bool], why: Callable[[Row], Iterator[str]]
) -> list[str]:
    lines = [
        _line(row, check, checks, cell) for check in checks for row in check.rows if fits(row) for cell in why(row)
    ]
    return _table(title, _columns(checks, "Reason"), lines)


def _not_compared(row: Row) -> Iterator[str]:
    if not row.accepted:
        for one in row.not_compared:
            yield code_span(f"{one.path}: {one.why}" if one.path else one.why)


def _accepted(row: Row) -> Iterator[str]:
    if row.accepted:
        yield f"{code_span(row.accepted.reason)} until {code_span(row.accepted.expires)}"


def _not_looked(checks: Sequence[Check]) -> list[str]:
    lines = [
        [*([code_span(check.name)] if len(checks) > 1 else []), code_span(one.path), code_span(one.why)]
        for check in checks
        for one in check.not_looked
    ]
    return _table("Not looked at", [*(["System"] if len(checks) > 1 else []), "What", "Reason"], lines)


def _about(check: Check) -> list[str]:
    told = [*check_facts(check), *([("Error", check.error)] if check.error else [])]
    return _table("About this check", ("", ""), [[_name(name), code_span(text)] for name, text in told])


def _name(name: str) -> str:
    """The name of a fact; some are the user's."""
    return name if re.fullmatch("[A-Za-z0-9 ]+", name) else code_span(name)
