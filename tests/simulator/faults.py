# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults: what goes wrong, for which requests, how often."""

from __future__ import annotations

import asyncio
import json
import random
from dataclasses import asdict, dataclass, field
from email.utils import formatdate
from typing import TYPE_CHECKING, Any

from simulator.messages import HTML, JSON, Answer, Request, json_answer
from simulator.microsoft_errors import OAuthError, error_answer
from simulator.refusals import login_form

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True)
class Kind:
    """One kind of fault; ``processed``: the request is carried out all the same."""

    name: str
    processed: bool
    meaning: str
    details: tuple[str, ...] = ()


KINDS = {
    kind.name: kind
    for kind in (
        Kind(
            "status",
            False,
            "This status; without a body a message in the form of the endpoint. "
            "retry_after: a number of seconds or a text, retry_after_seconds_as_date: the same as an HTTP date.",
            ("status", "body", "content_type", "headers", "retry_after", "retry_after_seconds_as_date"),
        ),
        Kind("drop_before", False, "The TCP connection is closed, the request is not carried out."),
        Kind("drop_after", True, "The request is carried out, then the TCP connection is closed without an answer."),
        Kind("drop_inside", True, "The connection is closed in the middle of the answer's body."),
        Kind("truncated_json", True, "Half of the answer's body, as if that were all of it."),
        Kind("not_json", False, "A body that is not JSON although it says so.", ("status",)),
        Kind("html", False, "An HTML page (default: a login form).", ("status", "body")),
        Kind("empty_body", True, "An answer without a body.", ("status",)),
        Kind("wrong_content_type", True, "The right body, called something else.", ("content_type",)),
        Kind("redirect", False, "A redirect.", ("location", "status")),
        Kind("slow", True, "The answer comes late.", ("seconds",)),
        Kind("late", True, "The request is carried out at once, its answer comes late.", ("seconds",)),
        Kind("together", True, "No answer comes until so many of these requests (`times`) are there."),
        Kind(
            "huge", False, "A JSON object of that many bytes, in pieces and without saying how long it is.", ("bytes",)
        ),
        Kind("short_page", True, "A list's answer without the last of its items."),
        Kind("session_ends", True, "The request is carried out and answered; then every session ends."),
    )
}
MATCHED_BY = ("operation", "path", "body")
OPERATIONS = (
    "read",
    "find",
    "list",
    "create",
    "update",
    "delete",
    "session_start",
    "login",
    "logout",
    "oauth_token",
    "device_code",
    "authorize",
    "device_login",
    "metadata",
    "unknown",
)
GROUPS = {
    "any": frozenset(OPERATIONS),
    "entity": frozenset(("read", "find", "list", "create", "update", "delete")),
    "write": frozenset(("create", "update", "delete")),
    "token": frozenset(("oauth_token",)),
}


@dataclass
class Fault:
    """One fault in the queue."""

    kind: str
    match: dict[str, Any] = field(default_factory=dict)
    times: int = 1
    after: int = 0
    probability: float = 1.0
    seed: int = 0
    processed: bool = False
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wanted = self.match.get("operation", "any")
        names = [wanted] if isinstance(wanted, str) else wanted
        self._operations = frozenset().union(*(GROUPS.get(name, frozenset((name,))) for name in names))
        self._random = random.Random(self.seed)
        self._meeting = asyncio.Barrier(max(1, self.times))

    def concerns(self, request: Request) -> bool:
        return (
            request.operation in self._operations
            and self.match.get("path", "") in request.path
            and self.match.get("body", "").encode() in request.body
            and self._random.random() < self.probability
        )

    async def wait(self) -> None:
        """Wait as long as this fault makes a request wait."""
        if self.kind == "slow":
            await asyncio.sleep(self.details.get("seconds", 1))
        elif self.kind == "together":
            await self._meeting.wait()

    async def hold(self) -> None:
        """Wait as long as this fault holds an answer back."""
        if self.kind == "late":
            await asyncio.sleep(self.details.get("seconds", 1))


def parse(given: Any) -> Fault:
    """A fault from JSON. Raises ValueError."""
    if not isinstance(given, dict) or given.get("kind") not in KINDS:
        raise ValueError(f"a fault is an object with a kind; there are: {', '.join(KINDS)}")
    rest = dict(given)
    kind = KINDS[rest.pop("kind")]
    match = rest.pop("match", {})
    operations = match.get("operation", "any")
    for name in [operations] if isinstance(operations, str) else operations:
        if name not in GROUPS and name not in OPERATIONS:
            raise ValueError(f"no operation {name}; there are: {', '.join((*GROUPS, *OPERATIONS))}")
    if set(match) - set(MATCHED_BY):
        raise ValueError(f"a fault is matched by {', '.join(MATCHED_BY)}")
    common = {name: rest.pop(name) for name in ("times", "after", "probability", "seed", "processed") if name in rest}
    if set(rest) - set(kind.details):
        raise ValueError(f"{kind.name} does not know {', '.join(sorted(set(rest) - set(kind.details)))}")
    return Fault(kind.name, match, **({"processed": kind.processed} | common), details=rest)


class Faults:
    """The queue; of several that concern a request the first one strikes."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, faults: list[Fault]) -> None:
        self._queue += faults

    def clear(self) -> None:
        self._queue.clear()

    def all(self) -> list[dict[str, Any]]:
        return [asdict(fault) for fault in self._queue]

    def take(self, request: Request) -> Fault | None:
        """The fault that strikes this request. ``times: 0`` strikes for ever."""
        for fault in self._queue:
            if not fault.concerns(request):
                continue
            if fault.after:
                fault.after -= 1
                continue
            if fault.times == 1:
                self._queue.remove(fault)
            fault.times = max(0, fault.times - 1)
            return fault
        return None


def instead(fault: Fault, request: Request) -> Answer:
    """The answer of a server that does not carry out the request."""
    details: Mapping[str, Any] = fault.details
    if fault.kind == "redirect":
        location = details.get("location", "https://elsewhere.example.com/")
        return Answer(details.get("status", 302), headers=[("Location", location)])
    if fault.kind == "html":
        page = details.get("body")
        answer = Answer(200, page.encode(), HTML) if page else login_form("/insight/login")
        answer.status = details.get("status", 200)
        return answer
    if fault.kind == "not_json":
        return Answer(details.get("status", 200), b"this is not JSON {", JSON)
    return _status(fault, request)


def _status(fault: Fault, request: Request) -> Answer:
    details = fault.details
    status = details.get("status", 503)
    body = details.get("body")
    if body is None and request.operation in ("oauth_token", "device_code"):
        answer = error_answer(OAuthError(90055))
        answer.status = status
    elif isinstance(body, str):
        answer = Answer(status, body.encode(), details.get("content_type", "text/plain;charset=UTF-8"))
    else:
        answer = json_answer(status, {"message": f"The server answers {status}."} if body is None else body)
        answer.content_type = details.get("content_type", JSON)
    answer.headers = [(name, str(value)) for name, value in details.get("headers", {}).items()]
    if "retry_after" in details:
        answer.headers.append(("Retry-After", str(details["retry_after"])))
    if "retry_after_seconds_as_date" in details:
        moment = request.received + details["retry_after_seconds_as_date"]
        answer.headers.append(("Retry-After", formatdate(moment, usegmt=True)))
    return answer


def spoil(fault: Fault, answer: Answer) -> Answer:
    """What becomes of the answer to a request that was carried out."""
    if fault.kind == "truncated_json":
        answer.body = answer.body[: len(answer.body) // 2]
    elif fault.kind == "empty_body":
        answer.body, answer.status = b"", fault.details.get("status", answer.status)
    elif fault.kind == "wrong_content_type":
        answer.content_type = fault.details.get("content_type", "text/plain;charset=UTF-8")
    elif fault.kind == "short_page" and answer.content_type == JSON:
        content = json.loads(answer.body)
        for value in content.values() if isinstance(content, dict) else ():
            if isinstance(value, list):
                del value[-1:]
        answer.body = json.dumps(content).encode()
    return answer
