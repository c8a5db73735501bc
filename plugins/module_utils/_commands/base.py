# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a module does, said once for its two doors: the action plugin, in the controller's process, and the module,
on another host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Callable

from .._options.context import Context, Values

NAME = "rimops.insight."
LOGGED_FROM = 3
"""The verbosity from which each request is told."""
REQUEST_LOG = "request_log"
"""Where a result brings along what was told on another host."""


def shows_all(_result: Mapping[str, Any]) -> bool:
    """Hides no result."""
    return False


@dataclass(frozen=True)
class Command:
    """A module's argument specification and the function behind it, which returns the result of the task and
    raises InsightError. files: options that may name a file on the controller. hides: whether a result is secret as a
    whole; only the controller can mark it so. ours: what of its result is no secret, as a shape of ``mask_within``.
    in_background: whether it may run under async, where Ansible keeps the result as it is. writes: whether it may
    change entities."""

    name: str
    spec: Mapping[str, Mapping[str, Any]]
    run: Callable[[Values, Context], dict[str, Any]]
    files: Sequence[str] = ()
    constraints: Mapping[str, Any] = field(default_factory=dict)
    hides: Callable[[Mapping[str, Any]], bool] = shows_all
    ours: Mapping[str, Any] = field(default_factory=dict)
    in_background: bool = True
    writes: bool = True
