# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a whole process costs: time, processor time and memory of it and everything that it started."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

SHARE = 0.05
"""Of the time that looking at the memory may take: it takes from what is measured."""


@dataclass(frozen=True)
class Cost:
    """One run. wall, cpu: seconds; peak: MB of memory of the process tree, shared pages counted once; output: what it
    printed."""

    wall: float
    cpu: float
    peak: float
    output: str


def tree_memory(process: psutil.Process) -> float:
    """MB of a process and its children; what ends meanwhile counts as nothing."""
    total = 0
    with contextlib.suppress(psutil.Error):
        for one in [process, *process.children(recursive=True)]:
            with contextlib.suppress(psutil.Error):
                total += one.memory_full_info().pss
    return total / 1e6


def cpu_of_children() -> float:
    """Seconds that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measure(command: list[str], environment: Mapping[str, str], folder: Path) -> Cost:
    """Run a command to its end. Raises RuntimeError with its output when it fails."""
    cpu, started = cpu_of_children(), time.perf_counter()
    process = subprocess.Popen(
        command, env=dict(environment), cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    peaks = [0.0]
    ended = threading.Event()

    def watch() -> None:
        watched, pause = psutil.Process(process.pid), 0.0
        while not ended.wait(pause):
            began = time.perf_counter()
            peaks.append(tree_memory(watched))
            pause = (time.perf_counter() - began) / SHARE

    watcher = threading.Thread(target=watch)
    watcher.start()
    output, _nothing = process.communicate()
    wall = time.perf_counter() - started
    ended.set()
    watcher.join()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} failed:\n{output}")
    return Cost(wall, cpu_of_children() - cpu, max(peaks), output)
