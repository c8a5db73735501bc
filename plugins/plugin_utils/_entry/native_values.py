# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Converts Ansible's tagged values to plain Python values."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from ...module_utils._text.spelling import check_options


def plain(value: Any) -> Any:
    """The same value made of plain Python: no tags, no lazy templates, vault strings decrypted, dates as ISO text
    (what Ansible makes of a date when it hands it to a module). A name that is no text stays what it is."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {_name(name): plain(element) for name, element in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(element) for element in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    return _text(value)


def plain_options(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of options as plain Python values. Raises ConfigurationError where YAML has read a name in a mapping
    as a number or a boolean: as a text, its original spelling would be lost."""
    made: dict[str, Any] = plain(values)
    check_options(made)
    return made


def _name(value: Any) -> Any:
    """A name as text, also a day, which is spelt as it was written."""
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, (bool, datetime.datetime)) or value is None:
        return value
    return plain(value)


def _text(value: Any) -> str:
    """str() alone may give a tagged text: of Ansible's unsafe text, and of what a vault string decrypts to."""
    return str.__str__(value if isinstance(value, str) else str(value))
