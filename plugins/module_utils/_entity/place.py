# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a walk through an entity is, and what the rules say there."""

from __future__ import annotations

from .._text.nested_paths import child
from .._text.records import record
from .rules import Rules


@record
class Place:
    """Where the walk is. names: the normalisations in force; fixed: under a create-only rule."""

    path: str
    rule: str
    rules: Rules
    names: frozenset[str]
    fixed: bool = False

    @classmethod
    def root(cls, rules: Rules) -> Place:
        return cls("", "", rules, frozenset(rules.normalise.get("*", ())))

    def child(self, name: str) -> Place:
        return self._inner(child(self.path, name), child(self.rule, name))

    def element(self, label: str = "") -> Place:
        return self._inner(f"{self.path}[{label}]", f"{self.rule}[]")

    def _inner(self, path: str, rule: str) -> Place:
        more = self.rules.normalise.get(rule)
        names = self.names.union(more) if more else self.names
        return Place(path, rule, self.rules, names, self.fixed or rule in self.rules.create_only)

    @property
    def is_unordered(self) -> bool:
        return self.rule in self.rules.sets or self.rule in self.rules.keyed
