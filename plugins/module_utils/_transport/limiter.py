# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests may be under way at a time."""

from __future__ import annotations

import threading
from typing import Any

MOST = 64
AT_ONCE = 1.0
"""Seconds in which several answers that ask for fewer requests mean the same."""


class ConcurrencyLimiter:
    """A lane for each request that is under way; a thread that finds none waits. Half as many when the server asks for
    fewer requests, and one more after each request that it took."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._open, self._taken = MOST, 0
        self._halved = float("-inf")

    def __enter__(self) -> None:
        with self._changed:
            while self._taken >= self._open:
                self._changed.wait()
            self._taken += 1

    def __exit__(self, *_error: Any) -> None:
        with self._changed:
            self._taken -= 1
            self._changed.notify()

    def halve(self, now: float) -> None:
        """Half of what is under way, and at least one. now: seconds of any clock that only goes forward."""
        with self._changed:
            if now - self._halved >= AT_ONCE:
                self._halved = now
                self._open = max(1, min(self._open, self._taken) // 2)

    def widen(self) -> None:
        """One more, up to 64."""
        with self._changed:
            if self._open < MOST:
                self._open += 1
                self._changed.notify()
