# SPDX-FileCopyrightText: 2026 The rimops.insight authors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Applies a plan: sends its one operation, reads the entity back, and reports differences from the plan."""

from __future__ import annotations

import math
from functools import partial
from typing import Any, Callable, Optional

from .._options.waiting import Waiting
from .._text.records import evolve
from .._text.redaction import printable
from .._transport.addressing import hard_to_address
from .._transport.http import Clock
from ..errors import (
    AmbiguousError,
    BusyError,
    ConflictError,
    InsightError,
    OutcomeUnknownError,
    ProfileMismatchError,
    ServerError,
)
from .address import Address, Entity, exactly_one, has_id, has_key
from .api.answers import NOT_THERE
from .api.client import EntityClient
from .api.requests import BODIES, update_bodies
from .as_planned import moved, newer_version, seen_now
from .bodies import body, not_sent
from .contradictions import (
    create_refused,
    id_mismatch,
    not_there,
    read_mismatch,
    search_mismatch,
    write_mismatch,
)
from .desired_state import DesiredState, steady
from .outcome import Outcome
from .plan import Plan
from .proof import basis, is_doubtful
from .read_back import compare_read_back
from .read_back_errors import check_read_back
from .rewritten import remember_forms
from .safe_write import Observe, having_written, write_safely
from .secret_policy import secrets_at

Note = Callable[[str], None]
CONFLICT = 409
"""What HTTP itself calls a conflict, be it in the profile or not."""


def _send(
    client: EntityClient, desired: DesiredState, planned: Plan, observed: Entity, note: Note, missing: list[int]
) -> Entity | None:
    """Send the write; the entity as the answer shows it, None where it shows none. missing: takes the status of a
    delete that calls the entity missing."""
    address = desired.address
    if planned.operation == "delete":
        status = client.delete(address, observed, note)
        missing.extend([] if status is None else [status])
        return None
    if planned.operation == "create":
        return client.create(address, content_of_new(desired, planned), note)
    bodies = {kind: {**body(planned, kind, desired.secrets.values), **desired.sent} for kind in BODIES}
    return client.update(address, observed, bodies, note)


def content_of_new(desired: DesiredState, planned: Plan) -> dict[str, Any]:
    """What a create sends, beside the references."""
    sent = {**body(planned, "declared", desired.secrets.values), **desired.sent}
    return {name: value for name, value in sent.items() if name not in desired.address.refs}


def perform(
    client: EntityClient, desired: DesiredState, planned: Plan, observed: Entity | None, clock: Clock
) -> Outcome:
    """Send the one operation, read the entity back, and report differences from the plan."""
    address, creates = desired.address, planned.operation == "create"
    known_as = address if observed is None else address.located(observed)
    look_again = partial(seen_now, client, known_as)
    if planned.operation == "update" and address.type.keeps_id:
        look_again = partial(_under_either_id, client, address.located(planned.after or {}), known_as)
    notes: list[str] = []
    answered, overcome = _carried_out(client, desired, planned, observed, look_again, notes.append)
    if creates and answered is not None:
        known_as = address.with_id(address.type.id_in(answered))
    with having_written(address, planned.operation, known_as.id):
        memory, sent = desired.secrets.memory, secrets_at(desired.secrets.values, planned.secrets_to_send)
        if memory:
            memory.remember(sent, planned.operation, known_as.id)
        if creates:
            seen: Entity | None = _created(client, desired, planned, known_as, clock)
        else:
            stale = partial(_is_untouched, desired, planned, observed)
            seen = seen_after(look_again, stale, desired.waiting, clock, _looks(desired, planned, answered))
        verification = check_read_back(desired, planned, seen)
        remember_forms(desired, planned, seen)
        if isinstance(overcome, ProfileMismatchError):
            raise overcome
        seen_id = None if seen is None else address.located(seen).id
        if memory and known_as.id is None:
            memory.remember(sent, planned.operation, seen_id)
    unverified = tuple(sorted({*planned.unverified, *verification.unobservable}))
    notes += [
        *((overcome.message, _lost(address, operation=planned.operation)) if overcome else ()),
        *not_sent(planned),
        *_perhaps_lost(desired, planned),
        *(_hard_to_reach(seen_id) if creates else ()),
    ]
    planned = evolve(planned, unverified=unverified)
    return Outcome(planned, seen, seen_id, verification.collateral, tuple(filter(None, notes)))


def _under_either_id(client: EntityClient, new: Address, known_as: Address) -> Entity | None:
    """The entity as the server shows it now, which may get another id with its key."""
    seen = client.read(new)
    return client.read(known_as) if seen is None and new.id != known_as.id else seen


def _lost(address: Address, operation: str) -> str:
    """What to say of secrets that a server shows once, where the answer was lost."""
    names = ", ".join(sorted(address.type.operations[operation].reveals))
    return f"What the server shows once ({names}) was lost with its answer." if names else ""


def _shows(planned: Plan) -> bool:
    """Whether reading can show that the write was carried out."""
    unseen = {*planned.secret_paths} - {*planned.secrets_unlike}
    return planned.operation != "update" or any(one.path not in unseen for one in planned.changes)


def has_arrived(desired: DesiredState, planned: Plan, seen: Entity) -> bool:
    return not compare_read_back(planned, seen, desired.address.rules, desired.secrets.values).unconverged


def _is_untouched(desired: DesiredState, planned: Plan, observed: Entity | None, seen: Entity | None) -> bool:
    return _shows(planned) and steady(seen, desired) == steady(observed, desired)


def _carried_out(
    client: EntityClient, desired: DesiredState, planned: Plan, observed: Entity | None, look_again: Observe, note: Note
) -> tuple[Entity | None, Optional[InsightError]]:
    """Send the write; what ``write_safely`` returns. A refusal that contradicts what was read a moment ago says so."""
    address, operation = desired.address, planned.operation
    sent: list[str] = []
    missing: list[int] = []

    def send() -> Entity | None:
        sent.append(operation)
        try:
            return _send(client, desired, planned, observed or {}, note, missing)
        except ConflictError as error:
            newer = newer_version(desired, operation, observed or {}, look_again, error)
            return _send(client, desired, planned, newer, note, missing)

    def is_done(seen: Entity | None) -> bool:
        if operation == "update":
            return _shows(planned) and seen is not None and has_arrived(desired, planned, seen)
        return (seen is None) == (operation == "delete")

    is_untouched = partial(_is_untouched, desired, planned, observed)
    repeatable = operation != "create" or address.type.key_enforced or address.type.operations[operation].upsert
    try:
        done = write_safely(f"{operation} {address}", send, look_again, is_done, is_untouched, repeatable)
    except ServerError as error:
        meant = _contradicted(client, desired, operation, look_again, error)
        if meant is error:
            raise
        raise meant from error
    except OutcomeUnknownError as error:
        doubt = client.doubt(address) if operation == "create" else ""
        raise error.but(hint=f"{error.hint} {doubt}".strip()) from error
    if missing and len(sent) == 1 and look_again() is not None:  # after a lost answer the first one may have done it
        raise write_mismatch(f"delete {address}", address.type.operations["delete"], missing[0])
    return done


def _contradicted(
    client: EntityClient, desired: DesiredState, operation: str, look: Observe, error: ServerError
) -> InsightError:
    """What a refused write means beside what was read a moment ago; the error itself where that says nothing more."""
    if isinstance(error, BusyError):
        return error
    address, status = desired.address, error.details.get("status")
    definition = address.type.operations[operation]
    try:
        if operation == "create" and (status == CONFLICT or isinstance(error, ConflictError)):
            return create_refused(client, address, error)
        if operation != "create" and status in NOT_THERE and not isinstance(error, ProfileMismatchError):
            if look() is None:
                return moved(desired, "disappeared")
            return write_mismatch(error.what, definition, status)
    except InsightError:  # asking again failed too: the server's own words are better than nothing
        pass
    return error


def _created(client: EntityClient, desired: DesiredState, planned: Plan, known_as: Address, clock: Clock) -> Entity:
    """A new entity as the search shows it, as soon as it does: a search that does not show it has proven nothing, and
    the next run would create it again. The read by id is asked where the search does not show it as declared."""
    address = desired.address
    asked: list[str] = []
    read: list[Entity | None] = []

    by_id = partial(_by_id, client, known_as, read)

    def refuse_changed_key() -> None:
        asked.append("once")
        shown = by_id()
        if shown is not None and not has_key(address, shown):
            check_read_back(desired, planned, shown)

    def look() -> Entity | None:
        """The entity as the server shows it now. Raises the error for a changed key where that is the reason."""
        try:
            seen = _without_twin(client, address, known_as)
        except (AmbiguousError, ProfileMismatchError):
            refuse_changed_key()
            raise
        if seen is None and not asked:
            refuse_changed_key()
        return seen

    seen = seen_after(look, lambda one: one is None, desired.waiting, clock)
    if seen is not None:
        unlike = known_as.id is not None and not has_arrived(desired, planned, seen)
        if not unlike:
            _prove_read(client, address, known_as)
        return (by_id() or seen) if unlike else seen
    shown = by_id()
    if shown is None and read:
        raise not_there(client, address)
    raise search_mismatch(address, known_as.id, basis(address.type.operations["read"]) if shown else "")


def _prove_read(client: EntityClient, address: Address, known_as: Address) -> None:
    """Read a new entity by its id too, where no read has shown one of this type yet: that the read is wrong is found
    with the first entity instead of after many. Not where the id itself may be refused."""
    proven = not is_doubtful(address.type, "read", client.shown)
    if known_as.id is None or proven or hard_to_address(known_as.id):
        return
    if client.read(known_as) is None:
        raise read_mismatch(known_as, f"read {address} back", "it was created")


def _by_id(client: EntityClient, known_as: Address, read: list[Entity | None]) -> Entity | None:
    """The new entity by its id, where it is known. read: what was read, kept between calls; empty where that failed."""
    if known_as.id is not None and not any(read):
        try:
            read[:] = [client.read(known_as)]
        except InsightError:  # the error of the search is the one to report
            read.clear()
    return read[0] if read else None


def _without_twin(client: EntityClient, address: Address, known_as: Address) -> Entity | None:
    """The new entity by its key. Two runs that create an entity at the same moment both succeed where the server does
    not keep keys apart; the one that looks last sees it, be it by the id of the only one that the search shows."""
    found = client.search(address)
    exact = [entity for entity in found if has_key(address, entity)]
    ids = [printable(str(address.type.id_in(entity))) for entity in exact]
    if len(exact) == 1 and known_as.id is not None and not has_id(known_as, exact[0]):
        if client.read(known_as) is None:
            raise id_mismatch(address, known_as.id, ids[0])
        ids.append(printable(str(known_as.id)))
    if len(ids) > 1:
        raise AmbiguousError(
            f"create {address}",
            f"it was created, and somebody else created the same at that moment (ids {', '.join(ids)})",
            "Remove all of them but one. Let one run at a time work on a system that does not refuse a second entity "
            "with the same key.",
        )
    return exactly_one(address, found)


def _hard_to_reach(entity_id: Any) -> tuple[str, ...]:
    """What to say of an id that a later request may not be able to carry."""
    hard = hard_to_address(entity_id)
    if not hard:
        return ()
    came = f"It was created with the id {printable(str(entity_id))}, which holds {hard}"
    return (f"{came}: many servers refuse such an id in an address, and so each change and deletion of it.",)


def _perhaps_lost(desired: DesiredState, planned: Plan) -> tuple[str, ...]:
    """A note on a loss that reading does not show: an update that may replace the whole entity was sent without secrets
    that the entity holds."""
    sent = {*planned.secrets_to_send, *planned.secrets_to_keep}
    unsent = sorted({*planned.secret_paths, *planned.secrets_left_out} - sent)
    if planned.operation != "update" or not unsent or update_bodies(desired.address.type) == ["changed"]:
        return ()
    lost = f"{', '.join(unsent)} did not go out with the update; a server that replaces all may have cleared them."
    return (f"{lost} Declare them, with update_secrets on_change or always, or let the update send {{changed}} only.",)


def _looks(desired: DesiredState, planned: Plan, answered: Entity | None) -> float:
    """How often to read back an update that does not show. Two reads are enough where only the status of the answer
    says that the update was carried out, unless the user gave a time to wait."""
    try:
        shown = answered is not None and not compare_read_back(planned, answered, desired.address.rules).unconverged
    except InsightError:
        shown = False
    return math.inf if shown or desired.waiting.asked or planned.operation != "update" else 2


def seen_after(
    look: Observe,
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
