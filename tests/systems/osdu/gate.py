# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a request must have before anybody answers it: a token, a partition, a role, and the form that is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from systems.osdu.fields import Field, body, parameters
from systems.osdu.refusals import Refused
from systems.osdu.world import PARTITIONS, Ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.messages import Answer, Request

    from systems.base.routing import Call
    from systems.osdu.identity import Identity
    from systems.osdu.world import World

JSON = ("application/json",)
ENTITLEMENTS = "service.entitlements."


@dataclass(frozen=True)
class Operation:
    """What an operation asks of a request, and who answers it.

    role: the service group that the caller must belong to. query: the parameters that there are. body: what it must
    hold; None: the operation looks at it itself, or there is none. media: what the body may be.
    """

    role: str
    does: Callable[[Ask], Answer]
    body: Field | None = None
    query: dict[str, Field] = field(default_factory=dict)
    media: tuple[str, ...] = JSON

    @property
    def outsiders(self) -> int:
        """The status for whoever does not belong: the entitlements service says 401 where others say 403."""
        return 401 if self.role.startswith(ENTITLEMENTS) else 403


class Gate:
    """Who may ask, and whether the question is well formed."""

    def __init__(self, world: World, identity: Identity) -> None:
        self._world, self._identity = world, identity

    def let_in(self, call: Call, operation: Operation) -> Answer:
        """The answer of the operation. Raises Refused."""
        request = call.request
        caller = self._identity.caller(request)
        partition = self._partition(request, operation)
        groups = self._world.emails_of(caller, partition)
        if self._world.email(operation.role, partition) not in groups:
            raise Refused(operation.outsiders, "The user is not authorized to perform this action")
        query = parameters(request, operation.query)
        content = body(request, operation.body, operation.media) if operation.body else None
        return operation.does(Ask(call, caller, partition, groups, query, content))

    def _partition(self, request: Request, operation: Operation) -> str:
        given = request.headers.get("data-partition-id", "")
        if not given:
            raise Refused(400, "data-partition-id header is missing")
        if given not in PARTITIONS:
            raise Refused(operation.outsiders, "Invalid data partition header provided")
        return given
