# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which request asks for what."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from simulator.messages import Answer, Request

# What a kind is called where faults name operations.
OPERATIONS = {"verb": "update", "login": "oauth_token", "refresh": "oauth_token"}


@dataclass(frozen=True)
class Route:
    """A method and a path with names in braces; each stands for one segment.

    kind: read, list, create, update, delete, verb (another write), login, logout, or nothing of these: "".
    type: the type of entity that it is about. handler: the one who answers. more: what the system notes beside it.
    """

    method: str
    path: str
    kind: str
    type: str
    handler: Callable[[Call], Answer]
    more: dict[str, Any] = field(default_factory=dict)


@dataclass
class Call:
    """One request, recognised.

    names: the segments of the path, decoded. kind: may be made more exact on the way. body, query: once they were read
    and are what they may be.
    """

    request: Request
    route: Route
    names: dict[str, str]
    kind: str
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)


class Router:
    """All routes of a system; of two that fit, the first in the table counts."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(_pattern(route.path), route) for route in routes]

    def find(self, request: Request) -> Call | None:
        """What the request asks for; None when there is nothing. Methods and paths are case-sensitive."""
        for pattern, route in self._routes:
            found = pattern.fullmatch(request.path) if route.method == request.method else None
            if found:
                names = {name: unquote(text) for name, text in found.groupdict().items()}
                request.operation = OPERATIONS.get(route.kind, route.kind or "unknown")
                return Call(request, route, names, route.kind)
        return None

    def is_path(self, path: str) -> bool:
        """Whether there is something at this path, whatever the method."""
        return any(pattern.fullmatch(path) for pattern, _route in self._routes)


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(path)))
