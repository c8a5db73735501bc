# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of a plan, for who approves it."""

from __future__ import annotations

from collections.abc import Iterator

from .._environment.plan_file import EnvironmentPlan
from .._environment.planned_change import PlannedChange
from .page import Fact, Group, Page, PageRow, Sign, Source
from .page_of_checks import shown_changes, shown_sides
from .text import removal_sentences
from .wording import moment_text, plural

OPERATIONS = {
    "delete": (Sign("\N{MINUS SIGN}", "Delete", "bad", "c1"), "They are there, and will not be."),
    "replace": (
        Sign("\N{PLUS-MINUS SIGN}", "Replace", "bad", "c2"),
        "They are deleted and created anew, since something differs that can only be set at creation.",
    ),
    "create": (Sign("+", "Create", "plain", "c8"), "They are not there yet."),
    "update": (Sign("~", "Update", "plain", "c4"), "They differ from what is declared."),
}
"""The groups of the page, what weighs most first."""
DONE_WORDS = {"delete": "deleted", "replace": "replaced", "create": "created", "update": "updated"}


def page_of_plan(plan: EnvironmentPlan, digest: str) -> Page:
    """The page of a plan. digest: of its file, which is what is approved."""
    found = {name: [_page_row(one) for one in plan.operations if one.operation == name] for name in OPERATIONS}
    sign = Sign("→", "To be approved", "unsure") if plan.operations else Sign("=", "Nothing to do", "good")
    told = ", ".join(f"{len(rows):,} {DONE_WORDS[name]}" for name, rows in found.items() if rows)
    sentence = (
        f"{plural(len(plan.operations), 'entity', 'entities')} will be written: {told}."
        if told
        else ("All that is declared is as declared.")
    )
    holds = f"The plan holds until {moment_text(plan.expires)}, and only as long as nobody changes these entities."
    return Page(
        kind="Plan",
        title=plan.basis.url,
        sign=sign,
        sentences=(sentence, holds),
        sources=[Source(plan.basis.url, sign, sentence, list(_plan_facts(plan)))],
        groups=[Group(*OPERATIONS[name], rows) for name, rows in found.items() if rows],
        approve=digest,
    )


def _plan_facts(plan: EnvironmentPlan) -> Iterator[Fact]:
    """What a plan rests on, and until when it holds."""
    basis = plan.basis
    yield Fact("URL", basis.url, code=True)
    if basis.tenant:
        yield Fact("Tenant", basis.tenant, code=True)
    yield Fact("Made", moment_text(plan.created))
    yield Fact("Holds until", moment_text(plan.expires))
    yield Fact("Version of collection", basis.collection_version)
    yield Fact("Plan", plan.id, code=True)
    yield Fact("Manifest", basis.manifest_digest, code=True)
    yield Fact("Profile", basis.profile_digest, code=True)
    yield Fact("Options of comparing", basis.compare_digest, code=True)
    if plan.assumed:
        yield Fact("Assumed operations", ", ".join(plan.assumed))


def _page_row(one: PlannedChange) -> PageRow:
    """The row of a planned change."""
    changes = one.changes
    return PageRow(
        entity=one.entity,
        type=one.type,
        tags=[plural(len(changes), "difference")] if one.operation in ("update", "replace") else [],
        changes=shown_changes(changes),
        sides=shown_sides(changes, ("now", "planned")),
        notes=[
            *removal_sentences(one.removal, one.forced_by),
            *([f"It may be {one.possible_rename} under another key."] if one.possible_rename else []),
            *([f"Secrets that will be sent, and are never shown: {', '.join(one.secrets)}"] if one.secrets else []),
        ],
    )
