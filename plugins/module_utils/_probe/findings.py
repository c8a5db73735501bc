# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the probe found, and the overrides that follow from it: pure functions over the data of a profile."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Optional

from .._profile.merging import NAMED, VALUES
from .._profile.operation import BASIS
from .._text.json_forms import Json
from .._text.redaction import printable
from .request_candidates import REQUEST

AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED = "as_profile", "differs", "not_found", "not_tried"
SEEN, NOT_LOOKED_AT = "seen", "not_looked_at"
"""Verdict on a behaviour that needs no key of the profile, or on one that was not examined since the task names nothing
to examine it with."""
UNTRIED = "untried"
"""Verdict on what differs, where what was learned is not offered since the whole cycle was not seen to work with it."""
LONGEST = 200
"""Characters of a text in a finding."""


@dataclass(frozen=True)
class Finding:
    """The result for one key of the profile. expected: the value in the profile; came: what the server did; override:
    to merge into the profile, None where nothing is to be changed or the right value is unknown."""

    profile_key: str
    verdict: str
    expected: str = ""
    came: str = ""
    override: Optional[Json] = None

    def as_result(self) -> dict[str, Any]:
        """The finding as a JSON value without what it does not say."""
        stated = {
            "profile_key": self.profile_key,
            "verdict": self.verdict,
            "expected": self.expected,
            "came": self.came,
            "override": self.override,
        }
        return {name: value for name, value in stated.items() if value not in (None, "")}


def brief(value: Any) -> str:
    """A value of a profile, or a text, in one short line."""
    if value is None:
        return "nothing"
    text = printable(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}..."


def nested(path: Sequence[str], value: Any) -> dict[str, Any]:
    """Mappings in which only one path is set; the value may be None, which takes a key of a profile away."""
    for name in reversed(path):
        value = {name: value}
    result: dict[str, Any] = value
    return result


def difference(before: Any, after: Any, inside: str = "") -> dict[str, Any]:
    """The overrides that make one profile of the other: what is new or another, and None for what is gone. inside: the
    key of these mappings."""
    changed: dict[str, Any] = {name: None for name in before if name not in after}
    for name, value in after.items():
        old = before.get(name)
        whole = name in VALUES and inside not in NAMED
        if isinstance(old, Mapping) and isinstance(value, Mapping) and not whole:
            inner = difference(old, value, name)
            if inner:
                changed[name] = inner
        elif name not in before or old != value:
            changed[name] = value
    return changed


def _only(part: Json, name: str) -> Json:
    return {name: part[name]} if name in part else {}


def compared(path: Sequence[str], before: Any, after: Any, came: str) -> list[Finding]:
    """A finding for each key of a part of a profile that the server contradicted, or one that says that it contradicted
    none. came: the server's answer to the request as the profile has it; for keys about answers the form of the answers
    is given instead."""
    key = ".".join(path)
    if not isinstance(before, Mapping) or not isinstance(after, Mapping):
        differs = Finding(key, DIFFERS, brief(before), came, nested(path, after))
        return [differs if before != after else Finding(key, AS_PROFILE, came=came)]
    names = [name for name in {**before, **after} if name not in BASIS and before.get(name) != after.get(name)]
    if not names:
        return [Finding(key, AS_PROFILE, came=came)]
    return [
        Finding(
            f"{key}.{name}",
            DIFFERS,
            brief(before.get(name)),
            came if name in (*REQUEST, "paging") else brief(after.get(name)),
            nested(path, difference(_only(before, name), _only(after, name))),
        )
        for name in names
    ]
