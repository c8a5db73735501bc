# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The steps of one change: the requests of an entity, of its parts and of its state, in the order in which they go.

An entity that is replaced is removed first. Then come the transitions to a resting state, the new key, the create or
update, the parts in the profile's order (in each one changes and replacements, additions, removals, so that a group
never loses its last owner), and the other transitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable, Optional

from .._profile.model import EntityType
from .._profile.parts import Part, StepRequest, Transition
from .._text.json_forms import canonical
from .._text.nested_paths import ABSENT, names_of, top, value_at
from .._text.redaction import MASK
from .._text.spelling import json_text
from ..errors import ConfigurationError
from .plan import Plan, is_renamed, touched

VERBS = ("restore", "rename", "purge")
"""The kinds of steps that are neither a create, update or delete, nor about an attribute."""


@dataclass(frozen=True)
class EntityStep:
    """One step. kind: ``create``, ``update``, ``delete``, one of VERBS, ``transition``, or ``write``, ``add``,
    ``remove``, ``change``, ``replace`` of a part. attribute: the part or the state. element: of the part, by its key.
    before, after: of the element, the part or the state. requests: none for the entity's own operations."""

    kind: str
    attribute: str = ""
    element: str = ""
    before: Any = ABSENT
    after: Any = ABSENT
    requests: tuple[StepRequest, ...] = ()
    names: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.attribute:
            return self.kind
        if self.kind == "transition":
            before = "" if self.before is ABSENT else f" from {json_text(self.before)}"
            return f"{self.attribute}{before} to {json_text(self.after)}"
        return f"{self.kind} {self.attribute}" + (f" {self.element}" if self.element else "")


def steps_of(planned: Plan, entity_type: EntityType) -> list[EntityStep]:
    """The steps of a plan. Raises ConfigurationError where the profile has no request for one of its changes."""
    if planned.operation in ("none", "delete"):
        return list(map(EntityStep, planned.writes))
    if planned.anew is not None:
        return [*map(EntityStep, planned.removal), *steps_of(planned.anew, entity_type)]
    if planned.restored is not None:
        return [EntityStep("restore"), *steps_of(planned.restored, entity_type)]
    first, last = _transitions(planned, entity_type)
    parts = [step for part in entity_type.parts.values() for step in _of_part(planned, part)]
    return [*first, *_own(planned, entity_type), *parts, *last]


def in_steps(planned: Plan, entity_type: EntityType) -> bool:
    """Whether it takes more, or another, than the entity's own create, update or delete."""
    steps = steps_of(planned, entity_type)
    return len(steps) > 1 or any(step.attribute or step.kind in VERBS for step in steps)


def _own(planned: Plan, entity_type: EntityType) -> Iterator[EntityStep]:
    """The entity's own create or update; no update where parts, states and a new key are all that changes. What a
    create withholds an update sends right after it."""
    if is_renamed(planned, entity_type):
        yield EntityStep("rename")
    if planned.operation == "create" or touched(planned, entity_type):
        yield EntityStep(planned.operation)
    if planned.operation == "create" and entity_type.withheld(sorted(_changed(planned))):
        yield EntityStep("update")


def _changed(planned: Plan) -> set[str]:
    """The attributes in which something changes."""
    return {top(change.rule) for change in planned.changes}


def _side(planned: Plan, name: str) -> tuple[Any, Any]:
    """What a plan finds of an attribute, and what it expects where it is declared."""
    names = names_of(name)
    declared = value_at(planned.desired, names, ABSENT) is not ABSENT
    after = value_at(planned.after or {}, names, ABSENT) if declared else ABSENT
    return value_at(planned.before or {}, names, ABSENT), after


# --- states


def _transitions(planned: Plan, entity_type: EntityType) -> tuple[list[EntityStep], list[EntityStep]]:
    first: list[EntityStep] = []
    last: list[EntityStep] = []
    for attribute in entity_type.states:
        before, after = _side(planned, attribute)
        if after is ABSENT or canonical_or_none(before) == canonical(after):
            continue
        if planned.operation == "create":
            last.append(EntityStep("transition", attribute, "", ABSENT, after))
            continue
        found = transition(entity_type, attribute, before, after)
        if found is None:
            raise ConfigurationError(
                f"plan {planned.entity}",
                f"no transition leads {attribute} from {_shown(before)} to {json_text(after)}",
                f"types.{entity_type.name}.attributes.{attribute}.transitions names those that the server has.",
            )
        step = EntityStep("transition", attribute, "", before, after, (found.step,))
        (first if found.comes_first else last).append(step)
    return first, last


def canonical_or_none(value: Any) -> Optional[str]:
    """The canonical text of a value, None where there is none."""
    return None if value is ABSENT else canonical(value)


def _shown(value: Any) -> str:
    return "nothing" if value is ABSENT else json_text(value)


def transition(entity_type: EntityType, attribute: str, before: Any, after: Any) -> Optional[Transition]:
    """The transition that leads an attribute from one value to another; None where there is none."""
    for one in entity_type.transitions:
        leads_from = not one.before or canonical_or_none(before) in [canonical(value) for value in one.before]
        if one.attribute == attribute and leads_from and canonical(one.after) == canonical(after):
            return one
    return None


# --- parts


def _of_part(planned: Plan, part: Part) -> list[EntityStep]:
    before, after = _side(planned, part.name)
    within = planned.operation in part.within
    if part.write_only and part.write and not within:
        sent = any(top(path) == part.name for path in planned.secrets_to_send)
        return [EntityStep("write", part.name, "", MASK, MASK, (part.write,))] if sent else []
    if after is ABSENT or within or part.name not in _changed(planned):
        return []
    if part.write:
        return [EntityStep("write", part.name, "", before, after, (part.write,), {"value": after})]
    old, new = _by_key(before, part), _by_key(after, part)
    changes = [_change(part, old[key], new[key]) for key in new if key in old and _differs(old[key], new[key])]
    added = [_step("add", part, new[key], ABSENT, new[key]) for key in new if key not in old]
    gone = [] if part.at_least else [key for key in old if key not in new]
    removed = [_step("remove", part, old[key], old[key], ABSENT) for key in gone]
    if any(step.kind == "replace" for step in changes) and len(old) == 1 and not added:
        raise ConfigurationError(
            f"plan {planned.entity}",
            f"the only element of {part.name} would be removed and added again",
            "Add another element first, or change it in the system itself.",
        )
    return [*changes, *added, *removed]


def _by_key(elements: Any, part: Part) -> dict[str, Any]:
    listed = elements if isinstance(elements, (list, tuple)) else []
    return {element_key(one, part): one for one in listed}


def element_key(element: Any, part: Part) -> str:
    """The text that tells an element from the others of its part."""
    if not part.key or not isinstance(element, Mapping):
        return canonical(element)
    return canonical([element.get(name) for name in part.key])


def _differs(old: Any, new: Any) -> bool:
    if not isinstance(new, Mapping) or not isinstance(old, Mapping):
        return False
    return any(name not in old or canonical(old[name]) != canonical(value) for name, value in new.items())


def _label(element: Any, part: Part) -> str:
    if not part.key or not isinstance(element, Mapping):
        return json_text(element)
    return ",".join(f"{name}={json_text(element.get(name))}" for name in part.key)


def _step(kind: str, part: Part, element: Any, before: Any, after: Any, *requests: StepRequest) -> EntityStep:
    wanted = requests or (getattr(part, kind),)
    if None in wanted:
        raise ConfigurationError(
            f"{kind} an element of {part.name}", "the profile has no request that does it", "Leave it as it is."
        )
    return EntityStep(kind, part.name, _label(element, part), before, after, wanted, {"element": element})


def _change(part: Part, old: Any, new: Any) -> EntityStep:
    """The change of an element: by its own request, by an addition that replaces, or by removal and addition."""
    whole = {**old, **new}
    if part.change:
        return _step("change", part, whole, old, new, part.change)
    if part.add_replaces and part.add:
        return _step("add", part, whole, old, new, part.add)
    if not (part.add and part.remove):
        raise ConfigurationError(f"change an element of {part.name}", "the profile has no request that would change it")
    return _step("replace", part, whole, old, new, part.remove, part.add)


def elements(listed: Sequence[Any], part: Part) -> list[Any]:
    """The elements that belong to a part."""
    if not part.where:
        return list(listed)
    return [one for one in listed if _belongs(one, part.where)]


def _belongs(element: Any, where: Mapping[str, Any]) -> bool:
    held = element if isinstance(element, Mapping) else {}
    return all(
        canonical(held.get(name)) in map(canonical, wanted if isinstance(wanted, list) else [wanted])
        for name, wanted in where.items()
    )


RecordStep = Callable[[EntityStep, str], None]
"""Takes a step and what becomes of it: ``begun``, ``done`` or ``failed``."""


def unrecorded(_step: EntityStep, _state: str) -> None:
    """Keeps no record."""
