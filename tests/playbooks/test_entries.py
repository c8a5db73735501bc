# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible lets a playbook say around a task works as with any module, and alike through both entries."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from both_entries import through_both
from conftest import SECRET, Player, Server

KEY = {"appCode": "123456", "appName": "Zelvora"}
SEED = {**KEY, "selectedProducts": ["a"], "description": "Before"}
ENTITY, INFO, TOKEN = (f"rimops.insight.insight_{name}" for name in ("entity", "entity_info", "token"))
READ = {INFO: {"type": "application", "key": KEY}}


def entity(code: str = "123456", /, **attributes: Any) -> dict[str, Any]:
    """The action: this application exists with these attributes."""
    wish = {"type": "application", "key": {"appCode": code, "appName": "Zelvora"}}
    return {ENTITY: {**wish, "attributes": {"selectedProducts": ["a"], **attributes}}}


def control(name: str, *requests: tuple[str, str, Any]) -> dict[str, Any]:
    """A task that tells the simulator something."""
    return {"name": name, "control": {"requests": [list(one) for one in requests]}}


def fault(kind: str, operation: str, **more: Any) -> tuple[str, str, Any]:
    """What queues a fault."""
    return "POST", "faults", [{"kind": kind, "match": {"operation": operation}, **more}]


@pytest.fixture
def secrets(play: Player, tmp_path: Path) -> list[str]:
    """The arguments that bring the secret, which no task holds any more."""
    play.defaults["client_secret"] = "{{ secret }}"
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"secret": SECRET}))
    return ["--extra-vars", f"@{file}"]


SLOW, TIMEOUT = 12, 8  # also a busy machine has begun to wait for the answer before the time is over
KEYWORDS = [
    {"name": "create", **entity(), "register": "created", "diff": True},
    # Early, since on another host the module goes on after its time, and must have ended when the next test begins.
    control("slow", fault("slow", "find", seconds=SLOW)),
    {"name": "timeout", **READ, "timeout": TIMEOUT, "ignore_errors": True},
    control("fast", ("DELETE", "faults", None)),
    {"name": "after the timeout", **READ},
    {"name": "no diff", **entity(description="1"), "diff": False},
    {"name": "checked", **entity(description="2"), "check_mode": True, "diff": True},
    {"name": "not checked", **entity(description="2"), "diff": True},
    {
        "name": "reuse",
        ENTITY: {
            "type": "application",
            "id": "{{ created.entity_id }}",
            "attributes": {"description": "{{ created.entity.appName }} of {{ created.entity.appCode }}"},
        },
    },
    {"name": "became", **entity(), "become": True, "become_method": "straight"},
    {"name": "fired", **entity(description="4"), "async": 600, "poll": 0, "register": "job"},
    {
        "name": "collected",
        "ansible.builtin.async_status": {"jid": "{{ job.ansible_job_id }}"},
        "register": "status",
        "until": "status is finished",
        "retries": 1000,
        "delay": 1,
    },
    control("fail once", fault("status", "find", status=500)),
    {
        "name": "until",
        INFO: {**READ[INFO], "retry_limit": 0},
        "register": "found",
        "until": "found is not failed",
        "retries": 3,
        "delay": 0.1,
    },
    {
        "name": "loop",
        ENTITY: {
            "type": "application",
            "key": {"appCode": "{{ each.code }}", "appName": "place {{ place }}"},
            "attributes": {"selectedProducts": "{{ each.products }}"},
        },
        "loop": [{"code": "1", "products": ["a"]}, {"code": "2", "products": []}, {"code": "3", "products": ["a"]}],
        "loop_control": {"loop_var": "each", "index_var": "place", "label": "code {{ each.code }}"},
        "ignore_errors": True,
    },
    {
        "name": "defaults lose",
        INFO: {**READ[INFO], "url": "https://127.0.0.1:9", "retry_limit": 0},
        "ignore_errors": True,
    },
    {
        "name": "delegated",
        **READ,
        "delegate_to": "yonder",
        "vars": {"ansible_connection": "elsewhere", "ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    },
    {"name": "hidden", **entity(description="nobody sees this"), "no_log": True, "register": "hidden"},
    {"name": "hidden, registered", "ansible.builtin.assert": {"that": "hidden.entity.appName == 'Zelvora'"}},
]


@pytest.mark.each_core
@pytest.mark.proves("ANSIBLE-1", "ANSIBLE-2", "DECLARE-3", "EVIDENCE-2")
def test_keywords_of_a_task(server: Server, play: Player, secrets: list[str]) -> None:
    for entry, played in through_both(play, KEYWORDS, *secrets).items():
        assert "diff" in played["create"] and "diff" not in played["no diff"], entry
        assert played["checked"]["diff"] == played["not checked"]["diff"], entry
        assert (played["checked"]["changed"], played["not checked"]["changed"]) == (True, True), entry
        assert played["reuse"]["entity"]["description"] == "Zelvora of 123456", entry
        assert played["became"]["evidence"]["reason"] == "became", entry
        assert "reason" not in played["create"].get("evidence", {}), entry
        assert played["collected"]["operation"] == "update", entry
        assert played["collected"]["entity"]["description"] == "4", entry
        assert played["until"]["attempts"] == 2, entry
        assert played["timeout"]["failed"] and "timedout" in played["timeout"], entry
        assert played["after the timeout"]["entities"][0]["appName"] == "Zelvora", entry
        items = played.all("loop")
        assert [(one["changed"], one["failed"]) for one in items] == [(True, False), (False, True), (True, False)]
        assert "selectedProducts" in items[1]["msg"]
        assert "code 2" in played.output
        assert "https://127.0.0.1:9 cannot be reached" in played["defaults lose"]["msg"], entry
        assert played["delegated"]["entities"], entry
        assert "nobody sees this" not in played.output
        assert "censored" in played["hidden"], entry
        assert "[DEPRECATION" not in played.output, played.output
        assert "[WARNING]" not in played.output, played.output
