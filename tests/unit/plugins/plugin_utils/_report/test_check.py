# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdict on checks."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.plugin_utils._report.check import Accepted, NotCompared, verdict_of
from ansible_collections.rimops.insight.tests.unit.made_checks import check, row

HIDDEN = (NotCompared("password", "it is write-only"),)
REVIEWED = Accepted("reviewed", "2026-12-31")


@pytest.mark.proves("REPORT-1")
@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        ([], "incomplete"),
        ([check()], "no_drift"),
        ([check(row())], "no_drift"),
        ([check(row(verdict="undeclared"))], "no_drift"),
        ([check(row(verdict="drifted"))], "drift"),
        ([check(row(verdict="missing"))], "drift"),
        ([check(row(verdict="unwanted"))], "drift"),
        ([check(row(verdict="drifted", accepted=REVIEWED))], "no_drift"),
        ([check(row(verdict="not_checked", not_compared=HIDDEN))], "incomplete"),
        ([check(row(not_compared=HIDDEN))], "incomplete"),
        ([check(row(not_compared=HIDDEN, accepted=REVIEWED))], "no_drift"),
        ([check(error="Cannot log in.")], "incomplete"),
        ([check(row()), check(error="Cannot log in.")], "incomplete"),
        ([check(row(verdict="drifted")), check(error="Cannot log in.")], "drift"),
    ],
)
def test_the_verdict_is_the_worst_and_says_no_drift_only_where_all_was_seen_or_accepted(checks, verdict):
    assert verdict_of(checks) == verdict
