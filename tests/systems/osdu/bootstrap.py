# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a new instance holds: groups, the first users, the shared schemas."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from systems.osdu.identity import APP_ID, object_id
from systems.osdu.world import OPS, PARTITIONS, ROOT

if TYPE_CHECKING:
    from systems.osdu.world import World

ALICE, BOB = object_id("alice@example.com"), object_id("bob@example.com")
ADMINS, EDITORS, VIEWERS = (f"users.datalake.{name}" for name in ("admins", "editors", "viewers"))
WRITING, ALL = (EDITORS, ADMINS, OPS), (VIEWERS, EDITORS, ADMINS, OPS)
# group: who belongs to it. The application owns each of them.
GROUPS: dict[str, tuple[str, ...]] = {
    "users": (ALICE, BOB),
    ROOT: (),
    OPS: (),
    ADMINS: (ALICE,),
    EDITORS: (),
    VIEWERS: (BOB,),
    "service.entitlements.user": ALL,
    "service.entitlements.admin": (ADMINS, OPS),
    "service.legal.user": ALL,
    "service.legal.editor": WRITING,
    "service.legal.admin": (ADMINS, OPS),
    "service.storage.viewer": ALL,
    "service.storage.creator": WRITING,
    "service.storage.admin": (ADMINS, OPS),
    "service.schema-service.viewers": ALL,
    "service.schema-service.editors": WRITING,
    "data.default.owners": (ROOT, ADMINS),
    "data.default.viewers": (ROOT, ADMINS, VIEWERS),
}
SYSTEM = "common"  # the partition of what all partitions share
SHARED: dict[str, dict[str, Any]] = {
    "AbstractLegalTags": {"type": "object", "properties": {"legaltags": {"type": "array"}}},
    "AbstractWorkProduct": {
        "type": "object",
        "properties": {"Name": {"type": "string"}, "Legal": {"$ref": "#/definitions/osdu:wks:AbstractLegalTags:1.0.0"}},
        "definitions": {"osdu:wks:AbstractLegalTags:1.0.0": {"type": "object"}},
    },
}


def fill(world: World) -> None:
    """Put it there."""
    world.start()
    for partition in PARTITIONS:
        for name, members in GROUPS.items():
            _put_group(world, name, members, partition)
    for entity_type, schema in SHARED.items():
        world.tick()
        numbers = dict.fromkeys(("schemaVersionMajor", "schemaVersionMinor", "schemaVersionPatch"), 0)
        identity = {"authority": "osdu", "source": "wks", "entityType": entity_type}
        identity |= {**numbers, "schemaVersionMajor": 1, "id": f"osdu:wks:{entity_type}:1.0.0"}
        info = {"schemaIdentity": identity, "createdBy": "system", "dateCreated": world.time}
        info |= {"status": "PUBLISHED", "scope": "SHARED", "supersededBy": None}
        world.state.put("schema", f"{SYSTEM}/{identity['id']}", {"schemaInfo": info, "schema": schema})


def _put_group(world: World, name: str, members: tuple[str, ...], partition: str) -> None:
    belong = {APP_ID: {"role": "OWNER", "memberType": "USER"}}
    for member in members:
        known = world.email(member, partition) if member in GROUPS else member
        belong[known] = {"role": "MEMBER", "memberType": "GROUP" if member in GROUPS else "USER"}
    email = world.email(name, partition)
    group = {"name": name, "email": email, "description": f"{name} of a new instance", "partition": partition}
    world.state.put("group", email, group | {"appIds": [], "members": belong, "bootstrapped": True})
