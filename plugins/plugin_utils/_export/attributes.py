# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which attributes of an entity a manifest declares, and why it does not declare the others."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ...module_utils._entity.address import Entity, rules_of
from ...module_utils._entity.compare import compare_loosely
from ...module_utils._entity.rules import Rules
from ...module_utils._profile.model import EntityType, at
from ...module_utils._text.json_forms import canonical, in_full
from ...module_utils._text.nested_paths import ABSENT, child, replace
from ...module_utils._text.records import record
from ...module_utils._text.redaction import redact
from ...module_utils.errors import InsightError
from .._files.yaml_text import yaml_lines
from .gather import Seen
from .naming import not_a_reference

OWN = "the server gives it"
READ_ONLY = "it is read-only (read_only)"
VOLATILE = "the server changes it by itself (volatile)"
WRITE_ONLY = "the server does not show it as it is (write_only)"
EVIDENCE = "it takes the reason, the change reference or the initiator of a write (evidence_fields)"
NO_ID = "it should refer to one entity, and holds no id"
NO_NAME = "it has no name"
LIKE_A_SECRET = "a mapping with nothing but secret in it means a secret in a manifest"
UNWRITABLE = (
    "it holds what no manifest can: a number with very many digits, half of a surrogate pair, or a very long name"
)
NESTED = "it is nested too deeply for a manifest"
HOLDS_SECRET = "it holds the text of a secret"
UNEQUAL = "declared without what is left out of it, it would count as changed"
MOST_LEVELS = 40
"""Levels of mappings and lists inside an attribute. A manifest nests no deeper than 50."""
SHORT_NAME = 99
"""Characters of a name that is not too long for YAML, whatever they are."""


@record
class SecretMark:
    """Stands where a secret does. path: of the attribute."""

    path: str


@dataclass(eq=False)
class Declared:
    """What is declared of an entity. attributes: by name, with marks for secrets. left_out: path, and why."""

    attributes: dict[str, Any] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)


def declared_of(one: Seen, secrets: frozenset[str]) -> Declared:
    """What to declare of an entity beside its key and references. secrets: texts that no attribute may hold."""
    rules, declared = rules_of(one.type), Declared()
    left_out = declared.left_out
    left_out.update(dict.fromkeys(not_a_reference(one), NO_ID))
    named = {*one.named_by, *one.references}
    whys = _whys(one.type, rules)

    def leave_out(_held: Any, path: str) -> Any:
        left_out[path] = whys[path]
        return ABSENT

    beside = {name: value for name, value in one.entity.items() if name not in named}
    kept = _without_emptied(replace(beside, whys, leave_out), beside)
    marked = _marked(kept, one.type.secrets)
    doubtful = _wrong(marked, secrets) != ""
    for name, value in sorted(marked.items()):
        wrong = _wrong({name: value}, secrets) if doubtful else ""
        if wrong:
            left_out[child("", name) if name else '""'] = wrong
        else:
            declared.attributes[name] = _stable(value, child("", name), rules)
    for name in _unequal(declared.attributes, one.entity, rules):
        del declared.attributes[name]
        left_out[child("", name)] = UNEQUAL
    return declared


def _whys(entity_type: EntityType, rules: Rules) -> dict[str, str]:
    """The paths of attributes that are left out, and why."""
    return {
        **dict.fromkeys(rules.write_only, WRITE_ONLY),
        **dict.fromkeys(rules.volatile, VOLATILE),
        **dict.fromkeys(rules.read_only, READ_ONLY),
        **dict.fromkeys(entity_type.evidence_fields.values(), EVIDENCE),
        **dict.fromkeys(entity_type.identifiers, OWN),
    }


def _without_emptied(value: Any, before: Any) -> Any:
    """A copy without the mappings that are empty now, and were not before."""
    if not (isinstance(value, Mapping) and isinstance(before, Mapping)):
        return value
    inner = {name: _without_emptied(one, before[name]) for name, one in value.items()}
    return {name: one for name, one in inner.items() if one != {} or before[name] == {}}


def _marked(value: Any, paths: tuple[str, ...]) -> Any:
    """A copy with marks for the secrets that there are. A list that holds some is one secret as a whole."""
    lists = {path.partition("[]")[0]: path for path in paths}

    def mark(held: Any, path: str) -> Any:
        if isinstance(held, list) and "[]" in lists[path] and not _holds_some(held, path, paths):
            return held
        return ABSENT if held is None or held is False else SecretMark(path)

    return replace(value, lists, mark)


def _holds_some(held: list[Any], path: str, paths: tuple[str, ...]) -> bool:
    found: list[Any] = []
    inner = [one.removeprefix(path) for one in paths if one.startswith(f"{path}[]")]
    replace(held, inner, lambda one, _path: found.append(one))
    return any(one not in (None, False) for one in found)


def _wrong(attributes: Mapping[str, Any], secrets: frozenset[str]) -> str:
    """Why these attributes cannot be declared; empty where they certainly can."""
    if "" in attributes:
        return NO_NAME
    try:
        text = json.dumps(attributes, ensure_ascii=False, allow_nan=False, default=lambda _mark: None)
        text.encode("utf-8")
        wrong = next(_wrong_in(attributes, 0), "")
    except ValueError:
        return UNWRITABLE
    return wrong or (HOLDS_SECRET if redact(text, [secrets]) != text else "")


def _wrong_in(value: Any, level: int) -> Iterator[str]:
    """Why a value cannot be declared. Raises ValueError for what no YAML holds."""
    if level > MOST_LEVELS:
        yield NESTED
    elif isinstance(value, dict):
        if value.keys() == {"secret"} and level:
            yield LIKE_A_SECRET
        for name, inner in value.items():
            if len(name) > SHORT_NAME:
                list(yaml_lines({name: None}))
            yield from _wrong_in(inner, level + 1)
    elif isinstance(value, list):
        for inner in value:
            yield from _wrong_in(inner, level + 1)
    elif isinstance(value, float):
        _plain(value)


def _plain(value: Any) -> Any:
    """The value with numbers as Python has them. Raises ValueError for one that has more digits than that."""
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    if in_full(value) is not value:
        raise ValueError("digits would be lost")
    return float(value) if isinstance(value, float) else value


def _stable(value: Any, path: str, rules: Rules) -> Any:
    """The value with its names sorted, and the elements of lists whose order does not matter."""
    if isinstance(value, Mapping):
        return {name: _stable(inner, child(path, name), rules) for name, inner in sorted(value.items())}
    if isinstance(value, list):
        elements = [_stable(inner, f"{path}[]", rules) for inner in value]
        if path not in rules.keyed and path not in rules.sets:
            return elements
        key = rules.keyed.get(path, ())
        return sorted(elements, key=lambda one: (canonical([at(one, name) for name in key]), canonical(one)))
    return _plain(value)


def _unequal(attributes: Mapping[str, Any], entity: Entity, rules: Rules) -> list[str]:
    """The attributes that would not compare as equal with the entity itself. Those that are as they were read do."""

    def differ(some: Mapping[str, Any]) -> bool:
        try:
            comparison = compare_loosely(with_marks(some, lambda _mark: ABSENT), entity, rules)
        except InsightError:
            return True
        return bool(comparison.changes or comparison.mistyped)

    own = {name: value for name, value in attributes.items() if rules.keyed or value != entity[name]}
    return [name for name, value in own.items() if differ({name: value})] if differ(own) else []


def with_marks(value: Any, change: Callable[[SecretMark], Any]) -> Any:
    """A copy with something else in the place of each mark, or nothing for ABSENT."""
    if isinstance(value, SecretMark):
        return change(value)
    if isinstance(value, Mapping):
        inner = {name: with_marks(one, change) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one is not ABSENT}
    return [with_marks(one, change) for one in value] if isinstance(value, list) else value
