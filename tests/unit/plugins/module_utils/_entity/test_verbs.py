# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Entities that stay as deleted and are restored, new keys that take a request of their own, and creates that may
overwrite."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.carry_out import apply
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.examine import examine
from ansible_collections.rimops.insight.plugins.module_utils._entity.steps import steps_of
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AmbiguousError,
    ConfigurationError,
    InsightError,
    InterruptedRequest,
    MissingReferenceError,
    MovedError,
    ProfileMismatchError,
    SchemaError,
    UnconvergedError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.bulk_reader import BulkReader
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

pytestmark = pytest.mark.proves("PROFILE-81", "PROFILE-82")

LIST = {"method": "GET", "path": "{type.path}"}
SOFT = {
    "soft_deleted": {"state": ["deleted", "purging"]},
    "restore": {"method": "POST", "path": "{type.path}/{id}/restore"},
    "attributes": {"state": {"volatile": True}},
    "list": LIST,
}
RENAMING = {"rename": {"method": "POST", "path": "{type.path}/{id}/rename", "json": {"to": "{key.name}"}}}
BY_KEY = {
    "find": "read",
    "id": {"from": "{key.name}"},
    "read": {"path": "{type.path}/{key.name}"},
    "create": {"method": "PUT", "path": "{type.path}/{key.name}", "json": "{whole}", "upsert": True},
    "update": None,
    "delete": {"path": "{type.path}/{key.name}"},
}
SEEN = {"version": "1", "when": "2026-11-27", "by": "us"}


class Losing(Rest):
    """loses: the answer to the first write is lost."""

    loses = False

    def send(self, request):
        answer = super().send(request)
        if request.method != "GET" and self.loses and len(self.writes) == 1:
            raise InterruptedRequest(request.purpose, "the connection was lost")
        return answer


class Teams(Losing):
    """Teams that stay as deleted, are restored, and are renamed by verbs. ignores: verbs that are answered and not
    carried out."""

    def __init__(self, *teams):
        super().__init__(teams=[{"state": "active", **one} for one in teams])
        self.ignores = ()

    def answer(self, request, path, query):
        number, _slash, verb = path.partition("/")[2].partition("/")
        held = self.held["teams"].get(int(number)) if number.isdecimal() else None
        if request.method == "DELETE" and held:
            held["state"] = "deleted"
            return 204, None
        if verb in self.ignores:
            return 200, None
        if verb == "restore":
            held["state"] = "active"
            return 200, None
        if verb == "rename":
            held["name"] = request.json_body["to"]
            return 204, None
        status, content = super().answer(request, path.rpartition("/")[0] if verb else path, query)
        if request.method in ("POST", "PUT"):
            content.setdefault("state", "active")
        return status, content


class ByKey(Losing):
    """Teams by their name."""

    def __init__(self, *teams):
        super().__init__()
        self.teams = {one["name"]: one for one in teams}

    def answer(self, request, path, _query):
        name = path.partition("/")[2]
        if request.method == "PUT":
            self.teams[name] = dict(request.json_body)
        if name not in self.teams:
            return 404, {}
        return 200, self.teams.pop(name) if request.method == "DELETE" else self.teams[name]


def profile(kind, types=None):
    own = {"path": "teams", "key": {"attributes": ["name"]}, **kind}
    return profile_of(
        profile_data(
            {"format": 2, "name": "teams", "extends": "rest", "types": {"team": own, **(types or {})}}, None, str
        )
    )


def run(system, kind, check_mode=False, **values):
    of = profile(kind)
    system.sent.clear()
    client = EntityClient(of, "https://a.example.com", system.send)
    which = {} if "id" in values else {"key": {"name": "a"}}
    return ensure(client, declared(of, **{"type": "team", **which, **values}), check_mode)


def told(system):
    return [f"{method} {path.partition('?')[0]}" for method, path, _body in system.writes]


def steps(outcome, kind):
    return [str(one) for one in steps_of(outcome.plan, profile(kind).type("team"))]


# --- what stays as deleted

DEAD = {"id": 1, "name": "a", "size": 1, "state": "deleted"}


def test_the_life_of_an_entity_that_stays_as_deleted():
    system = Teams()
    assert run(system, SOFT, attributes={"size": 1}).plan.operation == "create"
    assert run(system, SOFT, state="absent").plan.operation == "delete"
    assert system.held["teams"][1]["state"] == "deleted"
    assert run(system, SOFT, state="absent").plan.operation == "none"
    assert system.writes == []
    restored = run(system, SOFT, attributes={"size": 2})
    assert (restored.plan.operation, restored.entity_id, steps(restored, SOFT)) == ("create", 1, ["restore", "update"])
    assert told(system) == ["POST teams/1/restore", "PUT teams/1"]
    assert system.held["teams"] == {1: {"id": 1, "name": "a", "size": 2, "state": "active"}}
    assert run(system, SOFT, attributes={"size": 2}).plan.operation == "none"


def test_a_check_shows_that_it_would_be_restored():
    system = Teams(DEAD)
    outcome = run(system, SOFT, check_mode=True, attributes={"size": 1})
    assert steps(outcome, SOFT) == ["restore"]
    assert outcome.notes == ("It was deleted and stays, so that it is restored and not created.",)
    assert system.writes == []


def test_where_nothing_else_differs_restoring_is_all():
    system = Teams(DEAD)
    outcome = run(system, SOFT, attributes={"size": 1})
    assert told(system) == ["POST teams/1/restore"]
    assert outcome.entity["state"] == "active"


def test_what_restoring_brings_back_in_another_way_is_mended():
    system = Teams(DEAD)
    usual = system.answer

    def answer(request, path, query):
        found = usual(request, path, query)
        if path.endswith("restore"):
            system.held["teams"][1]["size"] = 9
        return found

    system.answer = answer
    run(system, SOFT, attributes={"size": 1})
    assert told(system) == ["POST teams/1/restore", "PUT teams/1"]


def test_secrets_are_sent_as_to_a_new_one():
    kind = {**SOFT, "attributes": {**SOFT["attributes"], "pin": {"secret": True, "write_only": True}}}
    system = Teams(DEAD)
    run(system, kind, attributes={"size": 1}, secret_attributes={"pin": "1234"})
    assert system.held["teams"][1]["pin"] == "1234"


def test_it_is_restored_by_its_id_too():
    system = Teams(DEAD)
    assert run(system, SOFT, id=1, attributes={"size": 1}).plan.operation == "create"
    assert told(system) == ["POST teams/1/restore"]
    with pytest.raises(ConfigurationError, match="there is no entity with this id"):
        run(Teams(), SOFT, id=1, attributes={"size": 1})


def test_one_that_lives_is_the_one_that_is_meant():
    system = Teams({**DEAD, "id": 1}, {"id": 2, "name": "a", "size": 5})
    assert run(system, SOFT, attributes={"size": 5}).entity_id == 2
    assert run(system, SOFT, state="absent").plan.operation == "delete"
    assert told(system) == ["DELETE teams/2"]


def test_of_several_nobody_knows_which_to_restore():
    system = Teams(DEAD, {**DEAD, "id": 2, "state": "purging"})
    with pytest.raises(AmbiguousError, match=r"several were deleted and stay \(ids 1, 2\)"):
        run(system, SOFT, attributes={"size": 1})
    assert system.writes == []


def test_without_a_request_that_restores_it_is_refused_by_name():
    system = Teams(DEAD)
    with pytest.raises(
        ConfigurationError, match=r"deleted and stays \(id 1\), and the profile has no restore"
    ) as refused:
        run(system, {**SOFT, "restore": None}, check_mode=True, attributes={"size": 1})
    assert refused.value.details["profile_key"] == "types.team.restore"
    assert system.writes == []


def test_a_create_may_be_what_restores():
    system = Teams(DEAD)
    outcome = run(system, {**SOFT, "restore": "create"}, attributes={"size": 1})
    assert told(system) == ["POST teams"]
    assert outcome.entity_id == 2


def test_a_restore_that_does_nothing_is_an_error():
    system = Teams(DEAD)
    system.ignores = ("restore",)
    with pytest.raises(UnconvergedError, match="it still stays as deleted"):
        run(system, SOFT, attributes={"size": 1})


def test_a_failure_after_restoring_says_what_is_done():
    system = Teams(DEAD)
    usual = system.answer
    system.answer = lambda request, *rest: (422, {}) if request.method == "PUT" else usual(request, *rest)
    with pytest.raises(InsightError) as failed:
        run(system, SOFT, attributes={"size": 2})
    assert failed.value.details["steps"] == {"done": ["restore"], "not_sent": [], "failed": ["update"]}
    assert failed.value.details["written"] == "create"


def test_a_lost_answer_of_a_restore_is_looked_for():
    system = Teams(DEAD)
    system.loses = True
    run(system, SOFT, attributes={"size": 1})
    assert told(system) == ["POST teams/1/restore"]


def test_what_was_purged_meanwhile_is_not_restored():
    system = Teams(DEAD)
    of = profile(SOFT)
    client = EntityClient(of, "https://a.example.com", system.send)
    desired = declared(of, type="team", key={"name": "a"}, attributes={"size": 1})
    examined = examine(client, desired, lambda _identity: False)
    del system.held["teams"][1]
    with pytest.raises(MovedError, match="disappeared"):
        apply(client, desired, examined)
    assert system.writes == []


def test_lists_and_whole_environments_leave_it_out():
    system = Teams(DEAD, {"id": 2, "name": "b"})
    of = profile(SOFT)
    address = declared(of, type="team", key={"name": "b"}).address
    reader = BulkReader(of, "https://a.example.com", system.send)
    assert [one["id"] for one in reader.listed(replace(address, key={}))] == [2]
    assert [[one["id"] for one in page] for page in reader.pages(replace(address, key={}))] == [[2]]
    reader.list_beforehand(of.type("team"))
    examined = examine(reader, declared(of, type="team", key={"name": "a"}), lambda _identity: False)
    assert [str(one) for one in steps_of(examined.plan, of.type("team"))] == ["restore"]


def test_a_reference_to_it_is_a_reference_to_nothing():
    user = {"path": "users", "key": {"attributes": ["name"]}, "attributes": {"teamId": {"ref": {"type": "team"}}}}
    of = profile(SOFT, {"user": user})
    client = EntityClient(of, "https://a.example.com", Teams(DEAD).send)
    refers = declared(of, type="user", key={"name": "u"}, refs={"teamId": {"type": "team", "key": {"name": "a"}}})
    with pytest.raises(MissingReferenceError):
        ensure(client, refers, False)


def test_it_is_not_waited_for_until_it_is_ready():
    kind = {**SOFT, "read": {"until": [{"body": {"state": "active"}}]}, "find": {"then": "read"}}
    system = Teams(DEAD)
    assert run(system, kind, check_mode=True, attributes={"size": 1}).plan.operation == "create"


def test_any_value_may_tell_that_it_is_deleted():
    kind = {**SOFT, "soft_deleted": {"deletedAt": "present"}}
    system = Teams({"id": 1, "name": "a", "deletedAt": "2026-01-01"})
    assert run(system, kind, state="absent").plan.operation == "none"
    system = Teams({"id": 1, "name": "a", "deletedAt": None})
    assert run(system, kind, check_mode=True, state="absent").plan.operation == "delete"


def test_what_a_new_one_has_to_have_the_restored_one_has_already():
    system = Teams(DEAD)
    run(system, {**SOFT, "required": ["size"]})
    assert told(system) == ["POST teams/1/restore"]


def test_one_that_came_back_is_deleted_no_more():
    system, of = Teams(DEAD), profile(SOFT)
    client = EntityClient(of, "https://a.example.com", system.send)
    by_key, by_id = (declared(of, type="team", **one).address for one in ({"key": {"name": "a"}}, {"id": 1}))
    assert client.the_one(by_key) is None
    assert [one["id"] for one in client.deleted_like(by_key)] == [1]
    system.held["teams"][1]["state"] = "active"
    assert client.the_one(by_id)
    assert client.deleted_like(by_key) == []


def test_one_that_refers_to_what_is_not_there_yet_waits_for_it():
    user = {**SOFT, "path": "users", "key": {"attributes": ["name"]}, "find": {"query": {"name": "{key.name}"}}}
    user["attributes"] = {**SOFT["attributes"], "teamId": {"ref": {"type": "team"}}}
    of, system = profile(SOFT, {"user": user}), Teams()
    system.held["users"] = {1: {"id": 1, "name": "u", "teamId": 9, "state": "deleted"}}
    client = EntityClient(of, "https://a.example.com", system.send)
    refers = declared(of, type="user", key={"name": "u"}, refs={"teamId": {"type": "team", "key": {"name": "a"}}})
    examined = examine(client, refers, lambda _identity: True)
    assert (examined.pending, examined.plan.operation) == (True, "create")


def test_parts_are_written_after_restoring():
    tags = {
        "read": {"method": "GET", "path": "teams/{id}/tags"},
        "write": {"method": "PUT", "path": "teams/{id}/tags", "json": "{value}"},
    }
    system, held = Teams(DEAD), ["old"]
    usual = system.answer

    def answer(request, path, query):
        if not path.endswith("/tags"):
            return usual(request, path, query)
        held[:] = request.json_body if request.method == "PUT" else held
        return 200, list(held)

    system.answer = answer
    kind = {**SOFT, "parts": {"tags": tags}}
    outcome = run(system, kind, attributes={"size": 2, "tags": ["new"]})
    assert steps(outcome, kind) == ["restore", "update", "write tags"]
    assert told(system) == ["POST teams/1/restore", "PUT teams/1", "PUT teams/1/tags"]
    assert (held, "tags" in system.held["teams"][1]) == (["new"], False)


@pytest.mark.parametrize("read", [True, False])
def test_a_part_that_is_an_object_is_no_list_of_its_names(read):
    request = {"method": "GET", "path": "teams/{id}", "entity": "body.labels"}
    labels = {"write": {"method": "PUT", "path": "teams/{id}/labels", "json": "{value}"}}
    kind = {"parts": {"labels": {**labels, **({"read": request} if read else {})}}}
    system = Teams({"id": 1, "name": "a", "size": 1, "labels": {"a": 1}})
    with pytest.raises(ConfigurationError, match="labels is a list of elements, and is declared as no list") as caught:
        run(system, kind, attributes={"labels": {"a": 1}})
    assert "attributes.labels: {exact: true}" in caught.value.message
    with pytest.raises(ProfileMismatchError, match="a list was expected there") as caught:
        run(system, kind, attributes={"labels": ["a"]})
    assert "attributes.labels: {exact: true}" in caught.value.message and system.writes == []
    one_value = {**kind, "attributes": {"labels": {"exact": True}}}
    assert run(system, one_value, attributes={"labels": {"a": 1}}).plan.operation == "none"


# --- a new key

OLD = {"id": 1, "name": "old", "size": 1}


def test_a_new_key_takes_a_request_of_its_own():
    system = Teams(OLD)
    outcome = run(system, RENAMING, was={"name": "old"}, attributes={"size": 1})
    assert system.writes == [("POST", "teams/1/rename", {"to": "a"})]
    assert steps(outcome, RENAMING) == ["rename"]
    assert [(one.path, one.before, one.after) for one in outcome.plan.changes] == [("name", "old", "a")]
    assert run(system, RENAMING, was={"name": "old"}, attributes={"size": 1}).plan.operation == "none"


def test_what_else_differs_is_updated_after_that():
    system = Teams(OLD)
    outcome = run(system, RENAMING, was={"name": "old"}, attributes={"size": 2})
    assert steps(outcome, RENAMING) == ["rename", "update"]
    assert told(system) == ["POST teams/1/rename", "PUT teams/1"]
    assert {**system.held["teams"][1], "state": ""} == {"id": 1, "name": "a", "size": 2, "state": ""}


def test_without_another_key_nothing_is_renamed():
    system = Teams({**OLD, "name": "a"})
    assert steps(run(system, RENAMING, attributes={"size": 2}), RENAMING) == ["update"]
    assert told(system) == ["PUT teams/1"]


def test_an_entity_named_by_its_id_is_renamed_by_its_key_attributes():
    system = Teams(OLD)
    run(system, RENAMING, id=1, attributes={"name": "b"})
    assert system.writes == [("POST", "teams/1/rename", {"to": "b"})]


def test_an_id_that_is_made_of_the_key_is_another_one_afterwards():
    kind = {
        **RENAMING,
        "find": "read",
        "id": {"from": "{key.name}"},
        "read": {"path": "teams/{key.name}"},
        "update": {"path": "teams/{key.name}", "method": "PUT", "json": "{whole}"},
        "rename": {"method": "POST", "path": "teams/{id}", "json": {"to": "{key.name}"}},
    }
    system = ByKey({"name": "old", "size": 1})
    usual = system.answer

    def answer(request, path, query):
        if request.method == "POST":
            held = system.teams.pop(path.partition("/")[2])
            system.teams[request.json_body["to"]] = {**held, "name": request.json_body["to"]}
            return 200, {}
        return usual(request, path, query)

    system.answer = answer
    outcome = run(system, kind, was={"name": "old"}, attributes={"size": 2})
    assert told(system) == ["POST teams/old", "PUT teams/a"]
    assert (outcome.entity_id, system.teams) == ("a", {"a": {"name": "a", "size": 2}})


@pytest.mark.parametrize("own_id", [{"from": "{key.name}"}, {"at": "name"}])
@pytest.mark.parametrize("named", [{"was": {"name": "old"}}, {"id": "old", "key": None, "attributes": {"name": "a"}}])
def test_an_update_may_change_the_id_with_the_key(own_id, named):
    request = {"method": "PATCH", "path": "teams/{id}", "json": "{changed}"}
    find = {"find": "read" if "from" in own_id else "list", "list": LIST}
    kind = {**find, "id": own_id, "read": {"path": "teams/{id}"}, "update": request}
    system = ByKey({"name": "old", "size": 1})
    usual = system.answer

    def answer(request, path, query):
        if request.method == "PATCH":
            held = {**system.teams.pop(path.partition("/")[2]), **request.json_body}
            system.teams[held["name"]] = held
            return 200, held
        if path == "teams":
            return 200, list(system.teams.values())
        return usual(request, path, query)

    system.answer = answer
    outcome = run(system, kind, **{**named, "attributes": {"size": 2, **named.get("attributes", {})}})
    assert told(system) == ["PATCH teams/old"]
    assert (outcome.entity_id, system.teams) == ("a", {"a": {"name": "a", "size": 2}})


class Addressed(Losing):
    """Teams in a list, with an address that the server makes of the name, and no request that reads one."""

    def __init__(self, *names):
        super().__init__()
        self.names = [*names]

    def answer(self, request, path, _query):
        if request.method == "POST":
            self.names[self.names.index(path.partition("/")[2].partition("-")[0])] = request.json_body["to"]
        return 200, [{"name": name, "address": f"{name}-team"} for name in self.names]


@pytest.mark.parametrize("loses", [False, True])
def test_an_id_that_the_server_makes_of_the_key_is_another_one_afterwards(loses):
    kind = {
        "list": LIST,
        "find": "list",
        **dict.fromkeys(("read", "create", "update", "delete")),
        "id": {"at": "address"},
        "rename": {"method": "POST", "path": "teams/{id}", "json": {"to": "{key.name}"}},
    }
    system = Addressed("other", "old")
    system.loses = loses
    outcome = run(system, kind, was={"name": "old"})
    assert (outcome.entity_id, system.names) == ("a-team", ["other", "a"])
    assert told(system) == ["POST teams/old-team"]


def test_a_rename_that_does_nothing_is_an_error():
    system = Teams(OLD)
    system.ignores = ("rename",)
    with pytest.raises(UnconvergedError, match="it still has its former key"):
        run(system, RENAMING, was={"name": "old"}, attributes={"size": 2})
    assert told(system) == ["POST teams/1/rename"]


def test_a_lost_answer_of_a_rename_is_looked_for():
    system = Teams(OLD)
    system.loses = True
    run(system, RENAMING, was={"name": "old"}, attributes={"size": 1})
    assert told(system) == ["POST teams/1/rename"]


def test_a_condition_of_the_update_is_none_of_the_rename():
    kind = {**RENAMING, "update": {"when": {"state": "draft"}}}
    system = Teams(OLD)
    run(system, kind, was={"name": "old"}, attributes={"size": 1})
    with pytest.raises(ConfigurationError, match="only where state is"):
        run(system, kind, attributes={"size": 2})


# --- creates that may overwrite


def test_one_request_creates_and_updates():
    system = ByKey()
    created = run(system, BY_KEY, attributes={"size": 1})
    assert created.plan.operation == "create"
    assert created.notes == (
        "The server would overwrite one with the same key that somebody else creates at that moment (upsert).",
    )
    assert run(system, BY_KEY, attributes={"size": 1}).plan.operation == "none"
    system.teams["a"]["colour"] = "red"
    assert run(system, BY_KEY, attributes={"size": 2}).plan.operation == "update"
    assert system.writes == [("PUT", "teams/a", {"name": "a", "size": 2, "colour": "red"})]
    assert run(system, BY_KEY, state="absent").plan.operation == "delete"
    assert run(system, BY_KEY, state="absent").plan.operation == "none"


def test_a_create_whose_answer_was_lost_is_sent_again():
    system = ByKey()
    system.loses = True
    usual, lost = system.answer, []

    def answer(request, path, query):
        if request.method == "PUT" and not lost:
            lost.append(path)
            return 200, {}
        return usual(request, path, query)

    system.answer = answer
    run(system, BY_KEY, attributes={"size": 1})
    assert told(system) == ["PUT teams/a", "PUT teams/a"]
    assert system.teams["a"] == {"name": "a", "size": 1}


def test_what_appears_before_it_is_not_overwritten():
    kind = {**BY_KEY, "key": {"attributes": ["name"], "enforced": True, "verified": SEEN}}
    system, reads = ByKey(), []
    usual = system.answer

    def answer(request, path, query):
        reads.append(request.method)
        if reads == ["GET", "GET"]:
            system.teams["a"] = {"name": "a", "size": 7}
        return usual(request, path, query)

    system.answer = answer
    with pytest.raises(MovedError, match="appeared"):
        run(system, kind, attributes={"size": 1})
    assert system.writes == []


def test_an_update_of_its_own_stays_the_update():
    kind = {**BY_KEY, "update": {"method": "PATCH", "path": "teams/{key.name}", "json": "{changed}"}}
    system = ByKey({"name": "a", "size": 1})
    with pytest.raises(InsightError):
        run(system, kind, attributes={"size": 2})
    assert told(system) == ["PATCH teams/a"]


def test_a_version_goes_along_with_the_request_that_updates_and_not_with_the_one_that_creates():
    kind = {**BY_KEY, "version": "body.rev", "create": {**BY_KEY["create"], "headers": {"If-Match": "{version}"}}}
    system, tags = ByKey(), []
    usual = system.answer

    def answer(request, path, query):
        if request.method == "PUT":
            tags.append(request.headers.get("If-Match"))
            request = replace(request, json_body={**request.json_body, "rev": len(tags)})
        return usual(request, path, query)

    system.answer = answer
    run(system, kind, attributes={"size": 1})
    run(system, kind, attributes={"size": 2})
    assert tags == [None, "1"]


# --- what a profile must not say


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"restore": {"method": "POST", "path": "teams/{id}"}}, "restore has no effect without soft_deleted"),
        ({"soft_deleted": {"a": 1}, "restore": "create", "create": None}, "restore is create, and there is no create"),
        ({"soft_deleted": {"a": 1}, "restore": "update"}, "restore"),
        ({"soft_deleted": {}}, "soft_deleted"),
        ({"soft_deleted": {"a": 1}, "restore": {"path": "teams/{id}"}}, "restore lacks method"),
        ({"rename": {"method": "POST", "path": "teams/{id}"}}, "rename names nothing of the new key"),
        ({**RENAMING, "key": None}, "rename has no effect without attributes of a key"),
        ({"rename": {**RENAMING["rename"], "entity": "body"}}, "rename.entity has no effect there"),
        ({"update": {"upsert": True}}, "update.upsert has no effect there, only in create"),
        ({"create": {"json": {"old": "{entity.name}"}}}, "create.json.old names {entity.name}"),
    ],
)
def test_what_has_no_effect_or_meaning_is_refused(own, why):
    with pytest.raises(SchemaError) as refused:
        profile(own)
    assert why in refused.value.message
