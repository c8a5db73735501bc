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
    "format": 2,
    "name": "own",
    "operations": {
        "read": {"method": "GET", "path": "{type.path}/{id}"},
        "find": {"method": "GET", "path": "{type.path}", "query": "{key}"},
        "create": {"method": "POST", "path": "{type.path}", "json": "{declared}"},
    },
    "types": {"thing": {"path": "things"}},
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
    overrides = {"title": "Mine", "types": {"event": {"path": "happening"}, "event_product": None}}
    given = overrides if form == "inline" else files.write("overrides.yml", overrides)
    data = profile_data("insight", given, files)
    assert (data["title"], data["types"]["event"]["path"]) == ("Mine", "happening")
    assert data["types"]["event"]["attributes"]["applicationId"]["ref"]
    assert "event_product" not in data["types"]
    assert "event_product" in built_in("insight")["types"]
    assert built_in("insight")["title"] != "Mine"


@pytest.mark.proves("PROFILE-1")
def test_a_null_in_an_override_reaches_what_holds_for_all_types(files):
    over = {"types": {"event": {"find": None, "schema": None}}}
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
    own = {"format": 2, "name": "ours", "extends": "insight_6_2", "title": "Ours", "base_path": None}
    data = profile_data(own, {"title": "Over"}, files)
    assert (data["name"], data["title"]) == ("ours", "Over")
    assert "base_path" not in data and "extends" not in data
    assert data["session"]["steps"]["token"]["take"]["session"] == "body.token"


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
        (over(pahts="x"), "types.event has a name that is not allowed there: pahts"),
        (over(path=5), "types.event.path must be of type string"),
        ({"operations": {"read": {"method": "fetch"}}}, "operations.read.method must match"),
        ({"operations": {"read": {"path": "{type.path}?x=1"}}}, "operations.read.path must match"),
        (over(attributes={"a": {"normalise": ["upper"]}}), "types.event.attributes.a.normalise.0 fits none"),
        (over(attributes={"a": {"colour": True}}), "types.event.attributes.a has a name that is not allowed .*colour"),
        (over(find="update"), "types.event.find fits none"),
        ({"format": 3}, "format must be 2"),
        (
            {"operations": {"create": {"conflict": [{"colour": True}]}}},
            "create.conflict.0 has a name that is not allowed there: colour",
        ),
        ({"session": {"carry": {"headers": {"X-Key": "a\r\nCookie: b"}}}}, "session.carry.headers.X-Key must match"),
        ({"session": {"carry": {"headers": {"X Key": "a"}}}}, "session.carry.headers"),
        ({"session": {"look": {"method": "POST", "path": "me"}}}, "session.look.method must be one of"),
        (over(attributes={"x": {"ref": {"type": "nothing"}}}), "attributes.x.ref.type names nothing, which is no"),
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
    ("place", "text"),
    [
        ("operations/find/path", "{type.path}/{id}"),
        ("operations/list/path", "{type.path}/{entity.uuid}"),
        ("operations/create/path", "{type.path}/{entity.uuid}"),
        ("operations/read/path", "{type.path}/{entity.uuid}"),
        ("types/event/find/query", {"x": "{id}"}),
        ("session/steps/login/json/token", "{token}"),
        ("session/steps/login/json/user", {"deep": ["a", {"deeper": "{user-name}"}]}),
        ("session/logout/out", {"method": "POST", "path": "out", "json": {"a": "{session_id}"}}),
        ("session/logout/out", {"method": "POST", "path": "out/{id}"}),
        ("session/steps/token/path", "token/{declared.x}"),
        ("session/steps/login/path", "login/{type.path}"),
        ("session/look/path", "me/{id}"),
        ("session/carry/headers", {"X-User": "{user}"}),
        ("base_path", "/{tenant_id}/api"),
        ("other_base_paths", ["/{tenant_id}/api"]),
        ("types/event/path", "event/{id}"),
        ("types/event/id/from", "{entity.x}"),
        ("oauth/token_path", "/{tenant}/token"),
        ("oauth/authorize_path", "/{client_id}/authorize"),
        ("oauth/device_path", "/{client_id}/device"),
        ("oauth/authority", "https://{tenant_id}.example.com"),
        ("oauth/grants/password/scope", "{tenant_id}/.default"),
        ("oauth/grants/password/path", "/{client_id}/token"),
        ("oauth/grants/password/form", {"x": "{password}"}),
    ],
)
def test_a_name_that_is_not_known_there_is_refused(place, text):
    with pytest.raises(SchemaError) as caught:
        profile_data("insight", text_at(place, text), find_nothing)
    assert re.search(rf"{re.escape(place.replace('/', '.'))}[.\w-]* names {{", caught.value.why), caught.value.why


@pytest.mark.proves("PROFILE-20")
def test_a_name_that_is_known_there_and_what_is_no_name_are_taken():
    carried = {"X-Filter": '{{"state": "all"}', "X-Empty": "{{}"}
    body = {"all": ["{username}{password}{access_token}{refresh_token}{token_type}"]}
    over = {
        "session": {"carry": {"headers": carried}, "steps": {"login": {"json": body}}},
        "operations": {"update": {"path": "{type.path}/{id}/{entity.uuid}"}, "read": {"path": "{type.path}/{id}"}},
        "oauth": {"token_path": "/{tenant_id}", "grants": {"password": {"scope": "{client_id}"}}},
        "types": {"event": {"attributes": {"applicationId": {"ref": {"text": "{anything at all}"}}}}},
    }
    assert profile_data("insight", over, find_nothing)["session"]["carry"]["headers"].items() >= carried.items()


@pytest.mark.proves("PROFILE-20")
@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"operations": {"update": {"texts_at": "a"}}}, "update.texts_at .* only in find and create"),
        ({"operations": {"create": {"missing": [{"status": [404]}]}}}, "create.missing has no effect there"),
        (over(list={"missing": [{"status": [404]}]}), "types.event.list.missing has no effect there"),
        ({"operations": {"delete": {"entity": "body.data"}}}, "delete.entity has no effect there"),
        ({"operations": {"find": {"paging": {"next": "link.next"}}}}, "find.paging has no effect there"),
        ({"operations": {"read": {"narrows": True}}}, "read.narrows has no effect there, only in find"),
        ({"operations": {"create": {"when": {"a": 1}}}}, "create.when has no effect there, only in update and delete"),
        ({"operations": {"update": {"json": "{key}", "form": {"a": "b"}}}}, "update has both json and form"),
    ],
)
def test_a_key_without_effect_where_it_stands_is_refused(overrides, message):
    with pytest.raises(SchemaError, match=message):
        profile_data("insight", overrides, find_nothing)


def reading(*names, **of_type):
    """A profile with these operations, and what is said of its type beside the path."""
    operations = {name: OWN["operations"][name] for name in names}
    return {**OWN, "operations": operations, "types": {"thing": {"path": "things", **of_type}}}


@pytest.mark.proves("PROFILE-21")
def test_a_system_that_only_reads_is_a_profile():
    assert set(profile_data(reading("read", "find"), None, find_nothing)["operations"]) == {"read", "find"}
    with pytest.raises(SchemaError, match=r"types\.thing has no operation that reads: neither read nor find nor list"):
        profile_data(reading("read", "find", read=None, find=None), None, find_nothing)


@pytest.mark.proves("PROFILE-21")
@pytest.mark.parametrize("operation", ["create", "update", "list", "delete"])
def test_half_an_operation_of_a_type_is_refused(operation):
    half = reading("read", "find", **{operation: {"method": "GET"}})
    with pytest.raises(SchemaError, match=f"types.thing.{operation} lacks path"):
        profile_data(half, None, find_nothing)


@pytest.mark.proves("PROFILE-21")
@pytest.mark.parametrize(("operation", "key"), [("read", "path"), ("find", "method"), ("update", "path")])
def test_an_operation_of_a_type_that_takes_away_what_it_needs_is_refused(operation, key):
    with pytest.raises(SchemaError, match=f"types.event.{operation} lacks {key}"):
        profile_data("insight", over(**{operation: {key: None}}), find_nothing)


@pytest.mark.parametrize("changes", [{"attributes": {"a": {"hidden": True}}}, {"create": {"entity": False}}])
def test_what_the_engine_can_a_profile_may_say(changes):
    assert profile_data("insight", over(**changes), find_nothing)


def test_the_schema_is_one():
    import jsonschema

    jsonschema.Draft202012Validator.check_schema(profile_schema())
