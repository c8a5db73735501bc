# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The change that one entity needs, in a form that can be approved and compared with the change that it needs later."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from ...module_utils._entity.address import Entity
from ...module_utils._entity.compare import Change
from ...module_utils._entity.plan import Plan
from ...module_utils._entity.rewritten import came_back
from ...module_utils._entity.secret_policy import secrets_at
from ...module_utils._journal.digest import NO_ENTITY, entity_digest
from ...module_utils._text.json_forms import canonical
from ...module_utils._text.mentions import rule_path
from ...module_utils._text.nested_paths import ABSENT, child, top, without
from ...module_utils._text.nested_paths import replace as replace_at
from ...module_utils._text.records import evolve
from ...module_utils._text.redaction import redact, redact_within
from .._manifest.entry import EntryName
from .members import Member


@dataclass(frozen=True)
class PlannedChange:
    """The change that one entity needs: ``none``, ``create``, ``update``, ``delete`` or ``replace``. before, after:
    digests, empty where nothing has to be done. changes: without secrets; secrets: paths of the secrets that are sent.
    restores: a create brings back an entity that stays as deleted, and the changes are those to that one. removal: the
    steps by which an entity goes, where they are more, or other, than its deletion; purges: the ids of what is purged;
    forced_by: what can only be set at creation and differs."""

    entity: str
    type: str
    key: Mapping[str, Any]
    operation: str
    before: str
    after: str
    changes: tuple[Change, ...] = ()
    secrets: tuple[str, ...] = ()
    possible_rename: Optional[str] = None
    restores: Optional[bool] = None
    removal: Optional[tuple[str, ...]] = None
    purges: Optional[tuple[str, ...]] = None
    forced_by: Optional[tuple[str, ...]] = None

    def as_data(self) -> dict[str, Any]:
        """The fields as JSON, those without a value left out."""
        data = {**vars(self), "changes": [change.as_result() for change in self.changes]}
        return {name: value for name, value in data.items() if value is not None}


def planned_changes(
    members: Mapping[EntryName, Member], plans: Mapping[EntryName, Plan], secrets: Collection[Any] = ()
) -> dict[EntryName, PlannedChange]:
    """The planned changes of plans, with possible renames noted on both sides. secrets: values that are masked wherever
    they occur."""
    found = {name: _planned_change(members[name], plan, secrets) for name, plan in plans.items()}
    deleted, created = (
        {name: _beside_key(members[name], plan) for name, plan in plans.items() if plan.operation == operation}
        for operation in ("delete", "create")
    )
    for name, other in possible_renames(deleted, created).items():
        found[name] = evolve(found[name], possible_rename=found[other].entity)
    return found


def _planned_change(member: Member, plan: Plan, secrets: Collection[Any]) -> PlannedChange:
    """The change that a plan makes to a member, without secrets."""
    before, after = ("", "") if plan.operation == "none" else _digests(member, plan)
    purged = [*plan.dead, *([plan.before] if plan.before else [])] if "purge" in plan.writes else []
    id_in = member.desired.address.type.id_in
    return PlannedChange(
        entity=str(member.entry.name),
        type=member.entry.type,
        key=redact(member.entry.key, secrets),
        operation=plan.operation,
        before=before,
        after=after,
        changes=tuple(redact_within(_changes(member, plan), [{}], secrets)),
        secrets=plan.secrets_to_send,
        restores=True if plan.restored else None,
        removal=plan.removal if purged else None,
        purges=tuple(sorted({str(id_in(one)) for one in purged})) or None,
        forced_by=plan.forced_by or None,
    )


def _digests(member: Member, plan: Plan) -> tuple[str, str]:
    """The digests before and after the change. With the policy on_change, fingerprints stand in place of the
    secrets."""
    address, secrets = member.desired.address, member.desired.secrets
    rules, ids = plan.rules(address.rules), address.type.identifiers
    referred = {name: text for name, text in member.referred.items() if name in member.entry.refs}
    memory = secrets.memory if secrets.policy == "on_change" else None
    known = memory.known(address.type.id_in(plan.before)) if memory and plan.before is not None else {}
    forms = {name for path in rules.rewritten for name in (path, came_back(path))}
    known = {path: one for path, one in known.items() if path not in forms}
    sent = secrets_at(secrets.values, plan.secrets_to_send)
    fresh = {path: memory.of(path, value) for path, value in sent.items()} if memory else {}
    changed = {change.rule for change in plan.changes}
    kept = {name: text for name, text in referred.items() if child("", name) not in changed}
    held = {path: one for path, one in known.items() if path not in plan.secrets_unlike}
    before = entity_digest(_by_name(member, plan, plan.before), rules, kept, held, ids)
    after_known = {} if plan.operation == "replace" else known
    after = entity_digest(_by_name(member, plan, plan.after), rules, referred, {**after_known, **fresh}, ids)
    return before, NO_ENTITY if plan.operation == "delete" else after


def _changes(member: Member, plan: Plan) -> list[Change]:
    """The changes without those of secrets. References go by name, also where no id is known yet."""
    shown = (_change_by_name(member, plan, change) for change in plan.changes)
    found = {change.path: change.in_full() for change in shown if change.path not in plan.secret_paths}
    for name in member.entry.refs:
        path, text = child("", name), member.referred[name]
        if plan.operation == "create" or path in found:
            found[path] = evolve(found.get(path, Change(path, ABSENT, ABSENT)), after=text)
    return [found[path] for path in sorted(found)]


def _change_by_name(member: Member, plan: Plan, change: Change) -> Change:
    before, after = (_by_name(member, plan, side, change.rule) for side in (change.before, change.after))
    return evolve(change, before=before, after=after)


def _by_name(member: Member, plan: Plan, value: Any, path: str = "") -> Any:
    """A value of a plan with the names of the entities to which the attributes refer in place of their ids. path: the
    value's own, as rules write it."""
    names = {(rule_path(place), str(held)): member.referred[place] for place, held in plan.mentioned.items()}
    paths = {one for one, _held in names}

    def named(held: Any, at: str) -> Any:
        return names.get((at, str(held)), held)

    return named(value, path) if path in paths else replace_at(value, paths, named, path)


def _beside_key(member: Member, plan: Plan) -> dict[str, Any]:
    """The attributes of an entity without its key and without the ids that the server gives."""
    held = plan.before if plan.operation == "delete" else plan.desired
    shown = without(held or {}, member.desired.address.type.identifiers)
    return {name: value for name, value in shown.items() if name not in member.entry.key}


def approval_state(approved: PlannedChange, again: PlannedChange, steps: Collection[str] = ()) -> str:
    """The state of an approved change, compared with the change that the same entity needs now. steps: the attributes
    that take requests of their own, so that a change may have been carried out in part.

    ``write``: both are equal, or the rest of the approved change is needed. ``done``: the entity is as approved
    already. ``moved``: anything else; nothing may be written.
    """
    if _essence(approved) == _essence(again):
        return "write"
    there = again.operation == "none" or (again.operation == "update" and not again.changes)
    # Secrets that are sent each time are no reason to apply a plan a second time.
    if there and (approved.changes or not again.secrets):
        return "done"
    if approved.operation == "replace" and again.operation == "update":
        approved = _as_created(approved, again, steps)
    return "write" if _is_rest_of_removal(approved, again) or (steps and _is_rest(approved, again, steps)) else "moved"


def _is_rest_of_removal(approved: PlannedChange, again: PlannedChange) -> bool:
    """Whether a change is what is left of an approved one that was interrupted after a step of its removal."""
    if again.operation == "create":
        begun = approved.operation == "replace" and not again.restores
    else:
        begun = again.operation == approved.operation and again.removal == PURGE != approved.removal
    same_end = (again.after, again.secrets) == (approved.after, approved.secrets)
    return begun and same_end and {*(again.purges or ())} <= {*(approved.purges or ())}


PURGE = ("purge",)
"""The removal of what is deleted already and stays."""


def _as_created(approved: PlannedChange, again: PlannedChange, steps: Collection[str]) -> PlannedChange:
    """An approved replacement as the creation that it ends with, as far as this has steps after the create itself."""
    later = (evolve(change, before=ABSENT) for change in again.changes if top(change.path) in steps)
    return evolve(approved, operation="create", changes=tuple(later))


def _is_rest(approved: PlannedChange, again: PlannedChange, steps: Collection[str]) -> bool:
    """Whether a change is what is left of an approved one that was interrupted between two of its steps: each of its
    changes is an approved one, or finds a part on the way from its state before to its state after."""
    if again.operation != "update" or approved.operation not in ("create", "update"):
        return False
    wanted = {change.path: change for change in approved.changes}
    apart = [change for change in approved.changes if top(change.path) in steps]
    within = all(
        change.path in wanted and _is_on_the_way(wanted[change.path], change, top(change.path) in steps, approved)
        for change in again.changes
    )
    return bool(apart) and within and {*again.secrets} <= {*approved.secrets}


def _is_on_the_way(approved: Change, now: Change, in_steps: bool, whole: PlannedChange) -> bool:
    """Whether what is there now is the approved state before, or a mix of the elements before and after. What was not
    there before its entity was created may be what the server began with. whole: the approved change of the entity."""
    same_end = _text(approved.after) == _text(now.after)
    if _text(approved.before) == _text(now.before) or not in_steps:
        return same_end and _text(approved.before) == _text(now.before)
    if whole.operation == "create" and not whole.restores and not isinstance(now.before, list):
        return same_end
    return isinstance(now.before, list) and _are_elements_left(approved, now)


def _are_elements_left(approved: Change, now: Change) -> bool:
    """Whether a list that is there now is on the way to the approved elements: what is to go was there when that was
    approved. The same is declared as then, for the plan holds for this manifest only."""
    gone = {_text(one) for one in _elements(now.before)} - {_text(one) for one in _elements(now.after)}
    return gone <= {_text(one) for one in _elements(approved.before)}


def _elements(side: Any) -> Collection[Any]:
    return side if isinstance(side, (list, tuple)) else []


def _text(value: Any) -> Optional[str]:
    return None if value is ABSENT else canonical(value)


def _essence(operation: PlannedChange) -> str:
    return canonical(evolve(operation, possible_rename=None).as_data())


def moved_how(approved: PlannedChange, again: PlannedChange) -> str:
    """How an entity ``moved``, as a part of a sentence about it."""
    if again.before == approved.before:
        return "now needs something else than was approved"
    if NO_ENTITY in (approved.before, again.before):
        return "was created meanwhile" if approved.before == NO_ENTITY else "was deleted meanwhile"
    return "was changed meanwhile"


def possible_renames(
    deleted: Mapping[EntryName, Entity], created: Mapping[EntryName, Entity]
) -> dict[EntryName, EntryName]:
    """Deleted and created entities that may be the same entity under a new name, each with the other: both are of one
    type, and the deleted one held everything that is declared of the created one. A pair counts only where neither fits
    another one. The entities are without key and ids."""
    wanted = {
        name: tuple(sorted(attribute for attribute, value in held.items() if value is not None))
        for name, held in created.items()
    }
    shapes: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    old: dict[Any, list[EntryName]] = defaultdict(list)
    new: dict[Any, list[EntryName]] = defaultdict(list)
    for name, attributes in wanted.items():
        shapes[name.type].add(attributes)
        if attributes:
            new[_likeness(name, created[name], attributes)].append(name)
    for name, held in deleted.items():
        for attributes in shapes[name.type]:
            old[_likeness(name, held, attributes)].append(name)
    fits = Counter(name for likeness in new for name in old[likeness])
    single = [
        (old[likeness][0], names[0])
        for likeness, names in new.items()
        if len(names) == len(old[likeness]) == fits[old[likeness][0]] == 1
    ]
    return dict([*single, *(pair[::-1] for pair in single)])


def _likeness(name: EntryName, held: Entity, attributes: Collection[str]) -> tuple[str, Collection[str], str]:
    return name.type, attributes, canonical([held.get(one) for one in attributes])
