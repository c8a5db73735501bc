# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_journal_info, without Ansible."""

from __future__ import annotations

from typing import Any

from .._journal.reader import Verified, left_open, verify_all
from .._options.context import Context, Values
from ..errors import JournalError
from .base import Command


def run_journal_info(values: Values, _context: Context) -> dict[str, Any]:
    """Journals, verified; see the module insight_journal_info."""
    found = verify_all(values["journal"], values["head"])
    journals = [_as_result(one) for one in found]
    broken = [one for one in found if not one.ok]
    if broken:
        raise JournalError(
            f"trust the journal {', '.join(one.file for one in broken)}",
            "; ".join(broken[0].problems),
            "Compare it with a copy that nobody could change.",
            journals=journals,
        )
    return {"changed": False, "journals": journals, "open": left_open(found)}


def _as_result(one: Verified) -> dict[str, Any]:
    """The part of the result about one journal."""
    run = {name: value for name, value in one.start.items() if name not in ("kind", "hash", "previous", "continues")}
    return {
        "file": one.file,
        "lines": one.lines,
        "head": one.head,
        "held": one.held,
        "ended": one.ended,
        "running": one.running,
        "problems": list(one.problems),
        "notes": list(one.notes),
        "open": [dict(intent) for intent in one.open],
        "run": run,
    }


JOURNAL_INFO = Command(
    "rimops.insight.insight_journal_info",
    {"journal": {"type": "path", "required": True}, "head": {"type": "str"}},
    run_journal_info,
    writes=False,
)
