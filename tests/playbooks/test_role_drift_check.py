# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role drift_check: what it reports, how it ends, and many systems at once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Played, Player, Server
from environments import application, event, task, written

ROLE = "rimops.insight.drift_check"
CHECK = "Compare the system with what is declared"
LOST = ("host1", "incomplete")
EVERY = ["html", "json", "junit", "markdown", "openmetrics"]


class Role:
    """Runs the role over the manifest of a folder. Variables without their prefix."""

    def __init__(self, play: Player) -> None:
        self.play = play
        self.connection = dict(play.defaults)

    def __call__(self, *arguments: str, hosts: int = 1, serial: int = 10, **variables: Any) -> Played:
        given = {"connection": self.connection, **variables}
        step = {
            "name": "check",
            "ansible.builtin.include_role": {"name": ROLE},
            "vars": {f"drift_check_{name}": value for name, value in given.items()},
        }
        return self.play([step], *arguments, hosts=hosts, serial=serial)


@pytest.fixture
def role(server: Server, play: Player, tmp_path: Path) -> Role:
    """The role, a manifest of two applications and an event, and a system that is as declared."""
    many = [application(1), application(2), event(1)]
    written(tmp_path / "manifest" / "all.json", many)
    assert play([task("make", many)]).code == 0
    server.forget()
    return Role(play)


@pytest.mark.each_core
@pytest.mark.proves("ROLE-4")
def test_it_writes_every_report_and_ends_as_it_is_told(server: Server, role: Role, tmp_path: Path) -> None:
    clean = role(reports=EVERY)
    assert clean.code == 0, clean.output
    assert clean[CHECK]["verdict"] == "no_drift"
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == [
        "host.html",
        "host.json",
        "host.md",
        "host.prom",
        "host.xml",
    ]
    server.tamper("application", server.stored("application")[0]["id"], selectedProducts=["Edited"])
    drifted = role()
    assert drifted.code != 0 and drifted[CHECK]["verdict"] == "drift", drifted.output
    assert "it is not as declared (1 drifted, 2 as declared)" in drifted.output
    assert not (tmp_path / "state").exists() or not list((tmp_path / "state").rglob("*.json"))
    assert role("-e", "drift_check_fail=incomplete").code == 0
    assert role(fail=[]).code == 0
    assert server.counted["writes"] == 0


@pytest.mark.proves("ROLE-4")
def test_one_page_shows_many_systems_and_the_system_that_is_down(server: Server, role: Role, tmp_path: Path) -> None:
    down = {**role.connection, "url": "https://127.0.0.1:9", "retry_limit": 0}
    chosen = "{{ (down if inventory_hostname == 'host1' else up) }}"
    extra = tmp_path / "extra.json"
    extra.write_text(json.dumps({"down": down, "up": role.connection}))
    played = role("--forks", "5", "-e", f"@{extra}", hosts=3, connection=chosen, reports=["html", "json", "junit"])
    assert played.code != 0
    fleet = json.loads((tmp_path / "reports" / "fleet.json").read_text())
    verdicts = {check["name"]: check["verdict"] for check in fleet["checks"]}
    assert verdicts == {"host0": "no_drift", "host1": "incomplete", "host2": "no_drift"}, played.output
    [lost] = [check for check in fleet["checks"] if check["name"] == "host1"]
    assert lost["error"] and {row["verdict"] for row in lost["rows"]} == {"not_checked"}
    assert fleet["verdict"] == "incomplete"
    assert server.counted["writes"] == 0


@pytest.mark.proves("ROLE-4")
def test_a_system_that_could_not_be_checked_at_all_is_on_the_page(server: Server, role: Role, tmp_path: Path) -> None:
    role(hosts=2)
    chosen = "{{ ['none/'] if inventory_hostname == 'host1' else ['manifest/'] }}"
    played = role(hosts=2, manifest=chosen)
    assert played.code != 0 and "there is no such file or folder" in played.output
    fleet = json.loads((tmp_path / "reports" / "fleet.json").read_text())
    assert {check["name"]: check["verdict"] for check in fleet["checks"]} == {
        "host0": "no_drift",
        "host1": "incomplete",
    }
    [lost] = [check for check in fleet["checks"] if check["name"] == "host1"]
    assert "there is no such file or folder" in lost["error"], "the page says why"


@pytest.mark.each_core
@pytest.mark.proves("ROLE-4")
@pytest.mark.parametrize(
    ("name", "batch", "told"),
    [
        ("{{ nowhere if inventory_hostname == 'host1' else 'S' }}", 3, [("S", "drift"), ("S", "drift"), LOST]),
        ("{{ inventory_hostname }}", 1, [("host0", "drift"), LOST, ("host2", "incomplete")]),
    ],
)
def test_a_system_that_the_role_did_not_reach_keeps_no_other_from_the_page(
    server: Server, role: Role, tmp_path: Path, name: str, batch: int, told: list[tuple[str, str]]
) -> None:
    server.tamper("application", server.stored("application")[0]["id"], selectedProducts=["Edited"])
    played = role(hosts=3, serial=batch, name=name)
    assert played.code != 0 and "it is not as declared (1 drifted, 2 as declared)" in played.output
    fleet = json.loads((tmp_path / "reports" / "fleet.json").read_text())
    assert sorted((check["name"], check["verdict"]) for check in fleet["checks"]) == sorted(told)


@pytest.mark.proves("ROLE-4")
def test_two_systems_of_one_name_of_which_one_is_lost(role: Role, tmp_path: Path) -> None:
    chosen = "{{ ['none/'] if inventory_hostname == 'host1' else ['manifest/'] }}"
    role(hosts=2, manifest=chosen, name="S")
    fleet = json.loads((tmp_path / "reports" / "fleet.json").read_text())
    assert [(check["name"], check["verdict"]) for check in fleet["checks"]] == [("S", "incomplete"), ("S", "no_drift")]


@pytest.mark.proves("ROLE-4")
def test_what_was_found_is_said_also_where_the_page_of_all_cannot_be_written(
    server: Server, role: Role, tmp_path: Path
) -> None:
    server.tamper("application", server.stored("application")[0]["id"], selectedProducts=["Edited"])
    for name in ("fleet.html", "host0.html"):
        (tmp_path / "reports" / name).mkdir(parents=True)
    played = role(hosts=2)
    assert played.code != 0
    assert played.output.count("it is not as declared (1 drifted, 2 as declared)") >= 2
    assert "Cannot write the html report" in played.output
    fleet = json.loads((tmp_path / "reports" / "fleet.json").read_text())
    assert [check["verdict"] for check in fleet["checks"]] == ["drift", "drift"], "one report of a system is enough"


@pytest.mark.each_core
@pytest.mark.proves("ROLE-3", "PIPE-2")
def test_the_playbook_by_name_runs_the_role_where_the_command_is_typed(
    server: Server, role: Role, tmp_path: Path
) -> None:
    server.tamper("application", server.stored("application")[0]["id"], selectedProducts=["Edited"])
    given = tmp_path / "given.json"
    given.write_text(json.dumps({"drift_check_connection": role.connection}))
    role.play.defaults.clear()
    texts = ("-e", "drift_check_reports=markdown,junit drift_check_fleet=false")

    def run(*arguments: str) -> Played:
        name = {"playbook": ROLE, "environment": {"PWD": "/"}}
        return role.play([], "-e", f"@{given}", *texts, *arguments, **name)

    assert run().code != 0
    tolerant = run("-e", "drift_check_fail=")
    assert tolerant.code == 0 and tolerant[CHECK]["verdict"] == "drift", tolerant.output
    assert sorted(path.name for path in (tmp_path / "reports").iterdir()) == ["host.md", "host.xml"]
    wrong = run("-e", "drift_check_reports=pdf")
    assert wrong.code != 0 and "value of drift_check_reports must be one or more of" in wrong.output
    assert server.counted["writes"] == 0
