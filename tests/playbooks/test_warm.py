# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run in a process that was forked from a warm one is as a run with a start of its own."""

from __future__ import annotations

import dataclasses
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from both_entries import comparable
from conftest import ENTRIES, Played, Player
from simulator.surroundings import ROOT

KEY = {"appCode": "123456", "appName": "Zelvora"}
ENTITY = "rimops.insight.insight_entity"
TASKS = [
    {"name": "around", "around": {}},
    {"name": "of the module", "command": {"cmd": "env"}, "changed_when": False},
    {"name": "configuration", "debug": {"msg": "{{ lookup('config', 'ANSIBLE_HOME', 'COLLECTIONS_PATHS') }}"}},
    {"name": "create", ENTITY: {"type": "application", "key": KEY, "attributes": {"selectedProducts": ["a"]}}},
    {"name": "again", ENTITY: {"type": "application", "key": KEY, "attributes": {"selectedProducts": ["a"]}}},
    {"name": "refused", ENTITY: {"type": "nothing", "key": KEY}},
]
"""Tasks whose results and output tell of what is around them. The last one fails."""
ENDS = {"no YAML": "- no: [", "no such action": "- nothing.of.the.kind: {}", "no task": "[]"}


def both_ways(play: Player, tasks: list[dict[str, Any]] | str, *arguments: str) -> list[Played]:
    """The same run with a start of its own, because of a variable that says nothing, and forked."""
    played = []
    for environment in ({"SOMETHING": "else"}, {}):
        play.server.reset()
        play.runs = 0
        (play.folder / "record-1.jsonl").unlink(missing_ok=True)
        played.append(play(tasks, *arguments, environment=environment))
    return played


def alike(around: dict[str, Any]) -> dict[str, Any]:
    """What a process told, without what no two processes have in common."""
    told = {**around, "environment": dict(around["environment"])}
    told["environment"].pop("SOMETHING", None)
    del told["started_by"]
    told["configuration"] = dict(around["configuration"])
    place = told["configuration"].pop("DEFAULT_LOCAL_TMP")
    return {**told, "place": str(Path(place).parent)}


@pytest.mark.each_core
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_forked_run_is_as_any_other(play: Player, entry: str) -> None:
    plain, forked = both_ways(play, TASKS)
    assert plain["around"]["started_by"] == os.getpid() != forked["around"]["started_by"]
    assert alike(forked["around"]) == alike(plain["around"])
    assert forked["of the module"]["stdout"] != plain["of the module"]["stdout"]  # of the variable
    lines = [sorted(one["of the module"]["stdout_lines"]) for one in (plain, forked)]
    assert [one for one in lines[0] if not one.startswith("SOMETHING=")] == lines[1]
    assert (plain.code, forked.code) == (2, 2)
    assert forked.output == plain.output
    told = [[(one["task"], comparable(one["result"])) for one in run.tasks[2:]] for run in (plain, forked)]
    assert told[0] == told[1]
    assert list((play.folder / "ansible" / "tmp").iterdir()) == []


@pytest.mark.parametrize("tasks", ENDS.values(), ids=ENDS)
def test_a_forked_run_ends_as_any_other(play: Player, tasks: str) -> None:
    plain, forked = both_ways(play, tasks, "-vvv")
    assert (forked.code, forked.output) == (plain.code, plain.output)


def test_runs_at_the_same_time_are_each_their_own(play: Player, tmp_path: Path) -> None:
    players = [dataclasses.replace(play, folder=tmp_path / str(number)) for number in range(3)]
    for player in players:
        player.folder.mkdir()
    tasks = [{"name": "around", "around": {}}]
    with ThreadPoolExecutor() as pool:
        played = list(pool.map(lambda player: player(tasks), players))
    assert [one["around"]["folder"] for one in played] == [str(player.folder) for player in players]


def test_a_configuration_file_needs_a_start_of_its_own(play: Player) -> None:
    (play.folder / "ansible.cfg").write_text("[defaults]\nforks = 7\n", encoding="utf-8")
    around = play([{"name": "around", "around": {}}])["around"]
    assert (around["started_by"], around["configuration"]["DEFAULT_FORKS"]) == (os.getpid(), "7")


def test_a_run_imports_the_collection_that_it_finds(play: Player) -> None:
    collection = play.folder / "collections" / "ansible_collections" / "rimops" / "insight"
    for name in ("meta", "plugins"):
        shutil.copytree(ROOT / name, collection / name, ignore=shutil.ignore_patterns("__pycache__"))
    errors = collection / "plugins" / "module_utils" / "errors.py"
    errors.write_text(errors.read_text(encoding="utf-8").replace("Cannot {", "Can never {"), encoding="utf-8")
    played = play(TASKS[:1] + TASKS[-1:])
    assert played["around"]["started_by"] != os.getpid()
    assert played["refused"]["msg"].startswith("Can never ")
