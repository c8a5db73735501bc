# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a server treats the values of a write: it merges or replaces, changes their spelling, changes attributes by
itself, refuses a second entity with the same key."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta, timezone
from typing import Any, Optional

from .._entity.address import Entity
from .._entity.api.refusals import OF_THE_REQUEST
from .._entity.collateral import undeclared_changes
from .._entity.compare import differs
from .._entity.normalise import normalise
from .._entity.rules import Rules
from .._entity.suggest import settling
from .._profile.attributes import RULES
from .._text.json_forms import Json
from .._text.nested_paths import ABSENT, child, top, value_at
from .._transport.messages import Response
from .experiment import Attempt
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED, SEEN, Finding, brief, nested
from .reads import conflicts, has_meaning, is_refusal, narrowest
from .scratch_entity import ScratchEntity, answers_something
from .shapes import described, is_success, same, scalars

GENERAL = ("outer_space", "line_ends", "unicode_nfc", "case", "number_as_text", "date_as_instant")
"""Normalisations that a server applies to all attributes, if it does."""


def is_changed(before: Entity, after: Entity, change: Json) -> bool:
    """Whether every attribute of a change is another one than before, unless it was so already."""
    return all(
        after.get(name) != before.get(name) or same(after.get(name), value) or before.get(name) == value
        for name, value in change.items()
    ) and any(after.get(name) != before.get(name) for name in change)


EVERYWHERE = ("attributes",)
"""Where rules stand that hold for all types."""
SETTINGS = {rule: setting for setting, rule in RULES.items()}
"""The setting of an attribute that adds its path to a list of a comparison rule."""


def _of_the_type(scratch: ScratchEntity) -> tuple[str, ...]:
    return ("types", scratch.type, "attributes")


def learn_spelling(scratch: ScratchEntity, entity: Entity) -> None:
    """Rules for what the server stored in another spelling than it was sent, and for what it stamps with the time."""
    declared = {**scratch.named["key"], **(scratch.named.get("attributes") or {})}
    said = [(path, value) for path, value in scalars(entity) if top(path) not in declared]
    names = [path for path, value in said if is_now(value, scratch.clock.now()) and path not in scratch.rules.volatile]
    if names:
        _say_rules(scratch, EVERYWHERE, {"volatile": names}, "no time of the server", f"{_list(names)} hold the time")
    for name in spelled_everywhere(declared, entity, scratch.rules):
        came = "seen on all attributes that could show it"
        _say_rules(scratch, EVERYWHERE, {"normalise": {"*": [name]}}, "texts as they were sent", came)
    spell(scratch, declared, entity)


def is_now(value: Any, now: float) -> bool:
    """Whether a value says the time at which we are, in whatever form: a number, or a text with today's date."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return any(abs(value - now * unit) < 86400 * unit for unit in (1, 1000))
    if not isinstance(value, str):
        return False
    parts = [int(part) for part in re.findall("[0-9]{1,4}", value)]
    days = [datetime.fromtimestamp(now, timezone.utc) + timedelta(days=days) for days in (-1, 0, 1)]
    return len(parts) > 2 and any({day.year, day.month, day.day} <= set(parts) for day in days)


def spelled_everywhere(declared: Json, entity: Entity, given: Rules) -> list[str]:
    """Normalisations without which at least two attributes differ, and which no attribute speaks against by being kept
    as it was although they would have changed it."""
    layers = {
        name: settling(sent, entity.get(name, ABSENT), child("", name), given) or {}
        for name, sent in declared.items()
        if differs(sent, entity.get(name, ABSENT), child("", name), given)
    }
    shown = [name for layer in layers.values() for names in layer.get("normalise", {}).values() for name in names]
    kept = [sent for name, sent in declared.items() if entity.get(name) == sent]
    return [
        name
        for name in dict.fromkeys(shown)
        if name in GENERAL and shown.count(name) > 1 and not any(speaks_against(name, value) for value in kept)
    ]


def speaks_against(name: str, kept: Any) -> bool:
    """Whether a value that was kept as it was shows that a server does not change what a normalisation overlooks. One
    that writes everything large leaves what is large already."""
    if isinstance(kept, list):
        return any(speaks_against(name, one) for one in kept)
    if name == "case":
        return isinstance(kept, str) and kept not in (kept.upper(), kept.lower())
    return bool(normalise(kept, [name]) != kept)


def spell(scratch: ScratchEntity, declared: Json, entity: Entity) -> None:
    """Rules for the attributes that are stored in another spelling than they were sent."""
    for name, sent in declared.items():
        rule, stored = child("", name), entity.get(name, ABSENT)
        if not differs(sent, stored, rule, scratch.rules):
            continue
        layer = settling(sent, stored, rule, scratch.rules)
        if layer is None:
            key = ".".join((*_of_the_type(scratch), rule, "normalise"))
            why = "it keeps something else, and no rule makes the two equal"
            scratch.experiment.note([Finding(key, NOT_FOUND, f"{brief(name)} as it was sent", why)])
            continue
        came = "it is not shown" if stored is ABSENT else "it is kept in another spelling"
        _say_rules(scratch, _of_the_type(scratch), layer, f"{brief(name)} as it was sent", came)


def settings_of(layer: Json) -> dict[str, dict[str, Any]]:
    """A layer of comparison rules as what a profile says of single attributes."""
    said: dict[str, dict[str, Any]] = {}
    for rule, held in layer.items():
        for path in held:
            value = held[path] if isinstance(held, Mapping) else True
            said.setdefault(path, {})[SETTINGS.get(rule, rule)] = value
    return said


def _say_rules(scratch: ScratchEntity, where: tuple[str, ...], layer: Json, expected: str, came: str) -> None:
    """Merge rules into what the profile says of attributes, and record the finding. where: EVERYWHERE or of the
    type."""
    for attribute, settings in settings_of(layer).items():
        for setting, value in settings.items():
            path = (*where, attribute, setting)
            held = value_at(scratch.experiment.data, path)
            whole = list(dict.fromkeys([*(held or ()), *value])) if isinstance(value, list) else value
            scratch.experiment.note([Finding(".".join(path), DIFFERS, expected, came, nested(path, whole))])
            scratch.experiment.learn(path, whole)


def _list(names: Iterable[str]) -> str:
    return ", ".join(map(brief, names))


def learn_volatile(scratch: ScratchEntity, declared: Json, before: Entity, after: Entity) -> None:
    """Learn the attributes that changed without a request: the server changes them by itself."""
    changes = undeclared_changes(declared, before, after, scratch.rules)
    names = sorted({top(change.rule) for change in changes if change.after not in (None, ABSENT)})
    if names:
        came = f"{_list(names)} changed without being asked"
        _say_rules(scratch, _of_the_type(scratch), {"volatile": names}, "only what was sent changes", came)


def merging(scratch: ScratchEntity, definition: Json, change: Json) -> dict[str, Any]:
    """The definition with the body that an update needs: what changes, where the rest stays; else the whole entity."""
    entity_id = scratch.ids[0]
    before = scratch.now(entity_id) or {}
    if not witnesses(scratch, before, change):
        why = "create has no attribute that could vanish: neither of its key, nor required, nor changed"
        stated = scratch.experiment.definition(scratch.type, "update")
        is_stated = all(stated.get(name) == definition.get(name) for name in ("method", "path"))
        said = stated if is_stated else sending(definition, "whole")
        key = ".".join((*scratch.experiment.home(scratch.type, "update"), "json"))
        scratch.experiment.note([Finding(key, NOT_TRIED, brief(said.get("json")), why)])
        return {**definition, **{name: said[name] for name in ("json",) if name in said}}
    changed = sending(definition, "changed")
    attempt = scratch.update(changed, before, change)
    seen = scratch.now(entity_id) or {}
    if answers_something(attempt):
        scratch.note(scratch.offered() or [])
    lost = [one for one in undeclared_changes(change, before, seen, scratch.rules) if one.after in (None, ABSENT)]
    if is_success(attempt.response) and not lost and is_changed(before, seen, change):
        return changed
    scratch.update(sending(definition, "whole"), before, change)  # brings back what vanished
    return sending(definition, "whole")


def sending(definition: Json, body: str) -> dict[str, Any]:
    """The definition of an update with another of the bodies in its place; one that is made of single values stays."""
    return {**definition, "json": _with_body(definition.get("json"), f"{{{body}}}")}


def _with_body(template: Any, body: str) -> Any:
    if isinstance(template, Mapping):
        return {name: _with_body(inner, body) for name, inner in template.items()}
    return body if template in ("{whole}", "{changed}", "{declared}") else template


def witnesses(scratch: ScratchEntity, entity: Entity, change: Json) -> list[str]:
    """The attributes of the probe's entity of which a server that replaces lets go. It may keep what it requires."""
    of_type = scratch.experiment.profile.type(scratch.type)
    kept = {*scratch.named["key"], *(scratch.named.get("refs") or {}), *of_type.key, *of_type.required, *change}
    attributes = scratch.named.get("attributes") or {}
    return [name for name in attributes if name not in kept and entity.get(name) not in (None, "", [], {})]


def renames(scratch: ScratchEntity, definition: Json, entity: Entity) -> bool:
    """Whether the entity keeps its id under another key by this definition of an update; then it is named back. What
    came to be instead is removed. Where the profile has a request for that, an update is not asked for it."""
    if scratch.experiment.definition(scratch.type, "rename"):
        return True
    key: Json = scratch.named.get("rename") or {}
    if not key:
        path = scratch.experiment.home(scratch.type, "update")
        scratch.experiment.note([Finding(".".join(path), NOT_TRIED, came="create says no rename")])
        return True
    entity_id = scratch.id_of(entity)
    attempt = scratch.update(definition, entity, key)
    seen = scratch.now(entity_id) or {}
    if is_changed(entity, seen, key):
        scratch.update(definition, seen, {name: entity.get(name) for name in key})
        return True
    if answers_something(attempt):
        scratch.note((scratch.offered(key) or []) + (scratch.offered() or []))
    scratch.ids = [one for one in scratch.ids if one == entity_id or not scratch.remove(one)]
    return False


def fix_key(scratch: ScratchEntity) -> None:
    """No update that was tried changes a key."""
    names = sorted(scratch.named["rename"])
    _say_rules(
        scratch, _of_the_type(scratch), {"create_only": names}, "a key can change", f"{_list(names)} stayed as it was"
    )


def probe_conflict(scratch: ScratchEntity) -> None:
    """What a second entity with the same key gets: a refusal, or a place beside the first."""
    definition = scratch.experiment.definition(scratch.type, "create")
    if not scratch.experiment.is_proven(scratch.type, "find"):
        why = "no search was seen to work, so that nobody would see the second one"
        scratch.experiment.note([Finding(f"types.{scratch.type}.key.enforced", NOT_TRIED, came=why)])
        return
    first = Attempt() if scratch.ids else scratch.create(definition)
    if answers_something(first):
        scratch.note(scratch.appeared())
    if not scratch.ids:
        why = f"after its delete, creating the entity again got {described(first.response)}"
        scratch.experiment.note([Finding(f"types.{scratch.type}.key.enforced", NOT_TRIED, came=why)])
        return
    known, (_below, said) = len(scratch.ids), conflicts(definition, "exists")
    second = scratch.create(definition)
    twins = scratch.offered() or []
    scratch.note(twins)
    answer = second.response
    refused = answer is not None and (is_refusal(answer) or has_meaning(said, definition, answer))
    refused = refused and len(scratch.ids) == known
    if is_success(second.response) and len(scratch.ids) == known:
        scratch.suspected = not any(scratch.id_of(twin) == scratch.ids[0] for twin in twins) or len(twins) != 1
    _learn_key(scratch, refused, described(second.response))
    if refused and answer:
        _learn_conflict(scratch, definition, answer)


def _learn_conflict(scratch: ScratchEntity, definition: Json, answer: Response) -> None:
    """By what in its answer the server refuses what would give two entities one key, where the profile does not say it:
    by the status alone, unless a wrong value gets that as well."""
    stated = {name: scratch.experiment.definition(scratch.type, name) for name in ("create", "update")}
    unsaid = [name for name, one in stated.items() if one and not has_meaning(conflicts(one, "exists")[1], one, answer)]
    ways: list[list[Json]] = [[{"status": [answer.status]}]]
    if unsaid and answer.status in OF_THE_REQUEST:
        wrong = _of_a_wrong_value(scratch, definition)
        if wrong is not None and wrong.status == answer.status:
            known = [] if "create" in unsaid else [conflicts(definition, "exists")[1]]
            told = [*known, *([one] for one in narrowest(answer))]
            ways = [one for one in told if not has_meaning(one, definition, wrong)]
    if unsaid and not ways:
        key = ".".join((*scratch.experiment.home(scratch.type, unsaid[0]), "conflict"))
        came = f"HTTP {answer.status} is what a wrong value gets as well, so it is not taken for a conflict"
        scratch.experiment.note([Finding(key, SEEN, came=came)])
        return
    for operation in unsaid:
        below, said = conflicts(stated[operation], "exists")
        path = (*scratch.experiment.home(scratch.type, operation), *below)
        outdated = scratch.outdated if operation == "update" else None
        kept = [one for one in said if outdated and has_meaning([one], stated[operation], outdated)]
        scratch.experiment.learn(path, [*kept, *ways[0]])
        expected = brief(said)
        override = nested(path, [*kept, *ways[0]])
        scratch.experiment.note([Finding(".".join(path), DIFFERS, expected, described(answer), override)])


def _of_a_wrong_value(scratch: ScratchEntity, definition: Json) -> Optional[Response]:
    """The answer to a create with an empty key; what it made all the same is removed."""
    attempt = scratch.create(definition, dict.fromkeys(scratch.named["key"], ""))
    if answers_something(attempt):
        entity_id = scratch.id_of(attempt.value) if isinstance(attempt.value, Mapping) else None
        if entity_id is None or not scratch.remove(entity_id):
            why = f"a create with an empty key got {described(attempt.response)}"
            scratch.experiment.left_behind.append(f"perhaps {scratch.type} with an empty key (id {entity_id}): {why}")
    return attempt.response


def _learn_key(scratch: ScratchEntity, enforced: bool, came: str) -> None:
    """Whether the server refuses a second entity with the same key."""
    path = ("types", scratch.type, "key")
    of_type = scratch.experiment.profile.type(scratch.type)
    key = ".".join((*path, "enforced"))
    names = list(of_type.key or (*scratch.named["key"], *(scratch.named.get("refs") or {})))
    own = {name: one for name, one in (value_at(scratch.experiment.data, path) or {}).items() if name != "verified"}
    if enforced or of_type.key_enforced:
        named = {} if of_type.key else {"attributes": names}
        scratch.experiment.learn(path, {**own, **named, "enforced": enforced})
    if enforced:
        scratch.experiment.verify(path)
    if of_type.key_enforced == enforced:
        scratch.experiment.note([Finding(key, AS_PROFILE, came=came)])
        return
    override = nested((*path, "enforced"), enforced)
    scratch.experiment.note([Finding(key, DIFFERS, brief(of_type.key_enforced), came, override)])
