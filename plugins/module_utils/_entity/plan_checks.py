# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What must not be declared or written, said before anything is: each check raises the error that says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .._profile.json_schema import check
from .._text.mentions import replaced
from .._text.nested_paths import ABSENT, dotted_path, names_of, value_at
from ..errors import ConfigurationError, NotAsDeclaredError, ProfileMismatchError
from .address import Address, Entity
from .compare import compare
from .desired_state import DesiredState
from .plan import Plan, with_values
from .references import reference_advice
from .value_texts import shown_values

NEEDED = {
    "create": ("create",),
    "purge": ("purge",),
    **{name: (name, "read") for name in ("update", "delete", "rename", "restore")},
}
"""What the profile has to have for a write: what changes or deletes an entity reads it by its id before and after."""


def check_desired_state(desired: DesiredState) -> None:
    """What can be said before the first request."""
    what = f"declare {desired.address}"
    entity_type = desired.address.type
    for schema in (entity_type.schema, desired.schema):
        if schema and desired.state == "present":
            known = replaced(desired.attributes, lambda _place, _reference: ABSENT)
            key = {dotted_path(entity_type.key_path(name)): value for name, value in desired.address.key.items()}
            check(schema, with_values({**known, **desired.secrets.values}, key), what)
    if desired.address.id is not None and desired.was:
        raise ConfigurationError(
            what,
            "id and was exclude each other",
            "An entity named by its id is renamed by declaring its key attributes.",
        )


def check_writable(address: Address, planned: Plan) -> None:
    """Raise NotAsDeclaredError for a type that the profile can only read, and ConfigurationError for the only entity of
    a type, which there always is."""
    operation, operations = planned.operation, address.type.operations
    if not any(name in operations for name in NEEDED):
        is_now = {"create": "it is absent", "delete": "it is there"}
        differs = "; ".join(
            f"{one.path} is {shown_values(one.before)}, declared is {shown_values(one.after)}"
            for one in planned.changes
        )
        raise NotAsDeclaredError(
            f"assert {address}",
            f"{is_now.get(operation, differs)}, and the profile has no {operation} operation for {address.type.name}, "
            "nor another that writes",
            "Whoever manages it has to change it, or the declaration.",
            profile_key=f"operations.{operation}",
            changes=[one.as_result() for one in planned.changes] or None,
        )
    if address.type.singleton and operation != "update":
        how = {"create": "created", "delete": "deleted", "replace": "replaced"}[operation]
        why = f"there is always exactly one, so it is never {how}"
        raise ConfigurationError(f"{operation} {address}", why, "Declare what it holds, with state present.")


def refuse_masks(address: Address, paths: Sequence[str]) -> None:
    """Raise ProfileMismatchError where an update would write what a server shows in place of a value."""
    if not paths:
        return
    names = ", ".join(paths)
    raise ProfileMismatchError(
        f"update {address}",
        f"the server shows a mask in place of {names}, and the update would send it back; nothing was written",
        f"Name it in compare.hidden, then it is left out, or say attributes.{paths[0]}.secret: true in the profile. Or "
        "declare its value.",
        profile_key=f"attributes.{paths[0]}.hidden",
        expected=f"the value of {names}",
        came="a mask",
    )


def check_required(desired: DesiredState, planned: Plan) -> None:
    """Raise ConfigurationError for a create without what the server requires."""
    given = {**desired.address.key, **desired.address.refs, **desired.secrets.values, **desired.attributes}
    missing = [name for name in desired.address.type.required if value_at(given, names_of(name), ABSENT) is ABSENT]
    if "create" in planned.writes and missing and not planned.restored:
        raise ConfigurationError(
            f"{planned.operation} {desired.address}",
            f"the server requires {', '.join(missing)}",
            "Declare it under attributes.",
        )


def check_references(
    desired: DesiredState, planned: Plan, observed: Entity | None, references: Mapping[str, Any]
) -> None:
    """An entity that was found by its references has them; else the server searched without looking at them, or shows
    them in another form. What is declared as attributes is looked at for its form only."""
    if observed is None:
        return
    address = desired.address
    changes = compare(references, observed, planned.rules(address.rules)).changes
    others = [one for one in planned.changes if one.path not in references and one.path not in planned.secret_paths]
    advised = [(one, reference_advice(address, one.path, one.before, one.after)) for one in (*changes, *others)]
    wrong = [change for change, advice in advised if change in changes or advice]
    if any(advice for _change, advice in advised) or (wrong and address.id is None):
        from .other_references import other_references

        raise other_references(address, wrong, "write", address.type.id_in(observed))
