# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Servers for the tests of the simulator: one for each dialect, as good as new for each test."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulator.process import Running
from simulator_tests.client import Client

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Running]]:
    """The server of a dialect, started when it is first asked for."""
    started: dict[str, Running] = {}

    def server(dialect: str) -> Running:
        if dialect not in started:
            started[dialect] = Running(tmp_path_factory.mktemp("server"), "--dialect", dialect)
        return started[dialect]

    yield server
    for one in started.values():
        one.stop()


@pytest.fixture
def server(servers: Callable[[str], Running]) -> Iterator[Running]:
    """The server of the default dialect."""
    one = servers("insight")
    yield one
    one.reset()


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    """A client of it that has logged in."""
    with Client(server) as one:
        one.log_in()
        yield one


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[Callable[..., Running]]:
    """Start a server of one's own, with these arguments."""
    started: list[Running] = []

    def start(*arguments: str) -> Running:
        started.append(Running(tmp_path / f"server-{len(started)}", *arguments))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.stop()
