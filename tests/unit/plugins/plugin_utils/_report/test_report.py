# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The typed report: what was not compared and why, and that no renderer is given a secret."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.compare import Change
from ansible_collections.rimops.insight.plugins.module_utils._entity.examine import Examined
from ansible_collections.rimops.insight.plugins.module_utils._entity.outcome import Outcome
from ansible_collections.rimops.insight.plugins.module_utils._entity.plan import Plan
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK
from ansible_collections.rimops.insight.plugins.module_utils.errors import OutcomeUnknownError, ServerError
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.run import Run
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.worker_pool import NotTried
from ansible_collections.rimops.insight.plugins.plugin_utils._manifest.entry import Entry
from ansible_collections.rimops.insight.plugins.plugin_utils._report.check import NotCompared
from ansible_collections.rimops.insight.plugins.plugin_utils._report.report import (
    EntityReport,
    RunReport,
    entity_report,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._report.result import as_result

MEMBER = SimpleNamespace(entry=Entry("application", {"appCode": "1"}, origin="base.yml, entry 3"))
PLAN = Plan("update", "application (appCode=1)", unverified=("note", "pin"), secret_paths=("pin",))
READ = Examined(PLAN, {"id": 7}, SimpleNamespace(type=SimpleNamespace(id_in=lambda entity: entity["id"])))
NOTE, PIN = NotCompared("note", "the server does not show it"), NotCompared("pin", "it is a secret")


@pytest.mark.proves("DECLARE-6")
@pytest.mark.parametrize(
    ("read", "written", "outcome", "not_compared"),
    [
        (READ, None, "updated", [NOTE, PIN]),
        (READ, ServerError("update it", "no"), "failed", [NOTE, PIN]),
        (READ, OutcomeUnknownError("update it", "no"), "outcome_unknown", [NOTE, PIN]),
        (READ, NotTried("another failed"), "not_tried", [NOTE, PIN]),
        (READ, Outcome(replace(PLAN, unverified=("note",)), {"id": 7}, 7), "updated", [NOTE]),
        (ServerError("read it", "no"), None, "failed", [NotCompared("", "Cannot read it: no.")]),
        (NotTried("another failed"), None, "not_tried", [NotCompared("", "another failed")]),
    ],
)
def test_what_was_not_compared_is_there_with_its_reason(read, written, outcome, not_compared):
    report = entity_report(MEMBER, read, None, written)
    assert (report.outcome, report.not_compared) == (outcome, not_compared)
    assert report.compared == isinstance(read, Examined)
    assert report.unverified == [one.path for one in not_compared if one.path]
    assert report.origin == "base.yml, entry 3"


SECRET = "6259"
CHANGE = Change("note", SECRET, {"6259": 6259})
ENTITY = EntityReport(
    entity=f"application (appCode={SECRET})",
    type="type6259",
    key={"appCode": SECRET},
    refs={"6259": {"type": "a", "id": SECRET}},
    origin=f"{SECRET}.yml",
    outcome="outcome6259",
    operation="update",
    changes=(CHANGE, Change("x", ABSENT, 6259)),
    secrets=("pin6259", "a[b=6259]"),
    possible_rename=SECRET,
    before="sha256:6259",
    after="sha256:6259",
    entity_id=6259,
    not_compared=(NotCompared("pin6259", SECRET), NotCompared("", SECRET)),
    collateral=(CHANGE,),
    notes=(SECRET,),
    why=SECRET,
    error={"kind": "Error6259", "came": SECRET},
)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
REPORT = RunReport(
    url="https://6259.example.com",
    who=SECRET,
    began=NOW,
    ended=NOW,
    server_date=SECRET,
    manifest_digest="sha256:6259",
    profile_digest="sha256:6259",
    versions={"profile": "6259"},
    evidence={"reason": SECRET},
    check_mode=False,
    changed=True,
    summary={"outcome6259": 6259},
    entities=(ENTITY,),
    assumed=("types.type6259",),
    doubts=(SECRET,),
    notes=(SECRET,),
    plan_digest="sha256:6259",
    journal="6259.jsonl",
    journal_head="sha256:6259",
    why=SECRET,
)
OURS = {
    *("type", "outcome", "before", "after", "entity_id"),
    *("url", "manifest_digest", "profile_digest", "versions", "summary", "assumed"),
    *("plan_digest", "journal", "journal_head"),
}


def redacted(secret, report=REPORT):
    connection = SimpleNamespace(secrets=lambda: [secret])
    run = Run(connection, {"secrets": {}}, None, SimpleNamespace(members={}), None, "sha256:6259")
    return run.redact(report)


@pytest.mark.proves("SECRET-1", "SECRET-22")
def test_what_is_ours_is_in_a_report_and_nothing_else_of_a_secret():
    report = redacted(SECRET)
    assert report.entities[0].error == {"kind": "Error6259", "came": MASK}
    assert report.entities[0].secrets == ["pin6259", f"a[b={MASK}]"]
    assert report.entities[0].not_compared == [NotCompared("pin6259", MASK), NotCompared("", MASK)]
    assert report.entities[0].changes == [Change("note", MASK, {MASK: MASK}), Change("x", ABSENT, MASK)]
    looked_at = {"error", "secrets", "not_compared", "entities", *OURS}
    for before, after in ((REPORT, report), (ENTITY, report.entities[0])):
        for name in [one.name for one in fields(before)]:
            value = getattr(after, name)
            if name in OURS:
                assert value == getattr(before, name), name
            assert name in looked_at or SECRET not in repr(value), name
    result = as_result(report, with_diff=True)
    diff = result.pop("diff")["prepared"]
    assert [line for line in diff.splitlines() if SECRET in line] == ["    pin6259: a secret is sent"]
    assert {name for name, value in result.items() if SECRET in json.dumps(value)} == {*OURS & {*result}, "entities"}


@pytest.mark.proves("SECRET-22")
@pytest.mark.parametrize("word", ["outcome", "unverified", "update", "operation", "path", "before", "changes", "kind"])
def test_no_name_of_a_field_is_lost_to_a_secret(word):
    result = as_result(redacted(word), with_diff=True)
    assert result["entities"] == as_result(redacted("nothing like it"), with_diff=True)["entities"]


@pytest.mark.proves("SECRET-1")
def test_a_long_number_is_hidden_in_full():
    class Number(float):
        letters = "12345678901234567890"

    outcome = Outcome(PLAN, None, 7, collateral=(Change("pin", Number(12345678901234567890), 1),))
    report = replace(REPORT, entities=[entity_report(MEMBER, READ, None, outcome)])
    [shown] = as_result(redacted(Number.letters, report), with_diff=False)["entities"]
    assert shown["collateral"] == [{"path": "pin", "before": MASK, "after": 1}]
