# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Profiles as data: merging, operations of types, what is assumed; and the profiles that the collection brings."""

from __future__ import annotations

import pytest
import yaml

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge, overlaid
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of, type_data
from ansible_collections.rimops.insight.plugins.module_utils._profile.operation import BASIS, is_assumed
from ansible_collections.rimops.insight.plugins.module_utils._profile.predicate import statuses_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import (
    BUILT_IN,
    FOLDER,
    built_in,
    check_profile,
)
from ansible_collections.rimops.insight.tests.unit.fakes import profile

NAMES = ["insight", "insight_6_2", "insight_7_0"]
SYSTEMS = [*NAMES, "adme", "adme_v1", "dispogas", "veeam_azure"]


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize(
    ("base", "over", "merged"),
    [
        ({"a": 1, "b": 2}, {"b": 3, "c": 4}, {"a": 1, "b": 3, "c": 4}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": None}}, {"a": {"x": 1}}),
        ({"a": 1, "b": 2}, {"a": None}, {"b": 2}),
        ({"a": 1}, {"b": {"c": None, "d": 1}}, {"a": 1, "b": {"d": 1}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": 5}, {"a": 5}),
        ({"a": 5}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"a": 1}, {}, {"a": 1}),
        ({}, {"a": False, "b": 0, "c": ""}, {"a": False, "b": 0, "c": ""}),
        # of RFC 7396
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
        ({"a": "foo"}, "bar", "bar"),
        ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
        ({"a": {"x": None, "y": 1}}, {"a": {"y": None}}, {"a": {"x": None}}),
    ],
)
def test_merge(base, over, merged):
    before = repr((base, over))
    assert merge(base, over) == merged
    assert repr((base, over)) == before


@pytest.mark.proves("PROFILE-1")
def test_a_null_in_a_type_takes_away_what_holds_for_all_types():
    base = {
        "name": "mine",
        "types": {"event": {"path": "event", "key": {"attributes": ["a"]}}, "other": {"path": "other"}},
        "attributes": {"uuid": {"identifier": True}},
        "evidence_fields": {"reason": "why", "initiator": "who"},
        "operations": {
            "read": {"method": "GET", "path": "x", "missing": [{"status": [410]}]},
            "list": {"method": "GET", "path": "x"},
        },
    }
    nothing = {
        "attributes": {"uuid": None},
        "evidence_fields": {"reason": None},
        "key": None,
        "list": None,
        "read": {"missing": None},
    }
    whole = overlaid(base, {"types": {"event": nothing}})
    whole = overlaid(whole, {"title": "Mine", "types": {"event": {"path": "e"}}})
    event, other = profile_of(whole).types["event"], profile_of(whole).types["other"]
    assert (event.path, event.other_ids, other.other_ids) == ("e", (), ("uuid",))
    assert (event.operations.keys(), other.operations.keys()) == ({"read"}, {"read", "list"})
    assert [statuses_of(of.operations["read"].missing) for of in (event, other)] == [(404,), (410,)]
    assert event.evidence_fields == {"initiator": "who"}
    assert event.operations["read"].profile_key == "types.event.read"
    assert event.key == ()
    assert "event" not in overlaid(whole, {"types": {"event": None}})["types"]


@pytest.mark.proves("PROFILE-2")
@pytest.mark.parametrize(
    ("basis", "assumed"),
    [
        ({}, False),
        ({"source": "A"}, False),
        ({"assumed": True}, True),
        ({"assumed": True, "source": "A"}, True),
        ({"assumed": True, "verified": {"by": "probe"}}, False),
        ({"assumed": False}, False),
    ],
)
def test_is_assumed(basis, assumed):
    assert is_assumed(basis) is assumed


def test_the_operations_of_a_type_are_laid_over_the_general_ones():
    particular = {"path": "odd/{id}", "missing": [{"status": [410]}]}
    event = profile(types={"event": {"read": particular}}).type("event")
    read, update = event.operations["read"], event.operations["update"]
    request = read.request
    assert (request.path, request.method, request.json, read.safe) == ("odd/{id}", "POST", {}, True)
    assert statuses_of(read.missing) == (410,)
    assert read.profile_key == "types.event.read"
    assert update.profile_key == "operations.update"
    assert profile().type("application").operations["read"].request.path == "{type.path}/{id}/read"


@pytest.mark.proves("PROFILE-2")
def test_verified_overrules_assumed():
    verified = {"version": "7.3", "when": "2026-01-01", "by": "probe"}
    assert profile().type("event").operations["read"].assumed
    everywhere = profile(operations={"read": {"verified": verified}})
    assert not everywhere.type("event").operations["read"].assumed
    one = profile(types={"event": {"read": {"verified": verified}}})
    assert not one.type("event").operations["read"].assumed
    assert one.type("application").operations["read"].assumed


def test_an_answer_without_entity():
    create = profile(operations={"create": {"entity": False}}).type("event").operations["create"]
    assert create.entity is None
    assert profile().type("event").operations["create"].entity == "body"


def test_layers_of_comparison_and_evidence():
    of = profile(
        evidence_fields={"reason": "why"},
        types={"event": {"attributes": {"a": {"set": True, "note": "n"}}, "evidence_fields": {"initiator": "who"}}},
    )
    layers = of.type("event").compare
    assert layers[0]["read_only"] == ["id", "uuid"] and layers[0]["sets"] == ["a"]
    assert not set(BASIS).intersection(*layers)
    assert of.type("event").evidence_fields == {"reason": "why", "initiator": "who"}
    assert of.type("application").evidence_fields == {"reason": "why"}


def test_an_attribute_of_the_key_is_declared_whatever_holds_for_all_types():
    of = profile(types={"event": {"key": {"attributes": ["id"]}}})
    assert of.type("event").compare[0]["read_only"] == ["uuid"]


@pytest.mark.proves("PROFILE-1")
def test_an_unknown_type_lists_what_there_is():
    with pytest.raises(
        ConfigurationError, match=r"'product'.*profile insight.*application, application_country.*profile_overrides"
    ):
        profile().type("product")


def test_the_least_profile():
    least = profile_of({"name": "x", "types": {"a": {"path": "a"}}})
    assert (least.title, least.base_path, least.types["a"].operations) == ("x", "", {})
    assert (least.session.is_token, least.session.carry["headers"]) == (
        True,
        {"Authorization": "Bearer {access_token}"},
    )


def test_an_id_that_is_known_beforehand_may_hold_inputs():
    of = {"id": {"from": "{inputs.realm}-{key.name}"}, "read": {"method": "GET", "path": "{id}"}, "find": "read"}
    one = profile_of({"format": 2, "name": "x", "inputs": {"realm": {}}, "types": {"a": of}}).bound({"realm": "r1"})
    assert one.types["a"].id_in({"name": "n"}) == "r1-n"
    assert one.types["a"].id_of({"key": {"name": "n"}}) == "r1-n"


def test_what_the_collection_brings():
    assert sorted([*SYSTEMS, "rest"]) == BUILT_IN


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize("name", SYSTEMS)
def test_a_built_in_profile_is_valid(name):
    check_profile(built_in(name), f"use {name}")
    assert built_in(name)["name"] == name == profile(name).name


OF_THE_SYSTEM = ("json", "query", "form", "entity", "with", "take")
"""Keys below which stand names of the system's own."""


def statements(data, path=""):
    """Every mapping of a profile that says how we know it, or should."""
    for name, value in data.items():
        if isinstance(value, dict) and name not in OF_THE_SYSTEM:
            at = f"{path}.{name}" if path else name
            yield at, value
            yield from statements(value, at)


def must_say(path):
    """The parts that state something about a system, rather than hold such parts."""
    *_outer, parent, name = ["", *path.split(".")]
    by_parent = parent in ("operations", "grants", "types", "steps", "logout")
    return by_parent or (parent, name) == ("session", "refresh") or name in ("oauth", "key")


@pytest.mark.proves("PROFILE-2")
@pytest.mark.parametrize("name", SYSTEMS)
def test_every_statement_says_how_we_know_it(name):
    data = built_in(name)
    silent = [
        path
        for path, value in statements(data)
        if must_say(path)
        and path != "types"
        and not {"source", "assumed", "verified"} & set(value)
        and not (path.startswith("types.") and path.count(".") == 1)
    ]
    assert silent == []
    types = {at: value for at, value in data["types"].items() if "source" not in value}
    assert types == {}


@pytest.mark.proves("PROFILE-2")
@pytest.mark.parametrize("name", NAMES)
def test_attributes_the_look_and_the_signs_of_a_lost_session_say_how_we_know_them(name):
    data = built_in(name)
    attributes = [one for of in (data, *data["types"].values()) for one in of.get("attributes", {}).values()]
    assert len(attributes) == 11
    for said in (data["session"], data["session"]["look"], *attributes):
        assert {"source", "assumed", "verified"} & set(said), said


@pytest.mark.proves("PROFILE-2")
@pytest.mark.parametrize("name", SYSTEMS)
def test_every_source_is_listed(name):
    data = built_in(name)
    used = {value["source"] for _path, value in statements(data) if isinstance(value.get("source"), str)}
    assert used <= set(data["sources"])
    assert all(address.startswith("https://") for address in data["sources"].values())


@pytest.mark.parametrize(
    ("name", "session_id", "login", "has_oauth"),
    [
        ("insight", "xAuthToken", {"access_token", "refresh_token", "token_type"}, True),
        ("insight_7_0", "token", {"username", "password"}, False),
        ("insight_6_2", "token", {"username", "password"}, False),
    ],
)
def test_how_the_versions_log_in(name, session_id, login, has_oauth):
    data = built_in(name)
    assert data["base_path"] == "/insight/api/v2"
    steps = data["session"]["steps"]
    assert (steps["token"]["take"]["session"], set(steps["login"]["json"])) == (f"body.{session_id}", login)
    assert data["session"]["look"]["take"] == {"session": f"body.{session_id}"}
    assert ("oauth" in data) is has_oauth
    assert profile(name).oauth == data.get("oauth", {})


@pytest.mark.parametrize(
    ("name", "key", "required", "query_for"),
    [
        ("insight", ("appCode", "appName"), ("selectedProducts",), "{appCode} {appName}"),
        ("insight_7_0", ("appCode", "appName"), ("selectedProducts",), "{appCode} {appName}"),
        ("insight_6_2", ("appCode", "familyId"), ("familyId",), "{appName}"),
    ],
)
def test_how_the_versions_know_applications(name, key, required, query_for):
    of = profile(name)
    for one in ("application", "application_cta", "application_ind"):
        assert (of.type(one).key, of.type(one).required) == (key, required)
    referring = [one for one in of.types.values() if "applicationId" in one.references]
    assert len(referring) == 6
    assert {one.references["applicationId"].text for one in referring} == {query_for}
    assert {one.references["applicationId"].type for one in referring} == {"application"}


def test_the_paths():
    assert sorted(one.path for one in profile().types.values()) == sorted(
        [
            "application",
            "application/cta",
            "application/ind",
            "application-country",
            "event",
            "event-country",
            "event-country-schedule",
            "event/product",
            "full-product-presentation/attachment",
            "license/full-product-presentation",
            "license/product-registration",
        ]
    )


@pytest.mark.parametrize("name", NAMES)
def test_only_deleting_is_documented_whole_and_listing_is_off(name):
    event = profile(name).type("event")
    assert [one for one, operation in event.operations.items() if not operation.assumed] == ["delete"]
    assert [one for one, operation in event.operations.items() if operation.safe] == ["read", "find", "list"]
    assert not event.operations["list"].enabled


def test_profiles_are_plain_files():
    for name in NAMES:
        raw = yaml.safe_load((FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
        assert raw["format"] == 2 and raw["name"] == name


def test_places_name_the_type_in_every_request_of_an_operation():
    requests = [{"path": "a", "entity": "body.{type.name}"}, {"path": "b", "entity": {"id": "body.{type.path}[].id"}}]
    data = {"types": {"room": {"path": "rooms", "list": requests, "find": "list"}}}
    assert type_data("room", data) == {
        "path": "rooms",
        "find": "list",
        "list": [{"path": "a", "entity": "body.room"}, {"path": "b", "entity": {"id": "body.rooms[].id"}}],
    }
