# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system that does most things otherwise: cabinets and their drawers. A login by JSON, whose ticket goes along in a
header; 400 with a code for nearly everything that goes wrong; and a search that is there, or not, or answers others."""

from __future__ import annotations

import itertools
import json
import secrets
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar, Protocol, TypeVar
from urllib.parse import parse_qsl, urlsplit

USER, PASSWORD = "keeper", "keeper-canary-secret"
PAGE = 2


class Cabinets:
    """The system. search: what a search by ``q`` answers: ``none`` (it is overlooked), ``others`` (all that begin so)
    or ``ids`` (the id of the one that is called so). says_codes: whether an error has a code. nobody: the status for a
    drawer that is not there. by_label: whether a drawer is addressed by its label, and shows no id. is_open: whether
    anybody is let in, without a ticket. most: how many drawers may be made, None for any number; keeps: whether none is
    deleted. counted: requests by method. refused: tickets that were not let in."""

    def __init__(self) -> None:
        self.search, self.says_codes, self.nobody, self.by_label = "none", True, 400, False
        self.is_open, self.keeps = False, False
        self.most: int | None = None
        self.drawers: dict[int, dict[str, Any]] = {}
        self.counted: Counter[str] = Counter()
        self.tickets: set[str] = set()
        self.refused: list[str] = []
        self.url = ""
        self._ids = itertools.count(1)

    def add(self, **attributes: Any) -> int:
        """A drawer that is there."""
        number = next(self._ids)
        self.drawers[number] = {**attributes, "id": number}
        return number

    def answer(self, method: str, url: str, ticket: str, body: Any) -> tuple[int, Any]:
        """Status and content."""
        self.counted[method] += 1
        parts = urlsplit(url)
        steps = parts.path.strip("/").split("/")
        if steps == ["api", "login"] and method == "POST":
            if (body.get("user"), body.get("pass")) != (USER, PASSWORD):
                return self._refusal(401, "WRONG_CREDENTIALS")
            self.tickets.add(secrets.token_hex(16))
            return 200, {"session": {"ticket": sorted(self.tickets)[-1]}}
        if ticket not in self.tickets and not self.is_open:
            self.refused.append(ticket)
            return self._refusal(403, "TICKET_EXPIRED")
        if steps[:2] != ["api", "drawers"] or len(steps) > 3:
            return self._refusal(404, "NO_SUCH_ADDRESS")
        if len(steps) == 2:
            return self._put(None, body) if method == "POST" else self._several(method, dict(parse_qsl(parts.query)))
        return self._one(method, steps[2], body)

    def _refusal(self, status: int, code: str) -> tuple[int, Any]:
        text = code.replace("_", " ").capitalize()
        return status, {"error": {"code": code, "text": text}} if self.says_codes else {"text": "That did not work"}

    def _several(self, method: str, asked: dict[str, str]) -> tuple[int, Any]:
        if method != "GET":
            return self._refusal(400, "NOT_HERE")
        found = list(self.drawers.values())
        if self.search != "none" and "q" in asked:
            begins = [one for one in found if str(one["label"]).startswith(asked["q"])]
            called = [{"id": one["id"]} for one in begins if one["label"] == asked["q"]]
            found = called if self.search == "ids" else begins
        first, size = int(asked.get("offset", 0)), int(asked.get("limit", PAGE))
        page = found[first : first + size]
        shown = page if self.search == "ids" else [self._shown(one["id"]) for one in page]
        return 200, {"drawers": shown, "count": len(found)}

    def _one(self, method: str, name: str, body: Any) -> tuple[int, Any]:
        number = int(name) if name.isdecimal() else 0
        if self.by_label:
            number = next((one["id"] for one in self.drawers.values() if one["label"] == name), 0)
        if number not in self.drawers:
            return self._refusal(self.nobody, "NO_SUCH_DRAWER")
        if method == "PUT":
            return self._put(number, body)
        if method == "DELETE" and self.keeps:
            return self._refusal(403, "NOT_ALLOWED")
        if method == "DELETE":
            del self.drawers[number]
            return 200, {}
        return (200, self._shown(number)) if method == "GET" else self._refusal(400, "NOT_HERE")

    def _shown(self, number: int) -> dict[str, Any]:
        """A drawer as it is shown."""
        return {name: value for name, value in self.drawers[number].items() if name != "id" or not self.by_label}

    def _put(self, number: int | None, body: Any) -> tuple[int, Any]:
        if not body.get("label"):
            return self._refusal(400, "NO_LABEL")
        if any(one["label"] == body["label"] and one["id"] != number for one in self.drawers.values()):
            return self._refusal(400, "LABEL_TAKEN")
        attributes = {name: value for name, value in body.items() if name != "id"}
        if number is None and self.most == 0:
            return self._refusal(400, "NO_MORE_TODAY")
        if number is None:
            self.most = None if self.most is None else self.most - 1
            number = self.add(**attributes)
            return 201, self._shown(number) if self.by_label else {"id": number}
        self.drawers[number] = {**attributes, "id": number}
        return 200, self._shown(number)


class Answering(Protocol):
    """A system that says what it answers. url: where it is."""

    url: str

    def answer(self, method: str, url: str, ticket: str, body: Any) -> tuple[int, Any]:
        """Status and content."""


System = TypeVar("System", bound=Answering)


@contextmanager
def serving(system: System) -> Iterator[System]:
    """The system at an address of this machine."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version: ClassVar[str] = "HTTP/1.1"

        def _serve(self) -> None:
            sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(sent) if sent else {}
            status, content = system.answer(self.command, self.path, self.headers.get("X-Ticket", ""), body)
            answer = json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve  # noqa: N815

        def log_message(self, *_said: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
