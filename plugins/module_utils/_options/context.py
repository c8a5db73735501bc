# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the controller provides for a command, beside its options."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Callable, Optional

Values = Mapping[str, Any]


@dataclass(frozen=True)
class Context:
    """How a command is run. warn: tells the user; show: tells the user while the task is still running, None where
    that cannot be done; log: is told of each request, None where nobody listens."""

    check_mode: bool
    diff_mode: bool
    warn: Callable[[str], None]
    show: Optional[Callable[[str], None]] = None
    log: Optional[Callable[[str], None]] = None
