# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands import insight_entity_info as info
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import URL, Script, answer, find_nothing

TYPES = {
    "settings": {"singleton": True, "path": "settings", "read": {"path": "{type.path}"}, "find": None},
    "group": {"path": "groups", "key": {"attributes": ["name"]}},
    "team": {
        "path": "teams",
        "parent": "group",
        "list": {"method": "GET", "path": "groups/{parent.id}/teams"},
        "attributes": {"group": {"ref": {"type": "group"}}},
    },
    "seat": {
        "path": "seats",
        "key": {"attributes": ["group"]},
        "find": {"query": {"group": "{refs.group.id}"}},
        "attributes": {"group": {"ref": {"type": "group"}}},
    },
}
GROUP = {"type": "group", "id": 7}
SEVENTH = answer(200, {"id": 7, "name": "A"})


@pytest.fixture
def ask(monkeypatch):
    """Runs the command against answers; what it asked, and the entities of its result."""

    def run(*answers, **values):
        profile = profile_of(profile_data({"extends": "rest", "name": "own", "types": TYPES}, None, find_nothing))
        script = Script(*answers)
        connection = SimpleNamespace(
            entities=lambda: EntityClient(profile, URL, script),
            settings=SimpleNamespace(profile=profile),
            noted=lambda *_notes: {},
        )
        monkeypatch.setattr(info, "connect", lambda _values, _context: connection)
        result = info.run_entity_info({"id": None, "key": None, "refs": None, **values}, SimpleNamespace())
        return [one.url[len(URL) :] for one in script.requests], result["entities"]

    return run


def test_the_only_one_of_a_type(ask):
    assert ask(answer(200, {"mode": "a"}), type="settings") == (["/settings"], [{"mode": "a"}])


def test_one_whose_key_is_a_reference(ask):
    asked, found = ask(SEVENTH, answer(200, [{"id": 1, "group": 7}]), type="seat", refs={"group": GROUP})
    assert (asked, found) == (["/groups/7", "/seats?group=7"], [{"id": 1, "group": 7}])


def test_all_within_a_parent(ask):
    asked, found = ask(SEVENTH, answer(200, [{"id": 1}]), type="team", refs={"parent": GROUP})
    assert (asked, found) == (["/groups/7", "/groups/7/teams"], [{"id": 1}])


def test_other_references_name_no_list(ask):
    with pytest.raises(ConfigurationError, match="refs is given without key"):
        ask(type="team", refs={"group": GROUP})
