# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""References that stand among attributes, ``{ref: {type, key}}`` in the place of a value, and lists of references."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Callable, Optional

from ..errors import ConfigurationError
from .nested_paths import ABSENT, child

Data = Mapping[str, Any]


def mention(value: Any) -> Optional[Data]:
    """The reference that stands in the place of a value; None where the value is no reference."""
    if not (isinstance(value, Mapping) and value.keys() == {"ref"}):
        return None
    reference = value["ref"]
    return reference if isinstance(reference, Mapping) and "type" in reference else None


def replaced(value: Any, change: Callable[[str, Data], Any], path: str = "") -> Any:
    """A copy of a value with something else in place of each reference; with nothing for ABSENT. change: takes the
    place, with the numbers of elements (``items[0].ownerId``), and the reference."""
    reference = mention(value) if path else None
    if reference is not None:
        return change(path, reference)
    if isinstance(value, Mapping):
        inner = {name: replaced(one, change, child(path, str(name))) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one is not ABSENT}
    if isinstance(value, (list, tuple)):
        elements = [replaced(one, change, f"{path}[{number}]") for number, one in enumerate(value)]
        return [one for one in elements if one is not ABSENT]
    return value


def mentions(attributes: Data) -> dict[str, Data]:
    """Each reference that stands among the attributes, by its place."""
    found: dict[str, Data] = {}
    replaced(attributes, found.setdefault)
    return found


def rule_path(place: str) -> str:
    """The path under which rules speak of a place: ``items[].ownerId`` of ``items[0].ownerId``."""
    return re.sub(r"(?<!\\)\[\d+\]", "[]", place)


def with_lists_among_attributes(data: Data) -> Data:
    """What is declared, with each list of references as an attribute whose elements are references. Raises
    ConfigurationError where the attribute is declared, too."""
    refs, attributes = data.get("refs") or {}, data.get("attributes") or {}
    lists = {name: held for name, held in refs.items() if isinstance(held, (list, tuple))}
    if not lists:
        return data
    twice = sorted(lists.keys() & attributes.keys())
    if twice:
        raise ConfigurationError(
            "read what is declared", f"{', '.join(twice)} stands in refs and in attributes", "Keep it in refs."
        )
    return {
        **data,
        "refs": {name: held for name, held in refs.items() if name not in lists},
        "attributes": {**attributes, **{name: [{"ref": one} for one in held] for name, held in lists.items()}},
    }


def lists_again(attributes: Data) -> tuple[dict[str, list[Data]], dict[str, Any]]:
    """The attributes that are lists of references, as ``refs`` declares them, and the other attributes."""
    lists = {
        name: [one["ref"] for one in held]
        for name, held in attributes.items()
        if isinstance(held, list) and held and all(mention(one) is not None for one in held)
    }
    return lists, {name: held for name, held in attributes.items() if name not in lists}
