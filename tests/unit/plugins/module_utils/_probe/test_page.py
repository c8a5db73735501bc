# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about a probe, and the logins that are tried."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import OURS
from ansible_collections.rimops.insight.plugins.module_utils._probe.findings import Finding
from ansible_collections.rimops.insight.plugins.module_utils._probe.logins import ways_in
from ansible_collections.rimops.insight.plugins.module_utils._probe.page import LoginReport, ProbeReport, page
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK, redact_within

PROFILE = {"name": "insight", "title": "Ennov InSight"}
STAMP = {"version": "7.3", "when": "2026-01-31", "by": "Jane"}
REPORT = ProbeReport(
    PROFILE,
    STAMP,
    logins=[LoginReport("password", True, "jdoe"), LoginReport("login", False, error="a|b")],
    findings=[
        Finding("operations.read", "as_profile", came="HTTP 200"),
        Finding("operations.find.path", "differs", "{type}/read", "HTTP 404"),
        Finding("operations.update", "not_found"),
        Finding("operations.list.paging", "not_tried", came="there are not two"),
        Finding("types.event", "not_looked_at", came="none was named"),
        Finding("session", "seen", came="an earlier token stays good"),
    ],
)


def test_a_page_says_first_what_needs_somebody():
    text = page(REPORT)
    titles = [line for line in text.splitlines() if line.startswith("#")]
    assert titles == [
        "# What the probe found out about Ennov InSight",
        "## Logins",
        "## Not found: nothing that was tried works",
        "## Differs from the profile: the overrides say how",
        "## Not tried",
        "## Not looked at: nothing was named to look at it with",
        "## As the profile says",
        "## Seen besides: how this server behaves",
    ]
    assert "server version 7.3, 2026-01-31, by Jane" in text
    assert "| `operations.find.path` | {type}/read | HTTP 404 |" in text
    assert "| login | no |  | a\\|b |" in text
    assert text.endswith("The probe only read.\n")


def test_a_page_shows_what_was_learned_and_is_not_offered():
    untried = {"operations": {"find": {"path": "{type.path}/find"}, "update": None}}
    finding = Finding("operations.find.path", "untried", "{type.path}/read", "HTTP 404")
    text = page(replace(REPORT, findings=[finding], untried=untried))
    assert "## Differs from the profile, and not in the overrides: the whole cycle was not seen to work with it" in text
    assert json.loads(text.split("```json\n")[1].split("```")[0]) == untried
    assert "profile_overrides" in text.split("## Learned, and not in the overrides\n")[1]
    assert "Learned, and not" not in page(REPORT)


def test_a_page_names_what_was_left_behind():
    report = replace(REPORT, stamp={}, wrote=True)
    text = page(replace(report, left_behind=["application with id 17"]))
    assert "## Left behind on the server\n\n- application with id 17\n" in text
    assert text.endswith("The probe wrote its own entity.\n")
    assert page(report).endswith("wrote its own entity and deleted it.\n")
    nothing = [Finding("operations.create", "not_found")]
    assert page(replace(report, findings=nothing)).endswith(
        "The probe tried to write its own entity, and nothing came to be.\n"
    )


def test_a_login_of_the_list_has_nothing_of_the_others():
    task = {
        "url": "u",
        "tenant_id": "t",
        "client_id": "c",
        "client_secret": "s",
        "session": {"file": "f"},
        "timeout": 5,
    }
    logins = [{"grant_type": "password", "username": "jdoe", "client_id": None}, {"client_id": "d"}]
    first, second = ways_in({**task, "logins": logins})
    assert (first["username"], first["client_id"], first["client_secret"], first["session"]) == (
        "jdoe",
        "c",
        None,
        None,
    )
    assert (second["client_id"], second["tenant_id"], second["timeout"], second.get("username")) == ("d", "t", 5, None)
    [alone] = ways_in({**task, "logins": []})
    assert alone["client_secret"] == "s"


@pytest.mark.proves("SECRET-22")
def test_a_page_is_made_of_a_report_without_secrets():
    for word in ("version", "title", "as_profile", "operations", "password", "expected"):
        assert page(redact_within(REPORT, OURS, [word])) == page(REPORT), word
    shown = page(redact_within(REPORT, OURS, ["jdoe", "Jane", "stays good"]))
    assert f"by {MASK}." in shown and f"| password | yes | {MASK} |  |" in shown and f"an earlier token {MASK}" in shown
