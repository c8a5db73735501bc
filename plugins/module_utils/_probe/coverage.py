# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a probe did not look at, so that its silence is no verdict."""

from __future__ import annotations

import re
from collections.abc import Sequence

from .._entity.steps import VERBS
from .._profile.model import type_data
from .._profile.operation import OPERATIONS, READING
from .._text.json_forms import Json
from .experiment import Experiment
from .findings import NOT_LOOKED_AT, Finding
from .own_requests import place_in_type


def not_looked_at(experiment: Experiment, named: Sequence[Json], writes: bool) -> list[Finding]:
    """A finding for each operation, for each type, and for a lost session, of which no finding speaks."""
    spoken = [one.profile_key for one in experiment.findings]

    def is_silent(key: str, operation: str = "") -> bool:
        of_a_type = re.compile(rf"types\.[^.]+\.{re.escape(operation or key)}(\.|$)")
        return not any(one == key or one.startswith(f"{key}.") or of_a_type.match(one) for one in spoken)

    unset = "writes is not set"
    written = "create names no entity of this type, or nothing was there to try it on" if writes else unset
    reading = "no entity was named that exists or may be created"
    types, general = experiment.data.get("types", {}), experiment.data.get("operations", {})
    looked_at = {str(one["type"]): None for one in named}
    operations = {f"operations.{name}": name for name in general}
    for one in looked_at:
        own = [name for name in type_data(one, experiment.data) if name in OPERATIONS and name not in general]
        operations.update({f"types.{one}.{name}": name for name in own})
    silent = [
        (key, written if name in VERBS else reading if name in READING or writes else unset)
        for key, name in operations.items()
        if is_silent(key, name)
    ]
    silent += [
        (f"types.{one}.{claim}", written)
        for one in looked_at
        for claim in beside_operations(experiment, one)
        if is_silent(f"types.{one}.{claim}")
    ]
    if experiment.has_session and is_silent("session.lost"):
        silent.append(("session.lost", "no request was seen to show an entity, with which to ask"))
    silent += [(f"types.{one}", "no entity of this type was named") for one in types if one not in looked_at]
    return [Finding(key, NOT_LOOKED_AT, came=why) for key, why in silent]


def beside_operations(experiment: Experiment, type_name: str) -> list[str]:
    """What a type says of its entities beside its operations, as far as it takes a write to see it."""
    of_type = experiment.profile.type(type_name)
    apart = [place_in_type(of_type, name) for name in (*of_type.parts, *of_type.states)]
    return [*(["version"] if of_type.version.place else []), *apart]
