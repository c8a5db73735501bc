# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Playbooks against a register behind oidc-provider, by the profile beside this file."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from oidc_provider.server import CLIENT, HERE, REDIRECT, SECRET, WAYS, OidcProvider
from playbooks.conftest import Player
from playing import answered, drifted, outcomes, play_a_life, play_an_environment, sites, task, wait
from test_oidc_wire import SITES, emptied, login_of_a_person
from wire import Wire

SITE = {"type": "site", "key": {"code": "S1"}}
SCALE = {"type": "scale", "key": {"serial": "1"}, "refs": {"site": SITE}}
ME = {"name": "me", "rimops.insight.insight_entity_info": {"type": "me"}, "ignore_errors": True}
LONG = 300
"""Sites that nobody makes within the life of a token, one after the other."""


@pytest.fixture
def wire(oidc_provider: OidcProvider) -> Wire:
    """A client of an empty register."""
    return emptied(oidc_provider)


@pytest.fixture
def play(wire: Wire, oidc_provider: OidcProvider, tmp_path: Path) -> Player:
    """Plays tasks with an empty register, as the client itself."""
    login = {
        "url": oidc_provider.url,
        "authority": oidc_provider.url,
        "ca_path": oidc_provider.ca_path,
        "profile": str(HERE / "profile.yml"),
        "grant_type": "client_credentials",
        "client_id": CLIENT,
        "client_secret": SECRET,
        "token_store": str(tmp_path / "store"),
    }
    return Player(oidc_provider, tmp_path, defaults=login)  # type: ignore[arg-type]


def tokens(server: OidcProvider) -> list[int]:
    """The statuses of the answers of the token endpoint."""
    return answered(server, "POST", "/token")


def test_the_life_of_a_site(oidc_provider: OidcProvider, play: Player) -> None:
    """A create has no answer but the address; an update replaces the whole."""
    first = {"name": "One", "notes": "kept"}
    play_a_life(oidc_provider, play, SITE, first, {"name": "Two"}, oidc_provider.lifetime + 1)
    assert tokens(oidc_provider) == [200, 200, 200]


def test_the_life_of_a_scale(oidc_provider: OidcProvider, play: Player) -> None:
    assert play([task("site", "entity", **SITE, attributes={"name": "One"})]).code == 0
    play_a_life(oidc_provider, play, SCALE, {"capacity": 3}, {"capacity": 3.2})


def test_an_environment(wire: Wire, oidc_provider: OidcProvider, play: Player) -> None:
    eight = sites(range(8))
    scales = [
        {
            "type": "scale",
            "key": {"serial": str(number)},
            "refs": {"site": {"type": "site", "key": eight[number % 8]["key"]}},
            "attributes": {"capacity": number},
        }
        for number in range(12)
    ]
    play_an_environment(oidc_provider, play, [*scales, *eight])
    [site] = wire.ask("GET", f"{SITES}?code=S3")[1]["data"]
    assert wire.ask("PUT", f"{SITES}/{site['id']}", json={"code": "S3", "name": "Edited"})[0] == 200
    assert drifted(play, [*scales, *eight]) == [{"path": "name", "before": "Edited", "after": "One"}]
    assert oidc_provider.writes == (20, 1, 0)


def test_a_token_that_ends_on_the_way(oidc_provider: OidcProvider, play: Player) -> None:
    played = play([task("make", "entities", entities=sites(range(LONG)), concurrency=1)])
    assert outcomes(played["make"]) == {"created": LONG}, played.output
    assert oidc_provider.writes == (LONG, 0, 0)
    assert len(tokens(oidc_provider)) > 1
    assert set(tokens(oidc_provider)) == {200}


def test_a_refresh_token_rotates_from_run_to_run(
    wire: Wire, oidc_provider: OidcProvider, play: Player, tmp_path: Path
) -> None:
    """Each run uses the refresh token that the one before it got. One that comes twice ends the login, and says so."""
    first = login_of_a_person(wire, "jdoe")["refresh_token"]
    play.defaults.update({"grant_type": "refresh_token", "refresh_token": first})
    oidc_provider.forget()
    pause = wait(oidc_provider.lifetime + 1)
    stores = [tmp_path / name for name in ("store", "copy")]
    for _run in range(3):
        played = play([ME, pause])
        assert [one["user"] for one in played["me"].get("entities", [])] == ["jdoe"], played.output
        if not stores[1].exists():
            shutil.copytree(*stores)
    assert tokens(oidc_provider) == [200, 200, 200]
    for store in reversed(stores):
        oidc_provider.forget()
        play.defaults["token_store"] = str(store)
        refused = play([ME])["me"]
        assert refused["failed"] and "invalid_grant" in refused["msg"], refused
        assert tokens(oidc_provider) == [400]


def test_a_wrong_secret_is_sent_once(oidc_provider: OidcProvider, play: Player) -> None:
    wide: dict[str, Any] = {"entities": sites(range(20)), "concurrency": 8, "on_error": "continue"}
    made = play([task("make", "entities", **wide, client_secret="another")])["make"]
    assert made["failed"] and "invalid_client" in made["msg"], made
    assert (tokens(oidc_provider), oidc_provider.writes) == ([401], (0, 0, 0))


METADATA = "/.well-known/openid-configuration"


@pytest.mark.parametrize("way", WAYS)
def test_the_issuer_names_the_endpoints(oidc_provider: OidcProvider, play: Player, way: str) -> None:
    """Its metadata are read once, and the secret is shown as the client is registered."""
    oauth = {"token_path": None, "issuer": oidc_provider.url, "client_authentication": way}
    play.defaults.update({"authority": None, "client_id": WAYS[way], "profile_overrides": {"oauth": oauth}})
    oidc_provider.forget()
    for _run in range(2):
        played = play([task("make", "entities", entities=sites(range(2))), wait(oidc_provider.lifetime + 1)])
        assert not played["make"]["failed"], played.output
    assert (answered(oidc_provider, "GET", METADATA), tokens(oidc_provider)) == ([200], [200, 200])


def test_a_login_in_the_browser_asks_for_consent(oidc_provider: OidcProvider, play: Player) -> None:
    """Without prompt=consent the provider gives no refresh token."""
    grant = {"scope": "openid email offline_access", "authorize": {"prompt": "consent", "login_hint": "jdoe"}}
    oauth = {"token_path": None, "grants": {"authorization_code": grant}, "issuer": oidc_provider.url}
    person = {"authority": None, "grant_type": "authorization_code", "redirect_uri": REDIRECT}
    play.defaults.update({**person, "profile_overrides": {"oauth": oauth}})
    page = play([task("page", "token")])["page"]["authorization_url"]
    back = oidc_provider.approve(page, "jdoe")
    oidc_provider.forget()
    pause = wait(oidc_provider.lifetime + 1)
    played = play([task("login", "token", authorization_response=back), pause, ME])
    assert [one["user"] for one in played["me"].get("entities", [])] == ["jdoe"], played.output
    assert (tokens(oidc_provider), answered(oidc_provider, "GET", METADATA)) == ([200, 200], [])
