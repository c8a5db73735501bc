# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What action base and module entry need to know of an argument specification."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from typing import Any

from ansible.module_utils.basic import env_fallback

from .._options.shared import SHARED, environment_name
from .base import Command


def argument_spec(command: Command) -> dict[str, dict[str, Any]]:
    """The command's specification with environment fallbacks for those shared options whose variable is set: Ansible
    looks each fallback up again for each item of a loop."""
    fallbacks = {
        name: {"fallback": (env_fallback, [environment_name(name)])}
        for name in SHARED
        if SHARED[name]["type"] != "dict" and os.environ.get(environment_name(name))
    }
    return {name: {**option, **fallbacks.get(name, {})} for name, option in command.spec.items()}


def secret_values(spec: Mapping[str, Mapping[str, Any]], values: Mapping[str, Any]) -> set[str]:
    """Every text that the options marked ``no_log`` hold."""
    found: set[str] = set()
    for name, option in spec.items():
        value = values.get(name)
        if option.get("no_log"):
            found.update(_texts(value))
        elif option.get("options"):
            for inner in value if isinstance(value, list) else [value]:
                found.update(secret_values(option["options"], inner) if isinstance(inner, Mapping) else ())
    return found


def _texts(value: Any) -> Iterator[str]:
    """Each value within, as text, but for nulls and booleans."""
    if isinstance(value, Mapping):
        for element in value.values():
            yield from _texts(element)
    elif isinstance(value, (list, tuple)):
        for element in value:
            yield from _texts(element)
    elif value is not None and not isinstance(value, bool):
        yield str(value)
