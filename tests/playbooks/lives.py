# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The whole life of an entity: created, the same again, changed, the same again, absent, absent again."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conftest import Played
from environments import count, counted

ENTITY = "rimops.insight.insight_entity"
SIDES = {"none": (False, False), "create": (False, True), "update": (True, True), "delete": (True, False)}
"""Whether a diff shows something before and after, by operation."""


@dataclass(frozen=True)
class Life:
    """What is declared of an entity at first and later, what the diff shows of the change, and how many writes its
    creation and its change take. secrets: what is declared beside it and sent with the creation. removable: it can be
    removed; only: there is one, which exists and is never created or deleted. before: entities that it needs."""

    which: dict[str, Any]
    first: dict[str, Any]
    second: dict[str, Any]
    shown: tuple[dict[str, Any], dict[str, Any]]
    creates: int = 1
    changes: int = 1
    secrets: dict[str, Any] = field(default_factory=dict)
    removable: bool = True
    only: bool = False
    before: tuple[tuple[dict[str, Any], dict[str, Any]], ...] = ()

    @property
    def expected(self) -> dict[str, tuple[str, int]]:
        """Operation and number of writes of each step."""
        new = {"create in check mode": ("create", 0), "create": ("create", self.creates)}
        return {
            **({"set": ("update", 1)} if self.only else new),
            "same again": ("none", 0),
            "change in check mode": ("update", 0),
            "change": ("update", self.changes),
            "changed, same again": ("none", 0),
            **({"absent": ("delete", 1), "absent again": ("none", 0)} if self.removable and not self.only else {}),
        }

    def tasks(self, **options: Any) -> list[dict[str, Any]]:
        """The steps, each followed by what the server counted. options: of each."""
        secret = {"secret_attributes": self.secrets} if self.secrets else {}
        first, second = ({"attributes": one, **secret} for one in (self.first, self.second))
        wishes = {"change": second, "absent": {"state": "absent"}}
        tasks: list[dict[str, Any]] = [
            {"name": f"before {number}", ENTITY: {**which, "attributes": attributes}}
            for number, (which, attributes) in enumerate(self.before)
        ]
        tasks.append(count("nothing is counted yet"))
        for step in self.expected:
            wish = next((one for word, one in wishes.items() if step.startswith(word)), first)
            mode = {"check_mode": True} if "check mode" in step else {}
            tasks.append({"name": step, ENTITY: {**self.which, **wish, **options}, "diff": True, **mode})
            tasks.append(count(f"{step}, counted"))
        return tasks

    def assert_lived(self, played: Played) -> None:
        """Each step did and showed what is expected, with as many writes, and no secret was seen."""
        assert played.code == 0, played.output
        for step, (operation, writes) in self.expected.items():
            result = played[step]
            told = (result["operation"], result["changed"], *counted(played, f"{step}, counted", "writes"))
            assert told == (operation, operation != "none", writes), (step, result)
            diff = result["diff"]
            if step in ("change in check mode", "change"):
                assert (diff["before"], diff["after"]) == self.shown, step
            assert (bool(diff["before"]), bool(diff["after"])) == SIDES[operation], step
        assert not [one for one in self.secrets.values() if one in played.output]
