# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the pages of checks, plans and journals say."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._journal.reader import verify_all
from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import Journal, Start
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.plan_file import Basis, make_plan
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.planned_change import PlannedChange
from ansible_collections.rimops.insight.plugins.plugin_utils._report.check import NotCompared
from ansible_collections.rimops.insight.plugins.plugin_utils._report.formats import FORMATS
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page import bars, render_page
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page_of_checks import page_of_checks
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page_of_evidence import page_of_evidence
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page_of_plan import page_of_plan
from ansible_collections.rimops.insight.tests.unit.made_checks import (
    DIGEST,
    MEND,
    NOON,
    Change,
    check,
    full_check,
    row,
)

URL = "https://insight.example.com"


def groups(page):
    """The names of the entities by the word of their group."""
    return {group.sign.word: [one.entity for one in group.rows] for group in page.groups}


def facts(one):
    return {fact.name: fact.value for fact in one.facts}


# Checks


@pytest.mark.proves("REPORT-4")
def test_the_page_of_a_check_says_what_was_found_and_what_was_not_looked_at():
    page = page_of_checks([full_check()])
    found = groups(page)
    assert page.sign.word == "Drift"
    assert found["Drifted"] == ["event Initial filing"]
    assert found["Not checked"] == ["registration Zelvora DE"]
    assert found["Not wholly observed"] == ["event Annual report"]
    assert found["Accepted"] == ["event Variation II"]
    assert len(found["As declared"]) == 33
    assert [(fact.name, fact.value) for fact in page.not_looked] == [
        ("document", "The profile has no operation that reads it.")
    ]
    assert page.sentences[1] == "3 of 40 entities are not as declared."
    told = facts(page.sources[0])
    assert told["Clock of the server"] == "Fri, 27 Nov 2026 12:00:39 GMT"
    assert (told["Began"], told["Manifest"], told["Commit"]) == ("2026-11-27 12:00:00 UTC", DIGEST, "9f2c11ab40de")
    assert page.groups[0].rows[0].command == MEND


@pytest.mark.proves("REPORT-4")
def test_a_page_has_every_entity_once_and_in_one_order():
    rows = full_check().rows
    page = page_of_checks([check(*rows)])
    assert sorted(name for names in groups(page).values() for name in names) == sorted(row.entity for row in rows)
    assert page == page_of_checks([check(*rows[::-1])])
    assert page.total == len(rows) == sum(one.total for one in bars(page))
    for one in bars(page):
        assert sum(float(length) for _group, _start, length, _count in one.parts) == pytest.approx(100, abs=0.1)


@pytest.mark.proves("REPORT-1")
def test_a_system_that_is_down_is_told_with_its_reason():
    page = page_of_checks([check(row()), check(name="DOWN", error="Cannot log in: refused.")])
    assert page.sign.word == "Incomplete"
    assert {source.name: source.sign.word for source in page.sources} == {
        "VALIDATION": "No drift",
        "DOWN": "Incomplete",
    }
    assert "Cannot log in: refused." in render_page(page)


@pytest.mark.proves("REPORT-1", "DRIFT-2")
@pytest.mark.parametrize(
    ("said", "of_types", "of_entities"),
    [
        ({}, "Not looked at: 2 types of which nothing is declared.", "Not looked for: undeclared entities of 1 type."),
        (
            {"sides": ("VALIDATION", "PRODUCTION")},
            "Not compared: 2 types.",
            "Not looked for: other entities of 1 type.",
        ),
    ],
)
def test_what_was_not_looked_at_stands_beside_the_verdict(said, of_types, of_entities):
    unlooked = tuple(NotCompared(name, "why") for name in ("event", "document", "renewal"))
    one = check(row(), row("renewal R-7", "undeclared"), not_looked=unlooked, **said)
    page, seen = page_of_checks([one]), page_of_checks([check(row(), **said)])
    assert page.sentences[0] == f"{seen.sentences[0]} {of_entities} {of_types}"
    assert not any(text in seen.sentences[0] for text in (of_types, of_entities))
    assert FORMATS["markdown"]([one]).splitlines()[2].endswith(f"{of_entities} {of_types}")
    fleet = page_of_checks([one, check(row(), name="OTHER", **said)])
    assert f"{of_entities} {of_types}" in fleet.sentences[0]
    assert [of_types in source.sentence for source in fleet.sources] == [True, False]


@pytest.mark.proves("REPORT-1")
def test_an_undeclared_entity_that_was_not_wholly_observed_is_not_passed_over():
    page = page_of_checks([check(row(verdict="undeclared", not_compared=(NotCompared("a", "hidden"),)))])
    assert (page.sign.word, list(groups(page))) == ("Incomplete", ["Not wholly observed"])


def test_a_side_on_which_nothing_is_there_has_no_column():
    html = render_page(page_of_checks([full_check()]))
    missing = html.partition("application Zelvora")[2].partition("</details>")[0]
    assert "declared</th>" in missing and "on the server</th>" not in missing


@pytest.mark.proves("REPORT-17")
def test_a_comparison_of_two_systems_speaks_of_them():
    sides = ("VALIDATION", "PRODUCTION")
    changes = (Change("status", "open", "closed"),)
    rows = (row("event A", "drifted", changes=changes), row("event B", "missing"), row("event C", "unwanted"), row())
    page = page_of_checks([check(*rows, name="VALIDATION and PRODUCTION", sides=sides)])
    assert (page.kind, page.sign.word) == ("Comparison", "Different")
    assert page.sentences[1] == "3 of 4 entities are not alike."
    assert {group.sign.word: group.why for group in page.groups} == {
        "Different": "They are on both sides, and differ.",
        "Only on the second side": "They are in PRODUCTION and not in VALIDATION.",
        "Only on the first side": "They are in VALIDATION and not in PRODUCTION.",
        "Alike": "All that was compared is alike.",
    }
    assert page.groups[0].rows[0].sides == sides
    assert page_of_checks([check(row(), sides=sides)]).sign.word == "Alike"
    for render in FORMATS.values():
        assert "declared absent" not in render([check(*rows, sides=sides)])


# Plans


def planned(*operations):
    return make_plan(
        Basis(URL, None, DIGEST, DIGEST, DIGEST, "0.2.0"), operations, NOON, timedelta(hours=8), ["event.update"]
    )


@pytest.mark.proves("REPORT-15")
def test_the_page_of_a_plan_shows_what_is_approved():
    change = Change("status", "open", "closed")
    plan = planned(
        PlannedChange("event E", "event", {}, "update", DIGEST, DIGEST, (change,), ("gateway.password",)),
        PlannedChange("event N", "event", {}, "create", "absent", DIGEST, (Change("status", ABSENT, "open"),)),
        PlannedChange("event O", "event", {}, "delete", DIGEST, "absent", possible_rename="event N"),
    )
    page = page_of_plan(plan, "sha256:approve-this")
    assert groups(page) == {"Delete": ["event O"], "Create": ["event N"], "Update": ["event E"]}
    assert page.approve == "sha256:approve-this"
    assert page.sentences[0] == "3 entities will be written: 1 deleted, 1 created, 1 updated."
    assert "until 2026-11-27 20:00:00 UTC" in page.sentences[1]
    update = page.groups[2].rows[0]
    assert update.sides == ("now", "planned")
    assert update.notes == ["Secrets that will be sent, and are never shown: gateway.password"]
    assert page.groups[0].rows[0].notes == ["It may be event N under another key."]
    assert facts(page.sources[0])["Assumed operations"] == "event.update"
    html = render_page(page)
    assert html.count("sha256:approve-this") == 1 and "<del>open</del>" in html and "<ins>closed</ins>" in html


@pytest.mark.proves("REPORT-15")
def test_a_plan_that_does_nothing_asks_for_no_approval():
    page = page_of_plan(planned(), DIGEST)
    assert (page.sign.word, page.groups) == ("Nothing to do", [])
    assert "All that is declared is as declared." in render_page(page)


# Journals


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    start = Start(URL, DIGEST, DIGEST, DIGEST, {"collection": "0.2.0"}, "svc", "awx", "Release", "CHG-1", {"by": "qa"})
    return Journal(str(tmp_path), start)


def wrote(journal, entity, result, detail=None):
    journal.intent(entity, "update", DIGEST, DIGEST)
    journal.outcome(entity, result, "Fri, 27 Nov 2026 12:00:39 GMT", detail)


@pytest.mark.proves("REPORT-16")
def test_the_page_of_a_journal_shows_each_write(journal, tmp_path):
    wrote(journal, "event A", "updated")
    wrote(journal, "event B", "failed", "Cannot update event B: 500.")
    journal.outcome("event C", "not_tried")
    journal.end({"updated": 1, "failed": 1})
    page = page_of_evidence(verify_all(str(tmp_path), journal.head))
    assert page.sign.word == "As written"
    assert page.sentences == [
        "1 journal verified: each line follows from the line before it.",
        "Writes: 1 failed, 1 not tried, 1 updated.",
    ]
    assert groups(page) == {"Failed": ["event B"], "Not tried": ["event C"], "Updated": ["event A"]}
    updated = facts(page.groups[2].rows[0])
    assert {"Intent", "Outcome", "Clock of the server", "Digest before", "Digest after"} <= set(updated)
    assert page.groups[0].rows[0].notes == ["Cannot update event B: 500."]
    told = facts(page.sources[0])
    assert (told["Approval"], told["Change reference"], told["Head"]) == ("by: qa", "CHG-1", journal.head)
    assert told["Head compared with one that was kept elsewhere"] == "yes"


@pytest.mark.proves("REPORT-16")
def test_a_write_without_an_outcome_is_told(journal, tmp_path):
    wrote(journal, "event A", "updated")
    journal.intent("event B", "update", DIGEST, DIGEST)
    journal.close()
    page = page_of_evidence(verify_all(str(tmp_path)))
    assert page.sign.word == "Incomplete"
    assert groups(page) == {"No outcome": ["event B"], "Updated": ["event A"]}
    assert "What became of 1 write is not known." in page.sentences
    assert page.sources[0].sentence == "The outcome of a write is not known."


@pytest.mark.proves("REPORT-16")
def test_two_writes_of_one_entity_are_two_rows(journal, tmp_path):
    for result in ("failed", "updated"):
        wrote(journal, "event A", result)
    journal.end({})
    assert groups(page_of_evidence(verify_all(str(tmp_path)))) == {"Failed": ["event A"], "Updated": ["event A"]}


@pytest.mark.proves("REPORT-16")
@pytest.mark.parametrize(
    "damage",
    [
        lambda lines: lines[1:],
        lambda lines: [*lines[:2], lines[2].replace(b"updated", b"deleted"), *lines[3:]],
        lambda lines: [*lines[:1], b'{"kind": "outcome", "entity": {"a": [1]}, "result": 7, "at": null}', *lines[1:]],
        lambda lines: [*lines[:1], b"\xff\x00", *lines[1:]],
        lambda lines: [b"[]"],
        lambda lines: [],
    ],
)
def test_a_journal_that_is_not_as_it_was_written_is_never_shown_as_whole(journal, tmp_path, damage):
    wrote(journal, "event A", "updated")
    journal.end({})
    file = Path(journal.path)
    file.write_bytes(b"\n".join([*damage(file.read_bytes().split(b"\n")[:-1]), b""]))
    page = page_of_evidence(verify_all(str(tmp_path)))
    assert page.sign.word == "Not as written"
    assert "1 journal of 1 cannot be trusted." in page.sentences
    html = render_page(page)
    assert all(json.dumps(problem)[1:-1] in html for problem in verify_all(str(tmp_path))[0].problems)


@pytest.mark.proves("REPORT-9")
def test_a_page_marks_what_differs():
    changes = (Change("description", "Initial application", "Initial marketing application"),)
    html = render_page(page_of_checks([check(row("event E", "drifted", changes=changes))]))
    assert "<td>Initial application</td><td>Initial <ins>marketing </ins>application</td>" in html
