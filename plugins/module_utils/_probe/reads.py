# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that only read: how an entity is read by its id and found by its key, and how the server answers for an
entity that does not exist."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Callable, Optional

from .._entity.address import Address
from .._entity.api.client import EntityClient
from .._profile.model import Profile, at
from .._profile.operation import BASIS
from .._text.json_forms import Json
from .._transport.messages import Response
from ..errors import InsightError, InterruptedRequest, SessionRejected
from .experiment import Attempt, Experiment, keyed
from .findings import DIFFERS, NOT_FOUND, SEEN, Finding, brief, compared, difference, nested
from .shapes import (
    EMPTY,
    UUID,
    Known,
    described,
    find,
    id_path,
    impossible,
    is_known,
    is_success,
    json_content,
    scalars,
)

MOST_USELESS = 3
"""Requests refused as if there were no session, each of which costs a login, or not answered at all, each of which
costs the timeout, after which no more are tried."""
NO_ANSWER = (401, 403, 405, 407, 408, 429)
"""Refusals that say nothing about an entity."""


def known_of(entity: Json) -> Known:
    """What has to stand in the answer about an entity that the user named."""
    return Known(entity.get("id"), entity.get("key") or {})


def missing_of(definition: Json, response: Optional[Response]) -> Optional[dict[str, Any]]:
    """What a profile says of an answer that means missing; None where this one cannot mean it."""
    if response is None or response.is_html:
        return None
    stated: Json = definition.get("missing") or {}
    if is_success(response):
        if not response.body.strip():
            return {"status": [response.status]}
        value = json_content(response)
        return {"empty": True} if value in EMPTY or at(value, definition.get("entity") or "") in EMPTY else None
    if not 400 <= response.status < 500 or response.status in NO_ANSWER:
        return None
    return dict(stated) if response.status in stated.get("status", ()) else {"status": [response.status]}


def succeeding(definition: Json, response: Optional[Response]) -> dict[str, Any]:
    """The definition with this answer's status among those that mean success."""
    status = response.status if response else 0
    return dict(definition) if status in definition.get("success", (200,)) else {**definition, "success": [status]}


def with_entity(definition: Json, path: str) -> dict[str, Any]:
    """The definition with the entity at this path of the answer."""
    rest = {name: value for name, value in definition.items() if name != "entity"}
    return {**rest, "entity": path} if path or definition.get("entity") == "" else rest


def explore(
    experiment: Experiment, type_name: str, operation: str, tried: Callable[[Json], tuple[Attempt, Optional[Json]]]
) -> tuple[Optional[Json], Attempt]:
    """The first candidate that works, as a whole definition, and what the request as the profile has it got.

    tried: makes the attempt with a candidate; returns it with the definition that follows, None where it failed."""
    first: Optional[Attempt] = None
    useless = 0
    for candidate in experiment.candidates(type_name, operation):
        attempt, learned = tried(candidate)
        first = first or attempt
        if learned is not None:
            return learned, first
        useless += isinstance(attempt.error, (SessionRejected, InterruptedRequest))
        if useless > MOST_USELESS:
            break
    return None, first or Attempt()


def refusal_cause(error: InsightError) -> str:
    """Why nothing came, without naming the entity."""
    return str(error.details.get("came") or error.why)


def strangers(response: Optional[Response], known: Optional[Known]) -> str:
    """What else an answer holds than the known entity: one with its id and another key, or the other way round."""
    answer = json_content(response) if response else None
    if known is None or find(answer, known):
        return ""
    if known.id is not None and find(answer, Known(known.id)):
        return f"; it has the id that was named, and other values in {', '.join(map(brief, known.key))}"
    if known.key and find(answer, Known(None, known.key)):
        return "; it has the key that was named, and another id"
    return ""


def settle(
    experiment: Experiment,
    type_name: str,
    operation: str,
    learned: Optional[Json],
    first: Attempt,
    known: Optional[Known] = None,
) -> bool:
    """Take over what an experiment found out about an operation, or that nothing works. It holds for all types, unless
    another type was seen to do otherwise."""
    before, general = (
        experiment.definition(type_name, operation),
        experiment.data.get("operations", {}).get(operation, {}),
    )
    path: tuple[str, ...] = ("operations", operation)
    came = described(first.response) if first.response or not first.error else refusal_cause(first.error)
    if learned is None:
        came += strangers(first.response, known)
        if operation in ("create", "update", "delete") and not experiment.daring:
            came += "; what a careless server could take for all entities was not tried (daring)"
        expected = f"{before['method']} {before['path']}" if before else "no such operation"
        experiment.findings.append(Finding(".".join(path), NOT_FOUND, expected, brief(came)))
        return False
    new = substance(learned)
    if general.get("verified") and unreferred(new) != unreferred(substance(before)):
        path = ("types", type_name, *path)
        experiment.learn(path, difference(general, new))
    elif new != substance(general):
        experiment.learn(path, dict(learned))
    experiment.note(compared(path, before, learned, came))
    experiment.verify(path)
    experiment.prove(type_name, operation)
    return True


def unreferred(definition: Json) -> dict[str, Any]:
    """A definition without how references go out, which a type without any cannot show."""
    return {name: value for name, value in definition.items() if name != "references"}


def substance(definition: Json) -> dict[str, Any]:
    """A definition without what says how we know it."""
    return {name: value for name, value in definition.items() if name not in BASIS}


def probe_read(experiment: Experiment, entity: Json, perhaps: bool = False) -> Optional[Json]:
    """How an entity is read by its id; returns it, None where nothing worked. perhaps: it may not have this id, so that
    nothing is said where nothing worked."""
    known, type_name = known_of(entity), str(entity["type"])
    seen: list[Json] = []

    def read(definition: Json, entity_id: Any) -> Attempt:
        def call(client: EntityClient, profile: Profile) -> Any:
            return client.read(Address(profile.type(type_name), entity_id))

        return experiment.attempt(type_name, "read", definition, call)

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        """An attempt to read in this way, and its definition where it shows this entity and no other."""
        attempt = read(candidate, known.id)
        place = find(json_content(attempt.response), known) if attempt.response else None
        if place is None or place.several or not is_success(attempt.response):
            return attempt, None
        request = experiment.answers[-1][0]
        nobody = read(candidate, impossible(known.id))
        if nobody.response and find(json_content(nobody.response), known):
            return attempt, None
        definition = with_entity(succeeding(candidate, attempt.response), place.path)
        if not offers(read(definition, known.id), known):
            return attempt, None
        seen.append(place.entity)
        experiment.shown = experiment.shown or (request, known)
        nothing = with_missing(experiment, definition, nobody.response, lambda one: read(one, impossible(known.id)))
        return attempt, nothing

    learned, first = explore(experiment, type_name, "read", tried)
    if learned is None and perhaps:
        return None
    if not settle(experiment, type_name, "read", learned, first, known):
        return None
    learn_identifiers(experiment, type_name, seen[-1], known)
    return seen[-1]


def offers(attempt: Attempt, known: Known) -> bool:
    """Whether the engine makes the known entity of an answer."""
    found = attempt.value if isinstance(attempt.value, list) else [attempt.value]
    return any(is_known(one, known) for one in found)


def with_missing(
    experiment: Experiment, definition: Json, response: Optional[Response], again: Callable[[Json], Attempt]
) -> dict[str, Any]:
    """The definition with what the server answered about something that cannot exist, or a finding that it is no answer
    of that kind. again: asks the same with a definition; the engine must find nothing then."""
    missing = missing_of(definition, response)
    if missing is not None:
        learned = {**definition, "missing": missing}
        attempt = again(learned)
        if attempt.error is None and not attempt.value:
            return learned
    operation = "find" if definition.get("body") in ("key", "query") else "read"
    expected = f"an answer that says that there is none, such as {brief(definition.get('missing'))}"
    experiment.note([Finding(f"operations.{operation}.missing", NOT_FOUND, expected, described(response))])
    return dict(definition)


def learn_identifiers(experiment: Experiment, type_name: str, entity: Json, known: Known) -> None:
    """Under which names the server shows the id and the UUID that it gave an entity."""
    of_type = experiment.profile.type(type_name)
    shown = id_path(entity, known.id, of_type.id_at)
    uuids = [path for path, value in scalars(entity) if isinstance(value, str) and UUID.fullmatch(value)]
    before_uuid = next(iter(of_type.other_ids), None)
    preferred = before_uuid if before_uuid in uuids else None
    uuid = preferred or next((name for name in uuids if name != shown and name.lower().endswith("id")), None)
    scratch = "id_attribute" in experiment.data["types"][type_name]
    for key, before, after in (
        ("id_attribute", of_type.id_at, shown),
        ("uuid_attribute", before_uuid, uuid),
    ):
        if after == before or (after is None and key == "id_attribute"):
            continue
        path = ("types", type_name, key) if scratch else (key,)
        came = f"the entity holds it under {after}" if after else "the entity holds none"
        experiment.note([Finding(".".join(path), DIFFERS, brief(before), came, nested(path, after))])
        experiment.learn(path, after)
    stated = (experiment.data.get("compare") or {}).get("read_only", [])
    declared = {*of_type.key, *known.key}  # where the key is the id, it is declared all the same
    names = [name for name in (shown, uuid) if name and name not in declared]
    if not set(names) <= set(stated):
        all_names = sorted({*names, *stated})
        override = nested(("compare", "read_only"), all_names)
        experiment.note([Finding("compare.read_only", DIFFERS, brief(stated), "the server gives them", override)])
        experiment.learn(("compare", "read_only"), all_names)


def reference_ways(profile: Json, definition: Json, entity: Json) -> Iterator[Json]:
    """A definition with each way in which references may go out, as it is first; as text where the profile says where
    in a body."""
    yield definition
    other = "id" if definition.get("references", "id") == "query_for" else "query_for"
    if entity.get("refs") and (other == "id" or profile.get("query_for_at")):
        yield {**definition, "references": other}


def probe_find(experiment: Experiment, entity: Json, perhaps: bool = False) -> Optional[Json]:
    """How an entity is found by its key; returns it, None where nothing worked. perhaps: it may not show yet, so that
    nothing is said where nothing worked."""
    type_name = str(entity["type"])
    seen: list[Json] = []

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        """The first attempt to search in this way, and the definition of the one that finds the entity."""
        first: Optional[Attempt] = None
        for one in reference_ways(experiment.data, candidate, entity):
            attempt, learned, found = _found(experiment, one, entity)
            first = first or attempt
            if learned is not None:
                seen.append(found)
                return first, learned
        return first or Attempt(), None

    learned, first = explore(experiment, type_name, "find", tried)
    if learned is None and perhaps:
        return None
    if not settle(experiment, type_name, "find", learned, first, known_of(entity)):
        return None
    came = "it shows the entity that is there, and none under a key that cannot exist"
    experiment.note([Finding("operations.find", SEEN, came=came)])
    if learned and entity.get("refs"):
        refer_in_create(experiment, learned.get("references"))
    return seen[-1]


def refer_in_create(experiment: Experiment, references: Optional[str]) -> None:
    """What a find does with references, a create is expected to do as well."""
    path = ("operations", "create", "references")
    create = experiment.data["operations"].get("create")
    stated = create and create.get("references")
    if create and references and references != stated:
        experiment.learn(path, references)
        came = "find takes them only so"
        experiment.note([Finding(".".join(path), DIFFERS, brief(stated), came, nested(path, references))])


def _found(experiment: Experiment, candidate: Json, entity: Json) -> tuple[Attempt, Optional[Json], Json]:
    """Search with this definition for the entity, and for one that cannot exist: only a search that answers both
    rightly works."""
    known, type_name = known_of(entity), str(entity["type"])

    def search(definition: Json, sought: Json) -> Attempt:
        def call(client: EntityClient, profile: Profile) -> Any:
            return client.find(keyed(profile, sought))

        return experiment.attempt(type_name, "find", definition, call)

    attempt = search(candidate, entity)
    place = find(json_content(attempt.response), known) if attempt.response else None
    if place is None or not is_success(attempt.response):
        return attempt, None, {}
    nobody = [search(candidate, nothing) for nothing in _impossible(entity, candidate)]
    for one in nobody:
        if one.response and (find(json_content(one.response), known) or _holds(one.response, place.path)):
            return attempt, None, {}
    definition = with_entity(succeeding(candidate, attempt.response), place.path)
    if not offers(search(definition, entity), known):
        return attempt, None, {}
    nothing = next(_impossible(entity, candidate))
    learned = with_missing(experiment, definition, nobody[0].response, lambda one: search(one, nothing))
    return attempt, learned, place.entity


def _holds(response: Response, path: str) -> bool:
    """Whether a success holds something where the entity stood."""
    return is_success(response) and at(json_content(response), path) not in EMPTY


def _impossible(entity: Json, definition: Json) -> Iterator[Json]:
    """The entity with a key that cannot exist, and with references to what cannot exist where they go out as text."""
    yield {**entity, "key": {name: impossible(value) for name, value in entity["key"].items()}}
    if entity.get("refs") and definition.get("references") == "query_for":
        yield {
            **entity,
            "refs": {
                name: {"type": ref.get("type"), "key": {one: impossible(value) for one, value in ref["key"].items()}}
                for name, ref in entity["refs"].items()
                if ref.get("key")
            },
        }
