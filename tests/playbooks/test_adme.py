# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The built-in profile adme against a server that follows the public descriptions and knows no profile: the whole life
of each type, and what is special about it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Played, Player
from environments import JOURNALS, Background, absent, checked, count, counted, kill_while_it_waits, outcomes
from environments import task as entities_task
from in_process import run
from lives import ENTITY, Life
from playing import assert_nothing_to_change, playing
from signing_in import HERE, kept_tokens, signed_in, told_of
from simulator.credentials import CLIENT, TENANT
from simulator.surroundings import ROOT
from systems.base.fixtures import as_new, started_once
from systems.osdu import PARTITION, System
from systems_tests.osdu.client import CLASSES, CONTRACT, email
from test_docs import examples_of

pytestmark = [pytest.mark.proves("PROFILE-70"), pytest.mark.recorded]

INFO = "rimops.insight.insight_entity_info"
SECRET = "simulator-client-secret"


running = started_once(System, "--idle-exit", "21600")
system = as_new


play = playing(  # as the application, which owns every group
    profile="adme",
    inputs={"partition": PARTITION},
    grant_type="client_credentials",
    tenant_id=TENANT,
    client_id=CLIENT,
    client_secret=SECRET,
)


def task(name: str, which: dict[str, Any], attributes: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    """A task about one entity."""
    return {"name": name, ENTITY: {**which, **({"attributes": attributes} if attributes else {}), **more}}


EXAMPLES = {
    example.mark["name"]: example
    for example in examples_of(ROOT / "docs" / "adme.md")
    if example.mark.get("by") == Path(__file__).stem
}
TAG = {"type": "legal_tag", "key": {"name": "public"}}
PROPERTIES = {**CONTRACT, **CLASSES}
TAGGED = {"description": "All may see it", "properties": PROPERTIES}
GROUP = {"type": "group", "key": {"name": "data.Wells"}}
BOB, CAROL = "b0b00000-0000-4000-8000-00000000000B", "ca401000-0000-4000-8000-00000000000c"
OWNER = {"email": CLIENT, "role": "OWNER", "memberType": "USER"}
RECORD = {"type": "record", "key": {"id": f"{PARTITION}:well:1"}}
KIND = f"{PARTITION}:wks:well:1.0.0"
ABOUT = {
    "kind": KIND,
    "acl": {"viewers": [email("data.default.viewers")], "owners": [email("data.default.owners")]},
    "legal": {"legaltags": [f"{PARTITION}-public"], "otherRelevantDataCountries": ["NO"]},
}
SCHEMA = {
    "type": "schema",
    "key": {
        "authority": "acme",
        "source": "wks",
        "entityType": "well",
        "schemaVersionMajor": 1,
        "schemaVersionMinor": 0,
        "schemaVersionPatch": 0,
    },
}
CONTENT = {"type": "object", "properties": {"depth": {"type": "number"}}}
LIVES = {
    "legal_tag": Life(
        TAG,
        TAGGED,
        {**TAGGED, "properties": {**PROPERTIES, "contractId": "B5678"}},
        ({"properties.contractId": "A1234"}, {"properties.contractId": "B5678"}),
    ),
    "group": Life(
        GROUP,
        {"description": "Wells", "members": [{"email": BOB, "role": "MEMBER"}]},
        {
            "description": "Wells",
            "members": [{"email": BOB, "role": "OWNER"}, {"email": CAROL, "role": "MEMBER"}],
        },
        (  # the diff of a list is the whole list, with members that came by themselves
            {"members": [OWNER, {"email": BOB.lower(), "role": "MEMBER", "memberType": "USER"}]},
            {
                "members": [
                    {"email": BOB.lower(), "role": "OWNER", "memberType": "USER"},
                    {"email": CAROL, "role": "MEMBER"},
                    OWNER,
                ]
            },
        ),
        creates=2,
        changes=3,  # an element is removed and added, another one added
    ),
    "record": Life(
        RECORD,
        {**ABOUT, "data": {"depth": 1}},
        {**ABOUT, "data": {"depth": 2}},
        ({"data.depth": 1}, {"data.depth": 2}),
        before=((TAG, TAGGED),),
    ),
    "schema": Life(
        SCHEMA,
        {"status": "DEVELOPMENT", "schema": CONTENT},
        {"status": "PUBLISHED", "schema": CONTENT},
        ({"status": "DEVELOPMENT"}, {"status": "PUBLISHED"}),
        removable=False,
    ),
}


@pytest.mark.proves("DECLARE-1", "DECLARE-2", "DECLARE-3", "DECLARE-7")
@pytest.mark.parametrize(
    ("name", "entry"), [*((name, "here") for name in LIVES), ("legal_tag", "elsewhere"), ("group", "elsewhere")]
)
def test_the_whole_life(system: System, play: Player, name: str) -> None:
    life = LIVES[name]
    played = play(life.tasks())
    life.assert_lived(played)
    assert all(played[step]["assumed"] == [] for step in life.expected)


# --- logins


BY_BROWSER = {"grant_type": "authorization_code", "redirect_uri": HERE}
READ = {"name": "read", INFO: TAG}


@pytest.mark.proves("LOGIN-1", "LOGIN-4")
def test_the_older_token_endpoint(system: System, play: Player) -> None:
    play.defaults["profile"] = "adme_v1"
    assert play([READ]).code == 0
    system.expire("tokens")
    assert play([READ]).code == 0
    asked = [one for one in system.recorded() if one["path"].endswith("/token")]
    assert [one["path"] for one in asked] == [f"/{TENANT}/oauth2/token"] * 2
    assert f"resource={CLIENT}" in asked[0]["body"]


@pytest.mark.proves("LOGIN-1", "LOGIN-4")
def test_a_person_logs_in_and_the_token_is_renewed(system: System, play: Player) -> None:
    play.defaults |= BY_BROWSER
    signed_in(play, system)
    assert play([task("tag", TAG, TAGGED)])["tag"]["operation"] == "create"
    system.expire("tokens")
    assert play([task("again", TAG, TAGGED)])["again"]["operation"] == "none"
    counters = system.counters()
    assert (counters["logins"], counters["refreshes"], counters["writes"]) == (1, 1, 1)


@pytest.mark.proves("LOGIN-4")
def test_who_does_not_own_a_group_is_not_logged_in_anew(system: System, play: Player) -> None:
    assert play([task("group", GROUP, {"description": "Wells"})]).code == 0
    play.defaults |= BY_BROWSER
    signed_in(play, system)
    before = system.counters()
    member = {"email": CAROL, "role": "MEMBER"}
    failed = play([task("member", GROUP, {"members": [member]})])["member"]
    assert "Not authorized to manage members" in failed["msg"]
    assert failed["error"]["kind"] == "ServerError"
    after = system.counters()
    assert (after["logins"], after["refreshes"]) == (before["logins"], before["refreshes"])


@pytest.mark.proves("PROFILE-1")
def test_a_partition_is_needed_and_is_the_systems(system: System, play: Player) -> None:
    other = {**play.defaults["inputs"], "partition": "sim-dp2"}
    tasks = [task("here", TAG, TAGGED), task("there", TAG, TAGGED, inputs=other), task("none", TAG, inputs={})]
    played = play(tasks)
    assert [played[name]["operation"] for name in ("here", "there")] == ["create", "create"]
    assert sorted(system.entities("legal_tag")) == ["sim-dp1-public", "sim-dp2-public"]
    assert "its input partition is not given" in played["none"]["msg"]


# --- legal tags


def test_a_legal_tag_has_one_name_with_or_without_the_partition(system: System, play: Player) -> None:
    full = {"type": "legal_tag", "key": {"name": f"{PARTITION}-public"}}
    by_id = {"type": "legal_tag", "id": f"{PARTITION}-public"}
    tasks = [task("short", TAG, TAGGED), task("full", full, TAGGED), task("by id", by_id, TAGGED)]
    played = play([*tasks, {"name": "info", INFO: TAG}])
    assert played.code == 0, played.output
    assert [played[name]["operation"] for name in ("short", "full", "by id")] == ["create", "none", "none"]
    assert [one["name"] for one in played["info"]["entities"]] == [f"{PARTITION}-public"]
    assert system.counters()["writes"] == 1


def test_an_update_of_a_legal_tag_keeps_what_is_not_declared(system: System, play: Player) -> None:
    dated = {**PROPERTIES, "expirationDate": "2031-05-01", "extensionProperties": {"EffectiveDate": "2026-01-01"}}
    tasks = [
        task("tag", TAG, {**TAGGED, "properties": dated}),
        task("change", TAG, {"description": "Nobody may see it"}),
    ]
    assert play(tasks)["change"]["operation"] == "update"
    tag = system.entities("legal_tag")[f"{PARTITION}-public"]
    assert (tag["description"], tag["properties"]) == ("Nobody may see it", dated)


def test_what_a_legal_tag_does_not_have_is_not_sent_as_null(system: System, play: Player) -> None:
    cleared = {"description": None, "properties": {"expirationDate": "2031-05-01"}}
    played = play([task("tag", TAG, TAGGED), task("change", TAG, cleared), task("again", TAG, cleared)])
    assert [played[name]["operation"] for name in ("change", "again")] == ["update", "none"], played.output
    [sent] = [json.loads(one["body"]) for one in system.recorded() if one["method"] == "PUT"]
    assert sent == {"name": f"{PARTITION}-public", "contractId": "A1234", "expirationDate": "2031-05-01"}
    assert system.entities("legal_tag")[f"{PARTITION}-public"]["description"] is None


def test_what_a_legal_tag_cannot_change_is_refused_in_the_plan(system: System, play: Player) -> None:
    loud = {"securityClassification": "PRIVATE", "exportClassification": "ear99", "countryOfOrigin": ["NO"]}
    tasks = [task("tag", TAG, TAGGED), task("case", TAG, {"properties": loud})]
    tasks.append({**task("other", TAG, {"properties": {"originator": "Another"}}), "check_mode": True})
    played = play(tasks)
    assert played["case"]["operation"] == "none"
    assert "properties.originator can only be set at creation" in played["other"]["msg"]
    assert system.counters()["writes"] == 1


def test_a_legal_tag_is_replaced_although_records_name_it(system: System, play: Player) -> None:
    """Its name is its id, which stays."""
    record = {**RECORD, "attributes": {**ABOUT, "data": {"depth": 1}}}
    record["attributes"]["legal"] = {"legaltags": [{"ref": TAG}], "otherRelevantDataCountries": ["NO"]}
    second = {**TAG, "attributes": {**TAGGED, "properties": {**PROPERTIES, "originator": "Another"}}}
    options = {"on_immutable": "replace"}
    played = play(
        [
            entities_task("first", [{**TAG, "attributes": TAGGED}, record]),
            count("nothing is counted yet"),
            entities_task("replaced", [second, record], **options),
            count("counted"),
            entities_task("same", [second, record], **options),
        ]
    )
    assert outcomes(played["replaced"]) == {"replaced": 1, "unchanged": 1}, played.output
    assert (counted(played, "counted", "writes"), outcomes(played["same"])) == ((2,), {"unchanged": 2})
    assert system.entities("legal_tag")[f"{PARTITION}-public"]["properties"]["originator"] == "Another"


def test_all_legal_tags_are_listed_valid_or_not(system: System, play: Player) -> None:
    old, others = {"type": "legal_tag", "key": {"name": "old"}}, {INFO: {"type": "legal_tag"}}
    assert play([task("tag", TAG, TAGGED), task("old", old, TAGGED)]).code == 0
    system.patch("legal_tag", f"{PARTITION}-old", isValid=False)
    listed = play([{"name": "list", **others}])["list"]["entities"]
    assert [one["name"] for one in listed] == [f"{PARTITION}-public", f"{PARTITION}-old"]


# --- groups


def test_groups_are_found_on_every_page(system: System, play: Player) -> None:
    paged = {"profile_overrides": {"types": {"group": {"list": {"paging": {"size": 5}}}}}}
    wells = {"description": "Wells"}
    played = play([task("group", GROUP, wells, **paged), task("again", GROUP, wells, **paged)])
    assert [played[name]["operation"] for name in ("group", "again")] == ["create", "none"], played.output
    assert "sim-dp1.dataservices.energy" in played["again"]["entity_id"]
    assert system.counters()["lists"] >= 4


def test_members_that_are_not_declared_stay_and_can_be_made_to_go(system: System, play: Player) -> None:
    bob, carol = ({"email": one, "role": "MEMBER"} for one in (BOB, CAROL))
    owner = {"email": CLIENT, "role": "OWNER"}
    exact = {"profile_overrides": {"types": {"group": {"parts": {"members": {"at_least": False}}}}}}
    tasks = [
        task("both", GROUP, {"members": [bob, carol]}),
        task("one", GROUP, {"members": [carol]}),
        task("only", GROUP, {"members": [carol, owner]}, **exact),
        task("only again", GROUP, {"members": [carol, owner]}, **exact),
    ]
    played = play(tasks)
    assert [played[one["name"]]["operation"] for one in tasks] == ["create", "none", "update", "none"], played.output
    members = system.entities("group")[email("data.wells")]["members"]
    assert {one for one in members if "@" not in one} == {CLIENT, CAROL}


def test_a_group_within_a_group(system: System, play: Player) -> None:
    inner = {"type": "group", "key": {"name": "users.wells"}}
    wanted = {"subgroups": [{"email": email("users.Wells")}]}
    tasks = [task("inner", inner, {"description": "People"}), task("outer", GROUP, wanted)]
    tasks.append(task("again", GROUP, wanted))
    played = play(tasks)
    assert [played[one["name"]]["operation"] for one in tasks] == ["create", "create", "none"], played.output
    root = email("users.data.root")
    members = system.entities("group")[email("data.wells")]["members"]
    assert {one: members[one]["role"] for one in members if "@" in one} == {
        root: "MEMBER",
        email("users.wells"): "MEMBER",
    }


def test_a_subgroup_may_be_a_reference(system: System, play: Player) -> None:
    inner = {"type": "group", "key": {"name": "users.wells"}}
    wanted = {"subgroups": [{"email": {"ref": inner}}]}
    tasks = [
        task("inner", inner, {"description": "People"}),
        task("outer", GROUP, wanted),
        task("again", GROUP, wanted),
    ]
    played = play(tasks)
    assert [played[one["name"]]["operation"] for one in tasks] == ["create", "create", "none"], played.output
    assert email("users.wells") in system.entities("group")[email("data.wells")]["members"]


def test_the_applications_of_a_group_are_sent_and_never_shown(system: System, play: Player) -> None:
    """What was sent is known by its fingerprint, so that another declaration is sent, and the same is not."""
    first, other = ({"secret_attributes": {"appIds": [one]}} for one in (CLIENT, "another-application"))
    steps = [("group", first), ("again", first), ("other", other), ("other again", other)]
    played = play([task(name, GROUP, update_secrets="on_change", **wanted) for name, wanted in steps])
    assert [played[name]["operation"] for name, _wanted in steps] == ["create", "none", "update", "none"], played.output
    assert system.entities("group")[email("data.wells")]["appIds"] == ["another-application"]
    assert [one["method"] for one in system.recorded()].count("PATCH") == 2
    assert "another-application" not in played.output


def test_a_group_that_the_system_needs_is_not_deleted(system: System, play: Player) -> None:
    everybody = {"type": "group", "key": {"name": "users"}}
    gone = play([task("gone", everybody, state="absent")])["gone"]
    assert "this does not work with bootstrapped groups" in gone["msg"]
    assert email("users") in system.entities("group")


PEOPLE = {"type": "group", "key": {"name": "users.Wells"}}


def test_a_group_gets_another_name_and_keeps_its_members(system: System, play: Player) -> None:
    """Its email is another one then, and the groups to which it belongs know it by that."""
    member, more = ({"email": one, "role": "MEMBER"} for one in (BOB, CAROL))
    renamed = {"type": "group", "key": {"name": "users.Oil.Wells"}, "was": {"name": "users.wells"}}
    tasks = [
        task("group", PEOPLE, {"members": [member]}),
        task("outer", GROUP, {"subgroups": [{"email": {"ref": PEOPLE}}]}),
        task("renamed", renamed, {"members": [member, more]}),
        task("renamed again", renamed, {"members": [member, more]}),
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    assert [played[one["name"]]["operation"] for one in tasks] == ["create", "create", "update", "none"]
    assert email("users.wells") not in system.entities("group")
    assert {BOB.lower(), CAROL} <= set(system.entities("group")[email("users.oil.wells")]["members"])
    assert email("users.oil.wells") in system.entities("group")[email("data.wells")]["members"]


def test_a_data_group_keeps_its_name(system: System, play: Player) -> None:
    renamed = {"type": "group", "key": {"name": "data.oil.wells"}, "was": {"name": "data.wells"}}
    played = play([task("group", GROUP, {"description": "Wells"}), task("renamed", renamed)])
    assert "is a data group" in played["renamed"]["msg"]
    assert email("data.wells") in system.entities("group")


def test_the_description_of_a_group_stays(system: System, play: Player) -> None:
    played = play([task("group", GROUP, {"description": "Wells"}), task("other", GROUP, {"description": "Others"})])
    assert "description can only be set at creation" in played["other"]["msg"]
    assert system.counters()["writes"] == 1


# --- records


def test_a_record_gets_a_version_only_where_something_changes(system: System, play: Player) -> None:
    first, other = {**ABOUT, "data": {"depth": 1, "name": "a"}}, {"data": {"depth": 2}}
    tasks = [task("tag", TAG, TAGGED), task("record", RECORD, first), task("again", RECORD, first)]
    played = play([*tasks, task("change", RECORD, other), task("change again", RECORD, other)])
    assert played.code == 0, played.output
    record = system.entities("record")[RECORD["key"]["id"]]
    assert (len(record["older"]), record["data"]) == (1, {"depth": 2, "name": "a"})
    assert record["legal"]["otherRelevantDataCountries"] == ["NO", "US"]
    writes = [one["query"] for one in system.recorded() if one["method"] == "PUT"]
    assert writes == ["skipdupes=true"] * 2  # one that was sent twice would make no version either


def test_a_record_that_was_deleted_comes_back(system: System, play: Player) -> None:
    wanted = {**ABOUT, "data": {"depth": 1}}
    tasks = [task("tag", TAG, TAGGED), task("record", RECORD, wanted), task("gone", RECORD, state="absent")]
    played = play([*tasks, task("back", RECORD, wanted)])
    assert [played[name]["operation"] for name in ("record", "gone", "back")] == ["create", "delete", "create"]


def test_records_are_listed_and_each_is_read_whole(system: System, play: Player) -> None:
    """What the list shows of a record, its data for one thing, is not described."""
    others = [{**RECORD, "key": {"id": f"{PARTITION}:well:{number}"}} for number in (2, 3)]
    tasks = [task("tag", TAG, TAGGED)]
    tasks += [task(f"record {number}", one, {**ABOUT, "data": {"depth": 1}}) for number, one in enumerate(others)]
    paged = {"profile_overrides": {"types": {"record": {"list": {"paging": {"size": 1}}}}}}
    played = play(
        [*tasks, task("gone", others[1], state="absent"), {"name": "list", INFO: {"type": "record", **paged}}]
    )
    listed = played["list"]["entities"]
    assert [(one["id"], one["data"]) for one in listed] == [(f"{PARTITION}:well:2", {"depth": 1})], played.output
    assert played["list"]["assumed"] == ["types.record.list"]


def test_a_group_that_is_replaced_gets_its_members_again(system: System, play: Player) -> None:
    """The run is killed once between the deletion and the creation, and once before the members."""
    members = [{"email": BOB, "role": "MEMBER"}]
    wanted = [{**GROUP, "attributes": {"description": "Others", "members": members}}]
    options = {"on_immutable": "replace"}
    play([task("group", GROUP, {"description": "Wells", "members": [*members, {"email": CAROL, "role": "MEMBER"}]})])
    planned = play([checked("plan", wanted, plan_out="plan.json", **options)])["plan"]
    assert "changes" in planned["entities"][0], planned
    (change,) = (one for one in planned["entities"][0]["changes"] if one["path"] == "members")
    assert CAROL in str(change["before"])
    assert CAROL not in str(change["after"])
    more = {"plan_file": "plan.json", "plan_digest": planned["plan_digest"], "journal": "evidence", **options}
    apply = entities_task("apply", wanted, **more)
    system.control("POST", "reset-counters", {})
    for path, writes in (("entitlements/v2/groups", 1), ("members", 2)):
        slow = {"operation": "write", "path": path}
        after = 1 if path != "members" else 0
        system.control("POST", "faults", {"kind": "slow", "match": slow, "after": after, "seconds": 600, "times": 0})
        kill_while_it_waits(play, apply, lambda wanted=writes: system.counters()["writes"] >= wanted)
        system.control("DELETE", "faults")
    played = play([apply, {**apply, "name": "again"}])
    assert played["apply"]["changed"], played.output
    assert "was applied already" in str(played["again"]["notes"]), played.output
    group = system.entities("group")[email("data.wells")]
    assert (group["description"], BOB.lower() in group["members"], CAROL in group["members"]) == ("Others", True, False)
    assert system.counters()["writes"] == 3


def test_a_record_is_purged_only_where_the_task_says_so(system: System, play: Player) -> None:
    [purge] = EXAMPLES["purge"].data
    tasks = [task("tag", TAG, TAGGED), task("record", RECORD, {**ABOUT, "data": {"depth": 1}})]
    assert play([*tasks, task("gone", RECORD, state="absent")]).code == 0
    assert system.entities("record")[RECORD["key"]["id"]]["deleted"]
    played = play([tasks[1], as_here(purge), {**as_here(purge), "name": "again"}])
    assert [played[name]["operation"] for name in (purge["name"], "again")] == ["delete", "none"], played.output
    assert RECORD["key"]["id"] not in system.entities("record")


@pytest.mark.parametrize("status", [200, 206, 207])
def test_a_partial_answer_is_no_success(system: System, play: Player, status: int) -> None:
    """Of many at once the server may do a part, and say so. Here it has done nothing of the one."""
    wanted = {**ABOUT, "data": {"depth": 1}}
    assert play([task("tag", TAG, TAGGED), task("record", RECORD, wanted)]).code == 0
    nothing = {"recordCount": 0, "recordIds": [], "notFoundRecordIds": [RECORD["key"]["id"]]}
    for operation in ("create", "delete"):  # the request of a create is that of an update
        system.fault("status", operation, status=status, times=0, body=nothing)
    tasks = [task("changed", RECORD, {"data": {"depth": 2}}), task("gone", RECORD, state="absent")]
    played = play([{**one, "ignore_errors": True} for one in tasks])
    for name in ("changed", "gone"):
        assert "a success that the profile does not know" in played[name]["msg"], played.output
        assert f"HTTP {status}" in str(played[name]), played.output
    record = system.entities("record")[RECORD["key"]["id"]]
    assert (record["data"], record["deleted"]) == ({"depth": 1}, False)


# --- schemas


@pytest.mark.proves("PROFILE-72")
def test_a_schema_that_is_published_is_refused_in_the_plan(system: System, play: Player) -> None:
    published, obsolete = ({"status": status, "schema": CONTENT} for status in ("PUBLISHED", "OBSOLETE"))
    tasks = [
        task("schema", SCHEMA, published),
        {**task("look", SCHEMA, obsolete), "check_mode": True, "ignore_errors": True},
        {**task("change", SCHEMA, obsolete), "ignore_errors": True},
        {**task("gone", SCHEMA, state="absent"), "ignore_errors": True},
    ]
    played = play(tasks)
    for name in ("look", "change"):
        told = 'the system does that only where status is "DEVELOPMENT", and here it is "PUBLISHED"'
        assert told in played[name]["msg"], played[name]
        assert played[name]["error"]["profile_key"] == "types.schema.update.when"
    assert "the profile has no delete operation for schema" in played["gone"]["msg"]
    assert system.counters()["writes"] == 1


STORED = f"{PARTITION}/acme:wks:well:1.0.0"
NAMED = {**CONTENT, "properties": {**CONTENT["properties"], "name": {"type": "string"}}}


def of_schema(content: dict[str, Any], status: str = "DEVELOPMENT") -> dict[str, Any]:
    """A schema with this content."""
    return {"status": status, "schema": content}


def test_the_content_of_a_schema_is_compared_as_a_whole(system: System, play: Player) -> None:
    """What is not declared in it is taken away; what others have put there is a difference."""
    tasks = [task("schema", SCHEMA, of_schema(NAMED)), task("again", SCHEMA, of_schema(NAMED))]
    played = play([*tasks, task("less", SCHEMA, of_schema(CONTENT)), task("less again", SCHEMA, of_schema(CONTENT))])
    expected = {"schema": "create", "again": "none", "less": "update", "less again": "none"}
    assert {name: played[name]["operation"] for name in expected} == expected, played.output
    assert system.entities("schema")[STORED]["schema"] == CONTENT
    system.patch("schema", STORED, schema=NAMED)
    assert play([task("drifted", SCHEMA, of_schema(CONTENT))])["drifted"]["changes"][0]["path"] == "schema"
    assert system.entities("schema")[STORED]["schema"] == CONTENT


def test_a_schema_keeps_its_content_where_only_its_status_is_declared(system: System, play: Player) -> None:
    played = play([task("schema", SCHEMA, of_schema(NAMED)), task("published", SCHEMA, {"status": "PUBLISHED"})])
    assert played["published"]["operation"] == "update", played.output
    kept = system.entities("schema")[STORED]
    assert (kept["schema"], kept["schemaInfo"]["status"]) == (NAMED, "PUBLISHED")


PLACE = {"type": "schema", "key": {**SCHEMA["key"], "entityType": "place"}}
REFERRING = {**CONTENT, "properties": {"at": {"$ref": "acme:wks:place:1.0.0"}}}


def test_a_schema_that_comes_back_in_another_form_is_known_by_what_came(system: System, play: Player) -> None:
    """The server has put the schema to which it refers into its content."""
    place = task("place", PLACE, of_schema(CONTENT, "PUBLISHED"))
    played = play([place, *(task(name, SCHEMA, of_schema(REFERRING)) for name in ("schema", "again"))])
    assert (played["schema"]["operation"], played["again"]["operation"]) == ("create", "none"), played.output
    shown = system.entities("schema")[STORED]["schema"]
    assert shown["properties"]["at"] == {"$ref": "#/definitions/acme:wks:place:1.0.0"}
    system.patch("schema", STORED, schema={**shown, "title": "Edited by hand"})
    played = play([task("drifted", SCHEMA, of_schema(REFERRING)), task("then", SCHEMA, of_schema(REFERRING))])
    assert [played[name]["operation"] for name in ("drifted", "then")] == ["update", "none"], played.output
    assert system.entities("schema")[STORED]["schema"] == shown


def test_a_published_schema_that_another_has_made_is_unverified_and_not_refused(system: System, play: Player) -> None:
    """Nobody here knows in which form its content went out, and it cannot be sent again."""
    tasks = [task("place", PLACE, of_schema(CONTENT, "PUBLISHED"))]
    play([*tasks, task("schema", SCHEMA, of_schema(REFERRING, "PUBLISHED"))])
    play.defaults["token_store"] = str(play.folder / "of another machine")
    read = play([task("read", SCHEMA, of_schema(REFERRING, "PUBLISHED"))])["read"]
    assert (read.get("operation"), read.get("unverified")) == ("none", ["schema"]), read


@pytest.mark.parametrize("filters", ["code", "description"])
def test_schemas_of_the_partition_are_listed_in_every_status(system: System, play: Player, filters: str) -> None:
    system.switch(schema_list_filters=filters)
    play([task("place", PLACE, of_schema(CONTENT, "PUBLISHED")), task("schema", SCHEMA, of_schema(CONTENT))])
    listed = play([{"name": "list", INFO: {"type": "schema"}}])["list"]["entities"]
    assert [(one["entityType"], one["status"]) for one in listed] == [("well", "DEVELOPMENT"), ("place", "PUBLISHED")]


# --- all of it


MANIFEST = [
    {**TAG, "attributes": TAGGED},
    {**GROUP, "attributes": {"description": "Wells", "members": [{"email": BOB, "role": "MEMBER"}]}},
    {**SCHEMA, "attributes": {"status": "DEVELOPMENT", "schema": CONTENT}},
]
RECORDS = [
    {
        "type": "record",
        "key": {"id": f"{PARTITION}:well:{number}"},
        "refs": {"kind": {"type": "schema", "key": SCHEMA["key"]}},
        "attributes": {
            "acl": {"viewers": [{"ref": GROUP}], "owners": [{"ref": GROUP}]},
            "legal": {"legaltags": [{"ref": TAG}], "otherRelevantDataCountries": ["NO"]},
            "data": {"depth": number},
        },
    }
    for number in range(5)
]


def planned(name: str, entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A plan, its application with a journal, and what each wrote."""
    return [
        {**checked(f"plan {name}", entities, plan_out=f"{name}.json"), "register": "plan"},
        count(f"planned {name}"),
        entities_task(
            f"apply {name}",
            entities,
            plan_file=f"{name}.json",
            plan_digest="{{ plan.plan_digest }}",
            journal="evidence",
        ),
        count(f"applied {name}"),
    ]


def test_an_environment_with_plan_and_journal(system: System, play: Player) -> None:
    every = [*MANIFEST, *RECORDS]
    gone = [one for one in absent(every) if one["type"] != "schema"]
    tasks = [
        count("before"),
        *planned("all", every),
        checked("same", every),
        count("compared"),
        checked("same by lists", every, gather="list"),
        count("compared by lists"),
        *planned("gone", gone),
        {"name": "journals", JOURNALS: {"journal": "{{ playbook_dir }}/evidence"}},
    ]
    played = play(tasks)
    assert played.code == 0, played.output
    told = {name: outcomes(played[f"{name}"]) for name in STEPS}
    assert told == {
        "apply all": {"created": 8, "unverified": 1},  # the content of the schema
        "same": {"unchanged": 8},
        "same by lists": {"unchanged": 8},
        "apply gone": {"deleted": 7},
    }, played.output
    # two of tags, groups and members, three of schemas, and records
    assert counted(played, "compared by lists", "writes", "lists") == (0, 8)
    writes = [counted(played, f"{when} {name}", "writes")[0] for name in ("all", "gone") for when in WHEN]
    assert writes == [0, 9, 0, 7]
    assert [(one["ended"], one["problems"]) for one in played["journals"]["journals"]] == [(True, [])] * 2


def test_what_is_there_is_exported_with_contents_and_members(system: System, play: Player) -> None:
    """The export is a manifest, and by it nothing is to be done."""
    types = ["legal_tag", "schema", "record"]
    named = [{"type": "group", "key": {"name": "data.wells"}}]
    export = {"name": "export", "rimops.insight.insight_export": {"to": "out", "types": types, "entities": named}}
    assert play([entities_task("made", [*MANIFEST, *RECORDS])]).code == 0
    played = play([export])
    assert played.code == 0, played.output
    files = {path.stem: yaml.safe_load(path.read_text())["entities"] for path in (play.folder / "out").glob("*.yml")}
    assert {name: len(one) for name, one in files.items()} == {"legal_tag": 1, "schema": 1, "record": 5, "group": 1}
    assert files["schema"][0]["attributes"]["schema"] == CONTENT
    assert BOB.lower() in [one["email"] for one in files["group"][0]["attributes"]["members"]]
    assert files["record"][0]["attributes"]["acl"]["owners"] == [{"ref": GROUP | {"key": {"name": "data.wells"}}}]
    same = {"name": "same", "rimops.insight.insight_entities": {"manifest": ["out/"]}, "check_mode": True}
    assert not play([same])["same"]["changed"]


def test_an_apply_that_is_killed_between_two_steps_is_finished_by_the_same_plan(system: System, play: Player) -> None:
    """The group and its first member are there; the run is killed while it waits for the answer about the second."""
    members = [{"email": BOB, "role": "MEMBER"}, {"email": CAROL, "role": "MEMBER"}]
    group = {**GROUP, "attributes": {"description": "Wells", "members": members}}
    digest = play([checked("plan", [group], plan_out="group.json")])["plan"]["plan_digest"]
    apply = entities_task("apply", [group], plan_file="group.json", plan_digest=digest, journal="evidence")

    def added() -> list[str]:
        return [str(one["body"]) for one in system.recorded() if one["method"] == "POST" and "/members" in one["path"]]

    system.fault("slow", about=CAROL, seconds=600)
    with Background(play, [apply]) as background:
        background.wait(lambda: bool(added()))
        background.kill()
    system.control("DELETE", "faults")
    played = play([apply, {**apply, "name": "again"}])
    assert played["apply"]["changed"], played.output
    assert outcomes(played["apply"]) == {"updated": 1}
    assert "was applied already" in str(played["again"]["notes"]), played.output
    assert not played["again"]["changed"]
    assert [BOB.lower() in one for one in added()] == [True, False]  # what was done is not done again


WHEN = ("planned", "applied")
STEPS = ("apply all", "same", "same by lists", "apply gone")


@pytest.mark.proves("SECRET-1")
def test_no_secret_is_seen(system: System, play: Player, tmp_path: Path) -> None:
    play.defaults |= BY_BROWSER | {"client_secret": "{{ canary }}"}
    (tmp_path / "variables.json").write_text(f'{{"canary": "{SECRET}"}}')
    loud = ("-vvvv", "--extra-vars", f"@{tmp_path / 'variables.json'}")
    runs: list[Played] = [signed_in(play, system, arguments=loud)]
    known = kept_tokens(tmp_path / "state")
    system.expire("tokens")
    wrong = {**TAGGED, "properties": {**PROPERTIES, "dataType": "Nothing"}}
    second = {**TAG, "key": {"name": "second"}}
    tasks = [task("tag", TAG, TAGGED), {**task("refused", second, wrong), "ignore_errors": True}]
    runs.append(play(tasks, *loud))
    known |= kept_tokens(tmp_path / "state")
    assert len(known) >= 3, known
    assert "Invalid data type" in runs[1]["refused"]["msg"]
    assert [told_of(one, tmp_path, SECRET, *known) for one in runs] == [[], []]
    assert "oauth2/v2.0/token: 200 in" in runs[1].output


def as_here(value: Any) -> Any:
    """An example with the partition and the application of the server."""
    text = json.dumps(value).replace("contoso-dp1", PARTITION)
    return json.loads(text.replace("0f3a7c1d-0000-4000-8000-000000000002", CLIENT))


def test_the_examples_of_the_guide(system: System, play: Player) -> None:
    [whole] = as_here(EXAMPLES["first"].data)
    [defaults] = whole["module_defaults"].values()
    assert set(play.defaults) - set(defaults) == {"authority", "ca_path", "client_secret"}
    play.defaults = {**play.defaults, "client_secret": None}
    secret = {"INSIGHT_CLIENT_SECRET": SECRET}
    runs = [play(whole["tasks"], *check, environment=secret) for check in (("--check", "--diff"), (), ())]
    assert [run.code for run in runs] == [0, 0, 0], runs[0].output
    assert [[one["result"]["changed"] for one in run.tasks] for run in runs] == [[True] * 4, [True] * 4, [False] * 4]
    viewers = {"type": "group", "key": {"name": "data.wells.viewers"}}
    play([task("another", viewers, {"members": [{"email": CAROL, "role": "MEMBER"}]})], environment=secret)
    exact = [play(as_here(EXAMPLES["exact"].data), environment=secret).tasks[0]["result"] for _twice in (1, 2)]
    assert [one["operation"] for one in exact] == ["update", "none"], exact


PROBED = {
    "legal_tag": {
        "key": {"name": "probe"},
        "attributes": TAGGED,
        "change": {"description": "Another"},
    },
    "group": {"key": {"name": "data.Probe"}, "attributes": {"description": "A"}, "change": {"description": "B"}},
}


@pytest.mark.guesses
@pytest.mark.proves("PROBE-21")
@pytest.mark.parametrize("kind", PROBED)
def test_the_probe_finds_nothing_to_change(system: System, play: Player, kind: str) -> None:
    options = {"entities": [], "writes": True, "create": {"type": kind, **PROBED[kind]}}
    assert_nothing_to_change(run(play, {"name": "probe", "rimops.insight.insight_probe": options}))
