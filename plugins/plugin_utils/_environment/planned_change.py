# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to be done to one entity, in a form that can be approved, and compared with what is needed later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Optional

from ...module_utils._entity.compare import Change
from ...module_utils._entity.plan import Plan
from ...module_utils._entity.rules import Rules
from ...module_utils._journal.digest import NO_ENTITY, entity_digest
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.nested_paths import ABSENT, child
from ...module_utils._text.redaction import redact, redact_within


@dataclass(frozen=True)
class Subject:
    """What is known of an entity besides its plan, and does not depend on the server's ids.

    name: of the entity, for people and for telling it from all others. references: by attribute the name of the
    entity that is referred to, also of one that does not exist yet. known, fresh: by path the fingerprints of the
    secrets that the server has, and of those that are declared; empty where changes of secrets are not looked for.
    """

    name: str
    type: str
    key: Mapping[str, Any]
    rules: Rules
    references: Mapping[str, str] = field(default_factory=dict)
    id_attributes: Collection[str] = ()
    known: Mapping[str, str] = field(default_factory=dict)
    fresh: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class PlannedChange:
    """What has to be done to one entity: ``none``, ``create``, ``update`` or ``delete``. before, after: digests, empty
    where nothing has to be done. changes: without secrets; secrets: paths of the secrets that are sent."""

    entity: str
    type: str
    key: Mapping[str, Any]
    operation: str
    before: str
    after: str
    changes: tuple[Change, ...] = ()
    secrets: tuple[str, ...] = ()
    possible_rename: Optional[str] = None

    def as_data(self) -> dict[str, Any]:
        """The fields as JSON, those without a value left out."""
        data = {**vars(self), "changes": [change.as_result() for change in self.changes]}
        return {name: value for name, value in data.items() if value is not None}


def planned_change_of(subject: Subject, plan: Plan, secrets: Collection[Any] = ()) -> PlannedChange:
    """What a plan does. secrets: values that are masked wherever they occur."""
    before, after = ("", "") if plan.operation == "none" else _digests(subject, plan)
    return PlannedChange(
        entity=subject.name,
        type=subject.type,
        key=redact(subject.key, secrets),
        operation=plan.operation,
        before=before,
        after=after,
        changes=tuple(redact_within(_changes(subject, plan), [{}], secrets)),
        secrets=plan.secrets_to_send,
    )


def _digests(subject: Subject, plan: Plan) -> tuple[str, str]:
    rules, ids = plan.rules(subject.rules), subject.id_attributes
    changed = {change.rule for change in plan.changes}
    kept = {name: text for name, text in subject.references.items() if child("", name) not in changed}
    sent = {path: subject.fresh[path] for path in plan.secrets_to_send if path in subject.fresh}
    held = {path: known for path, known in subject.known.items() if path not in plan.secrets_unlike}
    before = entity_digest(plan.before, rules, kept, held, ids)
    after = entity_digest(plan.after, rules, subject.references, {**subject.known, **sent}, ids)
    return before, NO_ENTITY if plan.operation == "delete" else after


def _changes(subject: Subject, plan: Plan) -> list[Change]:
    """The changes without those of secrets. References go by name, also where no id is known yet."""
    found = {change.path: change.in_full() for change in plan.changes if change.path not in plan.secret_paths}
    for name, text in subject.references.items():
        path = child("", name)
        if plan.operation == "create" or path in found:
            found[path] = replace(found.get(path, Change(path, ABSENT, ABSENT)), after=text)
    return [found[path] for path in sorted(found)]


def approval_state(approved: PlannedChange, again: PlannedChange) -> str:
    """What becomes of an approved operation, by what the same entity needs now, planned again from what was just read.

    ``write``: everything is as it was planned on. ``done``: what was approved is there already. ``moved``: anything
    else, and nothing must be written.
    """
    if _essence(approved) == _essence(again):
        return "write"
    there = again.operation == "none" or (again.operation == "update" and not again.changes)
    # Secrets that are sent each time are no reason to apply a plan a second time.
    return "done" if there and (approved.changes or not again.secrets) else "moved"


def _essence(operation: PlannedChange) -> str:
    return canonical(replace(operation, possible_rename=None).as_data())


def moved_how(approved: PlannedChange, again: PlannedChange) -> str:
    """What happened to an entity that ``moved``, as a part of a sentence about it."""
    if again.before == approved.before:
        return "now needs something else than was approved"
    if NO_ENTITY in (approved.before, again.before):
        return "was created meanwhile" if approved.before == NO_ENTITY else "was deleted meanwhile"
    return "was changed meanwhile"


@dataclass(frozen=True)
class RenameCandidate:
    """An entity that disappears or appears. attributes: what it holds, without its key and the server's ids."""

    name: str
    type: str
    attributes: Mapping[str, Any]


def possible_renames(deleted: Iterable[RenameCandidate], created: Iterable[RenameCandidate]) -> dict[str, str]:
    """Names of deleted and created entities that may be the same, each with the other's: of one type, and the old one
    held all that is declared of the new one. What fits several is no rename."""
    wanted = [(one, _held(one)) for one in created]
    shapes: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for one, names in wanted:
        shapes[one.type].add(names)
    old: dict[Any, list[str]] = defaultdict(list)
    new: dict[Any, list[str]] = defaultdict(list)
    for one, names in wanted:
        if names:
            new[_likeness(one, names)].append(one.name)
    for one in deleted:
        for names in shapes[one.type]:
            old[_likeness(one, names)].append(one.name)
    fits = Counter(name for likeness in new for name in old[likeness])
    single = [
        (old[likeness][0], names[0])
        for likeness, names in new.items()
        if len(names) == len(old[likeness]) == fits[old[likeness][0]] == 1
    ]
    return dict([*single, *(pair[::-1] for pair in single)])


def _held(one: RenameCandidate) -> tuple[str, ...]:
    return tuple(sorted(name for name, value in one.attributes.items() if value is not None))


def _likeness(one: RenameCandidate, names: Collection[str]) -> tuple[str, Collection[str], str]:
    return one.type, names, canonical([one.attributes.get(name) for name in names])


def with_renames(operations: Iterable[PlannedChange], renames: Mapping[str, str]) -> list[PlannedChange]:
    """The operations with the possible renames noted on both sides."""
    return [replace(one, possible_rename=renames.get(one.entity)) for one in operations]
