# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which entity is meant, and whether what a server offers is that one."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of, exactly_one
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AmbiguousError,
    ConfigurationError,
    ProfileMismatchError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import profile

INSIGHT = profile()
KEY = {"appCode": "123456", "appName": "Zelvora"}
APPLICATION = {"type": "application", "key": KEY}


def event(key="Filing", **more):
    return address_of(INSIGHT, {"type": "event", "key": {"eventName": key}}, more.pop("compare", None))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"type": "application"}, "exactly one of id and key"),
        ({"type": "application", "id": ""}, "exactly one of id and key"),
        ({"type": "application", "id": "1", "key": KEY}, "exactly one of id and key"),
        ({"type": "application", "key": {"appCode": "1"}}, "appCode and appName, and appName is not given"),
        ({"type": "nonsense", "id": "1"}, "no such type.*application_cta"),
        ({"id": "1"}, "no such type"),
        ({"type": ["event"], "id": "1"}, "no such type"),
        ({"type": "event", "id": "1", "keys": {}}, "keys is not understood"),
        ({"type": "event", "id": True}, "id a text or a number"),
        ({"type": "event", "id": {"a": 1}}, "id a text or a number"),
        ({"type": "event", "key": "Filing"}, "must be mappings"),
        ({"type": "event", "id": "1", "refs": "17"}, "must be mappings"),
        ({"type": "event", "id": "1", "refs": {"applicationId": 17}}, "17 does not say which one"),
        ({"type": "event", "id": "1", "refs": {"applicationId": {"type": "application"}}}, "type application"),
        (
            {"type": "event", "key": {"eventName": "x", "applicationId": "1"}, "refs": {"applicationId": APPLICATION}},
            "applicationId stands both in key and in refs",
        ),
        (
            {"type": "event", "key": {"eventName": "x"}, "refs": {"applicationId": {"type": "event", "id": "1"}}},
            "applicationId refers to an entity of type application, and event .id 1. is none",
        ),
    ],
)
def test_what_names_no_entity(data, message):
    with pytest.raises(ConfigurationError, match=message):
        address_of(INSIGHT, data)


@pytest.mark.proves("DECLARE-8")
@pytest.mark.parametrize(
    ("value", "message"),
    [
        (9054, r'the number 9054, not text.*eventName: "9054", or "021536"'),
        (1.5, "the number 1.5, not text"),
        (False, r'the boolean false, not text.*eventName: "NO"'),
        (True, r'the boolean true, not text.*eventName: "YES"'),
        (None, "eventName in key is empty"),
        ("", "eventName in key is empty"),
        (" \t", "eventName in key is empty"),
        (["x"], "list, not text"),
        ({"a": "x"}, "dict, not text"),
    ],
)
def test_what_cannot_be_a_key(value, message):
    with pytest.raises(ConfigurationError, match=message):
        event(value)


def test_a_number_where_the_schema_has_one():
    numbered = profile(types={"event": {"schema": {"properties": {"sequence": {"type": "integer"}}}}})
    assert address_of(numbered, {"type": "event", "key": {"sequence": 10}}).key == {"sequence": 10}
    with pytest.raises(ConfigurationError, match="not text"):
        address_of(numbered, {"type": "event", "key": {"sequence": 10, "eventName": 5}})


def test_a_key_attribute_in_refs_counts():
    keyed = profile(types={"event": {"key": {"attributes": ["applicationId", "eventName"]}}})
    named = {"type": "event", "key": {"eventName": "x"}}
    with pytest.raises(ConfigurationError, match="applicationId is not given"):
        address_of(keyed, named)
    assert address_of(keyed, {**named, "refs": {"applicationId": APPLICATION}}).refs["applicationId"].key == KEY


@pytest.mark.parametrize("entity_id", [0, 17, "17", "a/b"])
def test_ids(entity_id):
    assert address_of(INSIGHT, {"type": "event", "id": entity_id}).id == entity_id


def test_a_target_says_its_name_in_one_line():
    named = {"type": "event", "key": {"eventName": "a\n\x1b[31mb"}, "refs": {"applicationId": APPLICATION}}
    shown = str(address_of(INSIGHT, named))
    assert shown == r"event (eventName=a\n\x1b[31mb, applicationId=(appCode=123456, appName=Zelvora))"
    assert str(address_of(INSIGHT, {"type": "event", "id": 17})) == "event (id 17)"


def offered(*names):
    return [{"id": number, "eventName": name} for number, name in enumerate(names, 1)]


@pytest.mark.parametrize(
    ("names", "found"), [((), None), (("Filing",), 1), (("Other", "Filing", "Filing two"), 2), ((None, "Filing"), 2)]
)
def test_exactly_one(names, found):
    entity = exactly_one(event(), offered(*names))
    assert (entity and entity["id"]) == found


@pytest.mark.proves("WRITE-2")
def test_several():
    with pytest.raises(AmbiguousError, match=r"2 entities match \(ids 1, 3\)"):
        exactly_one(event(), offered("Filing", "x", "Filing"))


@pytest.mark.proves("WRITE-2")
@pytest.mark.parametrize(
    ("declared", "stored"),
    [
        ("Filing", "filing"),
        ("Filing", " Filing"),
        ("Filing", "Filing\n"),
        ("é", "e\u0301"),
        ("ﬁling", "filing"),
        ("STRASSE", "straße"),
    ],
)
@pytest.mark.parametrize("beside", [(), ("exact",)])
def test_nearly_the_same_is_an_error_that_shows_both(declared, stored, beside):
    names = [declared if name == "exact" else name for name in beside] + [stored]
    with pytest.raises(AmbiguousError) as caught:
        exactly_one(event(declared), offered(*names))
    assert "differs only in case, outer space or Unicode form" in caught.value.message
    assert ("Name it by id" if beside else "Write the key as the server has it") in caught.value.message
    assert caught.value.message.isprintable()
    show = ascii if stored == "e\u0301" else repr
    assert f"eventName is {show(stored)} on the server and {show(declared)} here" in caught.value.message


@pytest.mark.parametrize("where", ["profile", "task"])
def test_normalisation_settles_what_is_nearly_the_same(where):
    names = ["case", "outer_space"]
    said = {"attributes": {"eventName": {"normalise": names}}} if where == "profile" else {}
    rule = {"normalise": {"eventName": names}} if where == "task" else None
    address = address_of(profile(types={"event": said}), {"type": "event", "key": {"eventName": "Filing"}}, rule)
    assert exactly_one(address, offered(" FILING "))["id"] == 1
    with pytest.raises(AmbiguousError, match="2 entities match"):
        exactly_one(address, offered("FILING", "filing"))


def test_a_match_by_normalisation_does_not_hide_a_near_one():
    address = event("10", compare={"normalise": {"eventName": ["number_as_text"]}})
    with pytest.raises(AmbiguousError, match="differs only"):
        exactly_one(address, offered(10.0, " 10"))


@pytest.mark.parametrize("name", ["Other", None])
def test_offered_and_none_exact(name):
    with pytest.raises(ProfileMismatchError, match="offered 1 entities and none") as caught:
        exactly_one(event("None"), offered(name))
    assert caught.value.details["profile_key"] == "operations.find"


def test_an_entity_by_the_id_that_it_carries_is_one_under_each_of_its_names():
    refs = {"applicationId": APPLICATION}
    first, other = event(), address_of(INSIGHT, {"type": "event", "key": {"eventName": "Other"}, "refs": refs})
    assert first.identity != other.identity
    assert first.located({"id": 5, "eventName": "Filing"}).identity == other.located({"id": "5"}).identity
    assert first.located({"id": 5}).identity == address_of(INSIGHT, {"type": "event", "id": "5"}).identity
    assert first.located({"id": 5}).identity != first.located({"id": 6}).identity
    assert first.located({"id": 5}).identity != address_of(INSIGHT, {"type": "application", "id": 5}).identity
    assert str(other.located({"id": 5})) == "event (id 5)"
    assert other.located({"id": 5}).rules is other.rules
    assert other.with_id(None) is other
