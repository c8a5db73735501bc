# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages of a list, in the ways in which servers cut them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.dialect import UntrustedServerError, put

if TYPE_CHECKING:
    from simulator.messages import Request


def page_of(request: Request, operation: dict[str, Any], records: list[Any], short: bool) -> dict[str, Any]:
    """The answer of a list: the records of the page asked for, where the next one is, how many there are.

    Styles: ``page`` (number and size), ``offset`` (offset and size), ``cursor`` (an opaque text from the page before),
    ``link`` (the whole URL of the next page). Raises UntrustedServerError for a page that is no number.
    """
    paging = operation["paging"]
    asked = request.parameters if paging.get("in") == "query" else _body(request)
    size = _number(asked.get(paging["size"]), paging["default_size"])
    size = max(1, min(size, paging.get("max_size", size)))
    size = max(1, size // 2) if short else size
    first = paging.get("first", 0)
    start = _number(asked.get(paging["page"]), first)
    if paging["style"] == "page":
        start = (start - first) * size
    start = max(0, start)
    content: dict[str, Any] = {}
    put(content, operation["items"], records[start : start + size])
    if operation.get("total"):
        put(content, operation["total"], len(records))
    if paging["style"] in ("cursor", "link"):
        following: str | None = str(start + size) if start + size < len(records) else None
        if following and paging["style"] == "link":
            following = f"{request.base}{request.path}?{paging['page']}={following}&{paging['size']}={size}"
        put(content, paging["next"], following)
    return content


def _body(request: Request) -> dict[str, Any]:
    try:
        return request.json if isinstance(request.json, dict) else {}
    except ValueError:
        raise UntrustedServerError("malformed", "The body is not JSON.") from None


def _number(text: Any, default: int) -> int:
    try:
        return default if text is None else int(text)
    except (TypeError, ValueError):
        raise UntrustedServerError("malformed", f"{text!r} is not a number.") from None
