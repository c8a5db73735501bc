# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Changes of several steps, carried out against a small system in memory."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState, Secrets
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.examine import examine
from ansible_collections.rimops.insight.plugins.module_utils._entity.references import parts_to_read
from ansible_collections.rimops.insight.plugins.module_utils._entity.steps import steps_of
from ansible_collections.rimops.insight.plugins.module_utils._options.waiting import Waiting
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Response
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    InsightError,
    OutcomeUnknownError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.bulk_reader import BulkReader
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

GROUP = {
    "format": 2,
    "name": "groups",
    "extends": "rest",
    "types": {
        "group": {
            "path": "groups",
            "key": {"attributes": ["name"], "enforced": True},
            "attributes": {
                "enabled": {
                    "transitions": {
                        "enable": {
                            "from": False,
                            "to": True,
                            "request": {"method": "POST", "path": "groups/{id}/enable"},
                        },
                        "disable": {"to": False, "request": {"method": "POST", "path": "groups/{id}/disable"}},
                    }
                }
            },
            "parts": {
                "members": {
                    "element": {"key": "email"},
                    "read": {"method": "GET", "path": "groups/{id}/members", "entity": "body.members"},
                    "add": {
                        "method": "POST",
                        "path": "groups/{id}/members",
                        "json": {"email": "{element.email}", "role": "{element.role}"},
                    },
                    "remove": {
                        "method": "DELETE",
                        "path": "groups/{id}/members/{element.email}",
                        "missing": [{"status": [404]}],
                    },
                },
                "pin": {
                    "write_only": True,
                    "write": {"method": "PUT", "path": "groups/{id}/pin", "json": {"pin": "{value}"}},
                },
                "tags": {
                    "read": {"method": "GET", "path": "groups/{id}/tags"},
                    "write": {"method": "PUT", "path": "groups/{id}/tags", "json": "{value}"},
                },
            },
        }
    },
}
URL = "https://a.example.com"
WRITES = ("POST", "PUT", "DELETE")


class System:
    """Groups in memory. failing: the requests that are answered with HTTP 500, by method and path."""

    def __init__(self):
        self.groups, self.members, self.tags = {}, {}, {}
        self.sent, self.failing, self.pins = [], {}, []

    def send(self, request):
        path = request.url.partition("example.com/")[2]
        self.sent.append(f"{request.method} {path}")
        status, body = self.failing.get(self.sent[-1]) or self.answer(request, path.partition("?")[0].split("/"))
        return Response(request.purpose, status, {"content-type": "application/json"}, {}, json.dumps(body).encode())

    def answer(self, request, steps):
        number = int(steps[1]) if len(steps) > 1 else 0
        if len(steps) == 1 and request.method == "GET":
            name = request.url.partition("name=")[2]
            return 200, [one for one in self.groups.values() if name in ("", one["name"])]
        if len(steps) == 1:
            number = len(self.groups) + 1
            self.groups[number] = {"id": number, "enabled": False, **request.json_body}
            self.members[number], self.tags[number] = {}, []
            return 201, self.groups[number]
        rest = steps[2:]
        if not rest:
            if request.method == "PUT":
                self.groups[number] = {"id": number, **request.json_body}
            return 200, self.groups[number]
        return self.inner(request, number, rest)

    def inner(self, request, number, rest):
        members = self.members[number]
        if rest[0] in ("enable", "disable"):
            self.groups[number]["enabled"] = rest[0] == "enable"
            return 200, None
        if rest[0] == "pin":
            self.pins.append(request.json_body)
            return 200, None
        if rest[0] == "tags":
            if request.method == "PUT":
                self.tags[number] = request.json_body
            return 200, self.tags[number]
        if request.method == "GET":
            return 200, {"members": list(members.values())}
        if request.method == "POST":
            if request.json_body["email"] in members:
                return 409, {"message": "exists"}
            members[request.json_body["email"]] = request.json_body
            return 201, None
        gone = members.pop(rest[1].replace("%40", "@"), None)
        return (204, None) if gone else (404, {"message": "no such member"})

    @property
    def writes(self):
        return [one for one in self.sent if one.startswith(WRITES)]


def profile(over=None):
    return profile_of(profile_data(GROUP, over, str))


def ensured(system, check_mode=False, over=None, secrets=None, **attributes):
    system.sent.clear()
    of = profile(over)
    address = address_of(of, {"type": "group", "key": {"name": "a"}})
    address = replace(address, parts=parts_to_read(address.type, attributes))
    desired = DesiredState(address, attributes, secrets or Secrets(), waiting=Waiting(enabled=False))
    outcome = ensure(EntityClient(of, URL, system.send), desired, check_mode)
    return outcome, [str(one) for one in steps_of(outcome.plan, address.type)]


ANN, BOB = {"email": "ann@x", "role": "OWNER"}, {"email": "bob@x", "role": "MEMBER"}


def test_a_new_entity_gets_its_parts_and_its_state():
    system = System()
    wanted = {"colour": "red", "enabled": True, "members": [ANN, BOB], "tags": ["t"]}
    outcome, steps = ensured(system, check_mode=True, **wanted)
    assert system.writes == []
    assert steps == [
        "create",
        'add members email="ann@x"',
        'add members email="bob@x"',
        "write tags",
        "enabled to true",
    ]
    outcome, _steps = ensured(system, **wanted)
    assert system.writes == [
        "POST groups",
        "POST groups/1/members",
        "POST groups/1/members",
        "PUT groups/1/tags",
    ]  # the create's body said enabled, and this server took it
    assert outcome.entity == {"id": 1, "name": "a", **wanted}
    outcome, steps = ensured(system, **wanted)
    assert (outcome.plan.operation, steps, system.writes) == ("none", [], [])


def test_a_state_that_the_create_did_not_take_is_reached_by_its_verb():
    system = System()
    taken = system.answer

    def ignoring(request, steps):
        status, body = taken(request, steps)
        if request.method == "POST" and len(steps) == 1:
            body["enabled"] = False
        return status, body

    system.answer = ignoring
    ensured(system, enabled=True)
    assert system.writes == ["POST groups", "POST groups/1/enable"]
    assert system.groups[1]["enabled"] is True


def test_elements_are_changed_added_and_removed_in_this_order():
    system = System()
    ensured(system, members=[ANN, BOB])
    eve = {"email": "eve@x", "role": "OWNER"}
    outcome, steps = ensured(system, members=[{**ANN, "role": "MEMBER"}, eve])
    assert steps == ['replace members email="ann@x"', 'add members email="eve@x"', 'remove members email="bob@x"']
    assert system.writes == [
        "DELETE groups/1/members/ann%40x",
        "POST groups/1/members",
        "POST groups/1/members",
        "DELETE groups/1/members/bob%40x",
    ]
    assert system.members[1] == {"ann@x": {**ANN, "role": "MEMBER"}, "eve@x": eve}
    assert outcome.plan.operation == "update"


def test_an_undeclared_part_is_not_read():
    system = System()
    ensured(system, colour="red")
    assert ensured(system, colour="red")[0].plan.operation == "none"
    assert system.sent == ["GET groups?name=a"]
    ensured(system, colour="blue")
    assert [one for one in system.sent if "members" in one or "tags" in one] == []


def test_a_rest_comes_before_other_changes_and_work_after_them():
    system = System()
    ensured(system, colour="red", enabled=True)
    ensured(system, colour="blue", enabled=False)
    assert system.writes == ["POST groups/1/disable", "PUT groups/1"]
    ensured(system, colour="green", enabled=True)
    assert system.writes == ["PUT groups/1", "POST groups/1/enable"]
    assert system.groups[1] == {"id": 1, "name": "a", "colour": "green", "enabled": True}


def test_a_state_alone_needs_no_update():
    system = System()
    ensured(system, colour="red", enabled=True)
    ensured(system, enabled=False)
    assert system.writes == ["POST groups/1/disable"]


def test_a_change_that_no_transition_makes_is_an_error_of_the_plan():
    system = System()
    ensured(system, enabled=True)
    with pytest.raises(ConfigurationError, match="no transition leads enabled from true to null"):
        ensured(system, enabled=None)
    assert system.writes == []


def test_with_at_least_other_elements_stay():
    system = System()
    over = {"types": {"group": {"parts": {"members": {"at_least": True}}}}}
    ensured(system, members=[ANN, BOB])
    eve = {"email": "eve@x", "role": "OWNER"}
    _outcome, steps = ensured(system, over=over, members=[eve])
    assert steps == ['add members email="eve@x"']
    assert sorted(system.members[1]) == ["ann@x", "bob@x", "eve@x"]
    assert ensured(system, over=over, members=[eve])[0].plan.operation == "none"


def test_parts_and_states_need_no_update_of_the_entity_itself():
    system, over = System(), {"operations": {"update": None}}
    ensured(system, over=over, members=[ANN])
    _outcome, steps = ensured(system, over=over, members=[ANN, BOB], enabled=True)
    assert steps == ['add members email="bob@x"', "enabled from false to true"]
    assert system.writes == ["POST groups/1/members", "POST groups/1/enable"]
    with pytest.raises(ConfigurationError, match="no update operation for group"):
        ensured(system, over=over, colour="red")


def test_what_an_entity_must_hold_for_an_update_is_nothing_to_its_parts():
    system, over = System(), {"types": {"group": {"update": {"when": {"enabled": True}}}}}
    ensured(system, members=[ANN])
    assert ensured(system, over=over, members=[ANN, BOB])[1] == ['add members email="bob@x"']
    with pytest.raises(ConfigurationError, match="only where enabled is true, and here it is false"):
        ensured(system, over=over, colour="red")
    ensured(system, enabled=True)
    assert ensured(system, over=over, colour="red")[0].plan.operation == "update"


def test_the_parts_of_an_entity_that_was_listed_are_read():
    system, over = System(), {"types": {"group": {"list": {"method": "GET", "path": "groups"}}}}
    ensured(system, members=[ANN], tags=["t"])
    of = profile(over)
    client, address = BulkReader(of, URL, system.send), address_of(of, {"type": "group", "key": {"name": "a"}})
    client.list_beforehand(address.type)
    address = replace(address, parts=("members",))
    system.sent.clear()
    assert ensure(client, DesiredState(address, {"members": [ANN]}), True).plan.operation == "none"
    assert system.sent == ["GET groups/1/members"]
    more = DesiredState(address, {"members": [ANN, BOB]})
    examined = examine(client, more, bool)
    assert examined.plan.operation == "update"
    client.prove_list(more, examined.observed)
    assert system.sent[-2:] == ["GET groups/1", "GET groups/1/members"]


def test_the_only_element_is_not_replaced():
    system = System()
    ensured(system, members=[ANN])
    with pytest.raises(ConfigurationError, match="the only element of members"):
        ensured(system, members=[{**ANN, "role": "MEMBER"}])
    assert system.writes == []


def test_a_step_that_fails_names_what_is_done_and_what_was_not_sent():
    system = System()
    system.failing["PUT groups/1/tags"] = (400, {"message": "no such tag"})
    with pytest.raises(InsightError) as caught:
        ensured(system, members=[ANN], tags=["t"], enabled=True)
    details = caught.value.details
    assert details["steps"] == {
        "done": ["create", 'add members email="ann@x"'],
        "failed": ["write tags"],
        "not_sent": [],
    }
    assert details["written"] == "create"
    assert details["entity_id"] == 1
    assert "no such tag" in caught.value.message
    assert 'Done: create, add members email="ann@x".' in caught.value.message
    system.failing.clear()
    _outcome, steps = ensured(system, members=[ANN], tags=["t"], enabled=True)
    assert steps == ["write tags"]


def test_an_answer_that_was_lost_is_looked_into_before_anything_is_sent_again():
    system = System()
    ensured(system, members=[ANN])
    carried_out = system.inner

    def losing(request, number, rest):
        answer = carried_out(request, number, rest)
        return (500, {"message": "late"}) if request.method == "POST" else answer

    system.inner = losing
    ensured(system, members=[ANN, BOB])
    assert system.writes == ["POST groups/1/members"]
    assert sorted(system.members[1]) == ["ann@x", "bob@x"]


def test_an_element_that_is_gone_already_is_removed():
    system = System()
    ensured(system, members=[ANN, BOB])
    shown = system.inner

    def stale(request, number, rest):
        if request.method == "DELETE":
            shown(request, number, rest)  # somebody else removes it a moment before
        return shown(request, number, rest)

    system.inner = stale
    ensured(system, members=[ANN])
    assert sorted(system.members[1]) == ["ann@x"]


class Memory:
    """What was sent before, in clear."""

    def __init__(self):
        self.held = {}

    def known(self, _entity_id):
        return dict(self.held)

    def of(self, _path, value):
        return str(value)

    def remember(self, sent, _operation, _entity_id):
        self.held.update({path: str(value) for path, value in sent.items()})


def test_a_part_that_is_only_written_goes_by_its_own_request():
    system, memory = System(), Memory()

    def secret(pin, policy="on_change"):
        return Secrets({"pin": pin}, policy, memory)

    _outcome, steps = ensured(system, secrets=secret("one"), colour="red")
    assert steps == ["create", "write pin"]
    assert system.writes == ["POST groups", "PUT groups/1/pin"]
    assert (system.groups[1], system.pins) == (
        {"id": 1, "enabled": False, "name": "a", "colour": "red"},
        [{"pin": "one"}],
    )
    assert memory.held == {"pin": "one"}
    assert ensured(system, secrets=secret("one"), colour="red")[0].plan.operation == "none"
    _outcome, steps = ensured(system, secrets=secret("two"), colour="red")
    assert (steps, system.writes, system.pins[-1]) == (["write pin"], ["PUT groups/1/pin"], {"pin": "two"})
    ensured(system, secrets=secret("two"), colour="blue")
    assert (system.writes, "pin" in system.groups[1]) == (["PUT groups/1"], False)
    outcome, _steps = ensured(system, secrets=secret("three", "on_create"), colour="blue")
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ("pin",))


def test_a_write_only_part_that_was_refused_is_not_remembered():
    system, memory = System(), Memory()
    system.failing["PUT groups/1/pin"] = (400, {"message": "too short"})
    with pytest.raises(InsightError, match="too short") as caught:
        ensured(system, secrets=Secrets({"pin": "x"}, "on_change", memory), colour="red")
    assert caught.value.details["steps"]["done"] == ["create"]
    assert memory.held == {}


def test_a_write_only_part_without_an_answer_is_unknown():
    system = System()
    ensured(system, colour="red")
    system.failing["PUT groups/1/pin"] = (500, {"message": "late"})
    with pytest.raises(OutcomeUnknownError):
        ensured(system, secrets=Secrets({"pin": "x"}, "always"), colour="red")
    assert system.writes == ["PUT groups/1/pin"]


BARE = {"types": {"group": {"create": {"json": {"name": "{key.name}"}}}}}


def test_what_a_create_withholds_an_update_sends_right_after_it():
    system = System()
    _outcome, steps = ensured(system, check_mode=True, over=BARE, colour="red", members=[ANN])
    assert (steps, system.writes) == (["create", "update", 'add members email="ann@x"'], [])
    outcome, _steps = ensured(system, over=BARE, colour="red", members=[ANN])
    assert system.writes == ["POST groups", "PUT groups/1", "POST groups/1/members"]
    assert system.groups[1] == {"id": 1, "name": "a", "enabled": False, "colour": "red"}
    assert outcome.plan.operation == "create"
    assert ensured(system, over=BARE, colour="red", members=[ANN])[0].plan.operation == "none"
    ensured(System(), over=BARE)


def test_a_create_that_withholds_nothing_is_one_request():
    system = System()
    assert ensured(system, over=BARE)[1] == ["create"]
    over = {"types": {"group": {"create": {"without": ["colour"]}}}}
    assert ensured(System(), over=over, shape="round")[1] == ["create"]
    assert ensured(System(), over=over, colour="red")[1] == ["create", "update"]


def test_a_secret_that_a_create_withholds_goes_with_the_update():
    system, memory = System(), Memory()
    ensured(system, over=BARE, secrets=Secrets({"token": "t-1"}, "on_create", memory), colour="red")
    assert system.writes == ["POST groups", "PUT groups/1"]
    assert (system.groups[1]["token"], memory.held) == ("t-1", {"token": "t-1"})
    ensured(System(), over=BARE, secrets=Secrets({"token": "t-2"}, "on_create", Memory()))


def test_an_update_that_fails_after_its_create_says_what_is_done():
    system = System()
    system.failing["PUT groups/1"] = (400, {"message": "no such colour"})
    with pytest.raises(InsightError, match="no such colour") as caught:
        ensured(system, over=BARE, colour="red")
    assert caught.value.details["steps"] == {"done": ["create"], "failed": ["update"], "not_sent": []}
    assert caught.value.details["written"] == "create"
    system.failing.clear()
    assert ensured(system, over=BARE, colour="red")[1] == ["update"]
