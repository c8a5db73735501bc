# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server may want instead of what the profile says: requests to try, in this order, until one works.

Each is what an operation of a profile says of its request. ``{id_name}`` becomes one of ID_NAMES.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Optional

from .._text.json_forms import Json

READING_WORDS = ("read", "get", "find", "search", "query", "list", "lookup")
"""A POST to a path that ends in one of these reads. Every other POST could write."""

BASE_PATHS = ("/api/v2", "/rest/api/v2", "/api")

REQUEST = ("method", "path", "body", "references", "addressed_by", "id_field", "request_at", "paging")
"""What an operation says of its request; everything else speaks of the answer."""

ID_NAMES = ("id", "entityId", "objectId", "uuid")
WRAPPERS = ("entity", "data", "attributes", "query", "criteria", "filter", "key")
"""Names under which a body may carry what is meant."""

READ: tuple[Json, ...] = (
    {"method": "GET", "path": "{type}/{id}", "body": "none"},
    {"method": "GET", "path": "{type}/{id}/read", "body": "none"},
    {"method": "POST", "path": "{type}/{id}/read", "body": "empty"},
    {"method": "POST", "path": "{type}/{id}/get", "body": "empty"},
    {"method": "GET", "path": "{type}/{id}/get", "body": "none"},
    {"method": "GET", "path": "{type}/read/{id}", "body": "none"},
    {"method": "GET", "path": "{type}/get/{id}", "body": "none"},
    {"method": "GET", "path": "{type}/read?{id_name}={id}", "body": "none"},
    {"method": "GET", "path": "{type}/get?{id_name}={id}", "body": "none"},
    {"method": "GET", "path": "{type}?{id_name}={id}", "body": "none"},
    {"method": "POST", "path": "{type}/read?{id_name}={id}", "body": "empty"},
    {"method": "POST", "path": "{type}/get?{id_name}={id}", "body": "empty"},
    {"method": "POST", "path": "{type}/read", "body": "empty", "id_field": "{id_name}"},
    {"method": "POST", "path": "{type}/get", "body": "empty", "id_field": "{id_name}"},
)

_FINDING = ("read", "find", "search", "query", "lookup", "get", "list")

FIND: tuple[Json, ...] = (
    *({"method": "POST", "path": f"{{type}}/{word}", "body": "key"} for word in _FINDING),
    {"method": "GET", "path": "{type}", "body": "query"},
    *({"method": "GET", "path": f"{{type}}/{word}", "body": "query"} for word in _FINDING),
)

LIST: tuple[Json, ...] = (
    {"method": "POST", "path": "{type}/list", "body": "page"},
    {"method": "GET", "path": "{type}", "body": "query"},
    {"method": "GET", "path": "{type}/list", "body": "query"},
    *({"method": "POST", "path": f"{{type}}/{word}", "body": "page"} for word in ("search", "query", "find", "read")),
    *({"method": "GET", "path": f"{{type}}/{word}", "body": "query"} for word in ("search", "query", "find", "all")),
)

PAGE_SIZES = (
    "size",
    "limit",
    "pageSize",
    "page_size",
    "perPage",
    "per_page",
    "count",
    "max",
    "maxResults",
    "top",
    "rows",
)
PAGE_NUMBERS = ("page", "pageNumber", "page_number", "pageNo", "p")
OFFSETS = ("offset", "start", "skip", "from", "startIndex", "start_index", "startAt")
CURSORS = ("cursor", "after", "next", "pageToken", "page_token", "continuation", "token", "marker")

CREATE: tuple[Json, ...] = (
    {"method": "POST", "path": "{type}/create", "body": "declared"},
    {"method": "POST", "path": "{type}", "body": "declared"},
    {"method": "PUT", "path": "{type}", "body": "declared"},
    {"method": "PUT", "path": "{type}/create", "body": "declared"},
    {"method": "POST", "path": "{type}/new", "body": "declared"},
    {"method": "POST", "path": "{type}/add", "body": "declared"},
    {"method": "POST", "path": "{type}/insert", "body": "declared"},
    {"method": "POST", "path": "{type}/create-or-update", "body": "declared"},
)

UPDATE: tuple[Json, ...] = (
    {"method": "PUT", "path": "{type}/{id}", "body": "whole"},
    {"method": "POST", "path": "{type}/{id}/update", "body": "whole"},
    {"method": "PATCH", "path": "{type}/{id}", "body": "changed"},
    {"method": "PUT", "path": "{type}/{id}/update", "body": "whole"},
    {"method": "POST", "path": "{type}/{id}", "body": "whole"},
    {"method": "POST", "path": "{type}/{id}/edit", "body": "whole"},
    {"method": "POST", "path": "{type}/{id}/save", "body": "whole"},
    {"method": "POST", "path": "{type}/update", "body": "whole", "id_field": "{id_name}"},
    {"method": "PUT", "path": "{type}/update", "body": "whole", "id_field": "{id_name}"},
    {"method": "PUT", "path": "{type}", "body": "whole", "id_field": "{id_name}"},
    {"method": "PATCH", "path": "{type}", "body": "changed", "id_field": "{id_name}"},
    {"method": "POST", "path": "{type}/update?{id_name}={id}", "body": "whole"},
    {"method": "PUT", "path": "{type}?{id_name}={id}", "body": "whole"},
    {"method": "PUT", "path": "{type}/update?{id_name}={id}", "body": "whole"},
    {"method": "POST", "path": "{type}/create-or-update", "body": "whole", "id_field": "{id_name}"},
)

DELETE: tuple[Json, ...] = (
    {"method": "POST", "path": "{type}/{id}/delete", "body": "empty"},
    {"method": "DELETE", "path": "{type}/{id}", "body": "none"},
    {"method": "DELETE", "path": "{type}/{id}/delete", "body": "none"},
    {"method": "POST", "path": "{type}/{id}/remove", "body": "empty"},
    {"method": "POST", "path": "{type}/delete", "body": "empty", "id_field": "{id_name}"},
    {"method": "DELETE", "path": "{type}", "body": "empty", "id_field": "{id_name}"},
    {"method": "DELETE", "path": "{type}?{id_name}={id}", "body": "none"},
    {"method": "DELETE", "path": "{type}/delete?{id_name}={id}", "body": "none"},
    {"method": "POST", "path": "{type}/delete?{id_name}={id}", "body": "empty"},
)

TABLES: Mapping[str, tuple[Json, ...]] = {
    "read": READ,
    "find": FIND,
    "list": LIST,
    "create": CREATE,
    "update": UPDATE,
    "delete": DELETE,
}
WRAPPED = ("find", "create", "update", "read", "delete")
"""Operations whose body may stand one level down."""


def _named(candidate: Json, name: str) -> dict[str, Any]:
    return {key: text.replace("{id_name}", name) if isinstance(text, str) else text for key, text in candidate.items()}


def is_daring(operation: str, candidate: Json) -> bool:
    """Whether a server that overlooks what a write says of the entity could take it for all entities of the type: a
    delete whose address does not name one, and what replaces or changes at the address of the whole type."""
    address = candidate["path"].partition("?")[0]
    if operation == "delete":
        return "{id}" not in address and "{uuid}" not in address
    return address == "{type}" and candidate["method"] in ("PUT", "PATCH", "DELETE")


def base_paths(profile: Json) -> tuple[str, ...]:
    """What may come behind url: what the profile says of other servers of its kind, then what is common."""
    return (*profile.get("other_base_paths", ()), *BASE_PATHS)


@dataclass(frozen=True)
class Hints:
    """What is known already. id_name, uuid_name: the attributes that hold them; wrappers: where answers were seen to
    hold entities, which requests may do as well; daring: whether to try what is_daring() speaks of."""

    id_name: str = "id"
    uuid_name: Optional[str] = None
    wrappers: tuple[str, ...] = ()
    daring: bool = False


def candidates(operation: str, profile: Json, hints: Hints = Hints()) -> Iterator[Json]:
    """The profile's operation as it is, where there is one, then all else that may be meant, each once and whole."""
    about_answer = {name: value for name, value in profile.items() if name not in REQUEST}
    names = tuple(dict.fromkeys((hints.id_name, *ID_NAMES)))
    plain = [dict(profile)] if profile else []
    if profile.get("addressed_by"):
        plain += [{**profile, "addressed_by": name} for name in (hints.uuid_name, hints.id_name) if name]
    for candidate in TABLES[operation]:
        uses_name = any("{id_name}" in str(value) for value in candidate.values())
        whole = {**about_answer, **_references(profile), **candidate}
        plain.extend(_named(whole, name) for name in (names if uses_name else ("",)))
    seen: list[Json] = []
    bodies = [one for one in plain if one.get("body") not in (None, "none", "query", "page")]
    wrapped = [
        {**one, "request_at": wrapper}
        for one in bodies
        for wrapper in dict.fromkeys((*hints.wrappers, *WRAPPERS))
        if operation in WRAPPED and (one["body"] != "empty" or "id_field" in one)
    ]
    for one in (*plain, *wrapped):
        if one not in seen and (one == profile or hints.daring or not is_daring(operation, one)):
            seen.append(one)
            yield one


def _references(profile: Json) -> Json:
    return {"references": profile["references"]} if "references" in profile else {}
