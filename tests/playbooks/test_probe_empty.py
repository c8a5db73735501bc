# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The probe where there is nothing to read yet, where answers prove nothing, and where sessions are lost: on a server
at addresses that the profile does not know, behind a stock Spring Security chain."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import Player, Server
from test_first_contact import CHAIN
from test_other_insights import DIALECTS
from test_probe import ALWAYS, CREATE, DARING, DIFFERS, OWN, asked, overrides, probed

from ansible_collections.rimops.insight.plugins.module_utils._auth import store
from ansible_collections.rimops.insight.plugins.module_utils._commands.insight_probe import PROBE_SPEC, run_probe
from ansible_collections.rimops.insight.plugins.module_utils._options.context import Context
from ansible_collections.rimops.insight.plugins.module_utils._probe import write_behaviour as manners
from ansible_collections.rimops.insight.plugins.plugin_utils._files.profile_files import profile_data

SEARCH = {"method": "GET", "path": "{type.path}", "query": "{key}", "entity": "body.items"}
FIND = {"operations": {"find": {**SEARCH, "json": None, "texts_at": None}}}
"""What a user has seen by hand who knows nothing else."""

NEEDS_TWO = {"operations.list", "operations.find.texts_at", "operations.create.texts_at"}
"""What one entity without a reference cannot show."""


@pytest.fixture
def dialect() -> str:
    return "insight_rest_verbs"


@pytest.fixture(autouse=True)
def _logged_out() -> None:
    """No session of an earlier test that this process remembers."""
    store._MEMORY.clear()


def found_out(play: Player, overrides: Any = None, **options: Any) -> dict[str, Any]:
    """What the probe finds out, run here, with its own entity and no other."""
    values = {name: option.get("default") for name, option in PROBE_SPEC.items()}
    values |= {**play.defaults, "profile": profile_data("insight", overrides, str), "token_store": "none"}
    values |= {"writes": True, "create": {**CREATE, "refs": None}, **options}
    return run_probe(values, Context(check_mode=False, diff_mode=False, warn=print))


def told(result: dict[str, Any], verdict: str) -> dict[str, str]:
    """What came, by profile key, of the findings with this verdict."""
    return {one["profile_key"]: one.get("came", "") for one in result["findings"] if one["verdict"] == verdict}


def is_of_two(key: str) -> bool:
    """Whether it takes two entities, or a reference, to see it."""
    return any(key == one or key.startswith(f"{one}.") for one in NEEDS_TWO)


@pytest.mark.one_core
@pytest.mark.proves("PROBE-5", "PROBE-8")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_it_learns_on_its_own_entity(server: Server, play: Player, dialect: str) -> None:
    result = found_out(play, daring=dialect in DARING)
    assert {one for one in set(told(result, "differs")) - ALWAYS if not is_of_two(one)} == {
        one for one in DIFFERS[dialect] if not is_of_two(one)
    }
    assert told(result, "not_found") == {}
    assert "went as they should" in told(result, "seen")["profile_overrides"]
    assert result["left_behind"] == []
    assert server.stored("application") == []


LOST = ("401", "403", "302", "html", "403_open", "403_closed", "401_empty", "text")
TOKENS = ("plain", "xor", "cookie")
SHOWN = {
    "start": ("the first answer, a look after the login", "that of the first answer is refused"),
    "ends": ("the first answer, the login's answer, a look", "that of the first answer is refused"),
    "before": ("the first answer, the login's answer", "that of the login's answer, the first answer is refused"),
    "after": ("the first answer, the login's answer, a look", "that of the first answer is refused"),
}
"""By csrf_headers: where a token is seen, and which are not let in."""
CHAINS = [
    (headers, tokens, LOST[turn % len(LOST)])
    for turn, (headers, tokens) in enumerate((headers, tokens) for headers in SHOWN for tokens in TOKENS)
]


@pytest.mark.one_core
@pytest.mark.proves("PROBE-5", "PROBE-7")
@pytest.mark.parametrize(("headers", "tokens", "lost"), CHAINS)
def test_each_variant_of_the_chain(server: Server, play: Player, headers: str, tokens: str, lost: str) -> None:
    server.switch(**{**CHAIN, "csrf_headers": headers, "csrf_tokens": tokens, "expired_session_answer": lost})
    result = found_out(play)
    assert told(result, "not_found") == {}
    assert "went as they should" in told(result, "seen")["profile_overrides"]
    assert "lost" not in result["overrides"].get("session", {})
    lost = told(result, "as_profile")["session.lost"]
    assert {one for one in ("GET", "POST", "PUT", "DELETE") if one in lost} == {"GET", "POST", "PUT", "DELETE"}
    shown, refused = SHOWN[headers]
    assert shown in told(result, "seen")["session.take"]
    assert told(result, "seen")["session"].endswith(refused)
    assert server.stored("application") == []


@pytest.mark.one_core
@pytest.mark.proves("PROBE-7")
def test_a_profile_that_knows_no_sign_learns_one(server: Server, play: Player) -> None:
    server.switch(**{**CHAIN, "expired_session_answer": "302", "lost_session_sets_cookie": False})
    known = [{"status": [401]}, {"cookie": {"JSESSIONID": "changed"}}]
    result = found_out(play, {"session": {"lost": known}})
    came = told(result, "differs")["session.lost"]
    assert came == "GET, POST, PUT, DELETE: HTTP 302 with an empty body"
    assert result["overrides"]["session"]["lost"] == [*known, {"login_page": True}]


@pytest.mark.one_core
@pytest.mark.proves("PROBE-8")
def test_nothing_is_offered_with_which_nobody_got_in(server: Server, play: Player) -> None:
    answer = json.dumps({"sid": "F1AE44E28CB43CDECB2D0A104EB5DF4B"})
    server.fault("status", "session_start", status=200, body=answer, times=0)
    result = found_out(play)
    assert [one["ok"] for one in result["logins"]] == [False]
    assert result["overrides"] == {}
    assert set(told(result, "not_found")) >= {"session.steps.token.take.session"}
    assert all(came.endswith("so it is not offered") for came in told(result, "not_found").values())
    assert "differs" not in {one["verdict"] for one in result["findings"]}


@pytest.mark.one_core
@pytest.mark.proves("PROBE-7", "PROBE-8")
def test_a_token_that_only_a_cookie_holds(server: Server, play: Player) -> None:
    server.switch(**{**CHAIN, "csrf_tokens": "cookie_only", "csrf_headers": "ends"})
    result = found_out(play)
    assert told(result, "not_found") == {}
    session = result["overrides"]["session"]
    assert session["take"] == {"csrf": "cookie.XSRF-TOKEN", "csrf_header": None}
    assert session["carry"] == {"headers": {"X-XSRF-TOKEN": "{csrf}", "{csrf_header}": None}}
    assert server.stored("application") == []


@pytest.mark.one_core
@pytest.mark.proves("PROBE-5")
def test_a_404_of_a_wrong_address_does_not_prove_that_it_is_gone(server: Server, play: Player) -> None:
    server.switch(**CHAIN)
    result = found_out(play, FIND)
    assert {"operations.read.path", "operations.update.path", "operations.delete.path"} <= set(told(result, "differs"))
    assert result["left_behind"] == []
    assert server.stored("application") == []


@pytest.mark.one_core
@pytest.mark.proves("PROBE-3", "PROBE-5")
@pytest.mark.parametrize("read", ["no", "same_404"])
def test_what_is_not_gone_is_named(server: Server, play: Player, read: str) -> None:
    server.switch(**{**CHAIN, "delete_address_wrong": True, "read_finds_nothing": read})
    result = found_out(play, FIND)
    [stored] = server.stored("application")
    assert f"application with id {stored['id']} (made for appCode=424242, appName=Probe)" in result["left_behind"]
    assert "operations.delete" in told(result, "not_found")
    assert "operations" not in result["overrides"]
    assert "delete" not in result["untried"]["operations"]
    assert "operations.update.path" in told(result, "untried")
    assert result["page"].endswith("The probe wrote its own entity.\n")


@pytest.mark.one_core
@pytest.mark.proves("PROBE-5")
@pytest.mark.parametrize("way", ["answered in full", "answered with nothing", "not carried out"])
def test_it_creates_no_second_one_before_the_first_is_found(server: Server, play: Player, way: str) -> None:
    server.switch(**{**CHAIN, "read_finds_nothing": "same_404", "search_finds_nothing": "same_404"})
    if way == "answered with nothing":
        server.fault("empty_body", "create", times=0)
        server.fault("status", "list", status=404, times=0)
    if way == "not carried out":
        server.fault("status", "create", status=201, body="{}", times=0)
    result = found_out(play)
    assert len([one for one in asked(server) if one["operation"] == "create" and one["status"] < 300]) == 1
    assert server.counted["creates"] == (way != "not carried out")
    [left] = result["left_behind"]
    assert left.startswith("perhaps application with ")
    assert "appCode=424242, appName=Probe" in left
    untried = told(result, "not_tried")
    assert {"operations.update", "operations.delete", "profile_overrides"} <= set(untried)


@pytest.mark.one_core
@pytest.mark.proves("PROBE-3")
@pytest.mark.parametrize("taken", ["key", "rename"])
@pytest.mark.parametrize("dialect", ["insight_rest_verbs", "insight_wrapped"])
def test_one_that_exists_is_left_alone_though_nobody_knows_the_search(server: Server, play: Player, taken: str) -> None:
    key = OWN if taken == "key" else {**OWN, **CREATE["rename"]}
    theirs = server.seed("application", **key, selectedProducts=["Theirs"])
    server.forget()
    result = found_out(play)
    assert f"the {taken} of create exists already" in told(result, "not_tried")["operations.create"]
    assert server.counted["creates"] == server.counted["deletes"] == 0
    assert server.stored("application") == [theirs]


@pytest.mark.one_core
@pytest.mark.proves("PROBE-8")
@pytest.mark.parametrize("names", [["description"], ["description", "dosesPerDay"]], ids=["one", "two"])
def test_what_does_not_pass_the_cycle_is_not_offered(
    server: Server, play: Player, monkeypatch: pytest.MonkeyPatch, names: list[str]
) -> None:
    learn = manners.learn_spelling

    def wrong(own: Any, entity: Any) -> None:
        learn(own, entity)
        manners._say_rules(own, manners.EVERYWHERE, {"read_only": names}, "it is sent", "the server gives it")

    monkeypatch.setattr(manners, "learn_spelling", wrong)
    result = found_out(play)
    assert not set(names) & set(result["overrides"].get("attributes", {}))
    missing = told(result, "not_found")
    for name in names:
        assert missing[f"attributes.{name}.read_only"].endswith("not offered, since the whole cycle fails with it")
    assert "profile_overrides" in missing
    assert result["untried"] == {}
    assert result["overrides"]["operations"]["update"]["path"] == "{type.path}/{id}"
    assert server.stored("application") == []


@pytest.mark.one_core
@pytest.mark.proves("PROBE-8")
@pytest.mark.parametrize("dialect", ["insight_statuses"])
@pytest.mark.parametrize(("bodies", "offered"), [("message", True), ("boot", False)])
def test_what_a_wrong_value_gets_as_well_is_no_conflict(
    server: Server, play: Player, bodies: str, offered: bool
) -> None:
    server.switch(error_bodies=bodies)  # with boot, an attribute that is wrong is 400 as well
    result = found_out(play)
    assert ("conflict" in result["overrides"]["operations"]["create"]) is offered
    assert ("not taken for a conflict" in told(result, "seen").get("operations.create.conflict", "")) is not offered
    assert server.stored("application") == []


@pytest.mark.proves("PROBE-6")
def test_it_says_what_was_not_looked_at(server: Server, play: Player) -> None:
    server.switch(**CHAIN)
    play.defaults["profile"] = "insight"
    played = probed(play, {})
    assert played.code == 0, played.output
    names = [f"operations.{name}" for name in ("read", "find", "create", "update", "delete", "list")]
    silent = ", ".join([*names, "session.lost", "types.application"])
    assert f"Everything that was looked at was found out. Not looked at: {silent}, " in " ".join(
        played["Everything was found"]["msg"].split()
    )
    assert any(one.startswith(f"Not looked at: {silent}, ") for one in played["Say what was found"]["msg"])
    assert set(overrides(play)) == {"session"}
    assert server.counted["writes"] == 0


@pytest.mark.one_core
@pytest.mark.proves("PROBE-8")
def test_an_update_that_sends_what_changes_is_kept(server: Server, play: Player) -> None:
    server.switch(**CHAIN, update="merge")
    update = {"method": "PUT", "path": "{type.path}/{id}", "json": "{changed}", "with": None}
    attributes = {"selectedProducts": ["Zelvora 10 mg"], "description": "First"}
    change = {"description": "Second"}
    result = found_out(
        play,
        {"operations": {"update": update}},
        create={**CREATE, "attributes": attributes, "change": change, "refs": None},
    )
    assert "operations.update.json" in told(result, "not_tried")
    assert "json" not in result["overrides"]["operations"]["update"]
    assert told(result, "not_found") == {}
