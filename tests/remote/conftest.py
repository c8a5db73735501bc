# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A simulator for runs that ansible-runner carries out elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from simulator.process import Running
from simulator.surroundings import IDENTITY, knowing


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A server that knows the identity for demonstrations."""
    running = Running(tmp_path_factory.mktemp("simulator"), "--idle-exit", "600", *knowing(IDENTITY))
    yield running
    running.stop()
