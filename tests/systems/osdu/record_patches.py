# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage service: what changes parts of records, of one or of many at once."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.osdu.fields import body
from systems.osdu.record_fields import BULK, CONTENT, JSON_PATCH
from systems.osdu.refusals import Refused, invalid

if TYPE_CHECKING:
    from systems.osdu.records import Records
    from systems.osdu.world import Ask, World

JSON_PATCH_MEDIA = "application/json-patch+json"
PATCHED = ("acl", "legal", "tags", "ancestry", "kind", "meta", "data")
WITH_VERSION = ("data", "meta", "kind", "ancestry")  # a change of these makes a new version


class RecordPatches:
    """The operations."""

    def __init__(self, world: World, records: Records) -> None:
        self._world, self._records = world, records

    def merge(self, ask: Ask) -> Answer:
        """RFC 7396; "deleted" hides a record and brings it back."""
        record = self._world.state.get("record", ask.names["id"])
        changes, deleted = dict(ask.body), ask.body.get("deleted")
        if record is None or (record["deleted"] and deleted != "false"):
            raise Refused(404, f"The record '{ask.names['id']}' was not found", "Record not found")
        changes.pop("deleted", None)
        changes.pop("deletedAt", None)
        content = {name: record[name] for name in CONTENT if name in record}
        patched = {name: value for name, value in merged(content, changes).items() if value is not None}
        self._world.tick()
        stored = self._records.patched(ask, record["id"], patched, any(name in changes for name in WITH_VERSION))
        if deleted == "true":
            self._records.hide(ask, stored)
        return json_answer(200, self._records.shown(stored))

    def many(self, ask: Ask) -> Answer:
        """One address, two languages: the media type says which."""
        if ask.request.headers.get("content-type", "").startswith(JSON_PATCH_MEDIA):
            return self._json_patch(ask, body(ask.request, JSON_PATCH, (JSON_PATCH_MEDIA,)))
        return self._bulk(ask, body(ask.request, BULK, ("application/json",)))

    def _bulk(self, ask: Ask, asked: dict[str, Any]) -> Answer:
        """Metadata only, no new version. 206 when some were left out: the others are changed."""
        left: dict[str, list[str]] = {"notFoundRecordIds": [], "unAuthorizedRecordIds": [], "lockedRecordIds": []}
        done = []
        self._world.tick()
        for id_ in asked["query"]["ids"]:
            record, version = self._named(id_)
            if record is None or record["deleted"]:
                left["notFoundRecordIds"].append(id_)
            elif not self._records.may(ask, record, ("owners",)):
                left["unAuthorizedRecordIds"].append(id_)
            elif self._records.is_locked(record) or version not in (None, record["version"]):
                left["lockedRecordIds"].append(id_)
            else:
                self._records.patched(ask, record["id"], _changed(record, asked["ops"]), new_version=False)
                done.append(id_)
        content = {"recordCount": len(done), "recordIds": done, **left}
        return json_answer(206 if any(left.values()) else 200, content)

    def _named(self, id_: str) -> tuple[dict[str, Any] | None, int | None]:
        """A record, and the version that is meant where the id ends with one."""
        record = self._world.state.get("record", id_)
        without, _colon, version = id_.rpartition(":")
        if record is None and version.isdecimal():
            return self._world.state.get("record", without), int(version)
        return record, None

    def _json_patch(self, ask: Ask, asked: dict[str, Any]) -> Answer:
        """RFC 6902, its operations add, replace and remove. Records that it does not fit are named; the others change.

        A locked record is a failed one: this answer has no other word for it.
        """
        operations = [_operation(one) for one in asked["ops"]]
        new_version = any(parts[0] in WITH_VERSION for _op, parts, _value in operations)
        done, missing, failed, errors = [], [], [], []
        self._world.tick()
        for id_ in asked["query"]["ids"]:
            record = self._world.state.get("record", id_)
            if record is None or record["deleted"]:
                missing.append(id_)
                continue
            try:
                if self._records.is_locked(record):
                    raise Refused(409, "locked")
                content = {name: copy.deepcopy(record[name]) for name in CONTENT if name in record}
                for operation in operations:
                    _apply(content, *operation)
                stored = self._records.patched(ask, id_, content, new_version)
                done.append(f"{id_}:{stored['version']}")
            except Refused as problem:
                failed.append(id_)
                errors.append(f"Json patch error for record: {id_}: {problem.message}")
        content = {"recordCount": len(done), "recordIds": done, "notFoundRecordIds": missing}
        content |= {"failedRecordIds": failed, "errors": errors}
        return json_answer(206 if missing or failed else 200, content)


def merged(value: Any, changes: Any) -> Any:
    """A JSON merge patch, applied."""
    if not isinstance(changes, dict):
        return changes
    result = dict(value) if isinstance(value, dict) else {}
    for name, change in changes.items():
        if change is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), change)
    return result


def _changed(record: dict[str, Any], operations: list[dict[str, Any]]) -> dict[str, Any]:
    """The content of a record after bulk operations; tags are given as texts KEY:VALUE, to be removed as KEY."""
    content = {name: copy.deepcopy(record[name]) for name in CONTENT if name in record}
    for one in operations:
        op, parts, values = one["op"], one["path"].split("/")[1:], one["value"]
        if parts == ["tags"]:
            tags = {} if op == "replace" else dict(content.get("tags") or {})
            for text in values:
                key, _colon, value = text.partition(":")
                tags |= {key: value} if op != "remove" else {}
                if op == "remove":
                    tags.pop(key, None)
            content["tags"] = tags
            continue
        was = content[parts[0]][parts[1]]
        results = {
            "replace": list(values),
            "add": [*was, *(one for one in values if one not in was)],
            "remove": [one for one in was if one not in values],
        }
        content[parts[0]][parts[1]] = results[op]
    return content


def _operation(one: dict[str, Any]) -> tuple[str, list[str], Any]:
    """An operation of a JSON patch: its word, the parts of its path, its value. Raises Refused."""
    op, path = one.get("op"), one.get("path")
    parts = [part.replace("~1", "/").replace("~0", "~") for part in str(path).split("/")[1:]]
    if op not in ("add", "replace", "remove") or not parts or parts[0] not in PATCHED:
        raise invalid(f"Invalid Patch Operation: {op} {path}")
    if op != "remove" and "value" not in one:
        raise invalid(f"Missing value of the operation {op} {path}")
    return op, parts, one.get("value")


def _apply(content: Any, op: str, parts: list[str], value: Any) -> None:
    *outer, last = parts
    for part in outer:
        content = _inner(content, part)
    if isinstance(content, list):
        place = len(content) if last == "-" else _index(content, last, len(content) + (op == "add"))
        content[place : place + (op != "add")] = [] if op == "remove" else [value]
    elif not isinstance(content, dict) or (op != "add" and last not in content):
        raise Refused(400, f"no such path: {last}")
    elif op == "remove":
        del content[last]
    else:
        content[last] = value


def _inner(content: Any, part: str) -> Any:
    if isinstance(content, list):
        return content[_index(content, part, len(content))]
    if isinstance(content, dict) and part in content:
        return content[part]
    raise Refused(400, f"no such path: {part}")


def _index(content: list[Any], part: str, end: int) -> int:
    if not part.isdecimal() or int(part) >= end:
        raise Refused(400, f"no such item: {part} of {len(content)}")
    return int(part)
