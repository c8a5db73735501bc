# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""None is no answer before it is proven: searches, reads and deletes at addresses that do not exist, and servers whose
answers contradict each other. What counts is what the server has stored."""

from __future__ import annotations

from typing import Any

import pytest
from conftest import Player, Server
from environments import LISTED, NODES, OVERRIDES, SURE, application, control, node, outcomes, task

pytestmark = pytest.mark.one_core

ENTITY = "rimops.insight.insight_entity"
INFO = "rimops.insight.insight_entity_info"
SHORT = {"wait_timeout": 0.5, "wait_interval": 0.1}
EMPTY = {"operations": {"find": {"missing": [{"status": 404}, {"empty": True}]}}}
NONE = {
    "the 404 of a wrong address": {"status": 404, "body": {"status": 404, "error": "Not Found"}},
    "an empty list": {"status": 200, "body": []},
    "null": {"status": 200, "body": "null", "content_type": "application/json"},
}
"""How a search answers that there is none."""
DOUBT = (
    "That there is none rests on operations.find (assumed), which has shown no application in this run and may be "
    "wrong."
)


def answers(operation: str, path: str = "", **answer: Any) -> list[Any]:
    """A request that makes an operation answer this from now on."""
    match = {"operation": operation, "path": path}
    return ["POST", "faults", [{"kind": "status", "match": match, "times": 0, **answer}]]


def broken(server: Server, operation: str, **answer: Any) -> None:
    """The same at once."""
    method, path, body = answers(operation, **answer)
    server.control(method, path, body)


def entity(name: str, **options: Any) -> dict[str, Any]:
    """A task about one application, which may fail."""
    wish = {name: application(1)[name] for name in ("type", "key", "attributes")}
    return {"name": name, ENTITY: {**wish, **SHORT, **options}, "ignore_errors": True, "diff": True}


def loop(name: str, **options: Any) -> dict[str, Any]:
    """Three applications in a loop."""
    key = {"appCode": "{{ '%06d' | format(item) }}", "appName": "Application {{ item }}"}
    return {**entity(name, key=key, **options), "loop": [1, 2, 3]}


@pytest.mark.proves("ABSENCE-1", "ABSENCE-2")
def test_a_search_that_finds_nothing_of_what_was_made(server: Server, play: Player) -> None:
    """An error at the first entity, and no second one; check mode and absent say what their answer rests on."""
    more = {"profile_overrides": EMPTY}
    tasks = []
    for form, answer in NONE.items():
        tasks += [
            control("anew", ["POST", "reset", {}], answers("find", **answer)),
            entity(f"check, {form}", **more) | {"check_mode": True},
            entity(f"absent, {form}", state="absent", attributes={}, **more),
            loop(f"create, {form}", **more),
            control(f"stored, {form}", ["GET", "entities/application", None], ["GET", "counters", None]),
        ]
    played = play(tasks)
    for form in NONE:
        [stored], counters = played[f"stored, {form}"]["answers"]
        assert (counters["creates"], counters["writes"]) == (1, 1), form
        first, *others = played.all(f"create, {form}")
        error = first["error"]
        assert (error["kind"], error["profile_key"]) == ("ProfileMismatchError", "operations.find"), first
        assert (first["changed"], error["written"], error["entity_id"]) == (True, "create", stored["id"])
        assert f"it was created with the id {stored['id']}, and operations.read (assumed) shows it" in first["msg"]
        assert "the search by its key says that there is none" in first["msg"]
        for other in others:
            assert (other["changed"], other["error"]["kind"]) == (False, "HeldBackError"), other
            assert "operations.find of application did not show application (appCode=000001" in other["msg"]
            assert other["error"]["profile_key"] == "operations.find"
        check, absent = played[f"check, {form}"], played[f"absent, {form}"]
        assert (check["operation"], absent["operation"], absent["changed"]) == ("create", "none", False)
        for result in (check, absent):
            assert (result["unverified"], result["notes"]) == (["operations.find"], [DOUBT])
        assert DOUBT in check["diff"]["before_header"]


@pytest.mark.proves("ABSENCE-1", "ABSENCE-2")
def test_a_run_after_that_makes_no_second_one(server: Server, play: Player) -> None:
    """Each run is a process of its own. The next create asks first for what the search did not show."""
    more = {"profile_overrides": EMPTY}
    missing = [control("wrong", answers("find", status=404, body={"status": 404}))]
    play([*missing, entity("create", **more)])
    assert server.counted["creates"] == 1
    (stored,) = server.stored("application")
    other = entity("other", key=application(2)["key"], **more)
    again = play([entity("again", **more), other, task("environment", [application(3), application(4)], **more)])
    for name in ("again", "other"):
        said = again[name]["msg"]
        assert f"an earlier run or task created an application with the id {stored['id']} and appCode" in said
        assert "which is still there" in said
        assert "the search still does not show it; nothing was written" in said
        assert (again[name]["changed"], again[name]["error"]["profile_key"]) == (False, "operations.find")
    assert outcomes(again["environment"]) == {"failed": 1, "not_tried": 1}
    assert f"did not show that with the id {stored['id']}, which came first" in again["environment"]["msg"]
    assert server.counted["creates"] == 1
    server.control("DELETE", "faults")
    found = play([{**other, "name": "found"}, entity("same", **more)])
    assert [found[name]["operation"] for name in ("found", "same")] == ["create", "none"]
    assert len(server.stored("application")) == server.counted["creates"] == 2


@pytest.mark.proves("ABSENCE-1", "ABSENCE-2")
def test_a_search_that_shows_others_makes_no_twin_in_any_run(server: Server, play: Player) -> None:
    """It does not show one of three. Whatever it has shown before, that one is neither made again nor absent."""
    hidden = answers("find", status=404, body={"status": 404})
    hidden[2][0]["match"]["body"] = "000003"
    more = {"profile_overrides": EMPTY}
    first = play([control("hidden", hidden), loop("create", **more), loop("again", **more)])
    three = [application(number) for number in (1, 2, 3)]
    second = play([loop("create", **more), task("environment", three, **more)])
    hidden_one = {"key": application(3)["key"], **more}
    third = play(
        [
            entity("others", key=application(1)["key"], **more),
            entity("check", **hidden_one) | {"check_mode": True},
            entity("absent", state="absent", attributes={}, **hidden_one),
            {"name": "info", INFO: {"type": "application", **hidden_one}, "ignore_errors": True},
            task("plan", three, **more) | {"check_mode": True},
        ]
    )
    (stored,) = (one for one in server.stored("application") if one["appCode"] == "000003")
    assert (server.counted["creates"], len(server.stored("application"))) == (3, 3)
    assert [one["failed"] for one in first.all("create")] == [False, False, True]
    for results in (first.all("again"), second.all("create")):
        assert [(one["failed"], one["changed"]) for one in results] == [(False, False), (False, False), (True, False)]
    still = f"with the id {stored['id']} and appCode '000003', appName 'Application 3', which is still there"
    for said in (first.all("again")[2], second.all("create")[2], third["check"], third["absent"], third["info"]):
        assert still in said["msg"], said
    for environment in (second["environment"], third["plan"]):
        assert outcomes(environment) == {"unchanged": 2, "failed": 1} and still in environment["msg"], environment


@pytest.mark.proves("ABSENCE-1", "ABSENCE-2")
def test_what_a_search_did_not_show_is_forgotten_once_it_is_gone(server: Server, play: Player) -> None:
    more = {"profile_overrides": EMPTY}
    play([control("wrong", answers("find", status=404, body={"status": 404})), entity("create", **more)])
    (stored,) = server.stored("application")
    server.control("DELETE", f"entities/application/{stored['id']}")
    server.control("DELETE", "faults")
    assert play([entity("anew", **more)])["anew"]["operation"] == "create"
    assert [one["appCode"] for one in server.stored("application")] == [stored["appCode"]]


@pytest.mark.proves("ABSENCE-1", "ABSENCE-2")
def test_an_environment_of_one_type_whose_search_is_wrong(server: Server, play: Player, tmp_path: Any) -> None:
    """At 32 threads too one is made; the other type goes on. Check mode and the plan say it once for the type."""
    server.control("POST", "types/node", NODES)
    many = [application(number) for number in range(40)] + [node(f"n{number}") for number in range(10)]
    overrides = {"profile_overrides": {**OVERRIDES, **SURE}, "concurrency": 32, **SHORT}
    plan = {"plan_out": str(tmp_path / "plan.json")}
    apply = {"plan_file": plan["plan_out"], "on_error": "continue"}
    played = play(
        [
            control("wrong", answers("find", "/application/", status=404)),
            task("check", many, **overrides) | {"check_mode": True},
            task("plan", many, **overrides, **plan),
            task("apply", many, **overrides, **apply),
            control("made", ["GET", "counters", None]),
            task("stop", many[:20], **overrides, token_store="none"),
        ]
    )
    for name in ("check", "plan"):
        assert [note for note in played[name]["notes"] if "application" in note] == [DOUBT], played[name]
        assert sum("which has shown no node" in note for note in played[name]["notes"]) == 1
        assert f"! {DOUBT}" in played[name]["diff"]["prepared"]
    applied = played["apply"]
    assert outcomes(applied) == {"created": 10, "failed": 1, "not_tried": 39}, applied["msg"]
    assert {one["error"]["kind"] for one in applied["entities"] if "error" in one} == {
        "ProfileMismatchError",
        "HeldBackError",
    }
    assert applied["changed"] and not any(DOUBT in note for note in applied.get("notes", []))
    assert played["made"]["answers"][0]["creates"] == 11
    assert outcomes(played["stop"]) == {"failed": 1, "not_tried": 19}, played["stop"]["msg"]
    assert "the create says that it exists" in played["stop"]["msg"]
    assert len(server.stored("application")) == 1 and len(server.stored("node")) == 10


@pytest.mark.proves("ABSENCE-1")
def test_a_search_that_finds_some_and_not_others(server: Server, play: Player) -> None:
    """It reads a code of digits as a number, and has found others before."""
    server.switch(enforce_keys=False)
    server.fault("status", "find", about="000002", times=0, status=404)
    results = play([loop("create")]).all("create")
    assert [one.get("error", {}).get("kind") for one in results] == [None, "ProfileMismatchError", "HeldBackError"]
    assert server.counted["creates"] == 2


@pytest.mark.proves("ABSENCE-1")
def test_what_a_create_costs(server: Server, play: Player) -> None:
    """Two looks before it, one after it, whether the server keeps keys apart or not; the first proves the read too."""
    for enforced in (True, False):
        server.forget()
        key = {"attributes": ["appCode", "appName"], "enforced": enforced}
        overrides = {"types": {"application": {"key": key}}}
        assert all(one["changed"] for one in play([loop("create", profile_overrides=overrides)]).all("create"))
        counted = server.counted
        assert (counted["creates"], counted["finds"], counted["reads"]) == (3, 9, 1)
        server.reset()


@pytest.mark.proves("ABSENCE-3")
def test_a_read_that_says_missing_where_the_search_shows_it(server: Server, play: Player) -> None:
    stored = server.seed("application", **application(1)["key"], selectedProducts=["Old"])
    broken(server, "read", status=404)
    played = play([entity("update"), entity("absent", state="absent", attributes={})])
    for name in ("update", "absent"):
        result = played[name]
        assert (result["changed"], result["error"]["kind"]) == (False, "ProfileMismatchError"), result
        assert result["error"]["profile_key"] == "operations.read"
        assert "operations.read (assumed) says that there is no application with the id" in result["msg"]
        assert "operations.find (assumed) still shows it; nothing was written" in result["msg"]
    assert server.counted["writes"] == 0
    assert server.stored("application")[0]["id"] == stored["id"]


SAYS_MISSING = {"status": 404, "body": {"status": 404, "error": "Not Found"}}
TEXT = {"status": 200, "body": "This system is being maintained. Please come back later."}
PAGE = {"status": 200, "body": "<html><body>Welcome</body></html>", "content_type": "text/html"}


@pytest.mark.proves("ABSENCE-3")
def test_a_delete_or_an_update_that_reaches_nothing(server: Server, play: Player) -> None:
    wishes = {"delete": {"state": "absent", "attributes": {}}, "update": {}}
    bare = {"operations": {"update": {"entity": False}}}
    forms = {"missing": SAYS_MISSING, "text": TEXT, "page": PAGE}
    tasks = []
    for operation, wish in wishes.items():
        for form, answer in forms.items():
            seed = {**application(1)["key"], "selectedProducts": ["Old"]}
            tasks += [
                control("anew", ["POST", "reset", {}], ["POST", "entities/application", seed]),
                control("wrong", answers(operation, **answer)),
                entity(f"{operation}, {form}", **wish, profile_overrides=bare),
                control(f"stored, {operation}, {form}", ["GET", "entities/application", None]),
            ]
    played = play(tasks)
    for operation in wishes:
        for form in forms:
            result = played[f"{operation}, {form}"]
            [[stored]] = played[f"stored, {operation}, {form}"]["answers"]
            assert stored["selectedProducts"] == ["Old"]
            assert (result["failed"], result["changed"]) == (True, False), result
            assert "written" not in result["error"] and "wait_timeout" not in result["msg"]
        missing = played[f"{operation}, missing"]
        assert (missing["error"]["kind"], missing["error"]["status"]) == ("ProfileMismatchError", 404)
        assert missing["error"]["profile_key"] == f"operations.{operation}"
        assert "HTTP 404, as if there were no such entity, and the entity is still there" in missing["msg"]
        assert "Reading again shows that nothing was written" in played[f"{operation}, text"]["msg"]


@pytest.mark.proves("ABSENCE-3")
def test_the_search_says_missing_and_the_create_says_that_it_exists(server: Server, play: Player) -> None:
    server.seed("application", **application(1)["key"], selectedProducts=["Old"])
    broken(server, "find", status=404)
    profile_mismatch = play([entity("check") | {"check_mode": True}, entity("create")])
    assert DOUBT in profile_mismatch["check"]["notes"]
    result = profile_mismatch["create"]
    assert (result["changed"], result["error"]["kind"]) == (False, "ConflictError"), result
    assert (result["error"]["profile_key"], result["error"]["status"]) == ("operations.find", 409)
    assert "the search says that there is none, and the create says that it exists" in result["msg"]
    assert "operations.find (assumed) is wrong" in result["msg"] and "deleted softly" in result["msg"]
    server.reset()
    server.seed("application", **application(1)["key"], selectedProducts=["Zelvora"])
    server.fault("status", "create", status=409, times=0)
    shown = play([loop("create")]).all("create")[1]
    assert (shown["changed"], shown["error"]["kind"]) == (False, "ConflictError"), shown
    assert "exists and is not shown to this identity: missing rights, deleted softly" in shown["msg"]
    assert len(server.stored("application")) == 1


@pytest.mark.proves("ABSENCE-2")
def test_references_lists_and_lookups_say_what_their_none_rests_on(server: Server, play: Player) -> None:
    broken(server, "find", status=404)
    broken(server, "read", status=404)
    key = application(1)["key"]
    refs = {"applicationId": {"type": "application", "key": key}}
    by_id = {"operations": {name: {"texts_at": None} for name in ("find", "create")}}
    info = "rimops.insight.insight_entity_info"
    term = "lookup('rimops.insight.insight_entity', named, on_missing='{}', **login)"
    played = play(
        [
            {"name": "login", "rimops.insight.insight_token": {}},
            {
                "name": "event",
                ENTITY: {"type": "event", "refs": refs, "key": {"eventName": "x"}, "profile_overrides": by_id},
                "ignore_errors": True,
            },
            {"name": "info", info: {"type": "application", "key": key}},
            {"name": "by id", info: {"type": "application", "id": "7"}},
            {"name": "list", info: {"type": "application", "profile_overrides": LISTED}},
            {"name": "null", "set_fact": {"one": f"{{{{ {term.format('null')} }}}}"}},
            {"name": "error", "set_fact": {"one": f"{{{{ {term.format('error')} }}}}"}, "ignore_errors": True},
        ],
        vars={"named": {"type": "application", "key": key}, "login": play.defaults},
    )
    assert (
        f"there is no such entity. Create it first, or correct the reference in refs. {DOUBT}" in played["event"]["msg"]
    )
    assert (played["info"]["entities"], played["info"]["notes"]) == ([], [DOUBT])
    assert "rests on operations.read (assumed), which has shown no application" in played["by id"]["notes"][0]
    assert "rests on operations.list (assumed), which has shown no application" in played["list"]["notes"][0]
    assert DOUBT in played["error"]["msg"]
    assert " ".join(played.output.split()).count("which has shown no application in this run") >= 2


@pytest.mark.proves("ABSENCE-3")
def test_the_list_shows_what_the_search_does_not(server: Server, play: Player) -> None:
    for number in range(3):
        server.seed("application", **application(number)["key"], selectedProducts=["Zelvora"])
    broken(server, "find", status=404)
    options = {"gather": "list", "profile_overrides": LISTED, "concurrency": 8, "on_error": "continue"}
    result = play([task("apply", list(map(application, range(6))), **options)])["apply"]
    assert outcomes(result) == {"unchanged": 3, "failed": 3}, result
    failed = [one["error"] for one in result["entities"]]
    assert [(one["kind"], one["profile_key"]) for one in failed] == [("ProfileMismatchError", "operations.find")] * 3
    assert "which operations.list (assumed) shows; nothing was written" in result["msg"]
    assert (server.counted["writes"], server.counted["finds"]) == (0, 4)


@pytest.mark.proves("ABSENCE-3")
def test_a_refused_address_says_so_and_holds_nothing_back(server: Server, play: Player) -> None:
    for number in (1, 2, 3):
        server.seed("application", **application(number)["key"], selectedProducts=["Old"])
    server.fault("status", "read", status=400, times=1)
    first, *others = play([loop("update")]).all("update")
    assert (first["changed"], first["error"]["status"]) == (False, 400)
    assert "the server refused the address or the key of the request (HTTP 400)" in first["msg"]
    assert "attributes" not in first["msg"]
    assert [(one["failed"], one["operation"]) for one in others] == [(False, "update")] * 2
