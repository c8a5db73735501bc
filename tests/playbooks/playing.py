# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playing tasks against the stand-in of a system."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, as_a_new_process
from in_process import run

ENTITY = "rimops.insight.insight_entity"

WHERE = ("url", "authority", "ca_path")
"""Options that a stand-in tells itself; only one with an identity platform has an authority."""


def playing(**options: Any) -> Any:
    """A fixture, to be named ``play``: plays tasks against ``system``, with these options."""

    @pytest.fixture
    def play(system: Any, entry: str, tmp_path: Path) -> Player:
        where = {name: getattr(system, name) for name in WHERE if hasattr(system, name)}
        return Player(system, tmp_path, entry, {**where, **options})

    return play


def take_steps(
    play: Player,
    which: dict[str, Any],
    steps: Iterable[tuple[str, dict[str, Any], str, int]],
    writes: Callable[[], int],
) -> None:
    """Take steps with one entity, each as a process of its own would. which: the entity; steps: a name, in check mode
    where it is "check", what is wanted, the operation, and how many writes there were by then; writes: counts them."""
    for name, wish, operation, number in steps:
        as_a_new_process()
        result = run(play, {"name": name, ENTITY: {**which, **wish}, "check_mode": name == "check"})
        assert not result["failed"], (name, result)
        told = (result["operation"], result["changed"], writes())
        assert told == (operation, operation != "none", number), (name, result)


def assert_nothing_to_change(probed: dict[str, Any]) -> None:
    """The probe found all as the profile says, saw the cycle go as it should, and left nothing behind."""
    assert not probed["failed"], probed
    assert [one for one in probed["findings"] if one["verdict"] in ("differs", "not_found")] == []
    told = {one["profile_key"]: one["came"] for one in probed["findings"] if one["verdict"] == "seen"}
    assert "went as they should" in told["profile_overrides"]
    assert probed["left_behind"] == []
