# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write that does not show at once is waited for. Time is made up."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.entities.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils.entities.target import target_of
from ansible_collections.rimops.insight.plugins.module_utils.entities.wish import Waiting, Wish
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, UnconvergedError
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Insight, answer, profile


@pytest.fixture
def insight():
    server = Insight()
    server.add("application", appCode="1", appName="A")
    return server


def wish(attributes=None, **more):
    target = target_of(profile(), {"type": "event", "key": {"eventName": "Filing"}})
    return Wish(target, attributes or {}, **more)


def run(insight, wished, clock):
    return ensure(insight.client(), wished, False, clock.clock)


def lagging(times, old):
    def stale(request, go):
        return answer(200, old) if old else answer(404, {})

    return [stale] * times


@pytest.mark.proves("WRITE-8")
def test_waiting_until_a_write_shows(insight):
    clock = FakeClock()
    insight.hooks = {"find": [None, None, *lagging(3, None)]}
    assert run(insight, wish(), clock=clock).entity_id == 2
    assert clock.sleeps == [1.0, 1.0, 1.0]
    old = dict(insight.entities["event"][2])
    insight.hooks = {"read": [None, *lagging(2, old)]}
    assert run(insight, wish({"description": "x"}), clock=clock).entity["description"] == "x"
    insight.hooks = {"read": [None, *lagging(2, {**old, "description": "x"})]}
    assert run(insight, wish(state="absent"), clock=clock).entity is None
    assert len(clock.sleeps) == 7


@pytest.mark.proves("WRITE-8")
@pytest.mark.parametrize(
    ("waiting", "slept"), [(Waiting(timeout=5.0, interval=2.0), [2.0, 2.0]), (Waiting(enabled=False), [])]
)
def test_waiting_ends(insight, waiting, slept):
    clock = FakeClock()
    insight.hooks = {"read": lagging(99, None), "find": lagging(99, None)}
    with pytest.raises(UnconvergedError, match=r"not there.*wait_timeout") as caught:
        run(insight, wish(waiting=waiting), clock=clock)
    assert clock.sleeps == slept
    assert caught.value.details["written"] == "create"


@pytest.mark.proves("WRITE-8")
def test_no_waiting_when_the_write_shows_at_once(insight):
    clock = FakeClock()
    run(insight, wish(), clock=clock)
    assert clock.sleeps == []


@pytest.mark.parametrize("interval", [0.0, -1.0, float("nan"), float("inf"), 1e12])
def test_an_interval_that_is_none(interval):
    with pytest.raises(ConfigurationError, match="wait_interval"):
        Waiting(interval=interval)


@pytest.mark.parametrize("timeout", [-1.0, float("nan"), float("inf"), 1e12])
def test_a_timeout_that_is_none(timeout):
    with pytest.raises(ConfigurationError, match="wait_timeout"):
        Waiting(timeout=timeout)


def test_no_time_to_wait_is_one():
    assert Waiting(timeout=0.0).timeout == 0
