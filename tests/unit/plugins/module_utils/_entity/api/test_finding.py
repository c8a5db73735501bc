# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The ways in which a profile finds entities, tells where they stand and cuts lists, each seen on the wire."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address, address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.client import EntityClient
from ansible_collections.rimops.insight.plugins.module_utils._entity.desired_state import DesiredState
from ansible_collections.rimops.insight.plugins.module_utils._entity.ensure import ensure
from ansible_collections.rimops.insight.plugins.module_utils._profile.model import profile_of
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    AmbiguousError,
    ConfigurationError,
    NotAsDeclaredError,
    ProfileMismatchError,
    ServerError,
)
from ansible_collections.rimops.insight.plugins.plugin_utils._environment.bulk_reader import BulkReader
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data
from ansible_collections.rimops.insight.tests.unit.fakes import URL, Script, answer, find_nothing

ALPHA, BETA = {"id": 1, "name": "Alpha"}, {"id": 2, "name": "Beta"}


class Asked:
    """A system with teams, by an own profile on top of ``rest``; what it was asked, and answers in turn."""

    def __init__(self, *answers, kind=EntityClient, types=None, **team):
        more = types or {}
        own = {"path": "teams", "key": {"attributes": ["name"]}, **team}
        data = {"extends": "rest", "format": 2, "name": "own", "types": {"team": own, **more}}
        self.profile = profile_of(profile_data(data, None, find_nothing))
        self.script = Script(*answers)
        self.client = kind(self.profile, URL, self.script)
        self.type = self.profile.type("team")

    def address(self, name="Alpha", **more):
        return address_of(self.profile, {"type": "team", "key": {"name": name}, **more})

    @property
    def wire(self):
        """What was asked, without the url."""
        sent = [(one.method, one.url[len(URL) :], one.json_body) for one in self.script.requests]
        return [" ".join([method, path, *([str(body)] if body is not None else [])]) for method, path, body in sent]

    def wants(self, attributes=None, state="present", address=None, check_mode=False):
        desired = DesiredState(address or self.address(), attributes or {}, state=state)
        return ensure(self.client, desired, check_mode)


# --- by list


def test_find_by_list_chooses_here():
    asked = Asked(answer(200, [BETA, ALPHA]), answer(200, [BETA]), list={"method": "GET", "path": "teams"}, find="list")
    assert asked.client.find(asked.address()) == [ALPHA]
    assert asked.client.find(asked.address()) == []
    assert asked.wire == ["GET /teams", "GET /teams"]
    assert ("team", "find") in asked.client.shown


def test_a_list_that_shows_others_proves_that_there_is_none():
    asked = Asked(answer(200, []), answer(200, [BETA]), list={"method": "GET", "path": "teams"}, find="list")
    assert asked.client.find(asked.address()) == []
    assert "has shown no team" in asked.client.doubt(asked.address())
    assert asked.client.find(asked.address()) == []
    assert asked.client.doubt(asked.address()) == ""


def test_find_by_list_sees_an_entity_that_is_near():
    asked = Asked(answer(200, [{"id": 1, "name": "ALPHA"}]), list={"method": "GET", "path": "teams"}, find="list")
    with pytest.raises(AmbiguousError, match="differs only in case"):
        asked.client.the_one(asked.address())


def test_a_list_that_was_read_whole_serves_each_find_but_not_the_look_after_a_write():
    listed = answer(200, [ALPHA, BETA])
    of = {"list": {"method": "GET", "path": "teams"}, "find": "list"}
    asked = Asked(listed, answer(200, [ALPHA, BETA, {"id": 3, "name": "Gamma"}]), kind=BulkReader, **of)
    asked.client.list_beforehand(asked.type)
    assert asked.client.find(asked.address()) == [ALPHA]
    assert asked.client.find(asked.address("Gamma")) == []
    assert asked.wire == ["GET /teams"]
    assert asked.client.searched(asked.address("Gamma"))["id"] == 3
    assert len(asked.wire) == 2


def test_a_reference_chooses_among_those_of_the_same_key():
    here, there = {"id": 1, "name": "Alpha", "site": 7}, {"id": 2, "name": "Alpha", "site": 8}
    of = {"list": {"method": "GET", "path": "teams"}, "find": "list", "attributes": {"site": {"ref": {"type": "site"}}}}
    asked = Asked(answer(200, [there, here]), answer(200, {"id": 7}), types={"site": {"path": "sites"}}, **of)
    assert asked.client.find(asked.address(refs={"site": {"type": "site", "id": 7}})) == [here]


LISTS = [{"method": "GET", "path": "teams", "query": {"valid": valid}} for valid in (True, False)]


def test_a_list_of_several_requests():
    asked = Asked(answer(200, [ALPHA]), answer(200, [BETA, ALPHA]), list=LISTS, find="list")
    assert asked.client.listed(Address(asked.type)) == [ALPHA, BETA]
    assert asked.wire == ["GET /teams?valid=true", "GET /teams?valid=false"]


def test_the_pages_of_a_list_of_several_requests():
    asked = Asked(answer(200, [ALPHA]), answer(200, [BETA]), list=LISTS)
    assert asked.client.pages(Address(asked.type)) == [[ALPHA], [BETA]]


# --- by read


def test_find_by_read_where_the_key_is_the_id():
    asked = Asked(answer(200, {"name": "a b"}), answer(404, {}), id={"from": "{key.name}"}, find="read")
    assert asked.client.find(asked.address("a b")) == [{"name": "a b"}]
    assert asked.client.find(asked.address("c")) == []
    assert asked.wire == ["GET /teams/a%20b", "GET /teams/c"]


def test_what_the_path_holds_need_not_stand_in_the_answer():
    found = answer(200, {"description": "d"})
    asked = Asked(found, found, found, answer(200, {"description": "e"}), answer(200, {"description": "e"}),
                  id={"from": "{key.name}"}, find="read", update={"json": "{changed}"})  # fmt: skip
    assert asked.client.find(asked.address()) == [{"name": "Alpha", "description": "d"}]
    assert asked.wants({"description": "e"}).entity == {"name": "Alpha", "description": "e"}
    assert asked.wire[1:] == ["GET /teams/Alpha"] * 2 + ["PUT /teams/Alpha {'description': 'e'}", "GET /teams/Alpha"]


def test_a_path_of_several_names():
    sites = {"site": {"path": "sites", "key": {"attributes": ["code"]}}}
    path = "sites/{refs.site.id}/teams/{key.name}"
    of = {
        "read": {"method": "GET", "path": path},
        "find": "read",
        "delete": {"path": path},
        "id": {"from": "{key.name}"},
    }
    team = answer(200, {"name": "Alpha"})
    asked = Asked(answer(200, {"id": 7}), team, types=sites, attributes={"site": {"ref": {"type": "site"}}}, **of)
    found = asked.client.find(asked.address(refs={"site": {"type": "site", "id": 7}}))
    assert found == [{"name": "Alpha", "site": 7}]
    assert asked.wire == ["GET /sites/7", "GET /sites/7/teams/Alpha"]


def test_a_key_of_references_alone():
    sites = {"site": {"path": "sites"}}
    find = {"method": "GET", "path": "teams", "query": {"site": "{refs.site.id}"}}
    asked = Asked(answer(200, {"id": 7}), answer(200, [{"id": 1, "site": 7}]), types=sites, find=find,
                  key={"attributes": ["site"]}, attributes={"site": {"ref": {"type": "site"}}})  # fmt: skip
    address = address_of(asked.profile, {"type": "team", "refs": {"site": {"type": "site", "id": 7}}})
    assert asked.client.the_one(address)["id"] == 1
    assert asked.wire[-1] == "GET /teams?site=7"


# --- among others, and through a summary

NARROWS = {"method": "GET", "path": "teams", "query": {"q": "{key.name}"}, "narrows": True}


def test_a_search_that_narrows_may_answer_others():
    asked = Asked(answer(200, [BETA, ALPHA]), answer(200, [BETA]), answer(200, []), find=NARROWS)
    assert asked.client.the_one(asked.address()) == ALPHA
    assert asked.client.the_one(asked.address()) is None
    assert asked.client.the_one(asked.address()) is None
    assert asked.wire == ["GET /teams?q=Alpha"] * 3


def test_a_search_that_narrows_is_read_whole():
    find = {**NARROWS, "query": {"q": "{key.name}", "from": "{offset}", "n": "{size}"}, "paging": {"size": 1}}
    asked = Asked(answer(200, [BETA]), answer(200, [ALPHA]), answer(200, []), find=find)
    assert asked.client.find(asked.address()) == [ALPHA]
    assert asked.wire == [f"GET /teams?q=Alpha&from={number}&n=1" for number in (0, 1, 2)]


def test_another_search_may_not():
    asked = Asked(answer(200, [BETA]), find={**NARROWS, "narrows": False})
    with pytest.raises(ProfileMismatchError):
        asked.client.the_one(asked.address())


@pytest.mark.parametrize(
    ("summaries", "paths"),
    [
        ([{"id": 2, "name": "Beta"}, {"id": 1, "name": "Alpha"}], ["/teams/1"]),
        ([{"id": 1}], ["/teams/1"]),
    ],
)
def test_a_search_that_shows_a_summary_is_followed_by_a_read(summaries, paths):
    whole = {**ALPHA, "description": "d"}
    asked = Asked(
        answer(200, summaries), answer(200, whole), find={**NARROWS, "narrows": len(summaries) > 1, "then": "read"}
    )
    assert asked.client.the_one(asked.address()) == whole
    assert asked.wire[1:] == [f"GET {path}" for path in paths]


def test_a_find_without_a_name_of_the_key_is_refused():
    of = {"path": "teams", "find": {"method": "GET", "path": "all"}}
    own = {"format": 2, "name": "own", "types": {"team": of}}
    client = EntityClient(profile_of(own), URL, Script())
    with pytest.raises(ConfigurationError, match="names nothing of its key"):
        client.find(Address(client_type(own), key={"name": "Alpha"}))


def client_type(own):
    return profile_of(own).type("team")


def test_find_reads_where_there_is_no_read():
    asked = Asked(*[answer(200, [ALPHA])] * 2, answer(204, b""), answer(200, []), read=None)
    assert asked.wants(state="absent").plan.operation == "delete"
    assert asked.wire == ["GET /teams?name=Alpha"] * 2 + ["DELETE /teams/1", "GET /teams?name=Alpha"]


# --- where an entity stands


def test_the_first_place_that_is_there():
    find = {"entity": ["body.rows", "body.row"]}
    asked = Asked(answer(200, {"row": ALPHA}), answer(200, {"rows": [ALPHA], "row": BETA}), find=find)
    assert asked.client.find(asked.address()) == asked.client.find(asked.address()) == [ALPHA]


def test_nothing_at_the_first_place_that_is_there_says_missing():
    bodies = {"row": []}, {"rows": None, "row": ALPHA}, {"rows": [], "row": ALPHA}, {"x": 1}
    find = {"entity": ["body.rows", "body.row"], "missing": [{"empty": True}]}
    asked = Asked(*[answer(200, body) for body in bodies], find=find)
    assert [asked.client.find(asked.address()) for _time in range(3)] == [[], [ALPHA], []]
    with pytest.raises(ProfileMismatchError, match="an entity was expected there"):
        asked.client.find(asked.address())


def test_an_entity_is_made_of_several_places():
    read = {"entity": {"id": "body.info.id", "name": "body.info.name", "meta.tag": "header.ETag"}}
    asked = Asked(answer(200, {"info": ALPHA, "more": 1}, etag="v7"), read=read)
    address = address_of(asked.profile, {"type": "team", "id": 1})
    assert asked.client.read(address) == {**ALPHA, "meta": {"tag": "v7"}}


def test_in_a_list_the_body_is_the_element():
    places = {"id": "body.key", "name": "body.of.name"}
    rows = [{"key": 1, "of": {"name": "Alpha"}}, {"key": 2, "of": {"name": "Beta"}}]
    asked = Asked(answer(200, rows), list={"method": "GET", "path": "teams", "entity": places})
    assert asked.client.whole(Address(asked.type)) == [ALPHA, BETA]


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("location.id", answer(201, b"", location="/teams/9")),
        ("body", answer(201, 9)),
        ("header.X-Id", answer(201, b"", **{"x-id": "9"})),
    ],
)
def test_a_create_that_says_the_id_alone(place, said):
    asked = Asked(said, create={"entity": {"id": place}})
    assert str(asked.client.create(asked.address(), {"name": "Alpha"})["id"]) == "9"


def test_a_create_that_does_not_say_the_id_names_the_place():
    asked = Asked(answer(201, b""), create={"entity": {"id": "header.X-Id"}})
    with pytest.raises(ProfileMismatchError, match="an id in the header X-Id, came nothing") as caught:
        asked.client.create(asked.address(), {"name": "Alpha"})
    assert caught.value.details["profile_key"] == "types.team.create.entity"


# --- pages


def paged(*answers, query, paging, entity="body.rows"):
    listing = {"method": "GET", "path": "teams", "query": query, "paging": paging, "entity": entity}
    return Asked(*answers, list=listing)


def rows(*entities, more=None, **headers):
    return answer(200, {"rows": list(entities), **(more or {})}, **headers)


@pytest.mark.parametrize(
    ("query", "paging", "answers", "wire"),
    [
        ({"from": "{offset}", "n": "{size}"}, {"size": 1}, [rows(ALPHA), rows(BETA), rows()],
         ["?from=0&n=1", "?from=1&n=1", "?from=2&n=1"]),
        ({"page": "{page}"}, {"first": 1, "total": "body.count"},
         [rows(ALPHA, more={"count": 2}), rows(BETA, more={"count": 2})], ["?page=1", "?page=2"]),
        ({"page": "{page}"}, {"total": "header.X-Total"},
         [rows(ALPHA, **{"x-total": "2"}), rows(BETA, **{"x-total": "2"})], ["?page=0", "?page=1"]),
        ({"after": "{cursor}", "n": "{size}"}, {"size": 1, "next": "body.next"},
         [rows(ALPHA, more={"next": "c1"}), rows(BETA, more={"next": None})], ["?n=1", "?after=c1&n=1"]),
        ({"n": "{size}"}, {"size": 1, "next": "body.next"},
         [rows(ALPHA, more={"next": "/teams?token=t"}), rows(BETA)], ["?n=1", "?token=t"]),
        ({"n": "{size}"}, {"next": "link.next"},
         [rows(ALPHA, link=f'<{URL}/teams?p=2>; rel="next"'), rows(BETA)], ["?n=100", "?p=2"]),
    ],
)  # fmt: skip
def test_the_ways_to_page(query, paging, answers, wire):
    asked = paged(*answers, query=query, paging=paging)
    assert asked.client.whole(Address(asked.type)) == [ALPHA, BETA]
    assert asked.wire == [f"GET /teams{one}" for one in wire]


@pytest.mark.parametrize(
    "link", ["<https://elsewhere.example.com/teams?p=2>; rel=next", f"<{URL}/others?p=2>; rel=next"]
)
def test_a_link_that_leads_elsewhere_is_not_followed(link):
    asked = paged(rows(ALPHA, link=link), query={}, paging={"next": "link.next"})
    with pytest.raises(ProfileMismatchError, match="is not asked"):
        asked.client.whole(Address(asked.type))
    assert len(asked.wire) == 1


def test_a_list_that_stops_short_of_the_total_in_a_header():
    said = [rows(ALPHA, **{"x-total": "2"})] * 5
    asked = paged(*said, query={}, paging={"total": "header.X-Total", "next": "link.next"})
    with pytest.raises(ServerError, match="stopped after 1 of 2"):
        asked.client.whole(Address(asked.type))


# --- the only one of its type, and types that are only read

ONLY = {"singleton": True, "key": None, "read": {"method": "GET", "path": "settings"}, "find": None, "create": None,
        "delete": None, "update": {"method": "PUT", "path": "settings", "json": "{changed}"}}  # fmt: skip


def test_the_only_one_of_its_type_has_no_key():
    now, after = answer(200, {"mode": "a", "level": 1}), answer(200, {"mode": "b", "level": 1})
    asked = Asked(now, now, after, after, **ONLY)
    only = address_of(asked.profile, {"type": "team"})
    assert asked.wants({"mode": "b"}, address=only).entity == {"mode": "b", "level": 1}
    assert asked.wire == ["GET /settings"] * 2 + ["PUT /settings {'mode': 'b'}", "GET /settings"]
    assert str(only) == "team"


@pytest.mark.parametrize(("said", "state", "how"), [(404, "present", "created"), (200, "absent", "deleted")])
def test_the_only_one_is_never_made_and_never_deleted(said, state, how):
    asked = Asked(answer(said, {"mode": "a"}), **{**ONLY, "create": {"path": "x"}, "delete": {"path": "x"}})
    with pytest.raises(ConfigurationError, match=f"there is always exactly one, so it is never {how}"):
        asked.wants({"mode": "b"}, state, address_of(asked.profile, {"type": "team"}))
    assert asked.wire == ["GET /settings"]


def test_the_only_one_is_named_by_its_type_alone():
    asked = Asked(**ONLY)
    with pytest.raises(ConfigurationError, match="there is one of its type only"):
        address_of(asked.profile, {"type": "team", "key": {"name": "x"}})


READ_ONLY = {"create": None, "update": None, "delete": None}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        ([ALPHA], "present", "size is null, declared is 3"),
        ([], "present", "it is absent"),
        ([ALPHA], "absent", "it is there"),
    ],
)
def test_a_type_that_is_only_read_is_asserted(said, state, why, check_mode):
    asked = Asked(answer(200, said), **READ_ONLY)
    with pytest.raises(NotAsDeclaredError, match=f"Cannot assert team .*: {why}") as caught:
        asked.wants({"size": 3}, state, check_mode=check_mode)
    assert not caught.value.as_result()["changed"]


def test_what_is_as_asserted_is_unchanged():
    asked = Asked(answer(200, [{**ALPHA, "size": 3}]), answer(200, []), **READ_ONLY)
    assert asked.wants({"size": 3}).plan.operation == "none"
    assert asked.wants(state="absent").plan.operation == "none"


# --- when something can be changed


ONLY_DRAFTS = {"update": {"when": {"state.name": ["draft", None]}}, "delete": {"when": {"state.name": "draft"}}}


@pytest.mark.proves("PROFILE-72")
@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(("state", "operation"), [("present", "update"), ("absent", "delete")])
def test_what_the_state_of_an_entity_does_not_allow_is_refused_in_the_plan(state, operation, check_mode):
    asked = Asked(answer(200, [{**ALPHA, "state": {"name": "final"}}]), **ONLY_DRAFTS)
    why = rf"{operation} team .* only where state.name is .*it is \"final\""
    with pytest.raises(ConfigurationError, match=why) as one:
        asked.wants({"size": 3}, state, check_mode=check_mode)
    assert one.value.details["profile_key"] == f"types.team.{operation}.when"
    assert asked.wire == ["GET /teams?name=Alpha"]


def test_what_the_state_of_an_entity_allows():
    draft = answer(200, [{**ALPHA, "state": {"name": "draft"}}])
    asked = Asked(draft, answer(200, [ALPHA]), draft, **ONLY_DRAFTS)
    assert asked.wants({"size": 3}, check_mode=True).plan.operation == "update"
    assert asked.wants({"size": 3}, check_mode=True).plan.operation == "update"
    assert asked.wants(state="absent", check_mode=True).plan.operation == "delete"


# --- what must not lack


@pytest.mark.parametrize(
    ("operation", "template", "part"),
    [
        ("update", {"path": "teams/{entity.uuid}"}, "path"),
        ("update", {"json": {"uuid": "{entity.uuid}", "name": "{changed.name}"}}, "json"),
        ("update", {"with": {"uuid": "{entity.uuid}"}}, "with"),
        ("update", {"query": {"uuid": "{entity.uuid}"}}, "query"),
        ("delete", {"query": {"uuid": "x{entity.uuid}"}}, "query"),
    ],
)
@pytest.mark.parametrize("uuid", [{}, {"uuid": None}, {"uuid": ""}])
def test_what_tells_which_entity_is_meant_must_be_there(operation, template, part, uuid):
    asked = Asked(**{operation: template})
    with pytest.raises(ProfileMismatchError, match="carries no uuid, which tells the server what is meant") as caught:
        if operation == "update":
            asked.client.update(asked.address(), {**ALPHA, **uuid}, {"changed": {"name": "x"}, "whole": {}})
        else:
            asked.client.delete(asked.address(), {**ALPHA, **uuid})
    assert caught.value.details["profile_key"] == f"types.team.{operation}.{part}"
    assert asked.wire == []


# --- within a parent

GROUPS = {"group": {"path": "groups", "key": {"attributes": ["name"]}}}
WITHIN = {
    "parent": "group",
    "read": {"path": "groups/{parent.id}/teams/{id}"},
    "find": {"path": "groups/{parent.id}/teams"},
    "create": {"path": "groups/{parent.id}/teams"},
    "update": {"path": "groups/{parent.id}/teams/{id}", "query": {"of": "{parent.key.name}"}},
    "delete": {"path": "groups/{parent.id}/teams/{id}"},
}
IN_A = {"refs": {"parent": {"type": "group", "key": {"name": "A"}}}}
GROUP = answer(200, [{"id": 7, "name": "A"}])


def test_an_entity_within_another():
    old, new = answer(200, {**ALPHA, "size": 1}), answer(200, {**ALPHA, "size": 2})
    asked = Asked(
        GROUP, answer(200, [{**ALPHA, "size": 1}]), GROUP, old, GROUP, new, GROUP, new, types=GROUPS, **WITHIN
    )
    outcome = asked.wants({"size": 2}, address=asked.address(**IN_A))
    assert outcome.entity == {**ALPHA, "size": 2}
    assert [one for one in asked.wire if "groups?" not in one] == [
        "GET /groups/7/teams?name=Alpha",
        "GET /groups/7/teams/1",
        "PUT /groups/7/teams/1?of=A {'name': 'Alpha', 'size': 2}",
        "GET /groups/7/teams/1",
    ]


def test_a_new_entity_within_another_does_not_say_so_in_its_body():
    none = answer(200, [])
    asked = Asked(GROUP, none, GROUP, none, GROUP, answer(201, ALPHA), GROUP, answer(200, [ALPHA]), GROUP,
                  answer(200, ALPHA), types=GROUPS, **WITHIN)  # fmt: skip
    assert asked.wants(address=asked.address(**IN_A)).plan.operation == "create"
    assert "POST /groups/7/teams {'name': 'Alpha'}" in asked.wire


def test_an_entity_within_another_that_is_within_another():
    types = {**GROUPS, "group": {"path": "groups", "key": {"attributes": ["name"]}, "parent": "realm"},
             "realm": {"path": "realms", "key": {"attributes": ["name"]}}}  # fmt: skip
    path = "{parent.parent.key.name}/{parent.key.name}/teams/{key.name}"
    of = {"parent": ["realm", "group"], "read": {"path": path}, "find": "read", "id": {"from": "{key.name}"}}
    group = {"type": "group", "key": {"name": "A"}, "refs": {"parent": {"type": "realm", "key": {"name": "R"}}}}
    asked = Asked(answer(200, {"size": 1}), types=types, **of)
    assert asked.client.the_one(asked.address(refs={"parent": group})) == {"name": "Alpha", "size": 1}
    assert asked.wire == ["GET /R/A/teams/Alpha"]


@pytest.mark.parametrize(
    ("refs", "message"),
    [
        ({}, "its parent is not given, which is of type group"),
        ({"refs": {"parent": {"type": "team", "id": 1}}}, "its parent is"),
    ],
)
def test_a_parent_is_given_and_of_its_type(refs, message):
    asked = Asked(types=GROUPS, **WITHIN)
    with pytest.raises(ConfigurationError, match=message):
        asked.address(**refs)
    with pytest.raises(ConfigurationError, match="its parent is not given"):
        address_of(asked.profile, {"type": "team", "id": 1})


def test_entities_of_one_name_within_two_parents_are_two():
    asked = Asked(types=GROUPS, **{**WITHIN, "id": {"from": "{key.name}"}})
    other = {"refs": {"parent": {"type": "group", "key": {"name": "B"}}}}
    here, there = (asked.address(**one).located({"name": "Alpha"}) for one in (IN_A, other))
    assert here.id == there.id == "Alpha" and here.identity != there.identity
    assert str(here) == "team (id Alpha, parent=(name=A))"


def test_forms_of_one_value_that_the_profile_names_are_no_difference():
    attributes = {"weight": {"normalise": ["decimal"]}, "owner": {"normalise": [{"prefix": "Users/"}]}}
    asked = Asked(answer(200, [{**ALPHA, "weight": "1.50", "owner": "Users/5"}]), attributes=attributes)
    assert asked.wants({"weight": 1.5, "owner": "5"}).plan.operation == "none"


def test_a_refusal_whose_cause_is_known_is_said():
    known = [{"status": [403], "body": {"unpaid": True}, "says": "The bill is not paid."}]
    for body, said in (({"unpaid": True}, "The bill is not paid (HTTP 403)"), ({}, "this identity may not do that")):
        asked = Asked(answer(403, body), find={"refused": known})
        with pytest.raises(ServerError) as caught:
            asked.client.find(asked.address())
        assert said in caught.value.message
