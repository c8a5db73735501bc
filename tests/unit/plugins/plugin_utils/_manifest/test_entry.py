# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""By which name an entity is known: one for it, and no other."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.entry import (
    Entry,
    EntryName,
    name_of,
    references_in,
)

calm = settings(deadline=None, database=None)

APPLICATION = {"type": "application", "key": {"appCode": "123456"}}
EVENT = {"type": "event", "key": {"eventName": "Initial filing"}, "refs": {"applicationId": APPLICATION}}


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (EVENT, "event (eventName=Initial filing, applicationId=(appCode=123456))"),
        ({"type": "a", "key": {"n": 1, "m": True, "l": 1.0}}, "a (l=1, m=true, n=1)"),
        ({"type": "a", "key": {"k": "x"}, "refs": {"r": {"type": "b", "id": 42}}}, "a (k=x, r=(id 42))"),
        ({"type": "a", "key": {"k": "x, y=z"}}, 'a (k="x, y=z")'),
        ({"type": "a", "key": {"k": ""}}, 'a (k="")'),
        ({"type": "a", "key": {"k": " x"}}, 'a (k=" x")'),
        ({"type": "a", "key": {"k": "x\n\u202e"}}, 'a (k="x\\n\\u202e")'),
        (
            {"type": "a", "key": {"k": "Zelvora (10 mg)", "odd name=": "\u00e9"}},
            'a (k="Zelvora (10 mg)", "odd name="=\u00e9)',
        ),
        (
            {"type": "a", "key": {"k": "x"}, "refs": {"r": EVENT}},
            "a (k=x, r=(eventName=Initial filing, applicationId=(appCode=123456)))",
        ),
    ],
)
def test_a_name_for_people(data, shown):
    assert str(name_of(data)) == shown


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (EVENT, {**EVENT, "attributes": {"a": 1}, "state": "absent"}, True),
        ({"type": "a", "key": {"x": 1, "y": 2}}, {"type": "a", "key": {"y": 2, "x": 1}}, True),
        ({"type": "a", "key": {"x": 10}}, {"type": "a", "key": {"x": "10"}}, True),
        ({"type": "a", "key": {"x": "1"}}, {"type": "a", "key": {"x": "1"}, "refs": {}}, True),
        ({"type": "a", "key": {"x": "1"}}, {"type": "b", "key": {"x": "1"}}, False),
        ({"type": "a", "key": {"x": "1"}}, {"type": "a", "key": {"x": "01"}}, False),
        (EVENT, {**EVENT, "refs": {}}, False),
        (EVENT, {**EVENT, "refs": {"applicationId": {**APPLICATION, "type": "application_ind"}}}, False),
        (EVENT, {**EVENT, "refs": {"applicationId": {"type": "application", "id": "123456"}}}, False),
        (
            {**EVENT, "refs": {"applicationId": {"type": "application", "id": 7}}},
            {**EVENT, "refs": {"applicationId": {"type": "application", "id": "7"}}},
            True,
        ),
        (EVENT, {**EVENT, "refs": {"applicationId": {**APPLICATION, "refs": {}}}}, True),
        ({**EVENT, "refs": {"a": EVENT, "b": EVENT}}, {**EVENT, "refs": {"b": EVENT, "a": EVENT}}, True),
    ],
)
def test_which_names_are_one(one, other, same):
    first, second = name_of(one), name_of(other)
    assert (first == second) is same
    assert len({first, second}) == (1 if same else 2)


characters = st.one_of(st.sampled_from('ab=,() "\\\n\u202e\x85'), st.characters(exclude_categories=["Cs"]))
texts = st.text(characters, max_size=5)
keys = st.dictionaries(texts.filter(bool), texts, min_size=1, max_size=2)
by_id = st.fixed_dictionaries({"type": st.just("a"), "id": texts})
names = st.recursive(
    st.fixed_dictionaries({"type": st.just("a"), "key": keys}),
    lambda inner: st.fixed_dictionaries(
        {
            "type": st.just("a"),
            "key": keys,
            "refs": st.dictionaries(texts.filter(bool), st.one_of(inner, by_id), max_size=2),
        }
    ),
    max_leaves=4,
)


@calm
@given(names, names)
def test_two_entities_never_look_the_same(one, other):
    first, second = name_of(one), name_of(other)
    assert (str(first) == str(second)) is (first == second)
    assert "\n" not in str(first)


def test_an_entry_knows_its_name():
    entry = Entry("event", EVENT["key"], refs=EVENT["refs"], secret_attributes={"password": "hunter2"})
    assert entry.name == name_of(EVENT)
    assert entry.former is None
    assert "hunter2" not in repr(entry)
    assert {entry: 1}[Entry("event", EVENT["key"], refs=EVENT["refs"], secret_attributes={"password": "hunter2"})] == 1


def test_a_former_key_names_only_what_changed():
    entry = Entry("a", {"x": "1", "y": "2"}, was={"y": "0"}, refs={"r": APPLICATION})
    assert entry.former == name_of({"type": "a", "key": {"x": "1", "y": "0"}, "refs": {"r": APPLICATION}})


def test_references_come_after_what_they_need_themselves():
    refs = {"e": EVENT, "i": {"type": "x", "id": 1}, "a": {"type": "z", "key": {"k": "1"}}}
    assert [(name, data["type"]) for name, data in references_in(refs)] == [
        (name_of(APPLICATION), "application"),
        (name_of(EVENT), "event"),
        (EntryName("z", '{"k":"1"}'), "z"),
    ]
