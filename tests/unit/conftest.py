# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for each unit test."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text import redaction as redact


@pytest.fixture(autouse=True)
def no_secret_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test knows no secrets but its own: those that a process has met are hidden in all that comes after."""
    monkeypatch.setattr(redact, "_KNOWN", set())
