# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The plan of an entity that is restored or purged, where a system has requests of their own for that; and what to say
of it before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._text.nested_paths import ABSENT
from .._text.nested_paths import replace as replace_at
from .._text.records import evolve
from .._text.redaction import printable
from ..errors import AmbiguousError, ConfigurationError, MissingReferenceError
from .address import Entity
from .api.client import EntityClient
from .desired_state import DesiredState
from .plan import Plan, masked_entity
from .replacement import removal_of
from .rewritten import plan_with_memory


def as_of_new(desired: DesiredState) -> DesiredState:
    """The desired state of an entity that is restored: it is told its secrets, as a new one is."""
    return evolve(desired, secrets=evolve(desired.secrets, policy="always"), on_immutable="refuse")


def after_restoring(desired: DesiredState, references: Mapping[str, Any], entity: Entity) -> Plan:
    """What a restored entity still needs. entity: as it stays deleted, or as it was read once it was restored."""
    states = desired.address.type.soft_deleted
    return plan_with_memory(as_of_new(desired), references, replace_at(entity, states, ABSENT))


def with_restoring(client: EntityClient, desired: DesiredState, references: Mapping[str, Any], planned: Plan) -> Plan:
    """The plan; for an entity that is absent and of which one stays as deleted, the plan that restores that one, or
    replaces it where the task says so. Raises ConfigurationError where the profile has no request for it, and
    AmbiguousError for several."""
    entity_type = desired.address.type
    known = desired.address.held.keys() <= references.keys()
    asks = known and planned.operation == "create" and entity_type.soft_deleted
    deleted = client.deleted_like(desired.address) if asks else []
    restore = entity_type.operations.get("restore")
    if not deleted or (restore and restore.by):
        return planned
    if len(deleted) == 1 and desired.purge and desired.on_immutable == "replace":
        other = plan_with_memory(desired, references, replace_at(deleted[0], entity_type.soft_deleted, ABSENT))
        if other.operation == "replace":
            return evolve(other, dead=(deleted[0],))
    ids = ", ".join(printable(str(entity_type.id_in(one))) for one in deleted)
    if restore is None:
        raise ConfigurationError(
            f"create {desired.address}",
            f"the server has one that was deleted and stays (id {ids}), and the profile has no restore operation for "
            f"{entity_type.name}",
            "Restore or purge it in the system itself, or declare it absent with the option purge. Or say restore: "
            "create in the profile, if the server takes a create all the same.",
            profile_key=f"types.{entity_type.name}.restore",
        )
    if len(deleted) > 1:
        why = f"several were deleted and stay (ids {ids})"
        raise AmbiguousError(f"restore {desired.address}", why, "Restore one of them in the system itself.")
    after = after_restoring(desired, references, deleted[0])
    return evolve(planned, restored=after, changes=after.changes)


def with_purging(client: EntityClient, desired: DesiredState, planned: Plan) -> Plan:
    """The plan; where the task asks for it, the one that purges what is to be absent, and what stays as deleted."""
    entity_type = desired.address.type
    if desired.state != "absent" or not desired.purge:
        return planned
    try:
        dead = tuple(client.deleted_like(desired.address)) if entity_type.soft_deleted else ()
    except MissingReferenceError:  # what refers to nothing cannot be told apart
        dead = ()
    if planned.operation == "delete":
        return evolve(planned, removal=removal_of(desired), dead=dead)
    if not dead:
        return planned
    before = masked_entity(dead[0], planned.rules(desired.address.rules))
    return evolve(planned, operation="delete", removal=("purge",), dead=dead, before=before)
