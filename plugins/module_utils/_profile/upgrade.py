# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reads a profile of format 1 as one of format 2."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from .._text.json_forms import Json
from .._text.nested_paths import with_value
from .merging import merge

BASIS = ("source", "assumed", "verified", "note")
BODIES = {"key": "{key}", "declared": "{declared}", "changed": "{changed}", "whole": "{whole}"}
COUNTERS = {"page": "{page}", "offset": "{offset}", "cursor": "{cursor}"}
SETTINGS = {
    "ignore": "ignored",
    "create_only": "immutable",
    "read_only": "read_only",
    "write_only": "write_only",
    "hidden": "hidden",
    "volatile": "volatile",
    "sets": "set",
}


def upgraded(given: Json) -> Json:
    """The profile in format 2, each type whole; unchanged where it is in format 2 already."""
    if given.get("format", 1) != 1:
        return given
    kept = {name: given[name] for name in ("name", "title", "base_path", "oauth", "other_versions") if name in given}
    types = {name: _type(name, said or {}, given) for name, said in given.get("types", {}).items()}
    return {"format": 1, **kept, "session": _session(given), "types": types}


def _predicate(statuses: Iterable[int]) -> list[Json]:
    return [{"status": list(statuses)}] if statuses else []


# --- the session


def _session(given: Json) -> Json:
    said = given.get("session") or {"kind": "bearer"}
    start, login, headers = said.get("start"), said.get("login"), dict(given.get("headers", {}))
    session: dict[str, Any] = {"lost": lost_of(said)}
    if said["kind"] == "bearer":
        session["carry"] = {"headers": {**headers, "Authorization": "Bearer {access_token}"}}
    elif start and login:
        session.update(_csrf(start, headers))
        session["steps"] = {"start": _start(start), "login": _login(login)}
        session["denied"] = _predicate([400, 401, 403])
    look = said.get("look") or (start if start and start["method"] in ("GET", "HEAD", "OPTIONS") else None)
    if start and "steps" in session:
        session["steps"]["start"]["take"].update(session["take"])
    if look:
        session["look"] = _start(start) if look is start else {"method": look["method"], "path": _path(look["path"])}
    if said.get("logout"):
        session["logout"] = {"out": _request(said["logout"])}
    return session


def lost_of(said: Json) -> list[Json]:
    """How a lost session is told. said: the ``session`` of a profile of format 1."""
    signs, start = said.get("rejected", {"status": [401]}), said.get("start")
    lost: list[Json] = _predicate(signs.get("status", ()))
    if start and signs.get("cookie_changes", True):
        lost.append({"cookie": {start["cookie"]: "changed"}})
    if signs.get("words"):
        lost.append({"words": signs["words"]})
    if signs.get("forbidden_words"):
        lost.append({"status": [403], "words": signs["forbidden_words"]})
    return [*lost, *([{"login_page": True}] if signs.get("login_page") else [])]


def _csrf(start: Json, headers: dict[str, Any]) -> Json:
    named, fixed = start.get("csrf_name_header"), start.get("csrf_header")
    values: dict[str, Any] = {"cookie": [start["cookie"]], "take": {}}
    if named:
        name: Json = {"at": f"header.{named}", **({"default": fixed} if fixed else {})}
        places = ["header.{csrf_header}", *([f"header.{fixed}"] if fixed else [])]
        values["take"] = {"csrf_header": name, "csrf": places}
        headers["{csrf_header}"] = "{csrf}"
    elif fixed:
        values["take"] = {"csrf": f"header.{fixed}"}
        headers[fixed] = "{csrf}"
    return {**values, "carry": {"headers": headers}}


def _basis(said: Json) -> dict[str, Any]:
    return {name: said[name] for name in BASIS if name in said}


def _start(start: Json) -> Json:
    return {
        "method": start["method"],
        "path": _path(start["path"]),
        "take": {"session": f"body.{start['session_id']}"},
        "cookies": {start["cookie"]: "{session}"},
        **_basis(start),
    }


def _login(login: Json) -> Json:
    said = _request(login)
    return {**said, **({} if "json" in said else {"json": {}})}


def _request(said: Json) -> dict[str, Any]:
    request = {"method": said["method"], "path": _path(said["path"]), **_basis(said)}
    if "body" in said:
        request["json"] = said["body"]
    request["success"] = [{"status": list(said.get("success", range(200, 300))), "login_page": False}]
    return request


def _path(path: str) -> str:
    return path.lstrip("/")


# --- types


def _type(name: str, said: Json, given: Json) -> Json:
    fields = ("id_attribute", "uuid_attribute", "changed_by", "changed_at", "evidence_fields", "attributes")
    data = merge({field: given[field] for field in fields if field in given}, said)
    own = merge({}, said.get("operations") or {})
    kept = ("schema", "required", "evidence_fields", "changed_by", "changed_at", "key")
    whole: dict[str, Any] = {one: data[one] for one in kept if one in data}
    whole["path"], whole["id"] = _path(data["path"]), {"at": data.get("id_attribute", "id")}
    whole["attributes"] = _attributes(data, [given.get("compare", {}), data.get("compare", {})])
    for operation, one in merge(given.get("operations", {}), said.get("operations") or {}).items():
        owner = f"types.{name}." if operation in own else ""
        converted = _operation(operation, one, data, given.get("query_for_at", ""))
        whole[operation] = {**converted, "profile_key": f"{owner}operations.{operation}"}
    return whole


def _attributes(data: Json, layers: list[Json]) -> Json:
    attributes: dict[str, dict[str, Any]] = {path: dict(said) for path, said in data.get("attributes", {}).items()}
    for layer in layers:
        for rule, setting in SETTINGS.items():
            for path in layer.get(rule, ()):
                attributes.setdefault(path, {})[setting] = True
        for path, names in layer.get("keyed", {}).items():
            attributes.setdefault(path, {})["keyed"] = names
            attributes[path].pop("set", None)
        for path, names in layer.get("normalise", {}).items():
            before = attributes.setdefault(path, {}).get("normalise", [])
            attributes[path]["normalise"] = list(dict.fromkeys([*before, *names]))
        for path in layer.get("sets", ()):
            attributes[path].pop("keyed", None)
    if data.get("uuid_attribute"):
        attributes.setdefault(data["uuid_attribute"], {})["identifier"] = True
    for path, said in data.get("references", {}).items():
        text = {"text": said["query_for"]} if said.get("query_for") else {}
        read = {"read": said["read"]} if said.get("read") else {}
        attributes.setdefault(path, {}).update({"ref": {"type": said["type"], **text}, **read})
    return attributes


def _operation(name: str, said: Json, data: Json, texts_at: str) -> Json:
    path, _mark, query = said["path"].partition("?")
    uuid = f"{{entity.{data.get('uuid_attribute')}}}"
    kept = {one: said[one] for one in ("method", "enabled", "safe", *BASIS) if one in said}

    def named(text: str) -> str:
        return text.replace("{type}", "{type.path}").replace("{uuid}", uuid)

    return {
        **kept,
        "path": _path(named(path)),
        **_content(name, said, named(query)),
        "success": _predicate(said.get("success", (200,))),
        "missing": _missing(said.get("missing", {})),
        "conflict": _predicate(said.get("conflict", {}).get("status", ())),
        "entity": _entity(said, data.get("id_attribute", "id")),
        "paging": _paging(said.get("paging", {})),
        **({"texts_at": texts_at} if texts_at and _by_text(said) else {}),
    }


def _by_text(said: Json) -> bool:
    return said.get("references") == "query_for" and said.get("body") != "query"


def _missing(said: Json) -> list[Json]:
    return [*_predicate(said.get("status", ())), *([{"empty": True}] if said.get("empty") else [])]


def _place(path: str) -> str:
    return f"body.{path}" if path else "body"


def _entity(said: Json, id_attribute: str) -> Any:
    if said.get("entity") is False:
        where = said.get("id_at")
        return {id_attribute: "location.id" if where == "location" else _place(where)} if where else False
    return _place(said.get("entities", said.get("entity", "")))


def _paging(said: Json) -> Json:
    if not said:
        return {}
    paging = {one: said[one] for one in ("first", "most_pages") if one in said}
    places = {one: _place(said[one]) for one in ("next", "total") if said.get(one)}
    return {**paging, **places, "size": said.get("limit", 100)}


def _content(name: str, said: Json, query: str) -> dict[str, Any]:
    """Query and body."""
    body, paging = said.get("body", "none"), said.get("paging", {})
    counter = COUNTERS.get(paging.get("kind", ""))
    pages = {paging["page"]: counter} if counter and paging.get("page") else {}
    pages.update({paging["size"]: "{size}"} if paging.get("size") else {})
    names = dict(part.partition("=")[::2] for part in query.split("&") if part)
    content: Any = pages if name == "list" else BODIES.get(body, "{declared}" if name == "create" else "{key}")
    if body in ("none", "empty") or (body == "query" and name in ("read", "delete")):
        content = {} if name != "list" or body != "query" else content
    if body == "query":
        fixed = {**names, **({said["id_field"]: "{id}"} if said.get("id_field") else {})}
        return {"query": content, **({"with": fixed} if fixed else {})}
    if said.get("request_at") and body in BODIES:
        content = with_value({}, said["request_at"].split("."), content)
    result: dict[str, Any] = {"query": names} if names else {}
    if said.get("addressed_by"):
        place = [*said.get("request_at", "").split("."), *said["addressed_by"].split(".")]
        result["with"] = with_value({}, [one for one in place if one], f"{{entity.{said['addressed_by']}}}")
    if said.get("id_field"):
        result["with"] = with_value(result.get("with", {}), said["id_field"].split("."), "{id}")
    if body != "none" or said.get("id_field"):
        result["json"] = content
    return result
