# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stand-ins for the tests of them: each is started once, and as good as new for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from systems.base.fixtures import as_new, started_once
from systems.veeam_azure import System
from systems_tests.veeam_azure.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator


running = started_once(System, "--self-signed", scope="session")
veeam = as_new


@pytest.fixture
def client(veeam: System) -> Iterator[Client]:
    """A client of it that has logged in as the administrator."""
    with Client(veeam) as one:
        one.log_in()
        yield one
