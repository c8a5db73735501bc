# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version of an entity goes along with each write, so that a server refuses one of what was changed meanwhile."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.carry_out import apply
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._entity.examine import examine
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConflictError,
    InterruptedRequest,
    MovedError,
    ProfileMismatchError,
    SchemaError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.rest import Rest, declared

pytestmark = pytest.mark.proves("PROFILE-80")

SEEN = {"version": "1", "when": "2026-11-27", "by": "us"}
IF_MATCH = {"headers": {"If-Match": "{version}"}}
HEADER = {
    "version": "header.ETag",
    "update": IF_MATCH,
    "delete": IF_MATCH,
    "attributes": {"meta": {"volatile": True}},
}
BODY = {
    "version": "body.meta.revision",
    "update": {"with": {"meta": {"revision": "{version}"}}},
    "delete": {"query": {"revision": "{version}"}},
}
KINDS = pytest.mark.parametrize("kind", [HEADER, BODY], ids=["header", "body"])


class Versioned(Rest):
    """Teams, each with a revision that grows with each write; a write of another than the present one is refused with
    412. meddle: is called before each write. weak: ETags are weak ones."""

    def __init__(self, **held):
        super().__init__(**held)
        self.meddle, self.weak = lambda: None, False
        self.told = []

    def touch(self, **changes):
        """Somebody else changes the team."""
        team = self.held["teams"][1]
        team.update(changes, meta={"revision": team["meta"]["revision"] + 1})

    def send(self, request):
        answer = super().send(request)
        found = self.held["teams"].get(1)
        tag = f'"{found["meta"]["revision"]}"' if found else ""
        return replace(answer, headers={**answer.headers, "etag": f"W/{tag}" if self.weak else tag})

    def answer(self, request, path, query):
        if request.method == "GET":
            return super().answer(request, path, query)
        self.meddle()
        body = dict(request.json_body or {})
        said = request.headers.get("If-Match") or body.get("meta", {}).get("revision") or query.partition("=")[2]
        self.told.append(said)
        held = self.held["teams"].get(1)
        if held and str(said).strip('"') != str(held["meta"]["revision"]):
            return 412, {"message": "changed"}
        if request.method != "DELETE":
            revision = held["meta"]["revision"] if held else 0
            request = replace(request, json_body={**body, "meta": {"revision": revision + 1}})
        return super().answer(request, path, query)


def team(**more):
    return Versioned(teams=[{"id": 1, "name": "a", "meta": {"revision": 4}, **more}])


def profile(kind, **more):
    own = {"path": "teams", "key": {"attributes": ["name"]}, **kind, **more}
    return profile_of(
        profile_data({"format": 2, "name": "teams", "extends": "rest", "types": {"team": own}}, None, str)
    )


def wish(of, **values):
    return declared(of, type="team", key={"name": "a"}, **values)


def run(system, kind, **values):
    of = profile(kind)
    system.sent.clear()
    client = EntityClient(of, "https://a.example.com", system.send)
    return ensure(client, wish(of, **values), False)


def methods(system):
    return [method for method, _path, _body in system.sent]


@KINDS
def test_the_life_of_a_versioned_entity(kind):
    system = Versioned()
    assert run(system, kind, attributes={"size": 1}).plan.operation == "create"
    assert run(system, kind, attributes={"size": 1}).plan.operation == "none"
    assert run(system, kind, attributes={"size": 2}).plan.operation == "update"
    assert run(system, kind, attributes={"size": 2}).plan.operation == "none"
    assert run(system, kind, state="absent").plan.operation == "delete"
    assert run(system, kind, state="absent").plan.operation == "none"
    assert [str(one).strip('"') for one in system.told] == ["", "1", "2"]


@KINDS
def test_it_is_neither_a_difference_nor_collateral(kind):
    system = team(size=1)
    system.touch()
    outcome = run(system, kind, attributes={"size": 2})
    assert [one.path for one in outcome.plan.changes] == ["size"]
    assert outcome.collateral == ()


@KINDS
@pytest.mark.parametrize("state", ["present", "absent"])
def test_a_version_that_alone_is_another_is_sent_anew(kind, state):
    system = team(size=1)
    system.meddle = lambda: (system.touch(), setattr(system, "meddle", lambda: None))
    outcome = run(system, kind, state=state, attributes={"size": 2} if state == "present" else {})
    assert outcome.plan.operation == {"present": "update", "absent": "delete"}[state]
    assert [str(one).strip('"') for one in system.told] == ["4", "5"]


REFUSED = [{"status": [412]}]


@pytest.mark.proves("PROFILE-91")
@pytest.mark.parametrize("told", [{"moved": REFUSED}, REFUSED], ids=["moved", "any"])
def test_a_server_that_says_that_it_was_moved_is_asked_how(told):
    """The server keeps the version to itself, so that each write is refused here."""
    system = team(size=1, colour="red")
    system.meddle = lambda: system.touch(colour="blue")
    of = {"update": {"conflict": told}, "attributes": {"meta": {"volatile": True}}}
    with pytest.raises(ConflictError if told is REFUSED else MovedError) as caught:
        run(system, of, attributes={"size": 2})
    assert ("was changed (colour)" in caught.value.message) is (told is not REFUSED)
    assert (methods(system)[-1] == "PUT") is (told is REFUSED)


@KINDS
@pytest.mark.proves("PROFILE-91")
@pytest.mark.parametrize(("verb", "told"), [("update", "exists"), ("delete", "in_use")])
def test_a_refusal_for_another_reason_than_the_version_is_told_at_once(kind, verb, told):
    system = team(size=1)
    system.meddle = system.touch
    of = {**kind, verb: {**kind[verb], "conflict": {told: REFUSED}}}
    with pytest.raises(ConflictError) as caught:
        run(system, of, **({"attributes": {"size": 2}} if verb == "update" else {"state": "absent"}))
    assert caught.value.details == {"status": 412, "conflict": told}
    assert methods(system)[-1] == {"update": "PUT", "delete": "DELETE"}[verb]
    assert len(system.told) == 1


@KINDS
def test_what_was_changed_meanwhile_is_not_overwritten(kind):
    system = team(size=1, colour="red")
    system.meddle = lambda: (system.touch(colour="blue"), setattr(system, "meddle", lambda: None))
    with pytest.raises(MovedError, match=r"was changed \(colour\) since it was read"):
        run(system, kind, attributes={"size": 2})
    assert system.held["teams"][1]["size"] == 1
    assert len(system.told) == 1


def test_what_was_deleted_meanwhile_has_disappeared():
    system = team(size=1)

    def meddle():
        system.touch()
        gone.append(system.held["teams"][1])

    gone = []
    system.meddle = meddle
    usual = system.answer

    def answer(request, path, query):
        if gone and request.method == "GET":
            return 404, {}
        return usual(request, path, query)

    system.answer = answer
    with pytest.raises(MovedError, match="disappeared"):
        run(system, HEADER, attributes={"size": 2})


def test_another_conflict_stays_one():
    system = team(size=1)
    usual = system.answer
    system.answer = lambda request, path, query: (
        (409, {"message": "the name is taken"}) if request.method == "PUT" else usual(request, path, query)
    )
    with pytest.raises(ConflictError, match="the name is taken"):
        run(system, HEADER, attributes={"size": 2})
    assert len(system.writes) == 1


def test_a_server_that_never_takes_it_is_asked_twice_at_most():
    system = team(size=1)
    system.meddle = system.touch
    with pytest.raises(ConflictError, match="changed"):
        run(system, HEADER, attributes={"size": 2})
    assert len(system.writes) == 2


@pytest.mark.parametrize(
    ("kind", "held"),
    [(HEADER, {}), (BODY, {"meta": {"revision": None}}), (BODY, {"meta": {"revision": ""}})],
)
def test_nothing_is_sent_without_a_version(kind, held):
    system = team(size=1, **held)
    system.weak = True
    if kind is BODY:
        system.send = lambda request: Rest.send(system, request)
    with pytest.raises(ProfileMismatchError, match="the entity as read carries no version"):
        run(system, kind, attributes={"size": 2})
    assert system.writes == []


# --- how many requests


def seen(kind):
    return {**kind, "version": {"at": kind["version"], "verified": SEEN}}


def test_an_update_costs_three_requests_where_the_server_was_seen_to_refuse_an_old_version():
    system = team(size=1)
    run(system, {**seen(BODY)}, attributes={"size": 2})
    assert methods(system) == ["GET", "PUT", "GET"]
    run(system, {**seen(BODY)}, state="absent")
    assert methods(system) == ["GET", "DELETE", "GET"]
    run(system := team(size=1), BODY, attributes={"size": 2})
    assert methods(system) == ["GET", "GET", "PUT", "GET"]


def test_a_version_that_a_search_does_not_show_is_read():
    system = team(size=1)
    run(system, seen(HEADER), attributes={"size": 2})
    assert methods(system) == ["GET", "GET", "PUT", "GET"]


def test_what_was_read_by_id_is_read_once():
    system, of = team(size=1), profile(seen(HEADER))
    client = EntityClient(of, "https://a.example.com", system.send)
    ensure(client, declared(of, type="team", id=1, attributes={"size": 2}), False)
    assert methods(system) == ["GET", "PUT", "GET"]


def test_without_the_second_read_nothing_is_overwritten_either():
    system = team(size=1, colour="red")
    system.meddle = lambda: (system.touch(colour="blue"), setattr(system, "meddle", lambda: None))
    with pytest.raises(MovedError, match="colour"):
        run(system, seen(BODY), attributes={"size": 2})
    assert system.held["teams"][1]["size"] == 1


def test_a_plan_that_is_applied_later_always_reads_again():
    system, of = team(size=1), profile(seen(BODY))
    client = EntityClient(of, "https://a.example.com", system.send)
    desired = wish(of, attributes={"size": 2})
    examined = examine(client, desired, lambda _identity: False)
    system.sent.clear()
    apply(client, desired, examined)
    assert methods(system) == ["GET", "PUT", "GET"]


def test_a_lost_answer_of_an_update_is_looked_for_before_it_is_sent_again():
    system, usual = team(size=1), None

    def send(request):
        answer = usual(request)
        if request.method == "PUT" and len(system.writes) == 1:
            raise InterruptedRequest(request.purpose, "the connection was lost")
        return answer

    usual, system.send = system.send, send
    outcome = run(system, seen(BODY), attributes={"size": 2})
    assert outcome.plan.operation == "update"
    assert len(system.writes) == 1


ENFORCED = {"key": {"attributes": ["name"], "enforced": True, "verified": SEEN}}


def test_a_create_costs_three_requests_where_the_server_was_seen_to_enforce_the_key():
    system, of = Rest(teams=[{"id": 1, "name": "b"}]), profile({}, **ENFORCED)
    client = EntityClient(of, "https://a.example.com", system.send)
    client.shown.update({("team", "read"), ("team", "find")})
    ensure(client, wish(of), False)
    assert methods(system) == ["GET", "POST", "GET"]


# --- what a profile must not say


@pytest.mark.parametrize(
    ("own", "why"),
    [
        ({"update": IF_MATCH}, "types.team.update names {version}, and the type has no version"),
        ({"version": "header.ETag"}, "types.team.version has no effect, since no request names {version}"),
        ({"version": "header.ETag", "delete": IF_MATCH, "read": None}, "which only a read shows, and there is no read"),
        ({"version": "body.rev", "create": IF_MATCH, "update": IF_MATCH}, "create.headers.If-Match names {version}"),
        ({"version": "ETag", "update": IF_MATCH}, "version"),
        ({"version": {"verified": SEEN}, "update": IF_MATCH}, "version"),
    ],
)
def test_a_version_without_effect_or_meaning_is_refused(own, why):
    with pytest.raises(SchemaError) as refused:
        profile(own)
    assert why in refused.value.message


def test_a_version_of_all_types_has_to_be_sent_by_one():
    types = {name: {"path": name, "key": {"attributes": ["name"]}} for name in ("team", "site")}
    data = {"format": 2, "name": "teams", "extends": "rest", "version": "body.rev", "types": types}
    with pytest.raises(SchemaError, match="version has no effect, since no request names"):
        profile_data(data, None, str)
    types["site"]["update"] = IF_MATCH
    assert profile_of(profile_data(data, None, str)).type("site").version.place == "body.rev"
