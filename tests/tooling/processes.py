# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ending a process together with all that it started, in whatever session or process group that runs.

Linux only: elsewhere only the process groups that are named end.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import Collection
from pathlib import Path
from types import FrameType

SIGNALS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
GRACE = 5.0  # seconds to end by itself
PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36


def _ask_kernel(option: int, value: int) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def adopt_orphans() -> None:
    """Become the parent of each process below this one whose own parent ends: all that was started stays below."""
    _ask_kernel(PR_SET_CHILD_SUBREAPER, 1)


def end_with_parent() -> None:
    """Let the kernel send this process SIGTERM when its parent ends, however that ends."""
    _ask_kernel(PR_SET_PDEATHSIG, signal.SIGTERM)


def below(pid: int) -> set[int]:
    """Return the processes that descend from one and have not ended."""
    children: dict[int, list[int]] = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):  # it has just ended
            state, parent = path.read_text(errors="replace").rpartition(")")[2].split()[:2]
            if state != "Z":
                children[int(parent)].append(int(path.parent.name))
    found, look = set(), [pid]
    while look:
        new = children.pop(look.pop(), [])
        found.update(new)
        look += new
    return found


def _reap() -> None:
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def end_all_below() -> None:
    """End all that this process started: by SIGTERM, and by SIGKILL after a grace."""
    began, told = time.monotonic(), set[int]()
    while (left := below(os.getpid())) and time.monotonic() < began + 2 * GRACE:
        late = time.monotonic() > began + GRACE
        for pid in left if late else left - told:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL if late else signal.SIGTERM)
        told |= left
        time.sleep(0.2)
        _reap()
    _reap()


def end_on_signals(groups: Collection[int] = ()) -> None:
    """From now on a signal that ends this process ends all that it started, and these process groups, before."""

    def end(number: int, _frame: FrameType | None) -> None:
        for each in SIGNALS:
            signal.signal(each, signal.SIG_IGN)
        for group in groups:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(group, signal.SIGTERM)
        end_all_below()
        os._exit(128 + number)

    adopt_orphans()
    for each in SIGNALS:
        signal.signal(each, end)
