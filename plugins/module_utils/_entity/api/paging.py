# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A list as a conversation, page after page, in the ways in which servers cut them: whole, or an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable
from urllib.parse import urljoin, urlsplit

from ..._profile.mismatch import place, shape
from ..._profile.operation import Operation
from ..._profile.predicate import answer_at
from ..._text.nested_paths import ABSENT
from ..._text.records import evolve
from ..._text.redaction import printable
from ..._transport.addressing import same_origin
from ..._transport.messages import Flow, Request, Response
from ...errors import ServerError
from ..address import Entity
from .answers import content, deviation, is_missing
from .awaited import answered
from .operations import as_received
from .requests import Invocation

Take = Callable[[list[Entity]], None]
"""Takes a page."""

MOST_PAGES = 10_000
"""Pages of which a list may consist, where the profile does not say otherwise."""

SIZE = 100
"""Entities that a page is to hold, where the profile does not say otherwise."""

EMPTY = 10
"""Pages in a row that may hold nothing although there is a next one: a server that filters sends some."""

TIMES = 5
"""How often a list that changes is read before that is an error."""


class ListChanged(ServerError):
    """Entities came or went while a list was read, so that it is not whole."""


def list_whole(of: Invocation, id_in: Callable[[Entity], Any] = lambda _one: None) -> Flow[list[Entity]]:
    """All entities of a list, read again where others change it meanwhile. id_in: the id of an entity, None where it
    has none. Raises ListChanged where that does not end."""
    changed = ListChanged(of.purpose)
    for _time in range(TIMES):
        entities: list[Entity] = []
        try:
            yield from list_pages(of, _each_once(entities, id_in))
            return entities
        except ListChanged as error:
            changed = error
    raise ListChanged(
        of.purpose,
        f"{changed.why}, {TIMES} times in a row",
        "Read it when fewer entities of this type come and go, or look whether paging in the profile is right.",
    )


def _each_once(entities: list[Entity], id_in: Callable[[Entity], Any]) -> Take:
    """Adds pages to these entities. Raises ListChanged where an id comes twice."""
    seen: set[str] = set()

    def take(page: list[Entity]) -> None:
        for number in map(id_in, page):
            if number is not None and str(number) in seen:
                why = f"the entity with the id {printable(str(number))} came twice"
                raise ListChanged("read the whole list", why)
            seen.add(str(number))
        entities.extend(page)

    return take


def list_pages(of: Invocation, take: Take, enough: int | None = None) -> Flow[None]:
    """All pages, or as many as are enough. Raises when the list stops short of the total that it names or this changes,
    when a page comes again, when the next page is elsewhere, and when there is no end."""
    operation, paging = of.operation, of.operation.paging
    request = of.request(page=_names(operation))
    known: int | None = None
    seen, number, before, empty = 0, paging.get("first", 0), None, 0
    for count in range(1, paging.get("most_pages", MOST_PAGES) + 1):
        response = yield from answered(of, request)
        page, total = _page(operation, response), _total(operation, response)
        known = total if known is None else known
        if total not in (None, known):
            raise ListChanged(response.purpose, f"the server spoke of {known} entities first, and then of {total}")
        if page and page == before:
            raise _again(operation, response)
        if page and operation.name == "list":
            of.shows()
        take([as_received(of.type, entity) for entity in page])
        if count == enough:
            return
        seen, before, empty = seen + len(page), page, 0 if page else empty + 1
        number += len(page) if operation.request.uses("offset") else 1
        following = _following(of, response, number) if not _is_last(operation, page, seen, total) else None
        if following is None or (not page and _is_counted(operation)):
            _check_total(response, seen, total)
            return
        if following == request or empty > EMPTY:
            raise _again(operation, response)
        request = following
    raise _endless(operation, response)


def _check_total(response: Response, seen: int, total: int | None) -> None:
    if total is not None and seen < total:
        why = f"the list stopped after {seen} of {total} entities"
        raise ListChanged(response.purpose, why, "Nothing is concluded from it.")


def _endless(operation: Operation, response: Response) -> ServerError:
    most = operation.paging.get("most_pages", MOST_PAGES)
    why, hint = "the list does not end", "If it is really that long, raise paging.most_pages, or paging.size."
    return deviation(operation, response, "paging", why, f"at most {most} pages", "one more", hint)


def _is_counted(operation: Operation) -> bool:
    """Whether we count where the next page begins; else the server says it."""
    return operation.request.uses("page") or operation.request.uses("offset")


def _names(operation: Operation, number: int | None = None) -> dict[str, Any]:
    """The names with which a page is asked for. number: of the page, or of its first entity; None for the first page. A
    cursor comes with that one."""
    first = operation.paging.get("first", 0) if number is None else number
    return {"page": first, "offset": first, "size": operation.paging.get("size", SIZE)}


def _is_last(operation: Operation, page: list[Entity], seen: int, total: int | None) -> bool:
    if _is_counted(operation):
        return not page if total is None else seen >= total
    return "next" not in operation.paging


def _following(of: Invocation, response: Response, number: int) -> Request | None:
    """The request for the next page; None where the server names none."""
    operation = of.operation
    if _is_counted(operation):
        return of.request(page=_names(operation, number))
    where = operation.paging["next"]
    following = answer_at(response, where)
    if following in (ABSENT, None, "", False):
        return None
    if not isinstance(following, (str, int)):
        why = "what leads to the next page is neither text nor number"
        raise deviation(operation, response, "paging.next", why, f"a text {place(where)}", shape(following))
    if operation.request.uses("cursor"):
        return of.request(page={**_names(operation), "cursor": following})
    first = of.request()
    if not same_origin(first.url, str(following)):
        why = "the next page is on another server, which is not asked"
        raise deviation(operation, response, "paging.next", why, "an address of the origin of url", "another origin")
    path, _mark, _query = first.url.partition("?")
    there = urlsplit(urljoin(first.url, str(following)))
    if there.path != urlsplit(path).path:
        why = "the next page is at another path than the list, which is not asked"
        raise deviation(operation, response, "paging.next", why, "the path of the list", "another path")
    return evolve(first, url=f"{path}?{there.query}" if there.query else path)


def _page(operation: Operation, response: Response) -> list[Entity]:
    if operation.name == "find" and is_missing(operation, response):
        return []
    page = content(operation, response)
    if not isinstance(page, list) or not all(isinstance(entity, Mapping) for entity in page):
        why = "a list of entities was expected there and the answer holds none"
        came = shape(response.json() if page is None else page)
        raise deviation(operation, response, "entity", why, f"a list of objects {place(operation.place)}", came)
    return page


def _total(operation: Operation, response: Response) -> int | None:
    """The number of all entities, where the profile says that the answer holds it. A text of digits counts as a
    number."""
    where: str = operation.paging.get("total", "")
    total = answer_at(response, where) if where else None
    if total is ABSENT:
        return None
    if isinstance(total, str) and total.isascii() and total.isdecimal():
        return int(total)
    if total is not None and (isinstance(total, bool) or not isinstance(total, int)):
        why = "a number was expected there"
        raise deviation(operation, response, "paging.total", why, f"a number {place(where)}", shape(total))
    return total


def _again(operation: Operation, response: Response) -> ServerError:
    why = "the server gave the same page again"
    return deviation(operation, response, "paging", why, "another page", "the one before")
