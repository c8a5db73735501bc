# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a type has requests of its own: parts, and states that transitions change. The engine brings about on the
probe's own entity what the user says of them, and a finding tells of each request whether it worked, or was not
needed."""

from __future__ import annotations

from typing import Any

from .._entity.ensure import ensure
from .._options.waiting import Waiting
from .._profile.model import EntityType
from .._profile.parts import REQUESTS
from .._text.json_forms import Json
from ..errors import InsightError
from .findings import AS_PROFILE, NOT_FOUND, NOT_LOOKED_AT, Finding, brief
from .scratch_entity import ScratchEntity

WAITING = Waiting(timeout=10.0, interval=0.5)


def without_own_requests(named: Json, of_type: EntityType) -> tuple[Json, dict[str, list[Any]]]:
    """What names the probe's entity without what has requests of its own, and the values of that, in their order."""
    both = [named.get("attributes") or {}, named.get("change") or {}]
    plain = [{name: one for name, one in said.items() if name not in of_type.in_steps} for said in both]
    apart = {
        name: [said[name] for said in both if name in said] for said in both for name in of_type.in_steps & {*said}
    }
    return {**named, "attributes": plain[0], "change": plain[1]}, apart


def place_in_type(of_type: EntityType, name: str) -> str:
    """Where a type says the requests of a part or a state."""
    return f"parts.{name}" if name in of_type.parts else f"attributes.{name}.transitions"


def requests_of(of_type: EntityType, name: str) -> list[str]:
    """The requests of a part or a state, as keys of the profile."""
    part = of_type.parts.get(name)
    if part is None:
        return [one.step.profile_key for one in of_type.transitions if one.attribute == name]
    every = [part.read, *(getattr(part, one) for one in REQUESTS)]
    return [one.profile_key for one in every if one]


def probe_own_requests(scratch: ScratchEntity) -> None:
    """Bring about each part and each state of which the user says a value, and tell which requests worked. What does
    not work is left out from then on."""
    of_type = scratch.experiment.profile.type(scratch.type)
    for name in (*of_type.parts, *of_type.states):
        key = f"types.{scratch.type}.{place_in_type(of_type, name)}"
        if name not in scratch.apart:
            scratch.experiment.note([Finding(key, NOT_LOOKED_AT, came="create names no value for it")])
            continue
        used: list[str] = []
        trouble = _bring_about(scratch, name, used)
        known = requests_of(of_type, name)
        asked = [one for one in dict.fromkeys(used) if one in known]
        failed = asked[-1] if trouble and asked else key
        if trouble:
            del scratch.apart[name]
            scratch.experiment.note([Finding(failed, NOT_FOUND, "what create says of it", trouble)])
        worked = [one for one in asked if not trouble or one != failed]
        rest = [one for one in known if one not in asked]
        why = "an earlier request failed" if trouble else "no value of create takes it"
        scratch.experiment.note([Finding(one, AS_PROFILE, came="its part was brought about") for one in worked])
        scratch.experiment.note([Finding(one, NOT_LOOKED_AT, came=why) for one in rest])


def _bring_about(scratch: ScratchEntity, name: str, used: list[str]) -> str:
    """Why a part or a state does not become what the user says, one value after the other; empty where it does. used:
    takes the requests, as keys of the profile."""
    for value in scratch.apart[name]:
        done = ""
        for _time in ("once", "again"):
            client, desired = scratch.experiment.client(), scratch.declared({name: value}, WAITING)
            try:
                came = ensure(client, desired, check_mode=False, clock=scratch.clock).plan.operation
            except InsightError as error:
                return brief(str(error.details.get("came") or error.why))
            finally:
                used += client.used
            if done and came != "none":
                return f"once it was brought about, the engine came to {came} again"
            done = came
            if came == "none":
                break
    return ""
