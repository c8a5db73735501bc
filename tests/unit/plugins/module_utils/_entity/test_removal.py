# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a task, and never a profile, decides: that an entity is replaced, and that what stays as deleted is purged."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._commands.revealed import InFolder, Refused
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.carry_out import apply
from ansible_collections.rimops.insight.plugins.module_utils._entity.diff import diff
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.examine import examine
from ansible_collections.rimops.insight.plugins.module_utils._entity.steps import steps_of
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils._text.redaction import MASK
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    MovedError,
    NotAsDeclaredError,
    OutcomeUnknownError,
    SchemaError,
    ServerError,
    UnconvergedError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

pytestmark = pytest.mark.proves("WRITE-21", "WRITE-22")

LIST = {"method": "GET", "path": "{type.path}"}
FIXED = {"attributes": {"size": {"immutable": True}}}
PURGE = {"method": "DELETE", "path": "{type.path}/{id}/purge"}
SOFT = {
    "soft_deleted": {"state": "deleted"},
    "purge": PURGE,
    "attributes": {"state": {"read_only": True}, **FIXED["attributes"]},
    "list": LIST,
}
MEMBERS = {
    "read": {"method": "GET", "path": "{type.path}/{id}/members"},
    "write": {"method": "PUT", "path": "{type.path}/{id}/members", "json": "{value}"},
}
PIN = {"secret": True, "write_only": True}
TEAM = {"id": 7, "name": "a", "size": 1, "note": "n"}
DEAD = {"id": 7, "name": "a", "size": 1, "state": "deleted"}
REPLACE = {"on_immutable": "replace"}


class Teams(Rest):
    """Teams with members. soft: those that are deleted stay. answers: what the first requests of a method and path are
    answered with, instead; an error is raised after the request was carried out. ignores: requests that are answered
    and not carried out."""

    def __init__(self, *teams, soft=False):
        super().__init__(teams=[{**({"state": "active"} if soft else {}), **one} for one in teams])
        self.soft, self.answers, self.ignores, self.members, self.last = soft, {}, (), {}, 7

    def send(self, request):
        path = request.url.partition("example.com/")[2]
        said = self.answers.pop(f"{request.method} {path}", None)
        if isinstance(said, tuple):
            self.ignores = (f"{request.method} {path}",)
            usual, self.answer = self.answer, lambda *_request: said
            try:
                return super().send(request)
            finally:
                self.answer = usual
        answer = super().send(request)
        if said:
            raise said
        return answer

    def answer(self, request, path, query):
        number, _slash, more = path.partition("/")[2].partition("/")
        if f"{request.method} {path}" in self.ignores:
            return 204, None
        held = self.held["teams"].get(int(number)) if number else None
        if number and held is None:
            return 404, {}
        if more == "members":
            if request.method == "PUT":
                self.members[int(number)] = request.json_body
            return 200, self.members.get(int(number), [])
        if request.method == "DELETE" and self.soft and not more:
            held["state"] = "deleted"
            return 204, None
        if request.method == "POST":
            if any(one["name"] == request.json_body["name"] for one in self.held["teams"].values()):
                return 409, {}
            self.last += 1
            self.held["teams"][self.last] = {"id": self.last, **request.json_body}
            if self.soft:
                self.held["teams"][self.last]["state"] = "active"
            return 201, self.held["teams"][self.last]
        return super().answer(request, path.removesuffix("/purge"), query)


def profile(kind, types=None):
    own = {"path": "teams", "key": {"attributes": ["name"]}, **kind}
    data = {"format": 2, "name": "teams", "extends": "rest", "types": {"team": own, **(types or {})}}
    return profile_of(profile_data(data, None, str))


def wish(of, **values):
    which = {} if "id" in values else {"key": {"name": "a"}}
    return declared(of, **{"type": "team", **which, **values})


def client_of(of, system):
    client = EntityClient(of, "https://a.example.com", system.send)
    client.reveals = Refused()
    return client


def run(system, kind, check_mode=False, **values):
    of = profile(kind)
    system.sent.clear()
    return ensure(client_of(of, system), wish(of, **values), check_mode)


def told(system):
    return [f"{method} {path.partition('?')[0]}" for method, path, _body in system.writes]


def steps(outcome, kind):
    return [str(one) for one in steps_of(outcome.plan, profile(kind).type("team"))]


# --- replacing


def test_an_entity_that_cannot_be_changed_is_replaced_where_the_task_says_so():
    system = Teams(TEAM)
    with pytest.raises(ConfigurationError, match="set on_immutable to replace"):
        run(system, FIXED, attributes={"size": 2})
    assert system.writes == []
    outcome = run(system, FIXED, attributes={"size": 2}, **REPLACE)
    assert (outcome.plan.operation, outcome.entity_id, steps(outcome, FIXED)) == ("replace", 8, ["delete", "create"])
    assert system.writes == [("DELETE", "teams/7", None), ("POST", "teams", {"name": "a", "size": 2})]
    assert system.held["teams"] == {8: {"id": 8, "name": "a", "size": 2}}
    again = run(system, FIXED, attributes={"size": 2}, **REPLACE)
    assert (again.plan.operation, system.writes) == ("none", [])


def test_a_check_shows_the_steps_what_differs_and_what_goes_with_it():
    system = Teams(TEAM)
    outcome = run(system, FIXED, check_mode=True, attributes={"size": 2}, **REPLACE)
    assert system.writes == []
    assert steps(outcome, FIXED) == ["delete", "create"]
    assert [one.as_result() for one in outcome.plan.changes] == [
        {"path": "note", "before": "n"},
        {"path": "size", "before": 1, "after": 2},
    ]
    shown = diff(outcome.plan)
    assert (shown["before"], shown["after"]) == (TEAM, {"name": "a", "size": 2})
    assert outcome.notes == (
        "It is removed and created anew, since size can only be set at creation.",
        "1 that nobody declares go with it, unless the server sets them by itself: note.",
        "The new one may have another id: look for what refers to it by the id 7.",
    )


def test_what_can_be_changed_is_changed_and_replaces_nothing():
    system = Teams(TEAM)
    outcome = run(system, FIXED, attributes={"size": 1, "note": "m"}, **REPLACE)
    assert (outcome.plan.operation, told(system)) == ("update", ["PUT teams/7"])


def test_parts_are_written_again_and_those_that_nobody_declares_are_seen_to_go():
    kind = {**FIXED, "parts": {"members": MEMBERS}}
    system = Teams(TEAM)
    system.members[7] = ["ann"]
    outcome = run(system, kind, check_mode=True, attributes={"size": 2}, **REPLACE)
    assert {"path": "members", "before": ["ann"]} in [one.as_result() for one in outcome.plan.changes]
    outcome = run(system, kind, attributes={"size": 2, "members": ["ann", "bob"]}, **REPLACE)
    assert steps(outcome, kind) == ["delete", "create", "write members"]
    assert told(system) == ["DELETE teams/7", "POST teams", "PUT teams/8/members"]
    assert system.members[8] == ["ann", "bob"]


def test_a_part_that_nobody_can_see_may_go_and_is_told():
    pins = {"write_only": True, "write": {"method": "PUT", "path": "{type.path}/{id}/pins", "json": "{value}"}}
    outcome = run(Teams(TEAM), {**FIXED, "parts": {"pins": pins}}, True, attributes={"size": 2}, **REPLACE)
    assert {"path": "pins", "before": MASK} in [one.as_result() for one in outcome.plan.changes]
    assert "2 that nobody declares go with it, unless the server sets them by itself: note, pins." in outcome.notes


def test_elements_that_may_be_there_besides_are_seen_to_go_too():
    kind = {"attributes": {**FIXED["attributes"], "tags": {"at_least": True, "set": True}}}
    system = Teams({**TEAM, "tags": ["x", "y"]})
    outcome = run(system, kind, check_mode=True, attributes={"size": 2, "tags": ["x"]}, **REPLACE)
    assert {"path": "tags", "before": ["x", "y"], "after": ["x"]} in [one.as_result() for one in outcome.plan.changes]


def test_what_comes_back_in_another_form_is_no_difference_of_its_own():
    kind = {"attributes": {**FIXED["attributes"], "note": {"rewritten": True}}}
    outcome = run(Teams(TEAM), kind, True, attributes={"size": 2, "note": "N"}, **REPLACE)
    assert [one.path for one in outcome.plan.changes] == ["size"]


def test_a_part_that_somebody_changes_before_the_deletion_holds_it_up():
    of, system = profile({**FIXED, "parts": {"members": MEMBERS}}), Teams(TEAM)
    client, desired = client_of(of, system), wish(of, attributes={"size": 2}, **REPLACE)
    examined = examine(client, desired, lambda _identity: False)
    system.members[7] = ["ann"]
    with pytest.raises(MovedError, match="was changed"):
        apply(client, desired, examined)
    assert system.writes == []


@pytest.mark.parametrize(
    ("kind", "values", "why"),
    [
        ({**FIXED, "required": ["owner"]}, {}, "the server requires owner"),
        ({"attributes": {**FIXED["attributes"], "pin": PIN}}, {}, "a new one would be without pin"),
        ({"attributes": {**FIXED["attributes"], "note": {"secret": True}}}, {}, "a new one would be without note"),
        ({**FIXED, "create": {"reveals": {"pin": "body.pin"}}}, {}, "the server shows pin once"),
        ({**FIXED, "delete": {"when": {"note": "m"}}}, {}, "the system does that only where note is"),
        ({**FIXED, "delete": None}, {}, "the profile has no delete operation"),
        ({**FIXED, "create": None}, {}, "the profile has no create operation"),
        (FIXED, {"id": 7}, "it is named by its id"),
        ({**SOFT, "purge": None}, {}, "its key stays taken; nothing was written. Say in the profile what purges it"),
        (SOFT, {}, "its key stays taken; nothing was written. Set purge to true, too"),
        ({**SOFT, "purge": None}, {"purge": True}, "the profile has no purge operation"),
    ],
)
@pytest.mark.parametrize("check_mode", [True, False])
def test_nothing_is_deleted_before_all_is_known_that_the_new_one_needs(kind, values, why, check_mode):
    system = Teams(TEAM, soft="soft_deleted" in kind)
    with pytest.raises(ConfigurationError, match=why):
        run(system, kind, check_mode, attributes={"size": 2}, **{**REPLACE, **values})
    assert system.writes == []


def test_a_folder_that_cannot_keep_what_is_shown_once_holds_up_the_deletion(tmp_path):
    tmp_path.chmod(0o755)
    of, system = profile({**FIXED, "create": {"reveals": {"pin": "body.pin"}}}), Teams(TEAM)
    client = client_of(of, system)
    client.reveals = InFolder(tmp_path)
    with pytest.raises(ConfigurationError, match="others may read it"):
        ensure(client, wish(of, attributes={"size": 2}, **REPLACE), False)
    assert system.writes == []


def test_a_create_that_cannot_be_made_holds_up_the_deletion():
    system = Teams(TEAM)
    with pytest.raises(ConfigurationError, match="where"):
        run(system, {**FIXED, "create": {"path": "teams/of/{declared.where}"}}, attributes={"size": 2}, **REPLACE)
    assert system.writes == []


def test_the_only_one_and_what_is_only_read_are_never_replaced():
    only = {**FIXED, "key": None, "singleton": True, "path": "team", "read": {"path": "teams/7"}}
    with pytest.raises(ConfigurationError, match="so it is never replaced"):
        run(Teams(TEAM), only, key={}, attributes={"size": 2}, **REPLACE)
    read = {**FIXED, **dict.fromkeys(("create", "update", "delete"))}
    with pytest.raises(NotAsDeclaredError, match="size is 1, declared is 2"):
        run(Teams(TEAM), read, attributes={"size": 2}, **REPLACE)


def test_another_key_that_cannot_be_given_replaces_too():
    system = Teams({**TEAM, "name": "old"})
    outcome = run(system, {"attributes": {"name": {"immutable": True}}}, was={"name": "old"}, **REPLACE)
    assert (outcome.plan.forced_by, told(system)) == (("name",), ["DELETE teams/7", "POST teams"])
    assert system.held["teams"] == {8: {"id": 8, "name": "a"}}


def test_an_entity_that_nobody_updates_is_not_replaced():
    system = Teams(TEAM)
    outcome = run(system, FIXED, attributes={"size": 2}, update_existing=False, **REPLACE)
    assert (outcome.plan.operation, system.writes) == ("none", [])


def test_what_waits_for_a_reference_is_not_replaced_without_having_been_shown():
    """What it refers to comes later, and meanwhile somebody has changed the entity."""
    user = {"path": "users", "key": {"attributes": ["name"]}, "attributes": {"size": {"immutable": True}}}
    user["attributes"]["teamId"] = {"ref": {"type": "team"}}
    of, system = profile({}, {"user": user}), Teams()
    system.held["users"] = {1: {"id": 1, "name": "u", "size": 1}}
    client = client_of(of, system)
    wanted = {"size": 1, "teamId": {"ref": {"type": "team", "key": {"name": "a"}}}}
    refers = declared(of, type="user", key={"name": "u"}, attributes=wanted, **REPLACE)
    examined = examine(client, refers, lambda _identity: True)
    assert (examined.pending, examined.plan.operation) == (True, "update")
    system.held["users"][1]["size"] = 2
    system.held["teams"] = {7: TEAM}
    with pytest.raises(ConfigurationError, match="size can only be set at creation"):
        apply(client, refers, examined)
    assert system.writes == []


def test_secrets_that_are_declared_go_to_the_new_one():
    system = Teams(TEAM)
    kind = {"attributes": {**FIXED["attributes"], "pin": PIN}}
    run(system, kind, attributes={"size": 2}, secret_attributes={"pin": "1234"}, **REPLACE)
    assert system.held["teams"][8]["pin"] == "1234"


@pytest.mark.parametrize("said", [{"from": "{key.name}"}, {"at": "name"}])
def test_an_id_that_is_the_key_stays_and_nobody_is_warned(said):
    kind = {**FIXED, "id": said, "find": {"query": {"name": "{key.name}"}}}
    kind |= {name: {"path": "teams/7"} for name in ("read", "delete")}
    outcome = run(Teams(TEAM), kind, check_mode=True, attributes={"size": 2}, **REPLACE)
    assert "id" not in " ".join(outcome.notes).split()


def test_a_create_that_fails_after_the_deletion_says_that_it_is_gone():
    system = Teams(TEAM)
    system.answers["POST teams"] = (422, {"message": "no"})
    with pytest.raises(ServerError, match="It is deleted and not created anew: run this again") as failed:
        run(system, FIXED, attributes={"size": 2}, **REPLACE)
    result = failed.value.as_result()
    assert (result["changed"], result["error"]["written"]) == (True, "delete")
    assert result["error"]["steps"] == {"done": ["delete"], "failed": ["create"], "not_sent": []}
    system.ignores = ()
    outcome = run(system, FIXED, attributes={"size": 2}, **REPLACE)
    assert (outcome.plan.operation, told(system)) == ("create", ["POST teams"])


def test_a_create_of_which_nobody_knows_says_that_too():
    system = Teams(TEAM)
    system.answers["POST teams"] = (502, {})
    usual = system.send

    def blind(request):
        if told(system)[-1:] == ["POST teams"]:
            raise InterruptedRequest(request.purpose, "the connection was lost")
        return usual(request)

    system.send = blind
    with pytest.raises(OutcomeUnknownError, match="It is deleted, and nobody knows whether it was created") as failed:
        run(system, FIXED, attributes={"size": 2}, **REPLACE)
    assert failed.value.details["written"] == "unknown"


def test_a_part_that_fails_says_that_the_new_one_is_there():
    system = Teams(TEAM)
    system.answers["PUT teams/8/members"] = (422, {})
    kind = {**FIXED, "parts": {"members": MEMBERS}}
    with pytest.raises(InsightError) as failed:
        run(system, kind, attributes={"size": 2, "members": ["ann"]}, **REPLACE)
    assert failed.value.details["steps"]["done"] == ["delete", "create"]
    assert (failed.value.details["written"], failed.value.details["entity_id"]) == ("create", 8)
    assert "not created" not in failed.value.message


def test_a_new_one_that_is_not_as_declared_is_not_replaced_again():
    system = Teams(TEAM)
    usual = system.answer

    def answer(request, path, query):
        status, content = usual(request, path, query)
        if request.method == "POST":
            content["size"] = 9
        return status, content

    system.answer = answer
    with pytest.raises(UnconvergedError):
        run(system, FIXED, attributes={"size": 2}, **REPLACE)
    assert told(system) == ["DELETE teams/7", "POST teams"]


def test_what_comes_to_differ_amid_an_update_replaces_nothing():
    off = {"to": False, "request": {"method": "POST", "path": "teams/{id}/off"}}
    kind = {"attributes": {**FIXED["attributes"], "on": {"transitions": {"off": off}}}}
    system = Teams({**TEAM, "on": True})
    usual = system.answer

    def answer(request, path, query):
        if path.endswith("/off"):
            system.held["teams"][7].update(on=False, size=3)
            return 204, None
        return usual(request, path, query)

    system.answer = answer
    with pytest.raises(ConfigurationError, match="size can only be set at creation") as failed:
        run(system, kind, attributes={"size": 1, "note": "m", "on": False}, **REPLACE)
    assert failed.value.details["steps"]["done"] == ["on from true to false"]
    assert told(system) == ["POST teams/7/off"]


def test_a_deletion_that_is_not_carried_out_creates_nothing():
    system = Teams(TEAM)
    system.ignores = ("DELETE teams/7",)
    with pytest.raises(UnconvergedError, match="still there"):
        run(system, FIXED, attributes={"size": 2}, **REPLACE)
    assert told(system) == ["DELETE teams/7"]


# --- purging


@pytest.mark.parametrize("purge", [False, True])
def test_what_is_deleted_is_purged_where_the_task_says_so(purge):
    system = Teams(TEAM, soft=True)
    outcome = run(system, SOFT, state="absent", purge=purge)
    assert outcome.plan.operation == "delete"
    assert told(system) == ["DELETE teams/7", *(["DELETE teams/7/purge"] if purge else [])]
    assert bool(system.held["teams"]) is not purge
    assert steps(outcome, SOFT) == ["delete", *(["purge"] if purge else [])]
    again = run(system, SOFT, state="absent", purge=purge)
    assert (again.plan.operation, system.writes) == ("none", [])


def test_what_was_deleted_earlier_is_purged_once():
    system = Teams(DEAD, soft=True)
    assert run(system, SOFT, state="absent").plan.operation == "none"
    checked = run(system, SOFT, check_mode=True, state="absent", purge=True)
    assert (checked.plan.operation, steps(checked, SOFT), system.writes) == ("delete", ["purge"], [])
    assert (diff(checked.plan)["before"], diff(checked.plan)["after"]) == (DEAD, {})
    assert checked.notes == ("It is purged: nothing brings it back.",)
    assert run(system, SOFT, state="absent", purge=True).plan.operation == "delete"
    assert (told(system), system.held["teams"]) == (["DELETE teams/7/purge"], {})
    assert run(system, SOFT, state="absent", purge=True).plan.operation == "none"
    assert system.writes == []


def test_it_is_purged_by_its_id_too():
    system = Teams(DEAD, soft=True)
    run(system, SOFT, id=7, state="absent", purge=True)
    assert (told(system), system.held["teams"]) == (["DELETE teams/7/purge"], {})


def test_all_that_stays_of_a_key_is_purged_and_nothing_else():
    system = Teams({**TEAM, "id": 6}, DEAD, {**DEAD, "id": 5}, {**DEAD, "id": 4, "name": "b"}, soft=True)
    run(system, SOFT, state="absent", purge=True)
    assert list(system.held["teams"]) == [4]


def test_a_purge_that_fails_after_another_one_says_that_something_was_written():
    system = Teams(DEAD, {**DEAD, "id": 5}, soft=True)
    system.answers["DELETE teams/5/purge"] = (403, {})
    with pytest.raises(ServerError) as failed:
        run(system, SOFT, state="absent", purge=True)
    assert (failed.value.as_result()["changed"], list(system.held["teams"])) == (True, [5])


def test_where_nothing_shows_that_it_stays_the_purge_goes_alone():
    system = Teams(TEAM)
    outcome = run(system, {"purge": PURGE}, state="absent", purge=True)
    assert (told(system), steps(outcome, {"purge": PURGE})) == (["DELETE teams/7/purge"], ["purge"])
    assert run(system, {"purge": PURGE}, state="absent", purge=True).plan.operation == "none"
    system = Teams(TEAM)
    run(system, {}, state="absent", purge=True)
    assert told(system) == ["DELETE teams/7"]


def test_without_a_request_that_purges_nothing_is_deleted():
    system = Teams(TEAM, soft=True)
    for check_mode in (True, False):
        with pytest.raises(ConfigurationError, match="the profile has no purge operation for team"):
            run(system, {**SOFT, "purge": None}, check_mode, state="absent", purge=True)
    assert system.writes == []


def test_a_purge_that_is_not_carried_out_is_an_error_and_says_what_is_done():
    system = Teams(TEAM, soft=True)
    system.ignores = ("DELETE teams/7/purge",)
    with pytest.raises(UnconvergedError, match="it is still there") as failed:
        run(system, SOFT, state="absent", purge=True)
    assert failed.value.details["steps"] == {"done": ["delete"], "failed": ["purge"], "not_sent": []}
    system.ignores = ()
    assert steps(run(system, SOFT, state="absent", purge=True), SOFT) == ["purge"]


def test_a_lost_answer_of_a_purge_is_looked_for():
    system = Teams(DEAD, soft=True)
    system.answers["DELETE teams/7/purge"] = InterruptedRequest("purge", "the connection was lost")
    run(system, SOFT, state="absent", purge=True)
    assert told(system) == ["DELETE teams/7/purge"]


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda teams: teams.clear(), "disappeared"),
        (lambda teams: teams[7].update(size=3), "was changed"),
        (lambda teams: teams[7].update(state="active"), "appeared"),
    ],
)
def test_what_is_not_any_more_as_it_was_planned_on_is_not_purged(change, how):
    of, system = profile(SOFT), Teams(DEAD, soft=True)
    client, desired = client_of(of, system), wish(of, state="absent", purge=True)
    examined = examine(client, desired, lambda _identity: False)
    change(system.held["teams"])
    with pytest.raises(MovedError, match=how):
        apply(client, desired, examined)
    assert system.writes == []


def test_what_came_to_stay_besides_is_not_purged_along():
    of, system = profile(SOFT), Teams(DEAD, soft=True)
    client, desired = client_of(of, system), wish(of, state="absent", purge=True)
    examined = examine(client, desired, lambda _identity: False)
    system.held["teams"][5] = {**DEAD, "id": 5}
    apply(client, desired, examined)
    assert list(system.held["teams"]) == [5]


def test_an_entity_of_something_that_is_not_there_has_nothing_to_purge():
    user = {**SOFT, "path": "users", "key": {"attributes": ["name"]}, "find": {"query": {"name": "{key.name}"}}}
    user["attributes"] = {"teamId": {"ref": {"type": "team"}}}
    of, system = profile(SOFT, {"user": user}), Teams()
    system.held["users"] = {1: {"id": 1, "name": "u", "teamId": 9, "state": "deleted"}}
    client = client_of(of, system)
    refs = {"teamId": {"type": "team", "key": {"name": "a"}}}
    gone = declared(of, type="user", key={"name": "u"}, refs=refs, state="absent", purge=True)
    assert ensure(client, gone, False).plan.operation == "none"


# --- both


def test_a_key_that_stays_taken_is_free_after_the_purge():
    system = Teams(TEAM, soft=True)
    outcome = run(system, SOFT, attributes={"size": 2}, purge=True, **REPLACE)
    assert steps(outcome, SOFT) == ["delete", "purge", "create"]
    assert told(system) == ["DELETE teams/7", "DELETE teams/7/purge", "POST teams"]
    assert run(system, SOFT, attributes={"size": 2}, purge=True, **REPLACE).plan.operation == "none"


@pytest.mark.parametrize("said", [(403, {}), InterruptedRequest("purge", "the connection was lost")])
def test_a_purge_that_fails_amid_a_replacement_says_that_it_is_gone(said):
    system = Teams(TEAM, soft=True)
    system.answers["DELETE teams/7/purge"] = said
    usual, lost = system.send, not isinstance(said, tuple)

    def send(request):
        if lost and "DELETE teams/7/purge" in told(system):
            raise InterruptedRequest(request.purpose, "the connection was lost")
        return usual(request)

    system.send = send
    with pytest.raises(
        OutcomeUnknownError if lost else ServerError, match="It is deleted and not created anew"
    ) as failed:
        run(system, SOFT, attributes={"size": 2}, purge=True, **REPLACE)
    assert failed.value.details["steps"] == {"done": ["delete"], "failed": ["purge"], "not_sent": ["create"]}
    assert failed.value.as_result()["changed"]


def test_a_deletion_that_is_refused_says_nothing_of_the_kind():
    system = Teams(TEAM)
    system.answers["DELETE teams/7"] = (403, {})
    with pytest.raises(ServerError) as failed:
        run(system, FIXED, attributes={"size": 2}, **REPLACE)
    assert (failed.value.as_result()["changed"], "It is deleted" in failed.value.message) == (False, False)


def test_after_an_interruption_what_was_only_deleted_is_purged_and_created_anew():
    system = Teams(DEAD, soft=True)
    outcome = run(system, SOFT, check_mode=True, attributes={"size": 2}, purge=True, **REPLACE)
    assert (outcome.plan.operation, steps(outcome, SOFT)) == ("replace", ["purge", "create"])
    run(system, SOFT, attributes={"size": 2}, purge=True, **REPLACE)
    assert told(system) == ["DELETE teams/7/purge", "POST teams"]


@pytest.mark.parametrize("options", [{}, REPLACE, {"purge": True}])
def test_what_stays_as_deleted_is_restored_or_refused_as_ever(options):
    system = Teams(DEAD, soft=True)
    with pytest.raises(ConfigurationError, match="the profile has no restore operation"):
        run(system, SOFT, attributes={"size": 1}, **options)
    assert system.writes == []


def test_what_is_restored_is_not_replaced_on_the_way():
    system = Teams(DEAD, soft=True)
    kind = {**SOFT, "restore": {"method": "POST", "path": "{type.path}/{id}/restore"}}
    with pytest.raises(ConfigurationError, match="size can only be set at creation"):
        run(system, kind, attributes={"size": 2}, **REPLACE)
    assert system.writes == []


def test_a_profile_says_only_what_a_purge_would_be():
    with pytest.raises(SchemaError, match=r"purge lacks method"):
        profile({"purge": {"path": "teams/{id}"}})
