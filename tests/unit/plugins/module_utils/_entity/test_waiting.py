# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A write that does not show at once is waited for. Time is made up."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._options.waiting import Waiting
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, UnconvergedError
from ansible_collections.rimops.insight.tests.unit.fakes import FakeClock, Insight, answer, profile


@pytest.fixture
def insight():
    server = Insight()
    server.add("application", appCode="1", appName="A")
    return server


def desired(attributes=None, of=None, **more):
    address = address_of(of or profile(), {"type": "event", "key": {"eventName": "Filing"}})
    return DesiredState(address, attributes or {}, **more)


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
    assert run(insight, desired(), clock=clock).entity_id == 2
    assert clock.sleeps == [1.0, 1.0, 1.0]
    old = dict(insight.entities["event"][2])
    insight.hooks = {"read": [None, *lagging(2, old)]}
    assert run(insight, desired({"description": "x"}), clock=clock).entity["description"] == "x"
    insight.hooks = {"read": [None, *lagging(2, {**old, "description": "x"})]}
    assert run(insight, desired(state="absent"), clock=clock).entity is None
    assert len(clock.sleeps) == 7


@pytest.mark.proves("WRITE-8")
@pytest.mark.parametrize(
    ("waiting", "slept"), [(Waiting(timeout=5.0, interval=2.0), [2.0, 2.0]), (Waiting(enabled=False), [])]
)
def test_waiting_ends(insight, waiting, slept):
    clock = FakeClock()
    insight.hooks = {"read": lagging(99, None), "find": lagging(99, None)}
    with pytest.raises(UnconvergedError, match=r"not there.*wait_timeout") as caught:
        run(insight, desired(waiting=waiting), clock=clock)
    assert clock.sleeps == slept
    assert caught.value.details["written"] == "create"


@pytest.mark.proves("WRITE-8")
def test_no_waiting_when_the_write_shows_at_once(insight):
    clock = FakeClock()
    run(insight, desired(), clock=clock)
    assert clock.sleeps == []


SAYS_NOTHING = {"operations": {"update": {"entity": False}}}


def ignoring(request, go):
    return answer(200, {})


@pytest.mark.proves("WRITE-8")
@pytest.mark.parametrize("says", ["nothing", "the entity as it was"])
def test_an_update_that_the_server_ignores_is_looked_for_twice(insight, says):
    clock = FakeClock()
    run(insight, desired(), clock)
    old = dict(insight.entities["event"][2])
    ignored = ignoring if says == "nothing" else lambda request, go: answer(200, old)
    insight.hooks = {"create-or-update": [ignored]}
    insight.requests.clear()
    of = profile(**(SAYS_NOTHING if says == "nothing" else {}))
    with pytest.raises(UnconvergedError, match=r"stored nothing.*changed nothing of it.*wait_timeout"):
        ensure(insight.client(of), desired({"description": "x"}, of), False, clock.clock)
    verbs = [verb for verb, _body in insight.requests]
    assert verbs == ["find", "read", "create-or-update", "read", "read"]
    assert clock.sleeps == [1.0]


@pytest.mark.proves("WRITE-8")
@pytest.mark.parametrize(("waits", "reads"), [(None, 2), (10.0, 6)])
def test_an_update_that_shows_late_is_waited_for_where_that_is_said(insight, waits, reads):
    clock = FakeClock()
    run(insight, desired(), clock)
    old = dict(insight.entities["event"][2])
    insight.hooks = {"read": [None, *lagging(5, old)]}
    insight.requests.clear()
    waiting = Waiting.of({"wait": True, "wait_timeout": waits, "wait_interval": 1.0})
    of = profile(**SAYS_NOTHING)
    wished, client = desired({"description": "x"}, of, waiting=waiting), insight.client(of)
    if waits:
        assert ensure(client, wished, False, clock.clock).entity["description"] == "x"
    else:
        with pytest.raises(UnconvergedError):
            ensure(client, wished, False, clock.clock)
    assert [verb for verb, _body in insight.requests].count("read") == 1 + reads


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
