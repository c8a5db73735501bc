# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fixtures of a system that is started once for many tests, and as new for each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def started_once(kind: Callable[..., Any], *options: str, scope: Literal["module", "session"] = "module") -> Any:
    """A fixture, to be named ``running``: the system, stopped after the last test. kind: its class, which takes a
    folder; options: of its command."""

    @pytest.fixture(scope=scope)
    def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
        system = kind(tmp_path_factory.mktemp("system"), *options)
        yield system
        system.stop()

    return running


@pytest.fixture
def as_new(running: Any) -> Any:
    """The running system as after its start."""
    running.reset()
    return running
