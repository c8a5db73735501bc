# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may be under way at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class SharedLock:
    """Threads go beside one another, or alone: then nobody is under way, and nobody begins before it is through."""

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._turn = threading.Lock()
        self._beside = self._alone = 0

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Be under way beside others."""
        with self._news:
            self._news.wait_for(lambda: not self._alone)
            self._beside += 1
        try:
            yield
        finally:
            with self._news:
                self._beside -= 1
                self._news.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be under way alone, in turn."""
        with self._news:
            self._alone += 1
        try:
            with self._turn:
                with self._news:
                    self._news.wait_for(lambda: not self._beside)
                yield
        finally:
            with self._news:
                self._alone -= 1
                self._news.notify_all()
