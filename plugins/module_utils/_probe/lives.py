# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a type says of the life of its entities beside create, update and delete, tried on the probe's own entity:
whether an old version is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from .._entity.address import Entity
from .._profile.operation import CONFLICT
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, value_at
from .._transport.messages import Response
from .findings import AS_PROFILE, DIFFERS, NOT_TRIED, SEEN, Finding, brief, nested
from .reads import NO_ANSWER, has_meaning, narrowest
from .scratch_entity import ScratchEntity
from .shapes import described
from .write_behaviour import is_changed

# --- version


def probe_version(scratch: ScratchEntity, former: Optional[Entity]) -> None:
    """Whether the server refuses an update with an old version, and takes the same one with the present version.
    former: the entity as it was read before an update that was taken, None where none was."""
    experiment, version = scratch.experiment, scratch.experiment.profile.type(scratch.type).version
    if not version.place:
        return
    path = ("types", scratch.type, "version")
    key = ".".join(path)
    before = scratch.now(scratch.ids[0]) if former is not None else None
    why = _why_not(scratch, former, before)
    if why or former is None or before is None:
        experiment.note([Finding(key, NOT_TRIED, brief(version.place), why)])
        return
    answer, after = _updated(scratch, former, before)
    came = f"an update with the version from before got {described(answer)}"
    if after is not None:
        _disbelieve(scratch, f"{came}, and was carried out")
        return
    _again, taken = _updated(scratch, before, before)
    if not _refuses(answer) or taken is None:
        why = "and so did the same one with the present version" if taken is None else "which refuses nothing"
        experiment.note([Finding(key, NOT_TRIED, brief(version.place), f"{came}, {why}")])
        return
    said = value_at(experiment.data, path)
    experiment.learn(path, dict(said) if isinstance(said, Mapping) else {"at": version.place})
    experiment.verify(path)
    experiment.note([Finding(key, AS_PROFILE, came=f"{came}, and with the present version it was carried out")])
    scratch.outdated = answer
    _learn_conflict(scratch, answer)


def _why_not(scratch: ScratchEntity, former: Optional[Entity], before: Optional[Entity]) -> str:
    """Why no old version can be tried; empty where it can. before: the entity as it is now."""
    of_type = scratch.experiment.profile.type(scratch.type)
    update = of_type.operations.get("update")
    if former is None or before is None or update is None:
        return "no update was seen to work"
    if not update.request.uses("version"):
        return "update does not name {version}"
    if of_type.version.in_entity(former) == of_type.version.in_entity(before):
        return "it stays the same when the entity is changed"
    return ""


def _disbelieve(scratch: ScratchEntity, came: str) -> None:
    """An old version was taken, whatever the profile says."""
    path = ("types", scratch.type, "version")
    if not scratch.experiment.profile.type(scratch.type).version.verified:
        scratch.experiment.note([Finding(".".join(path), SEEN, came=came)])
        return
    override = nested((*path, "verified"), None)
    scratch.experiment.note([Finding(".".join(path), DIFFERS, "an old version is refused", came, override)])
    scratch.experiment.learn((*path, "verified"), ABSENT)


def _updated(scratch: ScratchEntity, read: Entity, now: Entity) -> tuple[Optional[Response], Optional[Entity]]:
    """The answer to an update with the version that ``read`` carries, and the entity where it was carried out. now: the
    entity as it is."""
    change: Json = scratch.named["change"]
    if not is_changed(now, {**now, **change}, change):
        change = {name: scratch.born.get(name) for name in change}
    attempt = scratch.update(scratch.experiment.definition(scratch.type, "update"), read, change)
    after = scratch.now(scratch.ids[0])
    return attempt.response, after if after is not None and is_changed(now, after, change) else None


def _refuses(answer: Optional[Response]) -> bool:
    """Whether an answer refuses a write for what it says."""
    return answer is not None and 400 <= answer.status < 500 and answer.status not in NO_ANSWER


def _learn_conflict(scratch: ScratchEntity, answer: Optional[Response]) -> None:
    """By what in its answer the server refuses an old version, where the profile does not say it."""
    experiment, update = scratch.experiment, scratch.experiment.definition(scratch.type, "update")
    stated = list(update.get("conflict", CONFLICT))
    if answer is None or has_meaning(stated, update, answer):
        return
    path = (*experiment.home(scratch.type, "update"), "conflict")
    told = next(iter(narrowest(answer)), None)
    if told is None:
        came = f"{described(answer)}, by which no old version can be told from another refusal"
        experiment.note([Finding(".".join(path), SEEN, came=came)])
        return
    experiment.learn(path, [*stated, told])
    experiment.note([Finding(".".join(path), DIFFERS, brief(stated), described(answer), nested(path, [*stated, told]))])
