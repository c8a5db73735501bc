# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import Change
from ansible_collections.rimops.insight.plugins.plugin_utils._report.check import Accepted
from ansible_collections.rimops.insight.plugins.plugin_utils._report.drift import earlier_check, with_history
from ansible_collections.rimops.insight.plugins.plugin_utils._report.exceptions import (
    KnownDrift,
    as_exceptions,
    known_drift,
    with_exceptions,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._report.wording import row_tags
from ansible_collections.rimops.insight.tests.unit.made_checks import NOON, check, row

FINE, UNSEEN = row(), row(verdict="not_checked")
DRIFTED = row(verdict="drifted", changes=[Change("a", 1, 2)])
OTHERWISE = row(verdict="drifted", changes=[Change("a", 3, 2)])


def history(*rows):
    """The trend of an entity at the last of several checks, each held against the one before; and at which of them,
    counted from 0, it was seen first."""
    earlier = [rows[0]]
    for number, one in enumerate(rows[1:], 1):
        earlier = with_history([one], earlier, str(number - 1), str(number))
    return earlier[0].trend, earlier[0].since


@pytest.mark.proves("DRIFT-6")
@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ((FINE, FINE), ("", "")),
        ((FINE, DRIFTED), ("new", "1")),
        ((DRIFTED, DRIFTED, DRIFTED), ("standing", "0")),
        ((DRIFTED, DRIFTED, OTHERWISE), ("changed", "0")),
        ((DRIFTED, DRIFTED, FINE), ("gone", "0")),
        ((DRIFTED, FINE, FINE), ("", "")),
        ((DRIFTED, FINE, DRIFTED), ("new", "2")),
        ((DRIFTED, UNSEEN), ("", "0")),
        ((DRIFTED, UNSEEN, UNSEEN, DRIFTED), ("standing", "0")),
        ((DRIFTED, UNSEEN, FINE), ("gone", "0")),
        ((DRIFTED, FINE, UNSEEN, DRIFTED), ("new", "3")),
        ((UNSEEN, DRIFTED), ("new", "1")),
        ((UNSEEN, UNSEEN), ("", "")),
    ],
)
def test_a_drift_is_told_against_all_that_came_before(rows, told):
    assert history(*rows) == told


@pytest.mark.proves("DRIFT-6")
@pytest.mark.parametrize(
    ("trend", "since", "told"),
    [
        ("new", "2026-01-02T03:04:05Z", ["new"]),
        ("standing", "2026-01-02T03:04:05Z", ["standing since 2026-01-02"]),
        ("gone", "2026-01-02T03:04:05Z", ["gone", "seen first 2026-01-02"]),
        ("", "2026-01-02T03:04:05Z", ["seen first 2026-01-02"]),
        ("", "", []),
    ],
)
def test_no_word_says_since_when_a_drift_is_gone(trend, since, told):
    assert row_tags(row(trend=trend, since=since)) == told


@pytest.mark.proves("DRIFT-6")
def test_the_earlier_check_of_a_system_is_found_among_many():
    url, later = "https://a.example.com", NOON + timedelta(days=1)
    other = check(name="other", url="https://b.example.com", began=later)
    mine, newer, base = (
        check(name="A", url=url),
        check(name="A", url=url, began=later),
        check(name="base", url=url, began=later + timedelta(days=1)),
    )
    assert earlier_check([mine, newer, base, other], url, "A") is newer
    assert earlier_check([base, other], url, "A") is base
    assert earlier_check([other], url, "A") is None


def exception(entity="", changes=((1, 2),), reason="CHG-1"):
    """An exception for a drift of the attribute a."""
    data = [{"path": "a", "before": before, "after": after} for before, after in changes]
    return KnownDrift("event", Accepted(reason, "2999-12-31"), entity, "drifted", data)


@pytest.mark.proves("DRIFT-5")
def test_exceptions_for_what_was_not_seen_stay_in_the_file():
    known = [exception("event A"), exception("event B"), exception("event gone"), exception(), exception("event fine")]
    rows = [
        row("event A", "not_checked"),
        row("event B", "drifted", changes=[Change("a", 3, 2)]),
        row("event C", "drifted", changes=[Change("a", 1, 2)]),
        row("event fine"),
    ]
    rows, _notes = with_exceptions(rows, known, date(2026, 1, 2))
    data = as_exceptions(rows, known, "new", date(2026, 4, 2))
    told = [(one.get("entity"), one["reason"], one["changes"][0]["before"]) for one in data["exceptions"]]
    assert told == [
        ("event B", "new", 3),
        ("event A", "CHG-1", 1),
        ("event gone", "CHG-1", 1),
        (None, "CHG-1", 1),
    ]
    again = known_drift(data, "file")
    assert as_exceptions(with_exceptions(rows, again, date(2026, 1, 2))[0], again, "x", date(2026, 5, 2)) == data


@pytest.mark.proves("DRIFT-5")
@pytest.mark.parametrize(
    "day", ["2999-02-30", "2999-1-1", "29991231", "2999-W01-1", "", "never", "2999-12-31T00:00:00"]
)
def test_a_day_is_written_in_one_way(day):
    data = {"format": 1, "exceptions": [{"type": "event", "reason": "CHG-1", "expires": day}]}
    with pytest.raises(Exception, match=r"expires of exception 1, .*, is no day of the calendar"):
        known_drift(data, "file")
