# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a profile says of single attributes: references, and the rules by which they are compared."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .._text.json_forms import Json
from .._text.nested_paths import ABSENT
from .._text.records import record
from .template import fill_text

RULES: Mapping[str, str] = {
    "ignored": "ignore",
    "immutable": "create_only",
    "read_only": "read_only",
    "write_only": "write_only",
    "hidden": "hidden",
    "volatile": "volatile",
    "set": "sets",
    "at_least": "at_least",
    "exact": "exact",
    "rewritten": "rewritten",
}
"""Settings of an attribute that are true or false, with the comparison rule that lists its path."""
VALUED = ("cleared_by", "masked", "omitted")
"""Settings of an attribute with a value, which are rules of the same name: by path what is said."""
ALL = "*"
"""Stands for every attribute."""


@record
class Reference:
    """An attribute that holds the id of another entity. many: it holds a list of ids. text: the text by which the
    server finds that entity, a template over its attributes, for operations with ``texts_at``; empty where the id has
    to be found first."""

    attribute: str
    type: str
    many: bool = False
    text: str = ""


def entity_path(template: str) -> str:
    """The path of a template that is one name of the entity: ``site.id`` of ``{entity.site.id}``."""
    return template[len("{entity.") : -1]


def references_of(attributes: Json) -> dict[str, Reference]:
    """The references among the attributes."""
    return {
        path: Reference(path, **{"many": False, **said["ref"]}) for path, said in attributes.items() if "ref" in said
    }


def places_of(attributes: Json) -> dict[str, str]:
    """By attribute the path at which an answer holds it, where that is another one."""
    said = {path: one.get("read") for path, one in attributes.items()}
    return {path: entity_path(read) for path, read in said.items() if isinstance(read, str)}


def element_forms_of(attributes: Json) -> dict[str, Any]:
    """By attribute the form of the elements of a list as a server shows it, where that is another one: a list with a
    template, or such a list for each kind of element."""
    return {path: said["read"] for path, said in attributes.items() if not isinstance(said.get("read", ""), str)}


def rule_layer(attributes: Json, key: Collection[str] = ()) -> dict[str, Any]:
    """What is said of the attributes as a layer of comparison rules: for each rule the paths that it holds for.
    key: its attributes. A task declares them, so none is the server's alone, whatever holds for all types."""
    layer: dict[str, Any] = {rule: [] for rule in RULES.values()}
    for path, said in attributes.items():
        for setting, rule in RULES.items():
            if said.get(setting) and not (setting == "read_only" and path in key):
                layer[rule].append(path)
    layer["keyed"] = {path: list(names_said(said["keyed"])) for path, said in attributes.items() if said.get("keyed")}
    layer["normalise"] = {
        path: [name if isinstance(name, str) else f"prefix:{name['prefix']}" for name in said["normalise"]]
        for path, said in attributes.items()
        if said.get("normalise")
    }
    for setting in VALUED:
        layer[setting] = {path: said[setting] for path, said in attributes.items() if setting in said}
    return {rule: held for rule, held in layer.items() if held}


def names_said(said: Any) -> tuple[str, ...]:
    """Names, of which one may be said without a list."""
    return (said,) if isinstance(said, str) else tuple(said)


def with_inputs(layer: Json, inputs: Mapping[str, str]) -> Json:
    """A layer of comparison rules in which the names of inputs are replaced. A prefix that is not given is none."""
    filled = {
        path: [one for one in (fill_text(name, {"inputs": inputs}) for name in names) if one is not ABSENT]
        for path, names in layer.get("normalise", {}).items()
    }
    return {**layer, "normalise": filled} if filled else layer


def marked(attributes: Json, setting: str) -> tuple[str, ...]:
    """The paths of the attributes for which a setting is true."""
    return tuple(path for path, said in attributes.items() if said.get(setting))
