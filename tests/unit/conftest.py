# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each unit test begins with."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.entities import mask


@pytest.fixture(autouse=True)
def nothing_is_known(monkeypatch):
    """The secrets of other tests are none here."""
    monkeypatch.setattr(mask, "_KNOWN", set())
