# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists: page after page, and whole or an error."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._entity.address import Address
from ansible_collections.rimops.insight.plugins.module_utils._entity.api.paging import ListChanged
from ansible_collections.rimops.insight.plugins.module_utils.errors import (
    ConfigurationError,
    ProfileMismatchError,
    ServerError,
)
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, URL, answer, profile, scripted

EVENT_TYPE = profile().type("event")
PAGED = {"enabled": True}
IN_QUERY = {"method": "GET", "path": "{type.path}", "json": None}


def listing(*answers, **operation):
    of = profile(operations={"list": {**PAGED, **operation}})
    client, script = scripted(*answers, of=of)
    return (lambda: [entity["id"] for page in client.pages(Address(of.type("event"))) for entity in page]), script


def page(*ids, **more):
    return answer(200, {"items": [{"id": number} for number in ids], **more})


def test_pages_by_number():
    ids, script = listing(page(1, 2, total=5), page(3, 4, total=5), page(5, total=5))
    assert ids() == [1, 2, 3, 4, 5]
    assert script.bodies == [{"page": number, "size": 100} for number in (0, 1, 2)]


def test_pages_by_offset():
    rows = {"start": "{offset}", "rows": "{size}"}
    ids, script = listing(page(1, 2, total=3), page(3, total=3), json=rows, paging={"first": 1, "size": 2})
    assert ids() == [1, 2, 3]
    assert script.bodies == [{"start": 1, "rows": 2}, {"start": 3, "rows": 2}]


def test_pages_without_a_total_end_with_an_empty_one():
    ids, _script = listing(page(1), page(2), page())
    assert ids() == [1, 2]


def test_an_empty_list():
    ids, script = listing(page(total=0))
    assert ids() == []
    assert len(script.requests) == 1


@pytest.mark.parametrize("numbers", [(1, 2), ()])
def test_a_mapping_of_entities(numbers):
    items = {f"n{number}": {"id": number} for number in numbers}
    ids, _script = listing(answer(200, {"items": items}), json={}, paging=None, entity="body.items.*")
    assert ids() == list(numbers)


def test_a_mapping_of_entities_that_is_not_there_is_an_error():
    ids, _script = listing(answer(200, {"message": "no"}), json={}, paging=None, entity="body.items.*")
    with pytest.raises(ProfileMismatchError, match=r"objects in .items"):
        ids()


def test_no_paging():
    ids, script = listing(page(1, 2), json={}, paging=None)
    assert ids() == [1, 2]
    assert script.bodies == [{}]


@pytest.mark.proves("WRITE-1", "LIST-20")
@pytest.mark.parametrize(
    ("answers", "kind", "message"),
    [
        ([page(1, 2, total=5), page(total=5)], ServerError, "stopped after 2 of 5"),
        ([page(1, 2, total=5), page(1, 2, total=5)], ProfileMismatchError, "the same page again"),
        ([page(1, 2), page(1, 2)], ProfileMismatchError, "the same page again"),
        ([page(1, total="five")], ProfileMismatchError, "a number was expected"),
        ([answer(200, {"rows": []})], ProfileMismatchError, "a list of entities was expected"),
        ([answer(200, {"items": [1]})], ProfileMismatchError, "a list of entities was expected"),
        ([answer(403, {"items": []})], ServerError, "may not do that"),
        ([page(1, total=2), answer(500, {})], ServerError, "failed"),
        ([HTML], ProfileMismatchError, "page instead of data"),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(answers, kind, message):
    ids, _script = listing(*answers)
    with pytest.raises(kind, match=message):
        ids()


def test_a_list_that_is_off():
    client, script = scripted()
    with pytest.raises(ConfigurationError, match="no list operation for event that is switched on") as caught:
        list(client.pages(Address(EVENT_TYPE)))
    assert caught.value.details["profile_key"] == "operations.list"
    assert script.requests == []


def test_pages_in_the_query():
    asked = {**IN_QUERY, "query": {"p": "{page}", "n": "{size}"}}
    ids, script = listing(page(1, 2, total=3), page(3, total=3), **asked, paging={"first": 1, "size": 2})
    assert ids() == [1, 2, 3]
    assert script.paths == ["event?p=1&n=2", "event?p=2&n=2"]
    assert script.bodies == [None, None]


def test_a_total_as_text():
    ids, script = listing(page(1, 2, total="3"), page(3, total="3"))
    assert ids() == [1, 2, 3]
    assert len(script.requests) == 2


FOLLOWED = {"paging": {"size": 2, "next": "body.links.next", "total": "body.total"}}
CURSOR = {"json": {"n": "{size}", "after": "{cursor}"}, **FOLLOWED}
ENDED = {**CURSOR, "paging": {**CURSOR["paging"], "most_pages": 3}}
LINK = {"json": {"n": "{size}"}, **FOLLOWED}
AT = f"{URL}/insight/api/v2/event"


def linked(following, *ids, **more):
    return page(*ids, links={"next": following}, **more)


@pytest.mark.parametrize("end", [{"links": {"next": None}}, {"links": {"next": ""}}, {"links": {}}, {}])
def test_pages_by_cursor(end):
    ids, script = listing(linked("c1", 1, 2), linked(7), page(3, **end), **CURSOR)
    assert ids() == [1, 2, 3]
    assert script.bodies == [{"n": 2}, {"n": 2, "after": "c1"}, {"n": 2, "after": 7}]


@pytest.mark.proves("NETWORK-3")
def test_pages_by_link():
    answers = linked("/insight/api/v2/event?from=2&n=2", 1, 2), linked(f"{AT}?from=4", 3, 4), linked("?from=5", 5)
    ids, script = listing(*answers, linked(None), **IN_QUERY, query={"n": "{size}"}, **FOLLOWED)
    assert ids() == [1, 2, 3, 4, 5]
    assert [request.url for request in script.requests] == [
        f"{AT}?n=2",
        f"{AT}?from=2&n=2",
        f"{AT}?from=4",
        f"{AT}?from=5",
    ]
    assert script.bodies == [None] * 4


@pytest.mark.proves("WRITE-1", "NETWORK-3", "LIST-20")
@pytest.mark.parametrize(
    ("said", "answers", "key", "message"),
    [
        (CURSOR, [linked("c", 1, 2), linked("c", 3, 4)], "paging", "the same page again"),
        (CURSOR, [linked("c", 1, 2), linked("d", 1, 2)], "paging", "the same page again"),
        (CURSOR, [linked(["c"], 1)], "paging.next", "came a list of 1"),
        (CURSOR, [linked("c", 1, total=9), linked(None, 2, total=9)], None, "stopped after 2 of 9"),
        (LINK, [linked("https://evil.example.com/x", 1)], "paging.next", "another server"),
        (LINK, [linked("//evil.example.com/x", 1)], "paging.next", "another server"),
        (LINK, [linked("http://insight.example.com/x", 1)], "paging.next", "another server"),
        (LINK, [linked(f"{AT}/list", 1), linked(f"{AT}/list", 2)], "paging", "the same page again"),
        (LINK, [linked(f"{AT}/7/delete", 1)], "paging.next", "another path"),
        (LINK, [linked("/insight/api/v2/event/7/delete", 1)], "paging.next", "another path"),
        (LINK, [linked("7/delete?from=2", 1)], "paging.next", "another path"),
        (LINK, [linked("../event/create", 1)], "paging.next", "another path"),
        (LINK, [linked("list/", 1)], "paging.next", "another path"),
        (LINK, [linked("list/../create", 1)], "paging.next", "another path"),
        (LINK, [linked("LIST", 1)], "paging.next", "another path"),
        (LINK, [linked("list;create", 1)], "paging.next", "another path"),
        (LINK, [linked("%6cist", 1)], "paging.next", "another path"),
        (LINK, [linked("/", 1)], "paging.next", "another path"),
        (LINK, [linked("http://[x", 1)], "paging.next", "another server"),
        (CURSOR, [linked(f"c{number}") for number in range(11)], "paging", "the same page again"),
        (CURSOR, [linked(f"c{number}", number, total=number) for number in (1, 2)], None, "of 1 entities first"),
        (ENDED, [linked(f"c{number}", number) for number in range(3)], "paging", "does not end"),
    ],
)
def test_a_next_page_that_is_none(said, answers, key, message):
    ids, script = listing(*answers, **said)
    with pytest.raises(ServerError, match=message) as caught:
        ids()
    assert caught.value.details.get("profile_key") == (f"operations.list.{key}" if key else None)
    assert len(script.requests) == len(answers)


def test_empty_pages_in_between():
    ids, _script = listing(
        linked("a"), linked("b", 1), *[linked(f"c{one}") for one in range(10)], linked(None, 2), **CURSOR
    )
    assert ids() == [1, 2]


@pytest.mark.proves("LIST-20")
@pytest.mark.parametrize("end", ["?from=2#top", f"{AT}/list?from=2", "list?from=2"])
def test_a_link_gives_its_query_and_nothing_else(end):
    ids, script = listing(linked(end, 1), linked(None, 2), **LINK)
    assert ids() == [1, 2]
    assert [request.url for request in script.requests] == [f"{AT}/list", f"{AT}/list?from=2"]


def whole_listing(*answers, **operation):
    of = profile(operations={"list": {**PAGED, **operation}})
    client, script = scripted(*answers, of=of)
    return [one.get("id") for one in client.whole(Address(of.type("event")))], script


OFFSET = {"json": {"start": "{offset}", "rows": "{size}"}, "paging": {"size": 2, "total": "body.total"}}


@pytest.mark.proves("LIST-20")
def test_a_list_is_read_again_when_its_total_changes():
    """One of the first page is deleted between the pages, so that another one slips through."""
    answers = page(1, 2, total=5), page(4, 5, total=4), page(2, 3, total=4), page(4, 5, total=4)
    ids, script = whole_listing(*answers, **OFFSET)
    assert ids == [2, 3, 4, 5]
    assert [body["start"] for body in script.bodies] == [0, 2, 0, 2]


@pytest.mark.proves("WRITE-1", "LIST-20")
@pytest.mark.parametrize("again", [2, "2"])
def test_a_list_is_read_again_when_an_id_comes_twice(again):
    answers = page(1, 2), page(again, 3), page(0, 1), page(2, 3), page()
    ids, _script = whole_listing(*answers, json=OFFSET["json"], paging={"size": 2, "total": None})
    assert ids == [0, 1, 2, 3]


@pytest.mark.proves("WRITE-1", "LIST-20")
@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([page(1, 2, total=4), page(2, 3, total=4)], "the id 2 came twice"),
        ([page(1, 2, total=4), page(3, 4, total=5)], "spoke of 4 entities first, and then of 5"),
        ([page(1, 2), page(3, 4), page(1, 2)], "the id 1 came twice"),
        ([page(1, 2, total=4), page(3, total=4), page(total=4)], "the list stopped after 3 of 4 entities"),
    ],
)
def test_a_list_that_changes_again_and_again_is_an_error(answers, why):
    with pytest.raises(ListChanged, match=f"{why}, 5 times in a row"):
        whole_listing(*answers * 5, **OFFSET)


def test_entities_without_an_id_are_not_compared():
    answers = (answer(200, {"items": [{"name": name}], "total": 2}) for name in "ab")
    ids, _script = whole_listing(*answers, json=OFFSET["json"], paging={"size": 1, "total": "body.total"})
    assert ids == [None, None]
