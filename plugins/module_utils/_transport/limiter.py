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
    """Limits how many requests are under way; a thread over the limit waits. Additive increase, multiplicative
    decrease: the limit is halved when the server asks for fewer requests, and grows by one after each request that
    succeeded."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._limit, self._under_way = MOST, 0
        self._halved = float("-inf")

    def __enter__(self) -> None:
        with self._changed:
            while self._under_way >= self._limit:
                self._changed.wait()
            self._under_way += 1

    def __exit__(self, *_error: Any) -> None:
        with self._changed:
            self._under_way -= 1
            self._changed.notify()

    def halve(self, now: float) -> None:
        """Halve the limit, counted from the requests that are under way; at least one stays. now: seconds of any clock
        that only goes forward."""
        with self._changed:
            if now - self._halved >= AT_ONCE:
                self._halved = now
                self._limit = max(1, min(self._limit, self._under_way) // 2)

    def widen(self) -> None:
        """Allow one request more, up to MOST."""
        with self._changed:
            if self._limit < MOST:
                self._limit += 1
                self._changed.notify()
