# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answer to a request: of most servers the first one; of those that carry out later what they have accepted, the
one at the end of it, for which `completing` is loaded."""

from __future__ import annotations

from typing import Optional

from ..._profile.predicate import Sent, fitting
from ..._transport.messages import Flow, Request, Response
from ..address import Entity
from .requests import Invocation


def answered(of: Invocation, request: Request, observed: Optional[Entity] = None) -> Flow[Response]:
    """The answer to a request, in the end: where the first one says that the server has accepted it, the one that the
    server gives when it has carried it out. observed: the entity as it was read.

    Raises ServerError where that failed. Where it did not end in time, OutcomeUnknownError for a write, and ServerError
    for a read.
    """
    response = yield request
    completing = of.operation.completes
    if completing is None or fitting(completing.when, response, Sent(request.method)) is None:
        return response
    from .completing import waited_for

    return (yield from waited_for(of, completing, response, observed))


def ready(of: Invocation, request: Request) -> Flow[Response]:
    """The answer to a read, as soon as the entity is what the profile calls ready. Raises ServerError where the server
    calls it failed, and where it is not ready in time."""
    response = yield from answered(of, request)
    if not (of.operation.until and of.address.ready):
        return response
    from .completing import made_ready

    return (yield from made_ready(of, request, response))
