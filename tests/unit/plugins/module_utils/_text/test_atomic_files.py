# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Moments in files, as all reports, plans and journals write them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text.atomic_files import utc_moment, utc_text


@pytest.mark.usefixtures("time_zone")
@pytest.mark.parametrize("hours", [0, 9, -5])
def test_a_moment_is_written_in_utc_and_read_back(hours):
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert utc_text(noon.astimezone(timezone(timedelta(hours=hours)))) == "2026-07-01T12:00:00Z"
    assert utc_moment("2026-07-01T12:00:00Z") == noon
