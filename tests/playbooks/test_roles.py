# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all roles have in common: a host of the play is a system, and no place where something runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Player, Server, dumped
from environments import LISTED, application, written

SYSTEM = "validation.invalid"


@pytest.mark.each_core
@pytest.mark.proves("ROLE-1", "ROLE-4", "EXPORT-9")
def test_nothing_runs_on_the_host_that_stands_for_a_system(server: Server, play: Player, tmp_path: Path) -> None:
    written(tmp_path / "manifest" / "all.json", [application(1)])
    inventory = tmp_path / "systems.yml"
    inventory.write_text(
        dumped({"all": {"hosts": {SYSTEM: {"ansible_connection": "ssh", "ansible_ssh_executable": "/nowhere"}}}})
    )
    connection = {**play.defaults, "profile_overrides": LISTED}
    play.defaults.clear()
    given = {
        "provision": {"connection": connection, "go": True},
        "drift_check": {"connection": connection, "fleet": True},
        "export": {"connection": connection, "types": ["application"]},
    }
    roles = [
        {
            "name": name,
            "ansible.builtin.include_role": {"name": f"rimops.insight.{name}"},
            "vars": {f"{name}_{option}": value for option, value in variables.items()},
        }
        for name, variables in given.items()
    ]
    played = play(roles, "-i", str(inventory), "--limit", SYSTEM, become=True)
    assert played.code == 0, played.output
    assert server.counted["writes"] == 1 and (tmp_path / "evidence" / SYSTEM).is_dir()
    assert (tmp_path / "reports" / "fleet.html").exists() and (tmp_path / "exported" / SYSTEM).is_dir()
    assert not list((tmp_path / "state").rglob("*.json")), "each role has logged out"
    assert "reserved name" not in played.output
