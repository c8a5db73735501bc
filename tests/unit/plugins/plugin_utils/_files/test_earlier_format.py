# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A key of format 1 is refused with what is written in its place."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge
from ansible_collections.rimops.insight.plugins.module_utils.errors import SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.earlier_format import INSTEAD, PAGE, earlier_key
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in, profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import find_nothing


def of(operation, **said):
    return {"operations": {operation: said}}


def event(**said):
    return {"types": {"event": said}}


KEYS = {
    # by the path that is told: overrides of format 1, and a part of what is said to write
    "headers": ({"headers": {"X-Api-Key": "k"}}, "session.carry.headers"),
    "id_attribute": ({"id_attribute": "key"}, "id: {at: NAME}"),
    "types.*.id_attribute": (event(id_attribute="key"), "id: {at: NAME}"),
    "uuid_attribute": ({"uuid_attribute": "guid"}, "{identifier: true}"),
    "types.*.uuid_attribute": (event(uuid_attribute="guid"), "{identifier: true}"),
    "query_for_at": ({"query_for_at": "by"}, "texts_at"),
    "compare": ({"compare": {"volatile": ["a"]}}, "a rule under its attribute"),
    "types.*.compare": (event(compare={"volatile": ["a"]}), "a rule under its attribute"),
    "types.*.references": (event(references={"a": {"type": "event"}}), "{ref: {type: TYPE}}"),
    "types.*.operations": (event(**of("find", method="GET")), "directly under the type"),
    "oauth.refresh_token_after_use": ({"oauth": {"refresh_token_after_use": "kills"}}, "oauth.after_use"),
    "session.kind": ({"session": {"kind": "bearer"}}, "nothing for bearer"),
    "session.start": ({"session": {"start": {"method": "GET", "path": "/token"}}}, "session.take for the CSRF token"),
    "session.login": ({"session": {"login": {"path": "/login"}}}, "a step under session.steps"),
    "session.rejected": ({"session": {"rejected": {"status": [401]}}}, "session.lost"),
    "session.logout.method": ({"session": {"logout": {"method": "POST"}}}, "session.logout.NAME"),
    "session.logout.path": ({"session": {"logout": {"path": "/out"}}}, "session.logout.NAME"),
    "session.logout.body": ({"session": {"logout": {"body": {"a": "b"}}}}, "session.logout.NAME"),
    "session.logout.success": ({"session": {"logout": {"success": [204]}}}, "session.logout.NAME"),
    "operations.*.body": (of("update", body="changed"), 'json or query: "{key}"'),
    "operations.*.references": (of("find", references="id"), "nothing where as id"),
    "operations.*.addressed_by": (of("update", addressed_by="id"), "with: {NAME: VALUE}"),
    "operations.*.id_field": (of("read", id_field="id"), "with: {NAME: VALUE}"),
    "operations.*.request_at": (of("create", request_at="data"), 'json: {NAME: "{declared}"}'),
    "operations.*.missing.status": (of("find", missing={"status": [410]}), "{empty: true}], a list of alternatives"),
    "operations.*.missing.empty": (of("read", missing={"empty": True}), "missing: [{status: 404}"),
    "operations.*.conflict.status": (of("create", conflict={"status": [422]}), "conflict: [{status: 409}]"),
    "operations.*.entities": (of("list", entities="rows"), "a place such as body.items"),
    "operations.*.id_at": (of("create", id_at="location"), "a place for each attribute"),
    "operations.*.paging.kind": (of("list", paging={"kind": "page"}), 'query: {page: "{page}"}'),
    "operations.*.paging.page": (of("list", paging={"page": "p"}), 'query: {page: "{page}"}'),
    "operations.*.paging.limit": (of("list", paging={"limit": 5}), 'query: {page: "{page}"}'),
    "operations.*.safe": (of("read", safe=True), "read, find and list are safe"),
}


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("way", ["overrides", "extends"])
def test_a_key_of_format_1_is_refused_with_what_is_written_in_its_place(key, way):
    overrides, instead = KEYS[key]
    given = ("insight", overrides) if way == "overrides" else ({"extends": "insight", "name": "own", **overrides}, None)
    with pytest.raises(SchemaError) as caught:
        profile_data(*given, find_nothing)
    assert f"{key} is of format 1. In its place write " in caught.value.message
    assert instead in caught.value.message and PAGE in caught.value.message


def test_each_line_of_the_table_has_a_key_here():
    sentences = [earlier_key(overrides) for overrides, _said in KEYS.values()]
    told = {one.partition("write ")[2].partition(": see docs")[0] for one in sentences}
    assert told == {instead for _place, instead in INSTEAD}


@pytest.mark.proves("PROFILE-1")
@pytest.mark.parametrize("base", ["insight", "rest"])
def test_the_number_1_alone_is_refused(base):
    own = merge({"types": {"thing": {"path": "things"}}}, {"name": "own", "extends": base, "format": 1})
    with pytest.raises(SchemaError, match=r"format must be 2.*Format 1 is not read any more: see docs/"):
        profile_data(own, None, find_nothing)


def test_a_profile_of_format_2_has_no_earlier_key():
    names = {name: {"path": "x"} for name in ("headers", "body", "safe", "references")}
    assert earlier_key(built_in("insight")) == ""
    assert earlier_key({"format": 2, "name": "compare", "types": names, "operations": "text"}) == ""
