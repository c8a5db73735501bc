# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Django REST framework says on the wire, with each of its logins: what the profiles beside it rest on."""

from __future__ import annotations

import time
from typing import Any

import pytest
import requests
from drf.server import PASSWORD, USERNAME, Drf
from wire import Wire

CREDENTIALS = {"username": USERNAME, "password": PASSWORD}
NOT_LOGGED_IN = "Authentication credentials were not provided."


def by_token(wire: Wire) -> None:
    """The framework's own token, which has no end."""
    answer = wire.plain("POST", "/api-token-auth/", json=CREDENTIALS)
    assert (answer.status_code, list(answer.json())) == (200, ["token"])
    wire.headers["Authorization"] = f"Token {answer.json()['token']}"


def by_jwt(wire: Wire) -> None:
    """An access token and a refresh token, of Simple JWT."""
    answer = wire.plain("POST", "/api/token/", json=CREDENTIALS)
    assert (answer.status_code, sorted(answer.json())) == (200, ["access", "refresh"])
    wire.headers["Authorization"] = f"Bearer {answer.json()['access']}"


def by_form(wire: Wire, password: str = PASSWORD) -> requests.Response:
    """The login form of rest_framework.urls. The CSRF token comes in a cookie, and another one after the login."""
    form = wire.plain("GET", "/api-auth/login/")
    assert form.status_code == 200
    fields = {"username": USERNAME, "password": password, "csrfmiddlewaretoken": wire.cookies["csrftoken"]}
    wire.headers["Referer"] = f"{wire.server.url}/"
    return wire.plain("POST", "/api-auth/login/", data=fields)


def by_session(wire: Wire) -> None:
    """Django's session."""
    answer = by_form(wire)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/profile/")
    assert {"csrftoken", "sessionid"} <= set(answer.cookies.keys())
    wire.headers["X-CSRFToken"] = wire.cookies["csrftoken"]


LOGINS = {"token": by_token, "session": by_session, "jwt": by_jwt}


@pytest.fixture
def wire(drf: Drf) -> Wire:
    """A client of an empty register."""
    drf.empty()
    status = 403 if drf.login == "session" else 401
    return Wire(drf, LOGINS[drf.login], lambda answer: answer.status_code == status)


def page(*results: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """An answer with all that there is."""
    return 200, {"count": len(results), "next": None, "previous": None, "results": list(results)}


def test_the_life_of_a_site(wire: Wire) -> None:
    created = wire.ask("POST", "/api/sites/", json={"code": "A", "name": "One"})
    site = created[1]
    assert created == (201, {"id": site["id"], "code": "A", "name": "One", "notes": "", "opened": None})
    twin = wire.ask("POST", "/api/sites/", json={"code": "A", "name": "One"})
    assert twin == (400, {"code": ["site with this code already exists."]})
    assert wire.ask("GET", "/api/sites/?code=A") == page(site)
    assert wire.ask("GET", "/api/sites/?code=a") == page()
    address = f"/api/sites/{site['id']}/"
    assert wire.ask("GET", address) == (200, site)
    assert wire.ask("PATCH", address, json={"name": "Two"}) == (200, {**site, "name": "Two"})
    assert wire.ask("DELETE", address) == (204, "")
    gone = (404, {"detail": "No Site matches the given query."})
    assert [wire.ask(method, address) for method in ("GET", "DELETE")] == [gone, gone]
    assert wire.server.writes == (1, 1, 1)


def test_a_scale_refers_to_its_site(wire: Wire) -> None:
    """A decimal is a text with all its places, an instant is told in the server's time zone."""
    site = wire.ask("POST", "/api/sites/", json={"code": "A", "name": "One"})[1]["id"]
    content = {"site": site, "serial": "1", "capacity": 3.2, "checked": "2026-11-27T10:00:00+01:00"}
    status, scale = wire.ask("POST", "/api/scales/", json=content)
    assert (status, scale) == (
        201,
        {**content, "id": scale["id"], "capacity": "3.20", "checked": "2026-11-27T09:00:00Z"},
    )
    twin = wire.ask("POST", "/api/scales/", json=content)
    assert twin == (400, {"non_field_errors": ["The fields site, serial must make a unique set."]})
    assert wire.ask("GET", f"/api/scales/?site={site}&serial=1") == page(scale)
    assert wire.ask("GET", f"/api/scales/?site={site}&serial=2") == page()
    assert wire.ask("GET", f"/api/scales/?site={site + 1}&serial=1")[0] == 400
    assert wire.ask("DELETE", f"/api/sites/{site}/")[0] == 500  # the framework leaves ProtectedError to the project
    assert wire.ask("GET", f"/api/sites/{site}/")[0] == 200


def test_a_user_has_groups_and_a_password_that_is_never_shown(wire: Wire) -> None:
    groups = [wire.ask("POST", "/api/groups/", json={"name": name})[1]["id"] for name in "ab"]
    status, user = wire.ask("POST", "/api/users/", json={"username": "u", "password": "p", "groups": groups[::-1]})
    shown = {"id": user["id"], "username": "u", "email": "", "is_active": True, "groups": groups}
    assert (status, user) == (201, shown)
    changed = {"groups": groups[:1], "password": "another"}
    assert wire.ask("PATCH", f"/api/users/{user['id']}/", json=changed) == (200, {**shown, "groups": groups[:1]})


def test_a_list_comes_in_pages(wire: Wire) -> None:
    for number in range(7):
        wire.ask("POST", "/api/sites/", json={"code": str(number), "name": "One"})
    first = wire.ask("GET", "/api/sites/")[1]
    assert (first["count"], len(first["results"])) == (7, 5)
    assert first["next"] == f"{wire.server.url}/api/sites/?limit=5&offset=5"
    second = wire.ask("GET", first["next"].removeprefix(wire.server.url))[1]
    assert ([one["code"] for one in second["results"]], second["next"]) == (["5", "6"], None)
    assert len(wire.ask("GET", "/api/sites/?limit=100")[1]["results"]) == 7


def test_a_lost_login(wire: Wire, drf: Drf) -> None:
    """A server that knows sessions only says 403 where the others say 401, with the words of a missing login."""
    nobody = wire.plain("GET", "/api/sites/")
    assert nobody.json() == {"detail": NOT_LOGGED_IN}
    LOGINS[drf.login](wire)
    assert wire.plain("GET", "/api/sites/").status_code == 200
    if drf.login == "jwt":
        time.sleep(drf.lifetime + 0.5)
    else:
        drf.end_logins()
    lost = {method: wire.plain(method, "/api/sites/", json={"code": "A", "name": "One"}) for method in ("GET", "POST")}
    said = {
        "token": (401, "Invalid token.", "Token"),
        "session": (403, NOT_LOGGED_IN, None),
        "jwt": (401, "Given token not valid for any token type", 'Bearer realm="api"'),
    }
    for answer in lost.values():
        challenge = answer.headers.get("WWW-Authenticate")
        assert (answer.status_code, answer.json()["detail"], challenge) == said[drf.login]
    assert nobody.headers.get("WWW-Authenticate") == said[drf.login][2]
    assert wire.server.writes == (0, 0, 0)


@pytest.mark.parametrize("drf", ["session"], indirect=True)
def test_a_session_needs_its_csrf_token_and_where_it_came_from(wire: Wire) -> None:
    refused = by_form(wire, "another password")
    assert (refused.status_code, "sessionid" in refused.cookies) == (200, False)  # the form once more
    before = wire.cookies["csrftoken"]
    by_session(wire)
    assert wire.cookies["csrftoken"] != before
    content = {"json": {"code": "A", "name": "One"}}
    for wrong, why in (
        ({"X-CSRFToken": None}, "CSRF token missing."),
        ({"X-CSRFToken": before}, "CSRF token from the 'X-Csrftoken' HTTP header incorrect."),
        ({"Referer": None}, "Referer checking failed - no Referer."),
    ):
        answer = wire.plain("POST", "/api/sites/", headers=wrong, **content)
        assert (answer.status_code, answer.json()) == (403, {"detail": f"CSRF Failed: {why}"})
    assert wire.plain("POST", "/api/sites/", **content).status_code == 201


@pytest.mark.parametrize("drf", ["session"], indirect=True)
def test_a_session_that_is_over_takes_its_cookie_along(wire: Wire, drf: Drf) -> None:
    by_session(wire)
    drf.end_logins()
    assert 'sessionid=""' in wire.plain("GET", "/api/sites/").headers["Set-Cookie"]


@pytest.mark.parametrize("drf", ["token"], indirect=True)
def test_a_wrong_password_for_a_token(wire: Wire) -> None:
    refused = wire.plain("POST", "/api-token-auth/", json={**CREDENTIALS, "password": "another"})
    said = {"non_field_errors": ["Unable to log in with provided credentials."]}
    assert (refused.status_code, refused.json()) == (400, said)


@pytest.mark.parametrize("drf", ["jwt"], indirect=True)
def test_a_refresh_token_is_good_once(wire: Wire) -> None:
    refused = wire.plain("POST", "/api/token/", json={**CREDENTIALS, "password": "another"})
    assert (refused.status_code, refused.json()["detail"]) == (
        401,
        "No active account found with the given credentials",
    )
    first = wire.plain("POST", "/api/token/", json=CREDENTIALS).json()

    def refresh(tokens: dict[str, str]) -> requests.Response:
        return wire.plain("POST", "/api/token/refresh/", json={"refresh": tokens["refresh"]})

    second = refresh(first)
    assert (second.status_code, sorted(second.json())) == (200, ["access", "refresh"])
    again = refresh(first)
    assert (again.status_code, again.json()) == (401, {"detail": "Token is blacklisted", "code": "token_not_valid"})
    assert refresh(second.json()).status_code == 200
