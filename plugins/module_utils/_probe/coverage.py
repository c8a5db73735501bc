# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a probe did not look at, so that its silence is no verdict."""

from __future__ import annotations

from collections.abc import Sequence

from .._text.json_forms import Json
from .experiment import Experiment
from .findings import NOT_LOOKED_AT, Finding

READS = ("read", "find", "list")


def not_looked_at(experiment: Experiment, named: Sequence[Json], writes: bool) -> list[Finding]:
    """A finding for each operation, for each type, and for a lost session, of which no finding speaks."""
    spoken = [one.profile_key for one in experiment.findings]

    def is_silent(key: str) -> bool:
        return not any(one == key or one.startswith(f"{key}.") or f".{key}" in one for one in spoken)

    reading = "no entity was named that exists or may be created"
    silent = [
        (f"operations.{name}", reading if name in READS or writes else "writes is not set")
        for name in experiment.data.get("operations", {})
    ]
    silent += [("session.rejected", "no request was seen to show an entity, with which to ask")]
    looked_at = {str(one["type"]) for one in named}
    types = [(f"types.{name}", "no entity of this type was named") for name in experiment.data.get("types", {})]
    silent = [(key, why) for key, why in silent if is_silent(key)]
    silent += [(key, why) for key, why in types if key.partition(".")[2] not in looked_at]
    return [Finding(key, NOT_LOOKED_AT, came=why) for key, why in silent]
