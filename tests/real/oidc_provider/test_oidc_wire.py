# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What oidc-provider and the register behind it say on the wire: what the profile beside it rests on."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
from oidc_provider.server import CLIENT, REDIRECT, SECRET, OidcProvider
from wire import Wire

IDENTITY = {"client_id": CLIENT, "client_secret": SECRET}
OFFLINE = {"scope": "openid email offline_access", "prompt": "consent"}  # without prompt there is no refresh token
SITES, SCALES = "/api/v1/sites", "/api/v1/scales"
OVER = (401, {"errors": [{"field": None, "message": "the access token is none, or is over"}]})


def token(wire: Wire, **fields: str) -> requests.Response:
    """The answer of the token endpoint, which refuses a client that sends an access token along."""
    return wire.plain("POST", "/token", data={**IDENTITY, **fields}, headers={"Authorization": None})


def log_in(wire: Wire) -> None:
    """The client for itself."""
    answer = token(wire, grant_type="client_credentials", scope="api").json()
    assert (sorted(answer), answer["token_type"]) == (["access_token", "expires_in", "scope", "token_type"], "Bearer")
    wire.headers["Authorization"] = f"Bearer {answer['access_token']}"


def emptied(server: OidcProvider) -> Wire:
    """A client of a register that it has emptied."""
    client = Wire(server, log_in, lambda answer: answer.status_code == 401)
    for path in (SCALES, SITES):
        for entity in client.ask("GET", f"{path}?limit=1000")[1]["data"]:
            client.ask("DELETE", f"{path}/{entity['id']}")
    server.forget()
    return client


def login_of_a_person(wire: Wire, user: str) -> dict[str, str]:
    """The tokens of a user who has logged in and consented in a browser."""
    asked = {"client_id": CLIENT, "redirect_uri": REDIRECT, "response_type": "code", "state": "1", **OFFLINE}
    back = wire.server.approve(f"{wire.server.url}/auth?{urlencode(asked)}", user)  # type: ignore[attr-defined]
    code = parse_qs(urlsplit(back).query)["code"][0]
    tokens: dict[str, str] = token(wire, grant_type="authorization_code", code=code, redirect_uri=REDIRECT).json()
    return tokens


@pytest.fixture
def wire(oidc_provider: OidcProvider) -> Wire:
    """A client of an empty register."""
    return emptied(oidc_provider)


def made(wire: Wire, path: str, **content: Any) -> str:
    """Make an entity and return its id."""
    assert wire.ask("GET", "/api/v1/me")[0] == 200  # a token that lives
    answer = wire.plain("POST", path, json=content)
    assert (answer.status_code, answer.content) == (201, b"")
    start, _slash, made_id = answer.headers["Location"].rpartition("/")
    assert start == path
    return made_id


def refused(field: str | None, message: str) -> dict[str, Any]:
    """The body of a refusal."""
    return {"errors": [{"field": field, "message": message}]}


def test_the_life_of_a_site(wire: Wire) -> None:
    site = made(wire, SITES, code="A", name="One", notes="old")
    shown = {"id": site, "code": "A", "name": "One", "notes": "old"}
    address = f"{SITES}/{site}"
    assert wire.ask("GET", address) == (200, {"data": shown})
    assert wire.ask("GET", f"{SITES}?code=A") == (200, {"data": [shown], "meta": {"total": 1}})
    assert wire.ask("GET", f"{SITES}?code=B") == (200, {"data": [], "meta": {"total": 0}})
    twin = wire.ask("POST", SITES, json={"code": "A", "name": "One"})
    assert twin == (409, refused("code", "there is another with this value"))
    assert wire.ask("PUT", address, json={"id": site, "code": "A"}) == (400, refused("id", "there is no such field"))
    whole = {"code": "A", "name": "Two"}
    assert wire.ask("PUT", address, json=whole) == (200, {"data": {"id": site, **whole, "notes": None}})
    assert wire.ask("DELETE", address) == (204, "")
    gone = (404, refused(None, "there is none of this id"))
    assert [wire.ask(method, address) for method in ("GET", "DELETE")] == [gone, gone]
    assert wire.server.writes == (1, 1, 1)


def test_a_scale_refers_to_its_site(wire: Wire) -> None:
    site = made(wire, SITES, code="A", name="One")
    scale = made(wire, SCALES, site=site, serial="1")
    assert wire.ask("GET", f"{SCALES}?site={site}&serial=1")[1]["data"][0]["id"] == scale
    assert wire.ask("DELETE", f"{SITES}/{site}") == (409, refused(None, "one of scales refers to it"))
    nowhere = wire.ask("POST", SCALES, json={"site": "none", "serial": "1"})
    assert nowhere == (400, refused("site", "it names none of sites"))


def test_a_list_comes_in_pages(wire: Wire) -> None:
    for number in range(12):
        made(wire, SITES, code=str(number), name="One")
    assert len(wire.ask("GET", SITES)[1]["data"]) == 10
    status, last = wire.ask("GET", f"{SITES}?offset=10&limit=10")
    assert (status, [one["code"] for one in last["data"]], last["meta"]) == (200, ["10", "11"], {"total": 12})


def test_a_token_ends(wire: Wire, oidc_provider: OidcProvider) -> None:
    log_in(wire)
    time.sleep(oidc_provider.lifetime + 0.5)
    answer = wire.plain("GET", "/api/v1/me")
    assert (answer.status_code, answer.json()) == OVER
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'


def test_an_access_token_at_the_token_endpoint_is_a_second_authentication(wire: Wire) -> None:
    log_in(wire)
    answer = wire.plain("POST", "/token", data={**IDENTITY, "grant_type": "client_credentials"})
    said = "client authentication must only be provided using one mechanism"
    assert (answer.status_code, answer.json()["error_description"]) == (400, said)


def test_a_wrong_secret(wire: Wire) -> None:
    answer = token(wire, grant_type="client_credentials", client_secret="another")
    said = {"error": "invalid_client", "error_description": "client authentication failed"}
    assert (answer.status_code, answer.json()) == (401, said)


def test_a_refresh_token_that_comes_twice_revokes_the_grant(wire: Wire) -> None:
    first = login_of_a_person(wire, "jdoe")

    def refresh(tokens: dict[str, str]) -> requests.Response:
        return token(wire, grant_type="refresh_token", refresh_token=tokens["refresh_token"])

    second = refresh(first).json()
    assert second["refresh_token"] != first["refresh_token"]
    wire.headers["Authorization"] = f"Bearer {second['access_token']}"
    assert wire.plain("GET", "/api/v1/me").json() == {"data": {"client": CLIENT, "user": "jdoe"}}
    for tokens in (first, second):
        answer = refresh(tokens)
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert wire.plain("GET", "/api/v1/me").status_code == 401
