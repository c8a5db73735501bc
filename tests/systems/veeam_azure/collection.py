# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What all collections of entities have in common: pages, filters, create, read, update, delete."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from simulator.messages import Answer, json_answer

from systems.base.routing import Call, Route
from systems.veeam_azure.problems import Refused
from systems.veeam_azure.tables import fields

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from systems.veeam_azure.veeam import Veeam

Entity = dict[str, Any]
API = "/api/v8.1/"


class Collection:
    """The entities of one type.

    type: its path, which is its name too. id: the field of the id. query, new, updated: names in tables.yml; without
    new it is read only. put: what a PUT answers, "" where the switch put_answers says it. hidden: fields that are kept
    and not shown. names: query parameters that ask for a name, or for a part of it with SearchPattern. filters: other
    parameters and the fields that have to be like them. slow: reads that may answer 202.
    """

    type: ClassVar[str]
    id: ClassVar[str] = "id"
    query: ClassVar[str]
    query_of_one: ClassVar[str] = ""
    new: ClassVar[str] = ""
    updated: ClassVar[str] = ""
    put: ClassVar[str] = ""
    replaces: ClassVar[bool] = False
    hidden: ClassVar[tuple[str, ...]] = ()
    names: ClassVar[tuple[str, ...]] = ("SearchPattern",)
    filters: ClassVar[dict[str, str]] = {}
    slow: ClassVar[bool] = False

    def __init__(self, veeam: Veeam) -> None:
        self.veeam = veeam

    def routes(self) -> Iterable[Route]:
        """The routes of the collection and of one of it."""
        path, one = API + self.type, API + self.type + "/{id}"
        yield Route("GET", path, "list", self.type, self.list, {"query": self.query, "slow": self.slow})
        yield Route("GET", one, "read", self.type, self.read, {"query": self.query_of_one, "slow": self.slow})
        if self.new:
            yield Route("POST", path, "create", self.type, self.create, {"body": self.new})
            yield Route("PUT", one, "update", self.type, self.update, {"body": self.updated})
            yield Route("DELETE", one, "delete", self.type, self.delete)

    def all(self) -> list[Entity]:
        return self.veeam.state.all(self.type)

    def one(self, id_: str) -> Entity:
        """The entity of this id. Raises Refused."""
        entity = self.veeam.state.get(self.type, id_)
        if entity is None:
            raise Refused(404, f"There is no {id_} in {self.type}.", instance=id_)
        return entity

    def shown(self, entity: Entity) -> Entity:
        """An entity as it is read."""
        href = f"{API}{self.type}/{entity.get(self.id)}"
        visible = {name: value for name, value in entity.items() if name not in self.hidden}
        return visible | {"_links": {"self": {"href": href}}}

    def list(self, call: Call) -> Answer:
        found = [entity for entity in self.all() if self._fits(entity, call.query)]
        return page(call.query, [self.shown(entity) for entity in found])

    def _fits(self, entity: Entity, query: dict[str, Any]) -> bool:
        for name, wanted in query.items():
            if name in self.names and not self._named(entity, name, wanted):
                return False
            if name in self.filters:
                value = entity.get(self.filters[name])
                if value not in wanted if isinstance(wanted, list) else value != wanted:
                    return False
        return True

    def _named(self, entity: Entity, parameter: str, wanted: str) -> bool:
        name = entity.get("name") or ""
        if "Search" in parameter or self.veeam.switches.name_filters == "contains":
            return wanted.lower() in name.lower()
        return bool(name == wanted)

    def read(self, call: Call) -> Answer:
        return json_answer(200, self.shown(self.one(call.names["id"])))

    def create(self, call: Call) -> Answer:
        entity = {self.id: self.veeam.state.new_id()} | self.made(call.body)
        return json_answer(201, self.shown(self.veeam.state.put(self.type, entity[self.id], entity)))

    def update(self, call: Call) -> Answer:
        entity = self.one(call.names["id"])
        changed = self.changed(entity, call.body)
        entity.clear()
        entity |= changed
        if (self.put or self.veeam.switches.put_answers) == "204":
            return Answer(204)
        return json_answer(200, self.shown(entity))

    def delete(self, call: Call) -> Answer:
        entity = self.one(call.names["id"])
        self.refuse_while_used(entity)
        self.veeam.state.delete(self.type, entity[self.id])
        return Answer(204)

    def made(self, body: Entity) -> Entity:
        """What a body of POST makes, without the id. Raises Refused."""
        return body

    def changed(self, entity: Entity, body: Entity) -> Entity:
        """The entity as a body of PUT changes it. Raises Refused."""
        given = {name: value for name, value in body.items() if value is not None}
        if "password" in self.hidden and self.veeam.switches.put_without_password == "clears":
            given = {"password": None} | given
        if not self.replaces:
            return entity | given
        return entity | {name: None for name in empty(self.updated) if name != "password"} | given

    def users_of(self, id_: str) -> list[Entity]:
        """The entities that name this one, so that it cannot be deleted."""
        return []

    def refuse_while_used(self, entity: Entity) -> None:
        users = self.users_of(entity[self.id])
        if users:
            raise Refused(409, f"{users[0].get('name')} uses {entity.get('name')}.", resourceId=entity[self.id])


def empty(body: str) -> Entity:
    """Null for every field of a table of bodies."""
    return {name.removesuffix("!"): None for name in fields("bodies", body)}


def page(query: dict[str, Any], items: list[Any]) -> Answer:
    """One page of items, as the query asks for: 100 unless it says something else, and all for -1."""
    offset = query.get("Offset", query.get("offset", 0))
    limit = query.get("Limit", query.get("limit", 100))
    results = items[offset:] if limit == -1 else items[offset : offset + limit]
    content = {"offset": offset, "limit": limit, "totalCount": len(items), "results": results, "_links": {}}
    return json_answer(200, content)


def mentions(content: Any, fields_: tuple[str, ...], id_: str) -> bool:
    """Whether one of these fields, anywhere in the content, holds this id."""
    if isinstance(content, dict):
        return any(
            (name in fields_ and value == id_) or mentions(value, fields_, id_) for name, value in content.items()
        )
    return isinstance(content, list) and any(mentions(one, fields_, id_) for one in content)


def named_ids(content: Any, field: str) -> Iterable[str]:
    """The ids that this field holds, anywhere in the content."""
    for name, value in content.items() if isinstance(content, dict) else enumerate(content):
        if name == field and value:
            yield value
        elif isinstance(value, dict | list):
            yield from named_ids(value, field)


def verb(
    collection: Collection, path: str, handler: Callable[[Call], Answer], kind: str = "verb", **more: Any
) -> Route:
    """A POST that is no create, below the collection's path."""
    return Route("POST", f"{API}{collection.type}/{path}", kind, collection.type, handler, more)
