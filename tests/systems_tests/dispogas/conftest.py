# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One server for all tests, as good as new for each, and somebody who has signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from systems.base.fixtures import as_new, started_once
from systems.dispogas import System
from systems_tests.dispogas.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator


running = started_once(System, scope="session")
system = as_new


@pytest.fixture
def client(system: System) -> Iterator[Client]:
    """Alice, who may upload for acme-gas."""
    with Client(system) as one:
        one.sign_in()
        yield one
