# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request log: at -vvv one line for each request in order, through both entries, and nothing that is private."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from both_entries import comparable, through_both
from conftest import SECRET, TENANT, Played, Player, Server
from environments import LISTED, MODULE
from environments import application as declared

pytestmark = pytest.mark.proves("LOG-1")
ENTITY, INFO, TOKEN = (f"rimops.insight.insight_{name}" for name in ("entity", "entity_info", "token"))
KEY = {"appCode": "123456", "appName": "Canary Zelvora"}
NAMED = {"type": "application", "key": KEY}
WISH = {**NAMED, "attributes": {"selectedProducts": ["canary a"]}}
API = "/insight/api/v2"
LOOKUP = "lookup('rimops.insight.insight_entity', {'key': key}, type='application', **options)"
HERE_ONLY = {"delegate_to": "localhost"}


def control(*requests: tuple[str, str, Any]) -> dict[str, Any]:
    """A task that tells the simulator something."""
    return {"name": "control", "no_log": True, "control": {"requests": [list(one) for one in requests]}}


def fault(operation: str, **more: Any) -> dict[str, Any]:
    """A task that queues an answer of a fault."""
    queued = {"kind": "status", "match": {"operation": operation}, "times": 1, **more}
    return control(("POST", "faults", [queued]))


def said(name: str) -> dict[str, Any]:
    """A task that parts the output."""
    return {"name": name, "ansible.builtin.debug": {"msg": f"<< {name} >>"}}


TASKS = [
    fault("create", status=503, retry_after=0, body={"message": "canary of the body"}),
    {"name": "retry", ENTITY: WISH},
    said("after retry"),
    control(("POST", "expire", {"what": "sessions"})),
    fault("find", status=503, retry_after=0),
    {"name": "lost", INFO: NAMED},
    said("after lost"),
    fault("find", status=422, body={"message": "canary of the body"}),
    {"name": "fails", INFO: NAMED, "ignore_errors": True},
    said("after fails"),
    {"name": "list", INFO: {"type": "application", "profile_overrides": LISTED}},
    said("after list"),
    {"name": "hidden", INFO: NAMED, "no_log": True},
    said("after hidden"),
    {"name": "lookup", "ansible.builtin.set_fact": {"found": f"{{{{ {LOOKUP} }}}}"}},
    said("after lookup"),
    {"name": "environment", MODULE: {"entities": [declared(number) for number in range(20)]}, **HERE_ONLY},
    said("after environment"),
    {"name": "probe", "rimops.insight.insight_probe": {"entities": [NAMED], "token_store": "none"}},
    said("after probe"),
    {"name": "async", INFO: NAMED, "async": 60, "poll": 0, "register": "job"},
    {
        "name": "collected",
        "ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"},
        "register": "status",
        "until": "status is finished",
        "retries": 1000,
        "delay": 1,
    },
    said("after async"),
]
LINE = re.compile(r"^<(\w+)> rimops\.insight: (.*)$", re.M)
SHAPE = re.compile(
    r"[A-Z]+ (https://127\.0\.0\.1:\d+)?/[\w./-]*: (\d{3}|no answer) in \d+ ms( \(attempt \d+: [^)]*\))?"
)


def lines(played: Played, before: str = "") -> list[tuple[str, str]]:
    """Host and request of each line, or of those of the task before a mark, milliseconds left out."""
    output = played.output
    if before:
        output = output.partition(f"<< {before} >>")[0].rpartition(">>")[2]
    return [(host, re.sub(r"\d+ ms", "N ms", told)) for host, told in LINE.findall(output)]


def run(play: Player, verbosity: str) -> dict[str, Played]:
    """The tasks through both entries; the secret is in no playbook."""
    folder = play.folder / verbosity
    folder.mkdir()
    variables = {"secret": SECRET, "key": KEY, "options": {**play.defaults, "token_store": "none"}}
    (folder / "variables.json").write_text(json.dumps(variables))
    own = replace(play, folder=folder, defaults={**play.defaults, "client_secret": "{{ secret }}"})
    return through_both(own, TASKS, verbosity, "--extra-vars", f"@{folder / 'variables.json'}", compared=False)


@pytest.mark.proves("SECRET-1")
def test_each_request_is_told_at_vvv_and_nothing_below(server: Server, play: Player) -> None:
    loud, quiet = run(play, "-vvv"), run(play, "-vv")
    for entry, played in loud.items():
        assert lines(quiet[entry]) == [], entry
        results = [[(one["task"], comparable(one["result"])) for one in run.tasks] for run in (played, quiet[entry])]
        assert without_numbers(results[0]) == without_numbers(results[1]), entry
        check_order(played, entry)
        for host, told in LINE.findall(played.output):
            assert host in ("host", "localhost"), told
            assert SHAPE.fullmatch(told), told
            assert not any(private in told.lower() for private in ("canary", "?", "cookie", "bearer", "jsessionid"))
        assert SECRET not in played.output
        assert "request_log" not in played.output
        assert not any("request_log" in json.dumps(one["result"]) for one in played.tasks), entry


def without_numbers(results: list[Any]) -> str:
    """Results without what the server gives anew in each run."""
    return re.sub(r"[0-9a-f-]{36}|\d+", "N", json.dumps(results))


def check_order(played: Played, entry: str) -> None:
    """What is told of each task, in order."""
    retry = lines(played, "after retry")
    token = f"POST /{TENANT}/oauth2/v2.0/token: 200 in N ms"
    login = [token, f"GET {API}/token: 200 in N ms", f"POST {API}/login: 200 in N ms"]
    create = f"POST {API}/application/create"
    assert {host for host, _told in retry} == {"host"}
    assert [told for _host, told in retry][:3] == login, entry
    writes = [told for _host, told in retry if told.startswith(create)]
    assert writes == [f"{create}: 503 in N ms", f"{create}: 201 in N ms (attempt 2: HTTP 503, waited 0.1 s)"], entry
    find = f"POST {API}/application/read"
    assert [told for _host, told in lines(played, "after lost")] == [
        f"{find}: 503 in N ms",
        f"{find}: 401 in N ms (attempt 2: HTTP 503, waited 0.1 s)",
        *login[1:],
        f"{find}: 200 in N ms (attempt 3: the session was lost)",
    ], entry
    assert played["fails"]["failed"], entry
    assert lines(played, "after fails") == [("host", f"{find}: 422 in N ms")], entry
    assert lines(played, "after list") == [("host", f"POST {API}/application/list: 200 in N ms")], entry
    assert lines(played, "after hidden") == [], entry
    assert [told for _host, told in lines(played, "after lookup")] == [*login, f"{find}: 200 in N ms"], entry
    environment = lines(played, "after environment")
    assert environment.count(("localhost", f"{create}: 201 in N ms")) == 20, entry
    assert {host for host, _told in environment} == {"localhost"}
    assert [told for _host, told in lines(played, "after probe")][:3] == login, entry
    assert "entities" in played["collected"], entry
    assert lines(played, "after async") == [], entry
