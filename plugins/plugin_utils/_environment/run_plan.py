# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of a run: the one that it writes, and the one that was approved and that it carries out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta, timezone
from typing import Optional

from ...module_utils._journal.digest import data_digest
from ...module_utils._journal.reader import carried_out, earlier_runs
from ...module_utils._profile.model import EntityType
from ...module_utils._text.nested_paths import top
from ...module_utils._text.spelling import with_article
from ...module_utils.errors import PlanRefused
from ...module_utils.version import VERSION
from .._manifest.entry import EntryName
from .plan_file import ANEW, Basis, EnvironmentPlan, check_header, load_plan, make_plan, plan_digest, write_plan
from .planned_change import PlannedChange, approval_state, moved_how
from .run import ENTITIES_SHOWN, Run, assumed

UNAPPROVED = "plan_digest is not given: nothing says that {path} is the file that was approved."
DECISIVE = ("update_secrets", "collateral", "on_immutable", "purge")
"""The options that decide what a plan means."""


def basis_of(run: Run) -> Basis:
    """The scope of a plan of a run."""
    return Basis(
        url=run.connection.settings.system,
        tenant=run.connection.settings.identity.tenant_id,
        profile_digest=run.profile_digest,
        compare_digest=data_digest([run.values[name] for name in DECISIVE]),
        manifest_digest=run.digest,
        collection_version=VERSION,
    )


def approved_plan(run: Run) -> EnvironmentPlan:
    """The plan to apply. Raises PlanRefused unless it is the approved one and holds for this run."""
    path = run.path("plan_file")
    plan = load_plan(path, run.values["plan_digest"])
    check_header(path, plan, basis_of(run), datetime.now(timezone.utc))
    return plan


def check_approved(
    run: Run, plan: EnvironmentPlan, operations: Mapping[EntryName, PlannedChange]
) -> tuple[list[str], set[EntryName]]:
    """Raise PlanRefused unless the approved plan holds every change that is needed now, as it was planned. Returns
    notes, and the names of the entities that are as approved already."""
    path = run.path("plan_file")
    again = {one.entity: one for one in operations.values()}
    approved = {one.entity: one for one in plan.operations}
    types = run.connection.settings.profile.types
    steps = {name: _in_steps(types.get(one.type), one, again.get(name)) for name, one in approved.items()}
    fates = {
        name: approval_state(one, again[name], steps[name]) if name in again else "gone"
        for name, one in approved.items()
    }
    moved = {
        name: "is not declared any more" if fate == "gone" else moved_how(approved[name], again[name])
        for name, fate in fates.items()
        if fate in ("gone", "moved")
    }
    unplanned = [one for name, one in again.items() if one.operation != "none" and name not in approved]
    moved.update({one.entity: f"needs {with_article(one.operation)} that is not in the plan" for one in unplanned})
    if moved:
        first = "; ".join(f"{name} {how}" for name, how in list(moved.items())[:ENTITIES_SHOWN])
        more = f"; and {len(moved) - ENTITIES_SHOWN} more" if len(moved) > ENTITIES_SHOWN else ""
        raise PlanRefused(f"apply the plan {path}", f"{first}{more}; nothing was written", ANEW, moved=moved)
    done = {name for name, one in operations.items() if fates.get(one.entity) == "done"}
    notes = [] if run.values["plan_digest"] else [UNAPPROVED.format(path=path)]
    if any(one.operation != "none" for name, one in operations.items() if name not in done):
        notes += _carried_out(run, plan)
    if len(done) == len(fates):
        notes.append(f"The plan {path} was applied already, there is nothing to do.")
    elif done:
        notes.append(f"Of the plan {path}, {len(done)} of its {len(fates)} operations were done already.")
    return notes, done


def _in_steps(
    entity_type: Optional[EntityType], planned: PlannedChange, again: Optional[PlannedChange]
) -> Collection[str]:
    """The attributes of a planned change that other requests than its own create or update bring about. again: the
    change that is needed now: one that replaces does not name what is the same before and after."""
    if entity_type is None:
        return ()
    of = again if again and planned.operation == "replace" else planned
    changed, operations = [top(one.path) for one in of.changes], entity_type.operations
    later = changed if planned.restores else entity_type.withheld(changed)
    renamed = map(top, entity_type.key_paths) if "rename" in operations else ()
    creates = planned.operation in ("create", "replace")
    return {*entity_type.in_steps, *(later if creates else renamed)}


def _carried_out(run: Run, plan: EnvironmentPlan) -> list[str]:
    """What to say of a plan that the journals show as carried out to its end, and that would be carried out again.
    Raises PlanRefused where that was not asked for."""
    if not run.values["journal"]:
        return []
    runs = earlier_runs(run.path("journal"), run.connection.settings.system)
    before = carried_out(runs, plan_digest(plan))
    if before is None:
        return []
    path, why = run.path("plan_file"), f"it was carried out to its end already, as {before.path} shows"
    if not run.values["plan_again"]:
        hint = f"Somebody has changed the system since then. {ANEW} Where the same is wanted again, set plan_again."
        raise PlanRefused(f"apply the plan {path}", f"{why}; nothing was written", hint, reasons=["plan_again"])
    return [f"The plan {path} is carried out again: {why}."]


def plan_out(run: Run, operations: Mapping[EntryName, PlannedChange]) -> tuple[EnvironmentPlan, str]:
    """Write the plan; it, and the digest of its file."""
    plan = make_plan(
        basis_of(run),
        operations.values(),
        datetime.now(timezone.utc),
        timedelta(days=run.values["plan_lifetime"]),
        assumed(run, operations),
    )
    return plan, write_plan(run.path("plan_out"), plan)
