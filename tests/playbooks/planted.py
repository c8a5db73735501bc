# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors that are planted in the functions of ours that a task calls, in the process of the test: each once, in a run
of its own, at the begin of the function or when it is done. RIMOPS_FAULTS takes so many, RIMOPS_SEED others."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import CodeType
from typing import Any

from ansible_collections.rimops.insight.plugins.plugin_utils._entry import action_base as entry_module

OURS = str(Path(entry_module.__file__).parents[2])
WORDS = "canary of an error"
TOOL = 4
"""The tool of sys.monitoring that we are; one that is free."""
EVENTS = sys.monitoring.events if sys.version_info >= (3, 12) else None
STARTS, RETURNS = (EVENTS.PY_START, EVENTS.PY_RETURN) if EVENTS else (0, 0)
"""A core with an older Python reads this file, and does not run it."""
OUTERMOST = ("CommandAction.run", "work_through.<locals>.serve", "_fate", "apart.<locals>.run")
"""Begins of a process and of a thread: nothing of ours is outside of them."""


class HangsError(BaseException):
    """A run that does not end."""


@contextmanager
def monitored(events: int, callback: Callable[[int, CodeType], Any], code: CodeType | None = None) -> Iterator[None]:
    """Hear of the begins and ends of functions, of one or of all."""
    monitoring = sys.monitoring
    monitoring.use_tool_id(TOOL, "faults")
    for one in (STARTS, RETURNS):
        monitoring.register_callback(TOOL, one, lambda code, *_more, one=one: callback(one, code))
    if code:
        monitoring.set_local_events(TOOL, code, events)
    else:
        monitoring.set_events(TOOL, events)
    try:
        yield
    finally:
        if code:
            monitoring.set_local_events(TOOL, code, 0)
        monitoring.set_events(TOOL, 0)
        monitoring.free_tool_id(TOOL)


def called(run: Callable[[], Any]) -> list[CodeType]:
    """Our functions that a run calls, in the order of their first call."""
    found: dict[CodeType, None] = {}

    def note(_event: int, code: CodeType) -> Any:
        if code.co_filename.startswith(OURS) and code.co_qualname not in OUTERMOST:
            found.setdefault(code)
        return sys.monitoring.DISABLE

    with monitored(STARTS, note):
        run()
    return list(found)


@dataclass
class Fault:
    """An error in a function, once. at: the event. in_main: it was raised in the main thread."""

    code: CodeType
    at: int
    error: BaseException
    struck: bool = False
    in_main: bool = False

    def __str__(self) -> str:
        place = f"{Path(self.code.co_filename).name}:{self.code.co_qualname}"
        return f"{type(self.error).__name__} {'before' if self.at == STARTS else 'after'} {place}"

    def strike(self, _event: int, _code: CodeType) -> None:
        """Raise it."""
        if not self.struck:
            self.struck, self.error.__context__ = True, None
            self.in_main = threading.current_thread() is threading.main_thread()
            raise self.error


def faults(codes: Sequence[CodeType], errors: Sequence[BaseException], most: int = 60) -> Iterator[Fault]:
    """One before or after so many functions, one of these errors each."""
    chance = random.Random(int(os.environ.get("RIMOPS_SEED", "7")))
    for code in chance.sample(codes, min(len(codes), int(os.environ.get("RIMOPS_FAULTS", str(most))))):
        yield Fault(code, chance.choice((STARTS, RETURNS)), chance.choice(errors))


@contextmanager
def within(seconds: int) -> Iterator[None]:
    """Ends what hangs."""

    def ends(_number: int, _frame: Any) -> None:
        raise HangsError

    before = signal.signal(signal.SIGALRM, ends)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
