# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What options may be made of: vaulted, tagged and lazy values, dates, files; and lists that come in pages."""

from __future__ import annotations

import json
import shutil
import textwrap
from pathlib import Path

import pytest
import requests
from ansible.parsing.vault import VaultLib, VaultSecret
from both_entries import through_both
from conftest import ENTRIES, SECRET, Player, Server

KEY = {"appCode": "123456", "appName": "Zelvora"}
ENTITY, INFO = "rimops.insight.insight_entity", "rimops.insight.insight_entity_info"
VAULTED = 'vaulted "text&+/=é canary'

VALUES = """
- name: vault
  rimops.insight.insight_entity:
    type: application
    key: {appCode: "1", appName: Zelvora}
    client_secret: !vault |
SECRET
    attributes:
      selectedProducts: [a]
      description: !vault |
DESCRIPTION
  register: vault
- name: vault, decrypted
  ansible.builtin.assert: {that: vault.entity.description == vaulted}
- name: vault again
  rimops.insight.insight_entity:
    type: application
    key: {appCode: "1", appName: Zelvora}
    attributes:
      description: !vault |
DESCRIPTION
- name: dates
  rimops.insight.insight_entity:
    type: application
    key: {appCode: "2", appName: Zelvora}
    attributes: {selectedProducts: [a], approved: 2026-01-31, submitted: 2026-01-31T10:00:00+01:00}
- name: dates again
  rimops.insight.insight_entity:
    type: application
    key: {appCode: "2", appName: Zelvora}
    attributes: {approved: 2026-01-31, submitted: 2026-01-31T10:00:00+01:00}
- name: lazy
  rimops.insight.insight_entity:
    type: application
    key: "{{ key }}"
    attributes: "{{ base | combine(more) }}"
- name: lazy again
  rimops.insight.insight_entity:
    type: application
    key: {appCode: "{{ code }}", appName: "{{ title }}"}
    attributes: {description: "{{ [title, code] | join(' ') }}", number: "{{ 20 + 1 }}"}
- name: event
  rimops.insight.insight_entity:
    type: event
    refs: {applicationId: {type: application, key: "{{ key }}"}}
    key: {eventName: "Filing of {{ title }}"}
    attributes: {sites: "{{ sites | map('upper') }}", nested: {deep: ["{{ title }}", {code: "{{ code }}"}]}}
"""
VARIABLES = {
    "code": "3",
    "title": "Zelvora",
    "key": {"appCode": "{{ code }}", "appName": "{{ title }}"},
    "base": {"selectedProducts": ["{{ title }}"], "number": 21},
    "more": {"description": "{{ title }} {{ code }}"},
    "sites": ["a", "b"],
}


def vaulted(text: str, password: str) -> str:
    """The text encrypted, as it stands below ``!vault |``."""
    encrypted = VaultLib([("default", VaultSecret(password.encode()))]).encrypt(text).decode()
    return textwrap.indent(encrypted.rstrip(), " " * 8)


@pytest.mark.each_core
@pytest.mark.proves("ANSIBLE-1", "ANSIBLE-2", "SECRET-1")
def test_vaulted_values_dates_and_templates(server: Server, play: Player, tmp_path: Path) -> None:
    (tmp_path / "password").write_text("of the vault\n")
    (tmp_path / "secret.json").write_text(json.dumps({"secret": SECRET, "vaulted": VAULTED}))
    play.defaults["client_secret"] = "{{ secret }}"
    tasks = VALUES.replace("SECRET", vaulted(SECRET, "of the vault"))
    tasks = tasks.replace("DESCRIPTION", vaulted(VAULTED, "of the vault"))
    arguments = ["--vault-password-file", str(tmp_path / "password"), "--extra-vars", f"@{tmp_path / 'secret.json'}"]
    for entry, played in through_both(play, tasks, *arguments, vars=VARIABLES).items():
        changed = {name: played[name]["changed"] for name in ("vault", "vault again", "dates", "dates again", "lazy")}
        assert changed == {"vault": True, "vault again": False, "dates": True, "dates again": False, "lazy": True}, (
            entry
        )
        dates = played["dates"]["entity"]
        assert (dates["approved"], dates["submitted"][:19]) == ("2026-01-31", "2026-01-31T10:00:00"), entry
        lazy = played["lazy"]["entity"]
        assert (lazy["description"], lazy["number"], lazy["selectedProducts"]) == ("Zelvora 3", 21, ["Zelvora"]), entry
        assert played["lazy again"]["changed"] is False, entry
        event = played["event"]["entity"]
        assert (event["eventName"], event["sites"]) == ("Filing of Zelvora", ["A", "B"]), entry
        assert event["nested"] == {"deep": ["Zelvora", {"code": "3"}]}, entry
        assert "[WARNING]" not in played.output


SCHEMA = {"properties": {"phase": {"enum": ["I", "II"]}}}
OVERRIDES = {"attributes": {"status": {"volatile": True}}}
PROFILE = {"extends": "insight", "name": "mine", "title": "Mine", "types": {"thing": {"path": "application"}}}


@pytest.mark.each_core
@pytest.mark.proves("PROFILE-1", "DECLARE-9", "ANSIBLE-1")
def test_files_are_found_beside_the_playbook_and_in_a_role(server: Server, play: Player) -> None:
    wish = {"type": "application", "key": KEY, "attributes": {"selectedProducts": ["a"], "phase": "III"}}
    role = [
        {"name": "refused in the role", ENTITY: {**wish, "schema": "schema.json"}, "ignore_errors": True},
        {"name": "role's own", ENTITY: {**wish, "schema": "own.yml"}, "ignore_errors": True},
    ]
    for entry in ENTRIES:
        files, own = play.folder / entry / "files", play.folder / entry / "roles" / "checked"
        for folder in (files, own / "files", own / "tasks"):
            folder.mkdir(parents=True)
        (files / "schema.json").write_text(json.dumps(SCHEMA))
        (files / "overrides.yml").write_text(json.dumps(OVERRIDES))
        (files / "mine.yml").write_text(json.dumps(PROFILE))
        (own / "files" / "own.yml").write_text("required: [sponsor]\n")
        (own / "tasks" / "main.yml").write_text(json.dumps(role))
    tasks = [
        {"name": "refused", ENTITY: {**wish, "schema": "schema.json"}, "ignore_errors": True},
        {"name": "roles", "ansible.builtin.include_role": {"name": "checked"}},
        {"name": "inline", ENTITY: {**wish, "schema": SCHEMA}, "ignore_errors": True},
        {"name": "nowhere", ENTITY: {**wish, "schema": "nowhere.json"}, "ignore_errors": True},
        {"name": "profile", ENTITY: {**wish, "type": "thing", "profile": "mine.yml"}},
        {
            "name": "overrides",
            ENTITY: {**wish, "attributes": {"status": "x"}, "profile_overrides": "overrides.yml"},
            "check_mode": True,
        },
    ]
    for entry, played in through_both(play, tasks).items():
        for name in ("refused", "inline", "refused in the role"):
            assert played[name]["error"]["kind"] == "SchemaError", f"{entry}: {played[name]}"
            assert "phase must be one of ['I', 'II']" in played[name]["msg"], entry
        assert "sponsor" in played["role's own"]["msg"], entry
        assert "no file nowhere.json was found" in played["nowhere"]["msg"], entry
        assert played["profile"]["operation"] == "create", entry
        assert played["overrides"]["changed"] is False, entry


PAGED = {"operations": {"list": {"enabled": True}}}


@pytest.mark.proves("WRITE-1", "PROFILE-2", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_list_comes_in_pages_and_whole_or_not_at_all(server: Server, play: Player) -> None:
    with requests.Session() as session:
        session.trust_env, session.verify = False, server.ca_path
        for number in range(250):
            path = f"{server.url}/_simulator/entities/application"
            session.post(path, json={"appCode": str(number), "appName": "x"}, timeout=600).raise_for_status()
    listed = {"type": "application", "profile_overrides": PAGED}
    short = {"kind": "short_page", "match": {"operation": "list"}}
    played = play(
        [
            {"name": "all", INFO: listed},
            {"name": "count", "control": {"requests": [["GET", "counters", None], ["POST", "faults", [short]]]}},
            {"name": "short once", INFO: listed},
            {"name": "always", "control": {"requests": [["POST", "faults", [{**short, "times": 0}]]]}},
            {"name": "short", INFO: listed, "ignore_errors": True},
        ]
    )
    assert played.code == 0, played.output[-2000:]
    assert {one["appCode"] for one in played["all"]["entities"]} == {str(number) for number in range(250)}
    assert len(played["all"]["entities"]) == 250
    assert played["all"]["assumed"] == ["operations.list"]
    assert played["count"]["answers"][0]["lists"] == 3
    assert len(played["short once"]["entities"]) == 250
    assert played["short"]["error"]["kind"] == "ListChanged"
    assert "the list stopped after 247 of 250 entities" in played["short"]["msg"]


@pytest.mark.each_core
@pytest.mark.proves("ANSIBLE-2", "DECLARE-3", "ANSIBLE-1")
def test_a_whole_run_in_check_mode_and_one_task_for_all_hosts(server: Server, play: Player) -> None:
    wish = {"type": "application", "key": KEY, "attributes": {"selectedProducts": ["a"]}}
    tasks = [
        {"name": "once", ENTITY: wish, "run_once": True, "register": "once"},
        {
            "name": "each",
            ENTITY: {**wish, "attributes": {**wish["attributes"], "description": "{{ once.operation }}"}},
            "throttle": 1,
        },
    ]
    checked = through_both(play, tasks, "--check", "--diff", hosts=2)
    for entry, looked in checked.items():
        assert [one["operation"] for one in looked.all("once")] == ["create"], entry
        assert looked["once"]["diff"]["after"]["appName"] == "Zelvora", entry
        assert server.counted["writes"] == 0, entry
        shutil.rmtree(play.folder / entry)
    for entry, played in through_both(play, tasks, hosts=2).items():
        assert [one["operation"] for one in played.all("each")] == ["update", "none"], entry
        assert "diff" not in played["once"], entry
        assert server.counted["writes"] == 2, entry


@pytest.mark.parametrize("entry", ENTRIES)
def test_a_whole_float_is_the_same_id(server: Server, play: Player) -> None:
    """As it comes out of JSON, a spreadsheet or a sum."""
    number = server.seed("application", appCode="000001", appName="Zelvora", selectedProducts=["Z"])["id"]
    named = {"type": "application", "id": float(number)}
    filing = {"type": "event", "key": {"eventName": "Filing"}, "refs": {"applicationId": named}}
    changed = {"attributes": {"selectedProducts": ["Y"]}}
    played = play(
        [
            {"name": "shown", INFO: named},
            {"name": "changed", "rimops.insight.insight_entity": {**named, **changed}},
            {"name": "again", "rimops.insight.insight_entity": {**named, **changed}},
            {"name": "referred", "rimops.insight.insight_entity": filing},
            {"name": "referred again", "rimops.insight.insight_entity": filing},
        ]
    )
    assert [entity["id"] for entity in played["shown"]["entities"]] == [number]
    assert played["changed"]["entity_id"] == number and played["changed"]["changed"]
    assert not played["again"]["changed"]
    assert played["referred"]["changed"] and not played["referred again"]["changed"]
