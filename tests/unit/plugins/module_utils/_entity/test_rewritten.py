# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Attributes that come back in another form: known by the fingerprints of what was sent and of what came back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

NOTES = {
    "format": 2,
    "name": "notes",
    "extends": "rest",
    "types": {
        "note": {
            "path": "notes",
            "key": {"attributes": ["name"]},
            "attributes": {"page.text": {"rewritten": True}},
        }
    },
}
PROFILE = profile_of(profile_data(NOTES, None, str))


class Rewriting(Rest):
    """Notes whose text comes back as HTML."""

    def answer(self, request, path, query):
        status, content = super().answer(request, path, query)
        if request.method in ("POST", "PUT"):
            content["page"] = {"text": f"<p>{content['page']['text']}</p>"}
        return status, content


class Memory:
    """Fingerprints by entity, as the token store keeps them."""

    def __init__(self):
        self.held = {}

    def known(self, entity_id):
        return self.held.get(entity_id, {})

    @staticmethod
    def of(path, value):
        return f"{path}={value}"

    def remember(self, sent, operation, entity_id):
        before = self.known(entity_id) if operation == "update" else {}
        self.held[entity_id] = {**before, **{path: self.of(path, value) for path, value in sent.items()}}


def run(system, memory, text="hello", of=PROFILE, **more):
    system.sent.clear()
    wanted = declared(of, type="note", key={"name": "a"}, attributes={"page": {"text": text}, **more})
    wanted = replace(wanted, secrets=replace(wanted.secrets, memory=memory))
    return ensure(EntityClient(of, "https://a.example.com", system.send), wanted, False)


def test_what_was_sent_and_comes_back_as_then_is_as_declared():
    system, memory = Rewriting(), Memory()
    assert run(system, memory).plan.unverified == ("page.text",)
    assert memory.held == {
        1: {"page.text": "page.text=hello", "page.text (came back)": "page.text (came back)=<p>hello</p>"}
    }
    outcome = run(system, memory)
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ())


def test_another_value_is_a_change():
    system, memory = Rewriting(), Memory()
    run(system, memory)
    assert run(system, memory, "bye").plan.operation == "update"
    assert system.held["notes"][1]["page"] == {"text": "<p>bye</p>"}
    assert run(system, memory, "bye").plan.operation == "none"


def test_what_somebody_else_changed_is_a_change():
    system, memory = Rewriting(), Memory()
    run(system, memory)
    system.held["notes"][1]["page"] = {"text": "<p>theirs</p>"}
    assert run(system, memory).plan.operation == "update"
    system.held["notes"][1]["page"] = {}
    assert run(system, memory).plan.operation == "update"


def test_another_change_sends_what_is_declared_and_not_what_came_back():
    system, memory = Rewriting(), Memory()
    run(system, memory)
    outcome = run(system, memory, colour="red")
    assert [one.path for one in outcome.plan.changes] == ["colour"]
    assert system.writes[0][2]["page"] == {"text": "hello"}
    assert run(system, memory, colour="red").plan.operation == "none"


def test_without_a_memory_it_is_unverified_and_goes_along_only():
    system = Rewriting()
    run(system, None)
    outcome = run(system, None, "bye")
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ("page.text",))
    run(system, None, "bye", colour="red")
    assert system.held["notes"][1]["page"] == {"text": "<p>bye</p>"}


def test_what_comes_back_as_it_was_sent_is_verified():
    outcome = run(Rest(notes=[{"id": 1, "name": "a", "page": {"text": "hello"}}]), None)
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ())


def test_what_nobody_knows_and_nobody_can_send_is_unverified():
    """Where the profile says that an update is refused, there is no way to come to know it."""
    over = {"types": {"note": {"update": {"when": {"state": "draft"}}}}}
    frozen = profile_of(profile_data(NOTES, over, str))
    system, memory = (
        Rewriting(notes=[{"id": 1, "name": "a", "page": {"text": "<p>hello</p>"}, "state": "final"}]),
        Memory(),
    )
    outcome = run(system, memory, of=frozen)
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ("page.text",))
    memory.remember({"page.text": "hello", "page.text (came back)": "<p>hello</p>"}, "update", 1)
    assert run(system, memory, of=frozen).plan.unverified == ()
    with pytest.raises(ConfigurationError, match="only where state is"):
        run(system, memory, "bye", of=frozen)
    system.held["notes"][1]["state"] = "draft"
    assert run(system, memory, "bye", of=frozen).plan.operation == "update"


@pytest.mark.parametrize("more", [{"secret": True}, {"read_only": True}])
def test_it_has_no_effect_elsewhere(more):
    over = {"types": {"note": {"attributes": {"text": {"rewritten": True, **more}}}}}
    with pytest.raises(ConfigurationError, match="rewritten has no effect"):
        profile_data(NOTES, over, str)
