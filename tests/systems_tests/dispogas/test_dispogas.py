# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tokens that end together, 403 for everything, and the upload."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from systems.dispogas import TENANCY, System
from systems_tests.dispogas.client import Client

PERIOD = {"from": "2026-01-01T06:00:00Z", "to": "2026-01-01T07:00:00Z", "quantity": 10.5}
TRACK = {"externalReference": "T1", "periods": [PERIOD]}
DAYS = {"gasDays": [{"date": "2026-01-01", "nominationTracks": [TRACK]}]}


def test_tokens_have_the_form_of_the_page(client: Client) -> None:
    tokens = client.tokens
    assert set(tokens) == {"access_token", "token_type", "expires_in", "refresh_token", "created_at"}
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 7200)
    assert all(re.fullmatch("[0-9a-f]{64}", tokens[name]) for name in ("access_token", "refresh_token"))


def test_both_spellings_of_the_token_endpoint_are_there(client: Client) -> None:
    answer = client.token("token", grant_type="authorization_code", code=client.code())
    assert answer.status_code == 200


def test_the_account_is_told_to_whoever_has_a_token_and_a_tenancy(client: Client) -> None:
    assert client.me().status_code == 200
    assert client.me().json()["email"] == "alice@example.com"


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer wrong"},
        {"X-Tenant-ID": ""},
        {"X-Tenant-ID": "nowhere"},
        {"X-Tenant-ID": "other-gas"},
    ],
)
def test_whoever_lacks_something_gets_403(client: Client, headers: dict[str, str]) -> None:
    assert client.me(**headers).status_code == 403


def test_a_token_that_has_ended_is_403_and_is_refreshed(client: Client, system: System) -> None:
    system.expire("tokens")
    assert client.me().status_code == 403
    fresh = client.refresh(client.tokens["refresh_token"]).json()
    assert client.me(Authorization=f"Bearer {fresh['access_token']}").status_code == 200


def test_tokens_live_as_long_as_the_switch_says(client: Client, system: System) -> None:
    system.switch(token_lifetime=1)
    client.sign_in()
    assert client.me().status_code == 200
    time.sleep(1.1)
    assert client.me().status_code == 403


def test_a_refresh_ends_both_tokens_that_were_there(client: Client, system: System) -> None:
    fresh = client.refresh(client.tokens["refresh_token"]).json()
    assert client.me().status_code == 403
    again = client.refresh(client.tokens["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert client.me(Authorization=f"Bearer {fresh['access_token']}").status_code == 200
    counters = system.counters()
    assert (counters["logins"], counters["refreshes"], counters["refreshes_refused"]) == (1, 1, 1)


def test_a_refresh_token_that_has_ended_is_refused(client: Client, system: System) -> None:
    system.expire("refresh_tokens")
    assert client.refresh(client.tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("wrong", "status", "error"),
    [
        ({"redirect_uri": "http://localhost:9090"}, 400, "invalid_grant"),
        ({"redirect_uri": ""}, 400, "invalid_request"),
        ({"client_secret": "wrong"}, 401, "invalid_client"),
        ({"refresh_token": "wrong"}, 400, "invalid_grant"),
        ({"grant_type": "client_credentials"}, 400, "unsupported_grant_type"),
    ],
)
def test_a_wrong_refresh_is_refused(client: Client, wrong: dict[str, str], status: int, error: str) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": client.tokens["refresh_token"], **wrong}
    answer = client.token(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert client.me().status_code == 200


def test_a_code_is_good_once_and_for_its_redirect_uri(client: Client) -> None:
    code = client.code()
    other = client.token(grant_type="authorization_code", code=code, redirect_uri="http://localhost:9090")
    assert other.json()["error"] == "invalid_grant"
    assert client.token(grant_type="authorization_code", code=code).status_code == 200
    assert client.token(grant_type="authorization_code", code=code).json()["error"] == "invalid_grant"


def test_an_upload_is_kept_by_day_and_reference(client: Client, system: System) -> None:
    for quantity in (10.5, 12):
        days = {"gasDays": [{"date": "2026-01-01", "nominationTracks": [_track(quantity)]}]}
        assert client.upload(days, "?importAllDates=true").status_code == 200
    kept = system.entities("nomination")
    assert list(kept) == [f"{TENANCY}/2026-01-01/T1"]
    assert kept[f"{TENANCY}/2026-01-01/T1"]["periods"][0]["quantity"] == 12


def _track(quantity: float) -> dict[str, Any]:
    return {**TRACK, "periods": [{**PERIOD, "quantity": quantity}]}


def test_403_is_also_about_rights_while_the_account_is_told(client: Client) -> None:
    client.sign_in("bob")
    assert client.upload(DAYS).status_code == 403
    assert client.me().json()["email"] == "bob@example.com"


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"gasDays": {}},
        {"gasDays": [], "more": 1},
        {"gasDays": [{"date": "2026-01-01"}]},
        {"gasDays": [{"date": "2026-01-01", "nominationTracks": [{**TRACK, "periods": [{**PERIOD, "to": 1}]}]}]},
    ],
)
def test_a_wrong_upload_is_400(client: Client, system: System, wrong: dict[str, Any]) -> None:
    assert client.upload(wrong).status_code == 400
    assert system.entities("nomination") == {}


def test_a_wrong_parameter_is_400_and_another_media_type_415(client: Client) -> None:
    assert client.upload(DAYS, "?sendAll=perhaps").status_code == 400
    assert client.upload(DAYS, "?all=true").status_code == 400
    assert client.upload(DAYS, headers={"Content-Type": "text/plain"}).status_code == 415


def test_another_path_is_404_and_another_method_405(client: Client, system: System) -> None:
    assert client.get(f"{system.url}/accounts").status_code == 404
    assert client.delete(f"{system.url}/account/me").status_code == 405
