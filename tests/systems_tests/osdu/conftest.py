# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One server for all tests, as good as new for each, and those who ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from systems.base.fixtures import as_new, started_once
from systems.osdu import System
from systems_tests.osdu.client import LEGAL, Client, as_user, tag

if TYPE_CHECKING:
    from collections.abc import Iterator


running = started_once(System, scope="session")
system = as_new


@pytest.fixture
def client(system: System) -> Iterator[Client]:
    """The application, which owns every group that was there at the start."""
    with Client(system) as one:
        yield one


@pytest.fixture
def alice(system: System) -> Iterator[Client]:
    """A user in users.datalake.admins."""
    with Client(system, as_user("alice")) as one:
        yield one


@pytest.fixture
def bob(system: System) -> Iterator[Client]:
    """A user in users.datalake.viewers."""
    with Client(system, as_user("bob")) as one:
        yield one


@pytest.fixture
def with_tag(client: Client) -> Client:
    """The application, and a legal tag for records."""
    assert client.ask("POST", LEGAL, tag()).status_code == 201
    return client
