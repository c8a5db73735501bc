# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An error that nobody expected, in each function of ours that a task calls: at its begin, and when it is done.

The functions are those that a run without errors was seen to call. Each then raises once, in a run of its own, in the
process of the test. RIMOPS_SEED repeats what is raised, and when.
"""

from __future__ import annotations

import errno
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, Server
from environments import SURE, application, event
from in_process import action_plugin
from planted import WORDS, called, faults, monitored, within

from ansible_collections.rimops.insight.plugins.action.insight_entities import ActionModule as Entities
from ansible_collections.rimops.insight.plugins.action.insight_entity import ActionModule as Entity
from ansible_collections.rimops.insight.plugins.module_utils._commands import connection

pytestmark = pytest.mark.one_core

ERRORS = (
    *(kind(WORDS) for kind in (TypeError, KeyError, MemoryError, RecursionError, UnicodeError, AttributeError)),
    OSError(errno.EIO, "Input/output error"),  # what the system says is shown,
    ValueError("a text"),  # and what cannot be read in an answer
)


@dataclass
class Runs:
    """Runs of one kind, each on a server and with a store as new. struck: how many faults did."""

    server: Server
    folder: Path
    run: Callable[[Path], dict[str, Any]]
    struck: int = 0

    def prepared(self) -> Callable[[], dict[str, Any]]:
        """A run that has not begun."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        connection.forget_connections()
        self.server.reset()
        return partial(self.run, folder)

    def problems(self, part: str = "") -> Iterator[str]:
        """What is wrong with the results of all faults. part: what the paths of the files have in common."""
        self.prepared()()  # what is done once a process is done
        for fault in faults([code for code in called(self.prepared()) if part in code.co_filename], ERRORS):
            run = self.prepared()
            try:
                with within(60), monitored(fault.at, fault.strike, fault.code):
                    result = run()
            except BaseException as error:  # noqa: BLE001 each is a finding
                yield f"{fault}: {type(error).__name__} came out: {error}"
            else:
                self.struck += fault.struck
                yield from (f"{fault}: {problem}" for problem in wrong(result, self.server.counted["creates"]))


def wrong(result: dict[str, Any], creates: int) -> Iterator[str]:
    """What is wrong with a result after which the server has counted so many creates."""
    text = json.dumps(result)
    if WORDS in text or "Traceback" in text:
        yield "shows the error's own words, or a traceback"
    if result.get("failed") and not str(result["msg"]).startswith("Cannot "):
        yield f"says {result['msg']}"
    error = result.get("error", {})
    told = len(error["written"]) if isinstance(error.get("written"), list) else int("written" in error)
    if not result.get("failed") or "entities" in result:
        known = [one for one in result.get("entities", [result]) if one.get("operation") != "none"]
        told = sum(one.get("outcome", "created") in ("created", "outcome_unknown") for one in known)
        told += sum("written" in one.get("error", {}) and one["outcome"] == "failed" for one in known)
    if creates and not result.get("changed"):
        yield f"{creates} were created, and changed is false: {result}"
    if told < creates:
        yield f"{creates} were created, and {told} are told: {result}"


@pytest.mark.proves("LUCK-21")
def test_in_one_entity(server: Server, play: Player, tmp_path: Path) -> None:
    def run(folder: Path) -> dict[str, Any]:
        options = {
            **play.defaults,
            **application(1),
            "token_store": str(folder),
            "profile_overrides": SURE,
            "retry_limit": 0,
        }
        return action_plugin(Entity, options, tmp_path).run(task_vars={})

    runs = Runs(server, tmp_path, run)
    problems = list(runs.problems())
    assert not problems, "\n".join(problems)
    assert runs.struck > 40


@pytest.mark.proves("LUCK-21")
def test_in_an_environment(server: Server, play: Player, tmp_path: Path) -> None:
    def run(folder: Path) -> dict[str, Any]:
        entities = [*map(application, range(3)), event(1)]
        more = {
            "entities": entities,
            "journal": str(folder / "journal"),
            "concurrency": 2,
            "profile_overrides": SURE,
            "retry_limit": 0,
        }
        options = {**play.defaults, **more, "token_store": str(folder)}
        return action_plugin(Entities, options, tmp_path).run(task_vars={})

    runs = Runs(server, tmp_path, run)
    problems = list(runs.problems("environment"))
    assert not problems, "\n".join(problems)
    assert runs.struck > 40
