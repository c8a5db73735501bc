# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._auth import store as stores
from ansible_collections.rimops.insight.plugins.module_utils._auth.authenticator import Authenticator
from ansible_collections.rimops.insight.plugins.module_utils._auth.private_folder import Folder
from ansible_collections.rimops.insight.tests.unit.plugins.module_utils._auth.support import System, Ticking, settings


@pytest.fixture
def system():
    return System()


@pytest.fixture
def ticking():
    return Ticking()


@pytest.fixture(autouse=True)
def forget():
    """No test finds what another one kept in memory."""
    stores.clear_memory()


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "store")


@pytest.fixture
def login(system, ticking, folder):
    """Make an authenticator; durable: with a store in files."""

    def make(durable=True, send=None, **options):
        made = {name: options.pop(name) for name in ("show", "refresh_token_return") if name in options}
        store = stores.FileStore(Folder(folder, ticking.clock)) if durable else stores.MemoryStore()
        return Authenticator(settings(**options), send or system.send, store, ticking.clock, **made)

    return make
