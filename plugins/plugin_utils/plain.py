# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The border between Ansible's values and ours."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any


def plain(value: Any) -> Any:
    """The same value made of plain Python: no tags, no lazy templates, vault strings decrypted, dates as ISO text
    (what Ansible makes of a date when it hands it to a module)."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {_text(name): plain(element) for name, element in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(element) for element in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    return _text(value)


def _text(value: Any) -> str:
    """str() alone may give a tagged text: of Ansible's unsafe text, and of what a vault string decrypts to."""
    return str.__str__(value if isinstance(value, str) else str(value))
