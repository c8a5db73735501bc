# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of an environment, as the result of a task tells it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Optional, Union

from ...module_utils._entity.api.client import EntityClient
from ...module_utils._entity.apply import Outcome
from ...module_utils._entity.ensure import Examined
from ...module_utils._text.atomic_files import json_document
from ...module_utils.errors import InsightError
from .._manifest.entry import EntryName
from .executor import DONE, Read, Written, fate_of
from .members import Environment
from .planned_change import PlannedChange
from .worker_pool import NotTried

BAD = ("failed", "moved", "outcome_unknown", "not_tried")
SIGNS = {"create": "+", "update": "~", "delete": "-"}
ENTITIES_SHOWN = 3
"""How many failures a message tells; the result tells all."""


def outcomes(
    environment: Environment,
    reads: Mapping[EntryName, Read],
    operations: Mapping[EntryName, PlannedChange],
    written: Mapping[EntryName, Written],
    with_unchanged: bool,
) -> list[dict[str, Any]]:
    """What became of each entity, in order; of one that was not written for want of permission (check mode, a plan is
    wanted), what would become of it."""
    return [
        {
            "entity": str(name),
            "type": member.entry.type,
            "key": dict(member.entry.key),
            **_fate(reads.get(name), operations.get(name), written.get(name)),
        }
        for name, member in environment.members.items()
        if with_unchanged or not is_unchanged(reads.get(name))
    ]


def is_unchanged(read: Optional[Read]) -> bool:
    """Whether an entity is as declared."""
    return isinstance(read, Examined) and read.plan.operation == "none"


def _fate(read: Optional[Read], operation: Optional[PlannedChange], written: Optional[Written]) -> dict[str, Any]:
    last: Union[Read, Written, None] = read if written is None else written
    if isinstance(last, InsightError):
        error = last.as_result()
        told = {"outcome": fate_of(last), "why": error["msg"], "error": error["error"]}
    elif isinstance(last, NotTried):
        told = {"outcome": "not_tried", "why": last.why}
    elif isinstance(last, Examined):
        told = _outcome(last.expected())
    else:
        told = {} if last is None else _outcome(last)
    if operation is not None:
        told.update(operation=operation.operation, changes=list(operation.changes))
        told.update({"secrets": list(operation.secrets)} if operation.secrets else {})
    return told


def _outcome(outcome: Outcome) -> dict[str, Any]:
    told = {
        "outcome": DONE[outcome.plan.operation],
        "entity_id": outcome.entity_id,
        "unverified": list(outcome.plan.unverified),
        "collateral": [change.as_result() for change in outcome.collateral],
        "notes": list(outcome.notes),
    }
    return {name: value for name, value in told.items() if value not in (None, [])}


def summary(told: list[dict[str, Any]], reads: Mapping[EntryName, Read]) -> dict[str, int]:
    """How many entities had each outcome; unverified: those of which something cannot be observed."""
    counted = Counter(one["outcome"] for one in told)
    unchanged = [read for read in reads.values() if is_unchanged(read)]
    hidden = sum(isinstance(read, Examined) and bool(read.plan.unverified) for read in unchanged)
    changed = [one for one in told if one["outcome"] != "unchanged"]
    return {
        **{name: counted[name] for name in (*DONE.values(), *BAD)},
        "unchanged": len(unchanged),
        "unverified": hidden + sum("unverified" in one for one in changed),
    }


def failure_message(told: list[dict[str, Any]], counted: Mapping[str, int]) -> dict[str, Any]:
    """``failed`` and ``msg`` where something went wrong, else nothing."""
    bad = [one for one in told if one["outcome"] in BAD]
    if not bad:
        return {}
    causes = [one for one in bad if one["outcome"] != "not_tried" or "error" in one] or bad
    first = " ".join(f"{one['entity']}: {one['why']}" for one in causes[:ENTITIES_SHOWN])
    more = f" {len(causes) - ENTITIES_SHOWN} more are told in entities." if len(causes) > ENTITIES_SHOWN else ""
    numbers = ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counted.items() if number)
    return {
        "failed": True,
        "msg": f"Cannot bring the environment to what is declared ({numbers}). {first}{more}",
    }


def has_written(written: Mapping[EntryName, Written]) -> bool:
    """Whether something was, or may have been, written."""
    return any(
        isinstance(one, Outcome) or (isinstance(one, InsightError) and "written" in one.details)
        for one in written.values()
    )


def doubts(
    environment: Environment,
    reads: Mapping[EntryName, Read],
    written: Mapping[EntryName, Written],
    client: EntityClient,
) -> list[str]:
    """What to say of each type of which entities are absent by a search alone that proves nothing. A reference to an
    entity that is not there yet is no search for this one."""
    absent = [
        environment.members[name].desired.address
        for name, read in reads.items()
        if isinstance(read, Examined) and read.observed is None and not read.pending and name not in written
    ]
    return [doubt for doubt in dict.fromkeys(map(client.doubt, absent)) if doubt]


def diff_text(operations: Mapping[EntryName, PlannedChange], doubts: Sequence[str] = ()) -> str:
    """The operations for people: one line an entity, and one for each of its changes; and what is in doubt."""
    lines = [f"! {doubt}" for doubt in doubts]
    for one in operations.values():
        if one.operation != "none":
            lines.append(f"{SIGNS[one.operation]} {one.entity}")
            lines += [f"    {change['path']}: {_change(change)}" for change in one.changes]
            lines += [f"    {path}: a secret is sent" for path in one.secrets]
            lines += [f"    perhaps a rename: {one.possible_rename}"] if one.possible_rename else []
    return "".join(f"{line}\n" for line in lines)


def _change(change: Mapping[str, Any]) -> str:
    return " -> ".join(json_document(change[side]) if side in change else "(nothing)" for side in ("before", "after"))
