# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The module insight_entity_info, without Ansible: entities as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._entity.address import PARENT, Address, address_of, rules_of
from .._options.context import Context, Values
from .._options.shared import SHARED, Spec
from .._profile.model import EntityType
from .._text.records import evolve
from .._text.redaction import KEPT
from ..errors import ConfigurationError
from .base import NAME, Command
from .connection import connect
from .insight_entity import ENTITY_SPEC, named, naming_assumed, without_secrets

ENTITY_INFO_SPEC: Spec = {
    name: option for name, option in ENTITY_SPEC.items() if name in (*SHARED, "type", "id", "key", "refs")
}


def run_entity_info(values: Values, context: Context) -> dict[str, Any]:
    """Entities as they are; see the module insight_entity_info."""
    connection = connect(values, context)
    client, profile = connection.entities(), connection.settings.profile
    doubt = ""
    with naming_assumed(client):
        entity_type = profile.type(values["type"])
        if _are_many(entity_type, values):
            refs = {name: address_of(profile, one) for name, one in (values["refs"] or {}).items()}
            if refs and not (entity_type.parents and set(refs) == {PARENT}):
                raise ConfigurationError("list entities", "refs is given without key", "Give key, or leave refs out.")
            _check_within(entity_type, refs)
            found = client.whole(Address(entity_type, refs=refs))
            doubt = client.doubt_of(entity_type, "list")
        else:
            address = evolve(address_of(profile, named(values)), ready=False)  # is shown as it is
            one = client.the_one(address)
            found, doubt = ([], client.doubt(address)) if one is None else ([one], "")
    shown = [without_secrets(entity, entity_type, rules_of(entity_type)) for entity in found]
    return {
        "changed": False,
        "entities": shown,
        "assumed": client.assumed,
        **connection.noted(*filter(None, [doubt])),
    }


def _check_within(entity_type: EntityType, refs: Mapping[str, Address]) -> None:
    """Raise ConfigurationError where only those within a parent can be listed, and none is given."""
    listing = entity_type.operations.get("list")
    if PARENT not in refs and entity_type.parents and listing and listing.request.uses(PARENT):
        why = f"those of type {entity_type.name} are listed within a {' or '.join(entity_type.parents)}"
        raise ConfigurationError("list entities", why, f"Give refs.{PARENT}.")


def _are_many(entity_type: EntityType, values: Values) -> bool:
    """Whether the options name no single entity."""
    refers = bool(entity_type.key) and set(entity_type.key) <= set(values["refs"] or ())
    return values["id"] is None and not values["key"] and not refers and not entity_type.singleton


ENTITY_INFO = Command(
    f"{NAME}insight_entity_info",
    ENTITY_INFO_SPEC,
    run_entity_info,
    constraints={"mutually_exclusive": [("id", "key")]},
    writes=False,
    ours={"entities": KEPT},  # masked already
)
