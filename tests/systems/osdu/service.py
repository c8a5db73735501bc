# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The instance: its services, and the identity platform that gives out its tokens, in one process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.switches import Switch

from systems.base.routing import Route
from systems.base.service import Service
from systems.osdu import bootstrap, identity, table
from systems.osdu.gate import Gate
from systems.osdu.refusals import Refused
from systems.osdu.world import World

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from simulator.messages import Answer, Request

    from systems.base.routing import Call
    from systems.osdu.gate import Operation

SWITCHES = (
    Switch("cursor_after_last", False, "A full last page has a cursor too, that of an empty page."),
    Switch(
        "legal_delete_absent",
        "204",
        "What is answered to deleting a legal tag that is not there: as the code has it, or as its description.",
        choices=("204", "404"),
    ),
    Switch(
        "schema_list_filters",
        "code",
        "What a list of schemas shows without a filter: everything, as the code has it, or only PUBLISHED and "
        "INTERNAL ones, as its description says.",
        choices=("code", "description"),
    ),
    Switch("record_list", "summaries", "What GET /records tells of each record.", choices=("summaries", "whole")),
    Switch("records_locked", False, "Each record is being written by somebody else, so bulk answers are partial ones."),
    Switch("data_country", True, "The country of the data centre is added to a record's other relevant countries."),
    Switch("group_quota", 5000, "So many groups root may belong to; one more is refused with 412."),
)
PLATFORM = "/{tenant}/oauth2"


class Osdu(Service):
    """The whole of it."""

    name = "osdu"
    title = "Azure Data Manager for Energy (OSDU M25)"
    types = ("legal_tag", "group", "record", "schema")
    switch_table = (*identity.SWITCHES, *SWITCHES)

    def routes(self) -> Iterator[Route]:
        """Makes the parts, too: state and switches are there, and nothing else needs them earlier."""
        self.identity = identity.Identity(self.switches)
        self._world = World(self.state, self.switches)
        gate = Gate(self._world, self.identity)
        newer, older = self.identity.newer, self.identity.older
        for method in ("POST", "GET"):
            yield Route(method, f"{PLATFORM}/v2.0/token", "login", "token", newer)
            yield Route(method, f"{PLATFORM}/v2.0/authorize", "", "token", newer)
        yield Route("POST", f"{PLATFORM}/token", "login", "token", older)
        for method, path, kind, type_, operation in table.rows(self._world):
            yield Route(method, path, kind, type_, _behind(gate, operation))

    def answer(self, call: Call) -> Answer:
        try:
            return call.route.handler(call)
        except Refused as refusal:
            return refusal.answer()

    def nothing_here(self, request: Request, wrong_method: bool) -> Answer:
        if wrong_method:
            return Refused(405, f"{request.method} is not supported here").answer()
        return Refused(404, f"There is nothing at {request.path}").answer()

    def seed(self) -> None:
        bootstrap.fill(self._world)

    def expire(self, what: str) -> None:
        self.identity.expire(what)


def _behind(gate: Gate, operation: Operation) -> Callable[[Call], Answer]:
    return lambda call: gate.let_in(call, operation)
