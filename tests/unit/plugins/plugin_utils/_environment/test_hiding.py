# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run hides of its secrets, and what it shows although it looks like one."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.run import Run


def run(secrets, of_login=()):
    """A run whose manifest and login have these secrets."""
    members = {"a": SimpleNamespace(entry=SimpleNamespace(secret_attributes=secrets))}
    return Run(
        connection=SimpleNamespace(secrets=lambda: of_login),
        values={"secrets": {}},
        context=None,
        environment=SimpleNamespace(members=members),
        options=None,
        digest="sha256:6259",
    )


CHANGE = {"path": "note", "before": "6259", "after": {"6259": 6259}}
RESULT = {
    "changed": True,
    "summary": {"created": 6259},
    "entities": [
        {
            "entity": "application (appCode=6259)",
            "type": "type6259",
            "key": {"appCode6259": "6259"},
            "outcome": "failed",
            "operation": "create",
            "changes": [CHANGE],
            "collateral": [CHANGE],
            "why": "6259",
            "error": {"kind": "Error6259", "status": 6259},
            "notes": ["6259"],
        }
    ],
    "assumed": ["types.type6259"],
    "evidence": {"reason": "6259"},
    "notes": ["6259"],
    "diff": {"prepared": "6259"},
    "msg": "6259",
    "plan_digest": "sha256:6259",
    "journal": "evidence/20260102T030405.006259Z-6259.jsonl",
    "journal_head": "sha256:6259",
}
SHOWN_CHANGE = {"path": "note", "before": MASK, "after": {MASK: MASK}}
SHOWN_RESULT = {
    **RESULT,
    "entities": [
        {
            **RESULT["entities"][0],
            "entity": f"application (appCode={MASK})",
            "key": {"appCode6259": MASK},
            "changes": [SHOWN_CHANGE],
            "collateral": [SHOWN_CHANGE],
            "why": MASK,
            "error": {"kind": "Error6259", "status": 6259},
            "notes": [MASK],
        }
    ],
    "evidence": {"reason": MASK},
    "notes": [MASK],
    "diff": {"prepared": MASK},
    "msg": MASK,
}
INTENT = {"at": "6259", "operation": "create6259", "before": "sha256:6259", "after": "sha256:6259"}
STARTED = {
    "format": 1,
    "run": "6259",
    "url": "https://6259.example.com",
    "manifest_digest": "sha256:6259",
    "profile_digest": "sha256:6259",
    "plan_digest": "sha256:6259",
    "versions": {"profile": "6259"},
    "who": "6259",
    "reason": "6259",
    "change_reference": "6259",
    "initiator": "6259",
    "approval": {"6259": "6259"},
    "continues": {"file": "6259.jsonl", "head": "sha256:6259", "open": [{"entity": "6259", **INTENT}]},
}
SHOWN_START = {
    **STARTED,
    **dict.fromkeys(("who", "reason", "change_reference", "initiator"), MASK),
    "approval": {MASK: MASK},
    "continues": {**STARTED["continues"], "open": [{"entity": MASK, **INTENT}]},
}
OUTCOME = {"entity": "6259", "result": "created6259", "server_date": "6259", "detail": "6259"}


@pytest.mark.proves("SECRET-1", "PLAN-3", "JOURNAL-1")
@pytest.mark.parametrize(
    ("told", "shown"),
    [
        (RESULT, SHOWN_RESULT),
        (STARTED, SHOWN_START),
        ({"entity": "6259", **INTENT}, {"entity": MASK, **INTENT, "at": MASK}),
        (OUTCOME, {**OUTCOME, **dict.fromkeys(("entity", "server_date", "detail"), MASK)}),
        ({"totals": {"6259": 6259}, "open": 6259}, {"totals": {"6259": 6259}, "open": 6259}),
        ("about 6259", f"about {MASK}"),
    ],
)
def test_what_is_ours_is_shown_and_nothing_else(told, shown):
    assert run({"pin": "6259"}).redact(told) == shown


@pytest.mark.proves("SECRET-1")
@pytest.mark.parametrize("word", ["entities", "outcome", "sha256", "create", "reason", "error", "entity", "before"])
def test_no_word_of_ours_is_lost_to_a_secret(word):
    told = {"entities": [{"entity": "a", "outcome": "created", "error": {"kind": "E"}}], "plan_digest": "sha256:1"}
    line = {"entity": "a", "operation": "create", "before": "absent", "after": "sha256:1"}
    evidence = {"evidence": {"reason": "a"}}
    for one in (told, line, evidence):
        assert run({"pin": word}).redact(one) == one


@pytest.mark.proves("SECRET-1")
def test_what_the_login_learns_meanwhile_is_hidden_too():
    known = ["the first token"]
    ours = run({"pin": "the pin"}, known)
    assert ours.redact("the pin, the first token, the second token") == f"{MASK}, {MASK}, the second token"
    known.append("the second token")
    assert ours.redact("the pin, the first token, the second token") == f"{MASK}, {MASK}, {MASK}"
