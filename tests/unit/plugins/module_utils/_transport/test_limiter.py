# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How many requests may be under way."""

from __future__ import annotations

import threading
import time

from ansible_collections.rimops.insight.plugins.module_utils._transport.limiter import MOST, ConcurrencyLimiter


def most_at_once(lanes: ConcurrencyLimiter, threads: int) -> int:
    """How many threads get into a lane while none leaves."""
    inside, leave = [], threading.Event()

    def run() -> None:
        with lanes:
            inside.append(True)
            leave.wait()

    started = [threading.Thread(target=run) for _number in range(threads)]
    for one in started:
        one.start()
    while len(inside) + len(lanes._changed._waiters) < threads:
        time.sleep(0.001)
    entered = len(inside)
    leave.set()
    for one in started:
        one.join()
    return entered


def halved(lanes: ConcurrencyLimiter, under_way: int, *times: float) -> None:
    """Ask for fewer requests while so many are under way."""
    for _number in range(under_way):
        lanes.__enter__()
    for now in times:
        lanes.halve(now)
    for _number in range(under_way):
        lanes.__exit__()


def test_no_more_than_there_are_lanes():
    assert most_at_once(ConcurrencyLimiter(), MOST + 16) == MOST


def test_half_of_what_was_under_way():
    lanes = ConcurrencyLimiter()
    halved(lanes, 8, 0.0)
    assert most_at_once(lanes, 12) == 4


def test_answers_that_come_together_halve_once():
    lanes = ConcurrencyLimiter()
    halved(lanes, 8, 0.0, 0.1, 0.9)
    assert most_at_once(lanes, 12) == 4


def test_it_halves_again_and_never_ends():
    lanes = ConcurrencyLimiter()
    halved(lanes, 8, 0.0, 2.0, 4.0, 6.0, 8.0)
    assert most_at_once(lanes, 6) == 1


def test_it_grows_back():
    lanes = ConcurrencyLimiter()
    halved(lanes, 8, 0.0)
    for _number in range(3):
        lanes.widen()
    assert most_at_once(lanes, 12) == 7
    for _number in range(100):
        lanes.widen()
    assert most_at_once(lanes, MOST + 16) == MOST
