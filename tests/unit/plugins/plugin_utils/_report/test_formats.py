# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every format, held against parsers that are not ours; whatever stands in an attribute, it stays a text."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest
from hypothesis import given
from junitparser import Error, Failure, JUnitXml, Skipped
from markdown_it import MarkdownIt
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics
from prometheus_client.parser import text_string_to_metric_families as older_format

from ansible_collections.rimops.insight.plugins.plugin_utils._report.check import Accepted, NotCompared, verdict_of
from ansible_collections.rimops.insight.plugins.plugin_utils._report.formats import FORMATS
from ansible_collections.rimops.insight.tests.unit.made_checks import (
    HOSTILE,
    Change,
    check,
    full_check,
    large_check,
    row,
    some_checks,
    trying,
)

RENDERER = MarkdownIt("commonmark", {"html": True}).enable("table")
MARKS = {"del", "ins", "span", "details", "summary"}
"""Elements of a page of which a value decides how many there are."""
MARKDOWN_ELEMENTS = {"h2", "h3", "p", "strong", "ul", "li", "table", "thead", "tbody", "tr", "th", "td", "code"}


class Elements(HTMLParser):
    """The elements of an HTML text, the texts in them, and the links and handlers."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.names: list[str] = []
        self.texts: list[str] = []
        self.attributes: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.names.append(tag)
        self.attributes |= {name for name, _value in attributes}

    def handle_data(self, data):
        self.texts.append(data)


def hostile_check(text):
    """A check in which a text stands wherever one may."""
    reasons = (NotCompared(text, text),)
    changes = (Change(text, text, [text, {text: text}]), Change(text, text, f"{text}{text}"))
    said = {"origin": text, "changed_by": text, "changed_at": text, "since": text, "mend": text}
    rows = [
        row(text, verdict, changes=changes, secrets=(text,), not_compared=reasons, **said)
        for verdict in ("drifted", "missing", "not_checked", "undeclared", "as_declared")
    ]
    rows.append(row(text, "drifted", accepted=Accepted(text, text)))
    named = {text: text}
    more = {"versions": named, "evidence": named, "not_looked": reasons, "assumed": (text,), "notes": (text,)}
    texts = {"who": text, "server_date": text, "manifest_digest": text, "commit": text, "error": text, "url": text}
    return check(*rows, name=text, sides=(text, text), **texts, **more)


@pytest.mark.proves("REPORT-4")
@pytest.mark.parametrize("name", ["html", "json", "junit", "markdown", "openmetrics"])
@pytest.mark.parametrize("checks", [[], [check()], [full_check()], [full_check(), check(name="DOWN", error="No.")]])
def test_each_format_tells_of_no_check_of_one_and_of_many(name, checks):
    text = FORMATS[name](checks)
    assert text.endswith("\n")
    assert all(one.name in text for one in checks)
    assert text == FORMATS[name](checks)


@pytest.mark.proves("REPORT-4")
def test_these_are_the_formats():
    assert sorted(FORMATS) == ["html", "json", "junit", "markdown", "openmetrics"]


@pytest.mark.proves("REPORT-5")
@trying
@given(some_checks)
def test_every_format_can_be_written_as_utf_8_whatever_was_found(checks):
    for name, render in FORMATS.items():
        assert render(checks).encode("utf-8"), name


@pytest.mark.proves("REPORT-5")
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("name", ["html", "json", "junit", "markdown", "openmetrics"])
def test_no_line_is_a_workflow_command_and_nothing_hides_or_reorders(name, text):
    told = FORMATS[name]([hostile_check(text)])
    for line in told.split("\n"):
        # Nobody prints a page, and JSON is for programs.
        assert name in ("html", "json") or not re.match(r"\s*::|.*##(vso)?\[", line)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200b\ufeff\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]", told)


# JUnit


def cases(checks):
    return list(ElementTree.fromstring(FORMATS["junit"](checks)).iter("testcase"))


@pytest.mark.proves("REPORT-6")
def test_a_junit_report_has_a_test_case_for_each_entity():
    report = JUnitXml.fromstring(FORMATS["junit"]([full_check()]).encode())
    found = {case.name: [type(one) for one in case.result] for suite in report for case in suite}
    assert found["event Initial filing"] == [Failure]
    assert found["application Zelvora"] == [Failure]
    assert found["renewal R-7"] == [Failure]
    assert found["registration Zelvora DE"] == [Error]
    assert found["event Annual report"] == [Error]
    assert found["event Variation II"] == found["event Meeting minutes"] == found["document"] == [Skipped]
    assert found["event Milestone 01"] == []
    assert (report.tests, report.failures, report.errors, report.skipped) == (len(full_check().rows) + 1, 3, 2, 3)
    text = FORMATS["junit"]([full_check()])
    assert 'dueDate: "2027-03-01" (on the server), "2027-04-01" (declared)' in text.replace("&quot;", '"')
    assert "Accepted until 2026-12-31: Closed by hand" in text
    assert "The server answered 503 four times." in text


@pytest.mark.proves("REPORT-6")
def test_the_suites_of_several_systems_are_told_apart():
    report = JUnitXml.fromstring(FORMATS["junit"]([full_check(), check(row(), name="PRODUCTION")]).encode())
    assert {"VALIDATION: event", "PRODUCTION: event", "VALIDATION: check"} <= {suite.name for suite in report}


@pytest.mark.proves("REPORT-6")
@pytest.mark.parametrize("verdict", ["as_declared", "undeclared", "not_checked"])
def test_what_was_not_wholly_observed_is_no_success(verdict):
    one = check(row(verdict=verdict, not_compared=(NotCompared("password", "it is write-only"),)))
    assert [[inner.tag for inner in case] for case in cases([one])] == [["error"]]


@pytest.mark.proves("REPORT-6")
@trying
@given(some_checks)
def test_a_junit_report_is_parsed_and_succeeds_only_where_the_verdict_is_no_drift(checks):
    report = JUnitXml.fromstring(FORMATS["junit"](checks).encode())
    verdict = "drift" if report.failures else "incomplete" if report.errors else "no_drift"
    assert verdict == verdict_of(checks)
    assert report.tests == len(cases(checks))


# Markdown


@pytest.mark.proves("REPORT-7")
@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("systems", [1, 2])
def test_nothing_in_a_value_breaks_out_of_markdown(text, systems):
    told = FORMATS["markdown"]([hostile_check(text)] * systems)
    html = RENDERER.render(told)
    parsed = Elements(html)
    assert set(parsed.names) <= MARKDOWN_ELEMENTS
    assert "@everyone" not in re.sub("<code>.*?</code>", "", html)
    for table in re.findall("<table>.*?</table>", html, re.DOTALL):
        widths = {len(re.findall("<t[hd]", line)) for line in re.findall("<tr>.*?</tr>", table, re.DOTALL)}
        assert len(widths) == 1
    lines = [line for line in told.splitlines() if line]
    assert all(line.startswith(("| ", "- ", "## ", "### ", "**")) for line in lines)


@pytest.mark.proves("REPORT-7")
@trying
@given(some_checks)
def test_markdown_holds_our_elements_only_whatever_was_found(checks):
    told = FORMATS["markdown"](checks)
    html = RENDERER.render(told)
    assert set(Elements(html).names) <= MARKDOWN_ELEMENTS
    assert html.count("<tr>") == sum(
        line.startswith("|") and not line.startswith("| ---") for line in told.splitlines()
    )


@pytest.mark.proves("REPORT-7")
def test_markdown_shows_what_differs_also_of_long_values():
    long = "The same beginning of both of them, which is long. "
    told = FORMATS["markdown"]([check(row("event E", "drifted", changes=(Change("a", f"{long}old", f"{long}new"),)))])
    assert re.search(r"old\"`.*new\"`", told)


@pytest.mark.proves("REPORT-7")
def test_markdown_fits_into_a_comment():
    told = FORMATS["markdown"]([large_check(3000, 3000)])
    assert re.search(r"^\| … [\d,]+ more \|", told, re.MULTILINE)
    wide = [hostile_check("|" * 5000)] * 500
    assert max(len(told), len(FORMATS["markdown"](wide))) < 65_536


# OpenMetrics


def samples(checks):
    text = FORMATS["openmetrics"](checks)
    found = [sample for family in openmetrics(text) for sample in family.samples]
    assert len(found) == len([sample for family in older_format(text) for sample in family.samples])
    return {
        (sample.name.removeprefix("rimops_insight_check_"), *sorted(sample.labels.items())): sample.value
        for sample in found
    }


@pytest.mark.proves("REPORT-8")
def test_the_metrics_of_a_check():
    found, system = samples([full_check()]), ("system", "VALIDATION")
    assert found["verdict", system, ("verdict", "drift")] == 1
    assert found["verdict", system, ("verdict", "no_drift")] == 0
    assert found["entities", system, ("type", "event"), ("verdict", "as_declared")] == 25
    assert found["entities", system, ("type", "event"), ("verdict", "accepted")] == 1
    assert found["drifted_entities", system, ("type", "event")] == 1
    assert found["unobserved_entities", system, ("type", "event")] == 1
    assert found["not_looked", system] == 1
    assert found["failed", system] == 0
    assert found["duration_seconds", system] == 41
    assert found["ended_timestamp_seconds", system] == full_check().ended.timestamp()


@pytest.mark.proves("REPORT-8")
@trying
@given(some_checks)
def test_metrics_are_parsed_and_count_each_entity_once_whatever_was_found(checks):
    found = samples(checks)
    assert sum(value for labels, value in found.items() if labels[0] == "entities") == sum(
        len(one.rows) for one in checks
    )
    assert FORMATS["openmetrics"](checks).endswith("# EOF\n")


@pytest.mark.proves("REPORT-8")
def test_more_entities_make_no_more_metrics():
    assert len(samples([large_check(5, 60)])) == len(samples([large_check(50, 600)]))
    assert len(samples([check(row())])) == 3 + 7 + 2 + 4


# HTML


@pytest.mark.proves("REPORT-5")
@pytest.mark.parametrize("text", [text for text in HOSTILE if text.strip()])
def test_a_page_has_no_element_that_came_from_a_value(text):
    plain, hostile = (Elements(FORMATS["html"]([hostile_check(one)])) for one in ("harmless", text))
    assert not set(hostile.names) - set(plain.names) - MARKS
    assert not hostile.attributes - plain.attributes
    counted = [[name for name in page.names if name not in MARKS] for page in (plain, hostile)]
    assert counted[0] == counted[1]


@pytest.mark.proves("REPORT-10")
def test_a_page_loads_nothing_and_its_policy_lets_nothing_in():
    html = FORMATS["html"]([full_check()])
    policy = re.search('Content-Security-Policy content="([^"]*)"', html)
    assert policy and policy[1].startswith("default-src &#39;none&#39;")
    assert not re.search(r"\b(src|href|action)=(?!\"#)|@import|url\(|\sstyle=|\son\w+=", html)
