# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A report as text for people. What is given here is without secrets already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Optional

from ...module_utils._entity.compare import Change
from ...module_utils._text.atomic_files import json_document
from ...module_utils._text.nested_paths import ABSENT
from .report import RunReport

SIGNS = {"create": "+", "update": "~", "delete": "-", "replace": "-/+"}


def diff_text(report: RunReport) -> str:
    """What was planned: one line an entity, and one for each of its changes; and what is in doubt."""
    lines = [f"! {doubt}" for doubt in report.doubts]
    for one in report.entities:
        if one.operation in SIGNS:
            lines.append(f"{SIGNS[one.operation]} {one.entity}")
            lines += [f"    {sentence}" for sentence in removal_sentences(one.removal, one.forced_by)]
            lines += [f"    {change.path}: {_sides(change)}" for change in one.changes]
            lines += [f"    {path}: a secret is sent" for path in one.secrets]
            lines += [f"    perhaps a rename: {one.possible_rename}"] if one.possible_rename else []
    return "".join(f"{line}\n" for line in lines)


def removal_sentences(removal: Optional[Sequence[str]], forced_by: Optional[Sequence[str]]) -> list[str]:
    """What to say of an entity that is replaced or purged; see PlannedChange."""
    return [
        *([f"It is replaced, since {', '.join(forced_by)} can only be set at creation."] if forced_by else []),
        *(["It is purged: nothing brings it back."] if removal else []),
    ]


def numbers_text(summary: Mapping[str, int]) -> str:
    """A summary in one line, without what is zero: ``2 drifted, 200 as declared``."""
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in summary.items() if number)


def _sides(change: Change) -> str:
    return " -> ".join("(nothing)" if one is ABSENT else json_document(one) for one in (change.before, change.after))
