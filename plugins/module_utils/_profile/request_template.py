# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A request as a template: method, path, query, headers and body, with names that stand for values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Optional

from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, LEAVES, without
from .predicate import Predicate, predicate_of
from .template import TemplateNames, fill, names_in


@dataclass(frozen=True, eq=False)
class RequestTemplate:
    """One request. path: begins with a slash where it begins at ``url``, else at the profile's base path. json, form,
    query: templates, ABSENT where there is none. left_out: paths that are taken out of the body (or of the query of a
    request without body); added: members that are put into it. busy: the answers of a server that is busy and did not
    carry it out; None for those of the profile."""

    method: str
    path: str
    query: Any = ABSENT
    headers: Json = field(default_factory=dict)
    json: Any = ABSENT
    form: Any = ABSENT
    left_out: tuple[str, ...] = ()
    added: Json = field(default_factory=dict)
    busy: Optional[Predicate] = None

    @classmethod
    def of(cls, data: Json) -> RequestTemplate:
        """From the profile's data."""
        values = {name: value for name, value in data.items() if name in cls.__dataclass_fields__}
        busy = {"busy": predicate_of(data["busy"])} if "busy" in data else {}
        return cls(left_out=tuple(data.get("without", ())), added=data.get("with", {}), **{**values, **busy})

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that it uses: ``key.code``, ``id``."""
        parts = (self.path, self.query, self.headers, self.json, self.form, self.added)
        return frozenset(name for part in parts for name, _function in names_in(part))

    def uses(self, name: str) -> bool:
        """Whether it uses a name, or something within it."""
        return any(one == name or one.startswith((f"{name}.", f"{name}[")) for one in self.names)

    @property
    def has_body(self) -> bool:
        """Whether it sends a body."""
        return self.json is not ABSENT or self.form is not ABSENT

    def content(self, names: TemplateNames) -> tuple[Any, Any, Any]:
        """Query, JSON body and form with their names replaced; ABSENT where there is none."""
        query, json, form = (fill(part, names) for part in (self.query, self.json, self.form))
        if self.json is not ABSENT:
            json = self._shaped(json, names)
        elif self.form is not ABSENT:
            form = self._shaped(form, names)
        else:
            query = self._shaped(query, names)
        return settled(query), settled(json), settled(form)

    def filled_headers(self, names: TemplateNames) -> dict[str, Any]:
        """The headers with their names replaced, without those that lack a value."""
        headers = fill(self.headers, names)
        return {} if headers is ABSENT else settled(headers)

    def _shaped(self, content: Any, names: TemplateNames) -> Any:
        """A body without what is left out, with what is added."""
        if isinstance(content, Mapping) and self.left_out:
            content = without(content, frozenset(self.left_out))
        added = fill(self.added, names) if self.added else ABSENT
        if added is ABSENT:
            return content
        return merged(content if isinstance(content, Mapping) else {}, added)


def merged(base: Json, over: Json) -> dict[str, Any]:
    """Two mappings in one, member by member; those of ``over`` win."""
    result = dict(base)
    for name, value in over.items():
        held = result.get(name)
        result[name] = merged(held, value) if isinstance(value, Mapping) and isinstance(held, Mapping) else value
    return result


def settled(value: Any) -> Any:
    """A filled template in which no value is left to be asked for."""
    if isinstance(value, LEAVES):
        return value
    if callable(value):
        value = value()
    if isinstance(value, Mapping):
        inner = {name: settled(one) for name, one in value.items()}
        return {name: one for name, one in inner.items() if one is not ABSENT}
    if isinstance(value, (list, tuple)):
        return [one for one in map(settled, value) if one is not ABSENT]
    return value
