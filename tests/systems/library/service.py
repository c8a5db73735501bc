# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The library: who asks, and the table of what can be asked."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, Request, json_answer

from systems.base.routing import Route
from systems.base.service import Service
from systems.library import PASSWORD, USER
from systems.library.books import Books
from systems.library.faults import Refusal

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems.base.routing import Call

BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Library(Service):
    """The whole of it."""

    name = "library"
    title = "A library"
    types = ("books", "shelves", "members")

    def routes(self) -> Iterator[Route]:
        yield from Books(self.state).routes()
        yield Route("GET", "/shelves", "list", "shelves", lambda _call: json_answer(200, self.state.all("shelves")))
        yield Route("GET", "/shelves/{code}", "read", "shelves", self._shelf)
        yield Route("PUT", "/shelves/{code}", "create", "shelves", self._put_shelf)
        yield Route("DELETE", "/shelves/{code}", "delete", "shelves", self._delete_shelf)
        yield Route("GET", "/members", "list", "members", self._members)
        yield Route("POST", "/members", "create", "members", self._put_member)
        yield Route("GET", "/members/{id}", "read", "members", self._member)
        yield Route("PUT", "/members/{id}", "update", "members", self._put_member)
        yield Route("DELETE", "/members/{id}", "delete", "members", self._delete_member)
        yield Route("POST", "/members/{id}/checkPassword", "", "members", self._check)

    def answer(self, call: Call) -> Answer:
        if call.request.headers.get("authorization") != f"Basic {BASIC}":
            return json_answer(401, {})
        try:
            return call.route.handler(call)
        except Refusal as refusal:
            return refusal.answer

    def nothing_here(self, request: Request, wrong_method: bool) -> Answer:
        return json_answer(405 if wrong_method else 404, {})

    def seed(self) -> None:
        """A new library is empty."""

    def _held(self, type_: str, id_: str) -> dict[str, Any]:
        found = self.state.get(type_, id_)
        if found is None:
            raise Refusal(404, "There is none.", 4)
        return found

    # --- shelves: one request creates and replaces

    def _shelf(self, call: Call) -> Answer:
        return json_answer(200, self._held("shelves", call.names["code"]))

    def _put_shelf(self, call: Call) -> Answer:
        code, told = call.names["code"], call.request.json
        if told.get("code") != code:
            raise Refusal(422, "The shelf is another one.", 8, code="differs from the address")
        before = self.state.get("shelves", code)
        call.kind = "create" if before is None else "update"
        return json_answer(201 if before is None else 200, self.state.put("shelves", code, told))

    def _delete_shelf(self, call: Call) -> Answer:
        self._held("shelves", call.names["code"])
        self.state.delete("shelves", call.names["code"])
        return Answer(204)

    # --- members: their passwords are never shown, and the pin of a card is shown once

    def _members(self, call: Call) -> Answer:
        name = call.request.parameters.get("name")
        return json_answer(200, [_shown(one) for one in self.state.all("members") if name in (None, one["name"])])

    def _member(self, call: Call) -> Answer:
        return json_answer(200, _shown(self._held("members", call.names["id"])))

    def _put_member(self, call: Call) -> Answer:
        id_ = call.names.get("id")
        held = self._held("members", id_) if id_ else {"id": self.state.new_id()}
        told = {"password": held.get("password"), **call.request.json, "id": held["id"]}
        if len(told["password"] or "") < 8:
            raise Refusal(422, "The member is not as it has to be.", 7, password="is shorter than 8 characters")
        if id_ and told.get("born") != held.get("born"):
            raise Refusal(422, "The member is not as it has to be.", 7, born="never changes")
        shown = _shown(self.state.put("members", held["id"], told))
        return json_answer(200, shown) if id_ else json_answer(201, {**shown, "card": {"pin": f"pin-{held['id']}"}})

    def _delete_member(self, call: Call) -> Answer:
        self._held("members", call.names["id"])
        self.state.delete("members", call.names["id"])
        return Answer(204)

    def _check(self, call: Call) -> Answer:
        held = self._held("members", call.names["id"])
        return json_answer(200, {"valid": call.request.json.get("password") == held["password"]})


def _shown(member: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in member.items() if name != "password"}
