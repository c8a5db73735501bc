# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Environments of any size, and tasks about them."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from conftest import Played, Player

MODULE = "rimops.insight.insight_entities"
JOURNALS = "rimops.insight.insight_journal_info"
NODES = {"unique": ["code"], "required": ["code"], "text": ["code"], "references": {"parentId": ["node"]}}
"""A type of the simulator whose entities refer to one another."""
OVERRIDES = {
    "types": {
        "node": {
            "path": "node",
            "key": {"attributes": ["code"], "enforced": True},
            "attributes": {"parentId": {"ref": {"type": "node"}}},
        }
    }
}
"""The same for the profile."""
VERIFIED = {"version": "7.3", "when": "2026-01-31", "by": "a test"}
SURE = {"operations": {name: {"verified": VERIFIED} for name in ("create", "update", "delete")}}
"""A profile whose writes somebody has tried: none of them has to wait for the first one to show what it does."""
LISTED = {"operations": {"list": {"enabled": True}}}


def application(number: int, **more: Any) -> dict[str, Any]:
    """An application as declared."""
    key = {"appCode": f"{number:06}", "appName": f"Application {number}"}
    return {"type": "application", "key": key, "attributes": {"selectedProducts": ["Zelvora"]}, **more}


def event(number: int, name: str = "Initial filing", **more: Any) -> dict[str, Any]:
    """An event of an application."""
    refs = {"applicationId": {name: application(number)[name] for name in ("type", "key")}}
    return {"type": "event", "refs": refs, "key": {"eventName": name}, "attributes": {"description": "First"}, **more}


def node(code: str, parent: str | None = None, **more: Any) -> dict[str, Any]:
    """A node below another one."""
    refs = {"parentId": {"type": "node", "key": {"code": parent}}} if parent else {}
    return {"type": "node", "key": {"code": code}, "refs": refs, "attributes": {"note": code}, **more}


def absent(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same, not wanted any more."""
    return [{**one, "attributes": {}, "state": "absent"} for one in entities]


def seeds(count: int, **attributes: Any) -> list[list[Any]]:
    """Requests that put applications there as they are declared."""
    return [
        ["POST", "entities/application", {**one["key"], **one["attributes"], **attributes}]
        for one in map(application, range(count))
    ]


def written(path: Path, entities: list[dict[str, Any]], **header: Any) -> str:
    """A manifest file; its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"format": 1, **header, "entities": entities}), encoding="utf-8")
    return str(path)


def task(name: str, entities: list[dict[str, Any]] | None = None, **options: Any) -> dict[str, Any]:
    """A task over an environment, which may fail."""
    given = {} if entities is None else {"entities": entities}
    return {"name": name, MODULE: {**given, **options}, "diff": True, "ignore_errors": True}


def checked(name: str, entities: list[dict[str, Any]] | None = None, **options: Any) -> dict[str, Any]:
    """The same in check mode."""
    return {**task(name, entities, **options), "check_mode": True}


def control(name: str, *requests: list[Any]) -> dict[str, Any]:
    """A task that tells the simulator something."""
    return {"name": name, "control": {"requests": list(requests)}}


def switch(**switches: Any) -> dict[str, Any]:
    """A task that turns switches."""
    return control("switch", ["POST", "switches", switches])


def count(name: str) -> dict[str, Any]:
    """A task that asks what the server was asked since the last one."""
    return control(name, ["GET", "counters", None], ["POST", "reset-counters", {}])


def counted(played: Played, name: str, *counters: str) -> tuple[int, ...]:
    """What a ``count`` task found."""
    found = played[name]["answers"][0]
    return tuple(found[one] for one in counters)


def outcomes(result: dict[str, Any]) -> dict[str, int]:
    """The summary without what is zero."""
    return {name: number for name, number in result["summary"].items() if number}


@dataclass
class Background:
    """A playbook that is played while the test goes on."""

    play: Player
    tasks: list[dict[str, Any]]
    arguments: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)
    played: Played | None = None

    def __enter__(self) -> Background:
        self.play.folder.mkdir(exist_ok=True)
        file = self._pid_file = self.play.folder / f"pid-{self.play.runs}"
        file.unlink(missing_ok=True)
        launcher = ("bash", "-c", f'echo $$ > "{file}.new"; mv "{file}.new" "{file}"; exec "$0" "$@"')
        self.play = replace(self.play, launcher=launcher)
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self.wait(file.exists)
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.join()

    def _run(self) -> None:
        self.played = self.play(self.tasks, *self.arguments, **self.more)

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait until something holds, or the playbook is through."""
        while not until() and self._thread.is_alive():
            time.sleep(0.01)

    @property
    def pid(self) -> int:
        """The process of ansible-playbook."""
        return int(self._pid_file.read_text())

    def time_out(self) -> None:
        """The timeout of the task that runs is over: what the system does then is done now, at a moment that is known
        and not after seconds in which a busy machine gets nowhere."""
        for one in filter(awaits_alarm, descendants(self.pid)):
            os.kill(one, signal.SIGALRM)

    def kill(self) -> None:
        """Kill it, and every process that it started."""
        pid = self.pid
        for one in (pid, *descendants(pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)


def kill_while_it_waits(play: Player, task: dict[str, Any], until: Callable[[], bool]) -> None:
    """Play a task, and kill it as soon as something holds, before it is through."""
    with Background(play, [task]) as background:
        background.wait(until)
        background.kill()
    assert background.played is not None
    assert not background.played.tasks, "it was not killed while it waited"


def descendants(pid: int) -> list[int]:
    """The processes that a process started, and those that they started."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parents.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = parents.get(pid, [])
    return [*found, *(inner for one in found for inner in descendants(one))]


def awaits_alarm(pid: int) -> bool:
    """Whether a process has a handler for the signal with which Ansible ends a task."""
    with contextlib.suppress(OSError):
        caught = re.search(r"^SigCgt:\s*(\w+)", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE)
        return caught is not None and bool(int(caught[1], 16) >> (signal.SIGALRM - 1) & 1)
    return False


def runs(pid: int) -> bool:
    """Whether a process runs. The first process of a container may leave an ended one in the table for ever."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
