# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lists: page after page, and whole or an error."""

from __future__ import annotations

import pytest

from ansible_collections.rimops.insight.plugins.module_utils.errors import ConfigurationError, RefutedError, ServerError
from ansible_collections.rimops.insight.tests.unit.fakes import HTML, answer, profile, scripted

EVENT_TYPE = profile().type("event")
PAGED = {"enabled": True}


def listing(*answers, **operation):
    of = profile(operations={"list": {**PAGED, **operation}})
    client, script = scripted(*answers, of=of)
    return (lambda: [entity["id"] for page in client.pages(of.type("event")) for entity in page]), script


def page(*ids, **more):
    return answer(200, {"items": [{"id": number} for number in ids], **more})


def test_pages_by_number():
    ids, script = listing(page(1, 2, total=5), page(3, 4, total=5), page(5, total=5))
    assert ids() == [1, 2, 3, 4, 5]
    assert script.bodies == [{"page": number, "size": 100} for number in (0, 1, 2)]


def test_pages_by_offset():
    paging = {"kind": "offset", "page": "start", "size": "rows", "first": 1, "limit": 2}
    ids, script = listing(page(1, 2, total=3), page(3, total=3), paging=paging)
    assert ids() == [1, 2, 3]
    assert script.bodies == [{"start": 1, "rows": 2}, {"start": 3, "rows": 2}]


def test_pages_without_a_total_end_with_an_empty_one():
    ids, _script = listing(page(1), page(2), page())
    assert ids() == [1, 2]


def test_an_empty_list():
    ids, script = listing(page(total=0))
    assert ids() == []
    assert len(script.requests) == 1


def test_no_paging():
    ids, script = listing(page(1, 2), paging=None)
    assert ids() == [1, 2]
    assert script.bodies == [{}]


@pytest.mark.proves("WRITE-1")
@pytest.mark.parametrize(
    ("answers", "kind", "message"),
    [
        ([page(1, 2, total=5), page(total=5)], ServerError, "stopped after 2 of 5"),
        ([page(1, 2, total=5), page(1, 2, total=5)], RefutedError, "the same page again"),
        ([page(1, 2), page(1, 2)], RefutedError, "the same page again"),
        ([page(1, total="five")], RefutedError, "a number was expected"),
        ([answer(200, {"rows": []})], RefutedError, "a list of entities was expected"),
        ([answer(200, {"items": [1]})], RefutedError, "a list of entities was expected"),
        ([answer(403, {"items": []})], ServerError, "may not do that"),
        ([page(1, total=2), answer(500, {})], ServerError, "failed"),
        ([HTML], RefutedError, "page instead of data"),
    ],
)
def test_a_list_that_is_not_whole_is_an_error(answers, kind, message):
    ids, _script = listing(*answers)
    with pytest.raises(kind, match=message):
        ids()


def test_a_list_that_is_off():
    client, script = scripted()
    with pytest.raises(ConfigurationError, match="no list operation for event that is switched on") as caught:
        list(client.pages(EVENT_TYPE))
    assert caught.value.details["profile_key"] == "operations.list"
    assert script.requests == []
