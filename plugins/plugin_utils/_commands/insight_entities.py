# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_entities: a whole environment, read, planned, approved and written, with evidence of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Optional

from ...module_utils._commands.base import NAME, Command
from ...module_utils._commands.connection import Connection, connect
from ...module_utils._commands.insight_entity import WRITING, desired_state
from ...module_utils._commands.revealed import reveals_of
from ...module_utils._entity.examine import Examined
from ...module_utils._options.context import Context, Files, Values
from ...module_utils._options.shared import SHARED, Spec
from ...module_utils._options.waiting import Waiting
from ...module_utils._text.atomic_files import write_whole
from ...module_utils._text.records import evolve
from ...module_utils.errors import ConfigurationError, InsightError, JournalError
from .._environment.executor import Read, RunOptions, check_concurrency, reader, write_all
from .._environment.graph import ordered, under_new_names
from .._environment.left_behind import EnvironmentJobs, jobs_of
from .._environment.members import environment_of
from .._environment.observation import declared, observed, planned, read_manifest
from .._environment.planned_change import PlannedChange
from .._environment.run import LONGEST_LIFETIME, OURS, Run
from .._environment.worker_pool import NotTried
from .._manifest.entry import Entry, EntryName
from .._manifest.manifest import Manifest
from .._report.report import RunReport, report_of
from .._report.result import as_result

if TYPE_CHECKING:
    from .._environment.plan_file import EnvironmentPlan

ENTITIES_SPEC: Spec = {
    **SHARED,
    **WRITING,
    "entities": {"type": "list", "elements": "dict"},
    "manifest": {"type": "list", "elements": "str"},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "concurrency": {"type": "int", "default": 8},
    "gather": {"type": "str", "choices": ["each", "list"], "default": "each"},
    "plan_out": {"type": "str"},
    "plan_page": {"type": "str"},
    "plan_file": {"type": "str"},
    "plan_digest": {"type": "str"},
    "plan_again": {"type": "bool", "default": False},
    "plan_lifetime": {"type": "float", "default": 7.0},
    "approval": {"type": "dict"},
    "prune_from": {"type": "list", "elements": "str"},
    "prune_limit": {"type": "int", "default": 0},
    "journal": {"type": "str"},
    "on_error": {"type": "str", "choices": ["stop", "continue"], "default": "stop"},
    "return_unchanged": {"type": "bool", "default": False},
}
WHAT = "manage the environment"
NEEDS = {"plan_digest": "plan_file", "plan_again": "plan_file", "plan_page": "plan_out", "approval": "journal"}
"""The options that mean nothing without another one."""


def run_entities(values: Values, context: Context) -> dict[str, Any]:
    """An environment as declared; see the module insight_entities."""
    _check(values)
    connection = connect(values, context)
    manifest = declared(values, connection, context.files, values["secrets"])
    entries = [*manifest.entries, *_pruned(values, connection, context.files, manifest)]
    environment = environment_of(ordered(entries), lambda entry: desired_state(connection, {**values, **vars(entry)}))
    options = RunOptions(
        client=connection.entities(reader(values["gather"])),
        concurrency=values["concurrency"],
        stop_on=(InsightError,) if values["on_error"] == "stop" else (),
        canary_writes=connection.canary_writes,
        show=context.show,
        server_date=connection.server_date,
    )
    run = Run(connection, values, context, environment, options, manifest.digest, manifest.notes)
    options.client.waiting, options.client.jobs = Waiting.of(values), jobs_of(run)
    options.client.reveals = reveals_of(values)
    return as_result(run.redact(_carry_out(run)), context.diff_mode)


def _check(values: Values) -> None:
    """Raise ConfigurationError for options that contradict one another."""
    for name in ("plan_out", "plan_page", "plan_file", "plan_digest", "journal"):
        if values[name] is not None and not values[name].strip():
            raise ConfigurationError(WHAT, f"{name} is given and blank", "Leave it out, or use omit.")
    check_concurrency(WHAT, values["concurrency"])
    if values["prune_from"] and not (values["plan_out"] or values["plan_file"]):
        raise ConfigurationError(
            WHAT, "prune_from deletes, and that goes only through a plan", "Set plan_out, review, and apply plan_file."
        )
    for name, needed in NEEDS.items():
        if values[name] and not values[needed]:
            raise ConfigurationError(WHAT, f"{name} is given without {needed}")
    if not 0 < values["plan_lifetime"] <= LONGEST_LIFETIME:
        raise ConfigurationError(WHAT, f"plan_lifetime is 0 or less, or more than {LONGEST_LIFETIME} days")
    if values["prune_limit"] < 0:
        raise ConfigurationError(WHAT, "prune_limit is less than 0")


def _pruned(values: Values, connection: Connection, files: Files, manifest: Manifest) -> list[Entry]:
    """The deletions: entries that an earlier manifest declares and this one does not, under none of its former
    names."""
    if not values["prune_from"]:
        return []
    kept = {name for entry in manifest.entries for name in (entry.name, entry.former)}
    before = read_manifest(connection, files, "prune_from", values["prune_from"], None)
    earlier = under_new_names(before.entries, manifest.entries)
    gone = [entry for entry in earlier if entry.state == "present" and entry.name not in kept]
    if len(gone) > values["prune_limit"]:
        raise ConfigurationError(
            WHAT,
            f"prune_from would delete {len(gone)} entities, and prune_limit is {values['prune_limit']}; nothing was "
            f"written (the first: {gone[0].name}, {gone[0].origin})",
            "Look whether entries were lost by mistake, or raise prune_limit.",
        )
    return [
        Entry(entry.type, entry.key, refs=entry.refs, state="absent", origin=f"{entry.origin} of prune_from")
        for entry in gone
    ]


def _carry_out(run: Run) -> RunReport:
    """Read, plan, and write unless only a plan is wanted."""
    plan = _approved_plan(run) if run.values["plan_file"] else None
    run, reads = observed(run)
    operations = planned(run, reads, {one.entity for one in plan.operations} if plan else ())
    needed = [name for name, one in operations.items() if one.operation != "none"]
    unread = [name for name, one in reads.items() if not isinstance(one, Examined)]
    values = run.values
    if unread and (values["plan_out"] or values["plan_file"] or values["on_error"] == "stop"):
        return report_of(run, reads, operations, dict.fromkeys(needed, NotTried("something else could not be read")))
    if plan:
        from .._environment.run_plan import check_approved

        notes, done = check_approved(run, plan, operations)
        run = evolve(run, notes=[*run.notes, *notes])
        reads = {**reads, **{name: _settled(reads[name]) for name in done}}
        operations = {name: one for name, one in operations.items() if name not in done}
        needed = [name for name in needed if name not in done]
    digest = _plan_written(run, operations) if values["plan_out"] else None
    if digest or run.context.check_mode:
        return evolve(report_of(run, reads, operations, {}), plan_digest=digest)
    return _write(run, reads, operations, set(needed), plan)


def _approved_plan(run: Run) -> EnvironmentPlan:
    """As approved_plan()."""
    from .._environment.run_plan import approved_plan

    return approved_plan(run)


def _plan_written(run: Run, operations: Mapping[EntryName, PlannedChange]) -> str:
    """Write the plan, and the page of it where one is wanted; the digest of its file."""
    from .._environment.run_plan import plan_out

    plan, digest = plan_out(run, operations)
    if run.values["plan_page"]:
        from .._report.page import render_page
        from .._report.page_of_plan import page_of_plan

        page = render_page(page_of_plan(plan, digest))
        write_whole(Path(run.path("plan_page")), page.encode("utf-8"), "write the page of the plan")
    return digest


def _settled(read: Read) -> Read:
    """The same for an entity that needs nothing after all."""
    return evolve(read, plan=evolve(read.plan, operation="none")) if isinstance(read, Examined) else read


def _write(
    run: Run,
    reads: Mapping[EntryName, Read],
    operations: Mapping[EntryName, PlannedChange],
    needed: Collection[EntryName],
    plan: Optional[EnvironmentPlan],
) -> RunReport:
    """Write the changes, with a journal where the options name a folder for it."""
    if not run.values["journal"]:
        return report_of(run, reads, operations, write_all(run.environment, reads, operations, needed, run.options))
    from ...module_utils._journal.reader import earlier_runs, unfinished
    from ...module_utils._journal.writer import Journal
    from .._environment.continued import inherited, start_of

    folder = run.path("journal")
    earlier = earlier_runs(folder, run.connection.settings.system)
    before = unfinished(earlier, run.digest)
    notes = [f"The run of {one.path.name} is still going on; wait for its end." for one in earlier if one.going_on]
    journal = Journal(folder, start_of(run, plan, before), run.redact)
    if isinstance(run.options.client.jobs, EnvironmentJobs):
        run.options.client.jobs.journal = journal
    try:
        notes += inherited(run, journal, reads, needed, before)
        written = write_all(run.environment, reads, operations, needed, run.options, journal)
        report = report_of(run, reads, operations, written, notes)
        try:
            journal.end(report.summary)
        except JournalError as error:
            report = evolve(report, why=error.message)
    finally:
        journal.close()
    return evolve(report, journal=journal.path, journal_head=journal.head)


ENTITIES = Command(
    f"{NAME}insight_entities",
    ENTITIES_SPEC,
    run_entities,
    constraints={
        "mutually_exclusive": [("entities", "manifest"), ("plan_out", "plan_file")],
        "required_one_of": [("entities", "manifest")],
    },
    ours=OURS,
)
