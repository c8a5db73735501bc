# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, SchemaError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

GOOD = {
    "format": 2,
    "name": "mine",
    "extends": "rest",
    "base_path": "/api/{inputs.realm}",
    "inputs": {"realm": {"required": True}},
    "session": {
        "steps": {"login": {"method": "POST", "path": "/login", "json": {"u": "{username}"}, "take": {"t": "body.t"}}},
        "carry": {"headers": {"Authorization": "Token {t}"}},
    },
    "types": {
        "site": {
            "path": "sites",
            "key": {"attributes": ["code"]},
            "list": {"method": "GET", "path": "{type.path}", "query": {"p": "{page}"}, "paging": {"total": "body.n"}},
        },
        "scale": {"extends": "site", "path": "scales", "attributes": {"site": {"ref": {"type": "site"}}}},
    },
}


def load(over=None):
    return profile_data(GOOD, over, str)


def test_a_profile_of_format_2_is_read():
    profile = profile_of(load())
    scale = profile.type("scale")
    assert scale.path == "scales"
    assert scale.key == ("code",)
    assert scale.references["site"].type == "site"
    assert scale.operations["list"].profile_key == "types.scale.list"
    assert scale.operations["find"].profile_key == "operations.find"


SITE = ("types", "site")


def of_site(**said):
    return {"types": {"site": said}}


GO = {"method": "POST", "path": "go"}


@pytest.mark.parametrize(
    ("over", "why"),
    [
        (of_site(find={"query": {"x": "{kei.code}"}}), r"types.site.find.query names \{kei.code\}"),
        (of_site(find={"query": {"x": "fixed"}}), "names nothing of the key"),
        (of_site(read={"path": "{type.path}/{entity.x}"}), r"types.site.read.path names \{entity.x\}"),
        (of_site(read={"path": "{type.colour}/{id}"}), "a type has name and path"),
        (of_site(read={"path": "{inputs.tenant}/{id}"}), "inputs declares no tenant"),
        (of_site(read={"path": "{id|upper}"}), "the function upper"),
        (of_site(create={"narrows": True}), "narrows has no effect there, only in find"),
        (of_site(delete={"entity": "body"}), "entity has no effect there"),
        (of_site(list={"paging": None}), "names page, and has no paging"),
        (of_site(list={"query": {"c": "{cursor}"}}), "has no next"),
        (of_site(list={"query": None}), "names neither"),
        (of_site(find={"paging": {"next": "body.next"}}), "unless the find narrows"),
        (of_site(create={"form": {"a": "b"}}), "has both json and form"),
        (of_site(path="/sites"), "begins with a slash"),
        (of_site(extends="scale"), "extends this type itself"),
        (of_site(extends="none"), "is no type of this profile"),
        (of_site(read=None, find=None, list=None), "has no operation that reads"),
        (of_site(find="list", list=None), "find is list, and there is no such operation"),
        (of_site(find="read", read={"path": "x"}), "holds neither"),
        (of_site(attributes={"a": {"ref": {"type": "none"}}}), "is no type of it"),
        (of_site(attributes={"a": {"set": True, "keyed": "b"}}), "both set and keyed"),
        (of_site(id={"from": "{entity.x}"}), r"types.site.id.from names \{entity.x\}"),
        ({"session": {"carry": {"headers": {"X": "{tok}"}}}}, r"session.carry names \{tok\}"),
        ({"session": {"steps": {"login": {"before": "nobody"}}}}, "before names nobody"),
        ({"session": {"steps": {"login": {"path": "{declared.x}"}}}}, r"session.steps.login.path names \{declared.x\}"),
        ({"session": {"logout": {"out": {"method": "POST", "path": "x", "take": {}}}}}, "out.take has no effect"),
        ({"session": {"lost": [{"cookie": "changed"}]}}, "session.cookie names no cookie"),
        (of_site(read={"success": [{"status": [200], "says": "well"}]}), "says has no effect"),
        (of_site(update={"missing": [{"status": [404]}]}), "missing has no effect"),
        (of_site(attributes={"a": {"read": "{entity.b}"}}), "only beside ref"),
        (of_site(parts={"p": {"add": {"method": "PUT", "path": "p", "missing": []}}}), "missing has no effect"),
        (
            of_site(attributes={"a": {"transitions": {"go": {"to": 1, "request": {**GO, "missing": []}}}}}),
            "missing has no effect",
        ),
        (of_site(create={"conflict": [{"cookie": "changed"}]}), "only stands in session.lost"),
        ({"session": {"take": {"csrf": "header.{nobody}"}}}, r"session.take names \{nobody\}"),
    ],
)
def test_what_contradicts_itself_is_refused(over, why):
    with pytest.raises(SchemaError, match=why):
        load(over)


@pytest.mark.parametrize(
    "over",
    [
        {"compare": {"read_only": ["id"]}},
        {"session": {"kind": "bearer"}},
        {"session": {"look": {"method": "POST", "path": "me"}}},
        {"session": {"look": {"method": "GET", "path": "me", "json": {}}}},
        of_site(find={"missing": {"status": [404]}}),
        of_site(find={"entity": "rows"}),
        of_site(operations={"read": {"method": "GET"}}),
        {"session": {"take": {"csrf": "X-CSRF-TOKEN"}}},
        {"inputs": {"Realm": {}}},
    ],
)
def test_what_the_schema_does_not_know_is_refused(over):
    with pytest.raises(SchemaError):
        load(over)


def test_a_profile_extends_one_of_its_own_format():
    with pytest.raises(ConfigurationError, match="Write it in format 2"):
        profile_data({**GOOD, "format": 1}, None, str)
