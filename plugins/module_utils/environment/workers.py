# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Work on many entities at a time, level by level, until it is done or something fails."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any, Callable, Optional, TypeVar, Union

from ..errors import InsightError

Item = TypeVar("Item", bound=Hashable)
Result = TypeVar("Result")


@dataclass(frozen=True)
class NotTried:
    """An item that nobody worked on, and why."""

    why: str


class NotBegun(InsightError):
    """Raised by work that was about to begin when nothing more was to be begun. why: as in NotTried."""


Fate = Union[Result, InsightError, NotTried]
Blocked = Callable[[Item, Mapping[Item, Any]], Optional[str]]


def work_through(
    levels: Sequence[Sequence[Item]],
    work: Callable[[Item], Result],
    concurrency: int,
    stop_on_error: bool,
    blocked: Blocked[Item],
    tell: Callable[[int], None],
    stopped: list[str],
) -> dict[Item, Fate[Result]]:
    """Do the work on each item and return what became of each, in the order of the levels, whoever is through first:
    the result, the InsightError, or NotTried.

    A level begins when the one before it has ended. blocked: says, from what became of the others, why an item cannot
    be worked on. stop_on_error: after the first error nothing more is begun; what is under way is finished, as it is
    when this is interrupted. tell: hears after each item how many are through. stopped: empty; why nothing more is
    begun, as soon as that is so, for work that waits before it begins.
    """
    fates: dict[Item, Fate[Result]] = {}
    with ThreadPoolExecutor(max_workers=concurrency) as pool:
        try:
            for level in levels:
                hindered = {item: NotTried(why) for item in level if (why := blocked(item, fates))}
                fates.update(hindered)
                free = [item for item in level if item not in hindered]
                futures = {pool.submit(_fate, item, work, stopped, stop_on_error): item for item in free}
                for future in as_completed(futures):
                    fates[futures[future]] = future.result()
                    tell(len(fates))
        except BaseException:  # Ctrl-C, or Ansible's timeout: what is under way is finished before it goes on
            stopped.append("the run was interrupted")
            raise
    return {item: fates[item] for level in levels for item in level}


def _fate(item: Item, work: Callable[[Item], Result], stopped: list[str], stop_on_error: bool) -> Fate[Result]:
    """What becomes of an item; ``stopped`` says to all threads why nothing more is begun."""
    if stopped:
        return NotTried(stopped[0])
    try:
        return work(item)
    except NotBegun as error:
        return NotTried(error.why)
    except InsightError as error:
        if stop_on_error:
            stopped.append(f"the run stopped at {item}")
        return error
