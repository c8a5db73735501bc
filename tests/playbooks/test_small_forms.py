# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system that takes forms and lists no more than names."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Player
from playing import ENTITY, playing, take_steps
from small_logins import PASSWORD, USER
from small_system import SmallSystem
from systems.base.fixtures import as_new, started_once

pytestmark = pytest.mark.one_core

PROFILE = {
    "format": 2,
    "name": "forms",
    "base_path": "/forms",
    "session": {"carry": {"basic": {"username": "{username}", "password": "{password}"}}},
    "types": {
        "policy": {
            "path": "policies",
            "key": {"attributes": ["name"], "enforced": True},
            "id": {"from": "{key.name}"},
            "find": "list",
            "list": {
                "method": "SEARCH",
                "path": "{type.path}",
                "entity": {"name": "body.data.names[]"},
                "then": "read",
            },
            "read": {"method": "GET", "path": "{type.path}/{id}", "entity": "body.data"},
            "create": {
                "method": "POST",
                "path": "{type.path}/{id}",
                "form": "{declared}",
                "without": ["name"],
                "entity": False,
            },
            "update": {"method": "PUT", "path": "{type.path}/{id}", "form": "{changed}", "entity": False},
            "delete": {"method": "DELETE", "path": "{type.path}/{id}"},
            "attributes": {"rights": {"set": True}, "level": {"normalise": ["number_as_text"]}},
        }
    },
}
POLICY = {"type": "policy", "key": {"name": "night & day"}}
FIRST = {"rights": ["read", "write"], "note": "é=&", "level": 3}

running = started_once(SmallSystem)
system = as_new
play = playing(profile=PROFILE, grant_type="login", username=USER, password=PASSWORD)


STEPS: tuple[tuple[str, dict[str, Any], str, int], ...] = (
    ("create", {"attributes": FIRST}, "create", 1),
    ("same", {"attributes": FIRST}, "none", 1),
    ("check", {"attributes": {**FIRST, "rights": []}}, "update", 1),
    ("change", {"attributes": {"rights": ["read"], "note": None}}, "update", 2),
    ("same again", {"attributes": {"rights": ["read"], "note": None}}, "none", 2),
    ("no rights", {"attributes": {"rights": []}}, "update", 3),
    ("still none", {"attributes": {"rights": []}}, "none", 3),
    ("absent", {"state": "absent"}, "delete", 4),
    ("absent again", {"state": "absent"}, "none", 4),
)


@pytest.mark.proves("PROFILE-4")
def test_a_form_says_lists_and_nothing_and_a_list_of_names_is_read(system: SmallSystem, play: Player) -> None:
    system.forms.policies["other"] = {"rights": [], "note": "kept", "level": "1"}
    take_steps(play, POLICY, STEPS, lambda: system.forms.writes)
    assert [sorted(form) for form in system.forms.forms] == [
        [("level", "3"), ("note", "é=&"), ("rights", "read"), ("rights", "write")],
        [("note", ""), ("rights", "read")],
        [("rights", "")],
    ]
    assert system.forms.policies == {"other": {"rights": [], "note": "kept", "level": "1"}}


def test_all_that_a_list_of_names_means_is_shown(system: SmallSystem, play: Player) -> None:
    system.forms.policies = {name: {"rights": [name], "note": None} for name in ("a", "b")}
    played = play([{"name": "all", "rimops.insight.insight_entity_info": {"type": "policy"}}])
    assert played.code == 0, played.output
    whole = [{"name": name, "rights": [name], "note": None} for name in ("a", "b")]
    assert [one.get("entity", one) for one in played["all"]["entities"]] == whole


def test_what_no_form_can_say_is_refused_before_it_is_sent(system: SmallSystem, play: Player) -> None:
    played = play([{"name": "nested", ENTITY: {**POLICY, "attributes": {"rights": [{"a": 1}]}}}])
    assert played.code == 2
    said = played["nested"]["msg"]
    assert "the field rights is no single value" in said and "Write {...|json}" in said, said
    assert system.forms.writes == 0
