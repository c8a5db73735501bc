# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Servers that nobody here simulates: README.md says which. Each is started once, and stopped after the last test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import playbooks.conftest as of_playbooks
import pytest
from drf.server import Drf, new_database
from oidc_provider.server import OidcProvider
from spring_boot import Spring

compiled, warmed = of_playbooks.compiled, of_playbooks.warmed  # fixtures: ansible-playbook is started once
LIFETIME = 2  # of a token or a session, in seconds, where it is to end on the way


@pytest.fixture(scope="session")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spring]:
    """The application, started once; each test says which variant it wants."""
    server = Spring(tmp_path_factory.mktemp("spring"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tables of the register, made once for all logins."""
    path = tmp_path_factory.mktemp("database") / "register.sqlite3"
    new_database(path)
    return path


@pytest.fixture(scope="session", params=("token", "session", "jwt"))
def drf(request: pytest.FixtureRequest, database: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drf]:
    """Django REST framework, with each of its logins."""
    server = Drf(tmp_path_factory.mktemp("drf"), database, request.param, LIFETIME)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def oidc_provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OidcProvider]:
    """The provider, and the register of sites behind it."""
    server = OidcProvider(tmp_path_factory.mktemp("oidc_provider"), LIFETIME)
    yield server
    server.stop()
