# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What no JSON Schema says of the life of an entity in a profile: its version, its
soft deletion, its new key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils._profile.operation import OPERATIONS
from ...module_utils._profile.parts import REQUESTS
from ...module_utils._profile.template import names_in, path_steps
from ...module_utils._profile.version import Version
from ...module_utils._text.json_forms import Json
from .profile_names import EVERYWHERE, TEMPLATES, request_mistakes


def life_mistakes(wholes: Mapping[str, Json], data: Json) -> Iterator[str]:
    """Mistakes in what is said of the life of entities. wholes: the types by name, over what holds for all types; data:
    the profile."""
    for name, whole in wholes.items():
        yield from _version(f"types.{name}", whole, "version" in data)
        yield from _verbs(f"types.{name}", whole, data.get("operations", {}))
        yield from _verifications(f"types.{name}", whole, data)
    if "version" in data and not any(_naming(whole, "version") for whole in wholes.values()):
        yield f"version {UNUSED}"


UNUSED = "has no effect, since no request names {version}"


def _requests(whole: Json) -> Iterator[tuple[str, Any]]:
    """The requests of a type, its parts and its states, each with its path."""
    for operation in OPERATIONS:
        said = whole.get(operation)
        yield from ((operation, one) for one in (said if isinstance(said, list) else [said]))
    for part, said in whole.get("parts", {}).items():
        yield from ((f"parts.{part}.{one}", said.get(one)) for one in ("read", *REQUESTS))
    for path, said in whole.get("attributes", {}).items():
        for verb, one in said.get("transitions", {}).items():
            yield f"attributes.{path}.transitions.{verb}.request", one["request"]


def _naming(whole: Json, wanted: str) -> list[str]:
    """The paths of the requests of a type that use a name, or something within it."""

    def uses(said: Any) -> bool:
        names = names_in([said.get(part) for part in TEMPLATES]) if isinstance(said, Mapping) else ()
        return any(path_steps(name)[0] == wanted for name, _function in names)

    return [path for path, said in _requests(whole) if uses(said)]


def _version(path: str, whole: Json, of_all: bool) -> Iterator[str]:
    """Mistakes in the version of a type. of_all: what the profile says holds for all types."""
    version, naming = Version.of(whole.get("version")), _naming(whole, "version")
    if naming and not version.place:
        yield f"{path}.{naming[0]} names {{version}}, and the type has no version"
    if version.place and not naming and not of_all:
        yield f"{path}.version {UNUSED}"
    if naming and version.place.startswith("header.") and "read" not in whole:
        yield f"{path}.version is a header, which only a read shows, and there is no read"


def _verbs(path: str, whole: Json, of_all: Json) -> Iterator[str]:
    """Mistakes in how the entities of a type are restored and renamed. of_all: the operations of all types."""
    restore = whole.get("restore")
    if restore is not None and "soft_deleted" not in whole and "restore" not in of_all:
        yield f"{path}.restore has no effect without soft_deleted"
    if restore == "create" and "create" not in whole:
        yield f"{path}.restore is create, and there is no create"
    if "rename" in whole and not whole.get("key", {}).get("attributes") and "rename" not in of_all:
        yield f"{path}.rename has no effect without attributes of a key"
    elif "rename" in whole and "rename" not in _naming(whole, "key"):
        yield f"{path}.rename names nothing of the new key"


OF_ENTITY = ("id", "key", "entity", "refs", "parent", "version", "value")
"""The names that a verification knows, beside those known everywhere."""


def _verifications(path: str, whole: Json, data: Json) -> Iterator[str]:
    """Mistakes in how the secrets of a type are verified."""
    for attribute, said in whole.get("attributes", {}).items():
        one, at = said.get("verify"), f"{path}.attributes.{attribute}.verify"
        if one is None:
            continue
        yield from request_mistakes(at, one, (*EVERYWHERE, *OF_ENTITY), data)
        if not said.get("secret") or "[]" in attribute:
            yield f"{at} has no effect, since the attribute is not secret, or stands within the elements of a list"
        if not any(name == "value" for name, _function in names_in([one.get(part) for part in TEMPLATES])):
            yield f"{at} names no {{value}}, so it would answer the same for each secret"


def errors_mistakes(said: Any) -> Iterator[str]:
    """Keys of the places of errors that have no effect."""
    for number, one in enumerate(said if isinstance(said, list) else [said]):
        path = f"errors[{number}]" if isinstance(said, list) else "errors"
        yield from (
            f"{path}.{key} has no effect without message"
            for key in ("field", "code")
            if key in one and "message" not in one
        )
