# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Performs a plan: sends its one operation, reads back what became of it, and says what is not as planned."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import Any, Callable, Optional

from .._profile.mismatch import some_of
from .._text.redaction import printable
from .._transport.http import Clock
from ..errors import AmbiguousError, InsightError, MovedError, OutcomeUnknownError, RefutedError, ServerError
from .address import Entity, Target, exactly_one, has_key
from .api.answers import NOT_THERE, has_id
from .api.client import EntityClient
from .api.requests import hard_to_address
from .contradictions import (
    create_refused,
    id_refuted,
    not_there,
    read_refuted,
    search_refuted,
    shown_differently,
    write_refuted,
)
from .desired_state import Outcome, Waiting, Wish, differing, steady
from .plan import Plan, body, not_sent
from .proof import basis, is_doubtful
from .read_back import verify
from .read_back_errors import judge
from .safe_write import Look, carry_out, having_written

CONFLICT = 409
"""What HTTP itself calls a conflict, be it in the profile or not."""


def moved(wish: Wish, how: str, doubt: str = "") -> MovedError:
    """The error for an entity that is not any more what was planned on."""
    return MovedError(
        f"write {wish.target}",
        f"it {how} since it was read a moment ago; nothing was written",
        f"Run the task again. {doubt}".strip(),
    )


def read_again(client: EntityClient, wish: Wish, found_as: Target, observed: Entity | None) -> None:
    """Immediately before a write: the entity is still what was planned on. Where the read by id says that it is gone,
    the search is asked too, for the read may be wrong."""
    if observed is None:
        now = client.the_one(found_as)
    else:
        entity_id = client.id_of(found_as.type, observed)
        now = client.read(found_as.type, entity_id)
        if now is None and found_as.id is None:
            still = client.searched(found_as)
            if still is not None and has_id(found_as.type, still, entity_id):
                raise read_refuted(found_as, f"write {wish.target}", entity_id)
    if steady(now, wish) == steady(observed, wish):
        return
    if observed is None:
        raise moved(wish, "appeared")
    if now is None:
        raise moved(wish, "disappeared", _doubt_of_read(client, found_as))
    raise _changed(client, wish, found_as, observed, now)


def _changed(client: EntityClient, wish: Wish, found_as: Target, observed: Entity, now: Entity) -> InsightError:
    """Why the read before a write shows something else than the plan was made from: read and search right away once
    more, which tells whether somebody changed the entity, the server does at each read, or the two differ always."""
    again = client.read(found_as.type, client.id_of(found_as.type, now))
    if again is None:
        return moved(wish, "disappeared")
    restless = differing(now, again, wish)
    if restless:
        names = some_of(restless)
        hint = f"If that happens each time, the server changes {names} by itself: name it in compare.volatile."
        return moved(wish, f"was changed ({names})", hint)
    names = some_of(differing(observed, now, wish))
    if found_as.id is None and steady(client.searched(found_as), wish) == steady(observed, wish):
        return shown_differently(found_as, f"write {wish.target}", names)
    return moved(wish, f"was changed ({names})")


def _doubt_of_read(client: EntityClient, target: Target) -> str:
    read = target.type.operations["read"]
    if (target.type.name, "read") in client.shown:
        return ""
    return (
        f"If it disappears again, {basis(read)} is the likelier one to be wrong: it has shown no {target.type.name} in "
        "this run."
    )


def _send(
    client: EntityClient, wish: Wish, planned: Plan, observed: Entity, note: Callable[[str], None]
) -> Entity | None:
    target = wish.target
    if planned.operation == "create":
        sent = {**body(planned, "declared", wish.secrets.values), **wish.sent}
        return client.create(target, {name: value for name, value in sent.items() if name not in target.refs}, note)
    kinds = ("declared", "changed", "whole")
    bodies = {kind: {**body(planned, kind, wish.secrets.values), **wish.sent} for kind in kinds}
    return client.update(target, observed, bodies)


def perform(client: EntityClient, wish: Wish, planned: Plan, observed: Entity | None, clock: Clock) -> Outcome:
    """Send the one operation, read back what became of it, and say what is not as planned."""
    target, creates = wish.target, planned.operation == "create"
    entity_id = client.id_of(target.type, observed) if observed is not None else None
    look = partial(_look, client, target, entity_id)
    notes: list[str] = []
    answered, overcome = _carried_out(client, wish, planned, observed, look, notes.append)
    if creates and answered is not None:
        entity_id = target.type.id_in(answered)
    with having_written(target, planned.operation, entity_id):
        if wish.secrets.memory:
            wish.secrets.memory.remember(planned, wish.secrets.values)
        if creates:
            seen: Entity | None = _created(client, wish, planned, entity_id, clock)
        else:
            stale = partial(_is_untouched, wish, planned, observed)
            seen = _read_back(look, stale, wish.waiting, clock, _looks(wish, planned, answered))
        verification = judge(wish, planned, seen)
        if isinstance(overcome, RefutedError):
            raise overcome
        seen_id = None if seen is None else client.id_of(target.type, seen)
    unverified = tuple(sorted({*planned.unverified, *verification.unobservable}))
    notes += [
        *((overcome.message,) if overcome else ()),
        *not_sent(planned),
        *_perhaps_lost(client, wish, planned),
        *(_hard_to_reach(seen_id) if creates else ()),
    ]
    told = tuple(filter(None, notes))
    return Outcome(replace(planned, unverified=unverified), seen, seen_id, verification.collateral, told)


def _look(client: EntityClient, target: Target, entity_id: Any) -> Entity | None:
    """The entity as the server shows it now."""
    return client.searched(target) if entity_id is None else client.read(target.type, entity_id)


def _shows(planned: Plan) -> bool:
    """Whether reading can tell that the write was carried out."""
    unseen = {*planned.secret_paths} - {*planned.secrets_unlike}
    return planned.operation != "update" or any(one.path not in unseen for one in planned.changes)


def _has_arrived(wish: Wish, planned: Plan, seen: Entity) -> bool:
    return not verify(planned, seen, wish.target.rules, wish.secrets.values).unconverged


def _is_untouched(wish: Wish, planned: Plan, observed: Entity | None, seen: Entity | None) -> bool:
    return _shows(planned) and steady(seen, wish) == steady(observed, wish)


def _carried_out(
    client: EntityClient, wish: Wish, planned: Plan, observed: Entity | None, look: Look, note: Callable[[str], None]
) -> tuple[Entity | None, Optional[InsightError]]:
    """Send the write; what ``carry_out`` returns. A refusal that contradicts what was read a moment ago says so."""
    target, operation = wish.target, planned.operation
    sent: list[str] = []
    missing: list[int] = []

    def send() -> Entity | None:
        sent.append(operation)
        if operation == "delete":
            status = client.delete(target, observed or {})
            missing.extend([] if status is None else [status])
            return None
        return _send(client, wish, planned, observed or {}, note)

    def is_done(seen: Entity | None) -> bool:
        if operation == "update":
            return _shows(planned) and seen is not None and _has_arrived(wish, planned, seen)
        return (seen is None) == (operation == "delete")

    is_untouched = partial(_is_untouched, wish, planned, observed)
    repeatable = operation != "create" or target.type.key_enforced
    try:
        done = carry_out(f"{operation} {target}", send, look, is_done, is_untouched, repeatable)
    except ServerError as error:
        meant = _contradicted(client, wish, operation, look, error)
        if meant is error:
            raise
        raise meant from error
    except OutcomeUnknownError as error:
        if operation == "create":
            error.hint = f"{error.hint} {client.doubt(target)}".strip()
        raise
    if missing and len(sent) == 1 and look() is not None:  # after a lost answer the first one may have done it
        raise write_refuted(f"delete {target}", target.type.operations["delete"], missing[0])
    return done


def _contradicted(client: EntityClient, wish: Wish, operation: str, look: Look, error: ServerError) -> InsightError:
    """What a refused write means beside what was read a moment ago; the error itself where that says nothing more."""
    target, status = wish.target, error.details.get("status")
    definition = target.type.operations[operation]
    try:
        if operation == "create" and (status == CONFLICT or status in definition.conflict.status):
            return create_refused(client, target, error)
        if operation != "create" and status in NOT_THERE and not isinstance(error, RefutedError):
            if look() is None:
                return moved(wish, "disappeared")
            return write_refuted(error.what, definition, status)
    except InsightError:  # asking again failed too: the server's own words are better than nothing
        pass
    return error


def _created(client: EntityClient, wish: Wish, planned: Plan, entity_id: Any, clock: Clock) -> Entity:
    """A new entity as the search shows it, as soon as it does: a search that does not show it has proven nothing, and
    the next run would create it again. The read by id is asked where the search does not show it as declared."""
    target = wish.target
    asked: list[str] = []
    read: list[Entity | None] = []

    by_id = partial(_by_id, client, target, entity_id, read)

    def refuse_changed_key() -> None:
        asked.append("once")
        shown = by_id()
        if shown is not None and not has_key(target, shown):
            judge(wish, planned, shown)

    def look() -> Entity | None:
        try:
            seen = _without_twin(client, target, entity_id)
        except (AmbiguousError, RefutedError):
            refuse_changed_key()
            raise
        if seen is None and not asked:
            refuse_changed_key()
        return seen

    seen = _read_back(look, lambda one: one is None, wish.waiting, clock)
    if seen is not None:
        unlike = entity_id is not None and not _has_arrived(wish, planned, seen)
        if not unlike:
            _prove_read(client, target, entity_id)
        return (by_id() or seen) if unlike else seen
    shown = by_id()
    if shown is None and read:
        raise not_there(client, target)
    raise search_refuted(target, entity_id, basis(target.type.operations["read"]) if shown else "")


def _prove_read(client: EntityClient, target: Target, entity_id: Any) -> None:
    """Read a new entity by its id too, where no read has shown one of this type yet: that the read is wrong is found
    with the first entity instead of after many. Not where the id itself may be refused."""
    proven = not is_doubtful(target.type, "read", client.shown)
    if entity_id is None or proven or hard_to_address(entity_id):
        return
    if client.read(target.type, entity_id) is None:
        raise read_refuted(target, f"read {target} back", entity_id, "it was created")


def _by_id(client: EntityClient, target: Target, entity_id: Any, read: list[Entity | None]) -> Entity | None:
    """The new entity by its id, where it is known. read: what was read, kept between calls; empty where that failed."""
    if entity_id is not None and not any(read):
        try:
            read[:] = [client.read(target.type, entity_id)]
        except InsightError:  # what the search says is what has to be told
            read.clear()
    return read[0] if read else None


def _without_twin(client: EntityClient, target: Target, entity_id: Any) -> Entity | None:
    """The new entity by its key. Two runs that create an entity at the same moment both succeed where the server does
    not keep keys apart; the one that looks last sees it, be it by the id of the only one that the search shows."""
    found = client.search(target)
    exact = [entity for entity in found if has_key(target, entity)]
    ids = [printable(str(target.type.id_in(entity))) for entity in exact]
    if len(exact) == 1 and entity_id is not None and not has_id(target.type, exact[0], entity_id):
        if client.read(target.type, entity_id) is None:
            raise id_refuted(target, entity_id, ids[0])
        ids.append(printable(str(entity_id)))
    if len(ids) > 1:
        raise AmbiguousError(
            f"create {target}",
            f"it was created, and somebody else created the same at that moment (ids {', '.join(ids)})",
            "Remove all of them but one. Let one run at a time work on a system that does not refuse a second entity "
            "with the same key.",
        )
    return exactly_one(target, found)


def _hard_to_reach(entity_id: Any) -> tuple[str, ...]:
    """What to say of an id that a later request may not be able to carry."""
    hard = hard_to_address(entity_id)
    if not hard:
        return ()
    came = f"It was created with the id {printable(str(entity_id))}, which holds {hard}"
    return (f"{came}: many servers refuse such an id in an address, and so each change and deletion of it.",)


def _perhaps_lost(client: EntityClient, wish: Wish, planned: Plan) -> tuple[str, ...]:
    """What nobody can see: an update that may replace everything went out without secrets that are there."""
    sent = {*planned.secrets_to_send, *planned.secrets_to_keep}
    unsent = sorted({*planned.secret_paths, *planned.secrets_left_out} - sent)
    if planned.operation != "update" or not unsent or client.update_body(wish.target.type) == "changed":
        return ()
    lost = f"{', '.join(unsent)} did not go out with the update; a server that replaces all may have cleared them."
    return (f"{lost} Set update_secrets to on_change or always, or operations.update.body to changed.",)


def _looks(wish: Wish, planned: Plan, answered: Entity | None) -> float:
    """How often an update is looked for that does not show: once more where nothing but its status says that the server
    has carried it out, unless somebody said how long to wait."""
    try:
        shown = answered is not None and not verify(planned, answered, wish.target.rules).unconverged
    except InsightError:
        shown = False
    return math.inf if shown or wish.waiting.asked or planned.operation != "update" else 2


def _read_back(
    look: Look,
    is_stale: Callable[[Entity | None], bool],
    waiting: Waiting,
    clock: Clock,
    most: float = math.inf,
) -> Entity | None:
    """The entity after a write, as soon as the server shows something else than before it. most: looks, at most."""
    deadline = clock.monotonic() + waiting.timeout
    looks = 0
    while True:
        seen, looks = look(), looks + 1
        in_time = looks < most and clock.monotonic() + waiting.interval <= deadline
        if not is_stale(seen) or not waiting.enabled or not in_time:
            return seen
        clock.sleep(waiting.interval)
