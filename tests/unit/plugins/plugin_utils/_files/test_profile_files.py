# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which profile the options name, and what is wrong with one."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import (
    built_in,
    mapping_from,
    profile_data,
    profile_schema,
)
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing


@pytest.fixture
def files(tmp_path):
    """Write files, and find them by name."""

    def find(name):
        if not (tmp_path / name).exists():
            raise FileNotFoundError(name)
        return str(tmp_path / name)

    def write(name, content):
        text = content if isinstance(content, (str, bytes)) else yaml.safe_dump(content)
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return name

    find.write = write
    return find


OWN = {
    "format": 1,
    "name": "own",
    "session": {"kind": "bearer"},
    "operations": {
        name: {"method": "POST", "path": "{type}", "body": "whole"}
        for name in ("read", "find", "create", "update", "delete")
    },
    "types": {"thing": {"path": "/things"}},
}


def test_a_built_in_profile():
    assert profile_data("insight", None, find_nothing) is built_in("insight")
    assert profile_data("insight_6_2", {}, find_nothing)["title"] == "InSight 6.2"


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize("form", ["inline", "file", "json"])
def test_an_own_profile(files, form):
    given = (
        OWN
        if form == "inline"
        else files.write("own.json", json.dumps(OWN))
        if form == "json"
        else files.write("own.yml", OWN)
    )
    assert profile_data(given, None, files) == OWN


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize("form", ["inline", "file"])
def test_overrides(files, form):
    overrides = {"title": "Mine", "types": {"event": {"path": "/happening"}, "event_product": None}}
    given = overrides if form == "inline" else files.write("overrides.yml", overrides)
    data = profile_data("insight", given, files)
    assert (data["title"], data["types"]["event"]["path"]) == ("Mine", "/happening")
    assert data["types"]["event"]["references"]
    assert "event_product" not in data["types"]
    assert "event_product" in built_in("insight")["types"]
    assert built_in("insight")["title"] != "Mine"


@pytest.mark.proves("PROFILE-1")
def test_a_null_in_an_override_reaches_what_holds_for_all_types(files):
    over = {"types": {"event": {"operations": {"find": None}, "schema": None}}}
    for given, overrides in (
        ("insight", over),
        ({"extends": "insight", "name": "mine", "title": "Mine", **over}, None),
    ):
        types = profile_of(profile_data(given, overrides, files)).types
        assert "find" in types["application"].operations
        assert "find" not in types["event"].operations


@pytest.mark.proves("PROFILE-1")
def test_a_valid_profile_costs_no_jsonschema(files, monkeypatch):
    def refuse(*_unused, **_options):
        pytest.fail("jsonschema was asked")

    monkeypatch.setattr("ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files.check", refuse)
    assert profile_data({"extends": "insight", "name": "swift", "title": "Mine"}, None, files)["name"] == "swift"


def test_an_own_profile_that_extends_one(files):
    own = {"format": 1, "name": "ours", "extends": "insight_6_2", "title": "Ours", "base_path": None}
    data = profile_data(own, {"title": "Over"}, files)
    assert (data["name"], data["title"]) == ("ours", "Over")
    assert "base_path" not in data and "extends" not in data
    assert data["session"]["start"]["session_id"] == "token"


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize(
    ("profile", "message"),
    [
        ("nonsense", "profile nonsense: there is no such profile.*insight, insight_6_2, insight_7_0"),
        ("missing.yml", "no file missing.yml was found"),
        ({**OWN, "extends": "nonsense"}, "extends nonsense.*insight, insight_6_2"),
        ({**OWN, "extends": ["insight"]}, "extends .*no such profile"),
        (["insight"], "a mapping was expected"),
        (5, "a mapping was expected"),
    ],
)
def test_no_profile(profile, message):
    with pytest.raises(ConfigurationError, match=message):
        profile_data(profile, None, find_nothing)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: 1\nb: [", "bad.yml is not valid YAML, line 3|bad.yml is not valid YAML, line 2"),
        ("a: 1\nb: \tx: y\n", "not valid YAML, line 2"),
        ("a: !!python/object:os.system {}\n", "not valid YAML, line 1"),
        ("when: 2026-02-30\n", "not valid YAML"),
        (b"a: \xff\n", "not valid YAML"),
        ("- a\n", "a mapping was expected"),
        ("text", "a mapping was expected"),
        ("", "a mapping was expected"),
    ],
)
@pytest.mark.parametrize("option", ["profile", "overrides"])
def test_an_unusable_file(files, content, message, option):
    name = files.write("bad.yml", content)
    with pytest.raises(ConfigurationError, match=message):
        profile_data(name, None, files) if option == "profile" else profile_data("insight", name, files)


def test_a_file_that_cannot_be_read(tmp_path):
    with pytest.raises(ConfigurationError, match="cannot be read"):
        mapping_from("x", "use it", lambda name: str(tmp_path))


def over(**changes):
    return {"types": {"event": changes}}


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"titel": "x"}, "the whole has a name that is not allowed there: titel"),
        (over(pahts="/x"), "types.event has a name that is not allowed there: pahts"),
        (over(path=5), "types.event.path must be of type string"),
        ({"operations": {"read": {"method": "FETCH"}}}, "operations.read.method must be one of"),
        ({"operations": {"read": {"path": "{type}/{appCode}"}}}, "operations.read.path must match"),
        ({"operations": {"update": {"body": "key"}}}, "operations.update.body must be one of"),
        ({"operations": {"update": {"body": None}}}, "operations.update lacks something that is required: body"),
        (over(operations={"update": {"body": "page"}}), "types.event.operations.update.body must be one of"),
        (
            over(references={"applicationId": {"query_for": "{appCode.x}"}}),
            "references.applicationId.query_for must match",
        ),
        ({"operations": {"find": None}}, "operations lacks something that is required: find"),
        ({"format": 3}, "format must be 1"),
        ({"session": {"start": None}}, "session lacks something that is required: start"),
        (over(compare={"normalise": {"a": ["upper"]}}), "types.event.compare.normalise.a.0 must be one of"),
        (
            {"operations": {"create": {"conflict": {"empty": True}}}},
            "create.conflict has a name that is not allowed.*empty",
        ),
        ({"headers": {"X-Key": "a\r\nCookie: b"}}, "headers.X-Key must match"),
        ({"headers": {"X Key": "a"}}, "headers"),
        ({"session": {"look": {"method": "POST", "path": "/me"}}}, "session.look.method must be one of"),
        (over(references={"x": {"type": "nothing"}}), "types.event.references.x.type names nothing, which is no type"),
    ],
)
def test_an_invalid_profile_is_told_by_path_and_rule(overrides, message):
    with pytest.raises(SchemaError, match=message):
        profile_data("insight", overrides, find_nothing)


def text_at(path, text):
    """Overrides that put a text at a place of the profile."""
    for name in reversed(path.split("/")):
        text = {name: text}
    return text


@pytest.mark.proves("PROFILE-20")
@pytest.mark.parametrize(
    ("place", "text", "known"),
    [
        ("operations/find/path", "{type}/{id}", "{type} is"),
        ("operations/list/path", "{type}/{uuid}", "{type} is"),
        ("operations/create/path", "{type}/{id}", "{type} is"),
        ("operations/read/path", "{type}/{uuid}", "{type} and {id} is"),
        ("types/event/operations/find/path", "{type}?x={id}", "{type} is"),
        ("session/login/body/token", "{token}", "{access_token} and"),
        ("session/login/body/token", "{ access_token }", "{access_token} and"),
        ("session/login/body/user", {"deep": ["a", {"deeper": "{user-name}"}]}, "{access_token} and"),
        ("session/logout", {"method": "POST", "path": "/out", "body": {"a": "{session_id}"}}, "{access_token} and"),
        ("session/logout", {"method": "POST", "path": "/out/{username}"}, "no name is"),
        ("session/start/path", "/token/{username}", "no name is"),
        ("session/login/path", "/login/{type}", "no name is"),
        ("session/look", {"method": "GET", "path": "/me/{username}"}, "no name is"),
        ("headers", {"X-User": "{username}"}, "no name is"),
        ("base_path", "/{tenant_id}/api", "no name is"),
        ("types/event/path", "/event/{id}", "no name is"),
        ("oauth/token_path", "/{tenant}/token", "{tenant_id} is"),
        ("oauth/authorize_path", "/{client_id}/authorize", "{tenant_id} is"),
        ("oauth/device_path", "/{client_id}/device", "{tenant_id} is"),
        ("oauth/authority", "https://{tenant_id}.example.com", "no name is"),
        ("oauth/grants/password/scope", "{tenant_id}/.default", "{client_id} is"),
    ],
)
def test_a_name_that_is_not_replaced_there_is_refused(place, text, known):
    with pytest.raises(SchemaError) as caught:
        profile_data("insight", text_at(place, text), find_nothing)
    assert re.search(rf"{re.escape(place.replace('/', '.'))}[.\w-]* names {{", caught.value.why), caught.value.why
    assert f"{known}" in caught.value.why and "replaced there" in caught.value.why


@pytest.mark.proves("PROFILE-20")
def test_a_name_that_is_replaced_there_and_what_is_no_name_are_taken():
    over = {
        "headers": {"X-Filter": '{"state": "all"}', "X-Empty": "{}"},
        "session": {"login": {"body": {"all": ["{username}{password}{access_token}{refresh_token}{token_type}"]}}},
        "operations": {"update": {"path": "{type}/{id}/{uuid}"}, "read": {"path": "{type}/{id}"}},
        "oauth": {"token_path": "/{tenant_id}", "grants": {"password": {"scope": "{client_id}"}}},
        "types": {"event": {"references": {"applicationId": {"query_for": "{anything at all}"}}}},
    }
    assert profile_data("insight", over, find_nothing)["headers"] == over["headers"]


@pytest.mark.proves("PROFILE-20")
@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"uuid_attribute": None, "operations": {"delete": {"path": "{uuid}"}}}, "delete.path names {uuid}, and types"),
        ({"query_for_at": None}, r"operations.find.references is query_for, and query_for_at does not say where"),
        ({"operations": {"find": {"id_field": "id"}}}, r"operations.find.id_field has no effect there, only in read"),
        (over(operations={"list": {"id_field": "id"}}), "types.event.operations.list.id_field has no effect"),
        ({"operations": {"read": {"addressed_by": "uuid"}}}, "read.addressed_by has no effect there, only in update"),
        ({"operations": {"update": {"references": "id"}}}, "update.references .* only in find and create"),
        ({"operations": {"create": {"missing": {"status": [404]}}}}, "create.missing has no effect there"),
        ({"operations": {"delete": {"entity": "data"}}}, "delete.entity has no effect there"),
        ({"operations": {"update": {"id_at": "id", "entity": False}}}, "update.id_at has no effect .* only in create"),
        ({"operations": {"find": {"entities": "rows"}}}, "find.entities has no effect there, only in list"),
        ({"operations": {"find": {"paging": {"kind": "link", "next": "n"}}}}, "find.paging has no effect there"),
        ({"operations": {"create": {"body": "key"}}}, "create.body cannot be key, only that of find can"),
        ({"operations": {"read": {"body": "page"}}}, "read.body cannot be page, only that of list can"),
        ({"operations": {"find": {"body": "query", "request_at": "a"}}}, "find.request_at has no effect .* is query"),
        ({"operations": {"create": {"id_at": "location"}}}, "create.id_at has no effect unless entity is false"),
    ],
)
def test_a_key_without_effect_where_it_stands_is_refused(overrides, message):
    with pytest.raises(SchemaError, match=message):
        profile_data("insight", overrides, find_nothing)


@pytest.mark.proves("PROFILE-21")
def test_a_system_that_only_reads_is_a_profile():
    reads = {name: one for name, one in OWN["operations"].items() if name in ("read", "find")}
    assert profile_data({**OWN, "operations": reads}, None, find_nothing)["operations"] == reads
    alone = {**OWN, "types": {"thing": {"path": "/t", "operations": {"read": None, "find": None}}}}
    with pytest.raises(SchemaError, match=r"types\.thing has no operation that reads: neither read nor find nor list"):
        profile_data(alone, None, find_nothing)


@pytest.mark.proves("PROFILE-21")
@pytest.mark.parametrize(
    ("operation", "lacks"), [("create", "path"), ("update", "path, body"), ("list", "path"), ("delete", "path")]
)
def test_half_an_operation_of_a_type_is_refused(operation, lacks):
    reads = {name: one for name, one in OWN["operations"].items() if name in ("read", "find")}
    half = {
        **OWN,
        "operations": reads,
        "types": {"thing": {"path": "/t", "operations": {operation: {"method": "GET"}}}},
    }
    message = f"types.thing.operations.{operation} lacks {lacks}: operations.{operation} does not say it"
    with pytest.raises(SchemaError, match=message):
        profile_data(half, None, find_nothing)


@pytest.mark.proves("PROFILE-21")
@pytest.mark.parametrize(("operation", "key"), [("read", "path"), ("find", "method"), ("update", "body")])
def test_an_operation_of_a_type_that_takes_away_what_it_needs_is_refused(operation, key):
    with pytest.raises(SchemaError, match=f"types.event.operations.{operation} lacks {key}"):
        profile_data("insight", over(operations={operation: {key: None}}), find_nothing)


@pytest.mark.parametrize("changes", [{"compare": {"hidden": ["a"]}}, {"operations": {"create": {"entity": False}}}])
def test_what_the_engine_can_a_profile_may_say(changes):
    assert profile_data("insight", over(**changes), find_nothing)


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("start", {"method": "GET", "path": "/a", "session_id": "a", "cookie": "a"}),
        ("login", {"method": "GET", "path": "/a"}),
    ],
)
def test_a_handshake_has_no_effect_with_bearer(key, value):
    profile = {**OWN, "session": {"kind": "bearer", key: value}}
    with pytest.raises(SchemaError, match=rf"session\.{key} is not allowed: it has no effect where kind is bearer"):
        profile_data(profile, None, find_nothing)
    assert profile_data(profile, {"session": {key: None}}, find_nothing)["session"] == {"kind": "bearer"}


def test_the_schema_is_one():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(profile_schema())
