# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The sentences that all reports share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timezone
from typing import Any

from ...module_utils._entity.compare import Change
from ...module_utils._text.atomic_files import json_document
from ...module_utils._text.nested_paths import ABSENT
from .check import DRIFT, Check, Row, verdict_of
from .words import words_of


def told_as(row: Row) -> str:
    """As which of ``Words.kinds`` an entity is told: as the verdict on it says, but for one that is accepted, and one
    that is not wholly observed and not known to have drifted."""
    if row.accepted:
        return "accepted"
    if row.not_compared and row.verdict not in (*DRIFT, "not_checked"):
        return "not_observed"
    return row.verdict


def plural(number: int, word: str, words: str = "") -> str:
    """``1 difference``, ``2,000 entities``."""
    return f"{number:,} {word if number == 1 else words or word + 's'}"


def totals(checks: Sequence[Check]) -> Counter[str]:
    """The summaries of all checks together."""
    return sum((Counter(check.summary) for check in checks), Counter())


def verdict_text(checks: Sequence[Check]) -> str:
    """The verdict in a sentence, and beside it what it does not speak of, so that nobody takes a check that did not
    look for one that found nothing."""
    words = words_of(checks)
    entities: set[str] = set()
    types: set[str] = set()
    for check in checks:
        declared = {row.type for row in check.rows if row.verdict != "undeclared"}
        for one in check.not_looked:
            (entities if one.path in declared else types).add(one.path)
    return " ".join(
        [
            words.sentences[verdict_of(checks)],
            *_counted(len(entities), words.not_looked["entities"], "type"),
            *_counted(len(types), words.not_looked["types"], "type"),
        ]
    )


def coverage(checks: Sequence[Check]) -> list[str]:
    """How many entities were told as what, as sentences."""
    words = words_of(checks)
    counted = Counter(told_as(row) for check in checks for row in check.rows)
    everything, drift = counted.total(), sum(counted[name] for name in DRIFT)
    told = ", ".join(f"{counted[name]:,} {word}" for name, word in words.kinds.items() if counted[name])
    sentence = f"{plural(everything, 'entity', 'entities')}: {told}." if told else "No entity was looked at."
    unobserved = totals(checks)["unobserved"] - counted["not_observed"]
    of_drift = f"{drift:,} of {everything:,} entities {'is' if drift == 1 else 'are'} {words.drift}." if drift else ""
    broken = sum(bool(check.error) for check in checks)
    return [
        *filter(None, [of_drift]),
        sentence,
        *_counted(unobserved, "Also not wholly observed, among those that differ: {}.", "entity", "entities"),
        *_counted(broken, "{} could not be carried out to the end.", "check"),
    ]


def _counted(number: int, sentence: str, word: str, words: str = "") -> list[str]:
    return [sentence.format(plural(number, word, words))] if number else []


def row_tags(row: Row) -> list[str]:
    """What is told of an entity in a few words."""
    differences = plural(len(row.changes), "difference") if row.changes and row.verdict == "drifted" else ""
    first = f"seen first {row.since[:10]}" if row.since and row.trend in ("", "gone") else ""
    since = f"{row.trend} since {row.since[:10]}" if row.since and row.trend in ("standing", "changed") else row.trend
    by = f"changed by {row.changed_by}" if row.changed_by and row.verdict == "drifted" else ""
    return [tag for tag in (differences, since, first, by) if tag]


def moment_text(moment: datetime) -> str:
    """A moment for people: ``2026-01-02 03:04:05 UTC``."""
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M:%S} UTC"


def value_text(value: Any) -> str:
    """A value of a change in one line: JSON, so that the text "1" is not the number 1."""
    return "not there" if value is ABSENT else json_document(value)


def change_text(change: Change, sides: tuple[str, str]) -> str:
    """A change in one line."""
    before, after = map(value_text, (change.before, change.after))
    return f"{change.path}: {before} ({sides[0]}), {after} ({sides[1]})"


def check_facts(check: Check) -> Iterator[tuple[str, str]]:
    """Where, when and by whom a check was made, as names and values, without what is not known. Those of the code are
    digests and the like, and come from ``CODES``."""
    told = {
        "URL": check.url,
        "URL of the second side": check.url_there,
        "Began": moment_text(check.began),
        "Ended": moment_text(check.ended),
        "Clock of the server": check.server_date or "not told",
        "Looked as": check.who or "not told",
        "Manifest": check.manifest_digest,
        "Commit": check.commit,
        **{f"Version of {name}": version for name, version in sorted(check.versions.items())},
        **{name.replace("_", " ").capitalize(): text for name, text in sorted(check.evidence.items())},
        "Assumed operations": ", ".join(check.assumed),
    }
    return ((name, text) for name, text in told.items() if text)


CODES = ("URL", "URL of the second side", "Manifest", "Commit")
"""The facts that are read letter by letter."""
