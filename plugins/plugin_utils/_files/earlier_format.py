# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The keys of profiles of format 1, which is not read any more, and what is written in their place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils._text.json_forms import Json

PAGE = "docs/profile_language.md, chapter From format 1 to format 2"

OPERATION = r"operations\.\*"
INSTEAD: tuple[tuple[str, str], ...] = (
    ("headers", "session.carry.headers"),
    ("id_attribute|types\\.\\*\\.id_attribute", "id: {at: NAME}"),
    ("uuid_attribute|types\\.\\*\\.uuid_attribute", "attributes: {NAME: {identifier: true}}"),
    ("query_for_at", "texts_at of the operations that find and create"),
    ("(types\\.\\*\\.)?compare", "attributes: {NAME: {read_only: true}} and the like, a rule under its attribute"),
    ("types\\.\\*\\.references", "attributes: {NAME: {ref: {type: TYPE}}}"),
    ("types\\.\\*\\.operations", "read, find, create, update, delete and list directly under the type"),
    ("oauth\\.refresh_token_after_use", "oauth.after_use: keeps, revokes or unknown"),
    ("session\\.kind", "nothing for bearer, which is the default; session.steps for csrf_cookie"),
    ("session\\.start", "a step under session.steps, and session.take for the CSRF token"),
    ("session\\.login", "a step under session.steps"),
    ("session\\.rejected", "session.lost, a list of alternatives"),
    ("session\\.logout\\.(method|path|body|success)", "session.logout.NAME, a mapping of requests"),
    (f"{OPERATION}\\.body", 'json or query: "{key}", "{declared}", "{changed}" or "{whole}"'),
    (f"{OPERATION}\\.references", "texts_at where they go out as text, and nothing where as id"),
    (f"{OPERATION}\\.(addressed_by|id_field)", "with: {NAME: VALUE}"),
    (f"{OPERATION}\\.request_at", 'json: {NAME: "{declared}"}'),
    (f"{OPERATION}\\.missing\\.(status|empty)", "missing: [{status: 404}, {empty: true}], a list of alternatives"),
    (f"{OPERATION}\\.conflict\\.status", "conflict: [{status: 409}], a list of alternatives"),
    (f"{OPERATION}\\.(entities|id_at)", "entity, a place such as body.items, or a place for each attribute"),
    (f"{OPERATION}\\.paging\\.(kind|page|limit)", 'the parameters in the request: query: {page: "{page}"}'),
    (f"{OPERATION}\\.safe", "nothing: read, find and list are safe"),
)
"""The place of a key of format 1, and what is written for it in format 2."""


def _places(value: Any, path: str, depth: int) -> Iterator[str]:
    """The paths of a mapping, a * where names stand that the author of the profile chose."""
    for name, inner in value.items() if isinstance(value, Mapping) and depth else ():
        shown = "*" if path in ("types", "operations", "types.*.operations") else str(name)
        here = f"{path}.{shown}" if path else shown
        yield here
        yield from _places(inner, here, depth - 1)


def earlier_key(data: Json) -> str:
    """A sentence on the first key of format 1 in a profile and what is written for it; empty where there is none."""
    for place in _places(data, "", 6):
        for pattern, instead in INSTEAD:
            if re.fullmatch(pattern, place):
                return f"{place} is of format 1. In its place write {instead}: see {PAGE}."
    return f"Format 1 is not read any more: see {PAGE}." if data.get("format") == 1 else ""
