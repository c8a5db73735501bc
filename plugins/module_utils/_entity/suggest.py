# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which rule of comparing would settle that a server stored something else than it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain, combinations
from typing import Any, Optional

from .._text.nested_paths import ABSENT
from .._text.spelling import json_text, unquoted
from .compare import differs
from .masks import hides
from .normalise import NORMALISATIONS, is_blank
from .rules import Rules, rules

NO_RULE = (
    "No compare rule makes them equal: the server keeps something else. "
    "Declare what it keeps, or leave the attribute out."
)
NOT_SHOWN = "If it takes the attribute and never shows it, move it to secret_attributes."
SECRET = " if the server takes it and never shows it; a secret belongs into secret_attributes"


def settling(sent: Any, stored: Any, rule: str, given: Rules) -> Optional[Mapping[str, Any]]:
    """The layer of rules that makes the two values at a rule's path equal, the one that overlooks least; None where
    no rule does."""
    layers = _candidates(sent, stored, rule)
    return next((one for one in layers if not differs(sent, stored, rule, rules(given.as_layer(), one))), None)


def suggestion(sent: Any, stored: Any, rule: str, given: Rules) -> str:
    """The ``compare`` option that makes the two values at a rule's path equal, or a sentence that says none does."""
    layer = settling(sent, stored, rule, given) or _unmasking(sent, stored, rule, given)
    if layer is None:
        return f"{NO_RULE} {NOT_SHOWN}" if sent is not None and hides(sent, stored) else NO_RULE
    return f"compare: {_flow(layer)}" + (SECRET if "hidden" in layer else "")


def _unmasking(sent: Any, stored: Any, rule: str, given: Rules) -> Optional[Mapping[str, Any]]:
    """The rule for an attribute that the server shows as a mask, so that it is unknown whether it was stored."""
    layer = {"hidden": [rule]}
    is_settled = stored is not None and not differs(sent, stored, rule, rules(given.as_layer(), layer))
    return layer if is_settled else None


def _candidates(sent: Any, stored: Any, rule: str) -> Iterator[Mapping[str, Any]]:
    """Rules that could help, those that overlook least first."""
    if is_blank(sent):
        yield {"normalise": {rule: ["blank_as_null"]}}
    if stored is ABSENT:
        yield {"hidden": [rule]}
    if isinstance(sent, (list, tuple)):
        yield {"sets": [rule]}
        first = sent[0] if sent and isinstance(sent[0], Mapping) else {}
        for name in sorted(first, key=lambda name: not isinstance(first[name], str)):  # keys are mostly text
            yield {"keyed": {rule: [name]}}
    # Numbers are no dates here, whatever day they would fall on.
    names = [name for name in NORMALISATIONS if isinstance(sent, str) or not name.startswith("date_")]
    for chosen in chain(combinations(names, 1), combinations(names, 2)):
        yield {"normalise": {rule: list(chosen)}}


def _flow(value: Any) -> str:
    """The value as YAML in one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_flow(name)}: {_flow(inner)}" for name, inner in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    is_plain = re.fullmatch("[A-Za-z_][A-Za-z0-9_.-]*", value) and unquoted(value) == value
    return value if is_plain else json_text(value)
