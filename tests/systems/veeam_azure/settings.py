# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What there is one of: retention, configuration backup, time, deployment mode; and the licence agreement."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.base.routing import Call, Route
from systems.veeam_azure.collection import API
from systems.veeam_azure.jobs import DONE, WHY
from systems.veeam_azure.problems import Refused, invalid

if TYPE_CHECKING:
    from collections.abc import Iterable

    from systems.veeam_azure.veeam import Veeam

RETENTION, BACKUP, TIME = "settings/retention", "configurationBackup/settings", "system/time"
MODE = "system/privateDeployment/state"
ONLY = "settings"  # the id of what there is one of
ZONES = {"UTC": "(UTC) Coordinated Universal Time", "W. Europe Standard Time": "(UTC+01:00) Amsterdam, Berlin, Rome"}
DOCUMENTS = [
    {"checksum": "5f2b1c", "content": "You agree.", "type": "Eula"},
    {"checksum": "8e77a0", "content": "Others agreed.", "type": "ThirdPartyLicenses"},
]


class Settings:
    """The singletons of one server."""

    def __init__(self, veeam: Veeam) -> None:
        self._veeam = veeam

    def routes(self) -> Iterable[Route]:
        yield Route("GET", API + RETENTION, "read", RETENTION, self.retention)
        yield Route("PUT", API + RETENTION, "update", RETENTION, self.set_retention, {"body": "RetentionSettings"})
        yield Route("GET", API + BACKUP, "read", BACKUP, self.backup)
        yield Route("PUT", API + BACKUP, "update", BACKUP, self.set_backup, {"body": "ConfigurationBackup"})
        yield Route("GET", API + TIME, "read", TIME, self.time)
        yield Route("GET", API + "system/timezones", "list", TIME, self.time_zones)
        yield Route("PUT", API + "system/timezone", "update", TIME, self.set_time_zone, {"body": "TimeZone"})
        yield Route("GET", API + MODE, "read", MODE, self.mode)
        yield Route("PUT", API + MODE, "update", MODE, self.set_mode, {"body": "DeploymentMode"})
        agreement, before = API + "licenseAgreement", {"before_license": True}
        yield Route("GET", agreement, "read", "", self.documents, before)
        yield Route("GET", f"{agreement}/accepted", "read", "", self.accepted, before)
        body = {"body": "AcceptedDocuments"}
        yield Route("POST", f"{agreement}/accept", "verb", "licenseAgreement", self.accept, before | body)

    def _kept(self, type_: str) -> dict[str, Any]:
        return self._veeam.state.shown(type_)[ONLY]

    def retention(self, _call: Call) -> Answer:
        return json_answer(200, self._kept(RETENTION) | {"_links": {"self": {"href": API + RETENTION}}})

    def set_retention(self, call: Call) -> Answer:
        self._veeam.state.put(RETENTION, ONLY, call.body)
        return self.retention(call)

    def backup(self, _call: Call) -> Answer:
        kept = self._kept(BACKUP)
        repository = self._veeam.state.get("repositories", kept.get("repositoryId") or "") or {}
        return json_answer(200, kept | {"repositoryName": repository.get("name")})

    def set_backup(self, call: Call) -> Answer:
        id_ = call.body.get("repositoryId")
        if id_ and not self._veeam.state.get("repositories", id_):
            raise invalid(repositoryId=f"There is no repository {id_}.")
        if call.body["isEnabled"] and not id_:
            raise invalid(repositoryId="Without a repository it cannot be enabled.")
        by = {"modifiedBy": self._veeam.login.user(call.request)["name"], "modificationTimeUtc": _now()}
        whole = {"repositoryId": None, "retention": {"timeRetentionDuration": 1, "retentionDurationType": "Months"}}
        self._veeam.state.put(BACKUP, ONLY, self._kept(BACKUP) | whole | call.body | by)
        return self.backup(call)

    def time(self, _call: Call) -> Answer:
        zone = self._kept(TIME)["timeZone"]
        named = zone if self._veeam.switches.time_zone_shown == "id" else ZONES[zone]
        return json_answer(200, {"utcDateTime": _now(), "timeZone": named})

    def time_zones(self, _call: Call) -> Answer:
        return json_answer(200, [{"id": id_, "displayName": name} for id_, name in ZONES.items()])

    def set_time_zone(self, call: Call) -> Answer:
        zone = call.body.get("timezoneId")
        if zone not in ZONES:
            raise invalid(timezoneId=f"There is no time zone {zone}.")
        self._kept(TIME)["timeZone"] = zone
        return Answer(204)

    def mode(self, _call: Call) -> Answer:
        """The deployment mode. Each look brings a change nearer to its end; one that fails leaves it as it was."""
        kept = self._kept(MODE)
        switches, begun = self._veeam.switches, kept["begun"]
        if begun and kept["polls"] > 0:
            kept["polls"] -= 1
        elif begun and switches.operation_ends != "never":
            done = switches.operation_ends in DONE
            kept |= (begun if done else {"error": WHY}) | {"begun": None, "isUpdating": False}
        return json_answer(200, {name: value for name, value in kept.items() if name not in ("begun", "polls")})

    def set_mode(self, call: Call) -> Answer:
        kept = self._kept(MODE)
        if kept["begun"]:
            raise Refused(409, "The deployment mode is being changed.", resourceId=MODE)
        begun = {"privateDnsZoneSetting": None, "privateDnsZoneResourceGroupId": None} | call.body
        kept |= {"begun": begun, "polls": self._veeam.switches.operation_polls, "isUpdating": True, "error": None}
        return Answer(202)

    def documents(self, _call: Call) -> Answer:
        return json_answer(200, {"licenseAgreements": DOCUMENTS})

    def accepted(self, _call: Call) -> Answer:
        return json_answer(200, self._veeam.switches.license_accepted)

    def accept(self, call: Call) -> Answer:
        wanted = {(one["checksum"], one["type"]) for one in DOCUMENTS}
        if {(one.get("checksum"), one.get("type")) for one in call.body or []} != wanted:
            raise invalid(checksum="All documents have to be accepted, with their checksums.")
        self._veeam.switches.set({"license_accepted": True})
        return Answer(204)


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")
