# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations as conversations: what each asks, and what it makes of the answers, without any server."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address, address_of
from ansible_collections.rimops.insight.plugins.module_utils._entity.api import client as client_module
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.operations import (
    create_entity,
    delete_entity,
    find_entities,
    read_entity,
    update_entity,
)
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.paging import list_pages, list_whole
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.requests import Invocation
from ansible_collections.rimops.insight.plugins.module_utils._transport.addressing import Base
from ansible_collections.rimops.insight.plugins.module_utils._transport.messages import Request
from ansible_collections.rimops.insight.plugins.module_utils.errors import ProfileMismatchError, ServerError
from ansible_collections.rimops.insight.tests.unit.fakes import answer, profile, scripted

OF = profile(operations={"list": {"enabled": True}})
EVENT = OF.type("event")
STORED = {"id": 5, "uuid": "u-5", "eventName": "Filing"}
MISSING = answer(404, {"message": "no such entity"})


class Held:
    """A conversation that was held: what it asked, and what it returned or raised."""

    def __init__(self, conversation, *answers):
        self.asked, self.returned, self.raised, waiting = [], None, None, list(answers)
        try:
            request = next(conversation)
            while True:
                self.asked.append(f"{request.method} {request.url} {request.json_body}")
                request = conversation.send(waiting.pop(0))
        except StopIteration as end:
            self.returned = end.value
        except ServerError as error:
            self.raised = error
        assert waiting == []


@pytest.fixture
def shown():
    return []


def invocation(name, shown=None, address=None):
    """An operation on the event with the id 5; shown: takes a note each time that an entity was shown."""
    note = (lambda: shown.append(name)) if shown is not None else bool
    return Invocation(Base("b"), EVENT.operations[name], address or Address(EVENT, 5), "try it", note)


def test_a_read(shown):
    held = Held(read_entity(invocation("read", shown)), answer(200, STORED))
    assert held.asked == ["POST b/event/5/read {}"]
    assert (held.returned, shown) == (STORED, ["read"])


def test_a_read_that_shows_nothing(shown):
    assert Held(read_entity(invocation("read", shown)), MISSING).returned is None
    other = Held(read_entity(invocation("read", shown)), answer(200, {**STORED, "id": 6}))
    assert isinstance(other.raised, ProfileMismatchError)
    assert shown == []


def test_a_search(shown):
    address = address_of(OF, {"type": "event", "key": {"eventName": "Filing"}})
    of = invocation("find", shown, address)
    held = Held(find_entities(of), answer(200, STORED))
    assert held.asked == ["POST b/event/read {'eventName': 'Filing'}"]
    assert (held.returned, shown) == ([STORED], ["find"])
    assert Held(find_entities(of), MISSING).returned == []
    other = {**STORED, "eventName": "Other"}
    assert Held(find_entities(of), answer(200, other)).returned == [other]
    assert shown == ["find"], "what has another key does not show that the search works"


def test_writes():
    created = Held(create_entity(invocation("create"), {"eventName": "Filing"}, print), answer(201, STORED))
    assert created.asked == ["POST b/event/create {'eventName': 'Filing'}"]
    updated = Held(update_entity(invocation("update"), STORED, {"whole": {"eventName": "Next"}}), answer(200, STORED))
    assert updated.asked == ["POST b/event/create-or-update {'eventName': 'Next', 'uuid': 'u-5'}"]
    assert (created.returned, updated.returned) == (STORED, STORED)
    deleted = [Held(delete_entity(invocation("delete"), STORED), said) for said in (answer(200, {}), MISSING)]
    assert [held.asked for held in deleted] == [["POST b/event/5/delete {}"]] * 2
    assert [held.returned for held in deleted] == [None, 404]


def test_a_write_without_what_addresses_it_asks_nothing():
    held = Held(update_entity(invocation("update"), {"id": 5}, {"whole": {"eventName": "Next"}}))
    assert isinstance(held.raised, ProfileMismatchError) and held.asked == []


def page(*ids, total=3):
    return answer(200, {"items": [{"id": number} for number in ids], "total": total})


def test_a_list_is_one_conversation_of_several_requests(shown):
    pages = []
    held = Held(list_pages(invocation("list", shown), pages.append), page(1, 2), page(3))
    assert held.asked == [f"POST b/event/list {{'page': {number}, 'size': 100}}" for number in (0, 1)]
    assert [[one["id"] for one in page] for page in pages] == [[1, 2], [3]]
    assert shown == ["list"] * 2


def test_a_list_of_which_the_first_page_is_enough(shown):
    pages = []
    held = Held(list_pages(invocation("list", shown), pages.append, 1), page(1, 2))
    assert (len(held.asked), len(pages)) == (1, 1)
    Held(list_pages(invocation("list", shown), pages.append), page(total=0))
    assert shown == ["list"], "an empty page shows nothing"


def test_a_list_that_breaks_off_has_shown_its_first_page(shown):
    pages = []
    held = Held(list_pages(invocation("list", shown), pages.append), page(1, 2), answer(500, {}))
    assert held.raised.details["status"] == 500
    assert (len(pages), shown) == (1, ["list"])


def test_a_list_that_changes_is_read_again_within_the_conversation():
    answers = page(1, 2), page(3, total=4), page(1, 2), page(4)
    held = Held(list_whole(invocation("list"), EVENT.id_in), *answers)
    assert ([one["id"] for one in held.returned], len(held.asked)) == ([1, 2, 4], 4)


def test_an_operation_that_asks_until_it_is_done_changes_no_caller(monkeypatch):
    def create_and_wait(of, content, _note, _reveal):
        response = yield of.request(content)
        while response.status == 202:
            response = yield Request(of.purpose, "GET", "https://insight.example.com/jobs/1", safe=True)
        return response.json()

    monkeypatch.setattr(client_module, "create_entity", create_and_wait)
    client, script = scripted(answer(202, {}), answer(202, {}), answer(200, STORED))
    address = address_of(OF, {"type": "event", "key": {"eventName": "Filing"}})
    assert client.create(address, {"eventName": "Filing"}) == STORED
    assert [request.method for request in script.requests] == ["POST", "GET", "GET"]
    assert list(client.used) == ["operations.create"]
