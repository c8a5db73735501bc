# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every system has: a table of routes, state, switches, faults, counters, recorded requests."""

from __future__ import annotations

import time
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from simulator.faults import Fault, Faults, instead, spoil
from simulator.switches import Switch, Switches

from systems.base.counters import Counters
from systems.base.recording import Recorder
from systems.base.routing import Call, Route, Router
from systems.base.state import State

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from simulator.messages import Answer, Request


class Service(ABC):
    """One system. A subclass says its names and types, and answers.

    name: of the folder of recorded requests. title: for people. types: of entities, as the control endpoints name them.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    types: ClassVar[tuple[str, ...]]
    switch_table: ClassVar[tuple[Switch, ...]] = ()
    change_certificate: Callable[[], str]  # of the process: shows another one, and returns the path of what to trust

    def __init__(self, switches: Mapping[str, Any]) -> None:
        self.switches = Switches(self.switch_table)
        self.switches.set(switches)
        self._first_switches = self.switches.all()
        self.counters, self.faults, self.state = Counters(), Faults(), State(self.types)
        self.recorder = Recorder(self.name)
        self.last_asked = time.monotonic()
        self._router = Router(self.routes())
        self.seed()

    @abstractmethod
    def routes(self) -> Iterable[Route]:
        """All routes."""

    @abstractmethod
    def answer(self, call: Call) -> Answer:
        """The answer to a request that was recognised: who asks, whether it is well formed, then its handler."""

    @abstractmethod
    def nothing_here(self, request: Request, wrong_method: bool) -> Answer:
        """The answer where no route fits."""

    @abstractmethod
    def seed(self) -> None:
        """Put there what a new system holds."""

    def expire(self, what: str) -> None:
        """End all of something, such as tokens. Raises ValueError."""
        raise ValueError(f"what: {what!r} cannot be ended here")

    async def respond(self, request: Request) -> tuple[Answer, Fault | None]:
        """The answer to one request, and the fault that the connection itself has to show."""
        self.counters.requests += 1
        call = self._router.find(request)
        fault = self.faults.take(request)
        if fault:
            self.counters.faults += 1
            await fault.wait()
        answer = self._answer(request, call, fault)
        kind = call.kind if call else "unknown"
        self.counters.answered(kind, call.route.type if call else "", answer.status)
        self.recorder.add(request, kind, answer)
        if fault:
            answer = spoil(fault, answer)
            await fault.hold()
        return answer, fault

    def _answer(self, request: Request, call: Call | None, fault: Fault | None) -> Answer:
        if fault and not fault.processed:
            return instead(fault, request)
        if call is None:
            return self.nothing_here(request, self._router.is_path(request.path))
        return self.answer(call)

    def last_seen(self, number: int) -> list[dict[str, Any]]:
        return self.recorder.last(number)

    def reset(self) -> None:
        """Be as after the start."""
        self.switches.set(self._first_switches)
        self.faults.clear()
        self.counters.reset()
        self.recorder.clear()
        self.state.clear()
        self.seed()
