# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Chromium, and the pages that it opens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ansible_collections.rimops.insight.plugins.module_utils._journal.reader import verify_all
from ansible_collections.rimops.insight.plugins.module_utils._journal.writer import Journal, Start
from ansible_collections.rimops.insight.plugins.module_utils._text.nested_paths import ABSENT
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.plan_file import (
    Basis,
    EnvironmentPlan,
    make_plan,
    plan_digest,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.planned_change import PlannedChange
from ansible_collections.rimops.insight.plugins.plugin_utils._report.check import Check, NotCompared
from ansible_collections.rimops.insight.plugins.plugin_utils._report.formats import FORMATS
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page import render_page
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page_of_evidence import page_of_evidence
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page_of_plan import page_of_plan
from ansible_collections.rimops.insight.plugins.plugin_utils._report.page_of_qualification import page_of_qualification
from ansible_collections.rimops.insight.plugins.plugin_utils._report.qualification import (
    CYCLE,
    FILES,
    Judgement,
    Qualification,
)
from ansible_collections.rimops.insight.tests.unit.made_checks import (
    DIGEST,
    HOSTILE,
    NOON,
    Change,
    check,
    full_check,
    large_check,
    row,
)

URL = "https://validation.example.com"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Open = Callable[..., Page]


def plan() -> EnvironmentPlan:
    """A plan with an operation of each kind."""
    described = Change("description", "Initial application", "Initial marketing application")
    operations = [
        PlannedChange(
            "event Initial filing", "event", {}, "update", DIGEST, DIGEST, (described,), ("gateway.password",)
        ),
        PlannedChange(
            "application Zelvora",
            "application",
            {},
            "create",
            "absent",
            DIGEST,
            (Change("appCode", ABSENT, "123456"), Change("selectedProducts", ABSENT, ["Zelvora 10 mg"])),
        ),
        PlannedChange("renewal R-7", "renewal", {}, "delete", DIGEST, "absent", possible_rename="renewal R-8"),
    ]
    basis = Basis(URL, None, DIGEST, DIGEST, DIGEST, "0.2.0")
    return make_plan(basis, operations, NOON, timedelta(hours=8), ["event.update"])


def evidence(folder: Path) -> str:
    """The page of two journals: of a run that ended well, and of one in which something went wrong."""
    start = Start(
        URL,
        DIGEST,
        DIGEST,
        DIGEST,
        {"collection": "0.2.0"},
        "svc-apply",
        "awx 4711",
        "Release 12",
        "CHG-1",
        {"by": "qa"},
    )
    for outcomes in (["created", "updated", "deleted"], ["updated", "failed", "outcome_unknown"]):
        journal = Journal(str(folder), start)
        for number, outcome in enumerate(outcomes):
            journal.intent(f"event E-{number}", "update", DIGEST, DIGEST)
            detail = "Cannot update event E-1: the server answered 500." if outcome == "failed" else None
            journal.outcome(f"event E-{number}", outcome, "Fri, 27 Nov 2026 12:00:39 GMT", detail)
        journal.end(dict.fromkeys(outcomes, 1))
    return render_page(page_of_evidence(verify_all(str(folder))))


def qualification() -> Qualification:
    """A qualification with a finding of each verdict."""
    return Qualification(
        url=URL,
        entity="application Sandbox (appCode=000000)",
        began=NOON,
        ended=NOON + timedelta(seconds=41),
        controller="controller.example.com",
        installed_in="/usr/share/ansible/collections/ansible_collections/rimops/insight",
        digest_of_manifest=DIGEST,
        profile_digest=DIGEST,
        versions={"rimops.insight": "0.2.0", "ansible-core": "2.21.0", "Python": "3.13.1"},
        evidence={"reason": "Release 12", "change_reference": "CHG-1"},
        findings=[
            Judgement(FILES, "412 files", "as_expected"),
            Judgement(FILES, "plugins/modules/insight_entity.py", "not_as_expected", ["It is not as in the release."]),
            Judgement(CYCLE, "Create", "as_expected"),
            Judgement(CYCLE, "Delete", "not_checked", ["The step before it failed."]),
        ],
    )


def comparison() -> Check:
    """Two systems side by side, with an entity of each kind, and types that were not compared."""
    return check(
        *full_check().rows,
        name="VALIDATION and PRODUCTION",
        sides=("VALIDATION", "PRODUCTION"),
        not_looked=(NotCompared("event", "undeclared entities: no list"), NotCompared("document", "none is declared")),
    )


def made(name: str, folder: Path) -> str:
    """The HTML of a page."""
    if name == "plan":
        return render_page(page_of_plan(plan(), plan_digest(plan())))
    if name == "evidence":
        return evidence(folder / "journals")
    if name == "qualification":
        return render_page(page_of_qualification(qualification()))
    hostile = [row(text, "drifted", changes=(Change(text, text, f"{text}!"),), mend=text) for text in HOSTILE]
    checks = {
        "check": lambda: [full_check()],
        "comparison": lambda: [comparison()],
        "fleet": lambda: [full_check(), check(name="PRODUCTION", error="Cannot log in: the server is down.")],
        "hostile": lambda: [check(*hostile, name=HOSTILE[0]), check(name=HOSTILE[1])],
        "large": lambda: [large_check()],
    }
    return FORMATS["html"](checks[name]())


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Finds the file of a page, which is made when it is asked for."""
    folder = tmp_path_factory.mktemp("pages")

    def file_of(name: str) -> Path:
        file = folder / f"{name}.html"
        if not file.exists():
            file.write_text(made(name, folder), encoding="utf-8")
        return file

    return file_of


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The browser, for all tests."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(chromium: Browser, pages: Callable[[str], Path]) -> Iterator[Open]:
    """Opens a page by its name. Whatever a test does with it, the browser has nothing to complain about."""
    complaints: list[str] = []
    contexts = []

    def open_it(name: str, **options: object) -> Page:
        given = {"viewport": {"width": 1180, "height": 900}, **options}
        context = chromium.new_context(**given)  # type: ignore[arg-type]
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.on("request", lambda request: None if request.url.startswith("file:") else complaints.append(request.url))
        page.goto(pages(name).as_uri())
        return page

    yield open_it
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """The folder of the screenshots."""
    folder = Path(os.environ["RIMOPS_BUILD"]) / "results" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
