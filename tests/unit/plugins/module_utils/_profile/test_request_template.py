# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._profile.request_template import RequestTemplate
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils._transport.addressing import Base, request_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError

BASE = Base("https://a.example.com", "/api/v1")
NAMES = {
    "type": {"name": "site", "path": "items/sites"},
    "id": 7,
    "key": {"code": "A 1", "dept": lambda: 5},
    "declared": {"code": "A 1", "note": None, "site": {"x": 1, "y": 2}},
    "tags": ["a", "b"],
    "yes": True,
    "empty": "",
    "nothing": None,
    "lines": "a\r\nX-Evil: 1",
    "up": "..",
}


def request(**data):
    return request_of(RequestTemplate.of({"method": "POST", "path": "{type.path}", **data}), NAMES, BASE, "try it")


@pytest.mark.parametrize(
    ("path", "url"),
    [
        ("{type.path}/{id}", "https://a.example.com/api/v1/items/sites/7"),
        ("by/{key.code}", "https://a.example.com/api/v1/by/A%201"),
        ("by/{key.code|lower}", "https://a.example.com/api/v1/by/a%201"),
        ("/login", "https://a.example.com/login"),
        ("", "https://a.example.com/api/v1/"),
        ("//b.example.com/x", "https://a.example.com//b.example.com/x"),
        ("x-{key.dept}", "https://a.example.com/api/v1/x-5"),
    ],
)
def test_where_a_request_goes(path, url):
    assert request(path=path).url == url


@pytest.mark.parametrize("name", ["empty", "nothing", "none"])
def test_a_path_that_lacks_a_value_is_refused(name):
    with pytest.raises(ConfigurationError, match="has no value"):
        request(path=f"{{type.path}}/{{{name}}}")


@pytest.mark.parametrize("path", ["a/../b", "{up}", "/\\evil.example.com", "a/./b"])
def test_a_path_that_leads_elsewhere_is_refused(path):
    with pytest.raises(ConfigurationError):
        request(path=path)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("/jobs/a b/".replace(" ", "%20"), "https://a.example.com/jobs/a%20b/"),
        ("/jobs/7?v=1", "https://a.example.com/jobs/7?v=1"),
        ("https://A.example.com:443/jobs/7", "https://A.example.com:443/jobs/7"),
    ],
)
def test_an_address_that_the_server_gave(given, url):
    assert (
        request_of(RequestTemplate.of({"method": "GET", "path": "{job|address}"}), {"job": given}, BASE, "").url == url
    )
    more = RequestTemplate.of({"method": "GET", "path": "{job|address}", "query": {"x": 1}})
    assert request_of(more, {"job": given}, BASE, "wait").url == f"{url}{'&' if '?' in url else '?'}x=1"


@pytest.mark.parametrize(
    "given",
    [
        "https://b.example.com/jobs/7",
        "//b.example.com/jobs/7",
        "http://a.example.com/jobs/7",
        "https://a.example.com@b.example.com/",
        "/jobs/../admin",
        "/jobs/%2e%2e/admin",
        "/jobs/..;x/admin",
        "/jobs/7#x",
        "/\\b.example.com/",
        "jobs/7",
        "/jobs/7 HTTP/1.1\r\nX: 1",
    ],
)
def test_an_address_elsewhere_is_not_followed(given):
    with pytest.raises(ConfigurationError, match="none at the origin of url"):
        request_of(RequestTemplate.of({"method": "GET", "path": "{job|address}"}), {"job": given}, BASE, "wait")


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"filter[code][_eq]": "{key.code}"}, "filter%5Bcode%5D%5B_eq%5D=A%201"),
        ({"tag": "{tags}"}, "tag=a&tag=b"),
        ({"deep": "{yes}", "n": 3, "m": 1.0}, "deep=true&n=3&m=1"),
        ({"a": "{none}", "b": "x"}, "b=x"),
        ({"a": "{none}"}, ""),
        ("{key}", "code=A%201&dept=5"),
        ({"q": "{declared.site|json}"}, "q=%7B%22x%22%3A1%2C%22y%22%3A2%7D"),
    ],
)
def test_the_query(query, text):
    assert request(query=query).url.partition("?")[2] == text


def test_a_mapping_in_a_query_is_refused():
    with pytest.raises(ConfigurationError, match="no single value"):
        request(query={"q": "{declared.site}"})


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ({"json": "{declared}"}, {"code": "A 1", "note": None, "site": {"x": 1, "y": 2}}),
        ({"json": "{declared}", "without": ["note", "site.x"]}, {"code": "A 1", "site": {"y": 2}}),
        ({"json": "{declared}", "without": ["note", "site"], "with": {"id": "{id}"}}, {"code": "A 1", "id": 7}),
        ({"json": "{key}", "with": {"a": {"b": "{none}"}}}, {"code": "A 1", "dept": 5}),
        ({"json": {"site": {"y": 2}}, "with": {"site": {"z": 3}}}, {"site": {"y": 2, "z": 3}}),
        ({"json": ["{declared.code}"]}, ["A 1"]),
        ({"json": {}}, {}),
        ({"json": {"a": "{none}"}}, {}),
        ({"json": None}, None),
        ({}, None),
    ],
)
def test_the_body(shape, body):
    assert request(**shape).json_body == body


def test_without_a_body_what_is_added_goes_into_the_query():
    assert request(query="{key}", without=["dept"], **{"with": {"x": 1}}).url.partition("?")[2] == "code=A%201&x=1"


def test_a_value_that_is_left_out_is_never_asked_for():
    asked = []
    names = {**NAMES, "key": {"code": "c", "dept": lambda: asked.append(1)}}
    template = RequestTemplate.of({"method": "POST", "path": "x", "json": "{key}", "without": ["dept"]})
    assert template.content(names) == (ABSENT, {"code": "c"}, ABSENT)
    assert asked == []


def test_a_form():
    form = {"user": "{key.code}", "n": "{id}", "x": "{none}", "no": None, "ids": [1, 2], "empty": [], "yes": True}
    told = {"user": ["A 1"], "n": ["7"], "no": [""], "ids": ["1", "2"], "empty": [""], "yes": ["true"]}
    assert request(form=form).form == told


def test_headers():
    assert request(headers={"X-Id": "{id}", "X-None": "{none}"}).headers == {"X-Id": "7"}
    with pytest.raises(ConfigurationError, match="no header carries"):
        request(headers={"X-A": "{lines}"})


def test_the_names_that_a_request_uses():
    template = RequestTemplate.of({"method": "GET", "path": "{id}", "json": {"a": "{entity.x}"}, "with": {"{b}": 1}})
    assert template.names == {"id", "entity.x", "b"}
    assert template.uses("entity")
    assert not template.uses("ent")
