# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Checks as a JUnit report, which any CI shows: an entity is a test case."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from xml.etree import ElementTree

from ...module_utils._text.atomic_files import utc_text
from ...module_utils._text.records import record
from ...module_utils._text.redaction import harmless, printable
from .check import DRIFT, Check, Row, verdict_of
from .wording import change_text, plural, told_as
from .words import words_of

COUNTS = {"failure": "failures", "error": "errors", "skipped": "skipped"}
"""The counts of a suite, by the element that a test case holds."""


@record
class Case:
    """A test case. element: ``failure`` for drift, ``error`` for what nobody knows, which must not look like a success,
    ``skipped`` for what is to be seen and is neither; empty for a success. kind: the verdict."""

    name: str
    element: str = ""
    kind: str = ""
    message: str = ""
    details: Sequence[str] = ()


def junit_report(checks: Sequence[Check]) -> str:
    """The report. Nothing in it failed or is an error exactly where the verdict is ``no_drift``."""
    names = ", ".join(check.name for check in checks)
    root = ElementTree.Element("testsuites", name=printable(f"{words_of(checks).report} of {names or 'nothing'}"))
    for check in checks:
        for name, cases in _suites(check).items():
            _add_suite(root, f"{check.name}: {name}" if len(checks) > 1 else name, cases, check)
    if not checks:
        cases = [Case("systems", "error", verdict_of(checks), "No system was checked.")]
        _add_suite(root, "check", cases, None)
    _count(root, list(root.iter("testcase")))
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _suites(check: Check) -> Mapping[str, list[Case]]:
    """The test cases by suite: a suite for each type, and one for what is of no entity."""
    suites: dict[str, list[Case]] = defaultdict(list)
    for row in sorted(check.rows, key=lambda row: (row.type, row.entity)):
        suites[row.type].append(_case(row, check))
    whole = [Case("the check as a whole", "error", "incomplete", check.error)] if check.error else []
    whole += [Case(one.path, "skipped", "not_looked", f"Not looked at: {one.why}") for one in check.not_looked]
    return {**suites, **({"check": [*suites["check"], *whole]} if whole else {})}


def _case(row: Row, check: Check) -> Case:
    if row.accepted:
        message = f"Accepted until {row.accepted.expires}: {row.accepted.reason}"
        return Case(row.entity, "skipped", "accepted", message, list(_details(row, check)))
    kind = told_as(row)
    if kind == "as_declared":
        return Case(row.entity)
    element = "failure" if kind in DRIFT else {"undeclared": "skipped"}.get(kind, "error")
    message = plural(len(row.changes), "difference") if kind == "drifted" else words_of([check]).meanings[kind]
    return Case(row.entity, element, kind, message, list(_details(row, check)))


def _details(row: Row, check: Check) -> Iterator[str]:
    yield from (change_text(change, check.sides) for change in row.changes)
    yield from (f"secret that would be sent: {path}" for path in row.secrets)
    yield from (f"not compared: {one.path}: {one.why}" if one.path else one.why for one in row.not_compared)
    told = {"declared in": row.origin, "seen first": row.since, "changed by": row.changed_by, "mend": row.mend}
    yield from (f"{name}: {text}" for name, text in told.items() if text)


def _add_suite(root: ElementTree.Element, name: str, cases: Sequence[Case], check: Check | None) -> None:
    """Add a suite with its test cases. check: None where no system was checked."""
    suite = ElementTree.SubElement(root, "testsuite", name=printable(name))
    if check:
        suite.set("timestamp", utc_text(check.began).removesuffix("Z"))
        suite.set("hostname", printable(check.url))
    of_suite = {"classname": printable(name), "time": "0"}
    for case in cases:
        element = ElementTree.SubElement(suite, "testcase", of_suite, name=printable(case.name))
        if case.element:
            told = ElementTree.SubElement(element, case.element, type=case.kind, message=printable(case.message))
            told.text = "\n".join(map(harmless, case.details))
    _count(suite, suite.findall("testcase"))


def _count(element: ElementTree.Element, cases: Sequence[ElementTree.Element]) -> None:
    element.set("tests", str(len(cases)))
    found = Counter(inner.tag for case in cases for inner in case)
    for inner, name in COUNTS.items():
        element.set(name, str(found[inner]))
