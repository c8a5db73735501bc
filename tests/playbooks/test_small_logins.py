# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The staff directory and the help desk of docs/write_a_profile.md: the sessions with curl, the profiles, the playbooks
and the environments that the page prints."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from conftest import Played, Player
from simulator.surroundings import ROOT
from small_logins import PASSWORD, USER, Desk, Staff
from small_system import CLIENT, SECRET, SmallSystem
from systems.base.fixtures import as_new, started_once
from test_docs import Example, examples_of
from test_small_system import like

pytestmark = pytest.mark.proves("PROFILE-4", "ANSIBLE-6")

GUIDE = ROOT / "docs" / "write_a_profile.md"
SESSION = re.compile(r"^<!-- session: (\w+) -->\n```console\n(.*?)^```$", re.M | re.S)
OURS = [example for example in examples_of(GUIDE) if example.mark.get("by") == Path(__file__).stem]
BLOCKS: dict[str, Example] = {example.mark.get("name", ""): example for example in OURS}
MANIFESTS = {example.mark["file"]: example.text for example in OURS if "file" in example.mark}
(REGISTER,) = (example.text for example in examples_of(GUIDE) if example.mark.get("profile"))
SYSTEMS = ("staff", "desk")
ENTITY = "rimops.insight.insight_entity"
TEAM = {"type": "team", "key": {"name": "Support"}}
PERSON = {"type": "person", "key": {"email": "eve@example.com"}, "refs": {"team": TEAM}}
QUEUE = {"type": "queue", "key": {"name": "mail in é?"}}


running = started_once(SmallSystem)
system = as_new


def player(name: str, system: SmallSystem, folder: Path, **options: Any) -> Player:
    """Plays tasks against one of the systems, with the profile that the page prints."""
    (folder / f"{name}.yml").write_text(BLOCKS[f"{name} profile"].text, encoding="utf-8")
    user = {"username": USER, "password": PASSWORD}
    defaults = {"url": system.url, "ca_path": system.ca_path, "profile": f"{name}.yml", **user, **options}
    return Player(system, folder, "here", defaults)  # type: ignore[arg-type]  # it wants to know url and ca_path


def of(system: SmallSystem, name: str) -> Staff | Desk:
    """One of the two systems."""
    return system.staff if name == "staff" else system.desk


def ask(command: str, known: dict[str, str], session: requests.Session, system: SmallSystem) -> requests.Response:
    """What the system answers to a line of the page, sent as curl would; known: the variables of the shell."""
    words = [re.sub(r"\$(\w+)", lambda found: known[found[1]], word) for word in shlex.split(command)]
    (url,) = (word for word in words if word.startswith("https:"))
    words.remove(url)
    given: dict[str, list[str]] = {}
    for option, value in zip(words[::2], words[1::2], strict=True):
        given.setdefault(option, []).append(value)
    assert set(given) <= {"-c", "-b", "-d", "-H", "-X", "--json"}, command
    jar = session if "-b" in given else requests.Session()
    form = dict(pair.split("=", 1) for pair in given.get("-d", ()))
    (body,) = given.get("--json", [None])
    return jar.request(
        "".join(given.get("-X", ["POST" if form or body else "GET"])),
        url,
        data=form or body,
        headers={
            **dict(header.split(": ", 1) for header in given.get("-H", ())),
            **({"Content-Type": "application/json"} if body else {}),
        },
        verify=system.ca_path,
        allow_redirects=False,
        timeout=600,
    )


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_session_in_the_guide(system: SmallSystem, name: str) -> None:
    commands = "".join(text for one, text in SESSION.findall(GUIDE.read_text(encoding="utf-8")) if one == name)
    known = {"url": system.url, "password": json.dumps(PASSWORD)[1:-1] if name == "staff" else PASSWORD}
    session = requests.Session()
    assert commands.count("$ curl ") > 8
    for said in commands.split("$ curl ")[1:]:
        command, status, *rest = said.strip().splitlines()
        answer = ask(command, known, session, system)
        assert f"HTTP/1.1 {answer.status_code}" == status, f"{command}: {answer.text}"
        for line in rest:
            if line.startswith(("{", "[")):
                assert like(json.loads(line), answer.json()), f"{command}: {answer.text}"
            else:
                header, _colon, value = line.partition(": ")
                assert answer.headers[header] == value, command
        if answer.ok and answer.content and isinstance(answer.json(), dict):
            new = {one: value for one, value in answer.json().items() if one in ("token", "refresh", "csrf")}
            known |= {f"old_{one}": known[one] for one in new if one in known} | new


STEPS: dict[str, list[tuple[str, dict[str, Any], str]]] = {
    "staff": [
        ("team", TEAM, "create"),
        ("person", {**PERSON, "attributes": {"title": "Agent", "room": "1"}}, "create"),
        ("same", {**PERSON, "attributes": {"title": "Agent"}}, "none"),
        ("check", {**PERSON, "attributes": {"title": "Lead"}}, "update"),
        ("change", {**PERSON, "attributes": {"title": "Lead"}}, "update"),
        ("same again", {**PERSON, "attributes": {"title": "Lead", "room": "1"}}, "none"),
        ("absent", {**PERSON, "state": "absent"}, "delete"),
        ("absent again", {**PERSON, "state": "absent"}, "none"),
    ],
    "desk": [
        ("queue", {**QUEUE, "attributes": {"title": "Mail", "open": True, "watchers": ["a@x", "b@x"]}}, "create"),
        ("same", {**QUEUE, "attributes": {"title": "Mail", "open": True, "watchers": ["b@x", "a@x"]}}, "none"),
        ("check", {**QUEUE, "attributes": {"open": False, "watchers": []}}, "update"),
        ("change", {**QUEUE, "attributes": {"title": "In", "open": False, "watchers": ["c@x"]}}, "update"),
        ("same again", {**QUEUE, "attributes": {"title": "In", "open": False, "watchers": ["c@x"]}}, "none"),
        ("absent", {**QUEUE, "state": "absent"}, "delete"),
        ("absent again", {**QUEUE, "state": "absent"}, "none"),
    ],
}
WRITES = {"staff": 4, "desk": 7}
"""Of the whole cycle. Desk: a create with watchers and a verb, a verb with an update and watchers, a delete."""


@pytest.mark.parametrize(("name", "differs"), [("staff", ""), ("desk", ""), ("desk", "desk in a cookie")])
def test_the_cycle(system: SmallSystem, tmp_path: Path, name: str, differs: str) -> None:
    options = {"profile_overrides": BLOCKS[differs].data} if differs else {}
    system.desk.csrf_cookie = "XSRF-TOKEN" if differs else ""
    play = player(name, system, tmp_path, **options)
    tasks = [{"name": task, ENTITY: said, "check_mode": task == "check"} for task, said, _operation in STEPS[name]]
    played = play(tasks)
    assert played.code == 0, played.output
    assert [played[task]["operation"] for task, _said, _operation in STEPS[name]] == [one[2] for one in STEPS[name]]
    assert (of(system, name).writes, of(system, name).counted["logins"]) == (WRITES[name], 1)
    assert PASSWORD not in played.output


def logged_out(system: SmallSystem, name: str) -> None:
    """The sessions end, as after a restart."""
    if name == "staff":
        system.staff.tokens.clear()
    else:
        system.desk.open.clear()


@pytest.mark.parametrize(("name", "made"), [("staff", {"logins": 1, "refreshes": 1}), ("desk", {"logins": 2})])
def test_a_session_that_is_lost(system: SmallSystem, tmp_path: Path, name: str, made: dict[str, int]) -> None:
    play = player(name, system, tmp_path)
    task, said, _operation = STEPS[name][0]
    assert play([{"name": task, ENTITY: said}]).code == 0
    logged_out(system, name)
    played = play([{"name": task, ENTITY: said}])
    assert (played.code, played[task]["operation"]) == (0, "none"), played.output
    counted = of(system, name).counted
    assert {one: counted[one] for one in ("logins", "refreshes") if counted[one]} == made


def test_a_token_that_is_lost_right_after_its_refresh(system: SmallSystem, tmp_path: Path) -> None:
    play = player("staff", system, tmp_path)
    task, said, _operation = STEPS["staff"][0]
    assert play([{"name": task, ENTITY: said}]).code == 0
    system.staff.tokens.clear()
    system.staff.fruitless = True
    played = play([{"name": task, ENTITY: said}])
    assert (played.code, played[task]["operation"]) == (0, "none"), played.output
    assert (system.staff.counted["logins"], system.staff.counted["refreshes"]) == (2, 1)


def test_a_logout_after_the_token_changed(system: SmallSystem, tmp_path: Path) -> None:
    """The CSRF token of the session is another one since it was stored."""
    play = player("desk", system, tmp_path)
    task, said, _operation = STEPS["desk"][0]
    assert play([{"name": task, ENTITY: said}]).code == 0
    system.desk.sessions = dict.fromkeys(system.desk.sessions, "changed meanwhile")
    played = play([{"name": "out", "rimops.insight.insight_token": {"state": "absent"}}])
    assert (played.code, played["out"].get("warnings", [])) == (0, []), played.output
    assert (system.desk.open, system.desk.counted["logins"]) == (set(), 1)


@pytest.mark.parametrize("name", SYSTEMS)
def test_wrong_credentials_are_sent_once(system: SmallSystem, tmp_path: Path, name: str) -> None:
    play = player(name, system, tmp_path, password="another one")
    played = play([{"name": "wrong", ENTITY: STEPS[name][0][1]}])
    assert played["wrong"]["error"]["kind"] == "AuthenticationError", played.output
    assert (of(system, name).counted["logins"], of(system, name).writes) == (1, 0)


@pytest.mark.parametrize("name", SYSTEMS)
def test_the_playbook_in_the_guide(system: SmallSystem, tmp_path: Path, name: str) -> None:
    play = player(name, system, tmp_path)
    (whole,) = yaml.safe_load(BLOCKS[f"{name} play"].text)
    play.defaults = whole["module_defaults"]["group/rimops.insight.insight"] | {
        "url": system.url,
        "ca_path": system.ca_path,
    }
    runs = [play(whole["tasks"], environment={"INSIGHT_PASSWORD": PASSWORD}) for _twice in (1, 2)]
    assert [run.code for run in runs] == [0, 0], runs[0].output + runs[1].output
    assert [{task["result"]["changed"] for task in run.tasks} for run in runs] == [{True}, {False}]
    for shown in BLOCKS[f"{name} play"].mark.get("shows", ()):
        expected = yaml.safe_load(BLOCKS[f"{name} play"].outputs[shown][1])
        assert {one: runs[0].tasks[-1]["result"][one] for one in expected} == expected


@pytest.mark.parametrize("name", ["scales", *SYSTEMS])
def test_the_environment_in_the_guide(system: SmallSystem, tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    (tmp_path / name / "all.yml").write_text(MANIFESTS[name], encoding="utf-8")
    if name == "scales":
        (tmp_path / "scales.yml").write_text(REGISTER, encoding="utf-8")
        machine = {"grant_type": "client_credentials", "client_id": CLIENT, "client_secret": SECRET}
        options = {"url": system.url, "ca_path": system.ca_path, "profile": "scales.yml", **machine}
        play = Player(system, tmp_path, "here", options)  # type: ignore[arg-type]  # as in player()
    else:
        play = player(name, system, tmp_path)
    tasks = BLOCKS["environment"].text.replace("staff/", f"{name}/")
    played = [play(tasks) for _twice in (1, 2)]
    assert [run.code for run in played] == [0, 0], played[0].output + played[1].output
    assert [summary(run) for run in played] == [{"created": 2}, {}]


def summary(played: Played) -> dict[str, int]:
    """What the apply did, without what was so already."""
    told: dict[str, int] = played["Apply what was approved"]["summary"]
    return {one: count for one, count in told.items() if count and one != "unchanged"}
