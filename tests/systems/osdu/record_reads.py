# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The storage service: what reads records."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.osdu.refusals import Refused
from systems.osdu.world import paged

if TYPE_CHECKING:
    from systems.osdu.records import Records
    from systems.osdu.world import Ask, World

FRAMES = ("none", "units=SI;crs=wgs84;elevation=msl;azimuth=true north;dates=utc;")
LEFT_OUT = ("data", "meta", "ancestry")  # of a summary


class RecordReads:
    """The operations."""

    def __init__(self, world: World, records: Records) -> None:
        self._world, self._records = world, records

    def read(self, ask: Ask) -> Answer:
        return self._read(ask, self._visible(ask))

    def read_version(self, ask: Ask) -> Answer:
        record, version = self._visible(ask), ask.names["version"]
        if not version.isdecimal():
            raise Refused(400, f"{version} is not a version")
        found = self._records.version_of(record, int(version))
        if found is None:
            raise Refused(404, "The requested record version was not found", "Record version not found")
        return self._read(ask, found)

    def versions(self, ask: Ask) -> Answer:
        record = self._visible(ask)
        versions = [one["version"] for one in (*record["older"], record)]
        return json_answer(200, {"recordId": record["id"], "versions": versions})

    def _read(self, ask: Ask, record: dict[str, Any]) -> Answer:
        return json_answer(200, _only(self._records.shown(record), ask.query["attribute"]))

    def _visible(self, ask: Ask) -> dict[str, Any]:
        record = self._records.active(ask, ask.names["id"])
        if not self._records.may(ask, record):
            raise Refused(403, "The user is not authorized to perform this action")
        return record

    def list(self, ask: Ask) -> Answer:
        """The records that the caller may see, the last changed one first: the active ones or the deleted ones."""
        query = ask.query
        records = [one for one in self._of_partition(ask) if one["deleted"] == query["deleted"]]
        if query["kind"]:
            records = [one for one in records if one["kind"] == query["kind"]]
        if query["modifiedAfterDate"]:
            records = [one for one in records if _changed(one) > query["modifiedAfterDate"]]
        down = query["sortOrder"] == "DESC"
        records.sort(key=lambda one: (_changed(one), str(one["id"])), reverse=down)
        page, cursor = paged(records, query["cursor"], query["limit"], self._world.switches.cursor_after_last)
        whole = self._world.switches.record_list == "whole"
        results = [
            {name: value for name, value in self._records.shown(one).items() if whole or name not in LEFT_OUT}
            for one in page
        ]
        return json_answer(200, {"cursor": cursor, "results": results})

    def ids(self, ask: Ask) -> Answer:
        """The ids of all active records of a kind."""
        records = [one for one in self._of_partition(ask) if not one["deleted"] and one["kind"] == ask.query["kind"]]
        ids = sorted(one["id"] for one in records)
        page, cursor = paged(ids, ask.query["cursor"], ask.query["limit"], self._world.switches.cursor_after_last)
        return json_answer(200, {"cursor": cursor, "results": page})

    def fetch(self, ask: Ask) -> Answer:
        """Many at once; those that are not there are named, with 200 all the same."""
        found, missing = self._some(ask)
        records = [_only(self._records.shown(one), ask.body.get("attributes") or []) for one in found]
        return json_answer(200, {"records": records, "invalidRecords": missing, "retryRecords": []})

    def fetch_batch(self, ask: Ask) -> Answer:
        if ask.request.headers.get("frame-of-reference") not in FRAMES:
            raise Refused(400, "frame-of-reference is missing, or nothing that is known")
        found, missing = self._some(ask)
        records = [self._records.shown(one) for one in found]
        return json_answer(200, {"records": records, "notFound": missing, "conversionStatuses": []})

    def _some(self, ask: Ask) -> tuple[list[dict[str, Any]], list[str]]:
        seen = {one["id"]: one for one in self._of_partition(ask) if not one["deleted"]}
        ids = ask.body["records"]
        return [seen[id_] for id_ in ids if id_ in seen], [id_ for id_ in ids if id_ not in seen]

    def _of_partition(self, ask: Ask) -> list[dict[str, Any]]:
        records = [one for one in self._world.state.all("record") if one["id"].startswith(f"{ask.partition}:")]
        return [one for one in records if self._records.may(ask, one)]


def _changed(record: dict[str, Any]) -> str:
    return str(record.get("modifyTime") or record["createTime"])


def _only(record: dict[str, Any], attributes: list[str]) -> dict[str, Any]:
    """The record, of its data only these attributes (data.NAME) where any are named."""
    wanted = [name.removeprefix("data.") for name in attributes if name.startswith("data.")]
    if not wanted:
        return record
    return record | {"data": {name: value for name, value in record["data"].items() if name in wanted}}
