# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the four services share: state, switches, a clock, who belongs to which group, and one request in full."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from systems.osdu import DOMAIN, OTHER_PARTITION, PARTITION
from systems.osdu.refusals import Refused

if TYPE_CHECKING:
    from simulator.messages import Request
    from simulator.switches import Switches

    from systems.base.routing import Call
    from systems.base.state import State

PARTITIONS = (PARTITION, OTHER_PARTITION)
OPS, ROOT = "users.datalake.ops", "users.data.root"
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
FIRST_VERSION = 1_767_225_600_000_000  # versions are microseconds


@dataclass
class Ask:
    """One request that may be answered: whose it is, for which partition, and what it carries.

    groups: the emails of the caller's groups.
    """

    call: Call
    caller: str
    partition: str
    groups: set[str]
    query: dict[str, Any]
    body: Any

    @property
    def request(self) -> Request:
        return self.call.request

    @property
    def names(self) -> dict[str, str]:
        return self.call.names


class World:
    """Everything that is there. The clock stands still, but for a second at each write: each run is the same."""

    def __init__(self, state: State, switches: Switches) -> None:
        self.state, self.switches = state, switches
        self.start()

    def start(self) -> None:
        """Set the clock to its start."""
        self._seconds = 0

    @property
    def now(self) -> datetime.datetime:
        return START + datetime.timedelta(seconds=self._seconds)

    @property
    def time(self) -> str:
        """Now, as answers show it."""
        return self.now.strftime("%Y-%m-%dT%H:%M:%S.000Z")

    def tick(self) -> None:
        """Let a second pass, before something is written."""
        self._seconds += 1

    def new_version(self) -> int:
        """The version of what is written now."""
        return FIRST_VERSION + self._seconds * 1_000_000

    # Groups

    def email(self, name: str, partition: str) -> str:
        return f"{name.lower()}@{partition}.{DOMAIN}"

    def group(self, email: str, partition: str) -> dict[str, Any] | None:
        found = self.state.get("group", email)
        return found if found and found["partition"] == partition else None

    def direct_groups(self, member: str, partition: str) -> list[dict[str, Any]]:
        groups = (one for one in self.state.all("group") if one["partition"] == partition)
        return [one for one in groups if member in one["members"]]

    def emails_of(self, member: str, partition: str) -> set[str]:
        """The groups that a member belongs to, through other groups too."""
        parents: dict[str, list[str]] = {}
        for group in self.state.all("group"):
            if group["partition"] == partition:
                for id_ in group["members"]:
                    parents.setdefault(id_, []).append(group["email"])
        found: set[str] = set()
        waiting = [member]
        while waiting:
            new = set(parents.get(waiting.pop(), ())) - found
            found |= new
            waiting += new
        return found

    # Legal tags

    def tag_is_valid(self, name: str) -> bool:
        """Whether there is such a legal tag, and it has not ended."""
        tag = self.state.get("legal_tag", name)
        if tag is None or not tag["isValid"]:
            return False
        ends = tag["properties"]["expirationDate"]
        return ends is None or ends > self.now.date().isoformat()


def paged(items: list[Any], cursor: str | None, limit: int, after_last: bool) -> tuple[list[Any], str | None]:
    """A page of items and the cursor of the next one. Raises Refused for a cursor that was not given out.

    after_last: a full last page has a cursor too, that of an empty page.
    """
    start = 0
    if cursor:
        if not cursor.startswith("c-") or not cursor[2:].isdecimal() or int(cursor[2:]) > len(items):
            raise Refused(400, "The requested cursor does not exist or is invalid", "Cursor invalid")
        start = int(cursor[2:])
    end = start + limit
    more = end < len(items) or (after_last and end == len(items))
    return items[start:end], f"c-{end}" if more else None
