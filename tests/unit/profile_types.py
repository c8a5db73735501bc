# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each key of the whole, of types and of attributes does, for test_profile_effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ansible_collections.rimops.insight.plugins.module_utils.errors import InterruptedRequest
from ansible_collections.rimops.insight.tests.unit.effects import (
    CHECK_DRIFT,
    DRIFTED,
    ENTITY,
    ENTITY_INFO,
    EVENT,
    KEY,
    LIST,
    LOGIN,
    LOOK_AROUND,
    WRITE,
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
    session,
)

REFERENCE = event(attributes={"applicationId": {"ref": {"type": "application"}}})
ALL = (*WRITE, *LIST)
EACH = (*WRITE, (ENTITY_INFO, {"type": "application"}))
LISTED = {"operations": {"list": {"method": "GET", "path": "all", "entity": "body.items"}}}
STRICT = (present(), (CHECK_DRIFT, {"entities": [{**EVENT, "attributes": {"description": "a"}}], "strict": True}))
OPERATIONS = ("read", "find", "create", "update", "delete", "list")


def described(**said: Any) -> dict[str, Any]:
    """What is said of the description."""
    return event(attributes={"description": said})


def _whole() -> Iterator[Case]:
    yield Case("name", {"name": "theirs"}, "profile theirs has no such type", tasks=(present(type="nothing"),))
    yield Case("base_path", {"base_path": "/elsewhere"}, "> .*/elsewhere/events")
    yield Case(
        "other_versions.session_id",
        {"other_versions": {"session_id": {"theirs": "that_of_theirs"}}},
        "try profile that_of_theirs",
        tasks=LOGIN,
        given=session(
            steps={"login": {"take": {"token": None, "session": "body.xAuthToken"}}},
            carry={"headers": {"X-Token": "{session}"}},
        ),
        answers={"log": (says(200, {"theirs": "S1", "xAuthToken": None}),)},
    )
    yield Case(
        "other_versions.password",
        {"other_versions": {"password": "that_of_theirs"}},
        "do: profile that_of_theirs",
        given=session(steps={"login": None}, carry={"headers": {"X-Token": "{access_token}"}}),
    )
    realm = {"base_path": "/{inputs.realm}", "inputs": {"realm": {"default": "r1"}}}
    yield Case(
        "inputs.<name>.required",
        {"inputs": {"realm": {"required": True}}},
        "its input realm is not given",
        given={"inputs": {"realm": {}}},
    )
    yield Case(
        "inputs.<name>.secret",
        {"inputs": {"realm": {"secret": True}}},
        gone="the realm very-hidden-1",
        given=realm,
        tasks=(present(inputs={"realm": "very-hidden-1"}),),
        answers={"create": (says(500, {"message": "the realm very-hidden-1"}),)},
    )
    yield Case("inputs.<name>.default", {"inputs": {"realm": {"default": "r2"}}}, "> .*/r2/events", given=realm)
    yield Case("id", {"id": {"at": "entityId"}}, "/events/70 read")
    yield Case("attributes", {"attributes": {"description": {"read_only": True}}}, "description is read-only")
    yield Case("evidence_fields", {"evidence_fields": {"reason": "why"}}, '> .*"why": "R1"')
    yield Case("changed_by", {"changed_by": "other"}, '"changed_by": "other-7"', tasks=DRIFTED)
    yield Case("changed_at", {"changed_at": "other"}, '"changed_at": "other-7"', tasks=DRIFTED)
    yield Case(
        "types",
        {"types": {"thing": {"path": "t", "key": {"attributes": ["eventName"]}}}},
        "/t.* find thing",
        tasks=(present(type="thing"),),
    )
    yield Case(
        "other_base_paths",
        {"other_base_paths": ["/theirs"]},
        "/theirs/login log in",
        tasks=LOOK_AROUND,
        answers={"log": (says(404),)},
    )
    for one in OPERATIONS:
        here = {"path": "here/{id}" if one in ("read", "update", "delete") else "here"}
        form = " as mapping" if one in ("find", "list") else ""
        yield Case(f"operations.{one}{form}", {"operations": {one: here}}, f"/here.* {one} ", tasks=EACH, given=LISTED)
        yield Case(f"type.{one}{form}", event(**{one: here}), f"/here.* {one} ", tasks=ALL)
    second = {"method": "GET", "path": "second", "entity": "body.items"}
    both = [LISTED["operations"]["list"], second]
    yield Case("operations.list as list", {"operations": {"list": both}}, "/second list ", tasks=EACH, given=LISTED)
    yield Case("type.list as list", event(list=both), "/second list ", tasks=LIST)
    by_list = {"operations": {"find": "list"}}
    yield Case("operations.find as text", by_list, "/events/all list ", tasks=EACH, given=LISTED)


def _types() -> Iterator[Case]:
    yield Case("type.path", event(path="happenings"), "/happenings/7 read")
    yield Case(
        "type.extends",
        {"types": {"thing": {"extends": "event"}}},
        "/things/all list ",
        given={"types": {"thing": {"path": "things"}}},
        tasks=((ENTITY_INFO, {"type": "thing"}),),
    )
    yield Case("type.key.attributes", event(key={"attributes": ["eventName", "phase"]}), "phase is not given")
    yield Case(
        "type.key.enforced",
        event(key={"enforced": True}),
        "create .*#2",
        answers={
            "create": (InterruptedRequest("create", "the connection was lost"), says(200, HELD)),
            "find": (says(200, []),),
        },
        tasks=(present(),),
    )
    for form, parent in (("text", "application"), ("list", ["event", "application"])):
        yield Case(
            f"type.parent as {form}",
            event(parent=parent, find={"path": "of/{parent.id}/events"}),
            "of/3/events.* find event",
            tasks=(present(refs={"parent": {"type": "application", "key": {"appCode": "1"}}}),),
            answers=APPLICATION,
        )
    yield Case(
        "type.singleton",
        event(singleton=True, read={"path": "the/event"}),
        "/the/event read",
        tasks=((ENTITY, {"type": "event", "attributes": {"description": "a"}}),),
    )
    yield Case("type.required", event(required=["phase"]), "the server requires phase")
    yield Case(
        "type.schema", event(schema={"properties": {"description": {"maxLength": 0}}}), "must have at most 0 characters"
    )
    yield Case("type.id", event(id={"at": "entityId"}), "/events/70 read")
    yield Case("type.attributes", described(read_only=True), "description is read-only")
    yield Case("type.evidence_fields", event(evidence_fields={"reason": "why"}), '> .*"why": "R1"')
    yield Case("type.changed_by", event(changed_by="other"), '"changed_by": "other-7"', tasks=DRIFTED)
    yield Case("type.changed_at", event(changed_at="other"), '"changed_at": "other-7"', tasks=DRIFTED)
    yield Case("type.find as text", event(find="list"), "/events/all list ")
    by_name = of("read", path="named/{key.eventName}", missing=[{"status": [404]}])
    yield Case("type.find as text", event(find="read"), gone="> .* find event", given=by_name)
    yield Case("id.at", event(id={"at": "entityId"}), "/events/70 read")
    yield Case("id.from", event(id={"from": "{key.eventName}"}), "/events/F read")
    for one, value in (("reason", "R1"), ("change_reference", "C1"), ("initiator", "I1")):
        yield Case(f"evidence_fields.{one}", event(evidence_fields={one: "why"}), f'> .*"why": "{value}"')


def _secrets() -> Iterator[Case]:
    key = {"type": "event", "key": KEY}
    tasks = tuple((ENTITY, {**key, "attributes": {"phase": phase}}) for phase in ("1", "2"))
    shown = {"given": described(secret=True), "tasks": tasks, "stores": lambda told: {**told, "description": "hushed"}}
    yield Case(
        "attribute.masked.values", described(masked={"values": ["hushed"]}), gone='"description": "hushed"', **shown
    )
    back = {**shown, "given": described(secret=True, masked={"values": ["hushed"]})}
    yield Case(
        "attribute.masked.send_back", described(masked={"send_back": True}), '> .*"description": "hushed"', **back
    )
    alone = {"given": described(secret=True), "tasks": tasks}
    yield Case("attribute.omitted", described(omitted="clears"), "an update without description clears it", **alone)


def _attributes() -> Iterator[Case]:
    def case(key: str, said: dict[str, Any], pattern: str = "", **more: Any) -> Case:
        return Case(f"attribute.{key}", described(**said), pattern, **more)

    yield case("read_only", {"read_only": True}, "description is read-only")
    yield case("volatile", {"volatile": True}, gone="> .* update event")
    yield case("immutable", {"immutable": True}, "can only be set at creation")
    yield case("ignored", {"ignored": True}, gone="> .* update event")
    yield case("write_only", {"write_only": True}, "description is write-only")
    yield case("hidden", {"hidden": True}, r'"unverified": \[[^]]*"description"', stores=lambda told: {**KEY})
    yield case("secret", {"secret": True}, gone='= .*"description": "a"')
    yield Case(
        "attribute.identifier", event(attributes={"other": {"identifier": True}}), gone='"path": "other"', tasks=STRICT
    )
    back = {"tasks": (present(["a", "b"]),), "stores": lambda told: {**told, "description": told["description"][::-1]}}
    yield case("set", {"set": True}, gone="Unconverged", **back)
    yield case("cleared_by", {"cleared_by": "-"}, '> .*"description": "-"', tasks=(present(None),))
    html = {"stores": lambda told: {**told, "description": "<p>"}}
    yield case("rewritten", {"rewritten": True}, gone="Unconverged", **html)
    yield from _secrets()
    more = {"tasks": (present(["a"]),), "stores": lambda told: {**told, "description": [*told["description"], "b"]}}
    yield case("at_least", {"at_least": True}, gone="Unconverged", **more)
    fuller = {"tasks": (present({"a": 1}),), "stores": lambda told: {**told, "description": {"a": 1, "b": 2}}}
    yield case("exact", {"exact": True}, "Unconverged", **fuller)
    numbered = {
        "tasks": (present([{"a": "1"}]),),
        "stores": lambda told: {**told, "description": [{**one, "id": 1} for one in told["description"]]},
    }
    yield case("keyed as text", {"keyed": "a"}, gone="Unconverged", **numbered)
    yield case("keyed as list", {"keyed": ["a"]}, gone="Unconverged", **numbered)
    upper = {"stores": lambda told: {**told, "description": told["description"].upper()}}
    yield case("normalise", {"normalise": ["case"]}, gone="Unconverged", **upper)
    prefixed = {"stores": lambda told: {**told, "description": f"x/{told['description']}"}, "tasks": (present(),)}
    yield case("normalise.prefix", {"normalise": [{"prefix": "x/"}]}, gone="Unconverged", **prefixed)
    yield Case(
        "attribute.read as text",
        event(attributes={"applicationId": {"read": "{entity.owner.id}"}}),
        '"entity": {[^}]*"applicationId": 3',
        given=REFERENCE,
        tasks=(present(),),
        stores=lambda told: {**told, "owner": {"id": 3}},
    )
    shown = {"stores": lambda told: {**told, "description": [{"x": {"n": one["a"]}} for one in told["description"]]}}
    each, one_a = [{"a": "{element.x.n}"}], {"tasks": (present([{"a": "1"}]),)}
    yield case("read as list", {"read": each}, gone="Unconverged", **shown, **one_a)
    yield case("read as mapping", {"read": {"those": each}}, '"those": ', **shown, **one_a)
    by_text = '> .* create .*"by": {"applicationId": "A"}'
    among = {"tasks": REFERS, "answers": APPLICATION}
    yield Case("attribute.ref.type", refers(type="event"), gone=by_text, given=refers(text="{appName}"), **among)
    one = {"given": refers(), "tasks": REFERS, "answers": APPLICATION}
    yield Case("attribute.ref.many", refers(many=True), "applicationId is a list of references", **one)
    yield Case("attribute.ref.text", refers(text="{appName}"), by_text, given=refers(), **among)


def _basis() -> Iterator[Case]:
    yield Case("assumed", of("create", assumed=True), r'"assumed": \[[^]]*"types.event.create"')
    seen = {"version": "1", "when": "2026-01-01", "by": "ann"}
    yield Case(
        "verified",
        of("create", verified=seen),
        gone=r'"assumed": \[[^]]*"types.event.create"',
        given=of("create", assumed=True),
    )


TYPES = [*_whole(), *_types(), *_attributes(), *_basis()]
