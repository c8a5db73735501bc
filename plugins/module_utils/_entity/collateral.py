# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs beside what is declared: between two observations of an entity, and where nothing else may stand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._text.json_forms import in_full
from .._text.nested_paths import ABSENT, child
from ..errors import ServerError
from .compare import Change, element_label, elements_by_key, same_value
from .place import Place
from .rules import Rules


def undeclared_changes(
    declared: Mapping[str, Any], before: Mapping[str, Any], now: Mapping[str, Any], rules: Rules
) -> tuple[Change, ...]:
    """The differences between two states of an entity, except in what is declared and in what the rules leave out. Null
    and absent count as the same here: there is no value before and none after."""
    return tuple(_undeclared(declared, before, now, Place.root(rules)))


def _undeclared(declared: Any, before: Any, now: Any, place: Place) -> Iterator[Change]:
    """The changes between two observations of the parts that nobody declares."""
    if place.rule in place.rules.uncompared | place.rules.unsent | place.rules.hidden:
        return
    if declared is not ABSENT and place.rule in place.rules.exact:
        return
    if (
        isinstance(before, Mapping)
        and isinstance(now, Mapping)
        and (declared is ABSENT or isinstance(declared, Mapping))
    ):
        ours = {} if declared is ABSENT else declared
        for name in sorted({*before, *now}):
            values = ours.get(name, ABSENT), before.get(name, ABSENT), now.get(name, ABSENT)
            yield from _undeclared(*values, place.child(name))
    elif declared is ABSENT:
        nothing = all(side is None or side is ABSENT for side in (before, now))
        if not nothing and not same_value(_exactly(before), _exactly(now), place):
            yield Change(place.path, before, now, place.rule)
    elif place.rule in place.rules.keyed and all(isinstance(side, (list, tuple)) for side in (declared, before, now)):
        ours, old, new = (elements_by_key(side, place, ServerError) for side in (declared, before, now))
        for key in sorted(ours.keys() & old.keys() & new.keys()):
            yield from _undeclared(ours[key], old[key], new[key], place.element(element_label(ours[key], place)))


def strict_changes(declared: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules) -> tuple[Change, ...]:
    """What an entity holds beside what is declared and beside what rules leave out, as changes to nothing."""
    return undeclared_changes(declared, observed, _declared_part(declared, observed, rules), rules)


def _declared_part(
    declared: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules, path: str = ""
) -> dict[str, Any]:
    """The mappings and the elements of keyed lists that are declared and there, without what is in them."""
    part: dict[str, Any] = {}
    for name, value in declared.items():
        held, at = observed.get(name), child(path, name)
        if isinstance(value, Mapping) and isinstance(held, Mapping):
            part[name] = _declared_part(value, held, rules, at)
        elif isinstance(held, list) and at in rules.keyed:
            part[name] = [{key: one[key] for key in rules.keyed[at] if key in one} for one in held]
    return part


def _exactly(value: Any) -> Any:
    """A value in which a number that has more digits than Python keeps is a text of all of them."""
    if isinstance(value, Mapping):
        return {name: _exactly(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_exactly(inner) for inner in value]
    return in_full(value)
