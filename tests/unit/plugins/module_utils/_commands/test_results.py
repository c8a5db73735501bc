# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes out of every entry."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands.base import Command
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import ENTITY
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity_info import ENTITY_INFO
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import PROBE
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_token import TOKEN
from ansible_collections.rimops.insight.plugins.module_utils._commands.results import run_command
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK
from ansible_collections.rimops.insight.plugins.module_utils._transport.numbers import Exact
from ansible_collections.rimops.insight.plugins.module_utils._transport.write_record import WRITES
from ansible_collections.rimops.insight.plugins.module_utils.errors import AuthenticationError, ServerError
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_entities import ENTITIES
from ansible_collections.rimops.insight.plugins.plugin_utils._commands.insight_export import EXPORT

CONTEXT = Context(check_mode=False, diff_mode=False, warn=print)


def told(result, secrets=(), values=None, **more):
    def run(_values, _context):
        if isinstance(result, Exception):
            raise result
        return result() if callable(result) else result

    return run_command(Command("rimops.insight.x", {}, run, **more), values or {}, CONTEXT, secrets)


@pytest.mark.proves("SECRET-1")
def test_what_is_ours_is_no_secret():
    result = {"changed": True, "operation": "update", "entity_id": "4711", "entity": {"id": "4711", "pin": "4711 "}}
    shown = told({**result, "changes": [{"path": "a", "after": "x4711"}]}, ["chan", "4711", "update", "path", "entity"])
    assert shown == {
        "changed": True,
        "operation": "update",
        "entity_id": "4711",
        "entity": {"id": "4711", "pin": f"{MASK} "},
        "changes": [{"path": "a", "after": f"x{MASK}"}],
    }


@pytest.mark.proves("SECRET-1")
def test_a_failure_hides_and_keeps_what_is_ours():
    error = ServerError("read it", "it says hunter22 and more", status=500, came="hunter22")
    assert told(error, ["hunter22", "Serv", "kind"]) == {
        "failed": True,
        "changed": False,
        "msg": f"Cannot read it: it says {MASK} and more.",
        "error": {"kind": "ServerError", "status": 500, "came": MASK},
    }


@pytest.mark.proves("LUCK-3")
def test_an_error_that_nobody_foresaw_is_a_failure_that_says_what_was_written():
    def breaks():
        WRITES.append("create application (appCode=1)")
        raise ValueError("Invalid IPv6 URL, hunter22")

    shown = told(breaks)
    assert (shown["failed"], shown["changed"]) == (True, True)
    assert shown["error"] == {"kind": "UnexpectedError", "written": ["create application (appCode=1)"]}
    assert "ValueError in test_results.py" in shown["msg"] and "hunter22" not in shown["msg"]
    assert "It had begun to create application (appCode=1): check whether it was carried out" in shown["msg"]
    assert told(RecursionError())["changed"] is False


@pytest.mark.proves("MESSAGE-23")
def test_a_number_that_no_json_can_hold_goes_out_as_text():
    entity = {"price": Exact("1e400"), "other": [Exact("-1e400"), Exact("10.50")]}
    shown = told({"changed": False, "entity": entity})
    assert shown["entity"] == {"price": "Infinity", "other": ["-Infinity", 10.5]}


@pytest.mark.proves("NETWORK-5")
@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("##vso[task.setvariable]x", r"#\x23vso[task.setvariable]x"),
        ("::error::x", r"\x3a:error::x"),
        ("first\n::error::x", "first\n\\x3a:error::x"),
        ("a\x9bb\u202ec\ud83d", r"a\x9bb\u202ec\ud83d"),
        ("tab\tand\nline", "tab\tand\nline"),
    ],
)
def test_a_failed_result_prints_harmlessly_and_registered_data_stays_whole(text, printed):
    data = {"changed": False, "entities": [{"why": text, text: [text]}]}
    assert told({**data, "failed": True})["entities"] == [{"why": printed, printed: [printed]}]
    assert told(data)["entities"] == data["entities"]


@pytest.mark.proves("LOGIN-7")
def test_an_option_that_ends_in_a_line_end_is_named():
    values = {"client_secret": "hunter22\n", "username": "jdoe", "password": "x\r\n"}
    shown = told(AuthenticationError("log in", "it was refused", "Check it."), values=values)
    assert shown["msg"].endswith("Check it. Look at client_secret, password first: there is a line end at its end.")
    assert "line end" not in told(AuthenticationError("log in", "it was refused"), values={"password": "x"})["msg"]
    assert "line end" not in told(ServerError("read it", "no"), values=values)["msg"]


CHANGES = [{"path": "selectedProducts", "before": ["~"], "after": "~~"}]
OF_ERROR = {
    "kind": "CollateralError",
    "status": 422,
    "profile_key": "operations.update.json",
    "written": "update",
    "entity_id": 4711,
    "assumed": ["operations.update"],
    "held_back": {"operation": "operations.update", "profile_key": "attributes.a", "entity": "~", "why": "~"},
    "collateral": CHANGES,
    "unconverged": [{"path": "selectedProducts", "sent": "~", "stored": "~~", "suggestion": "~"}],
    "reasons": ["plan_again"],
    "expected": "~",
    "came": "~",
}
ONE = {
    "changed": True,
    "operation": "create",
    "entity": {"id": 4711, "application": "~"},
    "entity_id": 4711,
    "changes": CHANGES,
    "collateral": CHANGES,
    "unverified": ["pin", "nested.deep"],
    "assumed": ["operations.find"],
    "evidence": {"reason": "~", "change_reference": "~", "initiator": "~"},
    "notes": ["~"],
    "diff": {"before_header": "~", "after_header": "~", "before": {"pin": "~"}, "after": {"pin": "~"}},
}
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
MEMBER = {
    "entity": "~",
    "type": "application",
    "key": {"appCode": "~"},
    "outcome": "outcome_unknown",
    "operation": "update",
    "entity_id": "4711",
    "why": "~",
    "error": OF_ERROR,
    "changes": CHANGES,
    "secrets": ["pin"],
    "unverified": ["pin"],
    "notes": ["~"],
}
TOLD = {
    "insight_entity": (ENTITY, ONE),
    "failed": (ENTITY, {"failed": True, "changed": True, "msg": "~", "error": OF_ERROR}),
    "insight_entity_info": (ENTITY_INFO, {"changed": False, "entities": [{"id": 4711, "key": "~"}], "assumed": []}),
    "insight_entities": (
        ENTITIES,
        {
            "changed": True,
            "summary": {"created": 1, "outcome_unknown": 4711},
            "entities": [MEMBER],
            "plan_digest": DIGEST,
            "journal": "journal/application.jsonl",
            "journal_head": DIGEST,
            "diff": {"prepared": "~"},
        },
    ),
    "insight_export": (
        EXPORT,
        {
            "changed": False,
            "summary": {"application": {"exported": 1, "not_exported": 4711}},
            "left_out": [{"type": "application", "attribute": "pin", "why": "it is read-only", "entities": 4711}],
            "not_exported": [{"type": "application", "entity_id": "4711", "entity": "~", "why": "~"}],
            "outside": [{"entity": "~", "referred_by": 4711}],
            "secrets": [{"name": "application", "entity": "~", "attribute": "pin"}],
            "diff": {"prepared": "~"},
        },
    ),
    "insight_token": (TOKEN, {"changed": False, "acquired": "refreshed", "session": {"user": "application"}}),
    "insight_probe": (
        PROBE,
        {
            "changed": False,
            "logins": [{"grant_type": "password", "ok": True, "who": "~", "error": "~"}],
            "findings": [{"profile_key": "operations.read", "verdict": "as the profile says", "came": "~"}],
            "overrides": {},
            "left_behind": [],
            "page": "# What the probe found out",
        },
    ),
}


def words(value):
    """The names and the texts in a value."""
    if isinstance(value, dict):
        return {*value, *(word for inner in value.values() for word in words(inner))}
    if isinstance(value, list):
        return {word for inner in value for word in words(inner)}
    return {str(value)}


@pytest.mark.proves("SECRET-22")
@pytest.mark.parametrize("name", sorted(TOLD))
def test_no_word_of_ours_is_taken_for_a_secret(name):
    command, result = TOLD[name]
    for word in sorted(words(result)):
        for secret in (word, word[:4], word[2:]):
            assert told(result, [secret], ours=command.ours) == result, secret


@pytest.mark.proves("SECRET-23")
def test_sentences_of_a_success_print_harmlessly():
    odd = "\x1b[31m\u202e\ud83d ##vso[x]"
    shown = r"\x1b[31m\u202e\ud83d #\x23vso[x]"
    data = {"changed": True, "notes": [odd], "entity": {"description": odd}}
    assert told(data) == {**data, "notes": [shown]}
    environment = {"changed": True, "summary": {}, "entities": [{"why": odd, "notes": [odd], "key": {"a": odd}}]}
    assert told(environment)["entities"] == [{"why": shown, "notes": [shown], "key": {"a": odd}}]


@pytest.mark.proves("LOG-1", "SECRET-22", "SECRET-23")
def test_what_is_told_meanwhile_is_hidden_and_harmless():
    heard = []

    def run(_values, context):
        context.warn("hunter22 \u202e")
        context.show("68756e7465723232\nnext")
        context.log("GET /hunter22/a\n::error \u202e")
        return {"changed": False}

    context = Context(check_mode=False, diff_mode=False, warn=heard.append, show=heard.append, log=heard.append)
    run_command(Command("rimops.insight.x", {}, run), {}, context, ["hunter22"])
    assert heard == [f"{MASK} \\u202e", f"{MASK}\nnext", f"GET /{MASK}/a\\n::error \\u202e"]
