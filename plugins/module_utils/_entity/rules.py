# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of comparing: what the profile and the user say about how attributes are compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .._profile.attributes import VALUED
from .._text.nested_paths import PATH, child
from .._text.records import evolve
from ..errors import ConfigurationError
from .normalise import NORMALISATIONS, PREFIX

WHAT = "read the comparison rules"
PATH_HINT = 'A path is names joined by dots, with [] for each element of a list: contact.email, "countries[].status".'


@dataclass(frozen=True)
class Rules:
    """How the attributes of one entity type are compared. Paths are those of ``paths``.

    ignore: not compared and, on an update, not sent; sent on create.
    create_only: compared; a difference on an entity that exists is an error.
    read_only: the server's alone; declaring one is an error, and it is never sent.
    write_only: never shown by the server, or shown as something else: never compared.
    hidden: compared where the server shows it, not observable where it shows nothing or a mask.
    volatile: changed by the server on its own account: not compared, never sent, no collateral.
    at_least: lists in which elements may be that are not declared. exact: mappings that hold nothing else than what is
    declared.
    rewritten: comes back in another form than that in which it was sent; see ``plan_with_memory``.
    sets: lists whose order does not matter. keyed: lists of mappings whose elements are matched by these attributes.
    normalise: path, or ``*`` for all, to the normalisations that hold there and for everything inside.
    secret: hidden wherever they appear; no rule of comparing.
    cleared_by: path to the value that says null to the server.
    masked: path of a secret to the ``values`` that the server shows in its place, and whether ``send_back`` of one is
    allowed. omitted: path of a secret to what an update without it does to it: ``keeps``, ``clears`` or ``unknown``.
    """

    ignore: frozenset[str] = frozenset()
    create_only: frozenset[str] = frozenset()
    read_only: frozenset[str] = frozenset()
    write_only: frozenset[str] = frozenset()
    hidden: frozenset[str] = frozenset()
    volatile: frozenset[str] = frozenset()
    sets: frozenset[str] = frozenset()
    at_least: frozenset[str] = frozenset()
    exact: frozenset[str] = frozenset()
    rewritten: frozenset[str] = frozenset()
    keyed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    normalise: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    secret: frozenset[str] = frozenset()
    cleared_by: Mapping[str, Any] = field(default_factory=dict)
    masked: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    omitted: Mapping[str, str] = field(default_factory=dict)
    uncompared: frozenset[str] = field(init=False, repr=False)
    unsent: frozenset[str] = field(init=False, repr=False)
    forbidden: frozenset[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # The attributes by which elements are matched stay, read-only or not: the server finds its elements by them.
        keys = {child(f"{path}[]", name) for path, names in self.keyed.items() for name in names}
        object.__setattr__(self, "uncompared", (self.ignore | self.volatile) - keys)
        object.__setattr__(self, "unsent", (self.read_only | self.volatile | self.write_only) - keys)
        object.__setattr__(self, "forbidden", self.read_only - keys)

    @property
    def unshown(self) -> frozenset[str]:
        """The paths at which the value is never shown to the user."""
        return self.write_only | self.secret

    def as_layer(self) -> Mapping[str, Any]:
        """The rules as a layer of ``rules()``."""
        lists = {name: tuple(getattr(self, name)) for name in LISTS}
        valued = {name: getattr(self, name) for name in VALUED}
        return {**lists, **valued, "keyed": self.keyed, "normalise": self.normalise}


def holding_ids(rules: Rules, paths: Iterable[str]) -> Rules:
    """The rules where the attributes at these paths hold ids, as numbers or as texts."""
    ids = tuple(paths)
    if not ids:
        return rules
    normalise = dict(rules.normalise)
    for path in ids:
        normalise[path] = tuple(dict.fromkeys((*normalise.get(path, ()), "number_as_text")))
    return evolve(rules, normalise=normalise)


LISTS = (
    *("ignore", "create_only", "read_only", "write_only", "hidden", "volatile"),
    *("sets", "at_least", "exact", "rewritten"),
)
MAPPINGS = ("keyed", "normalise")


def rules(*layers: Mapping[str, Any], secret: Collection[str] = ()) -> Rules:
    """Merge layers of rules, from general to particular; null stands for a rule that is not given. secret: paths."""
    lists: dict[str, frozenset[str]] = {name: frozenset() for name in LISTS}
    keyed: dict[str, tuple[str, ...]] = {}
    normalise: dict[str, tuple[str, ...]] = {}
    valued: dict[str, dict[str, Any]] = {name: {} for name in VALUED}
    for layer in layers:
        given = _checked(layer)
        for name in LISTS:
            lists[name] |= frozenset(given.get(name, ()))
        lists["sets"] -= frozenset(given.get("keyed", {}))
        for name in VALUED:
            valued[name].update(given.get(name, {}))
        keyed = {path: names for path, names in keyed.items() if path not in given.get("sets", ())}
        keyed.update({path: tuple(names) for path, names in given.get("keyed", {}).items()})
        for path, names in given.get("normalise", {}).items():
            normalise[path] = tuple(dict.fromkeys((*normalise.get(path, ()), *names)))
    _texts("attributes", list(secret), paths=True)
    own: dict[str, Any] = {**lists, **valued, "keyed": keyed, "normalise": normalise, "secret": frozenset(secret)}
    return Rules(**own)


def _checked(layer: Any) -> Mapping[str, Any]:
    """The layer without its nulls. Raises ConfigurationError for what no rule can be."""
    if not isinstance(layer, Mapping):
        raise ConfigurationError(WHAT, f"they are {type(layer).__name__}, not a mapping", _listing(LISTS + MAPPINGS))
    given = {name: value for name, value in layer.items() if value is not None}
    for name, value in given.items():
        if name in LISTS:
            _texts(name, value, paths=True)
        elif name not in (*MAPPINGS, *VALUED):
            raise ConfigurationError(WHAT, f"there is no rule {name!r}", _listing(LISTS + MAPPINGS))
        elif not isinstance(value, Mapping):
            raise ConfigurationError(WHAT, f"{name} is not a mapping of paths to lists")
        else:
            _texts(name, list(value), paths=True)
            for path, names in value.items() if name in MAPPINGS else ():
                _texts(f"{name}.{path}", names)
    _check_meaning(given)
    return given


NOT_FOR_ALL = {
    "date_as_day": "It would make numbers equal too. Name the attributes that are dates.",
    "decimal": "It would make versions equal too, 1.1 and 1.10. Name the attributes that are numbers.",
}
"""Normalisations that no rule for all attributes can name, and what to do."""


def _check_meaning(given: Mapping[str, Any]) -> None:
    """Raise ConfigurationError for rules that have the right form and cannot be meant."""
    for path, names in given.get("normalise", {}).items():
        for name in names:
            if name not in NORMALISATIONS and not name.startswith(PREFIX):
                why = f"normalise.{path} names {name!r}, which is no normalisation"
                raise ConfigurationError(WHAT, why, _listing(sorted(NORMALISATIONS)))
            if path == "*" and name in NOT_FOR_ALL:
                raise ConfigurationError(WHAT, f"normalise.* names {name}", NOT_FOR_ALL[name])
    for path, names in given.get("keyed", {}).items():
        if not names:
            raise ConfigurationError(WHAT, f"keyed.{path} names no attribute", "Name those that tell elements apart.")
    for path in sorted(set(given.get("sets", ())) & set(given.get("keyed", {}))):
        raise ConfigurationError(WHAT, f"{path} is in sets and in keyed", "Leave it in one of them.")


def _texts(name: str, value: Any, paths: bool = False) -> None:
    if not isinstance(value, (list, tuple)) or not all(isinstance(text, str) for text in value):
        raise ConfigurationError(WHAT, f"{name} is not a list of texts")
    for text in value:
        if paths and not PATH.fullmatch(text):
            raise ConfigurationError(WHAT, f"{name} holds {text!r}, which is no attribute path", PATH_HINT)


def _listing(names: Iterable[str]) -> str:
    return f"There are: {', '.join(names)}."
