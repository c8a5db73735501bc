# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run in a process that was forked from a warm one is as a run with a start of its own."""

from __future__ import annotations

import dataclasses
import os
import shlex
import shutil
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import target
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
    """The same run with a start of its own, because of a variable that says nothing, and forked; so its modules."""
    played = []
    for environment, python in zip(({"SOMETHING": "else"}, {}), target.PROGRAMS, strict=True):
        play.server.reset()
        play.runs = 0
        (play.folder / "record-1.jsonl").unlink(missing_ok=True)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(target, "PROGRAMS", [python])
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


AROUND = """
import os, sys
number = os.umask(0o22)
print(*sys.argv, os.getcwd(), number, *sorted(os.environ.items()), *sys.path, sys.stdin.read(), sep="\\n")
print(__name__, sys.executable)
print("said", file=sys.stderr)
%s
"""
"""What a module may see of its process."""
ENDINGS = {
    "the end": "",
    "an exit": "sys.exit(3)",
    "an error": "raise ValueError('no')",
    "a signal": f"os.kill(os.getpid(), {int(signal.SIGTERM)})",
}


@pytest.fixture
def asking(tmp_path: Path) -> dict[str, str]:
    """The environment of a module on another host."""
    (tmp_path / "ansible_collections" / "rimops").mkdir(parents=True)
    (tmp_path / "ansible_collections" / "rimops" / "insight").symlink_to(ROOT)
    return {**os.environ, "ANSIBLE_COLLECTIONS_PATH": str(tmp_path)}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("piped", [False, True])
def test_a_forked_module_sees_and_ends_as_any_other(
    asking: dict[str, str], tmp_path: Path, ending: str, piped: bool
) -> None:
    path = tmp_path / "AnsiballZ_insight_none.py"
    path.write_text(AROUND % ending, encoding="utf-8")
    told = []
    for python in target.PROGRAMS:
        command = python if piped else shlex.join([python, str(path)])
        given = path.read_text(encoding="utf-8") if piped else "in"
        around: dict[str, Any] = {"env": asking, "cwd": tmp_path, "shell": True, "input": given}
        told.append(subprocess.run(command, check=False, capture_output=True, text=True, **around))
    cold, forked = ((one.returncode, one.stdout, one.stderr.splitlines()[-1:]) for one in told)
    assert forked == cold


@pytest.mark.parametrize(("name", "ours"), [("AnsiballZ_insight_none.py", True), ("AnsiballZ_ping.py", False)])
def test_a_module_of_ours_is_forked(asking: dict[str, str], tmp_path: Path, name: str, ours: bool) -> None:
    path = tmp_path / name
    path.write_text("import sys; print('requests' in sys.modules)", encoding="utf-8")
    asked = {"usual": asking, "another library": {**asking, "PYTHONPATH": "/"}}
    command = [target.PROGRAMS[-1], str(path)]
    said = {each: subprocess.check_output(command, env=env, text=True) for each, env in asked.items()}
    assert said == {"usual": f"{ours}\n", "another library": "False\n"}


def test_a_forked_module_ends_with_whoever_asked_for_it(asking: dict[str, str], tmp_path: Path) -> None:
    path, pid = tmp_path / "AnsiballZ_insight_none.py", tmp_path / "pid"
    path.write_text(
        f"import os, time\nwith open({str(pid)!r} + 'new', 'w') as file:\n    file.write(str(os.getpid()))\n"
        f"os.rename({str(pid)!r} + 'new', {str(pid)!r})\ntime.sleep(3600)",
        encoding="utf-8",
    )
    with subprocess.Popen([target.PROGRAMS[-1], str(path)], env=asking) as process:
        while not pid.exists():
            time.sleep(0.05)
        process.kill()
    number = pid.read_text(encoding="utf-8")
    while Path("/proc", number).exists():
        time.sleep(0.05)
