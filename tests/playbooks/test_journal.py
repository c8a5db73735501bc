# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module that verifies journals: through both entries, and from the shell."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from both_entries import through_both
from conftest import Player, Server
from environments import SURE, application, control, outcomes, written
from environments import task as environment
from simulator.surroundings import surroundings

from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import Interrupted, Journal, Start

MODULE = "rimops.insight.insight_journal_info"
START = Start("https://insight.example.com", "sha256:m", "sha256:p", reason="Initial provisioning")


def journal_of(folder: Path, end: bool = True) -> Journal:
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


@pytest.mark.each_core
@pytest.mark.proves("JOURNAL-2", "ANSIBLE-1")
def test_what_it_says_through_both_entries(play: Player, tmp_path: Path) -> None:
    whole, killed = journal_of(tmp_path / "whole"), journal_of(tmp_path / "killed", end=False)
    changed = journal_of(tmp_path / "changed")
    path = Path(changed.path)
    path.write_text(path.read_text().replace('"created"', '"skipped"', 1))
    cut = journal_of(tmp_path / "cut")
    Path(cut.path).write_bytes(b"".join(Path(cut.path).read_bytes().splitlines(keepends=True)[:-1]))
    (tmp_path / "empty").mkdir()
    gone = "20260102T030405.000000Z-0f3a7c1d0000.jsonl"
    Journal(str(tmp_path / "missing"), replace(START, continues=Interrupted(gone, "sha256:1"))).end({})
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
        task("missing", tmp_path / "missing"),
    ]
    # The play's module_defaults hold what the modules of the group share. None of it reaches this one.
    for entry, played in through_both(play, tasks).items():
        held = played["held"]["journals"][0]
        assert (held["held"], held["ended"], held["lines"], held["notes"]) == (True, True, 5, []), entry
        assert held["head"] == whole.head and held["run"]["reason"] == "Initial provisioning", entry
        assert played["folder"]["journals"] == played["held"]["journals"], entry
        assert "held against no head" in played["checked"]["journals"][0]["notes"][0], entry
        [left] = played["killed"]["journals"]
        assert (left["ended"], [one["entity"] for one in left["open"]]) == (False, ["application (appCode=2)"]), entry
        assert left["head"] == killed.head and not played["killed"]["failed"], entry
        assert played["killed"]["open"] == [{**left["open"][0], "file": killed.path}], entry
        assert played["changed"]["failed"] and "line 3 is not as it was written" in played["changed"]["msg"], entry
        assert played["changed"]["error"]["journals"][0]["problems"] == ["line 3 is not as it was written"], entry
        assert not played["cut, no head"]["failed"], entry
        assert played["cut"]["failed"] and f"{cut.head} was kept" in played["cut"]["msg"], entry
        assert "none of the 1 files ends with the head sha256:0" in played["another head"]["msg"], entry
        assert "no file in this folder" in played["empty"]["msg"], entry
        assert "No such file or directory. Check the path." in played["none"]["msg"], entry
        assert played["missing"]["error"]["journals"][0]["problems"] == [f"it continues {gone}, which is not there"], (
            entry
        )


@pytest.mark.each_core
@pytest.mark.proves("JOURNAL-2")
def test_from_the_shell(tmp_path: Path) -> None:
    journal = journal_of(tmp_path / "evidence")
    environment = surroundings(tmp_path)

    def say(arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(sys.executable).parent / "ansible"), "localhost", "-m", MODULE, "-a", arguments]
        return subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)

    good = say(f"journal=evidence/ head={journal.head}")
    assert good.returncode == 0, good.stdout + good.stderr
    assert json.loads(good.stdout.split("=>", 1)[1])["journals"][0]["held"] is True
    bad = say("journal=evidence/ head=sha256:0")
    assert bad.returncode != 0 and "none of the 1 files ends with the head" in bad.stdout + bad.stderr


SECRETS = {"pin": "sha256", "word": "entity", "code": "0002"}


@pytest.mark.one_core  # ansible-core 2.22 masks names of fields itself, whatever a plugin returns
@pytest.mark.proves("JOURNAL-1", "PLAN-3", "SECRET-1", "LUCK-4")
def test_a_run_that_ended_without_knowing_and_secrets_that_look_like_what_is_ours(
    server: Server, play: Player, tmp_path: Path
) -> None:
    """The one that is open has a secret in its name, and words of ours are secrets."""
    many = [application(number) for number in range(3)]
    many[0]["attributes"].update({name: {"secret": name} for name in SECRETS})
    for one in many:
        server.seed("application", **one["key"], selectedProducts=["Old"])
    manifest = written(tmp_path / "all.json", many)
    options = {"manifest": [manifest], "secrets": SECRETS, "journal": "evidence", "profile_overrides": SURE}
    match = {"operation": "update", "body": "Application 2"}
    folder = str(tmp_path / "evidence")
    played = play(
        [
            control("break", ["POST", "faults", {"kind": "drop_before", "times": 0, "match": match}]),
            environment("unknown", concurrency=1, **options),
            task("left", folder),
            environment("plan", manifest=[manifest], secrets=SECRETS, plan_out="plan.json"),
            control("mended", ["DELETE", "faults", None]),
            environment("then", **options),
            task("settled", folder),
            environment("last", **options),
        ]
    )
    assert outcomes(played["unknown"])["outcome_unknown"] == 1, played["unknown"]
    [left] = played["left"]["open"]
    assert left["file"] == played["unknown"]["journal"] and "********" in left["entity"]
    assert not played["left"]["journals"][0]["problems"] and played["left"]["journals"][0]["ended"]
    digest = hashlib.sha256((tmp_path / "plan.json").read_bytes()).hexdigest()
    assert played["plan"]["plan_digest"] == f"sha256:{digest}"
    [note] = played["then"]["notes"]
    said = f"The run of {Path(left['file']).name} ended without knowing the outcome of its update of {left['entity']}: "
    assert note == f"{said}it is not as declared yet, and this run goes on with it."
    assert outcomes(played["then"])["updated"] == 1 and played["settled"]["open"] == []
    assert played["then"]["journal_head"] == played["settled"]["journals"][-1]["head"]
    assert "notes" not in played["last"] and not played["last"]["changed"]
    lines = [json.loads(line) for path in Path(folder).iterdir() for line in path.read_text().splitlines()]
    told = [line.get(name, "") for line in lines for name in ("entity", "detail")]
    assert any("********" in one for one in told) and not any("0002" in one for one in told)


@pytest.mark.proves("LUCK-2")
def test_a_run_that_is_still_going_on_is_told_of(server: Server, play: Player, tmp_path: Path) -> None:
    others = [
        Journal(str(tmp_path / "evidence"), replace(START, url=url))
        for url in (server.url, "https://other.example.com")
    ]
    options = {"entities": [application(0)], "journal": "evidence"}
    first = play([environment("while it goes on", **options)])["while it goes on"]
    assert first["notes"] == [f"The run of {Path(others[0].path).name} is still going on; wait for its end."]
    assert outcomes(first) == {"created": 1}
    for one in others:
        one.close()
    assert "notes" not in play([environment("after it", **options)])["after it"]
