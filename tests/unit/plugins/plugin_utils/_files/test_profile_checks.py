# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import merge
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


TOKEN = {"access_token": "body.access", "refresh_token": "body.refresh"}
RENEWING = {
    "session": {
        "steps": {"login": {"take": TOKEN}},
        "refresh": {
            "steps": {"renew": {"method": "POST", "path": "renew", "json": {"r": "{refresh_token}"}, "take": TOKEN}},
            "refused": [{"status": [400]}],
            "after_use": "revokes",
        },
    }
}


def renewing(**session):
    """RENEWING with something else said of the session."""
    return merge(RENEWING, {"session": session})


def of_refresh(**said):
    """RENEWING with something else said of the request that renews."""
    return renewing(refresh={"steps": {"renew": said}})


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


def test_a_refresh_of_the_system_own_token_is_read():
    rules = profile_of(load(RENEWING)).session
    assert rules.makes_token
    assert [step.profile_key for step in rules.refresh.steps] == ["session.refresh.steps.renew"]
    assert (rules.refresh.after_use, rules.refresh.refused[0].status) == ("revokes", (400,))


SITE = ("types", "site")


def of_site(**said):
    return {"types": {"site": said}}


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
        ({"session": {"look": {"method": "POST", "path": "me"}}}, "look.method is not GET"),
        ({"session": {"take": {"csrf": "header.{nobody}"}}}, r"session.take names \{nobody\}"),
        (renewing(steps={"login": {"take": None}}), "session.steps takes no access_token"),
        (of_refresh(take=None), "session.refresh.steps takes no access_token"),
        (of_refresh(path="{declared.x}"), r"session.refresh.steps.renew.path names \{declared.x\}"),
        (of_refresh(denied=[{"status": [401]}]), "session.refresh.steps.renew.denied has no effect there"),
        (of_refresh(when={"status": 200}), "session.refresh.steps.renew.when has no effect there"),
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
        of_site(find={"missing": {"status": [404]}}),
        of_site(find={"entity": "rows"}),
        of_site(operations={"read": {"method": "GET"}}),
        {"session": {"take": {"csrf": "X-CSRF-TOKEN"}}},
        {"inputs": {"Realm": {}}},
        renewing(refresh={"after_use": "kills"}),
        renewing(refresh={"steps": {}, "with": {}}),
    ],
)
def test_what_the_schema_does_not_know_is_refused(over):
    with pytest.raises(SchemaError):
        load(over)


def test_a_profile_extends_one_of_its_own_format():
    with pytest.raises(ConfigurationError, match="Write it in format 2"):
        profile_data({**GOOD, "format": 1}, None, str)
