# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What became of a desired state."""

from __future__ import annotations

from typing import Any

from .._text.records import record
from .address import Entity
from .compare import Change
from .plan import Plan


@record
class Outcome:
    """The outcome of a desired state. entity: as read back, or as expected in check mode; None when it does not exist.
    doubt: why it may have existed before, though it was not found."""

    plan: Plan
    entity: Entity | None
    entity_id: Any
    collateral: tuple[Change, ...] = ()
    notes: tuple[str, ...] = ()
    doubt: str = ""
