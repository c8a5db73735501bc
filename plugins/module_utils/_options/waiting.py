# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The options that say how long is waited for a write to show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._text.records import record
from ..errors import ConfigurationError

HIGHEST = 86400
"""Seconds, a day; sockets and sleep take no times without bounds."""


@record
class Waiting:
    """How long a write may take to show. Times in seconds; asked: the user said how long."""

    enabled: bool = True
    timeout: float = 30.0
    interval: float = 1.0
    asked: bool = False

    def __post_init__(self) -> None:
        """Raises ConfigurationError for times that are no possible times to wait."""
        for name, value, lowest in (("timeout", self.timeout, 0), ("interval", self.interval, 0.001)):
            if not lowest <= value <= HIGHEST:
                raise ConfigurationError("wait for writes", f"wait_{name} is not between {lowest} and {HIGHEST}")

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Waiting:
        """As the options of a module say."""
        timeout = values["wait_timeout"]
        asked = timeout is not None
        return cls(values["wait"], timeout if asked else cls.timeout, values["wait_interval"], asked)
