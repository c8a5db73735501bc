# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema service. Nothing can be deleted, and only what is in development can be changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.osdu.bootstrap import SYSTEM
from systems.osdu.fields import TEXT, Field, needed_object
from systems.osdu.refusals import Refused
from systems.osdu.schema_content import Resolver, breaks

if TYPE_CHECKING:
    from systems.osdu.world import Ask, World

PART, NUMBER = Field(required=True, pattern=r"[\w\-.]+"), Field(int, required=True, least=0)
KEY = {
    "authority": PART,
    "source": PART,
    "entityType": PART,
    "schemaVersionMajor": NUMBER,
    "schemaVersionMinor": NUMBER,
    "schemaVersionPatch": NUMBER,
}
IDENTITY = needed_object(**KEY, id=TEXT)
STATUSES, SCOPES = ("PUBLISHED", "OBSOLETE", "DEVELOPMENT"), ("INTERNAL", "SHARED")
INFO = needed_object(
    schemaIdentity=IDENTITY,
    status=Field(required=True, choices=STATUSES),
    supersededBy=Field(dict, fields=IDENTITY.fields),
    scope=Field(choices=SCOPES),  # with the next two: the server's, not looked at
    createdBy=TEXT,
    dateCreated=TEXT,
)
REQUEST = needed_object(schemaInfo=INFO, schema=Field(dict, required=True))
FILTERS = {
    **{name: Field(default="*") for name in ("authority", "source", "entityType")},
    **{name: Field(default="*", pattern=r"\*|\d+") for name in KEY if name.startswith("schemaVersion")},
    "status": Field(choices=STATUSES),
    "scope": Field(choices=SCOPES),
    "latestVersion": Field(bool, default=False),
    "limit": Field(int, least=0, most=100, default=100),
    "offset": Field(int, least=0, default=0),
}


class Schemas:
    """The operations. Those of the partition are INTERNAL, those of all are SHARED and only read here."""

    def __init__(self, world: World) -> None:
        self._world, self._state = world, world.state
        self._resolver = Resolver(self._find)

    def create(self, ask: Ask) -> Answer:
        """A new one, in any status; it must not refer to one that is in development."""
        id_ = schema_id(ask.body["schemaInfo"]["schemaIdentity"])
        if self._find(id_, ask.partition):
            raise Refused(400, "Schema Id is already present", "Bad request")
        return json_answer(201, self._store(ask, id_, settled=True))

    def upsert(self, ask: Ask) -> Answer:
        """Create or replace what is in development; its status may become another one with it."""
        info = ask.body["schemaInfo"]
        id_ = schema_id(info["schemaIdentity"])
        existing = self._state.get("schema", f"{ask.partition}/{id_}")
        if existing is None:
            if info["status"] != "DEVELOPMENT":
                message = "Only schema in developement stage can be created through put"
                raise Refused(400, message, "Bad request")
            if self._find(id_, ask.partition):
                message = "Update/Create failed because schema id is present in another tenant"
                raise Refused(400, message, "Bad request")
            return json_answer(201, self._store(ask, id_, settled=False))
        if existing["schemaInfo"]["status"] != "DEVELOPMENT":
            raise Refused(400, "Only schema in developement stage can be updated", "Bad request")
        ask.call.kind = "update"
        return json_answer(200, self._store(ask, id_, settled=False))

    def _store(self, ask: Ask, id_: str, settled: bool) -> dict[str, Any]:
        """Keep what the body says. settled: references must be, too. Raises Refused."""
        given = ask.body["schemaInfo"]
        superseded = given.get("supersededBy")
        if superseded and not self._find(schema_id(superseded), ask.partition):
            raise Refused(400, "Invalid SuperSededBy id", "Bad request")
        schema = self._resolver.resolved(ask.body["schema"], ask.partition, settled)
        identity = given["schemaIdentity"] | {"id": id_}
        self._check_breaking(identity, schema, ask.partition)
        self._world.tick()
        info = {
            "schemaIdentity": identity,
            "createdBy": ask.caller,
            "dateCreated": self._world.time,
            "status": given["status"],
            "scope": "INTERNAL",
            "supersededBy": superseded and superseded | {"id": schema_id(superseded)},
        }
        self._state.put("schema", f"{ask.partition}/{id_}", {"schemaInfo": info, "schema": schema})
        return info

    def _check_breaking(self, identity: dict[str, Any], schema: dict[str, Any], partition: str) -> None:
        """An older minor or patch version of the same major one must not be broken. Raises Refused."""
        for other in self._visible(partition):
            there = other["schemaInfo"]["schemaIdentity"]
            if any(there[name] != identity[name] for name in tuple(KEY)[:4]) or there["id"] == identity["id"]:
                continue
            older = _number(there) < _number(identity)
            old, new = (other["schema"], schema) if older else (schema, other["schema"])
            broken = breaks(old, new)
            if broken:
                message = f"Breaking changes found between {there['id']} and {identity['id']}: {broken}"
                raise Refused(400, message, "Bad request")

    def read(self, ask: Ask) -> Answer:
        """The schema and nothing else: neither its status nor what refers to it."""
        found = self._find(ask.names["id"], ask.partition)
        if found is None:
            raise Refused(404, "Schema is not present")
        return json_answer(200, found["schema"])

    def list(self, ask: Ask) -> Answer:
        """What is known of schemas, in the order of their creation.

        The description says that status and scope are PUBLISHED and INTERNAL unless given; the code filters nothing.
        """
        query = dict(ask.query)
        if query["latestVersion"]:
            _check_latest(query)
        if self._world.switches.schema_list_filters == "description":
            query |= {"status": query["status"] or "PUBLISHED", "scope": query["scope"] or "INTERNAL"}
        infos = [one["schemaInfo"] for one in self._visible(ask.partition) if _fits(one["schemaInfo"], query)]
        if query["latestVersion"]:
            infos = _latest(infos)
        infos.sort(key=lambda info: str(info["dateCreated"]))
        page = infos[query["offset"] :][: query["limit"]]
        content = {"schemaInfos": page, "offset": query["offset"], "count": len(page), "totalCount": len(infos)}
        return json_answer(200, content)

    def _visible(self, partition: str) -> list[dict[str, Any]]:
        keys = self._state.shown("schema")
        return [one for key, one in keys.items() if key.partition("/")[0] in (SYSTEM, partition)]

    def _find(self, id_: str, partition: str) -> dict[str, Any] | None:
        return self._state.get("schema", f"{partition}/{id_}") or self._state.get("schema", f"{SYSTEM}/{id_}")


def schema_id(identity: dict[str, Any]) -> str:
    """The id that the server makes of an identity, whatever the client says it is."""
    authority, source, entity_type, *numbers = (str(identity[name]) for name in KEY)
    return f"{authority}:{source}:{entity_type}:{'.'.join(numbers)}"


def _number(identity: dict[str, Any]) -> tuple[int, ...]:
    return tuple(identity[name] for name in KEY if name.startswith("schemaVersion"))


def _fits(info: dict[str, Any], query: dict[str, Any]) -> bool:
    identity = info["schemaIdentity"]
    if any(query[name] not in ("*", str(identity[name])) for name in KEY):
        return False
    return all(query[name] in (None, info[name]) for name in ("status", "scope"))


def _latest(infos: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each entity type the newest version."""
    newest: dict[tuple[str, ...], dict[str, Any]] = {}
    for info in sorted(infos, key=lambda one: _number(one["schemaIdentity"])):
        newest[tuple(info["schemaIdentity"][name] for name in tuple(KEY)[:3])] = info
    return list(newest.values())


def _check_latest(query: dict[str, Any]) -> None:
    major, minor, patch = (query[f"schemaVersion{name}"] for name in ("Major", "Minor", "Patch"))
    if (major == "*" and minor != "*") or (minor == "*" and patch != "*"):
        raise Refused(400, "A version filter is invalid without the one before it when latestVersion is required")
