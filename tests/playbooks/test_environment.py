# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A whole environment in one task: read, planned, written, in order."""

from __future__ import annotations

from typing import Any

from conftest import Player, Server

APPLICATION = {"type": "application", "key": {"appCode": "123456", "appName": "Zelvora"}}


def application(number: int, **more: Any) -> dict[str, Any]:
    key = {"appCode": f"{number:06}", "appName": f"Application {number}"}
    return {"type": "application", "key": key, "attributes": {"selectedProducts": ["Zelvora"]}, **more}


def event(number: int, name: str = "Initial filing", **more: Any) -> dict[str, Any]:
    refs = {"applicationId": {name: application(number)[name] for name in ("type", "key")}}
    return {"type": "event", "refs": refs, "key": {"eventName": name}, "attributes": {"description": "First"}, **more}


def environment(name: str, entities: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    return {"name": name, "rimops.insight.insight_entities": {"entities": entities, **more}, "diff": True}


def test_cycle(server: Server, play: Player) -> None:
    first = [event(1), application(1), application(2)]
    second = [event(1, attributes={"description": "Second"}), application(1), application(2)]
    gone = [{**one, "state": "absent", "attributes": {}} for one in first]
    played = play(
        [
            environment("create", first),
            environment("same again", first),
            {**environment("change in check mode", second), "check_mode": True},
            environment("change", second),
            environment("changed, same again", second),
            environment("absent", gone),
            environment("absent again", gone),
        ]
    )
    assert played.code == 0, played.output
    assert {name: played[name]["changed"] for name in ("create", "same again", "change", "changed, same again")} == {
        "create": True,
        "same again": False,
        "change": True,
        "changed, same again": False,
    }
    print(played["create"])
    assert server.counted["writes"] == 3 + 1 + 3
    assert server.stored("application") == []
