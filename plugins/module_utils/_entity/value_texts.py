# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Values of attributes within a message."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from .._text.nested_paths import ABSENT
from .._text.redaction import printable

LONGEST = 200
LONGEST_LIST = 600


def listed(values: Iterable[tuple[str, Any]]) -> str:
    """Values by path in a message, on one line and not too long."""
    text = printable("; ".join(f"{path}: {shown_values(value)}" for path, value in values))
    return text if len(text) <= LONGEST_LIST else f"{text[:LONGEST_LIST]}..."


def shown_values(value: Any) -> str:
    """A value in a message, on one line and not too long."""
    text = "null" if value is ABSENT else printable(json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."
