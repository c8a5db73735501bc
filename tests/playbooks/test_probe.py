# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe against InSights that differ: it names what differs, and with nothing but the overrides that it wrote the
life of an entity goes as it should."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import CLIENT, ENTRIES, PASSWORD, SECRET, TENANT, USER, Played, Player, Server, dumped, start
from in_process import play_here
from test_other_insights import AS_A_USER, ATTRIBUTES, DIALECTS, play_the_cycle

from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import PROBE, PROBE_SPEC, run_probe
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

SEEDED = {"appCode": "100001", "appName": "Seeded"}
EVENT = {"eventName": "Seeded event"}
REFS = {"applicationId": {"type": "application", "key": SEEDED}}
OWN = {"appCode": "424242", "appName": "Probe"}
CREATE = {
    "type": "application",
    "key": OWN,
    "attributes": {**ATTRIBUTES, "description": "First description "},
    "change": {"description": "Second description "},
    "rename": {"appName": "Probe renamed"},
}

ALWAYS = {"operations.list.enabled", "types.application.key.enforced"}
"""The profile has the list off, and believes that no server enforces a key."""

REQUEST = ("method", "path", "json")


def keys(operation: str, *names: str) -> set[str]:
    """Keys of an operation of a profile."""
    return {f"operations.{operation}.{name}" for name in names}


DIFFERS: dict[str, set[str]] = {
    "insight_create_answers_id": {*keys("create", "entity"), *keys("update", "entity")},
    "insight_create_answers_nothing": {*keys("create", "entity", "success"), *keys("update", "entity")},
    "insight_csrf_fixed": {"session.steps.token.take.session", "session.take.csrf"},
    "insight_csrf_renamed": {"session.cookie", "session.steps.token.take.session", "session.take.csrf"},
    "insight_empty_lists": {*keys("read", "missing"), *keys("find", "missing")},
    "insight_epoch_dates": {"types.application.attributes.filingDate.normalise"},
    "insight_id_in_body": {
        *keys("read", "path", "json"),
        *keys("update", "path", "with"),
        *keys("delete", "path", "json"),
    },
    "insight_id_in_query": {
        *keys("read", *REQUEST, "query"),
        *keys("update", "method", "path", "query", "with"),
        *keys("delete", "path", "query"),
    },
    "insight_ids_within": {
        "attributes.meta.changed.volatile",
        "attributes.meta.created.volatile",
        "attributes.meta.id.read_only",
        "attributes.meta.uuid.identifier",
        "attributes.meta.uuid.read_only",
        "attributes.uuid.identifier",
        "id.at",
        *keys("update", "with"),
    },
    "insight_keys_not_enforced": set(),
    "insight_location": {*keys("create", "entity"), *keys("update", "entity", "success")},
    "insight_login_302": {"session.steps.login.success"},
    "insight_no_query_for": {*keys("find", "texts_at"), *keys("create", "texts_at")},
    "insight_no_uuid": {"attributes.uuid.identifier", *keys("update", "with"), *keys("list", "json", "paging")},
    "insight_null_answers": {*keys("read", "missing"), *keys("find", "entity", "missing")},
    "insight_numbers_as_text": {
        "types.application.attributes.dosesPerDay.normalise",
        "types.application.attributes.filingDate.normalise",
    },
    "insight_other_names": {
        "attributes.creationTime.volatile",
        "attributes.entityId.read_only",
        "attributes.guid.identifier",
        "attributes.guid.read_only",
        "attributes.modificationTime.volatile",
        "attributes.uuid.identifier",
        "id.at",
        *keys("update", "with"),
    },
    "insight_other_words": {
        *keys("read", *REQUEST),
        *keys("find", "path"),
        *keys("create", "path"),
        *keys("update", "path", "with"),
        *keys("delete", "path"),
        *keys("list", *REQUEST, "query"),
    },
    "insight_patch": {
        *keys("read", *REQUEST),
        *keys("find", *REQUEST, "query", "texts_at"),
        *keys("create", "method", "path"),
        *keys("update", *REQUEST, "with"),
        *keys("delete", *REQUEST, "query"),
    },
    "insight_query_for_ignored": {
        *keys("find", "texts_at"),
        *keys("create", "texts_at"),
        *keys("list", "method", "query", "json", "paging"),
    },
    "insight_rest_verbs": {
        *keys("read", *REQUEST),
        *keys("find", *REQUEST, "query", "texts_at", "entity", "missing"),
        *keys("create", "path"),
        *keys("update", "method", "path", "with"),
        *keys("delete", *REQUEST),
        *keys("list", *REQUEST, "query"),
    },
    "insight_statuses": {
        *keys("read", "missing"),
        *keys("find", "missing"),
        *keys("create", "success", "conflict"),
        *keys("update", "success", "conflict"),
        *keys("delete", "success", "missing"),
    },
    "insight_trims_and_recases": {"attributes.*.normalise", "types.application.attributes.description.normalise"},
    "insight_update_by_id": {
        *keys("read", "missing"),
        *keys("find", "missing"),
        *keys("update", "path", "json", "with"),
        *keys("list", "json", "paging"),
    },
    "insight_wrapped": {
        *keys("read", "entity"),
        *keys("find", "json", "entity"),
        *keys("create", "json", "entity"),
        *keys("update", "json", "with", "entity"),
        *keys("list", "entity", "paging"),
    },
}
"""What the probe must find out about each of the other InSights, and nothing else."""


def id_of(entity: dict[str, Any]) -> str:
    """The id of an entity, under whatever name this server shows it."""
    shown = {**entity.get("meta", {}), **entity}
    return str(shown.get("entityId") or shown["id"])


def seed(server: Server) -> dict[str, Any]:
    """What the user of the probe knows: an application and an event of it, among others like them."""
    known = server.seed("application", **SEEDED, selectedProducts=["Seeded 10 mg"], note="There")
    others = [
        server.seed("application", appCode=f"10000{number}", appName=f"Other {number}", selectedProducts=["Other"])
        for number in (2, 3)
    ]
    for application in (others[0], known):
        event = server.seed("event", **EVENT, applicationId=int(id_of(application)), description="There")
    server.forget()
    return {
        "probe_entities": [
            {"type": "application", "id": id_of(known), "key": SEEDED},
            {"type": "event", "id": id_of(event), "key": EVENT, "refs": REFS},
        ]
    }


@pytest.fixture
def seeded(server: Server) -> dict[str, Any]:
    """The server with what the user of the probe knows."""
    return seed(server)


def probed(play: Player, seeded: dict[str, Any], *arguments: str, **variables: Any) -> Played:
    """Run the playbook as a user would, with a file of variables."""
    given = {f"insight_{name}": value for name, value in play.defaults.items()}
    given |= {**seeded, "probe_version": "7.3", "probe_by": "a test", **variables}
    given |= {
        "probe_overrides_file": str(play.folder / "insight_overrides.yml"),
        "probe_page_file": str(play.folder / "insight_probe.md"),
    }
    path = play.folder / "probe.yml"
    path.write_text(dumped(given), encoding="utf-8")
    return play([], "-e", f"@{path}", *arguments, playbook="rimops.insight.probe")


def overrides(play: Player) -> dict[str, Any]:
    """What it wrote."""
    written: dict[str, Any] = yaml.safe_load((play.folder / "insight_overrides.yml").read_text(encoding="utf-8"))
    return written


DARING = ("insight_id_in_body", "insight_id_in_query", "insight_patch")
"""Those that are told by their address alone what is to be deleted or replaced at none."""


def differing(played: Played, task: str = "Probe the server") -> set[str]:
    """The profile keys that it says differ."""
    findings = played[task]["findings"]
    return {one["profile_key"] for one in findings if one["verdict"] == "differs"}


def application(description: str | None) -> dict[str, Any]:
    """The application of the cycle, absent without a description."""
    wish: dict[str, Any] = {"type": "application", "key": {"appCode": "123456", "appName": "Zelvora"}}
    if description is None:
        return {**wish, "state": "absent"}
    return {**wish, "attributes": {**ATTRIBUTES, "description": description}}


CYCLE = {
    "create": application("First"),
    "same again": application("First"),
    "change": application("Second"),
    "changed, same again": application("Second"),
    "absent": application(None),
}


def test_the_table_is_complete() -> None:
    assert sorted(DIFFERS) == DIALECTS


def probed_here(play: Player, seeded: dict[str, Any], **options: Any) -> Played:
    """Run the probe with all that it may try, in this process."""
    given = {"entities": seeded["probe_entities"], "create": CREATE, "writes": True, **options}
    return play_here(play, [{"name": "Probe the server", PROBE.name: {**given, "version": "7.3", "by": "a test"}}])


@pytest.mark.one_core
@pytest.mark.proves("PROBE-1", "OTHERS-1")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_what_it_finds_out_is_enough(server: Server, play: Player, dialect: str, seeded: dict[str, Any]) -> None:
    play.defaults["profile"] = "insight"
    played = probed_here(play, seeded, daring=dialect in DARING)
    assert played.code == 0, played.output
    assert differing(played) - ALWAYS == DIFFERS[dialect]
    result = played["Probe the server"]
    assert result["left_behind"] == []
    assert len(server.stored("application")) == len(seeded["probe_entities"]) + 1
    server.reset()
    play_the_cycle(server, play, result["overrides"], play_here)


@pytest.mark.one_core
@pytest.mark.proves("PROBE-1", "OTHERS-1")
@pytest.mark.parametrize("dialect", AS_A_USER)
def test_what_it_writes_is_enough(server: Server, play: Player, dialect: str, seeded: dict[str, Any]) -> None:
    play.defaults["profile"] = "insight"
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE, probe_daring=dialect in DARING)
    assert played.code == 0, played.output
    assert differing(played) - ALWAYS == DIFFERS[dialect]
    assert played["Probe the server"]["left_behind"] == []
    assert len(server.stored("application")) == len(seeded["probe_entities"]) + 1
    server.reset()
    play_the_cycle(server, play, overrides(play))


@pytest.mark.proves("PROBE-1")
def test_everything_is_as_the_profile_says(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code == 0, played.output
    result = played["Probe the server"]
    assert differing(played) == ALWAYS
    assert result["changed"] is True
    verified = overrides(play)["operations"]
    assert set(verified) == {"read", "find", "create", "update", "delete", "list"}
    for operation in verified.values():
        assert operation["assumed"] is False
        assert operation["verified"]["version"] == "7.3"
        assert operation["verified"]["by"] == "a test"
    assert len(server.stored("application")) == 3
    assert "| client_credentials | yes |" in (play.folder / "insight_probe.md").read_text(encoding="utf-8")


def reads_only(request: dict[str, Any]) -> bool:
    """Whether a request of the server's log belongs to the login or can only read."""
    words = ("read", "get", "find", "search", "query", "list", "lookup")
    if request["operation"] in ("session_start", "login", "oauth_token"):
        return True
    return request["method"] == "GET" or (request["method"] == "POST" and request["path"].rsplit("/", 1)[-1] in words)


def asked(server: Server) -> list[dict[str, Any]]:
    """Every request that reached the server."""
    requests: list[dict[str, Any]] = server.control("GET", "requests?last=2000")
    return requests


@pytest.mark.one_core
@pytest.mark.proves("PROBE-2")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_it_only_reads(server: Server, play: Player, dialect: str, seeded: dict[str, Any]) -> None:
    values = {name: option.get("default") for name, option in PROBE_SPEC.items()}
    values |= {**play.defaults, "profile": profile_data("insight", None, str), "token_store": "none"}
    values |= {"entities": seeded["probe_entities"], "create": {**CREATE, "refs": None}}
    result = run_probe(values, Context(check_mode=False, diff_mode=False, warn=print))
    assert [one["profile_key"] for one in result["findings"] if one["verdict"] == "not_found"] == []
    assert result["changed"] is False
    assert server.counted["writes"] == 0
    assert server.counted["reads"] + server.counted["finds"] > 0
    assert [one for one in asked(server) if not reads_only(one)] == []


@pytest.mark.proves("PROBE-2")
def test_check_mode_only_reads(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    played = probed(play, seeded, "--check", probe_writes=True, probe_create=CREATE)
    assert played.code == 0, played.output
    assert set(overrides(play)["operations"]) == {"read", "find", "list"}
    assert server.counted["writes"] == 0
    assert [one for one in asked(server) if not reads_only(one)] == []


@pytest.mark.proves("PROBE-3")
@pytest.mark.parametrize("taken", ["key", "rename"])
def test_an_entity_that_exists_is_left_alone(server: Server, play: Player, seeded: dict[str, Any], taken: str) -> None:
    key = OWN if taken == "key" else {**OWN, **CREATE["rename"]}
    theirs = server.seed("application", **key, selectedProducts=["Theirs"])
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code != 0
    result = played["Probe the server"]
    untried = {one["profile_key"]: one["came"] for one in result["findings"] if one["verdict"] == "not_tried"}
    assert set(untried) == {"operations.create", "operations.update", "operations.delete"}
    assert f"the {taken} of create exists already" in untried["operations.create"]
    assert server.counted["writes"] == 0
    assert theirs in server.stored("application")
    assert set(overrides(play)["operations"]) == {"read", "find", "list"}


@pytest.mark.proves("PROBE-3")
def test_what_cannot_be_deleted_is_named(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    server.fault("status", "delete", status=403, times=0)
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code != 0
    [left] = [one for one in server.stored("application") if one["appCode"] == OWN["appCode"]]
    assert played["Probe the server"]["left_behind"][0] == (
        f"application with id {left['id']} (made for appCode=424242, appName=Probe)"
    )
    assert "Left behind on the server" in (play.folder / "insight_probe.md").read_text(encoding="utf-8")
    assert set(overrides(play)) == {"session"}
    assert any(line.startswith("Learned, and not in the overrides") for line in played["Say what was found"]["msg"])


@pytest.mark.one_core
@pytest.mark.proves("PROBE-3")
@pytest.mark.parametrize("dialect", DARING)
def test_it_is_not_daring_unless_told(server: Server, play: Player, dialect: str, seeded: dict[str, Any]) -> None:
    play.defaults["profile"] = "insight"
    played = probed_here(play, seeded)
    assert {one["verdict"] for one in played["Probe the server"]["findings"]} & {"not_tried", "not_found"}
    wrote = [(one["method"], one["path"].removeprefix("/insight/api/v2/")) for one in asked(server)]
    assert [one for one in wrote if one[1] == "application" and one[0] in ("PUT", "PATCH", "DELETE")] == []
    assert [one for one in wrote if one[1] == "application/delete"] == []
    assert played["Probe the server"]["left_behind"] != [] or server.counted["creates"] == 0


@pytest.mark.proves("PROBE-3")
def test_somebody_elses_entity_in_an_answer_is_not_taken_for_its_own(
    server: Server, play: Player, seeded: dict[str, Any]
) -> None:
    [known, _event] = seeded["probe_entities"]
    theirs = next(one for one in server.stored("application") if id_of(one) == known["id"])
    server.fault("status", ["create", "update"], status=200, body=json.dumps(theirs), times=0)
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code != 0
    assert server.counted["deletes"] == 0
    assert theirs in server.stored("application")
    left = played["Probe the server"]["left_behind"]
    assert left[0].startswith(f"perhaps application with id {known['id']}: ")


@pytest.mark.one_core
@pytest.mark.proves("PROBE-3")
@pytest.mark.parametrize("operation", ["read", "update"])
@pytest.mark.parametrize("after", [3, 4])
def test_it_clears_up_when_a_step_fails(
    server: Server, play: Player, seeded: dict[str, Any], operation: str, after: int
) -> None:
    server.fault("status", operation, status=500, after=after, times=4)
    play.defaults["retry_limit"] = 0
    played = probed_here(play, seeded)
    assert played["Probe the server"]["left_behind"] == []
    assert [one for one in server.stored("application") if one["appCode"] == OWN["appCode"]] == []
    assert server.counted["creates"] > 0


@pytest.mark.proves("PROBE-1")
def test_what_no_candidate_reaches_is_not_found(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    server.fault("status", "update", status=405, times=0)
    played = probed(play, seeded, probe_writes=True, probe_create=CREATE)
    assert played.code != 0
    findings = played["Probe the server"]["findings"]
    assert [one["profile_key"] for one in findings if one["verdict"] == "not_found"] == ["operations.update"]
    assert "operations.update" in played["Everything was found"]["msg"]
    written = overrides(play)["operations"]
    assert written["create"]["verified"]["version"] == "7.3"
    assert "update" not in written
    assert server.stored("application")[-1]["appName"] == "Other 3"


@pytest.mark.one_core
@pytest.mark.proves("PROBE-1")
@pytest.mark.parametrize(
    ("speaks", "expected"),
    [
        ({"base_path": "/api/v2"}, {"base_path"}),
        ({"authentication": "bearer", "session": None, "base_path": "/api/v2"}, {"base_path", "session.steps"}),
        ({"switches": {"expired_session_answer": "403", "update": "merge"}}, {"operations.update.json"}),
        ({"switches": {"extra_attribute_on_write": True}}, {"types.application.attributes.serverRemark.volatile"}),
        ({"switches": {"show_new_late_ms": 300.0}}, set()),
        ({"switches": {"csrf_changes": "every_answer"}}, set()),
        ({"switches": {"round_dates": "days"}}, {"types.application.attributes.filingDate.normalise"}),
    ],
    ids=["base path", "bearer", "merge", "volatile", "late", "unstable", "days"],
)
def test_other_differences(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, speaks: dict[str, Any], expected: set[str]
) -> None:
    dialect = tmp_path / "dialect.yml"
    dialect.write_text(dumped({"base": "insight", "title": "Another InSight", **speaks}), encoding="utf-8")
    server = start(tmp_path_factory.mktemp("server"), "--dialect", str(dialect))
    try:
        identity = {"tenant_id": TENANT, "client_id": CLIENT, "client_secret": SECRET}
        own = {"url": server.url, "authority": server.url, "ca_path": server.ca_path, **identity}
        play = Player(server, tmp_path, "here", {"grant_type": "client_credentials", **own})
        played = probed_here(play, seed(server))
        assert played.code == 0, played.output
        assert differing(played) - ALWAYS == expected
        server.reset()
        found = played["Probe the server"]["overrides"]
        tasks = [
            {"name": name, "rimops.insight.insight_entity": {**wish, "profile_overrides": found}}
            for name, wish in CYCLE.items()
        ]
        cycle = play_here(play, tasks)
        assert cycle.code == 0, cycle.output
        assert {name: cycle[name]["operation"] for name in CYCLE} == dict(
            zip(CYCLE, ["create", "none", "update", "none", "delete"], strict=True)
        )
    finally:
        server.stop()


@pytest.mark.proves("PROBE-1")
@pytest.mark.parametrize("switches", [{"blank_undeclared": True}, {"update": "merge"}], ids=["blanks", "merges"])
def test_merging_is_not_concluded_from_nothing(
    server: Server, play: Player, seeded: dict[str, Any], switches: dict[str, Any]
) -> None:
    server.switch(**switches)
    attributes = {"selectedProducts": ["Seeded 10 mg"], "description": "First"}
    played = probed_here(play, seeded, create={**CREATE, "attributes": attributes})
    assert played.code == 0, played.output
    assert differing(played) == ALWAYS
    findings = {one["profile_key"]: one["verdict"] for one in played["Probe the server"]["findings"]}
    assert findings["operations.update.json"] == "not_tried"


@pytest.mark.proves("PROBE-4")
def test_each_login_is_tried_and_nothing_secret_is_said(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    for name in ("grant_type", "client_secret"):
        del play.defaults[name]
    wrong = "wrong-canary-secret"
    played = probed(
        play,
        seeded,
        "-vvvv",
        probe_logins=[
            {"grant_type": "client_credentials", "client_secret": wrong},
            {"grant_type": "password", "client_secret": SECRET, "username": USER, "password": PASSWORD},
            {"grant_type": "client_credentials", "client_secret": SECRET},
        ],
        probe_writes=True,
        probe_create=CREATE,
    )
    assert played.code == 0, played.output
    logins = played["Probe the server"]["logins"]
    assert [(one["grant_type"], one["ok"], one.get("who")) for one in logins] == [
        ("client_credentials", False, None),
        ("password", True, USER),
        ("client_credentials", True, None),
    ]
    assert "client_secret" in logins[0]["error"]
    page = (play.folder / "insight_probe.md").read_text(encoding="utf-8")
    for secret in (wrong, SECRET, PASSWORD, json.dumps(SECRET)[1:-1], json.dumps(PASSWORD)[1:-1]):
        assert secret not in json.dumps(played["Probe the server"])
        assert secret not in page
    for value in ("Seeded 10 mg", "First description", SEEDED["appName"]):
        assert value not in page


@pytest.mark.proves("PROBE-4")
def test_nobody_comes_in(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    play.defaults["client_secret"] = "wrong-canary-secret"
    played = probed(play, seeded)
    assert played.code != 0
    assert "the client secret is wrong" in played["Probe the server"]["msg"]


def test_overrides_that_were_there_are_kept(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    play.defaults["profile_overrides"] = {"types": {"study": {"path": "study"}}}
    assert probed(play, seeded).code == 0
    assert overrides(play)["types"] == {"study": {"path": "study"}}
    assert overrides(play)["operations"]["read"]["assumed"] is False


@pytest.mark.proves("PROBE-1")
def test_another_entity_than_the_one_that_was_named(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    [application, _event] = seeded["probe_entities"]
    played = probed(play, {"probe_entities": [{**application, "key": {"appCode": "100002", "appName": "Other 2"}}]})
    assert played.code != 0
    came = {one["profile_key"]: one["came"] for one in played["Probe the server"]["findings"] if "came" in one}
    assert came["operations.read"].endswith("it has the id that was named, and other values in appCode, appName")
    assert came["operations.find"].endswith("it has the key that was named, and another id")
    assert set(overrides(play).get("operations", {})) <= {"list"}


@pytest.mark.proves("PROBE-1")
def test_nothing_like_it_is_there(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    play.defaults["url"] += "/elsewhere"
    played = probed(play, seeded)
    assert played.code != 0
    found = {one["profile_key"]: one["verdict"] for one in played["Probe the server"]["findings"]}
    assert found["session.steps"] == found["operations.read"] == found["operations.find"] == "not_found"
    assert "differs" not in found.values()
    assert not overrides(play)


def test_the_server_is_not_there(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    play.defaults |= {"url": "https://127.0.0.1:1", "retry_limit": 0}
    played = probed(play, seeded)
    assert "cannot be reached" in played["Probe the server"]["msg"]


WRONG: dict[str, dict[str, Any]] = {
    "has neither id nor key": {"entities": [{"type": "application"}]},
    "profile insight has no such type": {"entities": [{"type": "nothing", "id": "1"}]},
    "create does not say what may be created": {"writes": True},
    "create has no attributes, change": {"writes": True, "create": {"type": "application", "key": OWN}},
    "which is not in its key": {"create": {**CREATE, "rename": {"description": "x"}}},
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_what_is_wrong_is_said_before_anything_is_sent(server: Server, play: Player) -> None:
    tasks = [
        {"name": says, "rimops.insight.insight_probe": options, "ignore_errors": True}
        for says, options in WRONG.items()
    ]
    played = play(tasks)
    for says in WRONG:
        assert played[says]["failed"] and says in played[says]["msg"]
    assert server.counted["requests"] == 0


@pytest.mark.each_core
@pytest.mark.parametrize("entry", ENTRIES)
def test_both_entries(server: Server, play: Player, seeded: dict[str, Any]) -> None:
    options = {"entities": seeded["probe_entities"], "writes": True, "create": CREATE}
    played = play([{"name": "probe", "rimops.insight.insight_probe": options}])
    assert played.code == 0, played.output
    assert differing(played, "probe") == ALWAYS
    assert played["probe"]["changed"] is True
