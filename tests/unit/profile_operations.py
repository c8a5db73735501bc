# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key of operations, of transitions and of parts does, for test_profile_effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import overlaid
from ansible_collections.rimops.insight.tests.unit.effects import (
    ENTITY,
    EVENT,
    LIST,
    Case,
    present,
    says,
)
from ansible_collections.rimops.insight.tests.unit.profile_cases import (
    APPLICATION,
    HELD,
    REFERS,
    event,
    of,
    refers,
    request_cases,
)

MEMBERS = {
    "element": {"key": "name"},
    "read": {"method": "GET", "path": "{type.path}/{id}/members", "entity": "body.members"},
    "add": {"method": "POST", "path": "{type.path}/{id}/members", "json": "{element}"},
    "remove": {"method": "DELETE", "path": "{type.path}/{id}/members/{element.name}"},
}
GIVEN_PART = event(parts={"members": MEMBERS})
"""The members of the event, each with requests of its own."""


def _transitions() -> Iterator[Case]:
    def verb(**said: Any) -> dict[str, Any]:
        return event(attributes={"description": {"transitions": {"go": said}}})

    def request(**said: Any) -> dict[str, Any]:
        return verb(request={"method": "POST", "path": "{type.path}/{id}/go", **said})

    given = overlaid(verb(to="b"), request())
    tasks = (present("a"), present("b"))
    more = {"given": given, "tasks": tasks, "word": "description"}
    yield from request_cases("step_request", request, **more)
    key = "attribute.transitions.<name>"
    yield Case(f"{key}.from", verb(**{"from": "c"}), "no transition leads description", given=given, tasks=tasks)
    yield Case(f"{key}.to", verb(to="c"), "no transition leads description", given=given, tasks=tasks)
    yield Case(f"{key}.request", given, "/events/7/go ", tasks=tasks)


def _operations() -> Iterator[Case]:
    def update(**said: Any) -> dict[str, Any]:
        return event(update=said)

    yield from request_cases("operation", update, "update", given=update(method="PATCH"))
    yield Case("operation.without", update(without=["other"]), gone='> .* update .*"other"')
    yield Case("operation.with", update(**{"with": {"rev": "{entity.other}"}}), '> .* update .*"rev": "other-7"')
    yield Case("operation.enabled", of("list", enabled=False), gone="> .* list entities", tasks=LIST)
    yield Case(
        "operation.success",
        of("create", success=[{"status": [418]}]),
        '"operation": "create"',
        answers={
            "create": (says(418, {**HELD, "description": "a"}),),
            "find": (says(200, []), says(200, []), says(200, {**HELD, "description": "a"})),
        },
    )
    yield Case(
        "operation.missing",
        of("find", missing=[{"status": [410]}]),
        "> .* create event",
        answers={"find": (says(410),)},
    )
    kept = [{"status": [423]}]
    taken = {"answers": {one: (says(423),) for one in ("create", "update", "delete")}}
    yield Case("operation.conflict as list", of("create", conflict=kept), "ConflictError", **taken)
    yield Case("operation.conflict as mapping", of("create", conflict={"exists": kept}), "ConflictError", **taken)
    kinds = (("create", "exists", "there is one already"), ("delete", "in_use", "something else depends on it"))
    for operation, kind, words in (*kinds, ("update", "moved", "MovedError")):
        begun = {name: answer for name, answer in taken["answers"].items() if name == operation}
        yield Case(f"operation.conflict.{kind}", of(operation, conflict={kind: kept}), words, answers=begun)
    made = {"tasks": (present(),), "answers": {"create": (says(200, {"data": HELD}),)}}
    yield Case("operation.entity as text", of("create", entity="body.data"), "/events/7 read", **made)
    yield Case("operation.entity as list", of("create", entity=["body.none", "body.data"]), "/events/7 read", **made)
    named = {**made, "answers": {"create": (says(200, {"event": HELD}),)}}
    yield Case("operation.entity as text", of("create", entity="body.{type.name}"), "/events/7 read", **named)
    number = of("create", entity={"id": "body.data.id"})
    yield Case("operation.entity as mapping", number, "/events/7 read", **made)
    nothing = {"answers": {"create": (says(200, []),)}}
    yield Case("operation.entity as false", of("create", entity=False), gone="holds none", **nothing)
    yield Case(
        "operation.paging", of("list", paging={"total": "body.total"}, query={"p": "{page}"}), r"\?p=0 list", tasks=LIST
    )
    yield Case(
        "operation.texts_at",
        of("create", texts_at="by"),
        '> .* create .*"by": {"applicationId": "A"}',
        given=overlaid(refers(text="{appName}"), of("create", texts_at=None)),
        tasks=REFERS,
        answers=APPLICATION,
    )
    another = {"find": (says(200, [{**HELD, "eventName": "F2"}]),)}
    yield Case("operation.narrows", of("find", narrows=True), "> .* create event", tasks=(present(),), answers=another)
    yield Case(
        "operation.pattern",
        of("find", pattern=True),
        "> .*/events/all list entities",
        tasks=(present(key={"eventName": "F*"}),),
    )
    yield Case(
        "operation.then",
        of("find", then="read"),
        gone="show it differently",
        tasks=(present(),),
        answers={"find": (says(200, {"id": 7, "eventName": "F"}),), "read": (says(200, {**HELD, "description": "a"}),)},
    )


def _paging() -> Iterator[Case]:
    def paged(**paging: Any) -> dict[str, Any]:
        return of("list", paging=paging)

    by_page = of("list", query={"p": "{page}", "s": "{size}"}, paging={})
    pages = tuple(says(200, {"items": [{**HELD, "id": n}], "n": n, "n2": f"C{n}"}) for n in range(1, 4))
    last = says(200, {"items": []})
    by_cursor = of("list", query={"c": "{cursor}"}, paging={"next": "body.n"})
    yield Case("paging.size", paged(size=8), r"\?p=0&s=8 list", tasks=LIST, given=by_page)
    yield Case("paging.first", paged(first=5), r"\?p=5&s=100 list", tasks=LIST, given=by_page)
    yield Case(
        "paging.total",
        paged(total="body.count"),
        r"stopped after \d of 5 entities",
        tasks=LIST,
        given=by_page,
        answers={"list": (says(200, {"items": [HELD], "count": 5}), says(200, {"items": [], "count": 5}))},
    )
    yield Case(
        "paging.next",
        paged(next="body.n2"),
        r"\?c=C1 list",
        tasks=LIST,
        given=by_cursor,
        answers={"list": (*pages, last)},
    )
    yield Case(
        "paging.most_pages",
        paged(most_pages=2),
        "does not end",
        tasks=LIST,
        given=by_page,
        answers={"list": (*pages, last)},
    )


def member(name: str, **more: Any) -> tuple[Any, dict[str, Any]]:
    """A task that declares the event with one member."""
    return ENTITY, {**EVENT, "attributes": {"description": "a", "members": [{"name": name, **more}]}}


def _parts() -> Iterator[Case]:
    def part(**said: Any) -> dict[str, Any]:
        return event(parts={"members": said})

    def inner(request: str) -> Any:
        return lambda **said: part(**{request: said})

    given = GIVEN_PART
    ann_then_bob = {"tasks": (member("ann", role="r"), member("bob")), "given": given}
    other_role = {"tasks": (member("ann", role="r"), member("ann", role="s")), "given": given}
    write = {"method": "PUT", "path": "{type.path}/{id}/members", "json": "{value}"}
    change = {"method": "PATCH", "path": "{type.path}/{id}/members/{element.name}", "json": "{element}"}
    yield Case("part.add", part(add={"path": "added"}), "/added add members", **ann_then_bob)
    yield Case("part.remove", part(remove={"path": "gone/{element.name}"}), "/gone/ann remove members", **ann_then_bob)
    yield Case("part.write", part(add=None, remove=None, write=write), "> PUT .* write members", **ann_then_bob)
    yield Case("part.change", part(change=change), "> PATCH .*/members/ann change members", **other_role)
    yield Case("part.add_replaces", part(add_replaces=True), 'add members .*"role": "s"', **other_role)
    change_only = {**other_role, "given": overlaid(given, part(change=change))}
    yield Case("part.element.key as text", part(element={"key": "role"}), 'remove members role="r"', **change_only)
    yield Case(
        "part.element.key as list",
        part(element={"key": ["name", "role"]}),
        'remove members name="ann",role="r"',
        **change_only,
    )
    two = {"members": [{"name": "ann", "role": "r"}, {"name": "bob", "role": "s"}]}
    ann_of_two = {
        "given": given,
        "tasks": 2 * (member("ann", role="r"),),
        "answers": {"read members": (says(200, two),)},
    }
    yield Case("part.where", part(where={"role": "r"}), gone="> .* remove members", **ann_of_two)
    yield Case("part.at_least", part(at_least=True), gone="> .* remove members", **ann_then_bob)
    yield Case("part.within", part(within=["create"]), 'create event .*"members"', **ann_then_bob)
    yield Case(
        "part.write_only",
        part(write_only=True),
        "members is write-only",
        **{**ann_then_bob, "given": part(write=write)},
    )
    yield from request_cases("part.read", inner("read"), "read", **ann_then_bob)
    gone = {"answers": {"read members": (says(418), says(200, {"members": [{"name": "ann", "role": "r"}]}))}}
    yield Case(
        "part.read.success",
        inner("read")(success=[{"status": [418]}]),
        "> .* add members",
        **ann_then_bob,
        answers={"read members": (says(418, {"members": []}), says(418, {"members": [{"name": "ann", "role": "r"}]}))},
    )
    yield Case(
        "part.read.missing",
        inner("read")(missing=[{"status": [418]}]),
        "> .* add members",
        **{**ann_then_bob, "tasks": (member("ann", role="r"),)},
        **gone,
    )
    rows = {"answers": {"read members": (says(200, {"rows": []}), says(200, {"rows": [{"name": "ann", "role": "r"}]}))}}
    yield Case("part.read.entity", inner("read")(entity="body.rows"), "> .* add members", **ann_then_bob, **rows)
    pages = {"query": {"p": "{page}"}, "paging": {"total": "body.n"}}
    yield Case("part.read.paging", inner("read")(**pages), r"\?p=0 read members", **ann_then_bob)
    yield Case("type.parts", given, "> .* add members", tasks=ann_then_bob["tasks"])
    yield Case("step_request.without", inner("add")(without=["role"]), gone='> .* add members .*"role"', **ann_then_bob)
    yield Case(
        "step_request.with", inner("add")(**{"with": {"x": "{id}"}}), '> .* add members .*"x": 7', **ann_then_bob
    )
    refused = {"answers": {"add": (says(418),)}}
    yield Case(
        "step_request.success", inner("add")(success=[{"status": [418]}]), gone="HTTP 418", **ann_then_bob, **refused
    )
    yield Case(
        "step_request.conflict", inner("add")(conflict=[{"status": [418]}]), "ConflictError", **ann_then_bob, **refused
    )
    removed = {"answers": {"remove": (says(418),)}}
    yield Case(
        "step_request.missing", inner("remove")(missing=[{"status": [418]}]), gone="HTTP 418", **ann_then_bob, **removed
    )


OPERATIONS = [*_transitions(), *_operations(), *_paging(), *_parts()]
