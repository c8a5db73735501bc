# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations: the same on every machine; what becomes of an approved one when the world has moved on."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import replace
from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import Change
from ansible_collections.rimops.insight.plugins.module_utils._entity.plan import plan
from ansible_collections.rimops.insight.plugins.module_utils._entity.replacement import replacing
from ansible_collections.rimops.insight.plugins.module_utils._entity.rules import rules
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import EntityType
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.members import Member
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.planned_change import (
    PlannedChange,
    approval_state,
    moved_how,
    planned_changes,
    possible_renames,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.entry import Entry, EntryName, name_of
from ansible_collections.rimops.insight.tests.unit.fakes import desired_state

KEY = {"eventName": "Initial filing"}
REFERENCE = {"type": "application", "key": {"appCode": "123456"}}
APPLICATION = name_of(REFERENCE)
ENTRY = Entry("event", KEY, refs={"applicationId": REFERENCE})
RULES = rules({"sets": ["countries"], "volatile": ["lastChanged"], "write_only": ["pin"]})
SECRET = "canary-4711"
STORED = {"id": 7, "eventName": "Initial filing", "applicationId": 17, "countries": ["FR", "DE"], "lastChanged": 1}


def fingerprint(path, value):
    return f"{path}:{len(value)}"


def operation(observed, application=17, policy="on_create", known=None, pin=SECRET, kind=None, **declared):
    """What is needed for this event; application: the id of the one that it refers to, None where there is none yet."""
    attributes = {"countries": ["DE", "FR"], "description": "Initial", **declared.pop("attributes", {})}
    declared = {"key": KEY, "attributes": attributes, "secrets": {"pin": pin} if pin else {}, **declared}
    wanted = desired_state(declared, RULES, policy, SimpleNamespace(known=lambda _id: known or {}, of=fingerprint))
    if kind:
        wanted = replace(wanted, address=replace(wanted.address, type=kind))
    made = plan(wanted, {} if application is None else {"applicationId": application}, observed)
    member = Member(ENTRY, wanted, {"applicationId": APPLICATION})
    return planned_changes({ENTRY.name: member}, {ENTRY.name: made}, [pin] if pin else [])[ENTRY.name]


@pytest.mark.proves("PLAN-1")
def test_ids_and_what_the_server_adds_are_not_in_it():
    here = operation({**STORED, "description": "Old"})
    there = operation({**STORED, "description": "Old", "id": 9, "applicationId": 5, "lastChanged": 3}, application=5)
    assert here == there
    assert here.changes == (Change("description", "Old", "Initial"),)
    assert here.before != here.after


@pytest.mark.proves("PLAN-1")
def test_ids_that_stand_deeper_are_not_in_it():
    def found(number, **more):
        held = {name: value for name, value in STORED.items() if name != "id"}
        return {**held, "meta": {"id": number, "uuid": f"u-{number}", "note": "n"}, "description": "Old", **more}

    kind = EntityType("event", "event", {}, "meta.id", other_ids=("meta.uuid",))
    here, there = operation(found(7), kind=kind), operation(found(9), kind=kind)
    assert here == there and here.before.startswith("sha256:")
    deeper = operation(found(7, meta={"id": 7, "uuid": "u-7", "note": "other"}), kind=kind)
    assert deeper.before != here.before
    flat = operation(found(7))
    assert flat.before != operation(found(9)).before


@pytest.mark.proves("PLAN-1")
def test_a_rename_is_seen_whatever_the_ids_are():
    kind = EntityType("event", "event", {}, "meta.id", other_ids=("meta.uuid",))
    state = desired_state({"key": KEY, "attributes": {"meta": {"note": "n"}}}, RULES)
    state = replace(state, address=replace(state.address, type=kind))
    gone = replace(state, address=replace(state.address, key={"eventName": "Old"}), state="absent")
    old = Entry("event", {"eventName": "Old"}, state="absent")
    new = Entry("event", KEY)
    held = {"eventName": "Old", "meta": {"id": 7, "uuid": "u-7", "note": "n"}}
    members = {old.name: Member(old, gone, {}), new.name: Member(new, state, {})}
    changes = planned_changes(members, {old.name: plan(gone, {}, held), new.name: plan(state, {}, None)})
    assert changes[new.name].possible_rename == str(old.name)


@pytest.mark.proves("PLAN-1")
def test_what_refers_to_an_entity_that_is_not_there_yet_is_the_same_when_it_is():
    assert operation(None, application=None) == operation(None, application=17)
    created = operation(None)
    assert (created.operation, created.before, created.secrets) == ("create", "absent", ("pin",))
    assert Change("applicationId", ABSENT, "application (appCode=123456)") in created.changes


def test_a_reference_that_changes_is_named():
    moved = operation({**STORED, "applicationId": 18, "description": "Initial"})
    assert moved.changes == (Change("applicationId", 18, "application (appCode=123456)"),)
    assert moved.before != moved.after
    assert moved.after == operation({**STORED, "description": "Old"}).after


def test_deleting_and_nothing():
    deleted = operation(STORED, state="absent")
    assert (deleted.operation, deleted.after, deleted.changes) == ("delete", "absent", ())
    nothing = operation({**STORED, "description": "Initial"})
    assert (nothing.operation, nothing.before, nothing.after, nothing.changes) == ("none", "", "", ())


@pytest.mark.proves("PLAN-3")
def test_no_secret_is_in_it():
    for observed in (None, STORED, {**STORED, "pin": SECRET}):
        for policy in ("on_create", "always", "on_change"):
            attributes = {"description": f"The pin is {SECRET}."}
            text = json.dumps(operation(observed, policy=policy, attributes=attributes, known={"pin": "x"}).as_data())
            assert SECRET not in text
            assert MASK in text


FULL = {**STORED, "description": "Initial"}
EDITED = {**STORED, "description": "Edited", "comment": "by hand"}
OLD = {**STORED, "description": "Old"}
ALWAYS = {"policy": "always"}
CHANGED = {"policy": "on_change", "known": {"pin": "another"}}
SORTED = [
    ("a create, nothing there", operation(None), operation(None), "write"),
    ("a create, carried out", operation(None), operation(FULL), "done"),
    ("a create, carried out, and defaults added", operation(None), operation({**FULL, "status": "Draft"}), "done"),
    ("a create, somebody else's is there", operation(None), operation(EDITED), "moved"),
    ("a create, carried out, secrets always", operation(None, **ALWAYS), operation(FULL, **ALWAYS), "done"),
    ("an update, as it was", operation(OLD), operation(OLD), "write"),
    ("an update, in another order", operation(OLD), operation({**OLD, "countries": ["DE", "FR"]}), "write"),
    ("an update, volatile", operation(OLD), operation({**OLD, "lastChanged": 9}), "write"),
    ("an update, carried out", operation(OLD), operation(FULL), "done"),
    ("an update, edited", operation(OLD), operation(EDITED), "moved"),
    ("an update, edited elsewhere", operation(OLD), operation({**OLD, "comment": "by hand"}), "moved"),
    ("an update, gone", operation(OLD), operation(None), "moved"),
    ("an update, another secret now", operation(OLD, **CHANGED), operation(OLD, **CHANGED, pin="other-1"), "moved"),
    ("secrets, as it was", operation(FULL, **CHANGED), operation(FULL, **CHANGED), "write"),
    (
        "secrets, carried out",
        operation(FULL, **CHANGED),
        operation(FULL, policy="on_change", known={"pin": fingerprint("pin", SECRET)}),
        "done",
    ),
    ("secrets, edited", operation(FULL, **CHANGED), operation({**FULL, "comment": "by hand"}, **CHANGED), "moved"),
    ("a delete, there", operation(FULL, state="absent"), operation(FULL, state="absent"), "write"),
    ("a delete, carried out", operation(FULL, state="absent"), operation(None, state="absent"), "done"),
    ("a delete, edited", operation(FULL, state="absent"), operation(EDITED, state="absent"), "moved"),
]


@pytest.mark.proves("PLAN-1")
@pytest.mark.parametrize(("approved", "again", "fate"), [case[1:] for case in SORTED], ids=[case[0] for case in SORTED])
def test_what_becomes_of_an_approved_operation(approved, again, fate):
    assert approval_state(approved, again) == fate
    assert approval_state(replace(approved, possible_rename="x"), again) == fate


@pytest.mark.parametrize(
    ("approved", "again", "how"),
    [
        (operation(None), operation(EDITED), "was created meanwhile"),
        (operation(OLD), operation(None), "was deleted meanwhile"),
        (operation(OLD), operation(EDITED), "was changed meanwhile"),
        (operation(OLD), replace(operation(OLD), after="x"), "now needs something else than was approved"),
    ],
)
def test_how_it_moved(approved, again, how):
    assert moved_how(approved, again) == how


def entities(**attributes):
    return {EntryName("application", name): held for name, held in attributes.items()}


def pairs_of(deleted, created):
    """The keys of those that may be one."""
    return {name.key: other.key for name, other in possible_renames(deleted, created).items()}


@pytest.mark.parametrize(
    ("deleted", "created", "pairs"),
    [
        (entities(a={"x": 1, "y": 2}), entities(b={"x": 1, "y": 2}), {"a": "b", "b": "a"}),
        (entities(a={"x": 1, "more": 2}), entities(b={"x": 1, "z": None}), {"a": "b", "b": "a"}),
        (entities(a={"x": 1}), entities(b={"x": 2}), {}),
        (entities(a={"x": 1}), entities(b={}), {}),
        (entities(a={"x": 1}), entities(b={"z": None}), {}),
        (entities(a={"x": 1}, c={"x": 1}), entities(b={"x": 1}), {}),
        (entities(a={"x": 1, "y": 2}), entities(b={"x": 1}, d={"y": 2}), {}),
        (entities(a={"x": 1}), entities(b={"x": 1}, d={"x": 1}), {}),
        (
            entities(a={"x": 1, "y": 2}, c={"x": 3}),
            entities(b={"x": 1}, d={"x": 3}),
            {"a": "b", "b": "a", "c": "d", "d": "c"},
        ),
        (entities(a={"x": 1}), {EntryName("event", "b"): {"x": 1}}, {}),
    ],
)
def test_possible_renames(deleted, created, pairs):
    assert pairs_of(deleted, created) == pairs


def test_many_that_are_alike_make_no_pairs():
    alike = {str(number): {"x": 1} for number in range(300)}
    deleted = entities(**alike, one={"x": 2})
    created = entities(**{f"new {name}": held for name, held in alike.items()}, other={"x": 2})
    peak = bytes_at_most(lambda: possible_renames(deleted, created))
    assert pairs_of(deleted, created) == {"one": "other", "other": "one"}
    assert peak < 2_000_000, peak


def bytes_at_most(work):
    """How many bytes it took at most."""
    tracemalloc.start()
    try:
        work()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_a_possible_rename_is_noted_on_both_sides():
    entries = {name: Entry("event", {"eventName": name}) for name in ("old", "new", "other")}
    members, plans = {}, {}
    for name, more in {"old": {"state": "absent"}, "new": {}, "other": {}}.items():
        declared = {"key": {"eventName": name}, "attributes": {"text": "x" if name == "new" else "y"}, **more}
        wanted, observed = desired_state(declared, RULES), {"id": 7, "eventName": "old", "text": "x"} if more else None
        members[entries[name].name] = Member(entries[name], wanted)
        plans[entries[name].name] = plan(wanted, {}, observed)
    noted = planned_changes(members, plans)
    assert list(noted) == [one.name for one in entries.values()]
    assert [one.possible_rename for one in noted.values()] == ["event (eventName=new)", "event (eventName=old)", None]


# --- a change in several steps that was interrupted

STEPS = {"members", "enabled", "colour"}


def change(kind, *changes, secrets=()):
    made = tuple(Change(path, before, after) for path, before, after in changes)
    return PlannedChange(
        "group (name=a)", "group", {"name": "a"}, kind, f"before {made}", f"after {made}", made, secrets
    )


CREATE = change("create", ("shape", ABSENT, "x"), ("members", ABSENT, ["ann", "bob"]), ("enabled", ABSENT, True))
BOB, SHOWN = {"email": "bob", "role": "MEMBER"}, {"email": "ann", "role": "MEMBER", "kind": "USER"}
ROLES = change("create", ("members", ABSENT, [{"email": "ann", "role": "MEMBER"}, BOB]))
UPDATE = change("update", ("shape", "x", "y"), ("members", ["ann"], ["bob", "eve"]), ("enabled", False, True))


@pytest.mark.parametrize(
    ("approved", "again", "fate"),
    [
        (CREATE, change("update", ("members", ["ann"], ["ann", "bob"]), ("enabled", False, True)), "write"),
        (CREATE, change("update", ("enabled", False, True)), "write"),
        (CREATE, change("none"), "done"),
        (CREATE, change("update", ("shape", "z", "x")), "moved"),
        (CREATE, change("update", ("enabled", False, None)), "moved"),
        (CREATE, change("update", ("members", ["ann", "mallory"], ["ann", "bob"])), "moved"),
        (CREATE, change("update", ("other", 1, 2)), "moved"),
        (CREATE, change("update", ("members", ["own", "ann"], ["ann", "bob", "own"])), "write"),
        (CREATE, change("update", ("members", ["own", "ann"], ["ann", "bob"])), "moved"),
        (ROLES, change("update", ("members", [SHOWN], [SHOWN, BOB])), "write"),
        (ROLES, change("update", ("members", [{**SHOWN, "role": "OWNER"}], [SHOWN, BOB])), "moved"),
        (CREATE, change("delete", ("enabled", True, ABSENT)), "moved"),
        (UPDATE, change("update", ("members", ["ann", "eve"], ["bob", "eve"]), ("enabled", False, True)), "write"),
        (UPDATE, change("update", ("enabled", False, True)), "write"),
        (UPDATE, change("update", ("enabled", None, True)), "moved"),
        (UPDATE, change("update", ("shape", "x", "y"), ("members", ["bob", "eve"], ["bob", "eve"])), "write"),
        (UPDATE, change("update", ("shape", "z", "y")), "moved"),
        (UPDATE, change("update", ("enabled", False, True), secrets=("pin",)), "moved"),
    ],
)
def test_what_is_left_of_an_approved_change(approved, again, fate):
    assert approval_state(approved, again, STEPS) == fate
    if fate == "write":
        assert approval_state(approved, again) == "moved"


AS_NEW = replace(change("create"), before="absent", after="after all")
REPLACED = replace(
    change("replace", ("shape", "x", "y"), ("note", "n", ABSENT)), after="after all", forced_by=("shape",)
)
PURGING = replace(REPLACED, removal=("delete", "purge"), purges=("7",))
PURGED = replace(change("delete"), after="absent", removal=("delete", "purge"), purges=("7",))
REST = {"removal": ("purge",), "before": "another"}


@pytest.mark.parametrize(
    ("approved", "again", "fate"),
    [
        (REPLACED, REPLACED, "write"),
        (REPLACED, change("none"), "done"),
        (REPLACED, replace(REPLACED, before="another"), "moved"),
        (REPLACED, AS_NEW, "write"),
        (REPLACED, replace(AS_NEW, after="another"), "moved"),
        (REPLACED, replace(AS_NEW, secrets=("pin",)), "moved"),
        (REPLACED, replace(AS_NEW, restores=True), "moved"),
        (REPLACED, change("update", ("members", ["own"], ["own", "ann"])), "write"),
        (REPLACED, change("update", ("members", ["eve"], ["ann"])), "moved"),
        (REPLACED, change("update", ("shape", "x", "y")), "moved"),
        (REPLACED, change("update", ("members", ["own"], ["own", "ann"]), ("other", ABSENT, 2)), "moved"),
        (REPLACED, change("delete"), "moved"),
        (UPDATE, AS_NEW, "moved"),
        (PURGING, replace(PURGING, **REST), "write"),
        (PURGING, replace(PURGING, **REST, after="another"), "moved"),
        (PURGING, replace(PURGING, **REST, purges=("7", "8")), "moved"),
        (PURGING, AS_NEW, "write"),
        (PURGED, change("none"), "done"),
        (PURGED, replace(PURGED, **REST), "write"),
        (PURGED, replace(PURGED, **REST, purges=("8",)), "moved"),
        (PURGED, replace(PURGED, before="another"), "moved"),
        (PURGED, replace(PURGED, removal=None, purges=None), "moved"),
        (replace(PURGED, removal=("purge",)), replace(PURGED, **REST), "moved"),
    ],
)
def test_what_is_left_of_an_approved_removal(approved, again, fate):
    assert approval_state(approved, again, STEPS) == fate


def test_a_replacement_ends_as_a_creation_does_secrets_included():
    """What was made known of the secrets of the entity before says nothing of the new one."""
    fixed = replace(RULES, create_only=frozenset({"description"}))
    known = {"pin": "pin:1", "former": "former:2"}

    def made(observed):
        wanted = desired_state(
            {"key": KEY, "attributes": {"description": "Initial"}, "secrets": {"pin": SECRET}},
            fixed,
            "on_change",
            SimpleNamespace(known=lambda _id: known, of=fingerprint),
        )
        wanted = replace(wanted, on_immutable="replace")
        whole = plan(wanted, {}, observed)
        if observed is not None:
            whole = replacing(wanted, {}, whole, observed)
        member = Member(Entry("event", KEY), wanted, {})
        return planned_changes({member.entry.name: member}, {member.entry.name: whole}, [SECRET])[member.entry.name]

    approved, again = made({**STORED, "description": "Old"}), made(None)
    assert (approved.operation, again.operation) == ("replace", "create")
    assert (approved.after, approved.secrets) == (again.after, again.secrets)
    assert approval_state(approved, again) == "write"
