# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes that come back in another form than that in which they were sent. They are known by two fingerprints: of
what was sent, and of what came back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from .._text.nested_paths import ABSENT, names_of, top, value_at
from .._text.records import evolve
from .address import Entity
from .compare import differs
from .desired_state import DesiredState
from .plan import Plan, plan, with_values


def came_back(path: str) -> str:
    """The name of the fingerprint of what came back."""
    return f"{path} (came back)"


def plan_with_memory(desired: DesiredState, references: Mapping[str, Any], observed: Optional[Entity]) -> Plan:
    """As plan(), but an attribute that comes back in another form counts as declared where this value was sent and
    the server still shows what came back then. Where that is not known, the value is sent if there is a memory, so that
    it is known from then on; else, and where the system takes no update of this entity, it is unverified."""
    wanted = {} if observed is None or desired.state == "absent" else _declared(desired, desired.attributes)
    shown = {path: value_at(observed, names_of(path), ABSENT) for path in wanted}
    rules, memory = desired.address.rules, desired.secrets.memory
    differing = [path for path, value in wanted.items() if differs(value, shown[path], path, rules)]
    if not differing:
        return plan(desired, references, observed)
    known = memory.known(desired.address.type.id_in(observed or {})) if memory else {}
    update = desired.address.type.operations.get("update")
    takes = not update or not any(update.unmet(observed or {}))
    unknown = [path for path in differing if not memory or (path not in known and not takes)]
    kept = [
        path
        for path in differing
        if path in unknown or _forms(desired, path, wanted[path], shown[path]).items() <= known.items()
    ]
    as_shown = with_values(desired.attributes, {path: shown[path] for path in kept})
    planned = plan(evolve(desired, attributes=as_shown), references, observed)
    return _as_declared(planned, {path: wanted[path] for path in kept}, unknown)


def _declared(desired: DesiredState, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """The declared attributes that come back in another form, by path."""
    found = {path: value_at(attributes, names_of(path), ABSENT) for path in sorted(desired.address.rules.rewritten)}
    return {path: value for path, value in found.items() if value is not ABSENT}


def _forms(desired: DesiredState, path: str, sent: Any, shown: Any) -> dict[str, str]:
    """The two fingerprints of an attribute; none without a memory."""
    memory, back = desired.secrets.memory, None if shown is ABSENT else shown
    return {path: memory.of(path, sent), came_back(path): memory.of(came_back(path), back)} if memory else {}


def _as_declared(planned: Plan, values: Mapping[str, Any], unknown: Any) -> Plan:
    """The plan that says and sends what is declared where the server shows another form of it."""
    bodies: dict[str, Any] = {"desired": with_values(planned.desired, values)}
    if planned.operation == "update":
        in_changed = {path: value for path, value in values.items() if top(path) in planned.changed}
        bodies["changed"] = with_values(planned.changed, in_changed)
        bodies.update({kind: with_values(getattr(planned, kind), values) for kind in ("declared", "whole")})
    return evolve(planned, unverified=tuple(sorted({*planned.unverified, *unknown})), **bodies)


def remember_forms(desired: DesiredState, planned: Plan, seen: Optional[Entity]) -> None:
    """Remember what was sent of such attributes, and what came back."""
    memory = desired.secrets.memory
    if memory is None or seen is None:
        return
    forms: dict[str, Any] = {}
    for path, value in _declared(desired, planned.desired).items():
        forms.update({path: value, came_back(path): value_at(seen, names_of(path))})
    if forms:
        memory.remember(forms, "update", desired.address.type.id_in(seen))
