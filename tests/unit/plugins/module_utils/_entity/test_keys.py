# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Keys whose attributes are paths, and keys of references alone."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.plan_checks import check_desired_state
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import AmbiguousError, ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

SITES = {
    "format": 2,
    "name": "sites",
    "extends": "rest",
    "types": {
        "site": {
            "path": "sites",
            "key": {"attributes": ["properties.code"]},
            "list": {"method": "GET", "path": "sites"},
            "find": "list",
        },
        "user": {"path": "users", "key": {"attributes": ["name"]}},
        "seat": {
            "path": "seats",
            "key": {"attributes": ["siteId", "userId"]},
            "attributes": {"siteId": {"ref": {"type": "site"}}, "userId": {"ref": {"type": "user"}}},
            "find": {"query": {"site": "{refs.siteId.id}", "user": "{key.userId}"}, "narrows": True},
        },
    },
}
SITE = {"type": "site", "key": {"properties.code": "a"}}


def run(system, over=None, **values):
    of = profile_of(profile_data(SITES, over, str))
    system.sent.clear()
    return ensure(EntityClient(of, "https://a.example.com", system.send), declared(of, **values), False)


def test_a_key_may_be_a_path():
    system = Rest(sites=[{"id": 9, "properties": {"code": "b", "city": "Bern"}}])
    run(system, **SITE, attributes={"properties": {"city": "Bonn"}, "size": 1})
    new = {"id": 2, "properties": {"code": "a", "city": "Bonn"}, "size": 1}
    assert system.held["sites"][2] == new
    assert run(system, **SITE, attributes={"properties": {"city": "Bonn"}}).plan.operation == "none"
    run(system, **SITE, attributes={"properties": {"city": "Brig"}})
    assert system.held["sites"][2] == {**new, "properties": {"code": "a", "city": "Brig"}}
    assert system.held["sites"][9]["properties"]["city"] == "Bern"


def test_a_path_is_named_in_a_request_as_it_is_nested():
    over = {"types": {"site": {"find": {"method": "GET", "path": "sites", "query": {"name": "{key.properties.code}"}}}}}
    system = Rest(sites=[{"id": 1, "name": "a", "properties": {"code": "a"}}])
    assert run(system, over, **SITE).plan.operation == "none"
    assert system.asked == ["sites?name=a"]


def test_a_nested_key_that_is_near_is_doubtful():
    with pytest.raises(AmbiguousError, match=r"properties\.code is 'A' on the server and 'a' here"):
        run(Rest(sites=[{"id": 1, "properties": {"code": "A"}}]), **SITE)


def test_a_nested_key_and_an_attribute_must_not_contradict():
    with pytest.raises(ConfigurationError, match=r"properties\.code is declared twice, with different values"):
        run(Rest(), **SITE, attributes={"properties": {"code": "b"}})


def test_a_renamed_entity_gets_its_new_nested_key():
    system = Rest(sites=[{"id": 1, "properties": {"code": "old", "city": "Bern"}}])
    run(system, **SITE, was={"properties.code": "old"})
    assert system.held["sites"][1] == {"id": 1, "properties": {"code": "a", "city": "Bern"}}


def test_a_schema_sees_the_key_where_it_stands():
    schema = {"properties": {"properties": {"required": ["code"], "properties": {"code": {"maxLength": 2}}}}}
    of = profile_of(profile_data(SITES, {"types": {"site": {"schema": schema}}}, str))
    check_desired_state(declared(of, **SITE))
    with pytest.raises(ConfigurationError, match=r"properties\.code must have at most 2 characters"):
        check_desired_state(declared(of, type="site", key={"properties.code": "abc"}))


def test_references_alone_may_be_the_key():
    system = Rest(
        sites=[{"id": 1, "properties": {"code": "a"}}],
        users=[{"id": 5, "name": "ann"}],
        seats=[{"id": 1, "siteId": 1, "userId": 6}],
    )
    refs = {"siteId": SITE, "userId": {"type": "user", "key": {"name": "ann"}}}
    run(system, type="seat", refs=refs, attributes={"row": 3})
    assert system.writes == [("POST", "seats", {"siteId": 1, "userId": 5, "row": 3})]
    assert "seats?site=1&user=5" in system.asked
    assert run(system, type="seat", refs=refs, attributes={"row": 3}).plan.operation == "none"
    run(system, type="seat", refs=refs, attributes={"row": 4})
    assert [one["row"] for one in system.held["seats"].values() if one["userId"] == 5] == [4]
    run(system, type="seat", refs=refs, state="absent")
    assert system.writes == [("DELETE", "seats/2", None)]


def test_half_of_such_a_key_names_nothing():
    of = profile_of(profile_data(SITES, None, str))
    with pytest.raises(ConfigurationError, match="exactly one of id and key"):
        address_of(of, {"type": "seat", "refs": {"siteId": SITE}})


def test_a_key_within_a_list_is_refused():
    with pytest.raises(ConfigurationError, match=r"names items\[\].code, which leads into a list"):
        profile_data(SITES, {"types": {"site": {"key": {"attributes": ["items[].code"]}}}}, str)


def test_what_references_alone_name_is_named_by_them():
    system = Rest(sites=[{"id": 1, "properties": {"code": "a"}}], users=[{"id": 2, "name": "ann"}])
    refs = {"siteId": SITE, "userId": {"type": "user", "key": {"name": "ann"}}}
    outcome = run(system, type="seat", refs=refs, attributes={"size": 1})
    assert outcome.plan.entity == "seat (siteId=(properties.code=a), userId=(name=ann))"
