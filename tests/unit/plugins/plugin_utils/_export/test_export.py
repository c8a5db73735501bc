# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Exports of an InSight in memory that answers what no other server here does."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.executor import RunOptions
from ansible_collections.rimops.insight.plugins.plugin_utils._export.attributes import NESTED, UNEQUAL, UNWRITABLE
from ansible_collections.rimops.insight.plugins.plugin_utils._export.export import export_of
from ansible_collections.rimops.insight.plugins.plugin_utils._export.gather import Reading
from ansible_collections.rimops.insight.tests.unit.fakes import URL, Insight, answer, profile

PROFILE = profile(operations={"list": {"enabled": True}})
KEY = {"appCode": "1", "appName": "Zelvora"}


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


def exported(insight, type_name="application", secrets=frozenset()):
    """The export of a type, and notes."""
    client = EntityClient(PROFILE, URL, insight)
    gathered = Reading(PROFILE, RunOptions(client), lambda one: one.key).gather([PROFILE.type(type_name)], {})
    assert set(insight.writes) <= {"list"}
    return export_of(PROFILE, gathered, [type_name], secrets), gathered.notes


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
    export, notes = exported(insight)
    assert [one["attributes"] for one in export.entries["application"]] == [
        {"none": None, "note": number} for number in range(3)
    ]
    assert insight.reads == reads
    assert [note for note in notes if "otherwise than a read does" in note] == notes
    assert bool(notes) is (reads > 1)


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
    export, _notes = exported(insight)
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
    client = EntityClient(own, URL, insight)
    gathered = Reading(own, RunOptions(client), lambda one: one.key).gather([own.type("application")], {})
    export = export_of(own, gathered, ["application"], frozenset())
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
    ],
)
def test_a_key_that_names_nothing(key, why):
    insight = Listing()
    number = insight.add("application", **key)["id"]
    export, _notes = exported(insight, secrets=frozenset(["canary"]))
    assert export.entries == {"application": []}
    assert export.not_exported == [
        {"entity": f"application with id {number}", "type": "application", "entity_id": str(number), "why": why}
    ]


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
    client = EntityClient(own, URL, insight)
    gathered = Reading(own, RunOptions(client), lambda one: one.key).gather([own.type("application")], {})
    names = [one["name"] for one in export_of(own, gathered, ["application"], frozenset()).secrets]
    assert len(set(names)) == len(keys) and "application_plain_1_pin" in names
    assert all(name.isascii() and name.replace("_", "").isalnum() for name in names)
    assert len([name for name in names if name.startswith("application_a_b_c_pin_")]) == 3
