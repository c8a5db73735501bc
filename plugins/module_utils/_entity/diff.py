# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as the two sides of a diff."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .._text.json_forms import canonical
from .._text.nested_paths import ABSENT
from .._text.redaction import printable_values
from .plan import Plan


def diff(plan: Plan, doubt: str = "") -> dict[str, Any]:
    """What Ansible's diff mode shows: on an update what changes, by path; else the whole entity, where there is one.
    The secrets of a plan are masked already. doubt: why it may be there all the same, where none was found."""
    before: Mapping[str, Any] = {}
    after: Mapping[str, Any] = {}
    if plan.operation == "update":
        before = {change.path: change.before for change in plan.changes}
        after = {change.path: change.after for change in plan.changes}
    elif plan.operation != "none":
        before, after = plan.before or {}, plan.after or {}
    return {
        "before_header": f"{plan.entity} (on the server{f'. {doubt}' if doubt else ''})",
        "after_header": f"{plan.entity} (as declared)",
        "before": _presentable(before),
        "after": _presentable(after),
    }


def _presentable(side: Mapping[str, Any]) -> Any:
    """A side of a diff without what is not there, with the names in order."""
    present = {name: value for name, value in side.items() if value is not ABSENT}
    return json.loads(canonical(printable_values(present)))  # canonical: names in order
