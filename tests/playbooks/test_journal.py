# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module that verifies journals: through both doors, and from the shell."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from both_doors import through_both
from conftest import Player
from simulator.surroundings import surroundings

from ansible_collections.rimops.insight.plugins.module_utils.environment.journal import Journal, Start

MODULE = "rimops.insight.insight_journal_info"
START = Start("https://insight.example.com", "sha256:m", "sha256:p", reason="Initial provisioning")


def written(folder: Path, end: bool = True) -> Journal:
    """A journal of two entities, of which one has no outcome; without an end, as of a run that was killed."""
    journal = Journal(str(folder), START)
    journal.intent("application (appCode=1)", "create", "absent", "sha256:1")
    journal.outcome("application (appCode=1)", "created", "Fri, 02 Jan 2026 03:04:05 GMT")
    journal.intent("application (appCode=2)", "update", "sha256:2", "sha256:3")
    if end:
        journal.end({"created": 1})
    journal.close()
    return journal


def task(name: str, journal: str | Path, **more: Any) -> dict[str, Any]:
    """A task that may fail."""
    return {"name": name, MODULE: {"journal": str(journal), **more}, "ignore_errors": True}


@pytest.mark.proves("JOURNAL-2", "ANSIBLE-1")
def test_what_it_says_through_both_doors(play: Player, tmp_path: Path) -> None:
    whole, killed = written(tmp_path / "whole"), written(tmp_path / "killed", end=False)
    changed = written(tmp_path / "changed")
    path = Path(changed.path)
    path.write_text(path.read_text().replace('"created"', '"skipped"', 1))
    cut = written(tmp_path / "cut")
    Path(cut.path).write_bytes(b"".join(Path(cut.path).read_bytes().splitlines(keepends=True)[:-1]))
    (tmp_path / "empty").mkdir()
    tasks = [
        task("held", whole.path, head=whole.head),
        task("folder", tmp_path / "whole", head=whole.head),
        task("checked", tmp_path / "whole") | {"check_mode": True},
        task("killed", tmp_path / "killed"),
        task("changed", tmp_path / "changed"),
        task("cut, no head", cut.path),
        task("cut", cut.path, head=cut.head),
        task("another head", tmp_path / "whole", head="sha256:0"),
        task("empty", tmp_path / "empty"),
        task("none", tmp_path / "none"),
    ]
    # The play's module_defaults hold what the modules of the group share. None of it reaches this one.
    for door, played in through_both(play, tasks).items():
        held = played["held"]["journals"][0]
        assert (held["held"], held["ended"], held["lines"], held["notes"]) == (True, True, 5, []), door
        assert held["head"] == whole.head and held["run"]["reason"] == "Initial provisioning", door
        assert played["folder"]["journals"] == played["held"]["journals"], door
        assert "held against no head" in played["checked"]["journals"][0]["notes"][0], door
        [left] = played["killed"]["journals"]
        assert (left["ended"], [one["entity"] for one in left["open"]]) == (False, ["application (appCode=2)"]), door
        assert left["head"] == killed.head and not played["killed"]["failed"], door
        assert played["changed"]["failed"] and "line 3 is not as it was written" in played["changed"]["msg"], door
        assert played["changed"]["error"]["journals"][0]["problems"] == ["line 3 is not as it was written"], door
        assert not played["cut, no head"]["failed"], door
        assert played["cut"]["failed"] and f"{cut.head} was kept" in played["cut"]["msg"], door
        assert "none of the 1 files ends with the head sha256:0" in played["another head"]["msg"], door
        assert "no file in this folder" in played["empty"]["msg"], door
        assert "No such file" in played["none"]["msg"], door


@pytest.mark.proves("JOURNAL-2")
def test_from_the_shell(tmp_path: Path) -> None:
    journal = written(tmp_path / "evidence")
    environment = surroundings(tmp_path)

    def say(arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "ansible"), "localhost", "-m", MODULE, "-a", arguments]
        return subprocess.run(
            command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120
        )

    good = say(f"journal=evidence/ head={journal.head}")
    assert good.returncode == 0, good.stdout + good.stderr
    assert json.loads(good.stdout.split("=>", 1)[1])["journals"][0]["held"] is True
    bad = say("journal=evidence/ head=sha256:0")
    assert bad.returncode != 0 and "none of the 1 files ends with the head" in bad.stdout + bad.stderr
