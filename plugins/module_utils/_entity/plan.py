# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Planning: compares what is declared with what was read (three-way comparison, with the rules of the type), and gives
the one operation that is needed, or none.

No plan holds a declared secret: bodies and entities are without secrets or have them masked, and ``body()`` puts the
secrets in when it is sent. Bodies hold secrets that the server itself shows and nobody declared; bodies are never
shown.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Optional

from .._profile.model import EntityType
from .._text.json_forms import canonical
from .._text.nested_paths import ABSENT, child, names_of, places, replace, top, value_at, with_value, without
from .._text.records import evolve
from .._text.redaction import MASK, printable
from .._text.spelling import json_text, spelling
from ..errors import ConfigurationError
from .address import Address, Entity
from .compare import Change, Comparison, check_declared, compare_checked
from .desired_state import DesiredState
from .rules import Rules, holding_ids
from .secret_policy import remembered_secrets, secret_fate, secret_leaves
from .shown_secrets import concealed, is_shown, masks_sent_back, refuse_cleared, without_hidden, without_masks


@dataclass(frozen=True, eq=False)
class Plan:
    """What has to be done to one entity.

    operation: ``none``, ``create``, ``update``, ``delete`` or ``replace``. entity: its name for people. changes: sorted
    by path. before, after: the entity as observed and as it is expected to be, None where there is none; after holds no
    id that the server has not given. Bodies, by what the server's update takes: declared (all that is declared),
    changed (the top-level attributes in which something changes, whole), whole (the entity less what the server sets
    itself).
    unverified: paths that are declared and cannot be observed. secrets_to_send: paths of the secrets that ``body``
    puts into a body; secrets_to_keep: of those that the server has unchanged; secrets_along: of those that only go
    along, because nobody knows what an update without them does; secrets_unlike: of those of which the server shows
    another value; secrets_left_out: of those that nobody declared and the server hides. desired, reference_names,
    secret_paths: what was declared, for verify(). mentioned: ``DesiredState.held``. apart: parts that no body holds.
    restored: what is to be done after the entity, which stays as deleted, was restored instead of created; the changes
    are then those. forced_by: the paths of what can only be set at creation and differs, so that the entity is
    replaced; anew: what is to be done after it was removed; the changes are then all that differs between the two.
    removal: the steps by which it goes; dead: what stays as deleted and is to be purged.
    """

    operation: str
    entity: str
    changes: tuple[Change, ...] = ()
    before: Optional[Mapping[str, Any]] = None
    after: Optional[Mapping[str, Any]] = None
    declared: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict, repr=False)
    whole: Mapping[str, Any] = field(default_factory=dict, repr=False)
    unverified: tuple[str, ...] = ()
    secrets_to_send: tuple[str, ...] = ()
    secrets_to_keep: tuple[str, ...] = ()
    secrets_along: tuple[str, ...] = ()
    secrets_unlike: tuple[str, ...] = ()
    secrets_left_out: tuple[str, ...] = ()
    desired: Mapping[str, Any] = field(default_factory=dict)
    reference_names: tuple[str, ...] = ()
    mentioned: Mapping[str, Any] = field(default_factory=dict)
    secret_paths: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()
    restored: Optional[Plan] = None
    forced_by: tuple[str, ...] = ()
    anew: Optional[Plan] = None
    removal: tuple[str, ...] = ("delete",)
    dead: tuple[Entity, ...] = field(default=(), repr=False)

    @property
    def writes(self) -> tuple[str, ...]:
        """The operations that it takes of the entity itself, without those on an entity that it has made."""
        removing = {"none": (), "delete": self.removal, "replace": (*self.removal, "create")}
        return removing.get(self.operation, (self.operation,))

    def rules(self, rules: Rules) -> Rules:
        """The rules of the type, with what holds for this entity."""
        return _own_rules(rules, self.reference_names, self.secret_paths)


def masked_entity(entity: Entity, own_rules: Rules) -> Entity:
    """An entity as it may be shown, with its secrets masked. own_rules: see ``Plan.rules``."""
    masked: Entity = concealed(replace(entity, own_rules.write_only, MASK), own_rules.secret)
    return masked


def _own_rules(rules: Rules, reference_names: Collection[str], secret_paths: Collection[str]) -> Rules:
    """A reference is an id, as number or as text, and no secret is compared or sent back as it was read."""
    if not reference_names and not secret_paths:
        return rules
    own = holding_ids(rules, map(_path, reference_names))
    return evolve(own, write_only=rules.write_only.union(secret_paths))


def _path(name: str) -> str:
    return child("", name)


def plan(desired: DesiredState, references: Mapping[str, Any], observed: Optional[Entity]) -> Plan:
    """Plan one entity. references: by attribute the id that it must hold, whatever the type of it. observed: the entity
    as read, None where it is proven absent.

    The policy of its secrets is ``on_create``, ``always``, or ``on_change`` of what the server shows, of what it says
    when it is asked about a secret, and of the fingerprint of another that it hides; without an earlier one a secret is
    unknown: not sent, no change, unverified. A plan that replaces is to be completed by ``replacing``. Raises
    ConfigurationError where what is declared contradicts itself, the rules or the types that the server uses, and where
    a create-only attribute differs and the entity may not be replaced; ServerError where the server's entity
    contradicts the rules.
    """
    rules, secrets = desired.address.rules, dict(secret_leaves(desired.secrets.values))
    own_rules = _own_rules(rules, references, secrets)
    nothing = Plan(
        "none",
        _name(desired.address),
        before=None if observed is None else masked_entity(observed, own_rules),
        desired=_declared(desired, references),
        reference_names=tuple(sorted(references)),
        mentioned=desired.held,
        secret_paths=tuple(sorted(secrets)),
    )
    if desired.state == "absent":
        planned = nothing if observed is None else evolve(nothing, operation="delete")
        return _allowed(planned, desired.address.type, observed or {})
    _check(nothing, desired.secrets.values, rules)
    entity_type = desired.address.type
    if nothing.before is None:
        return _in_bodies(_create(nothing), entity_type, {})
    if not desired.update_existing:
        return evolve(nothing, after=nothing.before)
    seen = {path: is_shown(path, value, observed or {}, rules) for path, value in secrets.items()}
    remembered = remembered_secrets(secrets, desired.secrets.memory, desired.address.type.id_in(observed or {}))
    remembered = {**remembered, **desired.secrets.verified}
    fates = {path: secret_fate(seen[path], desired.secrets.policy, remembered.get(path)) for path in secrets}
    unlike = tuple(path for path in nothing.secret_paths if seen[path] is False)
    may_replace = desired.on_immutable != "refuse"
    nothing = evolve(nothing, secrets_unlike=unlike) if unlike else nothing
    updated = _update(nothing, observed or {}, own_rules, fates, may_replace)
    return _in_bodies(_allowed(updated, entity_type, observed or {}), entity_type, observed or {})


def is_renamed(planned: Plan, entity_type: EntityType) -> bool:
    """Whether it changes the key of an entity where that takes a request of its own."""
    by_itself = planned.operation == "update" and "rename" in entity_type.operations
    return by_itself and any(change.rule in entity_type.key_paths for change in planned.changes)


def touched(planned: Plan, entity_type: EntityType) -> set[str]:
    """The attributes that the entity's own create or update changes."""
    apart = {*entity_type.apart(planned.operation), *entity_type.states}
    keys = entity_type.key_paths if is_renamed(planned, entity_type) else ()
    return {top(change.rule) for change in planned.changes if change.rule not in keys} - apart


def _allowed(planned: Plan, entity_type: EntityType, observed: Entity) -> Plan:
    """The plan. Raises ConfigurationError where the profile says that the system does not do that to an entity that
    holds what this one holds."""
    operation = entity_type.operations.get(planned.operation)
    if planned.operation == "update" and not touched(planned, entity_type):
        return planned  # requests of their own change it
    for path, allowed, held in operation.unmet(observed) if operation else ():
        raise ConfigurationError(
            f"{planned.operation} {planned.entity}",
            f"the system does that only where {path} is {' or '.join(map(json_text, allowed))}, "
            f"and here it is {printable(json_text(held))}",
            profile_key=f"{operation.profile_key}.when" if operation else "",
        )
    return planned


def _in_bodies(planned: Plan, entity_type: EntityType, observed: Entity) -> Plan:
    """The plan with bodies that hold neither the parts of an entity nor, on an update, a new value of what is changed
    by a verb: they take requests of their own."""
    parts = entity_type.apart(planned.operation)
    apart = {_path(name) for name in parts}
    if not apart and not entity_type.states:
        return planned
    bodies: dict[str, Any] = {kind: without(getattr(planned, kind), apart) for kind in ("declared", "changed", "whole")}
    if planned.operation == "update":
        held = {path: value_at(observed, names_of(path), ABSENT) for path in entity_type.states}
        bodies = {kind: _with_held(content, held) for kind, content in bodies.items()}
        bodies["changed"] = without(bodies["changed"], {*entity_type.states})
    return evolve(planned, apart=parts, **bodies)


def _with_held(content: Mapping[str, Any], held: Mapping[str, Any]) -> dict[str, Any]:
    """A body in which attributes have the values that the server holds, where it has them at all."""
    result = dict(content)
    for path, value in held.items():
        if value_at(result, names_of(path), ABSENT) is not ABSENT:
            result = with_value(result, names_of(path), value)
    return result


def _name(address: Address) -> str:
    """The entity in a message, without references unless they are all that it is known by: ``event
    (eventName=Initial filing)``."""
    if not address.key and address.id is None:
        return str(address)
    key = ", ".join(f"{name}={spelling(value)}" for name, value in address.key.items())
    return printable(f"{address.type.name} ({key if address.id is None else f'id {address.id}'})")


def _declared(desired: DesiredState, references: Mapping[str, Any]) -> Mapping[str, Any]:
    """Everything that is declared, without the secrets. Raises ConfigurationError where it contradicts itself."""
    declared: Mapping[str, Any] = {}
    for part in (desired.address.own_key, references, desired.attributes):
        declared = _together(declared, part, desired.address)
    said = desired.address.rules.cleared_by
    if not said:
        return declared
    cleared: Mapping[str, Any] = replace(declared, said, lambda held, path: said[path] if held is None else held)
    return cleared


def _together(one: Mapping[str, Any], other: Mapping[str, Any], address: Address, path: str = "") -> dict[str, Any]:
    """Two parts of what is declared, of which mappings are put together. Raises ConfigurationError where they
    differ."""
    declared = dict(one)
    for name, value in other.items():
        held = declared.get(name, ABSENT)
        if isinstance(held, Mapping) and isinstance(value, Mapping):
            value = _together(held, value, address, f"{path}{name}.")
        elif held is not ABSENT and canonical(held) != canonical(value):
            why = f"{path}{name} is declared twice, with different values"
            raise ConfigurationError(f"plan {_name(address)}", why)
        declared[name] = value
    return declared


def _check(nothing: Plan, secrets: Mapping[str, Any], rules: Rules) -> None:
    """Raise ConfigurationError for what must not be declared, or not where it is."""
    name, desired = nothing.entity, nothing.desired
    check_declared(desired, rules, name)
    check_declared(secrets, rules, name)
    for path, _attribute in places(desired):
        if path in rules.unshown:
            hint = "Move it to secret_attributes: a secret is known by its place."
            kind = "secret" if path in rules.secret else "write-only"
            raise ConfigurationError(f"plan {name}", f"{path} is {kind} and stands among the attributes", hint)
    for path in _clashes(desired, secrets):
        hint = "Leave it in secret_attributes only, if it is secret."
        raise ConfigurationError(f"plan {name}", f"{path} stands in attributes and in secret_attributes", hint)


def _clashes(desired: Mapping[str, Any], secrets: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name in sorted(desired.keys() & secrets.keys()):
        if isinstance(desired[name], Mapping) and isinstance(secrets[name], Mapping):
            yield from _clashes(desired[name], secrets[name], child(path, name))
        else:
            yield child(path, name)


def _create(nothing: Plan) -> Plan:
    """The plan that creates the entity. nothing: the plan that does nothing, with what is declared."""
    desired, secrets = nothing.desired, nothing.secret_paths
    changes = [Change(_path(name), ABSENT, value, _path(name)) for name, value in desired.items() if value is not None]
    changes += [Change(path, ABSENT, MASK, path) for path in secrets]
    return evolve(
        nothing,
        operation="create",
        changes=_sorted(changes),
        after=with_values(desired, dict.fromkeys(secrets, MASK)),
        declared=desired,
        changed=desired,
        whole=desired,
        secrets_to_send=secrets,
    )


def _update(
    nothing: Plan, observed: Mapping[str, Any], rules: Rules, fates: Mapping[str, str], may_replace: bool
) -> Plan:
    """The plan that updates the entity, or does nothing. nothing: as for _create(); fates: of each secret, by path.
    may_replace: whether it is replaced where it cannot be updated."""
    before = nothing.before or {}
    comparison = compare_checked(nothing.desired, before, rules, nothing.entity)
    sent = tuple(path for path in nothing.secret_paths if fates[path] == "sent")
    kept = tuple(path for path in nothing.secret_paths if fates[path] == "same")
    unknown = [path for path in nothing.secret_paths if fates[path] == "unknown"]
    result = evolve(nothing, after=before, unverified=tuple(sorted([*comparison.unobservable, *unknown])))
    if comparison.forbidden and may_replace:
        return _to_replace(result, comparison)
    _refuse_forbidden(nothing.entity, comparison.forbidden)
    changes = _sorted([*comparison.changes, *(Change(path, MASK, MASK, path) for path in sent)])
    if not changes:
        return result
    left_out: set[str] = set()
    along = tuple(path for path in (*kept, *unknown) if rules.omitted.get(path, "keeps") != "keeps")
    whole = replace(_with_secrets(nothing, observed, rules, left_out, comparison), rules.unsent, ABSENT)
    whole = with_values(whole, masks_sent_back(unknown, observed, rules))
    refuse_cleared(nothing.entity, whole, nothing.secret_paths, rules)
    in_changes = {top(change.rule) for change in changes}
    return evolve(
        result,
        operation="update",
        changes=changes,
        after=with_values(comparison.merged, dict.fromkeys(sent, MASK)),
        declared={name: value for name, value in whole.items() if name in nothing.desired},
        changed={name: value for name, value in whole.items() if name in in_changes},
        whole=whole,
        secrets_to_send=tuple(sorted((*sent, *along))),
        secrets_to_keep=tuple(path for path in kept if path not in along),
        secrets_along=tuple(path for path in along if rules.omitted[path] == "unknown"),
        secrets_left_out=tuple(sorted(left_out)),
    )


def _to_replace(nothing: Plan, comparison: Comparison) -> Plan:
    """The plan that says that the entity is to be replaced, and what differs; see ``replacing``."""
    secrets = (Change(path, MASK, MASK, path) for path in nothing.secret_paths)
    forced_by = tuple(change.path for change in comparison.forbidden)
    changes = _sorted([*comparison.changes, *secrets])
    return evolve(nothing, operation="replace", changes=changes, forced_by=forced_by)


def _with_secrets(
    nothing: Plan, observed: Mapping[str, Any], rules: Rules, left_out: set[str], comparison: Comparison
) -> Mapping[str, Any]:
    """The entity as it is to be, with the undeclared secrets that the server shows: without them, an update that
    replaces the whole entity would clear them. left_out: takes the paths of secrets that the server masks, and of other
    attributes that it does not show or that it shows as a mask, which must not be sent back."""
    merged: Mapping[str, Any] = comparison.merged
    if rules.secret:
        merged = compare_checked(nothing.desired, observed, rules, nothing.entity).merged
        merged = without_hidden(merged, rules.secret - rules.unsent, left_out, rules)
    unseen = (rules.hidden | rules.write_only) - rules.secret - {*nothing.secret_paths}
    unseen -= {path for path, _name in places(nothing.desired)}
    if unseen:
        shown = {path for path, _name in places(observed)}
        left_out.update(path for path in unseen if path not in shown or path in rules.write_only)
        merged = without_masks(merged, unseen - rules.unsent, left_out)
    return merged


def _refuse_forbidden(entity: str, forbidden: Iterable[Change]) -> None:
    for change in forbidden:
        sides = ["nothing" if side is ABSENT else printable(json_text(side)) for side in (change.before, change.after)]
        hint = "Declare what the server holds. Or set on_immutable to replace: it is then deleted and created anew."
        why = f"{change.path} can only be set at creation; the server holds {sides[0]} and {sides[1]} is declared"
        raise ConfigurationError(f"update {entity}", why, hint)


def _sorted(changes: Iterable[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda change: change.path))


def with_values(base: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of a mapping with values at their paths of names."""
    result = dict(base)
    for path, value in values.items():
        result = with_value(result, names_of(path), value)
    return result
