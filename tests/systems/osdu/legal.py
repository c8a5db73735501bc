# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The legal service: legal tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.messages import Answer, json_answer

from systems.osdu.fields import check
from systems.osdu.legal_values import (
    COUNTRIES,
    DATA_TYPES,
    EXPORT,
    NAME,
    NEVER,
    NO_CONTRACT,
    PERSONAL,
    SECURITY,
    THIRD_PARTY,
)
from systems.osdu.refusals import Refused, invalid

if TYPE_CHECKING:
    from systems.osdu.world import Ask, World


class Legal:
    """The operations. A name may be given with the partition's prefix or without it; it is kept with it."""

    def __init__(self, world: World) -> None:
        self._world, self._state = world, world.state

    def create(self, ask: Ask) -> Answer:
        name = full_name(ask.body["name"], ask.partition)
        check(name, NAME, "name")
        if self._state.get("legal_tag", name):
            raise Refused(409, f"A LegalTag already exists for the given name {name}. Can't create again")
        properties = {**dict.fromkeys(("expirationDate", "extensionProperties")), **ask.body["properties"]}
        properties["expirationDate"] = (properties["expirationDate"] or NEVER)[:10]
        self._check(properties, dated=bool(ask.body["properties"].get("expirationDate")))
        tag = {"name": name, "description": ask.body.get("description"), "properties": properties, "isValid": True}
        self._world.tick()
        return json_answer(201, shown(self._state.put("legal_tag", name, tag)))

    def update(self, ask: Ask) -> Answer:
        """Four attributes get the values of the body; those that it does not carry become null."""
        tag = self._existing(ask.body["name"], ask.partition)
        contents = {name: ask.body.get(name) for name in ("contractId", "extensionProperties")}
        contents["expirationDate"] = (ask.body.get("expirationDate") or "")[:10] or None
        properties = tag["properties"] | contents
        self._check(properties, dated=bool(contents["expirationDate"]))
        tag["properties"], tag["description"] = properties, ask.body.get("description")
        self._world.tick()
        return json_answer(200, shown(tag))

    def read(self, ask: Ask) -> Answer:
        return json_answer(200, shown(self._existing(ask.names["name"], ask.partition)))

    def delete(self, ask: Ask) -> Answer:
        """Deleting what is not there is a success in the service's code, and 404 in its description."""
        name = full_name(ask.names["name"], ask.partition)
        if self._world.switches.legal_delete_absent == "404":
            self._existing(name, ask.partition)
        self._world.tick()
        self._state.delete("legal_tag", name)
        return Answer(204)

    def list(self, ask: Ask) -> Answer:
        """All valid ones, or all others: there is no way to ask for both, and there are no pages."""
        tags = [tag for tag in self._state.all("legal_tag") if tag["name"].startswith(f"{ask.partition}-")]
        wanted = [tag for tag in tags if self._world.tag_is_valid(tag["name"]) == ask.query["valid"]]
        return json_answer(200, {"legalTags": [shown(tag) for tag in wanted]})

    def batch(self, ask: Ask) -> Answer:
        names = [full_name(name, ask.partition) for name in ask.body["names"]]
        tags = [tag for tag in (self._state.get("legal_tag", name) for name in names) if tag]
        return json_answer(200 if len(tags) == len(names) else 404, {"legalTags": [shown(tag) for tag in tags]})

    def validate(self, ask: Ask) -> Answer:
        invalid_tags = []
        for name in ask.body["names"]:
            full = full_name(name, ask.partition)
            if not self._world.tag_is_valid(full):
                reason = "Expired" if self._state.get("legal_tag", full) else "LegalTag not found"
                invalid_tags.append({"name": name, "reason": reason})
        return json_answer(200, {"invalidLegalTags": invalid_tags})

    def query(self, ask: Ask) -> Answer:
        raise Refused(405, "Query API is disabled")

    def properties(self, ask: Ask) -> Answer:
        content = {
            "countriesOfOrigin": COUNTRIES,
            "otherRelevantDataCountries": COUNTRIES,
            "securityClassifications": SECURITY,
            "exportClassificationControlNumbers": EXPORT,
            "personalDataTypes": PERSONAL,
            "dataTypes": DATA_TYPES,
        }
        return json_answer(200, content)

    def _existing(self, name: str, partition: str) -> dict[str, Any]:
        tag = self._state.get("legal_tag", full_name(name, partition))
        if tag is None:
            raise Refused(404, f"Requested LegalTag {name} was not found")
        return tag

    def _check(self, properties: dict[str, Any], dated: bool) -> None:
        """The rules that need more than one attribute."""
        unknown = [country for country in properties["countryOfOrigin"] if country not in COUNTRIES]
        if unknown:
            raise invalid(f"Invalid country of origin set. Found: {', '.join(unknown)}.")
        if properties["dataType"] not in DATA_TYPES:
            raise invalid(f"Invalid data type: {properties['dataType']}")
        if dated and properties["expirationDate"] <= self._world.now.date().isoformat():
            raise invalid(f"Expiration date must be a value in the future. Given {properties['expirationDate']}")
        contract = properties["contractId"]
        if properties["dataType"] == THIRD_PARTY and (not dated or not contract or contract in NO_CONTRACT):
            raise invalid("You need to set an expiration date and contract ID")


def full_name(name: str, partition: str) -> str:
    """The name with the partition's prefix."""
    prefix = f"{partition}-"
    return name if name.startswith(prefix) else prefix + name


def shown(tag: dict[str, Any]) -> dict[str, Any]:
    return {name: tag[name] for name in ("name", "description", "properties")}
