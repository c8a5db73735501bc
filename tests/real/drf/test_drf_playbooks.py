# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks against Django REST framework, with each of its logins, by the profiles beside this file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml
from drf.server import HERE, PASSWORD, USERNAME, Drf
from playbooks.conftest import Player
from playing import answered, drifted, outcomes, play_a_life, play_an_environment, sites, task, wait

LOGINS = {"token": "/api-token-auth/", "session": "/api-auth/login/", "jwt": "/api/token/"}
REFRESH = "/api/token/refresh/"
SITE = {"type": "site", "key": {"code": "S1"}}
SCALE = {"type": "scale", "key": {"serial": "1"}, "refs": {"site": SITE}}
SECRETS = {"first": "first password canary"}
LONG = 150
"""Sites that nobody makes within the life of a session, one after the other."""


def options(server: Drf, **more: Any) -> dict[str, Any]:
    """The options that every task needs."""
    reach = {"url": server.url, "ca_path": server.ca_path, "profile": str(HERE / "profile.yml")}
    return {**reach, **more}


@pytest.fixture
def play(drf: Drf, tmp_path: Path) -> Player:
    """Plays tasks with the login of the server, which is empty."""
    drf.empty()
    login = {
        "profile_overrides": str(HERE / f"overrides_{drf.login}.yml"),
        "grant_type": "login",
        "username": USERNAME,
        "password": PASSWORD,
        "token_store": str(tmp_path / "store"),
    }
    return Player(drf, tmp_path, defaults=options(drf, **login))  # type: ignore[arg-type]


def logins(server: Drf) -> list[int]:
    """The statuses of the answers to logins."""
    return answered(server, "POST", LOGINS[server.login])


def named(entity: dict[str, Any]) -> dict[str, Any]:
    """An entity as others refer to it."""
    return {name: entity[name] for name in ("type", "key", "refs") if name in entity}


def registered() -> list[dict[str, Any]]:
    """An environment of twenty entities of five types."""
    four = sites(range(4))
    checked = {"capacity": 3.2, "checked": "2026-11-27T10:00:00+01:00"}
    scales = [
        {"type": "scale", "key": {"serial": serial}, "refs": {"site": named(site)}, "attributes": checked}
        for site in four
        for serial in ("1", "2")
    ]
    weights = [
        {"type": "weight", "key": {"serial": str(number)}, "refs": {"scale": named(scale)}}
        for number, scale in enumerate(scales[:4])
    ]
    groups = [{"type": "group", "key": {"name": name}} for name in ("clerks", "keepers")]
    about = {"is_active": False, "password": {"secret": "first"}}
    users = [
        {"type": "user", "key": {"username": name}, "refs": {"groups": groups}, "attributes": about}
        for name in ("anna", "bert")
    ]
    return [*users, *weights, *scales, *groups, *four]


def test_the_life_of_a_site(drf: Drf, play: Player) -> None:
    pause = 0 if drf.login == "token" else drf.lifetime + 1
    play_a_life(drf, play, SITE, {"name": "One"}, {"name": "Two"}, pause)
    assert logins(drf) == {"token": [200], "session": [302] * 3, "jwt": [200]}[drf.login]
    assert answered(drf, "POST", REFRESH) == ([200, 200] if drf.login == "jwt" else [])


def test_the_life_of_a_scale(drf: Drf, play: Player) -> None:
    """The server writes its decimal and its instant in forms of its own."""
    assert play([task("site", "entity", **SITE, attributes={"name": "One"})]).code == 0
    checked = {"checked": "2026-11-27T10:00:00+01:00"}
    play_a_life(drf, play, SCALE, {"capacity": 3.2, **checked}, {"capacity": 3.25, **checked})


def test_an_environment(drf: Drf, play: Player) -> None:
    entities = registered()
    assert len(entities) == 20
    play_an_environment(drf, play, entities, SECRETS)
    drf.sql("UPDATE register_scale SET capacity = 4 WHERE id = (SELECT min(id) FROM register_scale)")
    [change] = drifted(play, entities, SECRETS)
    assert (change["path"], float(change["before"]), change["after"]) == ("capacity", 4.0, 3.2)
    assert drf.writes == (20, 0, 0)


@pytest.mark.parametrize("drf", ["session", "jwt"], indirect=True)
def test_a_login_that_ends_on_the_way(drf: Drf, play: Player) -> None:
    """Nothing is written twice, and a token that can be renewed costs no login."""
    played = play([task("make", "entities", entities=sites(range(LONG)), concurrency=1)])
    assert outcomes(played["make"]) == {"created": LONG}, played.output
    assert drf.writes == (LONG, 0, 0)
    renewed = logins(drf) if drf.login == "session" else answered(drf, "POST", REFRESH)
    assert len(renewed) > 1
    assert drf.login == "session" or logins(drf) == [200]


@pytest.mark.parametrize("drf", ["token", "session"], indirect=True)
def test_a_login_that_was_ended_costs_one_more(drf: Drf, play: Player) -> None:
    """What is in the token store is tried first."""
    make, more = (task("make", "entities", entities=sites(range(number)), concurrency=8) for number in (1, 20))
    assert play([make]).code == 0
    drf.end_logins()
    drf.forget()
    assert outcomes(play([more])["make"]) == {"created": 19, "unchanged": 1}
    assert drf.writes == (19, 0, 0)
    assert len(logins(drf)) == 1


@pytest.mark.parametrize("drf", ["jwt"], indirect=True)
def test_a_twin_is_told_by_the_words_of_its_refusal(drf: Drf, play: Player) -> None:
    """A search that shows nothing, as one behind a filter of rights does, makes no twin."""
    hidden = {"find": {"query": {"code": "{key.code}", "name": "nobody's"}}}
    login = yaml.safe_load((HERE / "overrides_jwt.yml").read_text(encoding="utf-8"))
    play.defaults["profile_overrides"] = {**login, "types": {"site": hidden}}
    drf.sql("INSERT INTO register_site (code, name, notes) VALUES ('S1', 'One', '')")
    made = play([task("make", "entity", **SITE, attributes={"name": "One"})])["make"]
    assert made["failed"] and "the create says that it exists" in made["msg"], made
    assert drf.writes == (0, 0, 0)


@pytest.mark.parametrize("drf", ["jwt"], indirect=True)
def test_a_refresh_token_rotates_from_run_to_run(drf: Drf, play: Player, tmp_path: Path) -> None:
    """Each run uses the refresh token that the one before it got; one that was used already costs a login."""
    read = task("read", "entity", **SITE, attributes={"name": "One"})
    for _run in range(3):
        assert play([read, wait(drf.lifetime + 1)]).code == 0
    assert (logins(drf), answered(drf, "POST", REFRESH)) == ([200], [200, 200])
    shutil.copytree(tmp_path / "store", tmp_path / "copy")
    assert not play([read, wait(drf.lifetime + 1)])["read"]["failed"]
    drf.forget()
    play.defaults["token_store"] = str(tmp_path / "copy")
    assert not play([read])["read"]["failed"]
    assert (answered(drf, "POST", REFRESH), logins(drf)) == ([401], [200])


def test_a_wrong_password_is_sent_once(drf: Drf, play: Player) -> None:
    wide = task("make", "entities", entities=sites(range(20)), concurrency=8, on_error="continue", password="another")
    made = play([wide])["make"]
    assert made["failed"] and "does not accept" in made["msg"], made
    assert logins(drf) == [{"token": 400, "session": 200, "jwt": 401}[drf.login]]
    assert drf.writes == (0, 0, 0)


def test_a_plain_api_of_five_types_takes_25_lines() -> None:
    lines = (HERE / "profile.yml").read_text(encoding="utf-8").split("---\n")[1].splitlines()
    assert sum(not line.lstrip().startswith("#") for line in lines) <= 25


def test_with_a_token_that_is_handed_over(database: Path, tmp_path: Path) -> None:
    """The profile alone, without one of the logins."""
    server = Drf(tmp_path, database, "jwt", 3600)
    try:
        server.empty()
        mine = {"username": USERNAME, "password": PASSWORD}
        answer = requests.post(f"{server.url}/api/token/", json=mine, verify=server.ca_path, timeout=60)
        play = Player(server, tmp_path, defaults=options(server, access_token=answer.json()["access"]))  # type: ignore[arg-type]
        play_an_environment(server, play, registered(), SECRETS)
    finally:
        server.stop()
