# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that only read: whether there is a list of all entities of a type, and how its pages are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Optional

from .._entity.api.paging import SIZE
from .._profile.predicate import answer_at
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT
from .._text.records import record
from .._transport.messages import Response
from .experiment import Attempt, Experiment, among
from .findings import AS_PROFILE, NOT_FOUND, NOT_TRIED, Finding, compared
from .reads import learn_operation, request_text, succeeding, with_entity
from .request_candidates import CURSORS, OFFSETS, PAGE_NUMBERS, PAGE_SIZES, uses
from .shapes import Known, described, is_known, is_success, json_content, lists, numbers, place_of, scalars

MOST_PAGES = 50
"""How many pages are read to see whether the number in the answers is the number of all entities."""
PAGED = ("page", "offset", "cursor", "size")
"""The names with which a request asks for a page."""


@record
class Way:
    """A way in which pages are asked for. names: parameters with their templates; paging: as in the profile, None where
    it says nothing of it."""

    names: Json
    paging: Optional[Json] = None

    @property
    def rules(self) -> Json:
        """What it says of paging."""
        return self.paging or {}


def parameters_in(definition: Json) -> str:
    """Where the parameters of a list stand: in its body, where it has one, else in its address."""
    return "json" if "json" in definition else "query"


def bare(definition: Json) -> dict[str, Any]:
    """A list without what asks for a page."""
    where = parameters_in(definition)
    held = definition.get(where) or {}
    rest = {name: value for name, value in held.items() if not uses(value, *PAGED)}
    content = {where: rest} if rest or where == "json" else {}
    return {**{name: one for name, one in definition.items() if name not in ("paging", where)}, **content}


def stated_way(definition: Json) -> Way:
    """How a profile asks for pages."""
    held = definition.get(parameters_in(definition)) or {}
    return Way({name: value for name, value in held.items() if uses(value, *PAGED)}, definition.get("paging"))


def paged(definition: Json, way: Optional[Way]) -> Json:
    """A list that is asked for in a way."""
    if way is None:
        return definition
    where = parameters_in(definition)
    names = {**(definition.get(where) or {}), **way.names}
    paging = {} if way.paging is None else {"paging": way.paging}
    return {**definition, **({where: names} if names or where == "json" else {}), **paging}


@record
class Listing:
    """A list that is asked. definition: the operation without its paging; entity: one that is in it."""

    experiment: Experiment
    type_name: str
    definition: Any
    entity: Json

    def attempt(self, way: Optional[Way], pages: int = 1) -> Attempt:
        """Ask for so many pages; the value holds a list of ids for each."""
        definition = paged(self.definition, way) if isinstance(self.definition, Mapping) else self.definition

        def ids(client: Any, profile: Any) -> list[list[str]]:
            of_type = profile.type(self.type_name)
            shown = client.pages(among(profile, self.entity), pages)
            return [[str(of_type.id_in(entity)) for entity in page] for page in shown]

        return self.experiment.attempt(self.type_name, "list", definition, ids)

    def first(self, way: Optional[Way]) -> list[str]:
        """The ids on the first page; empty where there is none."""
        attempt = self.attempt(way)
        return attempt.value[0] if attempt.value else []

    def whole(self, way: Way, shown: Iterable[str]) -> list[list[str]]:
        """All pages, where they are asked for in a way, hold these ids and none twice, and name the total that the way
        speaks of; none where they do not."""
        attempt = self.attempt(way, MOST_PAGES)
        pages = attempt.value or []
        ids = [one for page in pages for one in page]
        total = way.rules.get("total")
        counted = not total or (attempt.response is not None and total in whole_numbers(attempt.response))
        return pages if counted and set(shown) <= set(ids) and len(set(ids)) == len(ids) else []


def listings(experiment: Experiment, entity: Json) -> Iterator[Listing]:
    """Each list that a server may have of the entities of a type, without pages."""
    type_name = str(entity["type"])
    for candidate in experiment.candidates(type_name, "list"):
        definition = bare(candidate) if isinstance(candidate, Mapping) else candidate
        yield Listing(experiment, type_name, definition, entity)


def probe_list(experiment: Experiment, entity: Json) -> bool:
    """Whether there is a list in which the entity stands, and how it is cut into pages."""
    type_name, known = str(entity["type"]), experiment.known(entity)
    before, path = experiment.definition(type_name, "list"), experiment.home(type_name, "list")
    own = Listing(experiment, type_name, bare(before) if isinstance(before, Mapping) else before, entity)
    pages = _pages_as_said(own, before, known)
    if pages:
        return _learn(own, before, described(experiment.answers[-1][1]), pages)
    first: Optional[Attempt] = None
    for listing in listings(experiment, entity):
        attempt = listing.attempt(None)
        first = first or attempt
        if attempt.response is None or not is_success(attempt.response):
            continue
        if not isinstance(listing.definition, Mapping):
            if _shows(listing, known):
                experiment.note([Finding(".".join(path), AS_PROFILE, came=described(attempt.response))])
                experiment.prove(type_name, "list")
                return True
            continue
        for place, found in lists(json_content(attempt.response)):
            if any(is_known(one, known) for one in found):
                definition = with_entity(succeeding(listing.definition, attempt.response), place)
                whole = Listing(experiment, type_name, definition, entity)
                return _learn(whole, before, described(first.response))
    came = described(first.response if first else None)
    if not isinstance(before, Mapping) or not before or before.get("enabled") is False:
        experiment.note([Finding(".".join(path), AS_PROFILE, "no list", f"nothing that was tried lists; {came}")])
    else:
        experiment.note([Finding(".".join(path), NOT_FOUND, request_text(before), came)])
    return False


def _pages_as_said(own: Listing, stated: Any, known: Known) -> list[list[str]]:
    """The pages of the list of which the profile says how they are asked for, where an entity is on one of them."""
    if known.id is None or not isinstance(stated, Mapping) or stated.get("enabled") is False:
        return []
    way = stated_way(stated)
    return own.whole(way, [str(known.id)]) if way.names or way.paging else []


def _tell(pages: Sequence[list[str]], stated: Way) -> bool:
    """Whether pages tell that all are asked for as the profile says: several of them, of which the last may be empty
    where the size is the server's."""
    return len([page for page in pages if page or not uses(stated.names, "size")]) > 1


def _shows(listing: Listing, known: Known) -> bool:
    """Whether a list of several requests shows an entity, by its id."""
    pages = listing.attempt(None, MOST_PAGES).value or []
    return known.id is not None and any(str(known.id) in page for page in pages)


def _learn(listing: Listing, before: Any, came: str, pages: Sequence[list[str]] = ()) -> bool:
    """Whether the list of a type was learned, with its paging; notes what was found. before: the definition in the
    profile; came: what is said of the answer; pages: those that came as the profile says."""
    experiment, type_name = listing.experiment, listing.type_name
    path = experiment.home(type_name, "list")
    key = ".".join((*path, "paging"))
    said: Json = before if isinstance(before, Mapping) else {}
    stated = stated_way(said)
    whole = listing.first(None) or (pages[0] if pages else [])
    if len(set(whole)) < 2:
        why = "there are not two entities of this type, so nobody can see how pages are cut"
        experiment.findings.append(Finding(key, NOT_TRIED, came=why))
        return False
    way = stated if _tell(pages, stated) else _way(listing, stated, whole)
    if way is None:
        experiment.findings.append(Finding(key, NOT_FOUND, came=described(listing.attempt(None).response)))
        return False
    learned = dict(paged(listing.definition, way))
    if said.get("enabled") is False:
        learned["enabled"] = True
    experiment.note(compared(path, before, learned, came))
    learn_operation(experiment, type_name, path, learned)
    experiment.verify(path)
    experiment.prove(type_name, "list")
    return True


# --- pages


def _way(listing: Listing, stated: Way, whole: list[str]) -> Optional[Way]:
    """How pages are asked for: as the profile says where all entities come so; without paging where the server gives
    all at once and says so, None where nothing shows that the list is complete."""
    ours = [name for name, template in stated.names.items() if uses(template, "size")]
    for size in dict.fromkeys((*ours, *PAGE_SIZES)):
        if len(listing.first(_sized(size))) == 1:
            return next((_finished(listing, stated, one) for one in _ways(listing, stated, size, whole)), None)
    pages = listing.whole(stated, whole)
    if len(pages) > 1 or (pages and "total" in stated.rules):
        return stated
    response = listing.attempt(None).response
    return Way({}) if response and len(whole) in whole_numbers(response).values() else None


def whole_numbers(response: Response) -> dict[str, int]:
    """The whole numbers in an answer, by their places."""
    beside = {place_of(path): value for path, value in numbers(json_content(response)).items()}
    held = {f"header.{name}": value for name, value in response.headers.items() if re.search("total|count", name)}
    return {**beside, **numbers(held)}


def _sized(size: str) -> Way:
    """Asks for a page of one and nothing else."""
    return Way({size: "{size}"}, {"next": "body._", "size": 1})


def _ways(listing: Listing, stated: Way, size: str, whole: list[str]) -> Iterator[Way]:
    """The ways of paging that give the second entity behind the first, where a page holds one: what the profile says,
    then what the answer leads to, then numbers."""
    said = Way(stated.names, {**{name: one for name, one in stated.rules.items() if name != "total"}, "size": 1})
    ours = [name for name, template in stated.names.items() if uses(template, "page", "offset")]
    if size in said.names and not ours and listing.attempt(said, 2).value == [whole[:1], whole[1:2]]:
        yield said
    yield from _numbered(listing, tuple(ours), size, whole)
    response = listing.attempt(_sized(size)).response
    for place, value in _following(response) if response else ():
        links = "/" in str(value)
        for name in ("",) if links else CURSORS:
            names = {size: "{size}", **({name: "{cursor}"} if name else {})}
            way = Way(names, {"next": place, "size": 1})
            if listing.attempt(way, 2).value == [whole[:1], whole[1:2]]:
                yield way
    yield from _numbered(listing, (*PAGE_NUMBERS, *OFFSETS), size, whole)


def _numbered(listing: Listing, names: tuple[str, ...], size: str, whole: list[str]) -> Iterator[Way]:
    for name in names:
        for first in (0, 1):

            def asked(number: int, length: int = 1, name: str = name) -> list[str]:
                way = Way({name: "{page}", size: "{size}"}, {"first": number, "size": length})
                return listing.first(way)

            if asked(first) == whole[:1] and asked(first + 1) == whole[1:2]:
                # On pages of two, the second page begins behind the first one; the second offset inside of it.
                counted = "{offset}" if asked(first + 1, 2)[:1] == whole[1:2] else "{page}"
                yield Way({name: counted, size: "{size}"}, {"first": first, "size": 1})


def _following(response: Response) -> list[tuple[str, Any]]:
    """What in an answer may lead to the next page, by its place, likelier ones first."""
    words = ("next", "cursor", "token", "continuation", "after")
    found = [(path, value) for path, value in scalars(json_content(response), depth=3) if isinstance(value, (str, int))]
    found = [(place_of(path), value) for path, value in found if any(word in path.lower() for word in words)]
    link = answer_at(response, "link.next")
    found += [("link.next", link)] if link is not ABSENT else []
    return sorted(found, key=lambda pair: "next" not in pair[0].lower())


def _finished(listing: Listing, stated: Way, way: Way) -> Way:
    """A way of paging with pages of the usual size and with the total that the answers name; as the profile says it
    where that differs in nothing that it says."""
    kept = {name: stated.rules[name] for name in ("size", "most_pages") if name in stated.rules}
    whole = Way(way.names, {**way.rules, "size": SIZE, **kept})
    attempt = listing.attempt(whole, MOST_PAGES)
    seen = [one for page in attempt.value or [] for one in page]
    beside = whole_numbers(attempt.response) if attempt.response else {}
    counted = [place for place, value in beside.items() if value == len(seen) != 1]
    likely = sorted(counted, key=lambda place: (place != stated.rules.get("total"), "total" not in place.lower()))
    paging = {**whole.rules, **({"total": likely[0]} if likely else {})}
    usual = {"first": 0, "size": SIZE}
    seen_so = paging if "total" in stated.rules else whole.rules
    is_stated = stated.names == way.names and {**usual, **stated.rules} == {**usual, **seen_so}
    return stated if is_stated else Way(way.names, paging)
