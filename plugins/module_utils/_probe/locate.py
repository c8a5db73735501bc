# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Experiments that read, on a server that may be empty: whether an entity with the key of the scratch entity exists,
and where the scratch entity is found after it was created. The request that shows it is how entities are read, found
and listed."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Any, Optional
from urllib.parse import unquote, urlsplit

from .._entity.address import Entity
from .._entity.api.client import EntityClient
from .._profile.model import Profile
from .._text.json_forms import Json
from .._text.nested_paths import top
from .._transport.messages import Response
from ..errors import InterruptedRequest, SessionRejected
from .experiment import Attempt, Experiment, keyed
from .lists import listings, probe_list
from .reads import MOST_USELESS, probe_read
from .scratch_entity import ScratchEntity
from .searches import probe_find, reference_ways
from .shapes import UUID, Known, find, json_content, scalars

LOOKS = (0, 2.0)
"""Seconds between looks for something that a server said it created."""
MOST_IDS = 4
"""Values of an answer that are tried as the id of a new entity."""


def is_offered(experiment: Experiment, named: Json) -> Optional[bool]:
    """Whether any of the requests by which servers find or list shows an entity with this key; None where that stays
    unknown."""
    known, useless = experiment.known(named), 0
    for attempt in chain(_finds(experiment, named), _lists(experiment, named)):
        if attempt.response is not None and find(json_content(attempt.response), known):
            return True
        useless += isinstance(attempt.error, (SessionRejected, InterruptedRequest))
        if useless > MOST_USELESS:
            return None
    return False


def _finds(experiment: Experiment, named: Json) -> Iterator[Attempt]:
    """An attempt for each way to search for an entity by its key."""
    type_name = str(named["type"])

    def call(client: EntityClient, profile: Profile) -> Any:
        return client.find(keyed(profile, named))

    for candidate in experiment.candidates(type_name, "find", named["key"]):
        for one in reference_ways(experiment, candidate, named):
            yield experiment.attempt(type_name, "find", one, call)


def _lists(experiment: Experiment, named: Json) -> Iterator[Attempt]:
    return (listing.attempt(None) for listing in listings(experiment, named))


def ids_said(response: Optional[Response], key: Json, id_name: str) -> list[Any]:
    """What in the answer of a create may be the id of the new entity, likelier values first."""
    if response is None:
        return []
    answer = json_content(response)
    place = find(answer, Known(None, key))
    last = unquote(urlsplit(response.headers.get("location", "")).path.rstrip("/").rpartition("/")[2])
    plain = [answer] if isinstance(answer, (str, int)) and not isinstance(answer, bool) else []
    said = [*([last] if last else []), *ids_in(place.entity if place else answer, key, id_name), *plain]
    return list({str(one): one for one in said if one not in (None, "")}.values())[:MOST_IDS]


def ids_in(entity: Any, key: Json, id_name: str) -> list[Any]:
    """What in an entity may be its id, likelier values first. Last comes its key, which is the id on some servers."""
    named = [
        (path, value)
        for path, value in scalars(entity, depth=4)
        if top(path) not in key and (path == id_name or "id" in path.rpartition(".")[2].lower())
        if isinstance(value, (str, int)) and not isinstance(value, bool)
    ]
    likely = sorted(  # a UUID is often beside the id
        named,
        key=lambda pair: (pair[0] != id_name, bool(UUID.fullmatch(str(pair[1]))), len(pair[0].rpartition(".")[2])),
    )
    return [value for _path, value in likely] + (list(key.values()) if len(key) == 1 else [])


def locate(scratch: ScratchEntity, response: Optional[Response]) -> Optional[Entity]:
    """The scratch entity soon after the server may have created it: by the id in the answer, else by its key, else in a
    list; None where none of the requests finds it."""
    id_name = scratch.id_name
    for pause in LOOKS:
        scratch.clock.sleep(pause)
        entity = _read_by(scratch, ids_said(response, scratch.named["key"], id_name))
        if entity is not None:
            return entity
        found = probe_find(scratch.experiment, {**scratch.named, "id": None}, perhaps=True)
        if found is not None:
            return _read_by(scratch, ids_in(found, scratch.named["key"], id_name)) or found
        entity = _read_by(scratch, _ids_listed(scratch, id_name))
        if entity is not None:
            return entity
    return None


def _ids_listed(scratch: ScratchEntity, id_name: str) -> list[Any]:
    """What may be its id, where a list shows it."""
    for attempt in _lists(scratch.experiment, scratch.named):
        place = (
            find(json_content(attempt.response), scratch.experiment.known(scratch.named)) if attempt.response else None
        )
        if place is not None:
            return ids_in(place.entity, scratch.named["key"], id_name)
    return []


def _read_by(scratch: ScratchEntity, ids: list[Any]) -> Optional[Entity]:
    tried = (probe_read(scratch.experiment, {**scratch.named, "id": one}, perhaps=True) for one in ids)
    return next((entity for entity in tried if entity is not None), None)


def learn_reading(scratch: ScratchEntity, entity: Entity) -> None:
    """How the entities of a type are read, found and listed, by the one that the probe made; what is known already is
    not asked again."""
    experiment, known = scratch.experiment, {**scratch.named, "id": scratch.id_of(entity)}
    if known["id"] is not None and not experiment.is_proven(scratch.type, "read"):
        probe_read(experiment, known)
    if not experiment.is_proven(scratch.type, "find"):
        probe_find(experiment, known)
    path = ".".join(experiment.home(scratch.type, "list"))
    if not any(one.profile_key.startswith(path) for one in experiment.findings):
        probe_list(experiment, known)
