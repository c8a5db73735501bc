# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server may want instead of what the profile says: requests to try, in this order, until one works.

Each is the request of an operation, as a template. ``<id>`` becomes one of ID_NAMES, ``<key>`` each attribute of the
key.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from .._profile.template import names_in
from .._text.json_forms import Json
from .._text.nested_paths import with_value
from .._text.records import record

READING_WORDS = ("read", "get", "find", "search", "query", "list", "lookup")
"""A POST to a path that ends in one of these reads. Every other POST could write."""

BASE_PATHS = ("/api/v2", "/rest/api/v2", "/api")

REQUEST = ("method", "path", "query", "headers", "json", "form", "without", "with", "texts_at")
"""What an operation says of its request; everything else speaks of the answer."""
BESIDE: Mapping[str, tuple[str, ...]] = {"list": ("paging",), "find": ("paging", "narrows", "then")}
"""What an operation says besides that belongs to its own request alone."""

ID_NAMES = ("id", "entityId", "objectId", "uuid")
WRAPPERS = ("entity", "data", "attributes", "query", "criteria", "filter", "key")
"""Names under which a body may carry what is meant."""

TYPE = "{type.path}"
BY_NAME: Json = {"<id>": "{id}"}


def _requests(*rows: tuple[Any, ...]) -> tuple[Json, ...]:
    """Rows of method, what comes behind the path of the type, and further parts of the request."""
    return tuple({"method": method, "path": f"{TYPE}{rest}", **parts} for method, rest, parts in rows)


EMPTY: Json = {"json": {}}
READ = _requests(
    ("GET", "/{id}", {}),
    ("GET", "/{id}/read", {}),
    ("POST", "/{id}/read", EMPTY),
    ("POST", "/{id}/get", EMPTY),
    ("GET", "/{id}/get", {}),
    ("GET", "/read/{id}", {}),
    ("GET", "/get/{id}", {}),
    ("GET", "/read", {"query": BY_NAME}),
    ("GET", "/get", {"query": BY_NAME}),
    ("GET", "", {"query": BY_NAME}),
    ("POST", "/read", {"query": BY_NAME, **EMPTY}),
    ("POST", "/get", {"query": BY_NAME, **EMPTY}),
    ("POST", "/read", {"json": BY_NAME}),
    ("POST", "/get", {"json": BY_NAME}),
)

_FINDING = ("read", "find", "search", "query", "lookup", "get", "list")
FIND = _requests(
    *(("POST", f"/{word}", {"json": "{key}"}) for word in _FINDING),
    ("GET", "", {"query": "{key}"}),
    *(("GET", f"/{word}", {"query": "{key}"}) for word in _FINDING),
    *(("GET", "", {"query": {word: "{key.<key>}"}, "narrows": True}) for word in ("search", "q", "query", "filter")),
)

LIST = _requests(
    ("POST", "/list", EMPTY),
    ("GET", "", {}),
    ("GET", "/list", {}),
    *(("POST", f"/{word}", EMPTY) for word in ("search", "query", "find", "read")),
    *(("GET", f"/{word}", {}) for word in ("search", "query", "find", "all")),
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

CREATE = _requests(
    *(
        (method, path, {"json": "{declared}"})
        for method, path in (
            ("POST", "/create"),
            ("POST", ""),
            ("PUT", ""),
            ("PUT", "/create"),
            ("POST", "/new"),
            ("POST", "/add"),
            ("POST", "/insert"),
            ("POST", "/create-or-update"),
        )
    )
)

WHOLE: Json = {"json": "{whole}"}
UPDATE = _requests(
    ("PUT", "/{id}", WHOLE),
    ("POST", "/{id}/update", WHOLE),
    ("PATCH", "/{id}", {"json": "{changed}"}),
    ("PUT", "/{id}/update", WHOLE),
    ("POST", "/{id}", WHOLE),
    ("POST", "/{id}/edit", WHOLE),
    ("POST", "/{id}/save", WHOLE),
    ("POST", "/update", {**WHOLE, "with": BY_NAME}),
    ("PUT", "/update", {**WHOLE, "with": BY_NAME}),
    ("PUT", "", {**WHOLE, "with": BY_NAME}),
    ("PATCH", "", {"json": "{changed}", "with": BY_NAME}),
    ("POST", "/update", {**WHOLE, "query": BY_NAME}),
    ("PUT", "", {**WHOLE, "query": BY_NAME}),
    ("PUT", "/update", {**WHOLE, "query": BY_NAME}),
    ("POST", "/create-or-update", {**WHOLE, "with": BY_NAME}),
)

DELETE = _requests(
    ("POST", "/{id}/delete", EMPTY),
    ("DELETE", "/{id}", {}),
    ("DELETE", "/{id}/delete", {}),
    ("POST", "/{id}/remove", EMPTY),
    ("POST", "/delete", {"json": BY_NAME}),
    ("DELETE", "", {"json": BY_NAME}),
    ("DELETE", "", {"query": BY_NAME}),
    ("DELETE", "/delete", {"query": BY_NAME}),
    ("POST", "/delete", {"query": BY_NAME, **EMPTY}),
)

TABLES: Mapping[str, tuple[Json, ...]] = {
    "read": READ,
    "find": FIND,
    "list": LIST,
    "create": CREATE,
    "update": UPDATE,
    "delete": DELETE,
}


def with_name(value: Any, mark: str, name: str) -> Any:
    """A template in which a mark is this name."""
    if isinstance(value, Mapping):
        return {key.replace(mark, name): with_name(inner, mark, name) for key, inner in value.items()}
    return value.replace(mark, name) if isinstance(value, str) else value


def _all_named(template: Json, names: Mapping[str, tuple[str, ...]]) -> list[Json]:
    """A template with each of the names in the place of the mark that it holds. names: by mark."""
    for mark, some in names.items():
        if mark in str(template):
            return [with_name(template, mark, name) for name in some]
    return [template]


def uses(template: Any, *names: str) -> bool:
    """Whether a template holds one of these names, or something within it."""
    held = [name for name, _function in names_in(template)]
    return any(one == name or one.startswith(f"{name}.") for one in held for name in names)


def is_daring(operation: str, candidate: Json) -> bool:
    """Whether a server that overlooks what a write says of the entity could take it for all entities of the type: a
    delete whose address does not name one, and what replaces or changes at the address of the whole type."""
    if operation == "delete":
        return not uses(candidate["path"], "id", "entity")
    return candidate["path"] == TYPE and candidate["method"] in ("PUT", "PATCH", "DELETE")


def base_paths(profile: Json) -> tuple[str, ...]:
    """What may come behind url: what the profile says of other servers of its kind, then what is common."""
    return (*profile.get("other_base_paths", ()), *BASE_PATHS)


def placed(path: str, value: Any) -> dict[str, Any]:
    """A mapping with a value at a dotted path."""
    return with_value({}, path.split("."), value)


@record
class Hints:
    """What is known already. id_name, uuid_name: the attributes that hold them; wrappers: where answers were seen to
    hold entities, which requests may do as well; daring: whether to try what is_daring() speaks of; key: the attributes
    of the key that an entity is looked for by."""

    id_name: str = "id"
    uuid_name: Optional[str] = None
    wrappers: tuple[str, ...] = ()
    daring: bool = False
    key: tuple[str, ...] = ()


NO_HINTS = Hints()


def candidates(operation: str, stated: Any, hints: Hints = NO_HINTS) -> Iterator[Any]:
    """What the profile says as it is, where it says anything, then all else that may be meant, each once and whole.
    stated: the profile's operation; one that is no request stands for another operation, or for several requests."""
    said: Json = stated if isinstance(stated, Mapping) else {}
    of_request = (*REQUEST, *BESIDE.get(operation, ()))
    about_answer = {name: value for name, value in said.items() if name not in of_request}
    names = {"<id>": tuple(dict.fromkeys((hints.id_name, *ID_NAMES))), "<key>": hints.key}
    plain = [stated] if stated else []
    if uses(said.get("with"), "entity"):
        ids = [name for name in (hints.uuid_name, hints.id_name) if name]
        plain += [{**said, "with": placed(name, f"{{entity.{name}}}")} for name in ids]
    for candidate in TABLES[operation]:
        texts = {"texts_at": said["texts_at"]} if "texts_at" in said and "json" in candidate else {}
        whole = {**about_answer, **texts, **candidate}
        plain += _all_named(whole, names)
    seen: list[Any] = []
    for one in (*plain, *_wrapped(operation, plain, hints)):
        if one not in seen and (one == stated or hints.daring or not is_daring(operation, one)):
            seen.append(one)
            yield one


def _wrapped(operation: str, plain: list[Any], hints: Hints) -> list[Json]:
    """The candidates with their body one level down."""
    bodies = [one for one in plain if isinstance(one, Mapping) and one.get("json")] if operation != "list" else []
    return [
        {**one, **{part: placed(wrapper, one[part]) for part in ("json", "with") if part in one}}
        for one in bodies
        for wrapper in dict.fromkeys((*hints.wrappers, *WRAPPERS))
    ]
