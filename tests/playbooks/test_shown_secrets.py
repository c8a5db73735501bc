# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets that the server shows are compared; of those that it hides, behind whatever mask, a fingerprint tells."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import Player, Server
from environments import checked, count, counted, outcomes, task
from in_process import run

from ansible_collections.rimops.insight.plugins.module_utils._commands.connection import forget_connections

KEY = {"appCode": "123456", "appName": "Zelvora"}
OURS, NEXT, THEIRS = "first-pin-canary", "second-pin-canary", "their-pin-canary"
MASK = "********"
IN_ANOTHER_FORM = ["absent", "null", "empty", "stars", "dots", "words", "flag", "last_four", "bcrypt"]
COMPARABLE = ["clear", "noop", "sha256"]


@pytest.fixture(autouse=True)
def anew() -> None:
    """What one test found out of a server holds nothing back in the next."""
    forget_connections()


def ensured(play: Player, pin: Any = OURS, policy: str = "on_change", **more: Any) -> dict[str, Any]:
    """The result of a task that declares the secrets, without a leak."""
    options = {
        "type": "application",
        "key": KEY,
        "attributes": {"selectedProducts": ["a"]},
        "secret_attributes": {"pin": pin, "nested": {"deep": pin}},
        "update_secrets": policy,
        "wait_timeout": 1,
        "wait_interval": 0.01,
        **more,
    }
    task = {"name": "task", "rimops.insight.insight_entity": options}
    result = run(play, task)
    assert [one for one in (OURS, NEXT, THEIRS) if one in json.dumps(result)] == []
    return result


def told(result: dict[str, Any]) -> tuple[bool, list[str]]:
    """Whether something changed, and what cannot be observed."""
    assert result["failed"] is False, result
    return result["changed"], result["unverified"]


def rotate(server: Server, pin: Any) -> None:
    """Somebody else sets both secrets."""
    (one,) = server.stored("application")
    server.tamper("application", one["id"], pin=pin, nested={"deep": pin})


def held(server: Server) -> list[Any]:
    """Both secrets of the one entity."""
    (one,) = server.stored("application")
    return [one["pin"], one["nested"]["deep"]]


@pytest.mark.proves("SECRET-20")
@pytest.mark.parametrize("shown", COMPARABLE)
def test_a_secret_that_the_server_shows_is_compared(server: Server, play: Player, shown: str) -> None:
    server.control("POST", "switches", {"secrets_shown": shown})
    assert told(ensured(play)) == (True, [])
    assert told(ensured(play)) == (False, [])
    for pin in (THEIRS, NEXT):
        rotate(server, pin)
        looked = run_in_check_mode(play)
        assert told(looked) == (True, [])
        assert [one["path"] for one in looked["changes"]] == ["nested.deep", "pin"]
        assert told(ensured(play)) == (True, [])
        assert held(server) == [OURS, OURS]
        assert told(ensured(play)) == (False, [])
    assert server.counted["writes"] == 3


def run_in_check_mode(play: Player) -> dict[str, Any]:
    """The same task, which only looks."""
    options = {"type": "application", "key": KEY, "update_secrets": "on_change"}
    secrets = {"pin": OURS, "nested": {"deep": OURS}}
    task = {"name": "look", "rimops.insight.insight_entity": {**options, "secret_attributes": secrets}}
    return run(play, {**task, "check_mode": True})


@pytest.mark.proves("SECRET-20")
@pytest.mark.parametrize("shown", IN_ANOTHER_FORM)
def test_a_mask_is_no_reason_to_write(server: Server, play: Player, shown: str) -> None:
    server.control("POST", "switches", {"secrets_shown": shown})
    assert told(ensured(play)) == (True, [])
    assert told(ensured(play)) == told(ensured(play)) == (False, [])
    assert told(ensured(play, token_store=str(play.folder / "elsewhere"))) == (False, ["nested.deep", "pin"])
    assert told(ensured(play, attributes={"selectedProducts": ["b"]})) == (True, [])
    assert held(server) == [OURS, OURS]
    assert told(ensured(play, NEXT, attributes={"selectedProducts": ["b"]})) == (True, [])
    assert held(server) == [NEXT, NEXT]
    assert server.counted["writes"] == 3


@pytest.mark.proves("SECRET-20")
def test_a_form_that_nobody_takes_for_a_mask_is_said_after_the_write(server: Server, play: Player) -> None:
    server.control("POST", "switches", {"secrets_shown": "salted"})
    failed = ensured(play)
    assert failed["error"]["kind"] == "UnconvergedError"
    assert [one["path"] for one in failed["error"]["unconverged"]] == ["pin", "nested.deep"]
    assert "name the attribute in compare.write_only" in failed["msg"]
    rules = {"write_only": ["pin", "nested.deep"]}
    assert told(ensured(play, compare=rules)) == told(ensured(play, compare=rules)) == (False, [])
    assert server.counted["writes"] == 1


@pytest.mark.proves("SECRET-20")
def test_on_create_leaves_a_secret_that_differs_and_says_so(server: Server, play: Player) -> None:
    assert told(ensured(play, policy="on_create")) == (True, [])
    rotate(server, THEIRS)
    result = ensured(play, policy="on_create")
    assert told(result) == (False, ["nested.deep", "pin"])
    assert "shows another value of nested.deep, pin than is declared" in " ".join(result["notes"])
    assert told(ensured(play, policy="always")) == told(ensured(play, policy="always")) == (True, [])
    assert held(server) == [OURS, OURS]
    assert server.counted["writes"] == 3


@pytest.mark.proves("SECRET-20")
@pytest.mark.parametrize(("pin", "other"), [(4711, "4711"), ("4711", 4711), ("true", True), (None, None)])
def test_how_a_secret_is_spelled_is_no_difference(server: Server, play: Player, pin: Any, other: Any) -> None:
    server.seed("application", **KEY, selectedProducts=["a"], pin=other, nested={"deep": other})
    assert told(ensured(play, pin)) == (False, [])
    assert server.counted["writes"] == 0


@pytest.mark.proves("SECRET-20")
@pytest.mark.parametrize("shown", ["clear", "stars"])
def test_a_new_secret_goes_along_with_a_new_name(server: Server, play: Player, shown: str) -> None:
    server.control("POST", "switches", {"secrets_shown": shown})
    renamed = {"key": {**KEY, "appName": "New"}, "was": {"appName": "Zelvora"}}
    assert told(ensured(play)) == (True, [])
    assert told(ensured(play, NEXT, **renamed)) == (True, [])
    assert held(server) == [NEXT, NEXT]
    assert told(ensured(play, NEXT, **renamed)) == (False, [])
    assert told(ensured(play, OURS, **renamed)) == (True, [])
    assert held(server) == [OURS, OURS]
    again = {"key": KEY, "was": {"appName": "New"}}
    assert told(ensured(play, OURS, **again)) == (True, [])
    assert told(ensured(play, OURS)) == (False, [])
    assert server.counted["writes"] == 4


@pytest.mark.proves("COMPARE-60")
@pytest.mark.parametrize("shown", [*IN_ANOTHER_FORM, "salted"])
def test_an_attribute_that_the_server_hides_is_never_told_as_unchanged(
    server: Server, play: Player, shown: str
) -> None:
    server.control("POST", "switches", {"secrets_shown": shown})
    attributes = {"selectedProducts": ["a"], "pin": "no secret"}
    for _again in range(2):
        failed = ensured(play, attributes=attributes, secret_attributes={})
        assert (failed["error"]["kind"], failed["changed"]) == ("UnconvergedError", True)
        assert "secret_attributes" in failed["msg"] or shown == "salted"
        assert "changed nothing" not in failed["msg"]
        forget_connections()
    if "compare: {hidden: [pin]}" in failed["msg"]:
        settled = ensured(play, attributes=attributes, secret_attributes={}, compare={"hidden": ["pin"]})
        assert told(settled) == (False, ["pin"])
    else:
        assert shown in ("null", "empty", "flag", "salted")
    if shown != "salted":
        more = {"attributes": {"selectedProducts": ["a"]}, "secret_attributes": {"pin": "no secret"}}
        assert told(ensured(play, **more)) == (False, ["pin"])
        assert told(ensured(play, policy="always", **more)) == (True, [])
        assert told(ensured(play, **more)) == (False, [])


@pytest.mark.proves("COMPARE-61")
@pytest.mark.parametrize("shown", ["stars", "dots", "words", "last_four"])
def test_a_mask_does_not_go_back_with_an_update(server: Server, play: Player, shown: str) -> None:
    server.control("POST", "switches", {"secrets_shown": shown})
    server.seed("application", **KEY, selectedProducts=["a"], pin="theirs", nested={"deep": "theirs"})
    changed = {"attributes": {"selectedProducts": ["b"]}, "secret_attributes": {}}
    for mode in (True, False):
        options = {"type": "application", "key": KEY, **changed}
        refused = run(play, {"name": "task", "rimops.insight.insight_entity": options, "check_mode": mode})
        assert refused["error"]["profile_key"] == "attributes.nested.deep.hidden"
        assert "a mask in place of nested.deep, pin, and the update would send it back" in refused["msg"]
    assert server.counted["writes"] == 0
    settled = ensured(play, compare={"hidden": ["pin", "nested.deep"]}, **changed)
    assert told(settled) == (True, [])
    assert "nested.deep, pin did not go out with the update" in " ".join(settled["notes"])
    assert told(ensured(play, attributes={"selectedProducts": ["c"]}, secret_attributes={"pin": OURS})) == (
        True,
        ["pin"],
    )


@pytest.mark.proves("SECRET-60")
@pytest.mark.parametrize("how", ["key", "id", "more of a key"])
def test_a_secret_is_remembered_whatever_its_parent_is_called(server: Server, play: Player, how: str) -> None:
    server.control("POST", "switches", {"secrets_shown": "stars"})
    server.seed("application", **KEY, selectedProducts=["a"])
    (parent,) = server.stored("application")
    under_old = {"type": "application", "key": KEY}
    under_new = {"type": "application", "key": {**KEY, "appName": "New"}}
    child = {"type": "event", "key": {"eventName": "E"}, "attributes": {"description": "d"}}
    first = {**child, "refs": {"applicationId": under_old}}
    then = {
        "key": {**child, "refs": {"applicationId": under_new}},
        "id": {**child, "refs": {"applicationId": {"type": "application", "id": parent["id"]}}},
        "more of a key": {**first, "key": {"eventName": "E", "description": "d"}, "attributes": {}},
    }[how]
    assert told(ensured(play, **first)) == (True, [])
    if how == "key":
        renamed = {"type": "application", "key": under_new["key"], "was": {"appName": "Zelvora"}}
        assert run(play, {"name": "rename", "rimops.insight.insight_entity": renamed})["changed"]
    assert told(ensured(play, **then)) == (False, [])
    assert told(ensured(play, NEXT, **then)) == (True, [])
    assert told(ensured(play, NEXT, **then)) == (False, [])
    assert [one["pin"] for one in server.stored("event")] == [NEXT]
    absent = {**then, "state": "absent", "attributes": {}}
    assert told(ensured(play, NEXT, **absent)) == (True, [])
    assert '"pin"' not in (play.folder / "store" / "fingerprints.json").read_text()


@pytest.mark.proves("SECRET-60")
def test_what_an_earlier_version_remembered_by_name_is_still_known(server: Server, play: Player) -> None:
    server.control("POST", "switches", {"secrets_shown": "stars"})
    ensured(play)
    (one,) = server.stored("application")
    file = play.folder / "store" / "fingerprints.json"
    by_name = "appCode=123456, appName=Zelvora"
    file.write_text(file.read_text().replace(f"id {one['id']}", by_name))
    assert by_name in file.read_text()
    renamed = {"key": {**KEY, "appName": "New"}, "was": {"appName": "Zelvora"}}
    assert told(ensured(play, **renamed)) == (True, [])
    assert by_name not in file.read_text()
    assert told(ensured(play, **renamed)) == (False, [])


@pytest.mark.proves("SECRET-20")
def test_a_secret_that_was_rotated_after_a_lost_answer(server: Server, play: Player) -> None:
    ensured(play)
    rotate(server, THEIRS)
    server.control("POST", "faults", [{"match": {"operation": "update"}, "kind": "drop_after"}])
    assert told(ensured(play)) == (True, [])
    assert held(server) == [OURS, OURS]
    assert told(ensured(play)) == (False, [])


@pytest.mark.proves("SECRET-60", "PLAN-5")
def test_a_parent_and_the_secret_of_its_child_change_in_one_run(server: Server, play: Player) -> None:
    server.control("POST", "switches", {"secrets_shown": "stars"})

    def declared(parent: dict[str, Any], pin: str) -> list[dict[str, Any]]:
        refs = {"applicationId": {"type": "application", "key": parent["key"]}}
        child = {"type": "event", "key": {"eventName": "E"}, "attributes": {"pin": {"secret": pin}}}
        return [parent, {**child, "refs": refs}]

    old = {"type": "application", "key": KEY, "attributes": {"selectedProducts": ["a"]}}
    new = {**old, "key": {**KEY, "appName": "New"}, "was": {"appName": "Zelvora"}}
    secrets = {"secrets": {"ours": OURS, "next": NEXT}, "update_secrets": "on_change"}
    tasks = [
        task("before", declared(old, "ours"), **secrets),
        checked("look", declared(new, "ours"), **secrets),
        task("plan", declared(new, "next"), plan_out="plan.json", **secrets) | {"register": "plan"},
        task("apply", declared(new, "next"), plan_file="plan.json", plan_digest="{{ plan.plan_digest }}", **secrets),
        checked("again", declared(new, "next"), **secrets),
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    assert outcomes(played["look"]) == {"updated": 1, "unchanged": 1}, played.output
    assert outcomes(played["apply"]) == {"updated": 2}
    assert outcomes(played["again"]) == {"unchanged": 2}
    assert [one["pin"] for one in server.stored("event")] == [NEXT]


@pytest.mark.proves("SECRET-20", "PLAN-5")
def test_drift_of_secrets_of_an_environment_is_planned_and_mended(server: Server, play: Player, tmp_path: Path) -> None:
    entities = [
        {"type": "application", "key": KEY, "attributes": {"selectedProducts": ["a"], "pin": {"secret": "pin"}}},
    ]
    secrets = {"secrets": {"pin": "{{ pin }}"}, "update_secrets": "on_change"}
    renamed = [{**entities[0], "key": {**KEY, "appName": "New"}, "was": {"appName": "Zelvora"}}]
    place = "entities/application/{{ create.entities[0].entity_id }}"
    rotated = {"name": "rotate", "control": {"requests": [["PATCH", place, {"pin": THEIRS}]]}}
    apply = {"plan_file": "plan.json", "plan_digest": "{{ plan.plan_digest }}", "journal": "journal", **secrets}
    tasks = [
        task("create", entities, **secrets) | {"register": "create"},
        checked("same", entities, **secrets),
        rotated,
        checked("drift", entities, **secrets),
        task("plan", entities, plan_out="plan.json", **secrets) | {"register": "plan"},
        task("apply", entities, **apply),
        task("again", entities, **secrets),
        rotated,
        task("rename", renamed, **secrets),
        task("renamed", renamed, **secrets),
        count("counted"),
    ]
    (tmp_path / "variables.json").write_text(json.dumps({"pin": OURS}))
    played = play(tasks, "--extra-vars", f"@{tmp_path / 'variables.json'}")
    assert played.code == 0, played.output
    expected = {name: {"updated": 1} for name in ("drift", "plan", "apply", "rename")}
    expected |= {"create": {"created": 1}, **{name: {"unchanged": 1} for name in ("same", "again", "renamed")}}
    assert {name: outcomes(played[name]) for name in expected} == expected, played.output
    assert {name: played[name]["changed"] for name in ("drift", "apply", "again")} == {
        "drift": True,
        "apply": True,
        "again": False,
    }
    assert "pin: a secret is sent" in played["drift"]["diff"]["prepared"]
    assert counted(played, "counted", "writes") == (3,)
    assert [one["pin"] for one in server.stored("application")] == [OURS]
    files = [path.read_text() for path in [tmp_path / "plan.json", *(tmp_path / "journal").iterdir()]]
    seen = [json.dumps(one["result"]) for one in played.tasks if one["task"] != "rotate"]
    assert [one for one in (OURS, THEIRS) if one in "".join([*files, *seen])] == []
