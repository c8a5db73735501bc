# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The names that templates of a profile hold, and whether the place where they stand knows them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ...module_utils._profile.template import FUNCTIONS, names_in, path_steps
from ...module_utils._text.json_forms import Json
from ...module_utils._transport.addressing import ADDRESS

EVERYWHERE = ("inputs", "url", "type", "request_id", "reason", "change_reference", "initiator")
"""The first words of the names that each request of a type knows."""
OF_TYPE = ("name", "path")
TEMPLATES = ("path", "query", "headers", "json", "form", "with")


def unknown_names(path: str, template: Any, known: Collection[str], inputs: Collection[str]) -> Iterator[str]:
    """Names that a template holds and that its place does not know."""
    if isinstance(template, Mapping):
        for key, inner in template.items():
            yield from unknown_names(path, key, known, inputs)
            yield from unknown_names(f"{path}.{key}", inner, known, inputs)
        return
    for name, function in names_in(template):
        if function is not None and function not in FUNCTIONS:
            yield f"{path} names the function {function}, and there are only {', '.join(FUNCTIONS)}"
        try:
            first, *rest = path_steps(name)
        except ValueError:
            yield f"{path} names {{{name}}}, which is no path"
            continue
        word = rest[0] if rest else None
        if first not in known:
            allowed = ", ".join(f"{{{one}}}" for one in known) or "no name"
            yield f"{path} names {{{name}}}, and what is replaced there is {allowed}"
        elif first == "inputs" and word not in inputs:
            yield f"{path} names {{{name}}}, and inputs declares no {word}"
        elif first == "type" and word not in OF_TYPE:
            yield f"{path} names {{{name}}}, and a type has {' and '.join(OF_TYPE)}"


def request_mistakes(path: str, said: Json, known: Collection[str], data: Json) -> Iterator[str]:
    """Mistakes in one request: names, and bodies that exclude each other."""
    for part in TEMPLATES:
        if part in said:
            yield from unknown_names(f"{path}.{part}", said[part], known, data.get("inputs", {}))
            yield from _addresses(f"{path}.{part}", said[part], part)
    if "json" in said and "form" in said:
        yield f"{path} has both json and form"


def _addresses(path: str, template: Any, part: str) -> Iterator[str]:
    """Names that stand for an address and are not the whole of a path."""
    whole = template if part == "path" else ""
    for name, function in names_in(template):
        if function == ADDRESS and whole != f"{{{name}|{ADDRESS}}}":
            yield f"{path} names {{{name}|{ADDRESS}}}, which can only be the whole of a path"
