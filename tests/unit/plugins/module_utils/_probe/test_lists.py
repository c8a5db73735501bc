# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a list is cut into pages: what the profile says, as long as it works."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from ansible_collections.rimops.insight.plugins.module_utils._probe.experiment import Experiment
from ansible_collections.rimops.insight.plugins.module_utils._probe.lists import probe_list
from ansible_collections.rimops.insight.tests.unit.fakes import answer

pytestmark = pytest.mark.proves("PROBE-1", "PROBE-21")

URL = "https://users.example.com"
KNOWN = {"type": "user", "id": "u2", "key": {"name": "u2"}}
OFFSET = {"offset": "{offset}", "limit": "{size}"}


def listing(query, **said):
    """A list of a profile."""
    return {"method": "GET", "path": "users", **({"query": query} if query else {}), **said}


class Users:
    """A server that lists users, by default so many on a page, and at least so many. start: the name for the first one;
    link: the name for what the answer calls ``more``; total: whether it says how many there are; strict: whether a page
    must be asked for."""

    def __init__(self, many=3, usual=20, least=1, start="offset", link=None, total=False, strict=False):
        self.users = [{"name": f"u{number}"} for number in range(many)]
        self.usual, self.least, self.start = usual, least, start
        self.link, self.total, self.strict = link, total, strict

    def send(self, request):
        parts = urlsplit(request.url)
        if (request.method, parts.path) != ("GET", "/users"):
            return answer(404, {})
        asked = dict(parse_qsl(parts.query))
        if self.strict and set(asked) != {"offset", "limit"}:
            return answer(400, {"error": "no page"})
        size = max(int(asked.get("limit", self.usual)), self.least)
        first = int(asked.get(self.link or self.start, 0))
        page = self.users[first : first + size]
        if not (self.link or self.total):
            return answer(200, page)
        more = {"more": str(first + size)} if self.link and first + size < len(self.users) else {}
        return answer(200, {"users": page, **more, **({"total": len(self.users)} if self.total else {})})


def findings(server, stated):
    """What the probe finds of a list."""
    of_type = {"path": "users", "id": {"from": "{key.name}"}, "key": {"attributes": ["name"]}, "list": stated}
    data = {"format": 2, "name": "users", "types": {"user": of_type}}
    experiment = Experiment(data, URL, server.send, {})
    probe_list(experiment, KNOWN)
    return [(one.profile_key, one.verdict, one.override) for one in experiment.findings]


IN = {"entity": "body.users"}
TOLD = {**IN, "paging": {"total": "body.total"}}
MORE = listing({"since": "{cursor}", "limit": "{size}"}, **IN, paging={"next": "body.more"})


@pytest.mark.parametrize(
    ("server", "stated"),
    [
        (Users(), listing(OFFSET)),
        (Users(), listing(OFFSET, paging={})),
        (Users(), listing(OFFSET, paging={"size": 2, "most_pages": 7})),
        (Users(total=True), listing(OFFSET, **IN)),
        (Users(total=True), listing(OFFSET, **IN, paging={"total": "body.total"})),
        (Users(start="", least=20, total=True), listing(None, **IN, paging={"total": "body.total"})),
        (Users(least=10), listing(OFFSET)),
        (Users(least=10, total=True), listing(OFFSET, **IN, paging={"total": "body.total"})),
        (Users(usual=2), listing(OFFSET)),
        (Users(strict=True), listing(OFFSET)),
        (Users(strict=True, total=True), listing(OFFSET, **TOLD)),
        (Users(), listing({"offset": "{offset}"})),
        (Users(many=5, usual=2), listing({"offset": "{offset}"})),
        (Users(link="since"), MORE),
        (Users(many=205, link="since"), MORE),
    ],
    ids=[
        "no word of paging",
        "empty paging",
        "most pages",
        "a total that is not asked for",
        "a total",
        "all at once with a total",
        "pages of ten at least",
        "pages of ten at least with a total",
        "on a later page",
        "a page must be asked for",
        "a page must be asked for, with a total",
        "a size of the server",
        "pages of the server",
        "names of its own",
        "many pages with names of its own",
    ],
)
def test_a_list_that_works_is_as_the_profile_says(server, stated):
    assert findings(server, stated) == [("types.user.list", "as_profile", None)]


ELSEWHERE = {**IN, "paging": {"total": "body.all"}}
COUNTED = {"first": 0, "size": 100, "total": "body.total"}


def override(**said):
    return {"types": {"user": {"list": said}}}


@pytest.mark.parametrize(
    ("server", "stated", "differs"),
    [
        (Users(start="from"), listing(OFFSET), {"query": {"from": "{offset}", "limit": "{size}"}}),
        (Users(many=205, start="from"), listing(OFFSET), {"query": {"from": "{offset}", "limit": "{size}"}}),
        (Users(total=True), listing({**OFFSET, "offset": "{page}"}, **IN), {"query": OFFSET}),
        (Users(start="from", total=True), listing(OFFSET, **TOLD), {"query": {"from": "{offset}", "limit": "{size}"}}),
        (Users(total=True), listing(OFFSET, **ELSEWHERE), {"paging": COUNTED}),
        (Users(many=205, total=True), listing(OFFSET, **ELSEWHERE), {"paging": COUNTED}),
        (Users(start="", least=20, total=True), listing(OFFSET, **IN), {"query": None}),
    ],
    ids=[
        "another name",
        "another name, many pages",
        "an offset and no page",
        "another name, a total",
        "another total",
        "another total, many pages",
        "no pages",
    ],
)
def test_a_list_that_does_not_is_mended(server, stated, differs):
    overrides = [one for _key, verdict, one in findings(server, stated) if verdict == "differs"]
    assert override(**differs) in overrides


@pytest.mark.parametrize("stated", [listing(None), listing(OFFSET)])
def test_a_list_is_believed_only_where_something_shows_that_it_is_whole(stated):
    assert findings(Users(start="", least=20), stated) == [("types.user.list.paging", "not_found", None)]


def test_a_list_of_several_requests_that_is_none_becomes_one():
    [(key, verdict, offered)] = findings(Users(), [{"method": "GET", "path": "people"}])
    assert (key, verdict, offered["types"]["user"]["list"]["query"]) == ("types.user.list", "differs", OFFSET)
