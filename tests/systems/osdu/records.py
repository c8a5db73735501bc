# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage service: what writes whole records, and what deletes them."""

from __future__ import annotations

import copy
import uuid
from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.osdu import DOMAIN
from systems.osdu.fields import check
from systems.osdu.legal import full_name
from systems.osdu.legal_values import COUNTRIES
from systems.osdu.record_fields import COMPARED, CONTENT, RECORD
from systems.osdu.refusals import Refused
from systems.osdu.world import OPS

if TYPE_CHECKING:
    from systems.osdu.world import Ask, World

NAMESPACE = uuid.UUID("5b6f7f0e-6f0c-4b52-9a43-0c7a7e4d9f10")
HOME = "US"  # where the data centre is


class Records:
    """The operations, and what others need of records. A deleted record is kept, and cannot be read."""

    def __init__(self, world: World) -> None:
        self._world, self._state = world, world.state

    def put(self, ask: Ask) -> Answer:
        """Create or update; what is there gets a new version, also when nothing changes, unless skipdupes says so."""
        records = [copy.deepcopy(record) for record in ask.body]
        for number, record in enumerate(records):
            record.setdefault("id", self._new_id(ask, record, number))
        ids = [record["id"] for record in records]
        if len(set(ids)) < len(ids):
            raise Refused(400, "Cannot update the same record multiple times in the same request.")
        for record in records:
            self.check(ask, record)
        if all(self._state.get("record", id_) for id_ in ids):
            ask.call.kind = "update"
        self._world.tick()
        skipped = [record["id"] for record in records if not self._written(ask, record)]
        written = [id_ for id_ in ids if id_ not in skipped]
        versions = [f"{id_}:{self._world.new_version()}" for id_ in written]
        content = {"recordCount": len(ids), "recordIds": written, "skippedRecordIds": skipped}
        return json_answer(201, content | {"recordIdVersions": versions})

    def _new_id(self, ask: Ask, record: dict[str, Any], number: int) -> str:
        name = uuid.uuid5(NAMESPACE, f"{self._world.new_version()} {number}")
        return f"{ask.partition}:{record['kind'].split(':')[2]}:{name.hex}"

    def check(self, ask: Ask, record: dict[str, Any]) -> None:
        """Raises Refused for a record that may not be stored."""
        prefix = f"{ask.partition}:{record['kind'].split(':')[2]}:"
        if not record["id"].startswith(prefix):
            message = f"The record '{record['id']}' does not follow the naming convention, it must begin with {prefix}"
            raise Refused(400, message, "Invalid record id")
        existing = self._state.get("record", record["id"])
        if existing and not self.may(ask, existing, ("owners",)):
            raise Refused(403, "User is not authorized to update records.", "User Unauthorized")
        self._check_acl(ask, [*record["acl"]["viewers"], *record["acl"]["owners"]])
        self._check_legal(ask, record["legal"])
        for parent in (record.get("ancestry") or {}).get("parents", []):
            id_, _colon, version = parent.rpartition(":")
            if not version.isdecimal() or self.version_of(self._state.get("record", id_), int(version)) is None:
                raise Refused(404, f"The record '{parent}' was not found", "Record not found")

    def _check_acl(self, ask: Ask, emails: list[str]) -> None:
        for email in emails:
            if not email.lower().endswith(f"@{ask.partition}.{DOMAIN}"):
                raise Refused(400, "Acl not match with tenant or domain", "Invalid ACL")
            if self._world.group(email.lower(), ask.partition) is None:
                raise Refused(404, f"Group {email} is not found", "Invalid acl group")

    def _check_legal(self, ask: Ask, legal: dict[str, Any]) -> None:
        for name in legal["legaltags"]:
            if not self._world.tag_is_valid(full_name(name, ask.partition)):
                raise Refused(400, f"Invalid legal tags: {name}", "Invalid legal tags")
        for country in legal["otherRelevantDataCountries"]:
            if country not in COUNTRIES:
                raise Refused(400, f"The country code '{country}' is invalid", "Invalid other relevant data countries")

    def _written(self, ask: Ask, record: dict[str, Any]) -> bool:
        """Whether a record was stored; False for a duplicate that is to be skipped."""
        legal = record["legal"] = {**record["legal"], "status": "compliant"}
        if self._world.switches.data_country and HOME not in legal["otherRelevantDataCountries"]:
            legal["otherRelevantDataCountries"] = [*legal["otherRelevantDataCountries"], HOME]
        existing = self._state.get("record", record["id"])
        content = {name: record[name] for name in CONTENT if record.get(name) is not None}
        same = existing and not existing["deleted"] and all(existing.get(k) == content.get(k) for k in COMPARED)
        if ask.query["skipdupes"] and same:
            return False
        self.store(ask, record["id"], content, new_version=True)
        return True

    def store(self, ask: Ask, id_: str, content: dict[str, Any], new_version: bool) -> dict[str, Any]:
        """Keep this content of a record; a clock's tick was before. What is there already stays as an older version."""
        existing = self._state.get("record", id_)
        time = self._world.time
        about = {"createUser": ask.caller, "createTime": time}
        older, version = [], self._world.new_version()
        if existing:
            about = {name: existing[name] for name in about} | {"modifyUser": ask.caller, "modifyTime": time}
            older = existing["older"]
            if new_version:
                older = [*older, _flat(existing)]
            else:
                version = existing["version"]
        entity = {"id": id_, "version": version, **content, **about, "older": older, "deleted": False, "locked": False}
        return self._state.put("record", id_, entity)

    def patched(self, ask: Ask, id_: str, content: dict[str, Any], new_version: bool) -> dict[str, Any]:
        """Check and keep a record that something has changed. Raises Refused."""
        check({"id": id_, **content}, RECORD, "record")
        self.check(ask, {"id": id_, **content})
        return self.store(ask, id_, content, new_version)

    # Deleting

    def delete(self, ask: Ask) -> Answer:
        """Hide a record; writing it again brings it back."""
        record = self.active(ask, ask.names["id"])
        self._owned(ask, record)
        self._world.tick()
        self.hide(ask, record)
        return Answer(204)

    def delete_many(self, ask: Ask) -> Answer:
        """204 when all are deleted, else 207 and a list of those that are not; the others are."""
        self._world.tick()
        kept = []
        for id_ in ask.body:
            record = self._state.get("record", id_)
            if record is None or record["deleted"]:
                kept.append({"notDeletedRecordId": id_, "message": f"Record with id '{id_}' not found"})
            elif self.is_locked(record) or not self.may(ask, record, ("owners",)):
                message = f"The user is not authorized to perform delete record with id {id_}"
                kept.append({"notDeletedRecordId": id_, "message": message})
            else:
                self.hide(ask, record)
        return json_answer(207, kept) if kept else Answer(204)

    def hide(self, ask: Ask, record: dict[str, Any]) -> None:
        record |= {"deleted": True, "modifyUser": ask.caller, "modifyTime": self._world.time}

    def purge(self, ask: Ask) -> Answer:
        """Remove a record for ever, a hidden one too."""
        record = self._state.get("record", checked_id(ask, ask.names["id"]))
        if record is None:
            raise Refused(404, f"Record with id '{ask.names['id']}' does not exist", "Record not found")
        self._owned(ask, record)
        self._world.tick()
        self._state.delete("record", record["id"])
        return Answer(204)

    def purge_versions(self, ask: Ask) -> Answer:
        """Remove older versions: those named, or so many, the oldest first, from one on."""
        record = self.active(ask, ask.names["id"])
        self._owned(ask, record)
        query, older = ask.query, [one["version"] for one in record["older"]]
        if query["versionIds"] is not None:
            doomed = [int(text) for text in query["versionIds"].split(",") if text.strip().isdecimal()]
            if not set(doomed) <= set(older):
                raise Refused(400, "Invalid Version Ids")
        elif query["limit"] is not None:
            doomed = [one for one in older if one <= (query["from"] or max(older, default=0))][: query["limit"]]
        else:
            raise Refused(400, "versionIds or limit is needed")
        self._world.tick()
        record["older"] = [one for one in record["older"] if one["version"] not in doomed]
        return Answer(204)

    # What others need

    def active(self, ask: Ask, id_: str) -> dict[str, Any]:
        """A record that is there and not deleted. Raises Refused."""
        record = self._state.get("record", checked_id(ask, id_))
        if record is None or record["deleted"]:
            raise Refused(404, f"The record '{id_}' was not found", "Record not found")
        return record

    def may(self, ask: Ask, record: dict[str, Any], roles: tuple[str, ...] = ("owners", "viewers")) -> bool:
        """Whether the caller is in one of the record's groups."""
        emails = {email.lower() for role in roles for email in record["acl"][role]}
        return bool(emails & ask.groups) or self._world.email(OPS, ask.partition) in ask.groups

    def is_locked(self, record: dict[str, Any]) -> bool:
        """Whether somebody else is writing this record: what changes many at once leaves it out."""
        return bool(record["locked"]) or bool(self._world.switches.records_locked)

    def _owned(self, ask: Ask, record: dict[str, Any]) -> None:
        if not self.may(ask, record, ("owners",)):
            raise Refused(403, "The user is not authorized to perform this action")

    def version_of(self, record: dict[str, Any] | None, version: int) -> dict[str, Any] | None:
        """A version of a record, the newest one too."""
        versions = [*record["older"], _flat(record)] if record else []
        return next((one for one in versions if one["version"] == version), None)

    def shown(self, record: dict[str, Any]) -> dict[str, Any]:
        """A record as an answer shows it: it does not comply when one of its legal tags has ended."""
        partition = record["id"].partition(":")[0]
        names = [full_name(name, partition) for name in record["legal"]["legaltags"]]
        status = "compliant" if all(map(self._world.tag_is_valid, names)) else "incompliant"
        return _flat(record) | {"legal": {**record["legal"], "status": status}}


def _flat(record: dict[str, Any]) -> dict[str, Any]:
    """A record without what only this stand-in knows."""
    return {name: value for name, value in record.items() if name not in ("older", "deleted", "locked")}


def checked_id(ask: Ask, id_: str) -> str:
    """The id, if it is one of this partition. Raises Refused."""
    if not id_.startswith(f"{ask.partition}:") or id_.count(":") < 2:
        raise Refused(400, f"The record '{id_}' does not belong to account '{ask.partition}'", "Invalid record ID")
    return id_
