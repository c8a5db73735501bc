# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks as JSON, and back."""

from __future__ import annotations

import json
from dataclasses import asdict

import jsonschema
import pytest
from hypothesis import given

from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.own_schemas import own_schema
from ansible_collections.rimops.insight.plugins.plugin_utils._files.quick_schema import fits
from ansible_collections.rimops.insight.plugins.plugin_utils._report.as_json import checks_from, json_report
from ansible_collections.rimops.insight.tests.unit.made_checks import check, full_check, row, some_checks, trying

SCHEMA = own_schema("reports/check")
GOOD = json.loads(json_report([full_check()]))


@pytest.mark.proves("REPORT-2")
@trying
@given(some_checks)
def test_a_document_fits_its_schema_and_is_read_back_as_it_was(checks):
    text = json_report(checks)
    jsonschema.validate(json.loads(text), SCHEMA)
    assert fits(SCHEMA, json.loads(text))
    again = checks_from(text.encode(), "check.json")
    assert json_report(again) == text
    assert sorted(map(told_by, again)) == sorted(map(told_by, checks))


def told_by(one):
    """All of a check, whatever the order of its entities."""
    everything = asdict(one)
    everything["rows"] = sorted(json.dumps(row, sort_keys=True, default=str) for row in everything["rows"])
    return json.dumps(everything, sort_keys=True, default=str)


@pytest.mark.proves("REPORT-2")
def test_the_order_in_which_entities_and_systems_were_checked_changes_nothing():
    rows = [row("b 1"), row("a 2", "drifted"), row("a 1")]
    one, other = check(*rows), check(name="PRODUCTION")
    assert json_report([one, other]) == json_report([other, check(*rows[::-1])])


def test_the_schema_is_one_and_describes_each_name():
    jsonschema.Draft202012Validator.check_schema(dict(SCHEMA))
    data = json.loads(json_report([full_check()]))
    assert set(data) == set(SCHEMA["properties"])


@pytest.mark.proves("REPORT-3")
@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda data: data.update(format=2), "format must be 1"),
        (lambda data: data.pop("checks"), "lacks something that is required: checks"),
        (lambda data: data["checks"][0].pop("url"), "checks.0 lacks something that is required: url"),
        (lambda data: data["checks"][0].update(verdict="fine"), "checks.0.verdict must be one of"),
        (lambda data: data["checks"][0].update(sides=["a", "b", "c"]), "checks.0.sides must have at most 2"),
        (lambda data: data["checks"][0].update(secret="x"), "checks.0 has a name that is not allowed there: secret"),
        (lambda data: data["checks"][0].update(began="2026-13-45T00:00:00Z"), "check 1: began or ended"),
        (lambda data: data["checks"][0]["rows"][1].update(verdict="fine"), "checks.0.rows.1.verdict must be one of"),
        (lambda data: data["checks"][0]["rows"][0].update(changes=[{}]), "checks.0.rows.0.changes.0 lacks"),
    ],
)
def test_what_is_no_such_document_is_refused_with_its_place(change, place):
    data = json.loads(json.dumps(GOOD))
    change(data)
    with pytest.raises(ConfigurationError) as refused:
        checks_from(json.dumps(data).encode(), "old/check.json")
    assert str(refused.value).startswith("Cannot read the report old/check.json")
    assert place in str(refused.value)


@pytest.mark.proves("REPORT-3")
@pytest.mark.parametrize("content", [b"", b"\xff", b"{", b"[]", b"null", b"{}", b"[" * 100_000, b'{"a": NaN'])
def test_what_is_no_json_at_all_is_refused(content):
    with pytest.raises(ConfigurationError, match=r"Cannot read the report x\.json"):
        checks_from(content, "x.json")
