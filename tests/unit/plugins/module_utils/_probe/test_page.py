# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page about a probe, and the logins that are tried."""

from __future__ import annotations

from ansible_collections.rimops.insight.plugins.module_utils._probe.logins import ways_in
from ansible_collections.rimops.insight.plugins.module_utils._probe.page import page

PROFILE = {"name": "insight", "title": "Ennov InSight"}
STAMP = {"version": "7.3", "when": "2026-01-31", "by": "Jane"}
RESULT = {
    "logins": [
        {"grant_type": "password", "ok": True, "who": "jdoe"},
        {"grant_type": "login", "ok": False, "error": "a|b"},
    ],
    "findings": [
        {"profile_key": "operations.read", "verdict": "as_profile", "came": "HTTP 200"},
        {"profile_key": "operations.find.path", "verdict": "differs", "expected": "{type}/read", "came": "HTTP 404"},
        {"profile_key": "operations.update", "verdict": "not_found"},
        {"profile_key": "operations.list.paging", "verdict": "not_tried", "came": "there are not two"},
        {"profile_key": "types.event", "verdict": "not_looked_at", "came": "none was named"},
        {"profile_key": "session", "verdict": "seen", "came": "an earlier token stays good"},
    ],
    "left_behind": [],
    "changed": False,
}


def test_a_page_says_first_what_needs_somebody():
    text = page(PROFILE, STAMP, RESULT)
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


def test_a_page_names_what_was_left_behind():
    text = page(PROFILE, {}, {**RESULT, "left_behind": ["application with id 17"], "changed": True})
    assert "## Left behind on the server\n\n- application with id 17\n" in text
    assert text.endswith("The probe wrote its own entity.\n")
    assert page(PROFILE, {}, {**RESULT, "changed": True}).endswith("wrote its own entity and deleted it.\n")
    nothing = [{"profile_key": "operations.create", "verdict": "not_found"}]
    told = page(PROFILE, {}, {**RESULT, "findings": nothing, "changed": True})
    assert told.endswith("The probe tried to write its own entity, and nothing came to be.\n")


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
