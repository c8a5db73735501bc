# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a whole environment, and writes what has to be written of it: many entities at a time, in order."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Optional, Union

from ...module_utils._commands.results import unexpected
from ...module_utils._entity.api.client import EntityClient
from ...module_utils._entity.canary import CanaryWrites
from ...module_utils._entity.examine import Examined, examine
from ...module_utils._entity.outcome import Outcome
from ...module_utils._entity.steps import EntityStep
from ...module_utils.errors import ConfigurationError, InsightError, OutcomeUnknownError
from .._manifest.entry import EntryName
from .members import Environment, Member, naming
from .planned_change import PlannedChange
from .worker_pool import NotBegun, NotTried, work_through

if TYPE_CHECKING:
    from ...module_utils._journal.writer import Journal

Read = Union[Examined, InsightError, NotTried]
Written = Union[Outcome, InsightError, NotTried]
Finished = Union[tuple[str, ...], InsightError, NotTried]

PROGRESS_EVERY = 10.0
"""Seconds between two lines of progress; work that is shorter shows none."""


@dataclass(frozen=True, eq=False)
class RunOptions:
    """How the work is done. concurrency: entities at a time, 1 to 64; stop_on: errors after which nothing more is
    begun; show: reaches a person while the task runs; server_date: the ``Date`` of this thread's last answer."""

    client: EntityClient
    concurrency: int = 8
    stop_on: tuple[type[InsightError], ...] = (InsightError,)
    canary_writes: CanaryWrites = field(default_factory=CanaryWrites)
    show: Optional[Callable[[str], None]] = None
    server_date: Callable[[], Optional[str]] = lambda: None


def reader(gather: str) -> type[EntityClient]:
    """The client that finds entities as the option ``gather`` says: each by itself, or in lists."""
    if gather != "list":
        return EntityClient
    from .bulk_reader import BulkReader

    return BulkReader


def check_concurrency(what: str, concurrency: int) -> None:
    """Raise ConfigurationError for a number of entities at a time that nobody can work on. what: as in InsightError."""
    if not 1 <= concurrency <= 64:
        raise ConfigurationError(what, "concurrency is not between 1 and 64")


def progress(options: RunOptions, what: str, total: int) -> Callable[[int], None]:
    """Shows the user now and then how much is done, how fast it goes and how long it will take."""
    began = last = time.monotonic()

    def report(done: int) -> None:
        """Show how many are done, from time to time."""
        nonlocal last
        now = time.monotonic()
        if options.show is None or now - last < PROGRESS_EVERY or done == total:
            return
        last = now
        rate = done / (now - began)
        options.show(
            f"{done:,} of {total:,} entities {what}, {rate:,.0f} a second, {(total - done) / rate:,.0f} s left"
        )

    return report


def finish_all(environment: Environment, options: RunOptions) -> dict[EntryName, Finished]:
    """Wait for what earlier runs have left with the server. Returns the notes on each such entity, or the error."""
    client = options.client

    def finish(name: EntryName) -> tuple[str, ...]:
        with naming(environment.members[name].entry):
            return client.finish(environment.members[name].desired.address)

    def unhindered(_name: EntryName, _fates: Mapping[EntryName, Any]) -> Optional[str]:
        return None

    report = progress(options, "waited for", len(environment.members))
    left = [name for name, member in environment.members.items() if client.left(member.desired.address)]
    return work_through([left], finish, options.concurrency, (), unhindered, report, []) if left else {}


def read_all(environment: Environment, options: RunOptions) -> dict[EntryName, Read]:
    """Read and plan each member. A member that refers to one which does not exist yet is planned as a new one."""
    client = options.client
    client.known = {}

    def may_come(identity: str) -> bool:
        return identity in environment.meant

    def look(name: EntryName) -> Examined:
        member = environment.members[name]
        with naming(member.entry):
            examined = examine(client, member.desired, may_come)
            if examined.observed and examined.plan.operation != "none":
                client.prove_list(member.desired, examined.observed)
        _know(environment, client, name, examined.observed)
        return examined

    def blocked(name: EntryName, reads: Mapping[EntryName, Read]) -> Optional[str]:
        member = environment.members[name]
        bad = [one for one in member.before if member.entry.state == "present" and not _is_read(reads, one)]
        return f"{bad[0]}, to which it refers, could not be read" if bad else None

    report = progress(options, "read", len(environment.members))
    return work_through(environment.levels, look, options.concurrency, options.stop_on, blocked, report, [])


def _is_read(reads: Mapping[EntryName, Read], name: EntryName) -> bool:
    return name not in reads or isinstance(reads[name], Examined)


def _know(environment: Environment, client: EntityClient, name: EntryName, entity: Optional[Mapping[str, Any]]) -> None:
    """Keep what was read of an entity, or that it does not exist, for the entities that refer to it."""
    if client.known is not None:
        client.known.update(dict.fromkeys(environment.identities.get(name, ()), entity))


def write_all(
    environment: Environment,
    reads: Mapping[EntryName, Read],
    operations: Mapping[EntryName, PlannedChange],
    names: Collection[EntryName],
    options: RunOptions,
    journal: Optional[Journal] = None,
) -> dict[EntryName, Written]:
    """Write these members, each before those that need it. Returns the fate of each."""
    stopped: list[str] = []

    def work(name: EntryName) -> Outcome:
        """Write one entity."""
        examined = reads[name]
        if not isinstance(examined, Examined):
            raise TypeError(name)
        with _unknown_once_begun(name) as begun:
            outcome = _written_with_journal(
                options, journal, operations[name], environment.members[name], examined, stopped, begun
            )
            _know(environment, options.client, name, outcome.entity)
            return outcome

    def blocked(name: EntryName, written: Mapping[EntryName, Written]) -> Optional[str]:
        """Why an entity cannot be written; None where it can."""
        member = environment.members[name]
        unread = [one for one in member.before if not _is_read(reads, one)]
        if unread:
            return f"{unread[0]}, which may refer to it, could not be read"
        bad = [one for one in member.before if one in names and not isinstance(written.get(one), Outcome)]
        if not bad:
            return None
        present = member.entry.state == "present"
        return f"{bad[0]}, to which it refers, was not written" if present else f"{bad[0]} still refers to it"

    levels = [[name for name in level if name in names] for level in environment.levels]
    report = progress(options, "written", len(names))
    return work_through(levels, work, options.concurrency, options.stop_on, blocked, report, stopped, unknown)


def _written_with_journal(
    options: RunOptions,
    journal: Optional[Journal],
    operation: PlannedChange,
    member: Member,
    examined: Examined,
    stopped: list[str],
    begun: list[str],
) -> Outcome:
    """Write one member, with its intent and outcome in the journal."""
    # Here, since most runs change nothing, and each would compile the files that write.
    from ...module_utils._entity.carry_out import apply
    from ...module_utils._entity.safe_write import having_written

    around = partial(_recorded, options, journal, operation, stopped, begun)

    def record(step: EntityStep, state: str) -> None:
        if journal:
            journal.step(operation.entity, str(step), state)

    known = options.canary_writes
    outcome = apply(options.client, member.desired, examined, canary_writes=known, around=around, record=record)
    if journal:
        with having_written(member.desired.address, operation.operation, outcome.entity_id):
            journal.outcome(operation.entity, DONE[operation.operation], options.server_date())
    return outcome


@contextmanager
def _unknown_once_begun(name: EntryName) -> Iterator[list[str]]:
    """After a write had begun, every unexpected error makes its outcome unknown. Yields the list of the writes that
    have begun."""
    begun: list[str] = []
    try:
        yield begun
    except InsightError:
        raise
    except BaseException as error:
        if begun:
            raise unknown(error, str(name)) from error
        raise


@contextmanager
def _recorded(
    options: RunOptions, journal: Optional[Journal], operation: PlannedChange, stopped: list[str], begun: list[str]
) -> Iterator[None]:
    """Context around a write: records its intent in the journal, and what went wrong. The write may come long after its
    thread began."""
    if stopped:
        raise NotBegun(f"write {operation.entity}", stopped[0])
    if journal:
        journal.intent(operation.entity, operation.operation, operation.before, operation.after)
    begun.append(operation.entity)
    try:
        yield
    except BaseException as caught:  # in a thread, where no interruption comes
        error = caught if isinstance(caught, InsightError) else unknown(caught, operation.entity)
        if isinstance(error, options.stop_on):
            stopped.append(f"the run stopped at {operation.entity}")
        try:
            if journal:
                journal.outcome(operation.entity, fate_of(error), options.server_date(), error.message)
        except InsightError as broken:  # must not take the place of what says whether something was written
            error = error.but(hint=f"{error.hint} {broken.message}".strip())
        if error is caught:
            raise
        raise error from caught


def unknown(error: BaseException, name: str) -> OutcomeUnknownError:
    """The error for a write that ended with an unexpected error."""
    cause = unexpected(error, name)
    hint = f"It may have been carried out. Look at the entity before you run this again. {cause.hint}"
    return OutcomeUnknownError(cause.what, cause.why, hint, written="unknown")


DONE = {"none": "unchanged", "create": "created", "update": "updated", "delete": "deleted", "replace": "replaced"}
"""The outcome of an entity, by its operation."""

FAILED = {
    "MovedError": "moved",
    "OutcomeUnknownError": "outcome_unknown",
    "HeldBackError": "not_tried",
}


def fate_of(error: InsightError) -> str:
    """The outcome of an entity whose work ended with an error."""
    return FAILED.get(type(error).__name__, "failed")
