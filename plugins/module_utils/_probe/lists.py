# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that only read: whether there is a list of all entities of a type, and how its pages are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Optional

from .._entity.address import Address
from .._text.json_forms import Json
from .experiment import Attempt, Experiment
from .findings import AS_PROFILE, NOT_FOUND, NOT_TRIED, Finding, compared
from .reads import known_of, succeeding
from .request_candidates import CURSORS, OFFSETS, PAGE_NUMBERS, PAGE_SIZES
from .shapes import described, is_known, is_success, json_content, lists, numbers, scalars

MOST_PAGES = 50
"""How many pages are read to see whether the number in the answers is the number of all entities."""


@dataclass(frozen=True)
class Listing:
    """A list that is asked. definition: the operation without its paging; wrapped: where the entities stand."""

    experiment: Experiment
    type_name: str
    definition: Json

    def attempt(self, paging: Optional[Json], pages: int = 1) -> Attempt:
        """Ask for so many pages; the value holds a list of ids for each."""
        definition = {**self.definition, **({"paging": paging} if paging else {})}

        def ids(client: Any, profile: Any) -> list[list[str]]:
            of_type = profile.type(self.type_name)
            return [[str(of_type.id_in(entity)) for entity in page] for page in client.pages(Address(of_type), pages)]

        return self.experiment.attempt(self.type_name, "list", definition, ids)

    def first(self, paging: Optional[Json]) -> list[str]:
        """The ids on the first page; empty where there is none."""
        attempt = self.attempt(paging)
        return attempt.value[0] if attempt.value else []


def probe_list(experiment: Experiment, entity: Json) -> bool:
    """Whether there is a list in which the entity stands, and how it is cut into pages."""
    type_name, known = str(entity["type"]), known_of(entity)
    before = experiment.definition(type_name, "list")
    first: Optional[Attempt] = None
    for candidate in experiment.candidates(type_name, "list"):
        bare = {name: value for name, value in candidate.items() if name not in ("paging", "entities")}
        attempt = Listing(experiment, type_name, bare).attempt(None)
        first = first or attempt
        if not is_success(attempt.response):
            continue
        for path, found in lists(json_content(attempt.response)):  # type: ignore[arg-type]
            if any(is_known(one, known) for one in found):
                definition = succeeding({**bare, **({"entities": path} if path else {})}, attempt.response)
                return _learn(experiment, type_name, before, definition, described(first.response))
    came = described(first.response if first else None)
    if not before or before.get("enabled") is False:
        experiment.note([Finding("operations.list", AS_PROFILE, "no list", f"nothing that was tried lists; {came}")])
    else:
        experiment.note([Finding("operations.list", NOT_FOUND, f"{before.get('method')} {before.get('path')}", came)])
    return False


def _learn(experiment: Experiment, type_name: str, before: Json, definition: Json, came: str) -> bool:
    """Whether the list of a type was learned, with its paging; notes what was found. before: the definition in the
    profile; came: what is said of the answer."""
    listing = Listing(experiment, type_name, definition)
    whole = listing.first(None)
    if len(set(whole)) < 2:
        why = "there are not two entities of this type, so nobody can see how pages are cut"
        experiment.findings.append(Finding("operations.list.paging", NOT_TRIED, came=why))
        return False
    paging = _paging(listing, before.get("paging") or {}, whole)
    if paging is None:
        experiment.findings.append(
            Finding("operations.list.paging", NOT_FOUND, came=described(listing.attempt(None).response))
        )
        return False
    learned = {**definition, **({"paging": paging} if paging else {})}
    if before.get("enabled") is False:
        learned["enabled"] = True
    experiment.note(compared(("operations", "list"), before, learned, came))
    experiment.learn(("operations", "list"), learned)
    experiment.verify(("operations", "list"))
    return True


def _paging(listing: Listing, stated: Json, whole: list[str]) -> Optional[Json]:
    """How pages are asked for; empty where the server gives all entities at once and says so, None where nothing shows
    that the list is complete."""
    for size in dict.fromkeys((*([stated["size"]] if stated.get("size") else []), *PAGE_SIZES)):
        if len(listing.first(_sized(size))) == 1:
            return next((_finished(listing, stated, one) for one in _ways(listing, stated, size, whole)), None)
    response = listing.attempt(None).response
    return {} if response and len(whole) in numbers(json_content(response)).values() else None


def _sized(size: str) -> Json:
    """Asks for a page of one and nothing else."""
    return {"kind": "link", "next": "_", "size": size, "limit": 1}


def _ways(listing: Listing, stated: Json, size: str, whole: list[str]) -> Iterator[Json]:
    """The ways of paging that give the second entity behind the first, where a page holds one: what the profile says,
    then what the answer leads to, then numbers."""
    if stated.get("page"):
        yield from _numbered(listing, (stated["page"],), size, whole)
    response = listing.attempt(_sized(size)).response
    for path, value in _following(json_content(response)) if response else ():
        links = "/" in str(value)
        for name in ("_",) if links else CURSORS:
            kind = {"kind": "link"} if links else {"kind": "cursor", "page": name}
            way = {**kind, "next": path, "size": size, "limit": 1}
            if listing.attempt(way, 2).value == [whole[:1], whole[1:2]]:
                yield way
    yield from _numbered(listing, (*PAGE_NUMBERS, *OFFSETS), size, whole)


def _numbered(listing: Listing, names: tuple[str, ...], size: str, whole: list[str]) -> Iterator[Json]:
    for name in names:
        for first in (0, 1):
            one = {"kind": "page", "page": name, "size": size, "first": first, "limit": 1}
            if listing.first(one) == whole[:1] and listing.first({**one, "first": first + 1}) == whole[1:2]:
                # On pages of two, the second page begins behind the first one; the second offset inside of it.
                second = listing.first({**one, "first": first + 1, "limit": 2})
                yield {**one, "kind": "offset" if second[:1] == whole[1:2] else "page"}


def _following(answer: Any) -> list[tuple[str, Any]]:
    """What in an answer may lead to the next page, likelier ones first."""
    words = ("next", "cursor", "token", "continuation", "after")
    found = [(path, value) for path, value in scalars(answer, depth=3) if isinstance(value, (str, int))]
    found = [(path, value) for path, value in found if any(word in path.lower() for word in words)]
    return sorted(found, key=lambda pair: "next" not in pair[0].lower())


def _finished(listing: Listing, stated: Json, way: Json) -> Json:
    """A way of paging with pages of the usual size and with the total that the answers name."""
    way = {**way, "limit": stated.get("limit", 100)}
    attempt = listing.attempt(way, MOST_PAGES)
    seen = [one for page in attempt.value or [] for one in page]
    beside = numbers(json_content(attempt.response)) if attempt.response else {}
    counted = [path for path, value in beside.items() if value == len(seen) != 1]
    likely = sorted(counted, key=lambda path: (path != stated.get("total"), "total" not in path.lower()))
    paging = {**way, **({"total": likely[0]} if likely else {})}
    return dict(stated) if {"first": 0, **stated} == {"first": 0, **paging} else paging
