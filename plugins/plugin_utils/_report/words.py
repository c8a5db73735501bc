# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The words of reports: those of a check against what is declared, and those of a comparison of two systems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...module_utils._text.records import record
from .check import DECLARED_SIDES, Check


@record
class Words:
    """What reports say.

    report: what the report is. drift: how the entities are that count as drift. differences: the heading above them.
    claim: what cannot be said of a system {} where there is a finding, and failures: why, by finding.
    verdicts, sentences: the verdict on systems, in a word and in a sentence.
    not_looked: what the verdict does not speak of: ``entities`` of types that were compared, and whole ``types``.
    kinds: what is told of an entity, in the order in which people are told.
    meanings: the same of one entity, in a sentence.
    groups: the same of many, in sentences with {first} and {second} for the sides.
    """

    report: str
    drift: str
    differences: str
    claim: str
    failures: Mapping[str, str]
    verdicts: Mapping[str, str]
    sentences: Mapping[str, str]
    not_looked: Mapping[str, str]
    kinds: Mapping[str, str]
    meanings: Mapping[str, str]
    groups: Mapping[str, str]


CHECKING = Words(
    report="Drift check",
    drift="not as declared",
    differences="Drift",
    claim="say that {} has not drifted",
    failures={"drift": "it is not as declared", "incomplete": "not everything that is declared could be compared"},
    verdicts={"drift": "Drift", "incomplete": "Incomplete", "no_drift": "No drift"},
    sentences={
        "drift": "Something is not as declared, and nobody has accepted that.",
        "incomplete": "No drift was seen, and not everything could be looked at.",
        "no_drift": "All that is declared was looked at, and is as declared or accepted.",
    },
    not_looked={
        "entities": "Not looked for: undeclared entities of {}.",
        "types": "Not looked at: {} of which nothing is declared.",
    },
    kinds={
        "drifted": "drifted",
        "missing": "missing",
        "unwanted": "unwanted",
        "not_checked": "not checked",
        "not_observed": "not wholly observed",
        "accepted": "accepted",
        "undeclared": "undeclared",
        "as_declared": "as declared",
    },
    meanings={
        "missing": "It is declared and not there.",
        "unwanted": "It is declared absent and there.",
        "not_checked": "Nobody knows whether it is as declared.",
        "not_observed": "Something of it could not be observed.",
        "undeclared": "It is there, and nobody declares it.",
        "as_declared": "",
    },
    groups={
        "drifted": "They differ from what is declared.",
        "missing": "They are declared and not there.",
        "unwanted": "They are declared absent and there.",
        "not_checked": "Nobody knows whether they are as declared.",
        "not_observed": "What could be observed is as declared, and something could not be observed.",
        "accepted": "A reviewed exception covers all that differs.",
        "undeclared": "They are there, and nobody declares them. That is no drift.",
        "as_declared": "All that is declared was observed, and is as declared.",
    },
)
COMPARING = Words(
    report="Comparison",
    drift="not alike",
    differences="Differences",
    claim="say that {} are alike",
    failures={"drift": "something is not alike", "incomplete": "not everything could be compared"},
    verdicts={"drift": "Different", "incomplete": "Incomplete", "no_drift": "Alike"},
    sentences={
        "drift": "Something is not alike, and nobody has accepted that.",
        "incomplete": "No difference was seen, and not everything could be looked at.",
        "no_drift": "All that was to be compared is alike or accepted.",
    },
    not_looked={
        "entities": "Not looked for: other entities of {}.",
        "types": "Not compared: {}.",
    },
    kinds={
        **CHECKING.kinds,
        "drifted": "different",
        "missing": "only on the second side",
        "unwanted": "only on the first side",
        "undeclared": "undeclared",
        "as_declared": "alike",
    },
    meanings={
        **CHECKING.meanings,
        "missing": "It is on the second side only.",
        "unwanted": "It is on the first side only.",
        "not_checked": "Nobody knows whether it is alike.",
    },
    groups={
        **CHECKING.groups,
        "drifted": "They are on both sides, and differ.",
        "missing": "They are in {second} and not in {first}.",
        "unwanted": "They are in {first} and not in {second}.",
        "not_checked": "Nobody knows whether they are alike.",
        "not_observed": "What could be observed is alike, and something could not be observed.",
        "undeclared": "They are there, and nobody declares them. That is no difference.",
        "as_declared": "All that was compared is alike.",
    },
)


def words_of(checks: Sequence[Check]) -> Words:
    """The words for these checks; where there are both, those of a check against what is declared."""
    return COMPARING if checks and all(check.sides != DECLARED_SIDES for check in checks) else CHECKING
