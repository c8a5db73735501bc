# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Books: each write needs the version of the book, a withdrawn one stays until it is destroyed, one that is lent is not
withdrawn, a new title has an address of its own, and a number never changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.base.routing import Route
from systems.library.faults import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems.base.routing import Call
    from systems.base.state import State

OURS = ("id", "state", "title")
"""What no update sets."""


class Books:
    """The books of a library. The version of one is shown as ETag of its own answer only."""

    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> Iterator[Route]:
        yield Route("GET", "/books", "list", "books", self._list)
        yield Route("POST", "/books", "create", "books", self._create)
        yield Route("GET", "/books/{id}", "read", "books", self._read)
        yield Route("PUT", "/books/{id}", "update", "books", self._update)
        yield Route("DELETE", "/books/{id}", "delete", "books", self._delete)
        yield Route("DELETE", "/books/{id}/paper", "delete", "books", self._destroy)
        yield Route("POST", "/books/{id}/restore", "verb", "books", self._restore)
        yield Route("POST", "/books/{id}/title", "verb", "books", self._rename)

    def _list(self, call: Call) -> Answer:
        title = call.request.parameters.get("title")
        return json_answer(200, [_shown(one) for one in self._state.all("books") if title in (None, one["title"])])

    def _read(self, call: Call) -> Answer:
        return _answer(200, self._held(call))

    def _create(self, call: Call) -> Answer:
        told = call.request.json
        self._refuse_taken(told.get("title"))
        book = {**told, "id": self._state.new_id(), "state": "present", "version": 1}
        return _answer(201, self._state.put("books", book["id"], book))

    def _update(self, call: Call) -> Answer:
        book, told = self._versioned(call), call.request.json
        if told.get("title", book["title"]) != book["title"] or book["state"] != "present":
            raise Refusal(422, "An update does not do that.", 6, title="has an address of its own")
        if told.get("number", book.get("number")) != book.get("number"):
            raise Refusal(422, "The number of a book never changes.", 9, number="is printed")
        ours = {name: book[name] for name in OURS}
        return self._changed(book, {**dict.fromkeys(book), **told, **ours})

    def _delete(self, call: Call) -> Answer:
        book = self._versioned(call)
        if book["state"] != "present":
            raise Refusal(409, "It is withdrawn already.", 5)
        if book.get("lentTo"):
            raise Refusal(409, "It is not here.", 9)
        self._changed(book, {"state": "withdrawn"})
        return Answer(204)

    def _destroy(self, call: Call) -> Answer:
        book = self._versioned(call)
        if book["state"] != "withdrawn":
            raise Refusal(409, "It is not withdrawn.", 10)
        self._state.delete("books", book["id"])
        return Answer(204)

    def _restore(self, call: Call) -> Answer:
        return self._changed(self._versioned(call), {"state": "present"})

    def _rename(self, call: Call) -> Answer:
        book, title = self._versioned(call), call.request.json["title"]
        self._refuse_taken(title)
        return self._changed(book, {"title": title})

    def _held(self, call: Call) -> dict[str, Any]:
        book = self._state.get("books", call.names["id"])
        if book is None:
            raise Refusal(404, "There is none.", 4)
        return book

    def _versioned(self, call: Call) -> dict[str, Any]:
        """The book, if the request names its present version."""
        book, told = self._held(call), call.request.headers.get("if-match")
        if told is None:
            raise Refusal(428, "Which version?", 1)
        if told != _tag(book):
            raise Refusal(412, "It is another version by now.", 2)
        return book

    def _refuse_taken(self, title: str) -> None:
        if any(one["title"] == title for one in self._state.all("books")):
            raise Refusal(409, "There is one with this title.", 3, title="is taken")

    def _changed(self, book: dict[str, Any], changes: dict[str, Any]) -> Answer:
        book |= {**changes, "version": book["version"] + 1}
        return _answer(200, book)


def _tag(book: dict[str, Any]) -> str:
    return f'"{book["version"]}"'


def _shown(book: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in book.items() if name != "version" and value is not None}


def _answer(status: int, book: dict[str, Any]) -> Answer:
    answer = json_answer(status, _shown(book))
    answer.headers.append(("ETag", _tag(book)))
    return answer
