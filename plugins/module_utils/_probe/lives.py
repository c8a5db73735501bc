# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a type says of the life of its entities beside create, update and delete, tried on the probe's own entity:
whether an old version is refused, whether it gets another key, and what becomes of it when it was deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

from .._entity.address import Entity
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, value_at
from .._transport.messages import Response
from .experiment import Attempt
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED, SEEN, Finding, brief, nested
from .reads import conflicts, has_meaning, is_refusal, narrowest, request_text, settle
from .scratch_entity import ScratchEntity
from .shapes import described, is_known, same
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
    return answer is not None and is_refusal(answer)


def _learn_conflict(scratch: ScratchEntity, answer: Optional[Response]) -> None:
    """By what in its answer the server refuses an old version, where the profile does not say it."""
    experiment, update = scratch.experiment, scratch.experiment.definition(scratch.type, "update")
    below, stated = conflicts(update, "moved")
    if answer is None or has_meaning(stated, update, answer):
        return
    path = (*experiment.home(scratch.type, "update"), *below)
    told = next(iter(narrowest(answer)), None)
    if told is None:
        came = f"{described(answer)}, by which no old version can be told from another refusal"
        experiment.note([Finding(".".join(path), SEEN, came=came)])
        return
    experiment.learn(path, [*stated, told])
    experiment.note([Finding(".".join(path), DIFFERS, brief(stated), described(answer), nested(path, [*stated, told]))])


# --- rename


def probe_rename(scratch: ScratchEntity) -> None:
    """Give the entity its other key by the request that the profile says for it, and its own again."""
    experiment, definition = scratch.experiment, scratch.experiment.definition(scratch.type, "rename")
    there: Json = scratch.named.get("rename") or {}
    if not definition:
        return
    if not there:
        where = ".".join(experiment.home(scratch.type, "rename"))
        experiment.note([Finding(where, NOT_TRIED, request_text(definition), "create says no rename")])
        return
    own, first, entity = scratch.named["key"], Attempt(), scratch.now(scratch.ids[0])
    for former, key in ((own, {**own, **there}), ({**own, **there}, own)):
        if entity is not None:
            attempt = scratch.rename(definition, entity, former, key)
            first = attempt if first.response is None else first
            entity = _under(scratch, key)
    settle(experiment, scratch.type, "rename", definition if entity is not None else None, first)


def _under(scratch: ScratchEntity, key: Json) -> Optional[Entity]:
    """The entity as it is under a key, None where it is not; its id may be another one then."""
    found = scratch.appeared(key)
    if not found:
        now = scratch.now(scratch.ids[0])
        found = [now] if now and is_known(now, scratch.experiment.known(scratch.with_key(key))) else []
    if found:
        scratch.note(found)
        scratch.ids = [scratch.id_of(found[0])]
        return scratch.now(scratch.ids[0])
    return None


# --- what stays as deleted


def probe_restore(scratch: ScratchEntity, entity_id: Any) -> None:
    """Bring the entity back that was deleted, where the profile says that it stays. It is deleted again with the rest
    of what the probe made. entity_id: the id that it had."""
    experiment, of_type = scratch.experiment, scratch.experiment.profile.type(scratch.type)
    definition: Any = experiment.definition(scratch.type, "restore")
    if not of_type.soft_deleted:
        return
    scratch.offered()
    stays = next((one for one in scratch.stay if same(scratch.id_of(one), entity_id)), None)
    path = ("types", scratch.type, "soft_deleted")
    if stays is None:
        why = "nothing shows the entity any more that was deleted"
        experiment.note([Finding(".".join(path), NOT_FOUND, brief(of_type.soft_deleted), why)])
        return
    experiment.note([Finding(".".join(path), AS_PROFILE, came="the entity that was deleted is shown so")])
    if not definition:
        return
    if definition == "create":
        attempt = scratch.create(experiment.definition(scratch.type, "create"))
        back = scratch.appeared()
    else:
        attempt = scratch.restore(definition, stays)
        back = [one for one in scratch.appeared() if same(scratch.id_of(one), entity_id)]
    scratch.note(back)
    settle(experiment, scratch.type, "restore", definition if back else None, attempt)


def purge_what_stays(scratch: ScratchEntity) -> None:
    """Purge what the probe has made and deleted, where it stays all the same and the profile says how; else name
    it."""
    experiment, definition = scratch.experiment, scratch.experiment.definition(scratch.type, "purge")
    mine = _own_that_stay(scratch)
    if mine and definition:
        attempts = [scratch.purge(definition, one) for one in mine]
        mine = _own_that_stay(scratch)
        settle(experiment, scratch.type, "purge", None if mine else definition, attempts[0])
    ids = ", ".join(brief(scratch.id_of(one)) for one in mine)
    if ids:
        came = f"the probe's own entity stays as deleted (id {ids}); next time another key is needed for it"
        experiment.note([Finding(f"types.{scratch.type}.soft_deleted", SEEN, came=came)])


def _own_that_stay(scratch: ScratchEntity) -> list[Entity]:
    """What the probe itself has made, and what is shown as deleted."""
    if not scratch.experiment.profile.type(scratch.type).soft_deleted:
        return []
    scratch.offered()
    return [one for one in scratch.stay if scratch.id_of(one) in scratch.made]
