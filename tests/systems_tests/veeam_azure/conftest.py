# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the tests of them: each is started once, and as good as new for each test."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from systems.veeam_azure import System
from systems_tests.veeam_azure.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def started_veeam(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    system = System.start(tmp_path_factory.mktemp("veeam"), "--self-signed")
    yield system
    system.stop()


@pytest.fixture
def veeam(started_veeam: System) -> Iterator[System]:
    """A stand-in for Veeam."""
    yield started_veeam
    started_veeam.reset()


@pytest.fixture
def client(veeam: System) -> Iterator[Client]:
    """A client of it that has logged in as the administrator."""
    with Client(veeam) as one:
        one.log_in()
        yield one
