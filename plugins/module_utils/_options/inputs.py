# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Inputs: the values that a profile asks its user for beside credentials, such as a realm, a tenant or a partition.

They belong to the address of the system: a session, a token, a plan, a journal and what was learnt of one partition are
never used for another.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._profile.model import Profile
from .._text.json_forms import canonical, is_number, number_text
from .._text.redaction import LIKE_A_TOKEN, know, printable
from ..errors import ConfigurationError

SECRET = "(secret)"


def inputs_of(given: Mapping[str, Any], profile: Profile) -> dict[str, str]:
    """The inputs of a profile, with its defaults. Raises ConfigurationError for one that the profile does not declare,
    one that is missing, and one that is no single value."""
    what, declared = f"use profile {profile.name}", profile.inputs
    named = f"It declares: {', '.join(declared)}." if declared else "It declares none: leave inputs out."
    unknown = sorted(str(name) for name in given if name not in declared)
    if unknown:
        raise ConfigurationError(what, f"it has no input {', '.join(unknown)}", named)
    inputs = {}
    for name, said in declared.items():
        value = given.get(name)
        value = said.get("default") if value in (None, "") else value
        if value in (None, ""):
            if said.get("required"):
                raise ConfigurationError(what, f"its input {name} is not given", f"Set inputs: {{{name}: ...}}.")
            continue
        inputs[name] = _text(what, name, value)
        if said.get("secret"):
            know([inputs[name]], LIKE_A_TOKEN)
    return inputs


def _text(what: str, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return number_text(value)
    if not isinstance(value, str) or not value.isprintable():
        raise ConfigurationError(what, f"its input {name} is not a text on one line, or a number")
    return value


def system_of(url: str, inputs: Mapping[str, str], profile: Profile) -> str:
    """What identifies a system: its url and all inputs; those that are secret by their name only."""
    shown = {name: SECRET if profile.inputs[name].get("secret") else value for name, value in inputs.items()}
    if not shown:
        return url
    return printable(f"{url} ({', '.join(f'{name}={canonical(shown[name])}' for name in sorted(shown))})")
