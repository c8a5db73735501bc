# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all stand-ins have: counters, recorded requests, faults, direct access to the state, one state for all."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests
from systems.base.recording import FOLDER
from systems.veeam_azure import System
from systems_tests.veeam_azure.client import Client


def test_requests_are_recorded_without_the_values_of_headers(client: Client) -> None:
    client.good("POST", "users", {"name": "new", "description": ""})
    client.api("GET", "users", NameFilter="a b")
    login, created, listed = client.system.recorded()
    assert (created["method"], created["path"], created["status"]) == ("POST", "/api/v8.1/users", 201)
    assert json.loads(created["body"]) == {"name": "new", "description": ""}
    assert (created["content_type"], created["kind"]) == ("application/json", "create")
    assert (listed["query"], listed["kind"]) == ("NameFilter=a+b", "list")
    assert "authorization" in listed["headers"]
    assert (login["path"], login["content_type"]) == ("/api/oauth2/token", "application/x-www-form-urlencoded")
    token = client.headers["Authorization"].removeprefix("Bearer ")
    assert token not in json.dumps(client.system.recorded())


def test_requests_are_appended_to_a_file_where_the_variable_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(FOLDER, str(tmp_path / "recorded"))
    system = System(tmp_path)
    with Client(system) as one:
        one.log_in()
        one.good("GET", "users")
        system.counters()
        system.reset()
        one.log_in()
    system.stop()
    (file,) = (tmp_path / "recorded" / "veeam_azure").iterdir()
    assert (file.suffix, len(file.read_text().splitlines())) == (".jsonl", 3)


def test_a_reset_makes_it_as_new(client: Client) -> None:
    client.good("POST", "users", {"name": "new", "description": ""})
    client.system.switch(job_polls=7)
    client.system.reset()
    assert client.api("GET", "users").status_code == 401
    assert client.system.counters()["requests"] == 1
    assert len(client.system.entities("users")) == 3
    assert client.system.control("GET", "switches")["job_polls"] == 1


def test_entities_can_be_changed_behind_the_clients_back(client: Client) -> None:
    id_ = client.good("POST", "users", {"name": "new", "description": ""})["id"]
    client.system.patch("users", id_, description="Drifted")
    assert client.good("GET", f"users/{id_}")["description"] == "Drifted"
    client.system.delete("users", id_)
    assert client.api("GET", f"users/{id_}").status_code == 404
    with pytest.raises(RuntimeError, match="There is no users"):
        client.system.patch("users", id_)
    with pytest.raises(RuntimeError, match="There is no type"):
        client.system.entities("nothing")


def test_ids_are_the_same_in_each_run(client: Client) -> None:
    ids = []
    for _run in range(2):
        client.system.reset()
        client.log_in()
        ids.append(client.good("POST", "users", {"name": "new", "description": ""})["id"])
    assert ids[0] == ids[1]


def test_faults_strike_before_or_after_the_work(client: Client) -> None:
    user = {"name": "new", "description": ""}
    client.system.fault("status", "create", status=503, retry_after=1)
    answer = client.api("POST", "users", user)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert len(client.system.entities("users")) == 3
    client.system.fault("drop_after", "create")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.api("POST", "users", user)
    assert len(client.system.entities("users")) == 4
    assert client.system.counters()["faults"] == 2


def test_a_wrong_switch_is_refused(veeam: System) -> None:
    with pytest.raises(RuntimeError, match="no switch speed"):
        veeam.switch(speed=1)
    with pytest.raises(RuntimeError, match="job_ends"):
        veeam.switch(job_ends="soon")


def test_all_connections_see_one_state(veeam: System) -> None:
    def create(number: int) -> str:
        with Client(veeam) as one:
            one.log_in()
            return str(one.good("POST", "users", {"name": f"user-{number}", "description": ""})["id"])

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(create, range(24)))
    assert len(ids) == 24
    assert ids < set(veeam.entities("users"))
    counters = veeam.counters()
    assert (counters["creates"], counters["logins"], counters["requests"]) == (24, 24, 48)
