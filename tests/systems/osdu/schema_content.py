# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the schema service does to a schema: it resolves references, and compares versions."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

from systems.osdu.refusals import Refused

if TYPE_CHECKING:
    from collections.abc import Callable


class Resolver:
    """Puts the schemas that a schema refers to into its definitions: what is read is not what was written."""

    def __init__(self, find: Callable[[str, str], dict[str, Any] | None]) -> None:
        self._find = find

    def resolved(self, schema: dict[str, Any], partition: str, settled: bool) -> dict[str, Any]:
        """The schema with its references resolved. settled: none of them may be in development. Raises Refused."""
        result = copy.deepcopy(schema)
        definitions = dict(result.get("definitions") or {})
        for id_ in self._rewritten(result):
            found = self._find(id_, partition)
            if found is None:
                raise Refused(400, f"Invalid input, {id_} not registered but provided as reference", "Bad request")
            if settled and found["schemaInfo"]["status"] == "DEVELOPMENT":
                raise Refused(400, f"Invalid input, {id_} is in development stage", "Bad request")
            referred = copy.deepcopy(found["schema"])
            definitions |= referred.pop("definitions", None) or {}
            definitions[id_] = referred
        if definitions:
            result["definitions"] = definitions
        return result

    def _rewritten(self, part: Any) -> list[str]:
        """The ids of what a part refers to; its references become such to definitions."""
        found: list[str] = []
        if isinstance(part, list):
            for item in part:
                found += self._rewritten(item)
        elif isinstance(part, dict):
            for key, value in part.items():
                if key.lower() != "$ref" or not isinstance(value, str):
                    found += self._rewritten(value)
                elif value.startswith("https"):
                    raise Refused(400, f"Invalid Request, {value} not resolvable", "Bad request")
                elif not value.startswith("#"):
                    found.append(value)
                    part[key] = f"#/definitions/{value}"
        return found


def breaks(old: dict[str, Any], new: dict[str, Any]) -> str:
    """What the newer version breaks: a property that is gone or has another type, one more that is required."""
    before, after = old.get("properties") or {}, new.get("properties") or {}
    for name, property_ in before.items():
        if name not in after:
            return f"property {name} was removed"
        if property_.get("type") != after[name].get("type"):
            return f"property {name} has another type"
    more = sorted(set(new.get("required") or []) - set(old.get("required") or []))
    return f"{', '.join(more)} became required" if more else ""
