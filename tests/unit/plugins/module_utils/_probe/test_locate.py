# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What in the answer of a create may be the id of the new entity, and what nobody looked at."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._probe.coverage import not_looked_at
from ansible_collections.rimops.insight.plugins.module_utils._probe.experiment import Experiment
from ansible_collections.rimops.insight.plugins.module_utils._probe.findings import Finding
from ansible_collections.rimops.insight.plugins.module_utils._probe.locate import ids_said
from ansible_collections.rimops.insight.plugins.module_utils._probe.reads import learn_identifiers
from ansible_collections.rimops.insight.plugins.module_utils._probe.shapes import Known
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import built_in
from ansible_collections.rimops.insight.tests.unit.fakes import answer

KEY = {"appCode": "424242", "appName": "Probe"}


@pytest.mark.proves("PROBE-5")
@pytest.mark.parametrize(
    ("response", "ids"),
    [
        (answer(201, {"id": 17, **KEY}), [17]),
        (answer(201, {"entityId": 17, "createdBy": 4, **KEY}), [17]),
        (answer(201, {"ownerId": 3, "id": 17, **KEY}), [17, 3]),
        (answer(201, {"data": {"meta": {"uuid": "u-1"}, **KEY}}), ["u-1"]),
        (answer(201, {"id": 17}), [17]),
        (answer(201, 17), [17]),
        (answer(201, "a-1"), ["a-1"]),
        (answer(201, b"", location="/api/application/a%2F17"), ["a/17"]),
        (answer(201, {"id": 17}, location="/api/application/17"), [17]),
        (answer(201, b""), []),
        (answer(201, {"id": True, "id2": None}), []),
        (None, []),
    ],
)
def test_what_may_be_the_id_of_a_new_entity(response, ids):
    assert ids_said(response, KEY, "id") == ids


@pytest.mark.proves("PROBE-5")
def test_where_the_key_is_the_id_it_is_tried_last():
    assert ids_said(answer(201, {"name": "probe", "revisionId": 3}), {"name": "probe"}, "id") == [3, "probe"]


def keys(findings):
    return [one.profile_key for one in findings]


@pytest.mark.proves("PROBE-6")
def test_what_no_finding_speaks_of_was_not_looked_at():
    experiment = Experiment(dict(built_in("insight")), "https://insight.example.com", None, {})
    all_of_it = keys(not_looked_at(experiment, [], False))
    assert all_of_it[:7] == [
        *(f"operations.{name}" for name in ("read", "find", "create", "update", "delete", "list")),
        "session.lost",
    ]
    assert all_of_it[7:] == [f"types.{name}" for name in built_in("insight")["types"]]
    experiment.findings = [
        Finding("operations.read.path", "differs"),
        Finding("types.event.find", "as_profile"),
        Finding("session.lost", "not_found"),
    ]
    rest = keys(not_looked_at(experiment, [{"type": "event"}], False))
    assert rest[:4] == [f"operations.{name}" for name in ("create", "update", "delete", "list")]
    assert "types.event" not in rest
    assert "types.application" in rest


@pytest.mark.proves("PROBE-8")
@pytest.mark.parametrize(
    ("entity", "key", "read_only"),
    [
        ({"appCode": "1", "name": "x"}, {"name": "x"}, False),
        ({"appCode": "1", "key": 17}, {"appCode": "1"}, True),
    ],
)
def test_a_key_that_is_the_id_is_declared_all_the_same(entity, key, read_only):
    experiment = Experiment(dict(built_in("insight")), "https://insight.example.com", None, {})
    learn_identifiers(experiment, "application", entity, Known(entity.get("key", "x"), key))
    told = {one.profile_key: one.override for one in experiment.findings}
    place, name = ("id.at", "key") if read_only else ("types.application.id.at", "name")
    assert place in told
    expected = {"attributes": {name: {"read_only": True}}} if read_only else None
    assert told.get(f"attributes.{name}.read_only") == expected


SAFE = {"operations": {"find": {"path": "{type.path}/_find"}, "read": {"path": "{type.path}/{id}/_get"}}}


@pytest.mark.proves("PROBE-2")
@pytest.mark.parametrize(
    ("method", "path", "safe", "harmless"),
    [
        ("GET", "application/17", False, True),
        ("POST", "application/read", False, True),
        ("POST", "application/_find", True, True),
        ("POST", "application/_find?x=1", True, True),
        ("POST", "application/17/_get", True, True),
        ("POST", "application/_find", False, False),
        ("POST", "application/_other", True, False),
        ("POST", "application/17/18/_get", True, False),
        ("PUT", "application/_find", True, False),
        ("DELETE", "application/17", False, False),
    ],
)
def test_what_the_profile_says_is_safe_may_be_sent(method, path, safe, harmless):
    data = dict(built_in("insight"))
    operations = {name: {**one, **SAFE["operations"].get(name, {})} for name, one in data["operations"].items()}
    experiment = Experiment({**data, "operations": operations}, "https://insight.example.com", None, {})
    url = f"https://insight.example.com/insight/api/v2/{path}"
    assert experiment.is_harmless(Request("ask", method, url, safe=safe)) is harmless
