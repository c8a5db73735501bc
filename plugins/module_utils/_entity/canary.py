# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Canary writes: a write that was never seen to work, and a create whose search has never found anything, go to one
entity alone; the others follow only after a clean read-back."""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, fields
from typing import Any, Callable

from .._profile.operation import Operation
from .._text.records import record
from .._text.redaction import printable, redact
from ..errors import HeldBackError, InsightError, ProfileMismatchError
from .address import Address

WHY_LIMIT = 500
"""Characters of an error that are told to the writes which it holds back."""
OF = " of "
"""Between the key of a search and the type that it is about."""


@record
class Refusal:
    """Why a write goes to no further entity. operation: the assumed one, or the search that did not show what was
    created, as key of the profile, with the type; entity: the one that it went to; why: what happened to that;
    profile_key: the line of the profile to look at."""

    operation: str
    entity: str
    why: str
    profile_key: str

    def as_result(self) -> dict[str, str]:
        """The fields, for the result of the entity with the failed write and of the entities that were held back."""
        return asdict(self)


class CanaryWrites:
    """What this process has learnt of the assumed write operations of one system.

    The first write of each operation goes alone: other threads wait until it was read back. If the read-back is clean,
    the operation goes to the other entities, many at a time. If not (another value arrived or changed, the answer
    contradicts the profile, or the outcome is unknown), the operation goes to no other entity while this process lives.
    After a write that was refused and changed nothing, the next write is the first. Documented and verified operations
    are not held back.

    A search that has never found an entity of a type is in doubt, however well its operation is documented: the first
    create of that type goes alone until the search finds the created entity. If it does not, no other entity of that
    type is created. shown: the searches that have found an entity, shared by the clients of the system.
    """

    def __init__(self) -> None:
        self.shown: set[tuple[str, str]] = set()
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
            for data in refusals:
                refusal = Refusal(**{one.name: str(data.get(one.name, "")) for one in fields(Refusal)})
                self._refused.setdefault(refusal.operation, refusal)

    @contextmanager
    def first_write_alone(self, operation: Operation | None, entity: str, secrets: Mapping[str, Any]) -> Iterator[None]:
        """Context around the write of an entity and its read-back. Raises HeldBackError where the write must not be
        sent.

        An error inside counts as not clean when its details say ``written``, or when it contradicts this operation of
        the profile. operation: None where the profile has none, and nothing is sent. secrets: of this entity, which
        must not appear in the errors of others.
        """
        if operation is None or not operation.assumed:
            yield
            return
        key = operation.profile_key
        with self._alone(key, f"{operation.name} {entity}", entity, secrets, lambda error: _is_unclean(error, key)):
            yield
            self._learn(key)

    @contextmanager
    def first_create_alone(
        self, address: Address, secrets: Mapping[str, Any], shown: Collection[Any]
    ) -> Iterator[None]:
        """Around the create of an entity and its read-back by the search. Raises HeldBackError instead where the search
        did not show an earlier one. shown: what the client has been shown."""
        search = address.type.operations["find"]
        key, place = f"{search.profile_key}{OF}{address.type.name}", (address.type.name, search.name)

        def refutes(error: BaseException) -> bool:
            if not isinstance(error, InsightError):
                return place not in shown
            known = error.details.get("written", "unknown") != "unknown" or bool(_earlier_one(error))
            return known and (place not in shown or _refutes(error, search.profile_key))

        if place in shown:
            self._learn(key)
        with self._alone(key, f"create {address}", str(address), secrets, refutes):
            yield
            if place in shown:
                self._learn(key)

    @contextmanager
    def _alone(
        self, key: str, what: str, entity: str, secrets: Mapping[str, Any], is_bad: Callable[[BaseException], bool]
    ) -> Iterator[None]:
        """Around a write that others wait for, unless an earlier one was clean. is_bad: whether an error means that
        there must be no other."""
        self._enter(key, what)
        refusal = None
        try:
            yield
        except BaseException as error:
            if is_bad(error):
                refusal = Refusal(
                    key, _earlier_one(error) or entity, *_what_happened(error, key.partition(OF)[0], secrets)
                )
            if refusal and isinstance(error, InsightError):
                raise error.but(held_back=refusal.as_result()) from error
            raise
        finally:
            self._leave(key, refusal)

    def _learn(self, key: str) -> None:
        """From now on the others need not wait."""
        with self._news:
            self._clean.add(key)
            self._news.notify_all()

    def _enter(self, key: str, what: str) -> None:
        """Be the one under way for a key, or wait until it is known to be clean. Raises HeldBackError where it is
        refused."""
        with self._news:
            while key not in self._refused and key not in self._clean:
                if key not in self._under_way:
                    self._under_way.add(key)
                    return
                self._news.wait()
            if key in self._refused:
                raise _held_back(what, self._refused[key])

    def _leave(self, key: str, refusal: Refusal | None) -> None:
        with self._news:
            self._under_way.discard(key)
            if refusal:
                self._refused.setdefault(key, refusal)
            self._news.notify_all()


def _earlier_one(error: BaseException) -> str:
    """The entity of an earlier run that an error is about; empty where it is about this one."""
    earlier = error.earlier if isinstance(error, ProfileMismatchError) else None
    return "" if earlier is None else printable(f"that with the id {earlier}")


def _is_unclean(error: BaseException, key: str) -> bool:
    """Whether the write may have changed something that it should not have; after an interruption this is unknown."""
    if not isinstance(error, InsightError):
        return True
    about_search = isinstance(error, ProfileMismatchError) and "operations.find" in str(
        error.details.get("profile_key")
    )
    return _refutes(error, key) or ("written" in error.details and not about_search)


def _refutes(error: InsightError, key: str) -> bool:
    """Whether an error says that this operation is not as the profile says."""
    profile_mismatch = str(error.details.get("profile_key", "")) if isinstance(error, ProfileMismatchError) else ""
    return f"{profile_mismatch}.".startswith(f"{key}.")


def _what_happened(error: BaseException, key: str, secrets: Mapping[str, Any]) -> tuple[str, str]:
    if not isinstance(error, InsightError):
        return "it was interrupted", key
    text = printable(redact(error.why or error.message, [secrets]))
    return (text if len(text) <= WHY_LIMIT else f"{text[:WHY_LIMIT]}..."), error.details.get("profile_key", key)


def _held_back(what: str, refusal: Refusal) -> HeldBackError:
    """The error for a write that is not sent, since the first of its kind was not read back clean."""
    searched = OF in refusal.operation
    because = "did not show" if searched else "is an assumption of the profile, and it was not read back clean from"
    return HeldBackError(
        what,
        f"{refusal.operation} {because} {refusal.entity}, which came first: {refusal.why}; nothing was written here",
        f"Look at that one, change {refusal.profile_key} in profile_overrides where it is wrong, and run this again.",
        profile_key=refusal.profile_key,
        held_back=refusal.as_result(),
    )
