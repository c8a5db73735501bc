# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe as a command: options in, findings out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from ..command import Command, Context, Values
from ..entities.answers import at
from ..entities.mask import mask
from ..errors import ConfigurationError
from ..options import IDENTITY, SHARED, Spec, settings_from
from ..profile.model import profile_of
from ..secrets import register
from .bench import Bench
from .findings import AS_PROFILE, Finding, difference
from .lists import probe_list
from .logins import Login, log_in, sender, was_seen, ways_in
from .reads import probe_find, probe_read
from .report import page
from .writes import probe_writes

Json = Mapping[str, Any]

NAMED: Spec = {
    "type": {"type": "str", "required": True},
    "key": {"type": "dict", "no_log": False},
    "refs": {"type": "dict"},
}

PROBE_SPEC: Spec = {
    **SHARED,
    "logins": {"type": "list", "elements": "dict", "options": IDENTITY, "default": []},
    "entities": {"type": "list", "elements": "dict", "options": {**NAMED, "id": {"type": "str"}}, "default": []},
    "writes": {"type": "bool", "default": False},
    "create": {
        "type": "dict",
        "options": {
            **NAMED,
            "attributes": {"type": "dict", "default": {}},
            "change": {"type": "dict", "default": {}},
            "rename": {"type": "dict", "default": {}},
        },
    },
    "version": {"type": "str", "default": "unknown"},
    "by": {"type": "str"},
}


def run_probe(values: Values, context: Context) -> dict[str, Any]:
    """Find out how a server differs from the profile; see the module insight_probe."""
    logins = [log_in(way, values["profile"], context) for way in ways_in(values)]
    secrets = [secret for login in logins if login.authenticator for secret in login.authenticator.secrets()]
    register(secrets)
    working = [login for login in logins if login.error is None]
    if not working:
        first = logins[0]
        if len(logins) == 1 and not first.findings and first.error:
            raise first.error
        return mask(_result(values, logins, None), secrets)
    settings = settings_from(values, profile_of(values["profile"]))
    by = values.get("by") or settings.evidence.initiator or "the probe"
    stamp = {"version": values["version"], "when": date.today().isoformat(), "by": by}
    bench = Bench(working[0].data, settings.url, sender(working[0]), stamp)
    _login_findings(bench, working[0])
    _reads(bench, values["entities"])
    if values["writes"] and not context.check_mode:
        if not values["create"]:
            raise ConfigurationError("probe writes", "create does not say which entity may be created")
        probe_writes(bench, values["create"])
    return mask(_result(values, logins, bench), secrets)


def _login_findings(bench: Bench, login: Login) -> None:
    bench.findings.extend(login.findings)
    if was_seen(login) and login.data["session"]["kind"] == "csrf_cookie":
        for step in ("start", "login"):
            bench.verify(("session", step))
    if not login.findings:
        bench.findings.append(Finding("session", AS_PROFILE))


def _reads(bench: Bench, entities: list[Json]) -> None:
    """Read, find and list, types without references first: those with references need them."""
    listed = False
    for entity in sorted(entities, key=lambda one: bool(one.get("refs"))):
        found = _found_first(bench, entity) if not entity.get("id") else {**entity}
        if found.get("id"):
            probe_read(bench, found)
        if found.get("key") and entity.get("id"):
            probe_find(bench, found)
        if found.get("id") and not listed:
            listed = True
            probe_list(bench, found)


def _found_first(bench: Bench, entity: Json) -> Json:
    """An entity that is only known by its key, with the id that finding it shows."""
    found = probe_find(bench, {**entity, "id": None}) if entity.get("key") else None
    return {**entity, "id": at(found, bench.profile.type(str(entity["type"])).id_attribute)}


def _result(values: Values, logins: list[Login], bench: Bench | None) -> dict[str, Any]:
    findings = bench.findings if bench else [one for login in logins for one in login.findings]
    after = bench.data if bench else logins[0].data
    told = {
        "changed": bool(bench and bench.wrote),
        "logins": [login.as_result() for login in logins],
        "findings": [finding.as_result() for finding in findings],
        "overrides": difference(values["profile"], after),
        "left_behind": bench.left_behind if bench else [],
    }
    stamp = dict(bench.stamp) if bench else {}
    return {**told, "page": page(values["profile"], stamp, told)}


PROBE = Command("rimops.insight.insight_probe", PROBE_SPEC, run_probe)
