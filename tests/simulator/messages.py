# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes in and what goes out: one request, one answer."""

from __future__ import annotations

import functools
import json
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, parse_qsl

if TYPE_CHECKING:
    from collections.abc import Mapping

HTML = "text/html;charset=UTF-8"
JSON = "application/json"


@dataclass
class Request:
    """One request. ``path`` is as it came, still percent-encoded; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes
    scheme: str
    operation: str = "unknown"
    received: float = field(default_factory=time.time)

    @property
    def base(self) -> str:
        """Scheme and authority as the client spelled them."""
        return f"{self.scheme}://{self.headers.get('host', 'localhost')}"

    @functools.cached_property
    def json(self) -> Any:
        """The body as JSON. Raises ValueError."""
        return json.loads(self.body) if self.body else {}

    @functools.cached_property
    def form(self) -> dict[str, str]:
        """The body as a form. Raises ValueError for bytes that are not UTF-8."""
        return dict(parse_qsl(self.body.decode("utf-8"), keep_blank_values=True))

    @functools.cached_property
    def parameters(self) -> dict[str, str]:
        """The query string."""
        return {name: values[-1] for name, values in parse_qs(self.query, keep_blank_values=True).items()}

    @functools.cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies, by name."""
        pairs = (part.partition("=") for part in self.headers.get("cookie", "").split(";"))
        return {name.strip(): value.strip() for name, _equals, value in pairs if name.strip()}


@dataclass
class Answer:
    """One answer; ``reason`` says for the request log why it is what it is."""

    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: list[tuple[str, str]] = field(default_factory=list)
    reason: str = ""


def json_answer(status: int, content: Any, reason: str = "") -> Answer:
    """An answer whose body is JSON."""
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
    return Answer(status, text.encode("utf-8", "surrogatepass"), reason=reason)


def html_answer(status: int, title: str, content: str = "", reason: str = "") -> Answer:
    """An answer whose body is a small HTML page."""
    page = f"<!doctype html><html><head><title>{title}</title></head><body><h1>{title}</h1>{content}</body></html>"
    return Answer(status, page.encode(), HTML, reason=reason or title)
