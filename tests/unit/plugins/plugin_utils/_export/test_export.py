# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of an InSight in memory that answers what no other server here does."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.executor import RunOptions
from ansible_collections.rimops.insight.plugins.plugin_utils._export import attributes
from ansible_collections.rimops.insight.plugins.plugin_utils._export.attributes import NESTED, UNEQUAL, UNWRITABLE
from ansible_collections.rimops.insight.plugins.plugin_utils._export.export import export_of
from ansible_collections.rimops.insight.plugins.plugin_utils._export.gather import Reading
from ansible_collections.rimops.insight.plugins.plugin_utils._export.naming import ALIKE
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.manifest import entries_of
from ansible_collections.rimops.insight.tests.unit.fakes import URL, Insight, answer, profile

PROFILE = profile(operations={"list": {"enabled": True}})
KEYED = {"key": {"attributes": ["code"]}}
KEY = {"appCode": "1", "appName": "Zelvora"}
WHYS = {name: getattr(attributes, name.upper()) for name in ("read_only", "volatile", "write_only")}


class Listing(Insight):
    """An InSight with a list. shows: the attributes that it shows; None for all."""

    shows: tuple[str, ...] | None = None
    raw: bytes | None = None

    @property
    def reads(self) -> int:
        return sum(verb == "read" for verb, _body in self.requests)

    def _list(self, name, _number, _body):
        if self.raw is not None:
            return answer(200, b'{"items": [%s], "total": 1}' % self.raw)
        every = list(self.entities.get(name, {}).values())
        shown = [{key: value for key, value in one.items() if self.shows is None or key in self.shows} for one in every]
        return answer(200, {"items": shown, "total": len(shown)})

    def _read(self, name, number, body):
        return answer(200, self.raw) if self.raw is not None else super()._read(name, number, body)


def exported(insight, type_name="application", secrets=frozenset(), of=PROFILE, named=(), more=()):
    """The export of a type, and of entities that are named."""
    client = EntityClient(of, URL, insight)
    entries = entries_of(list(named), None).entries if named else ()
    addresses = {one: address_of(of, {"type": one.type, "key": one.key, "refs": one.refs}) for one in entries}
    gathered = Reading(of, RunOptions(client), lambda one: one.key).gather([of.type(type_name)], addresses)
    assert set(insight.writes) <= {"list"}
    return export_of(of, gathered, [type_name, *more], secrets)


@pytest.mark.proves("EXPORT-8")
@pytest.mark.parametrize(
    ("shows", "reads"),
    [(None, 1), (("id", "appCode", "appName"), 4), (("id",), 4), (("id", "appCode", "appName", "note", "none"), 1)],
)
def test_a_list_that_shows_less_than_a_read(shows, reads):
    """The dates that the server changes, and what is null, may be missing."""
    insight = Listing()
    for number in range(3):
        insight.add("application", appCode=str(number), appName="Zelvora", note=number, none=None)
        for name in ("uuid", "lastChangedDate") if reads == 1 and shows else ():
            del insight.entities["application"][number + 1][name]
    insight.shows = shows
    export = exported(insight)
    assert [one["attributes"] for one in export.entries["application"]] == [
        {"none": None, "note": number} for number in range(3)
    ]
    assert insight.reads == reads
    assert ["otherwise than a read does" in note for note in export.notes] == [True] * (reads > 1)


@pytest.mark.proves("EXPORT-1", "EXPORT-5")
@pytest.mark.parametrize(
    ("letters", "value"),
    [
        (b"1e400", UNWRITABLE),
        (b"[1, 1e400]", UNWRITABLE),
        (b"0.1234567890123456789", UNWRITABLE),
        (b"1.10", 1.1),
        (b"1.0", 1.0),
        (b"1e3", 1000.0),
        (b"-0.0", -0.0),
        (b"12345678901234567890123", 12345678901234567890123),
        (rb'"\ud800"', UNWRITABLE),
        (rb'{"a": ["\udfff"]}', UNWRITABLE),
        (b'{"' + b"n" * 1001 + b'": 1}', UNWRITABLE),
        (b"[" * 45 + b"]" * 45, NESTED),
    ],
)
def test_values_that_few_servers_send(letters, value):
    insight = Listing()
    insight.raw = b'{"id": 1, "appCode": "1", "appName": "Zelvora", "it": %s, "beside": 1}' % letters
    export = exported(insight)
    [entry] = export.entries["application"]
    told = {path: why for (_type, path, why) in export.left_out}
    if isinstance(value, str) and value in (UNWRITABLE, NESTED):
        assert told["it"] == value and entry["attributes"] == {"beside": 1}
    else:
        assert repr(entry["attributes"]["it"]) == repr(value) and "it" not in told


@pytest.mark.proves("EXPORT-3", "EXPORT-5")
def test_a_list_of_which_a_part_is_left_out_is_left_out_where_it_would_count_as_changed():
    own = profile(operations={"list": {"enabled": True}}, evidence_fields={"reason": "steps[].why"})
    insight = Listing()
    insight.add("application", **KEY, steps=[{"name": "a", "why": "CHG-1"}], beside=1)
    export = exported(insight, of=own)
    assert export.entries["application"][0]["attributes"] == {"beside": 1}
    assert {path: why for _type, path, why in export.left_out}["steps"] == UNEQUAL


@pytest.mark.proves("EXPORT-4", "EXPORT-6")
@pytest.mark.parametrize(
    ("key", "why"),
    [
        ({**KEY, "appName": "the canary is in it"}, "its key holds a secret"),
        ({**KEY, "appName": "\ud800"}, "its key holds what no manifest can"),
        ({**KEY, "appName": 7}, "appName in key is the number 7, not text"),
        ({**KEY, "appName": ["a"]}, "appName in key is a list, not text"),
        ({"appCode": "1"}, "appName in key is empty"),
        ({"appCode": "1", "appName": "\t"}, "appName in key is empty"),
    ],
)
def test_a_key_that_names_nothing(key, why):
    insight = Listing()
    number = insight.add("application", **key)["id"]
    export = exported(insight, secrets=frozenset(["canary"]))
    assert export.entries == {"application": []}
    assert export.not_exported == [
        {"entity": f"application with id {number}", "type": "application", "entity_id": str(number), "why": why}
    ]


@pytest.mark.proves("EXPORT-4", "EXPORT-6")
def test_a_key_that_is_a_secret_itself():
    """Also where it is too short to be looked for elsewhere."""
    own = profile(operations={"list": {"enabled": True}}, attributes={"appCode": {"secret": True}})
    insight = Listing()
    insight.add("application", **KEY)
    assert [one["why"] for one in exported(insight, of=own).not_exported] == ["its key holds a secret"]


@pytest.mark.proves("EXPORT-6")
@pytest.mark.parametrize(("members", "shown"), [(1, 2), (4, 5), (30, 5)])
def test_a_circle_is_told_in_a_sentence(members, shown):
    own = profile(
        operations={"list": {"enabled": True}},
        types={"node": {**KEYED, "path": "node", "attributes": {"above": {"ref": {"type": "node"}}}}},
    )
    insight = Listing()
    for number in range(members):
        insight.add("node", code=f"n{number}", above=(number + 1) % members + 1)
    whys = [one["why"] for one in exported(insight, "node", of=own).not_exported]
    assert len(whys) == members and {why.count("node with id") for why in whys} == {shown}
    assert (f"and so on, through {members - 4} more" in whys[0]) is (members > 4)


@pytest.mark.proves("EXPORT-4")
def test_names_of_secrets_are_told_apart_whatever_the_keys():
    own = profile(operations={"list": {"enabled": True}}, attributes={"pin": {"secret": True}})
    insight = Listing()
    keys = [
        ("a_b", "c"),
        ("a", "b_c"),
        ("a b", "c"),
        ("ä", "ö"),
        ("ü", "ß"),
        ("a", "c" * 41),
        ("plain", "1"),
        ("A", "c"),
    ]
    for code, name in keys:
        insight.add("application", appCode=code, appName=name, pin="****")
    names = [one["name"] for one in exported(insight, of=own).secrets]
    assert len(set(names)) == len(keys) and "application_plain_1_pin" in names
    assert all(name.isascii() and name.replace("_", "").isalnum() for name in names)
    assert len([name for name in names if name.startswith("application_a_b_c_pin_")]) == 3


@pytest.mark.proves("EXPORT-5", "EXPORT-6")
@pytest.mark.parametrize("rule", ["read_only", "volatile", "write_only"])
def test_a_reference_or_a_key_that_the_server_alone_sets(rule):
    def own(name):
        event = {"key": {"attributes": ["eventName"]}, "attributes": {name: {rule: True}}}
        return profile(operations={"list": {"enabled": True}}, types={"event": event})

    insight = Listing()
    above = insight.add("application", **KEY)
    insight.add("event", eventName="First", applicationId=above["id"])
    export = exported(insight, "event", of=own("applicationId"))
    assert "applicationId" not in str(export.entries["event"])
    assert [why for _type, path, why in export.left_out if path == "applicationId"] == [WHYS[rule]]
    export = exported(insight, "event", of=own("eventName"))
    assert export.not_exported == []
    assert [one["key"] for one in export.entries["event"]] == [{"eventName": "First"}]


@pytest.mark.proves("EXPORT-6")
def test_what_the_user_names_is_named_so_also_where_its_type_is_listed():
    insight = Listing()
    above = insight.add("application", **KEY)
    insight.add("event", eventName="First", applicationId=above["id"])
    event = {
        "type": "event",
        "key": {"eventName": "First"},
        "refs": {"applicationId": {"type": "application", "key": KEY}},
    }
    assert exported(insight, "event").entries["event"] == []
    assert exported(insight, "event", named=[event]).entries["event"] == [event]


@pytest.mark.proves("EXPORT-3")
@pytest.mark.parametrize("others", [0, 1])
def test_a_reference_has_the_references_that_a_name_needs(others):
    """Those by which the user named the entity, and all where its key does not tell it from others."""
    note = {**KEYED, "path": "note", "attributes": {"eventId": {"ref": {"type": "event"}}}}
    own = profile(operations={"list": {"enabled": True}}, types={"note": note})
    insight = Listing()
    applications = [insight.add("application", appCode=code, appName="Zelvora")["id"] for code in "123"]
    for number in applications[: others + 1]:
        event = insight.add("event", eventName="First", applicationId=number)["id"]
    insight.add("note", code="n", eventId=event)
    refs = {"applicationId": {"type": "application", "key": {"appCode": str(others + 1), "appName": "Zelvora"}}}
    named = {"type": "event", "key": {"eventName": "First"}, "refs": refs}
    export = exported(insight, "note", of=own, named=[named], more=["event"])
    assert export.entries["event"] == [named]
    assert export.entries["note"] == [{"type": "note", "key": {"code": "n"}, "refs": {"eventId": named}}]


@pytest.mark.proves("EXPORT-6")
def test_keys_that_a_search_may_not_tell_apart_are_told():
    insight = Listing()
    for name in ("Zelvora", "ZELVORA", "Other"):
        insight.add("application", appCode="1", appName=name)
    export = exported(insight)
    assert len(export.entries["application"]) == 3
    assert export.notes == [f"application with id 1 and application with id 2 {ALIKE}"]
