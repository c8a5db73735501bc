# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Ctrl-C and the timeout of a task, in each function of ours that a task or a lookup calls: what was sent is told or
recorded, no thread runs on, and the next item of a loop and the next run find everything in order.

Ansible handles Ctrl-C itself, so it comes out of a task as it is; then the journal tells, and what the process noted.
"""

from __future__ import annotations

import json
import tempfile
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.template import Templar
from conftest import CLIENT, PASSWORD, SECRET, TENANT, USER, Player, Server
from environments import SURE, application, event
from in_process import action_plugin
from planted import Fault, called, faults, monitored, within
from shows import store
from test_unexpected import wrong

from ansible_collections.rimops.insight.plugins.action.insight_entities import ActionModule as Entities
from ansible_collections.rimops.insight.plugins.action.insight_entity import ActionModule as Entity
from ansible_collections.rimops.insight.plugins.action.insight_probe import ActionModule as Probe
from ansible_collections.rimops.insight.plugins.action.insight_token import ActionModule as Token
from ansible_collections.rimops.insight.plugins.lookup.insight_entity import LookupModule as EntityLookup
from ansible_collections.rimops.insight.plugins.lookup.insight_token import LookupModule as TokenLookup
from ansible_collections.rimops.insight.plugins.module_utils._auth.store import clear_memory
from ansible_collections.rimops.insight.plugins.module_utils._commands import connection
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._commands.results import run_command
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import SHARED
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import known
from ansible_collections.rimops.insight.plugins.module_utils._transport.write_record import WRITES
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.plugins.plugin_utils._entry.lookup_base import CommandLookup

pytestmark = pytest.mark.one_core

Result = dict[str, Any]
IDENTITY = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET, "username": USER, "password": PASSWORD}


def interruptions() -> tuple[BaseException, ...]:
    """Ctrl-C, and the timeout of a task as this ansible-core raises it."""
    from ansible._internal._errors._task_timeout import TaskTimeoutError

    return KeyboardInterrupt(), TaskTimeoutError(5)


@dataclass
class Interrupted:
    """Runs of one kind that are interrupted, each on a server and with a store as new.

    run: the kind, with a folder of its own; it returns the result of a task, or raises. wanted: how many entities are
    there at the end. before: what is done before a first run. named: words with which a next run may fail. tells:
    whether a timeout ends in a result of ours. part: what the paths of the files have in common. most: how many
    interruptions. struck: how many there were.
    """

    server: Server
    folder: Path
    run: Callable[[Path], Any]
    wanted: int
    before: Callable[[Path], None] = lambda _folder: None
    named: str = ""
    tells: bool = True
    part: str = ""
    most: int = 15
    struck: int = 0

    def prepared(self) -> Callable[[], Any]:
        """A run that has not begun."""
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        self.next_process()
        self.server.reset()
        self.before(folder)
        return partial(self.run, folder)

    @staticmethod
    def next_process() -> None:
        """Forget what a process knows."""
        connection.forget_connections()
        clear_memory()

    def problems(self) -> Iterator[str]:
        """What is wrong after each interruption."""
        self.prepared()()  # what is done once a process is done
        codes = [code for code in called(self.prepared()) if self.part in code.co_filename]
        for fault in faults(codes, interruptions(), self.most):
            run, threads = self.prepared(), set(threading.enumerate())
            result, error = self.interrupted(run, fault)
            self.struck += fault.struck
            yield from (f"{fault}: {thread} runs on" for thread in still_running(threads))
            yield from (f"{fault}: {problem}" for problem in self.after(run, fault, result, error))

    @staticmethod
    def interrupted(run: Callable[[], Any], fault: Fault | None) -> tuple[Any, BaseException | None]:
        """What a run returns, or what came out of it."""
        try:
            with within(600), monitored(fault.at, fault.strike, fault.code) if fault else nullcontext():
                return run(), None
        except BaseException as error:  # noqa: BLE001 each is looked at
            return None, error

    def after(self, run: Callable[[], Any], fault: Fault, result: Any, error: BaseException | None) -> Iterator[str]:
        """What is wrong with what a run came to, with what it left behind, and with those that follow."""
        yield from self.told(fault, result, error)
        for process in ("this process", "another process"):
            if process == "another process":
                self.next_process()
            again, error = self.interrupted(run, None)
            if error is not None:
                yield f"the next run in {process} failed: {type(error).__name__}: {error}"
            elif isinstance(again, dict) and again.get("failed"):
                held_back = process == "this process" and "HeldBackError" in json.dumps(again)
                if not (held_back or (self.named and self.named in again["msg"])):
                    yield f"the next run in {process} failed: {again['msg']}"
            elif len(self.server.stored("application")) != self.wanted:
                yield f"{len(self.server.stored('application'))} applications after a run in {process}"

    def told(self, fault: Fault, result: Any, error: BaseException | None) -> Iterator[str]:
        """What is wrong with a result, or with what takes its place."""
        creates = self.server.counted["creates"]
        if error is None:
            if isinstance(result, dict) and fault.struck:
                yield from wrong(result, creates)
            if fault.in_main and not (isinstance(result, dict) and "timedout" in result):
                yield f"the interruption was lost: {result}"
            return
        if error is not fault.error:
            yield f"{type(error).__name__} came out: {error}"
        if self.tells and not isinstance(error, KeyboardInterrupt):
            yield "no result tells of the timeout"
        shown = "".join(traceback.format_exception(error))
        if any(secret in shown for secret in known()):
            yield "a secret is shown"
        if sum(one.startswith(("create", "run ")) for one in WRITES) < creates > self.recorded():
            yield f"{creates} were created, and {WRITES} were noted"

    def recorded(self) -> int:
        """How many creates the newest journal tells of."""
        lines = [
            json.loads(line)
            for file in max(self.folder.iterdir(), key=lambda one: one.stat().st_mtime_ns).glob("journal/*.jsonl")
            for line in file.read_text(encoding="utf-8").splitlines()
        ]
        return sum(line["kind"] == "intent" and line["operation"] == "create" for line in lines)


def still_running(before: set[threading.Thread]) -> Iterator[threading.Thread]:
    """The threads that were begun since and run on."""
    for thread in set(threading.enumerate()) - before:
        thread.join(300)
        if thread.is_alive():
            yield thread


def check(runs: Interrupted) -> None:
    """No interruption has left anything wrong behind, and there were enough of them."""
    problems = list(runs.problems())
    assert not problems, "\n".join(problems)
    assert runs.struck >= 0.6 * runs.most


def options(play: Player, folder: Path, **more: Any) -> dict[str, Any]:
    """The options of a task."""
    return {**play.defaults, "token_store": str(folder), "profile_overrides": SURE, "retry_limit": 0, **more}


@pytest.mark.proves("LUCK-70")
def test_one_entity(server: Server, play: Player, tmp_path: Path) -> None:
    def run(folder: Path) -> Result:
        return action_plugin(Entity, options(play, folder, **application(1)), tmp_path).run(task_vars={})

    check(Interrupted(server, tmp_path, run, 1))


@pytest.mark.proves("LUCK-70")
def test_an_environment(server: Server, play: Player, tmp_path: Path) -> None:
    def run(folder: Path) -> Result:
        entities = [*map(application, range(3)), event(1)]
        more = {"entities": entities, "journal": str(folder / "journal"), "concurrency": 2}
        return action_plugin(Entities, options(play, folder, **more), tmp_path).run(task_vars={})

    check(Interrupted(server, tmp_path, run, 3))


@pytest.mark.proves("LUCK-70")
def test_a_session(server: Server, play: Player, tmp_path: Path) -> None:
    def run(folder: Path) -> Result:
        return action_plugin(Token, options(play, folder, return_token=True), tmp_path).run(task_vars={})

    check(Interrupted(server, tmp_path, run, 0, most=8))


class Elsewhere(Entity):
    """The action of a task that runs on another host, which is this process."""

    def _runs_here(self) -> bool:
        return False

    def _execute_module(self, *_arguments: Any, module_args: Any = None, **_options: Any) -> Result:
        ours = list(WRITES)
        try:
            context = Context(check_mode=False, diff_mode=False, warn=print)
            given = {name: option.get("default") for name, option in ENTITY.spec.items()}
            return run_command(ENTITY, {**given, "compare": {}, **module_args}, context, [SECRET])
        finally:
            WRITES[:] = ours

    def _remove_tmp_path(self, *_arguments: Any, **_options: Any) -> None:
        """There is none."""


@pytest.mark.proves("LUCK-70")
def test_a_module_that_is_handed_over(server: Server, play: Player, tmp_path: Path) -> None:
    def run(folder: Path) -> Result:
        return action_plugin(Elsewhere, options(play, folder, **application(1)), tmp_path).run(task_vars={})

    check(Interrupted(server, tmp_path, run, 1, part="_entry"))


GONE = {"key": {"appCode": "000077", "appName": "Probe"}, "type": "application"}


@pytest.mark.proves("LUCK-70")
def test_the_probe(server: Server, play: Player, tmp_path: Path) -> None:
    """What it made is removed; where there was no time for that, the next run finds it and makes no other."""

    def run(folder: Path) -> Result:
        create = {**GONE, "attributes": {"selectedProducts": ["Zelvora"]}, "change": {"description": "Another"}}
        more = {"writes": True, "create": create, "entities": [], "profile_overrides": {}}
        return action_plugin(Probe, options(play, folder, **more), tmp_path).run(task_vars={})

    check(Interrupted(server, tmp_path, run, 0, part="_probe", most=3))


def lookup(kind: type[CommandLookup], given: dict[str, Any]) -> CommandLookup:
    """A lookup that is ready to run, with these options, as Ansible makes it."""
    loader = DataLoader()
    made: Any = kind(loader=loader, templar=Templar(loader))
    made._options = {name: option.get("default") for name, option in SHARED.items()}
    made.set_options = lambda var_options=None, direct=None: made._options.update(given)
    return made


@pytest.mark.proves("LUCK-70")
@pytest.mark.parametrize(
    ("kind", "terms", "more"),
    [
        (EntityLookup, [{"key": application(1)["key"]}], {"type": "application", "on_missing": "error"}),
        (TokenLookup, ["headers"], {}),
    ],
)
def test_lookups(
    server: Server, play: Player, tmp_path: Path, kind: type[CommandLookup], terms: list[Any], more: dict[str, Any]
) -> None:
    def seed(_folder: Path) -> None:
        server.seed("application", **application(1)["key"], **application(1)["attributes"])

    def run(folder: Path) -> Any:
        return lookup(kind, options(play, folder, **more)).run(terms, variables={})

    check(Interrupted(server, tmp_path, run, 1, seed, tells=False))


@pytest.mark.proves("LUCK-70")
def test_what_an_interruption_comes_amid_is_not_shown(server: Server, play: Player, tmp_path: Path) -> None:
    def amid(*_given: Any) -> None:
        try:
            raise InsightError("read", f"the server says {SECRET}")
        except InsightError:
            raise KeyboardInterrupt  # noqa: B904 as a signal does

    interrupted = lookup(type("Amid", (TokenLookup,), {"answer": staticmethod(amid)}), options(play, tmp_path))
    with pytest.raises(KeyboardInterrupt) as told:
        interrupted.run([], variables={})
    assert SECRET not in "".join(traceback.format_exception(told.value))


@pytest.mark.proves("LUCK-70", "STORE-20")
def test_a_refresh_token_that_is_good_once(server: Server, play: Player, tmp_path: Path) -> None:
    tokens: dict[Path, str] = {}

    def log_in(folder: Path) -> None:
        tokens[folder] = store.begun(server, IDENTITY, folder / "begun").refresh_token
        server.switch(refresh_tokens="single_use")

    def run(folder: Path) -> Result:
        grant = {"grant_type": "refresh_token", "refresh_token": tokens[folder]}
        overrides = {**SURE, **store.GOOD_ONCE}
        given = options(play, folder / "store", **application(1), **grant, profile_overrides=overrides)
        return action_plugin(Entity, given, tmp_path).run(task_vars={})

    check(Interrupted(server, tmp_path, run, 1, log_in, named=store.NAMED, part="_auth", most=20))
