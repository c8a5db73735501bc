# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the profile calls secret is hidden wherever it appears, be it declared or not, and is left as it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from both_entries import through_both
from conftest import Player, Server
from environments import LISTED, MODULE
from in_process import run

KEY = {"appCode": "123456", "appName": "Zelvora"}
PIN, DEEP, SHORT = "undeclared-pin-canary", "undeclared-deep-canary", "q7"
MASK = "********"
SECRET = {"secret": True}
OVERRIDES = {
    "attributes": {"clients[].deep": SECRET, "short": SECRET, "description": SECRET},
    "types": {"application": {"attributes": {"pin": SECRET, "description": {"secret": False}}}},
    **LISTED,
}
SEED = {
    **KEY,
    "selectedProducts": ["a"],
    "pin": PIN,
    "short": SHORT,
    "clients": [{"name": "one", "deep": DEEP}, {"name": "two"}],
    "description": f"log in with {PIN}",
}
SHOWN = {"pin": MASK, "short": MASK, "description": f"log in with {MASK}"}
ENTITY, INFO = "rimops.insight.insight_entity", "rimops.insight.insight_entity_info"


def entity(name: str, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A task about the one entity."""
    wish = {"type": "application", "key": KEY, "attributes": attributes, "profile_overrides": OVERRIDES}
    return {"name": name, ENTITY: {**wish, **more}, "diff": True}


def environment(name: str, products: list[str], **more: Any) -> dict[str, Any]:
    """The same as an environment."""
    entities = [{"type": "application", "key": KEY, "attributes": {"selectedProducts": products}}]
    options = {"entities": entities, "profile_overrides": OVERRIDES, **more}
    return {"name": name, MODULE: options, "diff": True, "delegate_to": "localhost"}


def shown(entity: dict[str, Any]) -> dict[str, Any]:
    """What matters of an entity."""
    assert [one.get("deep") for one in entity["clients"]] == [MASK, None]
    return {name: entity[name] for name in SHOWN}


@pytest.mark.proves("SECRET-21")
def test_an_undeclared_secret_is_hidden_and_kept(server: Server, play: Player) -> None:
    lookup = "lookup('rimops.insight.insight_entity', {'key': key}, type='application', **options)"
    seeding = [["POST", "entities/application", "{{ seed }}"]]
    apply = {"plan_file": "plan.json", "plan_digest": "{{ plan.plan_digest }}", "journal": "journal"}
    tasks = [
        {"name": "seed", "no_log": True, "control": {"requests": seeding}},
        entity("update", {"selectedProducts": ["b"]}),
        {**entity("list of mappings", {"clients": [{"name": "one"}]}), "check_mode": True},
        {"name": "info", INFO: {"type": "application", "key": KEY, "profile_overrides": OVERRIDES}},
        {"name": "list", INFO: {"type": "application", "profile_overrides": OVERRIDES}},
        {"name": "lookup", "ansible.builtin.set_fact": {"found": f"{{{{ {lookup} }}}}"}},
        {"name": "looked up", "ansible.builtin.debug": {"var": "found"}},
        environment("plan", ["c"], plan_out="plan.json") | {"register": "plan"},
        environment("apply", ["c"], **apply),
        {**entity("delete", {}, state="absent"), "check_mode": True},
    ]
    options = {**play.defaults, "profile_overrides": OVERRIDES}
    variables = play.folder / "variables.json"
    variables.write_text(json.dumps({"seed": SEED, "key": KEY, "options": options}))
    for entry, played in through_both(play, tasks, "-vvv", "--extra-vars", f"@{variables}", compared=False).items():
        recorded = [one for one in played.tasks if one["task"] != "seed"]
        files = [path.read_text() for path in files_of(play.folder / entry)]
        for text in (json.dumps(recorded), played.output, *files):
            assert [one for one in (PIN, DEEP, f'"{SHORT}"') if one in text] == [], entry
        assert played["update"]["operation"] == "update"
        assert shown(played["update"]["entity"]) == SHOWN
        assert played["update"].get("collateral", []) == []
        (change,) = played["list of mappings"]["changes"]
        assert [one.get("deep") for one in change["before"]] == [MASK, None]
        assert shown(played["info"]["entities"][0]) == shown(played["list"]["entities"][0]) == SHOWN
        assert shown(played["looked up"]["found"]) == SHOWN
        assert played["delete"]["diff"]["before"]["pin"] == MASK
        (held,) = server.stored("application")
        assert {name: held[name] for name in SEED} == {**SEED, "selectedProducts": ["c"]}


def files_of(folder: Path) -> list[Path]:
    """The plan and the journals."""
    found = [folder / "plan.json", *(folder / "journal").iterdir()]
    assert len(found) == 2
    return found


@pytest.mark.proves("SECRET-21")
def test_a_mask_is_not_sent_back(server: Server, play: Player) -> None:
    server.control("POST", "switches", {"secrets_shown": "stars", "update": "merge"})
    server.seed("application", **{**SEED, "clients": []})
    result = run(play, entity("update", {"selectedProducts": ["b"]}))
    assert result["changed"] is True, result
    assert "pin did not go out with the update" in " ".join(result["notes"])
    assert server.stored("application")[0]["pin"] == PIN


@pytest.mark.proves("SECRET-21")
def test_a_secret_that_an_update_cleared_is_collateral(server: Server, play: Player) -> None:
    server.control("POST", "switches", {"blank_undeclared": True})
    server.seed("application", **SEED)
    changed_only = {**OVERRIDES, "operations": {"update": {"json": "{changed}"}}}
    result = run(play, entity("update", {"selectedProducts": ["b"]}, profile_overrides=changed_only))
    assert result["error"]["kind"] == "CollateralError"
    assert 'pin from "********" to null' in result["msg"]
    assert PIN not in json.dumps(result)


@pytest.mark.proves("SECRET-21")
@pytest.mark.parametrize("attributes", [{"pin": PIN}, {"clients": [{"name": "one", "deep": DEEP}]}])
def test_a_secret_is_declared_in_its_place(server: Server, play: Player, attributes: dict[str, Any]) -> None:
    refused = run(play, entity("declared", attributes))
    assert "is secret and stands among the attributes. Move it to secret_attributes" in refused["msg"]
    assert [one for one in (PIN, DEEP) if one in json.dumps(refused)] == []
    allowed = run(play, entity("declared", {}, secret_attributes={**attributes, "selectedProducts": ["a"]}))
    assert allowed["changed"] is True
    assert server.counted["writes"] == 1


@pytest.mark.proves("SECRET-21")
def test_a_probe_shows_no_secret(server: Server, play: Player) -> None:
    held = server.seed("application", **{**SEED, "selectedProducts": [PIN]})
    options = {"entities": [{"type": "application", "id": str(held["id"]), "key": KEY}], "profile_overrides": OVERRIDES}
    result = run(play, {"name": "probe", "rimops.insight.insight_probe": options})
    assert result["failed"] is False, result
    assert "operations.read" in result["page"]
    assert [one for one in (PIN, DEEP) if one in json.dumps(result)] == []
