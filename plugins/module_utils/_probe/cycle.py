# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tries overrides before they are offered: the engine creates, changes and deletes the probe's scratch entity with the
learned profile. A part of the overrides that does not work is not offered. Where nothing makes it work, or it cannot be
tried, all that was learned is told apart from what is offered."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .._entity.ensure import ensure
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, top, value_at, with_value
from .._text.records import evolve
from ..errors import InsightError
from .experiment import Experiment
from .findings import DIFFERS, NOT_FOUND, NOT_TRIED, SEEN, UNTRIED, Finding, brief, difference
from .own_requests import WAITING
from .scratch_entity import ScratchEntity

NEEDED = ("read", "find", "create", "delete")
"""The operations without which a trial, and the removal of its entity, are not possible."""


def try_overrides(scratch: ScratchEntity, given: Json) -> None:
    """Try what was learned; what does not pass is as it was given again, and the page says so."""
    experiment = scratch.experiment
    served = {"read"} if not experiment.definition(scratch.type, "read") else set()  # by the find
    lacking = [name for name in NEEDED if not experiment.is_proven(scratch.type, name) and name not in served]
    if lacking or experiment.left_behind:
        why = f"{', '.join(lacking)} was not found out" if lacking else "something was left behind"
        experiment.is_untried = True
        experiment.note([Finding("profile_overrides", NOT_TRIED, came=f"the whole cycle was not tried: {why}")])
        return
    trouble = play(scratch, experiment.data) and play(scratch, experiment.data)  # once may be bad luck
    if not trouble:
        steps = "create, change and delete" if experiment.is_proven(scratch.type, "update") else "create and delete"
        came = f"{steps}, each of them twice, went as they should with what was learned"
        experiment.note([Finding("profile_overrides", SEEN, came=came)])
        return
    learned = list(parts(scratch.type, given, experiment.data))
    rules = [path for path in learned if "attributes" in path]
    for paths in (*([one] for one in learned), *(several for several in (rules, learned) if len(several) > 1)):
        if not play(scratch, _with_given(experiment.data, given, paths)):
            withdraw(experiment, given, paths, trouble)
            return
    experiment.is_untried = True
    withdraw(experiment, given, learned, trouble)


def _with_given(learned: Json, given: Json, paths: Sequence[tuple[str, ...]]) -> Json:
    """A profile that was learned, with these parts as they were given."""
    for path in paths:
        learned = with_value(learned, path, value_at(given, path, ABSENT))
    return learned


def offered_apart(of_login: Json, given: Json, experiment: Experiment) -> tuple[Json, Json]:
    """What is offered, and what is not since the whole cycle was not seen to work with it, as overrides of the given
    profile. of_login: the profile with what the login taught, which was tried by logging in."""
    if not experiment.is_untried:
        return difference(given, experiment.data), {}
    tried = with_value(of_login, ("session",), experiment.data.get("session", ABSENT))
    return difference(given, tried), difference(tried, experiment.data)


def with_untried(findings: Sequence[Finding], of_login: Sequence[Finding]) -> list[Finding]:
    """The findings, of which none but those of the login and the session is offered."""
    return [
        evolve(one, verdict=UNTRIED)
        if one.verdict == DIFFERS and one not in of_login and top(one.profile_key) != "session"
        else one
        for one in findings
    ]


def parts(type_name: str, given: Json, learned: Json) -> Iterator[tuple[str, ...]]:
    """The parts of a profile that writing taught, likelier faults first."""
    writes = ("update", "delete", "create")
    rules = (("attributes",), ("types", type_name, "attributes"))
    for path in (
        *((*home, name) for home in rules for name in value_at(learned, home) or ()),
        ("types", type_name, "version"),
        ("types", type_name, "key"),
        ("types", type_name, "id"),
        *(("operations", name) for name in writes),
        *(("types", type_name, name) for name in writes),
    ):
        if value_at(given, path) != value_at(learned, path):
            yield path


def withdraw(experiment: Experiment, given: Json, paths: list[tuple[str, ...]], trouble: str) -> None:
    """Take back what was learned in these parts, and say why."""
    findings: list[Finding] = []
    for one in experiment.findings:
        mine = one.verdict == DIFFERS and any(f"{one.profile_key}.".startswith(f"{'.'.join(path)}.") for path in paths)
        why = f"{one.came}; not offered, since the whole cycle fails with it"
        findings.append(evolve(one, verdict=NOT_FOUND, override=None, came=why) if mine else one)
    experiment.data = dict(_with_given(experiment.data, given, paths))
    names = ", ".join(".".join(path) for path in paths) or "what was learned"
    experiment.findings = [*findings, Finding("profile_overrides", NOT_FOUND, f"the whole cycle with {names}", trouble)]


def play(scratch: ScratchEntity, data: Json) -> str:
    """Let the engine create, change and delete the scratch entity with a profile. Returns why that does not work, empty
    where it does. The entity is removed in either case."""
    for part in ("required", "schema"):  # what a user has to declare is no question here
        data = with_value(data, ("types", scratch.type, part), None)
    first = {name: values[0] for name, values in scratch.apart.items()}
    last = {name: values[-1] for name, values in scratch.apart.items()}
    attributes = {**(scratch.named.get("attributes") or {}), **first}
    changed = {**attributes, **(scratch.named.get("change") or {}), **last}
    steps: list[tuple[str, Json | None]] = [("create", attributes), ("none", attributes)]
    if scratch.experiment.is_proven(scratch.type, "update"):
        steps += [("update", changed), ("none", changed)]
    trouble = ""
    for expected, declared in [*steps, ("delete", None), ("none", None)]:
        trouble = trouble or _step(scratch, data, expected, declared)
    scratch.note(scratch.offered() or [])
    for entity_id in list(scratch.ids):
        if scratch.remove(entity_id):
            scratch.ids.remove(entity_id)
        else:
            trouble = trouble or "what was created in it cannot be deleted"
    return trouble


def _step(scratch: ScratchEntity, data: Json, expected: str, declared: Json | None) -> str:
    """What is wrong with a step of the cycle; empty where it did what was expected. declared: the attributes, None to
    delete."""
    profile = scratch.experiment.profile_with(data)
    desired = scratch.declared(declared, WAITING, profile)
    client = scratch.experiment.client(profile)
    try:
        came = ensure(client, desired, check_mode=False, clock=scratch.clock).plan.operation
    except InsightError as error:
        return f"{expected}: {brief(str(error.details.get('came') or error.why))}"
    return "" if came == expected else f"{expected} was expected, and the engine came to {came}"
