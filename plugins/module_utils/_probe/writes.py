# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that write, on one entity that the user named and that did not exist: create, update, delete. Where it is
not known yet how entities are read and found, that is learned on it. What was created is deleted at the end, whatever
happens; what is not known to be gone is named."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Callable, Optional

from .._entity.address import Entity
from .._entity.api.answers import last_part
from .._transport.messages import Response
from ..errors import InsightError
from . import write_behaviour as manners
from .cycle import try_overrides
from .experiment import Attempt, Bench
from .findings import NOT_FOUND, NOT_TRIED, Finding, brief
from .locate import ids_said, is_offered, learn_reading, locate
from .reads import cause, explore, missing_of, reference_ways, settle, succeeding, with_entity
from .scratch_entity import Own, answers_something
from .shapes import Known, content, described, find, is_success, same, scalars

Json = Mapping[str, Any]


def probe_writes(bench: Bench, named: Json, given: Json, while_there: Callable[[], None]) -> None:
    """Create, change, rename and delete one entity, unless it may exist already; then try all that was learned on it.
    given: the profile before anything was learned; while_there: what else to do while the entity is there."""
    own = Own(bench, named)
    refusal = _refusal(own)
    if refusal:
        bench.note([Finding(f"operations.{one}", NOT_TRIED, came=refusal) for one in ("create", "update", "delete")])
        return
    bench.may_write = True
    try:
        _experiments(own, while_there)
    except InsightError as error:
        bench.note([Finding("operations", NOT_FOUND, came=cause(error))])
    finally:
        _clear(own)
        try_overrides(own, given)
        bench.may_write = False


def _refusal(own: Own) -> str:
    """Why nothing may be written; empty where the server says that the entity exists under neither of its keys."""
    searches = own.bench.is_proven(own.type, "find")
    for what, key in (("key", {}), ("rename", own.named.get("rename") or {})):
        found = own.offered(key) if searches else is_offered(own.bench, own.with_key(key))
        if found is None:
            return f"nobody can tell whether there is an entity with the {what} of create, since find does not work"
        if found:
            return f"an entity with the {what} of create exists already; name one that does not"
    return ""


def _experiments(own: Own, while_there: Callable[[], None]) -> None:
    entity = probe_create(own)
    if entity is not None:
        learn_reading(own, entity)
        own.note([entity])
        while_there()
    if entity is None or not own.ids:
        why = "there is nothing to try it on" if entity is None else "the id of what was created was not found"
        own.bench.note([Finding(f"operations.{one}", NOT_TRIED, came=why) for one in ("update", "delete")])
        return
    manners.learn_spelling(own, entity)
    probe_update(own, entity)
    if probe_delete(own):
        manners.probe_conflict(own)


# --- create


def probe_create(own: Own) -> Optional[Entity]:
    """How an entity is created; returns it as it is read then. Once something else may have come to be, nothing more is
    tried."""
    made: list[Entity] = []

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        first: Optional[Attempt] = None
        for one in reference_ways(candidate, own.named) if not (own.bench.left_behind or own.ids) else ():
            attempt = own.create(one)
            first = first or attempt
            entity = _made(own, attempt) if answers_something(attempt) else None
            if entity is not None:
                made.append(entity)
                return first, _created(own, one, attempt.response, entity)
        return first or Attempt(), None

    learned, first = explore(own.bench, own.type, "create", tried)
    settle(own.bench, own.type, "create", learned, first)
    return made[-1] if made else None


def _made(own: Own, attempt: Attempt) -> Optional[Entity]:
    """The entity that a create made; None where nothing shows it, and then what may be left is named. Once a search was
    seen to work, it is believed that nothing came to be; before that, whoever creates once more may make a second."""
    if own.bench.is_proven(own.type, "find"):
        found = own.appeared()
        if not found:
            _name_leftovers(own, attempt.response)
            return None
        own.note(found)
        return own.now(own.id_of(found[0])) or found[0]
    entity = locate(own, attempt.response)
    why = f"a create that was tried got {described(attempt.response)}, and nothing that was tried shows what it made"
    if entity is not None or not is_success(attempt.response):
        own.doubts += [] if entity is not None else [why]
        return entity
    if own.ids:  # the answer says that it is ours; what cannot be removed of it is named at the end
        return None
    ids = ids_said(attempt.response, own.named["key"], own.bench.profile.type(own.type).id_attribute)
    named = f"{own.key} (perhaps with id {', '.join(map(brief, ids))})" if ids else own.key
    own.bench.left_behind.append(f"perhaps {own.type} with {named}: {why}")
    return None


def _created(own: Own, definition: Json, response: Optional[Response], entity: Entity) -> dict[str, Any]:
    """The definition with where the answer holds the new entity, or at least its id."""
    entity_id = own.id_of(entity)
    if response is None or not is_success(response):
        return dict(definition)
    definition = succeeding({name: one for name, one in definition.items() if name != "id_at"}, response)
    answer = content(response)
    place = find(answer, Known(entity_id, own.named["key"]))
    if place and not place.several:
        return with_entity(definition, place.path)
    paths = [path for path, value in scalars(answer, depth=4) if same(value, entity_id)]
    last = last_part(response)
    if last and same(last, entity_id):
        paths.append("location")
    return {**definition, "entity": False, **({"id_at": paths[0]} if paths else {})}


def _name_leftovers(own: Own, response: Optional[Response]) -> None:
    """Something may have been created that is not found by its key: its id, as far as the answer says it. It is not
    deleted, since it may as well be somebody else's."""
    if not is_success(response) or response is None:
        return
    id_name = own.bench.profile.type(own.type).id_attribute.rpartition(".")[2]
    for path, value in scalars(content(response), depth=3):
        if path.rpartition(".")[2] == id_name and value not in own.ids and not own.is_gone(value):
            why = "a create that was tried answered with it, and it does not have the key of create"
            own.bench.left_behind.append(f"perhaps {own.type} with id {value}: {why}")


# --- update


def probe_update(own: Own, entity: Entity) -> None:
    """How an entity is changed: so that it can be renamed too, since a server may find it by its key instead of by what
    the request addresses it by. Learns whether an update merges or replaces."""
    bench, entity_id = own.bench, own.id_of(entity)
    change: Json = own.named["change"]
    turns = (change, {name: entity.get(name) for name in change})
    made = 0
    stuck: list[Json] = []

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        nonlocal made
        before = own.now(entity_id) or entity
        attempt = own.update(candidate, before, turns[made % 2])
        after = own.now(entity_id)
        changed = after is not None and manners.is_changed(before, after, turns[made % 2])
        if answers_something(attempt):
            _note_twins(own, changed)
        if after is None or not changed:
            return attempt, None
        made += 1
        manners.learn_volatile(own, turns[made % 2], before, after)
        if made == 1:
            manners.spell(own, change, after)
        definition = _answering(own, candidate, attempt.response, entity_id)
        if not manners.renames(own, definition, after):
            stuck.append(definition)
            return attempt, None
        return attempt, manners.merging(own, definition, turns[made % 2])

    learned, first = explore(bench, own.type, "update", tried)
    if learned is None and stuck:
        learned = manners.merging(own, stuck[0], turns[made % 2])
        manners.fix_key(own)
    settle(bench, own.type, "update", learned, first)


def _note_twins(own: Own, changed: bool) -> None:
    """An update that did not change the entity may have made a second one."""
    found = own.offered()
    own.note(found or [])
    if found is None and not changed:
        own.doubts.append("an update that was tried may have made a second one, and no search was seen to work")


def _answering(own: Own, definition: Json, response: Optional[Response], entity_id: Any) -> dict[str, Any]:
    """The definition with where the answer of an update holds the entity."""
    if response is None or not is_success(response):
        return dict(definition)
    definition = succeeding(definition, response)
    place = find(content(response), Known(entity_id, own.named["key"]))
    if place and not place.several:
        return with_entity(definition, place.path)
    return {**definition, "entity": False}


# --- delete


def probe_delete(own: Own) -> bool:
    """How an entity is deleted, and what is said when it is not there any more."""
    bench, entity_id = own.bench, own.ids[0]

    def tried(candidate: Json) -> tuple[Attempt, Optional[Json]]:
        observed = own.now(entity_id) or {}
        attempt = own.delete(candidate, observed)
        if not own.is_gone(entity_id):
            return attempt, None
        own.ids.remove(entity_id)
        definition = succeeding(candidate, attempt.response) if is_success(attempt.response) else dict(candidate)
        again = own.delete(candidate, observed)
        missing = missing_of(definition, again.response)
        if missing and again.response and again.response.status not in definition.get("success", (200,)):
            definition["missing"] = missing
        return attempt, definition

    learned, first = explore(bench, own.type, "delete", tried)
    return settle(bench, own.type, "delete", learned, first)


def _clear(own: Own) -> None:
    """Delete what is still there, by whatever works; name what stays."""
    for entity_id in list(own.ids):
        if own.remove(entity_id):
            own.ids.remove(entity_id)
    perhaps = "" if own.can_tell else "perhaps "
    own.bench.left_behind += [f"{perhaps}{own.type} with id {entity_id} (made for {own.key})" for entity_id in own.ids]
    if own.bench.is_proven(own.type, "find"):
        unnamed = [one for key in ({}, own.named.get("rename") or {}) for one in _still_offered(own, key)]
        perhaps = ""
    else:
        unnamed, perhaps = own.doubts, "perhaps "
    own.bench.left_behind += [
        f"{perhaps}{own.type} with {own.key}, or the key of rename: {why}" for why in dict.fromkeys(unnamed)
    ]


def _still_offered(own: Own, key: Json) -> list[str]:
    """Why something may still be there under a key, where the server does not say that nothing is."""
    found = own.offered(key)
    if found is None:
        return ["the server does not say that there is none"]
    found = [one for one in found if own.id_of(one) not in own.ids]
    gone = [own.id_of(one) for one in found if own.remove(own.id_of(one))]
    if len(gone) < len(found):
        return [f"it is found, and cannot be deleted (id {own.id_of(one)})" for one in found]
    return ["the server answered a second create with a success and no id"] if own.suspected and not found else []
