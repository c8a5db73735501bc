# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a dialect means: which request asks for what, and how each answer looks."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from simulator.messages import Answer, Request, json_answer

DAY_FIRST = "%d.%m.%Y %H:%M:%S"
ENTITY_OPERATIONS = ("read", "find", "create", "upsert", "update", "delete", "list")
# What an operation of a dialect is called in counters, faults and the request log.
COUNTED_AS = {"upsert": "update"}


class UntrustedServerError(Exception):
    """The server says no; ``kind`` is one of the dialect's answers."""

    def __init__(self, kind: str, message: str, field: str = "") -> None:
        super().__init__(message)
        self.kind, self.message, self.field = kind, message, field


@dataclass(frozen=True)
class Match:
    """What a request asks for: an operation, and for entities the type's path and the id."""

    name: str
    operation: dict[str, Any]
    type: str = ""
    id: str = ""

    @property
    def counted_as(self) -> str:
        return COUNTED_AS.get(self.name, self.name)


class Dialect:
    """A dialect, ready to use."""

    def __init__(self, name: str, data: dict[str, Any]) -> None:
        self.name, self.data = name, data
        self.entity: dict[str, Any] = data["entity"]
        self.types: dict[str, dict[str, Any]] = {}
        self.base_path: str = data["base_path"]
        self._exact: dict[tuple[str, str], list[Match]] = {}
        self._patterns: list[tuple[str, re.Pattern[str], str]] = []
        self.types.update({name: rules for name, rules in data["types"].items() if rules is not None})
        self._compile()

    def add_type(self, name: str, rules: dict[str, Any]) -> None:
        """Another type of entity, or other rules for one."""
        self.types[name] = rules
        self._compile()

    def _compile(self) -> None:
        self._exact.clear()
        self._patterns.clear()
        self._paths = {rules.get("path", name): name for name, rules in self.types.items()}
        session = self.data.get("session") or {}
        for word, name in (("start", "session_start"), ("login", "login"), ("logout", "logout")):
            step = session.get(word)
            if step:
                self._exact[step["method"], step["path"]] = [Match(name, step)]
        for name in ENTITY_OPERATIONS:
            operation = self.data["operations"].get(name)
            if operation:
                self._compile_operation(name, operation)

    def _compile_operation(self, name: str, operation: dict[str, Any]) -> None:
        template: str = operation["path"]
        if "{id}" not in template:
            for path, type_ in self._paths.items():
                matches = self._exact.setdefault((operation["method"], template.replace("{path}", path)), [])
                matches.append(Match(name, operation, type_))
            return
        types = "|".join(re.escape(path) for path in sorted(self._paths, key=len, reverse=True))
        pattern = re.escape(template).replace(r"\{path\}", f"(?P<path>{types})").replace(r"\{id\}", "(?P<id>[^/]+)")
        self._patterns.append((operation["method"], re.compile(pattern), name))

    def match(self, request: Request, base_path: str) -> Match | None:
        """What the request asks for; None when there is nothing at this path."""
        if not request.path.startswith(base_path + "/"):
            return None
        path = request.path[len(base_path) :]
        for candidate in self._exact.get((request.method, path), ()):
            identified = self._identified(candidate, request)
            if identified:
                return identified
        for method, pattern, name in self._patterns:
            found = pattern.fullmatch(path) if method == request.method else None
            if found:
                return Match(name, self.data["operations"][name], self._paths[found["path"]], unquote(found["id"]))
        return None

    def _identified(self, candidate: Match, request: Request) -> Match | None:
        place = candidate.operation.get("id_in")
        if candidate.name == "find" and self._only_lists(candidate.operation, request):
            return None
        if not place:
            return candidate
        name = candidate.operation.get("id_name", "id")
        try:
            value = request.parameters.get(name) if place == "query" else dig(request.json, name)
        except ValueError:
            value = None
        return Match(candidate.name, candidate.operation, candidate.type, str(value)) if value is not None else None

    def _only_lists(self, find: dict[str, Any], request: Request) -> bool:
        """Whether finding and listing have the same path, and this request names no key."""
        listing = self.data["operations"].get("list") or {}
        if (listing.get("method"), listing.get("path")) != (find["method"], find["path"]):
            return False
        try:
            in_query = find.get("keys_in") == "query"
            asked = request.parameters if in_query else dig(request.json, find.get("attributes_at", ""))
        except ValueError:
            return False
        return not set(asked or ()) - {listing["paging"]["page"], listing["paging"]["size"]}

    def answer(self, kind: str, message: str, field: str = "") -> Answer:
        """The answer for a refusal of this kind."""
        form = self.data["answers"][kind]
        answer = content_answer(form["status"], fill(form["body"], {"message": message, "field": field}), message)
        answer.headers = list(form.get("headers", {}).items())
        return answer

    def date(self, moment: float) -> str | int:
        """A moment in the form of this dialect."""
        return format_date(datetime.datetime.fromtimestamp(moment, datetime.UTC), self.entity["dates"])


def content_answer(status: int, content: Any, reason: str = "") -> Answer:
    """An answer with this content; without a body where there is none."""
    return Answer(status, reason=reason) if content is None or status == 204 else json_answer(status, content, reason)


def format_date(moment: datetime.datetime, form: str) -> str | int:
    """A moment in one of the forms that dialects know."""
    if form == "epoch_milliseconds":
        return int(moment.timestamp() * 1000)
    if form == "iso_seconds_z":
        return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == "day_first":
        return moment.strftime(DAY_FIRST)
    return moment.isoformat(timespec="milliseconds")


def fill(form: Any, values: dict[str, Any]) -> Any:
    """``form`` with ``{name}`` replaced in its texts; a text that is only ``{name}`` becomes the value itself."""
    if isinstance(form, dict):
        return {name: fill(value, values) for name, value in form.items()}
    if isinstance(form, list):
        return [fill(value, values) for value in form]
    if isinstance(form, str):
        for name, value in values.items():
            if form == f"{{{name}}}":
                return value
            form = form.replace(f"{{{name}}}", str(value))
    return form


def dig(content: Any, place: str) -> Any:
    """What stands at a dotted place, None when nothing does; the content itself for ``""``."""
    for name in filter(None, place.split(".")):
        content = content.get(name) if isinstance(content, dict) else None
    return content


def put(content: dict[str, Any], place: str, value: Any) -> None:
    """Set what stands at a dotted place."""
    *parents, name = place.split(".")
    for parent in parents:
        content = content.setdefault(parent, {})
    content[name] = value


def wrap(content: Any, place: str) -> Any:
    """The content, so deep inside mappings as the dotted place says."""
    for name in reversed(place.split(".") if place else []):
        content = {name: content}
    return content
