# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Many items at a time: levels, failures, interruptions."""

from __future__ import annotations

import threading
import time

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._transport import deadline as bounds
from ansible_collections.rimops.insight.plugins.module_utils.errors import InsightError, NotSentError
from ansible_collections.rimops.insight.plugins.plugin_utils._environment import worker_pool as workers
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.worker_pool import (
    NotBegun,
    NotTried,
    work_through,
)

LEVELS = (("a", "b"), ("c",), ("d", "e"))
LONG = 300.0
"""Seconds that nothing takes unless it hangs, on however busy a machine."""


@pytest.fixture
def patient(monkeypatch):
    """After an interruption all that can end has the time to end."""
    monkeypatch.setattr(workers, "GRACE", LONG)


def begun_since(before):
    """The threads that were not there before; another test may have left some, which end meanwhile."""
    return set(threading.enumerate()) - before


def through(levels, work, concurrency, stop_on_error, blocked=lambda _item, _fates: None, tell=lambda _done: None):
    return work_through(levels, work, concurrency, (InsightError,) if stop_on_error else (), blocked, tell, [])


def failing_at(*names):
    def work(name):
        if name in names:
            raise InsightError(f"do {name}", "it will not")
        return name.upper()

    return work


def refers_to(**needs):
    def blocked(name, fates):
        broken = [one for one in needs.get(name, "") if not isinstance(fates[one], str)]
        return f"it refers to {broken[0]}" if broken else None

    return blocked


def test_everything_is_done():
    told = []
    fates = through(LEVELS, str.upper, 4, True, tell=told.append)
    assert fates == {name: name.upper() for name in "abcde"}
    assert told == [1, 2, 3, 4, 5]


def test_a_level_begins_when_the_one_before_has_ended():
    done, before = [], {}

    def work(name):
        before[name] = set(done)
        done.append(name)

    through(LEVELS, work, 8, True)
    assert before["c"] == {"a", "b"}
    assert before["d"] >= {"a", "b", "c"}


def test_a_level_is_worked_on_at_once():
    together = threading.Barrier(8, timeout=LONG)
    fates = through([range(8)], lambda number: (together.wait(), number)[1], 8, True)
    assert sorted(fates.values()) == list(range(8))


def test_what_became_of_the_items_is_told_in_their_order():
    second_is_through = threading.Event()

    def work(name):
        if name == "second":
            second_is_through.set()
        return second_is_through.wait(LONG)

    assert list(through([["first", "second"]], work, 2, True).items()) == [("first", True), ("second", True)]


def test_no_more_at_once_than_was_asked_for():
    running, most, lock, together = 0, 0, threading.Lock(), threading.Barrier(3, timeout=LONG)

    def work(_number):
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        together.wait()
        with lock:
            running -= 1

    through([range(60)], work, 3, True)
    assert most == 3


@pytest.mark.parametrize(("levels", "threads"), [([range(2), range(3)], 3), ([[1]], 1), ([range(60)], 4), ([], 0)])
def test_no_more_threads_than_items_at_once(levels, threads):
    started = set()

    class Counted(threading.Thread):
        def start(self):
            super().start()
            started.add(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(workers, "Thread", Counted)
        through(levels, str, 4, True)
    assert len(started) == threads


def test_stop():
    fates = through(LEVELS, failing_at("c"), 1, True)
    assert fates["a"] == "A"
    assert isinstance(fates["c"], InsightError)
    assert fates["d"] == fates["e"] == NotTried("the run stopped at c")


def test_stop_within_a_level_leaves_what_was_not_begun():
    fates = through([range(100)], failing_at_number(3), 1, True)
    assert [number for number, fate in fates.items() if fate == "done"] == [0, 1, 2]
    assert sum(isinstance(fate, NotTried) for fate in fates.values()) >= 90
    assert len(fates) == 100


def failing_at_number(bad):
    def work(number):
        if number == bad:
            raise InsightError("go on", "it is three")
        if number > bad:
            threading.Event().wait(0.01)
        return "done"

    return work


def test_go_on_with_what_does_not_depend_on_it():
    fates = through(LEVELS, failing_at("a"), 2, False, refers_to(c="a", d="b", e="c"))
    assert isinstance(fates["a"], InsightError)
    assert fates["c"] == NotTried("it refers to a")
    assert fates["d"] == "D"
    assert fates["e"] == NotTried("it refers to c")


def test_an_interruption_finishes_what_is_under_way(patient):
    begun, ended, stopped = [], [], []

    def work(number):
        begun.append(number)
        while number and not stopped:
            time.sleep(0.001)
        ended.append(number)

    def interrupt(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work_through([range(50)], work, 4, (InsightError,), lambda *_given: None, interrupt, stopped)
    assert sorted(begun) == sorted(ended)
    assert len(begun) <= 5  # the first one, and one in each thread


@pytest.mark.proves("LUCK-8")
def test_an_interruption_does_not_wait_for_work_that_hangs(monkeypatch):
    monkeypatch.setattr(workers, "GRACE", 0.1)
    monkeypatch.setattr(workers, "ENDED", 0.1)
    never, under_way = threading.Event(), threading.Barrier(33, timeout=LONG)

    def work(number):
        if number == 0:
            under_way.wait()
            return
        under_way.wait()
        never.wait()

    def interrupt(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        through([range(33)], work, 33, True, tell=interrupt)
    never.set()


@pytest.mark.proves("LUCK-8")
def test_an_interruption_reaches_work_that_sleeps(patient):
    seen, asleep = [], threading.Event()

    def work(number):
        if number == 0:
            asleep.wait(LONG)
            return
        asleep.set()
        try:
            bounds.sleep(3000)
        except NotSentError as error:
            seen.append(error.why)

    def interrupt(_done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        through([range(2)], work, 2, True, tell=interrupt)
    assert seen == ["the run was interrupted"]


@pytest.mark.proves("LUCK-8")
def test_the_threads_of_a_work_end_with_it(patient):
    before = set(threading.enumerate())
    through(LEVELS, str.upper, 16, True)
    assert begun_since(before) == set()
    with pytest.raises(KeyboardInterrupt):
        through(LEVELS, str.upper, 16, True, tell=interrupting)
    assert begun_since(before) == set()


def interrupting(_done):
    raise KeyboardInterrupt


@pytest.mark.proves("LUCK-9")
@pytest.mark.parametrize(
    "error",
    [
        ValueError("Invalid IPv6 URL"),
        KeyError("s3cret"),
        RecursionError(),
        MemoryError(),
        SystemExit(),
        GeneratorExit(),
    ],
)
def test_any_exception_becomes_the_outcome_of_its_item(error):
    def work(name):
        if name == "c":
            raise error
        return name.upper()

    fates = through(LEVELS, work, 2, True)
    assert (fates["a"], fates["b"]) == ("A", "B")
    assert fates["c"].__class__ is InsightError and type(error).__name__ in fates["c"].message
    assert "s3cret" not in fates["c"].message
    assert fates["d"] == NotTried("the run stopped at c")
    assert through(LEVELS, work, 2, False)["d"] == "D"


@pytest.mark.proves("LUCK-21")
def test_the_threads_that_the_system_gives_do_the_work(monkeypatch):
    start, left = threading.Thread.start, iter(range(3))

    def at_most_three(thread):
        if next(left, None) is None:
            raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", at_most_three)
    assert through([range(16)], str, 16, True) == {number: str(number) for number in range(16)}
    with pytest.raises(RuntimeError):
        through([range(16)], str, 16, True)
    assert workers._UNDER_WAY == []


def test_who_cannot_be_told_does_not_stop_the_work():
    def tell(_done):
        raise OSError("nobody listens")

    assert through(LEVELS, str.upper, 2, True, tell=tell) == {name: name.upper() for name in "abcde"}


def test_work_that_finds_itself_stopped_before_it_begins_is_not_tried():
    stopped, second_waits = [], threading.Event()

    def work(name):
        if name == "first":
            second_waits.wait(LONG)
            raise InsightError("do it", "it will not")
        second_waits.set()
        until = time.monotonic() + LONG
        while not stopped and time.monotonic() < until:
            time.sleep(0.01)
        raise NotBegun("do it", stopped[0])

    fates = work_through(
        [["first", "second"]], work, 2, (InsightError,), lambda *_given: None, lambda _done: None, stopped
    )
    assert fates["second"] == NotTried("the run stopped at first")
