# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A server that nobody here simulates: a Spring Security chain in InSight's place, see spring/README.md."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from spring_boot import Spring


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spring]:
    """The application, started once; each test says which variant it wants."""
    server = Spring(tmp_path_factory.mktemp("spring"))
    yield server
    server.stop()
