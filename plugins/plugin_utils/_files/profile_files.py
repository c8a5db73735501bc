# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Profiles, read where the files are: on the controller."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Callable

import yaml

try:
    from yaml import CSafeLoader as SafeLoader
except ImportError:
    from yaml import SafeLoader  # type: ignore[assignment]

from ...module_utils._options.context import Decrypt, without_vault
from ...module_utils._profile.json_schema import check
from ...module_utils._profile.merging import merge, overlaid
from ...module_utils._text.atomic_files import read_regular
from ...module_utils._text.spelling import check_names
from ...module_utils.errors import ConfigurationError, SchemaError

FOLDER = Path(__file__).resolve().parents[2] / "profiles"

FindFile = Callable[[str], str]
"""Finds a file as Ansible searches ``files/``; returns its path."""


VAULT = "$ANSIBLE_VAULT;"
"""How a file begins that ansible-vault has encrypted."""


def decrypted(text: str, what: str, name: str, decrypt: Decrypt) -> str:
    """The text of a file, which may be encrypted by ansible-vault as a whole. Raises ConfigurationError."""
    if not text.startswith(VAULT):
        return text
    try:
        return decrypt(text)
    except Exception as error:
        hint = "Give the vault password with which it was encrypted."
        raise ConfigurationError(what, f"{name} cannot be decrypted", hint) from error


def _load(path: Path, what: str, decrypt: Decrypt = without_vault) -> Any:
    try:
        text = decrypted(read_regular(path).decode("utf-8"), what, str(path), decrypt)
        return yaml.load(text, Loader=SafeLoader)
    except OSError as error:
        raise ConfigurationError(what, f"{path} cannot be read ({error.strerror})") from error
    except (yaml.YAMLError, ValueError) as error:  # ValueError: no UTF-8, or a date such as 2026-02-30
        mark = getattr(error, "problem_mark", None)
        place = f", line {mark.line + 1}" if mark else ""
        raise ConfigurationError(what, f"{path} is not valid YAML{place}") from error


BUILT_IN = sorted(path.stem for path in FOLDER.glob("*.yml"))
"""The profiles that the collection brings."""


@cache
def built_in(name: str) -> Mapping[str, Any]:
    """A profile of the collection, whole. It is not checked here: a test does that once for everybody."""
    data = _load(FOLDER / f"{name}.yml", f"load profile {name}")
    whole: Mapping[str, Any] = overlaid(built_in(data.pop("extends")) if "extends" in data else {}, data)
    return whole


def mapping_from(value: Any, what: str, find_file: FindFile, decrypt: Decrypt = without_vault) -> Mapping[str, Any]:
    """A mapping given inline, or as the name of a YAML or JSON file."""
    if isinstance(value, str):
        try:
            path = Path(find_file(value))
        except Exception as error:
            raise ConfigurationError(
                what, f"no file {value} was found", "Files are searched as in a role's or playbook's files/ folder."
            ) from error
        value = _load(path, what, decrypt)
    if not isinstance(value, Mapping):
        raise ConfigurationError(what, "a mapping was expected, or the name of a file that holds one")
    check_names(value, what)
    return value


def profile_data(
    profile: Any, overrides: Any, find_file: FindFile, decrypt: Decrypt = without_vault
) -> Mapping[str, Any]:
    """The data of the profile that the options name: built in, from a file or inline, overrides merged over it. The
    items of a loop, which say the same in one process, get the same object.

    Raises ConfigurationError for an unknown profile and SchemaError (the path in it, the rule) for an invalid one.
    """
    if profile in BUILT_IN and not overrides:
        return built_in(profile)
    said = json.dumps([profile, overrides], default=str)
    if said not in _PROFILES:
        _PROFILES[said] = _read_profile(profile, overrides, find_file, decrypt)
    return _PROFILES[said]


_PROFILES: dict[str, Mapping[str, Any]] = {}


def _read_profile(profile: Any, overrides: Any, find_file: FindFile, decrypt: Decrypt) -> Mapping[str, Any]:
    if isinstance(profile, str) and profile in BUILT_IN:
        base: Mapping[str, Any] = built_in(profile)
        what = f"use profile {profile} with profile_overrides"
    else:
        what = f"use profile {profile}" if isinstance(profile, str) else "use the profile given inline"
        if isinstance(profile, str) and not profile.endswith((".yml", ".yaml", ".json")):
            raise ConfigurationError(
                what,
                "there is no such profile",
                f"Built in are: {', '.join(BUILT_IN)}. A file ends in .yml, .yaml or .json.",
            )
        base = mapping_from(profile, what, find_file, decrypt)
        if "extends" in base:
            if base["extends"] not in BUILT_IN:
                raise ConfigurationError(
                    what,
                    f"it extends {base['extends']}, and there is no such profile",
                    f"There are: {', '.join(BUILT_IN)}.",
                )
            base = overlaid(built_in(base["extends"]), {key: value for key, value in base.items() if key != "extends"})
    over = mapping_from(overrides, "use profile_overrides", find_file, decrypt) if overrides else {}
    data: Mapping[str, Any] = overlaid(overlaid({}, base), over)
    check_profile(data, what)
    return data


@cache
def profile_schema() -> Mapping[str, Any]:
    """The JSON Schema of profiles."""
    schema: Mapping[str, Any] = json.loads((FOLDER / "profile.schema.json").read_text(encoding="utf-8"))
    return schema


def check_profile(given: Mapping[str, Any], what: str) -> None:
    """Raise SchemaError unless this is a valid profile. given: with the nulls by which a type takes away what holds for
    all types."""
    from . import profile_checks
    from .earlier_format import earlier_key
    from .quick_schema import fits

    data = merge({}, given)
    if not fits(profile_schema(), data):
        hint = earlier_key(data) or "Correct the profile or its overrides there."
        check(profile_schema(), data, what, hint, ours=True)
    for wrong in profile_checks.mistakes(given):
        raise SchemaError(what, wrong, "Correct the profile or its overrides there.")
