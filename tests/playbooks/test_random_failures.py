# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A thousand random runs while reads fail: not one create, update or delete too many, and in the end all is there.

Each run declares twenty entities, as a loop of a play would, through the function behind the module, in this process.
An entity is wished otherwise only after it was brought to what was wished before; so the number of writes that the
server must count is known exactly. What failed is simply declared again in the next run.

The one status that is left out is a 404 that carries JSON: by the profile that is no failure but the word for missing.
RIMOPS_SEED repeats a series.
"""

from __future__ import annotations

import itertools
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from conftest import CLIENT, SECRET, TENANT, Server, as_a_new_process
from simulator.faults import KINDS

from ansible_collections.rimops.insight.plugins.module_utils._commands import connection
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.module_utils._transport.http import Clock, Http
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in

pytestmark = pytest.mark.one_core

RUNS = 1000
ENTITIES = 10
PARENT = {"appCode": "999999", "appName": "Parent"}
LATE = 1.0
"""Seconds for which an answer is waited for."""

PAGE = "<html><body>Not here</body></html>"
HTML = "text/html;charset=UTF-8"

FAILURES: list[dict[str, Any]] = [
    *({"kind": "status", "status": status} for status in (400, 401, 403, 405, 409, 410, 422, 429, 500, 502, 503, 504)),
    {"kind": "status", "status": 403, "body": {"message": "Your session is no longer valid."}},
    {"kind": "status", "status": 404, "body": PAGE, "content_type": HTML},
    {"kind": "status", "status": 404, "body": "No", "content_type": "text/plain"},
    {"kind": "status", "status": 200, "body": {}},
    {"kind": "status", "status": 200, "body": []},
    {"kind": "status", "status": 204, "body": ""},
    {"kind": "status", "status": 503, "retry_after": 3},
    {"kind": "status", "status": 429, "retry_after_seconds_as_date": 30},
    {"kind": "drop_before"},
    {"kind": "drop_after"},
    {"kind": "drop_inside"},
    {"kind": "session_ends"},
    {"kind": "truncated_json"},
    {"kind": "not_json"},
    {"kind": "not_json", "status": 404},
    {"kind": "html"},
    {"kind": "html", "body": PAGE, "status": 404},
    {"kind": "empty_body"},
    {"kind": "wrong_content_type"},
    {"kind": "redirect"},
    {"kind": "redirect", "location": "/insight/login"},
    {"kind": "slow", "seconds": 0.01},
    {"kind": "short_page", "times": 1},  # of an entity it cuts a list; twice the same is believed, as it must be
]
COSTLY: list[dict[str, Any]] = [
    {"kind": "slow", "seconds": LATE * 1.5},
    {"kind": "late", "seconds": LATE * 1.5},
    {"kind": "huge", "bytes": 68_000_000},
]
"""These strike a few times only: they take seconds."""


@dataclass
class Impatient:
    """A clock that never waits: sleeping only moves it on."""

    slept: float = 0.0

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.slept += seconds

    @property
    def clock(self) -> Clock:
        """As the engine takes it."""
        return Clock(time.time, lambda: time.monotonic() + self.slept, self.sleep)


@dataclass
class World:
    """What is wished, and what the server must have counted for it. wishes: by number of the entity, None for absent;
    open: those that have not come true yet."""

    random: random.Random
    wishes: dict[int, str | None] = field(default_factory=lambda: dict.fromkeys(range(ENTITIES)))
    open: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    texts: Iterator[int] = field(default_factory=itertools.count)

    def wish_anew(self) -> None:
        """Some of the entities that are as they were wished are wished otherwise."""
        for number in sorted(set(self.wishes) - self.open):
            if self.random.random() < 0.1:
                before = self.wishes[number]
                after = None if before and self.random.random() < 0.4 else f"Text {next(self.texts)}"
                self.wishes[number] = after
                self.counts["deletes" if after is None else "creates" if before is None else "updates"] += 1
                self.open.add(number)


def options(number: int, wish: str | None) -> dict[str, Any]:
    """The options of an entity: applications, whose key the server enforces, and events, whose key it does not."""
    state = {"state": "absent"} if wish is None else {"attributes": {"description": wish}}
    if number % 3:
        refs = {"applicationId": {"type": "application", "key": PARENT}}
        return {"type": "event", "key": {"eventName": name(number)}, "refs": refs, **state}
    if wish is not None:
        state["attributes"]["selectedProducts"] = ["a"]  # type: ignore[index]
    return {"type": "application", "key": {"appCode": f"{number:06}", "appName": name(number)}, **state}


def name(number: int) -> str:
    """What the entity is called."""
    return f"Event {number}" if number % 3 else f"Application {number}"


def defaults(server: Server, folder: Path) -> dict[str, Any]:
    """The options that all have in common."""
    return {
        **{name: option.get("default") for name, option in ENTITY.spec.items()},
        "profile": built_in("insight"),
        "url": server.url,
        "authority": server.url,
        "ca_path": server.ca_path,
        "token_store": str(folder / "store"),
        "grant_type": "client_credentials",
        "tenant_id": TENANT,
        "client_id": CLIENT,
        "client_secret": SECRET,
        "timeout": LATE,
        "retry_deadline": 20.0,
    }


def troubles(chance: random.Random) -> Iterator[dict[str, Any]]:
    """Failures of reads without end: each kind as often as any other, one to four in a row, for whoever comes or each
    time that one of the entities is looked for."""
    reads = {"operation": ["read", "find"]}
    yield from ({**failure, "match": reads} for failure in COSTLY for _twice in (1, 2))
    while True:
        for failure in chance.sample(FAILURES, len(FAILURES)):
            one = {"match": {**reads, "body": f'"{name(chance.randrange(ENTITIES))}"'}}
            somebody = {"match": reads, "after": chance.randrange(30)}
            yield {"times": chance.choice((1, 1, 2, 3, 4)), **failure, **chance.choice((one, somebody))}


def run(world: World, common: dict[str, Any], retry_limit: int) -> Counter[str]:
    """One run, as a process of its own would do it; the kinds of errors that came."""
    as_a_new_process()
    errors: Counter[str] = Counter()
    context = Context(check_mode=False, diff_mode=False, warn=lambda _text: None)
    for number in world.random.sample(range(ENTITIES), ENTITIES):
        try:
            wish = world.wishes[number]
            result = ENTITY.run({**common, "retry_limit": retry_limit, **options(number, wish)}, context)
        except InsightError as error:
            errors[type(error).__name__] += 1
        else:
            assert (result["entity"] or {}).get("description") == wish
            world.open.discard(number)
    return errors


@pytest.mark.proves("ASSUMED-3", "WRITE-1", "WRITE-6")
def test_a_thousand_random_runs(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seed = int(os.environ.get("RIMOPS_SEED") or random.randrange(2**32))
    print(f"RIMOPS_SEED={seed}")
    clock = Impatient()
    monkeypatch.setattr(connection, "Http", lambda network, **_more: Http(network, clock.clock))
    server.seed("application", **PARENT, selectedProducts=["a"])
    server.forget()
    world, common, errors = World(random.Random(seed)), defaults(server, tmp_path), Counter[str]()
    coming, struck = troubles(world.random), Counter[str]()
    for _run in range(RUNS):
        world.wish_anew()
        if world.random.random() < 0.2:
            fault = next(coming)
            server.control("POST", "faults", [fault])
            struck[fault["kind"]] += fault.get("times", 1)
        errors += run(world, common, retry_limit=world.random.choice((0, 0, 3)))
    while server.control("GET", "faults"):  # those that have not struck yet
        errors += run(world, common, retry_limit=0)
    before, quiet = server.counted, run(world, common, retry_limit=0)
    after, silent = server.counted, run(world, common, retry_limit=0)
    print(struck, errors, after)
    assert not quiet and not silent, f"without faults: {quiet + silent}"
    assert {name: after[name] for name in ("creates", "updates", "deletes")} == dict(world.counts)
    assert after["writes"] == sum(world.counts.values())  # none was refused either
    assert server.counted["writes"] == after["writes"]
    held = Counter((one.get("eventName") or one["appName"], one["description"]) for one in stored(server))
    wished = {number: wish for number, wish in world.wishes.items() if wish is not None}
    assert held == Counter((name(number), wish) for number, wish in wished.items())
    assert set(struck) == set(KINDS) - {"together"}  # which needs somebody else
    assert before["faults"] == sum(struck.values()) >= 0.01 * (before["reads"] + before["finds"])
    assert {"ServerError", "InterruptedRequest", "ProfileMismatchError"} <= set(errors)
    assert min(world.counts.values()) > 100


def stored(server: Server) -> list[dict[str, Any]]:
    """What is there besides the parent."""
    everything = [*server.stored("application"), *server.stored("event")]
    return [one for one in everything if one.get("appName") != PARENT["appName"]]
