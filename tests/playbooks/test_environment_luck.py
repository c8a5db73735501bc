# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""An environment and bad luck: killed, interrupted, two at once, servers that fail, refuse, hurry or lie.

RIMOPS_SEED repeats the moments of kill -9.
"""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, Server
from environments import (
    LISTED,
    SURE,
    Background,
    application,
    control,
    count,
    counted,
    descendants,
    event,
    outcomes,
    seeds,
    switch,
    task,
    written,
)

from ansible_collections.rimops.insight.plugins.module_utils._journal.reader import Verified, left_open, verify_all


def lines(journal: str | Path) -> list[dict[str, Any]]:
    """The lines of a journal that are whole."""
    return [json.loads(line) for line in Path(journal).read_bytes().split(b"\n")[:-1]]


def verified(folder: Path) -> list[Verified]:
    """The journals of a folder, oldest first, all of which are as they were written."""
    found = verify_all(str(folder))
    assert [one.problems for one in found] == [()] * len(found)
    return found


def longest(folder: Path, number: int) -> int:
    """The lines of the last journal of a folder, once there are so many journals."""
    files = sorted(folder.glob("*.jsonl"))
    return files[-1].read_bytes().count(b"\n") if len(files) == number else 0


@pytest.mark.one_core
@pytest.mark.proves("PLAN-6", "JOURNAL-1", "LUCK-1")
def test_killed_ten_times_the_same_plan_finishes_and_nothing_is_created_twice(
    server: Server, play: Player, tmp_path: Path
) -> None:
    seed = int(os.environ.get("RIMOPS_SEED", time.time_ns()))
    chance = random.Random(seed)
    many = [*map(application, range(50)), *(event(number % 50, f"Filing {number}") for number in range(200))]
    names = {"manifest": [written(tmp_path / "all.json", many)], "concurrency": 16}
    # A server that would take a second entity with the same key.
    server.switch(enforce_keys=False)
    digest = play([task("plan", plan_out="plan.json", **names)])["plan"]["plan_digest"]
    apply = [task("apply", plan_file="plan.json", plan_digest=digest, journal="evidence", **names)]
    for kill in range(10):
        until = chance.randint(2, 44)
        # However late the kill comes, the run is not through: two lines an entity, then answers that never come.
        server.control("DELETE", "faults")
        server.fault("slow", "create", seconds=3600, times=0, after=until // 2 + 1)
        with Background(play, apply) as running:
            running.wait(lambda kill=kill, until=until: longest(tmp_path / "evidence", kill + 1) >= until)
            time.sleep(chance.random() * 0.02)
            running.kill()
        assert running.played is not None and not running.played.tasks, f"seed {seed}: not killed in the middle"
        play.runs += 1
    server.control("DELETE", "faults")
    last = play(apply)["apply"]
    assert not last["failed"], f"seed {seed}: {last.get('msg')}"
    assert last["summary"]["created"] + last["summary"]["unchanged"] == 250
    assert server.counted["creates"] == 250, f"seed {seed}"
    assert (len(server.stored("application")), len(server.stored("event"))) == (50, 200)
    journals = verified(tmp_path / "evidence")
    assert [one.ended for one in journals] == [False] * 10 + [True], f"seed {seed}"
    assert [one.start.get("continues", {}).get("file") for one in journals] == [
        None,
        *(Path(one.file).name for one in journals[:-1]),
    ]
    told = [line for one in journals for line in lines(one.file)]
    results = Counter((line["entity"], line["result"]) for line in told if line["kind"] == "outcome")
    once = {name for (name, result), times in results.items() if result == "created" and times == 1}
    settled = {name for name, result in results if result == "unchanged"}
    assert len(once | settled) == 250 and not once & settled, f"seed {seed}"
    assert {one["entity"] for one in journals[-2].open} <= settled | once
    for one in journals[-2].open:
        assert any(one["entity"] in note for note in last["notes"])


def at_once(play: Player, apply: dict[str, Any]) -> list[dict[str, Any]]:
    """The results of a task in two playbooks that are played at once."""
    players = [replace(play, folder=play.folder / folder) for folder in ("one", "two")]
    for player in players:
        player.folder.mkdir()
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda player: player([apply])["apply"], players))


@pytest.mark.proves("LUCK-2")
def test_where_keys_are_not_kept_apart_each_twin_is_named(server: Server, play: Player, tmp_path: Path) -> None:
    """Whoever creates has looked before and found nothing: what both are about to create becomes twins."""
    server.switch(enforce_keys=False)
    for number in range(4):
        server.fault("together", "create", about=f"{number:06}", times=2)
    server.seed("application", **application(8)["key"], **application(8)["attributes"])  # proves the search
    many = list(map(application, [8, *range(8)]))
    more = {"concurrency": 4, "on_error": "continue", "profile_overrides": SURE}
    results = at_once(play, task("apply", many, journal=str(tmp_path / "evidence"), **more))
    stored = Counter(one["appCode"] for one in server.stored("application"))
    twins = {code for code, times in stored.items() if times > 1}
    assert twins >= {f"{number:06}" for number in range(4)}
    named = {
        one["key"]["appCode"]
        for result in results
        for one in result["entities"]
        if one["outcome"] == "failed" and "somebody else created the same" in one["why"]
    }
    assert len(stored) == 9 and named == twins
    assert all(result["failed"] for result in results if result["summary"]["failed"])
    assert all(one.ended for one in verified(tmp_path / "evidence"))


@pytest.mark.proves("LUCK-2")
def test_two_applies_at_once_create_none_twice_and_lose_none(server: Server, play: Player, tmp_path: Path) -> None:
    many = list(map(application, range(200)))
    names = {"manifest": [written(tmp_path / "all.json", many)], "concurrency": 8}
    plan = str(tmp_path / "plan.json")
    digest = play([task("plan", plan_out=plan, **names)])["plan"]["plan_digest"]
    server.forget()
    for _reading_and_before_writing in range(2):
        server.fault("together", "find", about="000100", times=2)
    more = {"journal": str(tmp_path / "evidence"), "on_error": "continue"}
    apply = task("apply", plan_file=plan, plan_digest=digest, **names, **more)

    results = at_once(play, apply)
    assert server.counted["faults"] == 4
    made = [result["summary"]["created"] for result in results]
    assert sum(made) == server.counted["creates"] == len(server.stored("application")) == 200
    for result in results:
        kinds = {(told["outcome"], told["error"]["kind"]) for told in result["entities"] if "error" in told}
        assert kinds <= {("moved", "MovedError"), ("failed", "ConflictError")}, kinds
        assert sum(result["summary"][name] for name in ("created", "unchanged", "moved", "failed")) == 200
    journals = verified(tmp_path / "evidence")
    assert [journal.ended for journal in journals] == [True, True]
    spans = [lines(journal.file) for journal in journals]
    assert max(span[0]["at"] for span in spans) < min(span[-1]["at"] for span in spans), "not at once"
    assert sorted(journal.head for journal in journals) == sorted(result["journal_head"] for result in results)
    told = Counter(line["entity"] for one in journals for line in lines(one.file) if line.get("result") == "created")
    assert len(told) == 200 and set(told.values()) == {1}
    assert outcomes(play([task("then", plan_file=plan, **names)])["then"]) == {"unchanged": 200}


def failing(operation: str, body: str, **more: Any) -> list[Any]:
    """A request for a fault that strikes what has this in its body, for ever."""
    fault = {"kind": "status", "status": 500, "match": {"operation": operation, "body": body}, "times": 0, **more}
    return ["POST", "faults", fault]


def name(number: int) -> str:
    """The name of an application in messages."""
    return f"application (appCode={number:06}, appName=Application {number})"


def told(result: dict[str, Any]) -> dict[str, str]:
    """The outcomes by the number of the application that an entity is or belongs to, with its type."""
    return {
        f"{one['type']} {one['entity'].split('appCode=')[1][5]}": one["outcome"] for one in result.get("entities", ())
    }


@pytest.mark.proves("LUCK-3")
def test_what_became_of_each_entity_when_one_fails(server: Server, play: Player) -> None:
    many = [one for number in range(4) for one in (application(number), event(number))]
    mended = control("mended", ["DELETE", "faults", None], ["DELETE", "entities/event", None])
    fresh = control("fresh", ["DELETE", "entities/application", None])
    played = play(
        [
            control("break", failing("create", "Application 1")),
            task("stop", many, concurrency=1),
            mended,
            fresh,
            control("break", failing("create", "Application 1")),
            task("continue", many, on_error="continue"),
            mended,
            fresh,
            count("before"),
            control("break", failing("find", "000002")),
            task("unread, stop", many),
            task("unread, plan", many, plan_out="plan.json", on_error="continue"),
            count("unread"),
            task("unread, continue", many, on_error="continue"),
            mended,
            task("mended", many),
        ]
    )
    assert told(played["stop"]) == {
        "application 0": "created",
        "application 1": "failed",
        **{f"application {number}": "not_tried" for number in (2, 3)},
        **{f"event {number}": "not_tried" for number in range(4)},
    }
    whys = [one["why"] for one in played["stop"]["entities"] if one["outcome"] == "not_tried"]
    assert set(whys) == {
        f"the run stopped at {name(1)}",
        *(
            f"application (appCode={n:06}, appName=Application {n}), to which it refers, was not written"
            for n in (1, 2, 3)
        ),
    }
    assert "Application 1" in played["stop"]["msg"] and "500" in played["stop"]["msg"]
    expected = {f"{kind} {number}": "created" for kind in ("application", "event") for number in range(4)}
    assert told(played["continue"]) == {**expected, "application 1": "failed", "event 1": "not_tried"}
    [left] = [one["why"] for one in played["continue"]["entities"] if one["outcome"] == "not_tried"]
    assert left.startswith("application (appCode=000001") and "to which it refers, was not written" in left
    assert counted(played, "unread", "writes") == (0,) and not played["unread, stop"]["changed"]
    for case in ("unread, stop", "unread, plan"):
        found = told(played[case])
        assert found.pop("application 2") == "failed" and played[case]["failed"], case
        assert set(found.values()) == {"not_tried"} and "plan_digest" not in played[case], (case, found)
    assert set(told(played["unread, plan"])) == set(expected)
    assert told(played["unread, continue"]) == {**expected, "application 2": "failed", "event 2": "not_tried"}
    assert played["unread, continue"]["changed"]
    assert outcomes(played["mended"])["created"] == 5  # application 2, and the events that went with the mending


@pytest.mark.proves("LUCK-3", "WRITE-6")
def test_moved_and_unknown_are_told_apart(server: Server, play: Player, tmp_path: Path) -> None:
    """While the first one is slowly written, somebody changes the second; no answer ever comes for the third."""
    for number in range(4):
        server.seed("application", **application(number)["key"], selectedProducts=["Old"], note=f"Number {number}")
    server.forget()
    server.fault("slow", "update", about="Number 0", seconds=3)
    server.fault("drop_before", "update", about="Number 2", times=0)
    second = server.stored("application")[1]
    more = {"concurrency": 1, "on_error": "continue", "profile_overrides": SURE, "journal": str(tmp_path / "evidence")}
    with Background(play, [task("apply", list(map(application, range(4))), **more)]) as running:
        running.wait(lambda: server.counted["faults"] > 0)
        server.tamper("application", second["id"], selectedProducts=["Theirs"])
    assert running.played is not None
    result = running.played["apply"]
    assert [one["outcome"] for one in result["entities"]] == ["updated", "moved", "outcome_unknown", "updated"]
    assert (result["summary"]["moved"], result["summary"]["outcome_unknown"], result["failed"]) == (1, 1, True)
    assert server.stored("application")[1]["selectedProducts"] == ["Theirs"]
    results = {line["entity"]: line["result"] for line in lines(result["journal"]) if line["kind"] == "outcome"}
    assert list(results.values()) == ["updated", "moved", "outcome_unknown", "updated"]


INTERRUPTED = {
    "timeout": None,
    "SIGINT": (signal.SIGINT, False),
    "the terminal's Ctrl-C": (signal.SIGINT, True),
    "a cancelled job": (signal.SIGTERM, True),
}
"""With which signal, and whether the whole process group gets it; None where Ansible interrupts the task itself."""


def interrupt(pid: int, number: int, whole_group: bool) -> None:
    """Send a signal as a program does, or a terminal or a pipeline, which send it to a whole group."""
    group = [one for one in (pid, *descendants(pid)) if os.getpgid(one) == os.getpgid(pid)]
    for one in group if whole_group else [pid]:
        os.kill(one, number)


def sent_by_the_dead(server: Server) -> int:
    """The creates of a killed worker, once the server has counted nothing for five seconds.

    A request whose client is gone before its answer may never be counted as a create, so faults and creates may differ.
    """
    quiet, before = 0, server.counted
    while quiet < 5:
        time.sleep(1)
        quiet, before = (quiet + 1 if before == (now := server.counted) else 0), now
    return before["creates"]


@pytest.mark.each_core
@pytest.mark.proves("LUCK-4", "JOURNAL-1")
@pytest.mark.parametrize("how", INTERRUPTED)
def test_interrupted_in_the_middle_the_next_run_says_what_nobody_knows(
    server: Server, play: Player, tmp_path: Path, how: str
) -> None:
    """A timeout waits for what is under way; Ansible kills its workers when it is interrupted."""
    many = list(map(application, range(100)))
    server.switch(enforce_keys=False)
    server.fault("slow", "create", seconds=0.4, times=0)
    evidence = tmp_path / "evidence"
    more = {"concurrency": 4, "journal": str(evidence), "profile_overrides": SURE}
    first = task("first", many, **more) | ({"timeout": 600} if how == "timeout" else {})
    with Background(play, [first]) as running:
        running.wait(lambda: longest(evidence, 1) > 10)
        if sent := INTERRUPTED[how]:
            interrupt(running.pid, *sent)
        else:
            running.time_out()
    assert running.played is not None and (how == "timeout") == (running.played.code == 0)
    made = sent_by_the_dead(server)
    assert 0 < made < 100, made
    [journal] = verified(evidence)
    assert not journal.ended and not journal.running
    done = [line["entity"] for line in lines(journal.file) if line.get("result") == "created"]
    assert made - len(journal.open) <= len(done) <= made
    if how == "timeout":
        assert journal.open == () and len(done) == made
    server.control("DELETE", "faults")
    play.runs += 1
    then = play([task("then", many, **more)])["then"]
    assert outcomes(then) == {"created": 100 - made, "unchanged": made}
    notes = then["notes"]
    said = f"The run of {Path(journal.file).name} was interrupted, and "
    assert all(note.startswith(said) for note in notes) and len(notes) == max(1, len(journal.open))
    assert all(any(one["entity"] in note for note in notes) for one in journal.open)
    assert server.counted["creates"] == 100 == len(server.stored("application"))
    assert [one.ended for one in verified(evidence)] == [False, True] and left_open(verified(evidence)) == []


@pytest.mark.proves("LUCK-5")
def test_many_threads_and_a_server_that_says_slowly_or_changes_its_token(server: Server, play: Player) -> None:
    many = list(map(application, range(200)))
    # More than 64 threads that ask once each could bear: what the server says decides how often it is asked.
    slowly = {"kind": "status", "status": 429, "retry_after": 0, "match": {"operation": "entity"}, "times": 70}
    played = play(
        [
            control("slowly", ["POST", "faults", {**slowly, "after": 20}]),
            task("slow", many, concurrency=64, retry_limit=0),
            count("slow counted"),
            switch(csrf_changes="every_answer"),
            control("forget", ["POST", "expire", {"what": "sessions"}]),
            task("token", [*many[:100], *map(event, range(100))], concurrency=64),
            count("token counted"),
        ]
    )
    assert outcomes(played["slow"]) == {"created": 200}, played["slow"].get("msg")
    assert counted(played, "slow counted", "creates", "faults") == (200, 70)
    assert outcomes(played["token"]) == {"created": 100, "unchanged": 100}, played["token"].get("msg")
    assert counted(played, "token counted", "creates") == (100,)
    assert any("CSRF token" in note and "one at a time" in note for note in played["token"]["notes"])
    assert counted(played, "token counted", "handshakes")[0] <= 4


SMALL = ("bash", "-c", 'ulimit -f 64; exec "$0" "$@"')
"""A disk on which no file can be larger than 64 KiB."""


@pytest.mark.proves("JOURNAL-3", "PLAN-4")
def test_a_full_disk_and_a_folder_that_cannot_be_written(server: Server, play: Player, tmp_path: Path) -> None:
    many = list(map(application, range(300)))
    names = {"manifest": [written(tmp_path / "all.json", many)]}
    hidden = {"no_log": True, "register": "told"}
    say = {
        "name": "full said",
        "ansible.builtin.set_fact": {"said": {"msg": "{{ told.msg }}", "summary": "{{ told.summary }}"}},
    }
    played = replace(play, launcher=SMALL)(
        [
            task("nowhere", journal="/proc/evidence", **names),
            task("no place for a plan", plan_out="/proc/plan.json", **names),
            task("full plan", plan_out="plan.json", **names),
            count("before"),
            task("full", journal="evidence", **names) | hidden,
            say,
        ]
    )
    assert "/proc/evidence" in played["nowhere"]["msg"] and "write the journal" in played["nowhere"]["msg"]
    assert "/proc/plan.json" in played["no place for a plan"]["msg"]
    assert "write the plan" in played["full plan"]["msg"] and "File too large" in played["full plan"]["msg"]
    assert not (tmp_path / "plan.json").exists() and not list(tmp_path.glob(".plan*"))
    assert counted(played, "before", "writes") == (0,)
    said = played["full said"]["ansible_facts"]["said"]
    assert "write the journal" in said["msg"] and "File too large" in said["msg"]
    [journal] = verified(tmp_path / "evidence")
    kinds = Counter(line["kind"] for line in lines(journal.file))
    # Whatever was sent had its intent on the disk; what could not be written down after it is open.
    assert 0 < server.counted["writes"] <= kinds["intent"] < 300
    assert len(journal.open) == kinds["intent"] - kinds["outcome"]
    assert int(said["summary"]["not_tried"]) >= 300 - kinds["intent"] - 8
    then = play([task("then", journal="evidence", **names)])["then"]
    assert then["summary"]["created"] + then["summary"]["unchanged"] == 300 == len(server.stored("application"))
    assert server.counted["creates"] == 300


@pytest.mark.proves("LUCK-6", "ASSUMED-1")
def test_a_server_that_blanks_what_it_was_not_told_damages_one(server: Server, play: Player) -> None:
    hurting = {"operations": {"update": {"json": "{declared}"}}}
    played = play(
        [
            control("seed", *seeds(20, note="Kept", selectedProducts=["Old"])),
            switch(blank_undeclared=True),
            task("stop", list(map(application, range(20))), profile_overrides=hurting),
            count("stopped"),
            task("continue", list(map(application, range(10, 20))), profile_overrides=hurting, on_error="continue"),
            count("continued"),
        ]
    )
    for name, number in (("stop", 20), ("continue", 10)):
        assert outcomes(played[name]) == {"failed": 1, "not_tried": number - 1}, name
        assert "note" in played[name]["msg"] and played[name]["changed"]
    assert counted(played, "stopped", "updates") == counted(played, "continued", "updates") == (1,)
    assert len([one["appCode"] for one in server.stored("application") if one["note"] != "Kept"]) == 2
    kinds = {one["error"]["kind"] for one in played["continue"]["entities"]}
    assert kinds == {"CollateralError", "HeldBackError"}


@pytest.mark.proves("LUCK-6")
def test_servers_that_lie_while_an_environment_is_read_get_nothing_written(server: Server, play: Player) -> None:
    many = list(map(application, range(150)))
    listed = {"gather": "list", "profile_overrides": LISTED}
    played = play(
        [
            control("seed", *seeds(150)),
            task("events", [event(number) for number in range(2)]),
            count("before"),
            control("short", ["POST", "faults", {"kind": "short_page", "match": {"operation": "list"}, "times": 0}]),
            task("short list", [*many, application(200)], **listed),
            control("mended", ["DELETE", "faults", None]),
            switch(ignore_query_for=True),
            task("wrong references", [event(0), event(3)]),
            switch(ignore_query_for=False, case_insensitive_keys=True),
            task("another case", [{**application(0), "key": {"appCode": "000000", "appName": "APPLICATION 0"}}]),
            control("page", ["POST", "faults", {"kind": "html", "match": {"operation": "find"}, "times": 0}]),
            task("pages", [application(300), application(0)]),
            count("after"),
        ]
    )
    for name, words in {
        "short list": "the list stopped after",
        "wrong references": "event",
        "another case": "differs only in case",
        "pages": "application (appCode=000300",
    }.items():
        assert played[name]["failed"] and words in played[name]["msg"], (name, played[name].get("msg"))
    assert counted(played, "after", "writes") == (0,)
