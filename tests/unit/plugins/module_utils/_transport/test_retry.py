# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""When to ask again, and after how long."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.module_utils._transport.retry import (
    backoff,
    delay_after_answer,
    retry_after,
)
from ansible_collections.rimops.insight.tests.unit.fakes import answer

NOW = 784_111_777.0  # Sun, 06 Nov 1994 08:49:37 GMT


@pytest.mark.proves("NETWORK-4")
@pytest.mark.usefixtures("time_zone")
@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("120", 120.0),
        (" 7 ", 7.0),
        ("Sun, 06 Nov 1994 08:50:37 GMT", 60.0),
        ("Sun, 06 Nov 1994 09:50:37 +0100", 60.0),
        ("Sunday, 06-Nov-94 08:50:37 GMT", 60.0),
        ("Sun Nov  6 08:50:37 1994", 60.0),
        ("Sun, 06 Nov 1994 08:50:37", 60.0),
        ("Sun, 06 Nov 1994 08:00:00 GMT", 0.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("²", None),
        ("Sun, 99 Nov 1994 08:49:37 GMT", None),
        ("Sun, 06 Nov 99999999999999999999 08:49:37 GMT", None),
        ("Sun, 06 Nov 1994 08:49:37 +9999999", None),
    ],
)
def test_retry_after(text, seconds):
    assert retry_after({"retry-after": text}, NOW) == seconds


def test_no_retry_after():
    assert retry_after({}, NOW) is None


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize(
    ("text", "date", "seconds"),
    [
        ("Sun, 06 Nov 1994 09:00:37 GMT", "Sun, 06 Nov 1994 08:59:37 GMT", 60.0),  # ten minutes ahead
        ("Sun, 06 Nov 1994 08:40:37 GMT", "Sun, 06 Nov 1994 08:39:37 GMT", 60.0),  # ten minutes behind
        ("Sun, 06 Nov 1994 08:59:37 GMT", "Sun, 06 Nov 1994 08:59:37 GMT", 0.0),
        ("60", "Sun, 06 Nov 2094 08:59:37 GMT", 60.0),
        ("Sun, 06 Nov 1994 08:50:37 GMT", "yesterday", 60.0),
        ("Sun, 06 Nov 1994 08:50:37 GMT", "", 60.0),
    ],
)
def test_a_date_counts_by_the_clock_of_whoever_wrote_it(text, date, seconds):
    assert retry_after({"retry-after": text, "date": date}, NOW) == seconds


@settings(deadline=None)
@given(st.text())
def test_no_retry_after_crashes(text):
    seconds = retry_after({"retry-after": text}, NOW)
    assert seconds is None or seconds >= 0


ASKED = {"retry-after": "3"}


def delay(status, headers, safe, attempt=0):
    return delay_after_answer(answer(status, {}, **headers), safe, attempt, NOW, 1.0)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("safe", [True, False])
def test_whoever_is_asked_to_wait_waits(status, safe):
    assert delay(status, ASKED, safe) == 3.0


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize("status", [502, 503, 504])
def test_without_a_time_only_what_is_harmless_is_sent_again(status):
    assert delay(status, {}, True, 2) == 2.0
    assert delay(status, {}, False, 2) is None


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize("safe", [True, False])
@pytest.mark.parametrize(
    ("status", "headers"), [(429, {}), (429, {"retry-after": "soon"}), (503, {"retry-after": "?"})]
)
def test_what_came_too_often_was_not_taken(status, headers, safe):
    assert delay(status, headers, safe, 2) == 2.0


@pytest.mark.proves("NETWORK-4")
@pytest.mark.parametrize("status", [502, 504])
def test_a_gateway_does_not_know_that_a_write_was_not_taken(status):
    assert delay(status, ASKED, False) is None


@pytest.mark.parametrize("status", [200, 201, 204, 302, 400, 401, 403, 404, 409, 412, 422, 500, 501])
@pytest.mark.parametrize("safe", [True, False])
def test_every_other_answer_is_kept(status, safe):
    assert delay(status, ASKED, safe) is None


@pytest.mark.parametrize(("attempt", "seconds"), [(0, 0.5), (1, 1.0), (2, 2.0), (5, 16.0), (6, 20.0), (2000, 20.0)])
def test_backoff_doubles_up_to_its_limit(attempt, seconds):
    assert backoff(attempt, 1.0) == seconds


@settings(deadline=None)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_backoff_stays_within_its_bounds(attempt, jitter):
    seconds = backoff(attempt, jitter)
    assert 0.1 <= seconds <= 20.0
    assert math.isclose(backoff(attempt, 1.0) * jitter, seconds) or seconds == 0.1
    assert backoff(attempt + 1, jitter) >= seconds
