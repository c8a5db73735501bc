# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The role provision: its gate, what it writes, its evidence, and that it logs out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import SECRET, Played, Player, Server, dumped
from environments import application, event, written

ROLE = "rimops.insight.provision"
CANARY = "a canary that nobody prints"


class Role:
    """Runs the role over the manifest of a folder. Variables without their prefix."""

    def __init__(self, play: Player) -> None:
        self.play = play
        self.connection = dict(play.defaults)
        play.defaults.clear()

    def __call__(self, *arguments: str, **variables: Any) -> Played:
        given = {"connection": self.connection, **variables}
        task = {
            "name": "provision",
            "ansible.builtin.include_role": {"name": ROLE},
            "vars": {f"provision_{name}": value for name, value in given.items()},
        }
        return self.play([task], *arguments)


@pytest.fixture
def role(play: Player, tmp_path: Path) -> Role:
    """The role, and a manifest of two applications and an event."""
    written(tmp_path / "manifest" / "all.json", [application(1), application(2), event(1)])
    return Role(play)


def ran(played: Played) -> set[str]:
    """The tasks that did something."""
    return {one["task"].split(" : ")[-1] for one in played.tasks if one["status"] != "skipped"}


PLAN, APPLY = "Plan, and write no entity", "Do exactly what was approved"
VERIFY, LOG_OUT = "Verify the evidence of this run", "Log out"


@pytest.mark.each_core
@pytest.mark.proves("ROLE-1", "ROLE-2")
def test_it_plans_then_applies_what_was_approved_and_then_there_is_nothing_to_do(
    server: Server, role: Role, tmp_path: Path
) -> None:
    planned = role()
    assert planned.code == 0, planned.output
    assert server.counted["writes"] == 0 and "+ application (appCode=000001" in planned.output
    assert not any(one["result"].get("changed") for one in planned.tasks)
    assert ran(planned) & {PLAN, APPLY, VERIFY, LOG_OUT} == {PLAN, LOG_OUT}
    digest = planned[PLAN]["plan_digest"]
    assert f"run again with provision_plan_digest={digest}" in planned.output
    assert digest in (tmp_path / "plans" / "host.html").read_text(), "for who approves it"
    stats = next(one for one in planned.tasks if "Hand the digest on" in one["task"])["result"]
    assert stats["ansible_stats"]["data"]["provision_plan_digest"] == digest

    approval = {"who": "J. Doe", "reference": "CHG-4711"}
    applied = role(plan_digest=digest, approval=approval, options={"reason": "Release 4"}, require_digest=True)
    assert applied.code == 0, applied.output
    assert server.counted["writes"] == 3
    assert ran(applied) & {PLAN, APPLY, VERIFY, LOG_OUT} == {APPLY, VERIFY, LOG_OUT}
    [journal] = applied[VERIFY]["journals"]
    assert (journal["held"], journal["ended"]) == (True, True)
    assert (journal["run"]["approval"], journal["run"]["reason"]) == (approval, "Release 4")
    assert not list((tmp_path / "state").rglob("*.json")), "the session is gone"

    replayed = role(plan_digest=digest)
    assert replayed.code == 0 and not replayed[APPLY]["changed"]
    again = role()
    assert again.code == 0 and again[PLAN]["summary"]["unchanged"] == 3
    assert "run again with" not in again.output
    assert server.counted["writes"] == 3


@pytest.mark.proves("ROLE-2")
def test_the_gate(server: Server, role: Role) -> None:
    """Closed by default; opened by a digest that fits, or by ``go``, which ``require_digest`` forbids."""
    forbidden = role(go=True, require_digest=True)
    assert forbidden.code != 0 and "provision_require_digest forbids that" in forbidden.output
    assert server.counted["handshakes"] == server.counted["writes"] == 0
    missing = role(plan_digest="sha256:0")
    assert missing.code != 0 and "No such file" in missing.output
    assert role().code == 0
    other = role(plan_digest="sha256:0")
    assert other.code != 0 and other[APPLY]["error"]["kind"] == "PlanRefused"
    assert ran(other) & {VERIFY, LOG_OUT} == {LOG_OUT}
    assert server.counted["writes"] == 0
    texts = role("-e", "provision_go=false provision_require_digest=false provision_log_out=false")
    assert texts.code == 0 and ran(texts) & {APPLY, LOG_OUT} == set(), "on a command line every value is text"
    checked = role("--check", go=True)
    assert checked.code == 0 and checked[APPLY]["summary"]["created"] == 3
    assert server.counted["writes"] == 0
    opened = role(go=True)
    assert opened.code == 0 and server.counted["writes"] == 3
    assert ran(opened) >= {PLAN, APPLY, VERIFY, LOG_OUT}
    again = role(go=True)
    assert again.code == 0 and not any(one["result"].get("changed") for one in again.tasks)
    assert ran(again) & {APPLY, VERIFY} == set()


@pytest.mark.proves("ROLE-1")
def test_what_fails_while_writing_leaves_evidence_and_no_session(server: Server, role: Role, tmp_path: Path) -> None:
    server.fault("status", "create", about="Initial filing", times=0, status=500)
    failed = role(go=True)
    assert failed.code != 0, failed.output
    assert ran(failed) >= {APPLY, VERIFY, LOG_OUT}
    assert not list((tmp_path / "state").rglob("*.json"))


@pytest.mark.each_core
@pytest.mark.proves("ROLE-3", "PIPE-2")
def test_the_playbook_by_name_runs_the_role_where_the_command_is_typed(
    server: Server, role: Role, tmp_path: Path
) -> None:
    secret = application(3, attributes={"selectedProducts": ["a"], "interfacePassword": {"secret": "interface"}})
    written(tmp_path / "manifest" / "secret.json", [secret])
    variables = {"connection": role.connection, "secrets": {"interface": CANARY}, "go": True}
    given = tmp_path / "given.yml"
    given.write_text(dumped({f"provision_{name}": value for name, value in variables.items()}))
    played = role.play([], "-e", f"@{given}", "-vvvv", "--diff", playbook=ROLE, environment={"PWD": "/"})
    assert played.code == 0, played.output
    assert server.counted["writes"] == 4
    page = (tmp_path / "plans" / "host.html").read_text()
    assert played[PLAN]["plan_digest"] in page
    assert (tmp_path / "plans" / "host.json").exists() and list((tmp_path / "evidence" / "host").glob("*.jsonl"))
    files = [*tmp_path.rglob("*.json*"), *tmp_path.rglob("*.html")]
    for canary in (CANARY, SECRET):
        assert canary not in played.output
        assert not any(canary in path.read_text() for path in files if path.is_file())
