# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe as a command: options in, findings out."""

from __future__ import annotations

from datetime import date
from typing import Any

from .._options.context import Context, Values
from .._options.shared import IDENTITY, SHARED, Spec, settings_from
from .._probe.coverage import not_looked_at
from .._probe.cycle import offered_apart, with_untried
from .._probe.experiment import Experiment
from .._probe.findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED, Finding, difference
from .._probe.lists import probe_list
from .._probe.logins import Login, log_in, sender, steps_in, was_seen, ways_in
from .._probe.page import ProbeReport
from .._probe.reads import probe_read, probe_singleton
from .._probe.request_candidates import base_paths
from .._probe.searches import probe_find
from .._probe.sessions import ask_reading, ask_writing, conclude, probe_tokens
from .._probe.writes import probe_writes
from .._profile.merging import combined
from .._profile.model import Profile, profile_of
from .._text.ansible_secrets import register
from .._text.json_forms import Json
from .._text.redaction import KEPT, know, known, redact_within
from ..errors import ConfigurationError
from .base import Command
from .connection import evidence_of

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
    "daring": {"type": "bool", "default": False},
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
    profile = profile_of(values["profile"])
    _check(values, profile)
    logins = [log_in(way, values["profile"], context) for way in ways_in(values)]
    secrets = [secret for login in logins if login.authenticator for secret in login.authenticator.secrets()]
    register(secrets)
    know(secrets)
    working = next((login for login in logins if login.error is None), None)
    if working is None:
        only = logins[0]
        if len(logins) == 1 and not only.findings and only.error:
            raise only.error
        return _result(values, logins, None)
    settings = settings_from(values, profile)
    by = values.get("by") or settings.evidence.initiator or "the probe"
    stamp = {"version": values["version"], "when": date.today().isoformat(), "by": by}
    given = {"inputs": settings.inputs, **evidence_of(settings)}
    experiment = Experiment(working.data, settings.url, sender(working), stamp, daring=values["daring"], given=given)
    writes = values["writes"] and not context.check_mode
    _login_findings(experiment, working)
    _reads(experiment, values["entities"])
    _doubt(experiment, values["profile"])
    ask_reading(experiment, working)
    if writes:
        probe_writes(experiment, values["create"], working.data, lambda: ask_reading(experiment, working))
        ask_writing(experiment, working)
    conclude(experiment, working)
    probe_tokens(experiment, working)
    experiment.note(not_looked_at(experiment, [*values["entities"], *([values["create"]] if writes else [])], writes))
    return _result(values, logins, experiment)


def _check(values: Values, profile: Profile) -> None:
    """What can be said before the first request."""
    what = "probe the server"
    for entity in values["entities"]:
        singleton = profile.type(entity["type"]).singleton
        if not singleton and not entity.get("id") and not entity.get("key"):
            raise ConfigurationError(what, f"an entity of type {entity['type']} has neither id nor key", "Say both.")
    create = values["create"]
    if values["writes"] and not create:
        raise ConfigurationError(what, "writes is set, and create does not say what may be created", "Set create.")
    if not create:
        return
    apart = profile.type(create["type"]).in_steps
    missing = [name for name in ("key", "attributes", "change") if not {*(create.get(name) or {})} - apart]
    if missing:
        hint = "Say key, attributes and change; what has requests of its own does not count."
        raise ConfigurationError(what, f"create has no {', '.join(missing)}", hint)
    strange = sorted(set(create["rename"]) - set(create["key"]))
    if strange:
        raise ConfigurationError(what, f"create.rename changes {', '.join(strange)}, which is not in its key")


def _login_findings(experiment: Experiment, login: Login) -> None:
    experiment.note(login.findings)
    if was_seen(login):
        for step in steps_in(login.data):
            experiment.verify(("session", "steps", step))
    if not login.findings:
        came = "the handshake went as it says" if was_seen(login) else "a session from the token store was used"
        experiment.note([Finding("session", AS_PROFILE if was_seen(login) else NOT_TRIED, came=came)])


def _doubt(experiment: Experiment, profile: Json) -> None:
    """That a server wants the token with each request is concluded where nothing starts a session; without an entity
    that was read so, it may as well be another address."""
    guessed = [one for one in experiment.findings if one.profile_key == "session.steps" and one.verdict == DIFFERS]
    if guessed and experiment.shown is None:
        experiment.findings = [one for one in experiment.findings if one not in guessed]
        experiment.note([Finding("session.steps", NOT_FOUND, came=guessed[0].came)])
        experiment.learn(("session",), profile["session"])


def _reads(experiment: Experiment, entities: list[Json]) -> None:
    """Read, find and list, types without references first: those with references need them."""
    listed = False
    for entity in sorted(entities, key=lambda one: bool(one.get("refs"))):
        if experiment.profile.type(str(entity["type"])).singleton:
            probe_singleton(experiment, str(entity["type"]))
            continue
        found = _found_first(experiment, entity) if not entity.get("id") else {**entity}
        if found.get("id") and probe_read(experiment, found) is None:
            _elsewhere(experiment, found)
        if found.get("key") and entity.get("id"):
            probe_find(experiment, found)
        if found.get("id") and not listed:
            listed = True
            if not experiment.is_proven(str(entity["type"]), "list"):
                probe_list(experiment, found)


def _elsewhere(experiment: Experiment, entity: Json) -> None:
    """Find the base path by a read where no session is started: where none worked, look at other paths."""
    original = experiment.data.get("base_path", "")
    if experiment.shown or steps_in(experiment.data):
        return
    before = list(experiment.findings)
    for base in base_paths(experiment.data):
        experiment.data, experiment.findings = {**experiment.data, "base_path": base}, list(before[:-1])
        if base != original and probe_read(experiment, entity):
            came = "nothing was read there"
            experiment.note([Finding("base_path", DIFFERS, original, came, {"base_path": base})])
            return
    experiment.data, experiment.findings = {**experiment.data, "base_path": original}, before


def _found_first(experiment: Experiment, entity: Json) -> Json:
    """An entity that is only known by its key, with the id that finding it shows."""
    found = probe_find(experiment, {**entity, "id": None}) if entity.get("key") else None
    return {**entity, "id": experiment.profile.type(str(entity["type"])).id_in(found or {})}


def _result(values: Values, logins: list[Login], experiment: Experiment | None) -> dict[str, Any]:
    """The result of the task, without secrets. experiment: None where no login succeeded."""
    findings = experiment.findings if experiment else [one for login in logins for one in login.findings]
    overrides: Json = difference(values["profile"], logins[0].data)
    untried: Json = {}
    if experiment:
        working = next(login for login in logins if login.error is None)
        overrides, untried = offered_apart(working.data, values["profile"], experiment)
        findings = with_untried(findings, working.findings) if experiment.is_untried else findings
    report = ProbeReport(
        profile={name: values["profile"].get(name) for name in ("name", "title")},
        stamp=dict(experiment.stamp) if experiment else {},
        logins=[login.report() for login in logins],
        findings=findings,
        wrote=bool(experiment and experiment.wrote),
        overrides=overrides,
        all_overrides=combined(values.get("profile_overrides") or {}, overrides),
        untried=untried,
        left_behind=experiment.left_behind if experiment else [],
    )
    without_secrets: ProbeReport = redact_within(report, OURS, [known()])
    return without_secrets.as_result()


OURS = {
    **dict.fromkeys(("changed", "page"), KEPT),
    "profile": {},
    "stamp": {},
    "logins": [dict.fromkeys(("grant_type", "ok"), KEPT)],
    "findings": [dict.fromkeys(("profile_key", "verdict"), KEPT)],
}
"""The parts of a report and a result that are written by this collection, and so never masked. The page is made of a
report without secrets."""
PROBE = Command("rimops.insight.insight_probe", PROBE_SPEC, run_probe, ours=OURS, keeps_overrides=True)
