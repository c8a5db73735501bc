# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The built-in profile dispogas against a server that follows the vendor's page and knows no profile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Player
from playing import playing
from signing_in import HERE, TOKEN, kept_tokens, signed_in, told_of
from simulator.credentials import CLIENT
from simulator.surroundings import ROOT
from systems.base.fixtures import as_new, started_once
from systems.dispogas import TENANCY, System
from test_docs import examples_of

pytestmark = pytest.mark.proves("PROFILE-71")

ENTITY = "rimops.insight.insight_entity"
INFO = "rimops.insight.insight_entity_info"
SECRET = "simulator-client-secret"
ACCOUNT = {"id": 1, "email": "alice@example.com", "name": "Alice", "tenancy": TENANCY}


running = started_once(System, "--idle-exit", "21600")
system = as_new


play = playing(  # as somebody who logs in with a browser
    profile="dispogas",
    inputs={"tenancy": TENANCY},
    grant_type="authorization_code",
    tenant_id=CLIENT,
    client_id=CLIENT,
    client_secret=SECRET,
    redirect_uri=HERE,
)


EXAMPLES = {
    example.mark["name"]: example
    for example in examples_of(ROOT / "docs" / "dispogas.md")
    if example.mark.get("by") == Path(__file__).stem
}


def account(task: str, **attributes: Any) -> dict[str, Any]:
    """A task that asserts what the account is."""
    return {"name": task, ENTITY: {"type": "account", "attributes": attributes}, "ignore_errors": True}


def counted(system: System, *names: str) -> dict[str, int]:
    counters = system.counters()
    return {name: counters[name] for name in names}


READ = {"name": "read", INFO: {"type": "account"}}


def test_the_account_is_read_and_asserted(system: System, play: Player) -> None:
    signed_in(play, system)
    absent = {"name": "absent", ENTITY: {"type": "account", "state": "absent"}, "ignore_errors": True}
    played = play([READ, account("as it is", name="Alice"), account("another", name="Bob"), absent])
    assert played["read"]["entities"] == [ACCOUNT], played.output
    assert (played["as it is"]["changed"], played["as it is"]["operation"]) == (False, "none")
    for name in ("another", "absent"):
        assert (played[name]["failed"], played[name]["changed"]) == (True, False), played[name]
    assert "Alice" in str(played["another"]), played["another"]
    assert counted(system, "logins", "refreshes", "writes") == {"logins": 1, "refreshes": 0, "writes": 0}


def test_what_rests_on_an_assumption_is_named(system: System, play: Player) -> None:
    signed_in(play, system)
    assert play([READ])["read"]["assumed"] == ["types.account.read"]


def test_a_token_that_ended_is_refreshed_with_the_same_redirect_uri(system: System, play: Player) -> None:
    """The server ends both tokens at each refresh, and answers 403 to one that has ended."""
    signed_in(play, system)
    for number in (1, 2):
        system.expire("tokens")
        played = play([READ])
        assert played["read"]["entities"] == [ACCOUNT], played.output
        assert counted(system, "logins", "refreshes", "refreshes_refused") == {
            "logins": 1,
            "refreshes": number,
            "refreshes_refused": 0,
        }


def test_a_refresh_token_that_was_used_by_another_is_told(system: System, play: Player) -> None:
    signed_in(play, system)
    system.expire("tokens")
    system.expire("refresh_tokens")
    played = play([READ])
    assert played["read"]["error"]["kind"] == "AuthenticationError", played.output
    assert "Run insight_token: a person has to log in again." in played["read"]["msg"]
    assert counted(system, "refreshes", "refreshes_refused") == {"refreshes": 0, "refreshes_refused": 1}


def test_a_tenancy_of_somebody_else(system: System, play: Player) -> None:
    """The server answers it like a token that has ended: a few new logins, then the reason."""
    play.defaults["inputs"] = {"tenancy": "other-gas"}
    signed_in(play, system)
    played = play([READ])
    assert played["read"]["error"]["kind"] == "ServerError", played.output
    assert "this identity may not do that (HTTP 403), saying: Forbidden" in played["read"]["msg"]
    assert 1 <= system.counters()["refreshes"] <= 3


def test_no_secret_is_seen(system: System, play: Player, tmp_path: Path) -> None:
    play.defaults["client_secret"] = "{{ canary }}"
    (tmp_path / "variables.json").write_text(f'{{"canary": "{SECRET}"}}')
    loud = ("-vvvv", "--extra-vars", f"@{tmp_path / 'variables.json'}")
    login = signed_in(play, system, arguments=loud)
    known = kept_tokens(tmp_path / "state")
    system.expire("tokens")
    runs = [login, play([READ], *loud)]
    play.defaults["inputs"] = {"tenancy": "other-gas"}
    runs.append(play([{**READ, "ignore_errors": True}], *loud))
    known |= kept_tokens(tmp_path / "state")
    assert len(known) == 4, known
    assert [told_of(one, tmp_path, SECRET, *known) for one in runs] == [[], [], []]
    assert "oauth2/v2.0/token: 200 in" in runs[1].output


def test_a_tenancy_is_needed(system: System, play: Player) -> None:
    del play.defaults["inputs"]
    played = play([{"name": "login", TOKEN: {}}])
    assert "its input tenancy is not given" in played["login"]["msg"]
    assert system.counters()["requests"] == 0


def test_the_examples_of_the_guide(system: System, play: Player) -> None:
    """As printed; only the address, the tenant and the application are those of the server."""
    [whole] = EXAMPLES["login"].data
    [defaults] = whole["module_defaults"].values()
    assert set(play.defaults) - set(defaults) == {"authority", "ca_path", "client_secret"}
    play.defaults = {**play.defaults, "client_secret": None}
    secret = {"INSIGHT_CLIENT_SECRET": SECRET}
    first = play(whole["tasks"], environment=secret)
    page = first["Say which page to open"]["msg"].removeprefix("Open ")
    ended_on = system.authorize(page)
    second = play(whole["tasks"], environment=secret, vars={"insight_authorization_response": ended_on})
    assert second["Log in, with the address on which the browser ended where there is one"]["acquired"] != "none"
    third = play(EXAMPLES["account"].data, environment=secret)
    assert [run.code for run in (first, second, third)] == [0, 0, 0], third.output
    assert third["Whose account this is"]["entities"] == [ACCOUNT]
    assert third["It is the account that we mean"]["operation"] == "none"


@pytest.mark.proves("PROBE-21")
def test_the_probe_finds_nothing_to_change(system: System, play: Player) -> None:
    signed_in(play, system)
    result = play([{"name": "probe", "rimops.insight.insight_probe": {"entities": [{"type": "account"}]}}])["probe"]
    found = {one["profile_key"]: one["verdict"] for one in result["findings"]}
    assert (found["types.account.read"], found["session.lost"]) == ("as_profile", "as_profile"), result
    assert not {"differs", "not_found"} & set(found.values())
    assert counted(system, "logins", "writes") == {"logins": 1, "writes": 0}
