# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role export: what it writes, what it says, and that it logs out."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import SECRET, Played, Player, Server, dumped
from environments import LISTED, application, event, written

ROLE = "rimops.insight.export"
EXPORT, LOG_OUT = "Write the entities as a manifest", "Log out"
CANARY = "a canary that nobody prints"
PIN = {"attributes": {"pin": {"secret": True}}}


def seed(server: Server) -> None:
    """Two applications, one of them with a secret, and an event."""
    ids = [
        server.control("POST", "entities/application", {**one["key"], **one["attributes"], "pin": pin})["id"]
        for one, pin in ((application(1), CANARY), (application(2), None))
    ]
    server.control("POST", "entities/event", {**event(1)["key"], "applicationId": ids[0]})


@pytest.mark.each_core
@pytest.mark.proves("EXPORT-9", "EXPORT-4")
def test_the_playbook_by_name_writes_where_the_command_is_typed(server: Server, play: Player, tmp_path: Path) -> None:
    seed(server)
    server.forget()
    connection, own = dict(play.defaults), {**LISTED, **PIN}
    play.defaults.clear()
    given = tmp_path / "given.yml"
    variables = {"connection": {**connection, "profile_overrides": own}, "keys": {"event": ["eventName"]}}
    given.write_text(dumped({f"export_{name}": value for name, value in variables.items()}))
    typed = ("-e", f"@{given}", "-e", "export_types=application,event", "-e", "export_pin_url=no")

    def run(*arguments: str) -> Played:
        return play([], *typed, *arguments, playbook=ROLE, environment={"PWD": "/"})

    checked = run("--check", "--diff")
    assert checked.code == 0 and checked[EXPORT]["changed"] and "+      appCode:" in checked.output, checked.output
    assert not (tmp_path / "exported").exists()
    first = run("-vvvv", "--diff")
    assert first.code == 0 and first[EXPORT]["changed"], first.output
    assert "3 entities are exported, 0 are not. The files are in exported/host." in first.output
    name = "application_000001_Application_1_pin"
    assert f"Secrets that the files name: {name}" in first.output
    files = {path.name: path.read_text() for path in (tmp_path / "exported" / "host").iterdir()}
    assert sorted(files) == ["application.yml", "event.yml"] and f"secret: {name}" in files["application.yml"]
    assert "url" not in str(files)
    for canary in (CANARY, SECRET):
        assert canary not in first.output + str(files)
    assert not list((tmp_path / "state").rglob("*.json")), "the session is gone"
    assert not run()[EXPORT]["changed"]
    assert server.counted["writes"] == 0


@pytest.mark.proves("EXPORT-9")
def test_what_a_manifest_declares_and_a_failure_that_logs_out(server: Server, play: Player, tmp_path: Path) -> None:
    seed(server)
    written(tmp_path / "declared" / "all.json", [{**application(1), "attributes": {}}, application(9)])
    connection = dict(play.defaults)
    play.defaults.clear()

    def task(**variables: object) -> dict[str, object]:
        given = {"connection": connection, "manifest": "declared/", "to": "now", **variables}
        include = {"name": "export", "ansible.builtin.include_role": {"name": ROLE}}
        return {**include, "vars": {f"export_{name}": value for name, value in given.items()}}

    played = play([task()])
    assert played.code == 0, played.output
    assert "1 entities are exported, 1 are not." in played.output
    assert "application (appCode=000009, appName=Application 9) is not: there is no such entity" in played.output
    assert (tmp_path / "now" / "application.yml").exists()
    server.fault("status", "find", times=0, status=403)
    failed = play([task(to="other")])
    assert failed.code != 0 and LOG_OUT in str(failed.tasks) and not (tmp_path / "other").exists()
    assert not list((tmp_path / "state").rglob("*.json"))
    assert server.counted["writes"] == 0
