# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which requests the four services know, and what each asks for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from systems.osdu import groups, legal_values, members, record_fields, schemas
from systems.osdu.fields import FLAG, TEXT, Field
from systems.osdu.gate import Operation
from systems.osdu.groups import Groups
from systems.osdu.legal import Legal
from systems.osdu.members import Members
from systems.osdu.record_patches import RecordPatches
from systems.osdu.record_reads import RecordReads
from systems.osdu.records import Records

if TYPE_CHECKING:
    from collections.abc import Iterator

    from systems.osdu.world import World

LEGAL, ENTITLEMENTS = "/api/legal/v1/legaltags", "/api/entitlements/v2"
STORAGE, SCHEMA = "/api/storage/v2", "/api/schema-service/v1/schema"
CURSOR = TEXT
VALID = {"valid": Field(bool, default=True)}
ROLES = {"role": members.ROLE}
ATTRIBUTES = {"attribute": Field(list, items=TEXT, default=[])}
RECORD_LIST = {
    "limit": Field(int, least=1, most=100, default=20),
    "kind": Field(pattern=record_fields.KIND),
    "cursor": CURSOR,
    "deleted": Field(bool, default=False),
    "modifiedAfterDate": TEXT,
    "sortOrder": Field(choices=("ASC", "DESC"), default="DESC"),
}
KIND_LIST = {"kind": Field(required=True), "limit": Field(int, least=1, most=1000, default=1000), "cursor": CURSOR}
GROUP_LIST = {"type": groups.TYPE, "limit": Field(int, least=1, default=100), "cursor": CURSOR}
Row = tuple[str, str, str, str, Operation]  # method, path, kind, type, what it asks for


def rows(world: World) -> Iterator[Row]:
    """All of them; of two paths that fit, the first counts."""
    yield from _legal(Legal(world))
    yield from _entitlements(world)
    yield from _storage(world)
    yield from _schema(schemas.Schemas(world))


def _legal(legal: Legal) -> Iterator[Row]:
    user, editor, admin = (f"service.legal.{role}" for role in ("user", "editor", "admin"))
    names = legal_values.NAMES
    one = f"{LEGAL}/{{name}}"
    for method, path, kind, operation in (
        ("GET", LEGAL, "list", Operation(user, legal.list, query=VALID)),
        ("POST", LEGAL, "create", Operation(editor, legal.create, legal_values.CREATE)),
        ("PUT", LEGAL, "update", Operation(editor, legal.update, legal_values.UPDATE)),
        ("GET", one, "read", Operation(user, legal.read)),
        ("DELETE", one, "delete", Operation(admin, legal.delete)),
        ("POST", f"{LEGAL}:batchRetrieve", "read", Operation(user, legal.batch, names)),
        ("POST", f"{LEGAL}:validate", "read", Operation(user, legal.validate, names)),
        ("POST", f"{LEGAL}:query", "read", Operation(user, legal.query)),
        ("GET", f"{LEGAL}:properties", "read", Operation(user, legal.properties)),
    ):
        yield method, path, kind, "legal_tag", operation


def _entitlements(world: World) -> Iterator[Row]:
    user, admin = "service.entitlements.user", "service.entitlements.admin"
    every = Groups(world)
    belonging = Members(world, every)
    all_, one = f"{ENTITLEMENTS}/groups", f"{ENTITLEMENTS}/groups/{{group}}"
    anybody = f"{ENTITLEMENTS}/members/{{member}}"
    behalf = {"type": groups.TYPE, "appid": TEXT, "roleRequired": FLAG}
    shown = {**ROLES, "includeType": Field(bool, default=False)}
    for method, path, kind, operation in (
        ("GET", all_, "list", Operation(user, every.mine, query={"roleRequired": FLAG})),
        ("GET", f"{all_}/all", "list", Operation(admin, every.all, query=GROUP_LIST)),
        ("POST", all_, "create", Operation(admin, every.create, groups.CREATE)),
        ("PATCH", one, "update", Operation(user, every.update, groups.PATCH)),
        ("DELETE", one, "delete", Operation(user, every.delete)),
        ("GET", f"{one}/members", "list", Operation(user, belonging.list, query=shown)),
        ("GET", f"{one}/membersCount", "read", Operation(user, belonging.count, query=ROLES)),
        ("POST", f"{one}/members", "verb", Operation(user, belonging.add, members.ADD)),
        ("DELETE", f"{one}/members/{{member}}", "verb", Operation(user, belonging.remove)),
        ("DELETE", anybody, "verb", Operation(admin, belonging.remove_everywhere)),
        ("GET", f"{anybody}/groups", "list", Operation(admin, every.on_behalf, query=behalf)),
    ):
        yield method, path, kind, "group", operation


def _storage(world: World) -> Iterator[Row]:
    viewer, creator, admin = (f"service.storage.{role}" for role in ("viewer", "creator", "admin"))
    whole = Records(world)
    reads, patches = RecordReads(world, whole), RecordPatches(world, whole)
    all_, query = f"{STORAGE}/records", f"{STORAGE}/query/records"
    merge = Operation(creator, patches.merge, record_fields.MERGE, media=("application/merge-patch+json",))
    skip = {"skipdupes": Field(bool, default=False)}
    versions = {"versionIds": TEXT, "limit": Field(int, least=1), "from": Field(int)}
    for method, path, kind, operation in (
        ("GET", all_, "list", Operation(viewer, reads.list, query=RECORD_LIST)),
        ("PUT", all_, "create", Operation(creator, whole.put, record_fields.RECORDS, skip)),
        ("PATCH", all_, "update", Operation(creator, patches.many)),
        ("POST", f"{all_}/delete", "delete", Operation(creator, whole.delete_many, record_fields.IDS)),
        ("POST", f"{all_}/{{id}}:delete", "delete", Operation(creator, whole.delete)),
        ("GET", f"{all_}/versions/{{id}}", "read", Operation(viewer, reads.versions)),
        ("DELETE", f"{all_}/{{id}}/versions", "verb", Operation(admin, whole.purge_versions, query=versions)),
        ("GET", f"{all_}/{{id}}", "read", Operation(viewer, reads.read, query=ATTRIBUTES)),
        ("GET", f"{all_}/{{id}}/{{version}}", "read", Operation(viewer, reads.read_version, query=ATTRIBUTES)),
        ("PATCH", f"{all_}/{{id}}", "update", merge),
        ("DELETE", f"{all_}/{{id}}", "delete", Operation(admin, whole.purge)),
        ("GET", query, "list", Operation(admin, reads.ids, query=KIND_LIST)),
        ("POST", query, "read", Operation(viewer, reads.fetch, record_fields.FETCH)),
        ("POST", f"{query}:batch", "read", Operation(viewer, reads.fetch_batch, record_fields.FETCH_BATCH)),
    ):
        yield method, path, kind, "record", operation


def _schema(all_: schemas.Schemas) -> Iterator[Row]:
    viewers, editors = "service.schema-service.viewers", "service.schema-service.editors"
    for method, path, kind, operation in (
        ("GET", SCHEMA, "list", Operation(viewers, all_.list, query=schemas.FILTERS)),
        ("POST", SCHEMA, "create", Operation(editors, all_.create, schemas.REQUEST)),
        ("PUT", SCHEMA, "create", Operation(editors, all_.upsert, schemas.REQUEST)),
        ("GET", f"{SCHEMA}/{{id}}", "read", Operation(viewers, all_.read)),
    ):
        yield method, path, kind, "schema", operation
