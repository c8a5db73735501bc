# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether an entity that was found by its key refers to what its address says: the references are part of which entity
is meant."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Callable, Optional

from .._profile.model import EntityType, plain_id
from .._text.nested_paths import ABSENT, child
from ..errors import MissingReferenceError, ProfileMismatchError
from .address import Address, Entity
from .compare import Change, compare_checked
from .references import reference_advice, shows_id
from .rules import holding_ids
from .value_texts import listed

IdOf = Callable[[Address, bool], Any]
"""The id of the entity that a reference means, asked for anew where that is said. Raises MissingReferenceError where
there is none."""


def refuse_other_references(address: Address, entity: Entity, id_of: IdOf) -> None:
    """Raise ProfileMismatchError where an entity that was found by its key does not refer to what its address says. A
    reference that the server does not show is believed where the search looks at references, and so is one that it
    shows as an object that holds the id."""
    wrong: list[Change] = []
    for name, referred in address.held.items():
        shown, rule = entity.get(name, ABSENT), child("", name)
        if rule in address.rules.uncompared or rule in address.rules.write_only:
            continue
        if shown is ABSENT and (rule in address.rules.hidden or _looks_at_references(address.type)):
            continue
        try:
            if any(_is_shown(referred, shown, id_of(referred, anew)) for anew in (False, True)):
                continue
            declared = id_of(referred, False)
        except MissingReferenceError:
            if shown is ABSENT:
                raise
            wrong.append(Change(rule, shown, f"{referred}, which does not exist"))
            continue
        wrong += compare_checked({name: declared}, entity, holding_ids(address.rules, [rule]), str(address)).changes
    if wrong:
        raise other_references(address, wrong, "find", address.type.id_in(entity))


def _is_shown(referred: Address, shown: Any, meant: Any) -> bool:
    """Whether a server shows that id, as it is or in another form."""
    return str(plain_id(shown)) == str(meant) or shows_id(referred, shown, meant)


def other_references(
    address: Address, wrong: Sequence[Change], purpose: str, entity_id: Any = None
) -> ProfileMismatchError:
    """The error for an entity that was found by its key and does not refer to what is declared. wrong: the references;
    purpose: to find or to write it."""
    names = ", ".join(change.path for change in wrong)
    advised = (reference_advice(address, one.path, one.before, one.after) for one in wrong)
    form: Optional[tuple[str, str]] = next(filter(None, advised), None)
    why = "the server shows in another form what is referred to in"
    if form is None:
        nothing = all(change.before in (ABSENT, None, "") for change in wrong)
        why = f"the entity that the server found refers to {'nothing' if nothing else 'another one'} in"
        form = _advice(address, wrong, names)
    return ProfileMismatchError(
        f"{purpose} {address}",
        f"{why} {names}; nothing was written",
        form[1],
        profile_key=form[0],
        expected=listed((change.path, change.after) for change in wrong),
        came=listed((change.path, change.before) for change in wrong),
        entity_id=entity_id,
    )


def _looks_at_references(entity_type: EntityType) -> bool:
    """Whether the request that finds an entity names its references, or is a read at its id."""
    search = entity_type.operations.get("find")
    return search is None or search.by == "read" or bool(search.texts_at) or search.request.uses("refs")


def _advice(address: Address, wrong: Sequence[Change], names: str) -> tuple[str, str]:
    """The key of the profile and what to do, for each of the two causes: another entity was found, or it was moved."""
    shown = f"Declared is {_sides(wrong, 'after')}; the server shows {_sides(wrong, 'before')}."
    key, search = _search_advice(address, names)
    causes = [one for one in (search, _advice_on_moved(address, wrong, names)) if one]
    if any(change.before is ABSENT for change in wrong):
        causes.append("Or the server never shows it: then name it in compare.hidden.")
    if search:
        causes[:2] = ["There are two possible causes.", f"(1) {causes[0]}", f"(2) {causes[1]}"]
    return key, " ".join((shown, *causes))


def _sides(wrong: Sequence[Change], side: str) -> str:
    return listed((change.path, getattr(change, side)) for change in wrong)


def _search_advice(address: Address, names: str) -> tuple[str, str]:
    """The key of the profile and what to do, where another entity was found than the one that is meant."""
    search, of_type = address.type.operations.get("find"), address.type.name
    if search is None or address.type.singleton:
        return f"types.{of_type}.attributes", ""
    if search.by == "list" or search.narrows:
        key = f"types.{of_type}.key"
        how = f"add {names} to {key}.attributes, or take enforced away, in profile_overrides"
        return key, f"The key alone is not unique, and another entity has it: {how}."
    if search.texts_at:
        key = f"{search.profile_key}.texts_at"
        return key, f"Its search does not look at {search.texts_at}. Take {key} away in profile_overrides."
    key = search.profile_key
    return key, f"Its search does not look at {names}. Change {key} in profile_overrides."


def _advice_on_moved(address: Address, wrong: Sequence[Change], names: str) -> str:
    """What to do where it is the entity that is meant, and somebody changed its references."""
    if any(change.path in address.type.key for change in wrong):
        return f"Somebody changed {names}. To have it changed back, name the entity by its id in place of key."
    declared = ", ".join(
        f"{change.path}: {{ref: {{type: {address.refs[change.path].type.name}, key: {{...}}}}}}"
        for change in wrong
        if change.path in address.refs
    )
    back = f"declare attributes: {{{declared}}} in place of refs"
    return f"Somebody changed {names}. To have it changed back, {back}."
