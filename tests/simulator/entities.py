# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entity operations: find, read, create, update, delete, list."""

from __future__ import annotations

import datetime
import re
import time
from typing import TYPE_CHECKING, Any

from simulator.dialect import Dialect, Match, UntrustedServerError, content_answer, dig, format_date, put, wrap
from simulator.hiding import hidden
from simulator.messages import Answer, Request, json_answer
from simulator.paging import page_of
from simulator.store import Record, Store, folded

if TYPE_CHECKING:
    from simulator.switches import Switches

DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?)?")
STATUSES = ("Planned", "Submitted", "Approved")
EMPTY: tuple[Any, ...] = (None, "", [])


class Entities:
    """What the server does with entities; each method raises UntrustedServerError when it will not."""

    def __init__(self, dialect: Dialect, switches: Switches, store: Store) -> None:
        self._dialect, self._switches, self._store = dialect, switches, store
        self._writes = 0
        names = dialect.entity
        self._server_fields = [names[one] for one in ("id", "uuid", "created", "changed", "changed_by") if names[one]]

    # What a request asks for

    def answer(self, request: Request, match: Match, user: str) -> tuple[Answer, str]:
        """The answer and, for a write that was taken, what it was: create, update or delete."""
        if match.name in ("create", "upsert", "update"):
            return self._write(match, self._attributes(request, match), user)
        if match.name == "delete":
            self._delete(self._known(match))
            return content_answer(match.operation["status"], match.operation.get("body", {})), "delete"
        if match.name == "read":
            return self._read(match), ""
        if match.name == "list":
            return self._list(request, match), ""
        return self._find(request, match), ""

    def _attributes(self, request: Request, match: Match) -> dict[str, Any]:
        try:
            content = dig(request.json, match.operation.get("attributes_at", ""))
        except ValueError:
            raise UntrustedServerError("malformed", "The body is not JSON.") from None
        if not isinstance(content, dict):
            raise UntrustedServerError("malformed", "The body is not a JSON object.")
        return content

    def _known(self, match: Match) -> Record:
        record = self._store.by_id(match.type, match.id) or self._store.by_uuid(match.type, match.id)
        if record is None or not self._visible(record):
            raise UntrustedServerError("missing", f"There is no {match.type} with the id {match.id}.")
        return record

    def _visible(self, record: Record) -> bool:
        return record.visible_from == 0 or record.visible_from <= time.time()

    # Finding

    def _read(self, match: Match) -> Answer:
        if self._switches.read_finds_nothing != "no":
            return self._blind(match, self._switches.read_finds_nothing)
        try:
            return self._shown_one(match, self._known(match))
        except UntrustedServerError as refusal:
            return self._none(match, refusal)

    def _find(self, request: Request, match: Match) -> Answer:
        in_query = match.operation.get("keys_in") == "query"
        criteria = dict(request.parameters) if in_query else dict(self._attributes(request, match))
        if not criteria:
            raise UntrustedServerError("malformed", "Nothing says what to find.")
        if self._switches.search_finds_nothing != "no":
            return self._blind(match, self._switches.search_finds_nothing)
        try:
            self._resolve(criteria, match.type)
        except UntrustedServerError as refusal:
            raise UntrustedServerError("missing", refusal.message) from None
        having = self._having_as_text if in_query else self._having
        found = [record for record in having(match.type, criteria) if self._visible(record)]
        status = match.operation["status"]
        if not found:
            return self._none(
                match, UntrustedServerError("missing", f"No {match.type} matches {', '.join(sorted(criteria))}.")
            )
        if len(found) == 1:
            return self._shown_one(match, found[0])
        several = match.operation.get("several", "list")
        if several == "conflict":
            raise UntrustedServerError("conflict", f"{len(found)} entities match.")
        return self._shown(match, status, found[0]) if several == "first" else self._shown_list(match, status, found)

    def _having(self, type_: str, criteria: dict[str, Any]) -> list[Record]:
        names, rules = self._dialect.entity, self._dialect.types[type_]
        wanted = {name: as_text(value) if name in rules.get("text", ()) else value for name, value in criteria.items()}
        id_, uuid = wanted.pop(names["id"], None), wanted.pop(names["uuid"], None)
        if id_ is None and uuid is None:
            return self._store.having(type_, wanted, self._switches.case_insensitive_keys)
        record = self._store.by_id(type_, str(id_)) if id_ is not None else self._store.by_uuid(type_, uuid)
        others = self._store.having(type_, wanted, self._switches.case_insensitive_keys) if wanted else [record]
        return [record] if record and record in others else []

    def _having_as_text(self, type_: str, criteria: dict[str, Any]) -> list[Record]:
        """A query string knows texts only."""
        return self._store.where(
            type_,
            lambda record: all(
                as_text(record.attributes.get(name)) == as_text(text) for name, text in criteria.items()
            ),
        )

    def _blind(self, match: Match, form: str) -> Answer:
        """The answer of an operation that finds nothing, whatever there is."""
        if form == "empty_list":
            return self._nothing(match, form)
        raise UntrustedServerError("missing" if form == "missing" else "no_address", f"{match.name} finds nothing.")

    def _none(self, match: Match, refusal: UntrustedServerError) -> Answer:
        form = match.operation.get("none", "missing")
        if form == "missing":
            raise refusal
        return self._nothing(match, form)

    def _nothing(self, match: Match, form: str) -> Answer:
        content: Any = {"empty_list": [], "empty_object": {}, "null": None}[form]
        place = match.operation.get("list_at" if form == "empty_list" else "entity_at", "")
        return json_answer(match.operation["status"], wrap(content, place))

    def _list(self, request: Request, match: Match) -> Answer:
        records = [record for record in self._store.all(match.type) if self._visible(record)]
        content = page_of(request, match.operation, records, self._switches.short_pages)
        items = dig(content, match.operation["items"])
        put(content, match.operation["items"], [self._answered(record) for record in items])
        return json_answer(match.operation["status"], content)

    # Writing

    def _write(self, match: Match, body: dict[str, Any], user: str) -> tuple[Answer, str]:
        attributes = self._clean(body, match.type)
        record = self._known(match) if match.name == "update" else None
        if match.name == "upsert":
            record = self._matching(match, attributes, body)
        if record is None:
            return self._create(match, attributes, user), "create"
        self._update(record, attributes, user)
        answer = self._shown(match, match.operation["status"], record)
        self._afterwards(record)
        return answer, "update"

    def _create(self, match: Match, attributes: dict[str, Any], user: str) -> Answer:
        self._check(match.type, attributes, None)
        self._mark(attributes)
        record = self._store.create(match.type, attributes, user, self._switches.show_new_late_ms / 1000)
        answer = self._shown(match, match.operation.get("created_status", match.operation["status"]), record)
        self._afterwards(record)
        return answer

    def _update(self, record: Record, attributes: dict[str, Any], user: str) -> None:
        rules = self._dialect.types[record.type]
        old = record.attributes
        if self._switches.blank_undeclared:
            kept = {*rules.get("unique", ()), *rules.get("required", ())}
            attributes = {name: value if name in kept else None for name, value in old.items()} | attributes
        elif self._switches.update == "merge":
            attributes = old | attributes
        else:
            attributes = {name: old[name] for name in rules.get("unique", ()) if name in old} | attributes
        self._check(record.type, attributes, record)
        self._mark(attributes)
        self._store.change(record, attributes, user)

    def _matching(self, match: Match, attributes: dict[str, Any], body: dict[str, Any]) -> Record | None:
        names = self._dialect.entity
        for way in match.operation.get("match", ("uuid", "key")):
            record = None
            if way == "uuid" and names["uuid"]:
                record = self._store.by_uuid(match.type, dig(body, names["uuid"]))
            elif way == "id":
                record = self._store.by_id(match.type, str(dig(body, names["id"])))
            if record:
                return record
            if way == "key":
                same = self._same_key(match.type, attributes)
                if len(same) > 1:
                    raise UntrustedServerError("conflict", f"{len(same)} entities have this key.")
                if same:
                    return same[0]
        return None

    def _delete(self, record: Record) -> None:
        if self._switches.protect_referenced and any(self._refers(other, record) for other in self._store.everything()):
            raise UntrustedServerError("conflict", f"Other entities refer to {record.type} {record.id}.")
        self._store.delete(record)

    def _refers(self, other: Record, record: Record) -> bool:
        references = self._dialect.types.get(other.type, {}).get("references", {})
        return any(
            other.attributes.get(name) == record.id and record.type in types for name, types in references.items()
        )

    def _same_key(self, type_: str, attributes: dict[str, Any]) -> list[Record]:
        key = {name: attributes.get(name) for name in self._dialect.types[type_].get("unique", ())}
        return self._store.having(type_, key, self._switches.case_insensitive_keys) if key else []

    def _check(self, type_: str, attributes: dict[str, Any], record: Record | None) -> None:
        rules = self._dialect.types[type_]
        for name in rules.get("required", ()):
            if attributes.get(name) in EMPTY:
                raise UntrustedServerError("invalid", f"{name} is required.", name)
        for name, types in rules.get("references", {}).items():
            if attributes.get(name) is not None and not any(
                self._store.by_id(target, str(attributes[name])) for target in types
            ):
                raise UntrustedServerError("invalid", f"{name}: there is no {types[0]} {attributes[name]}.", name)
        if self._switches.enforce_keys and any(other is not record for other in self._same_key(type_, attributes)):
            raise UntrustedServerError(
                "conflict", f"There is already a {type_} with this {', '.join(rules['unique'])}."
            )

    def _clean(self, body: dict[str, Any], type_: str) -> dict[str, Any]:
        """The attributes of a body as they are going to be stored."""
        attributes = dict(body)
        self._resolve(attributes, type_)
        rules = self._dialect.types[type_]
        for place in self._server_fields:
            attributes.pop(place.split(".")[0], None)
        for name in rules.get("text", ()):
            if name in attributes:
                attributes[name] = as_text(attributes[name])
        keys = rules.get("unique", ())
        return {name: self._changed_on_the_way(value, name in keys) for name, value in attributes.items()}

    def _changed_on_the_way(self, value: Any, is_key: bool) -> Any:
        if isinstance(value, list):
            return [self._changed_on_the_way(one, is_key) for one in value]
        if not isinstance(value, str):
            return value
        if self._switches.round_dates != "none" and DATE.fullmatch(value):
            return value[:10] if self._switches.round_dates == "days" else re.sub(r"\.\d+", "", value)
        if self._switches.trim:
            value = value.strip()
        if self._switches.recase != "none" and (not is_key or self._switches.recase_keys):
            value = value.upper() if self._switches.recase == "upper" else value.lower()
        return value

    def _mark(self, attributes: dict[str, Any]) -> None:
        if self._switches.extra_attribute_on_write:
            self._writes += 1
            attributes["serverRemark"] = f"Set by the server at write {self._writes}"

    def _afterwards(self, record: Record) -> None:
        if self._switches.move_status:
            status = record.attributes.get("status")
            following = STATUSES.index(status) + 1 if status in STATUSES else 1
            moved = record.attributes | {"status": STATUSES[following % len(STATUSES)]}
            self._store.change(record, moved, record.changed_by)

    # References

    def _resolve(self, attributes: dict[str, Any], type_: str) -> None:
        """Replace references by display text with the ids of what they mean."""
        for name in self._dialect.types[type_].get("references", {}):
            if isinstance(attributes.get(name), str) and attributes[name].isdecimal():
                attributes[name] = int(attributes[name])
        queries = attributes.pop(self._dialect.entity["query_for"], None)
        if not queries or self._switches.ignore_query_for:
            return
        if not isinstance(queries, dict):
            raise UntrustedServerError("malformed", f"{self._dialect.entity['query_for']} is not an object.")
        references = self._dialect.types[type_].get("references", {})
        for name, text in queries.items():
            if name not in references:
                raise UntrustedServerError("invalid", f"{name} is not a reference of {type_}.", name)
            found = [record for target in references[name] for record in self._displayed_as(target, text)]
            if len(found) != 1:
                raise UntrustedServerError("invalid", f"{name}: {len(found)} entities are displayed as {text!r}.", name)
            attributes[name] = found[0].id

    def _displayed_as(self, type_: str, text: Any) -> list[Record]:
        display = self._dialect.types.get(type_, {}).get("display")
        if not display:
            return []
        fold = folded if self._switches.case_insensitive_keys else str
        return self._store.where(type_, lambda record: fold(displayed(display, record.attributes)) == fold(text))

    # Showing

    def _shown_one(self, match: Match, record: Record) -> Answer:
        """One entity as the answer of a read or a find."""
        if match.operation.get("one") == "list":
            return self._shown_list(match, match.operation["status"], [record])
        return self._shown(match, match.operation["status"], record)

    def _shown(self, match: Match, status: int, record: Record) -> Answer:
        form = match.operation.get("answer", "entity")
        place = match.operation.get("entity_at", "")
        id_ = self._id(record)
        if form == "entity":
            answer = json_answer(status, wrap(self._answered(record), place))
        elif form == "id":
            answer = json_answer(status, wrap(wrap(id_, self._dialect.entity["id"]), place))
        else:
            answer = Answer(status)
        location = match.operation.get("location")
        if location:
            answer.headers.append(("Location", location.replace("{path}", record.type).replace("{id}", str(id_))))
        return answer

    def _shown_list(self, match: Match, status: int, records: list[Record]) -> Answer:
        return json_answer(
            status, wrap([self._answered(record) for record in records], match.operation.get("list_at", ""))
        )

    def _id(self, record: Record) -> int | str:
        as_text_ = self._dialect.entity["id_form"] == "text" or self._switches.numbers_as_text
        return str(record.id) if as_text_ else record.id

    def _answered(self, record: Record) -> dict[str, Any]:
        return self.show(record, self._switches.secrets_shown)

    def show(self, record: Record, secrets: str = "clear") -> dict[str, Any]:
        """An entity as the dialect shows it. secrets: a word of the switch ``secrets_shown``."""
        names, dialect = self._dialect.entity, self._dialect
        content: dict[str, Any] = {}
        put(content, names["id"], self._id(record))
        if names["uuid"]:
            put(content, names["uuid"], record.uuid)
        content |= hidden(record.attributes, secrets)
        if names["id_form"] == "text":
            references = dialect.types.get(record.type, {}).get("references", {})
            content |= {name: as_text(content[name]) for name in references if name in content}
        if names["attribute_dates"] != "as_sent":
            content = {name: redated(value, names["attribute_dates"]) for name, value in content.items()}
        if names["created"]:
            put(content, names["created"], dialect.date(record.created))
        if names["changed"]:
            put(content, names["changed"], dialect.date(record.changed))
        if names["changed_by"]:
            put(content, names["changed_by"], record.changed_by)
        return numbers_as_text(content) if self._switches.numbers_as_text else content


def as_text(value: Any) -> Any:
    """A scalar as text, the way servers written in Java read one into a text attribute."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, (int, float)) else value


def displayed(display: str, attributes: dict[str, Any]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: str(attributes.get(found[1], "")), display)


def redated(value: Any, form: str) -> Any:
    """A text that is a date in another form; anything else as it is."""
    if not isinstance(value, str) or not DATE.fullmatch(value):
        return value
    moment = datetime.datetime.fromisoformat(value)
    return format_date(moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC), form)


def numbers_as_text(content: Any) -> Any:
    if isinstance(content, dict):
        return {name: numbers_as_text(value) for name, value in content.items()}
    if isinstance(content, list):
        return [numbers_as_text(value) for value in content]
    return str(content) if isinstance(content, (int, float)) and not isinstance(content, bool) else content
