# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole server: which part answers, what is counted, what is noted, what goes wrong."""

from __future__ import annotations

import asyncio
import collections
import copy
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from simulator.chain import Chain
from simulator.counters import Counters
from simulator.credentials import Credentials
from simulator.dialect import Dialect, Match
from simulator.entities import Entities
from simulator.faults import Fault, Faults, instead, spoil
from simulator.messages import Answer, Request
from simulator.microsoft import Microsoft
from simulator.people import People
from simulator.sessions import Sessions
from simulator.store import Store
from simulator.switches import Switches
from simulator.tokens import Tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

MOVED = "/moved"
REMEMBERED = 2000


@dataclass
class Seen:
    """A request and what was answered."""

    request: Request
    status: int
    reason: str
    fault: str


class Simulator:
    """Everything that one process serves."""

    def __init__(
        self, dialect: Dialect, directory: Path, switches: Mapping[str, Any], credentials: Mapping[str, Any]
    ) -> None:
        self.dialect = dialect
        self.switches = Switches()
        self.switches.set({**(dialect.data.get("switches") or {}), **switches})
        self._first_switches = self.switches.all()
        self.counters, self.faults = Counters(), Faults()
        self.store = Store(directory / "data.sqlite")
        self.credentials = Credentials(self.store)
        if credentials:
            self.credentials.set(credentials)
        self._first_credentials = copy.deepcopy(self.credentials.all())
        self.tokens = Tokens(self.store, self.switches)
        self.people = People(self.credentials)
        self.microsoft = Microsoft(self.switches, self.credentials, self.tokens, self.counters, self.people)
        self.sessions = Sessions(dialect, self.switches, self.credentials, self.tokens, self.counters)
        self.entities = Entities(dialect, self.switches, self.store)
        self.chain = Chain(dialect, self.switches, self.sessions, self.tokens, self.counters, self._entity)
        self.seen: collections.deque[Seen] = collections.deque(maxlen=REMEMBERED)
        self.last_asked = time.monotonic()
        self._now = 0

    async def respond(self, request: Request) -> tuple[Answer, Fault | None]:
        """The answer to one request, and the fault that the connection itself has to show."""
        self._now += 1
        self.counters.requests += 1
        self.counters.max_concurrent = max(self.counters.max_concurrent, self._now)
        try:
            if self.switches.latency_ms:
                await asyncio.sleep(self.switches.latency_ms / 1000)
            match = self._recognise(request)
            fault = self.faults.take(request)
            if fault:
                self.counters.faults += 1
                await fault.wait()
            answer = self._answer(request, match, fault)
            if fault:
                await fault.hold()
        finally:
            self._now -= 1
        self.seen.append(Seen(request, answer.status, answer.reason, fault.kind if fault else ""))
        return answer, fault

    def _recognise(self, request: Request) -> Match | None:
        """Say what the request asks for, in its ``operation``."""
        request.operation = self.microsoft.operation(request)
        if request.operation:
            return None
        base_path = MOVED * self.switches.base_path_moved + self.dialect.base_path
        match = self.dialect.match(request, base_path)
        if match and not self._is_there(match):
            match = None
        match = match or self._logout_of_spring(request)
        request.operation = match.counted_as if match else "unknown"
        return match

    def _is_there(self, match: Match) -> bool:
        """Whether the switches leave this operation its address."""
        there: dict[str, bool] = {
            "list": self.switches.list_enabled,
            "delete": not self.switches.delete_address_wrong,
            "logout": self.switches.logout == "dialect",
        }
        return there.get(match.name, True)

    def _logout_of_spring(self, request: Request) -> Match | None:
        """The logout that Spring Security has beside its login page."""
        status, login_page = self.switches.logout, self.dialect.data["login_page"]
        page = MOVED * self.switches.base_path_moved + login_page.rpartition("/")[0] + "/logout"
        if status not in ("204", "302") or (request.method, request.path) != ("POST", page):
            return None
        headers = {"Location": f"{request.base}{login_page}?logout"} if status == "302" else {}
        return Match("logout", {"status": int(status), "headers": headers, "body": None})

    def _answer(self, request: Request, match: Match | None, fault: Fault | None) -> Answer:
        if fault and not fault.processed:
            if match and fault.kind != "drop_before":
                self.counters.arrived(request.operation)
            return instead(fault, request)
        of_product = match or request.operation == "unknown"
        answer = self.chain.answer(request, match) if of_product else self.microsoft.answer(request)
        if fault and fault.kind == "session_ends":
            self.sessions.expire()
        return spoil(fault, answer) if fault else answer

    def _entity(self, request: Request, match: Match, user: str) -> Answer:
        self.counters.arrived(match.counted_as)
        answer, done = self.entities.answer(request, match, user)
        self.counters.creates += done == "create"
        self.counters.updates += done == "update"
        self.counters.deletes += done == "delete"
        return answer

    def reset(self) -> None:
        """Be as after the start, but without entities."""
        self.switches.set(self._first_switches)
        self.credentials.restore(copy.deepcopy(self._first_credentials))
        self.faults.clear()
        self.counters.reset()
        self.store.clear()
        self.sessions.expire()
        self.people.expire_codes()
        self.seen.clear()

    def expire(self, what: str) -> None:
        """End all of something. Raises ValueError."""
        ways = {
            "sessions": self.sessions.expire,
            "tokens": lambda: self.tokens.expire("access"),
            "refresh_tokens": lambda: self.tokens.expire("refresh"),
            "codes": self.people.expire_codes,
        }
        if what not in ways:
            raise ValueError(f"what: {what!r} is not one of {', '.join(ways)}")
        ways[what]()

    def last_seen(self, number: int) -> Iterable[dict[str, Any]]:
        """The last requests, the oldest first, secrets and all."""
        return [described(seen) for seen in list(self.seen)[-number:]] if number > 0 else []


def described(seen: Seen) -> dict[str, Any]:
    """A request as the control endpoint shows it."""
    request = seen.request
    return {
        "time": request.received,
        "method": request.method,
        "path": request.path,
        "query": request.query,
        "operation": request.operation,
        "body": _readable(request),
        "status": seen.status,
        "reason": seen.reason,
        "fault": seen.fault,
        "headers": sorted(request.headers),
        "user_agent": request.headers.get("user-agent", ""),
        "authorization": request.headers.get("authorization", "").partition(" ")[0],
        "cookies": request.cookies,
    }


def _readable(request: Request) -> Any:
    try:
        if "form" in request.headers.get("content-type", ""):
            return request.form
        return request.json if request.body else None
    except ValueError:
        return request.body.decode("utf-8", "replace")
