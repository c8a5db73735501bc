# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The entity operations of the default dialect, and what differs in 6.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
from simulator_tests.client import ALICE, APPLICATION, KEY, Client

pytestmark = pytest.mark.proves("PROOF-2")

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.process import Running

REFERENCE = {"queryFor": {"applicationId": "123456 Zelvora"}}


def test_a_life(client: Client) -> None:
    assert client.call("application/read", **KEY).status_code == 404
    created = client.create(**APPLICATION, note="first")
    assert {name: created[name] for name in APPLICATION} == APPLICATION
    assert isinstance(created["id"], int)
    assert created["createdDate"] == created["lastChangedDate"]
    assert created["lastChangedBy"] == ALICE["username"]
    assert client.read(created) == created
    assert client.call("application/read", **KEY).json() == created
    updated = client.update(created, **APPLICATION, other="second")
    assert "note" not in updated
    assert updated["other"] == "second"
    assert updated["lastChangedDate"] >= created["lastChangedDate"]
    assert client.read(created) == updated
    deleted = client.call(f"application/{created['id']}/delete")
    assert (deleted.status_code, deleted.json()) == (200, {})
    assert client.call(f"application/{created['id']}/read").status_code == 404
    assert client.call(f"application/{created['id']}/delete").status_code == 404
    counters = client.server.counters()
    assert {name: counters[name] for name in ("creates", "updates", "deletes", "writes", "reads", "finds")} == {
        "creates": 1,
        "updates": 1,
        "deletes": 1,
        "writes": 4,
        "reads": 3,
        "finds": 2,
    }


def test_references_by_display_text(client: Client) -> None:
    application = client.create()
    event = client.create("event", eventName="Initial", **REFERENCE)
    assert event["applicationId"] == application["id"]
    assert "queryFor" not in event
    assert client.call("event/read", eventName="Initial", **REFERENCE).json() == event
    assert client.call("event/read", eventName="Initial", applicationId=application["id"]).json() == event
    unknown = {"queryFor": {"applicationId": "123456 Other"}}
    assert client.call("event/read", eventName="Initial", **unknown).status_code == 404
    refused = client.call("event/create", eventName="Second", **unknown)
    assert (refused.status_code, refused.json()["field"]) == (422, "applicationId")
    refused = client.call("event/create", eventName="Second", queryFor={"familyId": "x"})
    assert (refused.status_code, refused.json()["field"]) == (422, "familyId")
    assert client.call("event/create", eventName="Second", applicationId=1).status_code == 422
    assert client.call("event/create", eventName="Second", queryFor="text").status_code == 400


def test_the_reference_may_be_a_trial(client: Client) -> None:
    trial = client.create("application/cta", **APPLICATION)
    assert client.create("event-country", **REFERENCE)["applicationId"] == trial["id"]


def test_references_in_6_2_are_names(servers: Callable[[str], Running]) -> None:
    server = servers("insight_6_2")
    server.reset()
    with Client(server) as client:
        client.log_in(ALICE, "token")
        refused = client.call("application/create", **APPLICATION)
        assert (refused.status_code, refused.json()["field"]) == (422, "familyId")
        application = client.create(appCode="1", appName="Zelvora", familyId=7)
        assert client.call("application/create", appCode="1", appName="Other", familyId=7).status_code == 409
        client.create(appCode="1", appName="Third", familyId=8)
        event = client.create("event", eventName="Initial", queryFor={"applicationId": "Zelvora"})
        assert event["applicationId"] == application["id"]


def test_required_attributes(client: Client) -> None:
    for name in APPLICATION:
        refused = client.call("application/create", **{**APPLICATION, name: None})
        assert (refused.status_code, refused.json()["field"]) == (422, name)


def test_unique_keys(client: Client) -> None:
    client.create()
    assert client.call("application/create", **APPLICATION).status_code == 409
    other = client.create(**{**APPLICATION, "appName": "Other"})
    clash = client.call("application/create-or-update", uuid=other["uuid"], **APPLICATION)
    assert clash.status_code == 409
    assert client.read(other) == other


def test_create_or_update_by_key(client: Client) -> None:
    made = client.call("application/create-or-update", **APPLICATION, note="x")
    assert made.status_code == 201
    again = client.call("application/create-or-update", **APPLICATION, note="y")
    assert (again.status_code, again.json()["id"], again.json()["note"]) == (200, made.json()["id"], "y")
    unknown = client.call("application/create-or-update", uuid="unknown", **APPLICATION)
    assert (unknown.status_code, unknown.json()["id"]) == (200, made.json()["id"])
    renamed = client.update(made.json(), **{**APPLICATION, "appName": "New"})
    assert (renamed["id"], renamed["appName"]) == (made.json()["id"], "New")


def test_several_that_match(client: Client) -> None:
    application = client.create()
    schedules = [client.create("event-country-schedule", applicationId=application["id"]) for _turn in range(2)]
    found = client.call("event-country-schedule/read", applicationId=application["id"])
    assert (found.status_code, found.json()) == (200, schedules)


def test_scalars_become_text_where_the_server_holds_text(client: Client) -> None:
    created = client.create(appCode=5349, appName=True, selectedProducts=["x"], count=5)
    assert (created["appCode"], created["appName"], created["count"]) == ("5349", "true", 5)
    assert client.call("application/read", appCode=5349, appName="true").json() == created


def test_finding_is_exact(client: Client) -> None:
    client.create(**APPLICATION, count=1)
    for wrong in ({"appName": "zelvora"}, {"appName": "Zelvora "}, {"count": True}, {"count": "1"}):
        assert client.call("application/read", **{**KEY, **wrong}).status_code == 404
    assert client.call("application/read").status_code == 400


def test_finding_by_id_and_uuid(client: Client) -> None:
    created = client.create()
    for criteria in ({"uuid": created["uuid"]}, {"id": created["id"]}, {"id": created["id"], **KEY}):
        assert client.call("application/read", **criteria).json() == created
    assert client.call("application/read", id=created["id"], appName="Other").status_code == 404
    assert client.call("event/read", uuid=created["uuid"]).status_code == 404


def test_pages(client: Client) -> None:
    ids = [client.server.seed("event", eventName=f"Event {number}")["id"] for number in range(5)]
    pages = [client.call("event/list", page=page, size=2).json() for page in range(4)]
    assert [[item["id"] for item in page["items"]] for page in pages] == [ids[:2], ids[2:4], ids[4:], []]
    assert {page["total"] for page in pages} == {5}
    assert len(client.call("event/list").json()["items"]) == 5
    assert client.call("event/list", page="x").status_code == 400


@pytest.mark.parametrize("id_", ["a/b", "..", 'qu"ote', "päth", "1 2", "1001;x", "٣"])
def test_odd_ids_are_looked_up_as_they_are(id_: str, client: Client) -> None:
    answer = client.call(f"event/{quote(id_, safe='').replace('.', '%2E')}/read")
    assert answer.status_code == 404
    assert "message" in answer.json()


@pytest.mark.parametrize(
    "value", ["line\nbreak", "\x1b[31m", "::error::", "é ü 漢字 🚀", "a" * 70000, {"a": [1, None]}]
)
def test_any_value_is_kept(value: Any, client: Client) -> None:
    assert client.read(client.create(**APPLICATION, value=value))["value"] == value


@pytest.mark.parametrize("body", [b"{", b"[]", b'"text"', b"\xff"])
def test_bodies_that_are_no_object(body: bytes, client: Client) -> None:
    url = f"{client.server.url}/insight/api/v2/application/"
    assert client.post(url + "create", data=body).status_code == 400
    assert client.post(url + "read", data=body).status_code == 400
