# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that only read: how an entity is found by its key. Only a search that shows what is there, and nothing
under a key that cannot exist, is believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Optional

from .._entity.api.client import EntityClient
from .._profile.model import Profile, type_data
from .._profile.operation import OPERATIONS
from .._profile.predicate import answer_at
from .._text.json_forms import Json
from .._text.nested_paths import value_at
from .._text.records import evolve
from .._transport.messages import Response
from ..errors import ServerError
from .experiment import Attempt, Experiment, among, keyed
from .findings import AS_PROFILE, DIFFERS, SEEN, Finding, brief, nested
from .lists import paged, probe_list, stated_way, whole_numbers
from .reads import explore, finds_nothing, offers, settle, succeeding, with_entity, with_missing
from .shapes import EMPTY, AnswerPlace, Known, find, impossible, is_known, is_success, json_content, place_of, same


def reference_ways(experiment: Experiment, definition: Any, entity: Json) -> Iterator[Any]:
    """A definition with each way in which references may go out, as it is first; as text where the profile says where
    in a body."""
    yield definition
    if not entity.get("refs") or not isinstance(definition, Mapping) or "json" not in definition:
        return
    if "texts_at" in definition:
        yield {name: value for name, value in definition.items() if name != "texts_at"}
        return
    said = type_data(str(entity["type"]), experiment.data)
    places = [said[name]["texts_at"] for name in OPERATIONS if "texts_at" in (said.get(name) or ())]
    if places:
        yield {**definition, "texts_at": places[0]}


def probe_find(experiment: Experiment, entity: Json, perhaps: bool = False) -> Optional[Json]:
    """How an entity is found by its key; returns it, None where nothing worked. perhaps: it may not show yet, so that
    nothing is said where nothing worked."""
    type_name, given = str(entity["type"]), experiment.data
    seen: list[Json] = []

    def tried(candidate: Any) -> tuple[Attempt, Any]:
        """The first attempt to search in this way, and the definition of the one that finds the entity."""
        first: Optional[Attempt] = None
        for one in reference_ways(experiment, candidate, entity):
            attempt, learned, found = _found(experiment, one, entity)
            first = first or attempt
            if learned is not None:
                seen.append(found)
                return first, learned
        return first or Attempt(), None

    learned, first = explore(experiment, type_name, "find", tried, entity["key"])
    for way, is_possible in () if perhaps else (("read", _is_the_key), ("list", _is_listed)):
        before = experiment.data
        if learned is None and is_possible(experiment, entity):
            learned = tried(way)[1]
            experiment.data = experiment.data if learned else before
    if learned == "read":
        _note_id(experiment, type_name, given)
    if learned is None and perhaps:
        return None
    if not settle(experiment, type_name, "find", learned, first, experiment.known(entity)):
        return None
    came = "it shows the entity that is there, and none under a key that cannot exist"
    key = ".".join(experiment.home(type_name, "find"))
    experiment.note([Finding(key, SEEN, came=came)])
    if isinstance(learned, Mapping) and "json" in learned and entity.get("refs"):
        _refer_in_create(experiment, type_name, learned.get("texts_at"))
    return seen[-1]


def _note_id(experiment: Experiment, type_name: str, given: Json) -> None:
    """Note that an entity is read by its key. given: the profile before that was tried."""
    path = ("types", type_name, "id", "from")
    learned, stated = (value_at(data, path) for data in (experiment.data, given))
    key, came = ".".join(path), "an entity is read by its key"
    if learned != stated:
        experiment.note([Finding(key, DIFFERS, brief(stated), came, nested(path, learned))])
    elif not any(one.profile_key == key for one in experiment.findings):
        said = path[2:] if not stated and value_at(given, path[2:]) else path
        experiment.note([Finding(".".join(said), AS_PROFILE, came=came)])


def _is_the_key(experiment: Experiment, entity: Json) -> bool:
    """Whether the id of an entity is its key, and so known beforehand; then the profile says so from here on."""
    type_name = str(entity["type"])
    stated = experiment.profile.type(type_name).id_of({"key": entity["key"]})
    if stated is not None and same(stated, entity.get("id")):
        return experiment.is_proven(type_name, "read")
    names = [name for name, value in entity["key"].items() if same(value, entity.get("id"))]
    if len(entity["key"]) != 1 or not names or entity.get("refs") or not experiment.is_proven(type_name, "read"):
        return False
    experiment.learn(("types", type_name, "id"), {"from": f"{{key.{names[0]}}}"})
    return True


def _is_listed(experiment: Experiment, entity: Json) -> bool:
    """Whether all entities of the type are listed, this one among them."""
    type_name = str(entity["type"])
    return experiment.is_proven(type_name, "list") or probe_list(experiment, entity)


def _refer_in_create(experiment: Experiment, type_name: str, texts_at: Optional[str]) -> None:
    """What a find does with references, a create is expected to do as well."""
    path = (*experiment.home(type_name, "create"), "texts_at")
    create = experiment.definition(type_name, "create")
    if create and create.get("texts_at") != texts_at:
        experiment.learn(path, texts_at)
        came = "find takes them only so"
        experiment.note([Finding(".".join(path), DIFFERS, brief(create.get("texts_at")), came, nested(path, texts_at))])


def _found(experiment: Experiment, candidate: Any, entity: Json) -> tuple[Attempt, Any, Json]:
    """Search with this definition for the entity, and for one that cannot exist: only a search that answers both
    rightly works. Returns the attempt, the definition that follows, None where there is none, and the entity."""
    known, type_name = experiment.known(entity), str(entity["type"])
    nothing = list(_impossible(entity, candidate))

    def search(definition: Any, sought: Json) -> Attempt:
        def call(client: EntityClient, profile: Profile) -> Any:
            return client.find(keyed(profile, sought))

        return experiment.attempt(type_name, "find", definition, call)

    def seen_with(definition: Any) -> Json:
        return next((one for one in search(definition, entity).value or () if is_known(one, known)), {})

    attempt = search(candidate, entity)
    request = experiment.answers[-1][0] if attempt.response else None
    if not isinstance(candidate, Mapping):  # by another operation, whose answers mean what that says
        found = seen_with(candidate) if finds_nothing(search(candidate, nothing[0])) else {}
        return attempt, candidate if found else None, found
    response, place = attempt.response, _place(experiment, type_name, attempt.response, known)
    if place is None or response is None or not is_success(response):
        return attempt, None, {}
    empty = [one.response for one in (search(candidate, sought) for sought in nothing) if one.response]
    if any(_place(experiment, type_name, one, known) for one in empty):
        return attempt, None, {}
    definition = _shaped(candidate, attempt, place, known, any(_holds(one, place.path) for one in empty))
    if definition.get("narrows"):
        paged_one = _in_pages(experiment, definition, response, place, entity)
        works = paged_one and seen_with(paged_one) and finds_nothing(search(paged_one, nothing[0]))
        return attempt, paged_one if works else None, place.entity
    shown = seen_with(definition)
    if not shown or request is None:
        return attempt, None, {}
    experiment.shown = experiment.shown or (request, known)
    path, about_nothing = experiment.home(type_name, "find"), empty[0] if empty else None
    learned = with_missing(experiment, path, definition, response, about_nothing, lambda one: search(one, nothing[0]))
    return attempt, _as_read(experiment, entity, learned, shown, known), place.entity


def _place(experiment: Experiment, type_name: str, response: Optional[Response], known: Known) -> Optional[AnswerPlace]:
    """Where an answer shows the entity; where it shows no more of it than its id, and reading works, that."""
    answer = json_content(response) if response else None
    place = find(answer, known)
    id_at = experiment.profile.type(type_name).id_at
    if place is None and known.id is not None and id_at and experiment.is_proven(type_name, "read"):
        place = find(answer, Known(None, {id_at: known.id}))
        held = place.entity if place else {}
        return place if not any(name in held for name in known.key) else None
    return place


def _shaped(candidate: Json, attempt: Attempt, place: AnswerPlace, known: Known, others: bool) -> dict[str, Any]:
    """The definition with what the answer is like. others: under a key that cannot exist it shows others."""
    definition = succeeding(candidate, attempt.response)
    if not offers(attempt, known):
        definition = with_entity(definition, place.path)
    others = others or (place.several and not _all_alike(attempt.response, place, known))
    if not all(name in place.entity for name in known.key):  # nothing to choose by
        definition["then"] = "read"
        others = definition.pop("narrows", False) and others
    if others:
        definition["narrows"] = True
    return definition


def _in_pages(
    experiment: Experiment, definition: Json, response: Response, place: AnswerPlace, entity: Json
) -> Optional[dict[str, Any]]:
    """A search that answers others, too, with the pages of the list at the same address; None where nothing shows that
    an answer is complete."""
    if definition.get("paging"):
        return dict(definition)
    held = answer_at(response, place_of(place.path))
    if not isinstance(held, list):
        return None
    listing = experiment.definition(str(entity["type"]), "list") if _is_listed(experiment, entity) else {}
    if isinstance(listing, Mapping) and all(listing.get(one) == definition.get(one) for one in ("method", "path")):
        return dict(paged(definition, stated_way(listing)))
    return dict(definition) if len(held) in whole_numbers(response).values() else None


def _all_alike(response: Optional[Response], place: AnswerPlace, known: Known) -> bool:
    """Whether all in a list have the key."""
    held = answer_at(response, place_of(place.path)) if response else ()
    return all(is_known(one, evolve(known, id=None)) for one in held)


def _as_read(experiment: Experiment, entity: Json, definition: Json, shown: Json, known: Known) -> Json:
    """The definition, with a read behind it where the search shows less than that."""
    type_name = str(entity["type"])
    if known.id is None or not experiment.is_proven(type_name, "read") or definition.get("then"):
        return definition

    def read(client: EntityClient, profile: Profile) -> Any:
        return client.read(among(profile, entity, known.id))

    whole = experiment.attempt(type_name, "read", experiment.definition(type_name, "read"), read).value
    return {**definition, "then": "read"} if set(whole or ()) - set(shown) else definition


def _holds(response: Response, path: str) -> bool:
    """Whether a success holds something where the entity stood."""
    try:
        return is_success(response) and value_at(response.json(), path.split(".") if path else ()) not in EMPTY
    except ServerError:
        return False


def _impossible(entity: Json, definition: Any) -> Iterator[Json]:
    """The entity with a key that cannot exist, and with references to what cannot exist where they go out as text."""
    yield {**entity, "key": {name: impossible(value) for name, value in entity["key"].items()}}
    if entity.get("refs") and isinstance(definition, Mapping) and definition.get("texts_at"):
        yield {
            **entity,
            "refs": {
                name: {"type": ref.get("type"), "key": {one: impossible(value) for one, value in ref["key"].items()}}
                for name, ref in entity["refs"].items()
                if ref.get("key")
            },
        }
