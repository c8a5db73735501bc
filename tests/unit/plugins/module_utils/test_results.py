# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What goes out of every door."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.command import Command, Context
from ansible_collections.rimops.insight.plugins.module_utils.connection import WRITES
from ansible_collections.rimops.insight.plugins.module_utils.entities.mask import MASK
from ansible_collections.rimops.insight.plugins.module_utils.errors import AuthenticationError, ServerError
from ansible_collections.rimops.insight.plugins.module_utils.results import carry_out
from ansible_collections.rimops.insight.plugins.module_utils.transport.numbers import Exact

CONTEXT = Context(check_mode=False, diff_mode=False, warn=print)


def told(result, secrets=(), values=None, **more):
    def run(_values, _context):
        if isinstance(result, Exception):
            raise result
        return result() if callable(result) else result

    return carry_out(Command("rimops.insight.x", {}, run, **more), values or {}, CONTEXT, secrets)


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
    assert "It had begun to create application (appCode=1): look what became of it" in shown["msg"]
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
