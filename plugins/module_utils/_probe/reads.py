# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that only read: how an entity is read by its id, and how the server answers for one that does not
exist."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Callable, Optional

from .._entity.address import Address
from .._entity.api.answers import NOT_THERE
from .._entity.api.client import EntityClient
from .._profile.model import Profile, type_data
from .._profile.operation import BASIS, CONFLICT, MISSING, SUCCESS
from .._profile.predicate import Sent, answer_at, fitting, predicate_of
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, value_at, with_value
from .._text.records import evolve
from .._transport.messages import Response
from ..errors import InsightError, InterruptedRequest, ServerError, SessionRejected
from .experiment import Attempt, Experiment, among
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, Finding, brief, compared, difference, nested
from .shapes import (
    EMPTY,
    UUID,
    Known,
    codes_in,
    described,
    find,
    id_path,
    impossible,
    is_known,
    is_success,
    json_content,
    opening_words,
    place_of,
    scalars,
)

MOST_USELESS = 3
"""Requests refused as if there were no session, each of which costs a login, or not answered at all, each of which
costs the timeout, after which no more are tried."""
NO_ANSWER = (401, 403, 405, 407, 408)
"""Refusals that say nothing about an entity."""


def is_refusal(response: Response) -> bool:
    """Whether a refusal may say something about an entity."""
    return 400 <= response.status < 500 and response.status not in NO_ANSWER and not response.busy


# --- what an answer means


def conflicts(definition: Json, kind: str) -> tuple[tuple[str, ...], list[Json]]:
    """Where an operation says the conflicts of a kind, as a path in it, and what it says there. A plain list is for all
    kinds."""
    said = definition.get("conflict", CONFLICT)
    return (("conflict", kind), list(said.get(kind, ()))) if isinstance(said, Mapping) else (("conflict",), list(said))


def has_meaning(predicate: Sequence[Json], definition: Json, response: Response) -> bool:
    """Whether an answer fits a predicate of an operation."""
    sent, places = Sent(definition.get("method", "GET")), definition.get("entity", "body")
    where = places if isinstance(places, (str, list)) else "body"
    return fitting(predicate_of(predicate), response, sent, where) is not None


def missing_ways(definition: Json, response: Optional[Response]) -> Iterator[list[Json]]:
    """The predicates by which an answer may mean that there is none: what the profile says first, then those that fit
    this answer, the narrowest first. None where it cannot mean that."""
    if response is None or response.is_html:
        return
    stated = list(definition.get("missing", MISSING))
    if has_meaning(stated, definition, response):
        yield stated
        return
    status = {"status": [response.status]}
    if is_success(response) and not response.body.strip():
        yield [status]
    elif is_success(response) and _is_empty(definition, response):
        yield [{"empty": True}]
    elif is_success(response) or is_refusal(response):
        if response.status in NOT_THERE:
            yield [status]
            return
        yield from ([one] for one in narrowest(response))


def narrowest(response: Response) -> list[Json]:
    """What else in an answer than its status may tell what it means: codes for machines, then how its text begins."""
    codes: list[Json] = [{"body": {path: code}} for path, code in codes_in(json_content(response)).items()]
    words = opening_words(response) if not is_success(response) else ""
    return [{"status": [response.status], **one} for one in [*codes, *([{"words": words}] if words else [])]]


def _is_empty(definition: Json, response: Response) -> bool:
    value, places = json_content(response), definition.get("entity", "body")
    if value in EMPTY:
        return True
    try:
        return isinstance(places, str) and answer_at(response, places) in EMPTY
    except ServerError:
        return False


def succeeding(definition: Json, response: Optional[Response]) -> dict[str, Any]:
    """The definition with this answer's status among those that mean success."""
    stated = definition.get("success", list(SUCCESS))
    if response is None or has_meaning(stated, definition, response):
        return dict(definition)
    return {**definition, "success": [{"status": [response.status]}]}


def with_entity(definition: Json, path: str) -> dict[str, Any]:
    """The definition with the entity at this path of the answer."""
    stated, place = definition.get("entity", "body"), place_of(path)
    if place == stated or (isinstance(stated, list) and place in stated):
        return dict(definition)
    rest = {name: value for name, value in definition.items() if name != "entity"}
    return {**rest, "entity": place} if path else rest


# --- trying, and taking over what was found out


def explore(
    experiment: Experiment,
    type_name: str,
    operation: str,
    tried: Callable[[Any], tuple[Attempt, Any]],
    key: Iterable[str] = (),
) -> tuple[Any, Attempt]:
    """The first candidate that works, as a whole definition, and what the request as the profile has it got.

    tried: makes the attempt with a candidate; returns it with the definition that follows, None where it failed. key:
    the attributes by which an entity is looked for."""
    first: Optional[Attempt] = None
    useless = 0
    for candidate in experiment.candidates(type_name, operation, key):
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
    if known.key and find(answer, evolve(known, id=None)):
        return "; it has the key that was named, and another id"
    return ""


def request_text(definition: Any) -> str:
    """The request of an operation in short."""
    if isinstance(definition, Mapping):
        return f"{definition.get('method', 'GET')} {definition.get('path', '')}" if definition else "no such operation"
    return brief(definition)


def settle(
    experiment: Experiment,
    type_name: str,
    operation: str,
    learned: Any,
    first: Attempt,
    known: Optional[Known] = None,
) -> bool:
    """Take over what an experiment found out about an operation, or that nothing works. It holds for all types, unless
    the type has its own, or another type was seen to do otherwise."""
    before, path = experiment.definition(type_name, operation), experiment.home(type_name, operation)
    came = described(first.response) if first.response or not first.error else refusal_cause(first.error)
    if learned is None:
        if not before:  # nothing was expected, and nothing was found
            said = f"nothing that was tried works; {came}"
            experiment.note([Finding(".".join(path), AS_PROFILE, request_text(before), brief(said))])
            return False
        came += strangers(first.response, known)
        if operation in ("create", "update", "delete") and not experiment.daring:
            came += "; what a careless server could take for all entities was not tried (daring)"
        experiment.findings.append(Finding(".".join(path), NOT_FOUND, request_text(before), brief(came)))
        return False
    new, stated = substance(learned), substance(before)
    general = value_at(experiment.data, path)
    verified = isinstance(general, Mapping) and general.get("verified")
    if path[0] == "operations" and verified and unreferred(new) != unreferred(stated):
        path = ("types", type_name, operation)
    if new != stated:
        learn_operation(experiment, type_name, path, learned)
    experiment.note(compared(path, before, learned, came))
    experiment.verify(path)
    experiment.prove(type_name, operation)
    return True


def learn_operation(experiment: Experiment, type_name: str, path: tuple[str, ...], learned: Any) -> None:
    """Write a whole definition to its place; of a type what differs from what it would have without one."""
    if path[0] == "types" and isinstance(learned, Mapping):
        without = with_value(experiment.data, path, ABSENT)
        inherited = type_data(type_name, without).get(path[-1])
        learned = difference(substance(inherited), substance(learned)) if inherited else learned
    experiment.learn(path, learned)


def unreferred(definition: Any) -> Any:
    """A definition without how references go out, which a type without any cannot show."""
    return _without(definition, ("texts_at",))


def substance(definition: Any) -> Any:
    """A definition without what says how we know it."""
    return _without(definition, BASIS)


def _without(definition: Any, names: Sequence[str]) -> Any:
    if not isinstance(definition, Mapping):
        return definition
    return {name: value for name, value in definition.items() if name not in names}


def offers(attempt: Attempt, known: Known) -> bool:
    """Whether the engine makes the known entity of an answer."""
    found = attempt.value if isinstance(attempt.value, list) else [attempt.value]
    return any(is_known(one, known) for one in found)


def finds_nothing(attempt: Attempt) -> bool:
    """Whether the engine makes of an answer that there is none."""
    return attempt.error is None and not attempt.value


def with_missing(
    experiment: Experiment,
    path: Sequence[str],
    definition: Json,
    shown: Response,
    nobody: Optional[Response],
    again: Callable[[Json], Attempt],
) -> dict[str, Any]:
    """The definition with what the server answered about something that cannot exist, or a finding that it is no answer
    of that kind. shown: the answer that shows an entity, which must not mean that; nobody: the one about what cannot
    exist; again: asks that with a definition, and the engine must find nothing then."""
    for missing in missing_ways(definition, nobody):
        learned = {**definition, "missing": missing}
        if not has_meaning(missing, learned, shown) and finds_nothing(again(learned)):
            return learned if missing != definition.get("missing", list(MISSING)) else dict(definition)
    expected = f"an answer that says that there is none, such as {brief(definition.get('missing', list(MISSING)))}"
    experiment.note([Finding(".".join((*path, "missing")), NOT_FOUND, expected, described(nobody))])
    return dict(definition)


# --- reading by id


def _content(response: Optional[Response]) -> Any:
    return json_content(response) if response else None


def probe_read(experiment: Experiment, entity: Json, perhaps: bool = False) -> Optional[Json]:
    """How an entity is read by its id; returns it, None where nothing worked. perhaps: it may not have this id, so that
    nothing is said where nothing worked."""
    known, type_name = experiment.known(entity), str(entity["type"])
    seen: list[Json] = []

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        """An attempt to read in this way, and its definition where it shows this entity and no other."""
        attempt, learned, shown = _read_so(experiment, entity, candidate, known)
        if learned is not None:
            seen.append(shown)
        return attempt, learned

    learned, first = explore(experiment, type_name, "read", tried)
    if learned is None and perhaps:
        return None
    if not settle(experiment, type_name, "read", learned, first, known):
        return None
    learn_identifiers(experiment, type_name, seen[-1], known)
    return seen[-1]


def _read_so(
    experiment: Experiment, entity: Json, candidate: Json, known: Known
) -> tuple[Attempt, Optional[Json], Json]:
    """Read the known entity with this definition, and one that cannot exist. Returns the attempt, the definition that
    follows, None where there is none, and the entity."""
    type_name = str(entity["type"])

    def read(definition: Json, entity_id: Any) -> Attempt:
        def call(client: EntityClient, profile: Profile) -> Any:
            return client.read(among(profile, entity, entity_id))

        return experiment.attempt(type_name, "read", definition, call)

    def read_nobody(definition: Json) -> Attempt:
        return read(definition, impossible(known.id))

    attempt = read(candidate, known.id)
    response, place = attempt.response, find(_content(attempt.response), known)
    if place is None or place.several or response is None or not is_success(response):
        return attempt, None, {}
    request = experiment.answers[-1][0]
    nobody = read_nobody(candidate).response
    if find(_content(nobody), known):
        return attempt, None, {}
    definition = succeeding(candidate, response)
    if not offers(attempt, known):
        definition = with_entity(definition, place.path)
        if not offers(read(definition, known.id), known):
            return attempt, None, {}
    experiment.shown = experiment.shown or (request, known)
    path = experiment.home(type_name, "read")
    return attempt, with_missing(experiment, path, definition, response, nobody, read_nobody), place.entity


def probe_singleton(experiment: Experiment, type_name: str) -> None:
    """Whether the one entity of a type is read as the profile says. There is nothing to know it by, so nothing else is
    tried."""

    def read(client: EntityClient, profile: Profile) -> Any:
        return client.read(Address(profile.type(type_name)))

    definition = experiment.definition(type_name, "read")
    attempt = experiment.attempt(type_name, "read", definition, read)
    settle(experiment, type_name, "read", definition if attempt.value else None, attempt)
    if attempt.value and experiment.shown is None:
        known = {name: value for name, value in attempt.value.items() if isinstance(value, (str, int))}
        experiment.shown = (experiment.answers[-1][0], Known(None, known)) if known else None


def learn_identifiers(experiment: Experiment, type_name: str, entity: Json, known: Known) -> None:
    """Under which names the server shows the id and the UUID that it gave an entity."""
    of_type = experiment.profile.type(type_name)
    shown = id_path(entity, known.id, of_type.id_at)
    declared = {*of_type.key, *known.key}  # where the key is the id, it is declared all the same
    is_own = "id" in experiment.data["types"][type_name] or shown in declared  # another type has another key
    own = ("types", type_name) if is_own else ()
    new = {}
    if of_type.id_at and shown and shown != of_type.id_at:
        _learn(experiment, (*own, "id", "at"), of_type.id_at, shown, f"the entity holds it under {shown}")
        new[shown] = own
    uuids = [path for path, value in scalars(entity) if isinstance(value, str) and UUID.fullmatch(value)]
    stated = next(iter(of_type.other_ids), None)
    likely = (name for name in uuids if name != shown and name.lower().endswith("id") and name not in declared)
    uuid = stated if stated in uuids else next(likely, None) if stated else None
    if uuid != stated:
        for name, mark in ((stated, None), (uuid, True)):
            if name:
                came = f"the entity holds {'one under ' + uuid if uuid else 'none'}"
                _learn(experiment, ("attributes", name, "identifier"), stated, mark, came)
                new.update({name: ()} if mark else {})
    layers = type_data(type_name, experiment.data).get("attributes", {})
    for name, where in new.items():
        if name not in declared and not layers.get(name, {}).get("read_only"):
            _learn(experiment, (*where, "attributes", name, "read_only"), None, True, "the server gives it")


def _learn(experiment: Experiment, path: tuple[str, ...], before: Any, value: Any, came: str) -> None:
    """Take over one key, with a finding. value: None takes it away."""
    experiment.note([Finding(".".join(path), DIFFERS, brief(before), came, nested(path, value))])
    experiment.learn(path, ABSENT if value is None else value)
