# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is tried, in which order, and that nothing which could write is tried while reading."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address
from ansible_collections.rimops.insight.plugins.module_utils._probe.experiment import Experiment, reads_only
from ansible_collections.rimops.insight.plugins.module_utils._probe.reads import reference_ways
from ansible_collections.rimops.insight.plugins.module_utils._probe.request_candidates import TABLES, Hints, candidates
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
    assert not any("{id_name}" in str(one) for one in tried)


@pytest.mark.parametrize("operation", READING)
def test_what_is_tried_while_reading_reads(operation):
    for one in candidates(operation, INSIGHT[operation], Hints("entityId", None, ("data",))):
        path = one["path"].format_map({"type": "application", "id": "17"})
        assert reads_only(Request("read", one["method"], f"https://insight.example.com/insight/api/v2/{path}")), one


@pytest.mark.parametrize("operation", ["create", "update", "delete"])
def test_nothing_is_tried_that_could_be_taken_for_all_entities(operation):
    careful = list(candidates(operation, INSIGHT[operation], Hints("id", "uuid", ("data",))))
    daring = [one for one in candidates(operation, INSIGHT[operation], ALL) if one not in careful]
    assert daring
    for one in careful:
        address = one["path"].partition("?")[0]
        assert address != "{type}" or one["method"] == "POST"
        assert operation != "delete" or "{id}" in address
    scratch = {**INSIGHT["delete"], "method": "DELETE", "path": "{type}?id={id}"}
    assert next(candidates("delete", scratch)) == scratch


@pytest.mark.parametrize("operation", TABLES)
def test_what_is_said_of_answers_stays_as_it_is(operation):
    known = {**INSIGHT[operation], "success": [299], "missing": {"status": [418]}}
    assert {tuple(one["success"]) for one in candidates(operation, known)} == {(299,)}
    assert {str(one["missing"]) for one in candidates(operation, known)} == {"{'status': [418]}"}


def test_other_names_are_tried_first_where_they_are_known():
    fields = [one.get("id_field") for one in candidates("read", INSIGHT["read"], Hints("entityId"))]
    assert next(one for one in fields if one) == "entityId"
    ways = [one.get("addressed_by") for one in candidates("update", INSIGHT["update"], Hints("entityId", "guid"))]
    assert ways[:3] == ["uuid", "guid", "entityId"]
    tried = candidates("create", INSIGHT["create"], Hints(wrappers=("answer",)))
    wrapped = [one["request_at"] for one in tried if "request_at" in one]
    assert wrapped[0] == "answer"


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

    return Experiment(dict(built_in("insight")), "https://insight.example.com", send, {}, **options), sent


TOUCH = {**INSIGHT["read"], "path": "{type}/{id}/touch"}


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
    by_id, entity = {"references": "id"}, {"refs": {"applicationId": {}}}
    assert list(reference_ways({"query_for_at": "q"}, by_id, entity)) == [by_id, {"references": "query_for"}]
    assert list(reference_ways({}, by_id, entity)) == list(reference_ways({"query_for_at": "q"}, by_id, {})) == [by_id]
    assert list(reference_ways({}, {"references": "query_for"}, entity))[1:] == [by_id]
