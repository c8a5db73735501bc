# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A system that is no InSight, with the profile that docs/write_a_profile.md arrives at: everything works with it."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from conftest import ENTRIES, Player
from in_process import run
from simulator.surroundings import ROOT
from small_system import CLIENT, SECRET, SmallSystem
from systems.base.fixtures import as_new, started_once
from test_docs import Example, examples_of, words

from ansible_collections.rimops.insight.plugins.module_utils._profile.merging import overlaid
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

pytestmark = pytest.mark.proves("PROFILE-4")

GUIDE = ROOT / "docs" / "write_a_profile.md"
REGISTER = (
    GUIDE.read_text(encoding="utf-8").partition("## A register of scales")[2].partition("## A staff directory")[0]
)
EXAMPLES = list(examples_of(GUIDE))
(PROFILE,) = (example for example in EXAMPLES if example.mark.get("profile"))
SESSIONS = re.findall(r"^<!-- session -->\n```console\n(.*?)^```$", REGISTER, re.M | re.S)
TOKEN = "rimops.insight.insight_token"
ENTITY = "rimops.insight.insight_entity"
INFO = "rimops.insight.insight_entity_info"


running = started_once(SmallSystem)
system = as_new


@pytest.fixture
def play(system: SmallSystem, entry: str, tmp_path: Path) -> Player:
    """Plays tasks against the small system."""
    (tmp_path / "scales.yml").write_text(PROFILE.text, encoding="utf-8")
    credentials = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
    return Player(
        system,  # type: ignore[arg-type]  # of a server a player wants to know url and ca_path
        tmp_path,
        entry,
        {"url": system.url, "ca_path": system.ca_path, "profile": "scales.yml", **credentials},
    )


def test_the_profile_is_short() -> None:
    assert len(PROFILE.text.splitlines()) < 30


def test_each_part_is_part_of_the_whole() -> None:
    def within(part: Any, whole: Any) -> bool:
        if isinstance(part, dict) and isinstance(whole, dict):
            return all(name in whole and within(value, whole[name]) for name, value in part.items())
        return bool(part == whole)

    parts = [example for example in EXAMPLES if example.mark.get("fragment")]
    assert [example.text for example in parts if not within(example.data, PROFILE.data)] == []
    told = {name for example in parts for name in example.data}
    assert set(PROFILE.data) - told == {"format", "name", "title"}
    assert {name for part in parts for name in part.data.get("operations", ())} == set(PROFILE.data["operations"])


def answer_to(command: str, token: str, system: SmallSystem) -> requests.Response:
    """What the system answers to a line of the guide, sent as curl would."""
    words = shlex.split(command.replace("$url", system.url).replace("$client", CLIENT).replace("$secret", "%SECRET%"))
    assert words.pop(0) == "curl"
    (url,) = (word for word in words if word.startswith("https:"))
    options: dict[str, list[str]] = {}
    words.remove(url)
    for option, value in zip(words[::2], words[1::2], strict=True):
        options.setdefault(option, []).append(value)
    form = dict(pair.replace("%SECRET%", SECRET).split("=", 1) for pair in options.pop("-d", ()))
    body = [json.loads(text) for text in options.pop("--json", ())]
    method = "".join(options.pop("-X", ["POST" if form or body else "GET"]))
    assert not options, command
    return requests.request(
        method,
        url,
        data=form or None,
        json=body[0] if body else None,
        headers={"Authorization": f"Bearer {token}"} if token else {},
        verify=system.ca_path,
        timeout=600,
    )


def like(shown: Any, came: Any) -> bool:
    """Whether an answer is as the guide shows it, where … stands for anything."""
    if isinstance(shown, dict) and isinstance(came, dict):
        return shown.keys() == came.keys() and all(like(shown[name], came[name]) for name in shown)
    if isinstance(shown, list) and isinstance(came, list):
        return len(shown) == len(came) and all(map(like, shown, came))
    return shown == "…" or shown == came


def test_the_session_in_the_guide(system: SmallSystem) -> None:
    token, commands = "", "".join(SESSIONS).split("$ curl ")[1:]
    assert len(commands) == len(re.findall(r"^\$ ", REGISTER, re.M)) > 10
    for number, said in enumerate(commands):
        command, status, *rest = said.strip().splitlines()
        answer = answer_to(f"curl {command}", token if number > 1 else "", system)
        assert f"HTTP/1.1 {answer.status_code}" == status, command
        for line in rest:
            if line.startswith("{"):
                assert like(json.loads(line), answer.json()), f"{command}: {answer.text}"
            else:
                name, _colon, value = line.partition(": ")
                assert re.fullmatch(re.escape(value).replace("…", ".*"), answer.headers[name]), command
        token = token or answer.json()["access_token"]
    assert system.entities["sites"].keys() == {"e1"}


SITE = {"type": "site", "key": {"code": "HH"}}
SCALE = {"type": "scale", "refs": {"siteId": SITE}, "key": {"serial": "S/17 é?"}}
GONE = {**SCALE, "key": {"serial": "S-18"}, "state": "absent"}
RENAMED = {**SCALE, "key": {"serial": "S-18"}, "was": SCALE["key"]}


def entity(task: str, which: dict[str, Any], **attributes: Any) -> dict[str, Any]:
    """A task about one entity."""
    return {"name": task, ENTITY: {**which, **({"attributes": attributes} if attributes else {})}}


CYCLE: dict[str, tuple[dict[str, Any], str]] = {
    "site": (entity("site", SITE, name="Hamburg"), "create"),
    "site again": (entity("site again", SITE, name="Hamburg"), "none"),
    "scale in check mode": ({**entity("scale in check mode", SCALE, unit="kg"), "check_mode": True}, "create"),
    "scale": (entity("scale", SCALE, unit="kg", capacity=3.2, tags=["b", "a"]), "create"),
    "scale again": (entity("scale again", SCALE, unit="kg", capacity=3.2, tags=["b", "a"]), "none"),
    "change in check mode": ({**entity("change in check mode", SCALE, unit="g"), "check_mode": True}, "update"),
    "change": (entity("change", SCALE, unit="g"), "update"),
    "change again": (entity("change again", SCALE, unit="g"), "none"),
    "rename": (entity("rename", RENAMED), "update"),
    "rename again": (entity("rename again", RENAMED), "none"),
}
END: dict[str, tuple[dict[str, Any], str]] = {
    "absent in check mode": (
        {**entity("absent in check mode", GONE), "check_mode": True},
        "delete",
    ),
    "absent": (entity("absent", GONE), "delete"),
    "absent again": (entity("absent again", GONE), "none"),
}
LOOKUP = "lookup('rimops.insight.insight_entity', {})"


@pytest.mark.proves("DECLARE-1", "DECLARE-2", "DECLARE-3", "DECLARE-7", "DECLARE-11", "ANSIBLE-1", "ANSIBLE-3")
@pytest.mark.parametrize("entry", ENTRIES)
def test_everything_works_with_it(system: SmallSystem, play: Player) -> None:
    for code in ("B", "K", "M"):  # more than a page
        system.entities["sites"][f"old-{code}"] = {"id": f"old-{code}", "code": code, "modified": 1}
    variables = {f"insight_{name}": value for name, value in play.defaults.items()}
    variables |= {"scale": SCALE | {"key": RENAMED["key"]}, "nobody": {"type": "site", "key": {"code": "XX"}}}
    queries = {
        "by key": LOOKUP.format("scale"),
        "by id": LOOKUP.format("rename.entity_id, type='scale'"),
        "missing": LOOKUP.format("nobody, on_missing='skip'") + " | default('none', true)",
    }
    played = play(
        [
            {"name": "log in", TOKEN: {}},
            *(task for task, _operation in CYCLE.values()),
            {"name": "rename for lookups", ENTITY: RENAMED, "register": "rename"},
            {"name": "info by key", INFO: {**SCALE, "key": RENAMED["key"]}},
            {"name": "info by id", INFO: {"type": "scale", "id": "{{ rename.entity_id }}"}},
            {"name": "info of nobody", INFO: {"type": "scale", "id": "e99"}},
            {"name": "info of no key", INFO: {"type": "site", "key": {"code": "XX"}}},
            {"name": "list", INFO: {"type": "site"}},
            *(
                {"name": name, "ansible.builtin.debug": {"msg": f"{{{{ {query} }}}}"}}
                for name, query in queries.items()
            ),
            {
                "name": "uri",
                "ansible.builtin.uri": {
                    "url": f"{system.url}/api/v1/scales/{{{{ rename.entity_id }}}}",
                    "headers": "{{ lookup('rimops.insight.insight_token') }}",
                    "ca_path": system.ca_path,
                },
            },
            *(task for task, _operation in END.values()),
        ],
        vars=variables,
    )
    assert played.code == 0, played.output
    expected = {name: operation for name, (_task, operation) in {**CYCLE, **END}.items()}
    assert {name: played[name]["operation"] for name in expected} == expected
    assert {name: played[name]["changed"] for name in expected} == {
        name: operation != "none" for name, operation in expected.items()
    }
    assert {kind: system.counted[kind] for kind in ("creates", "updates", "deletes", "tokens")} == {
        "creates": 2,
        "updates": 2,
        "deletes": 1,
        "tokens": 1,
    }
    held = {"siteId": "e1", "serial": "S-18", "unit": "g", "capacity": 3.2, "tags": ["b", "a"], "id": "e2"}
    for shown in (
        *played["info by key"]["entities"],
        *played["info by id"]["entities"],
        played["by key"]["msg"],
        played["by id"]["msg"],
        played["uri"]["json"]["data"],
    ):
        assert {name: value for name, value in shown.items() if name != "modified"} == held
    assert played["missing"]["msg"] == "none"
    assert played["info of nobody"]["entities"] == played["info of no key"]["entities"] == []
    assert sorted(site["code"] for site in played["list"]["entities"]) == ["B", "HH", "K", "M"]
    assert system.entities["scales"] == {}
    assert all(played[name]["assumed"] == [] for name in expected)
    assert [SECRET in played.output, *(token in played.output for token in system.tokens)] == [False, False]


LISTED = {"method": "GET", "path": "{type.path}", "entity": "body.data"}
PAGES = {"query": {"offset": "{offset}", "limit": "{size}"}, "paging": {"size": 2, "total": "body.meta.total"}}
WAYS: dict[str, dict[str, Any]] = {
    "by list": {"find": "list", "list": {**LISTED, **PAGES}},
    "among others": {"find": {**LISTED, **PAGES, "narrows": True, "headers": {"X-Looks-For": "{key.code}"}}},
    "through a summary": {"find": {**LISTED, "query": "{key}", "then": "read", "missing": [{"empty": True}]}},
    "places": {
        "find": {**LISTED, "query": "{key}", "entity": ["body.none", "body.data"], "missing": [{"empty": True}]},
        "read": {"entity": {name: f"body.data.{name}" for name in ("id", "code", "name", "modified")}},
        "delete": {"path": "sites/{entity.id}", "query": {"code": "{entity.code}"}},
    },
}


@pytest.mark.parametrize("way", WAYS)
def test_the_ways_to_find(system: SmallSystem, play: Player, way: str) -> None:
    for code in ("B", "K", "M"):
        system.entities["sites"][f"old-{code}"] = {"id": f"old-{code}", "code": code, "modified": 1}
    system.left_out = {"name"} if way == "through a summary" else set()
    profile = {
        "format": 2,
        "name": "scales",
        "extends": "rest",
        "base_path": "/api/v1",
        "oauth": {"token_path": "/oauth/token", "grants": {"client_credentials": {}}},
        "attributes": {"modified": {"volatile": True}},
        "operations": {
            "read": {"entity": "body.data"},
            "create": {"entity": {"id": "location.id"}},
            "update": {"entity": "body.data"},
        },
        "types": {"site": {"path": "sites", "key": {"attributes": ["code"], "enforced": True}, **WAYS[way]}},
    }
    (Path(play.folder) / "ways.yml").write_text(json.dumps(profile), encoding="utf-8")
    play.defaults["profile"] = "ways.yml"
    tasks = {
        "new": (entity("new", SITE, name="Hamburg"), "create"),
        "new again": (entity("new again", SITE, name="Hamburg"), "none"),
        "change": (entity("change", SITE, name="Harbour"), "update"),
        "change again": (entity("change again", SITE, name="Harbour"), "none"),
        "gone": (entity("gone", {**SITE, "state": "absent"}), "delete"),
        "gone again": (entity("gone again", {**SITE, "state": "absent"}), "none"),
    }
    played = play([task for task, _operation in tasks.values()])
    assert played.code == 0, played.output
    assert {name: played[name]["operation"] for name in tasks} == {name: tasks[name][1] for name in tasks}
    assert [one["code"] for one in system.entities["sites"].values()] == ["B", "K", "M"]
    assert system.writes == 3


@pytest.mark.proves("LOGIN-4")
def test_a_token_that_ended_is_renewed_once(system: SmallSystem, play: Player) -> None:
    assert play([CYCLE["site"][0]]).code == 0
    system.tokens.clear()
    played = play([CYCLE["site again"][0]])
    assert played["site again"]["operation"] == "none", played.output
    assert (system.counted["tokens"], system.writes) == (2, 1)


class NeverTrusted(set[str]):
    """Tokens of which the system knows none: those of another issuer."""

    def __contains__(self, _token: object) -> bool:
        return False


@pytest.mark.proves("LOGIN-4")
def test_tokens_of_another_issuer_are_named_as_the_likeliest_cause(system: SmallSystem, play: Player) -> None:
    system.tokens = NeverTrusted()
    played = play([CYCLE["site"][0]])
    assert "the server refused an access token that was issued a moment ago (HTTP 401)" in played["site"]["msg"]
    assert "Most likely the server trusts another issuer" in played["site"]["msg"], played.output
    assert "another login" not in played["site"]["msg"]
    assert (system.counted["tokens"], system.writes) == (2, 0)


AS_GUEST = {
    "session": {
        "carry": {"headers": {"Authorization": "Bearer {access_token}"}},
        "look": {
            "method": "GET",
            "path": "me",
            "success": [{"status": 404}],
            "after": [{"status": [400, 403, 404]}, {"status": 200, "body": {"meta.total": 0}}],
        },
    }
}


@pytest.mark.proves("LOGIN-4", "LOGIN-12")
def test_a_lost_session_that_is_answered_as_a_guest_makes_nothing_absent(system: SmallSystem, play: Player) -> None:
    play.defaults["profile_overrides"] = AS_GUEST
    system.guests = True
    code, town = SITE["key"]["code"], {"attributes": {"town": "Hamburg"}}
    other = {"type": "site", "key": {"code": "B"}}

    def played(**task: Any) -> tuple[bool, Any, int, int]:
        """What a task says with a session that ended: changed, the number of entities, logins and writes."""
        system.tokens.clear()
        system.counted.clear()
        module = task.pop("module", ENTITY)
        result = play([{"name": "it", module: task}])["it"]
        assert "msg" not in result, result["msg"]
        return result["changed"], len(result.get("entities", ())), system.counted["tokens"], system.writes

    assert played(**SITE, **town) == (True, 0, 1, 1)
    assert played(**SITE, **town) == (False, 0, 1, 0)
    assert played(module=INFO, **SITE) == (False, 1, 1, 0)
    assert played(**other, attributes={"town": "Berlin"}) == (True, 0, 1, 1)
    assert played(**SITE, attributes={"town": "Altona"}) == (True, 0, 1, 1)
    (by_id,) = ({"type": "site", "id": one} for one, site in system.entities["sites"].items() if site["code"] == code)
    assert played(module=INFO, **by_id) == (False, 1, 1, 0)
    assert played(**by_id, state="absent") == (True, 0, 1, 1)
    assert played(**by_id, state="absent") == (False, 0, 1, 0)
    assert played(**SITE, state="absent") == (False, 0, 1, 0)
    assert [one["code"] for one in system.entities["sites"].values()] == ["B"] != [code]


@pytest.mark.proves("LOGIN-4", "LOGIN-12")
def test_a_session_that_ends_on_the_way_as_a_guest_loses_no_entity(system: SmallSystem, play: Player) -> None:
    play.defaults["profile_overrides"] = AS_GUEST
    system.guests = True
    entities = [{"type": "site", "key": {"code": f"S{number}"}, "attributes": {"town": "X"}} for number in range(40)]
    task = {"name": "it", "rimops.insight.insight_entities": {"entities": entities, "concurrency": 8}}
    for expected in ({"created": 40, "unchanged": 0}, {"created": 0, "unchanged": 40}):
        system.lasts = 25
        summary = play([task])["it"]["summary"]
        assert {name: summary[name] for name in expected} == expected, summary
        assert (summary["failed"], len(system.entities["sites"])) == (0, 40)


@pytest.mark.proves("WRITE-1", "WRITE-7")
def test_what_went_wrong_is_said(system: SmallSystem, play: Player) -> None:
    wrong = {"profile_overrides": {"operations": {"find": {"path": "all/{type.path}"}}}}
    tasks = [
        {**entity("wrong path", {**SITE, **wrong}, name="Hamburg"), "ignore_errors": True},
        {**entity("wrong secret", {**SITE, "client_secret": "x"}, name="Hamburg"), "ignore_errors": True},
    ]
    played = play(tasks)
    assert played["wrong path"]["failed"], played.output
    assert "HTTP 404" in played["wrong path"]["msg"]
    assert played["wrong secret"]["error"]["kind"] == "AuthenticationError", played["wrong secret"]
    assert system.writes == 0


@pytest.mark.proves("WRITE-20")
def test_a_search_that_shows_less_than_the_read(system: SmallSystem, play: Player) -> None:
    """What can be done about it today is in the message, and works."""
    system.left_out = {"name", "note"}
    system.entities["sites"]["e9"] = {"id": "e9", "code": "HH", "name": "Hamburg", "note": "kept", "modified": 1}
    by_id = {"type": "site", "id": "e9"}
    tasks = [
        {**entity("change", SITE, name="Hamburg, harbour"), "ignore_errors": True},
        {**entity("remove", {**SITE, "state": "absent"}), "ignore_errors": True},
        entity("change by id", by_id, name="Hamburg, harbour"),
        entity("again by id", by_id, name="Hamburg, harbour"),
    ]
    played = play(tasks)
    for name in ("change", "remove"):
        result = played[name]
        assert (result["error"]["kind"], result["changed"]) == ("ProfileMismatchError", False), played.output
        assert result["error"]["profile_key"] == "operations.find"
        assert "show it differently, each time: name, note; nothing was written" in result["msg"]
        assert "give the id instead of the key" in result["msg"]
    assert [played[f"{name} by id"]["operation"] for name in ("change", "again")] == ["update", "none"], played.output
    assert (system.entities["sites"]["e9"]["note"], system.writes) == ("kept", 1)


@pytest.mark.proves("PROFILE-1")
def test_a_mistake_in_the_profile_is_named_as_printed(system: SmallSystem, play: Player) -> None:
    (play.folder / "scales.yml").write_text(PROFILE.text.replace("query:", "querry:", 1), encoding="utf-8")
    played = play([{"name": "read", INFO: {"type": "site"}}])
    assert words(played["read"]["msg"]) in words(GUIDE.read_text(encoding="utf-8")), played["read"]
    assert not system.counted


def probed(play: Player, system: SmallSystem, finds_all: bool = True, **overrides: Any) -> dict[str, Any]:
    """What the probe found out. finds_all: nothing stays unknown, and nothing is left behind."""
    system.entities["sites"] |= {f"s{n}": {"id": f"s{n}", "code": code, "modified": n} for n, code in enumerate("BK")}
    system.entities["scales"]["x1"] = {"id": "x1", "siteId": "s0", "serial": "S-1", "unit": "g", "modified": 1}
    variables = {f"insight_{name}": value for name, value in play.defaults.items()}
    variables |= {"insight_profile_overrides": overrides} if overrides else {}
    here = {"siteId": {"type": "site", "key": {"code": "B"}}}
    variables |= {
        "insight_profile": str(play.folder / "scales.yml"),
        "probe_entities": [
            {"type": "site", "id": "s0", "key": {"code": "B"}},
            {"type": "site", "id": "s1", "key": {"code": "K"}},
            {"type": "scale", "key": {"serial": "S-1"}, "refs": here},
        ],
        "probe_writes": True,
        "probe_create": {
            "type": "scale",
            "key": {"serial": "S-2"},
            "refs": here,
            "attributes": {"unit": "kg", "capacity": 3.2},
            "change": {"unit": "g"},
            "rename": {"serial": "S-3"},
        },
        "probe_overrides_file": str(play.folder / "overrides.yml"),
        "probe_page_file": str(play.folder / "page.md"),
    }
    (play.folder / "probe.yml").write_text(json.dumps(variables))
    played = play([], "-e", "@probe.yml", playbook="rimops.insight.probe")
    assert (played.code == 0) == finds_all, played.output
    assert list(system.entities["scales"]) == ["x1"] or not finds_all
    return played["Probe the server"]


@pytest.mark.one_core
@pytest.mark.proves("PROBE-1")
def test_the_probe_finds_nothing_to_change(system: SmallSystem, play: Player) -> None:
    result = probed(play, system)
    assert [one for one in result["findings"] if one["verdict"] in ("differs", "not_found")] == []
    told = yaml.safe_load((play.folder / "overrides.yml").read_text(encoding="utf-8"))
    assert {name: set(one) for name, one in told["operations"].items()} == {
        name: {"assumed", "verified"} for name in profile_data(PROFILE.data, None, str)["operations"]
    }


@pytest.mark.one_core
@pytest.mark.proves("PROBE-1")
def test_a_search_that_shows_all_without_their_keys_is_none(system: SmallSystem, play: Player) -> None:
    system.ignored, system.left_out = {"code"}, {"code"}
    result = probed(play, system, finds_all=False)
    about_find = {one["verdict"] for one in result["findings"] if one["profile_key"].startswith("operations.find")}
    assert about_find == {"not_found"}
    assert "find" not in result["overrides"].get("operations", {})


WRONG = {
    "read": {"entity": "body.item"},
    "find": {
        "method": "POST",
        "path": "{type.path}/search",
        "query": None,
        "json": "{key}",
        "missing": [{"status": 404}],
    },
    "create": {"success": [{"status": 200}], "entity": "body"},
    "update": {"json": "{changed}", "method": "PATCH"},
    "list": {"query": {"page": "{page}", "limit": "{size}"}, "entity": "body.items", "paging": {"total": "body.total"}},
}
"""What somebody got wrong, operation by operation."""


@pytest.mark.one_core
@pytest.mark.proves("PROBE-1")
def test_the_probe_corrects_what_is_wrong(system: SmallSystem, play: Player) -> None:
    result = probed(play, system, operations=WRONG)
    assert {one["profile_key"].split(".")[1] for one in result["findings"] if one["verdict"] == "differs"} >= set(WRONG)
    play.defaults["profile_overrides"] = str(play.folder / "overrides.yml")
    system.reset()
    played = play([*(task for task, _operation in CYCLE.values()), {"name": "list", INFO: {"type": "site"}}])
    assert played.code == 0, played.output
    assert {name: played[name]["operation"] for name in CYCLE} == {name: told for name, (_task, told) in CYCLE.items()}
    assert len(played["list"]["entities"]) == 1
    assert system.writes == 4


READS_ONLY = {"operations": {"create": None, "update": None, "delete": None, "list": None}}


@pytest.mark.proves("PROFILE-21", "PROBE-20")
def test_the_probe_finds_what_a_profile_that_only_reads_does_not_have(system: SmallSystem, play: Player) -> None:
    system.entities["sites"] |= {f"s{n}": {"id": f"s{n}", "code": code, "modified": 1} for n, code in enumerate("BK")}
    profile = {"profile": str(play.folder / "scales.yml"), "profile_overrides": READS_ONLY}
    probed = {
        **profile,
        "entities": [{"type": "site", "id": "s0", "key": {"code": "B"}}],
        "writes": True,
        "create": {
            "type": "site",
            "key": {"code": "X"},
            "attributes": {"name": "Old"},
            "change": {"name": "New"},
            "rename": {"code": "Y"},
        },
    }
    refused = run(play, {"name": "site", ENTITY: {**SITE, **profile, "attributes": {"name": "x"}}, "check_mode": True})
    assert "the profile has no create operation for site" in refused["msg"]
    result = run(play, {"name": "probe", "rimops.insight.insight_probe": probed})
    assert not result["failed"] and result["left_behind"] == [], result
    assert list(system.entities["sites"]) == ["s0", "s1"]
    found = result["overrides"]["operations"]
    told = {name: (one["method"], one["path"]) for name, one in found.items() if "method" in one}
    assert told == {
        "create": ("POST", "{type.path}"),
        "update": ("PUT", "{type.path}/{id}"),
        "delete": ("DELETE", "{type.path}/{id}"),
        "list": ("GET", "{type.path}"),
    }
    options = {**profile, "profile_overrides": overlaid(READS_ONLY, result["overrides"])}
    steps = [SITE | {"attributes": {"name": name}} for name in ("a", "b", "b")] + [SITE | {"state": "absent"}]
    done = [run(play, {"name": "step", ENTITY: {**step, **options}}) for step in steps]
    assert [one.get("operation", one) for one in done] == ["create", "update", "none", "delete"]


@pytest.mark.proves("MESSAGE-22")
def test_a_server_behind_a_proxy_may_name_its_inner_host(system: SmallSystem, play: Player) -> None:
    system.inner = "http://10.0.0.7:8080"
    options = {**SITE, "profile": str(play.folder / "scales.yml"), "attributes": {"name": "Hamburg"}}
    created, again = (run(play, {"name": "site", ENTITY: options}) for _twice in (1, 2))
    assert (created["operation"], created["entity_id"], again["operation"]) == ("create", "e1", "none")
    assert [note for note in created["notes"] if "Location" in note and "another host" in note]
    assert "notes" not in again


@pytest.mark.proves("LIST-20")
@pytest.mark.parametrize("sort", [None, "code"], ids=["without", "with"])
def test_a_list_in_pages_is_asked_for_in_a_fixed_order(system: SmallSystem, play: Player, sort: str | None) -> None:
    """The order is a parameter of the query. Without it this server shows one entity twice, and that is an error."""
    codes = [f"S{number}" for number in range(5)]
    system.entities["sites"] = {f"e{code}": {"id": f"e{code}", "code": code} for code in codes}
    system.restless = True
    pages = {"offset": "{offset}", "limit": "{size}", **({"sort": sort} if sort else {})}
    overrides = {"operations": {"list": {"query": pages}}}
    task = {"name": "read", INFO: {"type": "site", "profile_overrides": overrides}, "ignore_errors": True}
    read = play([task])["read"]
    if sort:
        assert [one["code"] for one in read["entities"]] == codes, read
        assert system.counted["lists"] == 3
    else:
        assert "came twice, 5 times in a row" in read["msg"], read


RUN_HERE = [example for example in EXAMPLES if example.mark.get("by") == Path(__file__).stem]


@pytest.mark.proves("ANSIBLE-6")
@pytest.mark.parametrize("example", RUN_HERE, ids=lambda example: example.name)
def test_the_playbook_in_the_guide(system: SmallSystem, play: Player, example: Example) -> None:
    (whole,) = yaml.safe_load(example.text)
    defaults = whole.pop("module_defaults")["group/rimops.insight.insight"]
    defaults |= {"url": system.url, "ca_path": system.ca_path}
    play.defaults = defaults
    runs = [play(whole["tasks"], environment={"INSIGHT_CLIENT_SECRET": SECRET}) for _twice in (1, 2)]
    assert [run.code for run in runs] == [0, 0], runs[0].output
    assert [[task["result"].get("changed") for task in run.tasks] for run in runs] == [
        [True, True, False],
        [False, False, False],
    ]
    assert [site["code"] for site in runs[1]["All sites"]["entities"]] == ["HH"]
    assert system.writes == 2
