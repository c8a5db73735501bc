# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Templates: texts, lists and mappings of a profile in which ``{name}`` stands for a value.

A text that is only ``{name}`` becomes the value itself, with its type. ``{name|function}`` changes the value first, and
``{{`` is a brace. A name is a path: ``entity.site.id``, ``rows[0]``, ``rows[].id`` for each element, ``sites.*`` for
each value of a mapping, ``["a.b"]`` for a name with a dot.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Callable, Optional, Union
from urllib.parse import unquote

from .._text.json_forms import canonical_text, is_number, number_text
from .._text.nested_paths import ABSENT, MAPPINGS
from ..errors import ConfigurationError

STEP = re.compile(r"""\.?([^.\[\]{}|"]+)|\[(\d*)\]|\.?\["((?:[^"\\]|\\.)*)"\]""")
_PATH = r"""(?:[^{}|"]|"(?:[^"\\]|\\.)*")+"""
PART = re.compile(rf"(\{{\{{)|\{{({_PATH})(?:\|(\w+))?\}}")
"""A brace that is meant, or a name with the function behind it."""
EACH, VALUES = object(), "*"
"""Steps of a path: each element of a list, each value of a mapping."""

PathStep = Union[str, int, object]
TemplateNames = Mapping[str, Any]
"""What a template may name. A value that is a function is called when it is asked for."""


def _json_patch(value: Any) -> Any:
    """A mapping as the JSON Patch (RFC 6902) that gives each of its members a value."""
    escaped = ((name.replace("~", "~0").replace("/", "~1"), one) for name, one in value.items())
    return [{"op": "replace", "path": f"/{name}", "value": one} for name, one in escaped]


FUNCTIONS: Mapping[str, tuple[str, Callable[[Any], Any]]] = {
    "address": ("a text", str),
    "base64": ("a text", lambda value: base64.b64encode(value.encode()).decode()),
    "json": ("", canonical_text),
    "json_patch": ("a mapping", _json_patch),
    "lower": ("a text", str.lower),
    "percent_decoded": ("a text", unquote),
    "single_quoted": ("a text", lambda value: "'{}'".format(value.replace("'", "''"))),
    "unquoted": ("a text", lambda value: value.strip('"')),
    "unless_null": ("", lambda value: value),
}
"""The closed list: the kind of value that a function takes, and the function. Null stays null, but for the last one:
with it null counts as a value that is not there.
``address`` is the whole of a path: an address that the server gave."""
KINDS: Mapping[str, Any] = {"a text": str, "a mapping": Mapping, "": object}


@lru_cache(maxsize=4096)
def path_steps(path: str) -> tuple[PathStep, ...]:
    """The steps of a path. Raises ValueError where it is none."""
    steps: list[PathStep] = []
    position = 0
    while position < len(path):
        found = STEP.match(path, position)
        if not found or (position == 0 and path[0] == "."):
            raise ValueError(f"{path!r} is no path")
        name, number, quoted = found.groups()
        if name is not None:
            steps.append(name)
        elif quoted is not None:
            steps.append(re.sub(r"\\(.)", r"\1", quoted))
        else:
            steps.append(int(number) if number else EACH)
        position = found.end()
    return tuple(steps)


def at_steps(value: Any, steps: tuple[PathStep, ...]) -> Any:
    """What stands there; ABSENT where nothing does. A path over elements gives a list, without the elements in which
    nothing stands."""
    for number, step in enumerate(steps):
        value = value() if callable(value) else value
        rest = steps[number + 1 :]
        if step is EACH:
            return _over(value, rest) if isinstance(value, (list, tuple)) else ABSENT
        if isinstance(step, int):
            held = value[step : step + 1] if isinstance(value, (list, tuple)) else ()
            value = held[0] if held else ABSENT
        elif step == VALUES:
            return _over(list(value.values()), rest) if isinstance(value, Mapping) else ABSENT
        else:
            value = value.get(step, ABSENT) if isinstance(value, MAPPINGS) else ABSENT
    return value() if callable(value) else value


def _over(values: Any, rest: tuple[PathStep, ...]) -> list[Any]:
    found = [at_steps(one, rest) for one in values]
    return [one for one in found if one is not ABSENT]


def at_path(value: Any, path: str) -> Any:
    """What stands at a path of a JSON value; ABSENT where nothing does. The empty path is the value itself."""
    return at_steps(value, path_steps(path)) if path else value


TextPart = Union[str, tuple[str, Optional[str]]]


@lru_cache(maxsize=4096)
def text_parts(text: str) -> tuple[TextPart, ...]:
    """A text in its parts: texts, and names with their functions."""
    parts: list[TextPart] = []
    position = 0
    for found in PART.finditer(text):
        parts.append(text[position : found.start()] + ("{" if found[1] else ""))
        if found[2]:
            parts.append((found[2], found[3]))
        position = found.end()
    parts.append(text[position:])
    return tuple(part for part in parts if part != "")


def names_in(template: Any) -> Iterator[tuple[str, Optional[str]]]:
    """Every name in a template at any depth, keys included, with its function."""
    if isinstance(template, str):
        yield from (part for part in text_parts(template) if not isinstance(part, str))
    elif isinstance(template, Mapping):
        for key, inner in template.items():
            yield from names_in(key)
            yield from names_in(inner)
    elif isinstance(template, (list, tuple)):
        for inner in template:
            yield from names_in(inner)


def fill(template: Any, names: TemplateNames) -> Any:
    """The template with its names replaced; ABSENT where it lacks a value. What lacks a value is left out of mappings
    and lists, and so is a mapping or list that only such values would have filled."""
    if isinstance(template, str):
        return fill_text(template, names)
    if isinstance(template, MAPPINGS):
        pairs = [(fill(key, names), fill(inner, names)) for key, inner in template.items()]
        filled = {str(key): inner for key, inner in pairs if key is not ABSENT and inner is not ABSENT}
        return filled if filled or not template else ABSENT
    if isinstance(template, (list, tuple)):
        elements = [one for one in (fill(inner, names) for inner in template) if one is not ABSENT]
        return elements if elements or not template else ABSENT
    return template


def fill_text(template: str, names: TemplateNames) -> Any:
    """As fill(), of a text."""
    parts = text_parts(template)
    if len(parts) == 1:
        only = parts[0]
        return only if isinstance(only, str) else value_of(only, names)
    texts = [part if isinstance(part, str) else text_of(value_of(part, names), part[0]) for part in parts]
    return ABSENT if None in texts else "".join(one for one in texts if one is not None)


def value_of(part: tuple[str, Optional[str]], names: TemplateNames) -> Any:
    """The value of a name, changed by the function behind it; ABSENT where there is none."""
    name, function = part
    value = at_path(names, name)
    if function == "unless_null" and value is None:
        return ABSENT
    if function is None or value is ABSENT or value is None:
        return value
    kind, call = FUNCTIONS[function]
    if not isinstance(value, KINDS[kind]):
        raise ConfigurationError(f"fill in {{{name}|{function}}}", f"its value is not {kind}")
    return call(value)


def text_of(value: Any, name: str) -> Optional[str]:
    """A value within a text, as JSON prints it; None where there is none. Raises ConfigurationError for a mapping or
    list. name: the value's, for the error."""
    if value is ABSENT or value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if is_number(value):
        return number_text(value)
    raise ConfigurationError(
        f"fill in {{{name}}}", "it holds more than one value and stands within a text", f"Write {{{name}|json}}."
    )
