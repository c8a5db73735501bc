# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ends a worker process whose ansible-playbook was killed: its result is not read any more, and it would wait for
ever."""

from __future__ import annotations

import os
import signal
import time
from functools import lru_cache
from multiprocessing import parent_process
from threading import Thread

EVERY = 1.0
"""Seconds between two looks."""


@lru_cache(maxsize=1)
def _watched(_process: int) -> None:
    parent = parent_process()
    if parent is not None:
        Thread(target=_end_with, args=[parent.pid], daemon=True).start()


def end_with_parent() -> None:
    """End this process, if it is a worker, when its parent has ended, and what it started, such as a module on another
    host; what is under way has a moment left. A process is watched once, however many tasks it runs."""
    _watched(os.getpid())


def _end_with(parent: int) -> None:
    """End this process, and what it started, once its parent has ended."""
    while os.getppid() == parent:
        time.sleep(EVERY)
    from .._environment.worker_pool import end_all

    end_all("ansible-playbook has ended")
    if os.getpgrp() == os.getpid():  # newer workers have a group of their own; that of older ones is not theirs
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
