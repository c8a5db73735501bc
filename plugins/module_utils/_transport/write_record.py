# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes of a task, as far as they were sent, for a result that has to tell of a task that broke off."""

from __future__ import annotations

from .._transport.messages import Request

WRITES: list[str] = []
"""What was sent in this task that may have changed something, by its purpose, in order."""


def note_write(request: Request) -> None:
    """Note a request that may change something, before it is sent."""
    if not request.safe:
        WRITES.append(request.purpose)
