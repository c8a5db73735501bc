# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many threads, a server that fails every fifth time, and errors that nobody expected: what the results tell is what
the server holds.

RIMOPS_ENTITIES=1000 RIMOPS_THREADS=64 make it a large run, RIMOPS_SEED repeats the failures.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, Server
from environments import SURE, application
from in_process import action_plugin

from ansible_collections.rimops.insight.plugins.action.insight_entities import ActionModule
from ansible_collections.rimops.insight.plugins.module_utils._entity import carry_out as engine
from ansible_collections.rimops.insight.plugins.module_utils._journal.reader import verify_all

pytestmark = pytest.mark.one_core

ENTITIES = int(os.environ.get("RIMOPS_ENTITIES", "120"))
THREADS = int(os.environ.get("RIMOPS_THREADS", "16"))
FAILURES: tuple[dict[str, Any], ...] = (
    {"kind": "status", "status": 500},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "truncated_json"},
    {"kind": "html"},
    {"kind": "redirect", "location": "http://[x/login"},
)
BEFORE, AFTER = ENTITIES // 2, ENTITIES // 2 + 1
"""The entities at which an error comes that nobody expected, before and after they are written."""


def failures(chance: random.Random) -> list[dict[str, Any]]:
    """Of five requests that write, and of five that look, one fails. Those of the entities that may come first are
    only slow: where the search of the first create is answered against the profile, no other is tried."""
    each = 1 - 0.8 ** (1 / len(FAILURES))
    about = ({"operation": "create"}, {"operation": ["find", "read"]})
    common = [{"times": 0, "probability": each, "seed": chance.randrange(2**32), **one} for one in FAILURES]
    first = [{"body": f'"{ten:05}'} for ten in range(THREADS // 10 + 1)]
    spared = [{"kind": "slow", "seconds": 0, "times": 0, "match": {**match, **one}} for match in about for one in first]
    return [*spared, *({**one, "match": match} for match in about for one in common)]


@pytest.mark.proves("LUCK-3", "LUCK-9")
def test_what_the_results_tell_is_what_the_server_holds(
    server: Server, play: Player, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = int(os.environ.get("RIMOPS_SEED") or random.randrange(2**32))
    print(f"RIMOPS_SEED={seed}")
    many = list(map(application, range(ENTITIES)))
    apply = engine.apply

    def failing(client: Any, desired: Any, *rest: Any, **more: Any) -> Any:
        code = desired.address.key["appCode"]
        if code == f"{BEFORE:06}":
            raise ValueError("before")
        outcome = apply(client, desired, *rest, **more)
        if code == f"{AFTER:06}":
            raise KeyError("after")
        return outcome

    def run(name: str) -> dict[str, Any]:
        more = {"journal": name, "on_error": "continue", "concurrency": THREADS, "return_unchanged": True}
        options = {
            **play.defaults,
            **more,
            "entities": many,
            "profile_overrides": SURE,
            "retry_limit": 1,
            "wait": False,
        }
        return action_plugin(ActionModule, {**options, "token_store": str(tmp_path / "store")}, tmp_path).run(
            task_vars={}
        )

    with monkeypatch.context() as patch:
        patch.setattr(engine, "apply", failing)
        server.control("POST", "faults", failures(random.Random(seed)))
        first = run("first")
        server.control("DELETE", "faults")
    creates = server.counted["creates"]
    stored = Counter(one["appCode"] for one in server.stored("application"))
    outcome = {one["key"]["appCode"]: one for one in first["entities"]}
    assert set(stored.values()) == {1} and len(stored) == creates  # nothing twice
    assert len(first["entities"]) == len(outcome) == ENTITIES == sum(told(first).values())  # nothing lost
    assert Counter(one["outcome"] for one in outcome.values()) == told(first)
    assert {outcome[f"{number:06}"]["outcome"] for number in (BEFORE, AFTER)} <= {"failed", "outcome_unknown"}
    for code, one in outcome.items():
        sure = one["outcome"] == "created"
        unknown = one["outcome"] == "outcome_unknown" or "written" in one.get("error", {})
        assert unknown or sure == (code in stored), (code, one)
    assert {"created", "failed"} <= told(first).keys()
    second = run("second")
    assert told(second) == {"created": ENTITIES - creates, "unchanged": creates}, second
    assert server.counted["creates"] == ENTITIES == len(server.stored("application"))
    for name, result in (("first", first), ("second", second)):
        [journal] = verify_all(str(tmp_path / name))
        assert (journal.problems, journal.ended, journal.head) == ((), True, result["journal_head"])


def told(result: dict[str, Any]) -> dict[str, int]:
    """The outcomes of a summary that came."""
    return {name: number for name, number in result["summary"].items() if number and name != "unverified"}
