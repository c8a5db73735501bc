# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same tasks through both entries, on equal state: what comes out must be the same."""

from __future__ import annotations

import dataclasses
from typing import Any

from conftest import ENTRIES, Played, Player

# Given anew by the server, or by where and when something ran.
PASSING = {"id", "uuid", "entity_id", "applicationId", "createdDate", "lastChangedDate", "expires_at", "file", "store"}
# What Ansible itself adds on one side only.
OWN = {
    "ansible_facts",
    "exception",
    "warnings",
    "deprecations",
    "ansible_loop_var",
    "ansible_job_id",
    "results_file",
    "timedout",
    "attempts",
}


# What the items of a loop share here, in one process, and ask for anew elsewhere: a search that was proven before needs
# no read by id beside it.
BY_PROCESS = {"assumed"}


def comparable(result: Any, loops: bool = False) -> Any:
    """A result without what no two runs have in common."""
    if isinstance(result, dict):
        loops = loops or "results" in result  # of the loop as a whole
        own = OWN | BY_PROCESS if loops else OWN
        kept = {name: value for name, value in result.items() if name not in own and not name.startswith("_ansible")}
        passing = {"before", "after"} if kept.get("path") in PASSING else PASSING
        return {
            name: "passing" if name in passing and value else comparable(value, loops) for name, value in kept.items()
        }
    return [comparable(one, loops) for one in result] if isinstance(result, list) else result


def through_both(
    play: Player, tasks: list[dict[str, Any]] | str, *arguments: str, compared: bool = True, **more: Any
) -> dict[str, Played]:
    """What the tasks gave through each entry; the server is as new for each. Every task's results are equal."""
    given = {}
    for entry in ENTRIES:
        folder = play.folder / entry
        folder.mkdir(exist_ok=True)
        play.server.reset()
        quick = {"ANSIBLE_PIPELINING": "true", **play.environment}
        given[entry] = dataclasses.replace(play, entry=entry, folder=folder, environment=quick)(
            tasks, *arguments, **more
        )
        assert given[entry].code == 0, given[entry].output
    if compared:
        here, elsewhere = (
            [
                (one["task"], one["host"], one["status"], comparable(one["result"], bool(one["item"])))
                for one in played.tasks
            ]
            for played in given.values()
        )
        for ours, theirs in zip(here, elsewhere, strict=True):
            assert ours == theirs, f"here: {ours}\nelsewhere: {theirs}"
    return given
