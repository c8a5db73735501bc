# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on many entities at a time, level by level, until it is done or something fails."""

from __future__ import annotations

import time
from collections.abc import Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import Any, Callable, Optional, TypeVar, Union

from ...module_utils._commands.results import unexpected
from ...module_utils._transport.deadline import GRACE, Ending, work_until
from ...module_utils.errors import InsightError

Item = TypeVar("Item", bound=Hashable)
Done = TypeVar("Done")

ENDED = 0.5
"""Seconds that threads then have to notice the end, and to record the fate of their work."""


@dataclass(frozen=True)
class NotTried:
    """An item that was not worked on, and why."""

    why: str


class NotBegun(InsightError):
    """Raised by work that was about to begin when nothing more was to be begun. why: as in NotTried."""


Fate = Union[Done, InsightError, NotTried]
Blocked = Callable[[Item, Mapping[Item, Any]], Optional[str]]


def work_through(
    levels: Sequence[Sequence[Item]],
    work: Callable[[Item], Done],
    concurrency: int,
    stop_on: tuple[type[InsightError], ...],
    blocked: Blocked[Item],
    report: Callable[[int], None],
    stopped: list[str],
    unforeseen: Callable[[BaseException, str], InsightError] = unexpected,
) -> dict[Item, Fate[Done]]:
    """Do the work on each item and return the fate of each, in the order of the levels.

    A level begins when the one before it has ended. concurrency: threads at most; no more than there are items in the
    largest level are started. blocked: says, from the fates of the others, why an item cannot be
    worked on. stop_on: errors after which no further item is begun. After an interruption the items under way have
    GRACE seconds. report: is called after each item with the number of finished ones. stopped: empty; takes the reason
    why no further item is begun. unforeseen: makes the error of an item from an unexpected one.
    """
    fates: dict[Item, Fate[Done]] = {}
    begun: SimpleQueue[Any] = SimpleQueue()
    through: SimpleQueue[tuple[Item, Fate[Done]]] = SimpleQueue()

    def serve(ending: Ending) -> None:
        work_until(ending)
        for item in iter(begun.get, _NO_MORE):
            through.put((item, _fate(item, work, stopped, stop_on, unforeseen)))

    with _threads(min(concurrency, max(map(len, levels), default=0)), serve, begun, stopped):
        for level in levels:
            hindered = {item: NotTried(why) for item in level if (why := blocked(item, fates))}
            fates.update(hindered)
            free = [item for item in level if item not in hindered]
            for item in free:
                begun.put(item)
            for _item in free:
                item, fate = through.get()
                fates[item] = fate
                with suppress(Exception):  # whom it does not reach, it must not stop
                    report(len(fates))
    return {item: fates[item] for level in levels for item in level}


_NO_MORE = object()
_UNDER_WAY: list[Callable[[str], None]] = []
"""How to end each work of this process."""


def end_all(why: str) -> None:
    """End all work of this process, as an interruption does, and give it the time to end."""
    for end in _UNDER_WAY[:]:
        end(why)
    time.sleep(GRACE + ENDED)


@contextmanager
def _threads(
    number: int, serve: Callable[[Ending], None], begun: SimpleQueue[Any], stopped: list[str]
) -> Iterator[None]:
    """Threads that serve a queue. They are daemons: one that hangs, against all bounds, does not hold the process."""
    ending = Ending()

    def end(why: str) -> None:
        stopped.append(why)
        ending.begin(GRACE)

    _UNDER_WAY.append(end)
    threads: list[Thread] = []
    try:
        _start(threads, number, partial(serve, ending))
        yield
    except BaseException:  # Ctrl-C, or Ansible's timeout
        end("the run was interrupted")
        raise
    finally:
        _UNDER_WAY.remove(end)
        for _thread in threads:
            begun.put(_NO_MORE)
        last = time.monotonic() + GRACE + ENDED
        for thread in threads:
            thread.join(max(0.0, last - time.monotonic()) if ending.begun else None)


def _start(threads: list[Thread], number: int, serve: Callable[[], None]) -> None:
    """Start so many threads, or as many as the system gives. Raises RuntimeError where it gives none."""
    for _number in range(number):
        thread = Thread(target=serve, daemon=True)
        try:
            thread.start()
        except RuntimeError:
            if not threads:
                raise
            return
        threads.append(thread)


def _fate(
    item: Item,
    work: Callable[[Item], Done],
    stopped: list[str],
    stop_on: tuple[type[InsightError], ...],
    unforeseen: Callable[[BaseException, str], InsightError],
) -> Fate[Done]:
    """The fate of an item, also after an unexpected error: the main thread would wait for ever for an item without a
    fate, and an interruption reaches the main thread only. ``stopped`` tells all threads why no further item is
    begun."""
    name = "an entity"
    try:
        name = str(item)
        return NotTried(stopped[0]) if stopped else work(item)
    except NotBegun as reason:
        return NotTried(reason.why)
    except BaseException as caught:  # noqa: BLE001
        error = caught if isinstance(caught, InsightError) else unforeseen(caught, name)
        if isinstance(error, stop_on):
            stopped.append(f"the run stopped at {name}")
        return error
