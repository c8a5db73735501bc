# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module does, said once for the two ways to run it: by the action plugin, in the controller's process, and as
a module on another host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Callable

from .._options.context import Context, Values

NAME = "rimops.insight."
LOGGED_FROM = 3
"""The verbosity from which each request is shown."""
REQUEST_LOG = "request_log"
"""Where a result brings along the requests that were shown on another host."""
HANDED_OVER = "handed_over"
"""Where the data of a profile brings along a HandOver: Ansible passes a module nothing but its options."""


@dataclass(frozen=True)
class HandOver:
    """What the controller gives a module on another host beside its options. held_back: as in Context. ends_in: the
    seconds after which the task ends, and nobody ends the module; 0 where it may go on."""

    held_back: Sequence[Mapping[str, str]] = ()
    ends_in: float = 0


def hand_over(values: Values, beside: HandOver) -> dict[str, Any]:
    """The options with what goes beside them, where there is anything."""
    if "profile" not in values or beside == HandOver():
        return dict(values)
    return {**values, "profile": {**values["profile"], HANDED_OVER: asdict(beside)}}


def handed_over(values: Values) -> tuple[Values, HandOver]:
    """The options, and what came beside them."""
    profile = values.get("profile")
    if not isinstance(profile, Mapping) or HANDED_OVER not in profile:
        return values, HandOver()
    own = {name: value for name, value in profile.items() if name != HANDED_OVER}
    return {**values, "profile": own}, HandOver(**profile[HANDED_OVER])


def shows_all(_result: Mapping[str, Any]) -> bool:
    """Marks no result as secret."""
    return False


@dataclass(frozen=True, eq=False)
class Command:
    """A module's argument specification and the function behind it, which returns the result of the task and
    raises InsightError. files: options that may name a file on the controller. hides: whether a result is secret as a
    whole; only the controller can mark it so. ours: what of its result is no secret, as a shape of ``redact_within``.
    in_background: whether it may run under async, where Ansible keeps the result as it is. writes: whether it may
    change entities. keeps_overrides: its values hold ``profile_overrides`` as they were given, beside the profile with
    them."""

    name: str
    spec: Mapping[str, Mapping[str, Any]]
    run: Callable[[Values, Context], dict[str, Any]]
    files: Sequence[str] = ()
    constraints: Mapping[str, Any] = field(default_factory=dict)
    hides: Callable[[Mapping[str, Any]], bool] = shows_all
    ours: Mapping[str, Any] = field(default_factory=dict)
    in_background: bool = True
    writes: bool = True
    keeps_overrides: bool = False
