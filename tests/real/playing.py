# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every server that others wrote has to show: playbooks that each of them is played."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from playbooks.conftest import Player
from served import Served

Entity = dict[str, Any]
PREFIX = "rimops.insight.insight_"


def task(name: str, module: str, **options: Any) -> dict[str, Any]:
    """A task that may fail. module: without the prefix of the collection's modules."""
    return {"name": name, f"{PREFIX}{module}": options, "ignore_errors": True}


def wait(seconds: int) -> dict[str, Any]:
    """A task that lets time pass."""
    return {"name": "wait", "ansible.builtin.pause": {"seconds": seconds}}


def answered(server: Served, method: str, path: str) -> list[int]:
    """The statuses of the answers to requests of a path, without its query."""
    return [one.status for one in server.asked if (one.method, one.path.partition("?")[0]) == (method, path)]


def outcomes(result: dict[str, Any]) -> dict[str, int]:
    """The summary of an environment without what is zero."""
    return {name: number for name, number in result.get("summary", {}).items() if number}


def play_a_life(server: Served, play: Player, entity: Entity, first: Entity, second: Entity, pause: int = 0) -> None:
    """Create an entity, change and delete it, each once, and see by the server's own count that nothing else was
    written. first, second: its attributes before and after the change; pause: seconds of doing nothing on the way, in
    which a login ends."""
    absent = {**entity, "state": "absent"}
    steps: dict[str, tuple[Entity, bool]] = {
        "create": ({**entity, "attributes": first}, True),
        "same": ({**entity, "attributes": first}, False),
        "change in check mode": ({**entity, "attributes": second}, True),
        "change": ({**entity, "attributes": second}, True),
        "changed, same": ({**entity, "attributes": second}, False),
        "absent": (absent, True),
        "absent again": (absent, False),
    }
    tasks = [
        {**task(name, "entity", **options), "check_mode": name.endswith("check mode")}
        for name, (options, _changed) in steps.items()
    ]
    tasks[3:3] = tasks[6:6] = [wait(pause)] if pause else []
    server.forget()
    played = play(tasks)
    said = {name: (played[name]["failed"], played[name]["changed"]) for name in steps}
    assert said == {name: (False, changed) for name, (_options, changed) in steps.items()}, played.output
    assert server.writes == (1, 1, 1)


def play_an_environment(server: Served, play: Player, entities: list[Entity], secrets: Entity | None = None) -> None:
    """Make an environment by a plan that is approved. The same declaration then writes nothing more, and a check finds
    no drift. secrets: those that the entities name, which are shown nowhere."""
    known = secrets or {}
    together = {"entities": entities, "secrets": known}
    approved = {**together, "plan_file": "plan.json", "plan_digest": "{{ planned.plan_digest }}"}
    server.forget()
    played = play(
        [
            {**task("plan", "entities", **together, plan_out="plan.json"), "register": "planned"},
            task("apply", "entities", **approved, journal="evidence"),
            task("same", "entities", **together),
            task("check", "drift", **together),
        ]
    )
    assert outcomes(played["plan"]) == outcomes(played["apply"]) == {"created": len(entities)}, played.output
    assert (played["same"]["changed"], played["same"]["summary"]["unchanged"]) == (False, len(entities)), played.output
    check = played["check"]
    verdict = "incomplete" if secrets else "no_drift"  # no server shows a secret
    assert (check["verdict"], check["summary"]["as_declared"]) == (verdict, len(entities)), check
    assert server.writes == (len(entities), 0, 0)
    files = [file.read_text(encoding="utf-8") for file in play.folder.rglob("*.json*") if file.is_file()]
    assert len(files) > 2 and not [secret for secret in known.values() if secret in played.output + "".join(files)]


def drifted(play: Player, entities: list[Entity], secrets: Entity | None = None) -> list[Entity]:
    """What a check finds to be other than it is declared."""
    check = play([task("check", "drift", entities=entities, secrets=secrets or {})])["check"]
    assert check["verdict"] == "drift", check
    return [change for row in check["rows"] for change in row.get("changes", [])]


def sites(numbers: Iterable[int]) -> list[Entity]:
    """Sites as declared."""
    return [{"type": "site", "key": {"code": f"S{number}"}, "attributes": {"name": "One"}} for number in numbers]
