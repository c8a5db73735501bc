# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Writes that nobody has seen working: to one entity first, and on only after a clean read-back."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from typing import Any

from ..errors import HeldBackError, InsightError, RefutedError
from ..profile.model import Operation
from .mask import mask, printable

WHY_LIMIT = 500


@dataclass(frozen=True)
class Refusal:
    """Why an assumed write goes to no further entity. operation: as key of the profile; entity: the one that it went
    to; why: what happened to that; profile_key: the line of the profile to look at."""

    operation: str
    entity: str
    why: str
    profile_key: str

    def as_result(self) -> dict[str, str]:
        """The fields, for the results of the entity that it went to and of those that it did not."""
        return asdict(self)


class AssumedWrites:
    """What this process has learnt of the write operations of one system that are assumed.

    The first write of each goes alone: other threads wait until it was read back. Clean, the operation goes on to
    the others, many at a time. Not clean (something else arrived or changed, the answer contradicts the profile,
    nobody knows), it goes to no other entity for as long as this process lives. A write that was refused and did
    nothing taught nothing: the next one is the first. Documented and verified operations are not held back.
    """

    def __init__(self) -> None:
        self._news = threading.Condition()
        self._under_way: set[str] = set()
        self._clean: set[str] = set()
        self._refused: dict[str, Refusal] = {}

    @property
    def held_back(self) -> list[dict[str, str]]:
        """The operations that go to no further entity, as ``hold_back`` takes them, in another process."""
        with self._news:
            return [refusal.as_result() for refusal in self._refused.values()]

    def hold_back(self, refusals: Iterable[Mapping[str, str]]) -> None:
        """Learn what another process has found out."""
        with self._news:
            for told in refusals:
                refusal = Refusal(**{one.name: str(told.get(one.name, "")) for one in fields(Refusal)})
                self._refused.setdefault(refusal.operation, refusal)

    @contextmanager
    def one_first(self, operation: Operation | None, entity: str, secrets: Mapping[str, Any]) -> Iterator[None]:
        """Around the write of an entity and its read-back. Raises HeldBackError instead where nothing may be sent.

        An error inside counts as not clean when its details say ``written``, or when it refutes this operation.
        operation: None where the profile has none, which sends nothing. secrets: of this entity, which must not turn
        up in what others are told.
        """
        if operation is None or not operation.assumed:
            yield
            return
        key = operation.profile_key
        self._enter(key, f"{operation.name} {entity}")
        try:
            yield
        except BaseException as error:
            refusal = Refusal(key, entity, *_what_happened(error, key, secrets)) if _is_unclean(error, key) else None
            if refusal and isinstance(error, InsightError):
                error.details = {**error.details, "held_back": refusal.as_result()}
            self._leave(key, refusal)
            raise
        self._leave(key, None, clean=True)

    def _enter(self, key: str, what: str) -> None:
        with self._news:
            while key not in self._refused and key not in self._clean:
                if key not in self._under_way:
                    self._under_way.add(key)
                    return
                self._news.wait()
            if key in self._refused:
                raise _held_back(what, self._refused[key])

    def _leave(self, key: str, refusal: Refusal | None, clean: bool = False) -> None:
        with self._news:
            self._under_way.discard(key)
            if refusal:
                self._refused.setdefault(key, refusal)
            if clean:
                self._clean.add(key)
            self._news.notify_all()


def _is_unclean(error: BaseException, key: str) -> bool:
    """Whether the write may have done something that it should not have; of an interruption nobody knows."""
    if not isinstance(error, InsightError):
        return True
    refuted = str(error.details.get("profile_key", "")) if isinstance(error, RefutedError) else ""
    return "written" in error.details or f"{refuted}.".startswith(f"{key}.")


def _what_happened(error: BaseException, key: str, secrets: Mapping[str, Any]) -> tuple[str, str]:
    if not isinstance(error, InsightError):
        return "it was interrupted", key
    text = printable(mask(error.why or error.message, [secrets]))
    return (text if len(text) <= WHY_LIMIT else f"{text[:WHY_LIMIT]}..."), error.details.get("profile_key", key)


def _held_back(what: str, refusal: Refusal) -> HeldBackError:
    return HeldBackError(
        what,
        f"{refusal.operation} is an assumption of the profile, and it was not read back clean from {refusal.entity}, "
        f"which came first: {refusal.why}; nothing was written here",
        f"Look at that one, change {refusal.profile_key} in profile_overrides where it is wrong, and run this again.",
        profile_key=refusal.profile_key,
        held_back=refusal.as_result(),
    )
