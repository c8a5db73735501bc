# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Comparing what is declared with what the server holds.

Only what is declared is looked at: a mapping name by name, unless it is exact, a list as a whole, null as *must be null
or absent*.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .._text.json_forms import canonical, in_full, is_number, number_text
from .._text.nested_paths import ABSENT, places
from .._text.records import evolve
from .._text.spelling import check_name, is_plain, json_text, read, spelled, spelling
from ..errors import ConfigurationError, InsightError, ServerError
from .masks import hides
from .mistyped import Mistyped, mistyped, wrong_types
from .normalise import normalise
from .place import Place
from .rules import Rules, rules

__all__ = ["ABSENT", "Change", "Comparison", "Mistyped", "Rules", "compare", "compare_loosely", "differs", "rules"]


@dataclass(frozen=True)
class Change:
    """One difference. path: where, for people; before, after: JSON values, or ABSENT; rule: the path under which
    rules speak of the place."""

    path: str
    before: Any
    after: Any
    rule: str = field(default="", compare=False)

    def as_result(self) -> dict[str, Any]:
        """``path``, ``before`` and ``after`` as JSON; the side on which the attribute is absent is left out."""
        full = self.in_full()
        sides = {"path": full.path, "before": full.before, "after": full.after}
        return {name: value for name, value in sides.items() if value is not ABSENT}

    def in_full(self) -> Change:
        """The same with all digits of its numbers, in which a secret is found."""
        return evolve(self, before=in_full(self.before), after=in_full(self.after))


@dataclass(frozen=True, eq=False)
class Comparison:
    """The result of a comparison. changes: the differences, sorted by path. forbidden: those of them that a create-only
    rule forbids. unobservable: paths that are declared and cannot be seen on the server; never a change. merged: the
    observed entity with the declared values merged in, in the types that the server uses. mistyped: never empty where
    compare() would have raised."""

    changes: tuple[Change, ...] = ()
    unobservable: tuple[str, ...] = ()
    merged: Mapping[str, Any] = field(default_factory=dict)
    forbidden: tuple[Change, ...] = ()
    mistyped: tuple[Mistyped, ...] = ()


_Elements = dict[tuple[str, ...], Mapping[str, Any]]


@dataclass(eq=False)
class _Found:
    """What the walk collects."""

    changes: list[Change] = field(default_factory=list)
    forbidden: list[Change] = field(default_factory=list)
    unobservable: list[str] = field(default_factory=list)

    def change(self, place: Place, before: Any, after: Any) -> None:
        change = Change(place.path, before, after, place.rule)
        self.changes.append(change)
        if place.fixed:
            self.forbidden.append(change)

    def extend(self, other: _Found) -> None:
        self.changes += other.changes
        self.forbidden += other.forbidden
        self.unobservable += other.unobservable


def compare(
    declared: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules, entity: str = "the entity"
) -> Comparison:
    """Compare what is declared with what the server holds; ``entity`` names it in errors.

    Raises ConfigurationError for a read-only attribute that is declared, a number or boolean where the server holds
    text or the other way round, and a keyed list whose declared elements are not distinct; ServerError where the
    server's elements are not distinct.
    """
    check_declared(declared, rules, entity)
    return compare_checked(declared, observed, rules, entity)


def compare_checked(
    declared: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules, entity: str = "the entity"
) -> Comparison:
    """As compare(), of what check_declared() has let through."""
    comparison = _compared(declared, observed, rules, entity)
    if comparison.mistyped:
        raise wrong_types(comparison.mistyped, entity)
    return comparison


def compare_loosely(
    declared: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules, entity: str = "the entity"
) -> Comparison:
    """As compare(), but a wrong type is reported in ``mistyped`` and is no error."""
    check_declared(declared, rules, entity)
    return _compared(declared, observed, rules, entity)


def _compared(declared: Mapping[str, Any], observed: Mapping[str, Any], rules: Rules, entity: str) -> Comparison:
    found, root = _Found(), Place.root(rules)
    try:
        merged = _mapping(declared, observed, root, found)
    except InsightError as error:
        raise error.but(what=f"compare {entity}") from error
    return Comparison(
        changes=tuple(sorted(found.changes, key=lambda change: change.path)),
        unobservable=tuple(sorted(found.unobservable)),
        merged=merged,
        forbidden=tuple(found.forbidden),
        mistyped=tuple(mistyped(declared, [observed], root)),
    )


def check_declared(declared: Mapping[str, Any], rules: Rules, entity: str = "the entity") -> None:
    """Raise ConfigurationError for a read-only attribute and for a name that is not text."""
    for path, name in places(declared):
        check_name(path, name, f"compare {entity}")
        if path in rules.forbidden:
            hint = "Leave it out, or do not call it read_only, in compare or under attributes in the profile."
            raise ConfigurationError(f"compare {entity}", f"{path} is read-only, the server alone sets it", hint)


def differs(declared: Any, observed: Any, rule: str, rules: Rules) -> bool:
    """Whether two values of the attribute at a rule's path differ under the rules; a wrong type counts as different."""
    names = {name for path, names in rules.normalise.items() if path == "*" or is_within(rule, path) for name in names}
    found, place = _Found(), Place(rule, rule, rules, frozenset(names))
    try:
        _attribute(declared, observed, place, found)
    except InsightError:
        return True
    return bool(found.changes)


def is_within(path: str, outer: str) -> bool:
    """Whether a place is another one or inside it."""
    return path == outer or path.startswith((f"{outer}.", f"{outer}[]"))


def _mapping(declared: Mapping[str, Any], observed: Mapping[str, Any], place: Place, found: _Found) -> dict[str, Any]:
    merged = dict(observed)
    for name, value in declared.items():
        held = _attribute(value, observed.get(name, ABSENT), place.child(name), found)
        if held is not ABSENT:
            merged[name] = held
    return merged


def _attribute(declared: Any, observed: Any, place: Place, found: _Found) -> Any:
    if place.rule in place.rules.uncompared:
        return observed
    if place.rule in place.rules.write_only or (place.rule in place.rules.hidden and _is_hidden(declared, observed)):
        found.unobservable.append(place.path)
        return declared
    return _value(declared, observed, place, found)


def _is_hidden(declared: Any, observed: Any) -> bool:
    """Whether nothing is shown, or a mask. Null and an empty text may be what the server holds."""
    is_text = isinstance(observed, str) and observed != ""
    return observed is ABSENT or (is_text and observed != declared and hides(declared, observed))


def _value(declared: Any, observed: Any, place: Place, found: _Found) -> Any:
    """The value to send for a declared one: the observed value where they are the same, else a change is noted."""
    if _is_nothing(declared) and (observed is ABSENT or observed is None):
        return observed
    if isinstance(declared, Mapping) and isinstance(observed, Mapping) and place.rule not in place.rules.exact:
        return _mapping(declared, observed, place, found)
    if place.rule in place.rules.keyed and isinstance(declared, (list, tuple)) and isinstance(observed, (list, tuple)):
        return _keyed(declared, observed, place, found)
    if place.rule in place.rules.at_least and isinstance(declared, (list, tuple)):
        declared = [*declared, *_others(declared, observed, place)]
    aligned = _aligned(declared, observed, place)
    if same_value(aligned, observed, place) or (observed is ABSENT and _is_cleared(aligned, place)):
        return observed
    found.change(place, observed, aligned)
    return aligned


def _is_nothing(declared: Any) -> bool:
    """Whether nothing is asked to be there: null, or a mapping of which every leaf is."""
    if isinstance(declared, Mapping):
        return bool(declared) and all(_is_nothing(inner) for inner in declared.values())
    return declared is None


def _keyed(declared: Sequence[Any], observed: Sequence[Any], place: Place, found: _Found) -> list[Any]:
    """Elements that are on one side only are a difference of the whole list; else the elements are compared."""
    ours = elements_by_key(declared, place, ConfigurationError)
    theirs = elements_by_key(observed, place, ServerError)
    inner = _Found()
    merged = [
        _mapping(element, theirs[key], place.element(element_label(element, place)), inner)
        if key in theirs
        else element
        for key, element in ours.items()
    ]
    if place.rule in place.rules.at_least:
        merged += [element for key, element in theirs.items() if key not in ours]
        theirs = {key: element for key, element in theirs.items() if key in ours}
    if ours.keys() != theirs.keys():
        inner.changes.clear()  # the list's own change says it all; what is forbidden stays so
        found.change(place, observed, merged)
    found.extend(inner)
    return merged


def _others(declared: Sequence[Any], observed: Any, place: Place) -> list[Any]:
    """The observed elements that equal no declared one."""
    inner = place.element()
    ours = {canonical(_form(one, inner)) for one in declared}
    listed = observed if isinstance(observed, (list, tuple)) else ()
    return [one for one in listed if canonical(_form(one, inner)) not in ours]


def elements_by_key(elements: Sequence[Any], place: Place, error: type[InsightError]) -> _Elements:
    """The elements of a keyed list by their keys. Raises ``error`` where one has no key, or another's."""
    names = place.rules.keyed[place.rule]
    found: _Elements = {}
    whose = "the declared list" if error is ConfigurationError else "the server's list"
    hint = f"keyed says that {place.rule} is a list of mappings, told apart by {', '.join(names)}."
    for number, element in enumerate(elements, 1):
        if not isinstance(element, Mapping) or any(element.get(name) is None for name in names):
            raise error("compare", f"element {number} of {place.path} in {whose} has no {', '.join(names)}", hint)
        key = tuple(spelling(_form(element[name], place.element().child(name))) for name in names)
        if key in found:
            raise error(
                "compare", f"{place.path} in {whose} has two elements with {element_label(element, place)}", hint
            )
        found[key] = element
    return found


def element_label(element: Mapping[str, Any], place: Place) -> str:
    pairs = ((name, element[name]) for name in place.rules.keyed[place.rule])
    return ",".join(f"{name}={json_text(value)}" for name, value in pairs)


def same_value(one: Any, other: Any, place: Place) -> bool:
    if "blank_as_null" in place.names:
        one, other = (None if side is ABSENT else side for side in (one, other))
    if one is ABSENT or other is ABSENT:
        return False
    if isinstance(one, str) and one == other:
        return True
    return canonical(_form(one, place)) == canonical(_form(other, place))


def _is_cleared(value: Any, place: Place) -> bool:
    """Whether it is the value that says null to the server."""
    said = place.rules.cleared_by
    return place.rule in said and canonical(said[place.rule]) == canonical(value)


def _form(value: Any, place: Place) -> Any:
    """The form in which whole values are compared: normalised, unordered lists sorted, without the parts that rules
    leave out."""
    if place.rules.cleared_by and _is_cleared(value, place):
        return None
    if isinstance(value, Mapping):
        inner = ((name, element, place.child(name)) for name, element in value.items())
        skipped = place.rules.uncompared | place.rules.unsent
        forms = ((name, _form(element, at), at) for name, element, at in inner if at.rule not in skipped)
        value = {name: form for name, form, at in forms if form is not None or "blank_as_null" not in at.names}
    elif isinstance(value, (list, tuple)):
        value = [_form(element, place.element()) for element in value]
        value = sorted(value, key=canonical) if place.is_unordered else value
    return normalise(value, place.names)


def normal_form(entity: Any, rules: Rules) -> Any:
    """The form in which whole entities are compared: normalised, with sets and keyed lists in one order, and without
    the parts that rules leave out or the server alone sets."""
    return _form(entity, Place.root(rules))


def _aligned(declared: Any, observed: Any, place: Place) -> Any:
    """What is declared, in the types that the server uses for it: "11" as 11 where it holds a number."""
    if isinstance(declared, str) and isinstance(observed, str):
        return declared
    if isinstance(declared, Mapping):
        other = observed if isinstance(observed, Mapping) else {}
        return {name: _aligned(value, other.get(name, ABSENT), place.child(name)) for name, value in declared.items()}
    if isinstance(declared, (list, tuple)):
        other_list = observed if isinstance(observed, (list, tuple)) else ()
        partners = _partners(declared, other_list, place)
        return [_aligned(value, partner, place.element()) for value, partner in zip(declared, partners)]
    if isinstance(declared, str) and is_plain(observed):
        text = normalise(declared, place.names)
        found = spelled(text, observed) if isinstance(text, str) else text
        return found if is_plain(found) else declared
    if is_number(declared) and isinstance(observed, str) and "number_as_text" in place.names:
        return number_text(declared)
    return declared


def _partners(declared: Sequence[Any], observed: Sequence[Any], place: Place) -> list[Any]:
    """For each declared element the observed one whose types it takes: the one at its position; in a set the one
    that equals it, or spells the same, or any."""
    if not place.is_unordered:
        return [observed[min(index, len(observed) - 1)] if observed else ABSENT for index in range(len(declared))]
    pool, partners = list(observed), [ABSENT] * len(declared)
    inner = place.element()
    for identify in (canonical, lambda form: canonical(read(form))):
        waiting = defaultdict(list)
        for element in pool:
            waiting[identify(_form(element, inner))].append(element)
        for index, element in enumerate(declared):
            same = waiting[identify(_form(element, inner))] if partners[index] is ABSENT else []
            if same:
                partners[index] = same.pop()
        pool = [element for elements in waiting.values() for element in elements]
    sample = next(iter(observed), ABSENT)
    return [sample if partner is ABSENT else partner for partner in partners]
