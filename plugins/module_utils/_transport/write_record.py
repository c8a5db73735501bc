# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The writes that a task has sent, for the result of a task that is interrupted."""

from __future__ import annotations

from .._transport.messages import Request

WRITES: list[str] = []
"""The requests of this task that may have changed something: their purposes, in order."""


def note_write(request: Request) -> None:
    """Note a request that may change something, before it is sent."""
    if not request.safe:
        WRITES.append(request.purpose)
