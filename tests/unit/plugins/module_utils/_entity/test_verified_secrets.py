# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Secrets of which the system itself says whether an entity holds them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_entity import desired_state
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._options.shared import Evidence
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    InterruptedRequest,
    SchemaError,
    ServerError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

VERIFY = {
    "method": "POST",
    "path": "users/{id}/check",
    "json": {"password": "{value}"},
    "differs": [{"status": 403}, {"body": {"valid": False}}],
}
SECRET = {"password": {"secret": True, "write_only": True, "verify": VERIFY}}


class Users(Rest):
    """Users whose password is never shown; says: the answer to a check, by whether it is right."""

    def __init__(self, *users):
        super().__init__(users=users)
        self.says = {True: (204, None), False: (403, {"message": "wrong"})}
        self.checked = []

    def answer(self, request, path, query):
        if path.endswith("/check"):
            self.checked.append(request.json_body["password"])
            return self.says[self.held["users"][1].get("password") == request.json_body["password"]]
        status, content = super().answer(request, path, query)
        hidden = [content] if isinstance(content, dict) else content or []
        shown = [{name: one for name, one in user.items() if name != "password"} for user in hidden]
        return status, shown if isinstance(content, list) else shown[0] if shown else content

    @property
    def writes(self):
        return [one for one in super().writes if not one[1].endswith("/check")]


def profile(attributes=None):
    own = {"path": "users", "key": {"attributes": ["name"]}, "attributes": attributes or SECRET}
    return profile_of(
        profile_data({"format": 2, "name": "users", "extends": "rest", "types": {"user": own}}, None, str)
    )


def user(**more):
    return Users({"id": 1, "name": "ann", "password": "old-password", **more})


def run(system, attributes=None, check_mode=False, **values):
    of = profile(attributes)
    system.sent.clear()
    client = EntityClient(of, "https://a.example.com", system.send)
    wish = {"secret_attributes": {"password": "old-password"}, "update_secrets": "on_change", **values}
    return ensure(client, declared(of, type="user", key={"name": "ann"}, **wish), check_mode)


def test_a_secret_that_the_system_says_it_holds_is_no_change():
    system = user()
    outcome = run(system)
    assert (outcome.plan.operation, outcome.plan.unverified) == ("none", ())
    assert (system.checked, system.writes) == (["old-password"], [])
    assert [method for method, _path, _body in system.sent] == ["GET", "POST"]


def test_one_that_it_does_not_hold_is_sent():
    system = user()
    outcome = run(system, secret_attributes={"password": "new-password"})
    assert [one.path for one in outcome.plan.changes] == ["password"]
    assert system.held["users"][1]["password"] == "new-password"
    assert run(system, secret_attributes={"password": "new-password"}).plan.operation == "none"


def test_a_check_finds_it_too():
    system = user()
    outcome = run(system, check_mode=True, secret_attributes={"password": "new-password"})
    assert outcome.plan.operation == "update"
    assert system.writes == []
    assert "new-password" not in str(outcome)


def test_a_body_may_say_it():
    system = user()
    system.says = {True: (200, {"valid": True}), False: (200, {"valid": False})}
    assert run(system).plan.operation == "none"
    assert run(system, secret_attributes={"password": "new-password"}).plan.operation == "update"


@pytest.mark.parametrize(("result", "operation"), [(True, "none"), (False, "update")])
def test_what_it_says_may_come_later(result, operation):
    job = {"poll": {"path": "jobs/{job}"}, "take": {"job": "body.id"}, "until": [{"body": {"ended": True}}]}
    meaning = {"success": [{"status": 200, "body": True}], "differs": [{"status": 200, "body": False}]}
    verify = {**VERIFY, **meaning, "completes": {**job, "answer": "body.result"}}
    system = user()
    system.says = dict.fromkeys((True, False), (202, {"id": 7}))
    usual = system.answer

    def answer(request, path, query):
        return (200, {"ended": True, "result": result}) if path == "jobs/7" else usual(request, path, query)

    system.answer = answer
    outcome = run(system, {"password": {**SECRET["password"], "verify": verify}}, check_mode=True)
    assert outcome.plan.operation == operation
    assert [path for _method, path, _body in system.sent][1:] == ["users/1/check", "jobs/7"]


@pytest.mark.parametrize("answer", [(500, {}), (429, {}), (401, {}), (200, [1])])
def test_an_answer_that_says_neither_is_an_error(answer):
    system = user()
    system.says = dict.fromkeys((True, False), answer)
    attributes = {"password": {**SECRET["password"], "verify": {**VERIFY, "success": [{"status": 204}]}}}
    with pytest.raises(ServerError, match="verify password"):
        run(system, attributes, secret_attributes={"password": "new-password"})
    assert system.writes == []


@pytest.mark.parametrize("policy", ["on_create", "always"])
def test_it_is_not_asked_where_nothing_depends_on_it(policy):
    system = user()
    run(system, update_secrets=policy)
    assert system.checked == []


def test_it_is_asked_neither_of_a_new_entity_nor_of_one_that_goes():
    system = Users()
    assert run(system).plan.operation == "create"
    assert run(system, secret_attributes={}).plan.operation == "none"
    assert run(system, state="absent").plan.operation == "delete"
    assert system.checked == []


def test_what_the_server_shows_needs_no_question():
    system = user()
    system.answer = lambda request, path, query: Rest.answer(system, request, path, query)
    assert run(system, {"password": {"secret": True, "verify": VERIFY}}).plan.operation == "none"
    assert system.checked == []


def test_no_token_store_is_needed():
    settings = SimpleNamespace(profile=profile(), evidence=Evidence(), session=None, token_store="none")
    values = {
        "type": "user",
        "id": None,
        "key": {"name": "ann"},
        "attributes": {},
        "secret_attributes": {"password": "x"},
        "state": "present",
        "was": None,
        "update_secrets": "on_change",
        "collateral": "report",
        "on_immutable": "refuse",
        "purge": False,
        "wait": False,
        "wait_timeout": None,
        "wait_interval": 1.0,
    }
    assert desired_state(SimpleNamespace(settings=settings), values).secrets.memory is None
    values["secret_attributes"] = {"password": "x", "pin": "1"}
    with pytest.raises(ConfigurationError, match="no token store"):
        desired_state(SimpleNamespace(settings=settings), values)


def test_a_lost_answer_is_asked_for_again():
    system = user()
    usual, lost = system.send, []

    def send(request):
        if request.url.endswith("/check") and not lost:
            lost.append(request.safe)
            raise InterruptedRequest(request.purpose, "the connection was lost")
        return usual(request)

    system.send = send
    with pytest.raises(InterruptedRequest):
        run(system)
    assert lost == [True]  # the transport sends it again


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"verify": VERIFY}, "password.verify has no effect, since the attribute is not secret"),
        ({"secret": True, "verify": {**VERIFY, "json": {"a": 1}}}, "password.verify names no {value}"),
        ({"secret": True, "verify": {**VERIFY, "differs": None}}, "differs"),
        ({"secret": True, "verify": {**VERIFY, "headers": {"X": "{declared.a}"}}}, "names {declared.a}"),
    ],
)
def test_what_has_no_effect_or_meaning_is_refused(said, why):
    with pytest.raises(SchemaError) as refused:
        profile({"password": said})
    assert why in refused.value.message
