# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attribute paths: how rules, changes and secrets name a place in an entity.

A path is names joined by dots: ``contact.email``. ``[]`` after a name stands for each element of a list:
``countries[].status``. A dot, bracket or backslash that belongs to a name has a backslash before it. In a change the
brackets hold the key of the element, ``countries[code="FR"].status``; rules always say ``[]``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from enum import Enum
from functools import lru_cache, reduce
from typing import Any

_NAME = r"(?:[^.\[\]\\]|\\.)+(?:\[\])*"
"""A name of a path, with ``[]`` for each list in it."""
PATH = re.compile(rf"{_NAME}(?:\.{_NAME})*", re.DOTALL)


class _Absent(Enum):
    """An enumeration, since its member stays the same object when it is copied or pickled."""

    ABSENT = "(absent)"

    def __repr__(self) -> str:
        return self.value


LEAVES = (str, int, float, type(None))
"""Types of values in which nothing stands. Walks ask for them first: an abstract class takes ten times as long."""
MAPPINGS = (dict, Mapping)
"""Mappings, those first that nearly all are, as for LEAVES."""

ABSENT = _Absent.ABSENT
"""The value of an attribute that does not exist; None is an attribute that exists and is null. Never part of a
result."""


@lru_cache(maxsize=10_000)  # asked for each attribute of each entity, and there are few
def child(path: str, name: str) -> str:
    """The path of an attribute inside the mapping at ``path``, which is empty for the entity itself."""
    escaped = re.sub(r"([.\[\]\\])", r"\\\1", name)
    return f"{path}.{escaped}" if path else escaped


def dotted_path(names: Iterable[str]) -> str:
    """The path of the attribute to which these names lead; the reverse of names_of()."""
    return reduce(child, names, "")


@lru_cache(maxsize=10_000)  # asked as child() is
def top(path: str) -> str:
    """The name of the top-level attribute in which a path of a rule lies."""
    return names_of(re.match(r"(?:[^.\[\]\\]|\\.)*", path, re.DOTALL)[0])[0]  # type: ignore[index]


@lru_cache(maxsize=10_000)  # asked as child() is
def names_of(path: str) -> tuple[str, ...]:
    """The names on the way to a path without elements: ``a.b`` is a, then b."""
    parts = re.findall(r"(?:[^.\\]|\\.)+", path, re.DOTALL)
    return tuple(re.sub(r"\\(.)", r"\1", part, flags=re.DOTALL) for part in parts)


def value_at(value: Any, names: Sequence[str], nothing: Any = None) -> Any:
    """The value to which these names lead in nested mappings; ``nothing`` where there is none."""
    for name in names:
        value = value.get(name, nothing) if isinstance(value, MAPPINGS) else nothing
    return value


def with_value(base: Mapping[str, Any], names: Sequence[str], value: Any) -> dict[str, Any]:
    """A copy of nested mappings with another value at the place to which these names lead; ABSENT removes the one
    there."""
    name, *rest = names
    if rest:
        inner = base.get(name)
        value = with_value(inner if isinstance(inner, Mapping) else {}, rest, value)
    if value is ABSENT:
        return {key: one for key, one in base.items() if key != name}
    return {**base, name: value}


def replace(value: Any, paths: Collection[str], replacement: Any, path: str = "") -> Any:
    """A copy of a value in which the values at these paths are replaced, or left out with ABSENT; the value itself
    where there is no path. replacement: the new value, or a function of the old value and its path."""
    if not paths or isinstance(value, LEAVES):
        return value

    def replaced(inner: Any, at: str) -> Any:
        if at not in paths:
            return replace(inner, paths, replacement, at)
        return replacement(inner, at) if callable(replacement) else replacement

    if isinstance(value, Mapping):
        named = {name: replaced(inner, child(path, str(name))) for name, inner in value.items()}
        return {name: inner for name, inner in named.items() if inner is not ABSENT}
    if isinstance(value, (list, tuple)):
        elements = [replaced(inner, f"{path}[]") for inner in value]
        return [inner for inner in elements if inner is not ABSENT]
    return value


def without(entity: Mapping[str, Any], paths: Collection[str], path: str = "") -> dict[str, Any]:
    """A copy of an entity without the values at these paths, and without the mappings that are empty for lack of them.
    path: of the entity, where it is part of another one."""
    kept = {}
    for name, value in entity.items():
        at = child(path, name)
        if at not in paths:
            inner = without(value, paths, at) if isinstance(value, Mapping) else replace(value, paths, ABSENT, at)
            if inner != {} or value == {}:
                kept[name] = inner
    return kept


def places(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every attribute name in a value, at any depth, with the path of the rules that speak of it: (path, name)."""
    if isinstance(value, LEAVES):
        return
    if isinstance(value, Mapping):
        for name, inner in value.items():
            at = child(path, str(name))
            yield at, name
            yield from places(inner, at)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from places(inner, f"{path}[]")
