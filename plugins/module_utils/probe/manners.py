# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a server does with what it is sent: merges or replaces, respells, changes on its own account, refuses twins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..entities.compare import ABSENT, differs, undeclared_changes
from ..entities.paths import child, top
from ..entities.suggest import settling
from ..entities.target import Entity
from .findings import AS_PROFILE, DIFFERS, NOT_FOUND, NOT_TRIED, Finding, brief, nested
from .own import Own, answers_something
from .shapes import described, is_success, same

Json = Mapping[str, Any]


def is_changed(before: Entity, after: Entity, change: Json) -> bool:
    """Whether every attribute of a change is another one than before, unless it was so already."""
    return all(
        after.get(name) != before.get(name) or same(after.get(name), value) or before.get(name) == value
        for name, value in change.items()
    ) and any(after.get(name) != before.get(name) for name in change)


def _compare_path(own: Own) -> tuple[str, ...]:
    return ("types", own.type, "compare")


def learn_spelling(own: Own, entity: Entity) -> None:
    """Rules for what the server stored in another spelling than it was sent."""
    declared = {**own.named["key"], **(own.named.get("attributes") or {})}
    _spell(own, declared, entity)


def _spell(own: Own, declared: Json, entity: Entity) -> None:
    for name, sent in declared.items():
        rule, stored = child("", name), entity.get(name, ABSENT)
        if not differs(sent, stored, rule, own.rules):
            continue
        layer = settling(sent, stored, rule, own.rules)
        key = ".".join((*_compare_path(own), *(layer or {"normalise": 0})))
        if layer is None:
            why = "it keeps something else, and no rule makes the two equal"
            own.bench.findings.append(Finding(key, NOT_FOUND, f"{name} as it was sent", why))
            continue
        _add_rules(own, layer)
        came = "it is not shown" if stored is ABSENT else "it is kept in another spelling"
        override = nested(_compare_path(own), dict(layer))
        own.bench.findings.append(Finding(key, DIFFERS, f"{name} as it was sent", came, override))


def _add_rules(own: Own, layer: Json) -> None:
    """Lay rules over those of the type."""
    rules = dict(own.bench.data["types"][own.type].get("compare") or {})
    for name, value in layer.items():
        held = rules.get(name)
        if isinstance(value, Mapping):
            both = dict(held or {})
            for path, names in value.items():
                both[path] = list(dict.fromkeys([*both.get(path, ()), *names]))
            rules[name] = both
        else:
            rules[name] = list(dict.fromkeys([*(held or ()), *value]))
    own.bench.learn(_compare_path(own), rules)


def learn_volatile(own: Own, declared: Json, before: Entity, after: Entity) -> None:
    """Attributes that changed although nobody changed them: the server does it by itself."""
    changes = undeclared_changes(declared, before, after, own.rules)
    names = sorted({top(change.rule) for change in changes if change.after not in (None, ABSENT)})
    if names:
        _add_rules(own, {"volatile": names})
        key = ".".join((*_compare_path(own), "volatile"))
        override = nested(_compare_path(own), {"volatile": names})
        came = f"{', '.join(map(brief, names))} changed without being asked"
        own.bench.findings.append(Finding(key, DIFFERS, "only what was sent changes", came, override))


def merging(own: Own, definition: Json, entity: Entity, before: Entity, after: Entity) -> dict[str, Any]:
    """The definition with the body that an update needs: what changes, where the rest stays; else the whole entity."""
    change: Json = own.named["change"]
    learn_volatile(own, change, before, after)
    _spell(own, change, after)
    back = {name: entity.get(name) for name in change}
    attempt = own.update({**definition, "body": "changed"}, after, back)
    seen = own.now(own.id_of(entity)) or {}
    if answers_something(attempt):
        own.note(own.offered() or [])
    lost = [one for one in undeclared_changes(change, after, seen, own.rules) if one.after in (None, ABSENT)]
    if is_success(attempt.response) and not lost and is_changed(after, seen, back):
        return {**definition, "body": "changed"}
    own.update({**definition, "body": "whole"}, after, back)  # as it was, should the rest have vanished
    return {**definition, "body": "whole"}


def rename(own: Own, entity: Entity) -> None:
    """Whether an entity keeps its id under another key."""
    key = own.named.get("rename") or {}
    if not key:
        own.bench.findings.append(Finding("operations.update", NOT_TRIED, came="create says no rename"))
        return
    entity_id = own.id_of(entity)
    attempt = own.update(own.bench.definition(own.type, "update"), entity, key)
    if answers_something(attempt):
        own.note((own.offered(key) or []) + (own.offered() or []))
    seen = own.now(entity_id) or {}
    if is_changed(entity, seen, key):
        return
    names = sorted(key)
    _add_rules(own, {"create_only": names})
    path = (*_compare_path(own), "create_only")
    came = f"{', '.join(names)} stayed as it was: {described(attempt.response)}"
    own.bench.findings.append(Finding(".".join(path), DIFFERS, "a key can change", came, nested(path, names)))


def probe_conflict(own: Own) -> None:
    """What a second entity with the same key gets: a refusal, or a place beside the first."""
    bench = own.bench
    definition = bench.definition(own.type, "create")
    first = own.create(definition)
    found = own.appeared() if answers_something(first) else []
    own.note(found)
    if not found:
        return
    second = own.create(definition)
    twins = own.offered() or []
    own.note(twins)
    path = ("types", own.type, "key")
    told = bench.data["types"][own.type].get("key") or {}
    names = list(told.get("attributes") or [*own.named["key"], *(own.named.get("refs") or {})])
    enforced = second.response is not None and 400 <= second.response.status < 500 and len(twins) == 1
    learned = {**{k: v for k, v in told.items() if k != "enforced"}, "attributes": names, "enforced": enforced}
    if not enforced and not told.get("enforced"):
        learned = dict(told)
    came = described(second.response)
    verdict = AS_PROFILE if bool(told.get("enforced")) == enforced else DIFFERS
    override = nested((*path, "enforced"), enforced) if verdict == DIFFERS else None
    bench.findings.append(
        Finding(f"types.{own.type}.key.enforced", verdict, brief(bool(told.get("enforced"))), came, override)
    )
    bench.learn(path, learned or None)
    status = second.response.status if second.response and enforced else None
    conflict = definition.get("conflict") or {}
    if status and status not in conflict.get("status", ()):
        place = "operations.create.conflict"
        bench.learn(("operations", "create", "conflict"), {"status": [status]})
        bench.findings.append(
            Finding(place, DIFFERS, brief(conflict), came, nested(place.split("."), {"status": [status]}))
        )
