# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that write, on one entity that the user named and that did not exist: create, update, delete. Where it is
not known yet how entities are read and found, that is learned on it. What was created is deleted at the end, whatever
happens, after an interruption as far as two seconds suffice; what is not known to be gone is named."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any, Callable, Optional

from .._entity.address import Entity
from .._profile.operation import CONFLICT, MISSING, SUCCESS
from .._profile.predicate import alternatives_of, answer_at, first_at
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT
from .._transport.deadline import last_moments
from .._transport.messages import Response
from ..errors import InsightError
from . import write_behaviour as manners
from .cycle import try_overrides
from .experiment import Attempt, Experiment
from .findings import NOT_FOUND, NOT_TRIED, Finding, brief
from .lives import probe_rename, probe_restore, probe_version, purge_what_stays
from .locate import ids_said, is_offered, learn_reading, locate
from .own_requests import probe_own_requests, without_own_requests
from .reads import explore, has_meaning, missing_ways, refusal_cause, settle, succeeding, with_entity
from .scratch_entity import ScratchEntity, answers_something
from .searches import reference_ways
from .shapes import described, find, is_success, json_content, place_of, same, scalars


def probe_writes(experiment: Experiment, named: Json, given: Json, while_there: Callable[[], None]) -> None:
    """Create, change, rename and delete one entity, unless it may exist already; then try all that was learned on it.
    given: the profile before anything was learned; while_there: what else to do while the entity is there."""
    named, apart = without_own_requests(named, experiment.profile.type(str(named["type"])))
    scratch = ScratchEntity(experiment, named, apart=apart)
    refusal = _refusal(scratch)
    if refusal:
        experiment.note(
            [Finding(_key(scratch, one), NOT_TRIED, came=refusal) for one in ("create", "update", "delete")]
        )
        return
    experiment.may_write = True
    try:
        try:
            _experiments(scratch, while_there)
        except InsightError as error:
            experiment.note([Finding("operations", NOT_FOUND, came=refusal_cause(error))])
        _clear(scratch)
        try_overrides(scratch, given)
        purge_what_stays(scratch)
    except BaseException:  # Ctrl-C, Ansible's timeout, a fault of ours: nobody waits for experiments any more
        with last_moments(), suppress(InsightError):
            scratch.note(scratch.unsettled)
            _clear(scratch)
        raise
    experiment.may_write = False


def _key(scratch: ScratchEntity, operation: str) -> str:
    """Where the profile says an operation of the type."""
    return ".".join(scratch.experiment.home(scratch.type, operation))


def _refusal(scratch: ScratchEntity) -> str:
    """Why nothing may be written; empty where the server says that the entity exists under neither of its keys."""
    search = scratch.experiment.profile.type(scratch.type).operations.get("find")
    for what, key in (("key", {}), ("rename", scratch.named.get("rename") or {})):
        found: Any = scratch.offered(key, documented=bool(search and search.backed))
        if found is None and not scratch.experiment.is_proven(scratch.type, "find"):
            found = is_offered(scratch.experiment, scratch.with_key(key))
        if found is None:
            return f"nobody can tell whether there is an entity with the {what} of create, since find does not work"
        if found:
            return f"an entity with the {what} of create exists already; name one that does not"
        if scratch.stay:
            return f"an entity with the {what} of create was deleted and stays; name one that was never there"
    return ""


def _experiments(scratch: ScratchEntity, while_there: Callable[[], None]) -> None:
    """Create, update and delete an entity, and note what was found."""
    entity = probe_create(scratch)
    if entity is not None:
        learn_reading(scratch, entity)
        scratch.note([entity])
        while_there()
    if entity is None or not scratch.ids:
        why = "there is nothing to try it on" if entity is None else "the id of what was created was not found"
        scratch.experiment.note([Finding(_key(scratch, one), NOT_TRIED, came=why) for one in ("update", "delete")])
        return
    scratch.born = entity
    manners.learn_spelling(scratch, entity)
    probe_update(scratch, entity)
    probe_rename(scratch)
    probe_own_requests(scratch)
    entity_id = scratch.ids[0]
    if probe_delete(scratch):
        probe_restore(scratch, entity_id)
        manners.probe_conflict(scratch)


# --- create


def probe_create(scratch: ScratchEntity) -> Optional[Entity]:
    """How an entity is created; returns it as it is read then. Once something else may have come to be, nothing more is
    tried."""
    made: list[Entity] = []

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        """The first attempt to create in this way, and the definition of the one that made an entity."""
        first: Optional[Attempt] = None
        for one in (
            reference_ways(scratch.experiment, candidate, scratch.named)
            if not (scratch.experiment.left_behind or scratch.ids)
            else ()
        ):
            attempt = scratch.create(one)
            first = first or attempt
            entity = _made(scratch, attempt) if answers_something(attempt) else None
            if entity is not None:
                made.append(entity)
                return first, _created(scratch, one, attempt.response, entity)
        return first or Attempt(), None

    learned, first = explore(scratch.experiment, scratch.type, "create", tried)
    settle(scratch.experiment, scratch.type, "create", learned, first)
    return made[-1] if made else None


def _made(scratch: ScratchEntity, attempt: Attempt) -> Optional[Entity]:
    """The entity that a create made; None where nothing shows it: an entity that may be left is named then. Once a
    search was seen to work, its answer "none" is believed; before that, another create might make a second entity."""
    if scratch.experiment.is_proven(scratch.type, "find"):
        found = scratch.appeared()
        if not found:
            _name_leftovers(scratch, attempt.response)
            return None
        scratch.note(found)
        return scratch.now(scratch.id_of(found[0])) or found[0]
    entity = locate(scratch, attempt.response)
    why = f"a create that was tried got {described(attempt.response)}, and nothing that was tried shows what it made"
    if entity is not None or not is_success(attempt.response):
        scratch.doubts += [] if entity is not None else [why]
        return entity
    if scratch.ids:  # the answer says that it is ours; what cannot be removed of it is named at the end
        return None
    ids = ids_said(attempt.response, scratch.named["key"], scratch.id_name)
    named = f"{scratch.key} (perhaps with id {', '.join(map(brief, ids))})" if ids else scratch.key
    scratch.experiment.left_behind.append(f"perhaps {scratch.type} with {named}: {why}")
    return None


def _created(scratch: ScratchEntity, definition: Json, response: Optional[Response], entity: Entity) -> dict[str, Any]:
    """The definition with where the answer holds the new entity, or at least its id."""
    entity_id = scratch.id_of(entity)
    if response is None or not is_success(response):
        return dict(definition)
    definition = succeeding(definition, response)
    if definition.get("entity") is False:
        return definition
    answer, stated = json_content(response), definition.get("entity")
    if isinstance(stated, Mapping) and answer_at_all(stated, response, entity_id, scratch.id_name):
        return definition
    place = find(answer, scratch.experiment.known({**scratch.named, "id": entity_id}))
    if place and not place.several:
        return with_entity(definition, place.path)
    last = answer_at(response, "location.id")
    paths = [place_of(path) for path, value in scalars(answer, depth=4) if same(value, entity_id)]
    paths += ["location.id"] if same(last, entity_id) else []
    return {**definition, "entity": {scratch.id_name: paths[0]} if paths else False}


def answer_at_all(places: Json, response: Response, entity_id: Any, id_name: str) -> bool:
    """Whether an answer holds the id of an entity where a mapping of places says."""
    found = first_at(response, places[id_name]) if id_name in places else ABSENT
    return same(found, entity_id)


def _name_leftovers(scratch: ScratchEntity, response: Optional[Response]) -> None:
    """Record that an entity may have been created which is not found by its key, with the id in the answer where there
    is one. It is not deleted, since it may belong to somebody else."""
    if not is_success(response) or response is None:
        return
    id_name = scratch.id_name.rpartition(".")[2]
    for path, value in scalars(json_content(response), depth=3):
        if path.rpartition(".")[2] == id_name and value not in scratch.ids and not scratch.is_gone(value):
            why = "a create that was tried answered with it, and it does not have the key of create"
            scratch.experiment.left_behind.append(f"perhaps {scratch.type} with id {value}: {why}")


# --- update


def probe_update(scratch: ScratchEntity, entity: Entity) -> None:
    """How an entity is changed, also by a rename, since a server may identify it by its key instead of by the value in
    the address. Learns whether an update merges or replaces."""
    experiment, entity_id = scratch.experiment, scratch.id_of(entity)
    change: Json = scratch.named["change"]
    alternating = (change, {name: entity.get(name) for name in change})
    made = 0
    stuck: list[Json] = []
    former: list[Entity] = []

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        """An attempt to update in this way, and its definition where the entity shows the change."""
        nonlocal made
        before = scratch.now(entity_id) or entity
        attempt = scratch.update(candidate, before, alternating[made % 2])
        after = scratch.now(entity_id)
        changed = after is not None and manners.is_changed(before, after, alternating[made % 2])
        if answers_something(attempt):
            _note_twins(scratch, changed)
        if after is None or not changed:
            return attempt, None
        made += 1
        former.append(before)
        manners.learn_volatile(scratch, alternating[made % 2], before, after)
        if made == 1:
            manners.spell(scratch, change, after)
        definition = _answering(scratch, candidate, attempt.response, entity_id)
        if not manners.renames(scratch, definition, after):
            stuck.append(definition)
            return attempt, None
        return attempt, manners.merging(scratch, definition, alternating[made % 2])

    learned, first = explore(experiment, scratch.type, "update", tried)
    if learned is None and stuck:
        learned = manners.merging(scratch, stuck[0], alternating[made % 2])
        manners.fix_key(scratch)
    settle(experiment, scratch.type, "update", learned, first)
    probe_version(scratch, former[0] if former and learned is not None else None)


def _note_twins(scratch: ScratchEntity, changed: bool) -> None:
    """An update that did not change the entity may have made a second one."""
    found = scratch.offered()
    scratch.note(found or [])
    if found is None and not changed:
        scratch.doubts.append("an update that was tried may have made a second one, and no search was seen to work")


def _answering(
    scratch: ScratchEntity, definition: Json, response: Optional[Response], entity_id: Any
) -> dict[str, Any]:
    """The definition with where the answer of an update holds the entity."""
    if response is None or not is_success(response):
        return dict(definition)
    definition = succeeding(definition, response)
    place = find(json_content(response), scratch.experiment.known({**scratch.named, "id": entity_id}))
    if definition.get("entity") is False:
        return definition
    if place and not place.several:
        return with_entity(definition, place.path)
    return {**definition, "entity": False}


# --- delete


def probe_delete(scratch: ScratchEntity) -> bool:
    """How an entity is deleted, and what is said when it is not there any more."""
    experiment, entity_id = scratch.experiment, scratch.ids[0]

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        """An attempt to delete in this way, and its definition where the entity is gone."""
        observed = scratch.now(entity_id) or {}
        attempt = scratch.delete(candidate, observed)
        if not scratch.is_gone(entity_id):
            return attempt, None
        scratch.ids.remove(entity_id)
        seen = attempt.response
        definition = succeeding(candidate, seen) if is_success(seen) else dict(candidate)
        again = scratch.delete(candidate, observed)
        said = again.response
        meanings = (definition.get("success", SUCCESS), alternatives_of(definition.get("conflict", CONFLICT)))
        if said and not any(has_meaning(one, definition, said) for one in meanings):
            missing = next(
                (one for one in missing_ways(definition, said) if not (seen and has_meaning(one, definition, seen))),
                None,
            )
            if missing and missing != definition.get("missing", list(MISSING)):
                definition["missing"] = missing
        return attempt, definition

    learned, first = explore(experiment, scratch.type, "delete", tried)
    return settle(experiment, scratch.type, "delete", learned, first)


def _clear(scratch: ScratchEntity) -> None:
    """Delete what is still there, by whatever works; name what stays."""
    for entity_id in list(scratch.ids):
        if scratch.remove(entity_id):
            scratch.ids.remove(entity_id)
    perhaps = "" if scratch.can_tell else "perhaps "
    scratch.experiment.left_behind += [
        f"{perhaps}{scratch.type} with id {entity_id} (made for {scratch.key})" for entity_id in scratch.ids
    ]
    if scratch.experiment.is_proven(scratch.type, "find"):
        unnamed = [one for key in ({}, scratch.named.get("rename") or {}) for one in _still_offered(scratch, key)]
        perhaps = ""
    else:
        unnamed, perhaps = scratch.doubts, "perhaps "
    scratch.experiment.left_behind += [
        f"{perhaps}{scratch.type} with {scratch.key}, or the key of rename: {why}" for why in dict.fromkeys(unnamed)
    ]


def _still_offered(scratch: ScratchEntity, key: Json) -> list[str]:
    """Why something may still be there under a key, where the server does not say that nothing is."""
    found = scratch.offered(key)
    if found is None:
        return ["the server does not say that there is none"]
    found = [one for one in found if scratch.id_of(one) not in scratch.ids]
    gone = [scratch.id_of(one) for one in found if scratch.remove(scratch.id_of(one))]
    if len(gone) < len(found):
        return [f"it is found, and cannot be deleted (id {scratch.id_of(one)})" for one in found]
    return ["the server answered a second create with a success and no id"] if scratch.suspected and not found else []
