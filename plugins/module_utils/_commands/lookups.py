# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lookups, without Ansible: terms in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._entity.address import Entity, address_of, rules_of
from .._entity.api.client import EntityClient
from .._options.context import Context, Values
from .._profile.model import Profile
from .._text.records import evolve
from ..errors import ConfigurationError
from .base import NAME
from .connection import connect
from .insight_entity import without_secrets


def credentials(terms: list[Any], values: Values, context: Context) -> list[Any]:
    """``headers``, the default, or ``access_token`` for each term; see the lookup insight_token."""
    connection = connect(values, context)
    ways = {
        "headers": connection.authenticator.authorization_headers,
        "access_token": connection.authenticator.access_token,
    }
    unknown = [term for term in terms if term not in ways]
    if unknown:
        raise ConfigurationError("give a credential", f"{unknown[0]!r} is none", f"Ask for {' or '.join(ways)}.")
    return [ways[term]() for term in terms or ["headers"]]


def entities(terms: list[Any], values: Values, context: Context) -> list[Entity | None]:
    """The entity of each term; see the lookup insight_entity."""
    connection = connect(values, context)
    client, profile = connection.entities(), connection.settings.profile
    try:
        found = [_looked_up(client, profile, values, term, context) for term in terms]
    finally:
        if client.assumed:
            context.warn(
                f"The lookup {NAME}insight_entity used operations that no document and no probe backs: "
                f"{', '.join(client.assumed)}. Verify them, see the guide of the first contact."
            )
    return [entity for entity in found if entity is not None or values["on_missing"] == "null"]


def _looked_up(client: EntityClient, profile: Profile, values: Values, term: Any, context: Context) -> Entity | None:
    """The entity that a term names, without its secrets; None where there is none and that is allowed."""
    given = {"type": values["type"], **(term if isinstance(term, Mapping) else {"id": term})}
    address = evolve(address_of(profile, given), ready=False)  # is given as it is
    entity = client.the_one(address)
    doubt = client.doubt(address) if entity is None else ""
    if entity is None and values["on_missing"] == "error":
        raise ConfigurationError(
            f"look up {address}",
            "the server says that there is none",
            f"Set on_missing to null or skip to go on without it. {doubt}".strip(),
        )
    if doubt:
        context.warn(f"{address}: {doubt}")
    return without_secrets(entity, address.type, rules_of(address.type))
