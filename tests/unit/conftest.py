# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What holds for each unit test."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text import redaction as redact


@pytest.fixture(autouse=True)
def no_secret_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test knows no secrets but its own: those that a process has met are hidden in all that comes after."""
    monkeypatch.setattr(redact, "_KNOWN", set())


@pytest.fixture(params=["UTC", "Asia/Tokyo", "America/New_York"])
def time_zone(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """The time zone of this machine, which must not matter."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", request.param)
        time.tzset()
        yield
    time.tzset()
