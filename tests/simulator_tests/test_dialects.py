# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a further dialect can say: each difference in a file of a few lines on top of another dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from simulator import dialects
from simulator.dialect import fill
from simulator_tests.client import APPLICATION, AS_ALICE, KEY, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from simulator.process import Running


@pytest.fixture
def speaking(own_server: Callable[..., Running], tmp_path: Path) -> Callable[[str], Client]:
    """A client of a server that speaks the dialect with that text."""

    def start(text: str) -> Client:
        file = tmp_path / "dialect.yml"
        file.write_text(text, encoding="utf-8")
        return Client(own_server("--dialect", str(file)))

    return start


def test_wrapped_answers_and_ids_elsewhere(speaking: Callable[[str], Client]) -> None:
    client = speaking(
        """
        base: insight
        entity: {id: meta.entityId, id_form: text, uuid: meta.uuid}
        answers: {missing: {status: 200, body: {success: false, error: "{message}"}}}
        operations:
          read: {path: "/{path}/read", id_in: query, id_name: entityId, entity_at: data}
          find: {path: "/{path}/read", attributes_at: criteria, one: list, none: empty_list, list_at: data.items}
          create: {status: 200, answer: id, entity_at: data, location: "/insight/{path}/{id}"}
          upsert: {match: [id, key], attributes_at: "", entity_at: data}
          delete: {path: "/{path}/delete", id_in: body, id_name: meta.entityId, status: 204}
        """
    )
    client.log_in()
    assert client.call("application/read", criteria=KEY).json() == {"data": {"items": []}}
    created = client.call("application/create", **APPLICATION)
    id_ = created.json()["data"]["meta"]["entityId"]
    assert created.headers["Location"] == f"/insight/application/{id_}"
    (found,) = client.call("application/read", criteria=KEY).json()["data"]["items"]
    assert found["meta"]["entityId"] == id_
    assert isinstance(id_, str)
    assert client.call(f"application/read?entityId={id_}").json() == {"data": found}
    missing = client.call("application/read?entityId=1")
    assert (missing.status_code, missing.json()["success"]) == (200, False)
    updated = client.call("application/create-or-update", **{**found, "appName": "New"}).json()["data"]
    assert (updated["meta"]["uuid"], updated["appName"]) == (found["meta"]["uuid"], "New")
    deleted = client.call("application/delete", meta={"entityId": id_})
    assert (deleted.status_code, deleted.content) == (204, b"")
    assert client.call(f"application/read?entityId={id_}").json()["success"] is False


def test_rest_with_bearer_tokens(speaking: Callable[[str], Client]) -> None:
    client = speaking(
        """
        base: insight
        base_path: /api
        authentication: bearer
        session: null
        entity: {uuid: null, created: null, changed: null, changed_by: null, query_for: null}
        operations:
          read: {method: GET, path: "/{path}/{id}"}
          find: {method: GET, path: "/{path}", keys_in: query, one: list, list_at: items}
          create: {method: POST, path: "/{path}"}
          upsert: null
          update: {method: PUT, path: "/{path}/{id}", status: 200}
          delete: {method: DELETE, path: "/{path}/{id}", status: 204, body: null}
          list:
            {method: GET, path: "/{path}",
             paging: {style: link, in: query, page: from, size: max, first: 0, default_size: 2, next: links.next}}
        types: {application: {path: apps}, event: null}
        """
    )
    url = f"{client.server.url}/api/apps"
    assert client.get(f"{url}/1").status_code == 401
    client.headers["Authorization"] = f"Bearer {client.token()}"
    made = [client.post(url, json={**APPLICATION, "appCode": str(number)}).json() for number in range(3)]
    assert made[0].keys() == {"id", *APPLICATION}
    assert client.get(url, params={"appCode": "1"}).json() == {"items": [made[1]]}
    assert client.put(f"{url}/{made[1]['id']}", json={**APPLICATION, "appCode": "9"}).json()["appCode"] == "9"
    assert client.delete(f"{url}/{made[1]['id']}").status_code == 204
    first = client.get(url, params={"max": 1}).json()
    assert first["items"] == [made[0]]
    second = client.get(first["links"]["next"]).json()
    assert (second["items"], second["links"]["next"]) == ([made[2]], None)
    assert client.get(f"{client.server.url}/api/event/1").status_code == 404
    assert client.get(f"{client.server.url}/api/application/1").status_code == 404


@pytest.mark.parametrize(
    ("paging", "asked", "following"),
    [
        ("{style: offset, page: offset, size: limit}", [{"offset": 0}, {"offset": 2}], None),
        ("{style: page, page: pageNumber, size: limit, first: 1}", [{"pageNumber": 1}, {"pageNumber": 2}], None),
        ("{style: cursor, page: cursor, size: limit, next: nextCursor}", [{}, {"cursor": "2"}], "nextCursor"),
    ],
)
def test_pagings(
    paging: str, asked: list[dict[str, Any]], following: str | None, speaking: Callable[[str], Client]
) -> None:
    client = speaking(
        f"""
        base: insight
        operations: {{list: {{items: page.content, total: null, paging: {paging}}}}}
        """
    )
    client.log_in()
    ids = [client.server.seed("event", eventName=f"Event {number}")["id"] for number in range(3)]
    pages = [client.call("event/list", limit=2, **one).json() for one in asked]
    assert [[item["id"] for item in page["page"]["content"]] for page in pages] == [ids[:2], ids[2:]]
    assert "total" not in pages[0]
    if following:
        assert [page[following] for page in pages] == ["2", None]


def test_another_login(speaking: Callable[[str], Client]) -> None:
    client = speaking(
        """
        base: insight
        session:
          cookie: SID
          csrf: {header: X-XSRF, announces_header: X-CSRF-HEADER}
          login: {status: 302, headers: {Location: /insight/home}, body: null}
          logout: {method: POST, path: /logout, status: 204}
        """
    )
    started = client.start()
    assert started.headers["X-CSRF-HEADER"] == "X-XSRF"
    login = client.call("login", access_token=client.token(), token_type="Bearer")
    assert (login.status_code, login.headers["Location"], login.content) == (302, "/insight/home", b"")
    assert client.cookies["SID"] != started.json()["xAuthToken"]
    assert client.call("application/read", **KEY).status_code == 404
    client.server.switch(logout="404")
    assert client.call("logout").status_code == 404
    client.server.switch(logout="dialect")
    assert client.call("logout").status_code == 204
    assert client.call("application/read", **KEY).status_code == 401
    assert client.server.counters()["logouts"] == 1


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("iso_seconds_z", "2026-03-04T03:06:07Z"),
        ("epoch_milliseconds", 1772593567891),
        ("day_first", "04.03.2026 05:06:07"),
        ("as_sent", "2026-03-04T05:06:07.891+02:00"),
    ],
)
def test_dates(form: str, shown: str | int, speaking: Callable[[str], Client]) -> None:
    dates = "iso_milliseconds" if form == "as_sent" else form
    client = speaking(f"base: insight\nentity: {{dates: {dates}, attribute_dates: {form}}}\n")
    client.log_in()
    created = client.create(**APPLICATION, when="2026-03-04T05:06:07.891+02:00", note="2026")
    assert (created["when"], created["note"]) == (shown, "2026")
    assert type(created["createdDate"]).__name__ == ("int" if form == "epoch_milliseconds" else "str")


@pytest.mark.parametrize(
    ("several", "none", "expected_several", "expected_none"),
    [
        ("first", "empty_object", (200, dict), (200, {})),
        ("conflict", "null", (409, dict), (200, None)),
        ("list", "empty_list", (200, list), (200, [])),
    ],
)
def test_finding(
    several: str, none: str, expected_several: Any, expected_none: Any, speaking: Callable[[str], Client]
) -> None:
    client = speaking(
        f"""
        base: insight
        operations: {{find: {{several: {several}, none: "{none}"}}}}
        switches: {{enforce_keys: false}}
        """
    )
    client.log_in()
    answer = client.call("application/read", **KEY)
    assert (answer.status_code, answer.json()) == expected_none
    client.create()
    client.create()
    answer = client.call("application/read", **KEY)
    assert (answer.status_code, type(answer.json())) == expected_several


@pytest.mark.parametrize(
    ("one", "none", "expected_one", "expected_none"),
    [
        ("list", "empty_list", {"data": [{}]}, (200, {"data": []})),
        ("entity", "null", {"result": {}}, (200, {"result": None})),
        ("entity", "empty_object", {"result": {}}, (200, {"result": {}})),
        ("entity", "missing", {"result": {}}, (404, None)),
    ],
)
def test_reading(one: str, none: str, expected_one: Any, expected_none: Any, speaking: Callable[[str], Client]) -> None:
    places = "entity_at: result, list_at: data"
    client = speaking(f"base: insight\noperations: {{read: {{one: {one}, none: '{none}', {places}}}}}\n")
    client.log_in()
    created = client.create()
    answer = client.call(f"application/{created['id']}/read").json()
    assert answer == fill_in(expected_one, created)
    answer = client.call("application/1/read")
    assert answer.status_code == expected_none[0]
    assert expected_none[1] in (None, answer.json())


def fill_in(form: Any, entity: dict[str, Any]) -> Any:
    """The form with the entity where it has an empty object."""
    if isinstance(form, list):
        return [fill_in(one, entity) for one in form]
    return {name: fill_in(inner, entity) for name, inner in form.items()} or entity


def test_a_csrf_header_that_nobody_announces(speaking: Callable[[str], Client]) -> None:
    client = speaking(
        """
        base: insight
        session:
          start: {id_field: session.id}
          csrf: {header: X-XSRF, announces_header: null, announces_parameter: null}
        """
    )
    started = client.start("session")
    assert {name.lower() for name in started.headers if "csrf" in name.lower() or "xsrf" in name.lower()} == {"x-xsrf"}
    assert started.json()["session"]["id"] == client.cookies["JSESSIONID"]


@pytest.mark.parametrize("form", ["number", "text"])
def test_references_have_the_form_of_ids(form: str, speaking: Callable[[str], Client]) -> None:
    client = speaking(f"base: insight\nentity: {{id_form: {form}}}\noperations: {{find: {{keys_in: query}}}}\n")
    client.log_in()
    application = client.create()
    assert type(application["id"]).__name__ == {"number": "int", "text": "str"}[form]
    for number, reference in enumerate((application["id"], str(application["id"]))):
        event = client.call("event/create", eventName=f"E{number}", applicationId=reference).json()
        assert event["applicationId"] == application["id"]
        query = f"event/read?eventName=E{number}&applicationId={reference}"
        assert client.call(query).json()["id"] == event["id"]


def test_other_statuses(speaking: Callable[[str], Client]) -> None:
    client = speaking(
        """
        base: insight
        answers:
          missing: {status: 410, body: null}
          conflict: {status: 400, body: {errors: [{text: "{message}"}]}, headers: {X-Error: duplicate}}
          session: {status: 440}
        """
    )
    assert client.call("application/read", **KEY).status_code == 440
    client.log_in()
    answer = client.call("application/read", **KEY)
    assert (answer.status_code, answer.content) == (410, b"")
    client.create()
    answer = client.call("application/create", **APPLICATION)
    assert (answer.status_code, answer.headers["X-Error"]) == (400, "duplicate")
    assert "already" in answer.json()["errors"][0]["text"]


def test_the_switches_of_a_dialect_are_its_start(speaking: Callable[[str], Client]) -> None:
    client = speaking("base: insight\nswitches: {update: merge}\n")
    client.server.switch(update="replace")
    client.server.reset()
    assert client.server.control("GET", "switches")["update"] == "merge"
    assert client.oauth(AS_ALICE).status_code == 200


@pytest.mark.parametrize("name", dialects.names())
def test_every_dialect_is_complete(name: str) -> None:
    whole = dialects.load(name)
    assert dialects.load("insight").keys() == whole.keys()
    assert whole["title"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("base: insight\ntypos: {}\n", "typos is not known"),
        ("base: insight\noperations: {reed: {}}\n", "operations: reed"),
        ("base: insight\noperations: {read: {statsu: 200}}\n", "operations.read: statsu"),
        ("base: insight\ntypes: {event: {uniq: [a]}}\n", "types.event: uniq"),
        ("base: klingon\n", "no dialect klingon"),
    ],
)
def test_dialects_that_are_wrong(text: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "wrong.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        dialects.load(str(tmp_path / "wrong.yml"))


def test_fill() -> None:
    form = {"a": "{x}", "b": ["is {x}", 1], "c": None}
    assert fill(form, {"x": 5}) == {"a": 5, "b": ["is 5", 1], "c": None}
