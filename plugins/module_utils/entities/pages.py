# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list, page after page, in the ways in which servers cut them: whole, or an error."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Callable
from urllib.parse import urljoin

from ..errors import ServerError
from ..profile.model import Operation, at
from ..transport.values import Request, Response, Send
from .address import same_origin
from .answers import content, deviation
from .refute import place, shape
from .target import Entity


@dataclass(frozen=True)
class Asking:
    """How pages are asked for. request: makes the request for what the body is about."""

    operation: Operation
    request: Callable[[Mapping[str, Any]], Request]
    send: Send


def pages_of(asking: Asking) -> Iterator[list[Entity]]:
    """All pages. Raises when the list stops short of the total that it names, when a page comes again, and when the
    next page is elsewhere."""
    operation, paging = asking.operation, asking.operation.paging
    request = asking.request(_first(paging))
    seen, number, before = 0, paging.get("first", 0), None
    while True:
        response = asking.send(request)
        answer = content(operation, response, "")
        page, total = _page(operation, response, answer), _total(operation, response, answer)
        if page and page == before:
            raise _again(operation, response)
        yield page
        seen, before = seen + len(page), page
        number += len(page) if paging.get("kind") == "offset" else 1
        following = _following(asking, response, answer, number) if not _is_last(paging, page, seen, total) else None
        if following is None or (not page and _is_counted(paging)):
            if total is not None and seen < total:
                why = f"the list stopped after {seen} of {total} entities"
                raise ServerError(response.purpose, why, "Nothing is concluded from it.")
            return
        if following == request:
            raise _again(operation, response)
        request = following


def _is_counted(paging: Mapping[str, Any]) -> bool:
    return paging.get("kind") in ("page", "offset")


def _first(paging: Mapping[str, Any]) -> dict[str, Any]:
    """What asks for the first page; a cursor and a link come only with it."""
    size = {paging["size"]: paging.get("limit", 100)} if paging.get("size") else {}
    return {**({paging["page"]: paging.get("first", 0)} if _is_counted(paging) else {}), **size}


def _is_last(paging: Mapping[str, Any], page: list[Entity], seen: int, total: int | None) -> bool:
    return not paging or (_is_counted(paging) and (not page if total is None else seen >= total))


def _following(asking: Asking, response: Response, answer: Any, number: int) -> Request | None:
    """The request for the next page; None where the server names none."""
    operation, paging = asking.operation, asking.operation.paging
    if _is_counted(paging):
        return asking.request({**_first(paging), paging["page"]: number})
    following = at(answer, paging["next"])
    if following in (None, "", False):
        return None
    if not isinstance(following, (str, int)):
        why = "what leads to the next page is neither text nor number"
        raise deviation(operation, response, "paging.next", why, f"a text {place(paging['next'])}", shape(following))
    if paging["kind"] == "cursor":
        return asking.request({**_first(paging), paging["page"]: following})
    first = asking.request({})
    if not same_origin(first.url, str(following)):
        why = "the next page is on another server, which is not asked"
        raise deviation(operation, response, "paging.next", why, "an address of the origin of url", "another origin")
    return replace(first, url=urljoin(first.url, str(following)))


def _page(operation: Operation, response: Response, answer: Any) -> list[Entity]:
    page = at(answer, operation.entities)
    if not isinstance(page, list) or not all(isinstance(entity, Mapping) for entity in page):
        why = "a list of entities was expected there and the answer holds none"
        came = shape(answer if page is None else page)
        raise deviation(operation, response, "entities", why, f"a list of objects {place(operation.entities)}", came)
    return page


def _total(operation: Operation, response: Response, answer: Any) -> int | None:
    """How many entities there are, where the profile says that the answer tells it. Digits in a text will do."""
    path: str = operation.paging.get("total", "")
    total = at(answer, path) if path else None
    if isinstance(total, str) and total.isascii() and total.isdecimal():
        return int(total)
    if total is not None and (isinstance(total, bool) or not isinstance(total, int)):
        why = "a number was expected there"
        raise deviation(operation, response, "paging.total", why, f"a number {place(path)}", shape(total))
    return total


def _again(operation: Operation, response: Response) -> ServerError:
    why = "the server gave the same page again"
    return deviation(operation, response, "paging", why, "another page", "the one before")
