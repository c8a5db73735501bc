# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences that all reports share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from .check import DRIFT, Check, Row

VERDICT_SENTENCES = {
    "drift": "Something is not as declared, and nobody has accepted that.",
    "incomplete": "No drift was seen, and not everything could be looked at.",
    "no_drift": "All that is declared was looked at, and is as declared or accepted.",
}
WORDS = {
    "drifted": "drifted",
    "missing": "missing",
    "unwanted": "unwanted",
    "not_checked": "not checked",
    "accepted": "accepted",
    "undeclared": "undeclared",
    "as_declared": "as declared",
}
"""The verdicts on an entity in words, in the order in which people are told."""


def plural(number: int, word: str, words: str = "") -> str:
    """``1 entity``, ``2,000 entities``."""
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def totals(checks: Sequence[Check]) -> Counter[str]:
    """The summaries of all checks together."""
    return sum((Counter(check.summary) for check in checks), Counter())


def coverage(checks: Sequence[Check]) -> list[str]:
    """What was looked at and what was not, as sentences."""
    counted = totals(checks)
    all_of_them = sum(counted[name] for name in WORDS)
    drift = sum(counted[name] for name in DRIFT)
    told = ", ".join(f"{counted[name]:,} {word}" for name, word in WORDS.items() if counted[name])
    sentences = [f"{plural(all_of_them, 'entity', 'entities')}: {told}." if told else "No entity was looked at."]
    if drift and drift < all_of_them:
        sentences[0] = f"{drift:,} of {sentences[0].replace(':', ' are not as declared:', 1)}"
    if counted["unobserved"]:
        sentences.append(f"Of {plural(counted['unobserved'], 'entity', 'entities')} something could not be observed.")
    broken = [check for check in checks if check.error]
    if broken:
        sentences.append(f"{plural(len(broken), 'check')} could not be carried out to the end.")
    unseen = sum(len(check.not_looked) for check in checks)
    if unseen:
        sentences.append(
            f"{plural(unseen, 'kind')} of things was not looked at."
            if unseen == 1
            else f"{plural(unseen, 'kind')} of things were not looked at."
        )
    return sentences


def row_tags(row: Row) -> list[str]:
    """What is told of an entity in a few words."""
    return [
        *([plural(len(row.changes), "difference")] if row.changes and row.verdict == "drifted" else []),
        *(
            [f"{row.trend} since {row.since[:10]}" if row.since and row.trend == "standing" else row.trend]
            if row.trend
            else []
        ),
        *([f"by {row.changed_by}"] if row.changed_by and row.verdict == "drifted" else []),
    ]
