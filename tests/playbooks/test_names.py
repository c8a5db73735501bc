# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of attributes of which a playbook's YAML made a boolean, a number or nothing."""

from __future__ import annotations

import pytest
from conftest import ENTRIES, Player, Server

TASKS = """
- name: inline
  rimops.insight.insight_entity: {type: application, key: *key, attributes: {statusByCountry: {NO: approved}}}
  ignore_errors: true
- name: deep
  rimops.insight.insight_entity: {type: application, key: *key, attributes: {a: [{b: [{01: first}]}]}}
  ignore_errors: true
- name: variable
  rimops.insight.insight_entity: {type: application, key: *key, attributes: "{{ declared }}"}
  ignore_errors: true
- name: loop
  rimops.insight.insight_entity: {type: application, key: *key, attributes: "{{ item }}"}
  loop: ["{{ declared }}"]
  ignore_errors: true
- name: as text
  rimops.insight.insight_entity: {type: application, key: *key, attributes: "{False: 'approved', 1: 'first'}"}
  ignore_errors: true
- name: secret
  rimops.insight.insight_entity: {type: application, key: *key, secret_attributes: {on: "{{ canary }}"}}
  ignore_errors: true
- name: key
  rimops.insight.insight_entity: {type: application, key: {appName: Zelvora, yes: x}}
  ignore_errors: true
- name: refs
  rimops.insight.insight_entity:
    type: event
    key: {eventName: x}
    refs: {applicationId: {type: application, key: {NO: x}}}
  ignore_errors: true
- name: own profile
  rimops.insight.insight_entity: {type: application, key: *key, profile_overrides: {types: {NO: {path: x}}}}
  ignore_errors: true
- name: schema
  rimops.insight.insight_entity: {type: application, key: *key, schema: schema.yml}
  ignore_errors: true
- name: info
  rimops.insight.insight_entity_info: {type: application, key: {01: x}}
  ignore_errors: true
"""
ON_THE_CONTROLLER = """
- name: async
  rimops.insight.insight_entity: {type: application, key: *key, attributes: {statusByCountry: {NO: approved}}}
  async: 60
  ignore_errors: true
- name: lookup
  ansible.builtin.debug:
    msg: "{{ query('rimops.insight.insight_entity', {'key': {1: 'x'}}, type='application', on_missing='skip') }}"
  ignore_errors: true
- name: entities
  rimops.insight.insight_entities:
    entities: [{type: application, key: *key}, {type: application, key: *key, attributes: {statusByCountry: {NO: x}}}]
  ignore_errors: true
"""
KEY = '&key {appCode: "123456", appName: Zelvora}'
DECLARED = {"statusByCountry": {False: "approved", 1: "first"}}


@pytest.mark.proves("DECLARE-8", "ANSIBLE-1")
@pytest.mark.parametrize("entry", ENTRIES)
def test_a_name_that_is_no_text_is_refused_wherever_it_stands(server: Server, play: Player, entry: str) -> None:
    (play.folder / "schema.yml").write_text("properties: {NO: {type: string}}\n")
    tasks = TASKS + (ON_THE_CONTROLLER if entry == "here" else "")
    lookup = {f"insight_{name}": value for name, value in play.defaults.items()}
    played = play(tasks.replace("*key", KEY, 1), vars={**lookup, "declared": DECLARED, "canary": "canary of a name"})
    for task in ("inline", "variable", "loop", *(["async"] if entry == "here" else [])):
        assert "statusByCountry.False is the boolean false, not text. Quote it" in played[task]["msg"], task
    told = {"deep": "number 1", "secret": "boolean true", "key": "boolean true", "refs": "boolean false"}
    told |= {"own profile": "boolean false", "schema": "boolean false", "info": "number 1", "as text": "not text"}
    told |= {"lookup": "number 1", "entities": "entry 2"} if entry == "here" else {}
    for task, words in told.items():
        assert played[task]["failed"], task
        assert words in played[task]["msg"], (task, played[task])
    assert server.counted["requests"] == 0
    assert "canary of a name" not in played.output
