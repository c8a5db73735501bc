# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan file: what will be written, to be reviewed and approved, and then applied exactly or refused."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Optional

from ...module_utils._entity.compare import Change
from ...module_utils._journal.digest import digest_of
from ...module_utils._text.atomic_files import (
    json_document,
    read_given,
    utc_moment,
    utc_text,
    write_whole,
)
from ...module_utils._text.nested_paths import ABSENT
from ...module_utils.errors import PlanRefused
from .planned_change import PlannedChange
from .run import LONGEST_LIFETIME

FORMAT = 1
CLOCKS = timedelta(minutes=1)
"""How much the clocks of two machines may differ."""
ANEW = "Plan anew, and have the new plan approved."
DEEPEST = 100
"""How deep the values in a plan are nested at most. Deeper values cannot be compared."""


@dataclass(frozen=True)
class Basis:
    """The scope of a plan. The digests are those of the profile with its overrides, of the options that decide how
    entities are compared, and of the manifest."""

    url: str
    tenant: Optional[str]
    profile_digest: str
    compare_digest: str
    manifest_digest: str
    collection_version: str


DIFFERS = {
    "url": "it was made for {theirs}, and this is {ours}",
    "tenant": "it was made for the tenant {theirs}, and this is {ours}",
    "profile_digest": "the profile or its overrides are others now",
    "compare_digest": "the options of comparing, on_immutable or purge are others now",
    "manifest_digest": "the manifest is another one now",
    "collection_version": "it was made by version {theirs} of the collection, and this is {ours}",
}


@dataclass(frozen=True)
class EnvironmentPlan:
    """A plan for many entities, in the order in which they are worked on. assumed: the operations that it uses and
    that neither a document nor a probe backs, as keys of the profile."""

    id: str
    created: datetime
    expires: datetime
    basis: Basis
    operations: tuple[PlannedChange, ...]
    assumed: tuple[str, ...] = ()


def make_plan(
    basis: Basis,
    operations: Iterable[PlannedChange],
    now: datetime,
    lifetime: timedelta,
    assumed: Iterable[str] = (),
) -> EnvironmentPlan:
    """A plan of the operations that do something. now: with its time zone; lifetime: for how long it holds."""
    created = now.replace(microsecond=0)
    planned = tuple(one for one in operations if one.operation != "none")
    return EnvironmentPlan(str(uuid.uuid4()), created, created + lifetime, basis, planned, tuple(sorted(set(assumed))))


def render(plan: EnvironmentPlan) -> bytes:
    """The plan as the bytes of its file."""
    data = {
        **vars(plan),
        "format": FORMAT,
        "created": utc_text(plan.created),
        "expires": utc_text(plan.expires),
        "basis": vars(plan.basis),
        "operations": [one.as_data() for one in plan.operations],
    }
    return (json_document(data, indent=2) + "\n").encode("utf-8")


def plan_digest(plan: EnvironmentPlan) -> str:
    """The digest of the plan's file: what is approved."""
    return digest_of(render(plan))


def write_plan(path: str, plan: EnvironmentPlan) -> str:
    """Write a plan, whole or not at all, and return the digest of the file. Raises ConfigurationError."""
    content = render(plan)
    write_whole(Path(path), content, "write the plan")
    return digest_of(content)


def load_plan(path: str, expected_digest: Optional[str] = None) -> EnvironmentPlan:
    """Read a plan. expected_digest: what was approved. Raises ConfigurationError where the file cannot be read, and
    PlanRefused where it is not the approved one, or not as a plan is written."""
    content = read_given(path, "read the plan")
    found = digest_of(content)
    if expected_digest is not None and expected_digest.strip() != found:
        why = f"its digest is {found}, and {expected_digest.strip()} was approved"
        raise PlanRefused(f"apply the plan {path}", why, ANEW, reasons=["plan_digest"])
    try:
        plan = _plan_from(json.loads(content))
        intact = render(plan) == content
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        intact = False
    if not intact:
        why = f"it is no plan of format {FORMAT}, or was edited since it was written"
        raise PlanRefused(f"apply the plan {path}", why, ANEW, reasons=["format"])
    return plan


def _plan_from(data: Any) -> EnvironmentPlan:
    """The plan in a document. Raises one of many errors where it is no plan; render() detects a plan in another
    form."""
    given = {
        **data,
        "created": utc_moment(data["created"]),
        "expires": utc_moment(data["expires"]),
        "basis": Basis(**data["basis"]),
        "operations": tuple(_operation_from(one) for one in data["operations"]),
        "assumed": tuple(data["assumed"]),
    }
    given.pop("format")
    plan = EnvironmentPlan(**given)
    _check_texts(plan.id, *plan.assumed, *(value or "" for value in vars(plan.basis).values()))
    if not timedelta(0) <= plan.expires - plan.created <= timedelta(days=LONGEST_LIFETIME):
        raise ValueError("expires")
    return plan


def _operation_from(data: Mapping[str, Any]) -> PlannedChange:
    """A planned change of the file. Raises ValueError, KeyError or TypeError for what is none."""
    mappings = (data["key"], *data["changes"])
    if not all(isinstance(part, Mapping) for part in mappings):
        raise ValueError("operation")
    if not _is_within(mappings, DEEPEST):
        raise ValueError("depth")
    changes = tuple(Change(**{"before": ABSENT, "after": ABSENT, **change}) for change in data["changes"])
    lists = {name: tuple(data[name]) for name in ("secrets", "removal", "purges", "forced_by") if name in data}
    one = PlannedChange(**{**data, "changes": changes, **lists})
    paths = [change.path for change in changes]
    _check_texts(one.entity, one.type, one.before, one.after, *one.secrets, *paths, one.possible_rename or "")
    _check_texts(*(text for name in lists for text in lists[name]))
    if one.operation not in ("create", "update", "delete", "replace"):
        raise ValueError("operation")
    return one


def _check_texts(*values: Any) -> None:
    if not all(isinstance(value, str) for value in values):
        raise ValueError("text")


def _is_within(value: Any, depth: int) -> bool:
    """Whether a value is nested so deep at most."""
    inner = value.values() if isinstance(value, Mapping) else value if isinstance(value, (list, tuple)) else ()
    return depth > 0 and all(_is_within(one, depth - 1) for one in inner)


def check_header(path: str, plan: EnvironmentPlan, basis: Basis, now: datetime) -> None:
    """Raise PlanRefused, with every reason, unless the plan holds for this basis, now."""
    found = {"expires": f"it expired at {utc_text(plan.expires)}"} if now >= plan.expires else {}
    if plan.created > now + CLOCKS:
        found["created"] = f"it is dated in the future, {utc_text(plan.created)}: a clock is wrong, or it was made up"
    ours = asdict(basis)
    for name, theirs in asdict(plan.basis).items():
        if theirs != ours[name]:
            found[name] = DIFFERS[name].format(theirs=theirs or "none", ours=ours[name] or "none")
    if found:
        raise PlanRefused(f"apply the plan {path}", "; ".join(found.values()), ANEW, reasons=list(found))
