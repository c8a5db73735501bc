# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who may be under way at the same time."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class SharedLock:
    """A shared/exclusive lock (readers and writers): shared, for many threads at a time, or exclusive, for one. A
    thread that waits for the exclusive lock keeps others from taking the shared one."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._one_by_one = threading.Lock()
        self._sharing = self._excluding = 0

    @contextmanager
    def shared(self) -> Iterator[None]:
        """Hold the lock together with others."""
        with self._changed:
            self._changed.wait_for(lambda: not self._excluding)
            self._sharing += 1
        try:
            yield
        finally:
            with self._changed:
                self._sharing -= 1
                self._changed.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the lock alone. Threads that want it alone get it one after the other."""
        with self._changed:
            self._excluding += 1
        try:
            with self._one_by_one:
                with self._changed:
                    self._changed.wait_for(lambda: not self._sharing)
                yield
        finally:
            with self._changed:
                self._excluding -= 1
                self._changed.notify_all()
