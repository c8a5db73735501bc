# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is tried, in which order, and that nothing which could write is tried while reading."""

from __future__ import annotations

from copy import deepcopy

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address
from ansible_collections.rimops.insight.plugins.module_utils._probe.experiment import Experiment, reads_only
from ansible_collections.rimops.insight.plugins.module_utils._probe.request_candidates import TABLES, Hints, candidates
from ansible_collections.rimops.insight.plugins.module_utils._probe.searches import reference_ways
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in

INSIGHT = built_in("insight")["operations"]
ALL = Hints("id", "uuid", ("data",), daring=True)
READING = ("read", "find", "list")


@pytest.mark.parametrize("operation", TABLES)
def test_the_profile_comes_first_and_nothing_comes_twice(operation):
    tried = list(candidates(operation, INSIGHT[operation], ALL))
    assert tried[0] == INSIGHT[operation]
    assert len(tried) > len(TABLES[operation])
    assert [one for number, one in enumerate(tried) if one in tried[:number]] == []
    assert not any("<id>" in str(one) for one in tried)


@pytest.mark.parametrize("operation", READING)
def test_what_is_tried_while_reading_reads(operation):
    for one in candidates(operation, INSIGHT[operation], Hints("entityId", None, ("data",))):
        path = one["path"].replace("{type.path}", "application").replace("{id}", "17")
        assert reads_only(Request("read", one["method"], f"https://insight.example.com/insight/api/v2/{path}")), one


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_nothing_is_tried_that_could_be_taken_for_all_entities(operation):
    careful = list(candidates(operation, INSIGHT[operation], Hints("id", "uuid", ("data",))))
    daring = [one for one in candidates(operation, INSIGHT[operation], ALL) if one not in careful]
    assert daring
    for one in careful:
        assert one["path"] != "{type.path}" or one["method"] == "POST"
        assert operation != "delete" or "{id}" in one["path"]
    scratch = {**INSIGHT["delete"], "method": "DELETE", "path": "{type.path}", "query": {"id": "{id}"}}
    assert next(candidates("delete", scratch)) == scratch


@pytest.mark.parametrize("operation", TABLES)
def test_what_is_said_of_answers_stays_as_it_is(operation):
    known = {**INSIGHT[operation], "success": [{"status": 299}], "missing": [{"status": 418}]}
    assert {str(one["success"]) for one in candidates(operation, known)} == {"[{'status': 299}]"}
    assert {str(one["missing"]) for one in candidates(operation, known)} == {"[{'status': 418}]"}


@pytest.mark.parametrize("stated", ["list", "read", [{"method": "GET", "path": "a"}, {"method": "GET", "path": "b"}]])
def test_what_is_no_request_is_tried_as_it_is(stated):
    tried = list(candidates("find", stated))
    assert tried[0] == stated
    assert all(set(one) <= {"method", "path", "query", "json"} for one in tried[1:])


def test_the_pages_of_a_search_go_with_its_request():
    paging = {"paging": {"next": "link.next"}, "narrows": True}
    stated = {"method": "GET", "path": "x", "query": {"q": "{key.name}"}, **paging}
    assert all(not {"paging", "narrows"} & set(one) for one in list(candidates("find", stated))[1:])


def test_other_names_are_tried_first_where_they_are_known():
    fields = [one["query"] for one in candidates("read", INSIGHT["read"], Hints("entityId")) if "query" in one]
    assert fields[0] == {"entityId": "{id}"}
    ways = [one.get("with") for one in candidates("update", INSIGHT["update"], Hints("entityId", "meta.guid"))]
    assert ways[:3] == [
        {"uuid": "{entity.uuid}"},
        {"meta": {"guid": "{entity.meta.guid}"}},
        {"entityId": "{entity.entityId}"},
    ]
    tried = candidates("create", INSIGHT["create"], Hints(wrappers=("answer",)))
    wrapped = [one["json"] for one in tried if isinstance(one["json"], dict)]
    assert wrapped[0] == {"answer": "{declared}"}
    finds = candidates("find", INSIGHT["find"], Hints(wrappers=("answer",)))
    assert {"answer": "{key}"} in [one.get("json") for one in finds]


@pytest.mark.parametrize(
    ("method", "path", "reads"),
    [
        ("GET", "/application", True),
        ("GET", "/application/17/delete", True),
        ("POST", "/application/17/read", True),
        ("POST", "/application/lookup/", True),
        ("POST", "/application/read?id=17", True),
        ("POST", "/application", False),
        ("POST", "/application/17/delete", False),
        ("POST", "/application/17/delete?next=/read", False),
        ("POST", "/application/17/read-and-mark", False),
        ("POST", "/application/READ", False),
        ("PUT", "/application/read", False),
        ("DELETE", "/application/17/read", False),
        ("PATCH", "/application/query", False),
    ],
)
def test_what_cannot_write_on_any_server(method, path, reads):
    assert reads_only(Request("do something", method, f"https://insight.example.com{path}")) is reads


def experiment(**options):
    """A bench whose server keeps what it is sent and answers nothing."""
    sent = []

    def send(request):
        sent.append(request)
        raise ConfigurationError("send", "no server")

    return Experiment(deepcopy(dict(built_in("insight"))), "https://insight.example.com", send, {}, **options), sent


TOUCH = {**INSIGHT["read"], "path": "{type.path}/{id}/touch"}


def read(of, definition):
    """Let the engine read an application by this definition."""
    return of.attempt(
        "application", "read", definition, lambda client, known: client.read(Address(known.type("application"), 17))
    )


def test_a_bench_that_only_reads_lets_nothing_else_through():
    quiet, sent = experiment()
    tried = read(quiet, TOUCH)
    assert "could write" in tried.error.message
    assert tried.response is None
    assert sent == []
    assert quiet.wrote == 0


def test_a_bench_that_may_write_counts_what_could():
    loud, sent = experiment(may_write=True)
    read(loud, INSIGHT["read"])
    assert (len(sent), loud.wrote) == (1, 0)
    read(loud, TOUCH)
    assert (len(sent), loud.wrote) == (2, 1)


def test_an_experiment_leaves_the_profile_as_it_was():
    quiet, _sent = experiment()
    read(quiet, {"method": "GET", "path": "x"})
    assert quiet.data == built_in("insight")


def test_references_go_out_as_text_only_where_the_profile_says_where():
    bench, refers = experiment()[0], {"type": "event", "refs": {"applicationId": {}}}
    by_id, by_text = {"json": "{key}"}, {"json": "{key}", "texts_at": "queryFor"}
    assert list(reference_ways(bench, by_id, refers)) == [by_id, by_text]
    assert list(reference_ways(bench, by_text, refers)) == [by_text, by_id]
    assert list(reference_ways(bench, by_id, {"type": "event"})) == [by_id]
    assert list(reference_ways(bench, {"query": "{key}"}, refers)) == [{"query": "{key}"}]
    assert list(reference_ways(bench, "list", refers)) == ["list"]
    del bench.data["operations"]["find"]["texts_at"], bench.data["operations"]["create"]["texts_at"]
    assert list(reference_ways(bench, by_id, refers)) == [by_id]
