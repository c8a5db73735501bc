# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each switch, on and off."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest
from simulator.switches import BY_NAME, SWITCHES, Switches
from simulator_tests.client import ALICE, APPLICATION, AS_ALICE, CONFIDENTIAL, KEY, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from simulator.process import Running


def status(client: Client) -> int:
    """What a find gets."""
    return int(client.call("application/read", **KEY).status_code)


def test_login_changes_session_id_and_set_cookie(server: Running) -> None:
    server.switch(login_changes_session_id=False)
    with Client(server) as client:
        client.log_in()
        assert client.cookies["JSESSIONID"] == client.session_id
        assert status(client) == 404
    server.switch(login_changes_session_id=True, set_cookie=False)
    with Client(server) as client:
        assert "Set-Cookie" not in client.start().headers
        assert "Set-Cookie" not in client.log_in().headers
        assert client.cookies["JSESSIONID"] == client.session_id
        assert status(client) == 404


def test_csrf_changes_never(server: Running) -> None:
    server.switch(csrf_changes="never")
    with Client(server) as client:
        first = client.start().headers["X-CSRF-TOKEN"]
        assert client.log_in().headers["X-CSRF-TOKEN"] == first
        assert "X-CSRF-TOKEN" not in client.call("application/read", **KEY).headers


def test_csrf_changes_with_every_answer(server: Running) -> None:
    server.switch(csrf_changes="every_answer")
    with Client(server) as client:
        client.log_in()
        tokens = [client.headers["X-CSRF-TOKEN"]]
        tokens += [client.call("application/read", **KEY).headers["X-CSRF-TOKEN"] for _turn in range(3)]
        assert len(set(tokens)) == 4
        client.headers["X-CSRF-TOKEN"] = tokens[1]
        assert status(client) == 403
        server.switch(csrf_superseded_refused=False)
        client.headers["X-CSRF-TOKEN"] = tokens[1]
        assert status(client) == 404


def test_session_lifetime(client: Client) -> None:
    client.server.switch(session_lifetime=0)
    assert status(client) == 401


def test_single_session_per_user(client: Client) -> None:
    with Client(client.server) as other:
        other.log_in()
        assert (status(client), status(other)) == (404, 404)
        client.server.switch(single_session_per_user=True)
        other.log_in()
        assert (status(client), status(other)) == (401, 404)


@pytest.mark.parametrize("form", ["401", "403", "302", "html"])
def test_expired_session_answer(form: str, server: Running) -> None:
    server.switch(expired_session_answer=form)
    with Client(server) as client:
        answer = client.call("application/read", **KEY)
    assert answer.status_code == {"html": 200}.get(form, int(form) if form.isdigit() else 0)
    if form == "302":
        assert answer.headers["Location"] == server.url + "/insight/login"
    elif form == "html":
        assert answer.headers["Content-Type"].startswith("text/html")
        assert "password" in answer.text
    else:
        assert "session" in answer.json()["message"]


def test_token_lifetime_and_expires_in_as_text(server: Running) -> None:
    server.switch(token_lifetime=77)
    with Client(server) as client:
        assert client.oauth(AS_ALICE).json()["expires_in"] == 77
        server.switch(expires_in_as_text=True, token_lifetime=0)
        short = client.oauth(AS_ALICE).json()
        assert short["expires_in"] == "0"
        assert client.log_in({"access_token": short["access_token"], "token_type": "Bearer"}).status_code == 401


def refresh(client: Client, token: str) -> Any:
    return client.oauth({"grant_type": "refresh_token", **CONFIDENTIAL, "refresh_token": token})


def can_log_in(client: Client, token: str) -> bool:
    return bool(client.log_in({"access_token": token, "token_type": "Bearer"}).status_code == 200)


@pytest.mark.parametrize(
    ("rule", "old_again", "new_after_that", "old_access_token"),
    [
        ("reusable", 200, 200, True),
        ("single_use", 400, 200, True),
        ("family_revoking", 400, 400, False),
        ("kills_access_token", 400, 200, False),
    ],
)
def test_refresh_tokens(
    rule: str, old_again: int, new_after_that: int, old_access_token: bool, server: Running
) -> None:
    server.switch(refresh_tokens=rule)
    with Client(server) as client:
        first = client.oauth(AS_ALICE).json()
        second = refresh(client, first["refresh_token"]).json()
        assert second["refresh_token"] != first["refresh_token"]
        assert can_log_in(client, second["access_token"])
        again = refresh(client, first["refresh_token"])
        assert again.status_code == old_again
        if old_again == 400:
            assert (again.json()["error"], again.json()["error_codes"]) == ("invalid_grant", [70008])
        assert can_log_in(client, first["access_token"]) == old_access_token
        assert refresh(client, second["refresh_token"]).status_code == new_after_that


def test_refresh_token_lifetime(server: Running) -> None:
    server.switch(refresh_token_lifetime=0)
    with Client(server) as client:
        answer = refresh(client, client.oauth(AS_ALICE).json()["refresh_token"])
        assert (answer.json()["error"], answer.json()["error_codes"]) == ("invalid_grant", [700082])


def test_refresh_client_authentication(server: Running) -> None:
    with Client(server) as client:
        token = client.oauth(AS_ALICE).json()["refresh_token"]
        form = {"grant_type": "refresh_token", "client_id": CONFIDENTIAL["client_id"], "refresh_token": token}
        assert client.oauth(form).json()["error_codes"] == [7000218]
        server.switch(refresh_client_authentication="optional")
        assert client.oauth(form).status_code == 200


def test_latency(client: Client) -> None:
    client.server.switch(latency_ms=150)
    # A lower bound: no slow machine can break it.
    before = time.monotonic()
    assert status(client) == 404
    assert time.monotonic() - before >= 0.15


@pytest.fixture
def application(client: Client) -> dict[str, Any]:
    return client.create(**APPLICATION, note="mine", country="NO")


def test_update_replaces_or_merges(client: Client, application: dict[str, Any]) -> None:
    client.server.switch(update="merge")
    merged = client.update(application, note="other")
    assert (merged["note"], merged["country"], merged["selectedProducts"]) == ("other", "NO", ["Zelvora 10 mg"])
    client.server.switch(update="replace")
    replaced = client.update(application, selectedProducts=["y"])
    assert "note" not in replaced
    assert (replaced["appCode"], replaced["selectedProducts"]) == ("123456", ["y"])
    refused = client.call("application/create-or-update", uuid=application["uuid"], note="x")
    assert (refused.status_code, refused.json()["field"]) == (422, "selectedProducts")


def test_blank_undeclared(client: Client, application: dict[str, Any]) -> None:
    client.server.switch(blank_undeclared=True)
    blanked = client.update(application, note="other")
    assert (blanked["note"], blanked["country"]) == ("other", None)
    assert {name: blanked[name] for name in APPLICATION} == APPLICATION


def test_trim(client: Client) -> None:
    client.server.switch(trim=True)
    created = client.create(appCode=" 1 ", appName="A", selectedProducts=[" x "], note=" y\n")
    assert (created["appCode"], created["selectedProducts"], created["note"]) == ("1", ["x"], "y")


@pytest.mark.parametrize(("case", "stored"), [("upper", "MIXED CASE"), ("lower", "mixed case"), ("none", "Mixed Case")])
def test_recase(case: str, stored: str, client: Client) -> None:
    client.server.switch(recase=case)
    created = client.create(**APPLICATION, note="Mixed Case")
    assert (created["note"], created["appName"]) == (stored, "Zelvora")


def test_recase_keys(client: Client) -> None:
    client.server.switch(recase="upper", recase_keys=True)
    assert client.create()["appName"] == "ZELVORA"


@pytest.mark.parametrize(
    ("rule", "stored"),
    [("none", "2026-03-04T05:06:07.891+02:00"), ("seconds", "2026-03-04T05:06:07+02:00"), ("days", "2026-03-04")],
)
def test_round_dates(rule: str, stored: str, client: Client) -> None:
    client.server.switch(round_dates=rule)
    created = client.create(**APPLICATION, when="2026-03-04T05:06:07.891+02:00", note="2026-03-04T is no date")
    assert (created["when"], created["note"]) == (stored, "2026-03-04T is no date")


def test_move_status(client: Client) -> None:
    client.server.switch(move_status=True)
    created = client.create(**APPLICATION, status="Planned")
    assert created["status"] == "Planned"
    assert client.read(created)["status"] == "Submitted"


def test_extra_attribute_on_write(client: Client) -> None:
    client.server.switch(extra_attribute_on_write=True)
    created = client.create()
    assert client.update(created, **APPLICATION)["serverRemark"] != created["serverRemark"]


def test_show_new_late(client: Client) -> None:
    client.server.switch(show_new_late_ms=3_600_000)
    created = client.create()
    assert status(client) == 404
    assert client.call(f"application/{created['id']}/read").status_code == 404
    assert client.call("application/list").json()["total"] == 0
    assert client.call("application/create", **APPLICATION).status_code == 409


def test_show_new_at_last(client: Client) -> None:
    client.server.switch(show_new_late_ms=300)
    created = client.create()
    deadline = time.monotonic() + 600
    while status(client) == 404 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert client.read(created) == created


def test_case_insensitive_keys(client: Client) -> None:
    created = client.create(**APPLICATION, count="1")
    client.server.switch(case_insensitive_keys=True)
    assert client.call("application/read", **KEY, count=1).status_code == 404
    assert client.call("application/read", appCode="123456", appName="zELVORA").json() == created
    assert client.call("application/create", **{**APPLICATION, "appName": "zelvora"}).status_code == 409


def test_enforce_keys(client: Client) -> None:
    client.create()
    client.server.switch(enforce_keys=False)
    client.create()
    assert len(client.call("application/read", **KEY).json()) == 2
    assert client.call("application/create-or-update", **APPLICATION).status_code == 409


def test_protect_referenced(client: Client, application: dict[str, Any]) -> None:
    client.server.switch(protect_referenced=True)
    event = client.create("event", eventName="Initial", applicationId=application["id"])
    assert client.call(f"application/{application['id']}/delete").status_code == 409
    assert client.call(f"event/{event['id']}/delete").status_code == 200
    assert client.call(f"application/{application['id']}/delete").status_code == 200


def test_numbers_as_text(client: Client) -> None:
    client.server.switch(numbers_as_text=True)
    created = client.create(**APPLICATION, count=5, flag=True, deep=[{"number": 1.5}])
    assert created["id"].isdecimal()
    assert (created["count"], created["flag"], created["deep"]) == ("5", True, [{"number": "1.5"}])
    assert client.read(created) == created


def test_secrets_shown(client: Client) -> None:
    created = client.create(**APPLICATION, pin="12345678", nested=[{"deep": "87654321", "seen": "yes"}])
    for word, shown in {"stars": "********", "last_four": "****5678", "flag": True, "null": None}.items():
        client.server.switch(secrets_shown=word)
        assert client.read(created)["pin"] == shown
        assert client.read(created)["nested"][0]["seen"] == "yes"
    client.server.switch(secrets_shown="absent")
    assert "pin" not in client.read(created)
    assert client.read(created)["nested"] == [{"seen": "yes"}]
    assert client.server.control("GET", "entities/application")[0]["pin"] == "12345678"


def test_short_pages(client: Client) -> None:
    ids = [client.server.seed("event", eventName=f"Event {number}")["id"] for number in range(5)]
    client.server.switch(short_pages=True)
    pages = [client.call("event/list", page=page, size=4).json() for page in range(3)]
    assert [[item["id"] for item in page["items"]] for page in pages] == [ids[:2], ids[2:4], ids[4:]]
    assert {page["total"] for page in pages} == {5}


def test_ignore_query_for(client: Client, application: dict[str, Any]) -> None:
    client.server.switch(ignore_query_for=True)
    client.server.seed("event", eventName="Initial", applicationId=application["id"])
    found = client.call("event/read", eventName="Initial", queryFor={"applicationId": "nothing like it"})
    assert found.json()["applicationId"] == application["id"]


def test_base_path_moved(client: Client) -> None:
    client.server.switch(base_path_moved=True)
    answer = client.call("application/read", **KEY)
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")
    assert client.get(client.server.url + "/insight/api/v2/token").status_code == 404
    with Client(client.server, base="/moved/insight/api/v2") as other:
        other.log_in()
        assert "message" in other.call("application/read", **KEY).json()


def test_list_enabled(client: Client) -> None:
    client.server.switch(list_enabled=False)
    answer = client.call("event/list")
    assert (answer.status_code, answer.headers["Content-Type"][:9]) == (404, "text/html")


def test_device_switches(server: Running) -> None:
    server.switch(device_interval=1, device_lifetime=60, device_slow_downs=1)
    with Client(server) as client:
        started = client.oauth({"client_id": CONFIDENTIAL["client_id"], "scope": "openid"}, "devicecode").json()
        assert (started["interval"], started["expires_in"]) == (1, 60)
        grant = "urn:ietf:params:oauth:grant-type:device_code"
        form = {"grant_type": grant, "client_id": CONFIDENTIAL["client_id"], "device_code": started["device_code"]}
        assert client.oauth(form).json()["error"] == "slow_down"
        assert client.oauth(form).json()["error"] == "authorization_pending"


# The switches themselves


def test_unknown_switches_and_values_are_refused_whole(server: Running) -> None:
    before = server.control("GET", "switches")
    assert before == {switch.name: switch.default for switch in SWITCHES}
    for wrong in ({"no_such_switch": 1}, {"update": "sometimes"}, {"trim": "perhaps"}, {"latency_ms": "soon"}):
        with pytest.raises(RuntimeError) as problem:
            server.control("POST", "switches", {"numbers_as_text": True, **wrong})
        assert next(iter(wrong)) in str(problem.value)
    with pytest.raises(RuntimeError, match="there are: login_changes_session_id"):
        server.control("POST", "switches", {"no_such_switch": 1})
    with pytest.raises(RuntimeError, match="replace, merge"):
        server.control("POST", "switches", {"update": "sometimes"})
    assert server.control("GET", "switches") == before


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("trim", "yes", True),
        ("trim", "Off", False),
        ("trim", 1, True),
        ("latency_ms", "2.5", 2.5),
        ("token_lifetime", "60", 60),
        ("expired_session_answer", 403, "403"),
        ("recase", False, "none"),
    ],
)
def test_values(name: str, given: Any, value: Any) -> None:
    switches = Switches()
    switches.set({name: given})
    assert switches.all()[name] == value


@pytest.mark.parametrize(("name", "given"), [("latency_ms", True), ("latency_ms", -1), ("token_lifetime", "1.5")])
def test_values_that_are_none(name: str, given: Any) -> None:
    with pytest.raises(ValueError, match=name):
        BY_NAME[name].parse(given)


def test_reset(client: Client) -> None:
    client.create()
    client.server.switch(trim=True)
    client.server.fault("html")
    client.server.control("POST", "credentials", {"users": ALICE})
    client.server.reset()
    assert client.server.control("GET", "switches")["trim"] is False
    assert client.server.control("GET", "faults") == []
    assert client.server.control("GET", "entities/application") == []
    assert set(client.server.control("GET", "credentials")["users"]) >= {ALICE["username"]}
    assert "username" not in client.server.control("GET", "credentials")["users"]
    assert not any(client.server.counters().values())
    assert status(client) == 401
