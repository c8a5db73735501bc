# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the module insight_entities does: a whole environment read, planned, approved, written, and evidence of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, Optional

from ...module_utils._commands.base import NAME, Command
from ...module_utils._commands.connection import Connection, connect, evidence_of
from ...module_utils._commands.insight_entity import WRITING, desired_state
from ...module_utils._entity.api.client import EntityClient
from ...module_utils._entity.ensure import Examined
from ...module_utils._journal.reader import earlier_runs, unfinished
from ...module_utils._journal.writer import Interrupted, Journal, Start
from ...module_utils._options.context import Context, Values
from ...module_utils._options.shared import SHARED, Spec
from ...module_utils._text.redaction import known
from ...module_utils.errors import ConfigurationError, JournalError
from ...module_utils.version import VERSION
from .._environment.bulk_reader import BulkReader
from .._environment.executor import Read, RunOptions, Written, read_all, write_all
from .._environment.graph import ordered, under_new_names
from .._environment.members import Environment, environment_of
from .._environment.outcomes import diff_text, doubts, failure_message, has_written, outcomes, summary
from .._environment.plan_file import LONGEST_LIFETIME, EnvironmentPlan, plan_digest
from .._environment.planned_change import PlannedChange, planned_changes
from .._environment.run import OURS, Run, approved_plan, assumed, check_approved, plan_out
from .._environment.worker_pool import NotTried
from .._manifest.entry import Entry, EntryName, refuse

ENTITIES_SPEC: Spec = {
    **SHARED,
    **WRITING,
    "entities": {"type": "list", "elements": "dict"},
    "manifest": {"type": "list", "elements": "str"},
    "secrets": {"type": "dict", "default": {}, "no_log": True},
    "concurrency": {"type": "int", "default": 8},
    "gather": {"type": "str", "choices": ["each", "list"], "default": "each"},
    "plan_out": {"type": "str"},
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
SETTLED = "it is as declared now"


def run_entities(values: Values, context: Context) -> dict[str, Any]:
    """An environment as declared; see the module insight_entities. ``manifest_of`` among the values reads, on the
    controller, what an option says: an object with entries, url, digest and notes."""
    _check(values)
    connection = connect(values, context)
    manifest = _manifest(values, connection, "manifest")
    entries = [*manifest.entries, *_pruned(values, connection, manifest)]
    environment = environment_of(ordered(entries), lambda entry: desired_state(connection, {**values, **vars(entry)}))
    options = RunOptions(
        client=connection.entities(BulkReader if values["gather"] == "list" else EntityClient),
        concurrency=values["concurrency"],
        stop_on_error=values["on_error"] == "stop",
        canary_writes=connection.canary_writes,
        show=context.show,
        server_date=connection.server_date,
    )
    run = Run(connection, values, context, environment, options, manifest.digest, manifest.notes)
    result: dict[str, Any] = run.redact(_carry_out(run))
    return result


def controller_only() -> ConfigurationError:
    """The error where this was to run elsewhere."""
    return ConfigurationError(
        WHAT,
        "this runs on the controller only, in the task's own process",
        "Set delegate_to: localhost, without async and become.",
    )


def _check(values: Values) -> None:
    """Raise ConfigurationError for what cannot be meant."""
    for name in ("plan_out", "plan_file", "plan_digest", "journal"):
        if values[name] is not None and not values[name].strip():
            raise ConfigurationError(WHAT, f"{name} is given and blank", "Leave it out, or use omit.")
    if not 1 <= values["concurrency"] <= 64:
        raise ConfigurationError(WHAT, "concurrency is not between 1 and 64")
    if values["prune_from"] and not (values["plan_out"] or values["plan_file"]):
        raise ConfigurationError(
            WHAT, "prune_from deletes, and that goes only through a plan", "Set plan_out, review, and apply plan_file."
        )
    for name, needed in {"plan_digest": "plan_file", "plan_again": "plan_file", "approval": "journal"}.items():
        if values[name] and not values[needed]:
            raise ConfigurationError(WHAT, f"{name} is given without {needed}")
    if not 0 < values["plan_lifetime"] <= LONGEST_LIFETIME:
        raise ConfigurationError(WHAT, f"plan_lifetime is 0 or less, or more than {LONGEST_LIFETIME} days")
    if values["prune_limit"] < 0:
        raise ConfigurationError(WHAT, "prune_limit is less than 0")


def _manifest(values: Values, connection: Connection, option: str) -> Any:
    """What an option declares. Raises ConfigurationError where it is for another system."""
    manifest = values["manifest_of"](values, option)
    what = "the manifest" if option == "manifest" else f"the manifest of {option}"
    if manifest.url is not None and manifest.url.rstrip("/") != connection.settings.url:
        raise ConfigurationError(
            WHAT,
            f"{what} is for {manifest.url}, and url is {connection.settings.url}",
            "Take the manifest, or the url, that belongs to the other.",
        )
    return manifest


def _pruned(values: Values, connection: Connection, manifest: Any) -> list[Entry]:
    """The deletion of what an earlier manifest declared and this one does not, under no name that it ever had."""
    if not values["prune_from"]:
        return []
    kept = {name for entry in manifest.entries for name in (entry.name, entry.former)}
    earlier = under_new_names(_manifest(values, connection, "prune_from").entries, manifest.entries)
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


def _carry_out(run: Run) -> dict[str, Any]:
    """Read, plan, and write unless only a plan is wanted; the result of the task."""
    plan = approved_plan(run) if run.values["plan_file"] else None
    reads = _read(run)
    run = replace(run, doubts=doubts(run.environment, reads, {}, run.options.client))
    _refuse_two_names(run.environment, reads)
    operations = _operations(run, reads, {one.entity for one in plan.operations} if plan else ())
    needed = [name for name, one in operations.items() if one.operation != "none"]
    unread = [name for name, one in reads.items() if not isinstance(one, Examined)]
    values = run.values
    if unread and (values["plan_out"] or values["plan_file"] or values["on_error"] == "stop"):
        return _result(run, reads, operations, dict.fromkeys(needed, NotTried("something else could not be read")))
    more: dict[str, Any] = {}
    if plan:
        notes, done = check_approved(run, plan, operations)
        run = replace(run, notes=[*run.notes, *notes])
        reads = {**reads, **{name: _settled(reads[name]) for name in done}}
        operations = {name: one for name, one in operations.items() if name not in done}
        needed = [name for name in needed if name not in done]
    if values["plan_out"]:
        more["plan_digest"] = plan_out(run, operations)
    if values["plan_out"] or run.context.check_mode:
        changed = run.context.check_mode and bool(needed)
        return {**_result(run, reads, operations, {}), "changed": changed, **more}
    return _write(run, reads, operations, set(needed), plan)


def _settled(read: Read) -> Read:
    """The same for an entity that needs nothing after all."""
    return replace(read, plan=replace(read.plan, operation="none")) if isinstance(read, Examined) else read


def _read(run: Run) -> dict[EntryName, Read]:
    client = run.options.client
    if isinstance(client, BulkReader):
        for name in sorted({member.entry.type for member in run.environment.members.values()}):
            client.read_all(run.connection.settings.profile.type(name))
    return read_all(run.environment, run.options)


def _refuse_two_names(environment: Environment, reads: Mapping[EntryName, Read]) -> None:
    """Raise ConfigurationError where two entries turned out to be one entity: each would undo what the other does."""
    first: dict[str, Entry] = {}
    twice = []
    for name, member in environment.members.items():
        read, entry = reads.get(name), member.entry
        if isinstance(read, Examined) and read.observed is not None:
            address = read.found_as.with_id(read.found_as.type.id_in(read.observed))
            other = first.setdefault(address.identity, entry)
            if other is not entry:
                places = f"{other.name} ({other.origin}) and {entry.name} ({entry.origin})"
                twice.append(f"{places} are one entity, that with the {address.named}")
    refuse("tell entries apart", twice, "Nothing was written. Declare it once, under one name.")


def _operations(run: Run, reads: Mapping[EntryName, Read], approved: Collection[str]) -> dict[EntryName, PlannedChange]:
    """What has to be done to each entity that needs something, or was approved to; with what looks like a rename."""
    plans = {
        name: read.plan
        for name, read in reads.items()
        if isinstance(read, Examined) and (read.plan.operation != "none" or (approved and str(name) in approved))
    }
    return planned_changes(run.environment.members, plans, [known()])


def _write(
    run: Run,
    reads: Mapping[EntryName, Read],
    operations: Mapping[EntryName, PlannedChange],
    needed: Collection[EntryName],
    plan: Optional[EnvironmentPlan],
) -> dict[str, Any]:
    """Write what is needed, with a journal where one is wanted."""
    if not run.values["journal"]:
        return _result(run, reads, operations, write_all(run.environment, reads, operations, needed, run.options))
    folder = run.path("journal")
    earlier = earlier_runs(folder, run.connection.settings.url)
    before = unfinished(earlier, run.digest)
    notes = [f"The run of {one.path.name} is still going on; wait for its end." for one in earlier if one.going_on]
    journal = Journal(folder, _start(run, plan, before), run.redact)
    try:
        notes += _inherited(run, journal, reads, needed, before)
        written = write_all(run.environment, reads, operations, needed, run.options, journal)
        result = _result(run, reads, operations, written, notes)
        try:
            journal.end(result["summary"])
        except JournalError as error:
            result.update(failed=True, msg=" ".join(filter(None, [result.get("msg"), error.message])))
    finally:
        journal.close()
    return {**result, "journal": journal.path, "journal_head": journal.head}


def _start(run: Run, plan: Optional[EnvironmentPlan], before: Optional[Interrupted]) -> Start:
    """The first line of the journal."""
    settings = run.connection.settings
    return Start(
        url=settings.url,
        manifest_digest=run.digest,
        profile_digest=run.basis.profile_digest,
        plan_digest=plan_digest(plan) if plan else None,
        versions={"collection": VERSION, "profile": settings.profile.name},
        who=run.connection.authenticator.user,
        approval=run.values["approval"],
        continues=before,
        **evidence_of(settings),
    )


def _inherited(
    run: Run,
    journal: Journal,
    reads: Mapping[EntryName, Read],
    needed: Collection[EntryName],
    before: Optional[Interrupted],
) -> list[str]:
    """What to say of each intent that an earlier run left open; one that was read and needs nothing is settled."""
    if before is None:
        return []
    if not before.open:
        return [f"The run of {before.file} was interrupted, and what became of all that it began is known."]
    # A journal knows an entity by its name without secrets. Of two with one such name, what is worse counts.
    told = [(run.redact(str(name)), _found(name, read, needed)) for name, read in reads.items()]
    now = dict(sorted(told, key=lambda one: one[1] != SETTLED))
    how = "ended without knowing" if before.ended else "was interrupted, and nobody knew"
    notes = []
    for intent in before.open:
        name = run.redact(intent["entity"])
        found = now.get(name, "it is not declared any more, and was not read")
        if found == SETTLED:
            journal.outcome(name, "unchanged", detail=f"{found}; read after the run of {before.file}")
        notes.append(f"The run of {before.file} {how} what became of its {intent['operation']} of {name}: {found}.")
    return notes


def _found(name: EntryName, read: Read, needed: Collection[EntryName]) -> str:
    """What was found of an entity that an earlier run left open."""
    if not isinstance(read, Examined):
        return "it could not be read"
    return "it is not as declared yet, and this run goes on with it" if name in needed else SETTLED


def _result(
    run: Run,
    reads: Mapping[EntryName, Read],
    operations: Mapping[EntryName, PlannedChange],
    written: Mapping[EntryName, Written],
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    told = outcomes(run.environment, reads, operations, written, run.values["return_unchanged"])
    counted = summary(told, reads)
    evidence = evidence_of(run.connection.settings)
    in_doubt = doubts(run.environment, reads, written, run.options.client)
    notes = [*run.notes, *run.connection.notes, *in_doubt, *notes]
    return {
        "changed": has_written(written),
        "summary": counted,
        "entities": told,
        "assumed": assumed(run, operations),
        **({"evidence": evidence} if evidence else {}),
        **({"notes": notes} if notes else {}),
        **({"diff": {"prepared": diff_text(operations, run.doubts)}} if run.context.diff_mode else {}),
        **failure_message(told, counted),
    }


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
