# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Replacing: an entity of which something differs that can only be set at creation is removed and created anew, where
the task says so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from .._profile.model import EntityType
from .._text.nested_paths import ABSENT, child, names_of, top, value_at, without
from .._text.records import evolve
from .._text.redaction import MASK, printable
from ..errors import ConfigurationError
from .address import Entity
from .collateral import strict_changes
from .compare import Change, compare, is_within
from .desired_state import DesiredState
from .plan import Plan, masked_entity, plan
from .rewritten import plan_with_memory


def removal_of(desired: DesiredState) -> tuple[str, ...]:
    """The steps by which an entity goes. Where nothing would show that a deleted one stays, a purge goes alone: after
    an interruption nobody could find what is left to purge."""
    entity_type = desired.address.type
    if not desired.purge:
        return ("delete",)
    if entity_type.soft_deleted:
        return ("delete", "purge")
    return ("purge",) if "purge" in entity_type.operations else ("delete",)


def replacing(desired: DesiredState, references: Mapping[str, Any], planned: Plan, observed: Optional[Entity]) -> Plan:
    """The whole plan, of one that says that the entity is to be replaced. observed: None where it is deleted already
    and only stays. Raises ConfigurationError where what is declared does not suffice for a new one, where the key would
    stay taken, and where the profile says that the system does not delete this one."""
    for why, hint in _hindrances(desired, planned):
        raise ConfigurationError(f"replace {planned.entity}", f"{why}; nothing was written", hint)
    plan(evolve(desired, state="absent"), references, observed)  # raises where this one may not be deleted
    anew = plan_with_memory(desired, references, None)
    removal = removal_of(desired) if observed is not None else ("purge",)
    held = {name: getattr(planned, name) for name in ("changes", "before", "forced_by", "dead")}
    return evolve(anew, operation="replace", anew=anew, removal=removal, **held)


def _hindrances(desired: DesiredState, planned: Plan) -> Iterator[tuple[str, str]]:
    """Why it cannot be replaced, and what to do."""
    entity_type, rules = desired.address.type, desired.address.rules
    if desired.address.id is not None:
        yield "it is named by its id, and a new one has another", "Name it by its key."
    if entity_type.soft_deleted and not desired.purge:
        can = "purge" in entity_type.operations
        how = "Set purge to true, too" if can else "Say in the profile what purges it, and set purge to true"
        yield "one that is deleted stays, and so its key stays taken", f"{how}. Or leave it as it is."
    own = sorted(rules.unshown - rules.read_only - rules.volatile - rules.ignore)
    of_create = (path for path in own if "[]" not in path and top(path) not in entity_type.parts)
    needed = [path for path in of_create if not _is_given(planned, path)]
    held = planned.before or {}
    lacking = [one for one in needed if one in rules.write_only or value_at(held, names_of(one), ABSENT) is not ABSENT]
    if lacking:
        names = ", ".join(lacking)
        yield f"a new one would be without {names}, which is secret or write-only, and not declared", SECRETS


SECRETS = "Declare it in secret_attributes, as null where there is none."


def _is_given(planned: Plan, path: str) -> bool:
    return any(is_within(path, one) or is_within(one, path) for one in planned.secret_paths)


def with_losses(desired: DesiredState, planned: Plan, whole: Entity) -> Plan:
    """The plan with what the entity holds and nobody declares among its changes: it goes, unless the server sets it by
    itself, and so do elements that may stay in an update. whole: the entity with all of its parts."""
    address, rules = desired.address, planned.rules(desired.address.rules)
    before = masked_entity(whole, rules)
    named = (child("", name) for name in (*address.type.evidence_fields.values(), *address.refs))
    left_out = {*address.type.identifiers, *address.type.soft_deleted, *named}
    strict = evolve(rules, at_least=frozenset())
    differing = compare(planned.desired, before, strict, planned.entity).changes
    elements = (one for one in differing if one.rule not in rules.rewritten)
    lost = strict_changes(planned.desired, without(before, left_out), rules)
    seen = (one for one in lost if one.before not in (None, "", [], {}))
    unseen = (Change(path, MASK, ABSENT, path) for path in _unseen_parts(desired, planned))
    changes = {one.path: one for one in (*planned.changes, *elements, *seen, *unseen)}
    return evolve(planned, before=before, changes=tuple(changes[path] for path in sorted(changes)))


def _unseen_parts(desired: DesiredState, planned: Plan) -> Iterator[str]:
    """The parts that nobody can read and nobody declares: they go, if the entity has them."""
    for name, part in desired.address.type.parts.items():
        if part.write_only and not _is_given(planned, child("", name)):
            yield child("", name)


def notes_on_replacing(planned: Plan, entity_type: EntityType) -> Iterator[str]:
    """What to say of an entity that is replaced."""
    if planned.anew is None:
        return
    yield f"It is removed and created anew, since {', '.join(planned.forced_by)} can only be set at creation."
    lost = [change.path for change in planned.changes if change.after is ABSENT]
    if lost:
        names = ", ".join(lost)
        yield f"{len(lost)} that nobody declares go with it, unless the server sets them by itself: {names}."
    if not entity_type.keeps_id:
        entity_id = printable(str(entity_type.id_in(planned.before or {})))
        yield f"The new one may have another id: look for what refers to it by the id {entity_id}."
