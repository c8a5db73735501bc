# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How an operation is completed that a server accepts first and carries out later."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

from .._text.json_forms import Json
from .predicate import Predicate, predicate_of
from .request_template import RequestTemplate

ACCEPTED = ({"status": [202]},)
GET = {"method": "GET"}
SEVERAL = "[]"
"""What a place holds that gives several values."""


@dataclass(frozen=True, eq=False)
class Completing:
    """What is done after an answer that says *accepted*.

    profile_key: where it stands in the profile. when: the answers that say so. take: the places of names, in that
    answer; where one of them gives several values, each is polled. poll: the request that shows how it goes. until,
    warned, failed: the answers to it that say that it ended well, with a warning, badly. message: the places of the
    reason, in the answer to ``asked``, or to the poll where that is None. answer: the place, in the last poll, of the
    operation's own answer; empty where the first answer is that.
    """

    profile_key: str
    poll: RequestTemplate
    until: Predicate
    when: Predicate = ()
    take: Json = field(default_factory=dict)
    warned: Predicate = ()
    failed: Predicate = ()
    message: Any = ""
    asked: Optional[RequestTemplate] = None
    answer: str = ""

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that its requests use."""
        return self.poll.names | (self.asked.names if self.asked else frozenset())

    @cached_property
    def several(self) -> str:
        """The name of which the answer may give several values; empty where there is none."""
        return next((name for name, place in self.take.items() if SEVERAL in str(place)), "")

    @classmethod
    def of(cls, profile_key: str, data: Json) -> Completing:
        """From the profile's data."""
        said = data.get("message", "")
        by_request = isinstance(said, Mapping) and "path" in said
        return cls(
            profile_key,
            RequestTemplate.of({**GET, **data["poll"]}),
            predicate_of(data["until"]),
            predicate_of(data.get("when", ACCEPTED)),
            data.get("take", {}),
            predicate_of(data.get("warned")),
            predicate_of(data.get("failed")),
            said["at"] if by_request else said,
            RequestTemplate.of({**GET, **said}) if by_request else None,
            data.get("answer", ""),
        )


@dataclass(frozen=True)
class AcceptedWrite:
    """A write that a server has accepted and not ended yet, as it is kept for the next run. operation: its key in the
    profile. names: the values of what the polls name, by path. Neither holds a secret that the profile does not name
    so."""

    operation: str
    names: Mapping[str, Any]

    @classmethod
    def of(cls, data: Any) -> Optional[AcceptedWrite]:
        """From its JSON form, None where it is none."""
        held = data if isinstance(data, Mapping) else {}
        operation, names = held.get("operation"), held.get("names")
        return cls(operation, names) if isinstance(operation, str) and isinstance(names, Mapping) else None

    def as_data(self) -> dict[str, Any]:
        """Its JSON form."""
        return {"operation": self.operation, "names": dict(self.names)}


def completing_of(profile_key: str, said: Json, named: Json) -> Optional[Completing]:
    """How a request of the profile is completed; None where its answer is all. said: the request's data; named: what
    the profile says under ``completes``."""
    data = said.get("completes")
    if isinstance(data, str):
        return Completing.of(f"completes.{data}", named[data])
    return None if data is None else Completing.of(f"{profile_key}.completes", data)
