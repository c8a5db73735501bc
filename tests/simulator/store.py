# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entities, in memory, each change written through to SQLite so that nothing is lost when the process is killed."""

from __future__ import annotations

import json
import sqlite3
import time
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

SCHEMA = """
create table if not exists entity (
  id integer primary key autoincrement, type text not null, uuid text not null,
  created real not null, changed real not null,
  changed_by text not null, attributes text not null);
create table if not exists note (kind text not null, name text not null, content text not null,
  primary key (kind, name));
"""
FIRST_ID = 1001


@dataclass
class Record:
    """One entity as it is stored."""

    id: int
    type: str
    uuid: str
    created: float
    changed: float
    changed_by: str
    attributes: dict[str, Any]
    visible_from: float = 0.0


def folded(value: Any) -> str:
    """A value in the form of the indexes: the same for values that differ in case only."""
    return value.casefold() if isinstance(value, str) else json.dumps(value, sort_keys=True)


class Index:
    """The ids of one type's entities by the folded values of some of their attributes."""

    def __init__(self, names: tuple[str, ...], records: Iterable[Record]) -> None:
        self.names = names
        self._ids: dict[tuple[str, ...], dict[int, None]] = {}
        for record in records:
            self.add(record)

    def _key(self, attributes: dict[str, Any]) -> tuple[str, ...]:
        return tuple(folded(attributes.get(name)) for name in self.names)

    def add(self, record: Record) -> None:
        self._ids.setdefault(self._key(record.attributes), {})[record.id] = None

    def remove(self, record: Record) -> None:
        self._ids.get(self._key(record.attributes), {}).pop(record.id, None)

    def ids(self, attributes: dict[str, Any]) -> Iterable[int]:
        return self._ids.get(self._key(attributes), ())


class Store:
    """All entities, and notes (tokens, credentials) that must survive too."""

    def __init__(self, path: Path) -> None:
        self._database = sqlite3.connect(path, isolation_level=None)
        self._database.row_factory = sqlite3.Row
        self._database.execute("pragma journal_mode=wal")
        # The process may be killed, the machine is not: what has reached the kernel stays.
        self._database.execute("pragma synchronous=off")
        self._database.executescript(SCHEMA)
        self._types: dict[str, dict[int, Record]] = {}
        self._by_uuid: dict[str, Record] = {}
        self._indexes: dict[str, dict[tuple[str, ...], Index]] = {}
        highest = self._database.execute("select seq from sqlite_sequence where name = 'entity'").fetchone()
        self._last_id = highest["seq"] if highest else FIRST_ID - 1
        for row in self._database.execute("select * from entity order by id"):
            self._remember(Record(**dict(row) | {"attributes": json.loads(row["attributes"])}))

    def _remember(self, record: Record) -> None:
        self._types.setdefault(record.type, {})[record.id] = record
        self._by_uuid[record.uuid] = record
        for index in self._indexes.get(record.type, {}).values():
            index.add(record)

    def _forget(self, record: Record) -> None:
        del self._types[record.type][record.id]
        del self._by_uuid[record.uuid]
        for index in self._indexes.get(record.type, {}).values():
            index.remove(record)

    def create(self, type_: str, attributes: dict[str, Any], by: str, hidden_seconds: float = 0.0) -> Record:
        """Store a new entity; it is found only after ``hidden_seconds``."""
        now = time.time()
        self._last_id += 1
        record = Record(self._last_id, type_, str(uuid.uuid4()), now, now, by, attributes, now + hidden_seconds)
        self._remember(record)
        self._write(record)
        return record

    def change(self, record: Record, attributes: dict[str, Any], by: str) -> None:
        """Give an entity other attributes, all of them."""
        self._forget(record)
        record.attributes, record.changed, record.changed_by = attributes, time.time(), by
        self._remember(record)
        self._write(record)

    def _write(self, record: Record) -> None:
        row = (record.id, record.type, record.uuid, record.created, record.changed, record.changed_by)
        self._database.execute(
            "insert or replace into entity values (?, ?, ?, ?, ?, ?, ?)", (*row, json.dumps(record.attributes))
        )

    def delete(self, record: Record) -> None:
        self._forget(record)
        self._database.execute("delete from entity where id = ?", (record.id,))

    def clear(self) -> None:
        """Forget every entity; ids are not used again."""
        for records in self._types.values():
            records.clear()
        self._by_uuid.clear()
        self._indexes.clear()
        self._database.execute("delete from entity")

    def by_id(self, type_: str, id_: str) -> Record | None:
        return self._types.get(type_, {}).get(int(id_)) if id_.isdecimal() and len(id_) < 19 else None

    def by_uuid(self, type_: str, uuid_: Any) -> Record | None:
        record = self._by_uuid.get(uuid_) if isinstance(uuid_, str) else None
        return record if record and record.type == type_ else None

    def all(self, type_: str) -> list[Record]:
        """The entities of a type, by id."""
        return sorted(self._types.get(type_, {}).values(), key=lambda record: record.id)

    def everything(self) -> Iterator[Record]:
        for records in self._types.values():
            yield from records.values()

    def having(self, type_: str, attributes: dict[str, Any], any_case: bool) -> list[Record]:
        """The entities whose attributes have these values, by id."""
        names = tuple(sorted(attributes))
        indexes = self._indexes.setdefault(type_, {})
        if names not in indexes:
            indexes[names] = Index(names, self._types.get(type_, {}).values())
        records = [self._types[type_][id_] for id_ in indexes[names].ids(attributes)]
        same = all_same_folded if any_case else all_same
        return sorted((record for record in records if same(record.attributes, attributes)), key=lambda found: found.id)

    def where(self, type_: str, test: Callable[[Record], bool]) -> list[Record]:
        return [record for record in self._types.get(type_, {}).values() if test(record)]

    def keep_note(self, kind: str, name: str, content: Any) -> None:
        self._database.execute("insert or replace into note values (?, ?, ?)", (kind, name, json.dumps(content)))

    def notes(self, kind: str) -> dict[str, Any]:
        rows = self._database.execute("select name, content from note where kind = ?", (kind,))
        return {name: json.loads(content) for name, content in rows}

    def close(self) -> None:
        self._database.close()


def all_same(attributes: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(attributes.get(name) == value for name, value in wanted.items())


def all_same_folded(attributes: dict[str, Any], wanted: dict[str, Any]) -> bool:
    return all(
        folded(attributes.get(name)) == folded(value)
        and isinstance(attributes.get(name), str) == isinstance(value, str)
        for name, value in wanted.items()
    )
